//! A stream in memory: its segments, its tail, its counts. No I/O but page faults of mapped footers.
//!
//! Appending and recovering go through the same `apply_*`, so what a record does is written once.
//!
//! Invariants:
//! - slots are in the order of their sequences and of the log; the last one is being filled, its index is on the heap and not shared.
//! - last_seq <= SEQ_MAX, so that last_seq + 1 is a number: `next_seq` and `check_seq` refuse what would end above, `apply_last` ends there.
//! - msgs = sum of live, bytes = sum of bytes over the slots; first_seq <= each live sequence <= last_seq.
//!
//! Sealed segments are opened and mapped at their first use, which can fail for a while. Whatever can fail comes before anything changes: a
//! message is taken out after its segment was looked at (`load` sees to that for many), and what follows from it and would need another
//! segment is done later: `unsettled` says that first_seq may be too low, an incomplete table of totals is counted anew when it is asked.
use crate::{
    Error, Result,
    batch::OpenBatch,
    error::Lack,
    evicted::Evicted,
    filter::Filter,
    index::{HeapIndex, Index, IndexSet, Place, SubjectTotal, Totals},
    lasts::Followers,
    losses::Losses,
    mappings::Sealed,
    options::{Storage, StreamOptions},
    record::{self, Head, Kind},
    seal::SEAL,
    segment::{Env, HEADER, SIZE_FIRST, Segment},
    slot::{IndexRef, Slot},
    subjects::Counting,
    tail::Tail,
    timer::{Due, Timers},
};
use bytes::Bytes;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    sync::{Arc, atomic::Ordering},
};

/// Bytes of the record that begins a segment, at most.
pub(crate) const BEGIN_MAX: usize = record::len_of(SEAL);

/// A message that is appended.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewMessage<'a> {
    /// its subject; any bytes
    pub subject: &'a [u8],
    /// its header block; empty: none
    pub headers: &'a [u8],
    /// the rest
    pub payload: &'a [u8],
    /// seconds to live; 0: as long as the stream's limits allow; [`NEVER`]: `max_age` doesn't apply either
    pub ttl: u32,
}

impl<'a> NewMessage<'a> {
    pub(crate) fn len(&self) -> usize {
        self.subject.len() + self.headers.len() + self.payload.len()
    }

    /// Without headers and ttl.
    pub fn new(
        subject: &'a (impl AsRef<[u8]> + ?Sized),
        payload: &'a (impl AsRef<[u8]> + ?Sized),
    ) -> Self {
        Self {
            subject: subject.as_ref(),
            payload: payload.as_ref(),
            ..Self::default()
        }
    }
}

/// The last sequence there can be: the one after it is a number as well.
pub(crate) const SEQ_MAX: u64 = u64::MAX - 1;
/// The ttl of a message that never gets too old.
pub const NEVER: u32 = u32::MAX;
/// Nanoseconds of a second.
/// Bytes that a run of sequences takes in a record, at most.
const RUN_MAX: usize = 20;
pub(crate) const NANOS: u64 = 1_000_000_000;

/// A segment's dense table may have that many empty places, and a few for each message.
pub(crate) const GAP_MAX: u64 = 1 << 16;
pub(crate) const PLACES_PER_MESSAGE: u64 = 4;
/// The largest record.
pub(crate) const RECORD_MAX: usize = 128 << 20;

