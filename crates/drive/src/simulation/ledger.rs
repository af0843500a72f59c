//! What must hold: which messages were acknowledged and removed, and what each consumer got.

use super::Dice;
use midge_streamlog::{Policy, StoreOptions};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Subjects of a stream; the last one is in no filter.
pub(super) const SUBJECTS: u64 = 4;
/// How slow a disk is at most that has many small segments.
const SLOW_MS_SMALL: u64 = 10;
/// Streams that clients publish to, at most.
const PUBLISHED_MAX: u64 = 3;

/// What a seed has for a server and its clients.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) policy: Policy,
    pub(super) clients: usize,
    pub(super) streams: Vec<StreamPlan>,
    pub(super) consumers: Vec<ConsumerPlan>,
    pub(super) journal_bytes: u64,
    pub(super) max_buffered: usize,
    pub(super) direct_bytes: usize,
    /// Size of the streams' larger segments.
    pub(super) segment_bytes: u32,
    /// Files that stay open while nobody uses them.
    pub(super) max_open_files: usize,
    /// How long an operation on the disk may take.
    pub(super) slow_ms: u64,
    /// Bytes of the larger messages.
    pub(super) large: u64,
    /// How often all clients stop to see that nobody waits in vain, in one life.
    pub(super) rounds: usize,
    /// One in so many acks is a double ack.
    pub(super) double_ack_one_in: u64,
    /// Somebody else commits as well, as often as this, in microseconds.
    pub(super) eager_us: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct StreamPlan {
    pub(super) name: String,
    pub(super) retention: Retention,
    /// The stream that it copies; nobody publishes to it then.
    pub(super) origin: Option<Origin>,
    pub(super) memory: bool,
    pub(super) is_async: bool,
    /// A power cut may take what was acknowledged.
    pub(super) lossy: bool,
}

/// When messages go away by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Retention {
    Limits,
    Interest,
    WorkQueue,
}

/// Where the messages of a mirror, or of a stream with a source, come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) stream: usize,
    pub(super) mirror: bool,
}

#[derive(Clone, Debug)]
pub(super) struct ConsumerPlan {
    pub(super) name: String,
    pub(super) stream: usize,
    /// Numbers of subjects; none: all.
    pub(super) filters: Vec<u64>,
    pub(super) push: bool,
    /// `None`: it acknowledges nothing.
    pub(super) max_ack_pending: Option<u64>,
}

impl Plan {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let policy = match dice.roll(3) {
            0 => {
                let most = dice.pick(&[10, 300, 20_000]);
                Policy::Interval(Duration::from_millis(1 + dice.roll(most)))
            }
            _ => Policy::Always,
        };
        let published = 1 + dice.roll(PUBLISHED_MAX) as usize;
        let mut streams: Vec<StreamPlan> = (0..published)
            .map(|index| StreamPlan::draw(dice, index, policy, None))
            .collect();
        let consumers = draw_consumers(dice, &streams);
        // A copy can be compared if its origin loses nothing.
        let kept = |stream: &StreamPlan| stream.retention == Retention::Limits && !stream.lossy;
        if let Some(stream) = streams.iter().position(kept) {
            for mirror in [true, false] {
                if dice.roll(3) == 0 {
                    let origin = Some(Origin { stream, mirror });
                    streams.push(StreamPlan::draw(dice, streams.len(), policy, origin));
                }
            }
        }
        let small = dice.roll(2) == 0;
        let mut plan = Self {
            policy,
            clients: 1 + dice.roll(3) as usize,
            streams,
            consumers,
            journal_bytes: if small {
                dice.pick(&[64 << 10, 256 << 10])
            } else {
                2 << 20
            },
            max_buffered: if small { 24 << 10 } else { 4 << 20 },
            direct_bytes: dice.pick(&[2 << 10, 64 << 10]),
            segment_bytes: dice.pick(&[4 << 10, 4 << 10, 16 << 10, 4 << 20]),
            max_open_files: dice.pick(&[1, 4, 512]),
            slow_ms: dice.pick(&[0, 0, 3, 60]),
            large: dice.pick(&[50, 9000, 20_000]),
            rounds: dice.pick(&[1, 3, 5]),
            double_ack_one_in: dice.pick(&[1, 4, 4]),
            eager_us: dice.pick(&[None, None, None, Some(30), Some(1000)]),
        };
        if plan.segment_bytes < 4 << 20 {
            // One commit may sync as many segments as there are messages.
            plan.slow_ms = plan.slow_ms.min(SLOW_MS_SMALL);
        }
        plan
    }

    pub(super) fn store(&self) -> StoreOptions {
        StoreOptions {
            journal_first_bytes: 64 << 10,
            journal_bytes: self.journal_bytes,
            max_buffered: self.max_buffered,
            direct_bytes: self.direct_bytes,
            max_open_files: self.max_open_files,
            policy: self.policy,
            seed: 7,
            ..StoreOptions::default()
        }
    }

    pub(super) fn jetstream(&self) -> midge_jetstream::Settings {
        midge_jetstream::Settings {
            policy: self.policy,
            segment_bytes: self.segment_bytes,
            ..midge_jetstream::Settings::default()
        }
    }
}

