//! The hot path: match, stage, hand over. One worker per thread, no locks of its own.

use crate::account::Account;
use crate::cache::{MatchCache, Matched};
use crate::origin::{Goes, Origin, Refused, Rights, Routed, SERVER};
use crate::sink::{Gate, Sink};
use crate::stage::Stage;
use crate::subscription::{Reserved, Subscription};
use bytes::Bytes;
use midge_container::{Chunk, Pool};
use midge_subject::Mapped;
use std::sync::Arc;
use std::time::Instant;

/// Payloads from this size on are shared by reference when several receivers get them; below,
/// copying is cheaper than counting.
const SHARED_MIN_BYTES: usize = 4 << 10;
/// From this many staged bytes on, a read's messages are handed over before it ends: what is staged counts nowhere yet.
const STAGED_MAX_BYTES: usize = 4 << 20;

/// A message as it was parsed; it borrows the read buffer.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Where it was published.
    pub subject: &'a [u8],
    /// Where an answer is expected.
    pub reply: Option<&'a [u8]>,
    /// Length of the header block at the head of `payload`; zero: none.
    pub header_len: usize,
    /// Header block and body.
    pub payload: &'a [u8],
}

/// What one thread needs to deliver: its cache of matches, its stage and its chunk pool.
pub struct Worker {
    out: Out,
    cache: MatchCache,
    mapped: Vec<u8>,
}

/// The delivering half of a worker, apart from the cache that the matches are borrowed from.
struct Out {
    now: Instant,
    pool: Pool,
    stage: Stage,
    /// Bytes of messages in the stage, those of chunks that were full included.
    staged: usize,
    random: Random,
    /// Subscriptions that reached their maximum: removed when the match is no longer borrowed.
    spent: Vec<Arc<Subscription>>,
    crowded: Vec<Arc<Sink>>,
    /// `sid:sender`, as the server's own listeners read it where a sender is named.
    sid: Vec<u8>,
}

impl Worker {
    /// A worker whose choices (queue members, weighted mappings) follow from `seed`.
    #[must_use]
    pub fn new(seed: u64, now: Instant) -> Self {
        Self {
            out: Out {
                now,
                pool: Pool::default(),
                stage: Stage::default(),
                staged: 0,
                random: Random(seed | 1),
                spent: Vec::new(),
                crowded: Vec::new(),
                sid: Vec::new(),
            },
            cache: MatchCache::new(),
            mapped: Vec::new(),
        }
    }

    /// Tells the time of the read batch that begins.
    pub fn set_now(&mut self, now: Instant) {
        self.out.now = now;
    }

    /// Finds where a client's message goes, and asks `rights` whether it may.
    ///
    /// # Errors
    /// It may not.
    pub fn route<'m>(
        &mut self,
        account: &'m Account,
        origin: Origin<'m>,
        rights: &mut impl Rights,
        message: &'m Message<'m>,
    ) -> Result<Routed<'m>, Refused> {
        let goes = match account.rewrites() {
            false => Goes::There,
            true => self.rewrite(account, message.subject),
        };
        let refused = match &goes {
            Goes::There if !rights.may_publish(message.subject) => Some(message.subject),
            Goes::To(_) | Goes::Nowhere if rights.is_denied(message.subject) => {
                Some(message.subject)
            }
            Goes::To(subject) if !rights.may_publish(subject) => Some(&**subject),
            _ => None,
        };
        if let Some(subject) = refused {
            return Err(Refused {
                subject: subject.into(),
            });
        }
        Ok(Routed {
            account,
            origin,
            message,
            goes,
        })
    }

    /// Stages a message for every receiver and returns how many there are.
    pub fn publish(&mut self, routed: Routed<'_>) -> usize {
        let Routed {
            account,
            origin,
            message,
            goes,
        } = routed;
        match goes {
            Goes::There => self.deliver(account, &origin, message.subject, message),
            Goes::Nowhere => 0,
            Goes::To(subject) => {
                let moved = Message {
                    subject: &subject,
                    ..*message
                };
                let receivers = self.deliver(account, &origin, &subject, &moved);
                self.mapped = subject;
                receivers
            }
        }
    }

    /// Stages a message of the server's own. Mappings don't apply: whose right it is to have it sent was asked about this subject.
    pub fn send(&mut self, account: &Account, message: &Message<'_>) -> usize {
        self.send_to(account, message.subject, message)
    }

    /// Stages a message of the server's own for whoever listens to `to`; they see the message's own subject. Mappings don't apply.
    pub fn send_to(&mut self, account: &Account, to: &[u8], message: &Message<'_>) -> usize {
        self.deliver(account, &Origin::Server, to, message)
    }

    fn rewrite(&mut self, account: &Account, subject: &[u8]) -> Goes {
        let random = &mut self.out.random;
        self.mapped.clear();
        match account.rewrite(subject, &mut || random.next(), &mut self.mapped) {
            Mapped::Unchanged => Goes::There,
            Mapped::Dropped => Goes::Nowhere,
            Mapped::Moved => Goes::To(std::mem::take(&mut self.mapped)),
        }
    }

    fn deliver(
        &mut self,
        account: &Account,
        origin: &Origin<'_>,
        to: &[u8],
        message: &Message<'_>,
    ) -> usize {
        let receivers = self
            .out
            .deliver(self.cache.matched(account, to), origin, message);
        self.remove_spent(account);
        receivers
    }

    /// Subscriptions that reached their maximum go, now that no match is borrowed.
    fn remove_spent(&mut self, account: &Account) {
        for spent in self.out.spent.drain(..) {
            if spent.close() {
                spent
                    .sink()
                    .stats
                    .subscriptions
                    .fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
                account.unsubscribe(&spent);
            }
        }
    }

    /// The open chunk of a connection's own replies, in protocol order with its deliveries.
    pub fn reply(&mut self, sink: &Arc<Sink>) -> &mut Chunk {
        self.out.stage.chunk(sink, &mut self.out.pool)
    }

    /// Delivers `message` to one subscription, whoever else matches; for the server's answers.
    pub fn deliver_to(&mut self, subscription: &Arc<Subscription>, message: &Message<'_>) {
        self.out
            .stage_message(subscription.sink(), subscription.sid(), message, None);
    }

    /// Pushes all that is staged and lets each outlet write.
    pub fn hand_over(&mut self) {
        if !self.out.stage.is_empty() {
            self.out.hand_over();
        }
    }

    /// Pushes what is staged for others: before `own` stages a PONG, because a client takes the
    /// PONG as a sign that all it sent before its PING is on its way.
    pub fn hand_over_before_pong(&mut self, own: &Arc<Sink>) {
        let replies = self.out.stage.take(own);
        self.hand_over();
        if let Some(replies) = replies {
            self.out.stage.put(own, replies, &mut self.out.pool);
        }
    }

    /// Sinks that asked for a pause since the last call; empty in ordinary times.
    pub fn take_crowded(&mut self) -> Vec<Arc<Sink>> {
        std::mem::take(&mut self.out.crowded)
    }

    /// The chunk pool, for an owner that drains its own mailbox.
    pub fn pool(&mut self) -> &mut Pool {
        &mut self.out.pool
    }

    /// Gives back memory that the last minute did not use.
    pub fn trim(&mut self) {
        self.cache.trim();
        self.out.pool.trim();
        self.mapped = Vec::new();
    }
}

