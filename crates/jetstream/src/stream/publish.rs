//! From a publish to a stored message: what the publisher expects is checked, the message appended, its ticket kept.

use super::draft::{Draft, Rollup};
use super::{Seats, Stream};
use crate::config::Storage;
use crate::error::{
    INSUFFICIENT_RESOURCES, STREAM_SEALED, STREAM_STORE_FAILED, STREAM_TOO_MANY_REQUESTS,
};
use crate::{ApiError, Message, Network};
use midge_streamlog::{Error, Limit, NewMessage, Ticket};

/// What became of a message.
#[derive(Default)]
pub(crate) struct Published {
    /// The sequence it has, or the one it duplicates.
    pub(crate) seq: u64,
    /// It was there already.
    pub(crate) duplicate: bool,
    /// When that is durable; `None`: it is.
    pub(crate) ticket: Option<Ticket>,
    /// What its ack says beside that.
    pub(crate) more: More,
}

/// What some acks say beside the sequence.
#[derive(Default)]
pub(crate) enum More {
    #[default]
    Plain,
    /// There is an answer, and it is empty: the message waits for the rest of its batch.
    Nothing,
    /// What a counter stands at.
    Val(Box<str>),
    /// The batch that ended.
    Batch(Box<BatchAck>),
}

/// A batch's id and how many messages it had.
pub(crate) struct BatchAck {
    pub(crate) id: String,
    pub(crate) count: u64,
}

impl More {
    pub(super) fn batch(id: &[u8], count: u64) -> Self {
        let id = String::from_utf8_lossy(id).into_owned();
        Self::Batch(Box::new(BatchAck { id, count }))
    }
}

pub(crate) type Outcome = Result<Published, ApiError>;

impl Stream {
    /// Stores `message`, or says why not.
    pub(crate) fn publish(
        &mut self,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
        seats: &Seats,
    ) -> Outcome {
        if self.config.sealed {
            return Err(STREAM_SEALED);
        }
        self.check_size(message)?;
        let draft = self.draft(message, now);
        self.check_schedule_rights(message.origin, &draft.wishes)?;
        match draft.wishes.batch_id.filter(|id| !id.is_empty()) {
            Some(id) => {
                self.check_room()?;
                self.publish_in_batch(id, message, now, net, seats)
            }
            None => self.publish_alone(draft, now, net),
        }
    }

    /// Stores a message that belongs to no atomic batch.
    pub(super) fn publish_alone(
        &mut self,
        mut draft: Draft<'_>,
        now: u64,
        net: &mut dyn Network,
    ) -> Outcome {
        if let Some(id) = draft.id {
            self.check_expected(&draft, None)?;
            if let Some(duplicate) = self.find_duplicate(id, now)? {
                return Ok(duplicate);
            }
        }
        self.check(&mut draft, None, now)?;
        self.store(&draft, now, net)
    }

    /// Whether server and account have room for what is published.
    fn check_room(&self) -> Result<(), ApiError> {
        self.full.map_or(Ok(()), |full| Err(full.into()))
    }

    /// An acknowledgement for a message that was stored before; it waits until that one is durable.
    fn find_duplicate(&mut self, id: &[u8], now: u64) -> Result<Option<Published>, ApiError> {
        let window = self.window();
        let Some(seq) = self.dedupe(now)?.find(id, now, window) else {
            return Ok(None);
        };
        let visible = self.log.stats().visible;
        Ok(Some(Published {
            seq,
            duplicate: true,
            ticket: self.last_ticket.clone().filter(|_| seq > visible),
            more: More::Plain,
        }))
    }

    /// Appends what was found good, and does what follows from it.
    pub(crate) fn store(&mut self, draft: &Draft<'_>, now: u64, net: &mut dyn Network) -> Outcome {
        self.check_room()?;
        if !self.has_interest(&draft.subject) {
            return self.skip();
        }
        let before = self.last_before(&draft.subject)?;
        // Asking the log costs a lock; plain messages have nothing to announce.
        let next = match draft.plan {
            Some(_) => self.log.stats().last_seq + 1,
            None => 0,
        };
        self.announce(draft, next)?;
        let appended = self.log.append(draft.as_new(), now).map_err(|error| {
            self.retract(draft, next);
            store_error(&error)
        })?;
        self.last_ticket = Some(appended.ticket.clone());
        self.stored(draft, appended.seq, now);
        if let Some(before) = before {
            self.publish_again(&draft.as_message(), (appended.seq, before), now, net);
        }
        Ok(Published {
            seq: appended.seq,
            ticket: Some(appended.ticket),
            duplicate: false,
            more: draft
                .val
                .as_deref()
                .map_or(More::Plain, |val| More::Val(val.into())),
        })
    }

    /// What a message that is in the log now does to others and to what is remembered. Nothing refuses it any more.
    pub(crate) fn stored(&mut self, draft: &Draft<'_>, seq: u64, now: u64) {
        self.consumers.arrived(&draft.subject, seq);
        self.note_id(draft.id, seq, now);
        match draft.rollup {
            Some(Rollup::All) => self.purge_below(None, seq, now),
            Some(Rollup::Subject) => self.purge_below(Some(&draft.subject), seq, now),
            None => {}
        }
        self.reschedule(draft, seq, now);
    }

    /// The last sequence of a subject, if the stream publishes again what it stores.
    pub(super) fn last_before(&self, subject: &[u8]) -> Result<Option<u64>, ApiError> {
        match self.republish() {
            Some(_) => match self.log.total(subject) {
                Ok(total) => Ok(Some(total.last)),
                Err(error) => Err(store_error(&error)),
            },
            None => Ok(None),
        }
    }

    /// Nobody wants the message: its sequence is given and nothing kept.
    fn skip(&mut self) -> Outcome {
        let seq = self.log.stats().last_seq + 1;
        let ticket = self.log.skip_to(seq).map_err(|error| store_error(&error))?;
        self.consumers.skipped(seq);
        self.last_ticket = Some(ticket.clone());
        Ok(Published {
            seq,
            ticket: Some(ticket),
            ..Published::default()
        })
    }

    /// Bytes the stream takes of its kind of storage.
    pub(crate) fn used(&self, storage: Storage) -> u64 {
        if self.config.storage == storage {
            self.log.stats().bytes
        } else {
            0
        }
    }
}

impl Draft<'_> {
    pub(super) fn as_new(&self) -> NewMessage<'_> {
        NewMessage {
            subject: &self.subject,
            headers: &self.headers,
            payload: &self.payload,
            ttl: self.ttl,
        }
    }

    pub(super) fn as_message(&self) -> Message<'_> {
        Message {
            subject: &self.subject,
            headers: &self.headers,
            payload: &self.payload,
            ..Message::default()
        }
    }
}

/// The log's refusal in the words of the API.
pub(crate) fn store_error(error: &Error) -> ApiError {
    match error {
        Error::LimitReached(Limit::Msgs) => STREAM_STORE_FAILED.says("maximum messages exceeded"),
        Error::LimitReached(Limit::Bytes) => STREAM_STORE_FAILED.says("maximum bytes exceeded"),
        Error::LimitReached(Limit::PerSubject) => {
            STREAM_STORE_FAILED.says("maximum messages per subject exceeded")
        }
        Error::Overloaded { .. } => STREAM_TOO_MANY_REQUESTS,
        Error::DiskFull | Error::Scarce | Error::TryAgain { .. } => INSUFFICIENT_RESOURCES,
        other => STREAM_STORE_FAILED.says(other.to_string()),
    }
}
