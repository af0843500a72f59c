//! Which sequences stand in which part of a consumer's state, and which parts the store has as they are.
//!
//! A part begins at a sequence and goes up to where the next one begins; the first begins at 0 and is written with the head of the state, whatever
//! changed. It has [`RECORDS`] messages at most: the next one begins another part, or has the part split. Two neighbours with less than half of that
//! together become one.
//!
//! # Invariants
//! - Two neighbours hold half a part together, or more.
//! - `changed` names each part, but the first, that differs from what the store has, and each that the store has in vain.
//! - `sum` is the sum of `stored`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Messages in one part.
const RECORDS: usize = 512;

/// See the head of this file.
#[derive(Clone)]
pub(super) struct Parts {
    /// Messages in the first part.
    first: usize,
    /// Where the others begin, and how many messages each has.
    others: BTreeMap<u64, usize>,
    changed: BTreeSet<u64>,
    /// Messages in the parts that changed, but the first.
    changed_records: usize,
    /// Where the parts begin that the store has, and the number of the save that wrote each.
    stored: BTreeMap<u64, u64>,
    sum: u64,
    /// The number of the last save.
    saves: u64,
    records_max: usize,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            first: 0,
            others: BTreeMap::new(),
            changed: BTreeSet::new(),
            changed_records: 0,
            stored: BTreeMap::new(),
            sum: 0,
            saves: 0,
            records_max: RECORDS,
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
    /// The store has these, as they are: where they begin, and the save that wrote each.
    pub(super) fn stored(saves: u64, stored: BTreeMap<u64, u64>) -> Self {
        Self {
            others: stored.keys().map(|start| (*start, 0)).collect(),
            sum: sum(stored.values()),
            saves,
            stored,
            ..Self::default()
        }
    }

    /// The store has parts that begin there in vain.
    pub(super) fn note_strays(&mut self, starts: impl Iterator<Item = u64>) {
        for start in starts {
            self.stored.insert(start, 0);
            self.changed.insert(start);
        }
    }

    /// There is nothing in them any more.
    pub(super) fn clear(&mut self) {
        self.first = 0;
        self.others.clear();
        self.changed = self.stored.keys().copied().collect();
        self.changed_records = 0;
    }

    /// Counts the messages with these sequences, which are in order. Nothing was counted before.
    pub(super) fn count(&mut self, seqs: &[u64]) {
        let mut rest = seqs;
        while let Some(&seq) = rest.first() {
            if self.full_at(seq).is_some() {
                // What the store has of these in the part before is none of that part's any more.
                self.change(seq);
                self.begin(seq);
            }
            let start = self.start_of(seq);
            let room = self.records_max - self.records(start);
            let here = match self.after(start) {
                Some(next) => rest.partition_point(|seq| *seq < next),
                None => rest.len(),
            };
            let (counted, others) = rest.split_at(here.min(room));
            self.add_records(start, counted.len());
            rest = others;
        }
    }

