//! Just enough of a WebSocket client to carry the client protocol: one binary frame per write.

use std::time::Instant;

use anyhow::{Result, bail};

use super::{Received, Transport};
use crate::clock::real_now;

/// The key of the example in RFC 6455; the accept value that belongs to it is well known too.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// No frame of a test is larger.
const FRAME_BYTES_MAX: u64 = 64 << 20;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CONTINUATION: u8 = 0;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The client protocol inside WebSocket frames over another link.
pub struct WebSocket {
    link: Box<dyn Transport>,
    raw: Vec<u8>,
    closed: bool,
}

impl WebSocket {
    /// Upgrades a fresh link. `extra` are header lines, each with its CRLF.
    pub fn upgrade(
        mut link: Box<dyn Transport>,
        path: &str,
        extra: &str,
        deadline: Instant,
    ) -> Result<Self> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{extra}\r\n"
        );
        link.send(request.as_bytes())?;
        let mut raw = vec![];
        let end = loop {
            if let Some(at) = raw.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if link.receive(&mut raw, deadline)? != Received::Bytes {
                bail!(
                    "no answer to the upgrade, only {:?}",
                    String::from_utf8_lossy(&raw)
                );
            }
        };
        if !raw.starts_with(b"HTTP/1.1 101 ") {
            bail!("the upgrade was refused: {}", String::from_utf8_lossy(&raw));
        }
        raw.drain(..end);
        Ok(Self {
            link,
            raw,
            closed: false,
        })
    }

    /// Moves the payload of all whole frames to `into`; says whether there was any.
    fn unpack(&mut self, into: &mut Vec<u8>) -> Result<bool> {
        let before = into.len();
        while let Some((opcode, payload)) = take_frame(&mut self.raw)? {
            match opcode {
                TEXT | BINARY | CONTINUATION => into.extend_from_slice(&payload),
                PING => self.link.send(&frame(PONG, &payload))?,
                CLOSE => self.closed = true,
                _ => {}
            }
        }
        Ok(into.len() > before)
    }
}

impl Transport for WebSocket {
    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.link.send(&frame(BINARY, bytes))
    }

    fn receive(&mut self, into: &mut Vec<u8>, deadline: Instant) -> Result<Received> {
        loop {
            if self.unpack(into)? {
                return Ok(Received::Bytes);
            }
            if self.closed {
                return Ok(Received::Closed);
            }
            match self.link.receive(&mut self.raw, deadline)? {
                Received::Bytes if real_now() <= deadline => {}
                Received::Bytes => return Ok(Received::Nothing),
                other => return Ok(other),
            }
        }
    }
}

/// A masked frame; the mask is zero, which keeps it readable in traces.
fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    const FINAL: u8 = 0x80;
    const MASKED: u8 = 0x80;
    let mut frame = vec![FINAL | opcode];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(len @ 0..126), _) => frame.push(MASKED | len),
        (_, Ok(len)) => {
            frame.push(MASKED | 126);
            frame.extend(len.to_be_bytes());
        }
        _ => {
            frame.push(MASKED | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend_from_slice(payload);
    frame
}

/// Takes the first frame off `raw` once it is whole; servers don't mask.
fn take_frame(raw: &mut Vec<u8>) -> Result<Option<(u8, Vec<u8>)>> {
    let Some((&[first, second], rest)) = raw.split_first_chunk::<2>() else {
        return Ok(None);
    };
    let (len, extra) = match second {
        127 => match rest.first_chunk() {
            Some(len) => (u64::from_be_bytes(*len), 8),
            None => return Ok(None),
        },
        126 => match rest.first_chunk() {
            Some(len) => (u64::from(u16::from_be_bytes(*len)), 2),
            None => return Ok(None),
        },
        0..126 => (u64::from(second), 0),
        128.. => bail!("the server masked a frame"),
    };
    if len > FRAME_BYTES_MAX {
        bail!("a frame of {len} bytes");
    }
    let start = 2 + extra;
    let end = start + usize::try_from(len)?;
    if raw.len() < end {
        return Ok(None);
    }
    let payload = raw[start..end].to_vec();
    raw.drain(..end);
    Ok(Some((first & 0x0F, payload)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_whole_at_any_split() {
        for len in [0usize, 125, 126, 65_535, 65_536] {
            let mut sent = frame(BINARY, &vec![b'x'; len]);
            let mask_at = sent.len() - len - 4;
            sent.drain(mask_at..mask_at + 4);
            sent[1] &= 0x7F;
            let mut raw = vec![];
            for (i, byte) in sent.iter().enumerate() {
                assert!(i > 10 || take_frame(&mut raw).unwrap().is_none());
                raw.push(*byte);
            }
            assert_eq!(take_frame(&mut raw).unwrap().unwrap().1.len(), len);
            assert!(raw.is_empty());
        }
    }
}
