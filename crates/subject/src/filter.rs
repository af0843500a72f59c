//! What a subscriber names.

use std::fmt;

use crate::{
    Error,
    token::{STAR, TAIL, Tokens, is_wildcard, tokens, white_space},
};

/// The name of many things: which messages somebody wants. A literal filter names just one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Filter<'a>(&'a [u8]);

impl<'a> Filter<'a> {
    /// Takes tokens that aren't empty and hold no white space, `>` at most as the last of them.
    pub fn parse<B: AsRef<[u8]> + ?Sized>(bytes: &'a B) -> Result<Self, Error> {
        let bytes = bytes.as_ref();
        check(bytes)?;
        Ok(Self(bytes))
    }

    /// The text as it came.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// What stands between the dots.
    pub fn tokens(self) -> Tokens<'a> {
        tokens(self.0)
    }

    /// Whether some token is `*` or `>`; without one the filter is a subject.
    pub fn has_wildcard(self) -> bool {
        self.tokens().any(is_wildcard)
    }

    /// Whether the filter begins with a wildcard, so that any first token may match.
    pub fn starts_with_wildcard(self) -> bool {
        self.tokens().next().is_some_and(is_wildcard)
    }

    /// Whether the filter ends with `>` (the "full wildcard").
    pub fn is_fwc(self) -> bool {
        self.0 == TAIL || self.0.ends_with(b".>")
    }

    /// How many tokens are `*` (the "partial wildcard").
    pub fn star_count(self) -> usize {
        self.tokens().filter(|token| *token == STAR).count()
    }

    /// Whether the filter matches `subject`.
    pub fn matches(self, subject: &[u8]) -> bool {
        crate::matches(self.0, subject)
    }

    /// Whether some subject is matched by both.
    pub fn overlaps(self, other: Filter<'_>) -> bool {
        crate::overlaps(self.0, other.0)
    }

    /// Whether every subject matched by `self` is matched by `other`.
    pub fn is_subset_of(self, other: Filter<'_>) -> bool {
        crate::is_subset(self.0, other.0)
    }
}

impl fmt::Display for Filter<'_> {
    /// Bytes that aren't UTF-8 show as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0))
    }
}

impl fmt::Debug for Filter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({self})")
    }
}

/// Whether a subscription to these bytes is accepted (else the answer is `Invalid Subject`).
pub fn is_valid_subscribe(filter: &[u8]) -> bool {
    check(filter).is_ok()
}

/// Whether these bytes name a queue group: anything that can stand on the wire, dots and wildcards as mere text.
pub fn is_valid_queue(queue: &[u8]) -> bool {
    !queue.is_empty() && white_space(queue).is_none()
}

fn check(filter: &[u8]) -> Result<(), Error> {
    if filter.is_empty() {
        return Err(Error::Empty);
    }
    if let Some(at) = white_space(filter) {
        return Err(Error::WhiteSpace { at });
    }
    let mut at = 0;
    for token in tokens(filter) {
        let next = at + token.len() + 1;
        if token.is_empty() {
            return Err(Error::EmptyToken { at });
        }
        if token == TAIL && next <= filter.len() {
            return Err(Error::TailNotLast { at });
        }
        at = next;
    }
    Ok(())
}
