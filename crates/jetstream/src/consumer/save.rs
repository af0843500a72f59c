//! A consumer's durable state, as bytes: a head, and parts.
//!
//! The head, under the consumer's own key: `1 next dseq floor.consumer floor.stream n (seq dseq count)* m seq* k seq* reset known`, LEB128
//! numbers, sequences as differences. The last list, of messages that went out as often as they may, where a reset asked to begin, and from
//! where on it is known what the consumer had are left out when there is nothing of them and of what follows.
//!
//! # In parts
//! What is remembered of single messages (the three lists) stands in parts, by ranges of stream sequences ([`super::parts`]). The first part is the
//! head's own lists, so that most consumers have one value and no more. The others have a key each, with the sequence that the part begins at,
//! and the value `save n (seq dseq count)* m seq* k seq*`; then the head begins with `2 save parts sum` and goes on as above. A save writes the
//! head and the parts that changed: it costs what changed, whatever is out. One that nobody waits for is made the less often the more that is,
//! and a turn writes no more than some of them ([`RECORDS_MAX`]).
//!
//! # One moment
//! A save is one change of the store's small state, which a crash takes as a whole or not at all, so head and parts found together are of one moment.
//! The reader needn't believe that: saves are numbered, each part says which one wrote it, and the head of a save says how many parts there are
//! and what their numbers add up to. A part that damage took back to an older save makes the sum too small, and the state counts as unreadable.
//!
//! # Never more than is known
//! After a start the stream removes what all consumers are done with. A consumer whose state can't be read begins anew where its policy says,
//! and what it had below that isn't known, from then on: it holds all of that. Where the head can be read and the parts aren't those that belong to
//! it, it goes on behind the head's floor, and delivers again what it was done with above it. Only one that begins with the last messages of
//! their subjects begins anew then too, since nobody knows which of them are to come.
//!
//! # Never beyond the log
//! A power cut may take the end of a log whose stream is lazy, and leave a state that speaks of it. What is restored therefore ends where the
//! log does ([`Consumer::restore`]), and whoever restores it writes it anew when it differs: before the log gets to these sequences again.
//!
//! # Never before the log
//! The state says that messages are done with which the stream is to remove. While it didn't take that, the state is neither written
//! nor confirmed ([`Consumer::poll_state`]); a state that the store refused is to be written again ([`Consumer::unsaved`]). What the stream took and
//! removes later (`stream/undecided.rs`) is swept by the next start if it comes first.

use super::chunkmap::ChunkMap;
use super::parts::{Census, Parts, Range};
use super::records::{Pending, Records};
use super::{Consumer, ConsumerConfig, DeliverPolicy, Pair};
use crate::AccountId;
use crate::leb128::{self, put};
use midge_streamlog::Stream as Log;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;

/// Of a state without parts beside its head.
const VERSION_WHOLE: u64 = 1;
/// Of a state in parts.
const VERSION_PARTS: u64 = 2;

/// How often changed state is written when nobody waits for it and it is small.
const SAVE_PERIOD: u64 = 100_000_000;

/// Messages in the states that one turn writes, and those of the state that goes beyond it.
pub(crate) const RECORDS_MAX: usize = 1 << 14;
/// With so many messages more to write, a state is written [`SAVE_PERIOD`] later.
const RECORDS_PER_PERIOD: usize = 10_000;

/// Who waits for a state to be on the disk.
pub(crate) type Replies = Vec<Box<[u8]>>;

/// What a save changes in the store, all of it or nothing.
pub(crate) struct StateWrite {
    /// Its number.
    pub(crate) save: u64,
    pub(crate) head: Vec<u8>,
    /// The other parts that changed, by the sequences that they begin at; `None`: there is none any more.
    pub(crate) parts: Vec<(u64, Option<Vec<u8>>)>,
}

/// What the store has of a consumer.
pub(crate) struct StoredState {
    pub(crate) head: Vec<u8>,
    /// By the sequences that they begin at.
    pub(crate) parts: BTreeMap<u64, Vec<u8>>,
}

impl Consumer {
    /// What is to be written of the state when it should be: somebody waits for it, or it changed a while ago, or at all. It counts as written
    /// when the store took it ([`wrote`](Self::wrote)).
    pub(crate) fn poll_state(&mut self, all: bool, now: u64) -> Option<(StateWrite, Replies)> {
        if !self.is_state_due(all, now) {
            return None;
        }
        self.saved = now;
        if !self.acked.is_empty() {
            return None;
        }
        self.changed = false;
        Some((self.write(), std::mem::take(&mut self.replies)))
    }

