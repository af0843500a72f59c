//! Making room: tails go to their segments, the small state to the manifest, so that the ring's oldest frames are needed no more. And what
//! found no room on the disk is tried again (`docs/streamlog.md`, "Why a journal", "A full disk").
use crate::{
    Error, Result,
    commit::{Carry, Full, Unsaved, Writer, fill_frame},
    disk::Work,
    error::Lack,
    small::{Deltas, Pairs},
    spill::Spilled,
    store::{Inner, STREAM_KEY, key_of},
    stream::Shared,
    twice,
};
use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

/// From this share of the ring on, tails are checkpointed; in 1/256.
const CHECKPOINT_FROM: u64 = 64;
/// From this share on, as many as it takes: when the disk becomes full, the rest of the ring takes a copy of what the frames are needed for.
const CHECKPOINT_ALL: u64 = 96;
/// Streams that are checkpointed together, and per commit while the ring isn't that full.
const GROUP: usize = 16;
/// A tail below this is copied forward instead of synced.
const CARRY_MAX: usize = 4096;
/// What a commit copies forward, and what frames leave free so that there is room to copy: a part of the ring.
const CARRY_PART: u64 = 16;
const FREE_PART: u64 = 8;
/// Small state is carried on instead of writing the manifest up to this part of the manifest, and of the ring, while all changes together were no
/// more than the manifest.
const MANIFEST_PART: usize = 64;
const STATE_CARRY_PART: usize = 32;

impl Inner {
    /// Checkpoints these streams; a failure stops its stream. Those which could not be brought to the disk, or stopped before.
    pub(crate) fn flush_or_stop(
        &self,
        w: &mut Writer,
        streams: &[Arc<Shared>],
    ) -> Vec<Arc<Shared>> {
        let (mut failed, mut stopped) = (Vec::new(), Vec::new());
        for group in streams.chunks(GROUP) {
            let mut spilled = Vec::new();
            for stream in group {
                if stream.fate.failure().is_some() {
                    // What a sync that failed left is known to nobody, and the next one says that all is well.
                    stopped.push(stream.clone());
                    continue;
                }
                match self.spill(stream) {
                    Ok(one) => spilled.push((stream, one)),
                    Err(error) => failed.push((stream, error)),
                }
            }
            side_by_side(&mut spilled, self.disk.lanes());
            let names = self.sync_names();
            for (stream, one) in spilled {
                let outcome = names.clone().and_then(|()| self.settle(w, one));
                failed.extend(outcome.err().map(|error| (stream, error)));
            }
        }
        for (stream, error) in &failed {
            if error.is_passing() {
                self.mark_full(w, stream, error);
            } else {
                w.lazy.remove(&stream.id);
                self.stop_stream(stream, self.gate.written() + 1, error);
            }
        }
        let failed = failed.into_iter().map(|(stream, _)| stream.clone());
        stopped.extend(failed);
        stopped
    }

    /// A stream's tail finds no place at the moment: the disk is full, or the system has no descriptor or memory for a segment.
    pub(crate) fn mark_full(&self, w: &mut Writer, stream: &Arc<Shared>, error: &Error) {
        let lack = Lack::of(error);
        let mut state = stream.state.lock();
        if state.lack.replace(lack).is_none() {
            w.say_waits(Some(&stream.name), error);
        }
        let stuck = |lack| self.buffered.stuck.of(lack);
        let mut full = w.full.iter_mut();
        if let Some(known) = full.find(|full| full.stream.id == stream.id) {
            stuck(known.lack).fetch_sub(known.bytes, Ordering::Relaxed);
            stuck(lack).fetch_add(known.bytes, Ordering::Relaxed);
            known.lack = lack;
            return;
        }
        let bytes = state.tail.len();
        stuck(lack).fetch_add(bytes, Ordering::Relaxed);
        w.full.push_back(Full {
            stream: stream.clone(),
            lack,
            bytes,
        });
    }

