//! A message on its way into a stream, and the checks that it has to pass.

use super::batch::Staged;
use super::schedules::Plan;
use super::{Stream, store_error};
use crate::error::{
    EXPECTED_LAST_SUBJECT_SEQUENCE_INVALID, MESSAGE_SOURCE_HEADER_NOT_ALLOWED,
    MESSAGE_TTL_DISABLED, STREAM_HEADER_EXCEEDS_MAXIMUM, STREAM_MESSAGE_EXCEEDS_MAXIMUM,
    STREAM_NOT_MATCH, STREAM_ROLLUP_FAILED, STREAM_WRONG_LAST_MSG_ID, STREAM_WRONG_LAST_SEQUENCE,
    STREAM_WRONG_LAST_SEQUENCE_CONSTANT,
};
use crate::headers::{self, NEVER, Wishes, number};
use crate::{ApiError, Message};
use midge_streamlog::Filter;
use std::borrow::Cow;

/// A message as it will be stored, if it is.
pub(crate) struct Draft<'a> {
    pub(crate) subject: Cow<'a, [u8]>,
    pub(crate) headers: Cow<'a, [u8]>,
    pub(crate) payload: Cow<'a, [u8]>,
    /// Seconds, as the log counts them.
    pub(crate) ttl: u32,
    pub(crate) rollup: Option<Rollup>,
    /// The id that makes it known; never empty.
    pub(crate) id: Option<&'a [u8]>,
    /// What its counter stands at with it.
    pub(crate) val: Option<String>,
    /// What it does with schedules.
    pub(super) plan: Option<Plan>,
    pub(super) wishes: Wishes<'a>,
}

/// Which older messages a new one replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rollup {
    All,
    Subject,
}

