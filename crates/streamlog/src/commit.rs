//! Group commit: one write and one sync for all that gathered (`docs/streamlog.md`, "The commit").
use crate::{
    Error, Result,
    disk::Work,
    gate::Level,
    journal::{FrameBuf, Journal},
    options::Policy,
    pins::Pins,
    segment::Segment,
    small::{Deltas, Pairs},
    store::{Inner, STREAM_KEY, Store},
    stream::{Owner, Shared},
    tail::Piece,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// What one commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    /// number of the batch; 0: there was nothing to do
    pub batch: u64,
    /// streams whose watermark moved
    pub streams: usize,
    /// when the next one is due although nobody appends, in nanoseconds
    pub next_due: Option<u64>,
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
    /// a definition is in the journal alone
    pub(crate) definitions_stale: bool,
    /// streams whose tail goes into the next frame once more
    pub(crate) carry: Vec<Arc<Shared>>,
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
    pub(crate) full: Vec<Arc<Shared>>,
}

/// A stream's tail on its way to the segments.
pub(crate) struct Spilled {
    stream: Arc<Shared>,
    segments: Vec<Arc<Segment>>,
    /// the last sequence in it
    taken: u64,
    /// pieces that were written
    written: usize,
    /// no piece met a full disk
    pub(crate) all: bool,
    /// whether it is durable; `None`: nobody asked
    synced: Option<Result<()>>,
}

impl Spilled {
    /// Makes it durable, or notes why not.
    pub(crate) fn sync(&mut self) {
        let mut unsynced = self.segments.iter().filter(|segment| segment.is_unsynced());
        self.synced = Some(unsynced.try_for_each(|segment| segment.sync()));
    }

    pub(crate) fn is_synced(&self) -> bool {
        self.synced.is_some()
    }
}

