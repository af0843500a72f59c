//! Deliveries: what goes out next, to whom, and what is noted about it.

use super::feed::{Feed, count};
use super::{AckPolicy, Consumer, Pending, Push, ReplayPolicy};
use crate::status::{put, status};
use crate::{Message, Network};
use midge_streamlog::Message as Stored;
use serde_json::json;

/// Messages of one turn.
const TURN_MSGS: usize = 512;
/// Bytes of one turn.
const TURN_BYTES: usize = 256 << 10;
/// Bytes a flow-controlled client may be behind: at first, and at most.
const WINDOW: (u64, u64) = (2 << 20, 32 << 20);

impl Push {
    pub(super) fn new() -> Self {
        Self {
            window: WINDOW.0,
            ..Self::default()
        }
    }
}

/// How often a push consumer looks whether somebody listens: while somebody does, and while nobody does.
const LOOK_BOUND: u64 = 250_000_000;
const LOOK_UNBOUND: u64 = 20_000_000;

/// A message that goes out, and which time it is.
struct Next {
    message: Stored,
    count: u64,
}

impl Consumer {
    /// Delivers what there is and may go, up to a turn's worth. True if there may be more.
    pub(crate) fn run(&mut self, now: u64, net: &mut dyn Network) -> bool {
        if self.is_paused(now) {
            return false;
        }
        if self.config.is_pull() {
            return !self.requests.is_empty() && self.run_pull(now, net);
        }
        self.look_for_interest(now, net);
        self.push.bound && self.run_push(now, net)
    }

    /// As many messages are out as may be.
    pub(super) fn is_full(&self) -> bool {
        self.config.max_ack_pending > 0 && self.pending.len() as i64 >= self.config.max_ack_pending
    }

    fn run_pull(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let (log, filters) = (self.log.clone(), self.filters.clone());
        let mut feed = Feed::new(&log, &filters, self.next);
        let mut behind: Option<u64> = None;
        let mut bytes = 0;
        for _ in 0..TURN_MSGS {
            if bytes > TURN_BYTES {
                return true;
            }
            if !self.front_listens(net) {
                return false;
            }
            let wanted = usize::try_from(self.requests[0].left).unwrap_or(1);
            let pending = behind.get_or_insert_with(|| {
                self.initial.len() as u64 + count(&log, &filters, self.next)
            });
            let Some(next) = self.next_message(&mut feed, wanted, now) else {
                if !self.is_full() {
                    self.end_one_shots(net);
                }
                return false;
            };
            let left = pending.saturating_sub(u64::from(self.is_fresh(&next)));
            let size = self.size_of(&next, left);
            if self.is_too_large(size, net) {
                self.put_back(&next);
                return true;
            }
            bytes += size;
            *pending = left;
            let to = self.requests[0].reply.clone();
            self.send(&to, &next, left, now, net);
            self.charge_request(size, now, net);
        }
        true
    }

    /// Bytes of a delivery, as `max_bytes` counts them: subject, ack subject, headers and body.
    fn size_of(&self, next: &Next, pending: u64) -> usize {
        let message = &next.message;
        let numbers = [next.count, message.seq, self.dseq, message.time, pending];
        let digits: usize = numbers
            .iter()
            .map(|number| 1 + number.checked_ilog10().unwrap_or(0) as usize)
            .sum();
        let reply = self.ack_head.len() + digits + numbers.len() - 1;
        message.subject.len() + reply + message.headers.len() + message.payload.len()
    }

    /// Drops requests at the head whose clients are gone. False when none is left.
    fn front_listens(&mut self, net: &mut dyn Network) -> bool {
        while let Some(request) = self.requests.front() {
            if net.has_interest(self.account, &request.reply) {
                return true;
            }
            self.requests.pop_front();
        }
        false
    }

    /// Whether the request at the head can't take a message of this size; then it ends.
    fn is_too_large(&mut self, size: usize, net: &mut dyn Network) -> bool {
        let Some(request) = self.requests.front() else {
            return false;
        };
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        if request.bytes_left.is_none_or(|left| size <= left) {
            return false;
        }
        let ending = request.ending(409, "Message Size Exceeds MaxBytes");
        if let Some(request) = self.requests.pop_front() {
            self.send_status(&request.reply, &ending, net);
        }
        true
    }

    /// A message that was taken and didn't go out.
    fn put_back(&mut self, next: &Next) {
        let seq = next.message.seq;
        // A fresh one comes again by itself: the next turn begins at `self.next`.
        if self.pending.contains_key(&seq) {
            self.redeliver.push_front(seq);
        } else if seq < self.next {
            self.initial.push_front(seq);
        }
    }

