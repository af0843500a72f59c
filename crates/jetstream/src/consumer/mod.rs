//! A consumer: a cursor over a stream, what is out and not acknowledged, and who asks for more.
//!
//! A pure machine: requests, acks and time go in ([`Consumer::pull`], [`Consumer::ack`], [`Consumer::handle_timeout`]), deliveries
//! come out of [`Consumer::run`], which does a bounded piece of work per call.
//!
//! # Invariants
//! - `floor.stream < ` every pending sequence `< next`.
//! - A pending sequence is either in `due` (its client has it) or in `redeliver` (it waits to go out again), never in both, and
//!   in none of them where acks follow flow control.
//!   `redeliver` may also hold sequences that aren't pending any more; they are skipped when their turn comes.
//! - Nothing beyond the log's visible sequence is delivered, so no crash can take back what a client saw.

mod ack;
mod archive;
mod chunkmap;
mod config;
mod deliver;
mod feed;
mod flow;
mod info;
mod lasts;
mod mend;
mod owed;
mod parts;
mod priority;
mod pull;
mod push;
mod records;
mod request;
mod rules;
mod save;

pub(crate) use ack::Place;
pub(crate) use archive::ArchivedState;
pub use config::{AckPolicy, ConsumerConfig, DeliverPolicy, ReplayPolicy};
pub(crate) use lasts::Lasts;
pub use priority::PriorityPolicy;

use crate::config::Retention;
use crate::draws::Draws;
use crate::headers::status;
use crate::stream::present;
use crate::tasks::Slice;
use crate::{AccountId, Message, Network};
use chunkmap::ChunkMap;
pub(crate) use feed::count_or_more;
use feed::most_from;
pub(crate) use flow::{LAST_CONSUMER, LAST_STREAM, STALLED};
use midge_streamlog::{Cursor, Error as LogError, Evicted, Filter, Filters, Stream as Log};
use priority::Pin;
use push::Push;
use records::Records;
use request::Request;
pub(crate) use save::{RECORDS_MAX, StateWrite, StoredState};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::sync::Arc;

/// A consumer sequence with the stream sequence beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) consumer: u64,
    pub(crate) stream: u64,
}

/// See the head of this file.
pub(crate) struct Consumer {
    pub(crate) config: ConsumerConfig,
    pub(crate) created: u64,
    account: AccountId,
    stream: Box<str>,
    log: Log,
    filters: Arc<Filters>,
    /// What was found out about where its messages are; made when it is first asked.
    cursor: RefCell<Option<Box<Cursor>>>,
    /// The next stream sequence that wasn't looked at.
    next: u64,
    /// The consumer sequence of the next delivery.
    dseq: u64,
    floor: Pair,
    /// Where a reset asked it to begin, which may be beyond the log's end; 0: nowhere.
    reset_to: u64,
    /// Whether it is done with a message below this sequence isn't known; 0: all is known.
    known_from: u64,
    records: Records,
    /// When messages that are out count as lost, and which.
    due: ChunkMap<(u64, u64), ()>,
    redeliver: VecDeque<u64>,
    requests: VecDeque<Request>,
    /// What its stream does with messages that it is done with.
    retention: Retention,
    /// Stream sequences that it is done with since the stream asked.
    acked: Vec<u64>,
    /// Who waits for acks to be on the disk.
    replies: Vec<Box<[u8]>>,
    changed: bool,
    saved: u64,
    /// The last sign of a client.
    active: u64,
    delivered_at: Option<NonZeroU64>,
    acked_at: Option<NonZeroU64>,
    /// When it may go on, if the clock holds it back.
    wake_at: Option<u64>,
    /// Why its messages can't be read now, if so.
    unreadable: Option<Box<str>>,
    /// Messages that were gone when they would have gone out in this turn.
    skips: usize,
    /// When a pause ends; the configuration goes on showing it.
    resumes_at: Option<u64>,
    /// With original replay: when the last message went out, and the time it bears.
    replayed: Option<Box<(u64, u64)>>,
    push: Push,
    /// The client that is served alone.
    pin: Option<Box<Pin>>,
    draws: Draws,
    /// `$JS.ACK.STREAM.CONSUMER.`
    ack_head: Box<[u8]>,
    advisories: Vec<Advisory>,
}

/// The subject and the body of an event, without the fields that all have.
pub(crate) type Advisory = (String, serde_json::Value);