    /// Where the parts begin that the store has.
    pub(super) fn in_store(&self) -> impl Iterator<Item = u64> + '_ {
        self.stored.keys().copied()
    }

    /// Messages in the parts that are to be written.
    pub(super) fn unsaved_records(&self) -> usize {
        self.first + self.changed_records
    }

    /// The range of the part that begins there.
    pub(super) fn range(&self, start: u64) -> (Bound<u64>, Bound<u64>) {
        let next = self.after(start);
        let end = next.map_or(Bound::Unbounded, Bound::Excluded);
        (Bound::Included(start), end)
    }

    /// Where the part begins that `seq` falls into, if that is full.
    pub(super) fn full_at(&self, seq: u64) -> Option<u64> {
        let start = self.start_of(seq);
        (self.records(start) >= self.records_max).then_some(start)
    }

    /// What is remembered of a message changed.
    pub(super) fn change(&mut self, seq: u64) {
        self.mark(self.start_of(seq));
    }

    /// A part begins at `seq`, behind all messages.
    pub(super) fn begin(&mut self, seq: u64) {
        self.others.insert(seq, 0);
        self.changed.insert(seq);
    }

    /// The upper half of the messages of a full part, which has these, goes to a part of its own.
    pub(super) fn split(&mut self, start: u64, seqs: &[u64]) {
        let (_, upper) = seqs.split_at(seqs.len() / 2);
        let Some(at) = upper.first() else {
            return;
        };
        self.mark(start);
        self.take_records(start, upper.len());
        self.begin(*at);
        self.add_records(*at, upper.len());
    }

    /// One more.
    pub(super) fn add(&mut self, seq: u64) {
        let start = self.start_of(seq);
        self.mark(start);
        self.add_records(start, 1);
    }

    /// One is gone.
    pub(super) fn remove(&mut self, seq: u64) {
        let start = self.start_of(seq);
        self.mark(start);
        self.take_records(start, 1);
        self.join(start);
    }

    /// Begins a save. Its number, and what the head says of the other parts.
    pub(super) fn begin_save(&mut self) -> Census {
        self.saves += 1;
        let old = self
            .changed
            .iter()
            .filter_map(|start| self.stored.get(start));
        let new = self
            .changed
            .iter()
            .filter(|it| self.others.contains_key(it));
        let new = self.saves.wrapping_mul(new.count() as u64);
        Census {
            save: self.saves,
            parts: self.others.len() as u64,
            sum: self.sum.wrapping_sub(sum(old)).wrapping_add(new),
        }
    }

    /// Where parts begin that are to be written, and whether they are there; the others are to be removed.
    pub(super) fn changed(&self) -> impl Iterator<Item = (u64, bool)> + '_ {
        let is_there = |start: &u64| (*start, self.others.contains_key(start));
        let known = |(start, there): &(u64, bool)| *there || self.stored.contains_key(start);
        self.changed.iter().map(is_there).filter(known)
    }

    /// The store took the save with that number, of what is so now.
    pub(super) fn end_save(&mut self, save: u64) {
        self.saves = self.saves.max(save);
        for start in std::mem::take(&mut self.changed) {
            let (old, new) = match self.others.contains_key(&start) {
                true => (self.stored.insert(start, save), save),
                false => (self.stored.remove(&start), 0),
            };
            let sum = self.sum.wrapping_sub(old.unwrap_or(0));
            self.sum = sum.wrapping_add(new);
        }
        self.changed_records = 0;
    }

    fn start_of(&self, seq: u64) -> u64 {
        let mut others = self.others.range(..=seq);
        others.next_back().map_or(0, |(start, _)| *start)
    }

    fn after(&self, start: u64) -> Option<u64> {
        let later = (Bound::Excluded(start), Bound::Unbounded);
        self.others.range(later).next().map(|(start, _)| *start)
    }

    fn before(&self, start: u64) -> u64 {
        let mut others = self.others.range(..start);
        others.next_back().map_or(0, |(start, _)| *start)
    }

    fn records(&self, start: u64) -> usize {
        self.others.get(&start).copied().unwrap_or(self.first)
    }

    fn add_records(&mut self, start: u64, more: usize) {
        match self.others.get_mut(&start) {
            Some(records) => *records += more,
            None => self.first += more,
        }
        if self.changed.contains(&start) {
            self.changed_records += more;
        }
    }

    /// From a part that is marked.
    fn take_records(&mut self, start: u64, fewer: usize) {
        match self.others.get_mut(&start) {
            Some(records) => {
                *records -= fewer;
                self.changed_records -= fewer;
            }
            None => self.first -= fewer,
        }
    }

    fn mark(&mut self, start: u64) {
        if let Some(records) = self.others.get(&start)
            && self.changed.insert(start)
        {
            self.changed_records += records;
        }
    }

    /// Joins a part that became smaller with neighbours, as long as they are small together.
    fn join(&mut self, mut start: u64) {
        loop {
            let (own, most) = (self.records(start), self.records_max / 2);
            let fits = |of: u64| own + self.records(of) < most;
            let before = self.before(start);
            if let Some(next) = self.after(start).filter(|next| fits(*next)) {
                self.absorb(start, next);
            } else if start > 0 && (own == 0 || fits(before)) {
                self.absorb(before, start);
                start = before;
            } else {
                return;
            }
        }
    }

    fn absorb(&mut self, into: u64, from: u64) {
        let records = self.others.remove(&from).unwrap_or(0);
        if self.changed.remove(&from) {
            self.changed_records -= records;
        }
        if self.stored.contains_key(&from) {
            self.changed.insert(from);
        }
        if records > 0 {
            self.mark(into);
            self.add_records(into, records);
        }
    }
}

fn sum<'a>(numbers: impl Iterator<Item = &'a u64>) -> u64 {
    numbers.fold(0, |sum, number| sum.wrapping_add(*number))
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
        let (mut counted, mut starts) = (vec![0], self.others.keys().peekable());
        for seq in seqs {
            while starts.next_if(|start| *start <= seq).is_some() {
                counted.push(0);
            }
            *counted.last_mut().unwrap() += 1;
        }
        counted.extend(starts.map(|_| 0));
        let counts = [&self.first].into_iter().chain(self.others.values());
        assert!(counts.copied().eq(counted.clone()), "{counted:?}");
        assert!(counted.iter().all(|records| *records <= self.records_max));
        let most = self.records_max / 2;
        assert!(counted.windows(2).all(|two| two[0] + two[1] >= most));
        let changed = self.changed.iter().filter_map(|it| self.others.get(it));
        assert_eq!(self.changed_records, changed.sum::<usize>());
        assert_eq!(self.sum, sum(self.stored.values()));
        let differs =
            |start: &u64| self.others.contains_key(start) != self.stored.contains_key(start);
        let mut starts = self.others.keys().chain(self.stored.keys());
        assert!(starts.all(|it| !differs(it) || self.changed.contains(it)));
    }
}
