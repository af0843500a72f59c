//! Group commit: one write and one sync for all that gathered (`docs/streamlog.md`, "The commit").
//!
//! Here is the order of a commit's steps; `gather.rs` has what a batch is, `write.rs` how it gets to the disk.
use crate::{
    Error, Result,
    error::Lack,
    gate::Level,
    journal::{FrameBuf, Journal},
    pins::Pins,
    ring::Fill,
    small::{Deltas, Pair, Pairs},
    store::{Inner, Store},
    stream::Shared,
};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

mod gather;
#[cfg(test)]
mod tests;
mod write;

use gather::{Batch, Share, raise};
pub(crate) use write::{Carry, delta_len, fill_frame};

/// What one commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    /// number of the batch; 0: there was nothing to do
    pub batch: u64,
    /// streams whose watermark moved
    pub streams: usize,
    /// when the next one is due although nobody appends, in nanoseconds
    pub next_due: Option<u64>,
    /// a batch waits for room on the disk, or for what the system lacks
    pub waits_for_room: bool,
}

/// What only the committer touches.
pub(crate) struct Writer {
    pub(crate) journal: Journal,
    pub(crate) frame: FrameBuf,
    /// the small state as committed
    pub(crate) small: Pairs,
    pub(crate) manifest_generation: u64,
    /// what each stream needs of the journal
    pub(crate) pins: Pins,
    /// the oldest frame with small state that the manifest doesn't have
    pub(crate) state_pin: Option<u64>,
    /// what it doesn't have, and how many bytes that is
    pub(crate) unsaved: Unsaved,
    /// what lacked for it
    pub(crate) manifest_lack: Option<Lack>,
    /// the log says that writing waits
    pub(crate) has_said_waits: bool,
    /// a definition is in the journal alone, or the copies of the manifest differ: the keeper writes it, so that all is there twice
    pub(crate) manifest_owed: bool,
    /// what goes into the next frame once more
    pub(crate) carry: Carry,
    /// a batch that couldn't be written for the moment: it is tried again, with what gathered behind it
    pub(crate) held: Option<(Batch, Lack)>,
    /// how full the journal's ring was
    pub(crate) fill: Fill,
    /// `Interval` streams with unsynced bytes, and when they are due
    pub(crate) lazy: BTreeMap<u64, (Arc<Shared>, u64)>,
    /// `Interval` streams that a killed process may have left unsynced, and what they are owed: opening them syncs them
    pub(crate) inherited: BTreeMap<u64, Duration>,
    inherited_at: Option<u64>,
    /// unsynced frames are due then
    frames_due: Option<u64>,
    /// whose bytes they carry, and up to which sequence
    written: BTreeMap<u64, (Arc<Shared>, u64)>,
    /// streams that couldn't get a segment
    pub(crate) full: VecDeque<Full>,
}

/// A stream that couldn't get a segment.
pub(crate) struct Full {
    pub(crate) stream: Arc<Shared>,
    /// what lacked
    pub(crate) lack: Lack,
    /// bytes of it that only the journal keeps
    pub(crate) bytes: usize,
}

/// Small state that the manifest doesn't have. It goes from frame to frame when the manifest can't be written, or needn't.
#[derive(Default)]
pub(crate) struct Unsaved {
    pub(crate) deltas: Deltas,
    pub(crate) bytes: usize,
    /// Bytes of all frames' changes since the manifest was written, those that later ones replaced as well; half a page per frame at least.
    pub(crate) taken: usize,
}

impl Unsaved {
    pub(crate) fn add(&mut self, key: &[u8], value: Option<&Pair>) {
        self.bytes += delta_len(key, value);
        if let Some(old) = self.deltas.insert(key.into(), value.cloned()) {
            self.bytes -= delta_len(key, old.as_ref());
        }
    }
}

impl Writer {
    pub(crate) fn new(journal: Journal, small: Pairs, manifest_generation: u64) -> Self {
        Self {
            frame: journal.frame(),
            journal,
            small,
            manifest_generation,
            pins: Pins::default(),
            state_pin: None,
            unsaved: Unsaved::default(),
            manifest_lack: None,
            has_said_waits: false,
            manifest_owed: false,
            carry: Carry::default(),
            held: None,
            fill: Fill::default(),
            lazy: BTreeMap::new(),
            inherited: BTreeMap::new(),
            inherited_at: None,
            frames_due: None,
            written: BTreeMap::new(),
            full: VecDeque::new(),
        }
    }

