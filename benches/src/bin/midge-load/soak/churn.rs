//! Keys that change, consumers and connections that come and go.

use std::io::Write;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Result, ensure};
use midge_wire::{ServerFrame, encode};
use serde_json::{Value, json};

use super::{KEYS, PAYLOAD, Pace, Soak, key};
use crate::js::Api;
use crate::link::Link;

const READ_BYTES: usize = 256 * 1024;
/// Puts, deletes and gets that are sent together.
const WINDOW: usize = 50;
const KEY_RATE: u32 = 3000;
const CONSUMER_RATE: u32 = 20;
const CONNECTION_RATE: u32 = 50;

/// Puts, deletes and gets keys all over the bucket.
pub(super) fn keys(soak: &Soak) -> Result<()> {
    let mut link = Link::open(soak.target.addr, READ_BYTES)?;
    let inbox = b"_INBOX.soak.keys";
    let mut out = Vec::new();
    encode::sub(&mut out, inbox, None, b"1");
    let (mut pace, mut number) = (Pace::per_second(KEY_RATE), 0_usize);
    let payload = [b'y'; PAYLOAD];
    while soak.goes_on() {
        for _ in 0..WINDOW {
            number += 1;
            // A large prime walks over all keys before it comes back to the first.
            let key = key(number * 611_953 % KEYS);
            match number % 10 {
                0..=2 => {
                    let subject = format!("$JS.API.DIRECT.GET.KV_SOAK.{key}");
                    encode::publish(&mut out, subject.as_bytes(), Some(inbox), b"");
                    soak.gets.fetch_add(1, Relaxed);
                }
                3 => {
                    let block = b"NATS/1.0\r\nKV-Operation: DEL\r\n\r\n";
                    encode::hpub(&mut out, key.as_bytes(), Some(inbox), block, b"");
                    soak.puts.fetch_add(1, Relaxed);
                }
                _ => {
                    encode::publish(&mut out, key.as_bytes(), Some(inbox), &payload);
                    soak.puts.fetch_add(1, Relaxed);
                }
            }
        }
        link.stream.write_all(&out)?;
        out.clear();
        let (mut answered, mut refused) = (0, None);
        while answered < WINDOW {
            answered += link.frames(|frame| {
                if let ServerFrame::Msg(message) = frame {
                    let is_value =
                        message.header_len > 0 && !message.payload.starts_with(b"NATS/1.0 4");
                    if !is_value && !message.payload.starts_with(b"{\"stream\":") {
                        refused = Some(format!("{message:?}"));
                    }
                }
                matches!(frame, ServerFrame::Msg(_))
            })?;
            ensure!(refused.is_none(), "keys: {refused:?}");
        }
        pace.wait(WINDOW as u32);
    }
    Ok(())
}

/// Makes consumers of all sorts; half are deleted, half expire by themselves.
pub(super) fn consumers(soak: &Soak) -> Result<()> {
    let mut api = Api::open(&soak.target)?;
    let mut pace = Pace::per_second(CONSUMER_RATE);
    for number in 0_u64.. {
        if !soak.goes_on() {
            break;
        }
        let name = format!("SHORT-{number}");
        let mut config = match number % 3 {
            0 => {
                json!({"ack_policy": "explicit", "filter_subject": format!("msgs.{}", number % 100)})
            }
            1 => {
                json!({"ack_policy": "none", "deliver_subject": format!("_INBOX.soak.nobody.{number}")})
            }
            _ => json!({"ack_policy": "all", "durable_name": name}),
        };
        config["inactive_threshold"] = 2_000_000_000_u64.into();
        api.make_consumer("MSGS", &name, &config)?;
        if number % 3 != 1 {
            let next = format!("$JS.API.CONSUMER.MSG.NEXT.MSGS.{name}");
            api.exchange_any(&next, b"{\"batch\":1,\"expires\":1000000000}")?;
        }
        if number % 2 == 0 {
            api.request(&format!("CONSUMER.DELETE.MSGS.{name}"), &Value::Null)?;
        }
        soak.consumers.fetch_add(1, Relaxed);
        pace.wait(1);
    }
    Ok(())
}

/// Connects, subscribes to a few subjects, asks something, goes.
pub(super) fn connections(soak: &Soak) -> Result<()> {
    let mut pace = Pace::per_second(CONNECTION_RATE);
    for number in 0_u64.. {
        if !soak.goes_on() {
            break;
        }
        let mut link = Link::open(soak.target.addr, 4096)?;
        let mut out = Vec::new();
        for sub in 0..10 {
            let subject = format!("_INBOX.soak.guest.{number}.{sub}");
            encode::sub(
                &mut out,
                subject.as_bytes(),
                None,
                sub.to_string().as_bytes(),
            );
        }
        link.stream.write_all(&out)?;
        link.sync()?;
        let reply = format!("_INBOX.soak.guest.{number}.0");
        out.clear();
        encode::publish(
            &mut out,
            b"$JS.API.STREAM.NAMES",
            Some(reply.as_bytes()),
            b"",
        );
        link.stream.write_all(&out)?;
        while link.frames(|frame| matches!(frame, ServerFrame::Msg(_)))? == 0 {}
        soak.connections.fetch_add(1, Relaxed);
        pace.wait(1);
    }
    Ok(())
}
