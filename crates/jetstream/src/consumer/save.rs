//! A consumer's durable state, as bytes.
//!
//! `1 next dseq floor.consumer floor.stream n (seq dseq count)* m seq* k seq* reset known`: LEB128 numbers, sequences as differences. The
//! last list, of messages that went out as often as they may, where a reset asked to begin, and from where on it is known what the consumer
//! had are left out when there is nothing of them and of what follows.
//!
//! # Never more than is known
//! After a start the stream removes what all consumers are done with. A consumer whose state can't be read begins anew where its policy says,
//! and what it had below that isn't known, from then on: it holds all of that.
//!
//! # Written whole
//! A state costs as much as it has messages, whatever changed. So one that nobody waits for is written the less often the larger it is, and a
//! turn writes no more than some of them ([`RECORDS_MAX`]).
//!
//! # Never beyond the log
//! A power cut may take the end of a log whose stream is lazy, and leave a state that speaks of it. What is restored therefore ends where the
//! log does ([`Consumer::restore`]), and whoever restores it writes it anew when it differs: before the log gets to these sequences again.
//!
//! # Never before the log
//! The state says that messages are done with which the stream is to remove. While it didn't take that, the state is neither written
//! nor confirmed ([`Consumer::poll_state`]); a state that the store refused is to be written again ([`Consumer::unsaved`]).

use super::{Consumer, ConsumerConfig, Pair, Pending, SAVE_PERIOD};
use crate::AccountId;
use crate::leb128::{self, put};
use midge_streamlog::Stream as Log;

const VERSION: u64 = 1;

/// Messages in the states that one turn writes, and those of the state that goes beyond it.
pub(crate) const RECORDS_MAX: usize = 1 << 14;
/// With so many messages more, a state is written [`SAVE_PERIOD`] later.
const RECORDS_PER_PERIOD: usize = 10_000;

/// Who waits for a state to be on the disk.
pub(crate) type Replies = Vec<Box<[u8]>>;

impl Consumer {
    /// The state when it should be written: somebody waits for it, or it changed a while ago, or at all.
    pub(crate) fn poll_state(&mut self, all: bool, now: u64) -> Option<(Vec<u8>, Replies)> {
        if !self.is_state_due(all, now) {
            return None;
        }
        self.saved = now;
        if !self.acked.is_empty() {
            return None;
        }
        self.changed = false;
        Some((self.encode(), std::mem::take(&mut self.replies)))
    }

    /// Whether its state is to be written.
    pub(crate) fn is_state_due(&self, all: bool, now: u64) -> bool {
        (self.changed && (all || now >= self.save_at())) || !self.replies.is_empty()
    }

    /// When its state is to be written, if it changed.
    pub(super) fn save_at(&self) -> u64 {
        let periods = 1 + self.state_records() / RECORDS_PER_PERIOD;
        self.saved
            .saturating_add(SAVE_PERIOD.saturating_mul(periods as u64))
    }

    /// Messages that its state names.
    pub(crate) fn state_records(&self) -> usize {
        self.pending.len() + self.initial.len() + self.spent.len()
    }

    /// Its state is written as it is.
    pub(crate) fn saved(&mut self, now: u64) {
        (self.changed, self.saved) = (false, now);
    }

    /// A state that was polled couldn't be written: it is to be polled again, and these wait for it.
    pub(crate) fn unsaved(&mut self, replies: Replies) {
        let newer = std::mem::replace(&mut self.replies, replies);
        self.replies.extend(newer);
        self.changed = true;
    }

    /// The state now.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.encode_knowing(self.known_from)
    }

    /// The state that it will have after an update to `config`, where that changes more than the configuration.
    pub(crate) fn state_with(&self, config: &ConsumerConfig) -> Option<Vec<u8>> {
        let known_from = self.known_from_with(config);
        (known_from != self.known_from).then(|| self.encode_knowing(known_from))
    }

    fn encode_knowing(&self, known_from: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + 6 * self.pending.len());
        for number in [
            VERSION,
            self.next,
            self.dseq,
            self.floor.consumer,
            self.floor.stream,
        ] {
            put(&mut out, number);
        }
        put(&mut out, self.pending.len() as u64);
        let mut before = 0;
        for (seq, pending) in &self.pending {
            put(&mut out, seq - before);
            put(&mut out, pending.dseq);
            put(&mut out, pending.count);
            before = *seq;
        }
        put_list(&mut out, self.initial.iter());
        let tail = [self.reset_to, known_from];
        let used = tail.iter().rposition(|it| *it > 0).map_or(0, |at| at + 1);
        if !self.spent.is_empty() || used > 0 {
            put_list(&mut out, self.spent.iter());
        }
        tail[..used].iter().for_each(|it| put(&mut out, *it));
        out
    }

    /// A consumer as it was, as far as the log goes. What was out may be lost, so it goes out again after its wait.
    pub(crate) fn restore(
        (account, stream): (AccountId, &str),
        log: &Log,
        config: ConsumerConfig,
        (created, now): (u64, u64),
        state: &[u8],
    ) -> Result<Self, midge_streamlog::Error> {
        let empty = |config| Self::empty(account, stream, log, config, now);
        let mut consumer = empty(config.clone());
        if consumer.decode(state, now).is_some() {
            consumer.changed = false;
        } else {
            tracing::error!(target: "midge", "JetStream can't read the state of {stream}.{}: it begins anew", config.name);
            consumer = empty(config);
            consumer.place()?;
            consumer.known_from = consumer.next;
        }
        consumer.created = created;
        consumer.fit_log();
        Ok(consumer)
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

    pub(super) fn decode(&mut self, mut state: &[u8], now: u64) -> Option<()> {
        let state = &mut state;
        if take(state)? != VERSION {
            return None;
        }
        (self.next, self.dseq) = (take(state)?, take(state)?.max(1));
        self.floor = Pair {
            consumer: take(state)?,
            stream: take(state)?,
        };
        let mut seq = 0_u64;
        for _ in 0..take(state)? {
            seq = seq.checked_add(take(state)?)?;
            let (dseq, count) = (take(state)?, take(state)?);
            let due = self.due_of(count, now);
            self.pending.insert(
                seq,
                Pending {
                    dseq,
                    count,
                    due,
                    sent: now,
                },
            );
            self.due.extend(due.map(|due| (due, seq)));
        }
        self.initial = take_list(state)?;
        if !state.is_empty() {
            self.spent = take_list(state)?;
        }
        if !state.is_empty() {
            self.reset_to = take(state)?;
        }
        if !state.is_empty() {
            self.known_from = take(state)?;
        }
        Some(())
    }
}

fn put_list<'a>(out: &mut Vec<u8>, seqs: impl ExactSizeIterator<Item = &'a u64>) {
    put(out, seqs.len() as u64);
    let mut before = 0;
    for seq in seqs {
        put(out, seq - before);
        before = *seq;
    }
}

fn take_list<T: FromIterator<u64>>(bytes: &mut &[u8]) -> Option<T> {
    let mut seq = 0_u64;
    let count = take(bytes)?;
    (0..count)
        .map(|_| {
            seq = seq.checked_add(take(bytes)?)?;
            Some(seq)
        })
        .collect()
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    leb128::take(bytes)?.ok()
}
