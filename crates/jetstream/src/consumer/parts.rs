//! Which sequences stand in which part of a consumer's state, and which parts the store has as they are.
//!
//! A part begins at a sequence and goes up to where the next one begins; the first begins at 0 and is written with the head of the state, whatever
//! changed. It has [`RECORDS`] messages at most: the next one begins another part, or has the part split. Two neighbours with less than half of that
//! together become one.
//!
//! # Invariants
//! - Parts stand in the order of where they begin, and the first is always there and always changed.
//! - Two neighbours hold half a part together, or more.
//! - A part that the store hasn't got as it is is changed.
//! - No part but the first begins where one does that the store has in vain.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Bound;

/// Messages in one part.
const RECORDS: usize = 512;

/// Sequences of one part.
pub(super) type Range = (Bound<u64>, Bound<u64>);

/// See the head of this file.
#[derive(Clone)]
pub(super) struct Parts {
    parts: VecDeque<Part>,
    /// Messages in the parts that changed.
    unsaved_records: usize,
    /// Where parts begin that the store has and that aren't any more.
    strays: BTreeSet<u64>,
    /// The number of the last save.
    saves: u64,
    records_max: usize,
}

#[derive(Clone)]
struct Part {
    start: u64,
    /// How many messages it has.
    records: usize,
    /// The number of the save that wrote what the store has of it; `None`: the store has nothing.
    saved: Option<u64>,
    changed: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            parts: [Part::new(0)].into(),
            unsaved_records: 0,
            strays: BTreeSet::new(),
            saves: 0,
            records_max: RECORDS,
        }
    }
}

impl Part {
    fn new(start: u64) -> Self {
        Self {
            start,
            records: 0,
            saved: None,
            changed: true,
        }
    }
}

/// What the head of a state says of the other parts: a reader tells by it whether he has those that belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Census {
    /// The number of the save that wrote the head.
    pub(super) save: u64,
    pub(super) parts: u64,
    /// The numbers of the saves that wrote them, added up.
    pub(super) sum: u64,
}

impl Census {
    /// Of parts that were written by these saves.
    pub(super) fn of(save: u64, parts: impl Iterator<Item = u64>) -> Self {
        let start = Self {
            save,
            ..Self::default()
        };
        parts.fold(start, |census, number| Self {
            save,
            parts: census.parts + 1,
            sum: census.sum.wrapping_add(number),
        })
    }
}

impl Parts {
    /// The store has these, as they are: where they begin, in order, and the save that wrote each.
    pub(super) fn stored(saves: u64, stored: Vec<(u64, u64)>) -> Self {
        let mut parts = Self {
            saves,
            ..Self::default()
        };
        parts
            .parts
            .extend(stored.into_iter().map(|(start, save)| Part {
                saved: Some(save),
                changed: false,
                ..Part::new(start)
            }));
        parts
    }

    /// The store has parts that begin there in vain.
    pub(super) fn note_strays(&mut self, starts: impl Iterator<Item = u64>) {
        for start in starts {
            match self.index_of(start) {
                at if at > 0 && self.parts[at].start == start => {
                    self.change_at(at);
                    self.parts[at].saved = Some(0);
                }
                _ => drop(self.strays.insert(start)),
            }
        }
    }

    /// There is nothing in them any more.
    pub(super) fn clear(&mut self) {
        self.strays = self.in_store().collect();
        self.parts = [Part::new(0)].into();
        self.unsaved_records = 0;
    }

    /// Counts the messages with these sequences, which are in order. Nothing was counted before.
    pub(super) fn count(&mut self, seqs: &[u64]) {
        let mut rest = seqs;
        while let Some(&seq) = rest.first() {
            if let Some(full) = self.full_at(seq) {
                // What the store has of these in the part before is none of that part's any more.
                self.change_at(full);
                self.begin(seq);
            }
            let at = self.index_of(seq);
            let room = self.records_max - self.parts[at].records;
            let here = match self.parts.get(at + 1) {
                Some(next) => rest.partition_point(|seq| *seq < next.start),
                None => rest.len(),
            };
            let (counted, others) = rest.split_at(here.min(room));
            let part = &mut self.parts[at];
            part.records += counted.len();
            if part.changed {
                self.unsaved_records += counted.len();
            }
            rest = others;
        }
    }

