//! How many batches the whole server has in flight: a seat is taken by each, and given back when it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Atomic batches of all streams.
const SEATS_MAX: usize = 1000;
/// Bytes that they hold in memory.
const BYTES_MAX: usize = 256 << 20;

/// The server's seats. Clones are handles to the same ones.
#[derive(Clone, Default)]
pub(crate) struct Seats(Arc<Counts>);

#[derive(Default)]
struct Counts {
    taken: AtomicUsize,
    bytes: AtomicUsize,
}

/// One batch's, with the bytes it holds.
pub(crate) struct Seat {
    of: Arc<Counts>,
    bytes: usize,
}

impl Seats {
    /// Whether no more batches, or bytes of them, may come.
    pub(crate) fn are_full(&self) -> bool {
        self.0.taken.load(Ordering::Relaxed) >= SEATS_MAX
            || self.0.bytes.load(Ordering::Relaxed) >= BYTES_MAX
    }

    /// A seat, if one is free.
    pub(crate) fn take(&self) -> Option<Seat> {
        if self.are_full() {
            return None;
        }
        self.0.taken.fetch_add(1, Ordering::Relaxed);
        Some(Seat {
            of: self.0.clone(),
            bytes: 0,
        })
    }
}

impl Seat {
    /// The batch holds that many more bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.of.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.of.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.of.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_seat_is_free_again() {
        let seats = Seats::default();
        let mut taken: Vec<Seat> = std::iter::from_fn(|| seats.take()).collect();
        assert_eq!(taken.len(), SEATS_MAX);
        assert!(seats.are_full());
        taken.pop();
        assert!(!seats.are_full());
        taken[0].add(BYTES_MAX);
        assert!(seats.take().is_none());
        taken.clear();
        assert!(seats.take().is_some());
    }
}
