//! Mirrors and sources across the streams of an account: who takes from whom, and when.

use crate::config::StreamConfig;
use crate::consumer::Consumer;
use crate::info::StreamInfo;
use crate::keys::{self, Kind};
use crate::stream::{Drawn, Origin, SourceInfo, Stream, Unfit};
use crate::tasks::{Slice, StreamRef, Sweep};
use crate::{AccountId, ApiError, JetStream, Listens, Network, Token};

/// Slices of an origin's messages that it is told of in a turn: more than a turn takes.
const SETTLING_SLICES: usize = 16;

impl JetStream {
    /// The stream that an origin names, if it is one of ours.
    fn origin(&self, stream: &Stream, at: usize) -> Option<(usize, Origin)> {
        let inflow = stream.inflows.all.get(at)?;
        if !inflow.origin.is_here(self.settings.domain.as_deref()) {
            return None;
        }
        let index = self.stream_index(stream.account, &inflow.origin.name)?;
        let origin = self.streams[index].as_ref()?;
        let origin = Origin {
            log: origin.log.clone(),
            created: origin.created,
            by_interest: origin.settles() && inflow.origin.consumer.is_none(),
        };
        Some((index, origin))
    }

    /// The consumer that was named for an inflow, if the origin has it.
    fn feeder(&self, stream: &Stream, at: usize) -> Option<&Consumer> {
        let (from, _) = self.origin(stream, at)?;
        let origin = self.streams[from].as_ref()?;
        let consumer = origin.consumers.get(&stream.feeder(at)?.name)?;
        Some(consumer)
    }

    /// Takes messages into mirrors and streams with sources, a bounded piece for each origin. True if there is more to do.
    pub(crate) fn take_messages(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let mut more = false;
        let taking: Vec<usize> = self.taking.iter().copied().collect();
        for index in taking {
            self.end_removed_feeds(index, net);
            let origins = self.streams[index]
                .as_ref()
                .map_or(0, |stream| stream.inflows.all.len());
            for at in 0..origins {
                more |= self.take_from(index, at, now, net);
            }
            match origins {
                0 => drop(self.taking.remove(&index)),
                // Its own publishes, too, make what is kept of its places old.
                _ => self.save_places(index),
            }
        }
        more
    }

    fn end_removed_feeds(&mut self, index: usize, net: &mut dyn Network) {
        if let Some(stream) = self.streams.quietly(index) {
            let account = stream.account;
            for of in stream.inflows.take_let_go() {
                self.end_feed(account, of, net);
            }
        }
    }

    /// Has the consumer deliver that was named for inflow `at`, if the origin has it.
    fn tend_feed(&mut self, index: usize, at: usize, from: usize, now: u64, net: &mut dyn Network) {
        let (stream, origin) = (self.streams[index].as_ref(), self.streams[from].as_ref());
        let wanted = stream.and_then(|stream| stream.feeder(at));
        let (Some(wanted), Some(origin)) = (wanted, origin) else {
            return;
        };
        let consumer = origin.consumers.get(&wanted.name);
        let fit = consumer.map_or(Err(Unfit::Missing), |it| it.feeds(&wanted.deliver_subject));
        let Some(stream) = self.streams.quietly(index) else {
            return;
        };
        if stream.must_bind(at, fit, now) {
            self.bind_feed(index, at, from, now, net);
        }
    }

    fn bind_feed(&mut self, index: usize, at: usize, from: usize, now: u64, net: &mut dyn Network) {
        let stream = self.streams[index].as_ref();
        let Some(wanted) = stream.and_then(|stream| stream.feeder(at)).cloned() else {
            return;
        };
        let origin = self.streams[from].as_mut();
        let consumer = origin.and_then(|origin| origin.consumers.get_mut(&wanted.name));
        let Some(consumer) = consumer else {
            return;
        };
        let bound = (consumer.created, consumer.reset(None, now));
        let token = self.new_feed(index);
        let Some(stream) = self.streams[index].as_mut() else {
            return;
        };
        let (account, old) = (stream.account, stream.bind_feed(at, token, bound));
        if let Some(old) = old {
            self.end_feed(account, old, net);
        }
        net.subscribe(
            account,
            wanted.deliver_subject.as_bytes(),
            token,
            Listens::ToAll,
        );
    }

