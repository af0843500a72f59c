//! Flow control: how far a client of a push consumer may be behind, and acks by its answers.
//!
//! Now and then the client is asked to say that it has come so far. With the ack policy `flow_control` its answer also says which
//! message it has, and that one and all before it are done; nothing goes out again by itself, so a client that lost something has
//! the consumer reset.

use super::{AckPolicy, Consumer, ConsumerConfig, Pair};
use crate::error::*;
use crate::headers::status;
use crate::stream::Unfit;
use crate::{ApiError, Message, Network, headers};
use std::num::NonZeroU64;

/// Bytes that a client may be behind: at first, and at most.
const WINDOW: (u64, u64) = (2 << 20, 32 << 20);
/// The only heartbeat, in nanoseconds, that goes with acks by flow control.
pub(super) const FLOW_ACK_HEARTBEAT: i64 = 1_000_000_000;
/// Headers that say how far a client is, or a consumer.
pub(crate) const LAST_CONSUMER: &str = "Nats-Last-Consumer";
pub(crate) const LAST_STREAM: &str = "Nats-Last-Stream";
/// The header of a heartbeat that names the request which is out.
pub(crate) const STALLED: &str = "Nats-Consumer-Stalled";

/// How far behind the client is.
pub(super) struct Flow {
    /// Bytes that went out since the client last answered.
    bytes: u64,
    /// How many may.
    window: u64,
    /// The request that is out: its reply subject, and the bytes it stands for.
    asked: Option<Box<(Vec<u8>, u64)>>,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            bytes: 0,
            window: WINDOW.0,
            asked: None,
        }
    }
}

impl Flow {
    /// Where the answer to the request that is out is expected.
    pub(super) fn asked(&self) -> Option<&[u8]> {
        self.asked.as_deref().map(|(reply, _)| reply.as_slice())
    }

    /// The client is gone, and what was on its way to it.
    pub(super) fn forget(&mut self) {
        (self.bytes, self.asked) = (0, None);
    }

    /// Takes an answer; false if it isn't one to the request that is out.
    fn answer(&mut self, subject: &[u8]) -> bool {
        let Some(asked) = self.asked.take_if(|asked| asked.0 == subject) else {
            return false;
        };
        self.bytes = self.bytes.saturating_sub(asked.1);
        self.window = (self.window * 2).min(WINDOW.1);
        true
    }
}

impl Consumer {
    /// The client is as far behind as it may be.
    pub(super) fn is_stalled(&self) -> bool {
        self.config.flow_control && self.push.flow.bytes > self.push.flow.window
    }

    fn acks_by_flow(&self) -> bool {
        self.config.ack_policy == AckPolicy::FlowControl
    }

    /// When it was made, if it can feed a stream that listens to `deliver`.
    pub(crate) fn feeds(&self, deliver: &str) -> Result<u64, Unfit> {
        match self.acks_by_flow() {
            false => Err(Unfit::Policy),
            true if self.config.deliver_subject != deliver => Err(Unfit::Elsewhere),
            true => Ok(self.created),
        }
    }

    /// A message went out: asks the client to say when it has come this far, if that is due.
    pub(super) fn control_flow(&mut self, size: u64, net: &mut dyn Network) {
        let flow = &mut self.push.flow;
        flow.bytes += size;
        if flow.bytes > flow.window / 2 || (self.acks_by_flow() && self.is_full()) {
            self.ask(net);
        }
    }

    /// It is quiet: the client is asked what it has, if that is how it acknowledges.
    pub(super) fn ask_for_acks(&mut self, net: &mut dyn Network) {
        if self.acks_by_flow() && !self.records.pending().is_empty() {
            self.ask(net);
        }
    }

    fn ask(&mut self, net: &mut dyn Network) {
        let flow = &mut self.push.flow;
        if flow.asked.is_some() {
            return;
        }
        let (stream, name) = (&self.stream, &self.config.name);
        let reply = format!("$JS.FC.{stream}.{name}.{}", self.draws.name(4));
        let reply = reply.into_bytes();
        let block = status(100, "FlowControl Request");
        let request = Message {
            subject: self.config.deliver_subject.as_bytes(),
            reply: Some(&reply),
            headers: &block,
            ..Message::default()
        };
        net.publish(self.account, &request);
        flow.asked = Some(Box::new((reply, flow.bytes)));
    }

    /// The client answered a flow control request.
    pub(crate) fn flow(&mut self, answer: &Message<'_>, now: u64) {
        if !self.push.flow.answer(answer.subject) || !self.acks_by_flow() {
            return;
        }
        self.active = now;
        let number = |name| headers::get(answer.headers, name).and_then(headers::number);
        let (consumer, stream) = (number(LAST_CONSUMER), number(LAST_STREAM));
        let has = Pair {
            consumer: consumer.unwrap_or(0),
            stream: stream.unwrap_or(0),
        };
        let is_old = has.consumer <= self.floor.consumer || has.stream <= self.floor.stream;
        // What didn't go out can't have come.
        if is_old || has.consumer >= self.dseq || has.stream >= self.next {
            return;
        }
        self.acked_at = NonZeroU64::new(now);
        self.settle_upto(has.stream);
        self.floor = has;
        self.changed = true;
    }
}

impl ConsumerConfig {
    /// What acks by flow control ask of a consumer.
    pub(super) fn check_flow_acks(&self) -> Result<(), ApiError> {
        if self.ack_policy != AckPolicy::FlowControl {
            return Ok(());
        }
        if self.is_pull() {
            return Err(CONSUMER_FLOW_ACKS_REQUIRE_PUSH);
        }
        if !self.flow_control {
            return Err(CONSUMER_FLOW_ACKS_REQUIRE_FLOW_CONTROL);
        }
        if self.idle_heartbeat != FLOW_ACK_HEARTBEAT {
            let text = "flow control ack policy heartbeat needs to be 1s";
            return Err(STREAM_INVALID_CONFIG.says(text));
        }
        if self.max_ack_pending <= 0 {
            return Err(CONSUMER_FLOW_ACKS_REQUIRE_MAX_ACK_PENDING);
        }
        if self.ack_wait != 0 || !self.backoff.is_empty() {
            return Err(CONSUMER_FLOW_ACKS_REQUIRE_NO_ACK_WAIT);
        }
        match self.max_deliver > 0 {
            true => Err(CONSUMER_FLOW_ACKS_REQUIRE_NO_MAX_DELIVER),
            false => Ok(()),
        }
    }
}