impl StreamPlan {
    fn draw(dice: &mut Dice, index: usize, policy: Policy, origin: Option<Origin>) -> Self {
        let memory = dice.roll(5) == 0;
        let is_async = !memory && dice.roll(4) == 0;
        let retention = match (&origin, dice.roll(5)) {
            (None, 0 | 1) => Retention::WorkQueue,
            (None, 2) => Retention::Interest,
            _ => Retention::Limits,
        };
        Self {
            name: format!("S{index}"),
            retention,
            origin,
            memory,
            is_async,
            lossy: memory || is_async || policy != Policy::Always,
        }
    }

    /// True if a consumer more changes nothing for others, and stays.
    pub(super) fn takes_idle(&self) -> bool {
        self.retention == Retention::Limits && self.origin.is_none() && !self.memory
    }

    /// `all`: every stream of the plan.
    pub(super) fn config(&self, all: &[Self]) -> Value {
        let mut config = json!({"name": self.name});
        match self.origin {
            None => config["subjects"] = json!([format!("{}.*", self.name)]),
            Some(Origin { stream, mirror }) => {
                let origin = json!({"name": all[stream].name});
                match mirror {
                    true => config["mirror"] = origin,
                    false => config["sources"] = json!([origin]),
                }
            }
        }
        match self.retention {
            Retention::Limits => {}
            Retention::Interest => config["retention"] = "interest".into(),
            Retention::WorkQueue => config["retention"] = "workqueue".into(),
        }
        if self.memory {
            config["storage"] = "memory".into();
        }
        if self.is_async {
            config["persist_mode"] = "async".into();
        }
        config
    }
}

/// At least one, on streams that clients publish to.
fn draw_consumers(dice: &mut Dice, streams: &[StreamPlan]) -> Vec<ConsumerPlan> {
    let most = dice.pick(&[1, 4, 12, 40]);
    // Where nobody acknowledges anything nothing but a commit wakes consumers.
    let acking = dice.pick(&[1, 3, u64::MAX]);
    // A work queue has one consumer for a subject.
    let mut taken = vec![BTreeSet::new(); streams.len()];
    let mut consumers = Vec::new();
    for index in 0..1 + dice.roll(most) {
        let stream = dice.roll(streams.len() as u64) as usize;
        let retention = streams[stream].retention;
        let all = dice.roll(2) == 0;
        let filters: Vec<u64> = match retention {
            Retention::WorkQueue if all && taken[stream].is_empty() => Vec::new(),
            Retention::WorkQueue => vec![dice.roll(SUBJECTS)],
            _ if all => Vec::new(),
            _ => (0..SUBJECTS - 1).filter(|_| dice.roll(2) == 0).collect(),
        };
        if retention == Retention::WorkQueue {
            let wanted: BTreeSet<u64> = match filters.is_empty() {
                true => (0..SUBJECTS).collect(),
                false => filters.iter().copied().collect(),
            };
            if !wanted.is_disjoint(&taken[stream]) {
                continue;
            }
            taken[stream].extend(wanted);
        }
        let acks = retention != Retention::Limits || dice.roll(acking) == 0;
        consumers.push(ConsumerPlan {
            name: format!("C{index}"),
            stream,
            filters,
            push: dice.roll(4) == 0,
            max_ack_pending: acks.then(|| dice.pick(&[1, 5, 1000])),
        });
    }
    consumers
}

