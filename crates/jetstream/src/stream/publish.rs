//! From a publish to a stored message: what the publisher expects is checked, the message appended, its ticket kept.

use super::Stream;
use crate::config::{Retention, Storage};
use crate::error::{
    EXPECTED_LAST_SUBJECT_SEQUENCE_INVALID, INSUFFICIENT_RESOURCES, MESSAGE_TTL_DISABLED,
    STREAM_HEADER_EXCEEDS_MAXIMUM, STREAM_MESSAGE_EXCEEDS_MAXIMUM, STREAM_NOT_MATCH,
    STREAM_ROLLUP_FAILED, STREAM_SEALED, STREAM_STORE_FAILED, STREAM_TOO_MANY_REQUESTS,
    STREAM_WRONG_LAST_MSG_ID, STREAM_WRONG_LAST_SEQUENCE,
};
use crate::headers::{self, Wishes};
use crate::{ApiError, Message};
use midge_streamlog::{Error, Filter, Limit, NewMessage, Ticket};

/// What became of a message.
pub(crate) struct Published {
    /// The sequence it has, or the one it duplicates.
    pub(crate) seq: u64,
    /// It was there already.
    pub(crate) duplicate: bool,
    /// When that is durable; `None`: it is.
    pub(crate) ticket: Option<Ticket>,
}

pub(crate) type Outcome = Result<Published, ApiError>;

impl Stream {
    /// Stores `message`, or says why not.
    pub(crate) fn publish(&mut self, message: &Message<'_>, now: u64) -> Outcome {
        if self.config.sealed {
            return Err(STREAM_SEALED);
        }
        self.check_size(message)?;
        if message.headers.is_empty() {
            return self.store(message, 0, now);
        }
        let wishes = Wishes::read(message.headers);
        self.check_stream(&wishes)?;
        if let Some(id) = wishes.msg_id.filter(|id| !id.is_empty())
            && let Some(duplicate) = self.find_duplicate(id, now)
        {
            return Ok(duplicate);
        }
        self.check_expected(message.subject, &wishes, now)?;
        let ttl = match wishes.ttl {
            Some(_) if !self.config.allow_msg_ttl => return Err(MESSAGE_TTL_DISABLED),
            Some(value) => headers::ttl(value)?,
            None => 0,
        };
        let rollup = self.rollup(&wishes)?;
        let published = self.store(message, if ttl == headers::NEVER { 0 } else { ttl }, now)?;
        if let Some(id) = wishes.msg_id.filter(|id| !id.is_empty()) {
            self.dedupe(now).note(id, published.seq, now);
        }
        match rollup {
            Some(Rollup::All) => drop(self.purge(&Filter::all(), published.seq, 0)?),
            Some(Rollup::Subject) => {
                drop(self.purge(&Filter::literal(message.subject), published.seq, 0)?);
            }
            None => {}
        }
        Ok(published)
    }

    fn check_size(&self, message: &Message<'_>) -> Result<(), ApiError> {
        let len = message.headers.len() + message.payload.len();
        if usize::try_from(self.config.max_msg_size).is_ok_and(|max| len > max) {
            return Err(STREAM_MESSAGE_EXCEEDS_MAXIMUM);
        }
        if message.headers.len() > headers::BLOCK_MAX {
            return Err(STREAM_HEADER_EXCEEDS_MAXIMUM);
        }
        Ok(())
    }

    fn check_stream(&self, wishes: &Wishes<'_>) -> Result<(), ApiError> {
        match wishes.expected_stream {
            Some(name) if name != self.config.name.as_bytes() => Err(STREAM_NOT_MATCH),
            _ => Ok(()),
        }
    }

    /// An acknowledgement for a message that was stored before; it waits until that one is durable.
    fn find_duplicate(&mut self, id: &[u8], now: u64) -> Option<Published> {
        let window = self.window();
        let seq = self.dedupe(now).find(id, now, window)?;
        let visible = self.log.stats().visible;
        Some(Published {
            seq,
            duplicate: true,
            ticket: self.last_ticket.clone().filter(|_| seq > visible),
        })
    }

