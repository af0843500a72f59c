//! Atomic batches: messages that wait in memory until their publisher says that they are all, and are then stored together or not
//! at all.

use super::counter::Count;
use super::draft::Draft;
use super::publish::{More, Outcome, Published, store_error};
use super::seats::Seat;
use super::{Seats, Stream};
use crate::error::{
    ATOMIC_PUBLISH_CONTAINS_DUPLICATE, ATOMIC_PUBLISH_DISABLED, ATOMIC_PUBLISH_INCOMPLETE,
    ATOMIC_PUBLISH_INVALID_COMMIT, ATOMIC_PUBLISH_INVALID_ID, ATOMIC_PUBLISH_MISSING_SEQ,
    ATOMIC_PUBLISH_TOO_LARGE, ATOMIC_PUBLISH_TOO_MANY, ATOMIC_PUBLISH_UNSUPPORTED_HEADER,
    REQUIRED_API_LEVEL,
};
use crate::{ApiError, Message, Network, headers};
use hashbrown::{HashMap, HashSet};
use midge_streamlog::Filter;
use serde_json::json;
use std::collections::BTreeMap;

/// Bytes of a batch's id.
pub(super) const ID_MAX: usize = 64;
const COMMIT: &str = "Nats-Batch-Commit";

/// Batches that aren't complete.
#[derive(Default)]
pub(crate) struct Batches(BTreeMap<Box<[u8]>, Waiting>);

struct Waiting {
    messages: Vec<Held>,
    bytes: usize,
    deadline: u64,
    seat: Seat,
}

/// A message that waits for the others.
struct Held {
    subject: Box<[u8]>,
    headers: Box<[u8]>,
    payload: Box<[u8]>,
}

impl Held {
    fn of(message: &Message<'_>) -> Self {
        Self {
            subject: message.subject.into(),
            headers: message.headers.into(),
            payload: message.payload.into(),
        }
    }

    fn len(&self) -> usize {
        self.subject.len() + self.headers.len() + self.payload.len()
    }

    fn as_message(&self) -> Message<'_> {
        Message {
            subject: &self.subject,
            headers: &self.headers,
            payload: &self.payload,
            ..Message::default()
        }
    }
}

/// What a message says about its batch's end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// There is more to come.
    No,
    /// The batch ends with it.
    With,
    /// The batch ended with the one before.
    Before,
}

/// What a batch has so far, as if it were stored: what later messages of it are checked against.
#[derive(Default)]
pub(crate) struct Staged {
    pub(super) msgs: u64,
    subjects: HashSet<Box<[u8]>>,
    ids: HashSet<Box<[u8]>>,
    counts: HashMap<Box<[u8]>, Count>,
}

impl Staged {
    pub(super) fn count(&self, subject: &[u8]) -> Option<&Count> {
        self.counts.get(subject)
    }

    pub(super) fn note_count(&mut self, subject: &[u8], count: Count) {
        self.counts.insert(subject.into(), count);
    }

    /// Whether a message of the batch matches.
    pub(super) fn wrote(&self, filter: &Filter) -> bool {
        match filter.as_literal() {
            Some(subject) => self.subjects.contains(subject),
            None => self.subjects.iter().any(|subject| filter.matches(subject)),
        }
    }
}

impl Stream {
    /// Takes a message of the batch `id`: it waits, or brings the batch to its end.
    pub(super) fn publish_in_batch(
        &mut self,
        id: &[u8],
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
        seats: &Seats,
    ) -> Outcome {
        let end = self.admit_to_batch(id, message, seats)?;
        if !self.batches.0.contains_key(id) {
            let batch = Waiting {
                messages: Vec::new(),
                bytes: 0,
                deadline: now + seats.idle(),
                seat: seats.take().ok_or(ATOMIC_PUBLISH_TOO_MANY)?,
            };
            self.batches.0.insert(id.into(), batch);
        }
        let Some(batch) = self.batches.0.get_mut(id) else {
            return Err(ATOMIC_PUBLISH_INCOMPLETE);
        };
        if end != End::Before {
            let held = Held::of(message);
            batch.bytes += held.len();
            batch.seat.add(held.len());
            batch.messages.push(held);
            batch.deadline = now + seats.idle();
            if batch.bytes > self.log.batch_bytes_max() {
                return Err(self.abandon(id, "large", too_large(seats)));
            }
        }
        if end == End::No {
            return Ok(Published {
                more: More::Nothing,
                ..Published::default()
            });
        }
        let Some(mut batch) = self.batches.0.remove(id) else {
            return Err(ATOMIC_PUBLISH_INCOMPLETE);
        };
        if end == End::Before
            && let Some(last) = batch.messages.last_mut()
        {
            last.headers = headers::edit(&last.headers, |_| false, Some((COMMIT, "1")))
                .into_owned()
                .into();
        }
        self.commit(id, &batch.messages, now, net)
    }

