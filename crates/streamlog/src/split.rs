//! A hash table that grows by a part at a time, so that no insertion pays for a million entries.
//!
//! A plain table moves all its entries when it is full, and whoever hashes an entry by following it into memory waits a tenth of a second
//! for a million of them. Here entries lie in parts of some thousand; when there are more than [`FILL`] for each part, one part is divided in
//! two, in turn (linear hashing), and when there are few, the last part joins the one that it came from. So an insertion moves at most
//! some thousand entries, whatever there is.
//!
//! **Invariant:** an entry of hash `h` lies in part `self.part_of(h)`.

use hashbrown::HashTable;

/// Entries for each part, on the average, above which another part is made.
const FILL: usize = 6656;
/// Room of a part that is made: twice [`FILL`], which is what a part has before it is divided, and what chance adds.
const ROOM: usize = 14_336;
/// Below this share of [`FILL`] a part goes.
const SPARSE: usize = 4;
/// The first bit of a hash that tells the part: a part's own table uses those at both ends.
const SHIFT: u32 = 32;

/// See the head of this file. As with [`HashTable`], the caller hashes and compares.
pub struct SplitTable<T> {
    /// never empty
    parts: Vec<HashTable<T>>,
    len: usize,
}

impl<T> Default for SplitTable<T> {
    fn default() -> Self {
        Self {
            parts: vec![HashTable::new()],
            len: 0,
        }
    }
}

impl<T> SplitTable<T> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entry of this hash that `is_it` accepts.
    pub fn find(&self, hash: u64, is_it: impl FnMut(&T) -> bool) -> Option<&T> {
        self.parts[self.part_of(hash)].find(hash, is_it)
    }

    /// The same, to be changed; its hash has to stay.
    pub fn find_mut(&mut self, hash: u64, is_it: impl FnMut(&T) -> bool) -> Option<&mut T> {
        let part = self.part_of(hash);
        self.parts[part].find_mut(hash, is_it)
    }

    /// Adds an entry that isn't there; `hasher` tells the hash of those that are.
    pub fn insert_unique(&mut self, hash: u64, entry: T, hasher: impl Fn(&T) -> u64) {
        if self.len >= self.parts.len() * FILL {
            self.divide(&hasher);
        }
        let part = self.part_of(hash);
        self.parts[part].insert_unique(hash, entry, &hasher);
        self.len += 1;
    }

    /// Takes out the entry of this hash that `is_it` accepts; `hasher` tells the hash of those that stay.
    pub fn remove(
        &mut self,
        hash: u64,
        is_it: impl FnMut(&T) -> bool,
        hasher: impl Fn(&T) -> u64,
    ) -> Option<T> {
        let part = self.part_of(hash);
        let found = self.parts[part].find_entry(hash, is_it).ok()?;
        let (entry, _) = found.remove();
        self.len -= 1;
        if self.parts[part].is_empty() {
            self.parts[part] = HashTable::new();
        }
        if self.len < (self.parts.len() - 1) * FILL / SPARSE {
            self.join(&hasher);
        }
        Some(entry)
    }

    fn part_of(&self, hash: u64) -> usize {
        let bits = (hash >> SHIFT) as usize;
        let rank = self.parts.len().next_power_of_two();
        match bits & (rank - 1) {
            there if there < self.parts.len() => there,
            not_yet => not_yet & (rank / 2 - 1),
        }
    }

    /// Makes another part of the half of one.
    fn divide(&mut self, hasher: impl Fn(&T) -> u64) {
        let made = self.parts.len();
        let divided = origin_of(made);
        self.parts.push(HashTable::new());
        let mut whole = std::mem::take(&mut self.parts[divided]);
        let mut moved = HashTable::with_capacity(ROOM);
        let is_moved = |entry: &mut T| self.part_of(hasher(entry)) == made;
        for entry in whole.extract_if(is_moved) {
            moved.insert_unique(hasher(&entry), entry, &hasher);
        }
        self.parts[divided] = whole;
        self.parts[made] = moved;
    }

    /// The last part goes back to where it came from.
    fn join(&mut self, hasher: impl Fn(&T) -> u64) {
        let Some(last) = self.parts.pop() else {
            return;
        };
        let origin = origin_of(self.parts.len());
        let origin = &mut self.parts[origin];
        for entry in last {
            origin.insert_unique(hasher(&entry), entry, &hasher);
        }
        origin.shrink_to(ROOM, hasher);
    }
}

/// The part of which number `made` is made, or was.
fn origin_of(made: usize) -> usize {
    made - made.next_power_of_two() / if made.is_power_of_two() { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;
    use std::collections::BTreeSet;

    /// What a good hash does with small numbers.
    fn mixed(n: &u64) -> u64 {
        let spread = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (spread ^ (spread >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }

    #[test]
    fn an_insertion_or_a_removal_moves_few() {
        let mut table = SplitTable::default();
        let hashed = Cell::new(0);
        let hasher = |n: &u64| {
            hashed.set(hashed.get() + 1);
            mixed(n)
        };
        let mut most = 0;
        let mut note = || most = most.max(hashed.replace(0));
        for n in 0..500_000 {
            table.insert_unique(mixed(&n), n, hasher);
            note();
        }
        assert_eq!(table.len(), 500_000);
        for n in 0..500_000 {
            assert_eq!(table.find(mixed(&n), |&it| it == n), Some(&n));
        }
        for n in 0..500_000 {
            assert_eq!(table.remove(mixed(&n), |&it| it == n, hasher), Some(n));
            note();
        }
        assert!(most < 5 * FILL, "{most} entries were hashed at once");
        assert!(table.is_empty() && table.parts.len() == 1);
        assert_eq!(table.parts[0].capacity(), 0, "nothing is left of it");
    }

    #[test]
    fn parts_come_of_those_that_they_go_back_to() {
        let origins: Vec<usize> = (1..9).map(origin_of).collect();
        assert_eq!(origins, [0, 0, 1, 0, 1, 2, 3, 0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Each step adds or removes a run of numbers.
        #[test]
        fn it_holds_what_a_set_holds(steps in prop::collection::vec((any::<bool>(), 0..60_000_u64, 0..30_000_u64), 1..12)) {
            let mut table = SplitTable::default();
            let mut model = BTreeSet::new();
            for (adds, from, count) in steps {
                for n in from..from + count {
                    if adds && model.insert(n) {
                        table.insert_unique(mixed(&n), n, mixed);
                    } else if !adds {
                        let removed = table.remove(mixed(&n), |&it| it == n, mixed);
                        prop_assert_eq!(removed.is_some(), model.remove(&n));
                    }
                }
                prop_assert_eq!(table.len(), model.len());
                for n in 0..90_000 {
                    prop_assert_eq!(table.find(mixed(&n), |&it| it == n).is_some(), model.contains(&n));
                }
            }
        }
    }
}