impl Stream {
    /// The message under the subject that the stream gives it, with what it asks for, unchecked.
    pub(crate) fn draft<'a>(&self, message: &Message<'a>, now: u64) -> Draft<'a> {
        let wishes = match message.headers {
            b"" => Wishes::default(),
            headers => Wishes::read(headers),
        };
        let mut moved = Vec::new();
        let subject = match &self.transform {
            Some(transform) if transform.apply(message.subject, &mut || now, &mut moved) => {
                Cow::Owned(moved)
            }
            _ => Cow::Borrowed(message.subject),
        };
        Draft {
            subject,
            headers: Cow::Borrowed(message.headers),
            payload: Cow::Borrowed(message.payload),
            ttl: 0,
            rollup: None,
            id: wishes.msg_id.filter(|id| !id.is_empty()),
            val: None,
            plan: None,
            wishes,
        }
    }

    pub(crate) fn check_size(&self, message: &Message<'_>) -> Result<(), ApiError> {
        let len = message.headers.len() + message.payload.len();
        if usize::try_from(self.config.max_msg_size).is_ok_and(|max| len > max) {
            return Err(STREAM_MESSAGE_EXCEEDS_MAXIMUM);
        }
        if message.headers.len() > headers::BLOCK_MAX {
            return Err(STREAM_HEADER_EXCEEDS_MAXIMUM);
        }
        Ok(())
    }

    /// Whether the message may come in as it is; fills in what its headers make of it.
    /// `staged`: what its batch has before it.
    pub(super) fn check(
        &mut self,
        draft: &mut Draft<'_>,
        mut staged: Option<&mut Staged>,
        now: u64,
    ) -> Result<(), ApiError> {
        let increment = self.check_increment(draft)?;
        if draft.headers.is_empty() {
            return Ok(());
        }
        let wishes = draft.wishes;
        if wishes.stream_source.is_some() {
            return Err(MESSAGE_SOURCE_HEADER_NOT_ALLOWED);
        }
        self.check_expected(draft, staged.as_deref())?;
        self.check_last_id(&wishes, now)?;
        self.check_ttl(draft)?;
        draft.rollup = self.rollup(&wishes)?;
        self.check_schedule(draft, now)?;
        if let (Some(rollup), Some(staged)) = (draft.rollup, &staged) {
            check_batch_rollup(rollup, &draft.subject, staged)?;
        }
        match increment {
            Some(increment) => self.count(draft, &increment, staged.take()),
            None => Ok(()),
        }
    }

    /// Fills in what the headers make of a message that another stream took: what isn't allowed here is ignored.
    pub(crate) fn accept(&self, draft: &mut Draft<'_>) {
        let ttl = draft.wishes.ttl.filter(|_| self.config.allow_msg_ttl);
        draft.ttl = ttl.and_then(|ttl| headers::ttl(ttl).ok()).unwrap_or(0);
        draft.rollup = self.rollup(&draft.wishes).unwrap_or(None);
        if self.window() == 0 {
            draft.id = None;
        }
    }

    fn check_stream(&self, wishes: &Wishes<'_>) -> Result<(), ApiError> {
        match wishes.expected_stream {
            Some(name) if name != self.config.name.as_bytes() => Err(STREAM_NOT_MATCH),
            _ => Ok(()),
        }
    }

    /// Whether the stream and its sequences are what the publisher expects. A message that repeats another is held to that, too.
    pub(super) fn check_expected(
        &self,
        draft: &Draft<'_>,
        staged: Option<&Staged>,
    ) -> Result<(), ApiError> {
        let (subject, wishes) = (&draft.subject, &draft.wishes);
        self.check_stream(wishes)?;
        if let Some(want) = wishes.expected_last_seq.and_then(expected) {
            let staged = staged.map_or(0, |staged| staged.msgs);
            let last = self.log.stats().last_seq.saturating_add(staged);
            if want != last {
                return Err(wrong_last(last));
            }
            if staged > 0 {
                return Err(STREAM_WRONG_LAST_SEQUENCE_CONSTANT);
            }
        }
        match (
            wishes.expected_last_subject_seq.and_then(expected),
            wishes.expected_last_subject,
        ) {
            (None, Some(_)) => Err(EXPECTED_LAST_SUBJECT_SEQUENCE_INVALID),
            (None, None) => Ok(()),
            (Some(want), other) => {
                let filter = Filter::new(other.unwrap_or(subject));
                if staged.is_some_and(|staged| staged.wrote(&filter)) {
                    return Err(STREAM_WRONG_LAST_SEQUENCE_CONSTANT);
                }
                let last = self.log.last_written(&filter);
                match last.map_err(|error| store_error(&error))? {
                    last if last == want => Ok(()),
                    last => Err(wrong_last(last)),
                }
            }
        }
    }

    fn check_last_id(&mut self, wishes: &Wishes<'_>, now: u64) -> Result<(), ApiError> {
        let Some(want) = wishes.expected_last_msg_id else {
            return Ok(());
        };
        let last = self.dedupe(now)?.last_id();
        if want == last {
            return Ok(());
        }
        let last = String::from_utf8_lossy(last);
        Err(STREAM_WRONG_LAST_MSG_ID.says(format!("wrong last msg ID: {last}")))
    }

    /// A time to live shorter than that of the markers to come is made as long, unless a subject has one message: then the marker takes its
    /// place.
    fn check_ttl(&self, draft: &mut Draft<'_>) -> Result<(), ApiError> {
        let Some(value) = draft.wishes.ttl.filter(|value| !value.is_empty()) else {
            return Ok(());
        };
        if !self.config.allow_msg_ttl {
            return Err(MESSAGE_TTL_DISABLED);
        }
        draft.ttl = headers::ttl(value)?;
        let least = match self.config.max_msgs_per_subject {
            1 => 0,
            _ => self.config.marker_seconds(),
        };
        if draft.ttl != NEVER && draft.ttl < least {
            draft.ttl = least;
            let least = least.to_string();
            let is_old = |name: &[u8]| name == TTL.as_bytes();
            let headers = headers::edit(&draft.headers, is_old, Some((TTL, &least)));
            draft.headers = Cow::Owned(headers.into_owned());
        }
        Ok(())
    }

    fn rollup(&self, wishes: &Wishes<'_>) -> Result<Option<Rollup>, ApiError> {
        let Some(value) = wishes.rollup.filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let fail = |text: String| Err(STREAM_ROLLUP_FAILED.says(text));
        if !self.config.allow_rollup_hdrs || self.config.deny_purge {
            return fail("rollup not permitted".into());
        }
        match value {
            all if all.eq_ignore_ascii_case(b"all") => Ok(Some(Rollup::All)),
            sub if sub.eq_ignore_ascii_case(b"sub") => Ok(Some(Rollup::Subject)),
            other => fail(format!(
                "rollup value invalid: {:?}",
                String::from_utf8_lossy(other)
            )),
        }
    }
}

/// A roll-up may not take out what its own batch brought.
fn check_batch_rollup(rollup: Rollup, subject: &[u8], staged: &Staged) -> Result<(), ApiError> {
    let text = match rollup {
        Rollup::All if staged.msgs > 0 => "batch rollup all invalid",
        Rollup::Subject if staged.wrote(&Filter::literal(subject)) => "batch rollup sub invalid",
        _ => return Ok(()),
    };
    Err(STREAM_ROLLUP_FAILED.says(text))
}

const TTL: &str = "Nats-TTL";

/// The number of an expectation: nothing is none, and what is no number fits no sequence.
fn expected(digits: &[u8]) -> Option<u64> {
    (!digits.is_empty()).then(|| number(digits).unwrap_or(u64::MAX))
}

fn wrong_last(seq: u64) -> ApiError {
    STREAM_WRONG_LAST_SEQUENCE.says(format!("wrong last sequence: {seq}"))
}
