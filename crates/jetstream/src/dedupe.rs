//! Message ids that were seen within a stream's duplicate window. What it holds is bounded by the window and the rate of publishes.
//!
//! Ids lie in the order in which they were noted, in chunks that go one by one, and a table finds them: neither a new id nor a forgotten one
//! costs what all of them cost.

use hashbrown::DefaultHashBuilder;
use midge_streamlog::SplitTable;
use std::collections::VecDeque;
use std::hash::BuildHasher;

/// How long forgotten ids may stay, so that one look forgets many.
const SLACK: u64 = 1_000_000_000;
/// Ids that are forgotten in one look at most.
const FORGOTTEN_MAX: usize = 4096;
/// Ids of a chunk.
const CHUNK: usize = 512;

/// Ids and the sequences they were stored under.
#[derive(Default)]
pub(crate) struct Dedupe {
    noted: Noted,
    /// number of the last note of each id
    seen: SplitTable<u64>,
    hasher: DefaultHashBuilder,
    /// the id of the last message, if it had one
    last: Vec<u8>,
}

/// Notes by number, the oldest first.
#[derive(Default)]
struct Noted {
    chunks: VecDeque<Chunk>,
    /// number of the first note of the first chunk
    base: u64,
    /// number of the oldest note that wasn't forgotten
    first: u64,
    /// number of the next note
    next: u64,
}

#[derive(Default)]
struct Chunk {
    ids: Vec<u8>,
    notes: Vec<Note>,
}

#[derive(Clone, Copy)]
struct Note {
    /// where the id ends in `ids`
    end: u32,
    seq: u64,
    time: u64,
}

impl Noted {
    fn push(&mut self, id: &[u8], seq: u64, time: u64) -> u64 {
        if self.chunks.back().is_none_or(|it| it.notes.len() == CHUNK) {
            self.chunks.push_back(Chunk::default());
        }
        if let Some(Chunk { ids, notes }) = self.chunks.back_mut() {
            ids.extend_from_slice(id);
            let end = ids.len() as u32;
            notes.push(Note { end, seq, time });
        }
        self.next += 1;
        self.next - 1
    }

    /// A note that wasn't forgotten, and its id.
    fn get(&self, number: u64) -> (Note, &[u8]) {
        let at = (number - self.base) as usize;
        let Chunk { ids, notes } = &self.chunks[at / CHUNK];
        let at = at % CHUNK;
        let start = at.checked_sub(1).map_or(0, |before| notes[before].end);
        (notes[at], &ids[start as usize..notes[at].end as usize])
    }

    fn oldest(&self) -> Option<Note> {
        (self.first < self.next).then(|| self.get(self.first).0)
    }

    fn pop(&mut self) {
        self.first += 1;
        if self.first == self.next {
            self.chunks = VecDeque::new();
            self.base = self.first;
        } else if self.first - self.base == CHUNK as u64 {
            self.chunks.pop_front();
            self.base = self.first;
        }
    }
}

impl Dedupe {
    /// The sequence of a message with this id within the window.
    pub(crate) fn find(&mut self, id: &[u8], now: u64, window: u64) -> Option<u64> {
        self.forget(now, window);
        let hash = self.hasher.hash_one(id);
        let is_it = |number: &u64| self.noted.get(*number).1 == id;
        let number = *self.seen.find(hash, is_it)?;
        let (note, _) = self.noted.get(number);
        (note.time.saturating_add(window) > now).then_some(note.seq)
    }

    /// Notes that the message of this id was stored.
    pub(crate) fn note(&mut self, id: &[u8], seq: u64, time: u64) {
        let Self {
            noted,
            seen,
            hasher,
            last,
        } = self;
        last.clear();
        last.extend_from_slice(id);
        let number = noted.push(id, seq, time);
        let hash = hasher.hash_one(id);
        match seen.find_mut(hash, |known| noted.get(*known).1 == id) {
            Some(known) => *known = number,
            None => seen.insert_unique(hash, number, |it| hasher.hash_one(noted.get(*it).1)),
        }
    }

    /// A message was stored; unless [`Dedupe::note`] says otherwise, it has no id.
    pub(crate) fn stored(&mut self) {
        self.last.clear();
    }

    /// The id of the last message, empty if it had none.
    pub(crate) fn last_id(&self) -> &[u8] {
        &self.last
    }

    /// When ids have to be forgotten although nobody asks for any.
    pub(crate) fn poll_timeout(&self, window: u64) -> Option<u64> {
        let oldest = self.noted.oldest()?;
        Some(oldest.time.saturating_add(window).saturating_add(SLACK))
    }

    /// Forgets old ids, some thousand at most.
    pub(crate) fn forget(&mut self, now: u64, window: u64) {
        let Self {
            noted,
            seen,
            hasher,
            ..
        } = self;
        for _ in 0..FORGOTTEN_MAX {
            let Some(_) = noted
                .oldest()
                .filter(|it| it.time.saturating_add(window) <= now)
            else {
                return;
            };
            let number = noted.first;
            let hash = hasher.hash_one(noted.get(number).1);
            seen.remove(
                hash,
                |it| *it == number,
                |it| hasher.hash_one(noted.get(*it).1),
            );
            noted.pop();
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
        dedupe.forget(due.max(2000), 50);
        assert_eq!(dedupe.poll_timeout(50), None);
        assert!(dedupe.seen.is_empty() && dedupe.noted.chunks.capacity() == 0);
    }

    #[test]
    fn old_ids_go_a_part_at_a_time_and_are_not_found_meanwhile() {
        let mut dedupe = Dedupe::default();
        for seq in 0..20_000_u64 {
            dedupe.note(&seq.to_le_bytes(), seq, 100);
        }
        assert_eq!(dedupe.find(&19_999_u64.to_le_bytes(), 150, 50), None);
        assert_eq!(dedupe.seen.len(), 20_000 - FORGOTTEN_MAX);
        assert!(dedupe.poll_timeout(50).is_some(), "there is more to forget");
        // An old note of an id that was noted anew doesn't take the new one along.
        dedupe.note(&19_999_u64.to_le_bytes(), 20_000, 150);
        while dedupe.noted.oldest().is_some_and(|it| it.time == 100) {
            dedupe.forget(150, 50);
        }
        assert_eq!(
            dedupe.find(&19_999_u64.to_le_bytes(), 151, 50),
            Some(20_000)
        );
        assert_eq!(dedupe.seen.len(), 1);
    }
}
