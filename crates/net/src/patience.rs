//! How long bytes may wait for a reader.

use crate::host::LineOptions;
use crate::line::Line;
use midge_router::Sink;
use std::time::Instant;

/// How long bytes may wait for a reader that doesn't take them.
pub(crate) struct Patience {
    pub(crate) options: LineOptions,
    /// Until when which count of written bytes must be reached.
    due: Option<(Instant, u64)>,
}

impl Patience {
    pub(crate) fn new(options: LineOptions) -> Self {
        Self { options, due: None }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.due.map(|(deadline, _)| deadline)
    }

    /// Looks at the line after a write: bytes that wait get a deadline, later bytes a later one.
    pub(crate) fn look(&mut self, now: impl Fn() -> Instant, line: &Line, sink: &Sink) {
        let pending = sink.mailbox().pending() as u64;
        if pending == 0 || self.options.retry_writes {
            self.due = None;
        } else if self.due.is_none_or(|(_, target)| line.written() >= target) {
            self.due = Some((
                now() + self.options.write_deadline,
                line.written() + pending,
            ));
        }
    }

    pub(crate) fn is_over(&mut self, now: Instant, line: &Line, sink: &Sink) -> bool {
        self.look(|| now, line, sink);
        self.due.is_some_and(|(deadline, _)| now >= deadline)
    }
}
