//! A file of messages in a tape, `msgs/<n>.blk`: records, one after the other.
//!
//! A record: `length u32, sequence u64, time i64, subject length u16, subject, [headers length u32, headers,] payload, checksum u64`,
//! little-endian; the length is that of the whole record. The highest bit of the length says that there are headers. In the sequence,
//! the highest bit marks a message that was overwritten, the next one a note that a message of another record is gone.

use super::hash::{SUM, Summer};
use super::{BODY_MAX, Entry, Part};
use crate::headers::BLOCK_MAX;

const HEAD: usize = 22;
const HAS_HEADERS: u32 = 1 << 31;
const ERASED: u64 = 1 << 63;
const TOMBSTONE: u64 = 1 << 62;

/// The record that `bytes` begin with, and its length; `Some(None)`: it isn't whole. `None`: it is damaged, or doesn't end within `left`.
pub(super) fn record<'a>(
    bytes: &'a [u8],
    left: u64,
    summer: &Summer,
) -> Option<Option<(Part<'a>, usize)>> {
    let Some(head) = bytes.first_chunk::<HEAD>() else {
        return (left >= HEAD as u64).then_some(None);
    };
    let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|it| head[at + it]));
    let len = number(0) as u32;
    let (has_headers, len) = (len & HAS_HEADERS != 0, (len & !HAS_HEADERS) as usize);
    if len < HEAD + SUM || len as u64 > left.min(BODY_MAX) {
        return None;
    }
    let Some(record) = bytes.get(..len) else {
        return Some(None);
    };
    let (seq, time) = (number(4), number(12) as i64);
    if seq & ERASED != 0 {
        return Some(Some((Part::Gone(seq & !ERASED), len)));
    }
    let (body, sum) = record[HEAD..].split_at(len - HEAD - SUM);
    let subject = usize::from(u16::from_le_bytes([head[20], head[21]]));
    let (subject, rest) = body.split_at_checked(subject)?;
    let (headers, payload) = match has_headers {
        true => headers(rest).filter(|(headers, _)| headers.len() <= BLOCK_MAX)?,
        false => (&[][..], rest),
    };
    if summer.sum(&[&head[4..20], subject, headers, payload]) != sum {
        return None;
    }
    let part = match seq {
        _ if seq & TOMBSTONE != 0 => Part::Gone(seq & !TOMBSTONE),
        // A place that never was a message's.
        0 => Part::Gone(0),
        _ => Part::Message(Entry {
            name: subject,
            time,
            seq,
            headers,
            payload,
        }),
    };
    Some(Some((part, len)))
}

fn headers(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*len) as usize)
}
