//! What nobody wants of a stream's messages, while the changes that this stands on are on their way to the disk.
//!
//! That nobody wants a message is found when somebody is done with it, ends, or begins to want less. It stands on every such change that was made
//! before, and on none that is made after. What is removed may get to the disk before a change, and a power cut between the two would bring back
//! whoever wants the message, and not the message.
//!
//! # Laws
//! - A message that nobody wants goes when all changes that were made before that was found are durable. It waits for no later one, so changes with
//!   each commit don't hold it.
//! - It goes although somebody came meanwhile who would want it: to the stream it is gone since it was found.
//! - Acks don't wait for that. A consumer's state may say that it is done with a message that waits here. What waits is in memory alone; each change has
//!   left a mark in the store by which the next start sweeps the stream, and the mark stays until nothing waits.
//! - A change waits for the store or for the stream's own log, never for another's. If it fails, one of the two stopped, and nothing goes before the
//!   next start.
//! - Each message waits here once, so that all that waits is bounded by the stream.

use super::Stream;
use crate::ApiError;
use crate::tasks::Slice;
use midge_streamlog::Ticket;
use std::collections::{BTreeSet, VecDeque};

/// A change of who wants messages, and what nobody wants since that and before the next one.
struct Change {
    ticket: Ticket,
    unwanted: Vec<u64>,
}

/// See the head of this file.
#[derive(Default)]
pub(super) struct Undecided {
    /// Those that aren't known to be durable, in the order of their batches.
    changes: VecDeque<Change>,
    /// What goes by changes that are durable.
    decided: Vec<u64>,
    /// All of `decided` and of what is `unwanted`.
    waiting: BTreeSet<u64>,
}

impl Stream {
    /// What nobody wants by a change that was just made, or by what comes after it, stays until `ticket` is released.
    pub(crate) fn decide_after(&mut self, ticket: &Ticket) {
        let changes = &mut self.undecided.get_or_insert_default().changes;
        let ticket = ticket.clone();
        match changes.back_mut() {
            Some(last) if last.ticket.batch() == ticket.batch() => last.ticket = ticket,
            _ => changes.push_back(Change {
                ticket,
                unwanted: Vec::new(),
            }),
        }
    }

    /// Whether some of what nobody wants is still there.
    pub(crate) fn is_undecided(&self) -> bool {
        self.undecided.is_some()
    }

    /// Whether changes are on their way.
    pub(crate) fn awaits_changes(&self) -> bool {
        let undecided = self.undecided.as_ref();
        undecided.is_some_and(|undecided| !undecided.changes.is_empty())
    }

    /// Keeps messages that nobody wants until that is durable. False: it is.
    pub(super) fn defer(&mut self, seqs: &[u64]) -> bool {
        let Some(undecided) = &mut self.undecided else {
            return false;
        };
        let Some(last) = undecided.changes.back_mut() else {
            return false;
        };
        let waiting = &mut undecided.waiting;
        let new = seqs.iter().copied().filter(|seq| waiting.insert(*seq));
        last.unwanted.extend(new);
        true
    }

    /// The store committed. True if messages may go now that had to stay.
    pub(crate) fn decide(&mut self) -> bool {
        let Some(undecided) = &mut self.undecided else {
            return false;
        };
        let is_durable = |change: &mut Change| matches!(change.ticket.outcome(), Some(Ok(())));
        let before = undecided.decided.len();
        while let Some(mut change) = undecided.changes.pop_front_if(is_durable) {
            undecided.decided.append(&mut change.unwanted);
        }
        let decides = before == 0 && !undecided.decided.is_empty();
        self.forget_decided();
        decides
    }

    /// Removes a slice of what was decided. True when nothing is left of that.
    ///
    /// # Errors
    /// When the log takes no removal now. The next try goes on.
    pub(crate) fn remove_decided(&mut self, slice: &mut Slice) -> Result<bool, ApiError> {
        let Some(mut undecided) = self.undecided.take() else {
            return Ok(true);
        };
        let (records, _) = slice.left();
        let left = undecided.decided.len().saturating_sub(records);
        let gone = undecided.decided.split_off(left);
        slice.touch_many(gone.len());
        let removed = self.remove_now(&gone);
        match removed {
            Ok(()) => gone.iter().for_each(|seq| {
                undecided.waiting.remove(seq);
            }),
            Err(_) => undecided.decided.extend(gone),
        }
        self.undecided = Some(undecided);
        self.forget_decided();
        removed.map(|()| left == 0)
    }

    /// The stream keeps its messages from now on, wanted or not.
    pub(crate) fn keep_unwanted(&mut self) {
        if let Some(undecided) = &mut self.undecided {
            let changes = &mut undecided.changes;
            changes.iter_mut().for_each(|it| it.unwanted.clear());
            undecided.decided.clear();
            undecided.waiting.clear();
        }
    }

    fn forget_decided(&mut self) {
        let is_over = |it: &mut Box<Undecided>| it.changes.is_empty() && it.decided.is_empty();
        self.undecided.take_if(is_over);
    }
}
