//! What a consumer could deliver at this moment: nothing, whenever everybody did their work.

use super::{Consumer, PriorityPolicy};
use crate::Network;

impl Consumer {
    /// The sequence of a message that somebody waits for, that may be shown and that nothing holds back. `None`: there is none, or
    /// the clock, the client or a rule holds it back.
    pub(crate) fn owed(&self, visible: u64, now: u64, net: &dyn Network) -> Option<u64> {
        if self.is_held(now) || !self.is_awaited(net) {
            return None;
        }
        let seq = self
            .redeliver
            .front()
            .copied()
            .or_else(|| self.next_owed(visible))?;
        // What can't be read waits for the disk.
        matches!(self.log.get(seq), Ok(Some(_))).then_some(seq)
    }

    fn next_owed(&self, visible: u64) -> Option<u64> {
        if self.is_full() {
            return None;
        }
        if let Some((first, ())) = self.records.initial().first() {
            return Some(first).filter(|seq| *seq <= visible);
        }
        if self.next > visible {
            return None;
        }
        let mut cursor = self.take_cursor();
        cursor.seek(self.next);
        let next = cursor.next_seq();
        self.keep_cursor(cursor);
        next.ok().flatten().filter(|seq| *seq <= visible)
    }

    fn is_held(&self, now: u64) -> bool {
        let by_rank = matches!(
            self.config.priority_policy,
            PriorityPolicy::Overflow | PriorityPolicy::PinnedClient
        );
        let by_clock = self.is_paused(now) || self.wake_at.is_some();
        by_rank || by_clock || self.unreadable.is_some()
    }

    fn is_awaited(&self, net: &dyn Network) -> bool {
        if !self.config.is_pull() {
            return self.push.bound && !self.is_stalled();
        }
        let mut requests = self.requests.iter();
        requests.any(|request| net.has_interest(self.account, &request.reply))
    }

    /// What is to be known about a consumer that stands still.
    pub(crate) fn standing_still(&self) -> String {
        format!(
            "next {}, {} requests, {} out of {}, {} to go again",
            self.next,
            self.requests.len(),
            self.records.pending().len(),
            self.config.max_ack_pending,
            self.redeliver.len(),
        )
    }
}