    fn is_fresh(&self, next: &Next) -> bool {
        !self.pending.contains_key(&next.message.seq)
    }

    fn charge_request(&mut self, size: usize, now: u64, net: &mut dyn Network) {
        let Some(mut request) = self.requests.pop_front() else {
            return;
        };
        self.active = now;
        request.left -= 1;
        request.served = true;
        if let Some((every, due)) = &mut request.heartbeat {
            *due = now.saturating_add(*every);
        }
        if let Some(left) = &mut request.bytes_left {
            *left -= i64::try_from(size).unwrap_or(i64::MAX);
        }
        if request.left > 0 {
            self.requests.push_back(request);
        } else if request.bytes_left.is_some_and(|left| left > 0) {
            self.send_status(&request.reply, &request.ending(409, "Batch Completed"), net);
        }
    }

    /// Requests that don't wait end when there is nothing more.
    fn end_one_shots(&mut self, net: &mut dyn Network) {
        let requests = std::mem::take(&mut self.requests);
        for request in requests {
            if request.no_wait && (request.served || request.expires.is_none()) {
                self.send_status(&request.reply, &request.ending(408, "Request Timeout"), net);
            } else {
                self.requests.push_back(request);
            }
        }
    }

    /// What goes out next: first what must go again.
    fn next_message(&mut self, feed: &mut Feed<'_>, wanted: usize, now: u64) -> Option<Next> {
        while let Some(seq) = self.redeliver.pop_front() {
            if let Some(next) = self.again(seq) {
                return Some(next);
            }
        }
        // What goes out again is out already and takes no room.
        if self.is_full() {
            return None;
        }
        while let Some(seq) = self.initial.pop_front() {
            if let Ok(Some(message)) = self.log.get(seq) {
                return Some(Next { message, count: 1 });
            }
        }
        let room = match self.config.max_ack_pending {
            max if max > 0 => usize::try_from(max).unwrap_or(usize::MAX) - self.pending.len(),
            _ => usize::MAX,
        };
        let message = feed.next_message(wanted.min(room))?;
        if self.config.replay_policy == ReplayPolicy::Original && self.is_early(&message, now) {
            return None;
        }
        Some(Next { message, count: 1 })
    }

    /// A message that was out before; `None` if it is gone, or went out often enough.
    fn again(&mut self, seq: u64) -> Option<Next> {
        let count = self.pending.get(&seq)?.count + 1;
        let Ok(Some(message)) = self.log.get(seq) else {
            self.forget(seq);
            return None;
        };
        if self.config.max_deliver > 0 && count > self.config.max_deliver as u64 {
            self.advise(
                "MAX_DELIVERIES",
                json!({
                    "type": "io.nats.jetstream.advisory.v1.max_deliver", "stream": self.stream,
                    "consumer": self.config.name, "stream_seq": seq, "deliveries": count - 1,
                }),
            );
            self.forget(seq);
            return None;
        }
        Some(Next { message, count })
    }

    /// With original replay: whether the message must wait for as long as it did after the one before it.
    fn is_early(&self, message: &Stored, now: u64) -> bool {
        let before = message
            .seq
            .checked_sub(1)
            .and_then(|seq| self.log.peek(seq).ok().flatten());
        match (before, self.delivered_at) {
            (Some(before), Some(at)) => {
                at.saturating_add(message.time.saturating_sub(before.time)) > now
            }
            _ => false,
        }
    }

    /// Sends one message and notes it.
    fn send(&mut self, to: &[u8], next: &Next, pending: u64, now: u64, net: &mut dyn Network) {
        let (message, seq) = (&next.message, next.message.seq);
        let dseq = self.dseq;
        self.dseq += 1;
        let mut reply = std::mem::take(&mut self.scratch);
        reply.clear();
        reply.extend_from_slice(&self.ack_head);
        for (index, number) in [next.count, seq, dseq, message.time, pending]
            .into_iter()
            .enumerate()
        {
            if index > 0 {
                reply.push(b'.');
            }
            reply.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        }
        let bodiless;
        let (headers, payload): (&[u8], &[u8]) = if self.config.headers_only {
            bodiless = with_size(&message.headers, message.payload.len());
            (&bodiless, b"")
        } else {
            (&message.headers, &message.payload)
        };
        let out = Message {
            subject: &message.subject,
            reply: Some(&reply),
            headers,
            payload,
        };
        net.deliver(self.account, to, &out);
        self.scratch = reply;
        self.note(seq, dseq, next.count, now);
    }

