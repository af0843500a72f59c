//! A map by keys which mostly come behind all others and go from the front: sequences, or times with them.
//!
//! Entries stand in their order in chunks of [`CHUNK`] at most. Where sequences have no gaps, one's place in its chunk is its distance from the
//! first; elsewhere it is found by bisection. An insertion or removal moves half a chunk at most, and none pays for all that is there.
//!
//! # Invariants
//! - Chunks stand in the order of where they start; all their keys are there or behind, and below where the next one starts.
//! - No chunk is empty, and two neighbours hold half a chunk together, or more.
//! - A chunk has room for twice its entries at most, and [`SPARE_MIN`].

use std::collections::VecDeque;
use std::ops::{Bound, Range, RangeBounds};

/// Entries in one chunk.
const CHUNK: usize = 256;
/// A chunk of few has room for so many more, at least.
const SPARE_MIN: usize = 8;

/// What a map is sorted by.
pub(super) trait Key: Copy + Ord {
    const MAX: Self;

    /// How far it is behind the first one, if there are no gaps between them.
    fn distance(self, first: Self) -> usize;
}

impl Key for u64 {
    const MAX: Self = Self::MAX;

    fn distance(self, first: Self) -> usize {
        self.wrapping_sub(first) as usize
    }
}

/// A time, and a sequence.
impl Key for (u64, u64) {
    const MAX: Self = (u64::MAX, u64::MAX);

    fn distance(self, first: Self) -> usize {
        self.1.distance(first.1)
    }
}

/// See the head of this file.
#[derive(Clone)]
pub(super) struct ChunkMap<K, V> {
    chunks: VecDeque<Chunk<K, V>>,
    len: usize,
}

#[derive(Clone)]
struct Chunk<K, V> {
    start: K,
    entries: VecDeque<(K, V)>,
}

impl<K, V> Default for ChunkMap<K, V> {
    fn default() -> Self {
        Self {
            chunks: VecDeque::new(),
            len: 0,
        }
    }
}