    fn take_from(&mut self, index: usize, at: usize, now: u64, net: &mut dyn Network) -> bool {
        let stream = self.streams[index].as_ref();
        let Some((from, origin)) = stream.and_then(|stream| self.origin(stream, at)) else {
            return false;
        };
        self.tend_feed(index, at, from, now, net);
        let may_grow = self.full(index, 1).map_or(Ok(()), |full| Err(full.into()));
        // An append beyond the store's buffer would be refused; the next commit wakes us.
        let room = self.store.has_room(0);
        let Some(stream) = self.streams.quietly(index) else {
            return false;
        };
        let drawn = match room && !stream.is_held {
            true => stream.take_from(at, &origin, &may_grow, now, net),
            false => Drawn::default(),
        };
        let answer = stream.answer_feed(at);
        let (account, mut more) = (stream.account, drawn.more);
        more |= self.settle_taken(from, &origin, (index, at), now);
        if let Some(answer) = answer {
            self.flow(account, &answer.message(), now);
        }
        if drawn.changed {
            self.streams.stir(index);
            // Before another source of the stream pushes these messages out.
            self.save_places(index);
        }
        if drawn.awaits_ids {
            // What can't be read now is asked for again at the next turn.
            more |= self.begin_ids_at_once(index, now).is_ok_and(|known| known);
        }
        more
    }

    /// Tells stream `from` what an inflow of another one holds of it durably: what nobody wants of that goes. True if there is more to tell at once.
    fn settle_taken(
        &mut self,
        from: usize,
        origin: &Origin,
        (index, at): (usize, usize),
        now: u64,
    ) -> bool {
        let mut slice = Slice::several(SETTLING_SLICES);
        while let Some(stream) = self.streams.quietly(index)
            && let Some((first, last)) = stream.next_settled(at, now)
        {
            let of = (stream.token, at);
            let told = match origin.by_interest {
                true => self.settle_run(from, of, (first, last), &mut slice),
                false => Ok(last + 1),
            };
            let Some(stream) = self.streams.quietly(index) else {
                return false;
            };
            match told {
                Ok(next) => stream.settled_below(at, next),
                Err(error) => {
                    stream.settle_later(at, now);
                    self.streams.stir(index);
                    let stream = self.streams[from].as_ref().map(|it| it.log.name());
                    tracing::warn!(stream, %error, "JetStream: messages that other streams took can't be removed, which is tried again");
                    return false;
                }
            }
            if slice.is_spent() {
                return true;
            }
        }
        false
    }

    /// Another stream holds these messages of stream `from` durably. The first one that wasn't looked at.
    fn settle_run(
        &mut self,
        from: usize,
        of: (Token, usize),
        (first, last): (u64, u64),
        slice: &mut Slice,
    ) -> Result<u64, ApiError> {
        let Some(origin) = self.streams[from].as_mut() else {
            return Ok(last + 1);
        };
        for taker in origin.takers.iter_mut().filter(|taker| taker.of == of) {
            taker.done = taker.done.max(last);
        }
        let token = origin.token;
        let mut sweep = Sweep::new(StreamRef { index: from, token }, first, last);
        let is_through = origin.sweep(&mut sweep, slice)?;
        self.attend_ids(from);
        Ok(if is_through { last + 1 } else { sweep.at })
    }

    /// Tells the streams of an account who takes from them, after one was made, changed or removed.
    pub(crate) fn rewire(&mut self, account: AccountId) {
        let Some(names) = self
            .accounts
            .get(&account)
            .map(|account| account.streams.clone())
        else {
            return;
        };
        let mut takers = Vec::new();
        for index in names.values() {
            let takes = |stream: &Stream| !stream.inflows.all.is_empty();
            if self.streams[*index].as_deref().is_some_and(takes) {
                self.taking.insert(*index);
            }
        }
        for stream in names
            .values()
            .filter_map(|index| self.streams[*index].as_ref())
        {
            takers.extend(
                stream
                    .takers()
                    .map(|(name, taker)| (name.to_owned(), taker)),
            );
        }
        for index in names.values() {
            if let Some(stream) = self.streams.quietly(*index) {
                stream.takers.clear();
            }
        }
        for (name, taker) in takers {
            let stream = names
                .get(&name)
                .and_then(|index| self.streams.quietly(*index));
            if let Some(stream) = stream {
                stream.takers.push(taker);
            }
        }
    }

    /// The streams that stream `index` takes from, and takes no more when it has another configuration or is gone, each with the first message that
    /// it holds there.
    pub(crate) fn left_origins(
        &self,
        index: usize,
        to: Option<&StreamConfig>,
    ) -> Vec<(usize, u64)> {
        let Some(stream) = self.streams[index].as_deref() else {
            return Vec::new();
        };
        let left = stream.config.origins();
        let left = left.filter(|origin| !to.is_some_and(|to| to.origins().any(|it| it == *origin)));
        let held = left.filter_map(|origin| {
            let from = self.stream_index(stream.account, &origin.name)?;
            let takers = self.streams[from].as_deref()?.takers.iter();
            let own = takers.filter(|taker| taker.of.0 == stream.token);
            Some((from, own.map(|taker| taker.done.saturating_add(1)).min()?))
        });
        held.collect()
    }

