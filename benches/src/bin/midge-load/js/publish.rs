//! Publishers that wait for acks, with a window each.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use midge_wire::{ServerFrame, encode};
use serde_json::{Value, json};

use super::api::Api;
use super::figures;
use crate::Target;
use crate::link::Link;
use crate::meter::Mark;

const WARM_UP: Duration = Duration::from_millis(200);
pub(super) const STREAM: &str = "BENCH";
/// Keys that a key-value bucket has.
pub(super) const KEYS: usize = 10_000;

/// What is published and how.
pub(crate) struct Publishing {
    publishers: usize,
    window: usize,
    payload: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One subject per publisher.
    Plain,
    /// Each message has an id of its own.
    Deduplicated,
    /// One stream per slot of the window: each stream has one waiting publisher.
    Streams,
    /// One message is kept for each of [`KEYS`] subjects.
    KeyValue,
}

impl Publishing {
    pub(crate) fn new(publishers: usize, window: usize, payload: usize) -> Self {
        Self {
            publishers,
            window,
            payload,
            kind: Kind::Plain,
        }
    }

    pub(crate) fn deduplicated(window: usize, payload: usize) -> Self {
        Self {
            kind: Kind::Deduplicated,
            ..Self::new(1, window, payload)
        }
    }

    pub(crate) fn streams(streams: usize, payload: usize) -> Self {
        Self {
            kind: Kind::Streams,
            ..Self::new(1, streams, payload)
        }
    }

    pub(crate) fn key_value(window: usize, payload: usize) -> Self {
        Self {
            kind: Kind::KeyValue,
            ..Self::new(1, window, payload)
        }
    }

    fn set_up(&self, api: &mut Api) -> Result<()> {
        match self.kind {
            Kind::Streams => (0..self.window).try_for_each(|stream| {
                api.make_stream(
                    &format!("{STREAM}-{stream}"),
                    &format!("bench.{stream}"),
                    &Value::Null,
                )
            }),
            Kind::KeyValue => make_bucket(api),
            _ => api.make_stream(STREAM, "bench.>", &Value::Null),
        }
    }

    fn tear_down(&self, api: &mut Api) -> Result<()> {
        match self.kind {
            Kind::Streams => (0..self.window)
                .try_for_each(|stream| api.delete_stream(&format!("{STREAM}-{stream}"))),
            Kind::KeyValue => api.delete_stream("KV_B"),
            _ => api.delete_stream(STREAM),
        }
    }
}

/// A bucket as client libraries make it.
pub(super) fn make_bucket(api: &mut Api) -> Result<()> {
    let config = json!({
        "max_msgs_per_subject": 1, "discard": "new", "allow_rollup_hdrs": true, "deny_delete": true, "allow_direct": true,
    });
    api.make_stream("KV_B", "$KV.B.>", &config)
}

/// Acks per second.
pub(crate) fn run(target: &Target, plan: &Publishing) -> Result<Value> {
    let mut api = Api::open(target)?;
    plan.set_up(&mut api)?;
    let publishers = (0..plan.publishers)
        .map(|number| Publisher::open(target, plan, number))
        .collect::<Result<Vec<_>>>()?;
    let threads: Vec<_> = publishers
        .into_iter()
        .map(|mut publisher| {
            let measured = target.measured;
            thread::spawn(move || publisher.measure(measured).map(|()| publisher))
        })
        .collect();
    thread::sleep(WARM_UP);
    let start = Mark::now(target.pid)?;
    thread::sleep(target.measured);
    let span = start.until(Mark::now(target.pid)?);
    let mut done = Vec::new();
    for thread in threads {
        done.push(
            thread
                .join()
                .map_err(|_| anyhow!("a publisher panicked"))??,
        );
    }
    let counted: usize = done.iter().map(|publisher| publisher.latencies.len()).sum();
    let sent: usize = done.iter().map(|publisher| publisher.next).sum();
    if matches!(plan.kind, Kind::Plain | Kind::Deduplicated) {
        let stored = api.stored(STREAM)?;
        ensure!(
            stored == sent as u64,
            "{sent} acknowledged, {stored} stored"
        );
    }
    plan.tear_down(&mut api)?;
    let mut latencies: Vec<_> = done.into_iter().flat_map(|one| one.latencies).collect();
    ensure!(!latencies.is_empty(), "no ack came");
    latencies.sort_unstable();
    let micros =
        |percent: usize| latencies[(latencies.len() - 1) * percent / 100].as_nanos() as f64 / 1e3;
    let mut result = figures(counted, &span);
    result["p50_us"] = micros(50).into();
    result["p99_us"] = micros(99).into();
    Ok(result)
}

/// One connection with a window of messages that wait for their acks.
struct Publisher {
    link: Link,
    subjects: Vec<Vec<u8>>,
    inbox: String,
    payload: Vec<u8>,
    with_id: bool,
    /// When the message in each slot of the window was sent.
    sent: Vec<Instant>,
    /// The next message. Its slot stands in the reply subject, so acks may come in any order.
    next: usize,
    latencies: Vec<Duration>,
    out: Vec<u8>,
}

