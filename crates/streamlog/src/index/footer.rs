//! The index of a sealed segment, used as it lies in the file (`docs/streamlog.md`, "Footer").
use super::{HeapIndex, Place, heap::common_len};
use crate::{
    dots::Dots,
    filter::Filter,
    record::{crc, put_leb, take_leb},
};
use bytes::Bytes;
use std::ops::Range;

const MAGIC: &[u8; 8] = b"MDGFOOT1";
const HEAD: usize = 64;
const FLAG_DENSE: u32 = 1;
/// The head says how many dots the subjects have.
const FLAG_DOTS: u32 = 2;
const SUBJECT: usize = 16;

/// A checked footer.
#[derive(Clone)]
pub(crate) struct Footer {
    bytes: Bytes,
    base: u64,
    dense: bool,
    span: u32,
    count: u32,
    places: usize,
    ttls: usize,
    ttl_count: usize,
    subjects: usize,
    subject_count: u32,
    dots: Dots,
    names: usize,
    postings: usize,
}

impl Footer {
    /// The bytes of the footer that says what `index` says, less what `keep` refuses.
    pub(crate) fn encode(index: &HeapIndex, seed: u32) -> Vec<u8> {
        let full: Vec<(u32, Place)> = (0u32..)
            .zip(&index.places)
            .filter(|(_, place)| !place.is_none())
            .map(|(i, place)| (i, *place))
            .collect();
        let span = index.places.len();
        let dense = full.len() * 3 >= span * 2;
        let mut out = vec![0; HEAD];
        let mut put = |value: u32| out.extend_from_slice(&value.to_le_bytes());
        if dense {
            for place in &index.places {
                put(place.offset);
                put(place.len);
            }
        } else {
            for (i, place) in &full {
                put(*i);
                put(place.offset);
                put(place.len);
            }
        }
        for (i, seconds) in &index.ttls {
            put(*i);
            put(*seconds);
        }
        let (mut table, mut names, mut postings) = (Vec::new(), Vec::new(), Vec::new());
        let sorted = index.sorted();
        let (mut subject_count, mut dots) = (0u32, Dots::default());
        for subject in sorted {
            if subject.postings.is_empty() {
                continue;
            }
            subject_count += 1;
            let name = index.name(subject);
            dots.add(name);
            table.extend_from_slice(&(names.len() as u32).to_le_bytes());
            table.extend_from_slice(&(name.len() as u16).to_le_bytes());
            table.extend_from_slice(&[0, 0]);
            table.extend_from_slice(&(postings.len() as u32).to_le_bytes());
            table.extend_from_slice(&(subject.postings.len() as u32).to_le_bytes());
            names.extend_from_slice(name);
            let mut last = 0;
            for &i in &subject.postings {
                put_leb(&mut postings, u64::from(i - last));
                last = i;
            }
        }
        out.extend_from_slice(&table);
        out.extend_from_slice(&names);
        out.extend_from_slice(&postings);

        let head = [
            FLAG_DOTS | (u32::from(dense) * FLAG_DENSE),
            span as u32,
            full.len() as u32,
            index.ttls.len() as u32,
            subject_count,
            names.len() as u32,
            postings.len() as u32,
        ];
        out[..8].copy_from_slice(MAGIC);
        out[16..24].copy_from_slice(&index.base.to_le_bytes());
        for (k, value) in head.iter().enumerate() {
            out[24 + k * 4..][..4].copy_from_slice(&value.to_le_bytes());
        }
        out[52..54].copy_from_slice(&dots.min.to_le_bytes());
        out[54..56].copy_from_slice(&dots.max.to_le_bytes());
        let sum = crc(seed, &out[12..]);
        out[8..12].copy_from_slice(&sum.to_le_bytes());
        out
    }

