//! What a consumer of the origin gives: the way of a mirror or source that names one.
//!
//! Somebody made the consumer. It says where to begin and with what, and remembers how far this stream is. Its deliveries come in
//! under a token, as they would to a client, and wait in a queue until the stream takes them. Flow control requests wait in the same
//! queue and are answered when all before them is on the disk, so the consumer never takes for done what a crash could take from here.
//! A gap in the consumer's sequence means that something was lost on the way: then the consumer is reset, and comes again with
//! all that it wasn't told of. What is here already is left out.

use super::{Inflow, RETRY};
use crate::consumer::{Consumer, LAST_CONSUMER, LAST_STREAM, Pair, Place, STALLED};
use crate::error::{MIRROR_CONSUMER_REQUIRES_FLOW_ACKS, SOURCE_CONSUMER_REQUIRES_FLOW_ACKS};
use crate::headers::Block;
use crate::origin::SourceConsumer;
use crate::stream::Stream;
use crate::{Message, Token, headers};
use midge_streamlog::Message as Stored;
use std::collections::VecDeque;

/// Bytes that may wait in a queue; its consumer's flow control keeps it far below.
const QUEUE_BYTES_MAX: usize = 64 << 20;
/// What a message takes in the queue beside its own bytes.
const ITEM_BYTES: usize = 256;

/// What came from a consumer and wasn't looked at.
enum Item {
    Message {
        dseq: u64,
        message: Stored,
    },
    /// A flow control request, by its reply subject.
    Question(Box<[u8]>),
}

impl Item {
    fn bytes(&self) -> usize {
        let own = match self {
            Self::Message { message, .. } => {
                message.subject.len() + message.headers.len() + message.payload.len()
            }
            Self::Question(reply) => reply.len(),
        };
        ITEM_BYTES + own
    }
}

/// What a flow control request is told as soon as this stream has `upto` on the disk.
struct Answer {
    reply: Box<[u8]>,
    has: Pair,
    upto: u64,
}

/// Why deliveries can't be trusted any more.
struct Lost;

/// See the head of this file.
#[derive(Default)]
pub(crate) struct Feed {
    /// What the deliveries come under. Each binding has its own, so nothing from before is mistaken for something new.
    pub(super) token: Option<Token>,
    /// When the consumer was made that it is bound to.
    pub(super) bound: Option<u64>,
    /// The stream sequence that the consumer began at when it was bound.
    pub(super) begin: u64,
    /// Why it isn't bound.
    pub(super) why: Option<&'static str>,
    /// The consumer sequence that came last.
    last: u64,
    /// What was taken last.
    taken: Pair,
    queue: VecDeque<Item>,
    queue_bytes: usize,
    answer: Option<Answer>,
}

impl Feed {
    /// Bound to a consumer that was just reset.
    pub(super) fn bind(&mut self, token: Token, created: u64, begin: u64) {
        *self = Self {
            token: Some(token),
            bound: Some(created),
            begin,
            ..Self::default()
        };
    }

    /// No consumer is there that it could be bound to.
    pub(super) fn release(&mut self, why: Option<&'static str>) {
        *self = Self {
            token: self.token,
            why,
            ..Self::default()
        };
    }

    pub(super) fn is_bound(&self) -> bool {
        self.bound.is_some()
    }

