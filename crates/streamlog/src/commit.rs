//! Group commit: one write and one sync for all that gathered (`docs/streamlog.md`, "The commit").
use crate::{
    Error, Result,
    disk::Work,
    gate::Level,
    journal::{FrameBuf, Journal},
    options::Policy,
    pins::Pins,
    segment::Segment,
    small::{Deltas, Pair, Pairs},
    store::{Inner, STREAM_KEY, Store},
    stream::{Owner, Shared},
    tail::Piece,
};
use std::{
    collections::{BTreeMap, VecDeque},
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
    /// a batch waits for room on the disk
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
    /// it found no room on the disk
    pub(crate) manifest_full: bool,
    /// a definition is in the journal alone
    pub(crate) definitions_stale: bool,
    /// what goes into the next frame once more
    pub(crate) carry: Carry,
    /// a batch that found no room on a full disk: it is tried again, and those behind it wait
    pub(crate) held: Option<Batch>,
    /// `Interval` streams with unsynced bytes, and when they are due
    pub(crate) lazy: BTreeMap<u64, (Arc<Shared>, u64)>,
    /// `Interval` streams that a killed process may have left unsynced, and what they are owed: opening them syncs them
    pub(crate) inherited: BTreeMap<u64, Duration>,
    inherited_at: Option<u64>,
    /// unsynced frames are due then
    frames_due: Option<u64>,
    /// whose bytes they carry, and up to which sequence
    written: BTreeMap<u64, (Arc<Shared>, u64)>,
    /// streams that couldn't get a segment, and the bytes of theirs that only the journal keeps
    pub(crate) full: VecDeque<(Arc<Shared>, usize)>,
}

/// Small state that the manifest doesn't have. It goes from frame to frame when the manifest can't be written.
#[derive(Default)]
pub(crate) struct Unsaved {
    pub(crate) deltas: Deltas,
    pub(crate) bytes: usize,
}

impl Unsaved {
    pub(crate) fn add(&mut self, key: &[u8], value: Option<&Pair>) {
        self.bytes += delta_len(key, value);
        if let Some(old) = self.deltas.insert(key.into(), value.cloned()) {
            self.bytes -= delta_len(key, old.as_ref());
        }
    }
}

/// What is copied from old frames into the next one, so that the old ones are needed no more.
#[derive(Default)]
pub(crate) struct Carry {
    pub(crate) streams: Vec<Arc<Shared>>,
    /// of their tails
    pub(crate) bytes: usize,
    /// the unsaved state as well
    pub(crate) state: bool,
}

impl Carry {
    fn is_empty(&self) -> bool {
        self.streams.is_empty() && !self.state
    }

    pub(crate) fn add(&mut self, stream: Arc<Shared>, bytes: usize) {
        self.streams.push(stream);
        self.bytes += bytes;
    }
}

/// What one commit carries.
pub(crate) struct Batch {
    number: u64,
    shares: Vec<Share>,
    deltas: Deltas,
    /// how many streams it began with
    streams: usize,
    /// its small state is durable, so that all of it has to be
    state_durable: bool,
    /// a share that was promised a sync has it, in its segments
    direct_synced: bool,
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
pub(crate) struct Share {
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
            unsaved: Unsaved::default(),
            manifest_full: false,
            definitions_stale: false,
            carry: Carry::default(),
            held: None,
            lazy: BTreeMap::new(),
            inherited: BTreeMap::new(),
            inherited_at: None,
            frames_due: None,
            written: BTreeMap::new(),
            full: VecDeque::new(),
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

/// When a stream that doesn't open is tried again.
const OPEN_AGAIN: Duration = Duration::from_secs(1);

impl Inner {
    /// Commits if that takes neither a sync nor a wait; the batch. `None`: it may.
    fn commit_unsynced(&self, now: u64) -> Option<u64> {
        if self.gate.owes_sync() {
            return None;
        }
        let mut writer = self.writer.try_lock()?;
        let busy = self.buffered.blocked.load(Ordering::SeqCst)
            || !writer.full.is_empty()
            || writer.held.is_some()
            || !writer.carry.is_empty()
            || writer.next_due().is_some_and(|due| due <= now)
            || self.needs_checkpoint(&writer);
        if busy {
            return None;
        }
        let commit = self.commit_and(&mut writer, now, |_| ()).ok()?;
        Some(commit.batch)
    }

