//! Scheduled messages: the last message of a subject may say when another one is to be published, and where.
//!
//! What is due when stands beside the log, a small state for each schedule, written before the message itself: a schedule whose
//! message is durable is known after any crash, and one whose message isn't there is dropped when it is found.

use super::draft::{Draft, Rollup};
use super::keeper::Keeper;
use super::{Stream, present, store_error};
use crate::config::Storage;
use crate::error::{
    MESSAGE_SCHEDULES_DISABLED, MESSAGE_SCHEDULES_INVALID_PATTERN,
    MESSAGE_SCHEDULES_INVALID_ROLLUP, MESSAGE_SCHEDULES_INVALID_SCHEDULER,
    MESSAGE_SCHEDULES_INVALID_SOURCE, MESSAGE_SCHEDULES_INVALID_TARGET,
    MESSAGE_SCHEDULES_INVALID_TTL, MESSAGE_SCHEDULES_INVALID_ZONE, MESSAGE_TTL_DISABLED,
};
use crate::headers::{self, Block, Wishes};
use crate::keys::Kind;
use crate::schedule::{Due, Fault, Schedule};
use crate::tasks::Slice;
use crate::{ApiError, Message, Network, Origin};
use midge_streamlog::{Filter, Message as Stored, Store, Stream as Log};
use midge_subject::Subject;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How long a message waits that can't be published when it is due.
const RETRY: u64 = 1_000_000_000;
const PURGE: &[u8] = b"purge";

/// A stream's schedules.
///
/// **Invariant:** `queue` has the time and sequence of each entry of `by_seq`, and `by_subject` its sequence.
#[derive(Default)]
pub(crate) struct Schedules {
    by_subject: BTreeMap<Box<[u8]>, u64>,
    by_seq: BTreeMap<u64, Entry>,
    queue: BTreeSet<(u64, u64)>,
    keeper: Option<Box<Keeper>>,
    /// When a log that could not be read is searched for schedules again.
    search_at: Option<u64>,
}

struct Entry {
    subject: Box<[u8]>,
    due: u64,
}

/// What is kept of a schedule.
fn encode(due: u64, subject: &[u8]) -> Vec<u8> {
    [&due.to_le_bytes(), subject].concat()
}

fn decode(value: &[u8]) -> Option<(u64, &[u8])> {
    let (due, subject) = value.split_first_chunk()?;
    Some((u64::from_le_bytes(*due), subject))
}

impl Schedules {
    fn insert(&mut self, seq: u64, due: u64, subject: &[u8]) {
        self.forget_subject(subject);
        self.by_subject.insert(subject.into(), seq);
        let subject = subject.into();
        self.by_seq.insert(seq, Entry { subject, due });
        self.queue.insert((due, seq));
    }

    /// The message is gone, or isn't the last of its subject any more.
    pub(super) fn forget(&mut self, seq: u64) {
        let Some(entry) = self.by_seq.remove(&seq) else {
            return;
        };
        self.queue.remove(&(entry.due, seq));
        self.by_subject.remove(&entry.subject);
        if let Some(keeper) = &self.keeper {
            keeper.forget(seq);
        }
    }

    fn forget_subject(&mut self, subject: &[u8]) {
        if let Some(seq) = self.by_subject.get(subject).copied() {
            self.forget(seq);
        }
    }