    /// Tries to allocate again for streams that couldn't, up to the first one that still can't.
    pub(crate) fn retry_full(&self, w: &mut Writer) {
        for _ in 0..w.full.len() {
            let Some(Full {
                stream,
                lack,
                bytes,
            }) = w.full.pop_front()
            else {
                return;
            };
            let stuck = self.buffered.stuck.of(lack);
            stuck.fetch_sub(bytes, Ordering::Relaxed);
            if stream.env.is_deleted() {
                continue;
            }
            if !self
                .flush_or_stop(w, std::slice::from_ref(&stream))
                .is_empty()
            {
                return;
            }
            stream.state.lock().lack = None;
        }
    }

    /// Tries to write the manifest again when there was no room for it.
    pub(crate) fn retry_manifest(&self, w: &mut Writer) -> Result<()> {
        if w.manifest_lack.is_some() {
            self.try_manifest(w)?;
        }
        Ok(())
    }

    /// Writes the manifest, or notes that there is no room for it. `true`: it is written.
    pub(crate) fn try_manifest(&self, w: &mut Writer) -> Result<bool> {
        match self.write_manifest(w) {
            Ok(()) => Ok(true),
            Err(error) if error.is_passing() => {
                w.say_waits(None, &error);
                w.manifest_lack = Some(Lack::of(&error));
                self.refuse_if_full(w);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Nothing more comes in while the journal can't be freed, or while a batch waits for room.
    pub(crate) fn refuse_if_full(&self, w: &Writer) {
        let of_batch = w.held.as_ref().map(|(_, lack)| *lack);
        self.buffered.set_blocked(of_batch.or(w.manifest_lack));
    }

    /// Whether the ring is so full that the next commit frees frames.
    pub(crate) fn needs_checkpoint(&self, w: &Writer) -> bool {
        w.journal.used(w.oldest()) >= CHECKPOINT_FROM
    }

    /// Frees the ring's oldest frames, a little with each commit.
    pub(crate) fn checkpoint(&self, w: &mut Writer) -> Result<()> {
        for step in 0.. {
            let used = w.journal.used(w.oldest());
            let enough = used < CHECKPOINT_FROM || (step > 0 && used < CHECKPOINT_ALL);
            if enough {
                break;
            }
            self.disk.note(Work::Checkpoint);
            let group = self.oldest_streams(w);
            if !group.is_empty() {
                if !self.unpin(w, &group, used >= CHECKPOINT_ALL)? {
                    break;
                }
                continue;
            }
            if w.state_pin.is_none() || w.carry.state {
                break;
            }
            if self.is_little(w) {
                w.carry.state = true;
                continue;
            }
            if !self.try_manifest(w)? {
                // As long as it is little, it goes from frame to frame.
                w.carry.state = w.unsaved.bytes <= w.state_max();
                break;
            }
            if w.state_pin.is_some() && w.pins.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Whether the small state that the manifest doesn't have is so little beside it that the next frame rather carries it on. Each change counts, also
    /// those of one key, or the manifest would become as old as it likes. So it is written when the frames with these changes took about as many bytes.
    fn is_little(&self, w: &Writer) -> bool {
        let manifest = self.manifest_len.load(Ordering::Relaxed);
        let frame = w.journal.size() as usize / STATE_CARRY_PART;
        w.unsaved.bytes <= frame.min(manifest / MANIFEST_PART) && w.unsaved.taken <= manifest
    }

    /// Some of the streams that need the oldest frames, as long as these are older than what the small state needs.
    fn oldest_streams(&self, w: &Writer) -> Vec<u64> {
        let carried: HashSet<u64> = w.carry.streams.iter().map(|stream| stream.id).collect();
        let upto = w.state_pin.filter(|_| !w.carry.state).unwrap_or(u64::MAX);
        let pins = w.pins.iter().take_while(|&(_, frame)| frame <= upto);
        pins.map(|(id, _)| id)
            .filter(|id| !carried.contains(id))
            .take(GROUP)
            .collect()
    }

    /// Brings these streams' tails to their segments, or has the next frame carry them: small ones, and with `stuck` those that have no other
    /// place. `false`: the oldest frames are needed for now.
    fn unpin(&self, w: &mut Writer, streams: &[u64], stuck: bool) -> Result<bool> {
        let mut large = Vec::new();
        let before = (w.pins.len(), w.carry.streams.len());
        for &id in streams {
            let Some(stream) = self.pinned(w, id) else {
                continue;
            };
            let (len, lack) = {
                let state = stream.state.lock();
                (state.tail.len(), state.lack)
            };
            let has_no_other = lack.is_some() || stream.fate.failure().is_some();
            let small = len < CARRY_MAX && !w.lazy.contains_key(&id);
            if (small || has_no_other && stuck) && w.may_carry(len) {
                w.carry.add(stream, len);
            } else if !has_no_other {
                large.push(stream);
            }
        }
        let failed = self.flush_or_stop(w, &large);
        for stream in failed {
            let len = stream.state.lock().tail.len();
            if stuck && w.may_carry(len) {
                w.carry.add(stream, len);
            }
        }
        Ok(before != (w.pins.len(), w.carry.streams.len()))
    }

    /// Writes the small state where the journal isn't needed for it.
    pub(crate) fn write_manifest(&self, w: &mut Writer) -> Result<()> {
        self.write_manifest_of(w, w.small.clone())
    }

    /// The same, with changes that no frame has; they count when this succeeds.
    pub(crate) fn write_manifest_of(&self, w: &mut Writer, small: Pairs) -> Result<()> {
        // Nothing may be in the manifest that a crash could take from the journal before it.
        if w.journal.is_unsynced() {
            w.sync_journal()?;
        }
        let content = small.encode(self.salt, w.journal.newest());
        w.manifest_generation += 1;
        self.manifest_len.store(content.len(), Ordering::Relaxed);
        self.with_reserve(|| {
            let generation = w.manifest_generation;
            twice::write(&*self.disk, self.manifest_file(), generation, &content)
        })?;
        w.journal.know_manifest(w.manifest_generation);
        w.small = small;
        w.state_pin = None;
        w.unsaved = Unsaved::default();
        w.carry.state = false;
        w.manifest_lack = None;
        w.manifest_owed = false;
        self.refuse_if_full(w);
        Ok(())
    }

    /// Sees to it that the frame being put together has a place, and that there is room left to copy old frames forward. Frames are given
    /// back by a sync alone, and many may have been written without one. What lacks when there is no place.
    pub(crate) fn make_room(&self, w: &mut Writer, len: usize) -> Result<Option<Lack>> {
        let len = len + self.kept_free(w)?;
        if !w.journal.fits(len) {
            w.sync_journal()?;
        }
        if !w.journal.fits(len) {
            self.announce(w)?;
        }
        if !w.journal.fits(len) {
            let pinned: Vec<u64> = w.pins.iter().map(|(id, _)| id).collect();
            let streams: Vec<_> = pinned
                .into_iter()
                .filter_map(|id| self.pinned(w, id))
                .collect();
            self.flush_or_stop(w, &streams);
            if w.state_pin.is_some() {
                self.try_manifest(w)?;
            }
            self.announce(w)?;
        }
        let begin = w.journal.next_number();
        while !w.journal.fits(len) && w.oldest() < begin && self.copy_forward(w)? {}
        Ok((!w.journal.fits(len)).then(|| w.lack()))
    }

    /// Bytes of the ring that no batch takes, so that old frames can be copied forward. On a full disk the journal alone has the tails, all
    /// of which may have to move before one of the old frames isn't needed.
    fn kept_free(&self, w: &mut Writer) -> Result<usize> {
        let least = (w.journal.size() / FREE_PART) as usize;
        if w.full.is_empty() && w.manifest_lack.is_none() {
            return Ok(least);
        }
        let mut needed = 2 * w.unsaved.bytes;
        for (id, _) in w.pins.iter() {
            if let Ok(Some(stream)) = self.by_id(id) {
                needed += stream.0.state.lock().tail.len();
            }
        }
        Ok(least.max(needed))
    }

    /// Copies what the oldest frame is needed for into a new one, or a part of it. `false`: that is not possible.
    pub(crate) fn copy_forward(&self, w: &mut Writer) -> Result<bool> {
        let oldest = w.oldest();
        let mut carry = Carry::default();
        let needing = w.pins.iter().take_while(|&(_, frame)| frame == oldest);
        let needing: Vec<u64> = needing.map(|(id, _)| id).collect();
        for id in needing {
            let Some(stream) = self.pinned(w, id) else {
                // The oldest frame stays as long as it can't be had.
                if w.pins.needs(id) {
                    return Ok(false);
                }
                continue;
            };
            let len = stream.state.lock().tail.len();
            if !carry.streams.is_empty() && carry.bytes + len > w.carry_max() {
                break;
            }
            carry.add(stream, len);
        }
        carry.state = w.state_pin == Some(oldest);
        if carry.is_empty() {
            // Streams that are gone needed it.
            return Ok(w.oldest() != oldest);
        }
        let frame = std::mem::replace(&mut w.frame, w.journal.frame());
        fill_frame(w, &carry, &[], &Deltas::new());
        let fits = w.journal.fits(w.frame.len());
        let put = match fits {
            true => self.put_frame(w, &carry, &mut [], &mut Deltas::new()),
            false => Ok(()),
        };
        w.frame = frame;
        put?;
        if fits {
            w.sync_journal()?;
        }
        Ok(fits)
    }

    /// The stream that needs frames, opened if it wasn't. `None`: its deletion is committed and it needs none any more, or it can't be had now and
    /// needs them still.
    pub(crate) fn pinned(&self, w: &mut Writer, id: u64) -> Option<Arc<Shared>> {
        match self.by_id(id) {
            Ok(Some(stream)) => return Some(stream.0),
            Ok(None) if !w.small.contains(&key_of(STREAM_KEY, id)) => w.pins.unpin(id),
            // A crash may bring it back.
            Ok(None) => {}
            Err(error) => {
                let stream = self.name_of(id);
                tracing::warn!(stream = stream.as_deref(), %error, "the journal waits for a stream that can't be opened");
            }
        }
        None
    }

    /// Writes a frame that says what is needed no more, and nothing else; unless that is the same as before, since it takes room itself.
    fn announce(&self, w: &mut Writer) -> Result<()> {
        let (oldest, mut empty) = (w.oldest(), w.journal.frame());
        if w.journal.gives_back(oldest) && w.journal.fits_empty() {
            w.journal.write(&*self.disk, &mut empty, oldest)?;
            w.sync_journal()?;
        }
        Ok(())
    }
}

impl Writer {
    fn carry_max(&self) -> usize {
        (self.journal.size() / CARRY_PART) as usize
    }

    /// Whether the next frame may carry a tail of `len` bytes.
    fn may_carry(&self, len: usize) -> bool {
        self.carry.streams.is_empty() || self.carry.bytes + len <= self.carry_max()
    }
}

/// Syncs these tails, several at a time: a disk that is asked for many syncs at once does them together.
fn side_by_side(spilled: &mut [(&Arc<Shared>, Spilled)], lanes: usize) {
    if lanes > 1 && spilled.len() > 1 {
        let share = spilled.len().div_ceil(lanes);
        std::thread::scope(|scope| {
            for some in spilled.chunks_mut(share) {
                let work = || some.iter_mut().for_each(|(_, one)| one.sync());
                // A thread that can't be had leaves its share to the loop below.
                let _ = std::thread::Builder::new().spawn_scoped(scope, work);
            }
        });
    }
    for (_, one) in spilled.iter_mut().filter(|(_, one)| !one.is_synced()) {
        one.sync();
    }
}