    pub(super) fn has_more(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Messages that came and weren't taken.
    fn waiting(&self) -> u64 {
        let is_message = |item: &&Item| matches!(item, Item::Message { .. });
        self.queue.iter().filter(is_message).count() as u64
    }

    /// Something came to the deliver subject; `of` names the origin and its consumer.
    fn receive(&mut self, of: (&str, &str), message: &Message<'_>) -> Result<(), Lost> {
        let reply = message.reply.unwrap_or_default();
        if let Some((stream, consumer, place)) = Place::parse(reply)
            && reply.starts_with(b"$JS.ACK.")
        {
            return match (stream, consumer) == of {
                true => self.receive_message(place, message),
                false => Ok(()),
            };
        }
        // A heartbeat tells what was sent last, and what wasn't answered: before a reset it may have gone to nobody.
        let sent = headers::get(message.headers, LAST_CONSUMER).and_then(headers::number);
        if sent.is_some_and(|sent| sent > self.last) {
            return Err(Lost);
        }
        let stalled = headers::get(message.headers, STALLED);
        let question = stalled.unwrap_or(reply);
        let (stream, consumer) = of;
        match question.starts_with(format!("$JS.FC.{stream}.{consumer}.").as_bytes()) {
            true => self.queue(Item::Question(question.into())),
            false => Ok(()),
        }
    }

    fn receive_message(&mut self, place: Place, message: &Message<'_>) -> Result<(), Lost> {
        let dseq = place.consumer_seq;
        // Somebody else reset the consumer if it begins anew.
        let follows = dseq == self.last.saturating_add(1) || dseq == 1;
        if !follows {
            return if dseq > self.last { Err(Lost) } else { Ok(()) };
        }
        self.last = dseq;
        let bytes = |bytes: &[u8]| bytes.to_vec().into();
        let message = Stored {
            seq: place.stream_seq,
            time: place.time,
            ttl: 0,
            subject: bytes(message.subject),
            headers: bytes(message.headers),
            payload: bytes(message.payload),
        };
        self.queue(Item::Message { dseq, message })
    }

    fn queue(&mut self, item: Item) -> Result<(), Lost> {
        self.queue_bytes += item.bytes();
        if self.queue_bytes > QUEUE_BYTES_MAX {
            return Err(Lost);
        }
        self.queue.push_back(item);
        Ok(())
    }

    /// The next message from `next` on; what is below is here already. `upto` gives the last sequence that this stream has.
    pub(super) fn next(&mut self, next: u64, upto: impl Fn() -> u64) -> Option<Stored> {
        loop {
            match self.queue.front()? {
                Item::Message { message, .. } if message.seq >= next => {
                    return Some(message.clone());
                }
                Item::Message { .. } => self.took(),
                Item::Question(reply) => {
                    self.answer = Some(Answer {
                        reply: reply.clone(),
                        has: self.taken,
                        upto: upto(),
                    });
                    self.pop();
                }
            }
        }
    }

    /// The message that came next was taken.
    pub(super) fn took(&mut self) {
        if let Some(Item::Message { dseq, message }) = self.pop() {
            self.taken = Pair {
                consumer: dseq,
                stream: message.seq,
            };
        }
    }

    fn pop(&mut self) -> Option<Item> {
        let item = self.queue.pop_front()?;
        self.queue_bytes -= item.bytes();
        Some(item)
    }

    /// What tells the consumer how far this stream is, if it asked and that is on the disk: up to `visible`.
    pub(super) fn answer(&mut self, visible: u64) -> Option<FlowAnswer> {
        let answer = self.answer.take_if(|answer| answer.upto <= visible)?;
        let headers = Block::new()
            .with(LAST_CONSUMER, answer.has.consumer.to_string())
            .with(LAST_STREAM, answer.has.stream.to_string())
            .done();
        Some(FlowAnswer {
            subject: answer.reply,
            headers,
        })
    }
}

/// What a stream says to a consumer's flow control. It goes there without the network: what we send ourselves is no answer to us.
pub(crate) struct FlowAnswer {
    subject: Box<[u8]>,
    headers: Vec<u8>,
}

impl FlowAnswer {
    pub(crate) fn message(&self) -> Message<'_> {
        Message {
            subject: &self.subject,
            headers: &self.headers,
            ..Message::default()
        }
    }
}

/// Why an origin has no consumer that could feed an inflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    Missing,
    /// Its acks don't follow flow control.
    Policy,
    /// It delivers to another subject.
    Elsewhere,
}

