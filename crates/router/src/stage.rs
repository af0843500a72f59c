//! Bytes on their way: one open chunk per destination, local to one worker and one read batch.

use crate::sink::Sink;
use midge_container::{Chunk, Pool};
use std::sync::Arc;

/// A chunk that grew to this many bytes is pushed before the batch ends.
const CHUNK_FULL_BYTES: usize = 64 << 10;

/// What one worker has staged and not yet pushed.
#[derive(Default)]
pub(crate) struct Stage {
    open: Vec<(Arc<Sink>, Chunk)>,
    /// Sink slot -> 1 + position in `open`; zero: nothing staged.
    place: Vec<u32>,
}

impl Stage {
    /// The open chunk of `sink`.
    pub(crate) fn chunk(&mut self, sink: &Arc<Sink>, pool: &mut Pool) -> &mut Chunk {
        let slot = sink.slot();
        if slot >= self.place.len() {
            self.place.resize(slot + 1, 0);
        }
        if self.place[slot] == 0 {
            self.open.push((sink.clone(), pool.take()));
            self.place[slot] = u32::try_from(self.open.len()).expect("fewer sinks than 2^32");
        }
        &mut self.open[self.place[slot] as usize - 1].1
    }

    /// Replaces the chunk of `sink` by a fresh one if it is full.
    pub(crate) fn take_full(&mut self, sink: &Arc<Sink>, pool: &mut Pool) -> Option<Chunk> {
        let position = self.place.get(sink.slot()).copied().unwrap_or(0) as usize;
        let (_, chunk) = self.open.get_mut(position.checked_sub(1)?)?;
        (chunk.len() >= CHUNK_FULL_BYTES).then(|| std::mem::replace(chunk, pool.take()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes everything out.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (Arc<Sink>, Chunk)> {
        for (sink, _) in &self.open {
            self.place[sink.slot()] = 0;
        }
        self.open.drain(..)
    }

    /// Takes the chunk of one sink out.
    pub(crate) fn take(&mut self, sink: &Arc<Sink>) -> Option<Chunk> {
        let place = std::mem::take(self.place.get_mut(sink.slot())?);
        let position = (place as usize).checked_sub(1)?;
        let (_, chunk) = self.open.swap_remove(position);
        if let Some((moved, _)) = self.open.get(position) {
            self.place[moved.slot()] = place;
        }
        Some(chunk)
    }

    /// Puts back what [`Stage::take`] took.
    pub(crate) fn put(&mut self, sink: &Arc<Sink>, chunk: Chunk, pool: &mut Pool) {
        let empty = std::mem::replace(self.chunk(sink, pool), chunk);
        pool.give(empty);
    }
}
