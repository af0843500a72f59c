//! Which messages of a segment a set of filters means.
//!
//! A sealed segment has runs of its sorted subjects for each filter (`runs.rs`). One that is being filled has no order: few filters of one subject
//! each are looked up, and elsewhere the counts say whether each subject is tested, or each message that came since the last time. Where it is
//! to be seen at once that all is meant, nothing is tested. So a segment costs a reader no more than one pass over it, and a new message no more
//! than one test.
use super::{Footer, HeapIndex, Index};
use crate::{filter::Filter, filters::Filters, steps};
use std::ops::Range;

impl Index {
    /// Whether all that is here is meant, as far as that is to be seen at once.
    pub(crate) fn is_covered_by(&self, filters: &Filters) -> bool {
        let (start, dots) = match self {
            Self::Footer(footer) => footer.common(),
            Self::Heap(heap) => heap.common(),
        };
        filters.iter().any(|filter| filter.covers(start, dots))
    }

    /// Calls `f` with each index >= `from` whose subject is meant, dead ones too, in no order, none twice.
    pub(crate) fn select(&self, filters: &Filters, from: u32, mut f: impl FnMut(u32)) {
        match self {
            Self::Heap(heap) if self.is_covered_by(filters) => {
                let places = heap.places.iter().zip(0..).skip(from as usize);
                let present = places.filter(|(place, _)| !place.is_none());
                present.for_each(|(_, i)| f(i));
            }
            Self::Heap(heap) => heap.select(filters, from, f),
            Self::Footer(footer) => footer.each_run(filters, |run| {
                for k in run {
                    let postings = footer.postings(k);
                    steps::add(u64::from(footer.subject_len(k)));
                    postings.filter(|&i| i >= from).for_each(&mut f);
                }
            }),
        }
    }

    /// How many indices are meant, dead ones too.
    pub(crate) fn count_selected(&self, filters: &Filters) -> u64 {
        let mut count = 0;
        match self {
            Self::Heap(_) => self.select(filters, 0, |_| count += 1),
            Self::Footer(footer) => footer.each_run(filters, |run| {
                count += match footer.has_one_each() {
                    true => run.len() as u64,
                    false => run.map(|k| u64::from(footer.subject_len(k))).sum(),
                };
            }),
        }
        count
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
    /// Calls `f` with the ordinals of the subjects that are meant: runs, rising.
    fn each_run(&self, filters: &Filters, mut f: impl FnMut(Range<u32>)) {
        if filters.is_all() {
            return f(0..self.subject_count());
        }
        let mut runs: Vec<Range<u32>> = filters.iter().flat_map(|it| self.runs(it)).collect();
        // Filters may overlap.
        runs.sort_unstable_by_key(|run| run.start);
        let mut at = 0;
        for run in runs {
            f(run.start.max(at)..run.end.max(at));
            at = at.max(run.end);
        }
    }
}