impl Consumer {
    /// A new consumer, placed by its policy; at these last messages of subjects, if that is its policy and they were found before.
    ///
    /// # Errors
    /// When the log can't say where that is now.
    pub(crate) fn new(
        account: AccountId,
        stream: &str,
        log: &Log,
        config: ConsumerConfig,
        lasts: Option<Lasts>,
        now: u64,
    ) -> Result<Self, LogError> {
        let mut consumer = Self::empty(account, stream, log, config, now);
        match lasts.filter(|_| consumer.config.deliver_policy == DeliverPolicy::LastPerSubject) {
            Some(lasts) => consumer.place_at(lasts),
            None => consumer.place()?,
        }
        Ok(consumer)
    }

    fn empty(
        account: AccountId,
        stream: &str,
        log: &Log,
        config: ConsumerConfig,
        now: u64,
    ) -> Self {
        let name = &config.name;
        Self {
            ack_head: format!("$JS.ACK.{stream}.{name}.").into_bytes().into(),
            filters: Arc::new(config.as_filters()),
            cursor: RefCell::default(),
            account,
            stream: stream.into(),
            log: log.clone(),
            resumes_at: config.pause_until.map(|until| until.0),
            config,
            created: now,
            next: 1,
            dseq: 1,
            floor: Pair::default(),
            reset_to: 0,
            known_from: 0,
            records: Records::default(),
            due: ChunkMap::default(),
            redeliver: VecDeque::new(),
            requests: VecDeque::new(),
            retention: Retention::Limits,
            acked: Vec::new(),
            replies: Vec::new(),
            changed: true,
            saved: 0,
            active: now,
            delivered_at: None,
            acked_at: None,
            wake_at: None,
            unreadable: None,
            skips: 0,
            replayed: None,
            push: Push::default(),
            pin: None,
            draws: Draws(now),
            advisories: Vec::new(),
        }
    }

    /// Finds where it begins.
    fn place(&mut self) -> Result<(), LogError> {
        let stats = self.log.stats();
        let end = stats.last_seq + 1;
        self.next = match self.config.deliver_policy {
            DeliverPolicy::All => stats.first_seq,
            DeliverPolicy::New => end,
            DeliverPolicy::Last => self.last_match()?.unwrap_or(end),
            DeliverPolicy::ByStartSequence => self.config.opt_start_seq.max(stats.first_seq),
            DeliverPolicy::ByStartTime => {
                let time = self.config.opt_start_time.unwrap_or_default().0;
                let mut found = self.log.seq_at(time)?;
                for seq in stats.visible + 1..end {
                    if found.is_some() {
                        break;
                    }
                    let message = present(self.log.peek(seq))?;
                    found = message.filter(|it| it.time >= time).map(|it| it.seq);
                }
                found.unwrap_or(end)
            }
            DeliverPolicy::LastPerSubject => {
                let mut lasts = Lasts::begin(&self.log, self.filters.clone());
                while !lasts.go_on(&mut Slice::whole())? {}
                self.place_at(lasts);
                return Ok(());
            }
        };
        self.floor.stream = self.next.saturating_sub(1);
        Ok(())
    }

    /// It begins with these last messages of subjects.
    fn place_at(&mut self, lasts: Lasts) {
        let (found, upto) = lasts.finish();
        (self.records, self.next) = (found, upto + 1);
        let first = self.records.initial().first().map(|(seq, ())| seq);
        self.floor.stream = first.unwrap_or(self.next).saturating_sub(1);
    }

    /// The last message that matches, on the disk or on its way there.
    fn last_match(&self) -> Result<Option<u64>, LogError> {
        if self.filters.is_all() {
            let last = self.log.last_written(&Filter::all())?;
            return Ok((last > 0).then_some(last));
        }
        let mut last = 0;
        for filter in self.filters.iter() {
            last = last.max(self.log.last_written(filter)?);
        }
        Ok((last > 0).then_some(last))
    }

    pub(crate) fn name(&self) -> &str {
        &self.config.name
    }

    /// Whether all that it wants is part of `filter`.
    pub(crate) fn wants_only(&self, filter: &Filter) -> bool {
        let part = |own: &Filter| midge_subject::is_subset(own.as_bytes(), filter.as_bytes());
        filter.is_all() || (!self.filters.is_all() && self.filters.iter().all(part))
    }

    /// Whether it had this message, and will never deliver it again.
    pub(crate) fn is_done_with(&self, seq: u64) -> bool {
        (self.known_from..self.next).contains(&seq)
            && !self.records.pending().contains(seq)
            && !self.records.spent().contains(&seq)
            && !self.records.initial().contains(seq)
    }

    /// The last sequence that it may be done with.
    pub(crate) fn reach(&self) -> u64 {
        self.next.saturating_sub(1)
    }

