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
    /// what was deleted message by message, as long as that is little
    deleted: Option<Vec<u64>>,
    purged: u64,
    ticket: Ticket,
}

/// So many sequences of what it deleted are known.
const DELETED_MAX: usize = 256;

impl Purge {
    /// Goes on for about `left` messages and subjects, and takes what it looked at off that: what costs most at a time is one segment's. True
    /// at the end.
    ///
    /// # Errors
    /// A segment can't be looked at now, or the log takes nothing; it may be asked again.
    pub fn go_on(&mut self, left: &mut usize) -> Result<bool> {
        while *left > 0 {
            let looks = if self.keep > 0 {
                self.spare()?
            } else if self.filter.is_all() {
                self.purge_below(self.last + 1)?;
                *left -= 1;
                return Ok(true);
            } else if !self.found.is_empty() {
                self.delete(*left)?
            } else if self.at <= self.last {
                self.find()?
            } else {
                return Ok(true);
            };
            *left = left.saturating_sub(looks);
        }
        Ok(false)
    }

    /// Deletes some of what was found. How many those are.
    fn delete(&mut self, most: usize) -> Result<usize> {
        let begin = self.found.len().saturating_sub(most);
        let deleted = self.stream.delete_many(&self.found[begin..])?;
        let looks = self.found.len() - begin;
        let part = self.found.drain(begin..);
        if let Some(known) = &mut self.deleted {
            known.extend(part);
            self.deleted.take_if(|known| known.len() > DELETED_MAX);
        }
        if let Some((count, ticket)) = deleted {
            self.purged += count;
            self.ticket = ticket;
        }
        Ok(looks)
    }

    /// The messages that it deleted, in no order, beside what is below the stream's first sequence now. `None`: too many.
    pub fn deleted(&self) -> Option<&[u64]> {
        self.deleted.as_deref()
    }

    /// How many messages it took out, and when that is durable.
    pub fn finish(self) -> (u64, Ticket) {
        (self.purged, self.ticket)
    }

    /// Leaves out the last segment up to `last`, or the end of it, because its messages stay. What that costs.
    fn spare(&mut self) -> Result<usize> {
        let state = self.stream.lock()?;
        let end = state.slots.partition_point(|slot| slot.base <= self.last);
        let mut within = state.slots[..end].iter().rev();
        let Some(slot) = within.find(|slot| slot.live > 0) else {
            (self.last, self.keep) = (0, 0);
            return Ok(0);
        };
        if self.filter.is_all() && slot.last <= self.last && slot.live < self.keep {
            self.keep -= slot.live;
            self.last = slot.base - 1;
            return Ok(1);
        }
        let (mut seqs, looks) = slot.positions(&self.filter, 0, state.first_seq)?;
        seqs.retain(|seq| *seq <= self.last);
        let kept = seqs
            .len()
            .min(usize::try_from(self.keep).unwrap_or(usize::MAX));
        self.keep -= kept as u64;
        self.last = match self.keep {
            0 => seqs[seqs.len() - kept] - 1,
            _ => slot.base - 1,
        };
        Ok(looks)
    }

    /// Everything below some sequence goes: one record, whole files.
    fn purge_below(&mut self, first: u64) -> Result<()> {
        let mut state = self.stream.lock()?;
        if first <= state.first_seq {
            return Ok(());
        }
        let _held = state.load_first(first)?;
        // After the record, the full segment can go when the purge took all of it.
        self.ticket = self
            .stream
            .command(&mut state, Kind::First, 0, first, &[])?;
        self.purged = state.apply_first(first)?;
        Ok(())
    }

    /// Looks for what matches in the next segment. What that costs.
    fn find(&mut self) -> Result<usize> {
        let state = self.stream.lock()?;
        let at = state.slots.partition_point(|slot| slot.last < self.at);
        let Some(slot) = state.slots.get(at).filter(|slot| slot.base <= self.last) else {
            self.at = self.last + 1;
            return Ok(1);
        };
        let (found, looks) = slot.positions(&self.filter, self.at, state.first_seq)?;
        self.found = found;
        self.found.retain(|seq| *seq <= self.last);
        self.found.reverse();
        self.at = slot.last + 1;
        Ok(looks)
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
            deleted: Some(Vec::new()),
            purged: 0,
            ticket: Ticket::done(),
        })
    }

    /// The same, all of it at once. How many there were.
    pub fn purge(&self, filter: &Filter, upto: u64, keep: u64) -> Result<(u64, Ticket)> {
        let mut purge = self.begin_purge(filter.clone(), upto, keep)?;
        while !purge.go_on(&mut { usize::MAX })? {}
        Ok(purge.finish())
    }
}
