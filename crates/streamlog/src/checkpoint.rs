//! Making room: tails go to their segments, the small state to the manifest, so that the ring's oldest frames are needed no more. And what
//! found no room on the disk is tried again (`docs/streamlog.md`, "Why a journal", "A full disk").
use crate::{Error, Result, commit::Writer, disk::Work, store::Inner, stream::Shared, twice};
use std::sync::{Arc, atomic::Ordering};

/// From this share of the ring on, tails are checkpointed; in 1/256.
const CHECKPOINT_FROM: u64 = 64;
/// Streams checkpointed per commit while the ring isn't half full.
const CHECKPOINT_STEPS: usize = 8;
/// A tail below this is copied forward instead of synced.
const CARRY_MAX: usize = 4096;

impl Inner {
    /// Checkpoints a stream; a failure stops that stream.
    pub(crate) fn flush_or_stop(&self, w: &mut Writer, stream: &Arc<Shared>) -> bool {
        match self.flush(w, stream, true) {
            Ok(()) => true,
            Err(Error::DiskFull) => {
                self.mark_full(w, stream);
                false
            }
            Err(error) => {
                w.lazy.remove(&stream.id);
                stream.fate.fail(self.gate.written() + 1, &error);
                false
            }
        }
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
            if self.flush_or_stop(w, &stream) {
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

    /// Frees the ring's oldest frames, a little with each commit.
    pub(crate) fn checkpoint(&self, w: &mut Writer) -> Result<()> {
        for step in 0.. {
            let used = w.journal.used(w.oldest());
            let enough =
                used < CHECKPOINT_FROM || (step >= CHECKPOINT_STEPS && used < 2 * CHECKPOINT_FROM);
            if enough {
                break;
            }
            self.disk.note(Work::Checkpoint);
            let carried = |id: u64| w.carry.iter().any(|stream| stream.id == id);
            let oldest = w
                .pins
                .iter()
                .filter(|(id, _)| !carried(**id))
                .min_by_key(|(_, frame)| **frame);
            let oldest = oldest.map(|(&id, &frame)| (id, frame));
            match (oldest, w.state_pin) {
                (Some((id, frame)), pin) if pin.is_none_or(|pin| frame <= pin) => {
                    self.unpin(w, id)?;
                }
                (_, Some(_)) => match self.write_manifest(w) {
                    Ok(()) => {}
                    Err(Error::DiskFull) => {
                        self.buffered.blocked.store(true, Ordering::SeqCst);
                        break;
                    }
                    Err(error) => return Err(error),
                },
                _ => break,
            }
            if w.state_pin.is_some() && w.pins.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn unpin(&self, w: &mut Writer, id: u64) -> Result<()> {
        let Some(stream) = self.by_id(id)? else {
            w.pins.remove(&id);
            return Ok(());
        };
        let small = stream.0.state.lock().tail.len() < CARRY_MAX && !w.lazy.contains_key(&id);
        let stopped = stream.0.fate.failure().is_some();
        if small || stopped || !self.flush_or_stop(w, &stream.0) {
            w.carry.push(stream.0);
        }
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
            for id in w.pins.keys().copied().collect::<Vec<_>>() {
                match self.by_id(id)? {
                    Some(stream) => drop(self.flush_or_stop(w, &stream.0)),
                    None => drop(w.pins.remove(&id)),
                }
            }
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
