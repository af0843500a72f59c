//! An entry: `name length, time, sequence, headers length, payload length` as LEB128 numbers (the time zigzag), then name, headers,
//! payload. All zero is the end.

use super::frame::Frames;
use super::{Fault, MAGIC, Packer};
use crate::leb128::{put, take};

/// Longest name.
const NAME_MAX: u64 = 1 << 20;
/// Longest headers and payload.
const BODY_MAX: u64 = 64 << 20;
/// Name, time, sequence, headers, payload.
const NUMBERS: usize = 5;
/// Where older servers' archives say that they are tapes.
const TAPE: (usize, &[u8]) = (257, b"ustar");

/// One thing in an archive: the state, a consumer, or a message under its subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a [u8],
    /// Nanoseconds since 1970.
    pub(crate) time: i64,
    /// 0 for what isn't a message.
    pub(crate) seq: u64,
    pub(crate) headers: &'a [u8],
    pub(crate) payload: &'a [u8],
}

impl Entry<'_> {
    pub(crate) fn write(&self, to: &mut Packer) {
        let mut head = Vec::with_capacity(64 + self.name.len());
        put(&mut head, self.name.len() as u64);
        put(&mut head, ((self.time << 1) ^ (self.time >> 63)) as u64);
        put(&mut head, self.seq);
        put(&mut head, self.headers.len() as u64);
        put(&mut head, self.payload.len() as u64);
        head.extend_from_slice(self.name);
        to.write(&head);
        to.write(self.headers);
        to.write(self.payload);
    }

    /// Whether nothing follows.
    pub(crate) fn is_end(&self) -> bool {
        *self == Entry::default()
    }
}

/// Reads entries out of an S2 stream.
#[derive(Default)]
pub(crate) struct Unpacker {
    frames: Frames,
    plain: Vec<u8>,
    at: usize,
    begun: bool,
}

impl Unpacker {
    /// Adds packed bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.plain.drain(..std::mem::take(&mut self.at));
        self.frames.push(bytes, &mut self.plain)
    }

    /// Bytes that are held and not used yet.
    pub(crate) fn held(&self) -> usize {
        self.plain.len() - self.at
    }

    /// Whether the bytes so far end where a frame ends.
    pub(crate) fn is_whole(&self) -> bool {
        self.frames.is_whole()
    }

    /// The next entry, and what to hand to [`Unpacker::used`] when it is done with. `None`: not whole yet.
    pub(crate) fn next(&mut self) -> Result<Option<(Entry<'_>, usize)>, Fault> {
        if !self.begun {
            let Some(magic) = self.plain.get(..MAGIC.len()) else {
                return Ok(None);
            };
            if magic != MAGIC {
                let tape = self.plain.get(TAPE.0..TAPE.0 + TAPE.1.len());
                return Err(if tape == Some(TAPE.1) {
                    Fault::OldForm
                } else {
                    Fault::Invalid
                });
            }
            (self.begun, self.at) = (true, MAGIC.len());
        }
        let mut rest = &self.plain[self.at..];
        let mut numbers = [0; NUMBERS];
        for number in &mut numbers {
            *number = match take(&mut rest) {
                Some(number) => number.map_err(|_| Fault::Invalid)?,
                None => return Ok(None),
            };
        }
        let [name, time, seq, headers, payload] = numbers;
        if name > NAME_MAX || headers > BODY_MAX || payload > BODY_MAX {
            return Err(Fault::Invalid);
        }
        let (name, headers, payload) = (name as usize, headers as usize, payload as usize);
        let Some(body) = rest.get(..name + headers + payload) else {
            return Ok(None);
        };
        let used = self.plain.len() - self.at - rest.len() + body.len();
        let (name, body) = body.split_at(name);
        let (headers, payload) = body.split_at(headers);
        let time = (time >> 1) as i64 ^ -((time & 1) as i64);
        Ok(Some((
            Entry {
                name,
                time,
                seq,
                headers,
                payload,
            },
            used,
        )))
    }

    /// The entry of this size is done with.
    pub(crate) fn used(&mut self, size: usize) {
        self.at += size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_come_back_from_any_pieces(
            entries in prop::collection::vec(
                (any::<Vec<u8>>(), any::<i64>(), any::<u64>(), any::<Vec<u8>>(), any::<Vec<u8>>()),
                0..20,
            ),
            piece in 1..300_usize,
        ) {
            let mut packer = Packer::default();
            packer.write(MAGIC);
            for (name, time, seq, headers, payload) in &entries {
                Entry { name, time: *time, seq: *seq, headers, payload }.write(&mut packer);
            }
            packer.flush();
            let (mut unpacker, mut read) = (Unpacker::default(), Vec::new());
            for piece in packer.take(usize::MAX).chunks(piece) {
                unpacker.push(piece).unwrap();
                while let Some((entry, size)) = unpacker.next().unwrap() {
                    read.push((entry.name.to_vec(), entry.time, entry.seq, entry.headers.to_vec(), entry.payload.to_vec()));
                    unpacker.used(size);
                }
            }
            prop_assert_eq!(read, entries);
            prop_assert_eq!(unpacker.held(), 0);
        }
    }

    #[test]
    fn an_older_form_is_told_by_name() {
        let mut tape = vec![b'm'; 512];
        tape[257..262].copy_from_slice(b"ustar");
        let mut packer = Packer::default();
        packer.write(&tape);
        packer.flush();
        let mut unpacker = Unpacker::default();
        unpacker.push(&packer.take(usize::MAX)).unwrap();
        assert_eq!(unpacker.next(), Err(Fault::OldForm));
    }
}
