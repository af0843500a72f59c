//! Purges: messages that match are taken out, a slice at a time.
//!
//! What is purged is decided when it begins: messages that come later stay, and so do the last `keep` of those that match. A crash in between
//! leaves a part of them. (Sequences that a truncation takes meanwhile aren't told from those given again.) Everything below some sequence goes with one record, whatever it is.
use crate::{Result, filter::Filter, record::Kind, stream::Stream, ticket::Ticket};

/// A purge that is under way.
pub struct Purge {
    stream: Stream,
    filter: Filter,
    /// the first sequence that wasn't looked at
    at: u64,
    /// nothing above it goes
    last: u64,
    /// so many matching messages up to `last` stay
    keep: u64,
    /// matching sequences of the segment below `at`, the first of them last
    found: Vec<u64>,
    purged: u64,
    ticket: Ticket,
}

impl Purge {
    /// Goes on until about `most` messages were looked at. True at the end.
    ///
    /// # Errors
    /// A segment can't be looked at now; it may be asked again.
    pub fn go_on(&mut self, most: usize) -> Result<bool> {
        let mut left = most;
        while left > 0 {
            if self.keep > 0 {
                left = left.saturating_sub(self.spare()?);
            } else if self.filter.is_all() {
                self.purge_below(self.last + 1)?;
                return Ok(true);
            } else if self.found.is_empty() && !self.find()? {
                return Ok(true);
            } else {
                let part = self.found.len().min(left);
                let seqs = self.found.split_off(self.found.len() - part);
                left -= part;
                if let Some((count, ticket)) = self.stream.delete_many(&seqs)? {
                    self.purged += count;
                    self.ticket = ticket;
                }
            }
        }
        Ok(false)
    }

    /// How many messages it took out, and when that is durable.
    pub fn finish(self) -> (u64, Ticket) {
        (self.purged, self.ticket)
    }

    /// Leaves out the last segment up to `last`, or the end of it, because its messages stay. How many those are.
    fn spare(&mut self) -> Result<usize> {
        let state = self.stream.lock()?;
        let within = state.slots.iter().rev();
        let slot = within
            .filter(|slot| slot.live > 0)
            .find(|slot| slot.base <= self.last);
        let Some(slot) = slot else {
            (self.last, self.keep) = (0, 0);
            return Ok(0);
        };
        if self.filter.is_all() && slot.last <= self.last && slot.live < self.keep {
            self.keep -= slot.live;
            self.last = slot.base - 1;
            return Ok(1);
        }
        let mut seqs = slot.positions(&self.filter, 0, state.first_seq)?;
        seqs.retain(|seq| *seq <= self.last);
        let kept = seqs
            .len()
            .min(usize::try_from(self.keep).unwrap_or(usize::MAX));
        self.keep -= kept as u64;
        self.last = match self.keep {
            0 => seqs[seqs.len() - kept] - 1,
            _ => slot.base - 1,
        };
        Ok(seqs.len().max(1))
    }

    /// Everything below some sequence goes: one record, whole files.
    fn purge_below(&mut self, first: u64) -> Result<()> {
        let mut state = self.stream.lock()?;
        if first <= state.first_seq {
            return Ok(());
        }
        state.load_first(first)?;
        // After the record, the full segment can go when the purge took all of it.
        self.ticket = self
            .stream
            .command(&mut state, Kind::First, 0, first, &[])?;
        self.purged = state.apply_first(first)?;
        Ok(())
    }

    /// Looks at the next segment with messages that match. False: there is none.
    fn find(&mut self) -> Result<bool> {
        let state = self.stream.lock()?;
        while self.found.is_empty() && self.at <= self.last {
            let at = state.slots.partition_point(|slot| slot.last < self.at);
            let Some(slot) = state.slots.get(at).filter(|slot| slot.base <= self.last) else {
                break;
            };
            self.found = slot.positions(&self.filter, self.at, state.first_seq)?;
            self.found.retain(|seq| *seq <= self.last);
            self.found.reverse();
            self.at = slot.last + 1;
        }
        Ok(!self.found.is_empty())
    }
}

impl Stream {
    /// Begins to take out what matches, below `upto` (0: no bound), but the last `keep`.
    pub fn begin_purge(&self, filter: Filter, upto: u64, keep: u64) -> Result<Purge> {
        let state = self.lock()?;
        let end = if upto == 0 { u64::MAX } else { upto };
        Ok(Purge {
            stream: self.clone(),
            filter,
            at: 0,
            last: state.last_seq.min(end - 1),
            keep,
            found: Vec::new(),
            purged: 0,
            ticket: Ticket::done(),
        })
    }

    /// The same, all of it at once. How many there were.
    pub fn purge(&self, filter: &Filter, upto: u64, keep: u64) -> Result<(u64, Ticket)> {
        let mut purge = self.begin_purge(filter.clone(), upto, keep)?;
        while !purge.go_on(usize::MAX)? {}
        Ok(purge.finish())
    }
}
