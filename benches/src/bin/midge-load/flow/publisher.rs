//! The publishing side: one thread, all publishers, prebuilt chunks.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use midge_wire::encode;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{AHEAD_BYTES_MAX, AHEAD_BYTES_ONE, Counts, Flow, Stop};
use crate::link::Link;

/// What a client library writes at once.
const CHUNK_BYTES: usize = 64 * 1024;
const NAP: Duration = Duration::from_micros(100);

/// One connection that publishes.
pub(crate) struct Publisher {
    stream: TcpStream,
    counts: Arc<Counts>,
    /// One message after the other, one for each subject at least.
    template: Vec<u8>,
    stride: usize,
    /// Where in a message the sequence stands.
    stamp_at: usize,
    /// Messages in a chunk.
    chunk: usize,
    next_seq: u64,
    /// The next message of the template.
    next: usize,
    /// What of the template waits to be written.
    unwritten: Range<usize>,
    copies: u64,
    /// Deliveries that may be outstanding.
    ahead_max: u64,
}

/// Why a publisher didn't go on.
#[derive(PartialEq, Eq)]
enum Held {
    Busy,
    BySocket,
    ByReceivers,
}

impl Publisher {
    pub(crate) fn new(link: Link, flow: &Flow, index: usize, counts: Arc<Counts>) -> Result<Self> {
        let body = vec![b'.'; flow.body_len];
        let mut template = Vec::new();
        for subject in 0..flow.subjects {
            let subject = flow.subject(index, subject);
            put_message(&mut template, subject.as_bytes(), flow.header, &body);
        }
        let stride = template.len() / flow.subjects;
        let chunk = (CHUNK_BYTES / stride).max(1);
        if flow.subjects == 1 {
            template = template.repeat(chunk);
        }
        link.stream.set_nonblocking(true)?;
        let copies = flow.copies();
        let ahead_bytes = if copies == 1 {
            AHEAD_BYTES_ONE
        } else {
            AHEAD_BYTES_MAX
        };
        Ok(Self {
            stream: link.stream,
            counts,
            template,
            stride,
            stamp_at: stride - b"\r\n".len() - flow.body_len,
            chunk,
            next_seq: 0,
            next: 0,
            unwritten: 0..0,
            copies,
            ahead_max: ahead_bytes / stride as u64,
        })
    }

    /// Writes one chunk if it may.
    fn step(&mut self, idle: bool) -> Result<Held> {
        if self.unwritten.is_empty() {
            let count = if idle { 0 } else { self.allowed() };
            if count == 0 {
                return Ok(Held::ByReceivers);
            }
            self.stamp(count);
        }
        match self.stream.write(&self.template[self.unwritten.clone()]) {
            Ok(written) => self.unwritten.start += written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Held::BySocket),
            Err(error) => return Err(error.into()),
        }
        Ok(if self.unwritten.is_empty() {
            Held::Busy
        } else {
            Held::BySocket
        })
    }

    /// How many messages may go now: a chunk, or what the template holds still; or none while the receivers
    /// are far behind, since a window that opens bit by bit would make small writes.
    fn allowed(&self) -> usize {
        let delivered = self.counts.delivered.load(Ordering::Relaxed);
        let outstanding = self.next_seq * self.copies - delivered;
        if outstanding + self.chunk as u64 * self.copies > self.ahead_max {
            return 0;
        }
        let in_template = self.template.len() / self.stride - self.next;
        in_template.min(self.chunk)
    }

    /// Numbers the next messages and lines them up to be written.
    fn stamp(&mut self, count: usize) {
        let from = self.next * self.stride;
        let to = from + count * self.stride;
        for message in self.template[from..to].chunks_exact_mut(self.stride) {
            let stamp = &mut message[self.stamp_at..self.stamp_at + 8];
            stamp.copy_from_slice(&self.next_seq.to_le_bytes());
            self.next_seq += 1;
        }
        self.unwritten = from..to;
        self.next = (self.next + count) % (self.template.len() / self.stride);
        self.counts
            .published
            .store(self.next_seq, Ordering::Relaxed);
    }
}

/// Serves all publishers until `stop`, then writes what was begun.
pub(crate) fn publish_until(mut publishers: Vec<Publisher>, stop: &Stop) -> Result<()> {
    loop {
        let stopping = stop.publishers.load(Ordering::Relaxed);
        let idle = stopping || stop.pause.load(Ordering::Relaxed);
        let (mut busy, mut by_receivers, mut begun) = (false, false, false);
        for publisher in &mut publishers {
            let held = publisher.step(idle)?;
            busy |= held == Held::Busy;
            by_receivers |= held == Held::ByReceivers;
            begun |= !publisher.unwritten.is_empty();
        }
        if stopping && !begun {
            return Ok(());
        }
        if busy {
            continue;
        }
        if by_receivers && !begun {
            thread::sleep(NAP);
        } else {
            wait_writable(&publishers)?;
        }
    }
}

/// Waits for room in the socket of any publisher that has something begun; at most a millisecond, because
/// others may be held by their receivers alone.
fn wait_writable(publishers: &[Publisher]) -> Result<()> {
    let begun = publishers
        .iter()
        .filter(|publisher| !publisher.unwritten.is_empty());
    let mut fds: Vec<_> = begun
        .map(|p| PollFd::new(&p.stream, PollFlags::OUT))
        .collect();
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: 1_000_000,
    };
    poll(&mut fds, Some(&timeout))?;
    Ok(())
}

fn put_message(dst: &mut Vec<u8>, subject: &[u8], header: &[u8], body: &[u8]) {
    if header.is_empty() {
        encode::publish(dst, subject, None, body);
    } else {
        encode::hpub(dst, subject, None, header, body);
    }
}
