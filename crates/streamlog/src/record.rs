//! One record: head, body, padding. Messages and commands share the form (`docs/streamlog.md`, "Record").
use crate::state::SEQ_MAX;
use bytes::{BufMut, BytesMut};

/// Bytes before the body.
pub(crate) const HEAD: usize = 48;
/// Records begin on a multiple of this.
pub(crate) const ALIGN: usize = 8;
/// What padding consists of: not zero, so that a page which never arrived can't pass for it.
const PAD: u8 = 0x5A;
/// The longest subject a head can say.
pub(crate) const SUBJECT_MAX: usize = u16::MAX as usize;

pub(crate) const FLAG_COMPRESSED: u8 = 1;
pub(crate) const FLAG_ENCRYPTED: u8 = 2;
/// of what is encrypted: its body is bound to the head, a command's to its place as well; without it, to the segment alone (version 1)
pub(crate) const FLAG_BOUND: u8 = 32;
/// of a delete: the bytes are to go as well
pub(crate) const FLAG_ERASE: u8 = 4;

/// of a message or a gap: the next record belongs to the same batch
pub(crate) const FLAG_MORE: u8 = 8;
/// of a message or a gap: it is the last of its batch
pub(crate) const FLAG_ENDS: u8 = 16;
pub(crate) const RECORD_BATCH: u8 = FLAG_MORE | FLAG_ENDS;

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Message = 0,
    /// body: runs of deleted sequences
    Delete = 1,
    /// `seq` becomes the first sequence
    First = 2,
    /// the stream goes on at `seq + 1`
    Last = 3,
    /// everything above `seq` is taken back
    Truncate = 4,
    /// the first record of a segment that isn't the stream's first: the segment before it (in `ttl`) ended at `seq`
    Begin = 5,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Message,
            1 => Self::Delete,
            2 => Self::First,
            3 => Self::Last,
            4 => Self::Truncate,
            5 => Self::Begin,
            _ => return None,
        })
    }
}

/// The head of a record, without checksum and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
    pub(crate) seq: u64,
    pub(crate) time: u64,
    pub(crate) ttl: u32,
    pub(crate) lag: u32,
    pub(crate) headers: u32,
    pub(crate) subject: u16,
    pub(crate) stored: u32,
    pub(crate) plain: u32,
}

impl Head {
    /// The fields as they are written, with no checksum yet.
    fn bytes(&self) -> [u8; HEAD] {
        let mut out = [0; HEAD];
        out[4..8].copy_from_slice(&(self.len() as u32).to_le_bytes());
        out[8..16].copy_from_slice(&self.seq.to_le_bytes());
        out[16..24].copy_from_slice(&self.time.to_le_bytes());
        out[24..28].copy_from_slice(&self.ttl.to_le_bytes());
        out[28..32].copy_from_slice(&self.lag.to_le_bytes());
        out[32..36].copy_from_slice(&self.headers.to_le_bytes());
        out[36..38].copy_from_slice(&self.subject.to_le_bytes());
        (out[38], out[39]) = (self.kind as u8, self.flags);
        out[40..44].copy_from_slice(&self.stored.to_le_bytes());
        out[44..48].copy_from_slice(&self.plain.to_le_bytes());
        out
    }

    /// What an encrypted body is bound to: all that the head says, less a message's place in a batch, which a rewrite takes away, and the length as stored,
    /// which is the body's own.
    pub(crate) fn context(&self) -> [u8; HEAD - 8] {
        let left_out = match self.kind {
            Kind::Message => RECORD_BATCH,
            _ => 0,
        };
        let alone = Self {
            flags: self.flags & !left_out,
            stored: 0,
            ..*self
        };
        let mut context = [0; HEAD - 8];
        context.copy_from_slice(&alone.bytes()[8..]);
        context
    }

    /// Length of the whole record, padding included.
    pub(crate) fn len(&self) -> usize {
        len_of(self.stored as usize)
    }
}

/// Length of a record whose body takes `stored` bytes: at least one byte of padding.
pub(crate) const fn len_of(stored: usize) -> usize {
    (HEAD + stored + ALIGN) & !(ALIGN - 1)
}

/// The checksum's seed: makes bytes of another store, stream, segment or rewrite foreign.
pub(crate) fn seed(salt: u64, stream: u64, segment: u32, rewrite: u32) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&salt.to_le_bytes());
    hasher.update(&stream.to_le_bytes());
    hasher.update(&segment.to_le_bytes());
    hasher.update(&rewrite.to_le_bytes());
    hasher.finalize()
}

/// crc32 of `bytes` going on from `seed`.
pub(crate) fn crc(seed: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(seed);
    hasher.update(bytes);
    hasher.finalize()
}

