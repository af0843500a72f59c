//! What batches may take: how many messages and how much time each, how many there may be of a stream, and how many of the whole server,
//! where a seat is taken by each and given back when it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Atomic and fast batches of all streams, and of one.
const SEATS_MAX: usize = 1000;
const FAST_MAX: usize = 50_000;
const BATCHES_MAX: usize = 50;
const FAST_BATCHES_MAX: usize = 1000;
/// Messages of an atomic batch.
const MSGS_MAX: u64 = 1000;
/// How long a batch waits for its next message.
const IDLE: u64 = 10_000_000_000;
/// Bytes that atomic batches hold in memory.
const BYTES_MAX: usize = 256 << 20;

/// What the operator says of batches; `None` is what the reference does by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchLimits {
    /// Atomic and fast batches of one stream, each (50, 1000).
    pub per_stream: Option<usize>,
    /// Atomic and fast batches of all streams, each (1000, 50,000).
    pub total: Option<usize>,
    /// Messages of an atomic batch (1000).
    pub msgs: Option<u64>,
    /// Nanoseconds until a batch that stands still ends (10 s).
    pub idle: Option<u64>,
}

/// The server's seats. Clones are handles to the same ones.
#[derive(Clone, Default)]
pub(crate) struct Seats(Arc<Counts>, BatchLimits);

#[derive(Default)]
struct Counts {
    taken: AtomicUsize,
    bytes: AtomicUsize,
    fast: AtomicUsize,
}

/// A fast batch's; it holds no bytes.
pub(crate) struct FastSeat(Arc<Counts>);

/// An atomic batch's, with the bytes it holds.
pub(crate) struct Seat {
    of: Arc<Counts>,
    bytes: usize,
}

impl Seats {
    pub(crate) fn new(limits: BatchLimits) -> Self {
        Self(Arc::default(), limits)
    }

    /// Messages of an atomic batch.
    pub(crate) fn msgs_max(&self) -> u64 {
        self.1.msgs.unwrap_or(MSGS_MAX)
    }

    /// How long a batch waits for its next message.
    pub(crate) fn idle(&self) -> u64 {
        self.1.idle.unwrap_or(IDLE)
    }

    /// Atomic batches of one stream.
    pub(crate) fn batches_max(&self) -> usize {
        self.1.per_stream.unwrap_or(BATCHES_MAX)
    }

    /// Fast batches of one stream.
    pub(crate) fn fast_batches_max(&self) -> usize {
        self.1.per_stream.unwrap_or(FAST_BATCHES_MAX)
    }

    /// Whether no more batches, or bytes of them, may come.
    pub(crate) fn are_full(&self) -> bool {
        self.0.taken.load(Ordering::Relaxed) >= self.1.total.unwrap_or(SEATS_MAX)
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

    /// A fast batch's seat, if one is free.
    pub(crate) fn take_fast(&self) -> Option<FastSeat> {
        if self.0.fast.load(Ordering::Relaxed) >= self.1.total.unwrap_or(FAST_MAX) {
            return None;
        }
        self.0.fast.fetch_add(1, Ordering::Relaxed);
        Some(FastSeat(self.0.clone()))
    }
}

impl Drop for FastSeat {
    fn drop(&mut self) {
        self.0.fast.fetch_sub(1, Ordering::Relaxed);
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
    fn fast_batches_have_seats_of_their_own() {
        let seats = Seats::default();
        let taken: Vec<FastSeat> = std::iter::from_fn(|| seats.take_fast()).collect();
        assert_eq!(taken.len(), FAST_MAX);
        assert!(!seats.are_full());
        drop(taken);
        assert!(seats.take_fast().is_some());
    }

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
