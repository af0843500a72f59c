//! Which frame of the journal each stream needs: its oldest one.
use std::collections::{BTreeSet, HashMap};

/// For each stream with bytes that are in the journal alone, the oldest frame that carries some.
#[derive(Debug, Default)]
pub(crate) struct Pins {
    frames: HashMap<u64, u64>,
    /// frame and stream
    ordered: BTreeSet<(u64, u64)>,
}

impl Pins {
    /// The stream needs this frame, unless it needs an older one.
    pub(crate) fn pin(&mut self, stream: u64, frame: u64) {
        if let std::collections::hash_map::Entry::Vacant(place) = self.frames.entry(stream) {
            place.insert(frame);
            self.ordered.insert((frame, stream));
        }
    }

    /// The stream needs no frame before this one.
    pub(crate) fn repin(&mut self, stream: u64, frame: u64) {
        self.unpin(stream);
        self.pin(stream, frame);
    }

    /// The stream needs no frame.
    pub(crate) fn unpin(&mut self, stream: u64) {
        if let Some(frame) = self.frames.remove(&stream) {
            self.ordered.remove(&(frame, stream));
        }
    }

    /// Whether the stream needs a frame.
    pub(crate) fn needs(&self, stream: u64) -> bool {
        self.frames.contains_key(&stream)
    }

    /// Streams and the frames they need, the oldest frames first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.ordered.iter().map(|&(frame, stream)| (stream, frame))
    }

    /// How many streams need a frame.
    pub(crate) fn len(&self) -> usize {
        self.frames.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}