    /// Where the parts begin that the store has.
    pub(super) fn in_store(&self) -> impl Iterator<Item = u64> + '_ {
        let stored = self.parts.iter().filter(|part| part.saved.is_some());
        let stored = stored.map(|part| part.start);
        stored.chain(self.strays.iter().copied())
    }

    /// Messages in the parts that are to be written.
    pub(super) fn unsaved_records(&self) -> usize {
        self.unsaved_records
    }

    /// The range of a part.
    pub(super) fn range(&self, at: usize) -> Range {
        let next = self.parts.get(at + 1).map(|next| next.start);
        let end = next.map_or(Bound::Unbounded, Bound::Excluded);
        (Bound::Included(self.parts[at].start), end)
    }

    /// The part that `seq` falls into, if that is full.
    pub(super) fn full_at(&self, seq: u64) -> Option<usize> {
        let at = self.index_of(seq);
        (self.parts[at].records >= self.records_max).then_some(at)
    }

    /// What is remembered of a message changed.
    pub(super) fn change(&mut self, seq: u64) {
        self.change_at(self.index_of(seq));
    }

    /// A part begins at `seq`, within another one or behind it.
    pub(super) fn begin(&mut self, seq: u64) {
        let at = self.index_of(seq) + 1;
        let part = Part {
            saved: self.strays.remove(&seq).then_some(0),
            ..Part::new(seq)
        };
        self.parts.insert(at, part);
    }

    /// The upper half of the messages of a full part, which has these, goes to a part of its own.
    pub(super) fn split(&mut self, at: usize, seqs: &[u64]) {
        let (lower, upper) = seqs.split_at(seqs.len() / 2);
        let Some(start) = upper.first() else {
            return;
        };
        self.change_at(at);
        self.begin(*start);
        self.parts[at].records = lower.len();
        self.parts[at + 1].records = upper.len();
    }

    /// One more.
    pub(super) fn add(&mut self, seq: u64) {
        let at = self.index_of(seq);
        self.change_at(at);
        self.parts[at].records += 1;
        self.unsaved_records += 1;
    }

    /// One is gone.
    pub(super) fn remove(&mut self, seq: u64) {
        let at = self.index_of(seq);
        self.change_at(at);
        self.parts[at].records -= 1;
        self.unsaved_records -= 1;
        self.join(at);
    }

    /// Begins a save. Its number, and what the head says of the other parts.
    pub(super) fn begin_save(&mut self) -> Census {
        self.saves += 1;
        let others = self.parts.iter().skip(1);
        let number = |part: &Part| part.saved.filter(|_| !part.changed);
        Census::of(
            self.saves,
            others.map(|part| number(part).unwrap_or(self.saves)),
        )
    }

    /// Where parts begin that are to be written, and their ranges; those without one are to be removed.
    pub(super) fn changed(&self) -> impl Iterator<Item = (u64, Option<Range>)> + '_ {
        let others = self.parts.iter().enumerate().skip(1);
        let changed = others.filter(|(_, part)| part.changed);
        let changed = changed.map(|(at, part)| (part.start, Some(self.range(at))));
        changed.chain(self.strays.iter().map(|start| (*start, None)))
    }

    /// The store took the save with that number, of what is so now.
    pub(super) fn end_save(&mut self, save: u64) {
        self.saves = self.saves.max(save);
        let others = self.parts.iter_mut().skip(1);
        for part in others.filter(|part| part.changed) {
            (part.saved, part.changed) = (Some(save), false);
        }
        self.strays.clear();
        self.unsaved_records = self.parts[0].records;
    }

    /// The part that `seq` falls into.
    fn index_of(&self, seq: u64) -> usize {
        let last = self.parts.len() - 1;
        // Most messages go out behind all others.
        match self.parts[last].start <= seq {
            true => last,
            false => self.parts.partition_point(|part| part.start <= seq) - 1,
        }
    }

    fn change_at(&mut self, at: usize) {
        let part = &mut self.parts[at];
        if !part.changed {
            part.changed = true;
            self.unsaved_records += part.records;
        }
    }

    /// Joins a part that became smaller with neighbours, as long as they are small together.
    fn join(&mut self, mut at: usize) {
        let records = |parts: &Self, at: usize| parts.parts.get(at).map(|part| part.records);
        while let Some(own) = records(self, at) {
            let fits = |other: usize| own + other < self.records_max / 2;
            if records(self, at + 1).is_some_and(fits) {
                self.absorb_next(at);
            } else if at > 0 && (own == 0 || records(self, at - 1).is_some_and(fits)) {
                at -= 1;
                self.absorb_next(at);
            } else {
                return;
            }
        }
    }

    /// Adds the part behind this one to it.
    fn absorb_next(&mut self, at: usize) {
        let Some(next) = self.parts.remove(at + 1) else {
            return;
        };
        if next.saved.is_some() {
            self.strays.insert(next.start);
        }
        if next.records > 0 {
            self.change_at(at);
            self.parts[at].records += next.records;
            if !next.changed {
                self.unsaved_records += next.records;
            }
        }
    }
}

#[cfg(test)]
impl Parts {
    /// None yet, of so many messages.
    pub(super) fn of_most(records_max: usize) -> Self {
        Self {
            records_max,
            ..Self::default()
        }
    }

    /// From now on a part has so many messages.
    pub(super) fn set_most(&mut self, records_max: usize) {
        self.records_max = records_max;
    }

    /// Holds the invariants against the sequences that are there.
    pub(super) fn check(&self, seqs: &[u64]) {
        let starts: Vec<u64> = self.parts.iter().map(|part| part.start).collect();
        assert!(starts[0] == 0 && self.parts[0].changed && starts.is_sorted_by(|a, b| a < b));
        let mut counted = vec![0; starts.len()];
        for seq in seqs {
            counted[self.index_of(*seq)] += 1;
        }
        let counts = self.parts.iter().map(|part| part.records);
        assert!(counts.eq(counted.iter().copied()), "{counted:?}");
        assert!(counted.iter().all(|records| *records <= self.records_max));
        let most = self.records_max / 2;
        assert!(counted.windows(2).all(|two| two[0] + two[1] >= most));
        let changed = self.parts.iter().filter(|part| part.changed);
        let unsaved = changed.map(|part| part.records).sum::<usize>();
        assert_eq!(self.unsaved_records, unsaved);
        let others = self.parts.iter().skip(1);
        assert!(
            others
                .clone()
                .all(|part| part.changed || part.saved.is_some())
        );
        assert!(
            others
                .clone()
                .all(|part| !self.strays.contains(&part.start))
        );
    }
}
