//! The way between router and JetStream: an account's mailbox on one side, a worker on the other.
//!
//! Nothing passes that isn't a message: what can't be read is dropped, for whoever waits for the rest of it waits for ever, and what
//! can't be written as one is refused, for its receivers would take it for something else.

use crate::engine::clock;
use crate::seat::Seat;
use hashbrown::HashMap;
use midge_container::{Drain, Finished, Pool};
use midge_jetstream::{AccountId, Client, Listens, Message, Network, Origin, Rights, Token};
use midge_router::{
    Account, Gate, Listener, Outlet, SERVER, Sink, SinkOptions, Subscription, Worker,
};
use midge_wire::{Limits, ServerFrame, decode_server, is_field};
use std::io::IoSlice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Bytes of an account that are read in one turn, so that others have theirs.
const TURN_BYTES: usize = 128 << 10;
/// Slices that are looked at together.
const SLICES: usize = 64;
/// From this many waiting bytes on, publishers are held. So there wait as many at most, and what each publisher brought with one read.
const CROWDED_BYTES: usize = 4 << 20;
/// More than this is told: it can't be what clients publish.
const PENDING_BYTES_MAX: usize = 1 << 30;
/// How often that is told, in nanoseconds.
const OVERFLOW_PERIOD: u64 = 10_000_000_000;

/// One account, as a destination of the router.
struct Line {
    account: Arc<Account>,
    sink: Arc<Sink>,
    subscriptions: HashMap<(Token, Box<[u8]>), Arc<Subscription>>,
    /// What was taken from the mailbox to join a message's pieces, and not yet received.
    unread: Vec<u8>,
    /// Messages that were received.
    taken: u64,
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
            taken: 0,
        };
        self.lines.insert(id, line);
    }

    /// Disconnects an account: nothing comes in for it any more.
    pub(crate) fn close(&mut self, id: AccountId) {
        if let Some(line) = self.lines.remove(&id) {
            line.sink.shut();
            line.account.set_domain(None);
            for subscription in line.subscriptions.values() {
                line.account.unsubscribe(subscription);
            }
            line.sink.mailbox().close();
            line.sink.wake_publishers();
        }
    }

    /// Calls `each` with the messages that wait for `id`, up to a turn's worth, until one is not taken.
    ///
    /// They are read where the router wrote them, but for one that lies in pieces: it is joined, and what follows it in this turn too.
    /// Nothing is joined before what was joined has been taken, so `unread` holds a turn's worth and a slice at most; all else waits
    /// in the mailbox, where it counts.
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
        let mut heard = 0;
        loop {
            let read = messages(&sink, &unread, |token, message| each(self, token, message));
            unread.drain(..read.used);
            heard += read.used;
            if read.end == End::Broken {
                let dropped = unread.len() + empty(&sink, self.worker.pool());
                tracing::error!(
                    account = self.account_name(id),
                    bytes = dropped,
                    way_out = "it is a fault of the server: report it",
                    "JetStream: what came for it can't be read and is dropped"
                );
                unread = Vec::new();
            }
            if read.end != End::Missing || heard >= TURN_BYTES {
                break;
            }
            let Some(drain) = sink.mailbox().resume() else {
                break;
            };
            let before = unread.len();
            if before == 0 {
                heard += self.hear_in_place(&sink, drain, &mut unread, &mut each);
            } else {
                join(drain, &mut unread, self.worker.pool());
            }
            if unread.len() == before {
                break;
            }
        }
        if let Some(line) = self.lines.get_mut(&id) {
            line.unread = unread;
        }
        sink.wake_publishers();
    }

    /// How many bytes were heard. A message in pieces is put into `unread`, which is empty, with what follows it.
    fn hear_in_place(
        &mut self,
        sink: &Sink,
        mut drain: Drain<'_>,
        unread: &mut Vec<u8>,
        each: &mut impl FnMut(&mut Self, Token, &Message<'_>) -> bool,
    ) -> usize {
        let (mut heard, mut refused) = (0, false);
        while heard < TURN_BYTES && !refused {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = drain.io_slices(&mut slices);
            let (before, mut whole) = (heard, true);
            for slice in &slices[..filled] {
                let read = messages(sink, slice, |token, message| each(self, token, message));
                heard += read.used;
                refused = read.end == End::Refused;
                whole = read.used == slice.len();
                if !whole || heard >= TURN_BYTES {
                    break;
                }
            }
            drain.advance(heard - before, self.worker.pool());
            if !whole && !refused {
                join(drain, unread, self.worker.pool());
                return heard;
            }
            if filled == 0 {
                match drain.finish() {
                    Finished::Idle => return heard,
                    Finished::Again(same) => drain = same,
                }
            }
        }
        drain.block();
        heard
    }

    /// Bytes that wait for `id`.
    pub(crate) fn pending(&self, id: AccountId) -> usize {
        let line = self.lines.get(&id);
        line.map_or(0, |line| line.unread.len() + line.sink.mailbox().pending())
    }

    /// An account's name, for the log.
    pub(crate) fn account_name(&self, id: AccountId) -> Option<&str> {
        self.lines.get(&id).map(|line| &**line.account.name())
    }

    /// Messages that were received for `id`.
    pub(crate) fn taken(&self, id: AccountId) -> u64 {
        self.lines.get(&id).map_or(0, |line| line.taken)
    }

    /// So many more were.
    pub(crate) fn add_taken(&mut self, id: AccountId, messages: u64) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.taken += messages;
        }
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

