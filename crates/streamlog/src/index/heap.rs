//! The index of a segment that is still being filled, or whose footer isn't written yet.
use super::Place;
use crate::dots::Dots;
use crate::filter::Filter;
use crate::split::SplitTable;
use hashbrown::DefaultHashBuilder;
use std::{hash::BuildHasher, ops::Range};

/// seq -> place, and subject -> its messages. Indices count from `base`.
#[derive(Default)]
pub(crate) struct HeapIndex {
    pub(crate) base: u64,
    pub(crate) places: Vec<Place>,
    /// places without a message
    empty: u32,
    /// per index the ordinal of its subject
    ordinals: Vec<u32>,
    pub(crate) subjects: Vec<Subject>,
    names: Vec<u8>,
    /// bytes of the first subject that all begin with
    start_len: usize,
    dots: Dots,
    table: SplitTable<u32>,
    hasher: DefaultHashBuilder,
    /// (index, seconds)
    pub(crate) ttls: Vec<(u32, u32)>,
}

pub(crate) struct Subject {
    at: u32,
    len: u16,
    pub(crate) postings: Vec<u32>,
}

/// The ordinal of an index without a message.
const NONE: u32 = u32::MAX;

impl HeapIndex {
    pub(crate) fn new(base: u64) -> Self {
        Self {
            base,
            ..Self::default()
        }
    }

    /// Adds the message `seq`, which is above all others.
    pub(crate) fn push(&mut self, seq: u64, place: Place, subject: &[u8], ttl: u32) {
        let index = (seq - self.base) as u32;
        self.empty += index - self.places.len() as u32;
        self.places.resize(index as usize, Place::NONE);
        self.ordinals.resize(index as usize, NONE);
        let ordinal = self.intern(subject);
        self.places.push(place);
        self.ordinals.push(ordinal);
        self.subjects[ordinal as usize].postings.push(index);
        if ttl > 0 {
            self.ttls.push((index, ttl));
        }
    }

    /// How many indices in `range` have a message.
    pub(crate) fn present_in(&self, range: Range<u32>) -> u64 {
        let end = (range.end as usize).min(self.places.len());
        let places = self.places.get(range.start as usize..end).unwrap_or(&[]);
        match self.empty {
            0 => places.len() as u64,
            _ => places.iter().filter(|place| !place.is_none()).count() as u64,
        }
    }

    /// Seconds the message lives; 0: it has no ttl.
    pub(crate) fn ttl(&self, i: u32) -> u32 {
        let found = self.ttls.binary_search_by_key(&i, |&(at, _)| at);
        found.map_or(0, |k| self.ttls[k].1)
    }

    fn intern(&mut self, subject: &[u8]) -> u32 {
        let Self {
            subjects,
            names,
            start_len,
            dots,
            table,
            hasher,
            ..
        } = self;
        let hash = hasher.hash_one(subject);
        if let Some(&ordinal) =
            table.find(hash, |&k| name_of(names, &subjects[k as usize]) == subject)
        {
            return ordinal;
        }
        let ordinal = subjects.len() as u32;
        subjects.push(Subject {
            at: names.len() as u32,
            len: subject.len() as u16,
            postings: Vec::new(),
        });
        names.extend_from_slice(subject);
        let first = name_of(names, &subjects[0]);
        *start_len = match ordinal {
            0 => subject.len(),
            _ => common_len(&first[..*start_len], subject),
        };
        dots.add(subject);
        table.insert_unique(hash, ordinal, |&k| {
            hasher.hash_one(name_of(names, &subjects[k as usize]))
        });
        ordinal
    }

    pub(crate) fn find(&self, subject: &[u8]) -> Option<&Subject> {
        let hash = self.hasher.hash_one(subject);
        let ordinal = self
            .table
            .find(hash, |&k| self.name(&self.subjects[k as usize]) == subject)?;
        Some(&self.subjects[*ordinal as usize])
    }

