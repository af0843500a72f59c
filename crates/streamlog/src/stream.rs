//! A stream's handle: appending, and everything that changes what is in it.
use crate::{
    Error, Result,
    error::{Lack, Limit},
    evicted::Evicted,
    expire::SIFTED,
    filter::Filter,
    gate::{Gate, Level},
    index::SubjectTotal,
    mappings::Sealed,
    options::{Discard, Policy, Storage, StreamOptions},
    record::{FLAG_ERASE, Head, Kind, SUBJECT_MAX, encode_runs},
    segment::Env,
    state::{NewMessage, State, check_seq},
    sync::StateMutex as Mutex,
    ticket::{Fate, Ticket},
};
use parking_lot::MutexGuard;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering},
};

/// Bytes of all streams that wait for a commit.
pub(crate) struct Buffered {
    pub(crate) now: AtomicUsize,
    max: AtomicUsize,
    /// the most that a batch may have, whatever the journal takes at the moment
    pub(crate) batch_max: usize,
    /// what is larger has its file before it is taken: the shortest journal has no place for it
    pub(crate) apart_from: usize,
    /// something was refused because too much waits, since the last commit
    pub(crate) refused: AtomicBool,
    /// bytes of small state that wait for a commit; they have the same bound
    pub(crate) state: AtomicUsize,
    pub(crate) stuck: Stuck,
    /// what lacks for the manifest or a batch, so that the journal can't be freed; a [`Lack`] and one, or 0
    blocked: AtomicU8,
}

/// Bytes of streams that couldn't get a segment, by what lacks: only the journal keeps them, and it isn't for that.
#[derive(Default)]
pub(crate) struct Stuck {
    room: AtomicUsize,
    resources: AtomicUsize,
}

impl Stuck {
    pub(crate) fn of(&self, lack: Lack) -> &AtomicUsize {
        match lack {
            Lack::Room => &self.room,
            Lack::Resources => &self.resources,
        }
    }

    fn bytes(&self) -> usize {
        self.room.load(Ordering::Relaxed) + self.resources.load(Ordering::Relaxed)
    }

    /// What lacks for most of them.
    fn lack(&self) -> Option<Lack> {
        let [room, resources] =
            [Lack::Room, Lack::Resources].map(|lack| self.of(lack).load(Ordering::Relaxed));
        match room > resources {
            true => Some(Lack::Room),
            false => (resources > 0).then_some(Lack::Resources),
        }
    }
}

impl Buffered {
    /// Nothing waits, and at most `max` bytes may.
    pub(crate) fn new(max: usize, apart_from: usize, batch_max: usize) -> Self {
        Self {
            now: AtomicUsize::new(0),
            max: AtomicUsize::new(max),
            batch_max,
            apart_from,
            refused: AtomicBool::new(false),
            state: AtomicUsize::new(0),
            stuck: Stuck::default(),
            blocked: AtomicU8::new(0),
        }
    }

    /// Bytes that may wait for a commit.
    pub(crate) fn max(&self) -> usize {
        self.max.load(Ordering::Relaxed)
    }

    pub(crate) fn set_max(&self, max: usize) {
        self.max.store(max, Ordering::Relaxed);
    }

    /// The error when `buffered` bytes wait and no more may; the next commit knows.
    pub(crate) fn overloaded(&self, buffered: usize) -> Error {
        self.refused.store(true, Ordering::Relaxed);
        let max = self.max();
        Error::Overloaded { buffered, max }
    }

    /// Nothing comes in any more for want of this, or again.
    pub(crate) fn set_blocked(&self, lack: Option<Lack>) {
        let blocked = lack.map_or(0, |lack| lack as u8 + 1);
        self.blocked.store(blocked, Ordering::SeqCst);
    }

    /// What lacks for the manifest or a batch.
    pub(crate) fn blocked(&self) -> Option<Lack> {
        let lacks = [None, Some(Lack::Room), Some(Lack::Resources)];
        lacks[usize::from(self.blocked.load(Ordering::SeqCst))]
    }

    /// What lacks for anything that isn't written.
    pub(crate) fn lack(&self) -> Option<Lack> {
        self.blocked().or_else(|| self.stuck.lack())
    }

