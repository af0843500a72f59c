//! One count of all bytes that are held for others, with a bound.

use core::task::{Context, Poll};

use crossbeam_utils::CachePadded;

use crate::Waiters;
use crate::sync::{AtomicUsize, Ordering};

/// A counter of bytes which many owners share, and the most it should reach.
///
/// Owners that grow byte by byte take their [`Share`](crate::Share) in steps; a [`Mailbox`](crate::Mailbox) made with a budget has one.
/// It never refuses a chunk for it (bytes already staged are in memory anyway): the pusher is told, and whoever reads from
/// publishers waits in [`Budget::poll_room`].
pub struct Budget {
    used: CachePadded<AtomicUsize>,
    max: AtomicUsize,
    waiters: Waiters,
}

impl Budget {
    /// A budget of `max` bytes, none used.
    pub fn new(max: usize) -> Self {
        Self {
            used: CachePadded::new(AtomicUsize::new(0)),
            max: AtomicUsize::new(max),
            waiters: Waiters::default(),
        }
    }

    /// Counts `n` bytes if they fit; `false` if they don't, and nothing is counted.
    #[must_use]
    pub fn try_reserve(&self, n: usize) -> bool {
        let max = self.max();
        let fit = |used: usize| used.checked_add(n).filter(|&sum| sum <= max);
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fit)
            .is_ok()
    }

    /// Counts `n` bytes that exist already, fit or not.
    pub fn reserve(&self, n: usize) {
        self.used.fetch_add(n, Ordering::Relaxed);
    }

    /// Takes back `n` bytes that were counted.
    pub fn release(&self, n: usize) {
        let before = self.used.fetch_sub(n, Ordering::Relaxed);
        debug_assert!(before >= n, "released {n} of {before} bytes");
        self.waiters.wake_if(|| !self.is_exhausted());
    }

    /// Ready while the bound isn't reached; else the task is woken when it isn't any more.
    pub fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        self.waiters.poll(cx, || !self.is_exhausted())
    }

    /// Bytes counted now.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// The bound.
    pub fn max(&self) -> usize {
        self.max.load(Ordering::Relaxed)
    }

    /// Changes the bound; what is counted already stays.
    pub fn set_max(&self, max: usize) {
        self.max.store(max, Ordering::Relaxed);
        self.waiters.wake_if(|| !self.is_exhausted());
    }

    /// True when the bound is reached.
    pub fn is_exhausted(&self) -> bool {
        self.used() >= self.max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_that_does_not_fit_counts_nothing() {
        let budget = Budget::new(10);
        assert!(budget.try_reserve(10));
        assert!(budget.is_exhausted());
        assert!(!budget.try_reserve(1));
        assert!(!budget.try_reserve(usize::MAX));
        assert_eq!(budget.used(), 10);
        budget.reserve(5);
        budget.release(15);
        assert!(!budget.is_exhausted() && budget.try_reserve(1));
    }

    #[test]
    fn the_bound_can_change_under_load() {
        let budget = Budget::new(10);
        assert!(budget.try_reserve(8));
        budget.set_max(4);
        assert!(budget.is_exhausted() && !budget.try_reserve(1));
        budget.set_max(9);
        assert!(budget.try_reserve(1));
    }
}
