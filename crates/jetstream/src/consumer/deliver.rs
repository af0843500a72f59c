//! Deliveries: what goes out next, to whom, and what is noted about it.

use super::feed::Feed;
use super::records::Pending;
use super::{AckPolicy, Consumer, Pair, ReplayPolicy};
use crate::headers::Block;
use crate::stream::present;
use crate::{Message, Network};
use midge_streamlog::{Error as LogError, Message as Stored};
use serde_json::json;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::num::NonZeroU64;

/// Messages of one turn.
pub(super) const TURN_MSGS: usize = 512;
/// Bytes of one turn.
pub(super) const TURN_BYTES: usize = 256 << 10;

/// When a consumer whose messages can't be read tries again, in nanoseconds.
const READ_AGAIN: u64 = 250_000_000;

/// Messages that a turn finds gone when they would go out.
const SKIPS_MAX: usize = 256;

/// A message that goes out, and which time it is.
pub(super) struct Next {
    pub(super) message: Stored,
    pub(super) count: u64,
}

impl Consumer {
    /// Whether a message that becomes visible could go out.
    pub(crate) fn is_listening(&self) -> bool {
        !self.config.is_pull() || !self.requests.is_empty()
    }

    /// Delivers what there is and may go, up to a turn's worth. True if there may be more.
    pub(crate) fn run(&mut self, now: u64, net: &mut dyn Network) -> bool {
        self.wake_at = None;
        self.skips = 0;
        let was_readable = self.unreadable.take().is_none();
        let more = self.try_run(now, net);
        if let Some(error) = self.unreadable.as_ref().filter(|_| was_readable) {
            let (stream, consumer) = (self.log.name(), &*self.config.name);
            tracing::warn!(stream, consumer, %error, "JetStream: a consumer can't read its messages, which is tried again");
        }
        more
    }

    fn try_run(&mut self, now: u64, net: &mut dyn Network) -> bool {
        if self.config.is_pull() {
            if self.is_paused(now) {
                self.end_one_shots(net);
                return false;
            }
            return !self.requests.is_empty() && self.run_pull(now, net);
        }
        self.look_for_interest(now, net);
        self.push.bound && !self.is_paused(now) && self.run_push(now, net)
    }

    /// As many messages are out as may be.
    pub(super) fn is_full(&self) -> bool {
        let most = self.config.max_ack_pending;
        most > 0 && self.records.pending().len() as i64 >= most
    }

    /// Bytes of a delivery, as `max_bytes` counts them: subject, ack subject, headers and body.
    pub(super) fn size_of(&self, next: &Next, pending: u64) -> usize {
        let message = &next.message;
        let numbers = [next.count, message.seq, self.dseq, message.time, pending];
        let digits: usize = numbers
            .iter()
            .map(|number| 1 + number.checked_ilog10().unwrap_or(0) as usize)
            .sum();
        let reply = self.ack_head.len() + digits + numbers.len() - 1;
        message.subject.len() + reply + message.headers.len() + message.payload.len()
    }

    /// A message that was taken and didn't go out.
    pub(super) fn put_back(&mut self, next: &Next) {
        let seq = next.message.seq;
        // A fresh one comes again by itself: the next turn begins at `self.next`.
        if self.records.pending().contains(seq) {
            self.redeliver.push_front(seq);
        } else if seq < self.next {
            self.records.insert_initial(seq);
        }
    }

    pub(super) fn is_fresh(&self, next: &Next) -> bool {
        !self.records.pending().contains(next.message.seq)
    }

    /// How many messages it is behind, if that isn't `known`. `None`: the log can't say now.
    pub(super) fn behind(&mut self, known: Option<u64>, feed: &mut Feed, now: u64) -> Option<u64> {
        if known.is_some() {
            return known;
        }
        match feed.count() {
            Ok(count) => Some(self.records.initial().len() as u64 + count),
            Err(error) => self.hold_back(&error, now),
        }
    }

    /// Whether so many messages were gone when their turn came that the rest is for the next turn.
    pub(super) fn skips_on(&self) -> bool {
        self.skips >= SKIPS_MAX
    }

    /// What goes out next: first what must go again.
    pub(super) fn next_message(
        &mut self,
        feed: &mut Feed,
        wanted: usize,
        now: u64,
    ) -> Option<Next> {
        while let Some(seq) = self.redeliver.pop_front() {
            match self.again(seq) {
                Ok(Some(next)) => return Some(next),
                Ok(None) => {}
                Err(error) => {
                    self.redeliver.push_front(seq);
                    return self.hold_back(&error, now);
                }
            }
        }
        // What goes out again is out already and takes no room.
        if self.is_full() {
            return None;
        }
        if !self.records.initial().is_empty() {
            let visible = self.log.stats().visible;
            while let Some(seq) = self.records.pop_initial_if(|seq| seq <= visible) {
                match present(self.log.get(seq)) {
                    Ok(Some(message)) => return Some(Next { message, count: 1 }),
                    Ok(None) => self.skips += 1,
                    Err(error) => {
                        self.records.insert_initial(seq);
                        return self.hold_back(&error, now);
                    }
                }
                if self.skips_on() {
                    return None;
                }
            }
            if !self.records.initial().is_empty() {
                return None;
            }
        }
        let room = match self.config.max_ack_pending {
            max if max > 0 => {
                usize::try_from(max).unwrap_or(usize::MAX) - self.records.pending().len()
            }
            _ => usize::MAX,
        };
        let message = match feed.next_message(wanted.min(room)) {
            Ok(message) => message?,
            Err(error) => return self.hold_back(&error, now),
        };
        if self.config.replay_policy == ReplayPolicy::Original && self.is_early(&message, now) {
            return None;
        }
        Some(Next { message, count: 1 })
    }

