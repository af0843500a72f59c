//! One origin of a stream: where it begins, what is read of it, and what becomes of subjects and headers.

use super::feed::Feed;
use super::places::{HEADER, Index};
use super::unsettled::Unsettled;
use super::{Origin, TURN_BYTES};
use crate::config;
use crate::origin::{ExternalStream, StreamSource};
use crate::{ApiError, headers};
use midge_streamlog::{Cursor, Filter, Filters, Message as Stored, Result, Stream as Log};
use midge_subject::Transform;
use serde::Serialize;
use std::borrow::Cow;

/// One origin and how far its messages were taken.
pub(crate) struct Inflow {
    pub(crate) origin: StreamSource,
    pub(super) is_mirror: bool,
    pub(super) index: Index,
    /// Empty: everything.
    pub(super) filters: Vec<Filter>,
    /// What becomes of subjects, by the first that matches.
    moves: Vec<(Filter, Option<Transform>)>,
    /// `None` until the origin was met.
    pub(super) place: Option<Place>,
    /// When the origin was last there.
    pub(super) contact: Option<u64>,
    pub(super) error: Option<ApiError>,
    pub(super) retry: Option<u64>,
    pub(super) unsettled: Unsettled,
    /// When the origin is told of some of them, which it couldn't remove or which wait for a sync.
    pub(super) settle_at: Option<u64>,
    /// Where its messages come from if not from the origin's log.
    pub(super) feed: Option<Box<Feed>>,
}

/// Where an inflow is in its origin.
pub(super) struct Place {
    /// When the origin was made.
    pub(super) created: u64,
    /// What stands for that in headers.
    pub(super) identity: String,
    /// The next sequence that wasn't looked at.
    pub(super) next: u64,
    /// What was found out about where its messages are; made when it first reads.
    pub(super) cursor: Option<Box<Cursor>>,
}

impl Inflow {
    pub(super) fn new(origin: &StreamSource, is_mirror: bool) -> Self {
        let filter = |text: &str| match text {
            "" => Filter::all(),
            text => Filter::new(text),
        };
        let moves: Vec<_> = origin
            .subject_transforms
            .iter()
            .map(|it| (filter(&it.src), config::transform(&it.src, &it.dest).ok()))
            .collect();
        let filters = match origin.filter_subject.as_str() {
            "" => moves.iter().map(|(filter, _)| filter.clone()).collect(),
            subject => vec![filter(subject)],
        };
        Self {
            origin: origin.clone(),
            is_mirror,
            index: origin.index(),
            filters,
            moves,
            place: None,
            contact: None,
            error: None,
            retry: None,
            unsettled: Unsettled::default(),
            settle_at: None,
            feed: origin.consumer.as_ref().map(|_| Box::default()),
        }
    }

    /// Where it begins in an origin that it has nothing of.
    pub(super) fn start(&self, log: &Log) -> Result<u64> {
        if let Some(feed) = &self.feed {
            return Ok(feed.begin);
        }
        let stats = log.stats();
        let wanted = match (self.origin.opt_start_seq, self.origin.opt_start_time) {
            (0, None) => 1,
            (0, Some(time)) => log.seq_at(time.0)?.unwrap_or(stats.visible + 1),
            (seq, _) => seq,
        };
        Ok(wanted.max(stats.first_seq))
    }

    /// Whether there is something of the origin that wasn't looked at, as far as `visible`.
    pub(super) fn has_more(&self, visible: u64) -> bool {
        match &self.feed {
            Some(feed) => feed.has_more(),
            None => self
                .place
                .as_ref()
                .is_some_and(|place| place.next <= visible),
        }
    }

    /// A message of the origin was taken.
    pub(super) fn took(&mut self, seq: u64) {
        if let Some(place) = &mut self.place {
            place.next = seq.saturating_add(1);
        }
        if let Some(feed) = &mut self.feed {
            feed.took();
        }
    }

