//! One stream: its configuration over its log, and what happens to a message that is published to it.

mod batch;
mod consumers;
mod counter;
mod draft;
mod expiry;
mod fast;
mod ids;
mod keeper;
mod owed;
mod publish;
mod purge;
mod read;
mod schedules;
mod seats;
mod source;
mod undecided;

pub(crate) use consumers::{Consumers, Slot};
pub(crate) use fast::{Told, is_fast};
pub(crate) use publish::{More, Outcome, store_error};
pub(crate) use purge::PurgeWork;
pub(crate) use read::{BatchGet, DirectGet, MsgGet, present};
pub use seats::BatchLimits;
pub(crate) use seats::Seats;
pub(crate) use source::{Drawn, Inflows, Origin, SourceInfo, Taker, Unfit};

use crate::account::Full;
use crate::config::{self, Retention, StreamConfig};
use crate::consumer::{Advisory, Consumer};
use crate::info::LookedUp;
use crate::tasks::{Slice, Sweep};
use crate::{AccountId, ApiError, Message, Network, Settings, Token};
use midge_streamlog::{Error as LogError, Evicted, Filter, Stream as Log, Ticket};
use midge_subject::Transform;
use std::cell::Cell;

/// A stream with its consumers.
pub(crate) struct Stream {
    pub(crate) account: AccountId,
    pub(crate) token: Token,
    pub(crate) config: StreamConfig,
    pub(crate) created: u64,
    pub(crate) log: Log,
    /// what info showed last
    pub(crate) shown: Cell<LookedUp>,
    pub(crate) consumers: Consumers,
    /// The log's visible sequence when its consumers were served last. A turn reads it once, at its begin: a consumer may see more, and
    /// what the stream waits for afterwards counts from here.
    mark: u64,
    /// The head of each publish ack: `{"stream":"NAME",`, with the domain if there is one.
    pub(crate) ack_head: Box<[u8]>,
    ids: ids::Ids,
    /// A task reads the ids.
    pub(crate) are_ids_attended: bool,
    /// Publishes wait until the ids are known.
    pub(crate) is_held: bool,
    /// It doesn't listen to all its subjects yet.
    pub(crate) is_wiring: bool,
    transform: Option<Box<Transform>>,
    republish: Option<Box<Republish>>,
    /// The ticket of the last append: what a duplicate waits for.
    last_ticket: Option<Ticket>,
    /// Atomic batches that aren't complete.
    batches: batch::Batches,
    /// Fast batches that weren't ended.
    fast: fast::FastBatches,
    schedules: schedules::Schedules,
    /// Events that weren't told yet.
    advisories: Vec<Advisory>,
    /// Where messages come from beside its subjects.
    pub(crate) inflows: Inflows,
    /// Streams that take its messages.
    pub(crate) takers: Vec<Taker>,
    /// Why what is published at the moment may not be stored.
    pub(crate) full: Option<Full>,
    /// When what consumers were done with last is out of the log for good.
    last_removal: Option<Ticket>,
    /// The log refused to remove what consumers are done with.
    unsettled: bool,
    /// Changes of who wants its messages that aren't durable yet, and what goes then.
    undecided: Option<Box<undecided::Undecided>>,
    /// Purges of stored roll-ups that couldn't be done yet.
    owed: owed::Owed,
}

/// Who says that messages may go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settler {
    /// A consumer that is done with them.
    Consumer,
    /// A stream that took some of them, or nobody: they are looked at in turn.
    Sweep,
}

/// Where stored messages are published again.
pub(crate) struct Republish {
    pub(crate) transform: Transform,
    pub(crate) headers_only: bool,
}

impl Stream {
    pub(crate) fn new(
        (account, token): (AccountId, Token),
        config: StreamConfig,
        created: u64,
        log: Log,
        settings: &Settings,
    ) -> Self {
        let mut stream = Self {
            account,
            token,
            ack_head: Box::default(),
            config,
            created,
            log,
            shown: Cell::default(),
            consumers: Consumers::default(),
            mark: 0,
            ids: ids::Ids::default(),
            are_ids_attended: false,
            is_held: false,
            is_wiring: false,
            transform: None,
            republish: None,
            last_ticket: None,
            batches: batch::Batches::default(),
            fast: fast::FastBatches::default(),
            schedules: schedules::Schedules::default(),
            advisories: Vec::new(),
            inflows: Inflows::default(),
            takers: Vec::new(),
            full: None,
            last_removal: None,
            unsettled: false,
            undecided: None,
            owed: owed::Owed::default(),
        };
        stream.ids = stream.first_ids();
        stream.log.watch_evictions();
        stream.configure(settings);
        stream
    }

