//! A stream's tail on its way to the segments: written, synced, and let go of in memory and in the journal.
use crate::{
    Error, Result, commit::Writer, segment::Segment, store::Inner, stream::Shared, tail::Piece,
};
use std::sync::{Arc, atomic::Ordering};

/// A stream's tail on its way to the segments.
pub(crate) struct Spilled {
    stream: Arc<Shared>,
    segments: Vec<Arc<Segment>>,
    /// the last sequence in it
    taken: u64,
    /// pieces that were written
    written: usize,
    /// what kept the others from it
    lack: Option<Error>,
    /// whether it is durable; `None`: it wasn't synced yet
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

impl Inner {
    /// Writes a stream's tail to its segments, and makes it durable. On a full disk that is what found room, so that the rest may go to the journal.
    pub(crate) fn flush(&self, w: &mut Writer, stream: &Arc<Shared>) -> Result<()> {
        let mut spilled = self.spill(stream)?;
        spilled.sync();
        self.sync_names()?;
        self.settle(w, spilled)
    }

    /// The same without a sync, unless the disk is full.
    pub(crate) fn flush_unsynced(&self, w: &mut Writer, stream: &Arc<Shared>) -> Result<()> {
        let mut spilled = self.spill(stream)?;
        if spilled.lack.is_some() {
            spilled.sync();
            self.sync_names()?;
            return self.settle(w, spilled);
        }
        stream.state.lock().tail.keep_journaled();
        Ok(())
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
            (state.tail.unflushed(), segments, state.taken)
        };
        // What was purged with its whole segment, durably, needs no place any more.
        let needed = |piece: &Piece| segments.iter().any(|s| s.number == piece.segment.number);
        let (mut written, mut lack) = (0, None);
        for piece in &pieces {
            match if needed(piece) {
                write_piece(piece)
            } else {
                Ok(())
            } {
                Ok(()) => written += 1,
                Err(error) if error.is_passing() => {
                    lack = Some(error);
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
            lack,
            synced: None,
        })
    }

    /// A stream's tail is in its segments: what follows from that, if it is durable.
    pub(crate) fn settle(&self, w: &mut Writer, spilled: Spilled) -> Result<()> {
        let id = spilled.stream.id;
        let Some(synced) = spilled.synced else {
            return Ok(());
        };
        synced?;
        let mut state = spilled.stream.state.lock();
        state.tail.drop_durable(spilled.written);
        w.lazy.remove(&id);
        if let Some(lack) = spilled.lack {
            return Err(lack);
        }
        w.pins.unpin(id);
        state.raise_durable(spilled.taken);
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
