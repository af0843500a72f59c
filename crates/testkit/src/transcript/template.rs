//! Texts with escapes and holes: rendered when sent, matched when expected.

use std::fmt;

use anyhow::{Context, Result, bail, ensure};

/// Names that a text captured, and what they stand for.
pub type Captures = Vec<(String, Vec<u8>)>;

/// Gives values to the names in a text.
pub trait Scope {
    /// The value of `name`, if it has one.
    fn lookup(&self, name: &str) -> Option<Vec<u8>>;
}

/// A text with holes in it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Literal(bytes) => write!(f, "{}", bytes.escape_ascii()),
            Part::Variable(name) => write!(f, "<{name}>"),
            Part::OneOf(choices) => {
                let choices: Vec<_> = choices
                    .iter()
                    .map(|choice| choice.escape_ascii().to_string())
                    .collect();
                write!(f, "<{}>", choices.join("|"))
            }
            Part::Class { class, capture } => {
                let colon = capture.as_ref().map_or("", |_| ":");
                write!(
                    f,
                    "<{}{colon}{}>",
                    capture.as_deref().unwrap_or_default(),
                    class.name()
                )
            }
        })
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    Variable(String),
    OneOf(Vec<Vec<u8>>),
    Class {
        class: Class,
        capture: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Any,
    Word,
    Number,
}

/// What comparing a text with the bytes so far says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The first `len` bytes are the text; these are its captures.
    Match {
        /// How many bytes belong to it.
        len: usize,
        /// Names and what they stand for.
        captures: Captures,
    },
    /// No continuation can make it match.
    Mismatch,
    /// It fits so far.
    NeedMore,
}

impl Template {
    /// Parses a text as it stands in a transcript.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = vec![];
        let mut literal = vec![];
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            match next {
                '\\' => rest = unescape(&rest[1..], &mut literal)?,
                '<' => {
                    let end = closing(rest)
                        .with_context(|| format!("no > after {rest} (a plain < is \\<)"))?;
                    match hole(&rest[1..end])? {
                        Part::Literal(bytes) => literal.extend(bytes),
                        part => {
                            parts.push(Part::Literal(std::mem::take(&mut literal)));
                            parts.push(part);
                        }
                    }
                    rest = &rest[end + 1..];
                }
                other => {
                    literal.extend_from_slice(&rest.as_bytes()[..other.len_utf8()]);
                    rest = &rest[other.len_utf8()..];
                }
            }
        }
        parts.push(Part::Literal(literal));
        parts.retain(|part| !matches!(part, Part::Literal(bytes) if bytes.is_empty()));
        Ok(Self(parts))
    }

    /// Appends plain bytes.
    #[must_use]
    pub fn then(mut self, bytes: &[u8]) -> Self {
        self.0.push(Part::Literal(bytes.to_vec()));
        self
    }

    /// Whether it begins with this word, in any case.
    pub(super) fn begins_with(&self, word: &str) -> bool {
        let Some(Part::Literal(literal)) = self.0.first() else {
            return false;
        };
        literal
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// The bytes to send.
    pub fn render(&self, scope: &dyn Scope) -> Result<Vec<u8>> {
        let mut bytes = vec![];
        for part in &self.fill(scope)?.0 {
            match part {
                Part::Literal(literal) => bytes.extend_from_slice(literal),
                _ => bail!("{self:?}: a hole without a value can't be sent"),
            }
        }
        Ok(bytes)
    }

    /// Compares the beginning of `input` with the text.
    pub fn matches(&self, input: &[u8], scope: &dyn Scope) -> Result<Outcome> {
        let mut captures = vec![];
        Ok(
            match advance(&self.fill(scope)?.0, input, 0, &mut captures) {
                Step::End(len) => Outcome::Match { len, captures },
                Step::Mismatch => Outcome::Mismatch,
                Step::NeedMore => Outcome::NeedMore,
            },
        )
    }

    /// The first place within one line of `input` where the text occurs: its end there and the captures.
    pub fn find(&self, input: &[u8], scope: &dyn Scope) -> Result<Option<(usize, Captures)>> {
        let filled = self.fill(scope)?;
        for start in 0..=input.len() {
            let mut captures = vec![];
            if let Step::End(len) = advance(&filled.0, &input[start..], 0, &mut captures) {
                return Ok(Some((start + len, captures)));
            }
        }
        Ok(None)
    }

    /// Replaces variables by their values.
    fn fill(&self, scope: &dyn Scope) -> Result<Self> {
        let value = |part: &Part| match part {
            Part::Variable(name) => scope
                .lookup(name)
                .map(Part::Literal)
                .with_context(|| format!("<{name}> has no value")),
            other => Ok(other.clone()),
        };
        Ok(Self(self.0.iter().map(value).collect::<Result<_>>()?))
    }
}

