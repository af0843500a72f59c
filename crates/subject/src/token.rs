//! Tokens: what stands between the dots.

/// What separates tokens.
pub(crate) const SEPARATOR: u8 = b'.';
/// The token that stands for exactly one token.
pub(crate) const STAR: &[u8] = b"*";
/// The last token that stands for one or more tokens.
pub(crate) const TAIL: &[u8] = b">";

/// The tokens of a subject or filter, in order; an empty input has one empty token.
pub fn tokens(subject: &[u8]) -> Tokens<'_> {
    Tokens {
        rest: Some(subject),
    }
}

/// See [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        match rest.iter().position(|&b| b == SEPARATOR) {
            Some(dot) => {
                self.rest = Some(&rest[dot + 1..]);
                Some(&rest[..dot])
            }
            None => self.rest.take(),
        }
    }
}

/// Whether a token is `*` or `>` and nothing else.
#[inline]
pub(crate) fn is_wildcard(token: &[u8]) -> bool {
    matches!(token, STAR | TAIL)
}

/// Whether no token is empty and `>` stands at most at the end: only such a filter matches anything.
pub(crate) fn is_well_formed(filter: &[u8]) -> bool {
    let mut after_tail = false;
    tokens(filter).all(|token| {
        let ok = !token.is_empty() && !after_tail;
        after_tail = token == TAIL;
        ok
    })
}

/// The first byte that the wire protocol takes for a gap; it can't be part of a subject.
pub(crate) fn white_space(subject: &[u8]) -> Option<usize> {
    subject
        .iter()
        .position(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
}