impl Out {
    fn deliver(&mut self, matched: &Matched, origin: &Origin<'_>, message: &Message<'_>) -> usize {
        let many = matched.plain.len() + matched.queues.len() > 1;
        let shared = (many && message.payload.len() >= SHARED_MIN_BYTES)
            .then(|| {
                matched
                    .first_sink()
                    .map(|sink| sink.memory().share(message.payload))
            })
            .flatten();
        let mut receivers = 0;
        for subscription in &matched.plain {
            receivers += usize::from(self.offer(subscription, origin, message, shared.as_ref()));
        }
        for group in &matched.queues {
            receivers += usize::from(self.offer_to_one(group, origin, message, shared.as_ref()));
        }
        receivers
    }

    /// One member of a queue group gets it: the first willing one from a random start.
    fn offer_to_one(
        &mut self,
        group: &[Arc<Subscription>],
        origin: &Origin<'_>,
        message: &Message<'_>,
        shared: Option<&Bytes>,
    ) -> bool {
        let start = self.random.below(group.len());
        let (before, after) = group.split_at(start);
        after
            .iter()
            .chain(before)
            .any(|member| self.offer(member, origin, message, shared))
    }

    fn offer(
        &mut self,
        subscription: &Arc<Subscription>,
        origin: &Origin<'_>,
        message: &Message<'_>,
        shared: Option<&Bytes>,
    ) -> bool {
        if origin.hides(subscription.sink()) {
            return false;
        }
        if subscription.is_special() {
            return self.offer_special(subscription, origin, message, shared);
        }
        self.offer_as(subscription, subscription.sid(), message, shared)
    }

    /// A receiver that must be asked, or the server itself: it learns which restricted client sent the message, and no reply subject that the
    /// client may not have messages sent to.
    #[inline(never)]
    fn offer_special(
        &mut self,
        subscription: &Arc<Subscription>,
        origin: &Origin<'_>,
        message: &Message<'_>,
        shared: Option<&Bytes>,
    ) -> bool {
        if !may_hear(subscription, origin, message) {
            return false;
        }
        let (mut sender, mut reply) = (None, message.reply);
        match origin {
            _ if !subscription.is_of_server() => {}
            Origin::Server => sender = Some(SERVER),
            Origin::Client { sink, .. } => {
                let allowed = |gate: &dyn Gate| reply.filter(|reply| gate.may_target(reply));
                if let Some(allowed) = sink.with_gate(allowed) {
                    (sender, reply) = (Some(sink.id()), allowed);
                }
            }
        }
        let Some(sender) = sender else {
            return self.offer_as(subscription, subscription.sid(), message, shared);
        };
        let mut sid = std::mem::take(&mut self.sid);
        sid.clear();
        sid.extend_from_slice(subscription.sid());
        sid.push(b':');
        push_number(&mut sid, sender);
        let message = Message { reply, ..*message };
        let taken = self.offer_as(subscription, &sid, &message, shared);
        self.sid = sid;
        taken
    }