    /// `None` if the bytes aren't a footer of this segment, whole and unchanged.
    pub(crate) fn parse(bytes: Bytes, seed: u32) -> Option<Self> {
        let u32_at = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        if bytes.len() < HEAD || bytes[..8] != *MAGIC || crc(seed, &bytes[12..]) != u32_at(8)? {
            return None;
        }
        let dense = u32_at(24)? & FLAG_DENSE != 0;
        let dots = match u32_at(24)? & FLAG_DOTS {
            0 => Dots::ANY,
            _ => Dots {
                min: u16::from_le_bytes([bytes[52], bytes[53]]),
                max: u16::from_le_bytes([bytes[54], bytes[55]]),
            },
        };
        let (span, count, ttl_count, subject_count) =
            (u32_at(28)?, u32_at(32)?, u32_at(36)?, u32_at(40)?);
        let (names_len, postings_len) = (u32_at(44)? as usize, u32_at(48)? as usize);
        let places_len = if dense {
            span as usize * 8
        } else {
            count as usize * 12
        };
        let ttls = HEAD + places_len;
        let subjects = ttls + ttl_count as usize * 8;
        let names = subjects + subject_count as usize * SUBJECT;
        let postings = names + names_len;
        (postings + postings_len == bytes.len()).then_some(())?;
        let base = u64::from_le_bytes(bytes[16..24].try_into().ok()?);
        let ttl_count = ttl_count as usize;
        Some(Self {
            base,
            dense,
            span,
            count,
            places: HEAD,
            ttls,
            ttl_count,
            subjects,
            subject_count,
            dots,
            names,
            postings,
            bytes,
        })
    }

    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    pub(crate) fn span(&self) -> u32 {
        self.span
    }

    pub(crate) fn subject_count(&self) -> u32 {
        self.subject_count
    }

    fn u32_at(&self, at: usize) -> u32 {
        self.bytes
            .get(at..at + 4)
            .map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    pub(crate) fn place(&self, index: u32) -> Option<Place> {
        let at = if self.dense {
            (index < self.span).then(|| self.places + index as usize * 8)?
        } else {
            let row = partition(0..self.count, |row| {
                self.u32_at(self.places + row as usize * 12) < index
            });
            let at = self.places + row as usize * 12;
            (row < self.count && self.u32_at(at) == index).then_some(at + 4)?
        };
        let place = Place {
            offset: self.u32_at(at),
            len: self.u32_at(at + 4),
        };
        (!place.is_none()).then_some(place)
    }

    /// The first index >= `from` that has a message.
    pub(crate) fn next_index(&self, from: u32) -> Option<u32> {
        if self.dense {
            return (from..self.span).find(|&i| self.place(i).is_some());
        }
        let row = partition(0..self.count, |row| {
            self.u32_at(self.places + row as usize * 12) < from
        });
        (row < self.count).then(|| self.u32_at(self.places + row as usize * 12))
    }

    /// How many indices in `range` have a message.
    pub(crate) fn present_in(&self, range: Range<u32>) -> u64 {
        let end = range.end.min(self.span);
        if range.start >= end {
            return 0;
        }
        if self.count == self.span {
            return u64::from(end - range.start);
        }
        if self.dense {
            return (range.start..end)
                .filter(|&i| self.place(i).is_some())
                .count() as u64;
        }
        let row_of = |index: u32| {
            partition(0..self.count, |row| {
                self.u32_at(self.places + row as usize * 12) < index
            })
        };
        u64::from(row_of(end) - row_of(range.start))
    }

    pub(crate) fn ttl(&self, i: u32) -> u32 {
        let at = |row: u32| self.ttls + row as usize * 8;
        let row = partition(0..self.ttl_count as u32, |row| self.u32_at(at(row)) < i);
        match (row as usize) < self.ttl_count && self.u32_at(at(row)) == i {
            true => self.u32_at(at(row) + 4),
            false => 0,
        }
    }

    pub(crate) fn ttls(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.ttl_count).map(|k| {
            (
                self.u32_at(self.ttls + k * 8),
                self.u32_at(self.ttls + k * 8 + 4),
            )
        })
    }

    pub(crate) fn name(&self, ordinal: u32) -> &[u8] {
        let row = self.subjects + ordinal as usize * SUBJECT;
        let at = self.names + self.u32_at(row) as usize;
        let len = (self.u32_at(row + 4) & 0xFFFF) as usize;
        self.bytes.get(at..at + len).unwrap_or(&[])
    }

    /// How many messages the subject has here.
    pub(crate) fn subject_len(&self, ordinal: u32) -> u32 {
        self.u32_at(self.subjects + ordinal as usize * SUBJECT + 12)
    }