    /// Derives what follows from the configuration, which was checked.
    pub(crate) fn configure(&mut self, settings: &Settings) {
        let name = &self.config.name;
        let head = match &settings.domain {
            None => format!("{{\"stream\":\"{name}\","),
            Some(domain) => format!("{{\"stream\":\"{name}\",\"domain\":\"{domain}\","),
        };
        self.ack_head = head.into_bytes().into();
        let compile = |src: &str, dest: &str| config::transform(src, dest).ok();
        self.transform = self
            .config
            .subject_transform
            .as_ref()
            .and_then(|it| compile(&it.src, &it.dest))
            .map(Box::new);
        self.republish = self.config.republish.as_ref().and_then(|it| {
            Some(Box::new(Republish {
                transform: compile(&it.src, &it.dest)?,
                headers_only: it.headers_only,
            }))
        });
        self.set_origins();
        if !self.config.allow_atomic {
            self.forget_batches();
        }
        if !self.config.allow_batched {
            self.forget_fast();
        }
    }

    pub(crate) fn republish(&self) -> Option<&Republish> {
        self.republish.as_deref()
    }

    /// Publishes a stored message again, if its stream does that.
    pub(crate) fn publish_again(
        &self,
        message: &Message<'_>,
        seqs: (u64, u64),
        now: u64,
        net: &mut dyn Network,
    ) {
        let Some(republish) = &self.republish else {
            return;
        };
        let mut subject = Vec::new();
        if !republish
            .transform
            .apply(message.subject, &mut || now, &mut subject)
        {
            return;
        }
        let headers = read::republished(self, message, seqs, now, republish.headers_only);
        let payload = if republish.headers_only {
            b""
        } else {
            message.payload
        };
        let again = Message {
            subject: &subject,
            headers: &headers,
            payload,
            ..Message::default()
        };
        net.publish(self.account, &again);
    }

    /// Whether a consumer could still want a message on `subject`: interest streams store nothing else.
    fn has_interest(&self, subject: &[u8]) -> bool {
        self.config.retention != Retention::Interest
            || !self.consumers.are_known()
            || self.consumers.want(subject)
            || self.takers.iter().any(|taker| taker.wants(subject))
    }

    /// Whether it removes what its consumers are done with.
    pub(crate) fn settles(&self) -> bool {
        self.config.retention != Retention::Limits
    }

    /// Has those of `seqs` go that nobody wants now that `by` asks, as interest and work-queue streams do.
    pub(crate) fn settle(
        &mut self,
        seqs: impl Iterator<Item = u64>,
        by: Settler,
    ) -> Result<(), ApiError> {
        if !self.settles() {
            return Ok(());
        }
        let mut settled = Vec::new();
        for seq in seqs {
            if self.is_settled(seq, by, &mut Slice::new())? {
                settled.push(seq);
            }
        }
        self.remove(&settled)
    }

    /// Has messages go that nobody wants, as soon as that is durable.
    fn remove(&mut self, seqs: &[u64]) -> Result<(), ApiError> {
        match self.defer(seqs) {
            true => Ok(()),
            false => self.remove_now(seqs),
        }
    }

    fn remove_now(&mut self, seqs: &[u64]) -> Result<(), ApiError> {
        if seqs.is_empty() {
            return Ok(());
        }
        self.remember_ids(seqs);
        let removed = self.log.delete_many(seqs);
        let removed = removed.map_err(|error| publish::store_error(&error))?;
        if let Some((_, ticket)) = removed {
            self.last_removal = Some(ticket);
        }
        Ok(())
    }