impl Publisher {
    fn open(target: &Target, plan: &Publishing, number: usize) -> Result<Self> {
        let mut link = Link::open(target.addr, 256 * 1024)?;
        let inbox = format!("_INBOX.js{number:020}");
        let mut line = Vec::new();
        encode::sub(&mut line, format!("{inbox}.*").as_bytes(), None, b"1");
        link.stream.write_all(&line)?;
        link.sync()?;
        let subjects = match plan.kind {
            Kind::Streams => (0..plan.window).map(|n| format!("bench.{n}")).collect(),
            Kind::KeyValue => (0..KEYS).map(|n| format!("$KV.B.key.{n}")).collect(),
            _ => vec![format!("bench.{number}")],
        };
        Ok(Self {
            link,
            subjects: subjects.into_iter().map(String::into_bytes).collect(),
            inbox,
            payload: vec![b'x'; plan.payload],
            with_id: plan.kind == Kind::Deduplicated,
            sent: vec![Instant::now(); plan.window],
            next: 0,
            latencies: Vec::with_capacity(1 << 20),
            out: Vec::new(),
        })
    }

    /// Publishes through warm-up and measurement, then waits for the acks that are out.
    fn measure(&mut self, measured: Duration) -> Result<()> {
        self.out.clear();
        for slot in 0..self.sent.len() {
            self.put(slot);
        }
        self.flush()?;
        let begin = Instant::now() + WARM_UP;
        let end = begin + measured;
        let mut out_there = self.sent.len();
        while out_there > 0 {
            let slots = self.acked()?;
            let now = Instant::now();
            for slot in slots {
                out_there -= 1;
                if now >= begin && now < end {
                    self.latencies.push(now - self.sent[slot]);
                }
                if now < end {
                    self.put(slot);
                    out_there += 1;
                }
            }
            self.flush()?;
        }
        Ok(())
    }

    /// Slots whose acks came with the next read.
    fn acked(&mut self) -> Result<Vec<usize>> {
        let mut slots = Vec::new();
        let mut wrong = None;
        self.link.frames(|frame| {
            match slot_of(&frame) {
                Some(slot) => slots.push(slot),
                None => wrong = Some(format!("{frame:?}")),
            }
            true
        })?;
        ensure!(wrong.is_none(), "not an ack: {wrong:?}");
        Ok(slots)
    }

    /// The next message of a slot, into the buffer.
    fn put(&mut self, slot: usize) {
        let subject = &self.subjects[match self.subjects.len() == self.sent.len() {
            true => slot,
            false => self.next % self.subjects.len(),
        }];
        let reply = format!("{}.{slot}", self.inbox);
        if self.with_id {
            let block = format!(
                "NATS/1.0\r\nNats-Msg-Id: {}-{}\r\n\r\n",
                self.inbox, self.next
            );
            encode::hpub(
                &mut self.out,
                subject,
                Some(reply.as_bytes()),
                block.as_bytes(),
                &self.payload,
            );
        } else {
            encode::publish(
                &mut self.out,
                subject,
                Some(reply.as_bytes()),
                &self.payload,
            );
        }
        self.sent[slot] = Instant::now();
        self.next += 1;
    }

    fn flush(&mut self) -> Result<()> {
        self.link.stream.write_all(&self.out)?;
        self.out.clear();
        Ok(())
    }
}

/// The slot that an ack answers; `None` if it isn't one.
fn slot_of(frame: &ServerFrame<'_>) -> Option<usize> {
    let ServerFrame::Msg(message) = frame else {
        return None;
    };
    let is_ack = message.payload.starts_with(b"{\"stream\":");
    let slot = message.subject.rsplit(|byte| *byte == b'.').next()?;
    let slot = std::str::from_utf8(slot).ok()?.parse().ok()?;
    is_ack.then_some(slot)
}

/// Fills a stream's subjects in turn, fast; `count` messages in all.
pub(crate) fn fill(
    target: &Target,
    subjects: &[String],
    count: usize,
    payload: usize,
) -> Result<()> {
    let plan = Publishing::new(1, 4000.min(count), payload);
    let mut publisher = Publisher::open(target, &plan, 0)?;
    publisher.subjects = subjects
        .iter()
        .map(|subject| subject.clone().into_bytes())
        .collect();
    ensure!(
        publisher.subjects.len() != publisher.sent.len(),
        "subjects would be taken for slots"
    );
    for slot in 0..publisher.sent.len() {
        publisher.put(slot);
    }
    publisher.flush()?;
    let mut acked = 0;
    while acked < count {
        for slot in publisher.acked().context("filling")? {
            acked += 1;
            if publisher.next < count {
                publisher.put(slot);
            }
        }
        publisher.flush()?;
    }
    Ok(())
}