    /// Whether its state is to be written.
    pub(crate) fn is_state_due(&self, all: bool, now: u64) -> bool {
        (self.changed && (all || now >= self.save_at())) || !self.replies.is_empty()
    }

    /// When its state is to be written, if it changed.
    pub(super) fn save_at(&self) -> u64 {
        let periods = 1 + self.unsaved_records() / RECORDS_PER_PERIOD;
        self.saved
            .saturating_add(SAVE_PERIOD.saturating_mul(periods as u64))
    }

    /// Messages that the next write of its state names.
    pub(crate) fn unsaved_records(&self) -> usize {
        self.records.parts().unsaved_records()
    }

    /// The store took the write with that number, of what is so at this moment.
    pub(crate) fn wrote(&mut self, save: u64) {
        self.records.parts_mut().end_save(save);
    }

    /// The same, and there is nothing that it doesn't know.
    pub(crate) fn wrote_all(&mut self, save: u64, now: u64) {
        self.wrote(save);
        (self.changed, self.saved) = (false, now);
    }

    /// A state that was polled couldn't be written: it is to be polled again, and these wait for it.
    pub(crate) fn unsaved(&mut self, replies: Replies) {
        let newer = std::mem::replace(&mut self.replies, replies);
        self.replies.extend(newer);
        self.changed = true;
    }

    /// What is to be written so that the store has the state.
    pub(crate) fn write(&mut self) -> StateWrite {
        self.write_knowing(self.known_from)
    }

    /// The same for a consumer that is new to the store, which may have parts of a lost one of its name.
    pub(crate) fn first_write(&mut self, strays: &StoredState) -> StateWrite {
        let starts = strays.parts.keys().copied();
        self.records.parts_mut().note_strays(starts);
        self.write()
    }

