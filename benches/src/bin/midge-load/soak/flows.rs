//! Streams with limits, their publishers, a pulling and a pushed consumer.

use std::io::Write;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use midge_wire::{ServerFrame, encode};
use serde_json::json;

use super::{PAYLOAD, Pace, Soak};
use crate::js::Api;
use crate::link::Link;

const READ_BYTES: usize = 256 * 1024;
/// Messages that are sent together, and acknowledged before the next ones.
const WINDOW: u32 = 50;
/// Messages a second on each stream.
const RATE: u32 = 2000;
const BATCH: u64 = 200;
/// How long a consumer's client waits before it looks whether the soak goes on.
const QUIET: Duration = Duration::from_secs(1);
const SUBJECTS: u64 = 100;

/// A stream for each kind of limit.
pub(super) fn make_streams(api: &mut Api) -> Result<()> {
    let short = 10_000_000_000_u64;
    api.make_stream(
        "AGE",
        "age.*",
        &json!({"max_age": short, "duplicate_window": short}),
    )?;
    api.make_stream("MSGS", "msgs.*", &json!({"max_msgs": 50_000}))?;
    api.make_stream("BYTES", "bytes.*", &json!({"max_bytes": 16 << 20}))?;
    api.make_consumer(
        "MSGS",
        "PULL",
        &json!({"durable_name": "PULL", "ack_policy": "explicit"}),
    )
}

/// Publishes with ids where the stream keeps them for a short time only.
pub(super) fn publish(soak: &Soak, stream: &str) -> Result<()> {
    let mut link = Link::open(soak.target.addr, READ_BYTES)?;
    let inbox = format!("_INBOX.soak.{stream}");
    let mut out = Vec::new();
    encode::sub(&mut out, inbox.as_bytes(), None, b"1");
    let (mut pace, mut number) = (Pace::per_second(RATE), 0_u64);
    let payload = [b'x'; PAYLOAD];
    while soak.goes_on() {
        for _ in 0..WINDOW {
            number += 1;
            let subject = format!("{}.{}", stream.to_lowercase(), number % SUBJECTS);
            let (subject, reply) = (subject.as_bytes(), Some(inbox.as_bytes()));
            if stream == "AGE" {
                let block = format!("NATS/1.0\r\nNats-Msg-Id: {number}\r\n\r\n");
                encode::hpub(&mut out, subject, reply, block.as_bytes(), &payload);
            } else {
                encode::publish(&mut out, subject, reply, &payload);
            }
        }
        link.stream.write_all(&out)?;
        out.clear();
        let (mut acked, mut refused) = (0, None);
        while acked < WINDOW as usize {
            acked += link.frames(|frame| match frame {
                ServerFrame::Msg(message) => {
                    if !message.payload.starts_with(b"{\"stream\":") {
                        refused = Some(format!("{message:?}"));
                    }
                    true
                }
                _ => false,
            })?;
            ensure!(refused.is_none(), "{stream}: {refused:?}");
        }
        soak.published.fetch_add(u64::from(WINDOW), Relaxed);
        pace.wait(WINDOW);
    }
    Ok(())
}

/// Pulls and acknowledges.
pub(super) fn pull(soak: &Soak) -> Result<()> {
    let mut link = Link::open(soak.target.addr, READ_BYTES)?;
    let inbox = b"_INBOX.soak.pull";
    let mut out = Vec::new();
    encode::sub(&mut out, inbox, None, b"1");
    let mut left = 0;
    while soak.goes_on() {
        if left == 0 {
            left = BATCH;
            let body = format!("{{\"batch\":{BATCH},\"expires\":5000000000}}");
            encode::publish(
                &mut out,
                b"$JS.API.CONSUMER.MSG.NEXT.MSGS.PULL",
                Some(inbox),
                body.as_bytes(),
            );
        }
        link.stream.write_all(&out)?;
        out.clear();
        let mut over = false;
        let came = link.frames_within(QUIET, |frame| {
            let ServerFrame::Msg(message) = frame else {
                return false;
            };
            match message.reply {
                Some(reply) => encode::publish(&mut out, reply, None, b"+ACK"),
                None => over = true,
            }
            message.reply.is_some()
        })?;
        left = if over {
            0
        } else {
            left.saturating_sub(came as u64)
        };
        soak.delivered.fetch_add(came as u64, Relaxed);
    }
    Ok(())
}

/// Listens to a push consumer, which is made anew with another connection now and then.
pub(super) fn push(soak: &Soak) -> Result<()> {
    const EACH: usize = 100_000;
    let mut api = Api::open(&soak.target)?;
    while soak.goes_on() {
        let mut link = Link::open(soak.target.addr, READ_BYTES)?;
        let mut out = Vec::new();
        encode::sub(&mut out, b"_INBOX.soak.push", None, b"1");
        link.stream.write_all(&out)?;
        link.sync()?;
        let config = json!({"deliver_subject": "_INBOX.soak.push", "ack_policy": "none"});
        api.make_consumer("AGE", "PUSH", &config)?;
        let mut came = 0;
        while came < EACH && soak.goes_on() {
            let now = link.frames_within(QUIET, |frame| matches!(frame, ServerFrame::Msg(_)))?;
            soak.delivered.fetch_add(now as u64, Relaxed);
            came += now;
        }
        drop(link);
        let answer = api.request("CONSUMER.DELETE.AGE.PUSH", &serde_json::Value::Null)?;
        if answer["success"] != true {
            bail!("{answer}");
        }
    }
    Ok(())
}
