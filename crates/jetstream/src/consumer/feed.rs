//! What comes next for a consumer: messages that match its filters, in the order of the stream.

use midge_streamlog::{Cursor, Filter, Filters, Message, Result, Stream as Log};
use std::collections::VecDeque;
use std::sync::Arc;

/// Messages that are read together.
const READ_MSGS: usize = 256;
const READ_BYTES: usize = super::deliver::TURN_BYTES;

/// Reads ahead within one turn; whoever holds it longer would hand out messages that were deleted meanwhile.
pub(super) struct Feed {
    cursor: Box<Cursor>,
    ahead: VecDeque<Message>,
}

impl Feed {
    /// Goes on at `next`, with what the consumer's cursor remembers.
    pub(super) fn new(mut cursor: Box<Cursor>, next: u64) -> Self {
        cursor.seek(next);
        Self {
            cursor,
            ahead: VecDeque::new(),
        }
    }

    /// The next message; `most` says how many more are likely to be asked for.
    ///
    /// # Errors
    /// This one's and the next one's: when the log can't say now.
    pub(super) fn next_message(&mut self, most: usize) -> Result<Option<Message>> {
        if self.ahead.is_empty() {
            let read = self.cursor.read(most.clamp(1, READ_MSGS), READ_BYTES)?;
            self.ahead = read.into();
        }
        Ok(self.ahead.pop_front())
    }

    /// How many there are. To be asked before the first message is taken.
    pub(super) fn count(&mut self) -> Result<u64> {
        self.cursor.count()
    }

    /// The cursor, for the next turn.
    pub(super) fn done(self) -> Box<Cursor> {
        self.cursor
    }
}

/// Messages from `from` on that match one of the filters; none: all of them. While the log can't say, as many as there can be, so that nobody takes
/// what can't be read for what isn't there.
pub(crate) fn count_or_more(log: &Log, filters: &[Filter], from: u64) -> u64 {
    let filters = Arc::new(Filters::new(filters.iter().cloned()));
    let count = log.cursor(filters, from).count();
    count.unwrap_or_else(|_| most_from(log, from))
}

/// No more messages than this are there from `from` on.
pub(super) fn most_from(log: &Log, from: u64) -> u64 {
    let stats = log.stats();
    stats.msgs.min((stats.last_seq + 1).saturating_sub(from))
}
