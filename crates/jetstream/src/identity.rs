//! Short names derived from longer things, as the reference derives them.

use sha2::{Digest, Sha256};

const LEN: usize = 8;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Eight letters and digits that stand for `bytes`.
pub(crate) fn of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let digit = |byte: &u8| char::from(DIGITS[usize::from(*byte) % DIGITS.len()]);
    hash.iter().take(LEN).map(digit).collect()
}

/// What tells a stream from an earlier one of the same name.
pub(crate) fn of_stream(name: &str, created: u64) -> String {
    of(format!("{name} {created}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_made_again_is_another_one() {
        assert_eq!(of_stream("S", 1), of_stream("S", 1));
        assert_ne!(of_stream("S", 1), of_stream("S", 2));
        assert_eq!(of_stream("S", 1).len(), LEN);
    }
}
