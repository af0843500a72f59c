//! Which subjects are meant: tokens separated by dots, `*` for one, a last `>` for one or more.
//!
//! The log takes subjects as bytes and checks nothing about them; who has richer rules filters what comes out.

/// A set of subjects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    text: Box<[u8]>,
    shape: Shape,
    /// length of the literal start: every subject that matches begins with it
    prefix: usize,
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
        let mut prefix = 0;
        for token in text.split(|&b| b == b'.') {
            if token == b"*" || (token == b">" && prefix + 1 == text.len()) {
                break;
            }
            prefix += token.len() + 1;
        }
        let shape = match () {
            () if text.is_empty() || text == b">" => Shape::All,
            () if prefix > text.len() => Shape::Literal,
            () if prefix + 1 == text.len() && text[prefix] == b'>' => Shape::Start,
            () => Shape::Wild,
        };
        Self {
            text: text.into(),
            shape,
            prefix: prefix.min(text.len()),
        }
    }

    /// Exactly this subject, whatever it looks like.
    pub fn literal(subject: impl AsRef<[u8]>) -> Self {
        let text: Box<[u8]> = subject.as_ref().into();
        Self {
            prefix: text.len(),
            shape: Shape::Literal,
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

    /// Whether it means all subjects that begin with [`prefix`](Self::prefix).
    pub(crate) fn is_start(&self) -> bool {
        self.shape == Shape::Start
    }

    /// Whether the subjects that it means stand side by side in a sorted list, with no other between them.
    pub(crate) fn is_range(&self) -> bool {
        matches!(self.shape, Shape::Start | Shape::Literal)
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
            Shape::Wild => subject.starts_with(self.prefix()) && wild(&self.text, subject),
        }
    }
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
