//! Wakes one thread, at no cost while it is awake.

use crate::sync::{AtomicBool, Parked, SeqCst, current, park_timeout};
use std::sync::OnceLock;
use std::time::Duration;

/// Rung by whoever has work for the thread.
///
/// **Invariant:** a ring before or during [`Bell::rest`] ends that rest at once. `rung` is set before the thread
/// is unparked and taken before it parks, so a ring in between is either seen or unparks.
pub(crate) struct Bell {
    rung: AtomicBool,
    sleeper: OnceLock<Parked>,
}

impl Bell {
    pub(crate) fn new() -> Self {
        Self {
            rung: AtomicBool::new(false),
            sleeper: OnceLock::new(),
        }
    }

    /// Says that this thread is the one to wake.
    pub(crate) fn answer_here(&self) {
        let _ = self.sleeper.set(current());
    }

    /// There is work.
    pub(crate) fn ring(&self) {
        if !self.rung.swap(true, SeqCst)
            && let Some(sleeper) = self.sleeper.get()
        {
            sleeper.unpark();
        }
    }

    /// Sleeps until somebody rings, or `at_most`.
    pub(crate) fn rest(&self, at_most: Duration) {
        if !self.rung.swap(false, SeqCst) && !at_most.is_zero() {
            park_timeout(at_most);
            // Who rang a bell that was rung already wakes nobody: what they brought is seen because this reads their ring.
            self.rung.swap(false, SeqCst);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_ring_before_the_rest_ends_it() {
        let bell = Bell::new();
        bell.answer_here();
        bell.ring();
        bell.rest(Duration::from_secs(60));
    }

    #[test]
    fn a_ring_during_the_rest_ends_it() {
        let bell = Arc::new(Bell::new());
        bell.answer_here();
        let ringer = bell.clone();
        let thread = std::thread::spawn(move || ringer.ring());
        bell.rest(Duration::from_secs(60));
        assert!(thread.join().is_ok());
    }
}