    /// The log can't be read now, which says nothing about what is in it: nothing goes out, and the clock has it tried again.
    pub(super) fn hold_back<T>(&mut self, error: &LogError, now: u64) -> Option<T> {
        self.unreadable = Some(error.to_string().into());
        self.wake_at = Some(now.saturating_add(READ_AGAIN));
        None
    }

    /// A message that was out before; `None` if it needn't go out again.
    fn again(&mut self, seq: u64) -> Result<Option<Next>, LogError> {
        let pending = self.records.pending().get(seq);
        let Some(pending) = pending.filter(|it| it.due.is_none()) else {
            return Ok(None);
        };
        let count = pending.count + 1;
        if self.is_spent(pending.count) {
            self.give_up(seq);
            return Ok(None);
        }
        let message = present(self.log.get(seq))?;
        if message.is_none() {
            self.forget(seq);
        }
        Ok(message.map(|message| Next { message, count }))
    }

    /// Whether a message that went out so often doesn't go out again.
    pub(super) fn is_spent(&self, count: u64) -> bool {
        u64::try_from(self.config.max_deliver).is_ok_and(|most| most > 0 && count >= most)
    }

    /// A message went out as often as it may. It makes room for others; the floor stays below it, since nobody acknowledged it.
    pub(super) fn give_up(&mut self, seq: u64) {
        let Some(pending) = self.records.remove_pending(seq) else {
            return;
        };
        if let Some(due) = pending.due {
            self.due.remove((due, seq));
        }
        match self.settles() {
            true => self.records.insert_spent(seq),
            // Nobody asks, unless the stream begins to remove what consumers are done with.
            false => self.known_from = self.known_from.max(seq + 1),
        }
        self.changed = true;
        self.advise(
            "MAX_DELIVERIES",
            json!({
                "type": "io.nats.jetstream.advisory.v1.max_deliver", "stream": self.stream,
                "consumer": self.config.name, "stream_seq": seq, "deliveries": pending.count,
            }),
        );
    }

    /// With original replay: whether the message must wait for as long as it did after the one before it.
    fn is_early(&mut self, message: &Stored, now: u64) -> bool {
        let Some((at, time)) = self.replayed.as_deref().copied() else {
            return false;
        };
        let due = at.saturating_add(message.time.saturating_sub(time));
        if due > now {
            self.wake_at = Some(due);
        }
        due > now
    }

    /// Sends one message and notes it.
    pub(super) fn send(
        &mut self,
        to: &[u8],
        next: &Next,
        pending: u64,
        now: u64,
        net: &mut dyn Network,
    ) {
        let (message, seq) = (&next.message, next.message.seq);
        let dseq = self.dseq;
        self.dseq += 1;
        let mut reply = SmallVec::<[u8; 128]>::from_slice(&self.ack_head);
        for (index, number) in [next.count, seq, dseq, message.time, pending]
            .into_iter()
            .enumerate()
        {
            if index > 0 {
                reply.push(b'.');
            }
            reply.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        }
        let mut headers = Cow::Borrowed(&*message.headers);
        if self.config.headers_only {
            let size = message.payload.len().to_string();
            headers = Cow::Owned(Block::of(&headers).with("Nats-Msg-Size", size).done());
        }
        if let Some(pin) = &self.pin {
            headers = Cow::Owned(Block::of(&headers).with("Nats-Pin-Id", &pin.id).done());
        }
        let payload: &[u8] = if self.config.headers_only {
            b""
        } else {
            &message.payload
        };
        let out = Message {
            subject: &message.subject,
            reply: Some(&reply),
            headers: &headers,
            payload,
            ..Message::default()
        };
        net.deliver(self.account, to, &out);
        if self.config.replay_policy == ReplayPolicy::Original {
            self.replayed = Some(Box::new((now, message.time)));
        }
        self.note(seq, dseq, next.count, now);
    }

    fn note(&mut self, seq: u64, dseq: u64, count: u64, now: u64) {
        self.delivered_at = NonZeroU64::new(now);
        self.next = self.next.max(seq + 1);
        self.changed = true;
        if self.config.ack_policy == AckPolicy::None {
            self.floor = Pair {
                consumer: dseq,
                stream: self.next - 1,
            };
            if self.settles() {
                self.acked.push(seq);
            }
            return;
        }
        let due = self.due_of(count, now);
        let delivery = Pending {
            dseq,
            count,
            due,
            sent: now,
        };
        self.records.sent(seq, delivery);
        if let Some(due) = due {
            self.due.insert((due, seq), ());
        }
    }
}
