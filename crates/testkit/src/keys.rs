//! NATS user keys that follow from a name, and signatures with them.
//!
//! Transcripts speak of "alice's key"; the same name always gives the same key pair.

use nkeys::{KeyPair, KeyPairType};

/// The public user key (`U…`) of `name`.
pub fn public_key(name: &str) -> String {
    pair(name).public_key()
}

/// The secret seed (`SU…`) of `name`.
pub fn seed(name: &str) -> String {
    pair(name)
        .seed()
        .expect("a pair made from raw bytes holds its seed")
}

/// Signs the nonce of an INFO line as `name`: base64 for URLs, without padding.
pub fn sign(name: &str, nonce: &str) -> String {
    base64_url(
        &pair(name)
            .sign(nonce.as_bytes())
            .expect("a pair made from raw bytes can sign"),
    )
}

fn pair(name: &str) -> KeyPair {
    let mut raw = [b'-'; 32];
    for (slot, byte) in raw.iter_mut().zip(name.bytes()) {
        *slot = byte;
    }
    KeyPair::new_from_raw(KeyPairType::User, raw).expect("32 bytes are a seed")
}

const URL_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 with the alphabet of URLs and no padding.
pub fn base64_url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let joined = group.iter().enumerate().fold(0u32, |acc, (i, byte)| {
            acc | u32::from(*byte) << (16 - 8 * i)
        });
        for i in 0..=group.len() {
            let index = (joined >> (18 - 6 * i)) & 63;
            text.push(char::from(URL_ALPHABET[index as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_key() {
        assert_eq!(public_key("alice"), public_key("alice"));
        assert_ne!(public_key("alice"), public_key("bob"));
        assert!(public_key("alice").starts_with('U') && seed("alice").starts_with("SU"));
    }

    #[test]
    fn base64_of_every_remainder() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"\xff\xfe", "__4"),
        ] {
            assert_eq!(base64_url(bytes), text);
        }
    }
}
