//! One owner's part of a budget, taken in large steps, so that what all owners share is written seldom.
//!
//! `held` is what the owner holds, `taken` what it took out of the budget for that, `floor` of it until its [end](Share::end). At rest
//! `held <= taken`; while two threads change `held` at once, `taken` may lag by a step until the next change. Whoever brings `held` to
//! the floor or below gives all else back: the changes of `held` are ordered among each other (`AcqRel`), so it sees every step that was
//! taken for what others released before. The budget is written before `taken` is raised and after it is lowered, so at every moment it
//! counts at least what is taken: nobody gives back what isn't counted yet.

use std::sync::Arc;

use crate::Budget;
use crate::sync::{AtomicUsize, Ordering};

/// Bytes of one step.
const STEP_BYTES: usize = 32 << 10;
/// Instead of a floor after the end: what is held counts by the byte.
const ENDED: usize = usize::MAX;

/// What one owner holds of a [`Budget`].
pub struct Share {
    budget: Arc<Budget>,
    floor: AtomicUsize,
    held: AtomicUsize,
    /// floor <= taken <= what the budget counts for this owner
    taken: AtomicUsize,
}

impl Share {
    /// A share that takes `floor` bytes at once and until its end.
    pub fn new(budget: Arc<Budget>, floor: usize) -> Self {
        budget.reserve(floor);
        Self {
            budget,
            floor: AtomicUsize::new(floor),
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

    /// The owner is gone, and only what it held may stay for a while: the floor goes, and nothing is taken in steps any more.
    pub fn end(&self) {
        self.floor.store(ENDED, Ordering::Relaxed);
        self.release(0);
    }

    /// Bytes that the owner holds.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    fn take(&self, held: usize) -> bool {
        let wanted = steps(self.floor.load(Ordering::Relaxed), held);
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
        let floor = self.floor.load(Ordering::Relaxed);
        let target = steps(floor, held);
        let is_excess =
            |taken: usize| taken > target && (target <= floor || taken - held >= 2 * STEP_BYTES);
        let lower = |taken| is_excess(taken).then_some(target);
        let change = self
            .taken
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, lower);
        if let Ok(before) = change {
            self.budget.release(before - target);
        }
    }
}

/// What is taken for `held` bytes.
fn steps(floor: usize, held: usize) -> usize {
    match floor {
        ENDED => held,
        floor => floor + held.saturating_sub(floor).next_multiple_of(STEP_BYTES),
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
    fn after_the_end_only_what_is_held_counts() {
        let (budget, share) = share(usize::MAX);
        let _ = share.hold(100);
        share.end();
        assert_eq!(budget.used(), 100);
        let _ = share.hold(STEP_BYTES);
        assert_eq!(budget.used(), STEP_BYTES + 100);
        share.release(STEP_BYTES);
        share.release(99);
        assert_eq!((share.held(), budget.used()), (1, 1));
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
