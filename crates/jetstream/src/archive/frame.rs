//! An S2 stream: chunks of type, length (3 bytes), masked crc32c of the plain bytes, bytes. Integers are little-endian.

use super::Fault;

/// Plain bytes of a chunk that we write.
const BLOCK: usize = 256 << 10;
/// Plain bytes of a chunk that we read.
const BLOCK_MAX: usize = 4 << 20;
const HEAD: usize = 4;
const CRC: usize = 4;
const COMPRESSED: u8 = 0x00;
const PLAIN: u8 = 0x01;
/// Chunks from here on may be left out.
const SKIPPABLE: u8 = 0x80;
const IDENTIFIER: u8 = 0xff;
const S2: &[u8] = b"S2sTwO";
const SNAPPY: &[u8] = b"sNaPpY";

/// Writes a stream.
#[derive(Default)]
pub(crate) struct Packer {
    plain: Vec<u8>,
    packed: Vec<u8>,
    begun: bool,
}

impl Packer {
    /// Adds bytes.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.plain.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
            if self.plain.len() == BLOCK {
                self.flush();
            }
        }
    }

    /// Packs what was written.
    pub(crate) fn flush(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.chunk(IDENTIFIER, &[S2]);
        }
        let plain = std::mem::take(&mut self.plain);
        if plain.is_empty() {
            return;
        }
        let crc = minlz::crc::crc(&plain).to_le_bytes();
        let smaller = minlz::s2::encode(&plain);
        match smaller.len() < plain.len() {
            true => self.chunk(COMPRESSED, &[&crc, &smaller]),
            false => self.chunk(PLAIN, &[&crc, &plain]),
        }
    }

    fn chunk(&mut self, kind: u8, parts: &[&[u8]]) {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let [a, b, c, _] = u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes();
        self.packed.extend_from_slice(&[kind, a, b, c]);
        parts
            .iter()
            .for_each(|part| self.packed.extend_from_slice(part));
    }

    /// Packed bytes that weren't taken yet.
    pub(crate) fn len(&self) -> usize {
        self.packed.len()
    }

    /// Takes packed bytes, at most `most`.
    pub(crate) fn take(&mut self, most: usize) -> Vec<u8> {
        let rest = self.packed.split_off(most.min(self.packed.len()));
        std::mem::replace(&mut self.packed, rest)
    }
}

/// Reads a stream.
#[derive(Default)]
pub(super) struct Frames {
    packed: Vec<u8>,
    /// Bytes of `packed` that were unpacked.
    at: usize,
    begun: bool,
}

impl Frames {
    /// Adds packed bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.packed.drain(..std::mem::take(&mut self.at));
        self.packed.extend_from_slice(bytes);
    }

    /// Adds to `plain` what the next frame holds, at most [`BLOCK_MAX`]. False: there is no whole frame.
    pub(super) fn unpack(&mut self, plain: &mut Vec<u8>) -> Result<bool, Fault> {
        let rest = &self.packed[self.at..];
        let Some((head, rest)) = rest.split_first_chunk::<HEAD>() else {
            return Ok(false);
        };
        let [kind, a, b, c] = *head;
        let len = u32::from_le_bytes([a, b, c, 0]) as usize;
        if !self.begun && kind != IDENTIFIER {
            return Err(Fault::Corrupt);
        }
        let most = minlz::s2::max_encoded_len(BLOCK_MAX).map_or(BLOCK_MAX, |most| most + CRC);
        if kind < SKIPPABLE && len > most {
            return Err(Fault::Corrupt);
        }
        let Some(body) = rest.get(..len) else {
            return Ok(false);
        };
        match kind {
            IDENTIFIER if body != S2 && body != SNAPPY => return Err(Fault::Corrupt),
            IDENTIFIER => self.begun = true,
            COMPRESSED | PLAIN => unpack(kind, body, plain)?,
            SKIPPABLE.. => {}
            _ => return Err(Fault::Corrupt),
        }
        self.at += HEAD + len;
        Ok(true)
    }

    /// Packed bytes that weren't unpacked yet.
    pub(super) fn len(&self) -> usize {
        self.packed.len() - self.at
    }
}

fn unpack(kind: u8, body: &[u8], plain: &mut Vec<u8>) -> Result<(), Fault> {
    let (crc, body) = body.split_first_chunk::<CRC>().ok_or(Fault::Corrupt)?;
    let before = plain.len();
    if kind == PLAIN {
        if body.len() > BLOCK_MAX {
            return Err(Fault::Corrupt);
        }
        plain.extend_from_slice(body);
    } else {
        let (len, _) = minlz::s2::decode_len(body).map_err(|_| Fault::Corrupt)?;
        if len > BLOCK_MAX {
            return Err(Fault::Corrupt);
        }
        plain.extend(minlz::s2::decode(body).map_err(|_| Fault::Corrupt)?);
    }
    match minlz::crc::crc(&plain[before..]) == u32::from_le_bytes(*crc) {
        true => Ok(()),
        false => Err(Fault::Checksum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = Packer::default();
        packer.write(bytes);
        packer.flush();
        packer.take(usize::MAX)
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_back_from_any_pieces(
            bytes in prop::collection::vec(prop_oneof![Just(7_u8), any::<u8>()], 0..2000),
            repeat in 1..400_usize,
            piece in 1..5000_usize,
        ) {
            let bytes = bytes.repeat(repeat);
            let (mut frames, mut plain) = (Frames::default(), Vec::new());
            for piece in packed(&bytes).chunks(piece) {
                frames.push(piece);
                while frames.unpack(&mut plain).unwrap() {}
            }
            prop_assert_eq!(frames.len(), 0);
            prop_assert!(plain == bytes);
        }

        #[test]
        fn a_changed_byte_is_noticed_or_left_out(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let mut bytes = packed(&[1, 2, 3, 4, 5, 6, 7, 8].repeat(100));
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            let (mut frames, mut plain) = (Frames::default(), Vec::new());
            frames.push(&bytes);
            let read = std::iter::repeat_with(|| frames.unpack(&mut plain)).find(|read| *read != Ok(true));
            // A length or a type may hide the chunk, but nothing wrong comes out.
            prop_assert!(read.is_some_and(|read| read.is_err()) || plain.is_empty() || plain == [1, 2, 3, 4, 5, 6, 7, 8].repeat(100));
        }
    }

    #[test]
    fn a_stream_begins_with_its_identifier() {
        let mut frames = Frames::default();
        frames.push(b"garbage");
        assert_eq!(frames.unpack(&mut Vec::new()), Err(Fault::Corrupt));
    }
}