    /// Commits and tells the observer; of a failure as well, with the last batch that was written.
    pub(crate) fn commit(&self, w: &mut Writer, now: u64) -> Result<Commit> {
        let tell = |batch| {
            if let Some(observer) = &*self.observer.lock() {
                observer(batch);
            }
        };
        let outcome = self.commit_and(w, now, tell);
        if outcome.is_err() {
            tell(self.gate.written());
        }
        outcome
    }

    /// Commits, and nothing is left that was taken from streams and isn't written.
    ///
    /// # Errors
    /// `DiskFull` when there is no room for that.
    pub(crate) fn commit_all(&self, w: &mut Writer, now: u64) -> Result<()> {
        let was_held = w.held.is_some();
        let mut commit = self.commit(w, now)?;
        if was_held && !commit.waits_for_room {
            // That was the batch that had waited; what gathered behind it is the next one.
            commit = self.commit(w, now)?;
        }
        match commit.waits_for_room {
            true => Err(Error::DiskFull),
            false => Ok(()),
        }
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
        let mut batch = match w.held.take() {
            Some(mut batch) => {
                // What came after it may be the deletion that makes room.
                batch
                    .deltas
                    .append(&mut self.take_state(&mut self.small.lock()));
                batch
            }
            None if self.gate.is_idle() && w.carry.is_empty() => return Ok(w.nothing_done()),
            None => self.close_batch(),
        };
        let written = self.write_batch(w, &mut batch, now)?;
        self.unsaved.store(w.unsaved.bytes, Ordering::Relaxed);
        let Some(level) = written else {
            w.held = Some(batch);
            self.refuse_if_full(w);
            return Ok(w.nothing_done());
        };
        let number = batch.number;
        self.release(&batch.shares, number, level);
        tell(number);
        self.checkpoint(w)?;
        Ok(Commit {
            batch: number,
            streams: batch.streams,
            ..w.nothing_done()
        })
    }

    /// Ends the open batch, with all that gathered in it.
    ///
    /// Small state is taken in the moment in which the batch ends: what its changes speak of was appended before, so it's in this batch's shares or in
    /// an earlier one's. A change that came later would be on the disk without it after a power cut.
    fn close_batch(&self) -> Batch {
        let (number, owners, deltas) = {
            let mut small = self.small.lock();
            let (number, owners) = self.gate.close();
            (number, owners, self.take_state(&mut small))
        };
        let shares = self.take(owners);
        self.note(&shares, &deltas);
        Batch {
            number,
            streams: shares.len(),
            shares,
            deltas,
            state_durable: false,
            direct_synced: false,
        }
    }

    /// Writes a batch: what is large to its files, the rest as one frame. How far it came; `None`: it finds no room at the moment, and may be
    /// written again.
    fn write_batch(&self, w: &mut Writer, batch: &mut Batch, now: u64) -> Result<Option<Level>> {
        let Batch { number, shares, .. } = batch;
        let is_large = |share: &Share| share.bytes >= self.direct_bytes(w);
        // A stream's files come after its definition.
        let mut defines = defines(&batch.deltas);
        let state_alone =
            state_len(&batch.deltas) > w.state_max() || (defines && shares.iter().any(is_large));
        if state_alone {
            if !self.write_state(w, &mut batch.deltas)? {
                return Ok(None);
            }
            batch.state_durable = true;
            defines = false;
        }
        shares.retain(|share| {
            let journal = defines && !w.lazy.contains_key(&share.stream.id);
            let direct = !journal && self.write_direct(w, share, *number, now);
            batch.direct_synced |= direct && share.policy == Policy::Always;
            !direct
        });
        let must_sync = defines
            || batch.state_durable
            || shares.iter().any(|share| share.policy == Policy::Always)
            || (!batch.deltas.is_empty() && self.options.policy == Policy::Always);
        if !self.write_frame(w, &batch.shares, &mut batch.deltas, now)? {
            return Ok(None);
        }
        // A share without bytes stands for what an earlier frame carried, which may not be durable either.
        if w.journal.is_unsynced() && !must_sync {
            for share in batch.shares.drain(..) {
                raise(&share, false);
                w.written
                    .insert(share.stream.id, (share.stream, share.last_seq));
            }
            // Whoever waits for a sync of this batch has it, though its frame isn't synced: small state that was promised one went with an
            // earlier batch, or to the manifest, or this batch would have to be synced.
            let state_synced = self.small.lock().promised >= batch.number;
            return Ok(Some(match batch.direct_synced || state_synced {
                true => Level::Synced,
                false => Level::Written,
            }));
        }
        if w.journal.is_unsynced() {
            w.sync_journal()?;
        }
        Ok(Some(Level::Synced))
    }

