//! One law of the mailbox per model, checked over all interleavings of two or three threads.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p midge-container --test loom --release`
#![cfg(loom)]

use std::io::IoSlice;
use std::sync::atomic::{AtomicUsize as HostCounter, Ordering::Relaxed};

use bytes::Bytes;
use loom::cell::UnsafeCell;
use loom::sync::{Arc, Notify};
use loom::thread;
use midge_container::{Budget, Chunk, Drain, Finished, Mailbox, Pool, Share};

/// A socket; loom reports two threads that write to it without an order between them.
struct Socket(UnsafeCell<Vec<u8>>);

// SAFETY: the mailbox lets one thread write at a time. That is what the models check.
unsafe impl Sync for Socket {}

impl Socket {
    fn new() -> Self {
        Self(UnsafeCell::new(Vec::new()))
    }

    /// Writes at most one slice, as a socket does that is nearly full.
    fn write_some(&self, drain: &mut Drain<'_>) -> usize {
        let mut slices = [IoSlice::new(&[]); 1];
        let filled = drain.io_slices(&mut slices);
        // SAFETY: as above.
        self.0
            .with_mut(|socket| unsafe { (*socket).extend_from_slice(&slices[0]) });
        let written = slices[0].len();
        assert_eq!(filled == 0, written == 0);
        drain.advance(written, &mut Pool::default());
        written
    }

    fn write_all<'a>(&self, mut drain: Drain<'a>) {
        loop {
            while self.write_some(&mut drain) > 0 {}
            match drain.finish() {
                Finished::Idle => return,
                Finished::Again(same) => drain = same,
            }
        }
    }

    fn written(&self) -> String {
        // SAFETY: as above.
        self.0
            .with(|socket| String::from_utf8(unsafe { (*socket).clone() }).expect("ascii"))
    }
}

struct Connection {
    mailbox: Mailbox,
    socket: Socket,
    wake_owner: Notify,
}

impl Connection {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            mailbox: Mailbox::new(),
            socket: Socket::new(),
            wake_owner: Notify::new(),
        })
    }

    /// What every producer does.
    fn send(&self, text: &str) {
        let _ = self.mailbox.push(chunk(text));
        if let Some(drain) = self.mailbox.try_drain() {
            self.socket.write_all(drain);
        }
    }

    fn assert_all_written(&self, mut want: Vec<&str>) {
        assert_eq!(self.mailbox.pending(), 0, "a chunk sleeps");
        let written = self.socket.written();
        let mut got: Vec<&str> = written.split_inclusive(' ').collect();
        got.sort_unstable();
        want.sort_unstable();
        assert_eq!(got, want);
    }
}

fn chunk(text: &str) -> Chunk {
    let mut chunk = Chunk::new();
    chunk.extend_from_slice(text.as_bytes());
    chunk
}

/// How often a model with two threads takes one off the processor against its will. Known races show at two;
/// unbounded, the longest of these models takes many minutes.
const PREEMPTIONS_OF_TWO: usize = 3;
/// The same for three threads.
const PREEMPTIONS_OF_THREE: usize = 2;

fn model(preemptions: usize, law: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(law);
}

#[test]
fn no_chunk_sleeps_after_two_pushers_tried_to_drain() {
    model(PREEMPTIONS_OF_TWO, || {
        let connection = Connection::new();
        let other = connection.clone();
        let pusher = thread::spawn(move || other.send("a "));
        connection.send("b ");
        pusher.join().unwrap();
        connection.assert_all_written(vec!["a ", "b "]);
    });
}

#[test]
fn no_chunk_sleeps_among_three_pushers() {
    model(PREEMPTIONS_OF_THREE, || {
        let connection = Connection::new();
        let pushers = ["a ", "b "].map(|text| {
            let connection = connection.clone();
            thread::spawn(move || connection.send(text))
        });
        connection.send("c ");
        pushers
            .into_iter()
            .for_each(|pusher| pusher.join().unwrap());
        connection.assert_all_written(vec!["a ", "b ", "c "]);
    });
}