    /// Where the parts begin that the store has beside the head.
    pub(crate) fn stored_parts(&self) -> impl Iterator<Item = u64> + '_ {
        self.records.parts().in_store()
    }

    /// What is to be written before an update to `config`, where that changes more than the configuration.
    pub(crate) fn write_with(&mut self, config: &ConsumerConfig) -> Option<StateWrite> {
        let known_from = self.known_from_with(config);
        (known_from != self.known_from).then(|| self.write_knowing(known_from))
    }

    /// What is to be written before such a reset; after it, it is what the store took.
    pub(crate) fn write_reset(&self, seq: Option<u64>, now: u64) -> StateWrite {
        let config = self.config.clone();
        let mut after = Self {
            next: self.next,
            floor: self.floor,
            known_from: self.known_from,
            records: self.records.clone(),
            ..Self::empty(self.account, &self.stream, &self.log, config, now)
                .with_retention(self.retention)
        };
        after.reset(seq, now);
        after.write()
    }

    fn write_knowing(&mut self, known_from: u64) -> StateWrite {
        let census = self.records.parts_mut().begin_save();
        let changed = self.records.parts().changed();
        let parts = changed.map(|(start, range)| {
            let part = range.map(|range| self.encode_part(census.save, range));
            (start, part)
        });
        StateWrite {
            save: census.save,
            parts: parts.collect(),
            head: self.encode_head(census, known_from),
        }
    }

    fn encode_part(&self, save: u64, range: Range) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, save);
        self.put_pending(&mut out, range);
        let initial = self.records.initial().range(range);
        put_list(&mut out, initial.map(|(seq, ())| seq));
        put_list(&mut out, self.records.spent().range(range).copied());
        out
    }

    fn encode_head(&self, census: Census, known_from: u64) -> Vec<u8> {
        let mut out = Vec::new();
        match census.parts {
            0 => put(&mut out, VERSION_WHOLE),
            parts => [VERSION_PARTS, census.save, parts, census.sum]
                .into_iter()
                .for_each(|number| put(&mut out, number)),
        }
        for number in [self.next, self.dseq, self.floor.consumer, self.floor.stream] {
            put(&mut out, number);
        }
        let range = self.records.parts().range(0);
        self.put_pending(&mut out, range);
        let initial = self.records.initial().range(range);
        put_list(&mut out, initial.map(|(seq, ())| seq));
        let spent = self.records.spent().range(range).copied();
        let tail = [self.reset_to, known_from];
        let used = tail.iter().rposition(|it| *it > 0).map_or(0, |at| at + 1);
        if spent.clone().next().is_some() || used > 0 {
            put_list(&mut out, spent);
        }
        tail[..used].iter().for_each(|it| put(&mut out, *it));
        out
    }

    fn put_pending(&self, out: &mut Vec<u8>, range: impl RangeBounds<u64>) {
        let pending = self.records.pending().range(range);
        put(out, pending.clone().count() as u64);
        let mut before = 0;
        for (seq, pending) in pending {
            put(out, seq - before);
            put(out, pending.dseq);
            put(out, pending.count);
            before = seq;
        }
    }

    /// A consumer as it was, as far as the log goes. What was out may be lost, so it goes out again after its wait.
    pub(crate) fn restore(
        (account, stream): (AccountId, &str),
        log: &Log,
        config: ConsumerConfig,
        (created, now): (u64, u64),
        stored: &StoredState,
    ) -> Result<Self, midge_streamlog::Error> {
        let empty = |config| Self::empty(account, stream, log, config, now);
        let mut consumer = empty(config.clone());
        let has_initial = config.deliver_policy == DeliverPolicy::LastPerSubject;
        match consumer.decode(stored, now) {
            Decoded::Whole => consumer.changed = false,
            Decoded::Head { save } if !has_initial => {
                tracing::error!(
                    stream = log.name(),
                    consumer = &*config.name,
                    "JetStream: a part of a consumer's state can't be read, all above its ack floor is delivered again"
                );
                consumer.begin_behind_floor(save);
                consumer.begin_unknown(stored);
            }
            Decoded::Head { .. } | Decoded::Nothing => {
                tracing::error!(
                    stream = log.name(),
                    consumer = &*config.name,
                    "JetStream: a consumer's state can't be read, it begins anew"
                );
                consumer = empty(config);
                consumer.place()?;
                consumer.begin_unknown(stored);
            }
        }
        consumer.created = created;
        consumer.fit_log();
        Ok(consumer)
    }

    /// Nothing is remembered of messages above the floor, which a head names that the save of that number wrote: they all go out again.
    fn begin_behind_floor(&mut self, save: u64) {
        self.next = self.floor.stream.saturating_add(1);
        self.floor.consumer = self.dseq - 1;
        *self.records.parts_mut() = Parts::stored(save, Vec::new());
    }

    /// What it had before it begins isn't known, and the parts that the store has are in vain.
    fn begin_unknown(&mut self, stored: &StoredState) {
        self.known_from = self.next;
        let strays = stored.parts.keys().copied();
        self.records.parts_mut().note_strays(strays);
    }

    /// Forgets what isn't in the log any more, at either end.
    pub(super) fn fit_log(&mut self) {
        let stats = self.log.stats();
        self.end_at(stats.last_seq + 1);
        self.removed(stats.first_seq);
        if self.known_from <= stats.first_seq {
            self.known_from = 0;
        }
    }

    fn decode(&mut self, stored: &StoredState, now: u64) -> Decoded {
        let Some((census, lists)) = self.decode_head(&stored.head, now) else {
            return Decoded::Nothing;
        };
        match self.decode_parts(census, lists, &stored.parts, now) {
            Some(()) => Decoded::Whole,
            None => Decoded::Head { save: census.save },
        }
    }

    /// What the head says of the other parts, and the first part.
    fn decode_head(&mut self, mut head: &[u8], now: u64) -> Option<(Census, Lists)> {
        let head = &mut head;
        let census = match take(head)? {
            VERSION_WHOLE => Census::default(),
            VERSION_PARTS => Census {
                save: take(head)?,
                parts: take(head)?,
                sum: take(head)?,
            },
            _ => return None,
        };
        (self.next, self.dseq) = (take(head)?, take(head)?.max(1));
        self.floor = Pair {
            consumer: take(head)?,
            stream: take(head)?,
        };
        let mut lists = Lists::default();
        lists.take_pending(head, |count| self.due_of(count, now), now)?;
        lists.take_initial(head)?;
        if !head.is_empty() {
            lists.take_spent(head)?;
        }
        if !head.is_empty() {
            self.reset_to = take(head)?;
        }
        if !head.is_empty() {
            self.known_from = take(head)?;
        }
        Some((census, lists))
    }

    fn decode_parts(
        &mut self,
        census: Census,
        mut lists: Lists,
        stored: &BTreeMap<u64, Vec<u8>>,
        now: u64,
    ) -> Option<()> {
        let mut saves = Vec::new();
        let mut parts = stored.iter().filter(|_| census.parts > 0).peekable();
        if parts
            .peek()
            .is_some_and(|(first, _)| !lists.is_below(**first))
        {
            return None;
        }
        while let Some((start, part)) = parts.next() {
            let end = parts.peek().map(|(next, _)| **next);
            let part = &mut &part[..];
            saves.push((*start, take(part)?));
            lists.range = (*start, end);
            lists.take_pending(part, |count| self.due_of(count, now), now)?;
            lists.take_initial(part)?;
            lists.take_spent(part)?;
        }
        if Census::of(census.save, saves.iter().map(|(_, save)| *save)) != census {
            return None;
        }
        for (seq, pending) in lists.pending.range(..) {
            if let Some(due) = pending.due {
                self.due.insert((due, seq), ());
            }
        }
        let strays = stored.keys().filter(|_| census.parts == 0);
        let mut parts = Parts::stored(census.save, saves);
        parts.note_strays(strays.copied());
        self.records = Records::new(lists.pending, lists.spent, lists.initial, parts);
        Some(())
    }
}

