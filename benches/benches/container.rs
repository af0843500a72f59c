//! What does it cost to leave a chunk in a mailbox and write it, and what would the obvious queues cost?
//!
//! Each contestant does the same: copy a line into a buffer from its pool, push it, drain if nobody else does (here
//! into nothing), count pending bytes, put the buffer back. The bytes that came out are compared with those that went in.
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::collections::VecDeque;
use std::hint::black_box;
use std::io::IoSlice;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crossbeam_queue::SegQueue;
use midge_container::{Finished, Mailbox, Pool};

const LINE: [u8; 128] = [b'x'; 128];

trait Contestant: Sync + Default {
    type Pool: Default;

    /// Pushes `line`, drains if possible; returns the bytes written by this call.
    fn send(&self, line: &[u8], pool: &mut Self::Pool) -> usize;
}

#[derive(Default)]
struct Ours(Mailbox);

impl Contestant for Ours {
    type Pool = Pool;

    fn send(&self, line: &[u8], pool: &mut Pool) -> usize {
        let mut chunk = pool.take();
        chunk.extend_from_slice(line);
        let _ = self.0.push(chunk);
        let Some(mut drain) = self.0.try_drain() else {
            return 0;
        };
        let mut total = 0;
        loop {
            let mut slices = [IoSlice::new(&[]); 16];
            let filled = drain.io_slices(&mut slices);
            if filled > 0 {
                let written = slices[..filled]
                    .iter()
                    .map(|slice| black_box(slice).len())
                    .sum();
                drain.advance(written, pool);
                total += written;
                continue;
            }
            match drain.finish() {
                Finished::Idle => return total,
                Finished::Again(same) => drain = same,
            }
        }
    }
}

/// The obvious one: everything behind a lock, which the writer gives up while it writes.
#[derive(Default)]
struct Locked(Mutex<LockedState>);

#[derive(Default)]
struct LockedState {
    queue: VecDeque<Vec<u8>>,
    pending: usize,
    draining: bool,
}

impl Contestant for Locked {
    type Pool = Vec<Vec<u8>>;

    fn send(&self, line: &[u8], pool: &mut Vec<Vec<u8>>) -> usize {
        let mut buffer = pool.pop().unwrap_or_default();
        buffer.extend_from_slice(line);
        let mut state = self.0.lock().unwrap();
        state.pending += buffer.len();
        state.queue.push_back(buffer);
        if std::mem::replace(&mut state.draining, true) {
            return 0;
        }
        let mut total = 0;
        while let Some(mut buffer) = state.queue.pop_front() {
            drop(state);
            let written = black_box(&buffer).len();
            total += written;
            buffer.clear();
            pool.push(buffer);
            state = self.0.lock().unwrap();
            state.pending -= written;
        }
        state.draining = false;
        total
    }
}

/// A lock-free queue with a flag beside it; flag and queue are two words, so it needs fences and a second look.
#[derive(Default)]
struct Flagged {
    queue: SegQueue<Vec<u8>>,
    pending: AtomicUsize,
    draining: AtomicBool,
}

impl Contestant for Flagged {
    type Pool = Vec<Vec<u8>>;

    fn send(&self, line: &[u8], pool: &mut Vec<Vec<u8>>) -> usize {
        let mut buffer = pool.pop().unwrap_or_default();
        buffer.extend_from_slice(line);
        self.pending.fetch_add(buffer.len(), Ordering::Relaxed);
        self.queue.push(buffer);
        fence(Ordering::SeqCst);
        let mut total = 0;
        while !self.queue.is_empty() && !self.draining.swap(true, Ordering::Acquire) {
            while let Some(mut buffer) = self.queue.pop() {
                let written = black_box(&buffer).len();
                total += written;
                buffer.clear();
                pool.push(buffer);
                self.pending.fetch_sub(written, Ordering::Relaxed);
            }
            self.draining.store(false, Ordering::Release);
            fence(Ordering::SeqCst);
        }
        total
    }
}

/// Time for `sends` calls in each of `threads` threads.
fn run<C: Contestant>(threads: usize, sends: u64) -> Duration {
    let contestant = C::default();
    let written = AtomicUsize::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut pool = C::Pool::default();
                let own: usize = (0..sends).map(|_| contestant.send(&LINE, &mut pool)).sum();
                written.fetch_add(own, Ordering::Relaxed);
            });
        }
    });
    let elapsed = start.elapsed();
    assert_eq!(
        written.into_inner() as u64,
        threads as u64 * sends * LINE.len() as u64
    );
    elapsed
}

fn push_drain(criterion: &mut Criterion) {
    for threads in [1, 2] {
        let mut group = criterion.benchmark_group(format!("mailbox/push_drain_{threads}_threads"));
        group.throughput(Throughput::Elements(threads as u64));
        group.bench_function("midge", |b| {
            b.iter_custom(|sends| run::<Ours>(threads, sends));
        });
        group.bench_function("mutex_vecdeque", |b| {
            b.iter_custom(|sends| run::<Locked>(threads, sends));
        });
        group.bench_function("segqueue_flag", |b| {
            b.iter_custom(|sends| run::<Flagged>(threads, sends));
        });
    }
}

criterion_group!(benches, push_drain);
criterion_main!(benches);
