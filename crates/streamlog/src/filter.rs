//! Which subjects are meant: tokens separated by dots, `*` for one, a last `>` for one or more.
//!
//! The log takes subjects as bytes and checks nothing about them; who has richer rules filters what comes out.

use crate::dots::{self, Dots};

/// A set of subjects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    text: Box<[u8]>,
    shape: Shape,
    /// length of the literal start: every subject that matches begins with it
    prefix: usize,
    /// the dots of those that match, if they are all that is asked of a subject with this start
    dots: Option<Dots>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    All,
    Literal,
    /// whatever begins like this: `a.b.>`
    Start,
    Wild,
}

impl Filter {
    /// `orders.*.new`, `orders.>`, or a subject; empty and `>` mean everything.
    pub fn new(text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        let prefix = literal_start(text);
        let shape = match () {
            () if text.is_empty() || text == b">" => Shape::All,
            () if prefix == text.len() => Shape::Literal,
            () if text[prefix..] == *b">" => Shape::Start,
            () => Shape::Wild,
        };
        Self {
            text: text.into(),
            shape,
            prefix,
            dots: dots_asked(text, prefix),
        }
    }

    /// Exactly this subject, whatever it looks like.
    pub fn literal(subject: impl AsRef<[u8]>) -> Self {
        let text: Box<[u8]> = subject.as_ref().into();
        Self {
            prefix: text.len(),
            shape: Shape::Literal,
            dots: None,
            text,
        }
    }

    /// Everything.
    pub fn all() -> Self {
        Self::new(">")
    }

    /// Whether it matches every subject.
    pub fn is_all(&self) -> bool {
        self.shape == Shape::All
    }

    /// As it was written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// The one subject it means, if it has no wildcard.
    pub fn as_literal(&self) -> Option<&[u8]> {
        (self.shape == Shape::Literal).then_some(&*self.text)
    }

    /// Whether it means all subjects that begin with `start` and have so many dots, as far as that is to be seen at once.
    pub(crate) fn covers(&self, start: &[u8], dots: Dots) -> bool {
        let is_met = |asked: Dots| asked.contains(dots) && start.starts_with(self.prefix());
        self.is_all() || self.dots.is_some_and(is_met)
    }

    /// What follows [`prefix`](Self::prefix).
    pub(crate) fn tail(&self) -> &[u8] {
        &self.text[self.prefix..]
    }

    /// What every matching subject begins with.
    pub fn prefix(&self) -> &[u8] {
        if self.is_all() {
            &[]
        } else {
            &self.text[..self.prefix]
        }
    }

    /// Whether `subject` is one of those meant.
    pub fn matches(&self, subject: &[u8]) -> bool {
        match self.shape {
            Shape::All => true,
            Shape::Literal => *self.text == *subject,
            Shape::Start => subject.starts_with(self.prefix()),
            Shape::Wild => {
                let rest = subject.strip_prefix(self.prefix());
                rest.is_some_and(|rest| wild(self.tail(), rest))
            }
        }
    }
}

/// Bytes before the first wildcard; all of them, if there is none.
pub(crate) fn literal_start(text: &[u8]) -> usize {
    let mut at = 0;
    for token in text.split(|&b| b == b'.') {
        if token == b"*" || (token == b">" && at + 1 == text.len()) {
            return at;
        }
        at += token.len() + 1;
    }
    text.len()
}

/// The dots of subjects that match a filter which has nothing but wildcards behind its start.
fn dots_asked(text: &[u8], prefix: usize) -> Option<Dots> {
    let tail = &text[prefix..];
    if tail == b">" {
        return Some(Dots::ANY);
    }
    let (stars, is_open) = match tail.strip_suffix(b".>") {
        Some(stars) => (stars, true),
        None => (tail, false),
    };
    let mut tokens = stars.split(|&b| b == b'.');
    let least = dots::count(text);
    tokens.all(|token| token == b"*").then_some(Dots {
        min: least,
        max: if is_open { u16::MAX } else { least },
    })
}

fn wild(filter: &[u8], subject: &[u8]) -> bool {
    let mut left = subject.split(|&b| b == b'.');
    let mut tokens = filter.split(|&b| b == b'.').peekable();
    while let Some(token) = tokens.next() {
        let rest = token == b">" && tokens.peek().is_none();
        match left.next() {
            None => return false,
            Some(_) if rest => return true,
            Some(_) if token == b"*" => {}
            Some(found) if found == token => {}
            Some(_) => return false,
        }
    }
    left.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_the_protocol_says() {
        let check = |filter: &str, subject: &str, want| {
            assert_eq!(
                Filter::new(filter).matches(subject.as_bytes()),
                want,
                "{filter} on {subject}"
            );
        };
        check("foo.*", "foo.bar", true);
        check("foo.*", "foo", false);
        check("foo.*", "foo.bar.baz", false);
        check("foo.>", "foo.bar.baz", true);
        check("foo.>", "foo", false);
        check("*.bar", "foo.bar", true);
        check("*.bar", "foo.baz", false);
        check("*", "foo", true);
        check(">", "foo.bar", true);
        check("", "foo", true);
        check("foo", "foo", true);
        check("foo", "fooo", false);
        check("fo*", "fox", false);
        check("foo.>", "foobar.baz", false);
        check("a.*.>", "a.b", false);
        check("a.>.b", "a.>.b", true);
        check("a.>.b", "a.x.b", false);
    }

    #[test]
    fn wildcards_at_the_end_ask_for_dots_and_nothing_else() {
        let check = |filter: &str, start: &str, (min, max), want| {
            let dots = Dots { min, max };
            let covers = Filter::new(filter).covers(start.as_bytes(), dots);
            assert_eq!(covers, want, "{filter} of {start} with {dots:?}");
        };
        check("w.*.*", "w.", (2, 2), true);
        check("w.*.*", "w.a.", (2, 2), true);
        check("w.*.*", "w.", (1, 2), false);
        check("w.*.*", "w.", (2, 3), false);
        check("w.*.*", "", (2, 2), false);
        check("w.*.>", "w.", (2, 9), true);
        check("w.*.>", "w.", (1, 9), false);
        check("*", "", (0, 0), true);
        check("*.*", "x", (1, 1), true);
        check("w.>", "w.", (0, u16::MAX), true);
        check("w.>", "w", (1, 1), false);
        check(">", "", (0, u16::MAX), true);
        check("w.*.x", "w.", (2, 2), false);
        check("w.*.", "w.", (2, 2), false);
        check("w.*.x>", "w.", (2, 2), false);
        check("w.a", "w.a", (1, 1), false);
        check("", "", (0, 0), true);
    }

    #[test]
    fn prefix_is_the_literal_start() {
        let check =
            |filter: &str, want: &str| assert_eq!(Filter::new(filter).prefix(), want.as_bytes());
        check("a.b.*", "a.b.");
        check("a.b.>", "a.b.");
        check("a.b", "a.b");
        check("*.b", "");
        check(">", "");
    }
}
