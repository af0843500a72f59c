//! Counters: a message says by how much, the stream writes the sum into its body.
//!
//! The last message of a subject holds its total. A stream that takes counters of others adds what each of them gained since the last
//! time, and remembers their totals in a header of its own.

use super::draft::Draft;
use super::{Stream, batch::Staged, present, store_error};
use crate::decimal::Decimal;
use crate::error::{
    MESSAGE_COUNTER_BROKEN, MESSAGE_INCR_DISABLED, MESSAGE_INCR_INVALID, MESSAGE_INCR_MISSING,
    MESSAGE_INCR_PAYLOAD,
};
use crate::{ApiError, headers};
use midge_streamlog::{Error, Message as Stored};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

const INCR: &str = "Nats-Incr";
const SOURCES: &str = "Nats-Counter-Sources";

/// Totals of other streams' counters, by stream and subject.
type Sources = BTreeMap<String, BTreeMap<String, String>>;

/// What a counter stands at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count {
    total: Decimal,
    sources: Sources,
}

/// A counter's body.
#[derive(Serialize, Deserialize)]
struct Value {
    val: String,
}

impl Count {
    fn of(message: &Stored) -> Option<Self> {
        let total = value(&message.payload)?;
        let sources = match headers::get(&message.headers, SOURCES) {
            Some(sources) => serde_json::from_slice(sources).ok()?,
            None => Sources::default(),
        };
        Some(Self { total, sources })
    }

    /// The total as a body.
    fn body(&self) -> Vec<u8> {
        format!("{{\"val\":\"{}\"}}", self.total).into_bytes()
    }

    /// What a source's counter gained since the last time.
    fn gain(&mut self, stream: &str, subject: &str, total: &Decimal) -> Option<Decimal> {
        let known = self.sources.entry(stream.to_owned()).or_default();
        let before = known.insert(subject.to_owned(), total.to_string());
        let before = Decimal::parse(before.as_deref().unwrap_or("0").as_bytes())?;
        Some(total.plus(&before.negated()))
    }
}

fn value(body: &[u8]) -> Option<Decimal> {
    let value: Value = serde_json::from_slice(body).ok()?;
    Decimal::parse(value.val.as_bytes())
}

impl Stream {
    /// By how much the message counts, if it does. Whether counting is allowed here comes first.
    pub(super) fn check_increment(&self, draft: &Draft<'_>) -> Result<Option<Decimal>, ApiError> {
        let wishes = &draft.wishes;
        let allowed = self.config.allow_msg_counter;
        let Some(text) = wishes.incr.filter(|text| !text.is_empty()) else {
            return match allowed {
                true => Err(MESSAGE_INCR_MISSING),
                false => Ok(None),
            };
        };
        let increment = Decimal::parse(text).ok_or(MESSAGE_INCR_INVALID)?;
        if !allowed {
            return Err(MESSAGE_INCR_DISABLED);
        }
        if !draft.payload.is_empty() {
            return Err(MESSAGE_INCR_PAYLOAD);
        }
        let expects = [
            wishes.rollup,
            wishes.expected_stream,
            wishes.expected_last_seq,
            wishes.expected_last_msg_id,
            wishes.expected_last_subject,
            wishes.expected_last_subject_seq,
        ];
        match expects.iter().any(Option::is_some) {
            true => Err(MESSAGE_INCR_INVALID),
            false => Ok(Some(increment)),
        }
    }

    /// Writes the sum into the message.
    pub(super) fn count(
        &self,
        draft: &mut Draft<'_>,
        increment: &Decimal,
        staged: Option<&mut Staged>,
    ) -> Result<(), ApiError> {
        let known = staged.as_ref().and_then(|it| it.count(&draft.subject));
        let mut count = match known {
            Some(count) => count.clone(),
            None => self.count_of(&draft.subject)?,
        };
        count.total = count.total.plus(increment);
        draft.fill(&count);
        if let Some(staged) = staged {
            staged.note_count(&draft.subject, count);
        }
        Ok(())
    }

    /// The same for a message that came from `stream`, where it stood under `subject`.
    pub(super) fn count_taken(
        &self,
        draft: &mut Draft<'_>,
        (stream, subject): (&str, &[u8]),
    ) -> Result<(), ApiError> {
        if !self.config.allow_msg_counter {
            return Ok(());
        }
        if draft.wishes.incr.is_none() {
            return Err(MESSAGE_INCR_MISSING);
        }
        let total = value(&draft.payload).ok_or(MESSAGE_COUNTER_BROKEN)?;
        let mut count = self.count_of(&draft.subject)?;
        let subject = String::from_utf8_lossy(subject);
        let gain = count
            .gain(stream, &subject, &total)
            .ok_or(MESSAGE_COUNTER_BROKEN)?;
        count.total = count.total.plus(&gain);
        let gain = gain.to_string();
        let is_old = |name: &[u8]| name == INCR.as_bytes();
        draft.headers =
            Cow::Owned(headers::edit(&draft.headers, is_old, Some((INCR, &gain))).into_owned());
        draft.fill(&count);
        Ok(())
    }

    /// What the counter stands at, by its last message.
    fn count_of(&self, subject: &[u8]) -> Result<Count, ApiError> {
        let fail = |error: Error| store_error(&error);
        match self.log.total(subject).map_err(fail)? {
            total if total.count == 0 => Ok(Count::default()),
            total => {
                let last = present(self.log.peek(total.last)).map_err(fail)?;
                last.as_ref()
                    .and_then(Count::of)
                    .ok_or(MESSAGE_COUNTER_BROKEN)
            }
        }
    }
}

impl Draft<'_> {
    fn fill(&mut self, count: &Count) {
        self.payload = Cow::Owned(count.body());
        self.val = Some(count.total.to_string());
        if count.sources.is_empty() {
            return;
        }
        let sources = serde_json::to_string(&count.sources).unwrap_or_default();
        let is_old = |name: &[u8]| name == SOURCES.as_bytes();
        self.headers = Cow::Owned(
            headers::edit(&self.headers, is_old, Some((SOURCES, &sources))).into_owned(),
        );
    }
}