/// Appends a record to `out`; the parts are its body as stored.
pub(crate) fn encode(out: &mut BytesMut, seed: u32, head: &Head, parts: &[&[u8]]) {
    let start = out.len();
    let len = head.len();
    debug_assert_eq!(
        parts.iter().map(|p| p.len()).sum::<usize>(),
        head.stored as usize
    );
    out.reserve(len);
    out.extend_from_slice(&head.bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    out.put_bytes(PAD, start + len - out.len());
    let sum = crc(seed, &out[start + 4..]);
    out[start..start + 4].copy_from_slice(&sum.to_le_bytes());
}

/// The length field of what may be a record, if it is plausible.
pub(crate) fn peek_len(bytes: &[u8]) -> Option<usize> {
    let len = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?) as usize;
    (len > HEAD && len.is_multiple_of(ALIGN)).then_some(len)
}

/// The head of the record at the start of `bytes`, if a whole one with a good checksum is there.
pub(crate) fn verify(bytes: &[u8], seed: u32) -> Option<Head> {
    let len = peek_len(bytes)?;
    let record = bytes.get(..len)?;
    let want = u32::from_le_bytes(record[..4].try_into().ok()?);
    if crc(seed, &record[4..]) != want {
        return None;
    }
    let head = head(record)?;
    (head.len() == len && fits(&head)).then_some(head)
}

/// Reads the fields without checking them.
fn head(bytes: &[u8]) -> Option<Head> {
    let u32_at =
        |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
    Some(Head {
        seq: u64_at(8),
        time: u64_at(16),
        ttl: u32_at(24),
        lag: u32_at(28),
        headers: u32_at(32),
        subject: u16::from_le_bytes([bytes[36], bytes[37]]),
        kind: Kind::from_byte(bytes[38])?,
        flags: bytes[39],
        stored: u32_at(40),
        plain: u32_at(44),
    })
}

/// A message has a sequence with one after it, subject + headers <= plain, and a clear body is as long as it says.
fn fits(head: &Head) -> bool {
    let parts = u64::from(head.subject) + u64::from(head.headers);
    let has_seq = (1..=SEQ_MAX).contains(&head.seq) || head.kind != Kind::Message;
    has_seq
        && parts <= u64::from(head.plain)
        && (head.flags & !RECORD_BATCH != 0 || head.stored == head.plain)
}

/// Appends a number as LEB128.
pub(crate) fn put_leb(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a LEB128 number off the front of `bytes`.
pub(crate) fn take_leb(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The body of a delete: runs as (first, count), each first relative to the end of the run before.
pub(crate) fn encode_runs(runs: &[(u64, u64)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut end = 0;
    for &(first, count) in runs {
        put_leb(&mut out, first - end);
        put_leb(&mut out, count);
        end = first + count;
    }
    out
}

/// The inverse of [`encode_runs`]; stops at the first thing that makes no sense.
pub(crate) fn decode_runs(mut bytes: &[u8]) -> Vec<(u64, u64)> {
    let mut runs = Vec::new();
    let mut end = 0u64;
    while !bytes.is_empty() {
        let (Some(gap), Some(count)) = (take_leb(&mut bytes), take_leb(&mut bytes)) else {
            break;
        };
        let Some(first) = end.checked_add(gap) else {
            break;
        };
        let Some(next) = first.checked_add(count) else {
            break;
        };
        runs.push((first, count));
        end = next;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &[u8]) -> (BytesMut, Head) {
        let head = Head {
            kind: Kind::Message,
            flags: 0,
            seq: 7,
            time: 9,
            ttl: 0,
            lag: 1,
            headers: 0,
            subject: 1,
            stored: body.len() as u32,
            plain: body.len() as u32,
        };
        let mut out = BytesMut::new();
        encode(&mut out, 5, &head, &[body]);
        (out, head)
    }

    #[test]
    fn what_was_encoded_verifies() {
        for n in 1..40 {
            let (bytes, head) = message(&vec![b'x'; n]);
            assert_eq!(bytes.len() % ALIGN, 0);
            assert_eq!(verify(&bytes, 5), Some(head));
            assert_eq!(verify(&bytes, 6), None, "another segment's seed");
        }
    }

    #[test]
    fn each_flipped_bit_is_seen() {
        let (bytes, _) = message(b"subject and payload");
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verify(&bad, 5), None, "bit {bit}");
        }
    }

    #[test]
    fn each_truncation_is_seen_even_when_zeros_follow() {
        let (bytes, _) = message(b"0123456789");
        for cut in 0..bytes.len() {
            let mut torn = bytes[..cut].to_vec();
            assert_eq!(verify(&torn, 5), None);
            torn.resize(bytes.len(), 0);
            assert_eq!(verify(&torn, 5), None, "zeros after {cut}");
        }
    }

    #[test]
    fn runs_come_back() {
        let runs = vec![(1, 1), (5, 100), (1 << 40, 3)];
        assert_eq!(decode_runs(&encode_runs(&runs)), runs);
        assert_eq!(decode_runs(&[0x80]), vec![]);
    }
}
