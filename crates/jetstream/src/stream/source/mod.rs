//! Taking messages from other streams: what a mirror and a stream with sources do.
//!
//! Both streams live in one store and on one thread, so a message goes straight from log to log; no consumer and no subject are
//! involved, unless somebody made a consumer for it (`feed.rs`). Only what the origin shows to consumers is taken, hence nothing that a crash could take back there.
//! Where it goes on after a crash is told in `places.rs`.

mod feed;
mod inflow;
mod places;
mod unsettled;

pub(crate) use feed::Unfit;
pub(crate) use inflow::{Inflow, SourceInfo};

use super::draft::Draft;
use super::{Stream, store_error};
use crate::config::Storage;
use crate::{ApiError, Message, Network, Token, identity};
use inflow::Place;
use midge_streamlog::{Error, Filter, Message as Stored, Stream as Log};
use places::{Index, Taken};
use std::collections::BTreeMap;

/// Messages and bytes that one origin gives per turn.
const TURN_MSGS: usize = 256;
const TURN_BYTES: usize = 1 << 20;
/// How long a stream waits that can't take a message.
const RETRY: u64 = 1_000_000_000;
/// Sources that were removed and whose places are still known.
const KEPT_MAX: usize = 1024;

/// The origin of an inflow, as it is now.
pub(crate) struct Origin {
    pub(crate) log: Log,
    /// When it was made; another one of its name is another origin.
    pub(crate) created: u64,
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
    pub(crate) fn wants_all(&self) -> bool {
        self.filters.is_empty()
    }

    pub(crate) fn wants(&self, subject: &[u8]) -> bool {
        self.wants_all() || self.filters.iter().any(|filter| filter.matches(subject))
    }
}

/// A stream's origins.
#[derive(Default)]
pub(crate) struct Inflows {
    pub(crate) all: Vec<Inflow>,
    /// The last place in each source there is or was.
    taken: BTreeMap<Index, Taken>,
    /// What was kept of places, while the log above it couldn't be read
    unread: Option<Option<Vec<u8>>>,
    changed: bool,
    saved_upto: u64,
    /// Where removed inflows still listen.
    let_go: Vec<(String, Token)>,
}

impl Inflows {
    /// What its inflows listen to, and under which tokens.
    pub(crate) fn listens(&self) -> impl Iterator<Item = (String, Token)> {
        self.all.iter().filter_map(Inflow::listens)
    }

    /// What inflows listened to that were removed since the last time.
    pub(crate) fn take_let_go(&mut self) -> Vec<(String, Token)> {
        std::mem::take(&mut self.let_go)
    }
}

