//! Locks and sleep: the system's, or a schedule's when the threads are simulated.

#[cfg(test)]
pub(crate) use midge_streamlog::sim::interleave::{Mutex, Parked, current, park_timeout};
#[cfg(not(test))]
pub(crate) use parking_lot::Mutex;
#[cfg(not(test))]
pub(crate) use std::thread::{Thread as Parked, current, park_timeout};
