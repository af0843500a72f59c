//! What a consumer tells about itself.

use super::priority::GroupState;
use super::{Consumer, ConsumerConfig, PriorityPolicy};
use crate::time::Time;
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sequences {
    pub(crate) consumer_seq: u64,
    pub(crate) stream_seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_active: Option<Time>,
}

/// The fields clients read, and `why`, which tells what a consumer waits for that delivers nothing.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ConsumerInfo {
    pub(crate) stream_name: String,
    pub(crate) name: String,
    pub(crate) created: Time,
    pub(crate) config: ConsumerConfig,
    pub(crate) delivered: Sequences,
    pub(crate) ack_floor: Sequences,
    pub(crate) num_ack_pending: u64,
    pub(crate) num_redelivered: u64,
    pub(crate) num_waiting: u64,
    pub(crate) num_pending: u64,
    #[serde(skip_serializing_if = "crate::config::is_false")]
    pub(crate) push_bound: bool,
    #[serde(skip_serializing_if = "crate::config::is_false")]
    pub(crate) paused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pause_remaining: Option<u64>,
    pub(crate) ts: Time,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) priority_groups: Vec<GroupState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

impl Consumer {
    pub(crate) fn info(&self, now: u64) -> ConsumerInfo {
        let mut info = self.listed(now);
        crate::info::add_levels(&mut info.config.metadata);
        info
    }

    /// The same as lists show it.
    pub(crate) fn listed(&self, now: u64) -> ConsumerInfo {
        let mut config = self.config.clone();
        if config.name_drawn {
            config.name.clear();
        }
        let pause = self.config.pause_until.filter(|until| until.0 > now);
        ConsumerInfo {
            stream_name: self.stream.to_string(),
            name: self.config.name.clone(),
            created: Time(self.created),
            config,
            delivered: Sequences {
                consumer_seq: self.dseq - 1,
                stream_seq: self.next.saturating_sub(1),
                last_active: self.delivered_at.map(|at| Time(at.get())),
            },
            ack_floor: Sequences {
                consumer_seq: self.floor.consumer,
                stream_seq: self.floor.stream,
                last_active: self.acked_at.map(|at| Time(at.get())),
            },
            num_ack_pending: self.records.pending().len() as u64,
            num_redelivered: self
                .records
                .pending()
                .range(..)
                .filter(|(_, pending)| pending.count > 1)
                .count() as u64,
            num_waiting: self.requests.len() as u64,
            num_pending: self.num_pending(),
            push_bound: self.push.bound,
            paused: pause.is_some(),
            pause_remaining: pause.map(|until| until.0 - now),
            ts: Time(now),
            priority_groups: self.groups(),
            why: self.why(now),
        }
    }

    /// Why nothing is delivered, in words; `None` when nothing keeps it from delivering.
    fn why(&self, now: u64) -> Option<String> {
        if let Some(until) = self.config.pause_until.filter(|until| until.0 > now) {
            return Some(format!("paused until {until}"));
        }
        if let Some(failure) = self.log.failure() {
            return Some(failure.notice());
        }
        if let Some(error) = &self.unreadable {
            return Some(format!("its messages can't be read now: {error}"));
        }
        if self.is_full() {
            return Some(format!(
                "max_ack_pending of {} reached",
                self.config.max_ack_pending
            ));
        }
        if self.config.is_pull() && self.requests.is_empty() {
            return Some("no pull request waiting".into());
        }
        if self.num_pending() > 0 && !self.requests.is_empty() {
            match self.config.priority_policy {
                PriorityPolicy::Overflow => {
                    return Some("too little is pending for the requests that wait".into());
                }
                PriorityPolicy::PinnedClient => {
                    return Some("waiting for a request of the pinned client".into());
                }
                PriorityPolicy::None | PriorityPolicy::Prioritized => {}
            }
        }
        if !self.config.is_pull() && !self.push.bound {
            return Some("nobody listens on the deliver subject".into());
        }
        if self.is_stalled() {
            return Some("the client hasn't answered a flow control request".into());
        }
        let stats = self.log.stats();
        if self.num_pending() > 0 && self.next > stats.visible {
            return Some("waiting for the disk".into());
        }
        let ((due, _), ()) = self.due.first()?;
        (self.num_pending() == 0)
            .then(|| format!("waiting for acknowledgements until {}", Time(due)))
    }
}
