//! Bytes between two reads: what a session left over, and what is still to come.

use midge_wire::{Limits, frame_len};

/// Growth per read while a large frame is collected: what a client merely announces is not allocated.
const GROWTH_MAX_BYTES: usize = 256 << 10;

/// The unfinished frame at the end of a read.
///
/// A small rest travels at the head of the next read buffer ([`Intake::restore`]); a frame too large
/// for that buffer is collected here until it is whole.
#[derive(Debug, Default)]
pub struct Intake {
    rest: Vec<u8>,
    /// Length of the whole frame, once known to be larger than the read buffer.
    frame_len: Option<usize>,
}

impl Intake {
    /// Keeps `rest`, which a session did not consume. `buffer_len` is the size of the read buffer.
    pub fn keep(&mut self, rest: &[u8], limits: &Limits, buffer_len: usize) {
        self.rest.clear();
        self.rest.extend_from_slice(rest);
        if rest.is_empty() {
            self.rest = Vec::new();
        }
        let whole = frame_len(&self.rest, limits).ok().flatten();
        self.frame_len = whole.filter(|&len| len > buffer_len / 2);
    }

    /// Moves a small rest to the head of `buffer` and returns its length. `None` when a large frame
    /// is being collected: then give what was read to [`Intake::extend`].
    pub fn restore(&mut self, buffer: &mut [u8]) -> Option<usize> {
        if self.frame_len.is_some() {
            return None;
        }
        let len = self.rest.len();
        buffer[..len].copy_from_slice(&self.rest);
        self.rest.clear();
        Some(len)
    }

    /// How many bytes the large frame still lacks, at most as much as one read may add.
    #[must_use]
    pub fn wanted(&self) -> usize {
        let lacking = self.frame_len.unwrap_or(0).saturating_sub(self.rest.len());
        lacking.min(GROWTH_MAX_BYTES)
    }

    /// Adds bytes of the large frame. True when it is whole.
    pub fn extend(&mut self, bytes: &[u8]) -> bool {
        self.rest.extend_from_slice(bytes);
        self.frame_len.is_none_or(|len| self.rest.len() >= len)
    }

    /// Takes the whole large frame.
    pub fn take(&mut self) -> Vec<u8> {
        self.frame_len = None;
        std::mem::take(&mut self.rest)
    }

    /// Bytes of memory that it takes, its unused room included.
    #[must_use]
    pub fn footprint(&self) -> usize {
        self.rest.capacity()
    }

    /// Bytes held at the moment.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rest.len()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}