pub(crate) struct State {
    pub(crate) env: Arc<Env>,
    pub(crate) options: StreamOptions,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
    pub(crate) last_time: u64,
    pub(crate) msgs: u64,
    pub(crate) bytes: u64,
    /// what consumers may see
    pub(crate) visible: u64,
    /// what is known to be on the disk
    pub(crate) durable: u64,
    pub(crate) slots: Vec<Slot>,
    pub(crate) tail: Tail,
    /// while the log is read back
    pub(crate) open_batch: Option<OpenBatch>,
    pub(crate) totals: Totals,
    /// what is to take its place
    pub(crate) counting: Option<Box<Counting>>,
    pub(crate) timers: Timers,
    /// no message below it gets too old: it is gone, or lives for ever
    pub(crate) aging: u64,
    /// segments that are out of the stream, with files that are still there
    pub(crate) dropped: Vec<Arc<Segment>>,
    /// what limits pushed out, for who asked to know
    pub(crate) evicted: Option<Evicted>,
    /// who wants to know what is removed at all
    pub(crate) followers: Followers,
    /// what limits and time took out since the last commit
    pub(crate) losses: Losses,
    /// segments that hold what was erased, and since when the active one is among them
    pub(crate) erase: BTreeSet<u32>,
    pub(crate) erase_since: u64,
    /// segments that are to be rewritten because of damage in them
    pub(crate) rewrite: BTreeSet<u32>,
    /// segments whose rewrite was refused, and how many live messages they had then
    pub(crate) refused: BTreeMap<u32, u64>,
    /// the last sequence that a commit took
    pub(crate) taken: u64,
    /// the last batch that was promised a sync for it
    pub(crate) promised: u64,
    /// the batch in whose queue it was last
    pub(crate) queued: u64,
    /// bytes that wait for a commit
    pub(crate) pending: usize,
    /// why a segment couldn't be allocated
    pub(crate) lack: Option<Lack>,
    /// segments were sealed or rewritten since the meta file was written, or its copies differ
    pub(crate) meta_owed: bool,
    /// files that no copy of the meta file needs, once it isn't owed
    pub(crate) leftovers: Vec<String>,
    /// `first_seq` is only known to be no higher than the first live sequence
    pub(crate) unsettled: bool,
    /// more is here than the limits allow, because it couldn't be looked at
    pub(crate) limits_owed: bool,
    /// what is due at its time couldn't be looked at; not before this, in nanoseconds
    pub(crate) expire_again_at: u64,
    pub(crate) generation: u64,
    /// how often sequences were taken back, to be given again
    pub(crate) truncations: u64,
}

impl State {
    /// An empty stream whose first segment will be `number`.
    pub(crate) fn new(env: Arc<Env>, options: StreamOptions, number: u32) -> Result<Self> {
        let mut state = Self {
            env,
            options,
            first_seq: 1,
            last_seq: 0,
            last_time: 0,
            msgs: 0,
            bytes: 0,
            visible: 0,
            durable: 0,
            slots: Vec::with_capacity(1),
            tail: Tail::default(),
            open_batch: None,
            totals: Totals::new(true),
            counting: None,
            timers: Timers::default(),
            aging: 0,
            dropped: Vec::new(),
            evicted: None,
            followers: Followers::default(),
            losses: Losses::default(),
            erase: BTreeSet::new(),
            erase_since: 0,
            rewrite: BTreeSet::new(),
            refused: BTreeMap::new(),
            taken: 0,
            promised: 0,
            queued: 0,
            pending: 0,
            lack: None,
            meta_owed: false,
            leftovers: Vec::new(),
            unsettled: false,
            limits_owed: false,
            expire_again_at: 0,
            generation: 0,
            truncations: 0,
        };
        state.begin_segment(number, 0, SIZE_FIRST)?;
        Ok(state)
    }

    /// Adds an empty segment at the end.
    pub(crate) fn begin_segment(&mut self, number: u32, rewrite: u32, size: u32) -> Result<()> {
        let size = size.min(self.options.segment_bytes.max(4096));
        self.follow(Segment::new(&self.env, number, rewrite, size, None))
    }

    /// Adds an empty segment, which says what it follows.
    fn follow(&mut self, segment: Segment) -> Result<()> {
        let before = self.slots.last().map(|slot| (slot.seg.number, slot.end));
        let Some((number, end)) = before.filter(|_| !self.is_memory()) else {
            self.add_active(segment);
            return Ok(());
        };
        let head = Head {
            kind: Kind::Begin,
            flags: 0,
            seq: u64::from(end),
            time: self.last_time,
            ttl: number,
            lag: u32::try_from(self.last_seq - self.durable).unwrap_or(u32::MAX),
            headers: 0,
            subject: 0,
            stored: 0,
            plain: 0,
        };
        let place = segment.place(HEADER);
        let (head, body) = self.env.sealer.seal_command(place, head, &[])?;
        self.add_active(segment);
        self.encode(HEADER, &head, &[&body]);
        self.active().end += head.len() as u32;
        Ok(())
    }

