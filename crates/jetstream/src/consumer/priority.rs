//! Priority groups: which of the waiting requests is served.
//!
//! - `overflow`: a request may name how many messages must be pending, or out and not acknowledged, before it is served.
//! - `pinned_client`: one client is served until it goes away; it knows by an id that comes with its messages.
//! - `prioritized`: the lowest number first.

use super::request::Request;
use super::{Consumer, ConsumerConfig};
use crate::config::or_default;
use crate::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How requests are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorityPolicy {
    /// In turn.
    #[default]
    None,
    /// By how much there is to do.
    Overflow,
    /// One client at a time.
    PinnedClient,
    /// By the number that each request names.
    Prioritized,
}

/// Length of a pinned client's id.
const PIN_LEN: usize = 22;
/// The largest priority number.
const PRIORITY_MAX: i64 = 9;

/// What a request says of its place among others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Rank {
    #[serde(deserialize_with = "or_default")]
    pub(super) group: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) id: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) min_pending: i64,
    #[serde(deserialize_with = "or_default")]
    pub(super) min_ack_pending: i64,
    #[serde(deserialize_with = "or_default")]
    pub(super) priority: i64,
}

impl Rank {
    /// Whether a consumer of this configuration takes such a request.
    pub(super) fn check(&self, config: &ConsumerConfig) -> Result<(), &'static str> {
        let policy = config.priority_policy;
        if (self.min_pending != 0 || self.min_ack_pending != 0)
            && policy != PriorityPolicy::Overflow
        {
            return Err("Not a Overflow Priority consumer");
        }
        if !self.id.is_empty() && policy != PriorityPolicy::PinnedClient {
            return Err("Not a Pinned Client Priority consumer");
        }
        if !(0..=PRIORITY_MAX).contains(&self.priority) {
            return Err("Priority must be between 0 and 9");
        }
        if policy == PriorityPolicy::None {
            return Ok(());
        }
        if self.group.is_empty() {
            return Err("Priority Group missing");
        }
        match config.priority_groups.contains(&self.group) {
            true => Ok(()),
            false => Err("Invalid Priority Group"),
        }
    }

    /// Whether there is enough to do for it.
    fn overflows(&self, pending: u64, out: usize) -> bool {
        let reached = |least: i64, count: u64| {
            u64::try_from(least).is_ok_and(|least| least > 0 && least <= count)
        };
        self.min_pending <= 0 && self.min_ack_pending <= 0
            || reached(self.min_pending, pending)
            || reached(self.min_ack_pending, out as u64)
    }
}

/// The client that is served, while others stand by.
#[derive(Clone, Debug)]
pub(super) struct Pin {
    pub(super) id: String,
    pub(super) since: u64,
    /// It loses its place unless it asks again before.
    pub(super) until: u64,
}

/// What a request may expect now.
pub(super) enum Standing {
    Served,
    Waits,
    /// It names a client that isn't pinned.
    Refused,
}

impl Consumer {
    /// Puts a request into the line.
    pub(super) fn enqueue(&mut self, request: Request) {
        if self.config.priority_policy != PriorityPolicy::Prioritized {
            return self.requests.push_back(request);
        }
        let place = request.place();
        let at = self
            .requests
            .partition_point(|other| other.place() <= place);
        self.requests.insert(at, request);
    }

    /// A pinned client asked again; `false`: the request names another one.
    pub(super) fn renew_pin(&mut self, rank: Option<&Rank>, now: u64) -> bool {
        let (Some(pin), Some(rank)) = (&mut self.pin, rank) else {
            return true;
        };
        if pin.id == rank.id {
            pin.until = now.saturating_add(wait(&self.config));
            return true;
        }
        rank.id.is_empty()
    }

    /// Whether the request at the head is served now; `pending` messages are left, the next one included.
    pub(super) fn standing(&mut self, pending: u64, now: u64) -> Standing {
        let Some(request) = self.requests.front() else {
            return Standing::Waits;
        };
        let id = request.rank.as_ref().map_or("", |rank| rank.id.as_str());
        match self.config.priority_policy {
            PriorityPolicy::Overflow => {
                let out = self.records.pending().len();
                match &request.rank {
                    Some(rank) if !rank.overflows(pending, out) => Standing::Waits,
                    _ => Standing::Served,
                }
            }
            PriorityPolicy::PinnedClient => match &self.pin {
                Some(pin) if pin.id == id => Standing::Served,
                Some(_) if id.is_empty() => Standing::Waits,
                None if id.is_empty() => {
                    if request.rank.is_some() {
                        self.pin_front(now);
                    }
                    Standing::Served
                }
                _ => Standing::Refused,
            },
            PriorityPolicy::None | PriorityPolicy::Prioritized => Standing::Served,
        }
    }

    /// From now on the client at the head of the line is the one that is served.
    fn pin_front(&mut self, now: u64) {
        let id = self.draws.name(PIN_LEN);
        let group = match self.requests.front_mut().and_then(|it| it.rank.as_mut()) {
            Some(rank) => {
                rank.id.clone_from(&id);
                rank.group.clone()
            }
            None => return,
        };
        self.advise_pin("PINNED", &group, json!({"pinned_id": id}));
        let until = now.saturating_add(wait(&self.config));
        self.pin = Some(Box::new(Pin {
            id,
            since: now,
            until,
        }));
    }

    /// The pinned client was silent for too long.
    pub(super) fn end_pin(&mut self, now: u64) {
        if self.pin.as_ref().is_some_and(|pin| pin.until <= now) {
            let group = self.config.priority_groups.first().cloned();
            self.unpin(&group.unwrap_or_default(), "timeout");
        }
    }

    /// Nobody is pinned any more; the next request is.
    pub(crate) fn unpin(&mut self, group: &str, reason: &str) {
        self.pin = None;
        self.advise_pin("UNPINNED", group, json!({"reason": reason}));
    }

    fn advise_pin(&mut self, what: &str, group: &str, mut body: serde_json::Value) {
        body["type"] = format!(
            "io.nats.jetstream.advisory.v1.consumer_group_{}",
            what.to_lowercase()
        )
        .into();
        // Filled in by whoever knows its name.
        body["account"] = serde_json::Value::Null;
        body["stream"] = (*self.stream).into();
        body["consumer"] = self.config.name.as_str().into();
        body["group"] = group.into();
        self.advise(what, body);
    }

    /// The groups as info shows them.
    pub(super) fn groups(&self) -> Vec<GroupState> {
        let pin = self.pin.as_ref();
        self.config
            .priority_groups
            .first()
            .map(|group| GroupState {
                group: group.clone(),
                pinned_client_id: pin.map(|pin| pin.id.clone()).unwrap_or_default(),
                pinned_ts: Time(pin.map_or(0, |pin| pin.since)),
            })
            .into_iter()
            .collect()
    }
}

/// A priority group in a consumer's info.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct GroupState {
    group: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pinned_client_id: String,
    pinned_ts: Time,
}

/// How long a pinned client may be silent.
fn wait(config: &ConsumerConfig) -> u64 {
    u64::try_from(config.priority_timeout).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_two_thresholds_is_enough() {
        let rank = |min_pending, min_ack_pending| Rank {
            min_pending,
            min_ack_pending,
            ..Rank::default()
        };
        assert!(rank(0, 0).overflows(1, 0));
        assert!(!rank(2, 0).overflows(1, 9));
        assert!(rank(2, 0).overflows(2, 0));
        assert!(!rank(0, 3).overflows(9, 2));
        assert!(rank(5, 3).overflows(1, 3));
    }
}