    /// Whether all that want a message are done with it. One that is damaged stays: nobody can read it, and `repair` may.
    fn is_settled(&self, seq: u64, by: Settler, slice: &mut Slice) -> Result<bool, ApiError> {
        let is_queue = self.config.retention == Retention::WorkQueue;
        // Whoever acknowledges a message of a work queue is the only consumer that wants it.
        let alone = is_queue && by == Settler::Consumer;
        if alone && self.takers.is_empty() {
            return Ok(true);
        }
        if !alone && self.is_held_unread(seq) {
            return Ok(false);
        }
        let message = match self.log.peek(seq) {
            Ok(Some(message)) => message,
            Ok(None) | Err(LogError::Checksum { .. }) => return Ok(false),
            Err(error) => return Err(publish::store_error(&error)),
        };
        slice.touch(message.headers.len() + message.payload.len());
        let subject = &*message.subject;
        let mut takers = self.takers.iter().filter(|taker| taker.wants(subject));
        // In a work queue a message waits for somebody who wants it.
        let waits = is_queue
            && by == Settler::Sweep
            && !self.consumers.want(subject)
            && takers.clone().next().is_none();
        let done = |consumer: &Consumer| consumer.is_done_with(seq);
        Ok(!waits
            && (alone || self.consumers.all_that_want(subject, done))
            && takers.all(|taker| taker.done >= seq))
    }

    /// Whether somebody holds a message, whatever its subject.
    fn is_held_unread(&self, seq: u64) -> bool {
        let mut takers = self.takers.iter().filter(|taker| taker.wants_all());
        !self.consumers.are_known()
            || takers.any(|taker| taker.done < seq)
            || self.consumers.unfiltered().any(|it| !it.is_done_with(seq))
    }

    /// The last sequence that all who want it may be done with: nobody needs to look beyond it. 0: there is none, as when nobody is there, who
    /// may still come back.
    pub(crate) fn reach(&self) -> u64 {
        let takers = self.takers.iter();
        let whole = takers.clone().filter(|taker| taker.wants_all());
        let whole = whole.map(|taker| taker.done);
        let whole = whole.chain(self.consumers.unfiltered().map(Consumer::reach));
        let any = takers.map(|taker| taker.done);
        let any = any.chain(self.consumers.values().map(Consumer::reach));
        whole.min().or(any.max()).unwrap_or(0)
    }

    /// When what it removed last is durable: an ack is confirmed only then.
    pub(crate) fn last_removal(&self) -> Option<Ticket> {
        self.last_removal.clone()
    }

    /// Has go of a sweep's messages what nobody holds back any more. True when it is through. After an error the sweep is where it was.
    pub(crate) fn sweep(&mut self, sweep: &mut Sweep, slice: &mut Slice) -> Result<bool, ApiError> {
        // An update may have made it a stream that keeps what was acknowledged.
        if !self.settles() {
            return Ok(true);
        }
        // What isn't visible is on its way to the disk.
        let unseen = self.log.stats().visible.saturating_add(1);
        let (mut settled, mut to, upto) = (Vec::new(), sweep.at, sweep.upto);
        while to <= upto && !slice.is_spent() {
            let next = self.log.next(&Filter::all(), to);
            let next = next.map_err(|error| publish::store_error(&error))?;
            let seq = next.unwrap_or(unseen.max(to));
            to = seq.saturating_add(1);
            slice.touch(0);
            if seq <= upto && self.is_settled(seq, Settler::Sweep, slice)? {
                settled.push(seq);
            }
        }
        self.remove(&settled)?;
        sweep.at = to;
        Ok(to > upto && !sweep.begin_again())
    }

    /// Lets its consumers deliver that have something to do, and removes what they are then done with. Who they were; true if
    /// there is more to do at once.
    pub(crate) fn serve(
        &mut self,
        now: u64,
        events: &mut Vec<(AccountId, Advisory)>,
        net: &mut dyn Network,
    ) -> (Vec<Slot>, bool) {
        self.note_evictions();
        let own = std::mem::take(&mut self.advisories).into_iter();
        events.extend(own.map(|event| (self.account, event)));
        let stats = self.log.stats();
        self.mark = stats.visible;
        let served = self.consumers.begin(self.mark, stats.last_seq);
        let mut more = false;
        for slot in served.iter().copied() {
            let Some(consumer) = self.consumers.quietly(slot) else {
                continue;
            };
            let again = consumer.run(now, net);
            let advisories = consumer.take_advisories().into_iter();
            events.extend(advisories.map(|event| (self.account, event)));
            if again {
                self.consumers.stir(slot);
                more = true;
            }
        }
        self.settle_acked(&served);
        (served, more)
    }

