//! Consumers with double acks: an ack is noted before it is sent, and again when it is confirmed.

use std::collections::HashSet;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use midge_wire::{Message, ServerFrame, encode};
use serde_json::Value;

use super::publish::READ_BYTES;
use super::{CONSUMER, Ledger, STREAMS, ask, book};
use crate::js::Api;
use crate::link::{Link, PATIENCE};

const BATCH: u64 = 200;
/// A consumer that has messages left and sends none for so long has stalled: several times the ack wait.
const SILENCE_MAX: Duration = Duration::from_secs(6);
const LOOK: Duration = Duration::from_millis(50);

/// Acknowledges, mostly, what comes, until the server dies.
pub(super) fn work(ledger: &Ledger, addr: SocketAddr, stream: usize) -> Result<()> {
    let mut client = Client::open(addr, stream)?;
    loop {
        client.pull()?;
        for event in client.events(PATIENCE)? {
            client.answer(ledger, &event, true);
        }
        client.flush()?;
    }
}

/// What a drain brought to light.
#[derive(Default)]
pub(super) struct Drained {
    /// Numbers that came.
    pub(super) came: HashSet<u64>,
    /// Messages that came although their ack had been confirmed.
    pub(super) again: u64,
    /// Bodies that aren't what was sent.
    pub(super) corrupt: u64,
    /// It didn't come to an end.
    pub(super) stalled: bool,
}

/// Takes and acknowledges everything that is left.
pub(super) fn drain(ledger: &Ledger, addr: SocketAddr, stream: usize) -> Result<Drained> {
    let mut client = Client::open(addr, stream)?;
    let mut api = Api::at(addr)?;
    let before = ledger.book(stream).confirmed.clone();
    let mut drained = Drained::default();
    let (mut heard, mut looked) = (Instant::now(), Instant::now());
    loop {
        client.pull()?;
        let events = client.events(LOOK)?;
        for event in &events {
            client.answer(ledger, event, false);
            match event {
                Event::Came {
                    number: Some(number),
                    ..
                } => {
                    drained.came.insert(*number);
                    drained.again += u64::from(before.contains(number));
                }
                Event::Came { number: None, .. } => drained.corrupt += 1,
                _ => {}
            }
        }
        client.flush()?;
        if events.iter().any(|event| !matches!(event, Event::Ended)) {
            heard = Instant::now();
        }
        if events.is_empty() || looked.elapsed() > LOOK {
            looked = Instant::now();
            if is_empty(&mut api, stream)? {
                return Ok(drained);
            }
        }
        if heard.elapsed() > SILENCE_MAX {
            drained.stalled = true;
            return Ok(drained);
        }
    }
}

/// Nothing waits to be delivered or acknowledged.
fn is_empty(api: &mut Api, stream: usize) -> Result<bool> {
    let subject = format!("CONSUMER.INFO.{}.{CONSUMER}", STREAMS[stream]);
    let info = ask(api, &subject, &Value::Null)?;
    Ok(info["num_pending"] == 0 && info["num_ack_pending"] == 0)
}

enum Event {
    /// A message, where to acknowledge it, and which time it comes.
    Came {
        number: Option<u64>,
        reply: Vec<u8>,
        count: u64,
    },
    /// The ack of this number is confirmed.
    Confirmed(u64),
    /// A pull came to its end.
    Ended,
}

/// A connection that pulls and acknowledges.
struct Client {
    link: Link,
    stream: usize,
    /// Messages that the open pull may still bring.
    left: u64,
    out: Vec<u8>,
}

impl Client {
    fn open(addr: SocketAddr, stream: usize) -> Result<Self> {
        let mut link = Link::open(addr, READ_BYTES)?;
        let mut line = Vec::new();
        encode::sub(
            &mut line,
            format!("{}.>", inbox(stream)).as_bytes(),
            None,
            b"1",
        );
        link.stream.write_all(&line)?;
        Ok(Self {
            link,
            stream,
            left: 0,
            out: Vec::new(),
        })
    }

    /// Opens a pull unless one is open.
    fn pull(&mut self) -> Result<()> {
        if self.left > 0 {
            return Ok(());
        }
        self.left = BATCH;
        let subject = format!(
            "$JS.API.CONSUMER.MSG.NEXT.{}.{CONSUMER}",
            STREAMS[self.stream]
        );
        let reply = format!("{}.pull", inbox(self.stream));
        let body = format!("{{\"batch\":{BATCH},\"expires\":1000000000}}");
        encode::publish(
            &mut self.out,
            subject.as_bytes(),
            Some(reply.as_bytes()),
            body.as_bytes(),
        );
        self.flush()
    }

    /// What comes with the next read, if it comes within `patience`.
    fn events(&mut self, patience: Duration) -> Result<Vec<Event>> {
        let (mut events, stream) = (Vec::new(), STREAMS[self.stream]);
        self.link.frames_within(patience, |frame| {
            if let ServerFrame::Msg(message) = frame {
                events.push(read(stream, &message));
            }
            true
        })?;
        events.into_iter().collect()
    }

    /// Acknowledges a message. In `work`, some are refused or left lying the first time.
    fn answer(&mut self, ledger: &Ledger, event: &Event, work: bool) {
        match event {
            Event::Ended => self.left = 0,
            Event::Confirmed(number) => {
                ledger.book(self.stream).confirmed.insert(*number);
                ledger.told.acks.fetch_add(1, Relaxed);
            }
            Event::Came {
                number,
                reply,
                count,
            } => {
                self.left = self.left.saturating_sub(1);
                let number = number.unwrap_or(u64::MAX);
                match number % 10 {
                    3 if work && *count == 1 => {
                        encode::publish(&mut self.out, reply, None, b"-NAK");
                    }
                    4 if work && *count == 1 => {}
                    last => {
                        if last == 5 {
                            encode::publish(&mut self.out, reply, None, b"+WPI");
                        }
                        ledger.book(self.stream).tried.insert(number);
                        let confirm = format!("{}.ack.{number}", inbox(self.stream));
                        encode::publish(&mut self.out, reply, Some(confirm.as_bytes()), b"+ACK");
                    }
                }
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.link.stream.write_all(&self.out)?;
        self.out.clear();
        Ok(())
    }
}

fn inbox(stream: usize) -> String {
    format!("_INBOX.ledger.consume.{stream}")
}

fn read(stream: &str, message: &Message<'_>) -> Result<Event> {
    let last = message.subject.rsplit(|byte| *byte == b'.').next();
    let parse = |word: &[u8]| std::str::from_utf8(word).ok()?.parse::<u64>().ok();
    if let Some(reply) = message.reply.filter(|reply| reply.starts_with(b"$JS.ACK.")) {
        let count = reply.split(|byte| *byte == b'.').nth(4).and_then(parse);
        return Ok(Event::Came {
            number: book::number(stream, message.body()),
            reply: reply.to_vec(),
            count: count.context("an ack subject tells the count")?,
        });
    }
    Ok(match last.and_then(parse) {
        Some(number) if message.header_len == 0 => Event::Confirmed(number),
        _ => Event::Ended,
    })
}
