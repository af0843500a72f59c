//! Where appenders meet the committer: which batch an append belongs to, and when that batch is out.
//!
//! Batches are numbered. [`Gate::enter`] is called under the lock of the queue's owner (a stream) after it added bytes, and says
//! the number of the batch that will carry them; [`Gate::close`] ends a batch. Two laws: *bytes that entered with number n are
//! found by the committer that got n from `close`, or by an earlier one*, and *after a promise of n somebody is in the queue until n is closed*,
//! so that n is closed although nobody comes later. The second ends with [`Gate::fail`]: then nobody is in the queue, and every promise is answered
//! with the failure.
//!
//! Why they hold. An owner remembers the number under which it was queued last. `enter` that reads this very number adds nothing: the owner is in
//! n's queue, or n's `close` took it a moment ago and takes the owner's lock only after the appender left it. With any other number the owner
//! is queued anew, and the number is read under the queue's lock, where `close` raises it: so the owner stands in the queue of the number it was told.
//! (It may be there although an earlier batch took its bytes. Then its share of n is empty.) `gate/models.rs` walks through it.
use crate::{
    Error,
    sync::{AtomicBool, AtomicU64, Mutex, Ordering},
};
use std::task::Waker;

#[cfg(all(test, loom))]
mod models;

/// How far a batch must have come for its tickets to be released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// handed to the system: survives the death of the process
    Written,
    /// on the disk: survives the loss of power
    Synced,
}

/// The meeting place; `T` stands for an owner of bytes.
pub(crate) struct Gate<T> {
    /// number of the batch that is being filled
    open: AtomicU64,
    /// synced <= written < open
    written: AtomicU64,
    synced: AtomicU64,
    queue: Mutex<Vec<T>>,
    waiters: Mutex<Vec<Waiter>>,
    failed: Mutex<Option<Error>>,
    has_failed: AtomicBool,
    /// somebody was promised a sync by the open batch, or by one before it
    owes_sync: AtomicBool,
    /// appends that need no sync wake nobody: their thread will say when a group of them is complete
    deferred: AtomicBool,
    /// how the committer is woken, when it sleeps
    asleep: AtomicBool,
    bell: Mutex<Option<Waker>>,
}

struct Waiter {
    number: u64,
    level: Level,
    waker: Waker,
}

impl<T> Gate<T> {
    pub(crate) fn new() -> Self {
        Self {
            open: AtomicU64::new(1),
            written: AtomicU64::new(0),
            synced: AtomicU64::new(0),
            queue: Mutex::new(Vec::new()),
            waiters: Mutex::new(Vec::new()),
            failed: Mutex::new(None),
            has_failed: AtomicBool::new(false),
            owes_sync: AtomicBool::new(false),
            deferred: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            bell: Mutex::new(None),
        }
    }

    /// Queues the owner unless it is, and says which batch carries what it has. To be called under the owner's lock; `queued` is the number
    /// that it was told last, 0 before the first.
    pub(crate) fn enter(&self, queued: &mut u64, owner: impl FnOnce() -> T) -> u64 {
        if *queued != self.open.load(Ordering::SeqCst) {
            let mut queue = self.queue.lock();
            *queued = self.open.load(Ordering::SeqCst);
            // Looked at under the lock: `fail` says so before it empties the queue.
            if !self.has_failed.load(Ordering::SeqCst) {
                queue.push(owner());
            }
        }
        *queued
    }

    /// Notes that the open batch has to be synced before it is out for everybody in it.
    pub(crate) fn owe_sync(&self) {
        if !self.owes_sync.load(Ordering::Relaxed) {
            self.owes_sync.store(true, Ordering::SeqCst);
        }
    }

    /// Whether the open batch has to be synced. A hint: who commits looks at what each owner promised.
    pub(crate) fn owes_sync(&self) -> bool {
        self.owes_sync.load(Ordering::SeqCst)
    }