    /// `sid`: what the receiver reads of the subscription and, if it is told, of the sender.
    #[inline]
    fn offer_as(
        &mut self,
        subscription: &Arc<Subscription>,
        sid: &[u8],
        message: &Message<'_>,
        shared: Option<&Bytes>,
    ) -> bool {
        match subscription.reserve() {
            Reserved::Refused => return false,
            Reserved::Last => self.spent.push(subscription.clone()),
            Reserved::Granted => {}
        }
        if let Some(reply) = message.reply {
            let now = self.now;
            subscription
                .sink()
                .with_gate(|gate| gate.delivered(reply, now));
        }
        self.stage_message(subscription.sink(), sid, message, shared);
        true
    }

    fn stage_message(
        &mut self,
        sink: &Arc<Sink>,
        sid: &[u8],
        message: &Message<'_>,
        shared: Option<&Bytes>,
    ) {
        let chunk = self.stage.chunk(sink, &mut self.pool);
        let start = chunk.bytes_mut().len();
        let before = chunk.len();
        write_message(chunk, sid, message, sink.takes_headers(), shared);
        self.staged += chunk.len() - before;
        if sink.is_traced() {
            let line = &chunk.bytes_mut()[start..];
            sink.outlet()
                .trace(line.split(|&byte| byte == b'\r').next().unwrap_or_default());
        }
        if let Some(full) = self.stage.take_full(sink, &mut self.pool) {
            self.push(sink, full);
        }
        if self.staged >= STAGED_MAX_BYTES {
            self.hand_over();
        }
    }

    fn push(&mut self, sink: &Arc<Sink>, chunk: Chunk) {
        if sink.push(chunk) && !self.crowded.iter().any(|other| Arc::ptr_eq(other, sink)) {
            self.crowded.push(sink.clone());
        }
    }

    fn hand_over(&mut self) {
        self.staged = 0;
        let mut stage = std::mem::take(&mut self.stage);
        let (mut last, mut full) = (Vec::new(), None);
        for (sink, chunk) in stage.drain() {
            self.push(&sink, chunk);
            if sink.outlet().is_last() {
                last.push(sink);
            } else {
                sink.outlet().flush(&sink, &mut self.pool);
                // What the socket didn't take counts from now on.
                full = full.or_else(|| sink.memory().is_full().then(|| sink.clone()));
            }
        }
        self.stage = stage;
        if let Some(sink) = full {
            sink.memory().reclaim();
        }
        for sink in last {
            sink.outlet().flush(&sink, &mut self.pool);
        }
    }
}

/// Whether a subscription that isn't plain may have the message.
fn may_hear(subscription: &Arc<Subscription>, origin: &Origin<'_>, message: &Message<'_>) -> bool {
    if subscription.is_control() && matches!(origin, Origin::Server) {
        return false;
    }
    let asks = subscription.is_filtered();
    let allows = |gate: &dyn Gate| gate.allows(message.subject, subscription.queue());
    !asks || subscription.sink().with_gate(allows) != Some(false)
}

/// Writes `MSG subject sid [reply] size` or its header form, and the payload.
fn write_message(
    chunk: &mut Chunk,
    sid: &[u8],
    message: &Message<'_>,
    headers: bool,
    shared: Option<&Bytes>,
) {
    debug_assert!(
        midge_wire::is_field(message.subject) && message.reply.is_none_or(midge_wire::is_field),
        "a subject that would end its line"
    );
    let keeps = headers && message.header_len > 0;
    let skipped = if keeps { 0 } else { message.header_len };
    let payload = &message.payload[skipped..];
    let copied = if shared.is_some() { 0 } else { payload.len() };
    let bytes = chunk.bytes_mut();
    bytes.reserve(
        message.subject.len() + sid.len() + message.reply.map_or(0, <[u8]>::len) + copied + 64,
    );
    bytes.extend_from_slice(if keeps { b"HMSG " } else { b"MSG " });
    bytes.extend_from_slice(message.subject);
    bytes.push(b' ');
    bytes.extend_from_slice(sid);
    bytes.push(b' ');
    if let Some(reply) = message.reply {
        bytes.extend_from_slice(reply);
        bytes.push(b' ');
    }
    if keeps {
        push_number(bytes, message.header_len as u64);
        bytes.push(b' ');
    }
    push_number(bytes, payload.len() as u64);
    bytes.extend_from_slice(b"\r\n");
    match shared {
        None => bytes.extend_from_slice(payload),
        Some(shared) => chunk.push_shared(shared.slice(skipped..)),
    }
    chunk.bytes_mut().extend_from_slice(b"\r\n");
    chunk.add_message(payload.len() as u64);
}

fn push_number(bytes: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    bytes.extend_from_slice(&digits[at..]);
}

/// `xorshift64*`: a queue choice costs a nanosecond and follows from the seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, len: usize) -> usize {
        (((self.next() >> 32) * len as u64) >> 32) as usize
    }
}