    /// The next messages of the origin, up to what consumers may see; skips what doesn't match. `own` is the log they go to.
    pub(super) fn read(
        &mut self,
        log: &Log,
        own: &Log,
        visible: u64,
        most: usize,
    ) -> Result<Vec<Stored>> {
        let Some(place) = &mut self.place else {
            return Ok(Vec::new());
        };
        if let Some(feed) = &mut self.feed {
            let next = feed.next(place.next, || own.stats().last_seq);
            return Ok(next.into_iter().collect());
        }
        let cursor = place.cursor.get_or_insert_with(|| {
            let filters = Filters::new(self.filters.iter().cloned());
            log.cursor(filters, place.next).into()
        });
        cursor.seek(place.next);
        let mut read = cursor.read(most, TURN_BYTES / 4)?;
        read.retain(|message| message.seq <= visible);
        if read.is_empty() {
            place.next = place.next.max(cursor.position().min(visible + 1));
        }
        Ok(read)
    }

    /// The subject a message gets here.
    pub(super) fn rename(&self, subject: &[u8], now: u64) -> Option<Vec<u8>> {
        let (_, transform) = self
            .moves
            .iter()
            .find(|(filter, _)| filter.matches(subject))?;
        let mut moved = Vec::new();
        let applies = transform.as_ref()?.apply(subject, &mut || now, &mut moved);
        applies.then_some(moved)
    }

    /// The headers a message gets here: without what was meant for the origin, with where it came from.
    pub(super) fn headers<'a>(&self, message: &'a Stored) -> Cow<'a, [u8]> {
        let gone = |name: &[u8]| {
            name.starts_with(b"Nats-Expected-")
                || name.starts_with(b"Nats-Batch-")
                || (!self.is_mirror && name == HEADER.as_bytes())
        };
        if self.is_mirror {
            return headers::edit(&message.headers, gone, None);
        }
        let identity = self.place.as_ref().map_or("", |place| &place.identity);
        let [name, filters, dests] = &self.index;
        let subject = String::from_utf8_lossy(&message.subject);
        let source = format!(
            "{name} {} {filters} {dests} {subject} {identity}",
            message.seq
        );
        headers::edit(&message.headers, gone, Some((HEADER, &source)))
    }

    pub(crate) fn info(&self, taken: Option<u64>, origin: Option<&Origin>, now: u64) -> SourceInfo {
        let lag = match (&self.place, origin) {
            (Some(place), Some(origin)) => {
                crate::consumer::count_or_more(&origin.log, &self.filters, place.next)
            }
            _ => 0,
        };
        let missing = || crate::error::STREAM_NOT_FOUND;
        let here = origin.is_some() || self.origin.external.is_some();
        let behind = origin.zip(self.place.as_ref()).filter(|(origin, place)| {
            self.is_mirror && origin.log.stats().last_seq + 1 < place.next
        });
        let why = behind.map(|(origin, place)| {
            let last = origin.log.stats().last_seq;
            format!(
                "the origin ends at sequence {last}, and this mirror goes on at {}",
                place.next
            )
        });
        let unfed = self.feed.as_ref().and_then(|feed| feed.why);
        let unfed = unfed.map(str::to_owned);
        let outside = self.origin.external.as_ref().filter(|_| origin.is_none());
        SourceInfo {
            name: self.origin.name.clone(),
            external: self.origin.external.clone(),
            lag,
            seq: taken.filter(|_| !self.is_mirror).unwrap_or(0),
            active: self.contact.map_or(-1, |contact| match origin {
                Some(_) if self.feed.is_none() => 0,
                _ => i64::try_from(now.saturating_sub(contact)).unwrap_or(i64::MAX),
            }),
            error: self.error.clone().or_else(|| (!here).then(missing)),
            filter_subject: self.origin.filter_subject.clone(),
            subject_transforms: self.origin.subject_transforms.clone(),
            why: why.or(unfed).or_else(|| {
                outside.map(|it| {
                    format!(
                        "the API prefix {:?} leads to no JetStream that this server knows",
                        it.api
                    )
                })
            }),
        }
    }
}

/// What stream info tells of an origin.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SourceInfo {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external: Option<ExternalStream>,
    /// Messages of the origin that are still to be taken.
    pub(crate) lag: u64,
    #[serde(skip_serializing_if = "is_zero")]
    seq: u64,
    /// Nanoseconds since the origin was last there, 0 while it is, or since something came from its consumer; -1: never.
    active: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ApiError>,
    #[serde(skip_serializing_if = "String::is_empty")]
    filter_subject: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subject_transforms: Vec<config::SubjectTransform>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
