//! The machine: frames to effects, with the connection's whole state in one place.

use crate::gate::{Delivery, Publishing, Verdicts};
use crate::settings::Settings;
use crate::texts::{CloseReason, answers, reason_of};
use crate::timers::{Due, Timers};
use crate::trace;
use hashbrown::{DefaultHashBuilder, HashTable};
use midge_auth::{
    ConnectionType, Grant, Permissions, ReplyPermits, SubscribeVerdict, is_reserved_reply,
};
use midge_router::{Account, Message, Origin, Sink, Subscription, Worker};
use midge_subject::{is_valid_publish, is_valid_queue, is_valid_subscribe, tokens};
use midge_wire::{ClientFrame, Connect, Limits, Publish, decode_client, encode, status_block};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Used-up subscriptions that may wait in the table before it is swept.
const SPENT_MIN: usize = 16;
/// Subscriptions that are dropped in one go at the end.
const FORGOTTEN_MAX: usize = 1024;

/// What the caller must do.
#[derive(Debug)]
pub enum Event {
    /// Credentials arrived. Nothing is parsed until [`Session::admit`] or [`Session::close`].
    Connect(Box<Connect>),
    /// The session is over: write what is staged, then shut the connection.
    Closed(CloseReason),
}

/// Who this connection is, before any CONNECT.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Number of the connection.
    pub id: u64,
    /// Address the client is seen at.
    pub client_ip: String,
    /// `ip:port - cid:N`, the beginning of its log lines.
    pub label: String,
    /// How it came.
    pub kind: ConnectionType,
    /// What an nkey signs, if anything here wants that.
    pub nonce: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Greeting,
    Admitting,
    Open,
    Closed,
}

/// One connection. See the crate's front page.
pub struct Session {
    identity: Identity,
    settings: Arc<Settings>,
    /// The settings' limits, lowered by those of the account.
    limits: Limits,
    sink: Arc<Sink>,
    state: State,
    connect: Box<Connect>,
    account: Option<Arc<Account>>,
    /// An account that was left, as long as there are subscriptions to it.
    left: Option<Arc<Account>>,
    grant: Option<Grant>,
    permissions: Option<Arc<Permissions>>,
    permits: Option<Arc<Mutex<ReplyPermits>>>,
    verdicts: Verdicts,
    subscriptions: HashTable<Arc<Subscription>>,
    hasher: DefaultHashBuilder,
    timers: Timers,
    events: VecDeque<Event>,
    label: String,
}

/// The INFO line of a connection, for handshakes that need it before there is a session.
#[must_use]
pub fn greeting(identity: &Identity, settings: &Settings) -> Vec<u8> {
    let mut line = Vec::new();
    encode::info(&mut line, &info_of(identity, settings));
    line
}

fn info_of(identity: &Identity, settings: &Settings) -> midge_wire::Info {
    midge_wire::Info {
        client_id: identity.id,
        client_ip: identity.client_ip.clone(),
        nonce: identity.nonce.clone().unwrap_or_default(),
        ..settings.info.clone()
    }
}

impl Session {
    /// A new connection. `auth_required` says whether it must send CONNECT before anything else;
    /// if not, call [`Session::admit`] with what an anonymous client may do.
    #[must_use]
    pub fn new(
        identity: Identity,
        settings: Arc<Settings>,
        sink: Arc<Sink>,
        auth_required: bool,
        now: Instant,
    ) -> Self {
        let listener = settings.of(identity.kind);
        let authenticate_by = listener
            .credentials_expected
            .then(|| now + listener.auth_timeout);
        sink.set_traced(settings.tracing.is_some());
        Self {
            timers: Timers::new(now, authenticate_by, listener.ping_interval),
            label: identity.label.clone(),
            limits: settings.limits,
            identity,
            settings,
            sink,
            state: if auth_required {
                State::Greeting
            } else {
                State::Open
            },
            connect: Box::default(),
            account: None,
            left: None,
            grant: None,
            permissions: None,
            permits: None,
            verdicts: Verdicts::new(),
            subscriptions: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            events: VecDeque::new(),
        }
    }