enum Step {
    End(usize),
    Mismatch,
    NeedMore,
}

/// Tries to match all `parts` from `at` on; holes try the shortest text first.
fn advance(parts: &[Part], input: &[u8], at: usize, captures: &mut Captures) -> Step {
    let Some((part, later)) = parts.split_first() else {
        return Step::End(at);
    };
    let left = &input[at..];
    match part {
        Part::Literal(literal) if left.starts_with(literal) => {
            advance(later, input, at + literal.len(), captures)
        }
        Part::Literal(literal) if literal.starts_with(left) => Step::NeedMore,
        Part::Literal(_) | Part::Variable(_) => Step::Mismatch,
        Part::OneOf(choices) => best(choices.iter().map(|choice| match () {
            () if left.starts_with(choice) => advance(later, input, at + choice.len(), captures),
            () if choice.starts_with(left) => Step::NeedMore,
            () => Step::Mismatch,
        })),
        Part::Class { class, capture } => {
            let longest = left.iter().take_while(|byte| class.has(**byte)).count();
            let before = captures.len();
            // A hole at the end of the text takes all it can, as nothing behind it limits it.
            let shortest = if later.is_empty() {
                longest.max(class.shortest())
            } else {
                class.shortest()
            };
            let found = best((shortest..=longest).map(|len| {
                captures.truncate(before);
                if let Some(name) = capture {
                    captures.push((name.clone(), left[..len].to_vec()));
                }
                advance(later, input, at + len, captures)
            }));
            match found {
                Step::Mismatch if longest == left.len() => Step::NeedMore,
                other => other,
            }
        }
    }
}

/// The first full match; else "need more" if any way needs more.
fn best(ways: impl Iterator<Item = Step>) -> Step {
    let mut hope = Step::Mismatch;
    for way in ways {
        match way {
            Step::End(at) => return Step::End(at),
            Step::NeedMore => hope = Step::NeedMore,
            Step::Mismatch => {}
        }
    }
    hope
}

impl Class {
    fn named(name: &str) -> Option<Self> {
        [Self::Any, Self::Word, Self::Number]
            .into_iter()
            .find(|class| class.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Word => "word",
            Self::Number => "number",
        }
    }

    fn has(self, byte: u8) -> bool {
        match self {
            Self::Any => !matches!(byte, b'\r' | b'\n'),
            Self::Word => !matches!(byte, b'\r' | b'\n' | b' ' | b'\t' | b'\'' | b'"'),
            Self::Number => byte.is_ascii_digit() || matches!(byte, b'-' | b'.'),
        }
    }

    fn shortest(self) -> usize {
        match self {
            Self::Any => 0,
            Self::Word | Self::Number => 1,
        }
    }
}

/// What stands between `<` and `>`.
fn hole(text: &str) -> Result<Part> {
    if let Some(repeat) = text.strip_prefix("repeat ") {
        let (count, what) = repeat.split_once(' ').context("<repeat COUNT TEXT>")?;
        let count: usize = count
            .parse()
            .with_context(|| format!("the count in <{text}>"))?;
        return Ok(Part::Literal(literal(what)?.repeat(count)));
    }
    if text.contains('|') {
        return Ok(Part::OneOf(
            text.split('|').map(literal).collect::<Result<_>>()?,
        ));
    }
    let (capture, class) = match text.split_once(':') {
        Some((name, class)) => (Some(name.to_owned()), class),
        None => (None, text),
    };
    if let Some(class) = Class::named(class) {
        return Ok(Part::Class { class, capture });
    }
    ensure!(capture.is_none(), "<{text}>: no such class");
    let named = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-'));
    ensure!(named, "<{text}> isn't a hole (a plain < is \\<)");
    Ok(Part::Variable(text.to_owned()))
}

