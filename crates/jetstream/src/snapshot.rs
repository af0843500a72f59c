//! Sending a stream away: an archive in chunks, as fast as the receiver acknowledges them.
//!
//! A snapshot holds handles, not copies: messages are read when there is room for them in the window. It covers the sequences that
//! the stream had when it was asked for; what is deleted meanwhile may be missing.

use crate::archive::{CONSUMERS, Entry, MAGIC, Packer, STATE};
use crate::headers::status;
use crate::time::Time;
use crate::{AccountId, JetStream, Listens, Message, Network, Token};
use midge_streamlog::{Filter, Stream as Log};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Bytes of a chunk, if the receiver doesn't say, and what it may say.
const CHUNK: usize = 128 << 10;
const CHUNK_BOUNDS: (usize, usize) = (1 << 10, 1 << 20);
/// Bytes that may be out and not acknowledged.
const WINDOW: usize = 8 << 20;
const WINDOW_BOUNDS: (usize, usize) = (1 << 10, 32 << 20);
/// Bytes that are sent in one turn.
const TURN_BYTES: usize = 4 << 20;
/// How long somebody may take to listen, how often we look, and how long chunks may stay unacknowledged.
const LISTEN: u64 = 2_000_000_000;
const LOOK: u64 = 50_000_000;
const STALL: u64 = 5_000_000_000;

/// What was asked for.
pub(crate) struct Wanted {
    pub(crate) deliver: String,
    pub(crate) chunk: i64,
    pub(crate) window: i64,
}

/// A stream on its way to somebody.
pub(crate) struct Snapshot {
    account: AccountId,
    stream: String,
    id: String,
    deliver: String,
    chunk: usize,
    /// Chunks that may be out.
    window: usize,
    log: Log,
    /// State and consumers, which go first: name, time, body.
    head: VecDeque<(String, Vec<u8>)>,
    next: u64,
    last: u64,
    packer: Packer,
    /// The archive is complete.
    packed: bool,
    sent: u64,
    out: usize,
    started: u64,
    /// When it ends if nothing happens; before the first chunk, for want of a listener.
    due: u64,
}

/// How a snapshot ends.
enum End {
    Done,
    NoInterest,
    NoFlow,
    Failed(String),
}

impl Snapshot {
    pub(crate) fn new(
        (account, stream, id): (AccountId, &str, String),
        log: Log,
        (state, consumers): (&Value, Vec<(String, Value)>),
        wanted: Wanted,
        now: u64,
    ) -> Self {
        let within = |asked: i64, usual: usize, (least, most): (usize, usize)| match usize::try_from(
            asked,
        ) {
            Ok(asked) if asked > 0 => asked.clamp(least, most),
            _ => usual,
        };
        let chunk = within(wanted.chunk, CHUNK, CHUNK_BOUNDS);
        let window = within(wanted.window, WINDOW, WINDOW_BOUNDS).max(chunk) / chunk;
        let mut packer = Packer::default();
        packer.write(MAGIC);
        let mut head = VecDeque::from([(STATE.to_owned(), state.to_string().into_bytes())]);
        head.extend(
            consumers.into_iter().map(|(name, value)| {
                (format!("{CONSUMERS}{name}"), value.to_string().into_bytes())
            }),
        );
        let number = |name: &str| state[name].as_u64().unwrap_or(0);
        Self {
            account,
            stream: stream.to_owned(),
            id,
            deliver: wanted.deliver,
            chunk,
            window,
            log,
            head,
            next: number("first_seq"),
            last: number("last_seq"),
            packer,
            packed: false,
            sent: 0,
            out: 0,
            started: now,
            due: now + LISTEN,
        }
    }

    /// Packs until there is a whole chunk or nothing left. False: the rest isn't on the disk yet.
    fn pack(&mut self) -> Result<bool, String> {
        while self.packer.len() < self.chunk && !self.packed {
            let time = i64::try_from(self.started).unwrap_or(0);
            if let Some((name, body)) = self.head.pop_front() {
                Entry {
                    name: name.as_bytes(),
                    time,
                    payload: &body,
                    ..Entry::default()
                }
                .write(&mut self.packer);
                continue;
            }
            let next = self
                .log
                .next(&Filter::all(), self.next)
                .map_err(|error| error.to_string())?
                .filter(|seq| *seq <= self.last);
            let Some(seq) = next else {
                let stats = self.log.stats();
                if stats.visible < self.last.min(stats.last_seq) {
                    return Ok(false);
                }
                Entry::default().write(&mut self.packer);
                self.packer.flush();
                self.packed = true;
                break;
            };
            self.next = seq + 1;
            if let Some(message) = self.log.get(seq).map_err(|error| error.to_string())? {
                let entry = Entry {
                    name: &message.subject,
                    time: i64::try_from(message.time).unwrap_or(0),
                    seq,
                    headers: &message.headers,
                    payload: &message.payload,
                };
                entry.write(&mut self.packer);
            }
        }
        Ok(true)
    }

