//! The limit that `cargo xtask bench` measures: the smallest program that still moves the messages.
//!
//! One thread, one epoll, subjects that match exactly (or by their last token `*`, for inboxes), queue groups
//! by turns, one write per destination and read. No accounts, no permissions, no limits, no slow readers, no
//! PING of its own: whatever a broker does beyond this is what its promises cost.
//!
//! `midge-forwarder -a HOST -p PORT` (other flags are ignored, so that it starts like a server).
#![forbid(unsafe_code)]

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::{Context, Result};
use midge_wire::{ClientFrame, Info, Limits, Publish, decode_client, encode};
use rustc_hash::FxHashMap;
use rustix::buffer::spare_capacity;
use rustix::event::epoll;

const READ_BYTES: usize = 256 * 1024;
const LISTENER: u64 = u64::MAX;

fn main() -> Result<()> {
    let listener = TcpListener::bind(address()?)?;
    listener.set_nonblocking(true)?;
    Forwarder::new(listener)?.run()
}

fn address() -> Result<(String, u16)> {
    let (mut host, mut port) = ("127.0.0.1".to_owned(), 4222);
    let mut args = std::env::args().skip(1);
    while let Some(flag) = args.next() {
        match flag.as_str() {
            "-a" => host = args.next().context("-a wants a host")?,
            "-p" => port = args.next().context("-p wants a port")?.parse()?,
            _ => {}
        }
    }
    Ok((host, port))
}

struct Forwarder {
    listener: TcpListener,
    epoll: rustix::fd::OwnedFd,
    peers: Vec<Option<Peer>>,
    /// By whole subject, or for `a.b.*` by `a.b.`.
    interest: FxHashMap<Vec<u8>, Interest>,
    limits: Limits,
}

struct Peer {
    stream: TcpStream,
    /// The start of a frame whose rest hasn't come.
    unread: Vec<u8>,
    unwritten: Vec<u8>,
    /// How much of that is written already.
    written: usize,
    /// Whether epoll waits for room in the socket.
    waiting: bool,
    /// By sid, for UNSUB.
    subjects: FxHashMap<Vec<u8>, Vec<u8>>,
}

#[derive(Default)]
struct Interest {
    plain: Vec<Sink>,
    queues: Vec<Queue>,
}

struct Queue {
    name: Vec<u8>,
    members: Vec<Sink>,
    turn: usize,
}

struct Sink {
    peer: usize,
    sid: Vec<u8>,
}

