//! What a consumer is: its configuration as clients write it, with the defaults and rules of the reference.

use super::PriorityPolicy;
use crate::ApiError;
use crate::config::{
    ConsumerLimits, DESCRIPTION_MAX, METADATA_MAX, NAME_MAX, Retention, StreamConfig, is_false,
    is_valid_name, is_zero, or_default,
};
use crate::error::*;
use crate::metadata::Metadata;
use crate::time::Time;
use midge_subject::{Filter, Subject};
use serde::{Deserialize, Serialize};

const ACK_WAIT: i64 = 30_000_000_000;
const MAX_WAITING: i64 = 512;
const MAX_ACK_PENDING: i64 = 1000;
const HEARTBEAT_MIN: i64 = 100_000_000;
const EXPIRES_MIN: i64 = 1_000_000;
/// How long a pinned client may be silent.
const PRIORITY_TIMEOUT: i64 = 120_000_000_000;
/// Longest name of a priority group.
const GROUP_MAX: usize = 16;
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

    /// Refuses what can't be.
    pub(crate) fn check(
        &self,
        stream: &StreamConfig,
        account: &crate::AccountLimits,
    ) -> Result<(), ApiError> {
        self.check_names()?;
        self.check_numbers(stream)?;
        if let Some(most) = account.max_ack_pending
            && u64::try_from(self.max_ack_pending).is_ok_and(|pending| pending > most)
        {
            let text = format!("consumer max ack pending exceeds system limit of {most}");
            return Err(CONSUMER_MAX_PENDING_ACK_EXCESS.says(text));
        }
        if self.is_pull() {
            self.check_pull(account.max_request_batch)?;
        } else {
            self.check_push(stream)?;
        }
        self.check_direct()?;
        self.check_filters()?;
        self.check_start()?;
        self.check_sampling()?;
        self.check_priority()?;
        match stream.retention {
            Retention::WorkQueue => self.check_for_queue(),
            Retention::Limits | Retention::Interest => Ok(()),
        }
    }

    /// What a work queue asks of its consumers.
    fn check_for_queue(&self) -> Result<(), ApiError> {
        match self.ack_policy {
            AckPolicy::None if self.is_pull() => Err(CONSUMER_PULL_REQUIRES_ACK),
            _ if !self.is_counted() => Ok(()),
            AckPolicy::None | AckPolicy::All => Err(CONSUMER_WQ_REQUIRES_EXPLICIT_ACK),
            _ if self.deliver_policy != DeliverPolicy::All => Err(CONSUMER_WQ_NOT_DELIVER_ALL),
            AckPolicy::Explicit | AckPolicy::FlowControl => Ok(()),
        }
    }

    fn check_direct(&self) -> Result<(), ApiError> {
        match self.direct {
            true if self.is_pull() => Err(CONSUMER_DIRECT_REQUIRES_PUSH),
            true if self.is_durable() => Err(CONSUMER_DIRECT_REQUIRES_EPHEMERAL),
            _ => Ok(()),
        }
    }

    fn check_names(&self) -> Result<(), ApiError> {
        for name in [&self.durable_name, &self.name] {
            if name.len() > NAME_MAX {
                return Err(CONSUMER_NAME_TOO_LONG);
            }
            if name.contains(['/', '\\']) {
                return Err(CONSUMER_NAME_CONTAINS_PATH_SEPARATORS);
            }
        }
        if !is_valid_name(&self.name) {
            let text = r"consumer name can not contain '.', '*', '>', '\', '/'";
            return Err(STREAM_INVALID_CONFIG.says(text));
        }
        if self.description.len() > DESCRIPTION_MAX {
            return Err(CONSUMER_DESCRIPTION_TOO_LONG);
        }
        if self.metadata.size() > METADATA_MAX {
            return Err(CONSUMER_METADATA_LENGTH);
        }
        Ok(())
    }

    fn check_numbers(&self, stream: &StreamConfig) -> Result<(), ApiError> {
        if self.num_replicas > 1 {
            return Err(STREAM_REPLICAS_NOT_SUPPORTED);
        }
        if self.num_replicas < 0 {
            return Err(REPLICAS_NEGATIVE);
        }
        if self.backoff.iter().any(|wait| *wait < 0) {
            return Err(CONSUMER_BACKOFF_NEGATIVE);
        }
        if self.ack_wait < 0 {
            return Err(CONSUMER_ACK_WAIT_NEGATIVE);
        }
        self.check_flow_acks()?;
        let steps = i64::try_from(self.backoff.len()).unwrap_or(i64::MAX);
        if steps > 0 && self.max_deliver != -1 && steps > self.max_deliver {
            return Err(CONSUMER_MAX_DELIVER_BACKOFF);
        }
        let limits = &stream.consumer_limits;
        if limits.max_ack_pending > 0 && self.max_ack_pending > limits.max_ack_pending {
            let text = format!(
                "consumer max ack pending exceeds system limit of {}",
                limits.max_ack_pending
            );
            return Err(CONSUMER_MAX_PENDING_ACK_EXCESS.says(text));
        }
        if limits.inactive_threshold > 0 && self.inactive_threshold > limits.inactive_threshold {
            let text = format!(
                "consumer inactive threshold exceeds system limit of {}",
                crate::headers::show_duration(limits.inactive_threshold)
            );
            return Err(CONSUMER_INACTIVE_THRESHOLD_EXCESS.says(text));
        }
        Ok(())
    }

    fn check_pull(&self, batch_max: Option<u64>) -> Result<(), ApiError> {
        if let Some(most) = batch_max
            && u64::try_from(self.max_batch).is_ok_and(|batch| batch > most)
        {
            let text = format!("consumer max request batch exceeds server limit of {most}");
            return Err(CONSUMER_MAX_REQUEST_BATCH_EXCEEDED.says(text));
        }
        if self.rate_limit_bps > 0 {
            return Err(CONSUMER_PULL_WITH_RATE_LIMIT);
        }
        if self.idle_heartbeat > 0 {
            return Err(CONSUMER_HB_REQUIRES_PUSH);
        }
        if self.flow_control {
            return Err(CONSUMER_FC_REQUIRES_PUSH);
        }
        if self.max_expires != 0 && self.max_expires < EXPIRES_MIN {
            return Err(CONSUMER_MAX_REQUEST_EXPIRES_TOO_SMALL);
        }
        Ok(())
    }

    fn check_push(&self, stream: &StreamConfig) -> Result<(), ApiError> {
        let Ok(deliver) = Subject::parse(&self.deliver_subject) else {
            return Err(match Filter::parse(&self.deliver_subject) {
                Ok(_) => CONSUMER_DELIVER_TO_WILDCARDS,
                Err(_) => CONSUMER_INVALID_DELIVER_SUBJECT,
            });
        };
        if !deliver.is_literal() {
            return Err(CONSUMER_DELIVER_TO_WILDCARDS);
        }
        if self.max_waiting != 0 {
            return Err(CONSUMER_PUSH_MAX_WAITING);
        }
        if self.idle_heartbeat > 0 && self.idle_heartbeat < HEARTBEAT_MIN {
            return Err(CONSUMER_SMALL_HEARTBEAT);
        }
        if self.flow_control && self.idle_heartbeat <= 0 {
            return Err(CONSUMER_FC_NEEDS_HEARTBEATS);
        }
        let captured = |subject: &String| {
            Filter::parse(subject)
                .is_ok_and(|subject| subject.matches(self.deliver_subject.as_bytes()))
        };
        if stream.subjects.iter().any(captured) {
            return Err(CONSUMER_DELIVER_CYCLE);
        }
        Ok(())
    }

    fn check_filters(&self) -> Result<(), ApiError> {
        if !self.filter_subject.is_empty() && !self.filter_subjects.is_empty() {
            return Err(CONSUMER_DUPLICATE_FILTERS);
        }
        if self.filter_subjects.iter().any(String::is_empty) {
            return Err(CONSUMER_EMPTY_FILTER);
        }
        let mut known: Vec<Filter> = Vec::new();
        for filter in self.filters() {
            let Ok(filter) = Filter::parse(filter) else {
                return Err(STREAM_INVALID_CONFIG.says("invalid subject"));
            };
            if known.iter().any(|other| other.overlaps(filter)) {
                return Err(CONSUMER_OVERLAPPING_FILTERS);
            }
            known.push(filter);
        }
        Ok(())
    }

    fn check_start(&self) -> Result<(), ApiError> {
        let refuse = |text: &str| {
            Err(CONSUMER_INVALID_POLICY.says(format!("consumer delivery policy is {text}")))
        };
        let (seq, time) = (self.opt_start_seq > 0, self.opt_start_time.is_some());
        match self.deliver_policy {
            DeliverPolicy::All if seq => {
                refuse("deliver all, but optional start sequence is also set")
            }
            DeliverPolicy::All if time => {
                refuse("deliver all, but optional start time is also set")
            }
            DeliverPolicy::Last if seq => {
                refuse("deliver last, but optional start sequence is also set")
            }
            DeliverPolicy::Last if time => {
                refuse("deliver last, but optional start time is also set")
            }
            DeliverPolicy::LastPerSubject if seq => {
                refuse("deliver last per subject, but optional start sequence is also set")
            }
            DeliverPolicy::LastPerSubject if time => {
                refuse("deliver last per subject, but optional start time is also set")
            }
            DeliverPolicy::LastPerSubject if self.filters().next().is_none() => {
                refuse("deliver last per subject, but optional filter subject is not set")
            }
            DeliverPolicy::New if seq => {
                refuse("deliver new, but optional start sequence is also set")
            }
            DeliverPolicy::New if time => {
                refuse("deliver new, but optional start time is also set")
            }
            DeliverPolicy::ByStartSequence if !seq => {
                refuse("deliver by start sequence, but optional start sequence is not set")
            }
            DeliverPolicy::ByStartSequence if time => {
                refuse("deliver by start sequence, but optional start time is also set")
            }
            DeliverPolicy::ByStartTime if !time => {
                refuse("deliver by start time, but optional start time is not set")
            }
            DeliverPolicy::ByStartTime if seq => {
                refuse("deliver by start time, but optional start start sequence is also set")
            }
            _ => Ok(()),
        }
    }

    fn check_sampling(&self) -> Result<(), ApiError> {
        let digits = self.sample_freq.trim_end_matches('%');
        let why = match digits.parse::<i64>() {
            _ if self.sample_freq.is_empty() => return Ok(()),
            Ok(percent) if percent >= 0 => return Ok(()),
            Ok(_) => "<nil>".to_owned(), // the reference finds no words for it
            Err(_) => format!("strconv.Atoi: parsing {digits:?}: invalid syntax"),
        };
        Err(CONSUMER_INVALID_SAMPLING.says(format!(
            "failed to parse consumer sampling configuration: {why}"
        )))
    }

    /// Out of a hundred acks, how many are measured.
    pub(super) fn sampled(&self) -> u64 {
        let digits = self.sample_freq.trim_end_matches('%');
        digits.parse().unwrap_or(0)
    }

    fn check_priority(&self) -> Result<(), ApiError> {
        if self.priority_policy == PriorityPolicy::None {
            return match (self.priority_groups.is_empty(), self.priority_timeout) {
                (false, _) => Err(CONSUMER_PRIORITY_GROUP_WITH_POLICY_NONE),
                (true, 0) => Ok(()),
                (true, _) => Err(CONSUMER_PINNED_TTL_WITHOUT_PRIORITY_POLICY_NONE),
            };
        }
        if !self.is_pull() {
            return Err(CONSUMER_PUSH_WITH_PRIORITY_GROUP);
        }
        if self.priority_groups.is_empty() {
            return Err(CONSUMER_PRIORITY_POLICY_WITHOUT_GROUP);
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_=-".contains(&byte);
        for group in &self.priority_groups {
            if group.is_empty() {
                return Err(CONSUMER_EMPTY_GROUP_NAME);
            }
            if group.len() > GROUP_MAX || !group.bytes().all(fits) {
                return Err(CONSUMER_INVALID_GROUP_NAME);
            }
        }
        Ok(())
    }

    /// What may change in a consumer that exists.
    pub(crate) fn check_update(&self, new: &Self) -> Result<(), ApiError> {
        let refuse = |what: &str| Err(CONSUMER_CREATE.says(format!("{what} can not be updated")));
        if self.deliver_policy != new.deliver_policy {
            return refuse("deliver policy");
        }
        if self.opt_start_seq != new.opt_start_seq {
            return refuse("start sequence");
        }
        if self.opt_start_time != new.opt_start_time {
            return refuse("start time");
        }
        if self.ack_policy != new.ack_policy {
            return refuse("ack policy");
        }
        if self.replay_policy != new.replay_policy {
            return refuse("replay policy");
        }
        if self.idle_heartbeat != new.idle_heartbeat {
            return refuse("heart beats");
        }
        if self.flow_control != new.flow_control {
            return refuse("flow control");
        }
        if self.is_pull() != new.is_pull() {
            let text = if self.is_pull() {
                "can not update pull consumer to push based"
            } else {
                "can not update push consumer to pull based"
            };
            return Err(CONSUMER_CREATE.says(text));
        }
        if self.max_waiting != new.max_waiting {
            return refuse("max waiting");
        }
        if self.mem_storage != new.mem_storage {
            return refuse("storage type");
        }
        if self.direct != new.direct {
            return refuse("direct");
        }
        if self.sourcing != new.sourcing {
            return refuse("sourcing");
        }
        Ok(())
    }
}