    /// Sends what the window has room for. `Ok(true)`: there is more to do at once.
    fn send(&mut self, now: u64, net: &mut dyn Network) -> Result<bool, End> {
        if self.sent == 0 && !net.has_interest(self.account, self.deliver.as_bytes()) {
            return if now < self.due {
                Ok(false)
            } else {
                Err(End::NoInterest)
            };
        }
        let mut bytes = 0;
        while self.out < self.window {
            if bytes >= TURN_BYTES {
                return Ok(true);
            }
            if !self.pack().map_err(End::Failed)? {
                return Ok(false);
            }
            let whole = self.packer.len() >= self.chunk;
            let body = self.packer.take(self.chunk);
            bytes += body.len();
            if !whole {
                let heard = body.is_empty() || self.publish(None, b"", &body, net);
                return Err(if heard { End::Done } else { End::NoInterest });
            }
            self.sent += 1;
            let reply = format!(
                "$JS.SNAPSHOT.ACK.{}.{}.{}.{}",
                self.stream,
                self.id,
                body.len(),
                self.sent
            );
            if !self.publish(Some(&reply), b"", &body, net) {
                return Err(End::NoInterest);
            }
            (self.out, self.due) = (self.out + 1, now + STALL);
        }
        if now < self.due {
            Ok(false)
        } else {
            Err(End::NoFlow)
        }
    }

    fn publish(
        &self,
        reply: Option<&str>,
        headers: &[u8],
        payload: &[u8],
        net: &mut dyn Network,
    ) -> bool {
        let message = Message {
            subject: self.deliver.as_bytes(),
            reply: reply.map(str::as_bytes),
            headers,
            payload,
            ..Message::default()
        };
        net.publish(self.account, &message)
    }

    /// The subject that acknowledgements come to.
    pub(crate) fn acks(&self) -> String {
        format!("$JS.SNAPSHOT.ACK.{}.{}.>", self.stream, self.id)
    }

    /// A chunk was acknowledged.
    pub(crate) fn acknowledge(&mut self) {
        self.out = self.out.saturating_sub(1);
    }

    /// When time does something to it.
    pub(crate) fn poll_timeout(&self) -> u64 {
        let look = if self.sent == 0 {
            self.due - LISTEN.min(self.due) + LOOK
        } else {
            self.due
        };
        look.min(self.due)
    }

    /// Tells the receiver how it ended. What the operator is told.
    fn end(&self, end: &End, net: &mut dyn Network) -> Option<String> {
        let (headers, why) = match end {
            End::Done if self.sent == 0 => (Vec::new(), None),
            End::Done => (status(204, ""), None),
            End::NoInterest => (status(408, "No Interest"), Some("no interest".to_owned())),
            End::NoFlow => (
                status(408, "No Flow Response"),
                Some("no flow response".to_owned()),
            ),
            End::Failed(why) => (status(500, why), Some(why.clone())),
        };
        self.publish(None, &headers, b"", net);
        why
    }
}

impl JetStream {
    /// Takes a snapshot on; its acknowledgements come under a token of its own.
    pub(crate) fn begin_snapshot(&mut self, snapshot: Snapshot, net: &mut dyn Network) {
        let token = self.new_transfer();
        net.subscribe(
            snapshot.account,
            snapshot.acks().as_bytes(),
            token,
            Listens::ToClients,
        );
        self.snapshots.insert(token, snapshot);
    }

    /// Goes on with all snapshots. True if there is more to do at once.
    pub(crate) fn send_snapshots(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let (mut more, mut ended) = (false, Vec::new());
        for (token, snapshot) in &mut self.snapshots {
            match snapshot.send(now, net) {
                Ok(again) => more |= again,
                Err(end) => ended.push((*token, end)),
            }
        }
        for (token, end) in ended {
            self.end_snapshot(token, &end, now, net);
        }
        more
    }

    /// Ends what comes to an account or goes from it.
    pub(crate) fn end_transfers(&mut self, account: AccountId, now: u64, net: &mut dyn Network) {
        let snapshots = self.snapshots.iter();
        let snapshots = snapshots.filter(|(_, snapshot)| snapshot.account == account);
        for token in snapshots.map(|(token, _)| *token).collect::<Vec<_>>() {
            let end = End::Failed("the account's JetStream ends".into());
            self.end_snapshot(token, &end, now, net);
        }
        let restores = self
            .restores
            .iter()
            .filter(|(_, restore)| restore.account == account);
        for token in restores.map(|(token, _)| *token).collect::<Vec<_>>() {
            self.end_restore(token, now, net);
        }
    }

    fn end_snapshot(&mut self, token: Token, end: &End, now: u64, net: &mut dyn Network) {
        let Some(snapshot) = self.snapshots.remove(&token) else {
            return;
        };
        net.unsubscribe(snapshot.account, snapshot.acks().as_bytes(), token);
        self.end_transfer(token);
        let mut body = json!({
            "type": "io.nats.jetstream.advisory.v1.snapshot_complete",
            "stream": snapshot.stream,
            "start": Time(snapshot.started),
            "end": Time(now),
        });
        if let Some(why) = snapshot.end(end, net) {
            body["error"] = why.into();
        }
        let subject = format!(
            "$JS.EVENT.ADVISORY.STREAM.SNAPSHOT_COMPLETE.{}",
            snapshot.stream
        );
        self.advise(snapshot.account, &subject, body, now, net);
    }
}
