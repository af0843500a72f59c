//! What a consumer is: its configuration as clients write it, with the defaults of the reference.

use super::PriorityPolicy;
use crate::ApiError;
use crate::config::{ConsumerLimits, is_false, is_zero, or_default};
use crate::metadata::Metadata;
use crate::time::Time;
use midge_streamlog::{Filter, Filters};
use serde::{Deserialize, Serialize};

const ACK_WAIT: i64 = 30_000_000_000;
const MAX_WAITING: i64 = 512;
const MAX_ACK_PENDING: i64 = 1000;
/// How long a pinned client may be silent.
const PRIORITY_TIMEOUT: i64 = 120_000_000_000;
/// How long a consumer without a durable name lives without interest.
const INACTIVE_THRESHOLD: i64 = 5_000_000_000;

/// Where a consumer begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliverPolicy {
    /// At the first message.
    #[default]
    All,
    /// At the last message.
    Last,
    /// After it was made.
    New,
    /// At `opt_start_seq`.
    ByStartSequence,
    /// At `opt_start_time`.
    ByStartTime,
    /// At the last message of each subject.
    LastPerSubject,
}

/// What an ack says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckPolicy {
    /// Nothing is acknowledged.
    #[default]
    None,
    /// One stands for all before it.
    All,
    /// Each stands for itself.
    Explicit,
    /// Answers to flow control requests tell how far the client is.
    FlowControl,
}

/// How fast messages are replayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReplayPolicy {
    /// As fast as they are taken.
    #[default]
    Instant,
    /// As they came.
    Original,
}

/// A consumer's configuration: the reference's names, in the reference's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the names are those of the protocol's documentation"
)]
pub struct ConsumerConfig {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub durable_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default)]
    pub deliver_policy: DeliverPolicy,
    #[serde(default, skip_serializing_if = "zero")]
    pub opt_start_seq: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_start_time: Option<Time>,
    #[serde(default)]
    pub ack_policy: AckPolicy,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ack_wait: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_deliver: i64,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "or_default"
    )]
    pub backoff: Vec<i64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter_subject: String,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "or_default"
    )]
    pub filter_subjects: Vec<String>,
    #[serde(default)]
    pub replay_policy: ReplayPolicy,
    #[serde(default, skip_serializing_if = "zero")]
    pub rate_limit_bps: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sample_freq: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_waiting: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_ack_pending: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub flow_control: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub headers_only: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_batch: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_expires: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_bytes: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub deliver_subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub deliver_group: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub idle_heartbeat: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inactive_threshold: i64,
    #[serde(default)]
    pub num_replicas: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub mem_storage: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub direct: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub sourcing: bool,
    #[serde(
        default,
        skip_serializing_if = "Metadata::is_empty",
        deserialize_with = "or_default"
    )]
    pub metadata: Metadata,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_until: Option<Time>,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "or_default"
    )]
    pub priority_groups: Vec<String>,
    #[serde(default, skip_serializing_if = "has_no_priority")]
    pub priority_policy: PriorityPolicy,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority_timeout: i64,
    /// The server drew the name, so the configuration doesn't show it.
    #[serde(skip)]
    pub name_drawn: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn has_no_priority(policy: &PriorityPolicy) -> bool {
    *policy == PriorityPolicy::None
}

/// Fields that clients may write.
const FIELDS: [&str; 35] = [
    "durable_name",
    "name",
    "description",
    "deliver_policy",
    "opt_start_seq",
    "opt_start_time",
    "ack_policy",
    "ack_wait",
    "max_deliver",
    "backoff",
    "filter_subject",
    "filter_subjects",
    "replay_policy",
    "rate_limit_bps",
    "sample_freq",
    "max_waiting",
    "max_ack_pending",
    "flow_control",
    "headers_only",
    "max_batch",
    "max_expires",
    "max_bytes",
    "deliver_subject",
    "deliver_group",
    "idle_heartbeat",
    "inactive_threshold",
    "num_replicas",
    "mem_storage",
    "direct",
    "sourcing",
    "metadata",
    "pause_until",
    "priority_groups",
    "priority_policy",
    "priority_timeout",
];

impl ConsumerConfig {
    /// The same, paused until a time; `None`: not any more.
    pub(crate) fn paused(&self, until: Option<crate::time::Time>) -> Self {
        Self {
            pause_until: until.filter(|until| until.0 > 0),
            ..self.clone()
        }
    }

    /// Reads the `config` of a request.
    pub(crate) fn parse(value: serde_json::Value, strict: bool) -> Result<Self, ApiError> {
        let mut fields = match value {
            serde_json::Value::Object(fields) => fields,
            serde_json::Value::Null => serde_json::Map::new(),
            other => return crate::json::read(other),
        };
        crate::json::fold(&mut fields, &[&FIELDS], strict)?;
        crate::json::read(serde_json::Value::Object(fields))
    }

    /// Whether both say the same, but for what the server adds.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let plain = |config: &Self| {
            let mut config = config.clone();
            config.metadata.retain(|key| !key.starts_with("_nats."));
            config
        };
        plain(self) == plain(other)
    }

    pub(crate) fn is_pull(&self) -> bool {
        self.deliver_subject.is_empty()
    }

    pub(crate) fn is_durable(&self) -> bool {
        !self.durable_name.is_empty()
    }

    /// Whether it counts where the number of consumers is limited, and shares a work queue with others.
    pub(crate) fn is_counted(&self) -> bool {
        !self.direct && !self.sourcing
    }

    /// All filters; none means everything.
    pub(crate) fn filters(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.filter_subject)
            .filter(|filter| !filter.is_empty())
            .chain(&self.filter_subjects)
    }

    /// What the log takes for them.
    pub(crate) fn as_filters(&self) -> Filters {
        Filters::new(self.filters().map(Filter::new))
    }

    /// Fills in what was left out.
    pub(crate) fn complete(&mut self, limits: &ConsumerLimits, account: &crate::AccountLimits) {
        let waits = matches!(self.ack_policy, AckPolicy::All | AckPolicy::Explicit);
        if waits && self.ack_wait == 0 {
            self.ack_wait = ACK_WAIT;
        }
        if let Some(first) = self.backoff.first() {
            self.ack_wait = *first;
        }
        if self.ack_policy != AckPolicy::None && self.max_ack_pending == 0 {
            let usual = if limits.max_ack_pending > 0 {
                limits.max_ack_pending
            } else {
                MAX_ACK_PENDING
            };
            let most = account
                .max_ack_pending
                .map_or(usual, |most| i64::try_from(most).unwrap_or(usual));
            self.max_ack_pending = usual.min(most);
        }
        if let Some(most) = account.max_request_batch
            && self.is_pull()
            && self.max_batch == 0
        {
            self.max_batch = i64::try_from(most).unwrap_or(i64::MAX);
        }
        if self.max_deliver == 0 {
            self.max_deliver = -1;
        }
        if self.priority_policy == PriorityPolicy::PinnedClient && self.priority_timeout <= 0 {
            self.priority_timeout = PRIORITY_TIMEOUT;
        }
        if self.is_pull() && self.max_waiting == 0 {
            self.max_waiting = MAX_WAITING;
        }
        if self.inactive_threshold == 0 {
            if limits.inactive_threshold > 0 {
                self.inactive_threshold = limits.inactive_threshold;
            } else if !self.is_durable() {
                self.inactive_threshold = INACTIVE_THRESHOLD;
            }
        }
    }

    /// Out of a hundred acks, how many are measured.
    pub(super) fn sampled(&self) -> u64 {
        let digits = self.sample_freq.trim_end_matches('%');
        digits.parse().unwrap_or(0)
    }
}
