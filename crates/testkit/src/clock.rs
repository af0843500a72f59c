//! Time for tests: a clock that only moves when told to, and the one place where testkit reads the real one.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A clock that stands still until somebody advances it; clones share the same time.
///
/// State machines take `now: Instant` as an argument, so a test hands them `clock.now()`:
///
/// ```
/// use std::time::Duration;
/// let clock = midge_testkit::clock::Clock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(120));
/// assert_eq!(clock.now() - before, Duration::from_secs(120));
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Instant>>);

impl Clock {
    /// A clock at an arbitrary point in time.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(real_now())))
    }

    /// The time it shows.
    pub fn now(&self) -> Instant {
        *self.lock()
    }

    /// Moves it forward and returns the new time.
    pub fn advance(&self, by: Duration) -> Instant {
        let mut now = self.lock();
        *now += by;
        *now
    }

    /// Moves it to `deadline` unless that lies in the past; returns the time it shows then.
    pub fn advance_to(&self, deadline: Instant) -> Instant {
        let mut now = self.lock();
        *now = (*now).max(deadline);
        *now
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Instant> {
        self.0.lock().expect("no holder of the clock panics")
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

/// The real time: sockets and processes know no other.
#[expect(
    clippy::disallowed_methods,
    reason = "testkit drives real processes and needs real deadlines"
)]
pub fn real_now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_time() {
        let clock = Clock::new();
        let other = clock.clone();
        clock.advance(Duration::from_millis(5));
        assert_eq!(clock.now(), other.now());
    }

    #[test]
    fn it_never_goes_back() {
        let clock = Clock::new();
        let start = clock.now();
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.advance_to(start), start + Duration::from_secs(2));
    }
}
