//! Messages of an origin that were taken and that it wasn't told of, because they aren't durable here, or because it couldn't remove them.
//!
//! # Laws
//! - The origin is told of a message when all is on the disk that this stream had when it took it.
//! - What is remembered is bounded: runs of sequences, [`RUNS_MAX`] of them, however long this stream's policy waits for a sync. Of more the last
//!   one grows over sequences that weren't taken. The origin looks at each that it is told of and removes none that anybody wants.
//! - A run doesn't grow for ever, unless all others wait as well: then none would ever be durable.

use std::collections::VecDeque;

/// Runs that are remembered.
const RUNS_MAX: usize = 4096;
/// Messages of a run.
const RUN_MAX: u64 = 256;

/// `from..=to` of the origin, durable when `own` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) own: u64,
    pub(super) from: u64,
    pub(super) to: u64,
}

/// See the head of this file.
#[derive(Default)]
pub(super) struct Unsettled {
    /// In the order of their sequences.
    runs: VecDeque<Run>,
}

impl Unsettled {
    pub(super) fn first(&self) -> Option<Run> {
        self.runs.front().copied()
    }

    /// A message was taken when this stream had everything up to `own`.
    pub(super) fn push(&mut self, own: u64, seq: u64) {
        let is_full = self.runs.len() >= RUNS_MAX;
        match self.runs.back_mut() {
            Some(last) if is_full || last.to + 1 == seq && seq - last.from < RUN_MAX => {
                (last.own, last.to) = (own, seq);
            }
            _ => self.push_all(own, seq, seq),
        }
    }

    /// The same of all from one to another.
    pub(super) fn push_all(&mut self, own: u64, from: u64, to: u64) {
        if from <= to {
            self.runs.push_back(Run { own, from, to });
        }
    }

    /// The origin was told of all messages below `seq`.
    pub(super) fn forget_below(&mut self, seq: u64) {
        while self.runs.pop_front_if(|run| run.to < seq).is_some() {}
        if let Some(first) = self.runs.front_mut() {
            first.from = first.from.max(seq);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_told_in_their_order() {
        let mut unsettled = Unsettled::default();
        for (own, seq) in [(1, 10), (2, 11), (3, 20)] {
            unsettled.push(own, seq);
        }
        let first = |unsettled: &Unsettled| {
            let run = unsettled.first();
            run.map(|run| (run.own, run.from, run.to))
        };
        assert_eq!(first(&unsettled), Some((2, 10, 11)));
        unsettled.forget_below(11);
        assert_eq!(first(&unsettled), Some((2, 11, 11)));
        unsettled.forget_below(12);
        assert_eq!(first(&unsettled), Some((3, 20, 20)));
        unsettled.forget_below(21);
        assert_eq!(first(&unsettled), None);
    }

    #[test]
    fn runs_are_bounded_in_length_and_in_number() {
        let mut unsettled = Unsettled::default();
        for seq in 1..=2 * RUN_MAX {
            unsettled.push(seq, seq);
        }
        assert_eq!(unsettled.runs.len(), 2, "the first one ends");
        let end = 2 * RUN_MAX + 4 * RUNS_MAX as u64;
        for seq in (2 * RUN_MAX + 2..=end).step_by(2) {
            unsettled.push(seq, seq);
        }
        assert_eq!(unsettled.runs.len(), RUNS_MAX);
        let last = unsettled.runs.back().copied();
        assert_eq!(last.map(|run| (run.own, run.to)), Some((end, end)));
        for (run, next) in unsettled.runs.iter().zip(unsettled.runs.iter().skip(1)) {
            assert!(run.to < next.from && run.own < next.own);
        }
    }
}
