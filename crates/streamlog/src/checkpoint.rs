//! Making room: tails go to their segments, the small state to the manifest, so that the ring's oldest frames are needed no more. And what
//! found no room on the disk is tried again (`docs/streamlog.md`, "Why a journal", "A full disk").
use crate::{
    Error, Result,
    commit::{Spilled, Writer},
    disk::Work,
    store::Inner,
    stream::Shared,
    twice,
};
use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

/// From this share of the ring on, tails are checkpointed; in 1/256.
const CHECKPOINT_FROM: u64 = 64;
/// Streams that are checkpointed together, and per commit while the ring isn't half full.
const GROUP: usize = 16;
/// A tail below this is copied forward instead of synced.
const CARRY_MAX: usize = 4096;

impl Inner {
    /// Checkpoints these streams; a failure stops its stream. Those which could not be brought to the disk.
    pub(crate) fn flush_or_stop(
        &self,
        w: &mut Writer,
        streams: &[Arc<Shared>],
    ) -> Vec<Arc<Shared>> {
        let mut failed = Vec::new();
        for group in streams.chunks(GROUP) {
            let mut spilled = Vec::new();
            for stream in group {
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
            if *error == Error::DiskFull {
                self.mark_full(w, stream);
            } else {
                w.lazy.remove(&stream.id);
                stream.fate.fail(self.gate.written() + 1, error);
            }
        }
        failed
            .into_iter()
            .map(|(stream, _)| stream.clone())
            .collect()
    }

    pub(crate) fn mark_full(&self, w: &mut Writer, stream: &Arc<Shared>) {
        if !std::mem::replace(&mut stream.state.lock().full, true) {
            tracing::warn!(
                "streamlog: the disk is full; {} takes nothing until there is room",
                stream.name
            );
        }
        if !w.full.iter().any(|known| known.id == stream.id) {
            w.full.push(stream.clone());
        }
    }

    /// Tries to allocate again for streams that couldn't.
    pub(crate) fn retry_full(&self, w: &mut Writer) {
        for stream in std::mem::take(&mut w.full) {
            if self
                .flush_or_stop(w, std::slice::from_ref(&stream))
                .is_empty()
            {
                stream.state.lock().full = false;
                tracing::info!(
                    "streamlog: there is room again; {} takes writes",
                    stream.name
                );
            }
        }
    }

    /// Tries to write the manifest again when there was no room for it.
    pub(crate) fn retry_manifest(&self, w: &mut Writer) -> Result<()> {
        if !self.buffered.blocked.load(Ordering::SeqCst) {
            return Ok(());
        }
        match self.write_manifest(w) {
            Ok(()) => self.buffered.blocked.store(false, Ordering::SeqCst),
            Err(Error::DiskFull) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether the ring is so full that the next commit frees frames.
    pub(crate) fn needs_checkpoint(&self, w: &Writer) -> bool {
        w.journal.used(w.oldest()) >= CHECKPOINT_FROM
    }

    /// Frees the ring's oldest frames, a little with each commit.
    pub(crate) fn checkpoint(&self, w: &mut Writer) -> Result<()> {
        for step in 0.. {
            let used = w.journal.used(w.oldest());
            let enough = used < CHECKPOINT_FROM || (step > 0 && used < 2 * CHECKPOINT_FROM);
            if enough {
                break;
            }
            self.disk.note(Work::Checkpoint);
            let group = self.oldest_streams(w);
            if !group.is_empty() {
                self.unpin(w, &group)?;
                continue;
            }
            if w.state_pin.is_none() {
                break;
            }
            match self.write_manifest(w) {
                Ok(()) => {}
                Err(Error::DiskFull) => {
                    self.buffered.blocked.store(true, Ordering::SeqCst);
                    break;
                }
                Err(error) => return Err(error),
            }
            if w.state_pin.is_some() && w.pins.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Some of the streams that need the oldest frames, as long as these are older than what the small state needs.
    fn oldest_streams(&self, w: &Writer) -> Vec<u64> {
        let carried: HashSet<u64> = w.carry.iter().map(|stream| stream.id).collect();
        let upto = w.state_pin.unwrap_or(u64::MAX);
        let pins = w.pins.iter().take_while(|&(_, frame)| frame <= upto);
        pins.map(|(id, _)| id)
            .filter(|id| !carried.contains(id))
            .take(GROUP)
            .collect()
    }

    /// Brings these streams' tails to their segments, or has the next frame carry them.
    fn unpin(&self, w: &mut Writer, streams: &[u64]) -> Result<()> {
        let mut large = Vec::new();
        for &id in streams {
            let Some(stream) = self.by_id(id)? else {
                w.pins.unpin(id);
                continue;
            };
            let small = stream.0.state.lock().tail.len() < CARRY_MAX && !w.lazy.contains_key(&id);
            if small || stream.0.fate.failure().is_some() {
                w.carry.push(stream.0.clone());
            } else {
                large.push(stream.0.clone());
            }
        }
        let failed = self.flush_or_stop(w, &large);
        w.carry.extend(failed);
        Ok(())
    }

    /// Writes the small state where the journal isn't needed for it.
    pub(crate) fn write_manifest(&self, w: &mut Writer) -> Result<()> {
        // Nothing may be in the manifest that a crash could take from the journal before it.
        if w.journal.is_unsynced() {
            w.sync_journal()?;
        }
        let content = w.small.encode(self.salt);
        w.manifest_generation += 1;
        self.with_reserve(|| {
            twice::write(
                &*self.disk,
                crate::store::MANIFEST,
                crate::store::MANIFEST_MAGIC,
                w.manifest_generation,
                &content,
            )
        })?;
        w.state_pin = None;
        w.definitions_stale = false;
        Ok(())
    }

    /// Sees to it that the frame has a place. Frames are given back by a sync alone, and many may have been written without one.
    pub(crate) fn make_room(&self, w: &mut Writer) -> Result<()> {
        let len = w.frame.len();
        if !w.journal.fits(len) {
            w.sync_journal()?;
        }
        if !w.journal.fits(len) {
            self.announce(w)?;
        }
        if !w.journal.fits(len) {
            let pinned: Vec<u64> = w.pins.iter().map(|(id, _)| id).collect();
            let mut streams = Vec::new();
            for id in pinned {
                match self.by_id(id)? {
                    Some(stream) => streams.push(stream.0.clone()),
                    None => w.pins.unpin(id),
                }
            }
            self.flush_or_stop(w, &streams);
            if w.state_pin.is_some() {
                match self.write_manifest(w) {
                    Ok(()) | Err(Error::DiskFull) => {}
                    Err(error) => return Err(error),
                }
            }
            self.announce(w)?;
        }
        Ok(())
    }

    /// Writes a frame that says what is needed no more, and nothing else.
    fn announce(&self, w: &mut Writer) -> Result<()> {
        let (oldest, mut empty) = (w.oldest(), w.journal.frame());
        if w.journal.fits(empty.len()) {
            w.journal.write(&*self.disk, &mut empty, oldest)?;
            w.sync_journal()?;
        }
        Ok(())
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
