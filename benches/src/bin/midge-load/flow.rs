//! Publishers as fast as they can, receivers that check: one thread for all of one side.
//!
//! A publisher's messages all have one length, so a chunk of them is built once and only the sequence in each
//! is rewritten. A delivery too has one length and a control line known beforehand: checking it is a comparison
//! of some twenty bytes and one number.

mod publisher;
mod receiver;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::Target;
use crate::link::{Link, PATIENCE};
use crate::meter::{Mark, Span};
use publisher::{Publisher, publish_until};
use receiver::{Receiver, receive_until};

const WARM_UP: Duration = Duration::from_millis(300);

/// How far publishers may be ahead of receivers, in bytes of all deliveries. Below the `max_pending` of one
/// connection, so that no server has a reason to cut a receiver.
const AHEAD_BYTES_MAX: u64 = 32 << 20;
/// The same with one receiver, where it is far more than any socket buffer.
const AHEAD_BYTES_ONE: u64 = 8 << 20;

/// A block of 40 bytes.
const HEADER_BLOCK: &[u8] = b"NATS/1.0\r\nTrace-Id: 0123456789abcd\r\n\r\n";

/// Who publishes what to whom.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    /// Each publisher has subjects of its own.
    publishers: usize,
    /// Receivers of each publisher.
    receivers: usize,
    /// Whether these share the messages.
    queue: bool,
    /// Subjects each publisher cycles through.
    subjects: usize,
    body_len: usize,
    header: &'static [u8],
}

impl Flow {
    pub(crate) fn one_to_one(body_len: usize) -> Self {
        Self {
            publishers: 1,
            receivers: 1,
            queue: false,
            subjects: 1,
            body_len,
            header: b"",
        }
    }

    pub(crate) fn fan_out(receivers: usize, body_len: usize) -> Self {
        Self {
            receivers,
            ..Self::one_to_one(body_len)
        }
    }

    pub(crate) fn pairs(publishers: usize, body_len: usize) -> Self {
        Self {
            publishers,
            ..Self::one_to_one(body_len)
        }
    }

    pub(crate) fn queue(receivers: usize, body_len: usize) -> Self {
        Self {
            receivers,
            queue: true,
            ..Self::one_to_one(body_len)
        }
    }

    pub(crate) fn with_headers(body_len: usize) -> Self {
        Self {
            header: HEADER_BLOCK,
            ..Self::one_to_one(body_len)
        }
    }

    pub(crate) fn filters(subjects: usize, body_len: usize) -> Self {
        Self {
            subjects,
            ..Self::one_to_one(body_len)
        }
    }

    /// All subjects have one length.
    fn subject(&self, publisher: usize, index: usize) -> String {
        format!("orders.{publisher}.{index:05}")
    }

    /// All sids have one length.
    fn sid(index: usize) -> usize {
        10_000 + index
    }

    /// Deliveries of one published message.
    fn copies(&self) -> u64 {
        if self.queue { 1 } else { self.receivers as u64 }
    }
}

/// Counters of one publisher's messages, apart so that the two threads don't share lines needlessly.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counts {
    published: AtomicU64,
    _apart: [u64; 15],
    delivered: AtomicU64,
}

/// Runs a flow and reports rate and CPU.
pub(crate) fn run(target: &Target, flow: &Flow) -> Result<Value> {
    let running = Running::start(target, flow)?;
    thread::sleep(WARM_UP);
    let (span, delivered) = running.measure(target)?;
    running.stop()?;
    let millions = delivered as f64 / 1e6;
    Ok(json!({
        "deliveries": delivered,
        "seconds": span.seconds,
        "rate": delivered as f64 / span.seconds,
        "cpu_per_million": span.server_cpu / millions,
        "load_cpu_per_million": span.load_cpu / millions,
    }))
}

/// A flow under way.
pub(crate) struct Running {
    flow: Flow,
    counts: Vec<Arc<Counts>>,
    stop: Arc<Stop>,
    publishing: thread::JoinHandle<Result<()>>,
    receiving: thread::JoinHandle<Result<()>>,
}

/// Publishers stop first, receivers when all has arrived.
#[derive(Debug, Default)]
struct Stop {
    pause: AtomicBool,
    publishers: AtomicBool,
    receivers: AtomicBool,
}

impl Running {
    pub(crate) fn start(target: &Target, flow: &Flow) -> Result<Self> {
        let counts: Vec<Arc<Counts>> = (0..flow.publishers).map(|_| Arc::default()).collect();
        let stop: Arc<Stop> = Arc::default();
        let mut receivers = Vec::new();
        let mut publishers = Vec::new();
        for (index, counts) in counts.iter().enumerate() {
            for _ in 0..flow.receivers {
                let link = Link::open(target.addr, 64 * 1024)?;
                receivers.push(Receiver::subscribe(link, flow, index, counts.clone())?);
            }
            let link = Link::open(target.addr, 64 * 1024)?;
            publishers.push(Publisher::new(link, flow, index, counts.clone())?);
        }
        let (stop_r, stop_p) = (stop.clone(), stop.clone());
        Ok(Self {
            flow: flow.clone(),
            counts,
            stop,
            receiving: thread::spawn(move || receive_until(receivers, &stop_r.receivers)),
            publishing: thread::spawn(move || publish_until(publishers, &stop_p)),
        })
    }

    /// Deliveries and what they cost during the measured time.
    pub(crate) fn measure(&self, target: &Target) -> Result<(Span, u64)> {
        let (start, before) = (Mark::now(target.pid)?, self.delivered());
        let end = Instant::now() + target.measured;
        while Instant::now() < end
            && !self.receiving.is_finished()
            && !self.publishing.is_finished()
        {
            thread::sleep(Duration::from_millis(10).min(end - Instant::now()));
        }
        let delivered = self.delivered() - before;
        Ok((start.until(Mark::now(target.pid)?), delivered))
    }

    /// Publishes nothing more until [`Running::resume`]; returns when all has arrived.
    pub(crate) fn pause(&self) {
        self.stop.pause.store(true, Ordering::Relaxed);
        // A publisher may be about to write one more chunk.
        thread::sleep(Duration::from_millis(2));
        self.await_arrival();
    }

    pub(crate) fn resume(&self) {
        self.stop.pause.store(false, Ordering::Relaxed);
    }

    /// Stops publishing, waits for every delivery, and says whether all was right.
    pub(crate) fn stop(self) -> Result<()> {
        self.stop.publishers.store(true, Ordering::Relaxed);
        while !self.publishing.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        self.await_arrival();
        // Long enough for a copy too many to show.
        thread::sleep(Duration::from_millis(5));
        let (delivered, owed) = (self.delivered(), self.owed());
        self.stop.receivers.store(true, Ordering::Relaxed);
        joined(self.publishing)?;
        joined(self.receiving)?;
        ensure!(delivered == owed, "{delivered} of {owed} deliveries");
        Ok(())
    }

    fn await_arrival(&self) {
        let give_up = Instant::now() + PATIENCE;
        let alive = || Instant::now() < give_up && !self.receiving.is_finished();
        while self.delivered() < self.owed() && alive() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn owed(&self) -> u64 {
        let published = self
            .counts
            .iter()
            .map(|c| c.published.load(Ordering::Relaxed));
        published.sum::<u64>() * self.flow.copies()
    }

    fn delivered(&self) -> u64 {
        self.counts
            .iter()
            .map(|c| c.delivered.load(Ordering::Relaxed))
            .sum()
    }
}

fn joined(thread: thread::JoinHandle<Result<()>>) -> Result<()> {
    thread
        .join()
        .map_err(|_| anyhow!("a thread of the load panicked"))?
}
