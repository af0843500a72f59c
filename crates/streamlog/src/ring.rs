//! How long the journal's ring is: as the load needs it, between two options.
//!
//! A store begins with `journal_first_bytes`. The ring doubles, up to `journal_bytes`, when it is full of what is needed again soon after it was
//! last, and when something was refused because too much waits. It has its first length again when it wasn't full for a minute and keeps the tails
//! of few streams: these go to their segments first. A stream that stopped has its tail in the ring alone, so the ring stays as it is then.
//!
//! **Law:** what may wait for a commit is no more than an eighth of the ring that is there, and the reserve takes what that adds to the manifest. So the reserve
//! grows first, then the ring, then what may wait; and it is the other way round when it becomes shorter. On a disk without room for more, the ring
//! stays as it is, and so does what the store promises there.
use crate::{
    Error, Result, StoreOptions,
    commit::{Carry, Writer},
    journal::{PAGE, ring_size},
    reserve,
    store::Inner,
};
use std::sync::atomic::Ordering;

const SECOND: u64 = 1_000_000_000;
/// Full again within this time, the ring is too short.
const SOON: u64 = 2 * SECOND;
/// In a ring that stays full, commits after which it counts as full again.
const AGAIN: u32 = 8;
/// Not full for this time, it is too long.
const CALM: u64 = 60 * SECOND;
/// Tails of more streams than this aren't brought to their segments to make it shorter.
const TAILS_MAX: usize = 64;
/// This part of the ring may wait for a commit.
const WAITING_PART: u64 = 8;

/// When the ring was full.
#[derive(Default)]
pub(crate) struct Fill {
    /// The last time; at first, when somebody looked.
    full_at: u64,
    /// And it was soon after the time before.
    again_soon: bool,
    /// Commits since it wasn't.
    commits: u32,
    /// No longer one is tried before: there was no room for it.
    not_before: u64,
}

impl Fill {
    /// Whether the ring is full after a commit at `now`. One that stays full is full again after some commits.
    pub(crate) fn note(&mut self, is_full: bool, now: u64) {
        self.commits = if is_full { self.commits + 1 } else { 0 };
        if self.commits % AGAIN == 1 {
            self.again_soon = self.full_at > 0 && now.saturating_sub(self.full_at) < SOON;
            self.full_at = now;
        }
    }
}

impl StoreOptions {
    /// Bytes in the ring of a new journal.
    pub(crate) fn first_ring(&self) -> u64 {
        ring_size(self.journal_first_bytes.min(self.journal_bytes))
    }

    /// Bytes in the longest ring.
    fn longest_ring(&self) -> u64 {
        ring_size(self.journal_bytes)
    }

    /// Bytes that a new store takes.
    pub(crate) fn first_bytes(&self) -> u64 {
        let ring = self.first_ring();
        PAGE + ring + reserve::size(self.waiting_max(ring), 0)
    }

    /// Bytes in a batch at most.
    pub(crate) fn batch_max(&self) -> usize {
        self.waiting_max(self.longest_ring()) * 2
    }

    /// Bytes that may wait for a commit beside a ring of `size` bytes.
    pub(crate) fn waiting_max(&self, size: u64) -> usize {
        self.max_buffered.min((size / WAITING_PART) as usize)
    }
}

impl Inner {
    /// How long the ring should be instead; `None`: as long as it is.
    pub(crate) fn longer_ring(&self, w: &Writer, now: u64) -> Option<u64> {
        let (size, longest) = (w.journal.size(), self.options.longest_ring());
        // What comes free on a full disk is for those who wait.
        let lacks = w.manifest_lack.is_some() || w.held.is_some() || !w.full.is_empty();
        if size >= longest || now < w.fill.not_before || lacks {
            return None;
        }
        let lets_more_wait = self.options.waiting_max(size * 2) > self.buffered.max();
        let is_short =
            w.fill.again_soon || lets_more_wait && self.buffered.refused.load(Ordering::Relaxed);
        is_short.then_some(longest.min(size * 2))
    }

    /// Makes the ring longer if it is too short and there is room.
    pub(crate) fn fit_ring(&self, w: &mut Writer, now: u64) -> Result<()> {
        let longer = self.longer_ring(w, now);
        self.buffered.refused.store(false, Ordering::Relaxed);
        let is_full = std::mem::take(&mut w.fill.again_soon);
        let Some(size) = longer.filter(|_| !is_full || !self.keeps_stopped(w)) else {
            return Ok(());
        };
        let waiting = self.options.waiting_max(size);
        let grown = self
            .grow_reserve(waiting)
            .and_then(|()| w.journal.grow(size));
        match grown {
            Ok(()) => {
                self.buffered.set_max(waiting);
                tracing::debug!(bytes = size, "the journal is longer");
            }
            // The next commit tries again.
            Err(Error::Overloaded { .. }) => w.fill.again_soon = is_full,
            Err(error) if error.is_passing() => {
                w.fill.not_before = now.saturating_add(SOON);
                self.shorten_reserve(self.buffered.max());
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Makes the ring as short as it was first, if it wasn't full for a while and little has to be moved for it.
    pub(crate) fn shorten_ring(&self, now: u64) -> Result<()> {
        let first = self.options.first_ring();
        let mut writer = self.writer.lock();
        let w = &mut *writer;
        if w.fill.full_at == 0 {
            w.fill.full_at = now;
        }
        let is_calm = now.saturating_sub(w.fill.full_at) >= CALM;
        if !is_calm || w.journal.size() <= first || w.pins.len() > TAILS_MAX {
            return Ok(());
        }
        // Tried again in a while, if it isn't possible now.
        w.fill.full_at = now;
        self.buffered.set_max(self.options.waiting_max(first));
        let outcome = self.try_to_shorten(w, first, now);
        self.buffered
            .set_max(self.options.waiting_max(w.journal.size()));
        match outcome {
            Err(error) if error.is_passing() => Ok(()),
            outcome => outcome,
        }
    }

    /// Whether the ring keeps the tail of a stream that stopped, or can't be opened.
    fn keeps_stopped(&self, w: &mut Writer) -> bool {
        let pinned: Vec<u64> = w.pins.iter().map(|(id, _)| id).collect();
        let is_stopped = |id: u64| match self.pinned(w, id) {
            Some(stream) => stream.fate.failure().is_some(),
            None => w.pins.needs(id),
        };
        pinned.into_iter().any(is_stopped)
    }

    fn try_to_shorten(&self, w: &mut Writer, size: u64, now: u64) -> Result<()> {
        if self.keeps_stopped(w) {
            return Ok(());
        }
        self.commit_all(w, now)?;
        let pinned: Vec<u64> = w.pins.iter().map(|(id, _)| id).collect();
        let pinned: Vec<_> = pinned
            .into_iter()
            .filter_map(|id| self.pinned(w, id))
            .collect();
        let failed = self.flush_or_stop(w, &pinned);
        if !failed.is_empty() || w.state_pin.is_some() && !self.try_manifest(w)? {
            return Ok(());
        }
        if w.oldest() > 0 || w.held.is_some() {
            return Ok(());
        }
        w.carry = Carry::default();
        if w.journal.is_unsynced() {
            w.sync_journal()?;
        }
        if w.journal.shrink(&*self.disk, size)? {
            self.shorten_reserve(self.options.waiting_max(size));
            tracing::debug!(bytes = size, "the journal is shorter");
        }
        Ok(())
    }
}