/// Moves slices out of the mailbox, one at least if there is one, until `bytes` are a turn's worth.
fn join(mut drain: Drain<'_>, bytes: &mut Vec<u8>, pool: &mut Pool) {
    loop {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let filled = drain.io_slices(&mut slices);
        let before = bytes.len();
        for slice in &slices[..filled] {
            bytes.extend_from_slice(slice);
            if bytes.len() >= TURN_BYTES {
                break;
            }
        }
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

/// How far bytes were read.
struct Read {
    used: usize,
    end: End,
}

/// Why they were read no further.
#[derive(PartialEq)]
enum End {
    /// Nothing follows, or a message whose end is missing.
    Missing,
    /// The message that follows was not taken.
    Refused,
    /// What follows can't be a message, whatever comes after it.
    Broken,
}

/// Calls `each` with the messages at the head of `bytes`, until one is not taken, and says how many bytes the others took.
///
/// Messages of one sender to one subscription stand side by side, so its rights are looked up once for all of them. They were all sent
/// before: whatever changed its rights before it sent one of them is seen by the look-up.
fn messages(sink: &Sink, bytes: &[u8], mut each: impl FnMut(Token, &Message<'_>) -> bool) -> Read {
    let mut used = 0;
    let mut sender: Option<(&[u8], Token, Sender)> = None;
    let end = loop {
        let (frame, len) = match decode_server(&bytes[used..], &LIMITS) {
            Ok(Some(decoded)) => decoded,
            Ok(None) => break End::Missing,
            Err(_) => break End::Broken,
        };
        if let ServerFrame::Msg(message) = frame {
            if sender.as_ref().is_none_or(|(sid, ..)| *sid != message.sid) {
                let parsed = Sender::parse(message.sid, sink);
                sender = parsed.map(|(token, sender)| (message.sid, Token(token), sender));
            }
            if let Some((_, token, sender)) = &sender {
                let (headers, payload) = message.payload.split_at(message.header_len);
                let message = Message {
                    subject: message.subject,
                    reply: message.reply,
                    headers,
                    payload,
                    origin: sender.origin(),
                };
                if !each(*token, &message) {
                    break End::Refused;
                }
            }
        }
        used += len;
    };
    Read { used, end }
}

/// Drops all that is in a mailbox, and says how many bytes that was. Where it ends nothing is half said: senders push whole messages.
fn empty(sink: &Sink, pool: &mut Pool) -> usize {
    let Some(mut drain) = sink.mailbox().resume() else {
        return 0;
    };
    let mut dropped = 0;
    loop {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let filled = drain.io_slices(&mut slices);
        let len = slices[..filled].iter().map(|slice| slice.len()).sum();
        dropped += len;
        drain.advance(len, pool);
        if filled == 0 {
            match drain.finish() {
                Finished::Idle => return dropped,
                Finished::Again(same) => drain = same,
            }
        }
    }
}

/// Whether a message can be said as it is. What JetStream took was checked when it came in, so anything else is a fault of ours or of
/// what an older server stored; on the wire it would be lines that nobody wrote.
fn is_sayable(message: &Message<'_>) -> bool {
    let sayable = is_field(message.subject) && message.reply.is_none_or(is_field);
    if !sayable {
        let subject = String::from_utf8_lossy(message.subject);
        tracing::error!(%subject, "JetStream: a message isn't sent, since its subject or reply can't stand on the wire");
    }
    sayable
}

/// What the router wrote was checked when it was parsed.
const LIMITS: Limits = Limits {
    max_control_line: usize::MAX,
    max_payload: usize::MAX,
};

/// Who sent a message, as the router says it beside our token: `token`, or `token:sink`.
#[derive(Clone)]
enum Sender {
    Server,
    Unrestricted,
    /// `None`: its connection is over, and it has no rights any more.
    Restricted(Option<Arc<Box<dyn Gate>>>),
}

impl Sender {
    fn parse(sid: &[u8], sink: &Sink) -> Option<(u64, Self)> {
        let text = std::str::from_utf8(sid).ok()?;
        let Some((token, sender)) = text.split_once(':') else {
            return Some((text.parse().ok()?, Self::Unrestricted));
        };
        let sender = match sender.parse().ok()? {
            SERVER => Self::Server,
            client => Self::Restricted(sink.gate_of(client)),
        };
        Some((token.parse().ok()?, sender))
    }

    fn origin(&self) -> Origin<'_> {
        match self {
            Self::Server => Origin::Server,
            Self::Unrestricted => Origin::Client(Client::UNRESTRICTED),
            Self::Restricted(_) => Origin::Client(Client::new(self)),
        }
    }

    fn ask(&self, question: impl FnOnce(&dyn Gate) -> bool) -> bool {
        match self {
            Self::Restricted(Some(gate)) => question(gate.as_ref().as_ref()),
            _ => false,
        }
    }
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Server => "Server",
            Self::Unrestricted => "Unrestricted",
            Self::Restricted(_) => "Restricted",
        })
    }
}

