//! Consumers in all forms, and direct gets.

use std::io::Write;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use midge_wire::{ServerFrame, encode};
use serde_json::{Value, json};

use super::api::Api;
use super::figures;
use super::publish::{KEYS, STREAM, fill, make_bucket};
use crate::Target;
use crate::link::Link;
use crate::meter::Mark;

const PAYLOAD: usize = 128;
/// Messages that one measurement consumes.
const MESSAGES: usize = 200_000;
/// Messages of one pull request; two requests are open at a time.
const BATCH: usize = 500;
const CONSUMER: &str = "C";
const INBOX: &[u8] = b"_INBOX.consume0123456789abcd.r";
/// For the filtered consumer: messages, and subjects they are spread over.
const FILTERED: (usize, usize) = (1_000_000, 1000);
/// How often the filtered consumer is measured.
const FILTERED_RUNS: usize = 5;

/// The forms.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consumption {
    PullExplicit,
    PullNone,
    Push,
}

impl Consumption {
    fn config(self) -> Value {
        match self {
            Self::PullExplicit => json!({"durable_name": CONSUMER, "ack_policy": "explicit"}),
            Self::PullNone => json!({"durable_name": CONSUMER, "ack_policy": "none"}),
            Self::Push => {
                json!({"ack_policy": "none", "deliver_subject": std::str::from_utf8(INBOX).unwrap_or_default()})
            }
        }
    }
}

/// Messages per second from a full stream.
pub(crate) fn run(target: &Target, form: Consumption) -> Result<Value> {
    let mut api = Api::open(target)?;
    api.make_stream(STREAM, "bench.>", &Value::Null)?;
    fill(target, &["bench.a".to_owned()], MESSAGES, PAYLOAD)?;
    let mut receiver = Receiver::open(target, form == Consumption::PullExplicit)?;
    let start = Mark::now(target.pid)?;
    api.make_consumer(STREAM, CONSUMER, &form.config())?;
    let pulls = form != Consumption::Push;
    receiver.receive(MESSAGES, pulls)?;
    let span = start.until(Mark::now(target.pid)?);
    if form == Consumption::PullExplicit {
        check_floor(&mut api)?;
    }
    api.delete_stream(STREAM)?;
    Ok(figures(MESSAGES, &span))
}

