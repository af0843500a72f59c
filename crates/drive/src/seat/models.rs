//! One law of the hand-over per model, checked over all interleavings. Nobody sleeps for a time here: a wake-up that is missed is a deadlock.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p midge-drive --lib seat::models`
use super::{Seat, Turns};
use crate::sync::AtomicU64;
use loom::{
    sync::{
        Arc, Notify,
        atomic::Ordering::{Acquire, Release},
    },
    thread,
};
use midge_jetstream::AccountId;

/// What is brought to an engine, and who waits until all of it was met.
struct Work {
    brought: AtomicU64,
    all: u64,
    met: Notify,
}

/// An engine that only looks at what was brought.
struct Counter {
    work: Arc<Work>,
    seen: u64,
    /// A visitor leaves everything to the thread.
    refuses: bool,
}

impl Counter {
    fn meet(&mut self) -> u64 {
        let brought = self.work.brought.load(Acquire);
        if brought == self.work.all && self.seen < brought {
            self.work.met.notify();
        }
        self.seen = brought;
        u64::MAX
    }
}

impl Turns for Counter {
    fn turn(&mut self) -> u64 {
        self.meet()
    }

    fn visit(&mut self, _: Option<AccountId>) -> u64 {
        match self.refuses {
            true => 0,
            false => self.meet(),
        }
    }
}

/// A thread serves, and `visitors` others bring what is met.
fn check(visitors: u64, refuses: bool, bring: impl Fn(&Work) + Copy + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(move || {
        let work = Arc::new(Work {
            brought: AtomicU64::new(0),
            all: visitors,
            met: Notify::new(),
        });
        let seat = Arc::new(Seat::new());
        seat.fill(Counter {
            work: work.clone(),
            seen: 0,
            refuses,
        });
        let served = seat.clone();
        let thread = thread::spawn(move || served.serve());
        let others: Vec<_> = (0..visitors)
            .map(|_| {
                let (seat, work) = (seat.clone(), work.clone());
                thread::spawn(move || {
                    bring(&work);
                    seat.visit(None);
                })
            })
            .collect();
        work.met.wait();
        others.into_iter().for_each(|it| it.join().unwrap());
        drop(seat.engine().take());
        seat.ring();
        thread.join().unwrap();
    });
}

#[test]
fn what_visitors_bring_is_met() {
    check(2, false, |work| {
        let _ = work.brought.fetch_add(1, Release);
    });
}

#[test]
fn what_a_visitor_leaves_is_done_by_the_thread() {
    check(2, true, |work| {
        let _ = work.brought.fetch_add(1, Release);
    });
}

/// As the store's observer does it.
#[test]
fn a_commit_that_is_told_during_a_turn_is_seen_by_another() {
    check(1, false, |work| {
        let _ = work.brought.fetch_max(1, Release);
    });
}