    /// Ends the open batch: its number, and everybody who has something for it.
    pub(crate) fn close(&self) -> (u64, Vec<T>) {
        let mut queue = self.queue.lock();
        self.owes_sync.store(false, Ordering::SeqCst);
        let number = self.open.fetch_add(1, Ordering::SeqCst);
        (number, std::mem::take(&mut *queue))
    }

    /// Whether a batch has something in it.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.lock().is_empty()
    }

    /// The batch is out, and everybody who waited for that is woken.
    pub(crate) fn release(&self, number: u64, level: Level) {
        self.written.fetch_max(number, Ordering::SeqCst);
        if level == Level::Synced {
            self.synced.fetch_max(number, Ordering::SeqCst);
        }
        self.wake();
    }

    /// No batch will ever be out again. Owners are let go: they hold this gate, which would keep both for ever. True the first time.
    pub(crate) fn fail(&self, error: &Error) -> bool {
        let mut failed = self.failed.lock();
        let is_first = failed.is_none();
        failed.get_or_insert_with(|| error.stopped());
        drop(failed);
        self.has_failed.store(true, Ordering::SeqCst);
        let abandoned = std::mem::take(&mut *self.queue.lock());
        drop(abandoned);
        self.wake();
        is_first
    }

    /// Why nothing more is written, if so.
    pub(crate) fn failure(&self) -> Option<Error> {
        if !self.has_failed.load(Ordering::SeqCst) {
            return None;
        }
        self.failed.lock().clone()
    }

    /// The newest batch that is written.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::SeqCst)
    }

    /// Whether the batch has come that far.
    pub(crate) fn is_out(&self, number: u64, level: Level) -> bool {
        let reached = match level {
            Level::Written => &self.written,
            Level::Synced => &self.synced,
        };
        number <= reached.load(Ordering::SeqCst)
    }

    /// Has `waker` woken when the batch is out or can't be. `false`: it is already, nobody will wake.
    pub(crate) fn wait(&self, number: u64, level: Level, waker: &Waker) -> bool {
        let mut waiters = self.waiters.lock();
        // Looked at under the lock: `release` raises before it takes the waiters.
        if self.is_out(number, level) || self.has_failed.load(Ordering::SeqCst) {
            return false;
        }
        waiters.push(Waiter {
            number,
            level,
            waker: waker.clone(),
        });
        true
    }

    fn wake(&self) {
        let failed = self.has_failed.load(Ordering::SeqCst);
        let mut ready = Vec::new();
        self.waiters.lock().retain(|w| {
            let stay = !failed && !self.is_out(w.number, w.level);
            if !stay {
                ready.push(w.waker.clone());
            }
            stay
        });
        ready.into_iter().for_each(Waker::wake);
    }

    /// From now on what needs no sync wakes nobody.
    pub(crate) fn defer(&self) {
        self.deferred.store(true, Ordering::SeqCst);
    }

    /// Something was appended.
    pub(crate) fn ring(&self, level: Level) {
        if level == Level::Synced || !self.deferred.load(Ordering::Relaxed) {
            self.wake_committer();
        }
    }

    /// Wakes the committer if it sleeps.
    pub(crate) fn wake_committer(&self) {
        if self.asleep.load(Ordering::SeqCst)
            && self.asleep.swap(false, Ordering::SeqCst)
            && let Some(waker) = self.bell.lock().as_ref()
        {
            waker.wake_by_ref();
        }
    }

    /// The committer says how to wake it.
    pub(crate) fn set_bell(&self, waker: Option<Waker>) {
        *self.bell.lock() = waker;
    }

    /// Whether the committer may sleep now; if so, the next `enter` with `ring` wakes it.
    pub(crate) fn may_sleep(&self) -> bool {
        self.asleep.store(true, Ordering::SeqCst);
        // An `enter` before this look is seen by it, one after it sees `asleep`: the queue's lock orders them.
        let idle = self.is_idle();
        if !idle {
            self.asleep.store(false, Ordering::SeqCst);
        }
        idle
    }
}
