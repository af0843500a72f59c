//! A consumer: a cursor over a stream, what is out and not acknowledged, and who asks for more.
//!
//! A pure machine: requests, acks and time go in ([`Consumer::pull`], [`Consumer::ack`], [`Consumer::handle_timeout`]), deliveries
//! come out of [`Consumer::run`], which does a bounded piece of work per call.
//!
//! # Invariants
//! - `floor.stream < ` every pending sequence `< next`.
//! - A pending sequence is either in `due` (its client has it) or in `redeliver` (it waits to go out again), never in both.
//! - Nothing beyond the log's visible sequence is delivered, so no crash can take back what a client saw.

mod ack;
mod config;
mod deliver;
mod feed;
mod info;
mod request;
mod save;

pub(crate) use ack::Place;
pub use config::{AckPolicy, ConsumerConfig, DeliverPolicy, ReplayPolicy};

use crate::status::status;
use crate::{AccountId, Message, Network};
pub(crate) use feed::count;
use midge_streamlog::{Filter, Stream as Log};
use request::{Body, Request};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How often changed state is written when nobody waits for it.
const SAVE_PERIOD: u64 = 100_000_000;

/// A consumer sequence with the stream sequence beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) consumer: u64,
    pub(crate) stream: u64,
}

/// A message that is out and not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pending {
    /// The consumer sequence of its first delivery.
    dseq: u64,
    /// How often it went out.
    count: u64,
    /// When it counts as lost; `None`: it waits in `redeliver`.
    due: Option<u64>,
}

/// See the head of this file.
pub(crate) struct Consumer {
    pub(crate) config: ConsumerConfig,
    pub(crate) created: u64,
    account: AccountId,
    stream: String,
    log: Log,
    filters: Arc<[Filter]>,
    /// The next stream sequence that wasn't looked at.
    next: u64,
    /// The consumer sequence of the next delivery.
    dseq: u64,
    floor: Pair,
    pending: BTreeMap<u64, Pending>,
    due: BTreeSet<(u64, u64)>,
    redeliver: VecDeque<u64>,
    /// Sequences to deliver before `next`: the last ones of each subject.
    initial: VecDeque<u64>,
    requests: VecDeque<Request>,
    /// Stream sequences that were acknowledged since the stream asked.
    acked: Vec<u64>,
    /// Who waits for acks to be on the disk.
    replies: Vec<Box<[u8]>>,
    changed: bool,
    saved: u64,
    /// The last sign of a client.
    active: u64,
    delivered_at: Option<u64>,
    acked_at: Option<u64>,
    push: Push,
    /// `$JS.ACK.STREAM.CONSUMER.`
    ack_head: Vec<u8>,
    scratch: Vec<u8>,
    advisories: Vec<(String, serde_json::Value)>,
}

/// What only push consumers need.
#[derive(Default)]
struct Push {
    /// Somebody listens on the deliver subject.
    bound: bool,
    /// When to look again whether somebody does.
    look_at: Option<u64>,
    /// When the next heartbeat is due.
    heartbeat: Option<u64>,
    /// Bytes that went out since the client last answered a flow control request.
    bytes: u64,
    /// How many may.
    window: u64,
    /// The flow control request that is out: its reply subject, and the bytes it stands for.
    asked: Option<(Vec<u8>, u64)>,
    /// Draws the names of flow control requests.
    draws: u64,
}

impl Consumer {
    /// A new consumer, placed by its policy.
    pub(crate) fn new(
        account: AccountId,
        stream: &str,
        log: &Log,
        config: ConsumerConfig,
        now: u64,
    ) -> Self {
        let mut consumer = Self::empty(account, stream, log, config, now);
        consumer.place();
        consumer
    }