    /// Has what a stream took be durable before a change is that is made after this call: whoever doesn't take from an origin any more won't take again what
    /// a power cut took away.
    pub(crate) fn sync_taken(&self, index: usize) {
        if let Some(stream) = self.streams[index].as_deref() {
            // A log that stopped gets nothing to the disk any more, and holds nobody up.
            let _ = stream.log.sync();
        }
    }

    /// Has streams remove what another one held of them, from these sequences on, as soon as the change that was just made is durable, by which it takes no
    /// more: when their marks are, or, without room for a mark, what they have themselves is synced. Neither fails when the other stream does.
    pub(crate) fn sweep_left(&mut self, account: AccountId, left: Vec<(usize, u64)>) {
        for (index, from) in left {
            let Some(origin) = self.streams[index].as_deref().filter(|it| it.settles()) else {
                continue;
            };
            let marked = self.mark_sweep(account, index);
            // Of a log that stopped nothing is removed.
            if let Some(ticket) = marked.or_else(|| origin.log.sync().ok()) {
                self.sweep_after(index, from, Some(&ticket));
            }
        }
    }

    /// The mirror that answers for `name` when that isn't there.
    pub(crate) fn mirror_of(&self, account: AccountId, name: &str) -> Option<&Stream> {
        let streams = self.accounts.get(&account)?.streams.values();
        streams
            .filter_map(|index| self.streams[*index].as_deref())
            .find(|stream| {
                let mirror = stream.config.mirror.as_deref();
                stream.config.mirror_direct
                    && mirror.is_some_and(|mirror| mirror.name == name && mirror.external.is_none())
            })
    }

    /// What a stream tells about itself, with its origins.
    pub(crate) fn info_of(&self, stream: &Stream, now: u64) -> StreamInfo {
        self.with_origins(stream.info(self.settings.domain.as_ref(), now), stream, now)
    }

    /// The same as lists show it.
    pub(crate) fn listed_info(&self, stream: &Stream, now: u64) -> StreamInfo {
        self.with_origins(
            stream.listed(self.settings.domain.as_ref(), now),
            stream,
            now,
        )
    }

    fn with_origins(&self, mut info: StreamInfo, stream: &Stream, now: u64) -> StreamInfo {
        (info.mirror, info.sources) = self.origins_of(stream, now);
        info.damage = self.damage_of(stream);
        info
    }

    /// What a stream tells of its mirror and its sources.
    pub(crate) fn origins_of(
        &self,
        stream: &Stream,
        now: u64,
    ) -> (Option<SourceInfo>, Vec<SourceInfo>) {
        let inflows = stream.inflows.all.iter().enumerate().map(|(at, inflow)| {
            let origin = self.origin(stream, at).map(|(_, origin)| origin);
            let mut info = inflow.info(stream.taken_of(inflow), origin.as_ref(), now);
            if let Some(consumer) = self.feeder(stream, at) {
                info.lag = stream.fed_lag(at, consumer);
            }
            info
        });
        let mut inflows: Vec<SourceInfo> = inflows.collect();
        match stream.config.mirror {
            Some(_) => (inflows.pop(), Vec::new()),
            None => (None, inflows),
        }
    }

    /// Writes how far a stream's sources were taken, if that is due.
    pub(crate) fn save_places(&mut self, index: usize) {
        let Some(stream) = self.streams.quietly(index) else {
            return;
        };
        let Some(places) = stream.poll_places() else {
            return;
        };
        let Some(account) = self.accounts.get(&stream.account) else {
            return;
        };
        let name = &stream.config.name;
        let key = keys::of(Kind::Places, &account.name, name);
        if let Err(error) = self.store.put_state(&key, &places) {
            tracing::warn!(stream = stream.log.name(), %error, "JetStream: how far sources were taken can't be written, which is tried again");
            stream.places_unsaved();
        }
    }

    /// Has a stream learn how far its sources were taken.
    pub(crate) fn load_places(&mut self, index: usize) {
        let Some(stream) = self.streams[index].as_ref() else {
            return;
        };
        let account = self.accounts.get(&stream.account);
        let account = account.map_or("", |account| account.name.as_str());
        let key = keys::of(Kind::Places, account, &stream.config.name);
        let kept = self.store.state(&key);
        if let Some(stream) = self.streams[index].as_mut() {
            stream.learn_places(kept);
        }
        // What is kept of a log that lost its end is wrong, and would seem right when the log gets there again.
        self.save_places(index);
    }
}