    fn check_expected(
        &mut self,
        subject: &[u8],
        wishes: &Wishes<'_>,
        now: u64,
    ) -> Result<(), ApiError> {
        if let Some(want) = wishes.expected_last_seq.and_then(number) {
            let last = self.log.stats().last_seq;
            if want != last {
                return Err(STREAM_WRONG_LAST_SEQUENCE.says(format!("wrong last sequence: {last}")));
            }
        }
        if let Some(want) = wishes.expected_last_msg_id {
            let last = self.dedupe(now).last_id();
            if want != last {
                let last = String::from_utf8_lossy(last);
                return Err(STREAM_WRONG_LAST_MSG_ID.says(format!("wrong last msg ID: {last}")));
            }
        }
        match (
            wishes.expected_last_subject_seq.and_then(number),
            wishes.expected_last_subject,
        ) {
            (None, Some(_)) => Err(EXPECTED_LAST_SUBJECT_SEQUENCE_INVALID),
            (None, None) => Ok(()),
            (Some(want), other) => {
                let last = self
                    .log
                    .last(&Filter::new(other.unwrap_or(subject)), u64::MAX)
                    .unwrap_or(0);
                match want == last {
                    true => Ok(()),
                    false => {
                        Err(STREAM_WRONG_LAST_SEQUENCE.says(format!("wrong last sequence: {last}")))
                    }
                }
            }
        }
    }

    fn rollup(&self, wishes: &Wishes<'_>) -> Result<Option<Rollup>, ApiError> {
        let Some(value) = wishes.rollup else {
            return Ok(None);
        };
        let fail = |text: String| Err(STREAM_ROLLUP_FAILED.says(text));
        if !self.config.allow_rollup_hdrs || self.config.deny_purge {
            return fail("rollup not permitted".into());
        }
        match value {
            b"all" => Ok(Some(Rollup::All)),
            b"sub" => Ok(Some(Rollup::Subject)),
            other => fail(format!(
                "rollup value invalid: {:?}",
                String::from_utf8_lossy(other)
            )),
        }
    }

    fn store(&mut self, message: &Message<'_>, ttl: u32, now: u64) -> Outcome {
        let mut moved = Vec::new();
        let subject = match &self.transform {
            Some(transform) if transform.apply(message.subject, &mut || now, &mut moved) => &moved,
            _ => message.subject,
        };
        if self.config.retention == Retention::Interest && !self.has_interest(subject) {
            return self.skip();
        }
        let new = NewMessage {
            subject,
            headers: message.headers,
            payload: message.payload,
            ttl,
        };
        let appended = self
            .log
            .append(new, now)
            .map_err(|error| store_error(&error))?;
        if let Some(dedupe) = &mut self.dedupe {
            dedupe.stored();
        }
        self.last_ticket = Some(appended.ticket.clone());
        self.stirred = true;
        Ok(Published {
            seq: appended.seq,
            duplicate: false,
            ticket: Some(appended.ticket),
        })
    }

    /// Nobody wants the message: its sequence is given and nothing kept.
    fn skip(&mut self) -> Outcome {
        let seq = self.log.stats().last_seq + 1;
        let ticket = self.log.skip_to(seq).map_err(|error| store_error(&error))?;
        self.last_ticket = Some(ticket.clone());
        Ok(Published {
            seq,
            duplicate: false,
            ticket: Some(ticket),
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

/// Which older messages a new one replaces.
#[derive(Clone, Copy)]
enum Rollup {
    All,
    Subject,
}

pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
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
        Error::DiskFull => INSUFFICIENT_RESOURCES,
        other => STREAM_STORE_FAILED.says(other.to_string()),
    }
}
