//! From a sequence or a subject to a place in a segment.
//!
//! A segment being filled has its index on the heap ([`HeapIndex`]), a sealed one in its footer, used in place ([`Footer`]).
//! Both answer the same questions through [`Index`]. Indices are sequences minus the segment's base.
mod footer;
mod heap;
mod runs;
mod select;
mod set;
mod totals;

pub(crate) use footer::Footer;
pub(crate) use heap::HeapIndex;
pub(crate) use set::IndexSet;
pub use totals::SubjectTotal;
pub(crate) use totals::Totals;

use crate::{filter::Filter, steps};
use std::{ops::Range, sync::Arc};

/// Where a record is, and how long its body is in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u32,
    /// length of subject, headers and payload; the top bit says whether there are headers
    pub(crate) len: u32,
}

const HAS_HEADERS: u32 = 1 << 31;

impl Place {
    pub(crate) const NONE: Self = Self { offset: 0, len: 0 };

    pub(crate) fn new(offset: u32, plain: u32, headers: u32) -> Self {
        Self {
            offset,
            len: plain | if headers > 0 { HAS_HEADERS } else { 0 },
        }
    }

    pub(crate) fn is_none(self) -> bool {
        self.offset == 0
    }

    /// What the message counts for: its bytes and what any store needs beside them (the reference's formula, so that
    /// `max_bytes` means the same).
    pub(crate) fn size(self) -> u64 {
        const BESIDE: u64 = 22 + 8;
        const BESIDE_HEADERS: u64 = 4;
        let headers = if self.len & HAS_HEADERS != 0 {
            BESIDE_HEADERS
        } else {
            0
        };
        u64::from(self.len & !HAS_HEADERS) + BESIDE + headers
    }
}

/// Either form.
#[derive(Clone)]
pub(crate) enum Index {
    Heap(Arc<HeapIndex>),
    /// in a box, because each segment has room for it twice
    Footer(Box<Footer>),
}

impl Index {
    pub(crate) fn base(&self) -> u64 {
        match self {
            Self::Heap(heap) => heap.base,
            Self::Footer(footer) => footer.base(),
        }
    }

    pub(crate) fn span(&self) -> u32 {
        match self {
            Self::Heap(heap) => heap.places.len() as u32,
            Self::Footer(footer) => footer.span(),
        }
    }

    pub(crate) fn place(&self, index: u32) -> Option<Place> {
        match self {
            Self::Heap(heap) => heap
                .places
                .get(index as usize)
                .copied()
                .filter(|p| !p.is_none()),
            Self::Footer(footer) => footer.place(index),
        }
    }

    /// Calls `f` with each index >= `from` that has a message, and its place, until it says no.
    pub(crate) fn walk(&self, from: u32, mut f: impl FnMut(u32, Place) -> bool) {
        for i in from..self.span() {
            if let Some(place) = self.place(i)
                && !f(i, place)
            {
                return;
            }
        }
    }

    /// The first index >= `from` that matches and is alive.
    pub(crate) fn next(
        &self,
        filter: &Filter,
        from: u32,
        alive: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        if filter.is_all() {
            return match self {
                Self::Heap(heap) => (from..heap.places.len() as u32)
                    .find(|&i| !heap.places[i as usize].is_none() && alive(i)),
                Self::Footer(footer) => {
                    let mut at = footer.next_index(from)?;
                    while !alive(at) {
                        at = footer.next_index(at + 1)?;
                    }
                    Some(at)
                }
            };
        }
        match (self, filter.as_literal()) {
            (Self::Heap(heap), Some(subject)) => {
                let postings = &heap.find(subject)?.postings;
                let begin = postings.partition_point(|&i| i < from);
                postings[begin..].iter().copied().find(|&i| alive(i))
            }
            (Self::Heap(heap), None) => heap.next_wild(filter, from, alive),
            (Self::Footer(footer), Some(subject)) => footer
                .postings(footer.find(subject)?)
                .inspect(|_| steps::add(1))
                .find(|&i| i >= from && alive(i)),
            (Self::Footer(footer), None) => footer
                .matching(filter)
                .filter_map(|k| footer.postings(k).find(|&i| i >= from && alive(i)))
                .min(),
        }
    }

