//! Which sequences a limit pushed out, for callers who keep counts of their own.

/// Runs are kept until they are taken; beyond this many the caller has to count anew.
const RUNS_MAX: usize = 64 * 1024;

/// What was pushed out since the last time somebody asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evicted {
    /// (first, count) in the order of the evictions
    pub runs: Vec<(u64, u64)>,
    /// there were more than are kept: what was derived from earlier ones has to be counted anew
    pub incomplete: bool,
}

impl Evicted {
    pub(crate) fn push(&mut self, seq: u64) {
        if let Some((first, count)) = self.runs.last_mut()
            && *first + *count == seq
        {
            *count += 1;
        } else if self.runs.len() < RUNS_MAX {
            self.runs.push((seq, 1));
        } else {
            self.incomplete = true;
        }
    }

    /// Each sequence.
    pub fn sequences(&self) -> impl Iterator<Item = u64> + '_ {
        self.runs
            .iter()
            .flat_map(|&(first, count)| first..first + count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_run_and_the_rest_is_bounded() {
        let mut evicted = Evicted::default();
        [3, 4, 5, 9].iter().for_each(|&seq| evicted.push(seq));
        assert_eq!(evicted.runs, vec![(3, 3), (9, 1)]);
        assert!(evicted.sequences().eq([3, 4, 5, 9]));
        (0..RUNS_MAX as u64).for_each(|k| evicted.push(100 + 2 * k));
        assert_eq!((evicted.runs.len(), evicted.incomplete), (RUNS_MAX, true));
    }
}
