//! Tasks that wait for room. Not part of the models: nothing is published by it, and its lock is held for no more than a list.

use core::sync::atomic::{AtomicBool, Ordering, fence};
use core::task::{Context, Poll, Waker};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Tasks that are woken when something has room again, in the order in which they came.
#[derive(Debug, Default)]
pub struct Waiters {
    waiting: Mutex<Waiting>,
    any: AtomicBool,
}

#[derive(Debug, Default)]
struct Waiting {
    wakers: Vec<Waker>,
    /// What tells them apart, since a task that waits may be polled for other reasons as well.
    known: HashSet<(usize, usize)>,
}

impl Waiting {
    fn add(&mut self, waker: &Waker) {
        let vtable: *const _ = waker.vtable();
        if self.known.insert((waker.data() as usize, vtable as usize)) {
            self.wakers.push(waker.clone());
        }
    }
}

impl Waiters {
    /// Ready when there is room; else [`Waiters::wake_if`] wakes the task.
    ///
    /// A wake-up can't be missed: the task is in the list before it looks for room, and whoever makes room looks at the list afterwards.
    pub fn poll(&self, cx: &Context<'_>, has_room: impl Fn() -> bool) -> Poll<()> {
        if has_room() {
            return Poll::Ready(());
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.add(cx.waker());
        self.any.store(true, Ordering::Relaxed);
        drop(waiting);
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
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            self.any.store(false, Ordering::Relaxed);
            let woken = std::mem::take(&mut *waiting);
            drop(waiting);
            woken.wakers.into_iter().for_each(Waker::wake);
        }
    }
}