/// Where the `>` is that belongs to the `<` at the beginning.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        let plain = at > 0 && text.as_bytes()[at - 1] == b'\\';
        match byte {
            b'<' if !plain => depth += 1,
            b'>' if !plain => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn literal(text: &str) -> Result<Vec<u8>> {
    let mut bytes = vec![];
    for part in Template::parse(text)?.0 {
        match part {
            Part::Literal(literal) => bytes.extend(literal),
            _ => bail!("only <repeat> can stand in another hole: {text}"),
        }
    }
    Ok(bytes)
}

/// Reads what follows a backslash; returns the rest.
fn unescape<'t>(text: &'t str, into: &mut Vec<u8>) -> Result<&'t str> {
    let code = text.chars().next().context("a \\ ends the text")?;
    let plain = match code {
        'r' => b'\r',
        'n' => b'\n',
        't' => b'\t',
        '0' => 0,
        's' => b' ',
        '\\' | '<' | '>' | '|' => u8::try_from(code)?,
        'x' => {
            let digits = text.get(1..3).context("\\x needs two digits")?;
            into.push(u8::from_str_radix(digits, 16).with_context(|| format!("\\x{digits}"))?);
            return Ok(&text[3..]);
        }
        other => bail!("no escape \\{other}"),
    };
    into.push(plain);
    Ok(&text[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Names;

    impl Scope for Names {
        fn lookup(&self, name: &str) -> Option<Vec<u8>> {
            (name == "inbox").then(|| b"_INBOX.1".to_vec())
        }
    }

    fn outcome(text: &str, input: &str) -> Outcome {
        Template::parse(text)
            .unwrap()
            .matches(input.as_bytes(), &Names)
            .unwrap()
    }

    fn check(text: &str, input: &str, len: usize) {
        assert!(
            matches!(outcome(text, input), Outcome::Match { len: found, .. } if found == len),
            "{text} {input}"
        );
    }

    #[test]
    fn rendering_fills_the_holes() {
        let render = |text| Template::parse(text).unwrap().render(&Names).unwrap();
        assert_eq!(
            render(r"PUB <inbox> 3\r\n\x00\xff\<"),
            b"PUB _INBOX.1 3\r\n\x00\xff<"
        );
        assert_eq!(render(r"<repeat 3 a\n>"), b"a\na\na\n");
        assert_eq!(render(r"<repeat 2 <repeat 2 x>.>"), b"xx.xx.");
        assert!(Template::parse("<any>").unwrap().render(&Names).is_err());
    }

    #[test]
    fn matching_takes_what_it_needs() {
        check("MSG foo 1 2\r\n", "MSG foo 1 2\r\nok\r\n", 13);
        check("MSG <inbox> <number> 2", "MSG _INBOX.1 12 2", 17);
        check("<any>\r\n", "\r\n", 2);
        check(
            "-ERR '<word> <any>'\r\n",
            "-ERR 'Unknown Protocol Operation'\r\n",
            35,
        );
        check("<a|bb>c", "bbc", 3);
    }

    #[test]
    fn matching_says_when_more_may_help() {
        for (text, input) in [
            ("PONG\r\n", ""),
            ("PONG\r\n", "PO"),
            ("<any>\r\n", "abc"),
            ("<bb|c>", "b"),
        ] {
            assert_eq!(outcome(text, input), Outcome::NeedMore, "{text} {input}");
        }
        for (text, input) in [
            ("PONG\r\n", "PI"),
            ("<number>\r\n", "x"),
            ("<any>x\r\n", "abc\r\n"),
            ("<bb|c>", "a"),
        ] {
            assert_eq!(outcome(text, input), Outcome::Mismatch, "{text} {input}");
        }
    }

    #[test]
    fn captures_keep_what_was_there() {
        let Outcome::Match { captures, .. } =
            outcome("MSG s <sid:number> <size:number>\r\n", "MSG s 4 55\r\n")
        else {
            panic!("it matches")
        };
        assert_eq!(
            captures,
            [
                ("sid".to_owned(), b"4".to_vec()),
                ("size".to_owned(), b"55".to_vec())
            ]
        );
    }

    #[test]
    fn finding_looks_everywhere() {
        let text = Template::parse("-<n:number>").unwrap();
        assert_eq!(text.find(b"x -12y", &Names).unwrap().unwrap().1[0].1, b"12");
        let text = Template::parse("cid:<cid:number> -").unwrap();
        let (end, captures) = text.find(b"[1] x - cid:17 - y", &Names).unwrap().unwrap();
        assert_eq!((end, captures[0].1.as_slice()), (16, &b"17"[..]));
        assert_eq!(text.find(b"cid: -", &Names).unwrap(), None);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "<",
            "<a b",
            r"\q",
            r"\x1",
            "<=>",
            "<x:nothing>",
            "<repeat x y>",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
