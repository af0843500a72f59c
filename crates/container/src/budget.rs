//! One count of all bytes that wait in mailboxes, with a bound.

use crossbeam_utils::CachePadded;

use crate::sync::{AtomicUsize, Ordering};

/// A counter of bytes which many mailboxes share, and the most it should reach.
///
/// A [`Mailbox`](crate::Mailbox) made with a budget counts each pushed byte until it is written or freed.
/// It never refuses a chunk for it (bytes already staged are in memory anyway): the caller looks at
/// [`Budget::is_exhausted`] before it stages more, and holds back the publisher.
pub struct Budget {
    used: CachePadded<AtomicUsize>,
    max: AtomicUsize,
}

impl Budget {
    /// A budget of `max` bytes, none used.
    pub fn new(max: usize) -> Self {
        Self {
            used: CachePadded::new(AtomicUsize::new(0)),
            max: AtomicUsize::new(max),
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
