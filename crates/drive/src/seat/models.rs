//! One law of the hand-over per model, checked over all interleavings. Nobody sleeps for a time here: a wake-up that is missed is a deadlock.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p midge-drive --lib seat::models`
use super::{Seat, Turns};
use crate::room::{LeftForRoom, Room};
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

impl Work {
    fn new(all: u64) -> Arc<Self> {
        Arc::new(Self {
            brought: AtomicU64::new(0),
            all,
            met: Notify::new(),
        })
    }
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

/// An engine that takes what was brought as far as a log has room, which holds one message.
struct Taker {
    work: Arc<Work>,
    log: Arc<Log>,
    left: LeftForRoom,
    taken: u64,
    /// The turn commits what it took.
    commits: bool,
}

/// How many messages more it has room for.
struct Log(AtomicU64);

impl Room for Log {
    fn has_room(&self, messages: usize) -> bool {
        self.0.load(Acquire) >= messages as u64
    }
}

impl Taker {
    fn new(work: &Arc<Work>, room: u64, commits: bool) -> Self {
        Self {
            work: work.clone(),
            log: Arc::new(Log(AtomicU64::new(room))),
            left: LeftForRoom::default(),
            taken: 0,
            commits,
        }
    }

    fn take(&mut self) -> u64 {
        let brought = self.work.brought.load(Acquire);
        while self.taken < brought && self.left.admits(1, &*self.log) {
            self.log.0.fetch_sub(1, Release);
            self.taken += 1;
            if self.taken == self.work.all {
                self.work.met.notify();
            }
        }
        if self.commits {
            self.log.0.store(1, Release);
        }
        match self.left.has_room_now(&*self.log) {
            true => 0,
            false => u64::MAX,
        }
    }
}

impl Turns for Taker {
    fn turn(&mut self) -> u64 {
        self.left = LeftForRoom::default();
        self.take()
    }

    fn visit(&mut self, _: Option<AccountId>) -> u64 {
        match self.left.is_any() {
            true => 0,
            false => self.take(),
        }
    }
}

/// A thread serves, and `visitors` others bring what is met.
fn check(visitors: u64, refuses: bool, bring: impl Fn(&Work) + Copy + Send + Sync + 'static) {
    model(move || {
        let work = Work::new(visitors);
        let counter = Counter {
            work: work.clone(),
            seen: 0,
            refuses,
        };
        let others = (0..visitors).map(|_| {
            let work = work.clone();
            move || bring(&work)
        });
        serve(&work, counter, others);
    });
}

fn model(law: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(law);
}

/// A thread runs the engine until all was met. Each of `others` does something and tells of it by a visit.
fn serve<E: Turns + 'static, F: FnOnce() + 'static>(
    work: &Work,
    engine: E,
    others: impl Iterator<Item = F>,
) {
    let seat = Arc::new(Seat::new());
    seat.fill(engine);
    let served = seat.clone();
    let thread = thread::spawn(move || served.serve());
    let others = others.map(|bring| {
        let seat = seat.clone();
        thread::spawn(move || {
            bring();
            seat.visit(None);
        })
    });
    let others: Vec<_> = others.collect();
    work.met.wait();
    others.into_iter().for_each(|it| it.join().unwrap());
    drop(seat.engine().take());
    seat.ring();
    thread.join().unwrap();
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

/// The room for the second message is made by the turn that took the first one, and nobody tells of that.
#[test]
fn what_is_left_for_room_is_taken_when_the_turn_makes_the_room() {
    model(|| {
        let work = Work::new(2);
        let taker = Taker::new(&work, 1, true);
        let brought = work.clone();
        let visitor = move || drop(brought.brought.fetch_add(2, Release));
        serve(&work, taker, std::iter::once(visitor));
    });
}

/// The committer makes the room, and tells of it as of each commit.
#[test]
fn what_is_left_for_room_is_taken_when_the_committer_makes_the_room() {
    model(|| {
        let work = Work::new(1);
        let taker = Taker::new(&work, 0, false);
        let (brought, log) = (work.clone(), taker.log.clone());
        let visitor: Box<dyn FnOnce()> =
            Box::new(move || drop(brought.brought.fetch_add(1, Release)));
        let committer = Box::new(move || log.0.store(1, Release));
        serve(&work, taker, [visitor, committer].into_iter());
    });
}