    /// The first `most` subjects behind `after`, by name, and whether there are more.
    pub(crate) fn subjects_after(
        &self,
        after: Option<&[u8]>,
        most: usize,
    ) -> (Vec<&Subject>, bool) {
        let is_behind = |it: &&Subject| after.is_none_or(|after| self.name(it) > after);
        let mut behind: Vec<&Subject> = self.subjects.iter().filter(is_behind).collect();
        let by_name = |a: &&Subject, b: &&Subject| self.name(a).cmp(self.name(b));
        let more = behind.len() > most;
        if more {
            behind.select_nth_unstable_by(most, by_name);
            behind.truncate(most);
        }
        behind.sort_unstable_by(by_name);
        (behind, more)
    }

    /// What all subjects begin with, and their dots.
    pub(crate) fn common(&self) -> (&[u8], Dots) {
        let start = self.subjects.first().map_or(&[][..], |it| self.name(it));
        (&start[..self.start_len], self.dots)
    }

    pub(crate) fn name(&self, subject: &Subject) -> &[u8] {
        name_of(&self.names, subject)
    }

    /// The subject of the message at `index`.
    pub(crate) fn subject_at(&self, index: u32) -> Option<&[u8]> {
        let ordinal = *self.ordinals.get(index as usize)?;
        (ordinal != NONE).then(|| self.name(&self.subjects[ordinal as usize]))
    }

    /// The first index >= `from` whose subject matches and which `alive` accepts: a walk over ordinals that asks the filter once a
    /// subject.
    pub(crate) fn next_wild(
        &self,
        filter: &Filter,
        from: u32,
        alive: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let mut verdicts = Verdicts::new(self, filter);
        (from..self.places.len() as u32)
            .find(|&i| verdicts.matches(self.ordinals[i as usize]) && alive(i))
    }

    /// The last such index < `end`.
    pub(crate) fn last_wild(
        &self,
        filter: &Filter,
        end: u32,
        alive: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let mut verdicts = Verdicts::new(self, filter);
        let end = end.min(self.places.len() as u32);
        (0..end)
            .rev()
            .find(|&i| verdicts.matches(self.ordinals[i as usize]) && alive(i))
    }

    /// Subjects in the order of their names.
    pub(crate) fn sorted(&self) -> Vec<&Subject> {
        let mut sorted: Vec<_> = self.subjects.iter().collect();
        sorted.sort_unstable_by(|a, b| self.name(a).cmp(self.name(b)));
        sorted
    }

    /// Forgets all from `index` on.
    pub(crate) fn truncate(&mut self, index: u32) {
        self.places.truncate(index as usize);
        self.empty = self.places.iter().filter(|place| place.is_none()).count() as u32;
        self.ordinals.truncate(index as usize);
        self.ttls.retain(|&(i, _)| i < index);
        for subject in &mut self.subjects {
            let keep = subject.postings.partition_point(|&i| i < index);
            subject.postings.truncate(keep);
        }
    }
}

fn name_of<'a>(names: &'a [u8], subject: &Subject) -> &'a [u8] {
    &names[subject.at as usize..][..subject.len as usize]
}

/// How many bytes two subjects have in common at their beginning.
pub(super) fn common_len(one: &[u8], other: &[u8]) -> usize {
    let pairs = one.iter().zip(other);
    pairs.take_while(|(one, other)| one == other).count()
}

/// What the filter said of each subject so far.
struct Verdicts<'a> {
    index: &'a HeapIndex,
    filter: &'a Filter,
    known: Vec<Option<bool>>,
}

impl<'a> Verdicts<'a> {
    fn new(index: &'a HeapIndex, filter: &'a Filter) -> Self {
        Self {
            index,
            filter,
            known: vec![None; index.subjects.len()],
        }
    }

    fn matches(&mut self, ordinal: u32) -> bool {
        let Some(known) = self.known.get_mut(ordinal as usize) else {
            return false;
        };
        *known.get_or_insert_with(|| {
            self.filter
                .matches(self.index.name(&self.index.subjects[ordinal as usize]))
        })
    }
}
