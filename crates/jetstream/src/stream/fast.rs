//! Fast batches: messages that are stored one by one as they come, and acknowledged now and then.
//!
//! The reply subject of each message says which batch it belongs to, where in it, and how often its publisher wants to hear
//! something; all answers go there. Nothing is held back and nothing taken back: the batch is about what was lost on the way.

use super::batch::ID_MAX;
use super::publish::{More, Outcome, Published};
use super::seats::FastSeat;
use super::{Seats, Stream};
use crate::error::{
    BATCH_PUBLISH_DISABLED, BATCH_PUBLISH_INVALID_ID, BATCH_PUBLISH_INVALID_PATTERN,
    BATCH_PUBLISH_TOO_MANY, BATCH_PUBLISH_UNKNOWN_ID, STREAM_SEALED,
};
use crate::{ApiError, Message, Network, headers};
use hashbrown::HashMap;
use midge_streamlog::Ticket;

/// Messages for an acknowledgement, when the publisher names no number.
const FLOW: u64 = 10;
/// How the reply subject of a batch's message ends.
const SUFFIX: &[u8] = b".$FI";

/// Whether a reply subject says that its message belongs to a fast batch.
pub(crate) fn is_fast(reply: &[u8]) -> bool {
    reply.ends_with(SUFFIX)
}

/// What goes to the reply subject.
pub(crate) enum Told {
    /// At once.
    Now(Vec<u8>),
    /// When this is released.
    After(Option<Ticket>, Vec<u8>),
    /// An ack of the stream, and the end of the batch.
    Ended(Outcome),
}

/// Batches that weren't ended.
#[derive(Default)]
pub(crate) struct FastBatches(HashMap<Box<[u8]>, FastBatch>);

struct FastBatch {
    /// The last place in the batch that was reached.
    last: u64,
    /// Up to here the publisher was told.
    told: u64,
    /// Messages between two acknowledgements: now, and at most.
    flow: u64,
    flow_max: u64,
    /// What was stored last.
    stored: Option<(u64, Option<Ticket>)>,
    deadline: u64,
    _seat: FastSeat,
}

impl FastBatch {
    /// What the publisher hears of the flow.
    fn flow_ack(&self) -> Vec<u8> {
        let (seq, msgs) = (self.told, self.flow);
        format!("{{\"type\":\"ack\",\"seq\":{seq},\"msgs\":{msgs}}}").into_bytes()
    }

    /// Whether it is time to tell something; then there is more time until the next.
    fn reach(&mut self) -> bool {
        let steps = (self.last - self.told) / self.flow;
        self.told += steps * self.flow;
        if steps > 0 {
            self.flow = (self.flow * 2).min(self.flow_max);
        }
        steps > 0
    }

    fn end(self, id: &[u8], count: u64) -> Told {
        let (seq, ticket) = self.stored.unwrap_or_default();
        Told::Ended(Ok(Published {
            seq,
            duplicate: false,
            ticket,
            more: More::batch(id, count),
        }))
    }
}

/// What a reply subject says: `<prefix>.<id>.<flow>.<gap>.<seq>.<operation>.$FI`.
struct Place<'a> {
    id: &'a [u8],
    flow: u64,
    gaps_are_fine: bool,
    seq: u64,
    operation: Operation,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Start,
    Append,
    Commit,
    /// The end, without a message.
    End,
    Ping,
}

impl<'a> Place<'a> {
    fn parse(reply: &'a [u8]) -> Result<Self, ApiError> {
        let mut tokens = reply.rsplit(|byte| *byte == b'.').skip(1);
        let mut next = || tokens.next().ok_or(BATCH_PUBLISH_INVALID_PATTERN);
        let operation = match next()? {
            b"0" => Operation::Start,
            b"1" => Operation::Append,
            b"2" => Operation::Commit,
            b"3" => Operation::End,
            b"4" => Operation::Ping,
            _ => return Err(BATCH_PUBLISH_INVALID_PATTERN),
        };
        let seq = headers::number(next()?).filter(|seq| *seq > 0);
        let gaps_are_fine = match next()? {
            b"ok" => true,
            b"fail" => false,
            _ => return Err(BATCH_PUBLISH_INVALID_PATTERN),
        };
        let flow = headers::number(next()?)
            .filter(|flow| (1..=u64::from(u16::MAX)).contains(flow))
            .unwrap_or(FLOW);
        let id = next()?;
        next()?;
        if id.is_empty() || id.len() > ID_MAX {
            return Err(BATCH_PUBLISH_INVALID_ID);
        }
        Ok(Self {
            id,
            flow,
            gaps_are_fine,
            seq: seq.ok_or(BATCH_PUBLISH_INVALID_PATTERN)?,
            operation,
        })
    }
}

impl Stream {
    /// Takes a message of a fast batch; what is told goes to its reply subject, in order.
    pub(crate) fn publish_fast(
        &mut self,
        reply: &[u8],
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
        seats: &Seats,
    ) -> Vec<Told> {
        let mut told = Vec::new();
        if let Err(error) = self.try_fast(reply, message, (now, seats), net, &mut told) {
            told.push(Told::Ended(Err(error)));
        }
        told
    }