    /// Why the ring has no place: what only it keeps.
    pub(crate) fn lack(&self) -> Lack {
        let of_stream = self.full.front().map(|full| full.lack);
        of_stream.or(self.manifest_lack).unwrap_or(Lack::Room)
    }

    pub(crate) fn oldest(&self) -> u64 {
        self.oldest_after(&Carry::default())
    }

    /// The oldest frame that is needed once a new one has what is carried on; 0: none.
    fn oldest_after(&self, carry: &Carry) -> u64 {
        let carried: HashSet<u64> = carry.streams.iter().map(|stream| stream.id).collect();
        let stays = |id: &u64| !carried.contains(id);
        let pin = self.pins.iter().find(|(id, _)| stays(id));
        let state = self.state_pin.filter(|_| !carry.state);
        pin.map(|(_, frame)| frame)
            .into_iter()
            .chain(state)
            .min()
            .unwrap_or(0)
    }
}

impl Store {
    /// Commits everything that gathered: writes it, syncs it if anybody asked for that, moves the watermarks, releases the tickets.
    ///
    /// # Errors
    /// `Stopped` when the journal failed, now or before.
    pub fn commit_once(&self, now: u64) -> Result<Commit> {
        let inner = &*self.0;
        let mut writer = inner.writer.lock();
        inner.commit(&mut writer, now)
    }

    /// From now on appends that need no sync wake nobody; [`submit`](Self::submit) is called after a group of them instead.
    pub fn defer(&self) {
        self.0.gate.defer();
    }

    /// What was appended since the last call is complete. A batch that nobody wants synced is written here and now, if the disk isn't needed for
    /// anything else, and its number is returned (the observer isn't told); anything more is left to the committer, who is woken.
    pub fn submit(&self, now: u64) -> Option<u64> {
        let inner = &*self.0;
        if inner.gate.is_idle() {
            return None;
        }
        let batch = inner.commit_unsynced(now);
        if batch.is_none() {
            inner.gate.wake_committer();
        }
        batch
    }
}

/// When a stream that doesn't open, or a sync that wasn't made, is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

impl Inner {
    /// Commits if that takes neither a sync nor a wait; the batch. `None`: it may.
    fn commit_unsynced(&self, now: u64) -> Option<u64> {
        if self.gate.owes_sync() {
            return None;
        }
        let mut writer = self.writer.try_lock()?;
        let busy = self.buffered.blocked().is_some()
            || !writer.full.is_empty()
            || writer.held.is_some()
            || !writer.carry.is_empty()
            || writer.next_due().is_some_and(|due| due <= now)
            || self.needs_checkpoint(&writer)
            || self.longer_ring(&writer, now).is_some();
        if busy {
            return None;
        }
        let commit = self.commit_and(&mut writer, now, |_| ()).ok()?;
        (commit.batch > 0).then_some(commit.batch)
    }

    /// Commits and tells the observer; of a failure as well, with the last batch that was written.
    pub(crate) fn commit(&self, w: &mut Writer, now: u64) -> Result<Commit> {
        let outcome = self.commit_and(w, now, |batch| self.tell(batch));
        if outcome.is_err() {
            self.tell(self.gate.written());
        }
        outcome
    }

    /// Stops the store if somebody else met a failure of the journal: no commit would succeed.
    pub(crate) fn stop_with_journal(&self) {
        let writer = self.writer.lock();
        if let (None, Some(error)) = (self.gate.failure(), writer.journal.failure()) {
            self.stop(error);
            self.tell(self.gate.written());
        }
    }

    fn tell(&self, batch: u64) {
        if let Some(observer) = &*self.observer.lock() {
            observer(batch);
        }
    }

    /// Commits, and nothing is left that was taken from streams and isn't written.
    ///
    /// # Errors
    /// `DiskFull` or `Scarce` when that can't be written now.
    pub(crate) fn commit_all(&self, w: &mut Writer, now: u64) -> Result<()> {
        self.commit(w, now)?;
        match w.held {
            Some((_, lack)) => Err(lack.into()),
            None => Ok(()),
        }
    }

