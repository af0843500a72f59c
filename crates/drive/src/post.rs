//! The way between router and JetStream: an account's mailbox on one side, a worker on the other.

use crate::seat::Seat;
use hashbrown::HashMap;
use midge_container::{Drain, Finished, Pool};
use midge_jetstream::{AccountId, Message, Network, Token};
use midge_router::{Account, Origin, Outlet, Sink, SinkOptions, Subscription, Worker};
use midge_wire::{Limits, ServerFrame, decode_server};
use std::io::IoSlice;
use std::sync::Arc;

/// Bytes of an account that are read in one turn, so that others have theirs.
const TURN_BYTES: usize = 128 << 10;
/// Slices that are looked at together.
const SLICES: usize = 64;
/// From this many waiting bytes on, publishers are asked to pause.
const CROWDED_BYTES: usize = 4 << 20;
/// More than this can't wait as long as publishers pause.
const PENDING_BYTES_MAX: usize = 1 << 30;

/// One account, as a destination of the router.
struct Line {
    account: Arc<Account>,
    sink: Arc<Sink>,
    subscriptions: HashMap<(Token, Box<[u8]>), Arc<Subscription>>,
    /// What was taken from the mailbox to join a message's pieces, and not yet received.
    unread: Vec<u8>,
}

/// Everything that JetStream hears and says.
pub(crate) struct Post {
    worker: Worker,
    lines: HashMap<AccountId, Line>,
    /// Headers and body side by side, as the router takes them.
    joined: Vec<u8>,
}

impl Post {
    pub(crate) fn new(worker: Worker) -> Self {
        Self {
            worker,
            lines: HashMap::new(),
            joined: Vec::new(),
        }
    }

    pub(crate) fn worker(&mut self) -> &mut Worker {
        &mut self.worker
    }

    pub(crate) fn accounts(&self) -> Vec<AccountId> {
        self.lines.keys().copied().collect()
    }

    /// Connects an account; `sink` came from [`sink_options`] and an [`Ear`].
    pub(crate) fn open(&mut self, id: AccountId, account: Arc<Account>, sink: Arc<Sink>) {
        sink.set_headers(true);
        let line = Line {
            account,
            sink,
            subscriptions: HashMap::new(),
            unread: Vec::new(),
        };
        self.lines.insert(id, line);
    }

    /// Disconnects an account: nothing comes in for it any more.
    pub(crate) fn close(&mut self, id: AccountId) {
        if let Some(line) = self.lines.remove(&id) {
            line.sink.shut();
            for subscription in line.subscriptions.values() {
                line.account.unsubscribe(subscription);
            }
            line.sink.mailbox().close();
        }
    }