impl ConsumerPlan {
    pub(super) fn config(&self, streams: &[StreamPlan]) -> Value {
        let filters = self.subjects(&streams[self.stream].name);
        let mut config =
            json!({"name": self.name, "durable_name": self.name, "ack_policy": "none"});
        if !self.filters.is_empty() {
            config["filter_subjects"] = filters.into();
        }
        if let Some(most) = self.max_ack_pending {
            config["ack_policy"] = "explicit".into();
            // What was out when the server ended comes again before anybody loses patience.
            config["ack_wait"] = 1_000_000_000_u64.into();
            config["max_ack_pending"] = most.into();
        }
        if self.push {
            config["deliver_subject"] = self.deliver_subject().into();
        }
        config
    }

    /// What it wants of `stream`.
    pub(super) fn subjects(&self, stream: &str) -> Vec<String> {
        match self.filters.is_empty() {
            true => vec![format!("{stream}.*")],
            false => {
                let filters = self.filters.iter();
                filters.map(|k| format!("{stream}.{k}")).collect()
            }
        }
    }

    pub(super) fn deliver_subject(&self) -> String {
        format!("push.{}", self.name)
    }

    pub(super) fn wants(&self, subject: u64) -> bool {
        self.filters.is_empty() || self.filters.contains(&subject)
    }
}

/// See the head of this file.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    /// All streams and consumers were made; those that nothing may take are found again.
    pub(super) made: bool,
    pub(super) streams: Vec<Stored>,
    pub(super) consumers: Vec<Got>,
    /// Consumers that nobody uses, by their stream and name: whether they are there, if an answer said so.
    pub(super) idle: BTreeMap<(usize, String), bool>,
}

/// What was stored in a stream.
#[derive(Clone, Default, Debug)]
pub(super) struct Stored {
    /// The subject's number and the body of each acknowledged message.
    pub(super) messages: BTreeMap<u64, (u64, String)>,
    /// Taken out by requests that were answered.
    pub(super) removed: Removed,
    /// By requests that weren't, or not yet.
    pub(super) doubtful: Removed,
    /// A loss of power undid that: whether a consumer had gone past them nobody knows.
    pub(super) back: BTreeSet<u64>,
}

impl Stored {
    /// True for a message that was removed, or may have been for some time.
    pub(super) fn may_lack(&self, seq: u64, subject: u64) -> bool {
        self.removed.contains(seq, subject)
            || self.doubtful.contains(seq, subject)
            || self.back.contains(&seq)
    }
}

/// What was removed: everything below a sequence, of a subject or of all, and single messages.
#[derive(Clone, Default, Debug)]
pub(super) struct Removed {
    pub(super) below: u64,
    /// Subjects' numbers.
    pub(super) below_of: BTreeMap<u64, u64>,
    pub(super) single: BTreeSet<u64>,
}

impl Removed {
    pub(super) fn contains(&self, seq: u64, subject: u64) -> bool {
        let below_of = self.below_of.get(&subject);
        seq < self.below || below_of.is_some_and(|below| seq < *below) || self.single.contains(&seq)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.below = self.below.max(other.below);
        for (subject, below) in other.below_of {
            let most = self.below_of.entry(subject).or_default();
            *most = below.max(*most);
        }
        self.single.extend(other.single);
    }

    /// The log ends with `last`; what comes behind is new.
    pub(super) fn end_with(&mut self, last: u64) {
        let subjects = self.below_of.values_mut();
        subjects
            .chain([&mut self.below])
            .for_each(|below| *below = last.saturating_add(1).min(*below));
        self.single.retain(|seq| *seq <= last);
    }
}

