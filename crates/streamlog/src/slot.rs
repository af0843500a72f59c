//! A segment's place in its stream: which sequences it holds, and which of these are gone.
use crate::{
    Result,
    filter::Filter,
    index::{Index, IndexSet, Place, SubjectTotal},
    mappings::Look,
    segment::Segment,
    steps,
};
use std::{
    ops::{Deref, Range},
    sync::Arc,
};

/// One segment as the stream sees it. A clone is a snapshot which can be searched without the stream's lock.
#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) seg: Arc<Segment>,
    /// on the heap while the segment has no footer that was read
    pub(crate) heap: Option<Index>,
    pub(crate) dead: Arc<IndexSet>,
    /// sequences base..=last may be here; last < base: none
    pub(crate) base: u64,
    pub(crate) last: u64,
    /// the stream's last sequence when the segment was begun; a truncation may have gone below it since
    pub(crate) before: u64,
    /// messages that are alive, and their size
    pub(crate) live: u64,
    pub(crate) bytes: u64,
    /// messages ever put here
    pub(crate) count: u64,
    pub(crate) first_time: u64,
    pub(crate) last_time: u64,
    /// the second in which the first message with a ttl expires, or the one after it; 0: none
    pub(crate) first_expiry: u64,
    /// where the next record goes
    pub(crate) end: u32,
}

