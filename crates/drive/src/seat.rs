//! Who runs the engine: its own thread, or whoever brings work while that rests.
//!
//! A wake-up costs more than the work it is for when that is a message or two. So a thread that brings little does it itself, as a visitor,
//! if the engine is free; what is left over, and anything large, is the own thread's.
//!
//! **Invariant:** what is brought is met by a turn that begins later. A visitor who doesn't get the engine, or doesn't do all, rings; the thread
//! looks for a ring after leaving the engine and before it sleeps, and who makes the next turn due earlier than the thread sleeps rings too.
//! `seat/models.rs` walks through it.

use crate::bell::Bell;
use crate::engine::{Engine, clock};
use crate::sync::{AtomicU64, Mutex, MutexGuard, SeqCst};
use midge_jetstream::AccountId;
use std::time::Duration;

#[cfg(all(test, loom))]
mod models;

/// What is run.
pub(crate) trait Turns {
    /// The thread's turn. When the next one is due, in nanoseconds since 1970.
    fn turn(&mut self) -> u64;

    /// A visitor's turn, with what `account` brought. When the thread has to take its next turn, in nanoseconds since 1970.
    fn visit(&mut self, account: Option<AccountId>) -> u64;
}

/// See the head of this file.
pub(crate) struct Seat<E = Engine> {
    /// `None` before the start and after the end.
    engine: Mutex<Option<E>>,
    bell: Bell,
    /// When the thread wakes by itself; written by who has the engine.
    alarm: AtomicU64,
}

impl<E: Turns> Seat<E> {
    pub(crate) fn new() -> Self {
        Self {
            engine: Mutex::new(None),
            bell: Bell::new(),
            alarm: AtomicU64::new(0),
        }
    }

    pub(crate) fn fill(&self, engine: E) {
        *self.engine.lock() = Some(engine);
    }

    pub(crate) fn engine(&self) -> MutexGuard<'_, Option<E>> {
        self.engine.lock()
    }

    /// The thread: turns until the engine is gone.
    pub(crate) fn serve(&self) {
        self.bell.answer_here();
        loop {
            let due = {
                let mut engine = self.engine.lock();
                let Some(engine) = engine.as_mut() else {
                    return;
                };
                let due = engine.turn();
                self.alarm.store(due, SeqCst);
                due
            };
            self.bell
                .rest(Duration::from_nanos(due.saturating_sub(clock())));
        }
    }

    /// There is work for the thread.
    pub(crate) fn ring(&self) {
        self.bell.ring();
    }

    /// There is a little work, brought by an account or of commits: it is done here, if the engine is free.
    pub(crate) fn visit(&self, account: Option<AccountId>) {
        let done = self.engine.try_lock().is_some_and(|mut engine| {
            let alarm = self.alarm.load(SeqCst);
            engine
                .as_mut()
                .is_none_or(|engine| engine.visit(account) >= alarm)
        });
        if !done {
            self.bell.ring();
        }
    }
}
