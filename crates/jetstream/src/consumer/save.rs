//! A consumer's durable state, as bytes.
//!
//! `1 next dseq floor.consumer floor.stream n (seq dseq count)* m seq*`: LEB128 numbers, sequences as differences.

use super::{Consumer, ConsumerConfig, Pair, Pending, SAVE_PERIOD};
use crate::AccountId;
use midge_streamlog::Stream as Log;

const VERSION: u64 = 1;

/// Who waits for a state to be on the disk.
pub(crate) type Replies = Vec<Box<[u8]>>;

impl Consumer {
    /// The state when it should be written: somebody waits for it, or it changed a while ago.
    pub(crate) fn poll_state(&mut self, now: u64) -> Option<(Vec<u8>, Replies)> {
        let due = self.changed && now >= self.saved.saturating_add(SAVE_PERIOD);
        if !due && self.replies.is_empty() {
            return None;
        }
        self.changed = false;
        self.saved = now;
        Some((self.encode(), std::mem::take(&mut self.replies)))
    }

    /// The state now.
    pub(crate) fn encode(&self) -> Vec<u8> {
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
        put(&mut out, self.initial.len() as u64);
        before = 0;
        for seq in &self.initial {
            put(&mut out, seq.wrapping_sub(before));
            before = *seq;
        }
        out
    }

    /// A consumer as it was. What was out may be lost, so it goes out again after its wait.
    pub(crate) fn restore(
        (account, stream): (AccountId, &str),
        log: &Log,
        config: ConsumerConfig,
        (created, now): (u64, u64),
        state: &[u8],
    ) -> Self {
        let mut consumer = Self::empty(account, stream, log, config, now);
        consumer.created = created;
        if consumer.decode(state, now).is_none() {
            consumer.place();
        }
        consumer.removed(log.stats().first_seq);
        consumer
    }

    fn decode(&mut self, mut state: &[u8], now: u64) -> Option<()> {
        let mut take = || take(&mut state);
        if take()? != VERSION {
            return None;
        }
        (self.next, self.dseq) = (take()?, take()?.max(1));
        self.floor = Pair {
            consumer: take()?,
            stream: take()?,
        };
        let mut seq = 0_u64;
        for _ in 0..take()? {
            seq = seq.checked_add(take()?)?;
            let (dseq, count) = (take()?, take()?);
            let due = now.saturating_add(self.wait_of(count));
            self.pending.insert(
                seq,
                Pending {
                    dseq,
                    count,
                    due: Some(due),
                },
            );
            self.due.insert((due, seq));
        }
        seq = 0;
        for _ in 0..take()? {
            seq = seq.wrapping_add(take()?);
            self.initial.push_back(seq);
        }
        Some(())
    }
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
