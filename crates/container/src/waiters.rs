//! Tasks that wait for room. Not part of the models: nothing is published by it, and its lock is held for no more than a list.

use core::sync::atomic::{AtomicBool, Ordering, fence};
use core::task::{Context, Poll, Waker};
use std::sync::{Mutex, PoisonError};

/// Tasks that are woken when something has room again, in the order in which they came.
#[derive(Debug, Default)]
pub struct Waiters {
    wakers: Mutex<Vec<Waker>>,
    any: AtomicBool,
}

impl Waiters {
    /// Ready when there is room; else [`Waiters::wake_if`] wakes the task.
    ///
    /// A wake-up can't be missed: the task is in the list before it looks for room, and whoever makes room looks at the list afterwards.
    pub fn poll(&self, cx: &Context<'_>, has_room: impl Fn() -> bool) -> Poll<()> {
        if has_room() {
            return Poll::Ready(());
        }
        let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        if !wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            wakers.push(cx.waker().clone());
        }
        self.any.store(true, Ordering::Relaxed);
        drop(wakers);
        fence(Ordering::SeqCst);
        match has_room() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }

    /// To be called after something was taken out: wakes all, if there is room.
    pub fn wake_if(&self, has_room: impl Fn() -> bool) {
        fence(Ordering::SeqCst);
        if self.any.load(Ordering::Relaxed) && has_room() {
            let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
            self.any.store(false, Ordering::Relaxed);
            let woken = std::mem::take(&mut *wakers);
            drop(wakers);
            woken.into_iter().for_each(Waker::wake);
        }
    }
}