    /// The last index < `end` that matches and is alive.
    pub(crate) fn last(
        &self,
        filter: &Filter,
        end: u32,
        alive: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        if filter.is_all() {
            return (0..end.min(self.span()))
                .rev()
                .find(|&i| self.place(i).is_some() && alive(i));
        }
        match (self, filter.as_literal()) {
            (Self::Heap(heap), Some(subject)) => {
                let postings = &heap.find(subject)?.postings;
                let stop = postings.partition_point(|&i| i < end);
                postings[..stop].iter().rev().copied().find(|&i| alive(i))
            }
            (Self::Heap(heap), None) => heap.last_wild(filter, end, alive),
            (Self::Footer(footer), literal) => {
                let last_of = |k| {
                    footer
                        .postings(k)
                        .take_while(|&i| i < end)
                        .filter(|&i| alive(i))
                        .last()
                };
                match literal {
                    Some(subject) => last_of(footer.find(subject)?),
                    None => footer.matching(filter).filter_map(last_of).max(),
                }
            }
        }
    }

    /// How many indices in `range` have a message.
    pub(crate) fn present_in(&self, range: Range<u32>) -> u64 {
        match self {
            Self::Heap(heap) => heap.present_in(range),
            Self::Footer(footer) => footer.present_in(range),
        }
    }

    /// All matching indices, rising, dead ones too.
    pub(crate) fn positions(&self, filter: &Filter) -> Vec<u32> {
        let mut all = Vec::new();
        self.each_subject(filter, |_, postings| all.extend(postings));
        all.sort_unstable();
        all
    }

    /// How many subjects are compared to find those that match.
    pub(crate) fn subjects_compared(&self, filter: &Filter) -> usize {
        match (self, filter.as_literal()) {
            (_, Some(_)) => 1,
            (Self::Heap(heap), None) => heap.subjects.len(),
            (Self::Footer(footer), None) => footer.beginning(filter.prefix()).len() + 1,
        }
    }

    /// Calls `f` with each matching subject and its indices.
    pub(crate) fn each_subject(
        &self,
        filter: &Filter,
        mut f: impl FnMut(&[u8], &mut dyn Iterator<Item = u32>),
    ) {
        match self {
            Self::Heap(heap) => {
                if let Some(subject) = filter.as_literal() {
                    if let Some(found) = heap.find(subject) {
                        f(subject, &mut found.postings.iter().copied());
                    }
                    return;
                }
                for subject in heap
                    .subjects
                    .iter()
                    .filter(|s| filter.matches(heap.name(s)))
                {
                    f(heap.name(subject), &mut subject.postings.iter().copied());
                }
            }
            Self::Footer(footer) => {
                if let Some(subject) = filter.as_literal() {
                    if let Some(k) = footer.find(subject) {
                        f(subject, &mut footer.postings(k));
                    }
                    return;
                }
                for k in footer.matching(filter) {
                    f(footer.name(k), &mut footer.postings(k));
                }
            }
        }
    }

    /// How many subjects a list has at least, if there are so many: one that isn't sorted is looked through for each list, and lists of a few
    /// would cost the square of what there is.
    pub(crate) fn listed_at_once(&self) -> usize {
        const LISTS: usize = 16;
        match self {
            Self::Heap(heap) => heap.subjects.len() / LISTS,
            Self::Footer(_) => 0,
        }
    }

    /// Calls `f` with the first `most` subjects behind `after` by name and their indices, until it says no. The last name, if there is one
    /// behind it.
    pub(crate) fn subjects_after(
        &self,
        after: Option<&[u8]>,
        most: usize,
        mut f: impl FnMut(&[u8], &mut dyn Iterator<Item = u32>) -> bool,
    ) -> Option<&[u8]> {
        match self {
            Self::Heap(heap) => {
                let (subjects, mut more) = heap.subjects_after(after, most);
                let mut last = None;
                for (k, subject) in subjects.iter().enumerate() {
                    last = Some(heap.name(subject));
                    if !f(heap.name(subject), &mut subject.postings.iter().copied()) {
                        more |= k + 1 < subjects.len();
                        break;
                    }
                }
                last.filter(|_| more)
            }
            Self::Footer(footer) => {
                let begin = after.map_or(0, |after| footer.first_where(|name| name > after));
                let last = (begin..footer.subject_count())
                    .find(|&k| !f(footer.name(k), &mut footer.postings(k)))?;
                (last + 1 < footer.subject_count()).then(|| footer.name(last))
            }
        }
    }

    /// Seconds the message lives; 0: it has no ttl.
    pub(crate) fn ttl(&self, i: u32) -> u32 {
        match self {
            Self::Heap(heap) => heap.ttl(i),
            Self::Footer(footer) => footer.ttl(i),
        }
    }

    /// (index, seconds) of the messages with a ttl.
    pub(crate) fn ttls(&self) -> Vec<(u32, u32)> {
        match self {
            Self::Heap(heap) => heap.ttls.clone(),
            Self::Footer(footer) => footer.ttls().collect(),
        }
    }
}