    fn note(&mut self, seq: u64, dseq: u64, count: u64, now: u64) {
        self.delivered_at = Some(now);
        self.next = self.next.max(seq + 1);
        self.changed = true;
        if self.config.ack_policy == AckPolicy::None {
            self.floor = super::Pair {
                consumer: dseq,
                stream: self.next - 1,
            };
            return;
        }
        let due = now.saturating_add(self.wait_of(count));
        let pending = self.pending.entry(seq).or_insert(Pending {
            dseq,
            count: 0,
            due: None,
        });
        pending.count = count;
        pending.due = Some(due);
        self.due.insert((due, seq));
    }

    fn run_push(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let (log, filters) = (self.log.clone(), self.filters.clone());
        let mut feed = Feed::new(&log, &filters, self.next);
        let mut behind: Option<u64> = None;
        let mut bytes = 0;
        let to: Vec<u8> = self.config.deliver_subject.clone().into_bytes();
        for sent in 0..TURN_MSGS {
            if bytes > TURN_BYTES {
                return true;
            }
            if self.is_stalled() {
                return false;
            }
            let pending = behind.get_or_insert_with(|| {
                self.initial.len() as u64 + count(&log, &filters, self.next)
            });
            let Some(next) = self.next_message(&mut feed, TURN_MSGS - sent, now) else {
                return false;
            };
            *pending = pending.saturating_sub(u64::from(self.is_fresh(&next)));
            let left = *pending;
            let size = next.message.headers.len() + next.message.payload.len();
            bytes += size;
            self.send(&to, &next, left, now, net);
            if self.config.idle_heartbeat > 0 {
                self.push.heartbeat = Some(now.saturating_add(self.config.idle_heartbeat as u64));
            }
            if self.config.flow_control {
                self.control_flow(size as u64, &to, net);
            }
        }
        true
    }

    /// The client is as far behind as it may be.
    pub(super) fn is_stalled(&self) -> bool {
        self.config.flow_control && self.push.bytes > self.push.window
    }

    /// Asks the client to say when it has come this far.
    fn control_flow(&mut self, size: u64, to: &[u8], net: &mut dyn Network) {
        self.push.bytes += size;
        if self.push.asked.is_some() || self.push.bytes <= self.push.window / 2 {
            return;
        }
        self.push.draws += 1;
        let name = format!(
            "$JS.FC.{}.{}.{:x}",
            self.stream, self.config.name, self.push.draws
        );
        let reply = name.into_bytes();
        let block = status(100, "FlowControl Request");
        let request = Message {
            subject: to,
            reply: Some(&reply),
            headers: &block,
            payload: b"",
        };
        net.publish(self.account, &request);
        self.push.asked = Some((reply, self.push.bytes));
    }

    /// The client answered a flow control request.
    pub(crate) fn flow(&mut self, subject: &[u8]) {
        if self
            .push
            .asked
            .as_ref()
            .is_some_and(|(reply, _)| reply == subject)
            && let Some((_, bytes)) = self.push.asked.take()
        {
            self.push.bytes = self.push.bytes.saturating_sub(bytes);
            self.push.window = (self.push.window * 2).min(WINDOW.1);
        }
    }

    /// A push consumer delivers while somebody listens.
    pub(super) fn look_for_interest(&mut self, now: u64, net: &mut dyn Network) {
        let listens = net.has_interest(self.account, self.config.deliver_subject.as_bytes());
        if listens || self.push.bound {
            self.active = now;
        }
        if listens && !self.push.bound && self.config.idle_heartbeat > 0 {
            self.push.heartbeat = Some(now.saturating_add(self.config.idle_heartbeat as u64));
        }
        self.push.look_at =
            Some(now.saturating_add(if listens { LOOK_BOUND } else { LOOK_UNBOUND }));
        if !listens {
            self.push.heartbeat = None;
            self.push.asked = None;
            self.push.bytes = 0;
        }
        self.push.bound = listens;
    }

    pub(super) fn beat(&mut self, now: u64, net: &mut dyn Network) {
        if self.push.heartbeat.is_none_or(|due| due > now) {
            return;
        }
        self.push.heartbeat = Some(now.saturating_add(self.config.idle_heartbeat as u64));
        let beat = self.heartbeat_block();
        self.send_status(
            &self.config.deliver_subject.clone().into_bytes(),
            &beat,
            net,
        );
    }
}

/// The headers of a message that goes without its body.
fn with_size(headers: &[u8], size: usize) -> Vec<u8> {
    let mut block = match headers.len() {
        0 => b"NATS/1.0\r\n".to_vec(),
        len => headers[..len - 2].to_vec(),
    };
    put(&mut block, b"Nats-Msg-Size", size.to_string().as_bytes());
    block.extend_from_slice(b"\r\n");
    block
}
