//! Taking messages from other streams: what a mirror and a stream with sources do.
//!
//! Both streams live in one store and on one thread, so a message goes straight from log to log; no consumer and no subject are
//! involved. Only what the origin shows to consumers is taken, hence nothing that a crash could take back there.
//!
//! # Never twice, never lost
//! A mirror keeps sequences, so its own last sequence says where it goes on. A stream with sources writes into each message where it
//! came from (`Nats-Stream-Source`), and message and place are one record: a crash takes both or none. But limits, purges and acks
//! may take messages out of the log, so the places are kept beside it too ([`Kept`]), with the sequence up to which they hold. They
//! are written behind the messages, in the same turn: whatever removes those messages comes later in the journal, and is durable
//! only with the places. What is in the log above them is read again when the stream is opened.

use super::draft::Draft;
use super::{Stream, store_error};
use crate::config::{self, Storage};
use crate::origin::StreamSource;
use crate::{ApiError, Message, Network, headers};
use midge_streamlog::{Error, Filter, Message as Stored, Stream as Log};
use midge_subject::Transform;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

/// Messages and bytes that one origin gives per turn.
const TURN_MSGS: usize = 256;
const TURN_BYTES: usize = 1 << 20;
/// Messages of an interest stream that were taken and aren't on the disk yet.
const UNSETTLED_MAX: usize = 4096;
/// How long a stream waits that can't take a message.
const RETRY: u64 = 1_000_000_000;
/// Messages that opening may have to read for want of a newer state.
const READ_AGAIN_MAX: u64 = 10_000;
/// Sources that were removed and whose places are still known.
const KEPT_MAX: usize = 1024;
const HEADER: &str = "Nats-Stream-Source";

/// What tells a source from others of its stream: origin, filters, destinations.
pub(crate) type Index = [String; 3];

/// One origin and how far its messages were taken.
pub(crate) struct Inflow {
    pub(crate) origin: StreamSource,
    is_mirror: bool,
    index: Index,
    /// Empty: everything.
    filters: Vec<Filter>,
    /// What becomes of subjects, by the first that matches.
    moves: Vec<(Filter, Option<Transform>)>,
    /// `None` until the origin was met.
    place: Option<Place>,
    /// When the origin was last there.
    contact: Option<u64>,
    error: Option<ApiError>,
    retry: Option<u64>,
    /// Own sequence and the origin's, of messages that aren't durable here yet; for interest streams alone.
    unsettled: VecDeque<(u64, u64)>,
}

/// Where an inflow is in its origin.
#[derive(Clone, Debug)]
struct Place {
    identity: String,
    /// The next sequence that wasn't looked at.
    next: u64,
}

/// The origin of an inflow, as it is now.
pub(crate) struct Origin {
    pub(crate) log: Log,
    pub(crate) identity: String,
    /// It keeps messages until whoever wants them has them.
    pub(crate) by_interest: bool,
}

/// Another stream's interest in this one's messages.
pub(crate) struct Taker {
    pub(crate) filters: Vec<Filter>,
    /// Up to here it has what it wants, durably.
    pub(crate) done: u64,
    /// Token of the stream, and which of its inflows.
    pub(crate) of: (crate::Token, usize),
}

impl Taker {
    pub(crate) fn wants(&self, subject: &[u8]) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.matches(subject))
    }
}

/// The last place in a source: the origin's identity, and the sequence that was taken last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    identity: String,
    seq: u64,
}

/// Places in sources as they are kept beside the log.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// When the stream was made that this belongs to.
    created: u64,
    /// The stream's last sequence that this knows of.
    upto: u64,
    places: Vec<(Index, Taken)>,
}

/// A stream's origins.
#[derive(Default)]
pub(crate) struct Inflows {
    pub(crate) all: Vec<Inflow>,
    /// The last place in each source there is or was.
    taken: BTreeMap<Index, Taken>,
    changed: bool,
    saved_upto: u64,
}

