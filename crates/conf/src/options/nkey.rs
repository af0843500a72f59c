//! Whether a text is a public nkey: base32 of a kind, a key of 32 bytes, and a checksum.

const KEY_LEN: usize = 32;
const ENCODED_LEN: usize = 56;

/// Whether `text` is the public key of a user (`U...`).
pub(super) fn is_user(text: &str) -> bool {
    kind(text) == Some(20 << 3)
}

/// Whether `text` is the public key of an account (`A...`).
pub(super) fn is_account(text: &str) -> bool {
    kind(text) == Some(0)
}

/// The first byte of a whole and correct nkey.
fn kind(text: &str) -> Option<u8> {
    if text.len() != ENCODED_LEN {
        return None;
    }
    let mut bytes = Vec::with_capacity(1 + KEY_LEN + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.bytes() {
        let five = match c {
            b'A'..=b'Z' => c - b'A',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u32::from(five);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_le_bytes()[0]);
        }
    }
    let (body, checksum) = bytes.split_at_checked(1 + KEY_LEN)?;
    (crc16(body).to_le_bytes() == checksum).then(|| body[0])
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

    #[test]
    fn a_key_is_known_by_its_kind_and_checksum() {
        assert!(is_user(USER) && !is_account(USER));
        for broken in [
            "",
            "U",
            &USER.replace("F4", "F5"),
            &USER.replace("UDXU", "ADXU"),
            &USER.to_lowercase(),
        ] {
            assert!(!is_user(broken) && !is_account(broken), "{broken}");
        }
    }
}