    fn try_fast(
        &mut self,
        reply: &[u8],
        message: &Message<'_>,
        (now, seats): (u64, &Seats),
        net: &mut dyn Network,
        told: &mut Vec<Told>,
    ) -> Result<(), ApiError> {
        if !self.config.allow_batched {
            return Err(BATCH_PUBLISH_DISABLED);
        }
        if self.config.sealed {
            return Err(STREAM_SEALED);
        }
        let place = Place::parse(reply)?;
        let mut batch = match self.fast.0.remove(place.id) {
            Some(batch) => batch,
            None => self.begin_fast(&place, seats, told)?,
        };
        batch.deadline = now + seats.idle();
        if !follow(&mut batch, &place, told) {
            let count = batch.last;
            told.push(batch.end(place.id, count));
            return Ok(());
        }
        match place.operation {
            Operation::Ping => {
                let _ = batch.reach();
                let ticket = batch.stored.as_ref().and_then(|(_, ticket)| ticket.clone());
                told.push(Told::After(ticket, batch.flow_ack()));
            }
            Operation::End => {
                let count = batch.last;
                told.push(batch.end(place.id, count));
                return Ok(());
            }
            _ => {
                let stored = self.store_fast(message, now, net);
                match self.note_fast(batch, stored, &place, told)? {
                    Some(open) => batch = open,
                    None => return Ok(()),
                }
            }
        }
        self.fast.0.insert(place.id.into(), batch);
        Ok(())
    }

    fn begin_fast(
        &self,
        place: &Place<'_>,
        seats: &Seats,
        told: &mut Vec<Told>,
    ) -> Result<FastBatch, ApiError> {
        match (place.operation, place.seq) {
            (Operation::Start | Operation::Commit, 1) => {}
            (Operation::Append | Operation::End, 1) | (Operation::Start, _) => {
                return Err(BATCH_PUBLISH_INVALID_PATTERN);
            }
            _ => return Err(BATCH_PUBLISH_UNKNOWN_ID),
        }
        if self.fast.0.len() >= seats.fast_batches_max() {
            return Err(BATCH_PUBLISH_TOO_MANY);
        }
        let batch = FastBatch {
            last: 0,
            told: 0,
            // Whoever isn't alone begins slowly.
            flow: if self.fast.0.is_empty() {
                place.flow
            } else {
                1
            },
            flow_max: place.flow,
            stored: None,
            deadline: 0,
            _seat: seats.take_fast().ok_or(BATCH_PUBLISH_TOO_MANY)?,
        };
        if place.operation == Operation::Start {
            told.push(Told::Now(batch.flow_ack()));
        }
        Ok(batch)
    }

    fn store_fast(&mut self, message: &Message<'_>, now: u64, net: &mut dyn Network) -> Outcome {
        self.check_size(message)?;
        let draft = self.draft(message, now);
        self.check_schedule_rights(message.origin, &draft.wishes)?;
        self.publish_alone(draft, now, net)
    }

    /// Notes what became of a message. `None`: the batch is over.
    fn note_fast(
        &self,
        mut batch: FastBatch,
        stored: Outcome,
        place: &Place<'_>,
        told: &mut Vec<Told>,
    ) -> Result<Option<FastBatch>, ApiError> {
        let failed = stored.as_ref().err().cloned();
        if let Some(error) = failed {
            if !place.gaps_are_fine && batch.stored.is_none() {
                return Err(error);
            }
            let error = serde_json::to_string(&error).unwrap_or_default();
            let body = format!(
                "{{\"type\":\"err\",\"seq\":{},\"error\":{error}}}",
                place.seq
            );
            told.push(Told::Now(body.into_bytes()));
            if !place.gaps_are_fine {
                let count = batch.last;
                told.push(batch.end(place.id, count));
                return Ok(None);
            }
        }
        batch.last = place.seq;
        let is_stored = stored.is_ok();
        if let Ok(published) = stored {
            batch.stored = Some((published.seq, published.ticket));
        }
        if place.operation == Operation::Commit {
            told.push(batch.end(place.id, place.seq));
            return Ok(None);
        }
        if is_stored && batch.reach() {
            let ticket = batch.stored.as_ref().and_then(|(_, ticket)| ticket.clone());
            told.push(Told::After(ticket, batch.flow_ack()));
        }
        Ok(Some(batch))
    }

    /// When the next fast batch has waited too long.
    pub(crate) fn poll_fast(&self) -> Option<u64> {
        self.fast.0.values().map(|batch| batch.deadline).min()
    }

    /// Forgets fast batches that waited too long; what they stored stays.
    pub(crate) fn forget_late(&mut self, now: u64) {
        self.fast.0.retain(|_, batch| batch.deadline > now);
    }

    /// The configuration allows no fast batches any more.
    pub(super) fn forget_fast(&mut self) {
        self.fast.0.clear();
    }
}

/// Compares a message's place with what was there before. `false`: the batch can't go on.
fn follow(batch: &mut FastBatch, place: &Place<'_>, told: &mut Vec<Told>) -> bool {
    let is_ping = place.operation == Operation::Ping;
    // A ping names what was sent last, and isn't itself part of the batch.
    let seq = place.seq.saturating_add(u64::from(is_ping));
    let next = batch.last.saturating_add(1);
    if seq == next || (is_ping && seq < next) {
        return true;
    }
    let gap = format!("{{\"type\":\"gap\",\"last_seq\":{next},\"seq\":{seq}}}");
    told.push(Told::Now(gap.into_bytes()));
    if !place.gaps_are_fine || seq < next {
        return false;
    }
    batch.last = seq - 1;
    true
}