    pub(crate) fn add_active(&mut self, segment: Segment) {
        let base = self.last_seq + 1;
        self.slots.push(Slot {
            seg: Arc::new(segment),
            heap: Some(Index::Heap(Arc::new(HeapIndex::new(base)))),
            dead: Arc::default(),
            base,
            last: base - 1,
            before: base - 1,
            live: 0,
            bytes: 0,
            count: 0,
            first_time: 0,
            last_time: 0,
            first_expiry: 0,
            end: HEADER,
        });
    }

    pub(crate) fn active(&mut self) -> &mut Slot {
        self.slots
            .last_mut()
            .expect("a stream has a segment that is being filled")
    }

    fn active_index(slot: &mut Slot) -> &mut HeapIndex {
        match &mut slot.heap {
            Some(Index::Heap(heap)) => Arc::get_mut(heap).expect("the active index isn't shared"),
            _ => unreachable!("the active index is on the heap"),
        }
    }

    fn is_memory(&self) -> bool {
        self.options.storage == Storage::Memory
    }

    /// Sees to it that the file is there which takes messages of these lengths, and the record of what limits take out for them: nothing but a
    /// file could keep them.
    pub(crate) fn allocate(&mut self, lens: impl ExactSizeIterator<Item = usize>) -> Result<()> {
        if self.is_memory() {
            return Ok(());
        }
        let losses = self.need(RUN_MAX * (lens.len() + 1));
        let need = losses + lens.map(|len| self.need(len)).sum::<usize>();
        let slot = self.active();
        if slot.end as usize + need > slot.seg.size as usize {
            let size = self.next_size(need);
            self.env.spares.prepare(&*self.env.disk, size)?;
            self.roll(need)?;
        }
        self.active().seg.ensure_file().map(drop)
    }

    /// Bytes of a record with a body of `plain` bytes, at most.
    fn need(&self, plain: usize) -> usize {
        // Compression only shrinks.
        let sealed = !self.env.sealer.is_plain();
        record::len_of(plain + if sealed { SEAL } else { 0 })
    }

    /// The size of the segment after the active one, if it is to take `len` bytes at least.
    fn next_size(&mut self, len: usize) -> u32 {
        let max = self.options.segment_bytes.max(4096);
        let slot = self.active();
        // A segment that was hardly used doesn't ask for a larger one.
        let growth = if slot.end > slot.seg.size / 4 { 4 } else { 1 };
        let next = slot.seg.size.saturating_mul(growth).min(max);
        let least = HEADER as usize + BEGIN_MAX + len;
        next.max(least.next_multiple_of(4096) as u32)
    }

    /// The active segment is full; the next one takes `len` bytes at least.
    pub(crate) fn roll(&mut self, len: usize) -> Result<()> {
        let next = self.next_size(len);
        let number = self.active().seg.number;
        if self.is_memory() {
            self.freeze_active();
        }
        self.follow(Segment::new(&self.env, number + 1, 0, next, None))
    }

    /// A memory stream's full segment keeps its bytes where they are.
    fn freeze_active(&mut self) {
        let number = self.active().seg.number;
        let run = self.tail.take_run(number);
        let slot = self.active();
        if let Some(index) = &slot.heap {
            slot.seg.set_sealed(run, index.clone());
        }
    }

    /// Encodes a record at the end of the log. Returns where it is.
    pub(crate) fn write(&mut self, head: Head, parts: [&[u8]; 3]) -> Result<(u32, usize)> {
        let plain: usize = parts.iter().map(|p| p.len()).sum();
        if record::len_of(plain) > RECORD_MAX {
            return Err(Error::TooLarge {
                len: plain,
                max: RECORD_MAX,
            });
        }
        let mut head = Head {
            plain: plain as u32,
            stored: plain as u32,
            ..head
        };
        let need = self.need(plain);
        let slot = self.active();
        if slot.end as usize + need > slot.seg.size as usize {
            self.roll(need)?;
        }
        let offset = self.active().end;
        if self.env.sealer.is_plain() {
            self.encode(offset, &head, &parts);
        } else {
            let (segment, plain) = (self.active().seg.clone(), parts.concat());
            let body;
            (head, body) = match head.kind {
                Kind::Message => self.env.sealer.seal(segment.number, head, plain)?,
                _ => {
                    let place = segment.place(offset);
                    self.env.sealer.seal_command(place, head, &plain)?
                }
            };
            self.encode(offset, &head, &[&body]);
        }
        self.active().end += head.len() as u32;
        Ok((offset, head.len()))
    }

