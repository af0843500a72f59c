//! Locks, atomics and sleep: the system's, a schedule's when the threads are simulated, loom's when a model explores them.

#[cfg(not(any(test, loom)))]
pub(crate) use parking_lot::Mutex;
#[cfg(not(any(test, loom)))]
pub(crate) use std::thread::{Thread as Parked, current, park_timeout};

#[cfg(all(test, not(loom)))]
pub(crate) use midge_streamlog::sim::interleave::{Mutex, Parked, current, park_timeout};

#[cfg(not(loom))]
pub(crate) use parking_lot::MutexGuard;
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

#[cfg(loom)]
pub(crate) use loom::sync::{
    MutexGuard,
    atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
};
#[cfg(loom)]
pub(crate) use model::{Mutex, Parked, current, park_timeout};

#[cfg(loom)]
mod model {
    use loom::sync::{Arc, Notify};
    use std::time::Duration;

    /// loom's lock with the other's face.
    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
            self.0
                .lock()
                .expect("no model panics while it holds a lock")
        }

        pub(crate) fn try_lock(&self) -> Option<loom::sync::MutexGuard<'_, T>> {
            self.0.try_lock().ok()
        }
    }

    /// A thread that may be unparked. loom's own unpark would also wake it from a lock.
    #[derive(Clone)]
    pub(crate) struct Parked(Arc<Notify>);

    loom::thread_local! {
        static OWN: Parked = Parked(Arc::new(Notify::new()));
    }

    impl Parked {
        pub(crate) fn unpark(&self) {
            self.0.notify();
        }
    }

    pub(crate) fn current() -> Parked {
        OWN.with(Clone::clone)
    }

    /// No time passes in a model: only a wake-up ends this.
    pub(crate) fn park_timeout(_: Duration) {
        current().0.wait();
    }
}
