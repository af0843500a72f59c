//! Which messages of a segment were deleted: a short sorted list while they are few, bits when they are many.

/// Indices that are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Dead {
    Few(Vec<u32>),
    Many { bits: Vec<u64>, count: u32 },
}

/// A list of this many numbers takes as much as the bits of a full-size segment of small messages.
const FEW_MAX: usize = 128;

impl Default for Dead {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Dead {
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
        let mut dead = Dead::default();
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
}