    fn postpone(&mut self, seq: u64, due: u64) {
        if let Some(entry) = self.by_seq.get_mut(&seq) {
            self.queue.remove(&(entry.due, seq));
            entry.due = due;
            self.queue.insert((due, seq));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_seq.is_empty()
    }

    /// Forgets of those from `from` on the ones whose message isn't the last of its subject any more, until the slice is spent: from where to
    /// go on.
    pub(super) fn sweep(
        &mut self,
        log: &Log,
        filter: &Filter,
        from: u64,
        slice: &mut Slice,
    ) -> Option<u64> {
        let literal = filter.as_literal().map(|it| self.by_subject.get(it));
        let range = match literal {
            None => from..u64::MAX,
            Some(seq) => seq.map_or(0..0, |seq| *seq..seq + 1),
        };
        let (mut gone, mut next) = (Vec::new(), None);
        for (seq, entry) in self.by_seq.range(range) {
            if slice.is_spent() {
                next = Some(*seq);
                break;
            }
            slice.touch(0);
            // What can't be looked up now is looked up when it is due.
            let is_gone = || log.total(&entry.subject).is_ok_and(|it| it.last != *seq);
            if filter.matches(&entry.subject) && is_gone() {
                gone.push(*seq);
            }
        }
        gone.into_iter().for_each(|seq| self.forget(seq));
        next
    }
}

/// What a message does with schedules when it is stored.
pub(crate) enum Plan {
    /// It is one itself, and due then.
    Due(u64),
    /// It ends the one on this subject.
    Ends(Box<[u8]>),
}

impl Stream {
    /// Learns what is due, and keeps it from now on.
    pub(crate) fn keep_schedules(&mut self, store: &Store, account: &str) {
        let kept = self.schedules.keeper.is_some() || self.config.storage == Storage::Memory;
        if kept || !self.config.allow_msg_schedules {
            return;
        }
        let stream = (self.config.name.as_str(), self.created);
        let keeper = Keeper::new((store, Kind::Schedule), account, stream);
        let found = keeper.load(self.log.stats().last_seq);
        self.schedules.keeper = Some(keeper.into());
        for (seq, value) in &found {
            if let Some((due, subject)) = decode(value) {
                self.schedules.insert(*seq, due, subject);
            }
        }
    }

    /// Looks for schedules in a log that was written elsewhere.
    pub(crate) fn find_schedules(&mut self, now: u64) {
        if !self.config.allow_msg_schedules {
            return;
        }
        self.schedules.search_at = None;
        if let Err(error) = self.search_schedules(now) {
            tracing::warn!(stream = self.log.name(), %error, "JetStream: schedules can't be looked for, which is tried again");
            self.schedules.search_at = Some(now + RETRY);
        }
    }

    fn search_schedules(&mut self, now: u64) -> midge_streamlog::Result<()> {
        let mut lasts = Vec::new();
        self.log
            .each_subject(&Filter::all(), |_, total| lasts.push(total.last))?;
        for seq in lasts {
            let Some(message) = present(self.log.peek(seq))? else {
                continue;
            };
            let wishes = Wishes::read(&message.headers);
            let pattern = wishes.schedule.filter(|it| !it.is_empty());
            let due = pattern
                .and_then(|it| Schedule::parse(it, wishes.schedule_zone).ok())
                .and_then(|it| it.next(message.time, now));
            let Some(due) = due else {
                continue;
            };
            self.schedules
                .insert(message.seq, due.time, &message.subject);
            if let Some(keeper) = &self.schedules.keeper
                && let Err(error) = keeper.keep(message.seq, &encode(due.time, &message.subject))
            {
                tracing::warn!(stream = self.log.name(), seq = message.seq, %error, "JetStream: a schedule can't be kept for the next start");
            }
        }
        Ok(())
    }

