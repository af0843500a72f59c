//! Real threads: order, byte accounting and hand-over under load, with a socket that is often full.

use std::cell::UnsafeCell;
use std::io::IoSlice;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use bytes::Bytes;
use midge_container::{Budget, Chunk, Drain, Finished, Mailbox, Pool};

const PRODUCERS: u32 = 4;
const CHUNKS_PER_PRODUCER: u32 = if cfg!(debug_assertions) {
    50_000
} else {
    250_000
};
/// Where a producer waits until the backlog is written.
const PENDING_MAX: usize = 256 * 1024;
/// A record is its producer and its number, little-endian; each fourth is shared instead of copied.
const RECORD: usize = 8;

/// Takes a random part of what is offered, and nothing at all now and then.
struct Socket {
    next: [u32; PRODUCERS as usize],
    torn: Vec<u8>,
    random: u64,
}

impl Socket {
    fn new() -> Self {
        Self {
            next: [0; PRODUCERS as usize],
            torn: Vec::new(),
            random: 1,
        }
    }

    /// How many bytes were taken; `None` would block.
    fn write(&mut self, slices: &[IoSlice<'_>]) -> Option<usize> {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let offered: usize = slices.iter().map(|slice| slice.len()).sum();
        let taken = match self.random >> 60 {
            0 => return None,
            1..=4 => (self.random >> 33) as usize % offered + 1,
            _ => offered,
        };
        let mut left = taken;
        for slice in slices {
            let part = left.min(slice.len());
            self.torn.extend_from_slice(&slice[..part]);
            left -= part;
        }
        self.check_order();
        Some(taken)
    }

    fn check_order(&mut self) {
        let mut records = self.torn.chunks_exact(RECORD);
        for record in &mut records {
            let (producer, number) = record.split_at(4);
            let producer = u32::from_le_bytes(producer.try_into().unwrap());
            let next = &mut self.next[producer as usize];
            assert_eq!(
                u32::from_le_bytes(number.try_into().unwrap()),
                *next,
                "producer {producer}"
            );
            *next += 1;
        }
        self.torn = records.remainder().to_vec();
    }
}

struct Connection {
    mailbox: Mailbox,
    /// Guarded by the right to drain alone: an exclusive drainer is what this test is about.
    socket: UnsafeCell<Socket>,
    messages: AtomicUsize,
    owner: Mutex<bool>,
    wake: Condvar,
}

// SAFETY: `socket` is touched only while holding a `Drain` of `mailbox`, or when all threads are joined.
unsafe impl Sync for Connection {}

impl Connection {
    fn drain(&self, mut drain: Drain<'_>, pool: &mut Pool) {
        loop {
            let mut slices = [IoSlice::new(&[]); 16];
            let filled = drain.io_slices(&mut slices);
            if filled > 0 {
                // SAFETY: we hold the right to drain.
                let socket = unsafe { &mut *self.socket.get() };
                let Some(taken) = socket.write(&slices[..filled]) else {
                    drain.block();
                    return self.wake_owner();
                };
                let sent = drain.advance(taken, pool);
                self.messages
                    .fetch_add(sent.messages as usize, Ordering::Relaxed);
                continue;
            }
            match drain.finish() {
                Finished::Idle => return,
                Finished::Again(same) => drain = same,
            }
        }
    }

    fn wake_owner(&self) {
        *self.owner.lock().unwrap() = true;
        self.wake.notify_one();
    }

    fn own(&self, all_sent: usize) {
        let mut pool = Pool::default();
        while self.messages.load(Ordering::Relaxed) < all_sent {
            let woken = self.owner.lock().unwrap();
            let patience = std::time::Duration::from_secs(10);
            let (mut woken, timeout) = self
                .wake
                .wait_timeout_while(woken, patience, |woken| !*woken)
                .unwrap();
            assert!(
                !timeout.timed_out(),
                "nobody wrote and nobody woke the owner: a chunk sleeps"
            );
            *woken = false;
            drop(woken);
            if let Some(drain) = self.mailbox.resume() {
                self.drain(drain, &mut pool);
            }
        }
    }

    fn produce(&self, producer: u32) {
        let mut pool = Pool::default();
        for number in 0..CHUNKS_PER_PRODUCER {
            let mut chunk = pool.take();
            write_record(&mut chunk, producer, number);
            if self.mailbox.push(chunk).pending > PENDING_MAX {
                thread::yield_now();
            }
            if let Some(drain) = self.mailbox.try_drain() {
                self.drain(drain, &mut pool);
            }
        }
        self.wake_owner();
    }
}

fn write_record(chunk: &mut Chunk, producer: u32, number: u32) {
    let mut record = [0; RECORD];
    record[..4].copy_from_slice(&producer.to_le_bytes());
    record[4..].copy_from_slice(&number.to_le_bytes());
    if number.is_multiple_of(4) {
        chunk.push_shared(Bytes::copy_from_slice(&record));
    } else {
        chunk.extend_from_slice(&record);
    }
    chunk.add_message(RECORD as u64);
}

#[test]
fn four_producers_and_an_owner_deliver_each_chunk_once_and_in_order() {
    let budget = Arc::new(Budget::new(usize::MAX));
    let connection = Connection {
        mailbox: Mailbox::with_budget(budget.clone(), 0),
        socket: UnsafeCell::new(Socket::new()),
        messages: AtomicUsize::new(0),
        owner: Mutex::new(false),
        wake: Condvar::new(),
    };
    let all = (PRODUCERS * CHUNKS_PER_PRODUCER) as usize;
    thread::scope(|scope| {
        scope.spawn(|| connection.own(all));
        for producer in 0..PRODUCERS {
            let connection = &connection;
            scope.spawn(move || connection.produce(producer));
        }
    });
    let socket = connection.socket.into_inner();
    assert_eq!(socket.next, [CHUNKS_PER_PRODUCER; PRODUCERS as usize]);
    assert!(socket.torn.is_empty());
    assert_eq!((connection.mailbox.pending(), budget.used()), (0, 0));
}

/// Counts how many payloads are alive.
struct Payload(Arc<AtomicUsize>);

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        &[7; 64]
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn closing_under_load_leaves_no_payload_behind() {
    let alive = Arc::new(AtomicUsize::new(0));
    let budget = Arc::new(Budget::new(usize::MAX));
    for round in 0..200 {
        let mailbox = Mailbox::with_budget(budget.clone(), 0);
        let produce = || {
            loop {
                alive.fetch_add(1, Ordering::Relaxed);
                let mut chunk = Chunk::new();
                chunk.push_shared(Bytes::from_owner(Payload(alive.clone())));
                if mailbox.push(chunk).closed {
                    return;
                }
                if let Some(mut drain) = mailbox.try_drain() {
                    let mut slices = [IoSlice::new(&[]); 2];
                    let part = if drain.io_slices(&mut slices) > 0 {
                        10
                    } else {
                        0
                    };
                    drain.advance(part, &mut Pool::default());
                    if round % 3 == 0 {
                        drain.block();
                    }
                }
            }
        };
        thread::scope(|scope| {
            scope.spawn(produce);
            scope.spawn(produce);
            while alive.load(Ordering::Relaxed) < round % 50 {
                std::hint::spin_loop();
            }
            mailbox.close();
        });
        assert_eq!((mailbox.pending(), budget.used()), (0, 0));
        assert_eq!(
            alive.load(Ordering::Relaxed),
            0,
            "the mailbox is closed and still there"
        );
    }
}
