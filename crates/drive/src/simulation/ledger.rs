//! What must hold: which messages were acknowledged and removed, and what each consumer got.

use super::Dice;
use midge_streamlog::{Policy, StoreOptions};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Subjects of a stream; the last one is in no filter.
pub(super) const SUBJECTS: u64 = 4;

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
    /// How long an operation on the disk may take.
    pub(super) slow_ms: u64,
    /// Bytes of the larger messages.
    pub(super) large: u64,
}

#[derive(Clone, Debug)]
pub(super) struct StreamPlan {
    pub(super) name: String,
    pub(super) memory: bool,
    pub(super) is_async: bool,
    /// A power cut may take what was acknowledged.
    pub(super) lossy: bool,
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
        let streams: Vec<StreamPlan> = (0..1 + dice.roll(3))
            .map(|index| {
                let memory = dice.roll(5) == 0;
                let is_async = !memory && dice.roll(4) == 0;
                StreamPlan {
                    name: format!("S{index}"),
                    memory,
                    is_async,
                    lossy: memory || is_async || policy != Policy::Always,
                }
            })
            .collect();
        let most = dice.pick(&[1, 4, 12, 40]);
        let consumers = (0..1 + dice.roll(most))
            .map(|index| ConsumerPlan {
                name: format!("C{index}"),
                stream: dice.roll(streams.len() as u64) as usize,
                filters: match dice.roll(2) {
                    0 => Vec::new(),
                    _ => (0..SUBJECTS - 1).filter(|_| dice.roll(2) == 0).collect(),
                },
                push: dice.roll(4) == 0,
                max_ack_pending: (dice.roll(3) == 0).then(|| dice.pick(&[1, 5, 1000])),
            })
            .collect();
        let small = dice.roll(2) == 0;
        Self {
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
            slow_ms: dice.pick(&[0, 0, 3, 60]),
            large: dice.pick(&[50, 9000]),
        }
    }

    pub(super) fn store(&self) -> StoreOptions {
        StoreOptions {
            journal_bytes: self.journal_bytes,
            max_buffered: self.max_buffered,
            direct_bytes: self.direct_bytes,
            policy: self.policy,
            seed: 7,
            ..StoreOptions::default()
        }
    }

    pub(super) fn jetstream(&self) -> midge_jetstream::Settings {
        midge_jetstream::Settings {
            policy: self.policy,
            ..midge_jetstream::Settings::default()
        }
    }
}

impl StreamPlan {
    pub(super) fn config(&self) -> Value {
        let mut config = json!({"name": self.name, "subjects": [format!("{}.*", self.name)]});
        if self.memory {
            config["storage"] = "memory".into();
        }
        if self.is_async {
            config["persist_mode"] = "async".into();
        }
        config
    }
}

impl ConsumerPlan {
    pub(super) fn config(&self, streams: &[StreamPlan]) -> Value {
        let stream = &streams[self.stream].name;
        let filters = self.filters.iter().map(|k| format!("{stream}.{k}"));
        let filters: Vec<String> = filters.collect();
        let mut config =
            json!({"name": self.name, "durable_name": self.name, "ack_policy": "none"});
        if !filters.is_empty() {
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

    pub(super) fn deliver_subject(&self) -> String {
        format!("push.{}", self.name)
    }

    fn wants(&self, subject: u64) -> bool {
        self.filters.is_empty() || self.filters.contains(&subject)
    }
}

/// See the head of this file.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) streams: Vec<Stored>,
    pub(super) consumers: Vec<Got>,
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
}

/// What was removed: everything below a sequence, and single messages.
#[derive(Clone, Default, Debug)]
pub(super) struct Removed {
    pub(super) below: u64,
    pub(super) single: BTreeSet<u64>,
}

impl Removed {
    pub(super) fn contains(&self, seq: &u64) -> bool {
        *seq < self.below || self.single.contains(seq)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.below = self.below.max(other.below);
        self.single.extend(other.single);
    }

    /// The log ends with `last`; what comes behind is new.
    pub(super) fn end_with(&mut self, last: u64) {
        self.below = self.below.min(last + 1);
        self.single.retain(|seq| *seq <= last);
    }
}

/// What a consumer got.
#[derive(Clone, Default, Debug)]
pub(super) struct Got {
    pub(super) messages: BTreeMap<u64, String>,
    /// Acks that were confirmed.
    pub(super) confirmed: BTreeSet<u64>,
    /// Messages that waiting requests may still bring.
    pub(super) credit: u64,
}

impl Ledger {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            streams: vec![Stored::default(); plan.streams.len()],
            consumers: vec![Got::default(); plan.consumers.len()],
        }
    }

    /// What may be relied on when the power fails now.
    pub(super) fn after_power_cut(mut self, plan: &Plan) -> Self {
        for (stored, stream) in self.streams.iter_mut().zip(&plan.streams) {
            if stream.lossy {
                // A purge may be lost as well.
                let removed = std::mem::take(&mut stored.removed);
                stored.doubtful.add(removed);
            }
        }
        if plan.policy != Policy::Always {
            for got in &mut self.consumers {
                got.confirmed.clear();
            }
        }
        self
    }

    /// What consumer `index` should have got and hasn't.
    pub(super) fn missing(&self, plan: &Plan, index: usize) -> Vec<u64> {
        let (consumer, got) = (&plan.consumers[index], &self.consumers[index]);
        let stored = &self.streams[consumer.stream];
        let messages = stored.messages.iter();
        messages
            .filter(|(_, (subject, _))| consumer.wants(*subject))
            .map(|(seq, _)| *seq)
            .filter(|seq| !stored.removed.contains(seq) && !stored.doubtful.contains(seq))
            .filter(|seq| !got.messages.contains_key(seq))
            .collect()
    }
}
