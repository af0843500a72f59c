//! How often the watchdog found something that stood still.

use midge_jetstream::Alarms;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Written by who has the engine, read by monitoring.
#[derive(Default)]
pub(crate) struct AlarmCounts {
    consumers: AtomicU64,
    answers: AtomicU64,
    mailboxes: AtomicU64,
}

impl AlarmCounts {
    /// By kind.
    pub(crate) fn all(&self) -> [(&'static str, u64); 3] {
        [
            ("consumer", self.consumers.load(Relaxed)),
            ("answer", self.answers.load(Relaxed)),
            ("mailbox", self.mailboxes.load(Relaxed)),
        ]
    }

    /// Takes note of what JetStream found up to now. True if that is more than before.
    pub(crate) fn note(&self, found: Alarms) -> bool {
        let before = self.consumers.swap(found.consumers, Relaxed)
            + self.answers.swap(found.answers, Relaxed);
        found.consumers + found.answers > before
    }

    /// One more mailbox that nobody emptied.
    pub(crate) fn add_mailbox(&self) {
        self.mailboxes.fetch_add(1, Relaxed);
    }
}
