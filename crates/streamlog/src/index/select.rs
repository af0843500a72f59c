//! Which messages of a segment a set of filters means.
//!
//! There are three ways, and the counts say which is taken: few filters of one subject each are looked up; a range of subjects that begin
//! alike is gone through when it is shorter than the whole table; and what a segment being filled got since the last time is tested message
//! by message when that is less than its subjects. So a segment costs a reader no more than one pass over it, and a new message no more
//! than one test.
use super::{Footer, HeapIndex, Index};
use crate::{filter::Filter, filters::Filters, steps};
use std::ops::Range;

impl Index {
    /// Whether all that is here is meant, as far as that is to be seen at once.
    pub(crate) fn is_covered_by(&self, filters: &Filters) -> bool {
        match self {
            Self::Footer(footer) => filters.iter().any(|filter| {
                let all = 0..footer.subject_count();
                filter.is_start() && footer.range_of(filter) == all
            }),
            Self::Heap(_) => false,
        }
    }

    /// Calls `f` with each index >= `from` whose subject is meant, dead ones too, in no order, none twice.
    pub(crate) fn select(&self, filters: &Filters, from: u32, mut f: impl FnMut(u32)) {
        match self {
            Self::Heap(heap) => heap.select(filters, from, f),
            Self::Footer(footer) => footer.each_match(filters, |k| {
                let postings = footer.postings(k);
                steps::add(u64::from(footer.subject_len(k)));
                postings.filter(|&i| i >= from).for_each(&mut f);
            }),
        }
    }

    /// How many indices are meant, dead ones too.
    pub(crate) fn count_selected(&self, filters: &Filters) -> u64 {
        match self {
            Self::Heap(heap) => {
                let mut count = 0;
                heap.select(filters, 0, |_| count += 1);
                count
            }
            Self::Footer(footer) => {
                let mut count = 0;
                footer.each_match(filters, |k| count += u64::from(footer.subject_len(k)));
                count
            }
        }
    }
}

impl HeapIndex {
    fn select(&self, filters: &Filters, from: u32, mut f: impl FnMut(u32)) {
        let fresh = self.places.len().saturating_sub(from as usize);
        let cheaper = fresh.min(self.subjects.len());
        let mut all_of = |postings: &[u32]| {
            let begin = postings.partition_point(|&i| i < from);
            steps::add((postings.len() - begin) as u64);
            postings[begin..].iter().for_each(|&i| f(i));
        };
        if filters.are_literal() && filters.len() <= cheaper {
            steps::add(filters.len() as u64);
            let subjects = filters.iter().filter_map(Filter::as_literal);
            for found in subjects.filter_map(|subject| self.find(subject)) {
                all_of(&found.postings);
            }
            return;
        }
        steps::add(cheaper as u64);
        if fresh > cheaper {
            let meant = |subject: &&super::heap::Subject| filters.matches(self.name(subject));
            for subject in self.subjects.iter().filter(meant) {
                all_of(&subject.postings);
            }
            return;
        }
        for i in from..self.places.len() as u32 {
            if self
                .subject_at(i)
                .is_some_and(|subject| filters.matches(subject))
            {
                f(i);
            }
        }
    }
}

impl Footer {
    /// Ordinals of the subjects that begin as the filter does; of the only one, if it means one.
    fn range_of(&self, filter: &Filter) -> Range<u32> {
        let start = filter.prefix();
        if filter.as_literal().is_some() {
            return self.find(start).map_or(0..0, |k| k..k + 1);
        }
        let begin = self.first_where(|name| name >= start);
        let end = self.first_where(|name| name > start && !name.starts_with(start));
        begin..end
    }

    /// Calls `f` with the ordinal of each subject that is meant, rising.
    fn each_match(&self, filters: &Filters, mut f: impl FnMut(u32)) {
        if filters.is_all() {
            return (0..self.subject_count()).for_each(f);
        }
        let mut ranges: Vec<Range<u32>> =
            filters.iter().map(|filter| self.range_of(filter)).collect();
        if filters.iter().all(Filter::is_range) {
            ranges.sort_unstable_by_key(|range| range.start);
            steps::add(ranges.len() as u64);
            let mut at = 0;
            for range in ranges {
                (range.start.max(at)..range.end).for_each(&mut f);
                at = at.max(range.end);
            }
            return;
        }
        let sum: usize = ranges.iter().map(ExactSizeIterator::len).sum();
        let all = self.subject_count();
        steps::add(ranges.len() as u64 + sum.min(all as usize) as u64);
        if sum >= all as usize {
            let meant = |&k: &u32| filters.matches(self.name(k));
            return (0..all).filter(meant).for_each(f);
        }
        let mut found: Vec<u32> = Vec::new();
        for (filter, range) in filters.iter().zip(ranges) {
            found.extend(range.filter(|&k| filter.matches(self.name(k))));
        }
        // Filters may overlap.
        found.sort_unstable();
        found.dedup();
        found.into_iter().for_each(&mut f);
    }
}
