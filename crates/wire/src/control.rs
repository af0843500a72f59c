//! The operations without structure: `PING`, `PONG`, `+OK` and `-ERR text`.

use crate::line::CRLF;

/// Appends `PING`.
pub fn ping(dst: &mut Vec<u8>) {
    dst.extend_from_slice(b"PING\r\n");
}

/// Appends `PONG`.
pub fn pong(dst: &mut Vec<u8>) {
    dst.extend_from_slice(b"PONG\r\n");
}

/// Appends `+OK`.
pub fn ok(dst: &mut Vec<u8>) {
    dst.extend_from_slice(b"+OK\r\n");
}

/// Appends `-ERR 'text'`. The quotes are added here.
pub fn err(dst: &mut Vec<u8>, text: &[u8]) {
    dst.extend_from_slice(b"-ERR '");
    dst.extend_from_slice(text);
    dst.push(b'\'');
    dst.extend_from_slice(CRLF);
}
