//! Acknowledgements of all kinds, and what they do to the floor.

use super::{AckPolicy, Consumer, Pair};
use crate::Network;
use crate::headers::duration;
use serde_json::json;
use std::num::NonZeroU64;

/// Answers to acks that a consumer keeps while the store takes nothing; whoever gets none asks again.
const REPLIES_MAX: usize = 16 << 10;

/// What an ack subject says: which delivery is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) count: u64,
    pub(crate) stream_seq: u64,
    pub(crate) consumer_seq: u64,
    /// When the message was stored.
    pub(crate) time: u64,
}

impl Place {
    /// Stream, consumer and place in `$JS.ACK.<stream>.<consumer>.<count>.<sseq>.<cseq>.<time>.<pending>`.
    pub(crate) fn parse(subject: &[u8]) -> Option<(&str, &str, Self)> {
        let mut tokens = std::str::from_utf8(subject).ok()?.split('.').skip(2);
        let (stream, consumer) = (tokens.next()?, tokens.next()?);
        let mut number = || tokens.next()?.parse().ok();
        let place = Self {
            count: number()?,
            stream_seq: number()?,
            consumer_seq: number()?,
            time: number()?,
        };
        Some((stream, consumer, place))
    }
}

impl Consumer {
    /// A client acknowledged, refused or asked for more time.
    pub(crate) fn ack(
        &mut self,
        place: Place,
        body: &[u8],
        reply: Option<&[u8]>,
        now: u64,
        net: &mut dyn Network,
    ) {
        self.active = now;
        if self.config.ack_policy == AckPolicy::FlowControl {
            // Nobody hears acks of single messages here.
            return;
        }
        let seq = place.stream_seq;
        if seq >= self.next {
            // Its delivery was forgotten in a crash, so it goes out again; a confirmation would promise that it doesn't.
            return;
        }
        let (word, rest) = split(body);
        match word {
            b"" | b"+ACK" | b"+OK" => {
                self.sample(place, now);
                self.acknowledge(seq, now);
            }
            b"-NAK" => self.refuse(place, rest, now),
            b"+WPI" => self.extend(seq, now),
            b"+TERM" => self.terminate(place, rest, now),
            b"+NXT" => {
                self.sample(place, now);
                self.acknowledge(seq, now);
                if let Some(reply) = reply {
                    self.pull(reply, rest, now, net);
                }
                return;
            }
            _ => {}
        }
        if let Some(reply) = reply.filter(|_| self.replies.len() < REPLIES_MAX) {
            self.replies.push(reply.into());
        }
    }

    fn acknowledge(&mut self, seq: u64, now: u64) {
        self.acked_at = NonZeroU64::new(now);
        match self.config.ack_policy {
            AckPolicy::None | AckPolicy::FlowControl => {}
            AckPolicy::Explicit => self.settle(seq),
            AckPolicy::All => {
                self.settle_upto(seq);
            }
        }
    }

    /// Done with all up to here.
    pub(super) fn settle_upto(&mut self, seq: u64) {
        let out = self.records.pending().range(..=seq).map(|(seq, _)| seq);
        let spent = self.records.spent().range(..=seq).copied();
        let below: Vec<u64> = out.chain(spent).collect();
        for seq in below {
            self.settle(seq);
        }
    }

    /// Done: it never goes out again, and the stream may drop it.
    fn settle(&mut self, seq: u64) {
        let late = self.records.remove_spent(seq);
        if (self.forget(seq) || late) && self.settles() {
            self.acked.push(seq);
        }
    }

    /// Takes a sequence out of the pending ones and moves the floor. False if it wasn't there.
    pub(super) fn forget(&mut self, seq: u64) -> bool {
        let Some(pending) = self.records.remove_pending(seq) else {
            return false;
        };
        if let Some(due) = pending.due {
            self.due.remove((due, seq));
        }
        self.changed = true;
        self.floor = match self.records.first_pending() {
            None => Pair {
                consumer: self.dseq - 1,
                stream: self.next.saturating_sub(1),
            },
            Some((first, lowest)) if first > seq && pending.dseq == self.floor.consumer + 1 => {
                Pair {
                    consumer: lowest.dseq - 1,
                    stream: first - 1,
                }
            }
            Some(_) => self.floor,
        };
        true
    }

    /// Tells, for some of the acks, how long they took.
    fn sample(&mut self, place: Place, now: u64) {
        let percent = self.config.sampled();
        if percent == 0 {
            return;
        }
        let pending = self.records.pending().get(place.stream_seq);
        let Some(pending) = pending.copied() else {
            return;
        };
        if self.draws.number() % 100 >= percent {
            return;
        }
        let subject = format!(
            "$JS.EVENT.METRIC.CONSUMER.ACK.{}.{}",
            self.stream, self.config.name
        );
        let body = json!({
            "type": "io.nats.jetstream.metric.v1.consumer_ack", "stream": self.stream, "consumer": self.config.name,
            "consumer_seq": place.consumer_seq, "stream_seq": place.stream_seq,
            "ack_time": now.saturating_sub(pending.sent), "deliveries": place.count,
        });
        self.advisories.push((subject, body));
    }