    fn empty(
        account: AccountId,
        stream: &str,
        log: &Log,
        config: ConsumerConfig,
        now: u64,
    ) -> Self {
        let name = &config.name;
        Self {
            ack_head: format!("$JS.ACK.{stream}.{name}.").into_bytes(),
            filters: config.filters().map(Filter::new).collect(),
            account,
            stream: stream.to_owned(),
            log: log.clone(),
            config,
            created: now,
            next: 1,
            dseq: 1,
            floor: Pair::default(),
            pending: BTreeMap::new(),
            due: BTreeSet::new(),
            redeliver: VecDeque::new(),
            initial: VecDeque::new(),
            requests: VecDeque::new(),
            acked: Vec::new(),
            replies: Vec::new(),
            changed: true,
            saved: 0,
            active: now,
            delivered_at: None,
            acked_at: None,
            push: Push::new(),
            scratch: Vec::new(),
            advisories: Vec::new(),
        }
    }

    /// Finds where it begins.
    fn place(&mut self) {
        let stats = self.log.stats();
        let end = stats.last_seq + 1;
        self.next = match self.config.deliver_policy {
            DeliverPolicy::All => stats.first_seq,
            DeliverPolicy::New => end,
            DeliverPolicy::Last => self.last_match().unwrap_or(end),
            DeliverPolicy::ByStartSequence => {
                self.config.opt_start_seq.max(stats.first_seq).min(end)
            }
            DeliverPolicy::ByStartTime => {
                let time = self.config.opt_start_time.unwrap_or_default();
                self.log.seq_at(time.0).unwrap_or(end)
            }
            DeliverPolicy::LastPerSubject => {
                self.initial = self.last_per_subject();
                end
            }
        };
        self.floor.stream = self
            .initial
            .front()
            .copied()
            .unwrap_or(self.next)
            .saturating_sub(1);
    }

    fn last_match(&self) -> Option<u64> {
        if self.filters.is_empty() {
            return self.log.last(&Filter::all(), u64::MAX);
        }
        self.filters
            .iter()
            .filter_map(|filter| self.log.last(filter, u64::MAX))
            .max()
    }

    fn last_per_subject(&self) -> VecDeque<u64> {
        let mut seqs = Vec::new();
        for filter in &*self.filters {
            self.log
                .each_subject(filter, |_, total| seqs.push(total.last));
        }
        seqs.sort_unstable();
        seqs.into()
    }

    pub(crate) fn name(&self) -> &str {
        &self.config.name
    }

