//! When which message expires by itself: a queue by the second, nothing is ever scanned for it.
use std::collections::{BTreeMap, VecDeque};

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// this message
    Message(u64),
    /// some message of this segment: its footer says which
    Segment(u32),
}

/// Due things by the second.
#[derive(Default)]
pub(crate) struct Timers(BTreeMap<u64, VecDeque<Due>>);

impl Timers {
    pub(crate) fn add(&mut self, second: u64, due: Due) {
        self.0.entry(second).or_default().push_back(due);
    }

    /// The next second at which something is due.
    pub(crate) fn next(&self) -> Option<u64> {
        self.0.keys().next().copied()
    }

    /// Takes what is due at `second` or was before, but no more than `max`.
    pub(crate) fn take(&mut self, second: u64, max: usize) -> Vec<Due> {
        let mut taken = Vec::new();
        while taken.len() < max
            && let Some(mut entry) = self.0.first_entry()
            && *entry.key() <= second
        {
            let due = entry.get_mut();
            let count = due.len().min(max - taken.len());
            taken.extend(due.drain(..count));
            if due.is_empty() {
                entry.remove();
            }
        }
        taken
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
}