    /// The first sequence that it may still want.
    pub(crate) fn held_from(&self) -> u64 {
        let firsts = [
            self.records.first_pending().map(|(seq, _)| seq),
            self.records.spent().first().copied(),
            self.records.initial().first().map(|(seq, ())| seq),
            self.acked.iter().copied().min(),
            (self.known_from > 0).then_some(1),
        ];
        firsts.into_iter().flatten().fold(self.next, u64::min)
    }

    /// Takes a configuration that was checked as an update. Its stream's list of consumers does this, because it knows their filters.
    pub(crate) fn update(&mut self, config: ConsumerConfig) {
        self.known_from = self.known_from_with(&config);
        self.filters = Arc::new(config.as_filters());
        *self.cursor.get_mut() = None;
        if config.deliver_subject != self.config.deliver_subject {
            self.push = Push::default();
            self.send_all_again();
        }
        if config.priority_policy != PriorityPolicy::PinnedClient
            || config.priority_groups != self.config.priority_groups
        {
            self.pin = None;
        }
        self.resumes_at = config.pause_until.map(|until| until.0);
        self.config = config;
        self.changed = true;
    }

    /// From where on it is known which messages it had, after an update to `config`: what new filters add below `next` passed it by. A work
    /// queue keeps that for somebody else; in an interest stream nobody waits for it.
    fn known_from_with(&self, config: &ConsumerConfig) -> u64 {
        let (old, new) = (&self.filters, config.as_filters());
        let within = |new: &Filter| {
            let part = |old: &Filter| midge_subject::is_subset(new.as_bytes(), old.as_bytes());
            old.iter().any(part)
        };
        let narrows = old.is_all() || (!new.is_all() && new.iter().all(within));
        match self.retention {
            Retention::WorkQueue if !narrows => self.next,
            _ => self.known_from,
        }
    }

    /// Its stream removes what its consumers are done with, or doesn't.
    pub(crate) fn with_retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// The same for a consumer that is there: its stream's retention changed. Where nothing is removed, nobody asks what it is done with.
    pub(crate) fn set_retention(&mut self, retention: Retention) {
        self.retention = retention;
        if !self.settles() {
            self.acked.clear();
        }
    }

    /// The stream must hear what it is done with.
    fn settles(&self) -> bool {
        self.retention != Retention::Limits
    }

    /// Whose acks wait to be confirmed, when the stream removed what they are about; nobody otherwise.
    pub(crate) fn into_confirmed(self) -> Vec<Box<[u8]>> {
        match self.acked.is_empty() {
            true => self.replies,
            false => Vec::new(),
        }
    }

    /// Messages that match and weren't delivered yet.
    pub(crate) fn num_pending(&self) -> u64 {
        // Without filters it has nothing to remember, and most consumers rest.
        let keeps = !self.filters.is_all() || self.cursor.borrow().is_some();
        let mut cursor = self.take_cursor();
        cursor.seek(self.next);
        let count = cursor.count();
        if keeps {
            self.keep_cursor(cursor);
        }
        self.records.initial().len() as u64
            + count.unwrap_or_else(|_| most_from(&self.log, self.next))
    }

    fn take_cursor(&self) -> Box<Cursor> {
        let known = self.cursor.borrow_mut().take();
        known.unwrap_or_else(|| self.log.cursor(self.filters.clone(), self.next).into())
    }

    fn keep_cursor(&self, cursor: Box<Cursor>) {
        *self.cursor.borrow_mut() = Some(cursor);
    }