impl Inflow {
    /// What it listens to while a consumer feeds it, and the token of that.
    pub(super) fn listens(&self) -> Option<(String, Token)> {
        let token = self.feed.as_ref()?.token?;
        let consumer = self.origin.consumer.as_ref()?;
        Some((consumer.deliver_subject.clone(), token))
    }

    fn lack(&mut self, unfit: Unfit) {
        let Some(feed) = &mut self.feed else {
            return;
        };
        feed.release(Some(match unfit {
            Unfit::Missing => "the origin has no consumer of that name",
            Unfit::Policy => "the origin's consumer doesn't acknowledge by flow control",
            Unfit::Elsewhere => "the origin's consumer delivers to another subject",
        }));
        self.retry = None;
        self.error = match unfit {
            Unfit::Policy if self.is_mirror => Some(MIRROR_CONSUMER_REQUIRES_FLOW_ACKS),
            Unfit::Policy => Some(SOURCE_CONSUMER_REQUIRES_FLOW_ACKS),
            Unfit::Missing | Unfit::Elsewhere => None,
        };
    }
}

impl Stream {
    /// Which consumer of its origin feeds inflow `at`, if one was named.
    pub(crate) fn feeder(&self, at: usize) -> Option<&SourceConsumer> {
        self.inflows.all.get(at)?.origin.consumer.as_ref()
    }

    /// Takes note of the consumer that there is to feed inflow `at`, by the time it was made. True if it must be bound now.
    pub(crate) fn must_bind(&mut self, at: usize, fit: Result<u64, Unfit>, now: u64) -> bool {
        let Some(inflow) = self.inflows.all.get_mut(at) else {
            return false;
        };
        match fit {
            Ok(created) => {
                let bound = inflow.feed.as_ref().and_then(|feed| feed.bound);
                bound != Some(created) && inflow.retry.is_none_or(|retry| retry <= now)
            }
            Err(unfit) => {
                inflow.lack(unfit);
                false
            }
        }
    }

    /// Binds inflow `at` to a consumer that was made at `created` and now begins at `begin`. What it listened to before, if it did.
    pub(crate) fn bind_feed(
        &mut self,
        at: usize,
        token: Token,
        (created, begin): (u64, u64),
    ) -> Option<(String, Token)> {
        let inflow = self.inflows.all.get_mut(at)?;
        let old = inflow.listens();
        (inflow.retry, inflow.error) = (None, None);
        inflow.feed.as_mut()?.bind(token, created, begin);
        old
    }

    /// A consumer delivered something. False if something before it was lost.
    pub(crate) fn receive_fed(&mut self, token: Token, message: &Message<'_>, now: u64) -> bool {
        let is_it = |inflow: &&mut Inflow| {
            let feed = inflow.feed.as_ref();
            feed.is_some_and(|feed| feed.token == Some(token) && feed.is_bound())
        };
        let Some(inflow) = self.inflows.all.iter_mut().find(is_it) else {
            return true;
        };
        inflow.contact = Some(now);
        if let (Some(feed), Some(consumer)) = (&mut inflow.feed, &inflow.origin.consumer)
            && let Err(Lost) = feed.receive((&inflow.origin.name, &consumer.name), message)
        {
            feed.release(None);
            inflow.retry = Some(now.saturating_add(RETRY));
            return false;
        }
        true
    }

    /// What tells the consumer of inflow `at` how far this stream is, if that is due.
    pub(crate) fn answer_feed(&mut self, at: usize) -> Option<FlowAnswer> {
        let feed = self.inflows.all.get_mut(at)?.feed.as_mut()?;
        feed.answer.as_ref()?;
        feed.answer(self.log.stats().visible)
    }

    /// What the consumer of inflow `at` has still to give, or gave and wasn't taken.
    pub(crate) fn fed_lag(&self, at: usize, consumer: &Consumer) -> u64 {
        let feed = self.inflows.all.get(at).and_then(|it| it.feed.as_ref());
        feed.filter(|feed| feed.is_bound())
            .map_or(0, |feed| feed.waiting() + consumer.num_pending())
    }
}
