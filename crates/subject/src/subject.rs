//! What a publisher names.

use std::fmt;

use crate::{
    Error,
    token::{Tokens, is_wildcard, tokens, white_space},
};

/// The name of one thing: where a message goes.
///
/// Literal when it comes from [`parse`](Subject::parse); a publisher that isn't pedantic may also send what
/// looks like a wildcard, or empty tokens ([`parse_lenient`](Subject::parse_lenient)).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject<'a>(&'a [u8]);

impl<'a> Subject<'a> {
    /// Takes a literal subject: tokens that aren't empty, none of them a wildcard, no white space.
    pub fn parse<B: AsRef<[u8]> + ?Sized>(bytes: &'a B) -> Result<Self, Error> {
        let bytes = bytes.as_ref();
        check_literal(bytes)?;
        match white_space(bytes) {
            Some(at) => Err(Error::WhiteSpace { at }),
            None => Ok(Self(bytes)),
        }
    }

    /// Takes what can stand on the wire, as the reference does for a client with `pedantic: false`: anything without white space.
    pub fn parse_lenient<B: AsRef<[u8]> + ?Sized>(bytes: &'a B) -> Result<Self, Error> {
        match bytes.as_ref() {
            [] => Err(Error::Empty),
            bytes => match white_space(bytes) {
                Some(at) => Err(Error::WhiteSpace { at }),
                None => Ok(Self(bytes)),
            },
        }
    }

    /// The text as it came.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// What stands between the dots.
    pub fn tokens(self) -> Tokens<'a> {
        tokens(self.0)
    }

    /// Whether no token is empty, so that some filter matches it. A wildcard is text here.
    pub fn is_published(self) -> bool {
        self.tokens().all(|token| !token.is_empty())
    }

    /// Whether no token is empty or a wildcard.
    pub fn is_literal(self) -> bool {
        is_valid_publish(self.0)
    }
}

impl fmt::Display for Subject<'_> {
    /// Bytes that aren't UTF-8 show as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0))
    }
}

impl fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({self})")
    }
}

/// Whether a pedantic publish is accepted: tokens that aren't empty and no wildcard.
///
/// White space isn't looked for: on the wire it ends the subject, so it can't be inside.
pub fn is_valid_publish(subject: &[u8]) -> bool {
    check_literal(subject).is_ok()
}

fn check_literal(subject: &[u8]) -> Result<(), Error> {
    if subject.is_empty() {
        return Err(Error::Empty);
    }
    let mut at = 0;
    for token in tokens(subject) {
        if token.is_empty() {
            return Err(Error::EmptyToken { at });
        }
        if is_wildcard(token) {
            return Err(Error::Wildcard { at });
        }
        at += token.len() + 1;
    }
    Ok(())
}