impl Slot {
    /// # Errors
    /// This one's and all below: when the segment can't be opened or mapped now, and what is asked for needs it.
    pub(crate) fn index(&self) -> Result<IndexRef<'_>> {
        if let Some(index) = &self.heap {
            return Ok(IndexRef::Heap(index));
        }
        let look = self.seg.look()?;
        Ok(IndexRef::Sealed(
            look.expect("a slot without a heap index has a footer"),
        ))
    }

    pub(crate) fn alive(&self, base: u64, first_seq: u64) -> impl Fn(u32) -> bool {
        let (low, last) = (
            first_seq.saturating_sub(base),
            self.last.saturating_sub(base),
        );
        let dead = &self.dead;
        move |i| u64::from(i) >= low && u64::from(i) <= last && !dead.contains(i)
    }

    /// Where the live message is.
    pub(crate) fn place(&self, seq: u64, first_seq: u64) -> Result<Option<(u32, Place)>> {
        if seq < self.base || seq > self.last {
            return Ok(None);
        }
        let index = self.index()?;
        let behind = seq.checked_sub(index.base());
        let Some(i) = behind.and_then(|behind| behind.try_into().ok()) else {
            return Ok(None);
        };
        let place = index
            .place(i)
            .filter(|_| self.alive(index.base(), first_seq)(i));
        Ok(place.map(|place| (i, place)))
    }

    /// Up to `max` live sequences >= `from` and where they are.
    pub(crate) fn walk(
        &self,
        from: u64,
        first_seq: u64,
        max: usize,
        mut f: impl FnMut(u64, Place),
    ) -> Result<()> {
        if self.live == 0 || self.last < from || max == 0 {
            return Ok(());
        }
        let index = self.index()?;
        let (base, alive) = (index.base(), self.alive(index.base(), first_seq));
        let Ok(from) = u32::try_from(from.saturating_sub(base)) else {
            return Ok(());
        };
        let mut left = max;
        index.walk(from, |i, place| {
            if alive(i) {
                f(base + u64::from(i), place);
                left -= 1;
            }
            left > 0
        });
        Ok(())
    }

    /// The first live sequence >= `from` that matches.
    pub(crate) fn next(&self, filter: &Filter, from: u64, first_seq: u64) -> Result<Option<u64>> {
        if self.live == 0 || self.last < from {
            return Ok(None);
        }
        let index = self.index()?;
        let base = index.base();
        let Ok(from) = u32::try_from(from.saturating_sub(base)) else {
            return Ok(None);
        };
        let found = index.next(filter, from, self.alive(base, first_seq));
        Ok(found.map(|i| base + u64::from(i)))
    }

    /// The last live sequence <= `upto` that matches.
    pub(crate) fn last(&self, filter: &Filter, upto: u64, first_seq: u64) -> Result<Option<u64>> {
        if self.live == 0 || self.base > upto {
            return Ok(None);
        }
        let index = self.index()?;
        let base = index.base();
        let end = u32::try_from((upto - base).saturating_add(1)).unwrap_or(u32::MAX);
        let found = index.last(filter, end, self.alive(base, first_seq));
        Ok(found.map(|i| base + u64::from(i)))
    }

    /// The index numbers of `from` and what is after it.
    pub(crate) fn range_from(&self, index: &Index, from: u64, first_seq: u64) -> Range<u32> {
        let base = index.base();
        let number = |seq: u64| u32::try_from(seq.saturating_sub(base)).unwrap_or(u32::MAX);
        let end = number(self.last.saturating_add(1));
        number(from.max(first_seq)).min(end)..end
    }

    /// How many live messages there are from `from` on.
    pub(crate) fn count_from(&self, from: u64, first_seq: u64) -> Result<u64> {
        if self.live == 0 || self.last < from {
            return Ok(0);
        }
        if from <= self.base.max(first_seq) {
            return Ok(self.live);
        }
        let index = self.index()?;
        let range = self.range_from(&index, from, first_seq);
        let present = index.present_in(range.clone());
        Ok(present.saturating_sub(self.dead.count_in(range, None)))
    }

    /// Live matching sequences in `from..`, rising, and how many subjects and messages were looked at.
    pub(crate) fn positions(
        &self,
        filter: &Filter,
        from: u64,
        first_seq: u64,
    ) -> Result<(Vec<u64>, usize)> {
        if self.live == 0 {
            return Ok((Vec::new(), 1));
        }
        let index = self.index()?;
        let (base, alive) = (index.base(), self.alive(index.base(), first_seq));
        let positions = index.positions(filter);
        let looks = index.subjects_compared(filter) + positions.len();
        steps::add(looks as u64);
        let live = positions.into_iter().filter(|&i| alive(i));
        let seqs = live.map(|i| base + u64::from(i)).filter(|&seq| seq >= from);
        Ok((seqs.collect(), looks))
    }

    /// Calls `f` with each matching subject, its first and last live sequence and their number.
    pub(crate) fn each_subject(
        &self,
        filter: &Filter,
        first_seq: u64,
        mut f: impl FnMut(&[u8], u64, u64, u64),
    ) -> Result<()> {
        if self.live == 0 {
            return Ok(());
        }
        let index = self.index()?;
        let (base, alive) = (index.base(), self.alive(index.base(), first_seq));
        index.each_subject(filter, |subject, postings| {
            if let Some(total) = total_of(base, postings.filter(|&i| alive(i))) {
                f(subject, total.first, total.last, total.count);
            }
        });
        Ok(())
    }

    /// Calls `f` with the subjects behind `after` by name and what is alive of them, until `left` subjects and messages were looked at, and as
    /// many subjects as the index lists at once. The last name, if there is one behind it.
    pub(crate) fn subjects_after(
        &self,
        after: Option<&[u8]>,
        first_seq: u64,
        left: &mut usize,
        mut f: impl FnMut(&[u8], SubjectTotal),
    ) -> Result<Option<Box<[u8]>>> {
        if self.live == 0 {
            return Ok(None);
        }
        let index = self.index()?;
        let (base, alive) = (index.base(), self.alive(index.base(), first_seq));
        let least = index.listed_at_once();
        let (most, mut listed) = (least.max(*left), 0);
        let more = index.subjects_after(after, most, |subject, postings| {
            let mut looks = 1;
            listed += 1;
            let live = postings.inspect(|_| looks += 1).filter(|&i| alive(i));
            if let Some(total) = total_of(base, live) {
                f(subject, total);
            }
            steps::add(looks as u64);
            *left = left.saturating_sub(looks);
            *left > 0 || listed < least
        });
        Ok(more.map(Into::into))
    }
}

/// A segment's index. What it lies in stays mapped as long as this is held.
pub(crate) enum IndexRef<'a> {
    Heap(&'a Index),
    Sealed(Look<'a>),
}

impl Deref for IndexRef<'_> {
    type Target = Index;

    fn deref(&self) -> &Index {
        match self {
            Self::Heap(index) => index,
            Self::Sealed(look) => &look.sealed.index,
        }
    }
}

/// First, last and number of these indices.
fn total_of(base: u64, live: impl Iterator<Item = u32>) -> Option<SubjectTotal> {
    live.map(|i| base + u64::from(i)).fold(None, |total, seq| {
        let total = total.unwrap_or(SubjectTotal {
            first: seq,
            last: seq,
            count: 0,
        });
        Some(SubjectTotal {
            last: seq,
            count: total.count + 1,
            ..total
        })
    })
}