    /// What a message asks of schedules, and whether it may; a schedule replaces what is on its subject.
    pub(super) fn check_schedule(&self, draft: &mut Draft<'_>, now: u64) -> Result<(), ApiError> {
        let wishes = draft.wishes;
        let Some(pattern) = wishes.schedule.filter(|it| !it.is_empty()) else {
            return self.check_scheduler(draft);
        };
        if !self.config.allow_msg_schedules {
            return Err(MESSAGE_SCHEDULES_DISABLED);
        }
        let due = Schedule::parse(pattern, wishes.schedule_zone)
            .map_err(|fault| match fault {
                Fault::Pattern => MESSAGE_SCHEDULES_INVALID_PATTERN,
                Fault::Zone => MESSAGE_SCHEDULES_INVALID_ZONE,
            })?
            .first(now)
            .ok_or(MESSAGE_SCHEDULES_INVALID_PATTERN)?;
        self.check_schedule_fields(&draft.subject, &wishes)?;
        if wishes.rollup.is_none_or(<[u8]>::is_empty) {
            let headers = headers::edit(&draft.headers, is_rollup, Some((ROLLUP, "sub")));
            draft.headers = Cow::Owned(headers.into_owned());
        }
        draft.rollup = Some(Rollup::Subject);
        draft.plan = Some(Plan::Due(due.time));
        Ok(())
    }

    fn check_schedule_fields(&self, own: &[u8], wishes: &Wishes<'_>) -> Result<(), ApiError> {
        let given = |value: Option<&'_ [u8]>| value.filter(|it| !it.is_empty()).map(<[u8]>::to_vec);
        if let Some(ttl) = given(wishes.schedule_ttl) {
            headers::ttl(&ttl).map_err(|_| MESSAGE_SCHEDULES_INVALID_TTL)?;
            if !self.config.allow_msg_ttl {
                return Err(MESSAGE_TTL_DISABLED);
            }
        }
        let target = given(wishes.schedule_target).unwrap_or_default();
        if target == own || !self.stores(&target) {
            return Err(MESSAGE_SCHEDULES_INVALID_TARGET);
        }
        if let Some(source) = given(wishes.schedule_source)
            && (source == own || source == target || !self.stores(&source))
        {
            return Err(MESSAGE_SCHEDULES_INVALID_SOURCE);
        }
        for rollup in [given(wishes.schedule_rollup), given(wishes.rollup)] {
            if rollup.is_some_and(|rollup| rollup != b"sub") {
                return Err(MESSAGE_SCHEDULES_INVALID_ROLLUP);
            }
        }
        Ok(())
    }

    /// A schedule publishes on behalf of the client that sent it, and ends what that client might have sent; for what the server sends there
    /// is nobody on whose behalf. Asked when the message comes, also if it waits for others.
    pub(super) fn check_schedule_rights(
        &self,
        origin: Origin<'_>,
        wishes: &Wishes<'_>,
    ) -> Result<(), ApiError> {
        let names = [
            wishes.schedule,
            wishes.scheduler,
            wishes.schedule_source,
            wishes.schedule_target,
        ];
        let [plan, scheduler, source, target] = names.map(|name| name.filter(|it| !it.is_empty()));
        let asks = plan.is_some() || scheduler.is_some();
        if !asks || !self.config.allow_msg_schedules {
            return Ok(());
        }
        let client = origin.client();
        let may_send = |to: &&[u8]| client.is_some_and(|client| client.may_publish(to));
        let may_read = |from: &&[u8]| client.is_some_and(|client| client.may_read(from));
        if scheduler.is_some_and(|it| !may_send(&it)) {
            return Err(MESSAGE_SCHEDULES_INVALID_SCHEDULER);
        }
        if plan.is_some() && !target.is_some_and(|it| may_send(&it)) {
            return Err(MESSAGE_SCHEDULES_INVALID_TARGET);
        }
        if plan.is_some() && source.is_some_and(|it| !may_read(&it)) {
            return Err(MESSAGE_SCHEDULES_INVALID_SOURCE);
        }
        Ok(())
    }

    /// A message that says it comes from a schedule may end that one, and no more.
    fn check_scheduler(&self, draft: &mut Draft<'_>) -> Result<(), ApiError> {
        let wishes = &draft.wishes;
        let asks = wishes.scheduler.is_some() || wishes.schedule_next.is_some();
        if !asks || !self.config.allow_msg_schedules {
            return Ok(());
        }
        let scheduler = wishes.scheduler.unwrap_or_default();
        let valid = wishes.schedule_next == Some(PURGE)
            && scheduler != &*draft.subject
            && is_literal(scheduler);
        if !valid {
            return Err(MESSAGE_SCHEDULES_INVALID_SCHEDULER);
        }
        draft.plan = Some(Plan::Ends(scheduler.into()));
        Ok(())
    }