impl Rights for Sender {
    fn may_publish(&self, subject: &[u8]) -> bool {
        self.ask(|gate| gate.may_publish(subject))
    }

    fn may_read(&self, subject: &[u8]) -> bool {
        self.ask(|gate| gate.may_read(subject))
    }

    fn may_target(&self, target: &[u8]) -> bool {
        self.ask(|gate| gate.may_target(target))
    }

    fn keep(&self) -> Arc<dyn Rights + Send + Sync> {
        Arc::new(self.clone())
    }
}

impl Network for Post {
    fn publish(&mut self, account: AccountId, message: &Message<'_>) -> bool {
        self.deliver(account, message.subject, message)
    }

    fn deliver(&mut self, account: AccountId, to: &[u8], message: &Message<'_>) -> bool {
        let Some(line) = self.lines.get(&account).filter(|_| is_sayable(message)) else {
            return false;
        };
        let message = routed(&mut self.joined, message);
        self.worker.send_to(&line.account, to, &message) > 0
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

    fn subscribe(&mut self, account: AccountId, filter: &[u8], token: Token, listens: Listens) {
        let Some(line) = self.lines.get_mut(&account) else {
            return;
        };
        let mut sid = itoa::Buffer::new();
        let sid = sid.format(token.0).as_bytes();
        let listener = match listens {
            Listens::ToAll => Listener::Store,
            Listens::ToClients => Listener::Control,
        };
        let subscription =
            Subscription::new(line.sink.clone(), filter, None, sid).listening_as(listener);
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
        holds_publishers: true,
    }
}

/// What waits for JetStream up to here is little: whoever brought it does it.
const LITTLE_BYTES: usize = 64 << 10;

/// The outlet of an account's sink.
pub(crate) struct Ear {
    seat: Arc<Seat>,
    account: AccountId,
    /// When an overflow was told last, in nanoseconds since 1970.
    overflow_told: AtomicU64,
}

impl Ear {
    pub(crate) fn new(seat: Arc<Seat>, account: AccountId) -> Self {
        Self {
            seat,
            account,
            overflow_told: AtomicU64::new(0),
        }
    }
}

impl Outlet for Ear {
    fn flush(&self, sink: &Sink, _: &mut Pool) {
        if sink.mailbox().pending() <= LITTLE_BYTES {
            self.seat.visit(Some(self.account));
        } else {
            self.seat.ring();
        }
    }

