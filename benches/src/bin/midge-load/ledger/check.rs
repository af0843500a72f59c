//! Whether a server that was started again keeps what it promised.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use midge_wire::{ServerFrame, encode};
use serde_json::{Value, json};

use super::book::{self, Broken, Found, Removal};
use super::publish::{Publisher, READ_BYTES};
use super::{
    BATCHES, CONSUMER, KEPT, Ledger, PURGED, STREAMS, UNIQUE, WINDOW, WORK, ask, consume, locked,
    manage,
};
use crate::js::Api;
use crate::link::Link;

const READY_MAX: Duration = Duration::from_secs(20);
/// A consumer of all of a stream, for the time of one look.
const READER: &str = "READER";
const READER_INBOX: &str = "_INBOX.ledger.reader";
/// Messages that a stream keeps from one check to the next.
const KEEP: usize = 2000;
/// Ids that must still be known.
const IDS: usize = 50;
/// Long enough to do work in, short enough to wait for.
const ACK_WAIT: u64 = 1_000_000_000;

/// Promises that weren't kept.
#[derive(Default)]
struct Verdict {
    broken: Broken,
    corrupt: u64,
    /// Confirmed acks whose messages came again.
    again: u64,
    /// Ids that are no longer known.
    forgotten: u64,
    /// Atomic batches of which a part is there.
    torn: u64,
    /// Messages that stay in a work queue although nobody is owed them.
    left: u64,
    stalled: u64,
    definitions: Vec<String>,
}

impl Verdict {
    fn note(&mut self, broken: &Broken) {
        self.broken.lost += broken.lost;
        self.broken.revived += broken.revived;
        self.broken.odd += broken.odd;
    }

    fn json(&self, ledger: &Ledger) -> Value {
        json!({
            "told": ledger.take_told(),
            "lost": self.broken.lost, "revived": self.broken.revived, "odd": self.broken.odd,
            "corrupt": self.corrupt, "again": self.again, "forgotten": self.forgotten,
            "left": self.left, "torn": self.torn,
            "stalled": self.stalled, "definitions": self.definitions,
        })
    }
}

/// Looks at everything, and makes what is missing.
pub(super) fn run(ledger: &Ledger, addr: SocketAddr) -> Result<Value> {
    let mut api = ready(addr)?;
    let mut verdict = Verdict {
        definitions: locked(&ledger.definitions).compare(defined(&mut api)?),
        ..Verdict::default()
    };
    make_missing(ledger, &mut api)?;
    for stream in [super::SINGLE, WINDOW, UNIQUE, KEPT, PURGED, BATCHES] {
        let unanswered = ledger.book(stream).out.clone();
        let (found, corrupt) = read(&mut api, addr, STREAMS[stream])?;
        verdict.corrupt += corrupt;
        let broken = ledger.book(stream).compare(&found);
        verdict.note(&broken);
        if stream == BATCHES {
            verdict.torn += ledger.book(stream).torn();
        }
        if stream == UNIQUE {
            let numbers: Vec<u64> = unanswered.into_iter().collect();
            verdict.forgotten += repeat(ledger, &mut api, addr, &numbers)?;
        }
        let keep = if broken.odd > 0 { 0 } else { KEEP };
        if stream != KEPT {
            trim(ledger, &mut api, stream, keep)?;
        }
    }
    drain(ledger, &mut api, addr, &mut verdict)?;
    trim(ledger, &mut api, KEPT, KEEP)?;
    Ok(verdict.json(ledger))
}