    /// Whether the subject is one that this stream listens to.
    fn stores(&self, subject: &[u8]) -> bool {
        let listens = |filter: &String| midge_subject::matches(filter.as_bytes(), subject);
        is_literal(subject) && self.config.subjects.iter().any(listens)
    }

    /// Keeps what is due before its message is written, so that it is durable no later.
    pub(super) fn announce(&self, draft: &Draft<'_>, seq: u64) -> Result<(), ApiError> {
        match (&draft.plan, &self.schedules.keeper) {
            (Some(Plan::Due(due)), Some(keeper)) => keeper
                .keep(seq, &encode(*due, &draft.subject))
                .map_err(|error| store_error(&error)),
            _ => Ok(()),
        }
    }

    /// The message that was announced didn't come.
    pub(super) fn retract(&self, draft: &Draft<'_>, seq: u64) {
        if let (Some(Plan::Due(_)), Some(keeper)) = (&draft.plan, &self.schedules.keeper) {
            keeper.forget(seq);
        }
    }

    /// A message was stored: it is a schedule, ends one, or stands where one was.
    pub(super) fn reschedule(&mut self, draft: &Draft<'_>, seq: u64, now: u64) {
        match &draft.plan {
            Some(Plan::Due(due)) => self.schedules.insert(seq, *due, &draft.subject),
            _ if self.schedules.is_empty() => {}
            _ => self.schedules.forget_subject(&draft.subject),
        }
        if let Some(Plan::Ends(scheduler)) = &draft.plan {
            self.purge_below(Some(scheduler), seq, now);
        }
    }

    /// When the next message is due; never in a sealed stream.
    pub(crate) fn poll_schedules(&self) -> Option<u64> {
        let mut due = self.schedules.queue.iter().filter(|_| !self.config.sealed);
        let due = due.next().map(|(due, _)| *due);
        due.into_iter().chain(self.schedules.search_at).min()
    }

    /// Publishes what is due.
    pub(crate) fn fire(&mut self, now: u64, net: &mut dyn Network) {
        if self.schedules.search_at.is_some_and(|at| at <= now) {
            self.find_schedules(now);
        }
        while self.poll_schedules().is_some_and(|due| due <= now)
            && let Some((due, seq)) = self.schedules.queue.first().copied()
        {
            let message = match self.last_of_its_subject(seq) {
                Ok(message) => message,
                Err(_) => {
                    self.schedules.postpone(seq, now + RETRY);
                    continue;
                }
            };
            match message.as_ref().and_then(|it| Planned::read(it, due, now)) {
                Some(planned) => self.fire_one(&planned, seq, now, net),
                None => self.schedules.forget(seq),
            }
        }
    }

    /// The message, unless another one stands on its subject.
    fn last_of_its_subject(&self, seq: u64) -> midge_streamlog::Result<Option<Stored>> {
        let Some(message) = present(self.log.peek(seq))? else {
            return Ok(None);
        };
        let last = self.log.total(&message.subject)?.last;
        Ok((last == seq).then_some(message))
    }

