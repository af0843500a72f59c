//! When which message expires by itself: a queue by the second, nothing is ever scanned for it.
use std::collections::BTreeMap;

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
pub(crate) struct Timers(BTreeMap<u64, Vec<Due>>);

impl Timers {
    pub(crate) fn add(&mut self, second: u64, due: Due) {
        self.0.entry(second).or_default().push(due);
    }

    /// The next second at which something is due.
    pub(crate) fn next(&self) -> Option<u64> {
        self.0.keys().next().copied()
    }

    /// Takes what is due at `second` or was before.
    pub(crate) fn take(&mut self, second: u64) -> Vec<Due> {
        let later = self.0.split_off(&(second + 1));
        std::mem::replace(&mut self.0, later)
            .into_values()
            .flatten()
            .collect()
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
        assert_eq!(timers.take(5), vec![Due::Segment(2), Due::Message(1)]);
        assert_eq!(timers.take(8), vec![]);
        assert_eq!(timers.next(), Some(9));
    }
}
