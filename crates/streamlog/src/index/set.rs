//! Some messages of a segment, those that were deleted or those that a reader wants: a short sorted list while they are few, bits when they are many.

use std::ops::Range;

/// Some indices of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IndexSet {
    Few(Vec<u32>),
    Many { bits: Vec<u64>, count: u32 },
}

/// A list of this many numbers takes as much as the bits of a full-size segment of small messages.
const FEW_MAX: usize = 128;

impl Default for IndexSet {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl IndexSet {
    #[cfg(test)]
    fn count(&self) -> u32 {
        match self {
            Self::Few(list) => list.len() as u32,
            Self::Many { count, .. } => *count,
        }
    }

    pub(crate) fn contains(&self, index: u32) -> bool {
        match self {
            Self::Few(list) => list.binary_search(&index).is_ok(),
            Self::Many { bits, .. } => bits
                .get(index as usize / 64)
                .is_some_and(|word| word >> (index % 64) & 1 == 1),
        }
    }

    /// Adds one; `false` if it was there.
    pub(crate) fn insert(&mut self, index: u32) -> bool {
        match self {
            Self::Few(list) => match list.binary_search(&index) {
                Ok(_) => false,
                Err(at) => {
                    list.insert(at, index);
                    if list.len() > FEW_MAX {
                        self.spread();
                    }
                    true
                }
            },
            Self::Many { bits, count } => {
                let word = index as usize / 64;
                if bits.len() <= word {
                    bits.resize(word + 1, 0);
                }
                let new = bits[word] >> (index % 64) & 1 == 0;
                bits[word] |= 1 << (index % 64);
                *count += u32::from(new);
                new
            }
        }
    }

    fn spread(&mut self) {
        let Self::Few(list) = self else { return };
        let list = std::mem::take(list);
        *self = Self::Many {
            bits: Vec::new(),
            count: 0,
        };
        for index in list {
            self.insert(index);
        }
    }

    /// The first index >= `from`.
    pub(crate) fn next_from(&self, from: u32) -> Option<u32> {
        match self {
            Self::Few(list) => list.get(list.partition_point(|&i| i < from)).copied(),
            Self::Many { bits, .. } => {
                let mut at = from as usize / 64;
                let mut left = bits.get(at)? & (u64::MAX << (from % 64));
                while left == 0 {
                    at += 1;
                    left = *bits.get(at)?;
                }
                Some(at as u32 * 64 + left.trailing_zeros())
            }
        }
    }

    /// How many indices in `range` are here, and not in `without`.
    pub(crate) fn count_in(&self, range: Range<u32>, without: Option<&Self>) -> u64 {
        let stays = |i: &u32| without.is_none_or(|without| !without.contains(*i));
        let bits = match self {
            Self::Few(list) => {
                let begin = list.partition_point(|&i| i < range.start);
                let here = list[begin..].iter().take_while(|&&i| i < range.end);
                return here.filter(|&i| stays(i)).count() as u64;
            }
            Self::Many { bits, .. } => bits,
        };
        if range.is_empty() {
            return 0;
        }
        let (first, last) = (range.start as usize / 64, (range.end - 1) as usize / 64);
        let gone = match without {
            Some(Self::Many { bits, .. }) => bits.as_slice(),
            _ => &[],
        };
        let mut count = 0;
        for (at, word) in bits.iter().enumerate().take(last + 1).skip(first) {
            let mut word = word & !gone.get(at).copied().unwrap_or(0);
            if at == first {
                word &= u64::MAX << (range.start % 64);
            }
            if at == last {
                word &= u64::MAX >> (63 - (range.end - 1) % 64);
            }
            count += u64::from(word.count_ones());
        }
        if let Some(Self::Few(gone)) = without {
            let both = |i: &&u32| range.contains(*i) && self.contains(**i);
            count -= gone.iter().filter(both).count() as u64;
        }
        count
    }

    /// In rising order.
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::Few(list) => Box::new(list.iter().copied()),
            Self::Many { bits, .. } => Box::new(bits.iter().enumerate().flat_map(|(at, &word)| {
                (0..64)
                    .filter(move |bit| word >> bit & 1 == 1)
                    .map(move |bit| at as u32 * 64 + bit)
            })),
        }
    }

    /// As runs of (first, count).
    pub(crate) fn runs(&self) -> Vec<(u64, u64)> {
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for index in self.iter().map(u64::from) {
            match runs.last_mut() {
                Some((first, count)) if *first + *count == index => *count += 1,
                _ => runs.push((index, 1)),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn few_and_many_are_the_same_set() {
        let mut dead = IndexSet::default();
        let mut model = BTreeSet::new();
        let mut x = 1u32;
        for _ in 0..1_000 {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let index = x >> 20;
            assert_eq!(dead.insert(index), model.insert(index));
            assert_eq!(dead.count() as usize, model.len());
        }
        assert!(dead.iter().eq(model.iter().copied()));
        assert!((0..4_096).all(|i| dead.contains(i) == model.contains(&i)));
        let from_runs: BTreeSet<u32> = dead
            .runs()
            .iter()
            .flat_map(|&(f, n)| (f..f + n).map(|i| i as u32))
            .collect();
        assert_eq!(from_runs, model);
    }

    fn set_of(step: u32, count: u32) -> IndexSet {
        let mut set = IndexSet::default();
        (0..count).for_each(|k| {
            set.insert(k * step + 3);
        });
        set
    }

    #[test]
    fn ranges_are_counted_and_gone_through_as_they_are_said() {
        for (step, count) in [(1, 40), (1, 500), (7, 100), (5, 300), (64, 200)] {
            let set = set_of(step, count);
            for without in [None, Some(set_of(2, 50)), Some(set_of(3, 900))] {
                for (begin, end) in [(0, 0), (0, 64), (3, 4), (63, 129), (0, 20_000), (700, 64)] {
                    let stays = |i: &u32| {
                        set.contains(*i) && without.as_ref().is_none_or(|it| !it.contains(*i))
                    };
                    let want = (begin..end).filter(stays).count() as u64;
                    assert_eq!(set.count_in(begin..end, without.as_ref()), want);
                }
            }
            for from in 0..1_000 {
                let want = (from..20_000).find(|i| set.contains(*i));
                assert_eq!(set.next_from(from), want, "from {from}");
            }
        }
    }
}
