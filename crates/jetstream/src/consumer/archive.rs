//! A consumer as it stands in an archive: its configuration, and the state that the reference keeps of one.

use super::chunkmap::ChunkMap;
use super::parts::Parts;
use super::records::{Pending, Records};
use super::{Consumer, ConsumerConfig, Pair};
use crate::AccountId;
use midge_streamlog::Stream as Log;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// No consumer delivers more; an archive that says so says it of another one.
const DELIVERED_MAX: u64 = 1 << 62;

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Sequences {
    consumer_seq: u64,
    stream_seq: u64,
}

/// What is out: the consumer sequence it went out under, and when. The names are the reference's.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Out {
    #[serde(rename = "Sequence")]
    sequence: u64,
    #[serde(rename = "Timestamp")]
    timestamp: i64,
}

/// How far a consumer was.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ArchivedState {
    delivered: Sequences,
    ack_floor: Sequences,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pending: BTreeMap<u64, Out>,
    /// How often messages went out again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    redelivered: BTreeMap<u64, u64>,
}

impl Consumer {
    /// Configuration and state, as far as messages up to `last` are concerned.
    pub(crate) fn archived(&self, last: u64) -> Value {
        let mut state = ArchivedState {
            delivered: Sequences {
                consumer_seq: self.dseq - 1,
                stream_seq: self.next.saturating_sub(1).min(last),
            },
            ack_floor: Sequences {
                consumer_seq: self.floor.consumer,
                stream_seq: self.floor.stream.min(last),
            },
            ..ArchivedState::default()
        };
        for (seq, pending) in self.records.pending().range(..=last) {
            let out = Out {
                sequence: pending.dseq,
                timestamp: i64::try_from(pending.sent).unwrap_or(0),
            };
            state.pending.insert(seq, out);
            if pending.count > 1 {
                state.redelivered.insert(seq, pending.count - 1);
            }
        }
        // The form knows nothing of messages that went out as often as they may: they are out for the last time.
        for seq in self.records.spent().range(..=last) {
            let out = Out {
                sequence: self.floor.consumer,
                timestamp: 0,
            };
            state.pending.insert(*seq, out);
            let count = u64::try_from(self.config.max_deliver).unwrap_or(1);
            if count > 1 {
                state.redelivered.insert(*seq, count - 1);
            }
            state.ack_floor.stream_seq = state.ack_floor.stream_seq.min(seq - 1);
        }
        // Nor of last messages that are still to come: all messages from the first of them on will.
        if let Some((first, ())) = self.records.initial().first() {
            let delivered = state.delivered.stream_seq.min(first - 1);
            state.delivered.stream_seq = delivered;
            state.ack_floor.stream_seq = state.ack_floor.stream_seq.min(delivered);
        }
        json!({"config": self.config, "state": state})
    }

    /// A consumer with a state from an archive. What was out goes out again after its wait.
    pub(crate) fn unarchived(
        (account, stream): (AccountId, &str),
        log: &Log,
        config: ConsumerConfig,
        state: &ArchivedState,
        now: u64,
    ) -> Self {
        let mut consumer = Self::empty(account, stream, log, config, now);
        let delivered = state.delivered.stream_seq;
        consumer.next = delivered.saturating_add(1);
        consumer.dseq = state.delivered.consumer_seq.min(DELIVERED_MAX) + 1;
        consumer.floor = Pair {
            consumer: state.ack_floor.consumer_seq.min(consumer.dseq - 1),
            stream: state.ack_floor.stream_seq.min(delivered),
        };
        let floor = consumer.floor.stream;
        let may_be_out = |seq: u64| floor < seq && seq <= delivered;
        let mut pending = ChunkMap::default();
        for (&seq, out) in &state.pending {
            if !may_be_out(seq) {
                continue;
            }
            let again = state.redelivered.get(&seq).copied().unwrap_or(0);
            let count = again.saturating_add(1);
            let due = consumer.due_of(count, now);
            let out = Pending {
                dseq: out.sequence.clamp(1, consumer.dseq),
                count,
                due,
                sent: now,
            };
            pending.insert(seq, out);
            if let Some(due) = due {
                consumer.due.insert((due, seq), ());
            }
        }
        let (spent, initial) = (BTreeSet::new(), ChunkMap::default());
        consumer.records = Records::new(pending, spent, initial, Parts::default());
        consumer.fit_log();
        consumer
    }
}