/// What the two consumers still owe must come, and nothing else.
fn drain(ledger: &Ledger, api: &mut Api, addr: SocketAddr, verdict: &mut Verdict) -> Result<()> {
    for stream in [KEPT, WORK] {
        let drained = consume::drain(ledger, addr, stream)?;
        verdict.corrupt += drained.corrupt;
        verdict.again += drained.again;
        let missed = ledger.book(stream).never_came(&drained.came);
        if stream == WORK {
            verdict.broken.lost += missed;
            let left = empty_queue(ledger, api)?;
            verdict.left += if drained.stalled { 0 } else { left };
        }
        if drained.stalled || (stream == KEPT && missed > 0) {
            verdict.stalled += 1;
            let consumer = format!("CONSUMER.DELETE.{}.{CONSUMER}", STREAMS[stream]);
            ask(api, &consumer, &Value::Null)?;
            locked(&ledger.definitions).gone(&format!("{}/{CONSUMER}", STREAMS[stream]));
        }
    }
    make_missing(ledger, api)
}

/// The store was of no use any more: all of it counts.
pub(super) fn everything_lost(ledger: &Ledger) -> Value {
    let mut verdict = Verdict::default();
    for stream in 0..STREAMS.len() {
        verdict.note(&ledger.book(stream).compare(&[]));
    }
    verdict.definitions = locked(&ledger.definitions).compare(BTreeMap::new());
    verdict.json(ledger)
}

