//! Purges that follow from a stored message: of a roll-up, and of a schedule that ends.
//!
//! # Laws
//! - Once a message is in the log nothing refuses it: whoever published it would do so again, a source would take it again each second, and a
//!   mirror could never get past it. So a purge that can't be done now is owed, and tried again every [`RETRY`] until it is done.
//! - One that goes on failing, since what it has to read is damaged, doesn't hold the others; and a turn does [`TRIES`] of them at most.
//! - It removes what is below the message that asked for it, however late it comes.
//! - A subject owes one purge, the one that reaches farthest; so what is owed is bounded by the stream's subjects.
//! - What is owed is in memory alone: after a crash the older messages are there until the subject's next roll-up.

use super::Stream;
use midge_streamlog::Filter;
use std::collections::BTreeMap;

/// Until the next try, in nanoseconds.
const RETRY: u64 = 1_000_000_000;
/// Purges that are tried in one turn.
const TRIES: usize = 256;

/// Of which subject, `None` for all of them, and below which sequence.
type Purges = BTreeMap<Option<Box<[u8]>>, u64>;

/// See the head of this file.
#[derive(Default)]
pub(super) struct Owed {
    /// Those to be tried.
    purges: Purges,
    /// Those that failed in this round of tries.
    failed: Purges,
    retry: Option<u64>,
}

impl Owed {
    pub(super) fn poll_timeout(&self) -> Option<u64> {
        self.retry
    }
}

impl Stream {
    /// Removes what is below `below`, of a subject or of all: now, or as soon as that can be done.
    pub(super) fn purge_below(&mut self, subject: Option<&[u8]>, below: u64, now: u64) {
        let filter = subject.map_or_else(Filter::all, Filter::literal);
        let Err(error) = self.purge(&filter, below, 0) else {
            return;
        };
        if self.owed.retry.is_none() {
            let name = &self.config.name;
            tracing::warn!(target: "midge", "JetStream stream {name} can't remove yet what a roll-up replaced: {}", error.description);
        }
        let farthest = self.owed.purges.entry(subject.map(Into::into)).or_default();
        *farthest = below.max(*farthest);
        self.owed.retry.get_or_insert(now.saturating_add(RETRY));
    }

    /// Tries again what is owed, if that is due.
    pub(super) fn purge_owed(&mut self, now: u64) {
        if self.owed.retry.is_none_or(|retry| retry > now) {
            return;
        }
        for _ in 0..TRIES {
            let Some((subject, below)) = self.owed.purges.pop_first() else {
                break;
            };
            let filter = subject.as_deref().map_or_else(Filter::all, Filter::literal);
            if self.purge(&filter, below, 0).is_err() {
                let farthest = self.owed.failed.entry(subject).or_default();
                *farthest = below.max(*farthest);
            }
        }
        self.owed.retry = match (self.owed.purges.is_empty(), self.owed.failed.is_empty()) {
            (true, true) => None,
            (false, _) => Some(now),
            (true, false) => {
                self.owed.purges = std::mem::take(&mut self.owed.failed);
                Some(now.saturating_add(RETRY))
            }
        };
    }
}