    /// When time does something to it.
    pub(crate) fn poll_timeout(&self) -> Option<u64> {
        let consumers = self.consumers.poll_timeout().into_iter();
        consumers
            .chain(self.log.next_expiry())
            .chain(self.poll_inflows())
            .chain(self.poll_batches())
            .chain(self.poll_ids())
            .chain(self.poll_fast())
            .chain(self.poll_schedules())
            .chain(self.owed.poll_timeout())
            .min()
    }

    /// Time passed. Consumers that nobody needs any more are named.
    pub(crate) fn handle_timeout(&mut self, now: u64, net: &mut dyn Network) -> Vec<String> {
        self.expire(now, net);
        if !self.is_held {
            self.purge_owed(now);
        }
        self.abandon_late(now);
        self.forget_ids(now);
        self.forget_late(now);
        if !self.is_held {
            self.fire(now, net);
        }
        let mut abandoned = Vec::new();
        for slot in self.consumers.take_due(now) {
            if let Some(consumer) = self.consumers.quietly(slot) {
                consumer.handle_timeout(now, net);
                if consumer.is_abandoned(now) {
                    abandoned.push(consumer.name().to_owned());
                }
            }
        }
        abandoned
    }

    /// Whether there are messages that its consumers weren't shown: a commit will show them, or one did since.
    pub(crate) fn is_behind(&self) -> bool {
        self.mark < self.log.stats().last_seq
    }

    /// Whether the log shows more than its consumers were shown.
    pub(crate) fn is_outdated(&self) -> bool {
        self.mark < self.log.stats().visible
    }

    /// What tells it from an earlier one of its name.
    pub(crate) fn identity(&self) -> String {
        crate::identity::of_stream(&self.config.name, self.created)
    }

    /// The consumers that lists show and numbers count: direct ones are a server's own.
    pub(crate) fn listed_consumers(&self) -> impl Iterator<Item = &Consumer> {
        let all = self.consumers.values();
        all.filter(|consumer| !consumer.config.direct)
    }

    /// Whether it has push consumers.
    pub(crate) fn pushes(&self) -> bool {
        self.consumers.pushes()
    }

    /// Removes what these consumers are done with since the last time; their states may be written only after it. What the log
    /// doesn't take stays theirs, so that it is tried again and nothing is confirmed meanwhile.
    pub(crate) fn settle_acked(&mut self, of: &[Slot]) {
        if !self.settles() {
            return;
        }
        let mut taken: Vec<(Slot, Vec<u64>)> = Vec::new();
        for slot in of {
            if let Some(consumer) = self.consumers.quietly(*slot) {
                taken.push((*slot, consumer.take_acked()));
            }
        }
        let acked = taken.iter().flat_map(|(_, seqs)| seqs).copied();
        let refused = self.settle(acked, Settler::Consumer).err();
        if let Some(error) = refused.as_ref().filter(|_| !self.unsettled) {
            tracing::warn!(stream = self.log.name(), %error, "JetStream: acknowledged messages can't be removed, which is tried again");
        }
        self.unsettled = refused.is_some();
        for (slot, seqs) in taken.into_iter().filter(|_| refused.is_some()) {
            if let Some(consumer) = self.consumers.quietly(slot) {
                consumer.put_back_acked(seqs);
            }
        }
    }

    /// Tells consumers of messages that limits pushed out.
    fn note_evictions(&mut self) {
        let evicted = self.log.take_evictions();
        if !evicted.runs.is_empty() {
            self.lost(&evicted);
        }
    }

    /// Tells consumers of messages that are gone.
    pub(crate) fn lost(&mut self, evicted: &Evicted) {
        let first = self.log.stats().first_seq;
        self.consumers
            .stir_if(|consumer| consumer.evicted(evicted, first));
        if self.schedules.is_empty() {
            return;
        }
        evicted
            .sequences()
            .for_each(|seq| self.schedules.forget(seq));
        if evicted.incomplete {
            let mut whole = Slice::whole();
            self.schedules
                .sweep(&self.log, &Filter::all(), 0, &mut whole);
        }
    }
}