impl Forwarder {
    fn new(listener: TcpListener) -> Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let data = epoll::EventData::new_u64(LISTENER);
        epoll::add(&epoll, &listener, data, epoll::EventFlags::IN)?;
        let limits = Limits {
            max_control_line: 4096,
            max_payload: 64 << 20,
        };
        Ok(Self {
            listener,
            epoll,
            peers: Vec::new(),
            interest: FxHashMap::default(),
            limits,
        })
    }

    fn run(mut self) -> Result<()> {
        let mut events = Vec::with_capacity(256);
        let mut slab = vec![0; READ_BYTES];
        let mut touched = Vec::new();
        loop {
            epoll::wait(&self.epoll, spare_capacity(&mut events), None)?;
            for event in events.drain(..) {
                let (index, flags) = (event.data.u64(), event.flags);
                if index == LISTENER {
                    self.accept()?;
                    continue;
                }
                let index = index as usize;
                if flags.contains(epoll::EventFlags::OUT) {
                    self.flush(index)?;
                }
                if flags.contains(epoll::EventFlags::IN)
                    && self.read(index, &mut slab, &mut touched).is_none()
                {
                    self.close(index);
                }
                for index in touched.drain(..) {
                    self.flush(index)?;
                }
            }
        }
    }

    fn accept(&mut self) -> Result<()> {
        loop {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let free = self.peers.iter().position(Option::is_none);
            let index = free.unwrap_or(self.peers.len());
            let data = epoll::EventData::new_u64(index as u64);
            epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN)?;
            let mut unwritten = Vec::new();
            let info = Info {
                server_id: "forwarder".to_owned(),
                headers: true,
                max_payload: 64 << 20,
                ..Info::default()
            };
            encode::info(&mut unwritten, &info);
            let peer = Peer {
                stream,
                unread: Vec::new(),
                unwritten,
                written: 0,
                waiting: false,
                subjects: FxHashMap::default(),
            };
            if free.is_none() {
                self.peers.push(None);
            }
            self.peers[index] = Some(peer);
            self.flush(index)?;
        }
    }

    /// One read and all frames in it; `None` when the peer is gone or talks nonsense.
    fn read(&mut self, index: usize, slab: &mut [u8], touched: &mut Vec<usize>) -> Option<()> {
        let peer = self.peers[index].as_mut()?;
        let kept = peer.unread.len();
        // A frame larger than the slab is rare enough to be grown by copying.
        let mut large;
        let slab = if kept + READ_BYTES / 2 > slab.len() {
            large = vec![0; 2 * kept + READ_BYTES];
            &mut large[..]
        } else {
            slab
        };
        slab[..kept].copy_from_slice(&peer.unread);
        peer.unread.clear();
        let read = match peer.stream.read(&mut slab[kept..]) {
            Ok(0) => return None,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(_) => return None,
        };
        let mut rest = &slab[..kept + read];
        while let Some((frame, used)) = decode_client(rest, &self.limits).ok()? {
            match frame {
                ClientFrame::Pub(publish) => self.forward(&publish, touched),
                ClientFrame::Ping => {
                    encode::pong(&mut self.peers[index].as_mut()?.unwritten);
                    touched.push(index);
                }
                ClientFrame::Sub {
                    subject,
                    queue,
                    sid,
                } => self.subscribe(index, subject, queue, sid)?,
                ClientFrame::Unsub { sid, .. } => self.unsubscribe(index, sid)?,
                _ => {}
            }
            rest = &rest[used..];
        }
        self.peers[index].as_mut()?.unread.extend_from_slice(rest);
        Some(())
    }

    fn forward(&mut self, publish: &Publish<'_>, touched: &mut Vec<usize>) {
        let exact = self.interest.get_mut(publish.subject);
        let interest = match exact {
            Some(interest) => Some(interest),
            None => self.interest.get_mut(parent(publish.subject)),
        };
        let Some(interest) = interest else {
            return;
        };
        for sink in &interest.plain {
            put(&mut self.peers, sink, publish, touched);
        }
        for queue in &mut interest.queues {
            queue.turn = (queue.turn + 1) % queue.members.len();
            put(
                &mut self.peers,
                &queue.members[queue.turn],
                publish,
                touched,
            );
        }
    }

    fn subscribe(
        &mut self,
        peer: usize,
        subject: &[u8],
        queue: Option<&[u8]>,
        sid: &[u8],
    ) -> Option<()> {
        let key = subject.strip_suffix(b"*").unwrap_or(subject).to_vec();
        let interest = self.interest.entry(key.clone()).or_default();
        let sink = Sink {
            peer,
            sid: sid.to_vec(),
        };
        match queue {
            None => interest.plain.push(sink),
            Some(name) => match interest.queues.iter_mut().find(|queue| queue.name == name) {
                Some(queue) => queue.members.push(sink),
                None => interest.queues.push(Queue {
                    name: name.to_vec(),
                    members: vec![sink],
                    turn: 0,
                }),
            },
        }
        self.peers[peer]
            .as_mut()?
            .subjects
            .insert(sid.to_vec(), key);
        Some(())
    }

    fn unsubscribe(&mut self, peer: usize, sid: &[u8]) -> Option<()> {
        if let Some(key) = self.peers[peer].as_mut()?.subjects.remove(sid) {
            self.forget(peer, &key, sid);
        }
        Some(())
    }

    fn forget(&mut self, peer: usize, key: &[u8], sid: &[u8]) {
        let Some(interest) = self.interest.get_mut(key) else {
            return;
        };
        let stays = |sink: &Sink| sink.peer != peer || sink.sid != sid;
        interest.plain.retain(stays);
        for queue in &mut interest.queues {
            queue.members.retain(stays);
        }
        interest.queues.retain(|queue| !queue.members.is_empty());
        if interest.plain.is_empty() && interest.queues.is_empty() {
            self.interest.remove(key);
        }
    }

    /// Writes what has gathered; what doesn't fit waits for epoll.
    fn flush(&mut self, index: usize) -> Result<()> {
        let Some(peer) = &mut self.peers[index] else {
            return Ok(());
        };
        if !peer.unwritten.is_empty() {
            match peer.stream.write(&peer.unwritten[peer.written..]) {
                Ok(written) => peer.written += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => {
                    self.close(index);
                    return Ok(());
                }
            }
        }
        if peer.written == peer.unwritten.len() {
            peer.unwritten.clear();
            peer.written = 0;
        }
        let waiting = !peer.unwritten.is_empty();
        if waiting != peer.waiting {
            peer.waiting = waiting;
            let data = epoll::EventData::new_u64(index as u64);
            let out = if waiting {
                epoll::EventFlags::OUT
            } else {
                epoll::EventFlags::empty()
            };
            epoll::modify(&self.epoll, &peer.stream, data, epoll::EventFlags::IN | out)?;
        }
        Ok(())
    }

    fn close(&mut self, index: usize) {
        let Some(peer) = self.peers[index].take() else {
            return;
        };
        for (sid, key) in &peer.subjects {
            self.forget(index, key, sid);
        }
    }
}

/// Stages one delivery.
fn put(peers: &mut [Option<Peer>], sink: &Sink, publish: &Publish<'_>, touched: &mut Vec<usize>) {
    let Some(peer) = &mut peers[sink.peer] else {
        return;
    };
    if peer.unwritten.is_empty() {
        touched.push(sink.peer);
    }
    let header_len = publish.is_hpub.then_some(publish.header_len);
    let dst = &mut peer.unwritten;
    encode::msg(
        dst,
        publish.subject,
        &sink.sid,
        publish.reply,
        header_len,
        publish.payload.len(),
    );
    dst.extend_from_slice(publish.payload);
    dst.extend_from_slice(b"\r\n");
}

/// All of a subject but its last token.
fn parent(subject: &[u8]) -> &[u8] {
    let end = subject
        .iter()
        .rposition(|byte| *byte == b'.')
        .map_or(0, |dot| dot + 1);
    &subject[..end]
}
