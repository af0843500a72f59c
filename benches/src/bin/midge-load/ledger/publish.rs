//! Publishers: each message is noted before it is sent, and again when its ack comes.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context, Result, bail};
use midge_wire::{Message, ServerFrame, encode};
use serde_json::Value;

use super::book::{BATCH, SUBJECTS, payload};
use super::{BATCHES, Ledger, Refused, STREAMS, UNIQUE};
use crate::link::Link;

/// Bytes that a read may bring.
pub(super) const READ_BYTES: usize = 256 * 1024;

/// The ack of a message.
pub(super) struct Ack {
    pub(super) number: u64,
    pub(super) seq: u64,
    pub(super) duplicate: bool,
}

/// Publishes to a stream until the server dies.
pub(super) fn run(ledger: &Ledger, addr: SocketAddr, stream: usize, window: usize) -> Result<()> {
    let mut publisher = Publisher::open(addr, stream)?;
    let numbers: Vec<u64> = (0..window).map(|_| ledger.book(stream).send()).collect();
    publisher.send(&numbers)?;
    loop {
        let acks = publisher.acks()?;
        let mut book = ledger.book(stream);
        for ack in &acks {
            book.ack(ack.seq, ack.number);
        }
        let numbers: Vec<u64> = acks.iter().map(|_| book.send()).collect();
        drop(book);
        ledger.told.publishes.fetch_add(acks.len() as u64, Relaxed);
        publisher.send(&numbers)?;
    }
}

/// Publishes one atomic batch after the other until the server dies.
pub(super) fn batches(ledger: &Ledger, addr: SocketAddr) -> Result<()> {
    let mut publisher = Publisher::open(addr, BATCHES)?;
    loop {
        let numbers: Vec<u64> = (0..BATCH).map(|_| ledger.book(BATCHES).send()).collect();
        publisher.send(&numbers)?;
        let acks = loop {
            let acks = publisher.acks()?;
            if !acks.is_empty() {
                break acks;
            }
        };
        for ack in acks {
            let mut book = ledger.book(BATCHES);
            for back in 0..BATCH {
                book.ack(ack.seq - back, ack.number - back);
            }
            ledger.told.publishes.fetch_add(BATCH, Relaxed);
        }
    }
}

/// A connection that publishes to one stream.
pub(super) struct Publisher {
    link: Link,
    stream: usize,
}

impl Publisher {
    pub(super) fn open(addr: SocketAddr, stream: usize) -> Result<Self> {
        let mut link = Link::open(addr, READ_BYTES)?;
        let mut line = Vec::new();
        encode::sub(
            &mut line,
            format!("{}.*", inbox(stream)).as_bytes(),
            None,
            b"1",
        );
        link.stream.write_all(&line)?;
        Ok(Self { link, stream })
    }

    /// Sends the messages of these numbers.
    pub(super) fn send(&mut self, numbers: &[u64]) -> Result<()> {
        let name = STREAMS[self.stream];
        let mut out = Vec::new();
        for number in numbers {
            let subject = format!("{name}.{}", number % SUBJECTS);
            let reply = format!("{}.{number}", inbox(self.stream));
            let (subject, reply, body) = (
                subject.as_bytes(),
                Some(reply.as_bytes()),
                payload(name, *number),
            );
            match self.stream {
                UNIQUE => {
                    let block = format!("NATS/1.0\r\nNats-Msg-Id: {number}\r\n\r\n");
                    encode::hpub(&mut out, subject, reply, block.as_bytes(), body.as_bytes());
                }
                BATCHES => {
                    let (id, place) = (number / BATCH, number % BATCH + 1);
                    let last = place == BATCH;
                    let commit = if last { "Nats-Batch-Commit: 1\r\n" } else { "" };
                    let block = format!(
                        "NATS/1.0\r\nNats-Batch-Id: {id}\r\nNats-Batch-Sequence: {place}\r\n{commit}\r\n"
                    );
                    let reply = reply.filter(|_| last);
                    encode::hpub(&mut out, subject, reply, block.as_bytes(), body.as_bytes());
                }
                _ => encode::publish(&mut out, subject, reply, body.as_bytes()),
            }
        }
        Ok(self.link.stream.write_all(&out)?)
    }

    /// The acks that come with the next read.
    pub(super) fn acks(&mut self) -> Result<Vec<Ack>> {
        let mut acks = Vec::new();
        self.link.frames(|frame| {
            if let ServerFrame::Msg(message) = frame {
                acks.push(read_ack(&message));
            }
            true
        })?;
        acks.into_iter().collect()
    }
}

fn inbox(stream: usize) -> String {
    format!("_INBOX.ledger.publish.{stream}")
}

fn read_ack(message: &Message<'_>) -> Result<Ack> {
    let number = message.subject.rsplit(|byte| *byte == b'.').next();
    let number = number.and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
    if message.payload.is_empty() || message.header_len > 0 {
        return Err(Refused("no responders".into()).into());
    }
    let body: Value = serde_json::from_slice(message.payload).context("an ack in JSON")?;
    if !body["error"].is_null() {
        return Err(Refused(body["error"].to_string()).into());
    }
    let (Some(number), Some(seq)) = (number, body["seq"].as_u64()) else {
        bail!("not an ack: {body}");
    };
    let duplicate = body["duplicate"] == true;
    Ok(Ack {
        number,
        seq,
        duplicate,
    })
}