/// All acks must have arrived, soon.
fn check_floor(api: &mut Api) -> Result<()> {
    let wanted = json!(MESSAGES);
    for _ in 0..100 {
        let info = api.request(&format!("CONSUMER.INFO.{STREAM}.{CONSUMER}"), &Value::Null)?;
        if info["ack_floor"]["stream_seq"] == wanted && info["num_ack_pending"] == 0 {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    anyhow::bail!("acks are missing")
}

/// Milliseconds to get all messages of one of many subjects.
pub(crate) fn filtered(target: &Target) -> Result<Value> {
    let (messages, subjects) = FILTERED;
    let mut api = Api::open(target)?;
    api.make_stream(STREAM, "bench.>", &Value::Null)?;
    let names: Vec<_> = (0..subjects)
        .map(|subject| format!("bench.{subject}"))
        .collect();
    fill(target, &names, messages, PAYLOAD)?;
    let mut times = Vec::new();
    for run in 0..FILTERED_RUNS {
        let mut receiver = Receiver::open(target, false)?;
        let config = json!({"ack_policy": "none", "durable_name": CONSUMER, "filter_subject": names[run * 7]});
        let begun = Instant::now();
        api.make_consumer(STREAM, CONSUMER, &config)?;
        receiver.ordered = false;
        receiver.receive(messages / subjects, true)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        api.request(
            &format!("CONSUMER.DELETE.{STREAM}.{CONSUMER}"),
            &Value::Null,
        )?;
    }
    api.delete_stream(STREAM)?;
    times.sort_by(f64::total_cmp);
    Ok(json!({"ms": times[FILTERED_RUNS / 2]}))
}

/// The client side of a consumer.
struct Receiver {
    link: Link,
    acks: bool,
    /// Whether stream sequences come without gaps.
    ordered: bool,
}

impl Receiver {
    fn open(target: &Target, acks: bool) -> Result<Self> {
        let mut link = Link::open(target.addr, 256 * 1024)?;
        let mut line = Vec::new();
        encode::sub(&mut line, INBOX, None, b"1");
        link.stream.write_all(&line)?;
        link.sync()?;
        Ok(Self {
            link,
            acks,
            ordered: true,
        })
    }

    fn receive(&mut self, count: usize, pulls: bool) -> Result<()> {
        let (mut got, mut asked) = (0, 0);
        let (acks, ordered) = (self.acks, self.ordered);
        let mut out = Vec::new();
        while got < count {
            while pulls && asked < count && asked < got + 2 * BATCH {
                put_pull(&mut out, BATCH.min(count - asked));
                asked += BATCH;
            }
            if !out.is_empty() {
                self.link.stream.write_all(&out)?;
                out.clear();
            }
            let mut wrong = None;
            self.link.frames(|frame| {
                got += 1;
                match delivered(&frame) {
                    Some((seq, reply)) if !ordered || seq == got => {
                        if acks {
                            encode::publish(&mut out, reply, None, b"+ACK");
                        }
                    }
                    _ => wrong = Some(format!("message {got}: {frame:?}")),
                }
                true
            })?;
            ensure!(wrong.is_none(), "{wrong:?}");
        }
        self.link.stream.write_all(&out)?;
        self.link.sync()
    }
}

/// Stream sequence and ack subject of a delivery.
fn delivered<'a>(frame: &ServerFrame<'a>) -> Option<(usize, &'a [u8])> {
    let ServerFrame::Msg(message) = frame else {
        return None;
    };
    let reply = message.reply?;
    let seq = reply.split(|byte| *byte == b'.').nth(5)?;
    let seq = std::str::from_utf8(seq).ok()?.parse().ok()?;
    (message.payload.len() == PAYLOAD).then_some((seq, reply))
}

fn put_pull(out: &mut Vec<u8>, batch: usize) {
    let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{CONSUMER}");
    let body = format!("{{\"batch\":{batch},\"expires\":10000000000}}");
    encode::publish(out, subject.as_bytes(), Some(INBOX), body.as_bytes());
}

/// Direct gets of keys, with a window.
pub(crate) fn key_value_get(target: &Target, window: usize) -> Result<Value> {
    let mut api = Api::open(target)?;
    make_bucket(&mut api)?;
    let keys: Vec<_> = (0..KEYS).map(|key| format!("$KV.B.key.{key}")).collect();
    fill(target, &keys, KEYS, PAYLOAD)?;
    let mut receiver = Receiver::open(target, false)?;
    let mut out = Vec::new();
    let mut next = 0;
    let mut put = |out: &mut Vec<u8>| {
        let subject = format!("$JS.API.DIRECT.GET.KV_B.{}", keys[next * 31 % KEYS]);
        encode::publish(out, subject.as_bytes(), Some(INBOX), b"");
        next += 1;
    };
    (0..window).for_each(|_| put(&mut out));
    let start = Mark::now(target.pid)?;
    let end = Instant::now() + target.measured;
    let mut got = 0;
    while Instant::now() < end {
        receiver.link.stream.write_all(&out)?;
        out.clear();
        let mut wrong = None;
        receiver.link.frames(|frame| {
            match frame {
                ServerFrame::Msg(message)
                    if message.payload.len() == message.header_len + PAYLOAD =>
                {
                    got += 1;
                    put(&mut out);
                }
                frame => wrong = Some(format!("{frame:?}")),
            }
            true
        })?;
        ensure!(wrong.is_none(), "not a value: {wrong:?}");
    }
    let span = start.until(Mark::now(target.pid)?);
    receiver.link.sync().context("after the gets")?;
    api.delete_stream("KV_B")?;
    Ok(figures(got, &span))
}
