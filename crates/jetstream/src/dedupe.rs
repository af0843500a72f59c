//! Message ids that were seen within a stream's duplicate window. What it holds is bounded by the window and the rate of publishes.

use hashbrown::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

/// How long forgotten ids may stay, so that one look forgets many.
const SLACK: u64 = 1_000_000_000;

/// Ids and the sequences they were stored under.
///
/// **Invariant:** `order` holds the ids of `seen` by time, so forgetting looks at its head alone.
#[derive(Default)]
pub(crate) struct Dedupe {
    seen: HashMap<Arc<[u8]>, u64>,
    order: VecDeque<(u64, Arc<[u8]>)>,
    last: Option<Arc<[u8]>>,
}

impl Dedupe {
    /// The sequence of a message with this id within the window.
    pub(crate) fn find(&mut self, id: &[u8], now: u64, window: u64) -> Option<u64> {
        self.forget(now, window);
        self.seen.get(id).copied()
    }

    /// Notes that the message of this id was stored.
    pub(crate) fn note(&mut self, id: &[u8], seq: u64, time: u64) {
        let id: Arc<[u8]> = id.into();
        self.last = Some(id.clone());
        if self.seen.insert(id.clone(), seq).is_none() {
            self.order.push_back((time, id));
        }
    }

    /// A message was stored; unless [`Dedupe::note`] says otherwise, it has no id.
    pub(crate) fn stored(&mut self) {
        self.last = None;
    }

    /// The id of the last message, empty if it had none.
    pub(crate) fn last_id(&self) -> &[u8] {
        self.last.as_deref().unwrap_or_default()
    }

    /// When ids have to be forgotten although nobody asks for any.
    pub(crate) fn poll_timeout(&self, window: u64) -> Option<u64> {
        let (time, _) = self.order.front()?;
        Some(time.saturating_add(window).saturating_add(SLACK))
    }

    /// Forgets old ids, and gives their memory back.
    pub(crate) fn trim(&mut self, now: u64, window: u64) {
        self.forget(now, window);
        self.seen.shrink_to(2 * self.seen.len());
        self.order.shrink_to(2 * self.order.len());
    }

    fn forget(&mut self, now: u64, window: u64) {
        while let Some((time, id)) = self.order.front() {
            if time.saturating_add(window) > now {
                break;
            }
            self.seen.remove(id);
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_for_the_window_and_no_longer() {
        let mut dedupe = Dedupe::default();
        dedupe.note(b"a", 1, 100);
        assert_eq!(dedupe.find(b"a", 149, 50), Some(1));
        assert_eq!(dedupe.find(b"a", 150, 50), None);
        assert_eq!(dedupe.last_id(), b"a");
        dedupe.note(b"a", 2, 150);
        assert_eq!(dedupe.find(b"a", 151, 50), Some(2));
    }

    #[test]
    fn ids_that_nobody_asks_for_go_by_the_clock() {
        let mut dedupe = Dedupe::default();
        for seq in 0..1000_u64 {
            dedupe.note(&seq.to_le_bytes(), seq, 100 + seq);
        }
        let due = dedupe.poll_timeout(50).expect("a timer");
        assert!(due > 150);
        dedupe.trim(due.max(2000), 50);
        assert_eq!(dedupe.poll_timeout(50), None);
        assert_eq!((dedupe.seen.capacity(), dedupe.order.capacity()), (0, 0));
    }
}