    fn fire_one(&mut self, planned: &Planned<'_>, seq: u64, now: u64, net: &mut dyn Network) {
        let source = planned.source.map_or(Ok(None), |source| {
            present(self.log.peek(self.log.total(source)?.last))
        });
        let Ok(source) = source else {
            return self.schedules.postpone(seq, now + RETRY);
        };
        let content = source.as_ref().unwrap_or(planned.message);
        let block = planned.headers(&content.headers);
        let message = Message {
            subject: planned.target,
            headers: &block,
            payload: &content.payload,
            ..Message::default()
        };
        let fired = self.publish_planned(planned, &message, now, net);
        if let Err(error) = &fired {
            let subject = &*String::from_utf8_lossy(&planned.message.subject);
            tracing::warn!(stream = self.log.name(), seq, subject, %error, "JetStream: a scheduled message can't be published, which is tried again");
        }
        match &planned.next {
            // Once more, unless it is gone: the purge that belongs to it took it.
            None => self.schedules.postpone(seq, now + RETRY),
            Some(next) => {
                self.schedules.postpone(seq, next.time);
                if let Some(keeper) = &self.schedules.keeper {
                    let value = encode(next.time, &planned.message.subject);
                    let kept = keeper.keep(seq, &value);
                    if let Err(error) = kept {
                        tracing::warn!(stream = self.log.name(), seq, %error, "JetStream: when a schedule is due next can't be kept for the next start");
                    }
                }
            }
        }
    }

    /// The message passes the checks of any other; what ends its schedule is known here.
    fn publish_planned(
        &mut self,
        planned: &Planned<'_>,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) -> Result<(), ApiError> {
        self.check_size(message)?;
        let mut draft = self.draft(message, now);
        (draft.wishes.scheduler, draft.wishes.schedule_next) = (None, None);
        self.check(&mut draft, None, now)?;
        let _ = self.store(&draft, now, net)?;
        if planned.next.is_none() {
            let message = planned.message;
            let _ = self.purge(&Filter::literal(&message.subject), message.seq + 1, 0)?;
        }
        Ok(())
    }
}

/// What a schedule's message says when it is due.
struct Planned<'a> {
    message: &'a Stored,
    target: &'a [u8],
    source: Option<&'a [u8]>,
    ttl: Option<&'a [u8]>,
    rollup: Option<&'a [u8]>,
    /// `None`: it was for once.
    next: Option<Due>,
}

impl<'a> Planned<'a> {
    fn read(message: &'a Stored, due: u64, now: u64) -> Option<Self> {
        let wishes = Wishes::read(&message.headers);
        let schedule = Schedule::parse(wishes.schedule?, wishes.schedule_zone).ok()?;
        let next = match schedule.repeats() {
            true => Some(schedule.next(due, now)?),
            false => None,
        };
        let given = |value: Option<&'a [u8]>| value.filter(|it| !it.is_empty());
        Some(Self {
            message,
            target: given(wishes.schedule_target)?,
            source: given(wishes.schedule_source),
            ttl: given(wishes.schedule_ttl),
            rollup: given(wishes.schedule_rollup),
            next,
        })
    }

    /// The content's headers without what was meant for the schedule, and where the message comes from.
    fn headers(&self, content: &[u8]) -> Vec<u8> {
        let block = Block::without(content, is_own).with("Nats-Scheduler", &self.message.subject);
        let next = self
            .next
            .as_ref()
            .map_or(PURGE, |next| next.text.as_bytes());
        let block = block.with("Nats-Schedule-Next", next);
        let block = block.with_some("Nats-TTL", self.ttl);
        block.with_some(ROLLUP, self.rollup).done()
    }
}

/// Headers that a scheduled message doesn't take over.
fn is_own(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 5] = [
        b"Nats-Schedule",
        b"Nats-Scheduler",
        b"Nats-Msg-Id",
        b"Nats-TTL",
        b"Nats-Rollup",
    ];
    const BEGINNINGS: [&[u8]; 3] = [b"Nats-Schedule-", b"Nats-Expected-", b"Nats-Batch-"];
    NAMES.contains(&name) || BEGINNINGS.iter().any(|it| name.starts_with(it))
}

const ROLLUP: &str = "Nats-Rollup";

fn is_rollup(name: &[u8]) -> bool {
    name == ROLLUP.as_bytes()
}

fn is_literal(subject: &[u8]) -> bool {
    Subject::parse(subject).is_ok_and(Subject::is_literal)
}