/// A connection to a server whose JetStream answers.
fn ready(addr: SocketAddr) -> Result<Api> {
    let begun = Instant::now();
    loop {
        let mut api = Api::at(addr)?;
        match ask(&mut api, "INFO", &Value::Null) {
            Ok(_) => return Ok(api),
            Err(error) if begun.elapsed() > READY_MAX => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// All streams and consumers with their definitions.
fn defined(api: &mut Api) -> Result<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    for stream in pages(api, "STREAM.LIST", "streams")? {
        let config = &stream["config"];
        let name = config["name"]
            .as_str()
            .context("a stream has a name")?
            .to_owned();
        for consumer in pages(api, &format!("CONSUMER.LIST.{name}"), "consumers")? {
            let consumer_name = consumer["name"].as_str().context("a consumer has a name")?;
            found.insert(
                format!("{name}/{consumer_name}"),
                consumer["config"].clone(),
            );
        }
        let state = match STREAMS.contains(&name.as_str()) {
            true => config.clone(),
            false => {
                manage::stream_state(config, stream["state"]["messages"].as_u64().unwrap_or(0))
            }
        };
        found.insert(name, state);
    }
    Ok(found)
}

fn pages(api: &mut Api, subject: &str, field: &str) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    loop {
        let page = ask(api, subject, &json!({"offset": all.len()}))?;
        let items = page[field].as_array().cloned().unwrap_or_default();
        let done = items.is_empty() || page["total"] == all.len() + items.len();
        all.extend(items);
        if done {
            return Ok(all);
        }
    }
}

/// The streams and consumers that are always there.
fn make_missing(ledger: &Ledger, api: &mut Api) -> Result<()> {
    let present: Vec<String> = locked(&ledger.definitions)
        .present()
        .map(str::to_owned)
        .collect();
    for (index, name) in STREAMS.iter().enumerate() {
        if !present.iter().any(|known| known == name) {
            let retention = if index == WORK { "workqueue" } else { "limits" };
            let config = json!({"name": name, "subjects": [format!("{name}.*")], "retention": retention, "allow_atomic": index == BATCHES});
            let answer = ask(api, &format!("STREAM.CREATE.{name}"), &config)?;
            locked(&ledger.definitions).made(name, answer["config"].clone());
        }
        let consumer = format!("{name}/{CONSUMER}");
        if (index == KEPT || index == WORK) && !present.contains(&consumer) {
            let config =
                json!({"durable_name": CONSUMER, "ack_policy": "explicit", "ack_wait": ACK_WAIT});
            let body = json!({"stream_name": name, "config": config});
            let answer = ask(api, &format!("CONSUMER.CREATE.{name}.{CONSUMER}"), &body)?;
            locked(&ledger.definitions).made(&consumer, answer["config"].clone());
        }
    }
    Ok(())
}

/// All messages of a stream, and how many aren't what was sent.
fn read(api: &mut Api, addr: SocketAddr, stream: &str) -> Result<(Vec<Found>, u64)> {
    let stored = api.stored(stream)?;
    let (mut found, mut corrupt) = (Vec::new(), 0);
    if stored == 0 {
        return Ok((found, corrupt));
    }
    let mut link = Link::open(addr, READ_BYTES)?;
    let mut line = Vec::new();
    encode::sub(&mut line, READER_INBOX.as_bytes(), None, b"1");
    link.stream.write_all(&line)?;
    link.sync()?;
    let config = json!({"deliver_subject": READER_INBOX, "ack_policy": "none"});
    api.make_consumer(stream, READER, &config)?;
    while found.len() as u64 + corrupt < stored {
        let mut seqs = Vec::new();
        link.frames(|frame| {
            if let ServerFrame::Msg(message) = frame {
                seqs.push((
                    message.reply.and_then(sequence),
                    book::number(stream, message.body()),
                ));
            }
            true
        })
        .with_context(|| format!("{stream}: {} of {stored} messages came", found.len()))?;
        for one in seqs {
            match one {
                (Some(seq), Some(number)) => found.push((seq, number)),
                (Some(_), None) => corrupt += 1,
                (None, _) => bail!("a delivery of {stream} without a sequence"),
            }
        }
    }
    ask(
        api,
        &format!("CONSUMER.DELETE.{stream}.{READER}"),
        &Value::Null,
    )?;
    Ok((found, corrupt))
}

/// The stream sequence in an ack subject.
fn sequence(reply: &[u8]) -> Option<u64> {
    let seq = reply.split(|byte| *byte == b'.').nth(5)?;
    std::str::from_utf8(seq).ok()?.parse().ok()
}

/// Sends again, as a client would, what wasn't acknowledged, and some that was: that must be known.
fn repeat(ledger: &Ledger, api: &mut Api, addr: SocketAddr, unanswered: &[u64]) -> Result<u64> {
    let known: Vec<Found> = {
        let book = ledger.book(UNIQUE);
        book.acked
            .iter()
            .rev()
            .take(IDS)
            .map(|(seq, number)| (*seq, *number))
            .collect()
    };
    let mut publisher = Publisher::open(addr, UNIQUE)?;
    let numbers = known.iter().map(|(_, number)| *number);
    let numbers: Vec<u64> = numbers.chain(unanswered.iter().copied()).collect();
    publisher.send(&numbers)?;
    let (mut left, mut forgotten) = (numbers.len(), 0);
    while left > 0 {
        for ack in publisher.acks()? {
            left -= 1;
            match known.iter().find(|(_, number)| *number == ack.number) {
                None => ledger.book(UNIQUE).ack(ack.seq, ack.number),
                Some((seq, _)) if ack.duplicate && ack.seq == *seq => {}
                Some(_) => {
                    forgotten += 1;
                    ledger.book(UNIQUE).ack(ack.seq, ack.number);
                    manage::take_out(ledger, api, UNIQUE, Removal::One(ack.seq))?;
                }
            }
        }
    }
    Ok(forgotten)
}

/// Purges all but the last messages of a stream, so that it stays small.
fn trim(ledger: &Ledger, api: &mut Api, stream: usize, keep: usize) -> Result<()> {
    let below = {
        let book = ledger.book(stream);
        let surplus = book.acked.len().saturating_sub(keep);
        match keep {
            0 => book.acked.keys().next_back().map(|last| last + 1),
            _ => book
                .acked
                .keys()
                .nth(surplus)
                .copied()
                .filter(|_| surplus > 0),
        }
    };
    below.map_or(Ok(()), |below| {
        manage::take_out(ledger, api, stream, Removal::Below(below))
    })
}

/// A drained work queue holds nothing; what it does hold is counted and taken out.
fn empty_queue(ledger: &Ledger, api: &mut Api) -> Result<u64> {
    let left = api.stored(STREAMS[WORK])?;
    if left > 0 {
        ask(api, &format!("STREAM.PURGE.{}", STREAMS[WORK]), &json!({}))?;
    }
    let mut book = ledger.book(WORK);
    book.acked.clear();
    book.out.clear();
    Ok(left)
}
