//! One owner's part of a budget, taken in large steps, so that what all owners share is written seldom.
//!
//! `held` is what the owner holds, `taken` what it took out of the budget for that, `floor` of it for all its life. At rest
//! `held <= taken`; while two threads change `held` at once, `taken` may lag by a step until the next change. Whoever brings `held` to
//! the floor or below gives all else back: the changes of `held` are ordered among each other (`AcqRel`), so it sees every step that was
//! taken for what others released before. The budget is written before `taken` is raised and after it is lowered, so at every moment it
//! counts at least what is taken: nobody gives back what isn't counted yet.

use std::sync::Arc;

use crate::Budget;
use crate::sync::{AtomicUsize, Ordering};

/// Bytes of one step.
const STEP_BYTES: usize = 32 << 10;

/// What one owner holds of a [`Budget`].
pub struct Share {
    budget: Arc<Budget>,
    floor: usize,
    held: AtomicUsize,
    /// floor <= taken <= what the budget counts for this owner
    taken: AtomicUsize,
}

impl Share {
    /// A share that takes `floor` bytes at once and until it is dropped.
    pub fn new(budget: Arc<Budget>, floor: usize) -> Self {
        budget.reserve(floor);
        Self {
            budget,
            floor,
            held: AtomicUsize::new(0),
            taken: AtomicUsize::new(floor),
        }
    }

    /// Counts `n` bytes that the owner holds from now on. True if that took a step after which the budget is exhausted.
    pub fn hold(&self, n: usize) -> bool {
        let held = self.held.fetch_add(n, Ordering::AcqRel) + n;
        held > self.taken.load(Ordering::Relaxed) && self.take(held)
    }

    /// Counts `n` bytes that the owner holds no more.
    pub fn release(&self, n: usize) {
        let before = self.held.fetch_sub(n, Ordering::AcqRel);
        debug_assert!(before >= n, "released {n} of {before} bytes");
        self.give_back(before - n);
    }

    /// Bytes that the owner holds.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    fn take(&self, held: usize) -> bool {
        let wanted = self.steps(held);
        let mut taken = self.taken.load(Ordering::Relaxed);
        while taken < wanted {
            self.budget.reserve(wanted - taken);
            match self.taken.compare_exchange_weak(
                taken,
                wanted,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => break,
                Err(now) => {
                    self.budget.release(wanted - taken);
                    taken = now;
                }
            }
        }
        self.budget.is_exhausted()
    }

    fn give_back(&self, held: usize) {
        let target = self.steps(held);
        let is_excess = |taken: usize| {
            taken > target && (target == self.floor || taken - held >= 2 * STEP_BYTES)
        };
        let lower = |taken| is_excess(taken).then_some(target);
        let change = self
            .taken
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, lower);
        if let Ok(before) = change {
            self.budget.release(before - target);
        }
    }

    /// What is taken for `held` bytes.
    fn steps(&self, held: usize) -> usize {
        self.floor + held.saturating_sub(self.floor).next_multiple_of(STEP_BYTES)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.release(self.taken.load(Ordering::Relaxed));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const FLOOR: usize = 1000;

    fn share(max: usize) -> (Arc<Budget>, Share) {
        let budget = Arc::new(Budget::new(max));
        (budget.clone(), Share::new(budget, FLOOR))
    }

    #[test]
    fn steps_are_taken_and_given_back() {
        let (budget, share) = share(usize::MAX);
        let _ = share.hold(FLOOR);
        assert_eq!(budget.used(), FLOOR);
        let _ = share.hold(1);
        assert_eq!(budget.used(), FLOOR + STEP_BYTES);
        let _ = share.hold(STEP_BYTES);
        assert_eq!(budget.used(), FLOOR + 2 * STEP_BYTES);
        share.release(STEP_BYTES);
        assert_eq!(
            budget.used(),
            FLOOR + 2 * STEP_BYTES,
            "one step stays in hand"
        );
        let _ = share.hold(3 * STEP_BYTES);
        share.release(3 * STEP_BYTES);
        assert_eq!(budget.used(), FLOOR + STEP_BYTES);
        share.release(1);
        assert_eq!((share.held(), budget.used()), (FLOOR, FLOOR));
    }

    #[test]
    fn the_step_that_exhausts_a_budget_is_told() {
        let (budget, share) = share(FLOOR + 2 * STEP_BYTES);
        assert!(!share.hold(FLOOR + STEP_BYTES));
        assert!(share.hold(1));
        assert!(!share.hold(1), "no step, no news");
        drop(share);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn many_threads_leave_nothing_behind() {
        let (budget, share) = share(usize::MAX);
        std::thread::scope(|scope| {
            for number in 1..5 {
                let share = &share;
                scope.spawn(move || {
                    for round in 0..20_000 {
                        let bytes = round * number * 31 % (3 * STEP_BYTES);
                        let _ = share.hold(bytes);
                        share.release(bytes);
                    }
                });
            }
        });
        assert_eq!((share.held(), budget.used()), (0, FLOOR));
    }
}