    /// Makes small state durable before anything else of its batch: in a frame of its own, or in the manifest when it is too much for one. Each
    /// stands in for the other when there is no room. `false`: neither has any.
    fn write_state(&self, w: &mut Writer, deltas: &mut Deltas) -> Result<bool> {
        let much = state_len(deltas) > w.state_max();
        if much && self.write_to_manifest(w, deltas)? {
            return Ok(true);
        }
        w.frame.clear();
        put_deltas(&mut w.frame, deltas);
        put_deltas(&mut w.frame, deltas);
        if !self.make_room(w, w.frame.len())? {
            return Ok(!much && self.write_to_manifest(w, deltas)?);
        }
        w.take_state(deltas);
        let oldest = w.oldest();
        w.journal.write(&*self.disk, &mut w.frame, oldest)?;
        w.sync_journal()?;
        Ok(true)
    }

    /// Small state goes straight to the manifest. `false`: there is no room.
    fn write_to_manifest(&self, w: &mut Writer, deltas: &mut Deltas) -> Result<bool> {
        let mut small = w.small.clone();
        for (key, value) in &*deltas {
            small.apply(key, value.as_ref());
        }
        match self.write_manifest_of(w, small) {
            Ok(()) => deltas.clear(),
            Err(error) if error.is_passing() => return Ok(false),
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    fn take(&self, owners: Vec<Owner>) -> Vec<Share> {
        let mut shares = Vec::new();
        for owner in owners {
            let Owner::Stream(stream) = owner else {
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
        shares
    }

    fn note(&self, shares: &[Share], deltas: &Deltas) {
        let commands = shares.iter().any(|s| {
            s.pieces
                .iter()
                .any(|p| matches!(p.bytes.get(38), Some(1..=4)))
        });
        self.disk.note(match () {
            () if defines(deltas) => Work::Definition,
            () if commands => Work::Purge,
            () if !deltas.is_empty() => Work::State,
            () => Work::Append,
        });
    }

    /// From this size on a share goes to its segment: a frame takes what the journal's bound for waiting bytes lets in, and no more.
    fn direct_bytes(&self, w: &Writer) -> usize {
        let frame_max = (w.journal.size() / 8) as usize;
        self.options.direct_bytes.min(frame_max)
    }

    /// A share that is large, or follows unsynced bytes, goes to its segment. `true`: it's done with, for better or worse.
    fn write_direct(&self, w: &mut Writer, share: &Share, number: u64, now: u64) -> bool {
        let stream = &share.stream;
        if share.bytes < self.direct_bytes(w) && !w.lazy.contains_key(&stream.id) {
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
            Err(error) if error.is_passing() => {
                self.mark_full(w, stream, &error);
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
                Err(error) if error.is_passing() => {
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

    /// Makes the names of new segments durable, if they aren't.
    pub(crate) fn sync_names(&self) -> Result<()> {
        // Who finds them clean may go on, so they are clean for others only when the sync is over.
        let _one = self.names_sync.lock();
        if self.names_dirty.swap(false, Ordering::SeqCst)
            && let Err(error) = self.disk.sync_dir()
        {
            self.names_dirty.store(true, Ordering::SeqCst);
            return Err(Error::sync("the folder", &error));
        }
        Ok(())
    }

    /// One frame for everybody else, if there is something to write. `false`: there is no room at the moment.
    fn write_frame(
        &self,
        w: &mut Writer,
        shares: &[Share],
        deltas: &mut Deltas,
        now: u64,
    ) -> Result<bool> {
        let mut carry = std::mem::take(&mut w.carry);
        carry
            .streams
            .retain(|stream| !w.lazy.contains_key(&stream.id));
        fill_frame(w, &carry, shares, deltas);
        if w.frame.is_empty() {
            carry.streams.iter().for_each(|it| w.pins.unpin(it.id));
            return Ok(true);
        }
        if !self.make_room(w, w.frame.len())? {
            // What is carried on has its place already, and small state has another one.
            carry = Carry::default();
            if !deltas.is_empty() && !self.write_to_manifest(w, deltas)? {
                return Ok(false);
            }
            fill_frame(w, &carry, shares, deltas);
            if w.frame.is_empty() {
                return Ok(true);
            }
            if !self.make_room(w, w.frame.len())? {
                return Ok(false);
            }
        }
        let number = w.journal.next_number();
        for stream in &carry.streams {
            w.pins.repin(stream.id, number);
        }
        for share in shares.iter().filter(|share| !share.pieces.is_empty()) {
            w.pins.pin(share.stream.id, number);
        }
        if carry.state {
            w.state_pin = Some(number);
        }
        let has_state = carry.state || !deltas.is_empty();
        let state = has_state.then_some(self.options.policy);
        w.take_state(deltas);
        let oldest = w.oldest();
        w.journal.write(&*self.disk, &mut w.frame, oldest)?;
        let policies = shares.iter().map(|share| share.policy).chain(state);
        let soonest = policies.filter_map(|policy| match policy {
            Policy::Always => None,
            Policy::Interval(d) => Some(now.saturating_add(d.as_nanos() as u64)),
        });
        w.frames_due = soonest.chain(w.frames_due).min();
        Ok(true)
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
                // It is still owed.
                let passed = Duration::from_nanos(now.saturating_sub(since));
                w.inherited.insert(id, passed + OPEN_AGAIN);
            }
        }
        if w.frames_due.is_some_and(|due| due <= now) {
            w.sync_journal()?;
        }
        Ok(())
    }
}

/// Puts a frame together: what is carried on, what is new, and small state before and after it.
pub(crate) fn fill_frame(w: &mut Writer, carry: &Carry, shares: &[Share], deltas: &Deltas) {
    let unsaved = carry.state.then_some(&w.unsaved.deltas);
    w.frame.clear();
    let state = |frame: &mut FrameBuf| {
        unsaved.into_iter().for_each(|old| put_deltas(frame, old));
        put_deltas(frame, deltas);
    };
    state(&mut w.frame);
    for stream in &carry.streams {
        let shared = shares.iter().find(|share| share.stream.id == stream.id);
        let shared_pieces = shared.map_or(0, |share| share.pieces.len());
        let pieces = stream.state.lock().tail.pieces();
        let old = pieces.len().saturating_sub(shared_pieces);
        pieces[..old]
            .iter()
            .for_each(|piece| put_piece(&mut w.frame, stream.id, piece));
    }
    for share in shares {
        share
            .pieces
            .iter()
            .for_each(|piece| put_piece(&mut w.frame, share.stream.id, piece));
    }
    state(&mut w.frame);
}

impl Writer {
    /// Bytes of small state that a frame takes; more goes straight to the manifest, and no more is carried on.
    pub(crate) fn state_max(&self) -> usize {
        (self.journal.size() / 16) as usize
    }

    /// The next frame makes these changes.
    fn take_state(&mut self, deltas: &mut Deltas) {
        if deltas.is_empty() {
            return;
        }
        self.state_pin.get_or_insert(self.journal.next_number());
        self.definitions_stale |= defines(deltas);
        for (key, value) in std::mem::take(deltas) {
            self.small.apply(&key, value.as_ref());
            self.unsaved.add(&key, value.as_ref());
        }
    }

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

/// Moves a stream's watermarks to what the share carried.
fn raise(share: &Share, durable: bool) {
    let mut state = share.stream.state.lock();
    // A truncation that came later took some of it back.
    state.visible = state.visible.max(share.last_seq.min(state.last_seq));
    if durable {
        state.raise_durable(share.last_seq);
    }
}

/// Whether there are definitions of streams among the changes.
fn defines(deltas: &Deltas) -> bool {
    deltas.keys().any(|key| key.first() == Some(&0))
}

/// What a change takes, about.
pub(crate) fn delta_len(key: &[u8], value: Option<&Pair>) -> usize {
    key.len() + value.map_or(0, |pair| pair.value().len())
}

fn state_len(deltas: &Deltas) -> usize {
    let lens = deltas.iter().map(|(k, value)| delta_len(k, value.as_ref()));
    lens.sum()
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
    use crate::{
        NewMessage, StoreOptions, StreamOptions,
        disk::{Disk as _, crash::CrashDisk},
    };

    /// Symptom: a publish to a stream that is always synced stayed without an answer while one of an `Interval` stream was answered. Cause: a batch
    /// whose frame needed no sync counted as not synced, also for the large share that had its sync in its segment. Remedy: the batch remembers that.
    #[test]
    fn what_was_synced_in_its_segment_is_out_beside_a_frame_that_isn_t_synced() {
        let options = StoreOptions {
            direct_bytes: 100,
            ..StoreOptions::default()
        };
        let store = Store::open(Arc::new(CrashDisk::new()), options).unwrap();
        let (always, _) = store.create_stream("a", StreamOptions::default()).unwrap();
        let lazy = StreamOptions {
            policy: Policy::Interval(Duration::from_secs(100)),
            ..StreamOptions::default()
        };
        let (lazy, _) = store.create_stream("l", lazy).unwrap();
        store.commit_once(0).unwrap();
        let large = always
            .append(NewMessage::new("a", &[b'x'; 200]), 0)
            .unwrap();
        let small = lazy.append(NewMessage::new("l", "x"), 0).unwrap();
        store.commit_once(1).unwrap();
        assert_eq!(small.ticket.outcome(), Some(Ok(())));
        assert_eq!(large.ticket.outcome(), Some(Ok(())));
        assert_eq!(lazy.0.state.lock().durable, 0, "the frame isn't synced");
        store.commit_once(200_000_000_000).unwrap();
        assert_eq!(lazy.0.state.lock().durable, 1);
    }

    /// Symptom: a change of small state stayed without an answer until a later batch was synced. Cause: an earlier batch took it after it had been
    /// queued anew, and the batch that it was promised had nothing of it to sync. Remedy: a promise is remembered by its batch.
    #[test]
    fn a_change_that_an_earlier_batch_took_is_answered_with_its_own() {
        let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
        let lazy = StreamOptions {
            policy: Policy::Interval(Duration::from_secs(100)),
            ..StreamOptions::default()
        };
        let (lazy, _) = store.create_stream("l", lazy).unwrap();
        store.commit_once(0).unwrap();
        let change = store.put_state(b"k", b"v").unwrap();
        let mut taken = store.0.take_state(&mut store.0.small.lock());
        let writer = &mut *store.0.writer.lock();
        assert!(store.0.write_to_manifest(writer, &mut taken).unwrap());
        let append = |seq| lazy.append(NewMessage::new("l", "x"), seq).unwrap().ticket;
        let message = append(0);
        store.0.commit(writer, 1).unwrap();
        assert_eq!(message.outcome(), Some(Ok(())));
        assert_eq!(change.outcome(), Some(Ok(())));
        assert_eq!(lazy.0.state.lock().durable, 0, "the frame isn't synced");
    }

    /// Symptom: after a power cut acknowledged messages were gone. Cause: a batch that had waited for room went out when the keeper came, and the
    /// keeper took what gathered behind it for written too: it sealed the segment whose bytes weren't in its file. Remedy: it commits once more.
    #[test]
    fn what_gathered_behind_a_held_batch_is_in_the_segment_that_is_sealed() {
        let disk = CrashDisk::new();
        let open = |disk: &CrashDisk| {
            Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap()
        };
        let store = open(&disk);
        let small = StreamOptions {
            segment_bytes: 4096,
            ..StreamOptions::default()
        };
        let (stream, _) = store.create_stream("s", small).unwrap();
        store.commit_once(0).unwrap();
        let append = || {
            let message = NewMessage::new("s", &[b'x'; 900]);
            stream.append(message, 0).unwrap().ticket
        };
        let first = append();
        // As when there was no room for it.
        store.0.writer.lock().held = Some(store.0.close_batch());
        let behind: Vec<_> = (0..6).map(|_| append()).collect();
        let keep = || {
            store
                .0
                .keep(&stream, 0, &mut crate::compact::Budget::unlimited())
        };
        keep().unwrap();
        store.commit_once(0).unwrap();
        assert!(behind.iter().all(|it| it.outcome() == Some(Ok(()))));
        assert_eq!(first.outcome(), Some(Ok(())));
        keep().unwrap();
        for after in [disk.kill(), disk.cut(0), disk.cut(1)] {
            let store = open(&after);
            let stream = store.stream("s").unwrap().unwrap();
            assert_eq!(stream.read(0, 100, usize::MAX).unwrap().len(), 7);
            assert_eq!(store.check().unwrap(), vec![]);
        }
    }

    /// Symptom: after a power cut acknowledged messages were gone with their file. Cause: the committer found that another thread was about to make
    /// the names durable, and took it for done. Remedy: who asks waits for whoever is at it.
    #[test]
    fn names_are_durable_for_everyone_who_asked() {
        for seed in 0..10 {
            let disk = CrashDisk::new();
            let store = Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
            disk.create("new").unwrap();
            store.0.names_dirty.store(true, Ordering::SeqCst);
            disk.before_each(|_, _| crate::interleave::pause(Duration::from_millis(5)));
            let schedule = crate::interleave::Schedule::new(seed, 0);
            for at in 1..3 {
                let (store, disk) = (store.clone(), disk.clone());
                schedule.spawn("asks", move || {
                    crate::interleave::pause(Duration::from_millis(at));
                    store.0.sync_names().unwrap();
                    let names = disk.cut(0).list().unwrap();
                    assert!(names.iter().any(|name| name == "new"), "seed {seed}");
                });
            }
            schedule.run();
        }
    }

    /// Symptom: after a power cut messages stayed in a work queue that its consumer was done with. Cause: a batch took small state after the shares of
    /// its streams, and so a change that followed a message (or a deletion) of the next batch. Remedy: the change is taken as the batch ends.
    #[test]
    fn small_state_is_never_ahead_of_the_messages_that_it_follows() {
        for seed in 0..10 {
            let disk = CrashDisk::new();
            let open = |disk: &CrashDisk| {
                let options = StoreOptions {
                    journal_bytes: 1 << 20,
                    ..StoreOptions::default()
                };
                Store::open(Arc::new(disk.clone()), options).unwrap()
            };
            let store = open(&disk);
            let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
            store.commit_once(0).unwrap();
            let schedule = crate::interleave::Schedule::new(seed, 0);
            let follower = store.clone();
            schedule.spawn("appends", move || {
                for _ in 0..8 {
                    let seq = stream.append(NewMessage::new("s", "x"), 0).unwrap().seq;
                    drop(follower.put_state(b"done", &seq.to_be_bytes()).unwrap());
                }
            });
            schedule.spawn("commits", move || {
                for _ in 0..8 {
                    store.commit_once(0).unwrap();
                    let after = open(&disk.cut(0));
                    let last = after.stream("s").unwrap().unwrap().stats().last_seq;
                    let done = after.state(b"done").map(|it| it.try_into().unwrap());
                    assert!(
                        done.map_or(0, u64::from_be_bytes) <= last,
                        "seed {seed}: {done:?} {last}"
                    );
                }
            });
            schedule.run();
        }
    }

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