/// What could be read of a state.
#[derive(Debug, PartialEq, Eq)]
enum Decoded {
    Whole,
    /// The head, which the save of that number wrote; the parts aren't those that belong to it.
    Head {
        save: u64,
    },
    Nothing,
}

/// What is read of the parts of a state.
#[derive(Default)]
struct Lists {
    pending: ChunkMap<u64, Pending>,
    spent: BTreeSet<u64>,
    initial: ChunkMap<u64, ()>,
    /// Where the part begins that is read, and where the next one does.
    range: (u64, Option<u64>),
}

impl Lists {
    /// Whether all sequences that were read are lower ones.
    fn is_below(&self, end: u64) -> bool {
        let pending = self.pending.last().map(|(seq, _)| seq);
        let initial = self.initial.last().map(|(seq, ())| seq);
        let lasts = [pending, self.spent.last().copied(), initial];
        lasts.into_iter().flatten().all(|last| last < end)
    }

    fn take_pending(
        &mut self,
        bytes: &mut &[u8],
        due_of: impl Fn(u64) -> Option<u64>,
        now: u64,
    ) -> Option<()> {
        take_list(bytes, self.range, |seq, bytes| {
            let (dseq, count) = (take(bytes)?, take(bytes)?);
            let pending = Pending {
                dseq,
                count,
                due: due_of(count),
                sent: now,
            };
            self.pending.insert(seq, pending);
            Some(())
        })
    }

    fn take_initial(&mut self, bytes: &mut &[u8]) -> Option<()> {
        take_list(bytes, self.range, |seq, _| {
            self.initial.insert(seq, ());
            Some(())
        })
    }

    fn take_spent(&mut self, bytes: &mut &[u8]) -> Option<()> {
        take_list(bytes, self.range, |seq, _| {
            self.spent.insert(seq);
            Some(())
        })
    }
}

fn put_list(out: &mut Vec<u8>, seqs: impl Iterator<Item = u64> + Clone) {
    put(out, seqs.clone().count() as u64);
    let mut before = 0;
    for seq in seqs {
        put(out, seq - before);
        before = seq;
    }
}

/// Hands each sequence of a list to `each`, which takes what follows it. `None` when one isn't in the range.
fn take_list(
    bytes: &mut &[u8],
    (start, end): (u64, Option<u64>),
    mut each: impl FnMut(u64, &mut &[u8]) -> Option<()>,
) -> Option<()> {
    let mut seq = 0_u64;
    for _ in 0..take(bytes)? {
        seq = seq.checked_add(take(bytes)?)?;
        if seq < start || end.is_some_and(|end| end <= seq) {
            return None;
        }
        each(seq, bytes)?;
    }
    Some(())
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    leb128::take(bytes)?.ok()
}

#[cfg(test)]
mod tests;