/// What a turn did with an inflow.
#[derive(Clone, Copy, Default)]
pub(crate) struct Drawn {
    /// There is more to take at once.
    pub(crate) more: bool,
    /// Messages came, or they are waited for in another way than before.
    pub(crate) changed: bool,
    /// Nothing can be taken before the stream's ids are known.
    pub(crate) awaits_ids: bool,
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
        self.inflows
            .let_go
            .extend(old.iter().filter_map(Inflow::listens));
        self.inflows.changed = true;
        if self.inflows.taken.len() > KEPT_MAX {
            let all = &self.inflows.all;
            self.inflows
                .taken
                .retain(|index, _| all.iter().any(|inflow| inflow.index == *index));
        }
    }

    /// Who wants messages of the streams that this one takes from.
    pub(crate) fn takers(&self) -> impl Iterator<Item = (&str, Taker)> {
        let taking = self.inflows.all.iter().enumerate();
        // What a consumer gives, that consumer holds in the origin.
        let taking = taking.filter(|(_, inflow)| inflow.feed.is_none());
        let stats = self.log.stats();
        taking.map(move |(at, inflow)| {
            let done = if inflow.is_mirror {
                stats.durable
            } else if inflow.place.is_none() && stats.durable < stats.last_seq {
                // Which of them are synced is found out when the origin is met.
                0
            } else {
                let unsettled = inflow.unsettled.first().map(|run| run.from - 1);
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

    /// When time does something to its inflows.
    pub(crate) fn poll_inflows(&self) -> Option<u64> {
        self.inflows
            .all
            .iter()
            .flat_map(|inflow| [inflow.retry, inflow.settle_at])
            .flatten()
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
        if let Err(error) = self.read_places() {
            let inflow = &mut self.inflows.all[at];
            (inflow.retry, inflow.error) = (Some(now + RETRY), Some(store_error(&error)));
            return Drawn::default();
        }
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
        match &inflow.feed {
            Some(feed) if !feed.is_bound() => return Drawn::default(),
            Some(_) => {}
            None => inflow.contact = Some(now),
        }
        let refused = |inflow: &mut Inflow, error: &Error| {
            (inflow.retry, inflow.error) = (Some(now + RETRY), Some(store_error(error)));
            Drawn {
                more: false,
                changed: true,
                ..Drawn::default()
            }
        };
        if let Err(error) = self.meet(inflow, origin) {
            return refused(inflow, &error);
        }
        let visible = origin.log.stats().visible;
        let waits = inflow.retry.is_some_and(|retry| retry > now);
        if !inflow.has_more(visible) || self.config.sealed || waits {
            return Drawn::default();
        }
        if !inflow.is_mirror && self.window() > 0 && !self.knows_ids() {
            return Drawn {
                awaits_ids: true,
                ..Drawn::default()
            };
        }
        let waited = inflow.retry.take().is_some();
        let (mut taken, mut bytes) = (0, 0);
        while taken < TURN_MSGS && bytes < TURN_BYTES {
            let messages = inflow.read(&origin.log, &self.log, visible, TURN_MSGS - taken);
            let messages = match messages {
                Ok(messages) => messages,
                Err(error) => return refused(inflow, &error),
            };
            if messages.is_empty() {
                inflow.error = None;
                return Drawn {
                    // What is in memory is visible at once, and another stream may wait for it.
                    more: taken > 0 && self.config.storage == Storage::Memory,
                    changed: taken > 0 || waited,
                    ..Drawn::default()
                };
            }
            for message in messages {
                let result = match may_grow {
                    Ok(()) => self.take_in(inflow, &message, now, net),
                    Err(error) => Err(Stop::Refused(error.clone())),
                };
                if let Err(stop) = result {
                    if let Stop::Refused(error) = stop {
                        (inflow.retry, inflow.error) = (Some(now + RETRY), Some(error));
                    }
                    return Drawn {
                        more: false,
                        changed: true,
                        ..Drawn::default()
                    };
                }
                // The origin may become one that keeps messages for whoever wants them.
                if inflow.feed.is_none() {
                    let own = self.log.stats().last_seq;
                    inflow.unsettled.push(own, message.seq);
                }
                inflow.took(message.seq);
                taken += 1;
                bytes += message.subject.len() + message.headers.len() + message.payload.len();
            }
        }
        inflow.error = None;
        Drawn {
            more: true,
            changed: true,
            ..Drawn::default()
        }
    }

    /// Finds the place in an origin that is there for the first time, or was made again.
    fn meet(&mut self, inflow: &mut Inflow, origin: &Origin) -> Result<(), Error> {
        if inflow
            .place
            .as_ref()
            .is_some_and(|place| place.created == origin.created)
        {
            return Ok(());
        }
        let identity = identity::of_stream(&inflow.origin.name, origin.created);
        let last = self.log.stats().last_seq;
        let known = self.inflows.taken.get(&inflow.index);
        let next = match known {
            _ if inflow.is_mirror && last > 0 => last + 1,
            // Old headers don't say which stream of that name it was.
            Some(taken)
                if !inflow.is_mirror
                    && (taken.identity.is_empty() || taken.identity == identity) =>
            {
                // An origin that lost its end gives these sequences again.
                (taken.seq.min(origin.log.stats().last_seq)) + 1
            }
            _ => inflow.start(&origin.log)?,
        };
        // Whether that is synced, and whether the origin removed it, isn't known any more.
        if inflow.feed.is_none() && (known.is_some() || last > 0) {
            let first = origin.log.stats().first_seq;
            inflow.unsettled.push_all(last, first, next - 1);
        }
        inflow.place = Some(Place {
            created: origin.created,
            identity,
            next,
            cursor: None,
        });
        // What the origin doesn't have any more, an empty mirror never had.
        if inflow.is_mirror && last == 0 && next > 1 {
            self.last_ticket = self.log.skip_to(next - 1).ok();
        }
        Ok(())
    }

    fn take_in(
        &mut self,
        inflow: &mut Inflow,
        message: &Stored,
        now: u64,
        net: &mut dyn Network,
    ) -> Result<(), Stop> {
        let renamed = inflow.rename(&message.subject, now);
        let headers = inflow.headers(message);
        let block = Message {
            subject: renamed.as_deref().unwrap_or(&message.subject),
            headers: &headers,
            payload: &message.payload,
            ..Message::default()
        };
        let mut draft = self.draft(&block, now);
        self.accept(&mut draft);
        if !inflow.is_mirror && self.is_known(&draft, now).map_err(Stop::Refused)? {
            return Ok(());
        }
        if !inflow.is_mirror
            && let Err(error) =
                self.count_taken(&mut draft, (&inflow.origin.name, &message.subject))
        {
            let (stream, origin) = (self.log.name(), &*inflow.origin.name);
            tracing::warn!(stream, origin, seq = message.seq, %error, "JetStream: a message of a source is left out");
            return Ok(());
        }
        self.check_size(&block).map_err(Stop::Refused)?;
        let before = self.last_before(&draft.subject).map_err(Stop::Refused)?;
        let seq = self.keep(inflow, &draft, message, now)?;
        if !inflow.is_mirror
            && let Some(place) = &inflow.place
        {
            let taken = Taken {
                identity: place.identity.clone(),
                seq: message.seq,
            };
            self.inflows.taken.insert(inflow.index.clone(), taken);
            self.inflows.changed = true;
        }
        if let Some(before) = before {
            self.publish_again(&draft.as_message(), (seq, before), now, net);
        }
        Ok(())
    }

    /// Whether a message of this id came within the window.
    fn is_known(&mut self, draft: &Draft<'_>, now: u64) -> Result<bool, ApiError> {
        let window = self.window();
        match draft.id {
            Some(id) => Ok(self.dedupe(now)?.find(id, now, window).is_some()),
            None => Ok(false),
        }
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
            self.consumers.skipped(seq);
            return Ok(seq);
        }
        let appended = match inflow.is_mirror {
            true => self.log.append_at(draft.as_new(), from.seq, from.time),
            false => self.log.append(draft.as_new(), now),
        };
        let appended = appended.map_err(stop)?;
        self.last_ticket = Some(appended.ticket);
        self.stored(draft, appended.seq, now);
        Ok(appended.seq)
    }

    /// The next run of an origin's messages that inflow `at` holds durably and that the origin wasn't told of; `None` until the next try is due.
    pub(crate) fn next_settled(&mut self, at: usize, now: u64) -> Option<(u64, u64)> {
        let stats = self.log.stats();
        let inflow = self.inflows.all.get_mut(at)?;
        if inflow.settle_at.is_some_and(|due| due > now) {
            return None;
        }
        inflow.settle_at = None;
        let run = inflow.unsettled.first()?;
        if run.own <= stats.durable {
            return Some((run.from, run.to));
        }
        if run.own <= stats.visible {
            // Nobody tells when what is written is synced, if nobody waits for that.
            inflow.settle_at = Some(now.saturating_add(RETRY));
        }
        None
    }

    /// The origin of inflow `at` was told of all its messages below `seq`.
    pub(crate) fn settled_below(&mut self, at: usize, seq: u64) {
        if let Some(inflow) = self.inflows.all.get_mut(at) {
            inflow.unsettled.forget_below(seq);
        }
    }

    /// The origin can't remove what it is told of now: it is told again, some time later.
    pub(crate) fn settle_later(&mut self, at: usize, now: u64) {
        if let Some(inflow) = self.inflows.all.get_mut(at) {
            inflow.settle_at = Some(now.saturating_add(RETRY));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountId, Settings, laws::Listener};
    use midge_streamlog::{NewMessage, Policy, Store, StoreOptions, StreamOptions, sim::CrashDisk};
    use std::sync::Arc;
    use std::time::Duration;

    /// A stream `T` with that policy, which takes from `S`, and that one.
    fn taker(policy: Policy) -> (Store, Stream, Origin) {
        let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
        let options = StreamOptions {
            policy,
            ..StreamOptions::default()
        };
        let log = store.create_stream("T", options).unwrap().0;
        let config = br#"{"name": "T", "sources": [{"name": "S"}]}"#;
        let (config, _) = crate::config::parse(config, true).unwrap();
        let at = (AccountId(1), Token(1));
        let mut stream = Stream::new(at, config, 0, log, &Settings::default());
        stream.learn_places(None);
        let origin = Origin {
            log: store.create_stream("S", Default::default()).unwrap().0,
            created: 1,
            by_interest: false,
        };
        (store, stream, origin)
    }

    fn publish_and_take(store: &Store, stream: &mut Stream, origin: &Origin) {
        drop(origin.log.append(NewMessage::new("s", "x"), 1).unwrap());
        store.commit_once(1).unwrap();
        stream.take_from(0, origin, &Ok(()), 1, &mut Listener::default());
    }

    /// Symptom: an origin that came to remove what its takers have removed what was on its way to their disk. Cause: while it kept everything, that
    /// wasn't counted. Remedy: it is counted in any case.
    #[test]
    fn a_taker_has_what_is_on_its_disk_whatever_its_origin_keeps() {
        let (store, mut stream, origin) = taker(Policy::Always);
        let done = |stream: &Stream| stream.takers().next().map(|(_, taker)| taker.done);
        for (seq, before) in [(1, 0), (2, 1)] {
            publish_and_take(&store, &mut stream, &origin);
            assert_eq!(stream.log.stats().last_seq, seq);
            assert_eq!(done(&stream), Some(before), "it isn't on the disk");
            store.commit_once(1).unwrap();
            assert_eq!(stream.next_settled(0, 1), Some((seq, seq)));
            stream.settled_below(0, seq + 1);
            assert_eq!(done(&stream), Some(seq));
        }
    }

    /// Symptom: a power cut took messages for good that a stream had taken from one with interest. Cause: what was written there counted as
    /// taken before it was synced. Remedy: the origin keeps it until then.
    #[test]
    fn a_taker_has_what_is_synced() {
        let (store, mut stream, origin) = taker(Policy::Interval(Duration::from_nanos(RETRY)));
        publish_and_take(&store, &mut stream, &origin);
        store.commit_once(1).unwrap();
        assert_eq!(stream.log.stats().visible, 1);
        assert_eq!(stream.next_settled(0, 1), None, "it is written");
        assert_eq!(stream.poll_inflows(), Some(1 + RETRY));
        store.commit_once(1 + RETRY).unwrap();
        assert_eq!(stream.next_settled(0, 2), None, "nobody asks all the time");
        assert_eq!(stream.next_settled(0, 1 + RETRY), Some((1, 1)));
    }

    /// Symptom: a power cut took messages for good that a stream had taken from one with interest, when the source was removed and added again. Cause:
    /// what it had of that then counted as synced. Remedy: the origin keeps it until then.
    #[test]
    fn what_is_met_again_is_told_when_it_is_synced() {
        let (store, mut stream, mut origin) = taker(Policy::Interval(Duration::from_nanos(RETRY)));
        origin.by_interest = true;
        publish_and_take(&store, &mut stream, &origin);
        store.commit_once(1).unwrap();
        let sources = std::mem::take(&mut stream.config.sources);
        stream.set_origins();
        stream.config.sources = sources;
        stream.set_origins();
        let done = |stream: &Stream| stream.takers().next().map(|(_, taker)| taker.done);
        assert_eq!(done(&stream), Some(0), "it isn't synced");
        stream.take_from(0, &origin, &Ok(()), 1, &mut Listener::default());
        assert_eq!((stream.next_settled(0, 1), done(&stream)), (None, Some(0)));
        store.commit_once(1 + RETRY).unwrap();
        assert_eq!(stream.next_settled(0, 1 + RETRY), Some((1, 1)));
        stream.settled_below(0, 2);
        assert_eq!(done(&stream), Some(1));
    }

    /// The same of an origin that kept everything when it was met again, and keeps what is wanted since.
    #[test]
    fn what_is_met_again_isnt_synced_whatever_the_origin_keeps() {
        let (store, mut stream, origin) = taker(Policy::Interval(Duration::from_nanos(RETRY)));
        publish_and_take(&store, &mut stream, &origin);
        store.commit_once(1).unwrap();
        stream.inflows.all.clear();
        stream.set_origins();
        stream.take_from(0, &origin, &Ok(()), 1, &mut Listener::default());
        let done = |stream: &Stream| stream.takers().next().map(|(_, taker)| taker.done);
        assert_eq!((stream.next_settled(0, 1), done(&stream)), (None, Some(0)));
    }
}