#[test]
fn chunks_of_one_producer_keep_their_order() {
    model(PREEMPTIONS_OF_TWO, || {
        let connection = Connection::new();
        let other = connection.clone();
        let pusher = thread::spawn(move || {
            other.send("a1 ");
            other.send("a2 ");
        });
        connection.send("b ");
        pusher.join().unwrap();
        connection.assert_all_written(vec!["a1 ", "a2 ", "b "]);
        let written = connection.socket.written();
        assert!(written.find("a1") < written.find("a2"), "{written}");
    });
}

#[test]
fn a_push_during_finish_is_written_by_one_of_the_two() {
    model(PREEMPTIONS_OF_TWO, || {
        let connection = Connection::new();
        let _ = connection.mailbox.push(chunk("a "));
        let other = connection.clone();
        let drainer = thread::spawn(move || {
            if let Some(drain) = other.mailbox.try_drain() {
                other.socket.write_all(drain);
            }
        });
        connection.send("b ");
        drainer.join().unwrap();
        connection.assert_all_written(vec!["a ", "b "]);
        assert_eq!(connection.socket.written(), "a b ");
    });
}

#[test]
fn a_blocked_mailbox_waits_for_its_owner_and_loses_no_push() {
    model(PREEMPTIONS_OF_THREE, || {
        let connection = Connection::new();
        let foreign = connection.clone();
        let foreign = thread::spawn(move || {
            let _ = foreign.mailbox.push(chunk("a "));
            let _ = foreign.mailbox.push(chunk("b "));
            let mut drain = foreign.mailbox.try_drain().expect("the only one so far");
            foreign.socket.write_some(&mut drain);
            drain.block();
            foreign.wake_owner.notify();
        });
        while !connection.mailbox.is_blocked() {
            connection.wake_owner.wait();
        }
        let producer = connection.clone();
        let producer = thread::spawn(move || producer.send("c "));
        assert!(
            connection.mailbox.try_drain().is_none(),
            "reserved for the owner"
        );
        connection
            .socket
            .write_all(connection.mailbox.resume().expect("reserved for the owner"));
        foreign.join().unwrap();
        producer.join().unwrap();
        connection.assert_all_written(vec!["a ", "b ", "c "]);
        assert_eq!(connection.socket.written(), "a b c ");
    });
}

#[test]
fn an_owner_that_looks_too_early_is_woken_after_block() {
    model(PREEMPTIONS_OF_TWO, || {
        let connection = Connection::new();
        let other = connection.clone();
        let foreign = thread::spawn(move || {
            let _ = other.mailbox.push(chunk("a "));
            if let Some(drain) = other.mailbox.try_drain() {
                drain.block();
                other.wake_owner.notify();
            }
        });
        // The owner's own reason to drain: a chunk from itself.
        let _ = connection.mailbox.push(chunk("b "));
        if let Some(drain) = connection.mailbox.resume() {
            connection.socket.write_all(drain);
        }
        while connection.mailbox.pending() > 0 {
            connection.wake_owner.wait();
            if let Some(drain) = connection.mailbox.resume() {
                connection.socket.write_all(drain);
            }
        }
        foreign.join().unwrap();
        if let Some(drain) = connection.mailbox.resume() {
            connection.socket.write_all(drain);
        }
        connection.assert_all_written(vec!["a ", "b "]);
    });
}

#[test]
fn waking_the_owner_for_first_pushes_only_is_enough() {
    model(PREEMPTIONS_OF_THREE, || {
        let connection = Connection::new();
        let pushers = ["a ", "b "].map(|text| {
            let connection = connection.clone();
            thread::spawn(move || {
                if connection.mailbox.push(chunk(text)).first {
                    connection.wake_owner.notify();
                }
            })
        });
        // A wake too few and the owner waits for ever, which loom reports.
        while connection.socket.written().len() < 4 {
            connection.wake_owner.wait();
            connection
                .socket
                .write_all(connection.mailbox.resume().expect("nobody else drains"));
        }
        pushers
            .into_iter()
            .for_each(|pusher| pusher.join().unwrap());
        connection.assert_all_written(vec!["a ", "b "]);
    });
}

