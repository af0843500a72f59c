//! Filters of all kinds over streams of all kinds: one stream a scenario, all its consumers in turn.
//!
//! Message `i` of a shape with `n` subjects bears `w.A.B.C` with C = i mod n, A = C mod 10, B = C / 10 mod 30. So `w.>` and `w.*.*.*` mean
//! everything, ten filters `w.A.>` and three hundred `w.A.B.>` as well, and a hundred of these about a third.

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use midge_wire::{ServerFrame, encode};
use serde_json::{Value, json};

use super::api::Api;
use super::publish::{STREAM, fill};
use crate::Target;
use crate::link::Link;

/// A stream that is read with filters.
#[derive(Clone, Copy)]
struct Shape {
    subjects: usize,
    messages: usize,
    payload: usize,
}

/// What a consumer wants.
const KINDS: [&str; 8] = [
    "none", "cover", "tokens", "half", "ten", "hundred", "300", "sparse",
];
/// Messages that a measurement takes at most.
const TAKEN_MAX: usize = 100_000;
/// The same with a hundred filters and more.
const TAKEN_MAX_MANY: usize = 40_000;
/// Messages of one pull request; two requests are open at a time.
const BATCH: usize = 500;
/// For live pushes: messages.
const LIVE: usize = 3000;
const CONSUMER: &str = "C";
const INBOX: &str = "_INBOX.filters0123456789abcd.r";
/// How long a shape's segments have to be sealed.
const SEALED_WAIT: Duration = Duration::from_millis(1500);
/// So few messages are those of one moment: they are taken by [`TIMES`] consumers, and the middle rate counts.
const FEW: usize = 1000;
const TIMES: usize = 11;
/// A measurement ends after this time, however much came.
const TIME_MAX: Duration = Duration::from_millis(1500);

/// Name, subjects, messages, bytes of payload. `filters-open` is small enough for one segment.
const SHAPES: [(&str, usize, usize, usize); 7] = [
    ("filters-one", 1, 200_000, 16),
    ("filters-1k", 1000, 300_000, 128),
    ("filters-100k", 100_000, 300_000, 16),
    ("filters-300k", 300_000, 300_000, 16),
    ("filters-1m", 1_000_000, 1_000_000, 16),
    ("filters-2kb", 60_000, 60_000, 2048),
    ("filters-open", 10_000, 20_000, 16),
];

/// Runs the scenario of this name; `None` if there is none.
pub(crate) fn run_named(name: &str, target: &Target) -> Option<Result<Value>> {
    let (_, subjects, messages, payload) = SHAPES.into_iter().find(|shape| shape.0 == name)?;
    let shape = Shape {
        subjects,
        messages,
        payload,
    };
    Some(run(target, shape))
}

impl Shape {
    fn subject(self, number: usize) -> String {
        let c = number % self.subjects;
        format!("w.{}.{}.{c}", c % 10, c / 10 % 30)
    }

    /// The filters of a kind; `None` when it would be the same as another one here.
    fn filters(self, kind: &str) -> Option<Vec<String>> {
        let classes = |count: usize| -> Vec<String> {
            (0..count)
                .map(|k| format!("w.{}.{}.>", k % 10, k / 10))
                .collect()
        };
        Some(match kind {
            "none" => vec![],
            "cover" => vec!["w.>".to_owned()],
            "tokens" => vec!["w.*.*.*".to_owned()],
            "half" if self.subjects > 1 => (0..5).map(|a| format!("w.{a}.>")).collect(),
            "ten" => (0..10).map(|a| format!("w.{a}.>")).collect(),
            "hundred" => classes(100),
            "300" => classes(300),
            "sparse" if self.subjects >= 1000 => vec![self.subject(self.subjects / 2)],
            _ => return None,
        })
    }

    /// How many of the stream's messages these mean.
    fn count(self, kind: &str) -> usize {
        let wanted = |number: &usize| {
            let c = number % self.subjects;
            match kind {
                "half" => c % 10 < 5,
                "hundred" => c / 10 % 30 < 10,
                "sparse" => c == self.subjects / 2,
                _ => true,
            }
        };
        (0..self.messages).filter(wanted).count()
    }
}