    fn encode(&mut self, offset: u32, head: &Head, parts: &[&[u8]]) {
        // A memory stream's run is the whole segment, from its header on.
        let begins = self.is_memory() && offset == HEADER;
        let segment = &self.slots[self.slots.len() - 1].seg;
        let out = self.tail.at(segment, if begins { 0 } else { offset });
        if begins {
            out.extend_from_slice(&segment.header());
        }
        record::encode(out, segment.seed, head, parts);
    }

    /// A message is in the log: everything that follows from it but limits.
    pub(crate) fn apply_message(&mut self, head: &Head, subject: &[u8], offset: u32) {
        let (seq, place) = (head.seq, Place::new(offset, head.plain, head.headers));
        let slot = self.active();
        if slot.last < slot.base {
            slot.base = seq;
            Self::active_index(slot).base = seq;
            slot.first_time = head.time;
        }
        Self::active_index(slot).push(seq, place, subject, head.ttl);
        slot.last = seq;
        slot.last_time = head.time;
        slot.live += 1;
        slot.count += 1;
        slot.bytes += place.size();
        if head.ttl > 0 && head.ttl != NEVER {
            let due = expiry(head.time, head.ttl);
            // A second that isn't over yet: whoever looks then finds when it is due.
            let second = (due / NANOS).max(1);
            if slot.first_expiry == 0 || second < slot.first_expiry {
                slot.first_expiry = second;
            }
            self.timers.add(due, Due::Message(seq));
        }
        self.last_seq = seq;
        self.last_time = self.last_time.max(head.time);
        self.msgs += 1;
        self.bytes += place.size();
        if self.msgs == 1 {
            self.first_seq = seq;
        }
        // What can't be counted now is counted when it is asked for.
        if !self.totals.push(subject, seq)
            && self.options.limits.max_per_subject > 0
            && let Ok(total) = self.count_subject(subject)
        {
            self.totals.set(subject, total);
        }
        self.count_pushed(subject, seq);
    }

    /// Before a message with a far sequence: its segment's table would be mostly empty.
    pub(crate) fn make_room_for_gap(&mut self, seq: u64) -> Result<()> {
        let slot = self.active();
        let span_max = GAP_MAX + PLACES_PER_MESSAGE * slot.count;
        if slot.last >= slot.base && (seq < slot.base || seq - slot.base > span_max) {
            self.roll(0)?;
        }
        Ok(())
    }

    pub(crate) fn slot_of(&self, seq: u64) -> Option<usize> {
        let after = self.slots.partition_point(|slot| slot.base <= seq);
        // Empty slots share their base with the next.
        let at = (0..after)
            .rev()
            .find(|&k| self.slots[k].last >= self.slots[k].base)?;
        (seq <= self.slots[at].last).then_some(at)
    }

    /// Where the live message `seq` is.
    pub(crate) fn find(&self, seq: u64) -> Result<Option<(usize, u32, Place)>> {
        if seq < self.first_seq || seq > self.last_seq {
            return Ok(None);
        }
        let Some(at) = self.slot_of(seq) else {
            return Ok(None);
        };
        let found = self.slots[at].place(seq, self.first_seq)?;
        Ok(found.map(|(i, place)| (at, i, place)))
    }

    /// Looks at the segment that holds this sequence, unless it is being filled.
    pub(crate) fn load_one(&self, seq: u64) -> Result<Option<Arc<Sealed>>> {
        let slot = self.slot_of(seq).map(|at| &self.slots[at]);
        let sealed = slot.filter(|slot| slot.heap.is_none());
        sealed.map_or(Ok(None), |slot| slot.seg.sealed())
    }

    /// Looks at the segments that hold any of these sequences, so that nothing fails halfway as long as what is returned is held.
    pub(crate) fn load(&self, seqs: RangeInclusive<u64>) -> Result<Vec<Arc<Sealed>>> {
        let begin = self.slots.partition_point(|slot| slot.last < *seqs.start());
        let within = self.slots[begin..]
            .iter()
            .take_while(|slot| slot.base <= *seqs.end());
        let sealed = within.filter(|slot| slot.live > 0 && slot.heap.is_none());
        sealed
            .filter_map(|slot| slot.seg.sealed().transpose())
            .collect()
    }