    /// Whether a message on `subject` is for it.
    pub(crate) fn wants(&self, subject: &[u8]) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.matches(subject))
    }

    /// Whether it will never deliver this message again.
    pub(crate) fn is_done_with(&self, seq: u64) -> bool {
        seq < self.next && !self.pending.contains_key(&seq) && !self.initial.contains(&seq)
    }

    /// Takes a configuration that was checked as an update.
    pub(crate) fn update(&mut self, config: ConsumerConfig) {
        self.filters = config.filters().map(Filter::new).collect();
        if config.deliver_subject != self.config.deliver_subject {
            self.push = Push::new();
        }
        self.config = config;
        self.changed = true;
    }

    /// A pull request arrived.
    pub(crate) fn pull(&mut self, reply: &[u8], body: &[u8], now: u64, net: &mut dyn Network) {
        self.active = now;
        let body = match self.judge(body) {
            Ok(body) => body,
            Err((code, text)) => return self.send_status(reply, &status(code, &text), net),
        };
        let open = usize::try_from(self.config.max_waiting).unwrap_or(usize::MAX);
        if self.requests.len() >= open {
            self.drop_dead(now, net);
        }
        if self.requests.len() >= open {
            if body.idle_heartbeat <= 0 {
                self.send_status(reply, &status(409, "Exceeded MaxWaiting"), net);
            }
            return;
        }
        if body.no_wait && body.expires <= 0 {
            let ready = self.ready();
            let asked = self
                .requests
                .iter()
                .fold(0_i64, |sum, request| sum.saturating_add(request.left));
            if ready == 0 {
                return self.send_status(reply, &status(404, "No Messages"), net);
            }
            if i64::try_from(ready).is_ok_and(|ready| ready <= asked) {
                return self.send_status(reply, &status(408, "Requests Pending"), net);
            }
        }
        self.requests.push_back(Request::new(reply, &body, now));
    }

    fn judge(&self, body: &[u8]) -> Result<Body, (u16, String)> {
        if !self.config.is_pull() {
            return Err((409, "Consumer is push based".into()));
        }
        let body = Body::parse(body).map_err(|error| (400, format!("Bad Request - {error}")))?;
        let config = &self.config;
        if config.max_batch > 0 && body.batch > config.max_batch {
            return Err((
                409,
                format!("Exceeded MaxRequestBatch of {}", config.max_batch),
            ));
        }
        if config.max_expires > 0 && body.expires > config.max_expires {
            let most = crate::headers::show_duration(config.max_expires);
            return Err((409, format!("Exceeded MaxRequestExpires of {most}")));
        }
        if config.max_bytes > 0 && body.max_bytes > config.max_bytes {
            return Err((
                409,
                format!("Exceeded MaxRequestMaxBytes of {}", config.max_bytes),
            ));
        }
        Ok(body)
    }

    /// Messages that could go out now, but for the limit of unacknowledged ones.
    fn ready(&self) -> u64 {
        self.num_pending() + self.redeliver.len() as u64
    }

    /// Messages that match and weren't delivered yet.
    pub(crate) fn num_pending(&self) -> u64 {
        self.initial.len() as u64 + count(&self.log, &self.filters, self.next)
    }

    /// Removes requests whose clients are gone or whose time is over.
    fn drop_dead(&mut self, now: u64, net: &mut dyn Network) {
        let requests = std::mem::take(&mut self.requests);
        for request in requests {
            if request.expires.is_some_and(|end| end <= now) {
                self.send_status(&request.reply, &request.ending(408, "Request Timeout"), net);
            } else if net.has_interest(self.account, &request.reply) {
                self.requests.push_back(request);
            }
        }
    }

    /// When time does something to it.
    pub(crate) fn poll_timeout(&self) -> Option<u64> {
        let request = self.requests.iter().filter_map(Request::due).min();
        let lost = self.due.first().map(|(due, _)| *due);
        let pause = self
            .config
            .pause_until
            .map(|until| until.0)
            .filter(|_| !self.requests.is_empty() || !self.config.is_pull());
        let save = self.changed.then(|| self.saved + SAVE_PERIOD);
        [
            request,
            lost,
            self.push.heartbeat,
            self.push.look_at,
            self.inactive_at(),
            pause,
            save,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When it has been without a client for too long.
    fn inactive_at(&self) -> Option<u64> {
        let busy = !self.requests.is_empty() || self.push.bound;
        let threshold = u64::try_from(self.config.inactive_threshold)
            .ok()
            .filter(|threshold| *threshold > 0)?;
        (!busy).then(|| self.active.saturating_add(threshold))
    }

    /// Whether it may be removed for want of a client.
    pub(crate) fn is_abandoned(&self, now: u64) -> bool {
        self.inactive_at().is_some_and(|at| at <= now)
    }

    /// Time passed: what wasn't acknowledged goes out again, requests end, heartbeats are sent.
    pub(crate) fn handle_timeout(&mut self, now: u64, net: &mut dyn Network) {
        if self.config.pause_until.is_some_and(|until| until.0 <= now) {
            self.config.pause_until = None;
        }
        while let Some((due, seq)) = self.due.first().copied() {
            if due > now {
                break;
            }
            self.due.pop_first();
            self.queue_again(seq);
        }
        if self
            .requests
            .iter()
            .any(|request| request.due().is_some_and(|due| due <= now))
        {
            self.drop_dead(now, net);
            self.beat_requests(now, net);
            self.active = self.active.max(now);
        }
        if !self.config.is_pull() {
            self.look_for_interest(now, net);
            self.beat(now, net);
        }
    }

    fn queue_again(&mut self, seq: u64) {
        if let Some(pending) = self.pending.get_mut(&seq) {
            pending.due = None;
            self.redeliver.push_back(seq);
        }
    }

    fn beat_requests(&mut self, now: u64, net: &mut dyn Network) {
        let beat = self.heartbeat_block();
        let account = self.account;
        for request in &mut self.requests {
            if let Some((every, due)) = &mut request.heartbeat
                && *due <= now
            {
                *due = now.saturating_add(*every);
                net.publish(
                    account,
                    &Message {
                        subject: &request.reply,
                        headers: &beat,
                        ..Message::default()
                    },
                );
            }
        }
    }

    fn heartbeat_block(&self) -> Vec<u8> {
        let last = [
            ("Nats-Last-Consumer", (self.dseq - 1).to_string()),
            ("Nats-Last-Stream", self.next.saturating_sub(1).to_string()),
        ];
        let mut extra = last.to_vec();
        if let Some((reply, _)) = &self.push.asked
            && self.is_stalled()
        {
            extra.push((
                "Nats-Consumer-Stalled",
                String::from_utf8_lossy(reply).into_owned(),
            ));
        }
        crate::status::status_with(100, "Idle Heartbeat", &extra)
    }

    fn send_status(&self, to: &[u8], block: &[u8], net: &mut dyn Network) {
        net.publish(
            self.account,
            &Message {
                subject: to,
                headers: block,
                ..Message::default()
            },
        );
    }

    /// Messages below `first` are gone, and perhaps others.
    pub(crate) fn removed(&mut self, first: u64) {
        self.next = self.next.max(first);
        self.initial.retain(|seq| *seq >= first);
        let gone: Vec<u64> = self
            .pending
            .keys()
            .copied()
            .filter(|seq| *seq < first || matches!(self.log.peek(*seq), Ok(None)))
            .collect();
        for seq in gone {
            self.forget(seq);
        }
        if self.pending.is_empty() {
            self.floor.stream = self.floor.stream.max(self.next.saturating_sub(1));
        }
        self.changed = true;
    }

    /// The consumer ends: whoever waits is told why.
    pub(crate) fn end(&mut self, code: u16, text: &str, net: &mut dyn Network) {
        for request in std::mem::take(&mut self.requests) {
            self.send_status(&request.reply, &request.ending(code, text), net);
        }
        if !self.config.is_pull() && text == "Consumer Deleted" {
            self.send_status(
                &self.config.deliver_subject.clone().into_bytes(),
                &status(code, text),
                net,
            );
        }
    }

    /// Begins anew at `seq`, or after the floor.
    pub(crate) fn reset(&mut self, seq: Option<u64>, now: u64) -> u64 {
        let stats = self.log.stats();
        let at = seq.unwrap_or(self.floor.stream + 1).max(stats.first_seq);
        self.pending.clear();
        self.due.clear();
        self.redeliver.clear();
        self.initial.clear();
        self.next = at;
        self.dseq = 1;
        self.floor = Pair {
            consumer: 0,
            stream: at - 1,
        };
        (self.delivered_at, self.acked_at) = (None, None);
        self.active = now;
        self.changed = true;
        at
    }

    /// Stops deliveries until a time; `None`: they go on.
    pub(crate) fn pause(&mut self, until: Option<crate::time::Time>, now: u64) {
        self.config.pause_until = until.filter(|until| until.0 > now);
        self.changed = true;
    }

    pub(crate) fn is_paused(&self, now: u64) -> bool {
        self.config.pause_until.is_some_and(|until| until.0 > now)
    }

    /// Events for whoever watches, as subject and body without the common fields.
    pub(crate) fn take_advisories(&mut self) -> Vec<(String, serde_json::Value)> {
        std::mem::take(&mut self.advisories)
    }

    /// Sequences that were acknowledged since the last call.
    pub(crate) fn take_acked(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.acked)
    }
}
