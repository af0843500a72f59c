//! Requests and replies: one requester with a number of requests in flight, one responder.
//!
//! As client libraries do it: one wildcard inbox for all replies, a new reply subject for each request.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use midge_wire::{ServerFrame, encode};
use serde_json::{Value, json};

use crate::Target;
use crate::link::Link;
use crate::meter::Mark;

const WARM_UP: Duration = Duration::from_millis(200);
const SERVICE: &[u8] = b"orders.service";
const INBOX: &str = "_INBOX.0123456789abcdefghijkl";
const BODY_LEN: usize = 16;

pub(crate) fn run(target: &Target, in_flight: usize) -> Result<Value> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut responder = Link::open(target.addr, 64 * 1024)?;
    let mut line = Vec::new();
    encode::sub(&mut line, SERVICE, None, b"1");
    responder.stream.write_all(&line)?;
    responder.sync()?;
    let stop_responder = stop.clone();
    let responding = thread::spawn(move || respond(responder, &stop_responder));

    let mut requester = Requester::new(target, in_flight)?;
    requester.run_for(WARM_UP)?;
    requester.latencies.clear();
    let start = Mark::now(target.pid)?;
    requester.run_for(target.measured)?;
    let span = start.until(Mark::now(target.pid)?);
    stop.store(true, Ordering::Relaxed);
    // Wakes the responder once more.
    requester.request()?;
    responding
        .join()
        .map_err(|_| anyhow!("the responder panicked"))??;

    let mut latencies = requester.latencies;
    ensure!(!latencies.is_empty(), "no reply came");
    latencies.sort_unstable();
    let count = latencies.len();
    let micros = |percent: usize| latencies[(count - 1) * percent / 100].as_nanos() as f64 / 1e3;
    Ok(json!({
        "deliveries": count,
        "seconds": span.seconds,
        "rate": count as f64 / span.seconds,
        "cpu_per_million": span.server_cpu / (count as f64 / 1e6),
        "load_cpu_per_million": span.load_cpu / (count as f64 / 1e6),
        "p50_us": micros(50),
        "p99_us": micros(99),
    }))
}

/// Answers each request with its own payload.
fn respond(mut link: Link, stop: &AtomicBool) -> Result<()> {
    let mut out = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        out.clear();
        link.frames(|frame| {
            if let ServerFrame::Msg(message) = frame
                && let Some(reply) = message.reply
            {
                encode::publish(&mut out, reply, None, message.payload);
            }
            true
        })?;
        link.stream.write_all(&out)?;
    }
    Ok(())
}

/// Replies come in the order of the requests, since one responder sends them all; so request `n + in flight`
/// is sent when reply `n` came, and takes over its slot.
struct Requester {
    link: Link,
    /// When the request in each slot was sent. A number's slot is the number modulo their count.
    sent: Vec<Instant>,
    /// The next request.
    next: usize,
    latencies: Vec<Duration>,
    out: Vec<u8>,
}

impl Requester {
    fn new(target: &Target, in_flight: usize) -> Result<Self> {
        let mut link = Link::open(target.addr, 64 * 1024)?;
        let mut line = Vec::new();
        encode::sub(&mut line, format!("{INBOX}.*").as_bytes(), None, b"1");
        link.stream.write_all(&line)?;
        link.sync()?;
        let mut requester = Self {
            link,
            sent: vec![Instant::now(); in_flight],
            next: 0,
            latencies: Vec::with_capacity(1 << 20),
            out: Vec::new(),
        };
        for _ in 0..in_flight {
            requester.request()?;
        }
        Ok(requester)
    }

    /// One request that no reply called for.
    fn request(&mut self) -> Result<()> {
        self.out.clear();
        put_request(&mut self.out, self.next);
        self.next += 1;
        self.link.stream.write_all(&self.out)?;
        Ok(())
    }

    /// Sends a new request for each reply that comes.
    fn run_for(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        let (sent, next) = (&mut self.sent, &mut self.next);
        while Instant::now() < end {
            self.out.clear();
            let mut wrong = None;
            self.link.frames(|frame| {
                let wanted = *next - sent.len();
                if replied(frame) != Some(wanted) {
                    wrong = Some(format!("wanted reply {wanted}, got {frame:?}"));
                }
                let slot = wanted % sent.len();
                let now = Instant::now();
                self.latencies
                    .push(now - std::mem::replace(&mut sent[slot], now));
                put_request(&mut self.out, *next);
                *next += 1;
                true
            })?;
            ensure!(wrong.is_none(), "{wrong:?}");
            self.link.stream.write_all(&self.out)?;
        }
        Ok(())
    }
}

/// The number in payload and subject of a reply, when both agree.
fn replied(frame: ServerFrame<'_>) -> Option<usize> {
    let ServerFrame::Msg(message) = frame else {
        return None;
    };
    let text = std::str::from_utf8(message.payload).ok()?;
    let token = message.subject.rsplit(|byte| *byte == b'.').next()?;
    let number = text.parse().ok()?;
    (message.payload.len() == BODY_LEN && token == message.payload).then_some(number)
}

fn put_request(out: &mut Vec<u8>, number: usize) {
    let body = format!("{number:0BODY_LEN$}");
    let reply = format!("{INBOX}.{body}");
    encode::publish(out, SERVICE, Some(reply.as_bytes()), body.as_bytes());
}