    /// Whether there is a place for `len` bytes more, whatever the disk has.
    ///
    /// # Errors
    /// `DiskFull` or `Scarce` when only the journal could keep them and it has its share of that.
    pub(crate) fn find_place(&self, len: usize) -> Result<()> {
        let stuck = self.stuck.bytes();
        let is_full = stuck > 0 && stuck + self.now.load(Ordering::Relaxed) + len > self.max();
        let lack = match is_full {
            true => self.lack(),
            false => self.blocked(),
        };
        lack.map_or(Ok(()), |lack| Err(lack.into()))
    }

    /// Whether `len` bytes more may wait for a commit beside those that do.
    ///
    /// # Errors
    /// As [`find_place`](Self::find_place); `Overloaded` when a commit makes room.
    pub(crate) fn admit(&self, len: usize) -> Result<()> {
        self.find_place(len)?;
        let buffered = self.now.load(Ordering::Relaxed);
        if buffered > 0 && buffered + len > self.max() {
            return Err(self.overloaded(buffered));
        }
        Ok(())
    }
}

/// Whose changes wait for the committer.
pub(crate) enum Owner {
    Stream(Arc<Shared>),
    /// the store's small state
    State,
}

/// What handles, the committer and the keeper share of a stream.
pub(crate) struct Shared {
    pub(crate) id: u64,
    pub(crate) name: Arc<str>,
    pub(crate) gate: Arc<Gate<Owner>>,
    pub(crate) fate: Arc<Fate>,
    pub(crate) buffered: Arc<Buffered>,
    pub(crate) env: Arc<Env>,
    pub(crate) state: Mutex<State>,
}

/// A stream. Clones are handles to the same one.
#[derive(Clone)]
pub struct Stream(pub(crate) Arc<Shared>);

/// What an append gives back.
#[must_use = "the message is durable only when the ticket says so"]
pub struct Appended {
    /// its sequence
    pub seq: u64,
    /// its time: never before the time of the message before
    pub time: u64,
    /// when it is durable
    pub ticket: Ticket,
}

/// Counts of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamStats {
    /// sequence of the first message; last + 1 if there is none
    pub first_seq: u64,
    /// the last sequence given, whether its message is still there or not
    pub last_seq: u64,
    /// the last sequence consumers may see
    pub visible: u64,
    /// everything up to this sequence is known to be on the disk, or is in memory and meant to be
    pub durable: u64,
    /// messages
    pub msgs: u64,
    /// their bytes, and what any store needs beside them
    pub bytes: u64,
    /// time of the message appended last
    pub last_time: u64,
    /// sequences between first and last that are gone
    pub deleted: u64,
    /// segments
    pub segments: usize,
    /// what lacks for another segment at the moment
    pub lack: Option<Lack>,
}

impl Stream {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its number in the store's files.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// What it was told to be.
    pub fn options(&self) -> StreamOptions {
        self.0.state.lock().options.clone()
    }

    /// Its counts.
    pub fn stats(&self) -> StreamStats {
        let state = self.0.state.lock();
        StreamStats {
            first_seq: state.first_seq,
            last_seq: state.last_seq,
            visible: state.visible,
            durable: match state.options.storage {
                Storage::File => state.durable.min(state.visible),
                Storage::Memory => state.visible,
            },
            msgs: state.msgs,
            bytes: state.bytes,
            last_time: state.last_time,
            deleted: (state.last_seq + 1 - state.first_seq).saturating_sub(state.msgs),
            segments: state.slots.len(),
            lack: state.lack,
        }
    }

    /// Whether it is kept in files, and wasn't deleted.
    pub(crate) fn has_files(&self) -> bool {
        !self.0.env.is_deleted() && self.0.state.lock().options.storage == Storage::File
    }

    /// Why it takes no more writes, if so.
    pub fn failure(&self) -> Option<Error> {
        self.0.fate.failure().or_else(|| self.0.gate.failure())
    }

    /// Adds a message at the end. Copies, numbers and indexes it; the disk comes later, and the ticket tells.
    ///
    /// # Errors
    /// `LimitReached` with `Discard::New`; `Overloaded`, `DiskFull` and `Scarce` for the moment; `Stopped` for good.
    pub fn append(&self, message: NewMessage<'_>, now: u64) -> Result<Appended> {
        let mut state = self.lock()?;
        let seq = state.next_seq()?;
        self.append_locked(&mut state, message, seq, now)
    }