    fn is_last(&self) -> bool {
        true
    }

    fn overflow(&self, _: &Sink, pending_bytes: usize) {
        let (now, last) = (clock(), self.overflow_told.load(Relaxed));
        let due = now >= last.saturating_add(OVERFLOW_PERIOD);
        let told = |_| tracing::warn!(bytes = pending_bytes, "JetStream is behind its publishers");
        if due {
            let first = self
                .overflow_told
                .compare_exchange(last, now, Relaxed, Relaxed);
            let _ = first.map(told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use midge_router::Router;
    use std::time::Instant;

    struct Deaf;

    impl Outlet for Deaf {
        fn flush(&self, _: &Sink, _: &mut Pool) {}
        fn overflow(&self, _: &Sink, _: usize) {}
    }

    #[expect(clippy::disallowed_methods, reason = "a worker wants one")]
    fn worker(number: u64) -> Worker {
        Worker::new(number, Instant::now())
    }

    fn post() -> (Post, Arc<Account>, Arc<Sink>) {
        post_on(&Router::new())
    }

    fn post_on(router: &Router) -> (Post, Arc<Account>, Arc<Sink>) {
        let account = router.account("$G");
        let sink = router.sink(1, sink_options(), Box::new(Deaf));
        let mut post = Post::new(worker(1));
        post.open(AccountId(1), account.clone(), sink.clone());
        post.subscribe(AccountId(1), b"s.>", Token(1), Listens::ToAll);
        (post, account, sink)
    }

    fn heard(post: &mut Post) -> Vec<Vec<u8>> {
        let mut heard = Vec::new();
        post.hear(AccountId(1), |_, _, message| {
            heard.push(message.subject.to_vec());
            true
        });
        heard
    }

    /// Symptom: one message that can't be decoded stopped an account's JetStream at full CPU, while its memory grew. Cause: it was kept
    /// as if its end were still to come. Remedy: it is dropped, with what waits behind it.
    #[test]
    fn what_cannot_be_read_is_dropped_and_the_next_is_heard() {
        let (mut post, account, sink) = post();
        let mut publisher = worker(2);
        let mut say = |subject: &[u8]| {
            let message = midge_router::Message {
                subject,
                reply: None,
                header_len: 0,
                payload: b"hi",
            };
            publisher.send(&account, &message);
            publisher.hand_over();
        };
        say(b"s.1");
        assert_eq!(heard(&mut post), [b"s.1"]);
        push_garbage(&sink);
        assert!(heard(&mut post).is_empty());
        assert_eq!(post.pending(AccountId(1)), 0);
        say(b"s.2");
        assert_eq!(heard(&mut post), [b"s.2"]);
    }

    /// Puts bytes into a mailbox that are no message.
    fn push_garbage(sink: &Arc<Sink>) {
        let mut worker = worker(3);
        let chunk = worker.reply(sink);
        chunk
            .bytes_mut()
            .extend_from_slice(b"MSG s.a b 1 2 3 4\r\nhi\r\n");
        worker.hand_over();
    }

    /// Symptom: while the log had no room, payloads that a subscriber got too (4 KiB and more: they lie in pieces) left the mailbox turn
    /// by turn, so it never was crowded, no publisher was held, and memory grew as fast as they sent. Cause: pieces were joined before
    /// what was joined already had been heard. Remedy: more is joined only for a message whose end is missing.
    #[test]
    fn pieces_stay_in_the_mailbox_while_nothing_is_taken() {
        const MESSAGES: usize = 1000;
        const BYTES: usize = 8 << 10;
        let router = Router::new();
        let (mut post, account, sink) = post_on(&router);
        let _subscriber = also_hears(&router, &account);
        let mut publisher = worker(2);
        for number in 0..MESSAGES {
            let subject = format!("s.{number}");
            let message = midge_router::Message {
                subject: subject.as_bytes(),
                reply: None,
                header_len: 0,
                payload: &[b'x'; BYTES],
            };
            publisher.send(&account, &message);
            publisher.hand_over();
            post.hear(AccountId(1), |_, _, _| false);
        }
        let left = sink.mailbox().pending();
        let joined = post.pending(AccountId(1)) - left;
        assert!(joined <= TURN_BYTES + BYTES, "{joined} bytes are joined");
        assert!(sink.is_crowded(), "{left} bytes are in the mailbox");

        // Afterwards everything comes, in order, a turn's worth at a time.
        let mut all = Vec::new();
        while post.pending(AccountId(1)) > 0 {
            let turn = heard(&mut post);
            assert!(!turn.is_empty());
            assert!(turn.len() * BYTES <= 2 * TURN_BYTES, "{}", turn.len());
            all.extend(turn);
        }
        let said = (0..MESSAGES).map(|number| format!("s.{number}").into_bytes());
        assert!(all.into_iter().eq(said));
    }

    #[test]
    fn a_message_in_pieces_that_is_larger_than_a_turn_is_heard_in_one() {
        let router = Router::new();
        let (mut post, account, _sink) = post_on(&router);
        let _subscriber = also_hears(&router, &account);
        let mut publisher = worker(2);
        for subject in [b"s.1", b"s.2"] {
            let message = midge_router::Message {
                subject,
                reply: None,
                header_len: 0,
                payload: &vec![b'x'; 2 * TURN_BYTES],
            };
            publisher.send(&account, &message);
        }
        publisher.hand_over();
        assert_eq!(heard(&mut post), [b"s.1"]);
        assert_eq!(heard(&mut post), [b"s.2"]);
        assert_eq!(post.pending(AccountId(1)), 0);
    }

    /// A second receiver: what it gets too is shared by reference.
    fn also_hears(router: &Router, account: &Arc<Account>) -> Arc<Sink> {
        let options = SinkOptions {
            max_pending: usize::MAX,
            crowded_at: usize::MAX,
            ..SinkOptions::default()
        };
        let sink = router.sink(2, options, Box::new(Deaf));
        account.subscribe(&Subscription::new(sink.clone(), b"s.>", None, b"1"));
        sink
    }

    #[test]
    fn a_subject_that_would_end_its_line_is_not_sent() {
        let (mut post, _, _) = post();
        for bad in ["s.a b", "s.a\r\nMSG x 1 2\r\nhi", "s.a\tb", "s.a\n", ""] {
            let subject = Message {
                subject: bad.as_bytes(),
                ..Message::default()
            };
            assert!(!post.publish(AccountId(1), &subject), "{bad:?}");
            assert!(!post.deliver(AccountId(1), b"s.x", &subject), "{bad:?}");
            let reply = Message {
                subject: b"s.x",
                reply: Some(bad.as_bytes()),
                ..Message::default()
            };
            assert!(!post.deliver(AccountId(1), b"s.x", &reply), "{bad:?}");
        }
    }
}