    /// The INFO line a client reads first.
    #[must_use]
    pub fn greeting(&self) -> Vec<u8> {
        greeting(&self.identity, &self.settings)
    }

    /// Parses and carries out what `input` holds and returns how many bytes were consumed; keep the
    /// rest and put it before the next input. Poll events, then the timeout, afterwards; the caller
    /// ends the batch with [`Worker::hand_over`].
    pub fn receive(&mut self, input: &[u8], now: Instant, worker: &mut Worker) -> usize {
        worker.set_now(now);
        self.timers.active(now);
        let settings = self.settings.clone();
        let (mut at, mut messages, mut bytes) = (0, 0, 0);
        while matches!(self.state, State::Open | State::Greeting) && at < input.len() {
            match decode_client(&input[at..], &self.limits) {
                Ok(Some((frame, used))) => {
                    if let Some(tracing) = settings.tracing {
                        trace::arrived(&self.label, &frame, &input[at..at + used], tracing);
                    }
                    if let ClientFrame::Pub(publish) = &frame {
                        messages += 1;
                        bytes += publish.payload.len() as u64;
                    }
                    at += used;
                    self.handle(&frame, now, worker);
                }
                Ok(None) => {
                    self.check_unfinished(&input[at..], worker);
                    break;
                }
                Err(error) => {
                    trace::fault(&self.label, &error, &input[at..]);
                    self.close(self.reason_of_fault(&error, &input[at..]), worker);
                }
            }
        }
        if at > 0 && self.state == State::Open {
            self.timers.authenticated();
        }
        if messages > 0 {
            self.sink.stats.in_msgs.fetch_add(messages, Relaxed);
            self.sink.stats.in_bytes.fetch_add(bytes, Relaxed);
        }
        at
    }

    /// What the caller must do next; poll after every other call.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Lets the client into `account` with the rights of `grant`. `false`: the account is full, and
    /// the session closes.
    pub fn admit(&mut self, account: Arc<Account>, grant: Grant, worker: &mut Worker) -> bool {
        let same = self
            .account
            .as_ref()
            .is_some_and(|old| Arc::ptr_eq(old, &account));
        if !same {
            self.leave_account();
            while !self.forget_subscriptions() {}
            if !account.enter() {
                self.close(CloseReason::MaxAccountConnectionsExceeded, worker);
                return false;
            }
            self.account = Some(account);
        }
        let came_by_connect = self.state == State::Admitting;
        self.set_grant(grant);
        self.state = State::Open;
        if came_by_connect && self.connect.verbose {
            self.ok(worker);
        }
        true
    }

    /// Ends the session: stages the farewell, and reports [`Event::Closed`]. No subscription gets anything any more; if they are many, some
    /// are left for [`Session::forget_subscriptions`].
    pub fn close(&mut self, reason: CloseReason, worker: &mut Worker) {
        if self.state == State::Closed {
            return;
        }
        if let Some(text) = reason.farewell() {
            self.error(text, worker);
        }
        self.state = State::Closed;
        self.sink.shut();
        self.leave_account();
        self.events.push_back(Event::Closed(reason));
    }

