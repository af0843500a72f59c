//! What a consumer remembers of single messages: which are out, which went out as often as they may, which last ones of their subjects are to come.
//!
//! A sequence is in one of the three at most. Whoever changes them does it here, where the part of the state that the change falls into
//! is noted ([`super::parts`]): so no save leaves one out.

use super::chunkmap::ChunkMap;
use super::parts::Parts;
use std::collections::BTreeSet;
use std::ops::RangeBounds;

/// A message that is out and not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    /// The consumer sequence of its first delivery.
    pub(super) dseq: u64,
    /// How often it went out.
    pub(super) count: u64,
    /// When it counts as lost; `None`: it waits in `redeliver`, or only a reset would send it again.
    pub(super) due: Option<u64>,
    /// When it last went out.
    pub(super) sent: u64,
}

/// See the head of this file.
#[derive(Clone, Default)]
pub(super) struct Records {
    pending: ChunkMap<u64, Pending>,
    spent: BTreeSet<u64>,
    initial: ChunkMap<u64, ()>,
    parts: Parts,
}

impl Records {
    /// These, in parts of which the store has some.
    pub(super) fn new(
        pending: ChunkMap<u64, Pending>,
        spent: BTreeSet<u64>,
        initial: ChunkMap<u64, ()>,
        parts: Parts,
    ) -> Self {
        let mut records = Self {
            pending,
            spent,
            initial,
            parts,
        };
        let seqs = records.seqs(..);
        records.parts.count(&seqs);
        records
    }

    /// What is out, by stream sequence.
    pub(super) fn pending(&self) -> &ChunkMap<u64, Pending> {
        &self.pending
    }

    /// The first of them.
    pub(super) fn first_pending(&self) -> Option<(u64, &Pending)> {
        self.pending.first()
    }

    /// Went out as often as they may and were never acknowledged; kept where the stream asks who is done with a message. Elsewhere
    /// `known_from` is above them.
    pub(super) fn spent(&self) -> &BTreeSet<u64> {
        &self.spent
    }

    /// Sequences to deliver before `next`: the last ones of each subject.
    pub(super) fn initial(&self) -> &ChunkMap<u64, ()> {
        &self.initial
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    pub(super) fn parts_mut(&mut self) -> &mut Parts {
        &mut self.parts
    }

    /// The first sequence from `from` on of which something is remembered.
    pub(super) fn next_from(&self, from: u64) -> Option<u64> {
        let pending = self.pending.range(from..).next().map(|(seq, _)| seq);
        let spent = self.spent.range(from..).next().copied();
        let initial = self.initial.range(from..).next().map(|(seq, ())| seq);
        [pending, spent, initial].into_iter().flatten().min()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.spent.is_empty() && self.initial.is_empty()
    }

    /// A message went out. Its consumer sequence stays that of the first time.
    pub(super) fn sent(&mut self, seq: u64, delivery: Pending) {
        match self.pending.get_mut(seq) {
            Some(pending) => {
                let dseq = pending.dseq;
                *pending = Pending { dseq, ..delivery };
                self.parts.change(seq);
            }
            None => {
                self.note_new(seq);
                self.pending.insert(seq, delivery);
            }
        }
    }

    /// When a message that is out counts as lost; no state says so.
    pub(super) fn due_mut(&mut self, seq: u64) -> Option<&mut Option<u64>> {
        self.pending.get_mut(seq).map(|pending| &mut pending.due)
    }

    pub(super) fn remove_pending(&mut self, seq: u64) -> Option<Pending> {
        let pending = self.pending.remove(seq)?;
        self.parts.remove(seq);
        Some(pending)
    }

    pub(super) fn insert_spent(&mut self, seq: u64) {
        self.note_new(seq);
        self.spent.insert(seq);
    }

    /// False if it wasn't there.
    pub(super) fn remove_spent(&mut self, seq: u64) -> bool {
        let removed = self.spent.remove(&seq);
        if removed {
            self.parts.remove(seq);
        }
        removed
    }

    /// Takes those within a range out of `spent`. False if there were none.
    pub(super) fn remove_spent_within(&mut self, range: impl RangeBounds<u64>) -> bool {
        let within: Vec<u64> = self.spent.range(range).copied().collect();
        let removed = within.iter().filter(|seq| self.remove_spent(**seq));
        removed.count() > 0
    }

    /// The first of `initial`, if `test` says so.
    pub(super) fn pop_initial_if(&mut self, test: impl FnOnce(u64) -> bool) -> Option<u64> {
        let first = self.initial.first().map(|(seq, ())| seq);
        let seq = first.filter(|seq| test(*seq))?;
        self.remove_initial(seq).then_some(seq)
    }

    /// One that was popped comes back.
    pub(super) fn insert_initial(&mut self, seq: u64) {
        self.note_new(seq);
        self.initial.insert(seq, ());
    }

    /// False if it wasn't there.
    pub(super) fn remove_initial(&mut self, seq: u64) -> bool {
        let removed = self.initial.remove(seq).is_some();
        if removed {
            self.parts.remove(seq);
        }
        removed
    }

    /// Takes those within a range out of `initial`. False if there were none.
    pub(super) fn remove_initial_within(&mut self, range: impl RangeBounds<u64>) -> bool {
        let within = self.initial.range(range).map(|(seq, ())| seq);
        let within: Vec<u64> = within.collect();
        let removed = within.iter().filter(|seq| self.remove_initial(**seq));
        removed.count() > 0
    }

    /// Nothing is remembered any more but these last ones of subjects.
    pub(super) fn begin_anew(&mut self, seqs: impl IntoIterator<Item = u64>) {
        let mut initial = ChunkMap::default();
        for seq in seqs {
            initial.insert(seq, ());
        }
        let mut parts = std::mem::take(&mut self.parts);
        parts.clear();
        *self = Self::new(ChunkMap::default(), BTreeSet::new(), initial, parts);
    }

    fn note_new(&mut self, seq: u64) {
        if let Some(full) = self.parts.full_at(seq) {
            if self.last() < Some(seq) {
                self.parts.begin(seq);
            } else {
                let seqs = self.seqs(self.parts.range(full));
                self.parts.split(full, &seqs);
            }
        }
        self.parts.add(seq);
    }

    fn last(&self) -> Option<u64> {
        let pending = self.pending.last().map(|(seq, _)| seq);
        let spent = self.spent.last().copied();
        let initial = self.initial.last().map(|(seq, ())| seq);
        pending.max(spent).max(initial)
    }

    /// All sequences within a range, in their order.
    fn seqs(&self, range: impl RangeBounds<u64> + Clone) -> Vec<u64> {
        let pending = self.pending.range(range.clone()).map(|(seq, _)| seq);
        let spent = self.spent.range(range.clone()).copied();
        let initial = self.initial.range(range).map(|(seq, ())| seq);
        let mut seqs: Vec<u64> = pending.chain(spent).chain(initial).collect();
        seqs.sort_unstable();
        seqs
    }
}

#[cfg(test)]
impl Records {
    /// Holds the invariants of the parts.
    pub(super) fn check(&self) {
        self.parts.check(&self.seqs(..));
    }
}
