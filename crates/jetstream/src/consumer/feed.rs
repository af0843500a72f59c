//! What comes next for a consumer: messages that match its filters, in the order of the stream.

use midge_streamlog::{Filter, Message, Stream as Log};
use std::collections::VecDeque;

/// Messages that are read together when every message matches.
const READ_MSGS: usize = 256;
const READ_BYTES: usize = 1 << 20;

/// Reads ahead within one turn; whoever holds it longer would hand out messages that were deleted meanwhile.
pub(super) struct Feed<'a> {
    log: &'a Log,
    filters: &'a [Filter],
    visible: u64,
    /// The next sequence that wasn't looked at.
    next: u64,
    ahead: VecDeque<Message>,
}

impl<'a> Feed<'a> {
    pub(super) fn new(log: &'a Log, filters: &'a [Filter], next: u64) -> Self {
        let visible = log.stats().visible;
        Self {
            log,
            filters,
            visible,
            next,
            ahead: VecDeque::new(),
        }
    }

    /// The next message; `most` says how many more are likely to be asked for.
    pub(super) fn next_message(&mut self, most: usize) -> Option<Message> {
        if self.ahead.is_empty() && self.next <= self.visible {
            if self.filters.is_empty() {
                self.read_ahead(most);
            } else {
                self.find();
            }
        }
        let message = self.ahead.pop_front()?;
        self.next = self.next.max(message.seq + 1);
        Some(message)
    }

    fn read_ahead(&mut self, most: usize) {
        let read = self
            .log
            .read(self.next, most.clamp(1, READ_MSGS), READ_BYTES);
        let visible = self.visible;
        self.ahead
            .extend(read.into_iter().filter(|message| message.seq <= visible));
        if self.ahead.is_empty() {
            self.next = visible + 1;
        }
    }

    fn find(&mut self) {
        while self.next <= self.visible {
            let nearest = self
                .filters
                .iter()
                .filter_map(|filter| self.log.next(filter, self.next))
                .min();
            let Some(seq) = nearest.filter(|seq| *seq <= self.visible) else {
                self.next = self.visible + 1;
                return;
            };
            match self.log.get(seq) {
                Ok(Some(message)) => return self.ahead.push_back(message),
                // Deleted or damaged: the log told whoever must know.
                _ => self.next = seq + 1,
            }
        }
    }
}

/// Messages from `from` on that match.
pub(crate) fn count(log: &Log, filters: &[Filter], from: u64) -> u64 {
    if filters.is_empty() {
        return log.count(&Filter::all(), from);
    }
    filters.iter().map(|filter| log.count(filter, from)).sum()
}