/// Messages per second for each kind of filters, by pull and by push, and live pushes.
fn run(target: &Target, shape: Shape) -> Result<Value> {
    let mut api = Api::open(target)?;
    api.make_stream(STREAM, "w.>", &Value::Null)?;
    let subjects: Vec<_> = (0..shape.subjects).map(|k| shape.subject(k)).collect();
    fill(target, &subjects, shape.messages, shape.payload)?;
    std::thread::sleep(SEALED_WAIT);
    let mut rates = json!({});
    for kind in KINDS {
        let Some(filters) = shape.filters(kind) else {
            continue;
        };
        let most = if filters.len() >= 100 {
            TAKEN_MAX_MANY
        } else {
            TAKEN_MAX
        };
        let count = shape.count(kind).min(most);
        for form in ["pull", "push"] {
            let times = if count < FEW { TIMES } else { 1 };
            let measures = (0..times).map(|_| {
                measure(target, &mut api, &filters, count, form == "pull")
                    .with_context(|| format!("{kind} by {form}"))
            });
            let mut measured = measures.collect::<Result<Vec<f64>>>()?;
            measured.sort_by(f64::total_cmp);
            rates[format!("{kind}-{form}")] = measured[times / 2].into();
        }
    }
    let filters = shape.filters("300").unwrap_or_default();
    rates["300-live"] = live(target, &mut api, shape, &filters)?.into();
    api.delete_stream(STREAM)?;
    Ok(rates)
}

/// Messages per second to a new consumer.
fn measure(
    target: &Target,
    api: &mut Api,
    filters: &[String],
    count: usize,
    pulls: bool,
) -> Result<f64> {
    let mut receiver = Receiver::open(target)?;
    let begun = Instant::now();
    make(api, filters, pulls, "all")?;
    let got = receiver.receive(count, pulls)?;
    let rate = got as f64 / begun.elapsed().as_secs_f64();
    remove(api)?;
    Ok(rate)
}

/// Messages per second that are pushed while they are published.
fn live(target: &Target, api: &mut Api, shape: Shape, filters: &[String]) -> Result<f64> {
    let mut receiver = Receiver::open(target)?;
    make(api, filters, false, "new")?;
    let mut out = Vec::new();
    let payload = vec![b'x'; shape.payload];
    for number in 0..LIVE {
        encode::publish(&mut out, shape.subject(number).as_bytes(), None, &payload);
    }
    let begun = Instant::now();
    receiver.link.stream.write_all(&out)?;
    let got = receiver.receive(LIVE, false)?;
    let rate = got as f64 / begun.elapsed().as_secs_f64();
    remove(api)?;
    Ok(rate)
}

fn make(api: &mut Api, filters: &[String], pulls: bool, policy: &str) -> Result<()> {
    let mut config = json!({
        "name": CONSUMER, "ack_policy": "none", "deliver_policy": policy, "replay_policy": "instant",
        "filter_subjects": filters,
    });
    match pulls {
        true => config["durable_name"] = CONSUMER.into(),
        false => config["deliver_subject"] = INBOX.into(),
    }
    let body = json!({"stream_name": STREAM, "config": config});
    api.request(&format!("CONSUMER.CREATE.{STREAM}.{CONSUMER}"), &body)?;
    Ok(())
}

fn remove(api: &mut Api) -> Result<()> {
    let subject = format!("CONSUMER.DELETE.{STREAM}.{CONSUMER}");
    api.request(&subject, &Value::Null)?;
    Ok(())
}

struct Receiver {
    link: Link,
}

impl Receiver {
    fn open(target: &Target) -> Result<Self> {
        let mut link = Link::open(target.addr, 1 << 20)?;
        let mut line = Vec::new();
        encode::sub(&mut line, INBOX.as_bytes(), None, b"1");
        link.stream.write_all(&line)?;
        link.sync()?;
        Ok(Self { link })
    }

    /// Returns when `count` messages came or the time is over. How many came.
    fn receive(&mut self, count: usize, pulls: bool) -> Result<usize> {
        let end = Instant::now() + TIME_MAX;
        let (mut got, mut asked) = (0, 0);
        let mut out = Vec::new();
        while got < count && Instant::now() < end {
            while pulls && asked < count && asked < got + 2 * BATCH {
                let batch = BATCH.min(count - asked);
                let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{CONSUMER}");
                let body = format!("{{\"batch\":{batch},\"expires\":10000000000}}");
                encode::publish(
                    &mut out,
                    subject.as_bytes(),
                    Some(INBOX.as_bytes()),
                    body.as_bytes(),
                );
                asked += batch;
            }
            if !out.is_empty() {
                self.link.stream.write_all(&out)?;
                out.clear();
            }
            let mut wrong = None;
            got += self.link.frames(|frame| match frame {
                ServerFrame::Msg(message) if message.subject.starts_with(b"w.") => true,
                ServerFrame::Msg(message) if is_delivery(message.reply) => true,
                frame => {
                    wrong = Some(format!("{frame:?}"));
                    false
                }
            })?;
            if let Some(wrong) = wrong {
                bail!("after {got} messages: {wrong}");
            }
        }
        Ok(got)
    }
}

fn is_delivery(reply: Option<&[u8]>) -> bool {
    reply.is_some_and(|reply| reply.starts_with(b"$JS.ACK."))
}
