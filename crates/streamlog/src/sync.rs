//! The atomics and locks of the committer's hand-over: the real ones, or loom's when a model explores them.
#[cfg(not(loom))]
pub(crate) use StateMutex as Mutex;
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The lock of what no model explores; a schedule's, where threads are simulated.
#[cfg(any(test, feature = "sim"))]
pub(crate) use crate::interleave::Mutex as StateMutex;
#[cfg(not(any(test, feature = "sim")))]
pub(crate) use parking_lot::Mutex as StateMutex;

/// How this crate's threads sleep.
#[cfg(any(test, feature = "sim"))]
pub(crate) use crate::interleave::{Parked, current, park_timeout};
#[cfg(not(any(test, feature = "sim")))]
pub(crate) use std::thread::{Thread as Parked, current, park_timeout};

/// loom's lock with the other's face.
#[cfg(loom)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

#[cfg(loom)]
impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.0
            .lock()
            .expect("no model panics while it holds a lock")
    }
}