    /// Adds a message with a sequence of its own, above the last one: a mirror's, or a restored one's.
    pub fn append_at(&self, message: NewMessage<'_>, seq: u64, time: u64) -> Result<Appended> {
        check_seq(seq)?;
        let mut state = self.lock()?;
        if seq <= state.last_seq {
            return Err(Error::SequenceTooLow {
                asked: seq,
                min: state.last_seq + 1,
            });
        }
        if seq > state.last_seq + 1 {
            // A gap that was meant has a record, so that one which wasn't is seen when the log is read back.
            drop(state);
            drop(self.skip_to(seq - 1)?);
            state = self.lock()?;
            if seq != state.last_seq + 1 {
                return Err(Error::SequenceTooLow {
                    asked: seq,
                    min: state.last_seq + 1,
                });
            }
        }
        self.append_locked(&mut state, message, seq, time)
    }

    fn append_locked(
        &self,
        state: &mut MutexGuard<'_, State>,
        message: NewMessage<'_>,
        seq: u64,
        now: u64,
    ) -> Result<Appended> {
        let len = message.subject.len() + message.headers.len() + message.payload.len();
        self.admit(state, message.subject, len, !message.headers.is_empty())?;
        let _held = Self::load_for_limits(state, message.subject)?;
        let noted = state.write_expired()?;
        if len > self.0.buffered.apart_from
            && let Err(error) = state.allocate([len].into_iter())
        {
            if noted > 0 {
                drop(self.enter(state, noted));
            }
            return Err(error);
        }
        let time = now.max(state.last_time);
        let head = Head {
            kind: Kind::Message,
            flags: 0,
            seq,
            time,
            ttl: message.ttl,
            lag: u32::try_from(seq - state.durable).unwrap_or(u32::MAX),
            headers: message.headers.len() as u32,
            subject: message.subject.len() as u16,
            stored: 0,
            plain: len as u32,
        };
        let (offset, written) =
            state.write(head, [message.subject, message.headers, message.payload])?;
        state.apply_message(&head, message.subject, offset);
        state.limits_owed |= enforce(state, Some(message.subject)).is_err();
        state.sift_timers(SIFTED);
        let ticket = self.enter(state, noted + written);
        Ok(Appended { seq, time, ticket })
    }

    /// Looks at the segments of what a message pushes out, so that nothing comes in while the limits can't be enforced. They stay at hand as long as they
    /// are held.
    pub(crate) fn load_for_limits(
        state: &mut State,
        subject: &[u8],
    ) -> Result<[Option<Arc<Sealed>>; 2]> {
        let limits = state.options.limits;
        let mut held = [None, None];
        if limits.max_per_subject > 0 && state.loose_total(subject)?.count >= limits.max_per_subject
        {
            let first = state.total(subject)?.first;
            held[0] = state.load_one(first)?;
        }
        if state.unsettled {
            state.settle_first();
        }
        let is_full = (limits.max_msgs > 0 && state.msgs >= limits.max_msgs)
            || (limits.max_bytes > 0 && state.bytes >= limits.max_bytes);
        if is_full && let Some(first) = state.next(&Filter::all(), state.first_seq)? {
            held[1] = state.load_one(first)?;
        }
        Ok(held)
    }

    /// Whether a message may come in now.
    fn admit(&self, state: &mut State, subject: &[u8], len: usize, headers: bool) -> Result<()> {
        if subject.len() > SUBJECT_MAX {
            return Err(Error::SubjectTooLong {
                len: subject.len(),
                max: SUBJECT_MAX,
            });
        }
        if state.options.storage == Storage::File {
            if let Some(lack) = state.lack {
                return Err(lack.into());
            }
            self.0.buffered.admit(len)?;
        }
        let limits = state.options.limits;
        if limits.discard == Discard::Old {
            return Ok(());
        }
        let at_subject_limit = limits.max_per_subject > 0
            && state.loose_total(subject)?.count >= limits.max_per_subject;
        if at_subject_limit && limits.discard_per_subject {
            return Err(Error::LimitReached(Limit::PerSubject));
        }
        // A message at its subject's limit replaces one.
        if limits.max_msgs > 0 && state.msgs >= limits.max_msgs && !at_subject_limit {
            return Err(Error::LimitReached(Limit::Msgs));
        }
        let size = crate::index::Place::new(0, len as u32, u32::from(headers)).size();
        if limits.max_bytes > 0 && state.bytes + size > limits.max_bytes && !at_subject_limit {
            return Err(Error::LimitReached(Limit::Bytes));
        }
        Ok(())
    }

