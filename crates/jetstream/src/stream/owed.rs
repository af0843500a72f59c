//! Purges that follow from a stored message: of a roll-up, and of a schedule that ends.
//!
//! # Laws
//! - Once a message is in the log nothing refuses it: whoever published it would do so again, a source would take it again each second, and a
//!   mirror could never get past it. So a purge that can't be done now is owed, and tried again every [`RETRY`] until it is done.
//! - One that goes on failing, since what it has to read is damaged, doesn't hold the others; and a turn does [`TRIES`] of them at most.
//! - A purge of many messages, or that many consumers have to be told of, goes on in the next turns: a slice in each, whatever is owed. The ack of
//!   its message doesn't wait for that.
//! - It removes what is below the message that asked for it, however late it comes.
//! - A subject owes one purge, the one that reaches farthest; so what is owed is bounded by the stream's subjects.
//! - What is owed is kept beside the log, behind the message and in the same turn, and done after a start.

use super::keeper::Keeper;
use super::{PurgeWork, Stream};
use crate::ApiError;
use crate::config::Storage;
use crate::keys::Kind;
use crate::tasks::Slice;
use midge_streamlog::{Filter, Store};
use std::collections::BTreeMap;

/// Until the next try, in nanoseconds.
const RETRY: u64 = 1_000_000_000;
/// Purges that are tried in one turn.
const TRIES: usize = 256;

/// Of which subject, `None` for all of them, and below which sequence.
type Purges = BTreeMap<Option<Box<[u8]>>, u64>;

/// A purge that is under way, and what it is of.
struct Begun {
    subject: Option<Box<[u8]>>,
    below: u64,
    work: PurgeWork,
}

/// See the head of this file.
#[derive(Default)]
pub(super) struct Owed {
    /// The one that goes on.
    begun: Option<Box<Begun>>,
    /// Those to be tried.
    purges: Purges,
    /// Those that failed in this round of tries.
    failed: Purges,
    retry: Option<u64>,
    keeper: Option<Box<Keeper>>,
}

impl Owed {
    pub(super) fn poll_timeout(&self) -> Option<u64> {
        self.retry
    }

    /// It is to be purged below `below`, at `at` or when others are.
    fn add(&mut self, subject: Option<Box<[u8]>>, below: u64, at: u64) {
        let nearer = farther(&mut self.purges, subject, below);
        nearer.into_iter().for_each(|below| self.forget(below));
        self.retry = Some(self.retry.map_or(at, |retry| retry.min(at)));
    }

    fn fail(&mut self, subject: Option<Box<[u8]>>, below: u64) {
        let nearer = farther(&mut self.failed, subject, below);
        nearer.into_iter().for_each(|below| self.forget(below));
    }

    /// Keeps it for the next start. An empty subject stands for all: no message has one.
    fn keep(&self, subject: Option<&[u8]>, below: u64) {
        let Some(keeper) = &self.keeper else {
            return;
        };
        if let Err(error) = keeper.keep(below, subject.unwrap_or_default()) {
            tracing::warn!(stream = keeper.log_name(), seq = below, %error, "JetStream: that a roll-up isn't done can't be kept for the next start");
        }
    }

    fn forget(&self, below: u64) {
        self.keeper.iter().for_each(|keeper| keeper.forget(below));
    }
}

/// Of two purges of a subject one is enough: the other is given back.
fn farther(purges: &mut Purges, subject: Option<Box<[u8]>>, below: u64) -> Option<u64> {
    let known = purges.entry(subject).or_insert(below);
    let (nearer, farther) = (below.min(*known), below.max(*known));
    *known = farther;
    (nearer < farther).then_some(nearer)
}

impl Stream {
    /// Learns what the last life of this process owed, and keeps it from now on.
    pub(crate) fn keep_owed(&mut self, store: &Store, account: &str) {
        if self.config.storage == Storage::Memory {
            return;
        }
        let stream = (self.config.name.as_str(), self.created);
        let keeper = Keeper::new((store, Kind::Rollup), account, stream);
        let found = keeper.load(self.log.stats().last_seq);
        self.owed.keeper = Some(keeper.into());
        for (below, subject) in found {
            let subject = Some(subject).filter(|subject| !subject.is_empty());
            self.owed.add(subject.map(Into::into), below, 0);
        }
    }

    /// Removes what is below `below`, of a subject or of all: now, or as soon as that can be done.
    pub(super) fn purge_below(&mut self, subject: Option<&[u8]>, below: u64, now: u64) {
        let mut work = match self.begin_owed(subject, below) {
            Ok(work) => work,
            Err(error) => return self.owe(subject, below, &error, now),
        };
        if !self.go_on_with_purge(&mut work, &mut Slice::new()) {
            self.owed.keep(subject, below);
            let subject = subject.map(Into::into);
            if self.owed.begun.is_some() {
                return self.owed.add(subject, below, now);
            }
            self.owed.retry = Some(now);
            let begun = Begun {
                subject,
                below,
                work,
            };
            self.owed.begun = Some(begun.into());
        } else if let Err(error) = work.finish() {
            self.owe(subject, below, &error, now);
        }
    }

    fn begin_owed(&self, subject: Option<&[u8]>, below: u64) -> Result<PurgeWork, ApiError> {
        let filter = subject.map_or_else(Filter::all, Filter::literal);
        self.begin_purge(filter, below, 0)
    }

    /// A purge can't be done now.
    fn owe(&mut self, subject: Option<&[u8]>, below: u64, error: &ApiError, now: u64) {
        if self.owed.retry.is_none() {
            tracing::warn!(
                stream = self.log.name(),
                seq = below,
                error = %error.description,
                "JetStream: what a roll-up replaced can't be removed, which is tried again"
            );
        }
        self.owed.keep(subject, below);
        let subject = subject.map(Into::into);
        self.owed.add(subject, below, now.saturating_add(RETRY));
    }

    /// Goes on with what is owed, if that is due.
    pub(super) fn purge_owed(&mut self, now: u64) {
        if self.owed.retry.is_none_or(|retry| retry > now) {
            return;
        }
        let mut slice = Slice::new();
        for _ in 0..TRIES {
            if slice.is_spent() {
                break;
            }
            let begun = match self.owed.begun.take() {
                Some(begun) => Some(begun),
                None => self.begin_next(),
            };
            let Some(mut begun) = begun else {
                break;
            };
            if !self.go_on_with_purge(&mut begun.work, &mut slice) {
                self.owed.begun = Some(begun);
                break;
            }
            let Begun {
                subject,
                below,
                work,
            } = *begun;
            match work.finish() {
                Ok(_) => self.owed.forget(below),
                Err(_) => self.owed.fail(subject, below),
            }
        }
        let is_done = self.owed.begun.is_none() && self.owed.purges.is_empty();
        self.owed.retry = match (is_done, self.owed.failed.is_empty()) {
            (true, true) => None,
            (false, _) => Some(now),
            (true, false) => {
                self.owed.purges = std::mem::take(&mut self.owed.failed);
                Some(now.saturating_add(RETRY))
            }
        };
    }

    /// Begins with the first of those that can be begun now.
    fn begin_next(&mut self) -> Option<Box<Begun>> {
        while let Some((subject, below)) = self.owed.purges.pop_first() {
            match self.begin_owed(subject.as_deref(), below) {
                Ok(work) => {
                    let begun = Begun {
                        subject,
                        below,
                        work,
                    };
                    return Some(begun.into());
                }
                Err(_) => self.owed.fail(subject, below),
            }
        }
        None
    }
}