    /// Whether the message follows the ones before it, and what it says of the end.
    fn admit_to_batch(
        &mut self,
        id: &[u8],
        message: &Message<'_>,
        seats: &Seats,
    ) -> Result<End, ApiError> {
        if !self.config.allow_atomic {
            return Err(ATOMIC_PUBLISH_DISABLED);
        }
        if id.len() > ID_MAX {
            return Err(ATOMIC_PUBLISH_INVALID_ID);
        }
        let wishes = headers::Wishes::read(message.headers);
        let seq = wishes.batch_seq.and_then(headers::number);
        let seq = seq.ok_or(ATOMIC_PUBLISH_MISSING_SEQ)?;
        if wishes
            .required_level
            .is_some_and(|level| !headers::is_met(level))
        {
            return Err(REQUIRED_API_LEVEL);
        }
        let end = match wishes.batch_commit {
            None | Some(b"") => End::No,
            Some(b"1") => End::With,
            Some(b"eob") => End::Before,
            Some(_) => {
                self.batches.0.remove(id);
                return Err(ATOMIC_PUBLISH_INVALID_COMMIT);
            }
        };
        if seq > seats.msgs_max() + u64::from(end == End::Before) {
            return Err(self.abandon(id, "large", too_large(seats)));
        }
        match self.batches.0.get(id) {
            Some(batch) if seq == batch.messages.len() as u64 + 1 => Ok(end),
            Some(_) => Err(self.abandon(id, "incomplete", ATOMIC_PUBLISH_INCOMPLETE)),
            None if seq != 1 || end == End::Before => Err(ATOMIC_PUBLISH_INCOMPLETE),
            None if self.batches.0.len() >= seats.batches_max() || seats.are_full() => {
                Err(ATOMIC_PUBLISH_TOO_MANY)
            }
            None => Ok(end),
        }
    }

    /// Forgets a batch, if it is there, and tells why.
    fn abandon(&mut self, id: &[u8], reason: &str, error: ApiError) -> ApiError {
        if self.batches.0.remove(id).is_some() {
            let name = &self.config.name;
            let body = json!({
                "type": "io.nats.jetstream.advisory.v1.stream_batch_abandoned",
                "stream": name,
                "batch": String::from_utf8_lossy(id),
                "reason": reason,
            });
            let subject = format!("$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.{name}");
            self.advisories.push((subject, body));
        }
        error
    }

    /// Stores all messages, or none.
    fn commit(&mut self, id: &[u8], messages: &[Held], now: u64, net: &mut dyn Network) -> Outcome {
        let mut staged = Staged::default();
        let mut drafts = Vec::with_capacity(messages.len());
        for held in messages {
            let mut draft = self.draft(&held.as_message(), now);
            self.check_staged(&mut draft, &mut staged, now)?;
            drafts.push(draft);
        }
        let kept: Vec<_> = drafts
            .iter()
            .map(|draft| self.has_interest(&draft.subject).then(|| draft.as_new()))
            .collect();
        let mut before = self.last_of(&drafts)?;
        let next = self.log.stats().last_seq + 1;
        for (seq, draft) in (next..).zip(&drafts) {
            self.announce(draft, seq)?;
        }
        let appended = self.log.append_batch(&kept, now).map_err(|error| {
            (next..)
                .zip(&drafts)
                .for_each(|(seq, draft)| self.retract(draft, seq));
            store_error(&error)
        })?;
        self.last_ticket = Some(appended.ticket.clone());
        for ((seq, draft), kept) in (next..).zip(&drafts).zip(&kept) {
            if kept.is_none() {
                self.consumers.skipped(seq);
                continue;
            }
            self.stored(draft, seq, now);
            if let Some(last) = before.insert(draft.subject.to_vec(), seq) {
                self.publish_again(&draft.as_message(), (seq, last), now, net);
            }
        }
        Ok(Published {
            seq: appended.seq,
            ticket: Some(appended.ticket),
            more: More::batch(id, drafts.len() as u64),
            ..Published::default()
        })
    }

    /// The last sequence of each subject, for streams that publish again.
    fn last_of(&self, drafts: &[Draft<'_>]) -> Result<HashMap<Vec<u8>, u64>, ApiError> {
        let mut lasts = HashMap::new();
        for draft in drafts {
            let last = self.last_before(&draft.subject)?;
            lasts.extend(last.map(|last| (draft.subject.to_vec(), last)));
        }
        Ok(lasts)
    }

    fn check_staged(
        &mut self,
        draft: &mut Draft<'_>,
        staged: &mut Staged,
        now: u64,
    ) -> Result<(), ApiError> {
        if draft.wishes.expected_last_msg_id.is_some() {
            return Err(ATOMIC_PUBLISH_UNSUPPORTED_HEADER
                .says("atomic publish unsupported header used: Nats-Expected-Last-Msg-Id"));
        }
        if let Some(id) = draft.id {
            let window = self.window();
            let known = self.dedupe(now)?.find(id, now, window).is_some();
            if known || !staged.ids.insert(id.into()) {
                return Err(ATOMIC_PUBLISH_CONTAINS_DUPLICATE);
            }
        }
        self.check(draft, Some(staged), now)?;
        staged.msgs += 1;
        staged.subjects.insert((&*draft.subject).into());
        Ok(())
    }

    /// When the next batch has waited too long.
    pub(crate) fn poll_batches(&self) -> Option<u64> {
        self.batches.0.values().map(|batch| batch.deadline).min()
    }

    /// Forgets batches that waited too long.
    pub(crate) fn abandon_late(&mut self, now: u64) {
        if self.poll_batches().is_none_or(|due| due > now) {
            return;
        }
        let late = self.batches.0.iter();
        let late: Vec<_> = late
            .filter(|(_, batch)| batch.deadline <= now)
            .map(|(id, _)| id.clone())
            .collect();
        for id in late {
            let _ = self.abandon(&id, "timeout", ATOMIC_PUBLISH_INCOMPLETE);
        }
    }

    /// The configuration allows no batches any more.
    pub(super) fn forget_batches(&mut self) {
        self.batches.0.clear();
    }
}

fn too_large(seats: &Seats) -> ApiError {
    let most = seats.msgs_max();
    ATOMIC_PUBLISH_TOO_LARGE.says(format!("atomic publish batch is too large: {most}"))
}