    /// Has the change carried by the open batch.
    pub(crate) fn enter(&self, state: &mut MutexGuard<'_, State>, written: usize) -> Ticket {
        if state.options.storage == Storage::Memory {
            state.visible = state.last_seq;
            state.durable = state.last_seq;
            return Ticket::done();
        }
        self.0.buffered.now.fetch_add(written, Ordering::Relaxed);
        state.pending += written;
        let level = level_of(state.options.policy);
        self.enter_for(state, level)
    }

    /// Has the open batch take the stream along, as far as that level.
    fn enter_for(&self, state: &mut MutexGuard<'_, State>, level: Level) -> Ticket {
        let number = self
            .0
            .gate
            .enter(&mut state.queued, || Owner::Stream(self.0.clone()));
        if level == Level::Synced {
            state.promised = number;
            self.0.gate.owe_sync();
        }
        let ticket = Ticket::new(
            self.0.gate.clone(),
            Some(self.0.fate.clone()),
            number,
            level,
        );
        // The bell locks nothing that a holder of this lock waits for.
        self.0.gate.ring(level);
        ticket
    }

    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, State>> {
        self.0.env.check_deleted()?;
        match self.failure() {
            Some(error) => Err(error),
            None => Ok(self.0.state.lock()),
        }
    }

    /// Writes a command and says what it does.
    pub(crate) fn command(
        &self,
        state: &mut MutexGuard<'_, State>,
        kind: Kind,
        flags: u8,
        seq: u64,
        body: &[u8],
    ) -> Result<Ticket> {
        let noted = state.write_losses()?;
        let time = state.last_time;
        let lag = u32::try_from(state.last_seq.saturating_sub(state.durable)).unwrap_or(u32::MAX);
        let head = Head {
            kind,
            flags,
            seq,
            time,
            ttl: 0,
            lag,
            headers: 0,
            subject: 0,
            stored: 0,
            plain: 0,
        };
        let (_, written) = state.write(head, [body, &[], &[]])?;
        Ok(self.enter(state, noted + written))
    }

    /// Takes one message out. `None`: there is no such message.
    pub fn delete(&self, seq: u64) -> Result<Option<Ticket>> {
        Ok(self.delete_many(&[seq])?.map(|(_, ticket)| ticket))
    }

    /// Takes these messages out with one record; how many there were. `None`: none of them.
    pub fn delete_many(&self, seqs: &[u64]) -> Result<Option<(u64, Ticket)>> {
        self.remove(seqs, 0)
    }

    /// The same, and their bytes are overwritten: their segment is rewritten without them within about a minute, and the old file filled with
    /// zeros. (A copy in the journal stays until its place in the ring is used again.)
    pub fn erase(&self, seqs: &[u64]) -> Result<Option<(u64, Ticket)>> {
        self.remove(seqs, FLAG_ERASE)
    }

    fn remove(&self, seqs: &[u64], flags: u8) -> Result<Option<(u64, Ticket)>> {
        let mut state = self.lock()?;
        let mut there = Vec::with_capacity(seqs.len());
        for &seq in seqs {
            if state.find(seq)?.is_some() {
                there.push(seq);
            }
        }
        there.sort_unstable();
        there.dedup();
        if there.is_empty() {
            return Ok(None);
        }
        // They were all found, so none fails.
        let _held = state.load_each(&there)?;
        let mut ticket = Ticket::done();
        for chunk in there.chunks(DELETE_CHUNK) {
            let runs = runs_of(chunk);
            let body = encode_runs(&runs);
            ticket = self.command(&mut state, Kind::Delete, flags, chunk[0], &body)?;
            if flags & FLAG_ERASE != 0 {
                state.mark_erase(chunk.iter().copied())?;
            }
            for &seq in chunk {
                state.kill(seq)?;
            }
        }
        Ok(Some((there.len() as u64, ticket)))
    }

    /// Lets the stream go on at `seq + 1`, which must be above what it has.
    pub fn skip_to(&self, seq: u64) -> Result<Ticket> {
        check_seq(seq)?;
        let mut state = self.lock()?;
        if seq < state.last_seq {
            return Err(Error::SequenceTooLow {
                asked: seq,
                min: state.last_seq,
            });
        }
        state.make_room_for_gap(seq + 1)?;
        let ticket = self.command(&mut state, Kind::Last, 0, seq, &[])?;
        state.apply_last(seq);
        state.visible = state.visible.max(if state.msgs == 0 { seq } else { 0 });
        Ok(ticket)
    }