    /// Calls `each` with the messages that wait for `id`, up to a turn's worth, until one is not taken.
    ///
    /// They are read where the router wrote them, but for one that lies in pieces: it is joined, and what follows it in this turn too.
    pub(crate) fn hear(
        &mut self,
        id: AccountId,
        mut each: impl FnMut(&mut Self, Token, &Message<'_>) -> bool,
    ) {
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        let sink = line.sink.clone();
        let mut unread = std::mem::take(&mut line.unread);
        match sink.mailbox().resume() {
            Some(drain) if unread.is_empty() => {
                unread = self.hear_in_place(drain, &mut each);
            }
            Some(drain) => join(drain, &mut unread, self.worker.pool()),
            None => {}
        }
        if !unread.is_empty() {
            let used = messages(&unread, |token, message| each(self, token, message));
            unread.drain(..used);
        }
        if let Some(line) = self.lines.get_mut(&id) {
            line.unread = unread;
        }
    }

    /// A message in pieces is returned, with what follows it.
    fn hear_in_place(
        &mut self,
        mut drain: Drain<'_>,
        each: &mut impl FnMut(&mut Self, Token, &Message<'_>) -> bool,
    ) -> Vec<u8> {
        let (mut heard, mut refused) = (0, false);
        while heard < TURN_BYTES && !refused {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = drain.io_slices(&mut slices);
            let (before, mut whole) = (heard, true);
            for slice in &slices[..filled] {
                let used = messages(slice, |token, message| {
                    let taken = each(self, token, message);
                    refused = !taken;
                    taken
                });
                heard += used;
                whole = used == slice.len();
                if !whole || heard >= TURN_BYTES {
                    break;
                }
            }
            drain.advance(heard - before, self.worker.pool());
            if !whole && !refused {
                let mut pieces = Vec::new();
                join(drain, &mut pieces, self.worker.pool());
                return pieces;
            }
            if filled == 0 {
                match drain.finish() {
                    Finished::Idle => return Vec::new(),
                    Finished::Again(same) => drain = same,
                }
            }
        }
        drain.block();
        Vec::new()
    }

    /// Bytes that wait for `id`.
    pub(crate) fn pending(&self, id: AccountId) -> usize {
        let line = self.lines.get(&id);
        line.map_or(0, |line| line.unread.len() + line.sink.mailbox().pending())
    }

    /// Gives back memory which the last while did not use.
    pub(crate) fn trim(&mut self) {
        self.worker.trim();
        self.joined = Vec::new();
        for line in self.lines.values_mut() {
            line.unread.shrink_to_fit();
        }
    }
}

/// Moves bytes out of the mailbox, some at least, until a turn's worth is there.
fn join(mut drain: Drain<'_>, bytes: &mut Vec<u8>, pool: &mut Pool) {
    loop {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let filled = drain.io_slices(&mut slices);
        let before = bytes.len();
        slices[..filled]
            .iter()
            .for_each(|slice| bytes.extend_from_slice(slice));
        drain.advance(bytes.len() - before, pool);
        if filled == 0 {
            match drain.finish() {
                Finished::Idle => return,
                Finished::Again(same) => drain = same,
            }
        } else if bytes.len() >= TURN_BYTES {
            return drain.block();
        }
    }
}

/// Calls `each` with the messages at the head of `bytes`, until one is not taken, and says how many bytes the others took.
fn messages(bytes: &[u8], mut each: impl FnMut(Token, &Message<'_>) -> bool) -> usize {
    let mut at = 0;
    while let Ok(Some((frame, len))) = decode_server(&bytes[at..], &LIMITS) {
        if let ServerFrame::Msg(message) = frame
            && let Some(token) = number(message.sid)
        {
            let (headers, payload) = message.payload.split_at(message.header_len);
            let message = Message {
                subject: message.subject,
                reply: message.reply,
                headers,
                payload,
            };
            if !each(Token(token), &message) {
                break;
            }
        }
        at += len;
    }
    at
}

/// What the router wrote was checked when it was parsed.
const LIMITS: Limits = Limits {
    max_control_line: usize::MAX,
    max_payload: usize::MAX,
};

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

impl Network for Post {
    fn publish(&mut self, account: AccountId, message: &Message<'_>) -> bool {
        let Some(line) = self.lines.get(&account) else {
            return false;
        };
        let message = routed(&mut self.joined, message);
        self.worker
            .publish(&line.account, &Origin::nobody(), &message)
            > 0
    }

    fn deliver(&mut self, account: AccountId, to: &[u8], message: &Message<'_>) -> bool {
        let Some(line) = self.lines.get(&account) else {
            return false;
        };
        let message = routed(&mut self.joined, message);
        self.worker.publish_to(&line.account, to, &message) > 0
    }

    fn has_interest(&self, account: AccountId, subject: &[u8]) -> bool {
        self.lines
            .get(&account)
            .is_some_and(|line| line.account.has_interest(subject))
    }

    fn interest_version(&self, account: AccountId) -> u64 {
        let line = self.lines.get(&account);
        line.map_or(0, |line| line.account.interest_version())
    }

    fn has_queue(&self, account: AccountId, subject: &[u8], queue: &[u8]) -> bool {
        let Some(line) = self.lines.get(&account) else {
            return false;
        };
        let mut found = false;
        line.account.for_each_match(subject, |subscription| {
            found |= subscription.queue() == Some(queue);
        });
        found
    }

    fn subscribe(&mut self, account: AccountId, filter: &[u8], token: Token) {
        let Some(line) = self.lines.get_mut(&account) else {
            return;
        };
        let mut sid = itoa::Buffer::new();
        let sid = sid.format(token.0).as_bytes();
        let subscription = Subscription::new(line.sink.clone(), filter, None, sid);
        let old = line
            .subscriptions
            .insert((token, filter.into()), subscription.clone());
        if old.is_none() {
            line.account.subscribe(&subscription);
        }
    }

    fn unsubscribe(&mut self, account: AccountId, filter: &[u8], token: Token) {
        if let Some(line) = self.lines.get_mut(&account)
            && let Some(subscription) = line.subscriptions.remove(&(token, filter.into()))
        {
            subscription.close();
            line.account.unsubscribe(&subscription);
        }
    }
}

/// The message as the router takes it: headers and body side by side.
fn routed<'a>(joined: &'a mut Vec<u8>, message: &Message<'a>) -> midge_router::Message<'a> {
    let payload = if message.headers.is_empty() {
        message.payload
    } else {
        joined.clear();
        joined.extend_from_slice(message.headers);
        joined.extend_from_slice(message.payload);
        joined
    };
    midge_router::Message {
        subject: message.subject,
        reply: message.reply,
        header_len: message.headers.len(),
        payload,
    }
}

/// How the router sees an account's JetStream.
pub(crate) fn sink_options() -> SinkOptions {
    SinkOptions {
        max_pending: PENDING_BYTES_MAX,
        crowded_at: CROWDED_BYTES,
    }
}

/// What waits for JetStream up to here is little: whoever brought it does it.
const LITTLE_BYTES: usize = 64 << 10;

/// The outlet of an account's sink.
pub(crate) struct Ear(pub(crate) Arc<Seat>, pub(crate) AccountId);

impl Outlet for Ear {
    fn flush(&self, sink: &Sink, _: &mut Pool) {
        if sink.mailbox().pending() <= LITTLE_BYTES {
            self.0.visit(Some(self.1));
        } else {
            self.0.ring();
        }
    }

    fn is_last(&self) -> bool {
        true
    }

    fn overflow(&self, _: &Sink, pending_bytes: usize) {
        tracing::error!(target: "midge", "JetStream is {pending_bytes} bytes behind its publishers");
    }
}