    /// The same for the segments of these sequences, which rise.
    pub(crate) fn load_each(&self, mut seqs: &[u64]) -> Result<Vec<Arc<Sealed>>> {
        let mut held = Vec::new();
        while let Some(&seq) = seqs.first() {
            held.extend(self.load(seq..=seq)?);
            let last = self.slot_of(seq).map_or(seq, |at| self.slots[at].last);
            seqs = &seqs[seqs.partition_point(|&seq| seq <= last)..];
        }
        Ok(held)
    }

    /// The first live sequence >= `from` that matches.
    pub(crate) fn next(&self, filter: &Filter, from: u64) -> Result<Option<u64>> {
        let from = from.max(self.first_seq);
        let begin = self.slots.partition_point(|slot| slot.last < from);
        for slot in &self.slots[begin..] {
            if let Some(seq) = slot.next(filter, from, self.first_seq)? {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }

    /// The last live sequence <= `upto` that matches.
    pub(crate) fn last(&self, filter: &Filter, upto: u64) -> Result<Option<u64>> {
        let end = self.slots.partition_point(|slot| slot.base <= upto);
        for slot in self.slots[..end].iter().rev() {
            if let Some(seq) = slot.last(filter, upto, self.first_seq)? {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }

    /// First, last and count of a subject, from the table or from the segments.
    pub(crate) fn total(&mut self, subject: &[u8]) -> Result<SubjectTotal> {
        let mut total = self.loose_total(subject)?;
        if self.totals.is_loose(subject) {
            let first = self.next(&Filter::literal(subject), total.first)?;
            total.first = first.unwrap_or(total.last);
            self.totals.set(subject, total);
        }
        Ok(total)
    }

    /// The same, but the first message may be later than it says, which costs nothing to find out.
    pub(crate) fn loose_total(&mut self, subject: &[u8]) -> Result<SubjectTotal> {
        if let Some(total) = self.totals.get(subject) {
            return Ok(total);
        }
        if self.totals.complete {
            return Ok(SubjectTotal {
                first: 0,
                last: 0,
                count: 0,
            });
        }
        let total = self.count_subject(subject)?;
        self.totals.set(subject, total);
        Ok(total)
    }

    fn count_subject(&self, subject: &[u8]) -> Result<SubjectTotal> {
        let mut total = SubjectTotal {
            first: 0,
            last: 0,
            count: 0,
        };
        let filter = Filter::literal(subject);
        for slot in &self.slots {
            slot.each_subject(&filter, self.first_seq, |_, first, last, count| {
                if total.count == 0 {
                    total.first = first;
                }
                total.last = last;
                total.count += count;
            })?;
        }
        Ok(total)
    }

    /// Takes a message out. Returns its size, or `None` if it wasn't there.
    ///
    /// # Errors
    /// When its segment can't be looked at; nothing has changed then.
    pub(crate) fn kill(&mut self, seq: u64) -> Result<Option<u64>> {
        let Some((at, i, place)) = self.find(seq)? else {
            return Ok(None);
        };
        let counts = !self.totals.is_blank() || self.counting.is_some();
        let subject = match counts {
            true => self.subject_at(at, i, place)?,
            false => None,
        };
        let number = self.slots[at].seg.number;
        self.take_out(at, i, place, seq);
        self.followers.note_removal(seq);
        // A record that is damaged doesn't say which subject lost one, nor do segments that can't be looked at who is first or last now.
        let is_counted =
            subject.is_some_and(|subject| self.count_removed(&subject, number, seq).is_ok());
        if !is_counted {
            self.forget_totals();
        }
        if self.msgs == 0 || seq + 1 == self.first_seq || self.slots[at].live == 0 {
            self.settle_first();
        }
        Ok(Some(place.size()))
    }

    fn take_out(&mut self, at: usize, i: u32, place: Place, seq: u64) {
        let slot = &mut self.slots[at];
        slot.live -= 1;
        slot.bytes -= place.size();
        self.msgs -= 1;
        self.bytes -= place.size();
        if seq == self.first_seq {
            self.first_seq = seq + 1;
        } else {
            Arc::<IndexSet>::make_mut(&mut slot.dead).insert(i);
        }
    }

    /// Moves `first_seq` to the first live message, or notes that it is to be moved, and lets segments without any go.
    pub(crate) fn settle_first(&mut self) {
        let first = self.first_live();
        self.unsettled = first.is_err();
        self.first_seq = first.unwrap_or(self.first_seq);
        self.drop_empty();
    }

    fn first_live(&self) -> Result<u64> {
        if self.msgs == 0 {
            return Ok(self.last_seq + 1);
        }
        if self.find(self.first_seq)?.is_some() {
            return Ok(self.first_seq);
        }
        let next = self.next(&Filter::all(), self.first_seq)?;
        Ok(next.unwrap_or(self.last_seq + 1))
    }

    /// Takes full segments without a live message out of the stream.
    pub(crate) fn drop_empty(&mut self) {
        let keep = self.slots.len() - 1;
        if self.slots[..keep].iter().all(|slot| slot.live > 0) {
            return;
        }
        let (mut at, mut dropped) = (0, Vec::new());
        self.slots.retain(|slot| {
            at += 1;
            let stay = slot.live > 0 || at > keep;
            if !stay {
                dropped.push(slot.seg.clone());
            }
            stay
        });
        dropped.into_iter().for_each(|seg| self.let_go(seg));
    }

    /// The first segment that has to be scanned, because it isn't sealed.
    pub(crate) fn position(&self) -> u32 {
        let open = self.slots.iter().find(|slot| slot.heap.is_some());
        open.map_or(0, |slot| slot.seg.number)
    }

    /// Whether a meta file written now lets files go.
    pub(crate) fn may_let_go(&self) -> bool {
        let position = self.position();
        self.dropped.iter().any(|it| it.number < position)
    }

    /// The segment is out of the stream; its file goes when a meta file says so.
    pub(crate) fn let_go(&mut self, segment: Arc<Segment>) {
        if self.erase.remove(&segment.number) {
            segment.erase.store(true, Ordering::SeqCst);
        }
        self.refused.remove(&segment.number);
        self.dropped.push(segment);
    }

    /// The bytes of these sequences are to be overwritten, once they are deleted.
    pub(crate) fn mark_erase(&mut self, seqs: impl Iterator<Item = u64>) -> Result<()> {
        for seq in seqs {
            if let Some((at, ..)) = self.find(seq)? {
                self.erase.insert(self.slots[at].seg.number);
            }
        }
        Ok(())
    }

    /// The subject of a message, copied; `None`: its record is damaged.
    pub(crate) fn subject_at(&self, at: usize, i: u32, place: Place) -> Result<Option<Bytes>> {
        let slot = &self.slots[at];
        let index = slot.index()?;
        if let Index::Heap(heap) = &*index {
            return Ok(heap.subject_at(i).map(Bytes::copy_from_slice));
        }
        Ok(match index {
            IndexRef::Sealed(look) => self.subject_in(&slot.seg, look.sealed.bytes(), place),
            IndexRef::Heap(_) => None,
        })
    }

    fn subject_in(&self, segment: &Segment, bytes: &Bytes, place: Place) -> Option<Bytes> {
        let record = bytes.get(place.offset as usize..)?;
        let head = record::verify(record, segment.seed)?;
        let begin = place.offset as usize + record::HEAD;
        let stored = bytes.slice(begin..begin + head.stored as usize);
        let body = self.env.sealer.open(segment.number, &head, stored)?;
        Some(Bytes::copy_from_slice(&body[..head.subject as usize]))
    }

    /// Looks at what [`apply_first`](Self::apply_first) takes out one by one: the messages of the segment that `seq` falls into.
    pub(crate) fn load_first(&self, seq: u64) -> Result<Vec<Arc<Sealed>>> {
        self.load(seq..=seq)
    }

    /// `seq` becomes the first sequence; everything below goes.
    ///
    /// # Errors
    /// When the segment that `seq` falls into can't be looked at; nothing has changed then.
    pub(crate) fn apply_first(&mut self, seq: u64) -> Result<u64> {
        let seq = seq.min(self.last_seq + 1);
        let before = self.msgs;
        if seq <= self.first_seq {
            return Ok(0);
        }
        let _held = self.load_first(seq)?;
        if seq > self.last_seq {
            self.totals.clear(true);
            self.counting = None;
        }
        let whole = self.slots_before_active();
        let whole = whole.partition_point(|slot| slot.last < seq);
        let gone: Vec<Slot> = self.slots.drain(..whole).collect();
        if !gone.is_empty() {
            self.forget_totals();
        }
        for slot in gone {
            self.msgs -= slot.live;
            self.bytes -= slot.bytes;
            self.let_go(slot.seg);
        }
        self.first_seq = self.first_seq.max(self.slots[0].base);
        while self.slots[0].base < seq
            && let Some(next) = self.slots[0]
                .next(&Filter::all(), self.first_seq, self.first_seq)?
                .filter(|&next| next < seq)
        {
            self.first_seq = next;
            self.kill(next)?;
        }
        self.first_seq = self.first_seq.max(seq);
        self.settle_first();
        Ok(before - self.msgs)
    }

    /// The sequence of the next message.
    pub(crate) fn next_seq(&self) -> Result<u64> {
        check_seq(self.last_seq + 1)
    }

    /// The stream goes on at `seq + 1`.
    pub(crate) fn apply_last(&mut self, seq: u64) {
        let seq = seq.min(SEQ_MAX);
        if seq <= self.last_seq {
            return;
        }
        self.last_seq = seq;
        self.settle_first();
    }

    /// Everything above `seq` is taken back.
    ///
    /// # Errors
    /// When a segment of it can't be looked at; nothing has changed then.
    pub(crate) fn apply_truncate(&mut self, seq: u64) -> Result<u64> {
        let before = self.msgs;
        let _held = self.load(seq.saturating_add(1)..=u64::MAX)?;
        self.truncations += 1;
        while self
            .slots
            .iter()
            .any(|slot| slot.live > 0 && slot.last > seq)
            && let Some(last) = self
                .last(&Filter::all(), self.last_seq)?
                .filter(|&last| last > seq)
        {
            self.kill(last)?;
            self.last_seq = last - 1;
        }
        self.last_seq = self.last_seq.min(seq);
        for slot in &mut self.slots {
            slot.last = slot.last.min(seq).max(slot.base - 1);
        }
        let slot = self.active();
        let (base, dead_from) = (slot.base, seq.saturating_add(1));
        if slot.last < slot.base {
            slot.base = dead_from;
            slot.last = seq;
            *Self::active_index(slot) = HeapIndex::new(dead_from);
            slot.dead = Arc::default();
        } else {
            let cut = (dead_from - base) as u32;
            Self::active_index(slot).truncate(cut);
            let mut dead = IndexSet::default();
            slot.dead.iter().filter(|&i| i < cut).for_each(|i| {
                dead.insert(i);
            });
            slot.dead = Arc::new(dead);
        }
        self.visible = self.visible.min(seq);
        self.durable = self.durable.min(seq);
        self.taken = self.taken.min(seq);
        self.aging = self.aging.min(seq.saturating_add(1));
        self.losses.truncate(seq);
        self.settle_first();
        Ok(before - self.msgs)
    }

    /// Runs of deleted sequences.
    pub(crate) fn apply_delete(&mut self, runs: &[(u64, u64)]) -> Result<()> {
        for &(first, count) in runs {
            let end = first.saturating_add(count).min(self.last_seq + 1);
            let mut at = first;
            while let Some(next) = self.next(&Filter::all(), at)?.filter(|&next| next < end) {
                self.kill(next)?;
                at = next + 1;
            }
        }
        Ok(())
    }

    /// Everything up to `seq` is on the disk, but what a truncation took back.
    pub(crate) fn raise_durable(&mut self, seq: u64) {
        self.durable = self.durable.max(seq.min(self.last_seq));
    }

    /// All segments but the one that is being filled.
    pub(crate) fn slots_before_active(&self) -> &[Slot] {
        &self.slots[..self.slots.len() - 1]
    }
}

/// Whether there can be such a sequence.
pub(crate) fn check_seq(seq: u64) -> Result<u64> {
    (seq <= SEQ_MAX)
        .then_some(seq)
        .ok_or(Error::SequencesUsedUp)
}

/// When a message with a ttl goes, in nanoseconds since 1970.
pub(crate) fn expiry(time: u64, ttl: u32) -> u64 {
    time.saturating_add(u64::from(ttl).saturating_mul(NANOS))
}
