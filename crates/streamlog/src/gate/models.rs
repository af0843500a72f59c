//! One law of the hand-over per model, checked over all interleavings of two or three threads.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p midge-streamlog --lib gate::models`
use super::{Gate, Level};
use crate::Error;
use loom::{
    sync::{Arc, Mutex, Notify},
    thread,
};
use std::task::{Wake, Waker};

/// A stream as the gate sees it: bytes under a lock, and the number it was told last.
#[derive(Default)]
struct Owner {
    queued: u64,
    bytes: u32,
    promised: Vec<u64>,
}

struct Scene {
    gate: Gate<usize>,
    owners: Vec<Mutex<Owner>>,
}

impl Scene {
    fn new(owners: usize) -> Arc<Self> {
        Arc::new(Self {
            gate: Gate::new(),
            owners: (0..owners).map(|_| Mutex::default()).collect(),
        })
    }

    /// What an append does. The number it was promised.
    fn append(&self, owner: usize) -> u64 {
        let mut state = self.owners[owner].lock().unwrap();
        state.bytes += 1;
        let number = self.gate.enter(&mut state.queued, || owner);
        state.promised.push(number);
        drop(state);
        self.gate.ring(Level::Synced);
        number
    }

    /// What a commit does: nothing that was promised n may be left behind when n is released.
    fn commit(&self) -> bool {
        if self.gate.is_idle() {
            return false;
        }
        let (number, owners) = self.gate.close();
        for owner in owners {
            let mut state = self.owners[owner].lock().unwrap();
            state.bytes = 0;
            state.promised.clear();
        }
        for owner in &self.owners {
            let state = owner.lock().unwrap();
            let left = state.promised.iter().any(|&promise| promise <= number);
            assert!(!left, "released before its bytes were taken");
        }
        self.gate.release(number, Level::Synced);
        true
    }
}

/// A thread that sleeps until it is woken.
struct Bell(Notify);

impl Wake for Bell {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.notify();
    }
}

fn bell() -> (std::sync::Arc<Bell>, Waker) {
    let bell = std::sync::Arc::new(Bell(Notify::new()));
    (bell.clone(), Waker::from(bell))
}

/// How often a model takes a thread off the processor against its will.
const PREEMPTIONS: usize = 3;

fn model(law: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(law);
}

#[test]
fn what_was_promised_a_batch_is_in_it_or_in_an_earlier_one() {
    model(|| {
        let scene = Scene::new(2);
        let other = scene.clone();
        let appender = thread::spawn(move || {
            other.append(0);
            other.append(1);
        });
        let own = scene.clone();
        let second = thread::spawn(move || {
            own.append(0);
        });
        scene.commit();
        appender.join().unwrap();
        second.join().unwrap();
        while scene.commit() {}
    });
}

#[test]
fn every_promise_is_kept_although_nobody_comes_later() {
    model(|| {
        let scene = Scene::new(1);
        let other = scene.clone();
        let appender = thread::spawn(move || [other.append(0), other.append(0)]);
        scene.commit();
        let promised = appender.join().unwrap();
        while scene.commit() {}
        for number in promised {
            assert!(
                scene.gate.is_out(number, Level::Synced),
                "nobody closes batch {number}"
            );
        }
    });
}

#[test]
fn who_waits_is_woken() {
    model(|| {
        let scene = Scene::new(1);
        let other = scene.clone();
        let waiter = thread::spawn(move || {
            let number = other.append(0);
            let (bell, waker) = bell();
            while other.gate.wait(number, Level::Synced, &waker) {
                bell.0.wait();
            }
            assert!(other.gate.is_out(number, Level::Synced));
        });
        while !scene.commit() {
            thread::yield_now();
        }
        waiter.join().unwrap();
    });
}

#[test]
fn a_sleeping_committer_hears_of_an_append() {
    model(|| {
        let scene = Scene::new(1);
        let (bell, waker) = bell();
        scene.gate.set_bell(Some(waker));
        let other = scene.clone();
        let appender = thread::spawn(move || other.append(0));
        while !scene.commit() {
            if scene.gate.may_sleep() {
                bell.0.wait();
            }
        }
        let number = appender.join().unwrap();
        assert!(scene.gate.is_out(number, Level::Synced));
    });
}

#[test]
fn a_failed_gate_keeps_nobody_and_leaves_nobody_waiting() {
    model(|| {
        let scene = Scene::new(1);
        let other = scene.clone();
        let appender = thread::spawn(move || {
            let number = other.append(0);
            let (bell, waker) = bell();
            while other.gate.wait(number, Level::Synced, &waker) {
                bell.0.wait();
            }
        });
        scene.gate.fail(&Error::Closed);
        appender.join().unwrap();
        assert!(scene.gate.is_idle(), "an owner is kept in the queue");
    });
}