    fn refuse(&mut self, place: Place, delay: &[u8], now: u64) {
        let seq = place.stream_seq;
        let Some(due) = self.records.due_mut(seq) else {
            return;
        };
        let Some(before) = due.take() else {
            return;
        };
        self.due.remove((before, seq));
        match nak_delay(delay) {
            Some(delay) if delay > 0 => {
                let at = now.saturating_add(delay);
                *due = Some(at);
                self.due.insert((at, seq), ());
            }
            _ => self.queue_again(seq),
        }
        self.advise(
            "MSG_NAKED",
            json!({
                "type": "io.nats.jetstream.advisory.v1.nak", "stream": self.stream, "consumer": self.config.name,
                "consumer_seq": place.consumer_seq, "stream_seq": seq, "deliveries": place.count,
            }),
        );
    }

    fn extend(&mut self, seq: u64, now: u64) {
        let Some(pending) = self.records.pending().get(seq).copied() else {
            return;
        };
        let later = now.saturating_add(self.wait_of(pending.count));
        if let Some(due) = self.records.due_mut(seq).and_then(Option::as_mut) {
            self.due.remove((*due, seq));
            self.due.insert((later, seq), ());
            *due = later;
        }
    }

    fn terminate(&mut self, place: Place, reason: &[u8], now: u64) {
        self.acked_at = NonZeroU64::new(now);
        let seq = place.stream_seq;
        if !self.records.pending().contains(seq) {
            return;
        }
        self.settle(seq);
        let mut body = json!({
            "type": "io.nats.jetstream.advisory.v1.terminated", "stream": self.stream, "consumer": self.config.name,
            "consumer_seq": place.consumer_seq, "stream_seq": seq, "deliveries": place.count,
        });
        if !reason.is_empty() {
            body["reason"] = String::from_utf8_lossy(reason).into();
        }
        self.advise("MSG_TERMINATED", body);
    }

    pub(super) fn advise(&mut self, what: &str, body: serde_json::Value) {
        let subject = format!(
            "$JS.EVENT.ADVISORY.CONSUMER.{what}.{}.{}",
            self.stream, self.config.name
        );
        self.advisories.push((subject, body));
    }

    /// When a message that goes out now, for the `count`th time, counts as lost; `None`: only a reset makes it go out again.
    pub(super) fn due_of(&self, count: u64, now: u64) -> Option<u64> {
        let waits = self.config.ack_policy != AckPolicy::FlowControl;
        waits.then(|| now.saturating_add(self.wait_of(count)))
    }

    /// Nanoseconds until a message that goes out for the `count`th time counts as lost.
    pub(super) fn wait_of(&self, count: u64) -> u64 {
        let steps = &self.config.backoff;
        let step = usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
        let wait = steps
            .get(step)
            .or(steps.last())
            .copied()
            .unwrap_or(self.config.ack_wait);
        u64::try_from(wait).unwrap_or(0)
    }
}

/// The word at the head of an ack's body, and what follows it.
fn split(body: &[u8]) -> (&[u8], &[u8]) {
    let body = body.trim_ascii();
    match body
        .iter()
        .position(|byte| matches!(byte, b' ' | b'{' | b'\t'))
    {
        Some(at) => (&body[..at], body[at..].trim_ascii()),
        None => (body, b""),
    }
}

/// `{"delay": ns}` or a duration.
fn nak_delay(rest: &[u8]) -> Option<u64> {
    if rest.first() == Some(&b'{') {
        let value: serde_json::Value = serde_json::from_slice(rest).ok()?;
        return value["delay"].as_u64();
    }
    duration(std::str::from_utf8(rest).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ack_subject_names_stream_consumer_and_place() {
        let (stream, consumer, place) =
            Place::parse(b"$JS.ACK.S.C.2.10.11.1700000000000000000.5").unwrap();
        assert_eq!((stream, consumer), ("S", "C"));
        assert_eq!(
            place,
            Place {
                count: 2,
                stream_seq: 10,
                consumer_seq: 11,
                time: 1_700_000_000_000_000_000,
            }
        );
        assert_eq!(Place::parse(b"$JS.ACK.S.C.x"), None);
    }

    #[test]
    fn delays_are_json_or_durations() {
        assert_eq!(nak_delay(b"{\"delay\": 5000}"), Some(5000));
        assert_eq!(nak_delay(b"5s"), Some(5_000_000_000));
        assert_eq!(nak_delay(b""), None);
        assert_eq!(
            split(b"-NAK {\"delay\":1}"),
            (&b"-NAK"[..], &b"{\"delay\":1}"[..])
        );
        assert_eq!(split(b"+TERM no good"), (&b"+TERM"[..], &b"no good"[..]));
    }
}