/// What a consumer got.
#[derive(Clone, Default, Debug)]
pub(super) struct Got {
    pub(super) messages: BTreeMap<u64, String>,
    /// Acks that were sent.
    pub(super) acked: BTreeSet<u64>,
    /// Acks that were confirmed.
    pub(super) confirmed: BTreeSet<u64>,
    /// The power failed in the life before this one. What was on its way then doesn't come again, if it needs no ack.
    pub(super) since_life: u64,
    /// Messages that waiting requests may still bring.
    pub(super) credit: u64,
}

impl Ledger {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            made: false,
            streams: vec![Stored::default(); plan.streams.len()],
            consumers: vec![Got::default(); plan.consumers.len()],
            idle: BTreeMap::new(),
        }
    }

    /// What may be relied on when the power fails now, in `life`.
    pub(super) fn after_power_cut(mut self, plan: &Plan, life: u64) -> Self {
        for (got, consumer) in self.consumers.iter_mut().zip(&plan.consumers) {
            if consumer.max_ack_pending.is_none() {
                got.since_life = life + 1;
            }
        }
        for (stored, stream) in self.streams.iter_mut().zip(&plan.streams) {
            if stream.lossy {
                // A purge may be lost as well.
                let removed = std::mem::take(&mut stored.removed);
                stored.doubtful.add(removed);
            }
        }
        if plan.policy != Policy::Always {
            self.idle.clear();
            for got in &mut self.consumers {
                got.confirmed.clear();
            }
        }
        self
    }

    /// Stream `index` ends with `last`, and holds what `holds` says; what comes behind is new.
    pub(super) fn end_with(
        &mut self,
        plan: &Plan,
        index: usize,
        last: u64,
        holds: impl Fn(u64) -> bool,
    ) {
        let stored = &mut self.streams[index];
        stored.messages.retain(|seq, _| holds(*seq));
        stored.removed.end_with(last);
        stored.doubtful.end_with(last);
        stored.back.retain(|seq| *seq <= last);
        let consumers = self.consumers.iter_mut().zip(&plan.consumers);
        for (got, _) in consumers.filter(|(_, consumer)| consumer.stream == index) {
            got.messages.retain(|seq, _| *seq <= last);
            got.acked.retain(|seq| *seq <= last);
            got.confirmed.retain(|seq| *seq <= last);
        }
    }

    /// True for a message that its stream may be done with: who wants it has acknowledged it.
    pub(super) fn is_done(&self, plan: &Plan, stream: usize, seq: u64, subject: u64) -> bool {
        let consumers = plan.consumers.iter().zip(&self.consumers);
        let mut wanting = consumers.filter(|(it, _)| it.stream == stream && it.wants(subject));
        match plan.streams[stream].retention {
            Retention::Limits => false,
            Retention::Interest => wanting.all(|(_, got)| got.acked.contains(&seq)),
            Retention::WorkQueue => wanting.any(|(_, got)| got.acked.contains(&seq)),
        }
    }

    /// What consumer `index` should have got and hasn't.
    pub(super) fn missing(&self, plan: &Plan, index: usize) -> Vec<u64> {
        let (consumer, got) = (&plan.consumers[index], &self.consumers[index]);
        let stored = &self.streams[consumer.stream];
        let messages = stored.messages.iter();
        messages
            .filter(|(_, (subject, _))| consumer.wants(*subject))
            .filter(|(_, (_, text))| life_of(text) >= got.since_life)
            .filter(|(seq, (subject, _))| !stored.may_lack(**seq, *subject))
            .map(|(seq, _)| *seq)
            .filter(|seq| !got.messages.contains_key(seq))
            .collect()
    }
}

/// The body of message `id` of a client, without its padding.
pub(super) fn text(life: u64, client: usize, id: u64) -> String {
    format!("m{life}.{client}.{id}")
}

/// The life in which a message was published.
fn life_of(text: &str) -> u64 {
    let number = text
        .strip_prefix('m')
        .and_then(|rest| rest.split('.').next());
    number.and_then(|it| it.parse().ok()).expect("one of ours")
}