    /// When [`Session::handle_timeout`] wants to be called; ask again after every other call.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        (self.state != State::Closed).then(|| self.timers.deadline())
    }

    /// Time passed: pings, or closes a connection that is silent or unauthenticated for too long.
    pub fn handle_timeout(&mut self, now: Instant, worker: &mut Worker) {
        let interval = self.settings.of(self.identity.kind).ping_interval;
        match self.timers.due(now, interval, self.settings.ping_max) {
            Due::Nothing => {}
            Due::Ping => self.ping_now(now, worker),
            Due::Stale => self.close(CloseReason::StaleConnection, worker),
            Due::AuthenticationTimeout => self.close(CloseReason::AuthenticationTimeout, worker),
        }
    }

    /// The caller reads nothing at the moment, so that unanswered PINGs are no sign of a stale connection.
    pub fn note_unread(&mut self) {
        self.timers.excuse();
    }

    /// New settings after a reload, or for a server that leaves; a client that understands it gets
    /// INFO again when `announce` is set.
    pub fn update(
        &mut self,
        settings: Arc<Settings>,
        announce: bool,
        now: Instant,
        worker: &mut Worker,
    ) {
        self.sink.set_traced(settings.tracing.is_some());
        let listener = settings.of(self.identity.kind);
        self.timers.set_interval(now, listener.ping_interval);
        self.settings = settings;
        self.lower_limits();
        if announce && self.connect.protocol >= 1 && self.state == State::Open {
            let info = self.info();
            encode::info(worker.reply(&self.sink).bytes_mut(), &info);
        }
    }

    /// New rights after a reload. Subscriptions that are no longer allowed end with an error;
    /// `None` closes the session.
    pub fn review(&mut self, grant: Option<Grant>, worker: &mut Worker) {
        let Some(grant) = grant else {
            // A named user goes in silence, as with the reference; others are told.
            let named = !self.connect.user.is_empty() || !self.connect.nkey.is_empty();
            let reason = if named {
                CloseReason::AuthenticationRevoked
            } else {
                CloseReason::AuthenticationViolation
            };
            return self.close(reason, worker);
        };
        self.set_grant(grant);
        let Some(permissions) = self.permissions.clone() else {
            return;
        };
        let mut revoked = Vec::new();
        for subscription in &self.subscriptions {
            match permissions.can_subscribe(subscription.filter(), subscription.queue()) {
                SubscribeVerdict::Denied => revoked.push(subscription.clone()),
                verdict => subscription.set_filtered(verdict == SubscribeVerdict::AllowedButFilter),
            }
        }
        for subscription in revoked {
            self.error(
                &answers::subscription_revoked(subscription.filter(), subscription.sid()),
                worker,
            );
            self.remove(&subscription);
        }
    }

    /// The CONNECT in force; defaults before the first.
    #[must_use]
    pub fn connect(&self) -> &Connect {
        &self.connect
    }

    /// Who the connection is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The account it is in.
    #[must_use]
    pub fn account(&self) -> Option<&Arc<Account>> {
        self.account.as_ref()
    }

    /// What it may do.
    #[must_use]
    pub fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }

    /// The limits in force for this connection.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// When bytes arrived last.
    #[must_use]
    pub fn last_activity(&self) -> Instant {
        self.timers.last_activity()
    }

    /// The last measured round trip.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        self.timers.round_trip()
    }

    /// The beginning of its log lines.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    // -- frames

    fn handle(&mut self, frame: &ClientFrame<'_>, now: Instant, worker: &mut Worker) {
        if self.state == State::Greeting && !matches!(frame, ClientFrame::Connect(_)) {
            return self.close(CloseReason::AuthenticationViolation, worker);
        }
        match frame {
            ClientFrame::Pub(publish) => self.publish(publish, now, worker),
            ClientFrame::Sub {
                subject,
                queue,
                sid,
            } => self.subscribe(subject, *queue, sid, worker),
            ClientFrame::Unsub { sid, max } => self.unsubscribe(sid, *max, worker),
            ClientFrame::Ping => self.pong(worker),
            ClientFrame::Pong => self.timers.pong(now),
            ClientFrame::Connect(json) => self.connected(json, worker),
            ClientFrame::Err(_) => self.close(CloseReason::ClientClosed, worker),
            _ => {}
        }
    }

    /// Before CONNECT not even the beginning of another operation is accepted, and without header
    /// support not the control line of an HPUB.
    fn check_unfinished(&mut self, unfinished: &[u8], worker: &mut Worker) {
        let first = unfinished.first().map(u8::to_ascii_uppercase);
        if self.state == State::Greeting && !matches!(first, None | Some(b'C')) {
            self.close(CloseReason::AuthenticationViolation, worker);
        } else if self.state == State::Open
            && first == Some(b'H')
            && !self.connect.headers
            && unfinished.contains(&b'\n')
        {
            self.close(CloseReason::MsgHeaderViolation, worker);
        }
    }

    fn reason_of_fault(&self, error: &midge_wire::Error, input: &[u8]) -> CloseReason {
        match self.state {
            State::Greeting if !matches!(input.first(), Some(b'C' | b'c')) => {
                CloseReason::AuthenticationViolation
            }
            // The control line alone was wrong already.
            State::Open
                if matches!(error, midge_wire::Error::PayloadNotTerminated { .. })
                    && matches!(input.first(), Some(b'H' | b'h'))
                    && !self.connect.headers =>
            {
                CloseReason::MsgHeaderViolation
            }
            _ => reason_of(error),
        }
    }

    fn connected(&mut self, json: &[u8], worker: &mut Worker) {
        let connect = match Connect::parse(json) {
            Ok(connect) => connect,
            Err(error) => {
                tracing::debug!("{} - {error}", self.label);
                return self.close(CloseReason::ProtocolViolation, worker);
            }
        };
        if !(0..=1).contains(&connect.protocol) {
            return self.close(CloseReason::BadClientProtocolVersion, worker);
        }
        let headers = connect.headers && self.settings.info.headers;
        if connect.no_responders && !headers {
            return self.close(CloseReason::NoRespondersRequiresHeaders, worker);
        }
        if !connect.account.is_empty() {
            return self.close(CloseReason::AuthenticationViolation, worker);
        }
        self.sink.set_headers(headers);
        *self.connect = Connect { headers, ..connect };
        self.state = State::Admitting;
        self.events.push_back(Event::Connect(self.connect.clone()));
    }

    fn publish(&mut self, publish: &Publish<'_>, now: Instant, worker: &mut Worker) {
        if publish.is_hpub && !self.connect.headers {
            return self.close(CloseReason::MsgHeaderViolation, worker);
        }
        if self.connect.pedantic && !is_valid_publish(publish.subject) {
            self.error(answers::INVALID_PUBLISH_SUBJECT, worker);
        }
        let Some(account) = &self.account else { return };
        let message = Message {
            subject: publish.subject,
            reply: publish.reply,
            header_len: publish.header_len,
            payload: publish.payload,
        };
        let origin = Origin::Client {
            sink: &self.sink,
            echo: self.connect.echo,
        };
        let mut rights = Publishing {
            permissions: self.permissions.as_deref(),
            permits: self.permits.as_deref(),
            verdicts: &mut self.verdicts,
            now,
        };
        let routed = match worker.route(account, origin, &mut rights, &message) {
            Ok(routed) => routed,
            Err(refused) => return self.refuse(&refused.subject, worker),
        };
        if let Some(reply) = publish.reply.filter(|reply| is_reserved_reply(reply)) {
            tracing::error!(
                "{} - Publish Violation - Reply {:?}",
                self.label,
                Lossy(reply)
            );
            return self.error(&answers::reply_denied(reply), worker);
        }
        if self.connect.verbose {
            encode::ok(worker.reply(&self.sink).bytes_mut());
            self.trace_out("OK");
        }
        let receivers = worker.publish(routed);
        if receivers == 0 && self.connect.no_responders && publish.reply.is_some() {
            self.no_responders(publish, worker);
        }
    }

    fn refuse(&mut self, subject: &[u8], worker: &mut Worker) {
        tracing::error!(
            "{} - Publish Violation - Subject {:?}",
            self.label,
            Lossy(subject)
        );
        self.error(&answers::publish_denied(subject), worker);
    }

    /// Nobody listens: the requester's own subscription for the reply gets a 503.
    fn no_responders(&mut self, publish: &Publish<'_>, worker: &mut Worker) {
        let (Some(account), Some(reply)) = (&self.account, publish.reply) else {
            return;
        };
        let mut own = None;
        account.for_each_match(reply, |subscription| {
            if own.is_none()
                && subscription.queue().is_none()
                && Arc::ptr_eq(subscription.sink(), &self.sink)
            {
                own = Some(subscription.clone());
            }
        });
        if let Some(subscription) = own {
            let mut block = Vec::new();
            status_block(&mut block, 503, "", &[("Nats-Subject", publish.subject)]);
            let message = Message {
                subject: reply,
                reply: None,
                header_len: block.len(),
                payload: &block,
            };
            worker.deliver_to(&subscription, &message);
        }
    }

    fn subscribe(&mut self, filter: &[u8], queue: Option<&[u8]>, sid: &[u8], worker: &mut Worker) {
        let verdict = match &self.permissions {
            None => SubscribeVerdict::Allowed,
            Some(permissions) => permissions.can_subscribe(filter, queue),
        };
        if verdict == SubscribeVerdict::Denied {
            tracing::error!(
                "{} - Subscription Violation - Subject {:?}, SID {:?}",
                self.label,
                Lossy(filter),
                Lossy(sid)
            );
            return self.error(&answers::subscribe_denied(filter, queue), worker);
        }
        if self
            .settings
            .max_sub_tokens
            .is_some_and(|max| tokens(filter).count() > max)
        {
            return self.error(&answers::too_many_tokens(filter), worker);
        }
        if self.has_all_subscriptions() {
            return self.error(answers::TOO_MANY_SUBSCRIPTIONS, worker);
        }
        if !is_valid_subscribe(filter) || queue.is_some_and(|queue| !is_valid_queue(queue)) {
            return self.error(answers::INVALID_SUBJECT, worker);
        }
        self.insert(
            filter,
            queue,
            sid,
            verdict == SubscribeVerdict::AllowedButFilter,
        );
        if self.connect.verbose {
            self.ok(worker);
        }
    }

    fn has_all_subscriptions(&self) -> bool {
        let granted = self
            .grant
            .as_ref()
            .and_then(|grant| grant.limits.max_subscriptions);
        let max = [self.settings.max_subscriptions, granted]
            .into_iter()
            .flatten()
            .min();
        max.is_some_and(|max| self.sink.stats.subscriptions.load(Relaxed) >= max)
    }

    /// A second SUB with a live sid changes nothing.
    fn insert(&mut self, filter: &[u8], queue: Option<&[u8]>, sid: &[u8], filtered: bool) {
        self.sweep_spent();
        let Some(account) = &self.account else { return };
        let hash = self.hasher.hash_one(sid);
        let known = self
            .subscriptions
            .find_entry(hash, |other| other.sid() == sid);
        if let Ok(known) = known {
            if !known.get().is_closed() {
                return;
            }
            known.remove();
        }
        let subscription = Subscription::new(self.sink.clone(), filter, queue, sid);
        subscription.set_filtered(filtered);
        let hasher = &self.hasher;
        self.subscriptions
            .insert_unique(hash, subscription.clone(), |other| {
                hasher.hash_one(other.sid())
            });
        self.sink.stats.subscriptions.fetch_add(1, Relaxed);
        account.subscribe(&subscription);
    }

    /// Used-up subscriptions are marked by whoever delivered last; the table forgets them here.
    fn sweep_spent(&mut self) {
        let live =
            usize::try_from(self.sink.stats.subscriptions.load(Relaxed)).unwrap_or(usize::MAX);
        if self.subscriptions.len() > live.saturating_mul(2) + SPENT_MIN {
            self.subscriptions
                .retain(|subscription| !subscription.is_closed());
        }
    }

    fn unsubscribe(&mut self, sid: &[u8], max: Option<u64>, worker: &mut Worker) {
        let hash = self.hasher.hash_one(sid);
        let known = self
            .subscriptions
            .find(hash, |other| other.sid() == sid)
            .cloned();
        if let Some(subscription) = known
            && max.is_none_or(|max| subscription.set_max(max))
        {
            self.remove(&subscription);
        }
        if self.connect.verbose {
            self.ok(worker);
        }
    }

    fn remove(&mut self, subscription: &Arc<Subscription>) {
        let hash = self.hasher.hash_one(subscription.sid());
        if let Ok(entry) = self
            .subscriptions
            .find_entry(hash, |other| Arc::ptr_eq(other, subscription))
        {
            entry.remove();
        }
        if subscription.close() {
            self.sink.stats.subscriptions.fetch_sub(1, Relaxed);
            if let Some(account) = &self.account {
                account.unsubscribe(subscription);
            }
        }
    }

    fn pong(&mut self, worker: &mut Worker) {
        worker.hand_over_before_pong(&self.sink);
        encode::pong(worker.reply(&self.sink).bytes_mut());
        self.trace_out("PONG");
        if self.timers.client_pinged() && self.connect.protocol >= 1 && self.account.is_some() {
            let info = self.info_after_connect();
            encode::info(worker.reply(&self.sink).bytes_mut(), &info);
        }
    }

    /// Sends a PING now, to measure the round trip.
    pub fn ping_now(&mut self, now: Instant, worker: &mut Worker) {
        self.timers.pinged(now);
        encode::ping(worker.reply(&self.sink).bytes_mut());
        self.trace_out("PING");
    }

    // -- rights

    fn set_grant(&mut self, grant: Grant) {
        if self.grant.as_ref() == Some(&grant) {
            return;
        }
        self.verdicts.clear();
        self.permissions = grant.permissions.clone();
        let responses = self
            .permissions
            .as_ref()
            .and_then(|permissions| permissions.responses());
        self.permits = responses.map(|rule| Arc::new(Mutex::new(ReplyPermits::new(rule))));
        let gate = self.permissions.as_ref().map(|permissions| {
            let (permissions, permits) = (permissions.clone(), self.permits.clone());
            Box::new(Delivery {
                permissions,
                permits,
            }) as Box<dyn midge_router::Gate>
        });
        self.sink.set_gate(gate);
        if let Some(user) = &grant.user {
            self.label = format!(
                "{} - \"{}/user:{user}\"",
                self.identity.label, grant.account
            );
        }
        self.grant = Some(grant);
        self.lower_limits();
    }

    fn lower_limits(&mut self) {
        let granted = self
            .grant
            .as_ref()
            .and_then(|grant| grant.limits.max_payload);
        let granted = granted.map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX));
        let own = self.settings.limits;
        self.limits = Limits {
            max_payload: own.max_payload.min(granted),
            ..own
        };
    }

    fn leave_account(&mut self) {
        if let Some(account) = self.account.take() {
            account.leave();
            self.left = Some(account);
            self.forget_subscriptions();
        }
    }

    /// Drops some of the subscriptions of an account that was left. True when there are no more.
    ///
    /// Whoever ends a session calls it until then and lets others have a turn in between; a session that is dropped does it in one go.
    pub fn forget_subscriptions(&mut self) -> bool {
        let Some(account) = &self.left else {
            return true;
        };
        let some = self.subscriptions.extract_if(|_| true).take(FORGOTTEN_MAX);
        for subscription in some {
            if subscription.close() {
                self.sink.stats.subscriptions.fetch_sub(1, Relaxed);
                account.unsubscribe(&subscription);
            }
        }
        let done = self.subscriptions.is_empty();
        if done {
            self.subscriptions = HashTable::new();
            self.left = None;
        }
        done
    }

    // -- answers

    fn info(&self) -> midge_wire::Info {
        let granted = self
            .grant
            .as_ref()
            .and_then(|grant| grant.limits.max_payload);
        let own = self.settings.info.max_payload;
        midge_wire::Info {
            max_payload: granted
                .and_then(|max| i32::try_from(max).ok())
                .map_or(own, |max| max.min(own)),
            ..info_of(&self.identity, &self.settings)
        }
    }

    fn info_after_connect(&self) -> midge_wire::Info {
        let account = self
            .account
            .as_ref()
            .map(|account| account.name().to_string())
            .unwrap_or_default();
        midge_wire::Info {
            connect_info: true,
            acc_is_sys: self.settings.system_account.as_deref() == Some(account.as_str()),
            remote_account: account,
            ..self.info()
        }
    }

    fn ok(&mut self, worker: &mut Worker) {
        encode::ok(worker.reply(&self.sink).bytes_mut());
        self.trace_out("OK");
    }

    fn error(&mut self, text: &str, worker: &mut Worker) {
        encode::err(worker.reply(&self.sink).bytes_mut(), text.as_bytes());
        self.trace_out(&format!("-ERR {text}"));
    }

    fn trace_out(&self, line: &str) {
        if self.settings.tracing.is_some() {
            trace::leaves(&self.label, line);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        while !self.forget_subscriptions() {}
    }
}

/// Bytes of a peer in a log line, quoted.
struct Lossy<'a>(&'a [u8]);

impl std::fmt::Debug for Lossy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.0))
    }
}