    /// When time does something to it.
    pub(crate) fn poll_timeout(&self) -> Option<u64> {
        let request = self.requests.iter().filter_map(Request::due).min();
        let lost = self.due.first().map(|((due, _), ())| due);
        let pause = self
            .resumes_at
            .filter(|_| !self.requests.is_empty() || !self.config.is_pull());
        let save = self.changed.then(|| self.save_at());
        [
            request,
            lost,
            self.push.heartbeat,
            self.inactive_at(),
            self.wake_at,
            self.pin.as_ref().map(|pin| pin.until),
            pause,
            save,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When to look whether it has been without a client for too long.
    fn inactive_at(&self) -> Option<u64> {
        let threshold = u64::try_from(self.config.inactive_threshold).ok()?;
        (threshold > 0 && !self.push.bound).then(|| self.active.saturating_add(threshold))
    }

    /// It counts as used now: whoever couldn't remove it asks again later.
    pub(crate) fn keep_active(&mut self, now: u64) {
        self.active = now;
    }

    /// Whether it may be removed for want of a client.
    pub(crate) fn is_abandoned(&self, now: u64) -> bool {
        self.inactive_at().is_some_and(|at| at <= now)
    }

    /// Time passed: what wasn't acknowledged goes out again, requests end, heartbeats are sent.
    pub(crate) fn handle_timeout(&mut self, now: u64, net: &mut dyn Network) {
        if self.resumes_at.is_some_and(|at| at <= now) {
            self.resumes_at = None;
        }
        while let Some(((due, seq), ())) = self.due.first() {
            if due > now {
                break;
            }
            self.due.remove((due, seq));
            self.queue_again(seq);
        }
        if self
            .requests
            .iter()
            .any(|request| request.due().is_some_and(|due| due <= now))
        {
            self.drop_dead(now, net);
            self.beat_requests(now, net);
            self.active = self.active.max(now);
        }
        self.end_pin(now);
        if !self.config.is_pull() {
            self.look_for_interest(now, net);
            self.beat(now, net);
        } else if self.is_abandoned(now) {
            // Whoever waits is there.
            self.drop_dead(now, net);
            if !self.requests.is_empty() {
                self.active = now;
            }
        }
    }

    /// All that is out goes out again: it went to a place where nobody is any more.
    fn send_all_again(&mut self) {
        self.due = ChunkMap::default();
        self.redeliver.clear();
        let out: Vec<u64> = self.records.pending().keys().collect();
        for seq in out {
            self.queue_again(seq);
        }
    }

    /// A message that was out must go out again, if it may.
    fn queue_again(&mut self, seq: u64) {
        let Some(pending) = self.records.pending().get(seq) else {
            return;
        };
        let is_spent = self.is_spent(pending.count);
        if let Some(due) = self.records.due_mut(seq) {
            *due = None;
        }
        if is_spent {
            self.give_up(seq);
        } else {
            self.redeliver.push_back(seq);
        }
    }

    pub(crate) fn send_status(&self, to: &[u8], block: &[u8], net: &mut dyn Network) {
        net.publish(
            self.account,
            &Message {
                subject: to,
                headers: block,
                ..Message::default()
            },
        );
    }

    /// Messages below `first` are gone, and perhaps others.
    pub(crate) fn removed(&mut self, first: u64) {
        self.begins_at(first);
        self.forget_gone(first, &mut Slice::whole());
    }

    /// Forgets what it remembers of messages below `first`: they are gone, or not for it.
    pub(crate) fn begins_at(&mut self, first: u64) {
        let pending = self.records.pending().range(..first);
        let lost = pending.map(|(seq, _)| seq).collect();
        self.lose(first, lost);
    }

    /// Forgets what it remembers from `from` on of messages that are gone, until the slice is spent: from where to go on.
    pub(crate) fn forget_gone(&mut self, mut from: u64, slice: &mut Slice) -> Option<u64> {
        loop {
            let seq = self.records.next_from(from)?;
            if slice.is_spent() {
                return Some(seq);
            }
            slice.touch(0);
            if matches!(self.log.peek(seq), Ok(None)) {
                self.forget_message(seq);
            }
            from = seq + 1;
        }
    }

    /// Forgets what it remembers of a message that is gone.
    pub(crate) fn forget_message(&mut self, seq: u64) {
        self.records.remove_spent(seq);
        self.changed |= self.records.remove_initial(seq);
        self.forget(seq);
    }

    /// The stream's limits took these messages; `first` is the first one left. True if some of them were out, which makes room.
    pub(crate) fn evicted(&mut self, evicted: &Evicted, first: u64) -> bool {
        if evicted.incomplete {
            self.removed(first);
            return true;
        }
        let mut lost = Vec::new();
        if self.records.is_empty() {
            self.lose(first, lost);
            return false;
        }
        for &(begin, count) in &evicted.runs {
            let run = begin..begin + count;
            self.pass_over(run.clone());
            let pending = self.records.pending().range(run.clone());
            lost.extend(pending.map(|(seq, _)| seq));
            self.records.remove_spent_within(run);
        }
        let any = !lost.is_empty();
        self.lose(first, lost);
        any
    }

    /// These last messages of subjects are gone before they were delivered.
    fn pass_over(&mut self, run: std::ops::Range<u64>) {
        self.changed |= self.records.remove_initial_within(run);
    }

    fn lose(&mut self, first: u64, lost: Vec<u64>) {
        self.changed |= !lost.is_empty() || self.next < first;
        self.next = self.next.max(first);
        self.pass_over(0..first);
        self.records.remove_spent_within(..first);
        for seq in lost {
            self.forget(seq);
        }
        self.floor.stream = self.floor.stream.max(first.saturating_sub(1));
    }

    /// Takes back what it remembers of sequences from `end` on, where the log ends: the next messages get them. A beginning that a
    /// client asked for stays, wherever it is.
    fn end_at(&mut self, end: u64) {
        let asked = match self.config.deliver_policy {
            DeliverPolicy::ByStartSequence => self.config.opt_start_seq,
            _ => 0,
        };
        let end = end.max(asked).max(self.reset_to);
        self.changed |= self.next > end;
        self.next = self.next.min(end);
        self.known_from = self.known_from.min(end);
        while let Some((seq, _)) = self
            .records
            .pending()
            .last()
            .filter(|last| last.0 >= self.next)
        {
            self.changed = true;
            let due = self.records.remove_pending(seq).and_then(|it| it.due);
            due.map(|due| self.due.remove((due, seq)));
        }
        self.changed |= self.records.remove_spent_within(self.next..);
        self.changed |= self.records.remove_initial_within(end..);
        let first = self.records.first_pending();
        let lowest = first.map_or((self.dseq, self.next), |(seq, it)| (it.dseq, seq));
        self.floor.consumer = self.floor.consumer.min(lowest.0.saturating_sub(1));
        self.floor.stream = self.floor.stream.min(lowest.1.saturating_sub(1));
    }

    /// The consumer ends: whoever waits is told why.
    pub(crate) fn end(&mut self, code: u16, text: &str, net: &mut dyn Network) {
        for request in std::mem::take(&mut self.requests) {
            self.send_status(&request.reply, &status(code, text), net);
        }
    }

    /// The server ends: whoever waits is told what didn't come.
    pub(crate) fn shut_down(&mut self, net: &mut dyn Network) {
        for request in std::mem::take(&mut self.requests) {
            let block = request.ending(409, "Server Shutdown");
            self.send_status(&request.reply, &block, net);
        }
    }

    /// Begins anew at `seq`, or after the floor.
    pub(crate) fn reset(&mut self, seq: Option<u64>, now: u64) -> u64 {
        let at = seq.unwrap_or(self.floor.stream + 1);
        if seq.is_none() && self.config.deliver_policy == DeliverPolicy::LastPerSubject {
            // What lies between the last ones of each subject was never for it.
            let out = self.records.pending().keys();
            let initial: Vec<u64> = out.chain(self.records.initial().keys()).collect();
            self.records.begin_anew(initial);
        } else {
            self.records.begin_anew([]);
            self.next = at;
        }
        self.reset_to = seq.unwrap_or(0);
        if seq.is_some() && self.retention == Retention::WorkQueue {
            // Some of what it skips may have been out.
            self.known_from = at;
        }
        self.due = ChunkMap::default();
        self.redeliver.clear();
        self.replayed = None;
        self.dseq = 1;
        self.floor = Pair {
            consumer: 0,
            stream: at - 1,
        };
        (self.delivered_at, self.acked_at) = (None, None);
        self.active = now;
        self.changed = true;
        at
    }

    /// Whether it may begin anew at `seq`: not before the place where it began, and not where that was
    /// the end of the stream.
    pub(crate) fn check_reset(&self, seq: u64) -> Result<(), &'static str> {
        match self.config.deliver_policy {
            DeliverPolicy::All => Ok(()),
            DeliverPolicy::ByStartSequence if seq >= self.config.opt_start_seq => Ok(()),
            DeliverPolicy::ByStartSequence => Err("below start seq"),
            DeliverPolicy::ByStartTime => {
                let start = self.config.opt_start_time.unwrap_or_default().0;
                let message = present(self.log.peek(seq)).map_err(|_| "not readable now")?;
                match message.is_some_and(|message| message.time < start) {
                    true => Err("below start time"),
                    false => Ok(()),
                }
            }
            _ => Err("not allowed"),
        }
    }

    /// Stops deliveries until a time; `None`: they go on.
    pub(crate) fn pause(&mut self, until: Option<crate::time::Time>) {
        self.config = self.config.paused(until);
        self.resumes_at = until.map(|until| until.0);
        self.changed = true;
    }

    pub(crate) fn is_paused(&self, now: u64) -> bool {
        self.config.pause_until.is_some_and(|until| until.0 > now)
    }

    /// Events for whoever watches.
    pub(crate) fn take_advisories(&mut self) -> Vec<Advisory> {
        std::mem::take(&mut self.advisories)
    }

    /// Sequences that it is done with since the last call.
    pub(crate) fn take_acked(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.acked)
    }

    /// The stream couldn't remove these: it is to ask again.
    pub(crate) fn put_back_acked(&mut self, seqs: Vec<u64>) {
        self.acked = seqs;
        self.changed = true;
    }
}