impl<K: Key, V> ChunkMap<K, V> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn contains(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn get(&self, key: K) -> Option<&V> {
        let chunk = self.chunks.get(self.chunk_of(key))?;
        let at = chunk.position(key).ok()?;
        chunk.entries.get(at).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let at = self.chunk_of(key);
        let chunk = self.chunks.get_mut(at)?;
        let at = chunk.position(key).ok()?;
        chunk.entries.get_mut(at).map(|(_, value)| value)
    }

    pub(super) fn first(&self) -> Option<(K, &V)> {
        let (key, value) = self.chunks.front()?.entries.front()?;
        Some((*key, value))
    }

    pub(super) fn last(&self) -> Option<(K, &V)> {
        let (key, value) = self.chunks.back()?.entries.back()?;
        Some((*key, value))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = K> + Clone {
        self.range(..).map(|(key, _)| key)
    }

    /// The entries within a range, in their order.
    pub(super) fn range(
        &self,
        range: impl RangeBounds<K>,
    ) -> impl DoubleEndedIterator<Item = (K, &V)> + Clone {
        let range = (range.start_bound().cloned(), range.end_bound().cloned());
        let end = match range.1 {
            Bound::Included(key) | Bound::Excluded(key) => self.chunk_of(key) + 1,
            Bound::Unbounded => self.chunks.len(),
        };
        let end = end.min(self.chunks.len());
        let begin = match range.0 {
            Bound::Included(key) | Bound::Excluded(key) => self.chunk_of(key),
            Bound::Unbounded => 0,
        };
        let chunks = self.chunks.range(begin.min(end)..end);
        let entries = chunks.flat_map(move |chunk| chunk.entries.range(chunk.positions(range)));
        entries.map(|(key, value)| (*key, value))
    }

    /// What was there before.
    pub(super) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let at = self.make_room(self.chunk_of(key), key);
        let chunk = &mut self.chunks[at];
        match chunk.position(key) {
            Ok(place) => Some(std::mem::replace(&mut chunk.entries[place].1, value)),
            Err(place) => {
                chunk.start = chunk.start.min(key);
                chunk.entries.insert(place, (key, value));
                self.len += 1;
                None
            }
        }
    }

    pub(super) fn remove(&mut self, key: K) -> Option<V> {
        let at = self.chunk_of(key);
        let chunk = self.chunks.get_mut(at)?;
        let place = chunk.position(key).ok()?;
        let (_, value) = chunk.entries.remove(place)?;
        chunk.fit();
        self.len -= 1;
        self.join(at);
        Some(value)
    }

    /// The chunk that `key` falls into; 0 if there is none.
    fn chunk_of(&self, key: K) -> usize {
        let start = |at: usize| self.chunks.get(at).map_or(K::MAX, |chunk| chunk.start);
        let last = self.chunks.len().saturating_sub(1);
        // Most come behind all others and go from the front.
        if start(last) <= key {
            last
        } else if key < start(1) {
            0
        } else {
            self.chunks.partition_point(|chunk| chunk.start <= key) - 1
        }
    }

    /// The chunk for `key`, which falls into this one, with room for one more.
    fn make_room(&mut self, at: usize, key: K) -> usize {
        let is_last = at + 1 == self.chunks.len();
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push_back(Chunk::new(key, VecDeque::new()));
            return at;
        };
        if chunk.entries.len() < CHUNK {
            return at;
        }
        let is_behind = chunk.entries.back().is_some_and(|last| last.0 < key);
        let upper = match is_last && is_behind {
            true => Chunk::new(key, VecDeque::new()),
            false => {
                let upper = chunk.entries.split_off(CHUNK / 2);
                Chunk::new(upper[0].0, upper)
            }
        };
        let is_above = upper.start <= key;
        self.chunks.insert(at + 1, upper);
        at + usize::from(is_above)
    }

    /// Joins a chunk that became smaller with a neighbour, if they are small together.
    fn join(&mut self, at: usize) {
        let own = self.chunks[at].entries.len();
        let fits = |other: &Chunk<K, V>| own + other.entries.len() < CHUNK / 2;
        if own == 0 {
            self.chunks.remove(at);
        } else if self.chunks.get(at + 1).is_some_and(fits) {
            self.absorb_next(at);
        } else if at > 0 && fits(&self.chunks[at - 1]) {
            self.absorb_next(at - 1);
        }
        if self.chunks.is_empty() {
            // Most consumers rest.
            self.chunks = VecDeque::new();
        }
    }

    fn absorb_next(&mut self, at: usize) {
        if let Some(mut next) = self.chunks.remove(at + 1) {
            let chunk = &mut self.chunks[at];
            chunk.entries.append(&mut next.entries);
        }
    }
}

impl<K: Key, V> Chunk<K, V> {
    fn new(start: K, entries: VecDeque<(K, V)>) -> Self {
        Self { start, entries }
    }

    /// Gives room back that it has in vain.
    fn fit(&mut self) {
        let len = self.entries.len();
        if self.entries.capacity() > 2 * len + SPARE_MIN {
            self.entries.shrink_to(len + len / 4);
        }
    }

    /// Where an entry is, or would be.
    fn position(&self, key: K) -> Result<usize, usize> {
        if self.entries.back().is_none_or(|last| last.0 < key) {
            return Err(self.entries.len());
        }
        let distance = key.distance(self.entries[0].0);
        match self.entries.get(distance) {
            Some(entry) if entry.0 == key => Ok(distance),
            _ => self.entries.binary_search_by_key(&key, |entry| entry.0),
        }
    }