    /// Takes back everything above `seq`; the next message gets `seq + 1`. How many went.
    pub fn truncate(&self, seq: u64) -> Result<(u64, Ticket)> {
        let mut state = self.lock()?;
        if seq >= state.last_seq {
            return Ok((0, Ticket::done()));
        }
        let _held = state.load(seq + 1..=u64::MAX)?;
        let ticket = self.command(&mut state, Kind::Truncate, 0, seq, &[])?;
        Ok((state.apply_truncate(seq)?, ticket))
    }

    /// Has the open batch sync all that the stream has, whatever its policy is. A change of small state that is made after this call isn't durable
    /// before that.
    ///
    /// # Errors
    /// As [`append`](Self::append) when the stream takes no more writes.
    pub fn sync(&self) -> Result<Ticket> {
        let mut state = self.lock()?;
        if state.options.storage == Storage::Memory {
            return Ok(Ticket::done());
        }
        Ok(self.enter_for(&mut state, Level::Synced))
    }

    /// First, last and number of a subject's messages, uncommitted ones too.
    ///
    /// # Errors
    /// A segment that has to be counted can't be looked at now.
    pub fn total(&self, subject: &[u8]) -> Result<SubjectTotal> {
        self.0.state.lock().total(subject)
    }

    /// From now on remembers what limits push out (age and ttl don't count: [`expire`](Self::expire) says what it took).
    pub fn watch_evictions(&self) {
        self.0.state.lock().evicted.get_or_insert_default();
    }

    /// What limits pushed out since the last call. Nothing unless [`watch_evictions`](Self::watch_evictions) was called.
    pub fn take_evictions(&self) -> Evicted {
        let mut state = self.0.state.lock();
        state
            .evicted
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }
}

/// Sequences in one delete record at most.
const DELETE_CHUNK: usize = 16 * 1024;

fn runs_of(seqs: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &seq in seqs {
        match runs.last_mut() {
            Some((first, count)) if *first + *count == seq => *count += 1,
            _ => runs.push((seq, 1)),
        }
    }
    runs
}

/// Lets the oldest go until the limits hold. `subject`: the only one that may have too many.
///
/// # Errors
/// When what has to go can't be looked at now; the keeper tries again.
pub(crate) fn enforce(state: &mut State, subject: Option<&[u8]>) -> Result<()> {
    enforce_each(state, subject)
}

/// The same for several subjects: first each has no more than it may, then all together.
pub(crate) fn enforce_each<'a>(
    state: &mut State,
    subjects: impl IntoIterator<Item = &'a [u8]>,
) -> Result<()> {
    let limits = state.options.limits;
    for subject in subjects {
        loop {
            if limits.max_per_subject == 0 {
                break;
            }
            if state.loose_total(subject)?.count <= limits.max_per_subject {
                break;
            }
            let first = state.total(subject)?.first;
            if !evict(state, first)? {
                break;
            }
        }
    }
    // Under `Discard::New` what is there stays, and new messages are refused until there is room.
    let over = |state: &State| {
        limits.discard == Discard::Old
            && ((limits.max_msgs > 0 && state.msgs > limits.max_msgs)
                || (limits.max_bytes > 0 && state.bytes > limits.max_bytes))
    };
    while state.msgs > 0 && over(state) {
        if state.unsettled {
            state.settle_first();
        }
        let first = state.first_seq;
        if !evict(state, first)? {
            break;
        }
    }
    Ok(())
}

/// `false`: it wasn't there.
fn evict(state: &mut State, seq: u64) -> Result<bool> {
    let was_there = state.kill(seq)?.is_some();
    if was_there {
        state.lose(seq, false);
        if let Some(evicted) = &mut state.evicted {
            evicted.push(seq);
        }
    }
    Ok(was_there)
}

/// Enforces all limits anew, after they changed: what is too much in all goes first, then what is too much of a subject. (The reference
/// does it in this order, too.)
pub(crate) fn enforce_all(state: &mut State) -> Result<()> {
    enforce(state, None)?;
    let max = state.options.limits.max_per_subject;
    if max > 0 {
        state.complete_totals()?;
        let over: Vec<Vec<u8>> = state
            .totals
            .iter()
            .filter(|(_, total)| total.count > max)
            .map(|(name, _)| name.to_vec())
            .collect();
        over.iter()
            .try_for_each(|subject| enforce(state, Some(subject)))?;
    }
    Ok(())
}

pub(crate) fn level_of(policy: Policy) -> Level {
    match policy {
        Policy::Always => Level::Synced,
        Policy::Interval(_) => Level::Written,
    }
}