    pub(crate) fn postings(&self, ordinal: u32) -> Postings<'_> {
        let row = self.subjects + ordinal as usize * SUBJECT;
        let at = self.postings + self.u32_at(row + 8) as usize;
        Postings {
            left: self.u32_at(row + 12),
            bytes: self.bytes.get(at..).unwrap_or(&[]),
            last: 0,
        }
    }

    pub(crate) fn find(&self, subject: &[u8]) -> Option<u32> {
        let ordinal = partition(0..self.subject_count, |k| self.name(k) < subject);
        (ordinal < self.subject_count && self.name(ordinal) == subject).then_some(ordinal)
    }

    /// The ordinal of the first subject for which `is_there` is true, which it is for all after it.
    pub(crate) fn first_where(&self, is_there: impl Fn(&[u8]) -> bool) -> u32 {
        partition(0..self.subject_count, |k| !is_there(self.name(k)))
    }

    /// The ordinals whose subjects match.
    pub(crate) fn matching(&self, filter: &Filter) -> impl Iterator<Item = u32> + use<> {
        self.runs(filter).into_iter().flatten()
    }

    /// What all subjects begin with, and their dots.
    pub(crate) fn common(&self) -> (&[u8], Dots) {
        let Some(last) = self.subject_count.checked_sub(1) else {
            return (&[], self.dots);
        };
        // They are sorted.
        let first = self.name(0);
        (&first[..common_len(first, self.name(last))], self.dots)
    }

    pub(super) fn dots(&self) -> Dots {
        self.dots
    }

    /// Whether each subject has one message here.
    pub(super) fn has_one_each(&self) -> bool {
        self.count == self.subject_count
    }

    /// The ordinals whose subjects begin like that.
    pub(crate) fn beginning(&self, prefix: &[u8]) -> Range<u32> {
        let begin = self.first_where(|name| name >= prefix);
        let begins = |k| self.name(k).starts_with(prefix);
        begin..leap(begin..self.subject_count, begins)
    }
}

/// The indices of one subject, rising.
pub(crate) struct Postings<'a> {
    left: u32,
    bytes: &'a [u8],
    last: u32,
}

impl Iterator for Postings<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        let gap = take_leb(&mut self.bytes)? as u32;
        self.last = self.last.wrapping_add(gap);
        Some(self.last)
    }
}

/// The first in `range` for which `before` is false.
pub(super) fn partition(range: Range<u32>, before: impl Fn(u32) -> bool) -> u32 {
    let Range { mut start, mut end } = range;
    while start < end {
        let middle = start + (end - start) / 2;
        if before(middle) {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    start
}

/// The first in `range` for which `before` is false; cheap if that is near.
pub(super) fn leap(range: Range<u32>, before: impl Fn(u32) -> bool) -> u32 {
    let Range { mut start, end } = range;
    let mut len = 1;
    while start < end {
        let probe = start.saturating_add(len).min(end) - 1;
        if !before(probe) {
            return partition(start..probe, before);
        }
        start = probe + 1;
        len = len.saturating_mul(2);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(gap: u64) -> HeapIndex {
        let mut index = HeapIndex::new(10);
        for k in 0..200u64 {
            let place = Place {
                offset: 32 + k as u32 * 64,
                len: 9,
            };
            index.push(
                10 + k * gap,
                place,
                format!("s.{}", k % 7).as_bytes(),
                u32::from(k % 50 == 0),
            );
        }
        index
    }

    #[test]
    fn footer_says_what_the_heap_index_says() {
        for gap in [1, 5] {
            let index = sample(gap);
            let bytes = Footer::encode(&index, 3);
            let footer = Footer::parse(bytes.into(), 3).unwrap();
            assert_eq!(footer.span() as usize, index.places.len());
            for i in 0..footer.span() + 3 {
                let want = index.places.get(i as usize).filter(|p| !p.is_none());
                assert_eq!(footer.place(i).as_ref(), want);
            }
            assert_eq!(footer.subject_count(), 7);
            for k in 0..7 {
                let name = format!("s.{k}");
                let ordinal = footer.find(name.as_bytes()).unwrap();
                assert_eq!(footer.name(ordinal), name.as_bytes());
                assert!(
                    footer.postings(ordinal).eq(index
                        .find(name.as_bytes())
                        .unwrap()
                        .postings
                        .iter()
                        .copied())
                );
            }
            assert_eq!(footer.find(b"s.9"), None);
            assert_eq!(footer.matching(&Filter::new("s.*")).count(), 7);
            assert!(footer.ttls().eq(index.ttls.iter().copied()));
            assert!((0..footer.span + 2).all(|i| footer.ttl(i) == index.ttl(i)));
        }
    }

    #[test]
    fn each_flipped_byte_is_refused() {
        let bytes = Footer::encode(&sample(1), 3);
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 0x10;
            assert!(Footer::parse(bad.into(), 3).is_none(), "byte {at}");
        }
    }
}