/// One stream's share of a batch.
struct Share {
    stream: Arc<Shared>,
    last_seq: u64,
    bytes: usize,
    policy: Policy,
    pieces: Vec<Piece>,
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
            definitions_stale: false,
            carry: Vec::new(),
            lazy: BTreeMap::new(),
            inherited: BTreeMap::new(),
            inherited_at: None,
            frames_due: None,
            written: BTreeMap::new(),
            full: Vec::new(),
        }
    }

    pub(crate) fn oldest(&self) -> u64 {
        let pins = self.pins.oldest().into_iter();
        pins.chain(self.state_pin).min().unwrap_or(0)
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

impl Inner {
    /// Commits if that takes neither a sync nor a wait; the batch. `None`: it may.
    fn commit_unsynced(&self, now: u64) -> Option<u64> {
        if self.gate.owes_sync() {
            return None;
        }
        let mut writer = self.writer.try_lock()?;
        let busy = self.buffered.blocked.load(Ordering::SeqCst)
            || !writer.full.is_empty()
            || !writer.carry.is_empty()
            || writer.next_due().is_some_and(|due| due <= now)
            || self.needs_checkpoint(&writer);
        if busy {
            return None;
        }
        let commit = self.commit_and(&mut writer, now, |_| ()).ok()?;
        Some(commit.batch)
    }

    /// Commits and tells the observer.
    pub(crate) fn commit(&self, w: &mut Writer, now: u64) -> Result<Commit> {
        self.commit_and(w, now, |batch| {
            if let Some(observer) = &*self.observer.lock() {
                observer(batch);
            }
        })
    }

    /// Commits; `tell` is called when the tickets of the batch are released.
    fn commit_and(&self, w: &mut Writer, now: u64, tell: impl Fn(u64)) -> Result<Commit> {
        if let Some(error) = self.gate.failure() {
            return Err(error);
        }
        let outcome = self.try_commit(w, now, tell);
        if let Err(error) = &outcome {
            self.gate.fail(error);
        }
        outcome
    }

    fn try_commit(&self, w: &mut Writer, now: u64, tell: impl Fn(u64)) -> Result<Commit> {
        self.retry_full(w);
        self.retry_manifest(w)?;
        self.sync_due(w, now)?;
        if self.gate.is_idle() && w.carry.is_empty() {
            return Ok(Commit {
                batch: 0,
                streams: 0,
                next_due: w.next_due(),
            });
        }
        let (number, owners) = self.gate.close();
        let (mut shares, deltas) = self.take(owners);
        self.note(&shares, &deltas);
        // A stream's files come after its definition.
        let defines = deltas.keys().any(|key| key.first() == Some(&0));
        shares.retain(|share| {
            let journal = defines && !w.lazy.contains_key(&share.stream.id);
            journal || !self.write_direct(w, share, number, now)
        });
        self.write_frame(w, &shares, &deltas, now)?;
        let must_sync = defines
            || shares.iter().any(|share| share.policy == Policy::Always)
            || (!deltas.is_empty() && self.options.policy == Policy::Always);
        // A share without bytes stands for what an earlier frame carried, which may not be durable either.
        let unsynced = w.journal.is_unsynced();
        let level = if unsynced && !must_sync {
            for share in &shares {
                w.written
                    .insert(share.stream.id, (share.stream.clone(), share.last_seq));
            }
            Level::Written
        } else {
            Level::Synced
        };
        if unsynced && must_sync {
            w.sync_journal()?;
        }
        self.release(&shares, number, level);
        tell(number);
        self.checkpoint(w)?;
        Ok(Commit {
            batch: number,
            streams: shares.len(),
            next_due: w.next_due(),
        })
    }

    fn take(&self, owners: Vec<Owner>) -> (Vec<Share>, Deltas) {
        let mut shares = Vec::new();
        let mut deltas = Deltas::new();
        for owner in owners {
            let Owner::Stream(stream) = owner else {
                let mut small = self.small.lock();
                deltas = std::mem::take(&mut small.deltas);
                continue;
            };
            let mut state = stream.state.lock();
            if let Err(error) = state.write_losses() {
                tracing::warn!(stream = %stream.name, %error, "streamlog: what limits took out can't be noted");
            }
            let pieces = state.tail.take();
            let bytes = std::mem::take(&mut state.pending);
            self.buffered.now.fetch_sub(bytes, Ordering::Relaxed);
            state.taken = state.last_seq;
            let owes_sync = std::mem::take(&mut state.owes_sync);
            let policy = if owes_sync {
                Policy::Always
            } else {
                state.options.policy
            };
            let last_seq = state.last_seq;
            drop(state);
            if !stream.deleted.load(Ordering::SeqCst) {
                shares.push(Share {
                    stream,
                    last_seq,
                    bytes,
                    policy,
                    pieces,
                });
            }
        }
        (shares, deltas)
    }

    fn note(&self, shares: &[Share], deltas: &Deltas) {
        let commands = shares.iter().any(|s| {
            s.pieces
                .iter()
                .any(|p| matches!(p.bytes.get(38), Some(1..=4)))
        });
        self.disk.note(match () {
            () if deltas.keys().any(|key| key.first() == Some(&0)) => Work::Definition,
            () if commands => Work::Purge,
            () if !deltas.is_empty() => Work::State,
            () => Work::Append,
        });
    }

    /// A share that is large, or follows unsynced bytes, goes to its segment. `true`: it's done with, for better or worse.
    fn write_direct(&self, w: &mut Writer, share: &Share, number: u64, now: u64) -> bool {
        let stream = &share.stream;
        if share.bytes < self.options.direct_bytes && !w.lazy.contains_key(&stream.id) {
            return false;
        }
        let sync = share.policy == Policy::Always;
        match self.flush(w, stream, sync) {
            Ok(()) => {
                if let Policy::Interval(interval) = share.policy {
                    let due = now.saturating_add(interval.as_nanos() as u64);
                    w.lazy.entry(stream.id).or_insert((stream.clone(), due));
                }
                raise(share, sync);
                true
            }
            Err(Error::DiskFull) => {
                self.mark_full(w, stream);
                false
            }
            Err(error) => {
                stream.fate.fail(number, &error);
                true
            }
        }
    }

    /// Writes a stream's tail to its segments, and makes it durable if asked to. On a full disk what found room is durable in any case,
    /// so that the rest may go to the journal.
    pub(crate) fn flush(&self, w: &mut Writer, stream: &Arc<Shared>, sync: bool) -> Result<()> {
        let mut spilled = self.spill(stream)?;
        if sync || !spilled.all {
            spilled.sync();
            self.sync_names()?;
        }
        self.settle(w, spilled)
    }

    /// Writes a stream's tail to its segments.
    pub(crate) fn spill(&self, stream: &Arc<Shared>) -> Result<Spilled> {
        let (pieces, segments, taken) = {
            let state = stream.state.lock();
            // A dropped segment is needed until a meta file says what it did.
            let open = state.slots.iter().filter(|slot| slot.heap.is_some());
            let segments: Vec<_> = open
                .map(|slot| &slot.seg)
                .chain(&state.dropped)
                .cloned()
                .collect();
            (state.tail.pieces(), segments, state.taken)
        };
        // What was purged with its whole segment, durably, needs no place any more.
        let needed = |piece: &Piece| segments.iter().any(|s| s.number == piece.segment.number);
        let (mut written, mut all) = (0, true);
        for piece in &pieces {
            match if needed(piece) {
                write_piece(piece)
            } else {
                Ok(())
            } {
                Ok(()) => written += 1,
                Err(Error::DiskFull) => {
                    all = false;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Spilled {
            stream: stream.clone(),
            segments,
            taken,
            written,
            all,
            synced: None,
        })
    }

    /// A stream's tail is in its segments: what follows from that.
    pub(crate) fn settle(&self, w: &mut Writer, spilled: Spilled) -> Result<()> {
        let id = spilled.stream.id;
        let durable = spilled.synced.transpose()?.is_some();
        let mut state = spilled.stream.state.lock();
        state.tail.drop_front(spilled.written);
        if durable {
            w.lazy.remove(&id);
        }
        if !spilled.all {
            return Err(Error::DiskFull);
        }
        if durable {
            w.pins.unpin(id);
            state.raise_durable(spilled.taken);
        }
        Ok(())
    }

    pub(crate) fn sync_names(&self) -> Result<()> {
        if self.names_dirty.swap(false, Ordering::SeqCst)
            && let Err(error) = self.disk.sync_dir()
        {
            self.names_dirty.store(true, Ordering::SeqCst);
            return Err(Error::sync("the folder", &error));
        }
        Ok(())
    }

    /// One frame for everybody else, if there is something to write.
    fn write_frame(
        &self,
        w: &mut Writer,
        shares: &[Share],
        deltas: &Deltas,
        now: u64,
    ) -> Result<()> {
        let carry = std::mem::take(&mut w.carry);
        w.frame.clear();
        put_deltas(&mut w.frame, deltas);
        let mut carried = Vec::new();
        for stream in carry
            .iter()
            .filter(|stream| !w.lazy.contains_key(&stream.id))
        {
            let shared_pieces = shares
                .iter()
                .find(|s| s.stream.id == stream.id)
                .map_or(0, |s| s.pieces.len());
            let pieces = stream.state.lock().tail.pieces();
            let old = pieces.len().saturating_sub(shared_pieces);
            pieces[..old]
                .iter()
                .for_each(|piece| put_piece(&mut w.frame, stream.id, piece));
            carried.push(stream.id);
        }
        for share in shares {
            share
                .pieces
                .iter()
                .for_each(|piece| put_piece(&mut w.frame, share.stream.id, piece));
        }
        put_deltas(&mut w.frame, deltas);
        if w.frame.is_empty() {
            carried.into_iter().for_each(|id| w.pins.unpin(id));
            return Ok(());
        }
        self.make_room(w)?;
        let number = w.journal.next_number();
        for id in carried {
            w.pins.repin(id, number);
        }
        for share in shares.iter().filter(|share| !share.pieces.is_empty()) {
            w.pins.pin(share.stream.id, number);
        }
        if !deltas.is_empty() {
            w.state_pin.get_or_insert(number);
            w.definitions_stale |= deltas.keys().any(|key| key.first() == Some(&0));
            for (key, value) in deltas {
                w.small.apply(key, value.as_ref());
            }
        }
        let oldest = w.oldest();
        w.journal.write(&*self.disk, &mut w.frame, oldest)?;
        let soonest = shares.iter().filter_map(|share| match share.policy {
            Policy::Always => None,
            Policy::Interval(d) => Some(now.saturating_add(d.as_nanos() as u64)),
        });
        w.frames_due = soonest.chain(w.frames_due).min();
        Ok(())
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
                tracing::warn!(stream = id, %error, "streamlog: a stream that may be unsynced doesn't open");
            }
        }
        if w.frames_due.is_some_and(|due| due <= now) {
            w.sync_journal()?;
        }
        Ok(())
    }
}

impl Writer {
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

/// Moves a stream's watermarks to what the share carried.
fn raise(share: &Share, durable: bool) {
    let mut state = share.stream.state.lock();
    // A truncation that came later took some of it back.
    state.visible = state.visible.max(share.last_seq.min(state.last_seq));
    if durable {
        state.raise_durable(share.last_seq);
    }
}

fn put_deltas(frame: &mut FrameBuf, deltas: &Deltas) {
    for (key, value) in deltas {
        debug_assert!(
            !key.is_empty() && (key[0] != 0 || key.starts_with(STREAM_KEY) || key.len() > 1)
        );
        match value {
            Some(pair) => frame.put(key, pair.value()),
            None => frame.delete(key),
        }
    }
}

fn write_piece(piece: &Piece) -> Result<()> {
    let segment = &piece.segment;
    segment
        .ensure_file()?
        .write_at(&piece.bytes, u64::from(piece.offset))
        .map_err(|e| Error::io("write", &segment.name(), &e))?;
    segment.flushed.fetch_max(piece.end(), Ordering::SeqCst);
    Ok(())
}

fn put_piece(frame: &mut FrameBuf, stream: u64, piece: &Piece) {
    frame.bytes(
        stream,
        piece.segment.number,
        piece.segment.size,
        piece.offset,
        &piece.bytes,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NewMessage, StoreOptions, StreamOptions, disk::crash::CrashDisk};

    /// Symptom: after a power cut a torn tail was taken for damage. Cause: a batch that carried nothing new of an `Interval` stream raised its
    /// durable mark, which then stood above frames that no sync had seen. Remedy: the mark follows the journal's syncs alone.
    #[test]
    fn an_empty_share_says_nothing_of_what_is_durable() {
        let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
        let options = StreamOptions {
            policy: Policy::Interval(Duration::from_secs(1)),
            ..StreamOptions::default()
        };
        let (stream, _) = store.create_stream("s", options).unwrap();
        store.commit_once(0).unwrap();
        drop(stream.append(NewMessage::new("a", "b"), 0).unwrap());
        store.commit_once(0).unwrap();
        let durable = || stream.0.state.lock().durable;
        assert_eq!((durable(), stream.stats().visible), (0, 1));
        // As when an earlier commit took the bytes after the stream had been queued anew.
        drop(stream.enter(&mut stream.0.state.lock(), 0));
        store.commit_once(1).unwrap();
        assert_eq!(durable(), 0, "the frame isn't synced");
        store.commit_once(2_000_000_000).unwrap();
        assert_eq!(durable(), 1, "the interval is over");
    }
}
