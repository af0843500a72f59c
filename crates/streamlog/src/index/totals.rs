//! Per subject: first, last and count over the whole stream.
//!
//! The segments' indices are the authority; this table saves asking all of them. A stream that was opened begins with an
//! incomplete table, which learns a subject when somebody asks for it; when somebody wants all, another one is counted and takes its place
//! (`src/subjects.rs`).
//!
//! Looking for a subject's next message costs as much as there are messages of it in the segment, so whoever removes many in order would
//! pay the square. A first that was removed leaves a loose one behind, and is looked for when somebody asks.
use crate::split::SplitTable;
use hashbrown::DefaultHashBuilder;
use std::{
    hash::BuildHasher,
    sync::atomic::{AtomicU64, Ordering},
};

/// How many tables there were.
static TABLES: AtomicU64 = AtomicU64::new(0);

/// Where a subject's messages begin and end, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectTotal {
    /// sequence of the first
    pub first: u64,
    /// sequence of the last
    pub last: u64,
    /// how many
    pub count: u64,
}

pub(crate) struct Totals {
    /// No other table has it: rows keep their places as long as it is the same.
    number: u64,
    rows: Vec<Row>,
    names: Vec<u8>,
    table: SplitTable<u32>,
    hasher: DefaultHashBuilder,
    /// rows with a count
    used: usize,
    /// whether a subject that isn't here has no messages
    pub(crate) complete: bool,
}

struct Row {
    at: usize,
    len: u16,
    /// Nothing is before `total.first`, but something needn't be there.
    loose: bool,
    total: SubjectTotal,
}

impl Totals {
    pub(crate) fn new(complete: bool) -> Self {
        Self {
            number: TABLES.fetch_add(1, Ordering::Relaxed) + 1,
            rows: Vec::new(),
            names: Vec::new(),
            table: SplitTable::default(),
            hasher: DefaultHashBuilder::default(),
            used: 0,
            complete,
        }
    }

    fn name(&self, row: &Row) -> &[u8] {
        &self.names[row.at..][..row.len as usize]
    }

    fn row(&self, subject: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one(subject);
        self.table
            .find(hash, |&k| self.name(&self.rows[k as usize]) == subject)
            .copied()
    }

    /// `None`: not known here. A known subject without messages has count 0.
    pub(crate) fn get(&self, subject: &[u8]) -> Option<SubjectTotal> {
        self.row(subject).map(|k| self.rows[k as usize].total)
    }

    /// Whether a subject's first isn't known exactly.
    pub(crate) fn is_loose(&self, subject: &[u8]) -> bool {
        self.row(subject)
            .is_some_and(|k| self.rows[k as usize].loose)
    }

    pub(crate) fn set(&mut self, subject: &[u8], total: SubjectTotal) {
        self.put(subject, total, false);
    }

    /// Adds what is counted of a subject behind all that was.
    pub(crate) fn add_total(&mut self, subject: &[u8], more: SubjectTotal) {
        let known = self.get(subject).filter(|total| total.count > 0);
        let total = known.map_or(more, |known| SubjectTotal {
            first: known.first,
            last: more.last,
            count: known.count + more.count,
        });
        let loose = known.is_some() && self.is_loose(subject);
        self.put(subject, total, loose);
    }

    /// Sets a total; if its first message isn't known, `total.first` is where it may be at the earliest.
    pub(crate) fn put(&mut self, subject: &[u8], total: SubjectTotal, loose: bool) {
        let k = match self.row(subject) {
            Some(k) => k,
            None => self.add(subject),
        };
        let row = &mut self.rows[k as usize];
        self.used += usize::from(total.count > 0);
        self.used -= usize::from(row.total.count > 0);
        (row.total, row.loose) = (total, loose);
    }

    fn add(&mut self, subject: &[u8]) -> u32 {
        let Self {
            rows,
            names,
            table,
            hasher,
            ..
        } = self;
        let k = rows.len() as u32;
        rows.push(Row {
            at: names.len(),
            len: subject.len() as u16,
            loose: false,
            total: SubjectTotal {
                first: 0,
                last: 0,
                count: 0,
            },
        });
        names.extend_from_slice(subject);
        let hash = hasher.hash_one(subject);
        table.insert_unique(hash, k, |&k| {
            let row = &rows[k as usize];
            hasher.hash_one(&names[row.at..][..row.len as usize])
        });
        k
    }

    /// A message came. `false`: the subject isn't known and the table is incomplete, so somebody must look.
    pub(crate) fn push(&mut self, subject: &[u8], seq: u64) -> bool {
        match self.row(subject) {
            Some(k) => {
                let Row { total, loose, .. } = &mut self.rows[k as usize];
                if total.count == 0 {
                    self.used += 1;
                    (total.first, *loose) = (seq, false);
                }
                total.last = seq;
                total.count += 1;
                true
            }
            None if self.complete => {
                self.set(
                    subject,
                    SubjectTotal {
                        first: seq,
                        last: seq,
                        count: 1,
                    },
                );
                true
            }
            None => false,
        }
    }

    /// Subjects that have messages, as far as known.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// Nothing is known about anything.
    pub(crate) fn is_blank(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn clear(&mut self, complete: bool) {
        *self = Self::new(complete);
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Subjects that are known, with messages or without.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Subjects that have messages, as far as known, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], SubjectTotal)> {
        self.rows(0, usize::MAX)
    }

    /// The same, of `most` rows from a place on.
    pub(crate) fn rows(
        &self,
        from: usize,
        most: usize,
    ) -> impl Iterator<Item = (&[u8], SubjectTotal)> {
        self.rows
            .iter()
            .skip(from)
            .take(most)
            .filter(|r| r.total.count > 0)
            .map(|r| (self.name(r), r.total))
    }

    /// Drops rows without messages once they are the greater part.
    pub(crate) fn shrink(&mut self) {
        const WORTH_IT: usize = 4096;
        if self.rows.len() < WORTH_IT || self.used * 2 > self.rows.len() {
            return;
        }
        let mut kept = Self::new(self.complete);
        for row in self.rows.iter().filter(|row| row.total.count > 0) {
            kept.put(self.name(row), row.total, row.loose);
        }
        *self = kept;
    }
}