impl Inflow {
    fn new(origin: &StreamSource, is_mirror: bool) -> Self {
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
            unsettled: VecDeque::new(),
        }
    }

    /// Where it begins in an origin that it has nothing of.
    fn start(&self, log: &Log) -> u64 {
        let stats = log.stats();
        let wanted = match (self.origin.opt_start_seq, self.origin.opt_start_time) {
            (0, None) => 1,
            (0, Some(time)) => log.seq_at(time.0).unwrap_or(stats.visible + 1),
            (seq, _) => seq,
        };
        wanted.max(stats.first_seq)
    }

    /// The next messages of the origin, up to what consumers may see; skips what doesn't match.
    fn read(&mut self, log: &Log, visible: u64, most: usize) -> Vec<Stored> {
        let Some(place) = &mut self.place else {
            return Vec::new();
        };
        if self.filters.is_empty() {
            let mut read = log.read(place.next, most, TURN_BYTES / 4);
            read.retain(|message| message.seq <= visible);
            if read.is_empty() {
                place.next = place.next.max(visible + 1);
            }
            return read;
        }
        while place.next <= visible {
            let nearest = self
                .filters
                .iter()
                .filter_map(|filter| log.next(filter, place.next))
                .min();
            let Some(seq) = nearest.filter(|seq| *seq <= visible) else {
                place.next = visible + 1;
                break;
            };
            match log.get(seq) {
                Ok(Some(message)) => return vec![message],
                // Deleted or damaged: the log told whoever must know.
                _ => place.next = seq + 1,
            }
        }
        Vec::new()
    }

    /// The subject a message gets here.
    fn rename(&self, subject: &[u8], now: u64) -> Option<Vec<u8>> {
        let (_, transform) = self
            .moves
            .iter()
            .find(|(filter, _)| filter.matches(subject))?;
        let mut moved = Vec::new();
        let applies = transform.as_ref()?.apply(subject, &mut || now, &mut moved);
        applies.then_some(moved)
    }

    /// The headers a message gets here: without what was meant for the origin, with where it came from.
    fn headers<'a>(&self, message: &'a Stored, identity: &str) -> Cow<'a, [u8]> {
        let gone = |name: &[u8]| {
            name.starts_with(b"Nats-Expected-")
                || name.starts_with(b"Nats-Batch-")
                || (!self.is_mirror && name == HEADER.as_bytes())
        };
        if self.is_mirror {
            return headers::edit(&message.headers, gone, None);
        }
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
                crate::consumer::count(&origin.log, &self.filters, place.next)
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
        let outside = self.origin.external.as_ref().filter(|_| origin.is_none());
        SourceInfo {
            name: self.origin.name.clone(),
            external: self.origin.external.clone(),
            lag,
            seq: taken.filter(|_| !self.is_mirror).unwrap_or(0),
            active: self.contact.map_or(-1, |contact| match origin {
                Some(_) => 0,
                None => i64::try_from(now.saturating_sub(contact)).unwrap_or(i64::MAX),
            }),
            error: self.error.clone().or_else(|| (!here).then(missing)),
            filter_subject: self.origin.filter_subject.clone(),
            subject_transforms: self.origin.subject_transforms.clone(),
            why: why.or_else(|| {
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
    external: Option<crate::origin::ExternalStream>,
    /// Messages of the origin that are still to be taken.
    lag: u64,
    #[serde(skip_serializing_if = "is_zero")]
    seq: u64,
    /// Nanoseconds since the origin was last there, 0 while it is; -1: it never was.
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

/// What a turn did with an inflow.
#[derive(Clone, Copy, Default)]
pub(crate) struct Drawn {
    /// There is more to take at once.
    pub(crate) more: bool,
    /// Messages came, or they are waited for in another way than before.
    pub(crate) changed: bool,
}

/// Why an inflow stops for now.
enum Stop {
    /// The disk has enough to do; a commit wakes us.
    Busy,
    Refused(ApiError),
}

impl Stream {
    /// Takes over what the configuration says about origins; those that stay go on where they are.
    pub(super) fn set_origins(&mut self) {
        let is_mirror = self.config.mirror.is_some();
        let mut old = std::mem::take(&mut self.inflows.all);
        for origin in self.config.origins() {
            let same = old
                .iter()
                .position(|inflow| inflow.is_mirror == is_mirror && inflow.origin == *origin);
            let inflow = match same {
                Some(at) => old.swap_remove(at),
                None => Inflow::new(origin, is_mirror),
            };
            self.inflows.all.push(inflow);
        }
        self.inflows.changed = true;
        if self.inflows.taken.len() > KEPT_MAX {
            let all = &self.inflows.all;
            self.inflows
                .taken
                .retain(|index, _| all.iter().any(|inflow| inflow.index == *index));
        }
    }

    /// Learns how far sources were taken, from what was kept and from the log above it.
    pub(crate) fn learn_places(&mut self, kept: Option<&[u8]>) {
        let mut kept: Kept = kept
            .and_then(|kept| serde_json::from_slice(kept).ok())
            .unwrap_or_default();
        if kept.created != self.created || self.config.storage == Storage::Memory {
            kept = Kept::default();
        }
        let last = self.log.stats().last_seq;
        // A log that ends below lost what a lazy policy allows; then the log alone is right.
        let floor = if kept.upto <= last { kept.upto } else { 0 };
        let mut wanted: Vec<Index> = self
            .inflows
            .all
            .iter()
            .map(|inflow| inflow.index.clone())
            .collect();
        self.inflows.taken = kept.places.into_iter().collect();
        let mut at = last;
        while !wanted.is_empty()
            && let Some(seq) = self.log.last(&Filter::all(), at).filter(|seq| *seq > floor)
        {
            at = seq - 1;
            if let Ok(Some(message)) = self.log.get(seq)
                && let Some((index, taken)) = headers::get(&message.headers, HEADER).and_then(parse)
                && let Some(found) = wanted.iter().position(|it| *it == index)
            {
                wanted.swap_remove(found);
                self.inflows.taken.insert(index, taken);
            }
        }
    }

    /// The last sequence that was taken of an inflow's origin.
    pub(crate) fn taken_of(&self, inflow: &Inflow) -> Option<u64> {
        self.inflows.taken.get(&inflow.index).map(|taken| taken.seq)
    }

    /// Who wants messages of the streams that this one takes from.
    pub(crate) fn takers(&self) -> impl Iterator<Item = (&str, Taker)> {
        self.inflows.all.iter().enumerate().map(|(at, inflow)| {
            let done = if inflow.is_mirror {
                self.log.stats().visible
            } else {
                let unsettled = inflow.unsettled.front().map(|(_, seq)| seq - 1);
                unsettled.or_else(|| self.taken_of(inflow)).unwrap_or(0)
            };
            let taker = Taker {
                filters: inflow.filters.clone(),
                done,
                of: (self.token, at),
            };
            (inflow.origin.name.as_str(), taker)
        })
    }

    /// Places in sources, if they changed, or if the log grew so much that reading it again would take long.
    pub(crate) fn poll_places(&mut self) -> Option<Vec<u8>> {
        let last = self.log.stats().last_seq;
        let inflows = &mut self.inflows;
        if self.config.sources.is_empty() || self.config.storage == Storage::Memory {
            return None;
        }
        if !inflows.changed && last <= inflows.saved_upto + READ_AGAIN_MAX {
            return None;
        }
        (inflows.changed, inflows.saved_upto) = (false, last);
        let places = inflows.taken.clone().into_iter().collect();
        let kept = Kept {
            created: self.created,
            upto: last,
            places,
        };
        serde_json::to_vec(&kept).ok()
    }

    /// When time does something to its inflows.
    pub(crate) fn poll_inflows(&self) -> Option<u64> {
        self.inflows
            .all
            .iter()
            .filter_map(|inflow| inflow.retry)
            .min()
    }

    /// Takes what inflow `at` has, a bounded piece of it.
    pub(crate) fn take_from(
        &mut self,
        at: usize,
        origin: &Origin,
        may_grow: &Result<(), ApiError>,
        now: u64,
        net: &mut dyn Network,
    ) -> Drawn {
        let mut all = std::mem::take(&mut self.inflows.all);
        let drawn = self.draw(&mut all[at], origin, may_grow, now, net);
        self.inflows.all = all;
        drawn
    }

    fn draw(
        &mut self,
        inflow: &mut Inflow,
        origin: &Origin,
        may_grow: &Result<(), ApiError>,
        now: u64,
        net: &mut dyn Network,
    ) -> Drawn {
        inflow.contact = Some(now);
        self.meet(inflow, origin);
        let visible = origin.log.stats().visible;
        let next = inflow.place.as_ref().map_or(u64::MAX, |place| place.next);
        let waits = inflow.retry.is_some_and(|retry| retry > now);
        if next > visible || self.config.sealed || waits {
            return Drawn::default();
        }
        let waited = inflow.retry.take().is_some();
        let (mut taken, mut bytes) = (0, 0);
        while taken < TURN_MSGS && bytes < TURN_BYTES && inflow.unsettled.len() < UNSETTLED_MAX {
            let messages = inflow.read(&origin.log, visible, TURN_MSGS - taken);
            if messages.is_empty() {
                inflow.error = None;
                return Drawn {
                    // What is in memory is visible at once, and another stream may wait for it.
                    more: taken > 0 && self.config.storage == Storage::Memory,
                    changed: taken > 0 || waited,
                };
            }
            for message in messages {
                let result = match may_grow {
                    Ok(()) => self.take_in(inflow, &message, origin, now, net),
                    Err(error) => Err(Stop::Refused(error.clone())),
                };
                if let Err(stop) = result {
                    if let Stop::Refused(error) = stop {
                        (inflow.retry, inflow.error) = (Some(now + RETRY), Some(error));
                    }
                    return Drawn {
                        more: false,
                        changed: true,
                    };
                }
                if let Some(place) = &mut inflow.place {
                    place.next = message.seq + 1;
                }
                taken += 1;
                bytes += message.subject.len() + message.headers.len() + message.payload.len();
            }
        }
        inflow.error = None;
        // Too much of an interest stream is out: its commit wakes us.
        let more = inflow.unsettled.len() < UNSETTLED_MAX;
        Drawn {
            more,
            changed: true,
        }
    }

    /// Finds the place in an origin that is there for the first time, or was made again.
    fn meet(&mut self, inflow: &mut Inflow, origin: &Origin) {
        if inflow
            .place
            .as_ref()
            .is_some_and(|place| place.identity == origin.identity)
        {
            return;
        }
        let last = self.log.stats().last_seq;
        let known = self.inflows.taken.get(&inflow.index);
        let next = match known {
            _ if inflow.is_mirror && last > 0 => last + 1,
            // Old headers don't say which stream of that name it was.
            Some(taken)
                if !inflow.is_mirror
                    && (taken.identity.is_empty() || taken.identity == origin.identity) =>
            {
                taken.seq + 1
            }
            _ => inflow.start(&origin.log),
        };
        inflow.place = Some(Place {
            identity: origin.identity.clone(),
            next,
        });
        // Whether the origin removed what was taken before isn't known any more.
        if origin.by_interest && (known.is_some() || last > 0) {
            let wanted = inflow.filters.iter().cloned();
            let wanted: Vec<Filter> = match inflow.filters.is_empty() {
                true => vec![Filter::all()],
                false => wanted.collect(),
            };
            for filter in wanted {
                let mut cursor = origin.log.cursor(filter, 1);
                let taken = std::iter::from_fn(|| cursor.next_seq()).take_while(|seq| *seq < next);
                inflow.unsettled.extend(taken.map(|seq| (0, seq)));
            }
        }
        // What the origin doesn't have any more, an empty mirror never had.
        if inflow.is_mirror && last == 0 && next > 1 {
            self.last_ticket = self.log.skip_to(next - 1).ok();
        }
    }

    fn take_in(
        &mut self,
        inflow: &mut Inflow,
        message: &Stored,
        origin: &Origin,
        now: u64,
        net: &mut dyn Network,
    ) -> Result<(), Stop> {
        let renamed = inflow.rename(&message.subject, now);
        let headers = inflow.headers(message, &origin.identity);
        let block = Message {
            subject: renamed.as_deref().unwrap_or(&message.subject),
            reply: None,
            headers: &headers,
            payload: &message.payload,
        };
        let mut draft = self.draft(&block, now);
        self.accept(&mut draft);
        if !inflow.is_mirror && self.is_known(&draft, now) {
            return Ok(());
        }
        if !inflow.is_mirror
            && let Err(error) =
                self.count_taken(&mut draft, (&inflow.origin.name, &message.subject))
        {
            let (stream, origin) = (&self.config.name, &inflow.origin.name);
            tracing::warn!(target: "midge", "JetStream stream {stream} leaves out {origin}'s message {}: {error}", message.seq);
            return Ok(());
        }
        self.check_size(&block).map_err(Stop::Refused)?;
        let before = self
            .republish()
            .map(|_| self.log.total(&draft.subject).last);
        let seq = self.keep(inflow, &draft, message, now)?;
        if !inflow.is_mirror {
            let taken = Taken {
                identity: origin.identity.clone(),
                seq: message.seq,
            };
            self.inflows.taken.insert(inflow.index.clone(), taken);
            self.inflows.changed = true;
        }
        if origin.by_interest {
            inflow.unsettled.push_back((seq, message.seq));
        }
        if let Some(before) = before {
            self.publish_again(&draft.as_message(), (seq, before), now, net);
        }
        Ok(())
    }

    /// Whether a message of this id came within the window.
    fn is_known(&mut self, draft: &Draft<'_>, now: u64) -> bool {
        let window = self.window();
        let id = draft.id;
        id.is_some_and(|id| self.dedupe(now).find(id, now, window).is_some())
    }

    /// Stores what was taken: a mirror under its own sequence and time, others at their end. Which sequence it got.
    fn keep(
        &mut self,
        inflow: &Inflow,
        draft: &Draft<'_>,
        from: &Stored,
        now: u64,
    ) -> Result<u64, Stop> {
        let stop = |error: Error| match error {
            Error::Overloaded { .. } => Stop::Busy,
            error => Stop::Refused(store_error(&error)),
        };
        if !self.has_interest(&draft.subject) {
            let seq = match inflow.is_mirror {
                true => from.seq,
                false => self.log.stats().last_seq + 1,
            };
            self.last_ticket = Some(self.log.skip_to(seq).map_err(stop)?);
            return Ok(seq);
        }
        let appended = match inflow.is_mirror {
            true => self.log.append_at(draft.as_new(), from.seq, from.time),
            false => self.log.append(draft.as_new(), now),
        };
        let appended = appended.map_err(stop)?;
        self.last_ticket = Some(appended.ticket);
        self.stored(draft, appended.seq, now)
            .map_err(Stop::Refused)?;
        Ok(appended.seq)
    }

    /// Sequences of an interest stream that inflow `at` holds durably now.
    pub(crate) fn settled(&mut self, at: usize) -> Vec<u64> {
        let visible = self.log.stats().visible;
        let mut done = Vec::new();
        if let Some(inflow) = self.inflows.all.get_mut(at) {
            while let Some((_, theirs)) = inflow.unsettled.pop_front_if(|(own, _)| *own <= visible)
            {
                done.push(theirs);
            }
        }
        done
    }
}

/// Index and place in a `Nats-Stream-Source`: origin, sequence, filters, destinations, subject, identity.
fn parse(value: &[u8]) -> Option<(Index, Taken)> {
    let value = std::str::from_utf8(value).ok()?;
    let mut words = value.split(' ').map(str::to_owned);
    let (name, seq) = (words.next()?, words.next()?);
    let index = [name, words.next()?, words.next()?];
    let _subject = words.next()?;
    let identity = words.next().unwrap_or_default();
    Some((
        index,
        Taken {
            identity,
            seq: seq.parse().ok()?,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_header_is_read_with_and_without_identity() {
        let index = ["O".to_owned(), "a.*".to_owned(), ">".to_owned()];
        let taken = |identity: &str| Taken {
            identity: identity.into(),
            seq: 7,
        };
        assert_eq!(
            parse(b"O 7 a.* > a.1 IDENTITY"),
            Some((index.clone(), taken("IDENTITY")))
        );
        assert_eq!(parse(b"O 7 a.* > a.1"), Some((index, taken(""))));
        assert_eq!(parse(b"O x a.* > a.1"), None);
        assert_eq!(parse(b"$JS.ACK.O.c.1.2.3.4.5"), None);
    }
}
