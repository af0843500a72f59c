//! Header blocks that JetStream writes: lines that a message has already stay as they are, byte by byte.

use super::lines;
use std::borrow::Cow;

const HEAD: &[u8] = b"NATS/1.0\r\n";
const END: &[u8] = b"\r\n";

/// A block in the making: its lines, without the empty one at the end.
pub(crate) struct Block(Vec<u8>);

impl Block {
    /// Without a line.
    pub(crate) fn new() -> Self {
        Self(HEAD.to_vec())
    }

    /// A status without more lines; its text may be empty.
    pub(crate) fn status(code: u16, text: &str) -> Self {
        let blank = if text.is_empty() { "" } else { " " };
        Self(format!("NATS/1.0 {code}{blank}{text}\r\n").into_bytes())
    }

    /// With the lines of `block`, which may be empty.
    pub(crate) fn of(block: &[u8]) -> Self {
        Self::without(block, |_| false)
    }

    /// With the lines of `block`, but those that `gone` names.
    pub(crate) fn without(block: &[u8], gone: impl Fn(&[u8]) -> bool) -> Self {
        let lines = block.strip_suffix(END).unwrap_or(block);
        let mut kept = Vec::with_capacity(block.len() + 128);
        for (at, line) in lines.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let name = line.split(|byte| *byte == b':').next().unwrap_or(line);
            if at == 0 || !gone(name) {
                kept.extend_from_slice(line);
            }
        }
        if kept.is_empty() {
            return Self::new();
        }
        if !kept.ends_with(b"\n") {
            kept.extend_from_slice(END);
        }
        Self(kept)
    }

    /// With one more line.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        for part in [name.as_bytes(), b": ", value.as_ref(), END] {
            self.0.extend_from_slice(part);
        }
        self
    }

    /// With one more line, if there is a value.
    #[must_use]
    pub(crate) fn with_some(self, name: &str, value: Option<impl AsRef<[u8]>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The block; a message that has no header has none either.
    pub(crate) fn done(mut self) -> Vec<u8> {
        if self.0 == HEAD {
            return Vec::new();
        }
        self.0.extend_from_slice(END);
        self.0
    }
}

/// A status and nothing else.
pub(crate) fn status(code: u16, text: &str) -> Vec<u8> {
    Block::status(code, text).done()
}

/// The block without the lines that `gone` names, and with one more; empty when nothing is left.
pub(crate) fn edit<'a>(
    block: &'a [u8],
    gone: impl Fn(&[u8]) -> bool,
    more: Option<(&str, &str)>,
) -> Cow<'a, [u8]> {
    let Some((name, value)) = more else {
        return match lines(block).any(|(name, _)| gone(name)) {
            true => Cow::Owned(Block::without(block, gone).done()),
            false => Cow::Borrowed(block),
        };
    };
    Cow::Owned(Block::without(block, gone).with(name, value).done())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_out_and_one_is_added() {
        let block = b"NATS/1.0\r\nA: 1\r\nB:2\r\nA: 3\r\n\r\n";
        let check = |gone: &str, more, want: &str| {
            let edited = edit(block, |name| name == gone.as_bytes(), more);
            assert_eq!(String::from_utf8_lossy(&edited), want);
        };
        check("C", None, "NATS/1.0\r\nA: 1\r\nB:2\r\nA: 3\r\n\r\n");
        check("A", None, "NATS/1.0\r\nB:2\r\n\r\n");
        check("A", Some(("D", "x")), "NATS/1.0\r\nB:2\r\nD: x\r\n\r\n");
        assert_eq!(*edit(block, |_| true, None), *b"");
        assert_eq!(
            *edit(b"", |_| true, Some(("D", "x"))),
            *b"NATS/1.0\r\nD: x\r\n\r\n"
        );
    }

    #[test]
    fn what_is_there_stays_as_it_is() {
        let block = b"NATS/1.0\r\nA:1\r\nB:   2 \r\n\r\nC: 3\r\n\r\n";
        let with = Block::of(block).with("D", "4").done();
        assert_eq!(
            String::from_utf8_lossy(&with),
            "NATS/1.0\r\nA:1\r\nB:   2 \r\n\r\nC: 3\r\nD: 4\r\n\r\n"
        );
    }
}