    /// Commits; `tell` is called when the tickets of the batch are released.
    fn commit_and(&self, w: &mut Writer, now: u64, tell: impl Fn(u64)) -> Result<Commit> {
        if let Some(error) = self.gate.failure() {
            return Err(error);
        }
        let outcome = self.try_commit(w, now, tell);
        if let Err(error) = &outcome {
            self.stop(error);
        }
        outcome
    }

    fn try_commit(&self, w: &mut Writer, now: u64, tell: impl Fn(u64)) -> Result<Commit> {
        self.fit_ring(w, now)?;
        self.retry_full(w);
        self.retry_manifest(w)?;
        w.say_goes_on();
        self.sync_due(w, now)?;
        let held = w.held.take().map(|(batch, _)| batch);
        let Some(mut batch) = self.gather(held, !w.carry.is_empty()) else {
            return Ok(w.nothing_done());
        };
        let written = self.write_batch(w, &mut batch, now);
        self.unsaved.store(w.unsaved.bytes, Ordering::Relaxed);
        let level = match written {
            Ok(level) => level,
            Err(error) if error.is_passing() => return Ok(self.hold(w, batch, &error)),
            Err(error) => return Err(error),
        };
        self.refuse_if_full(w);
        let number = batch.number;
        self.release(&batch.shares, number, level);
        tell(number);
        w.fill.note(self.needs_checkpoint(w), now);
        self.checkpoint(w)?;
        Ok(Commit {
            batch: number,
            streams: batch.streams,
            ..w.nothing_done()
        })
    }

    /// The batch waits for what lacks at the moment, and nothing more comes in.
    fn hold(&self, w: &mut Writer, batch: Batch, why: &Error) -> Commit {
        w.say_waits(None, why);
        w.held = Some((batch, Lack::of(why)));
        self.refuse_if_full(w);
        w.nothing_done()
    }

    fn release(&self, shares: &[Share], number: u64, level: Level) {
        for share in shares {
            raise(share, level == Level::Synced);
        }
        self.gate.release(number, level);
    }

    /// Syncs what `Interval` streams are owed.
    fn sync_due(&self, w: &mut Writer, now: u64) -> Result<()> {
        let due: Vec<_> = w
            .lazy
            .values()
            .filter(|(_, due)| *due <= now)
            .map(|(s, _)| s.clone())
            .collect();
        self.flush_or_stop(w, &due);
        // Nobody knows when the process before this one wrote: the interval counts from the first commit.
        let since = *w.inherited_at.get_or_insert(now);
        let is_due =
            |interval: &mut Duration| since.saturating_add(interval.as_nanos() as u64) <= now;
        let inherited: Vec<u64> = w
            .inherited
            .extract_if(.., |_, d| is_due(d))
            .map(|(id, _)| id)
            .collect();
        for id in inherited {
            if let Err(error) = self.by_id(id) {
                let stream = self.name_of(id);
                tracing::warn!(stream = stream.as_deref(), %error, "a stream that may be unsynced doesn't open, which is tried again");
                // It is still owed.
                let passed = Duration::from_nanos(now.saturating_sub(since));
                w.inherited.insert(id, passed + TRY_AGAIN);
            }
        }
        if w.frames_due.is_some_and(|due| due <= now) {
            match w.sync_journal() {
                Err(error) if error.is_passing() => {
                    w.frames_due = Some(now.saturating_add(TRY_AGAIN.as_nanos() as u64));
                }
                outcome => outcome?,
            }
        }
        Ok(())
    }
}

impl Writer {
    fn nothing_done(&self) -> Commit {
        Commit {
            batch: 0,
            streams: 0,
            next_due: self.next_due(),
            waits_for_room: self.held.is_some(),
        }
    }

    /// Makes all frames durable, and with them what they carry.
    pub(crate) fn sync_journal(&mut self) -> Result<()> {
        self.journal.sync()?;
        self.frames_due = None;
        for (stream, last_seq) in std::mem::take(&mut self.written).into_values() {
            stream.state.lock().raise_durable(last_seq);
        }
        Ok(())
    }

    fn inherited_due(&self) -> Option<u64> {
        let soonest = self.inherited.values().min()?;
        Some(self.inherited_at?.saturating_add(soonest.as_nanos() as u64))
    }

    fn next_due(&self) -> Option<u64> {
        self.lazy
            .values()
            .map(|(_, due)| *due)
            .chain(self.frames_due)
            .chain(self.inherited_due())
            .min()
    }
}