    fn positions(&self, (begin, end): (Bound<K>, Bound<K>)) -> Range<usize> {
        let below = |key: K| self.entries.partition_point(|entry| entry.0 < key);
        let upto = |key: K| self.entries.partition_point(|entry| entry.0 <= key);
        let begin = match begin {
            Bound::Included(key) => below(key),
            Bound::Excluded(key) => upto(key),
            Bound::Unbounded => 0,
        };
        let end = match end {
            Bound::Included(key) => upto(key),
            Bound::Excluded(key) => below(key),
            Bound::Unbounded => self.entries.len(),
        };
        begin.min(end)..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Draws;
    use std::collections::BTreeMap;
    use std::fmt::Debug;

    impl<K: Key, V> ChunkMap<K, V> {
        fn check(&self) {
            let sizes: Vec<usize> = self.chunks.iter().map(|it| it.entries.len()).collect();
            assert!(sizes.iter().all(|len| (1..=CHUNK).contains(len)));
            assert!(sizes.windows(2).all(|two| two[0] + two[1] >= CHUNK / 2));
            assert_eq!(sizes.iter().sum::<usize>(), self.len);
            let fits = |it: &Chunk<K, V>| it.entries.capacity() <= 2 * it.entries.len() + SPARE_MIN;
            assert!(self.chunks.iter().all(fits));
            let starts = self.chunks.iter().map(|chunk| chunk.start);
            let ends = starts.skip(1).chain([K::MAX]);
            for (chunk, end) in self.chunks.iter().zip(ends) {
                let (first, last) = (chunk.entries[0].0, chunk.entries.back().unwrap().0);
                assert!(chunk.start <= first && last < end);
            }
        }
    }

    fn same<K: Key + Debug>(
        map: &ChunkMap<K, u64>,
        model: &BTreeMap<K, u64>,
        range: (Bound<K>, Bound<K>),
    ) {
        let listed = model.range(range).map(|(key, value)| (*key, value));
        assert!(map.range(range).eq(listed.clone()), "{range:?}");
        assert!(map.range(range).rev().eq(listed.rev()), "{range:?}");
    }

    /// It grows behind and anywhere, it shrinks from the front and anywhere, with gaps between sequences or without.
    #[test]
    fn a_map_in_chunks_is_a_map() {
        check(|seq| seq, |key| key);
        check(|seq| (seq / 7, seq), |key| key.1);
    }

    fn check<K: Key + Debug>(key: impl Fn(u64) -> K, seq: impl Fn(K) -> u64) {
        for seed in 1..=8 {
            let mut draws = Draws(seed);
            let (mut map, mut model) = (ChunkMap::default(), BTreeMap::new());
            let gap = 1 + draws.number() % 3;
            for round in 0..60 {
                let grows = round / 10 % 2 == 0;
                for step in 0..200 {
                    let first = model
                        .first_key_value()
                        .map_or(5000, |(first, _)| seq(*first));
                    let last = model.last_key_value().map_or(first, |(last, _)| seq(*last));
                    let any = first + draws.number() % (last - first + 1);
                    let there = model.range(key(any)..).next();
                    let there = there.map_or(any, |(there, _)| seq(*there));
                    let (changed, inserts) = match (grows, draws.number() % 4) {
                        (true, 0..=1) => (last + 1 + draws.number() % gap, true),
                        (true, 2) => (any - 1, true),
                        (true, _) | (false, 0) => (first, false),
                        (false, 1) => (any, false),
                        (false, _) => (there, false),
                    };
                    match inserts {
                        true => assert_eq!(
                            map.insert(key(changed), step),
                            model.insert(key(changed), step)
                        ),
                        false => assert_eq!(map.remove(key(changed)), model.remove(&key(changed))),
                    }
                    assert_eq!(map.get(key(any)), model.get(&key(any)));
                    assert_eq!(map.get_mut(key(there)), model.get_mut(&key(there)));
                    map.check();
                }
                let begin = 4000 + draws.number() % 4000;
                let end = begin + draws.number() % 2000;
                for begin in [
                    Bound::Included(key(begin)),
                    Bound::Excluded(key(begin)),
                    Bound::Unbounded,
                ] {
                    same(&map, &model, (begin, Bound::Excluded(key(end + 1))));
                    same(&map, &model, (begin, Bound::Included(key(end))));
                    same(&map, &model, (begin, Bound::Unbounded));
                }
                let first = model.first_key_value().map(|(key, value)| (*key, value));
                let last = model.last_key_value().map(|(key, value)| (*key, value));
                assert_eq!(
                    (map.first(), map.last(), map.len()),
                    (first, last, model.len())
                );
            }
        }
    }
}
