//! Message ids that were seen within a stream's duplicate window.

use hashbrown::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

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
}