#[test]
fn a_dropped_drain_returns_the_right_and_the_rest_in_order() {
    model(PREEMPTIONS_OF_TWO, || {
        let connection = Connection::new();
        let _ = connection.mailbox.push(chunk("a "));
        let other = connection.clone();
        let drain = connection.mailbox.try_drain().expect("the only one so far");
        let pusher = thread::spawn(move || other.send("b "));
        drop(drain);
        pusher.join().unwrap();
        if connection.socket.written().is_empty() {
            assert!(connection.mailbox.push(chunk("c ")).first);
            connection
                .socket
                .write_all(connection.mailbox.try_drain().expect("the right is free"));
            assert_eq!(connection.socket.written(), "a b c ");
        } else {
            assert_eq!(connection.socket.written(), "a b ");
        }
        assert_eq!(connection.mailbox.pending(), 0);
    });
}

/// How many payloads are alive; each model run has its own.
#[derive(Clone, Default)]
struct Alive(std::sync::Arc<HostCounter>);

/// A payload that counts itself out when it is freed.
struct Payload(Alive);

impl Alive {
    fn chunk(&self) -> Chunk {
        self.0.fetch_add(1, Relaxed);
        let mut chunk = chunk("x ");
        chunk.push_shared(Bytes::from_owner(Payload(self.clone())));
        chunk
    }
}

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        b"payload "
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Relaxed);
    }
}

/// Whatever happens `beside` a close, afterwards no payload lives and no byte is counted.
fn check_close_frees(beside: impl Fn(&Mailbox, &Alive) + Sync + Send + 'static) {
    model(PREEMPTIONS_OF_TWO, move || {
        let alive = Alive::default();
        let budget = std::sync::Arc::new(Budget::new(1000));
        let mailbox = Arc::new(Mailbox::with_budget(budget.clone(), 0));
        let _ = mailbox.push(alive.chunk());
        let other = mailbox.clone();
        let closer = thread::spawn(move || other.close());
        beside(&mailbox, &alive);
        closer.join().unwrap();
        assert!(mailbox.push(alive.chunk()).closed);
        assert!(mailbox.resume().is_none() && mailbox.try_drain().is_none());
        assert_eq!(alive.0.load(Relaxed), 0, "a payload outlives the close");
        assert_eq!((mailbox.pending(), budget.used()), (0, 0));
    });
}

#[test]
fn close_beside_a_push_frees_every_chunk() {
    check_close_frees(|mailbox, alive| {
        let _ = mailbox.push(alive.chunk());
        let _ = mailbox.push(alive.chunk());
    });
}

#[test]
fn close_beside_a_drain_frees_every_chunk() {
    check_close_frees(|mailbox, alive| {
        let _ = mailbox.push(alive.chunk());
        if let Some(drain) = mailbox.try_drain() {
            Socket::new().write_all(drain);
        }
    });
}

#[test]
fn close_beside_block_frees_what_the_drainer_held() {
    check_close_frees(|mailbox, alive| {
        if let Some(mut drain) = mailbox.try_drain() {
            Socket::new().write_some(&mut drain);
            let _ = mailbox.push(alive.chunk());
            drain.block();
        }
    });
}

#[test]
fn close_beside_resume_frees_what_was_blocked() {
    check_close_frees(|mailbox, _| {
        if let Some(drain) = mailbox.resume() {
            drain.block();
        }
        drop(mailbox.resume());
    });
}

#[test]
fn two_closers_and_a_drainer_free_each_chunk_once() {
    check_close_frees(|mailbox, _| {
        let drain = mailbox.try_drain();
        mailbox.close();
        if let Some(drain) = drain {
            assert!(matches!(drain.finish(), Finished::Idle));
        }
    });
}

/// Bytes that a share gives back as soon as they are released, even if its owner still holds something.
const MANY_STEPS: usize = 1 << 20;

#[test]
fn nobody_gives_back_what_is_not_counted_yet() {
    model(PREEMPTIONS_OF_TWO, || {
        let budget = std::sync::Arc::new(Budget::new(1 << 40));
        let share = Arc::new(Share::new(budget.clone(), 0));
        let other = share.clone();
        let holder = thread::spawn(move || {
            let _ = other.hold(MANY_STEPS);
            other.release(MANY_STEPS);
        });
        let _ = share.hold(1);
        assert!(!budget.is_exhausted(), "a step was given back too early");
        share.release(1);
        assert!(!budget.is_exhausted(), "a step was given back too early");
        holder.join().unwrap();
        assert_eq!((share.held(), budget.used()), (0, 0));
    });
}
