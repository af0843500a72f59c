//! Header blocks that JetStream writes: statuses, and lines added to a message's own.

/// Adds a header line.
pub(crate) fn put(block: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    for part in [name, b": ", value, b"\r\n"] {
        block.extend_from_slice(part);
    }
}

/// A header block that is a status.
pub(crate) fn status(code: u16, text: &str) -> Vec<u8> {
    status_with(code, text, &[])
}

/// A status with more headers.
pub(crate) fn status_with(code: u16, text: &str, extra: &[(&str, String)]) -> Vec<u8> {
    finish(format!("NATS/1.0 {code} {text}\r\n"), extra)
}

/// Headers without a status.
pub(crate) fn block_of(lines: &[(&str, String)]) -> Vec<u8> {
    finish("NATS/1.0\r\n".to_owned(), lines)
}

fn finish(head: String, lines: &[(&str, String)]) -> Vec<u8> {
    let mut block = head.into_bytes();
    for (name, value) in lines {
        put(&mut block, name.as_bytes(), value.as_bytes());
    }
    block.extend_from_slice(b"\r\n");
    block
}
