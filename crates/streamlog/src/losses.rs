//! What limits and time took out, on its way into the log.
//!
//! Reading a log back can't derive it: that would need the limits that held at each record, and the moment at which somebody looked at the clock.
//! So each commit notes what its streams lost since the last one, in a *delete* record behind the messages that pushed it out. What time took
//! stands before the next message, and all of it before the next command: limits count what is there, and enforcing them at the end of a torn log
//! takes what its last messages pushed out.
use crate::{
    Result,
    options::Storage,
    record::{Head, Kind, encode_runs},
    state::State,
};

/// Runs in one record at most.
const RUNS_MAX: usize = 16 * 1024;

/// Sequences that are gone and aren't in the log yet.
#[derive(Default)]
pub(crate) struct Losses {
    /// (first, count), in the order in which they went
    runs: Vec<(u64, u64)>,
    /// time took some of them
    by_time: bool,
}

impl Losses {
    fn push(&mut self, seq: u64) {
        match self.runs.last_mut() {
            Some((first, count)) if *first + *count == seq => *count += 1,
            _ => self.runs.push((seq, 1)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// So many that they shouldn't wait for somebody who appends.
    pub(crate) fn are_many(&self) -> bool {
        self.runs.len() >= RUNS_MAX
    }

    /// What is above `seq` is taken back as a whole, and its numbers are given again.
    pub(crate) fn truncate(&mut self, seq: u64) {
        for (first, count) in &mut self.runs {
            *count = (*count).min(seq.saturating_add(1).saturating_sub(*first));
        }
        self.runs.retain(|(_, count)| *count > 0);
    }
}

impl State {
    /// A limit or time took the message out.
    pub(crate) fn lose(&mut self, seq: u64, by_time: bool) {
        if self.options.storage == Storage::File {
            self.losses.push(seq);
            self.losses.by_time |= by_time;
        }
    }

    /// Notes what time took, before a message comes in.
    pub(crate) fn write_expired(&mut self) -> Result<usize> {
        match self.losses.by_time {
            true => self.write_losses(),
            false => Ok(0),
        }
    }

    /// Notes what is gone. The bytes that this took.
    pub(crate) fn write_losses(&mut self) -> Result<usize> {
        let mut runs = std::mem::take(&mut self.losses).runs;
        runs.sort_unstable();
        let mut written = 0;
        for runs in runs.chunks(RUNS_MAX) {
            let head = Head {
                kind: Kind::Delete,
                flags: 0,
                seq: runs[0].0,
                time: self.last_time,
                ttl: 0,
                lag: u32::try_from(self.last_seq.saturating_sub(self.durable)).unwrap_or(u32::MAX),
                headers: 0,
                subject: 0,
                stored: 0,
                plain: 0,
            };
            written += self.write(head, [&encode_runs(runs), &[], &[]])?.1;
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_run_and_what_is_taken_back_isn_t_lost() {
        let mut losses = Losses::default();
        [3, 4, 5, 9, 7].iter().for_each(|&seq| losses.push(seq));
        assert_eq!(losses.runs, [(3, 3), (9, 1), (7, 1)]);
        losses.truncate(7);
        assert_eq!(losses.runs, [(3, 3), (7, 1)]);
        losses.truncate(4);
        assert_eq!(losses.runs, [(3, 2)]);
        losses.truncate(0);
        assert!(losses.is_empty());
    }
}
