//! What comes next for a consumer: messages that match its filters, in the order of the stream.

use midge_streamlog::{Cursor, Filter, Filters, Message, Stream as Log};
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
    pub(super) fn next_message(&mut self, most: usize) -> Option<Message> {
        if self.ahead.is_empty() {
            let read = self.cursor.read(most.clamp(1, READ_MSGS), READ_BYTES);
            self.ahead = read.into();
        }
        self.ahead.pop_front()
    }

    /// How many there are. To be asked before the first message is taken.
    pub(super) fn count(&mut self) -> u64 {
        self.cursor.count()
    }

    /// The cursor, for the next turn.
    pub(super) fn done(self) -> Box<Cursor> {
        self.cursor
    }
}

/// Messages from `from` on that match one of the filters; none: all of them.
pub(crate) fn count(log: &Log, filters: &[Filter], from: u64) -> u64 {
    let filters = Arc::new(Filters::new(filters.iter().cloned()));
    log.cursor(filters, from).count()
}
