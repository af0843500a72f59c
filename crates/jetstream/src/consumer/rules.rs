//! The rules of a consumer's configuration, the reference's: what can't be, and what may not change.

use super::{AckPolicy, ConsumerConfig, DeliverPolicy, PriorityPolicy};
use crate::ApiError;
use crate::config::{
    DESCRIPTION_MAX, METADATA_MAX, NAME_MAX, Retention, StreamConfig, is_valid_name,
};
use crate::error::*;
use crate::overlap::Filters;
use midge_subject::{Filter, Subject};

const HEARTBEAT_MIN: i64 = 100_000_000;
const EXPIRES_MIN: i64 = 1_000_000;
/// Longest name of a priority group.
const GROUP_MAX: usize = 16;

impl ConsumerConfig {
    /// What every definition passes, whoever brings it: what was left out is filled in, and what can't be is refused.
    pub(crate) fn accept(
        &mut self,
        pedantic: bool,
        stream: &StreamConfig,
        account: &crate::AccountLimits,
    ) -> Result<(), ApiError> {
        self.mend(pedantic, &stream.consumer_limits)?;
        self.complete(&stream.consumer_limits, account);
        self.check(stream, account)?;
        self.note_level();
        Ok(())
    }

    /// Refuses what can't be.
    fn check(&self, stream: &StreamConfig, account: &crate::AccountLimits) -> Result<(), ApiError> {
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
        let mut known = Filters::new();
        for filter in self.filters() {
            if Filter::parse(filter).is_err() {
                return Err(STREAM_INVALID_CONFIG.says("invalid subject"));
            }
            if known.overlap(filter)? {
                return Err(CONSUMER_OVERLAPPING_FILTERS);
            }
            known.insert(filter);
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
