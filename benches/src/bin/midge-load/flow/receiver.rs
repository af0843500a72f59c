//! The receiving side: one thread, all receivers, each delivery checked.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail, ensure};
use midge_wire::encode;
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll;

use super::{Counts, Flow};
use crate::link::Link;

/// All receivers' buffers together; what one read can take.
const BUFFERS_BYTES: usize = 1 << 20;

/// One connection that gets deliveries.
pub(crate) struct Receiver {
    stream: TcpStream,
    counts: Arc<Counts>,
    buf: Vec<u8>,
    filled: usize,
    /// Control lines (and header blocks) of the subjects in their order, all of one length.
    heads: Vec<u8>,
    head_len: usize,
    subjects: u64,
    /// The whole delivery, with head and the last CR LF.
    stride: usize,
    next_seq: u64,
    /// Whether this one gets each message, or some.
    each: bool,
}

impl Receiver {
    /// Subscribes and returns when the server knows it.
    pub(crate) fn subscribe(
        mut link: Link,
        flow: &Flow,
        publisher: usize,
        counts: Arc<Counts>,
    ) -> Result<Self> {
        let queue = flow.queue.then_some(&b"workers"[..]);
        let header_len = (!flow.header.is_empty()).then_some(flow.header.len());
        let (mut subscribe, mut heads) = (Vec::new(), Vec::new());
        for index in 0..flow.subjects {
            let subject = flow.subject(publisher, index);
            let sid = Flow::sid(index).to_string();
            encode::sub(&mut subscribe, subject.as_bytes(), queue, sid.as_bytes());
            let total = flow.header.len() + flow.body_len;
            encode::msg(
                &mut heads,
                subject.as_bytes(),
                sid.as_bytes(),
                None,
                header_len,
                total,
            );
            heads.extend_from_slice(flow.header);
        }
        link.stream.write_all(&subscribe)?;
        link.sync()?;
        link.stream.set_nonblocking(true)?;
        let head_len = heads.len() / flow.subjects;
        let stride = head_len + flow.body_len + b"\r\n".len();
        let receivers = flow.publishers * flow.receivers;
        Ok(Self {
            stream: link.stream,
            counts,
            buf: vec![0; (BUFFERS_BYTES / receivers).clamp(2 * stride, 256 * 1024)],
            filled: 0,
            heads,
            head_len,
            subjects: flow.subjects as u64,
            stride,
            next_seq: 0,
            each: !flow.queue,
        })
    }

    /// One read, and all whole deliveries in it.
    fn read(&mut self) -> Result<()> {
        match self.stream.read(&mut self.buf[self.filled..]) {
            Ok(0) => bail!("the server closed a receiver"),
            Ok(read) => self.filled += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let (mut at, mut count) = (0, 0);
        while at < self.filled {
            let rest = &self.buf[at..self.filled];
            if rest[0] != b'M' && rest[0] != b'H' {
                let Some(used) = self.control(rest)? else {
                    break;
                };
                at += used;
            } else {
                let Some(delivery) = rest.get(..self.stride) else {
                    break;
                };
                self.next_seq = self.check(delivery)? + 1;
                at += self.stride;
                count += 1;
            }
        }
        self.buf.copy_within(at..self.filled, 0);
        self.filled -= at;
        self.counts.delivered.fetch_add(count, Ordering::Relaxed);
        Ok(())
    }

    /// The delivery's sequence, when all of it is as it should be.
    fn check(&self, delivery: &[u8]) -> Result<u64> {
        let (head, body) = delivery.split_at(self.head_len);
        let seq = u64::from_le_bytes(*body.first_chunk().context("a body of 8 bytes or more")?);
        let at = (seq % self.subjects) as usize * self.head_len;
        let in_order = if self.each {
            seq == self.next_seq
        } else {
            seq >= self.next_seq
        };
        let right = head == &self.heads[at..at + self.head_len] && body.ends_with(b"\r\n");
        if !right || !in_order {
            let shown = String::from_utf8_lossy(&delivery[..delivery.len().min(80)]);
            bail!("wanted number {}, got {seq}: {shown:?}", self.next_seq);
        }
        Ok(seq)
    }

    /// A line that is no delivery; its length when it is whole.
    fn control(&self, rest: &[u8]) -> Result<Option<usize>> {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        let line = &rest[..=end];
        if line == b"PING\r\n" {
            (&self.stream).write_all(b"PONG\r\n")?;
        }
        ensure!(
            !line.starts_with(b"-ERR"),
            "{}",
            String::from_utf8_lossy(line)
        );
        Ok(Some(line.len()))
    }
}

/// Serves all receivers until `stop`.
pub(crate) fn receive_until(mut receivers: Vec<Receiver>, stop: &AtomicBool) -> Result<()> {
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    for (index, receiver) in receivers.iter().enumerate() {
        let data = epoll::EventData::new_u64(index as u64);
        epoll::add(&epoll, &receiver.stream, data, epoll::EventFlags::IN)?;
    }
    let mut events = Vec::with_capacity(256);
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: 5_000_000,
    };
    while !stop.load(Ordering::Relaxed) {
        epoll::wait(&epoll, spare_capacity(&mut events), Some(&timeout))?;
        for event in events.drain(..) {
            receivers[event.data.u64() as usize].read()?;
        }
    }
    Ok(())
}
