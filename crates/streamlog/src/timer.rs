//! When which message expires by itself: a queue in the order of time, nothing is ever scanned for it.
//!
//! # Laws
//! - A message is due in the nanosecond that its time to live ends, and a sealed segment no later than the first of its messages.
//! - Whoever removes a message leaves its timer. When timers are more than [`SPARE`] and two for each message that is there, those of messages
//!   that are gone are sifted out, some at each append, so that nobody waits for all of them. Memory is thus bounded by what the stream holds.
//! - While it sifts, what isn't sifted counts as due when the first of it is, and whoever asks what is due sifts on.
use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
};

/// Timers that a stream may have beside two for each of its messages.
const SPARE: u64 = 1024;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// this message
    Message(u64),
    /// some message of this segment: its footer says which
    Segment(u32),
}

/// Nanoseconds since 1970 and a sequence.
type Timer = (u64, u64);

/// See the head of this file.
#[derive(Default)]
pub(crate) struct Timers {
    messages: BinaryHeap<Reverse<Timer>>,
    /// nanoseconds since 1970 and a segment's number
    segments: BTreeSet<(u64, u32)>,
    /// timers of messages that may be gone, in any order
    unsifted: Vec<Reverse<Timer>>,
    /// none of `unsifted` is due before
    unsifted_from: u64,
}

impl Timers {
    pub(crate) fn add(&mut self, at: u64, due: Due) {
        match due {
            Due::Message(seq) => self.messages.push(Reverse((at, seq))),
            Due::Segment(number) => drop(self.segments.insert((at, number))),
        }
    }

    /// When something may be due, in nanoseconds since 1970.
    pub(crate) fn next(&self) -> Option<u64> {
        let message = self.messages.peek().map(|Reverse((at, _))| *at);
        let segment = self.segments.first().map(|(at, _)| *at);
        let unsifted = (!self.unsifted.is_empty()).then_some(self.unsifted_from);
        [message, segment, unsifted].into_iter().flatten().min()
    }

    /// Takes what is due at `now`, in nanoseconds since 1970, but no more than `max`.
    pub(crate) fn take(&mut self, now: u64, max: usize) -> Vec<Due> {
        let mut taken = Vec::new();
        while taken.len() < max
            && let Some((at, number)) = self.segments.first().copied()
            && at <= now
        {
            self.segments.pop_first();
            taken.push(Due::Segment(number));
        }
        while taken.len() < max
            && let Some(Reverse((at, _))) = self.messages.peek()
            && *at <= now
            && let Some(Reverse((_, seq))) = self.messages.pop()
        {
            taken.push(Due::Message(seq));
        }
        taken
    }

    /// Up to `max` timers of messages that may be gone, if there are many beside those of `messages` that are there: whoever gets them adds
    /// those again that are.
    pub(crate) fn sift(&mut self, messages: u64, max: usize) -> Vec<(u64, u64)> {
        if messages == 0 {
            *self = Self::default();
        }
        let most = SPARE.saturating_add(messages.saturating_mul(2));
        if self.unsifted.is_empty() && self.messages.len() as u64 > most {
            self.unsifted_from = self.messages.peek().map_or(0, |Reverse((at, _))| *at);
            self.unsifted = std::mem::take(&mut self.messages).into_vec();
        }
        let left = self.unsifted.len().saturating_sub(max);
        let sifted = self.unsifted.drain(left..).map(|Reverse(timer)| timer);
        let sifted = sifted.collect();
        if self.unsifted.is_empty() {
            self.unsifted = Vec::new(); // gives its memory back
        }
        sifted
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.messages.len() + self.segments.len() + self.unsifted.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_is_due_and_nothing_else() {
        let mut timers = Timers::default();
        timers.add(5, Due::Message(1));
        timers.add(3, Due::Segment(2));
        timers.add(9, Due::Message(3));
        assert_eq!(timers.next(), Some(3));
        assert_eq!(timers.take(5, 9), vec![Due::Segment(2), Due::Message(1)]);
        assert_eq!(timers.take(8, 9), vec![]);
        assert_eq!(timers.next(), Some(9));
    }

    #[test]
    fn takes_no_more_than_it_may() {
        let mut timers = Timers::default();
        (1..=5).for_each(|seq| timers.add(seq / 3, Due::Message(seq)));
        let seqs = [1, 2, 3, 4, 5].map(Due::Message);
        assert_eq!(timers.take(9, 1), seqs[..1]);
        assert_eq!(timers.take(9, 3), seqs[1..4]);
        assert_eq!(timers.take(9, 3), seqs[4..]);
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn what_is_due_while_it_sifts_comes_in_time_and_once() {
        let mut timers = Timers::default();
        let count = SPARE + 100;
        (0..count).for_each(|seq| timers.add(1000 + seq, Due::Message(seq)));
        let (mut taken, mut calls) = (Vec::new(), 0);
        while timers.next().is_some_and(|at| at <= 1000 + count) {
            for (at, seq) in timers.sift(1, 100) {
                timers.add(at, Due::Message(seq));
            }
            taken.extend(timers.take(1000 + count, 50));
            calls += 1;
        }
        taken.sort_by_key(|due| match due {
            Due::Message(seq) => *seq,
            Due::Segment(_) => 0,
        });
        assert_eq!(taken, (0..count).map(Due::Message).collect::<Vec<_>>());
        assert!(calls >= count / 50);
    }

    #[test]
    fn few_timers_and_those_of_messages_that_are_there_aren_t_sifted() {
        let mut timers = Timers::default();
        (0..SPARE).for_each(|seq| timers.add(seq, Due::Message(seq)));
        assert!(timers.sift(1, 9).is_empty());
        (0..2000).for_each(|seq| timers.add(seq, Due::Message(seq)));
        assert!(timers.sift(1000, 9).is_empty());
        assert_eq!(timers.sift(999, 9).len(), 9);
        timers.sift(0, 9);
        assert_eq!(timers.next(), None);
    }
}
