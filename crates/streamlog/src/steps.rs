//! What looking for messages costs, counted: tests hold it to bounds, because times say little on a busy machine.
//!
//! A step is a subject that was compared or looked up, a posting that was decoded, or a record that was read.

#[cfg(any(test, feature = "sim"))]
std::thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// So much was done.
#[inline]
pub(crate) fn add(n: u64) {
    #[cfg(any(test, feature = "sim"))]
    STEPS.with(|steps| steps.set(steps.get() + n));
    #[cfg(not(any(test, feature = "sim")))]
    let _ = n;
}

/// Steps of this thread since the last call.
#[cfg(any(test, feature = "sim"))]
pub fn take() -> u64 {
    STEPS.with(|steps| steps.replace(0))
}
