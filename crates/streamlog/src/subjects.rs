//! Which subjects a stream has: counted after a start, and listed, a slice at a time.
//!
//! Segments are counted in their order and the subjects of a segment by name, so that a segment's number and a name say what has been counted.
//! Messages come and go meanwhile. What was counted follows them; the rest is counted as it is when its turn comes, in whatever form its
//! segment's index has by then.
//!
//! # Invariants
//! - `table` has each subject's live messages in the segments before `number`, and in `number` itself if the name isn't above `upto`. As in the
//!   stream's table, nothing but a subject's first may be loose.
use crate::{
    Result,
    filter::Filter,
    filters::Filters,
    index::{SubjectTotal, Totals},
    slot::Slot,
    state::State,
    steps,
    stream::Stream,
};
use std::sync::Arc;

/// A table of totals that isn't complete yet.
pub(crate) struct Counting {
    table: Totals,
    number: u32,
    upto: Option<Box<[u8]>>,
}

impl Counting {
    fn begin() -> Self {
        Self {
            table: Totals::new(true),
            number: 0,
            upto: None,
        }
    }

    fn has(&self, number: u32, subject: &[u8]) -> bool {
        let is_within = |upto: &[u8]| number == self.number && subject <= upto;
        number < self.number || self.upto.as_deref().is_some_and(is_within)
    }

    /// True when all is counted.
    fn go_on(&mut self, slots: &[Slot], first_seq: u64, mut left: usize) -> Result<bool> {
        loop {
            let at = slots.partition_point(|slot| slot.seg.number < self.number);
            let Some(slot) = slots.get(at) else {
                return Ok(true);
            };
            if slot.seg.number > self.number {
                (self.number, self.upto) = (slot.seg.number, None);
            }
            if left == 0 {
                return Ok(false);
            }
            let table = &mut self.table;
            let after = self.upto.as_deref();
            let more = slot.subjects_after(after, first_seq, &mut left, |name, total| {
                table.add_total(name, total);
            })?;
            match more {
                Some(name) => self.upto = Some(name),
                None => (self.number, self.upto) = (slot.seg.number + 1, None),
            }
        }
    }
}

impl State {
    /// Goes on with the table of totals, for `most` subjects of segments and messages of theirs. True when it is complete.
    pub(crate) fn count_subjects(&mut self, most: usize) -> Result<bool> {
        if self.totals.complete {
            return Ok(true);
        }
        let begin = || Counting::begin().into();
        let mut counting = self.counting.take().unwrap_or_else(begin);
        let done = counting.go_on(&self.slots, self.first_seq, most);
        match done {
            Ok(true) => self.totals = counting.table,
            _ => self.counting = Some(counting),
        }
        done
    }

    /// Asks every segment for its subjects, so that the table knows all.
    pub(crate) fn complete_totals(&mut self) -> Result<()> {
        self.count_subjects(usize::MAX).map(drop)
    }

    /// Segments went or changed as a whole: all has to be counted anew.
    pub(crate) fn forget_totals(&mut self) {
        self.counting = None;
        if !self.totals.is_blank() {
            self.totals.clear(false);
        }
    }

    /// A message came to the active segment.
    pub(crate) fn count_pushed(&mut self, subject: &[u8], seq: u64) {
        let number = self.slots[self.slots.len() - 1].seg.number;
        let counting = self.counting.as_mut();
        if let Some(counting) = counting.filter(|counting| counting.has(number, subject)) {
            counting.table.push(subject, seq);
        }
    }

    /// A message of segment `number` is gone.
    pub(crate) fn count_removed(&mut self, subject: &[u8], number: u32, seq: u64) -> Result<()> {
        if let Some((total, loose)) = self.total_without(&self.totals, subject, seq)? {
            self.totals.put(subject, total, loose);
        }
        let counting = self.counting.as_ref();
        let without = match counting.filter(|counting| counting.has(number, subject)) {
            Some(counting) => self.total_without(&counting.table, subject, seq)?,
            None => None,
        };
        if let (Some((total, loose)), Some(counting)) = (without, &mut self.counting) {
            counting.table.put(subject, total, loose);
        }
        Ok(())
    }

    /// What a table says of a subject once its message `seq` is gone, and whether its first is loose then.
    fn total_without(
        &self,
        table: &Totals,
        subject: &[u8],
        seq: u64,
    ) -> Result<Option<(SubjectTotal, bool)>> {
        let Some(mut total) = table.get(subject) else {
            return Ok(None);
        };
        let mut loose = table.is_loose(subject);
        total.count = total.count.saturating_sub(1);
        if total.count == 0 {
            (total.first, total.last) = (0, 0);
        } else if seq == total.last {
            let filter = Filter::literal(subject);
            total.last = self.last(&filter, seq - 1)?.unwrap_or(total.first);
        } else if seq == total.first {
            (total.first, loose) = (seq + 1, true);
        }
        if total.count == 1 {
            total.first = total.last;
        }
        Ok(Some((total, loose && total.count > 1)))
    }
}

/// Where a list of a stream's subjects is, so that it can go on.
pub struct SubjectList {
    stream: Stream,
    filters: Arc<Filters>,
    /// which table its row is in
    table: u64,
    row: usize,
}

/// What a slice of a list came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// there may be more
    Part,
    /// that was the last
    All,
    /// the list begins again, and nothing of what it said before counts
    Anew,
}

impl SubjectList {
    /// Calls `f` with what matches among the next `most` subjects, in no order. A message that comes or goes between two calls may be counted or not.
    ///
    /// # Errors
    /// A segment that has to be counted can't be looked at now. The list may be asked again.
    pub fn next(&mut self, most: usize, f: impl FnMut(&[u8], SubjectTotal)) -> Result<Listed> {
        let (stream, mut left) = (self.stream.clone(), most);
        self.advance(&mut stream.0.state.lock(), &mut left, f)
    }

    /// The same for who has the stream's lock and wants to know how many of `left` subjects weren't looked at.
    pub(crate) fn advance(
        &mut self,
        state: &mut State,
        left: &mut usize,
        mut f: impl FnMut(&[u8], SubjectTotal),
    ) -> Result<Listed> {
        let was_complete = state.totals.complete;
        if !was_complete {
            state.count_subjects(std::mem::take(left))?;
        }
        let table = state.totals.number();
        let is_other = std::mem::replace(&mut self.table, table) != table;
        if !was_complete || (is_other && self.row > 0) {
            self.row = 0;
            return Ok(Listed::Anew);
        }
        let rows = state.totals.rows(self.row, *left);
        rows.filter(|(name, _)| self.filters.matches(name))
            .for_each(|(name, total)| f(name, total));
        let looked = state.totals.len().saturating_sub(self.row).min(*left);
        steps::add(looked as u64);
        (self.row, *left) = (self.row + looked, *left - looked);
        Ok(match self.row < state.totals.len() {
            true => Listed::Part,
            false => Listed::All,
        })
    }

    /// It begins again.
    pub(crate) fn rewind(&mut self) {
        self.row = 0;
    }

    pub(crate) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(crate) fn filters(&self) -> &Arc<Filters> {
        &self.filters
    }
}

impl Stream {
    /// How many subjects have messages.
    ///
    /// # Errors
    /// This one's and those of all below: a segment that has to be counted can't be looked at now.
    pub fn subjects(&self) -> Result<usize> {
        let mut state = self.0.state.lock();
        state.complete_totals()?;
        Ok(state.totals.used())
    }

    /// The same, once all are counted: after a start that takes long, so each call counts about `most` subjects and messages.
    pub fn count_subjects(&self, most: usize) -> Result<Option<usize>> {
        let mut state = self.0.state.lock();
        let complete = state.count_subjects(most)?;
        Ok(complete.then(|| state.totals.used()))
    }

    /// A list of the subjects that match and have messages.
    pub fn list_subjects(&self, filters: impl Into<Arc<Filters>>) -> SubjectList {
        SubjectList {
            stream: self.clone(),
            filters: filters.into(),
            table: 0,
            row: 0,
        }
    }

    /// Calls `f` with each matching subject that has messages, in no order. Its first message may be later than the total says.
    pub fn each_subject(
        &self,
        filter: &Filter,
        mut f: impl FnMut(&[u8], SubjectTotal),
    ) -> Result<()> {
        let mut state = self.0.state.lock();
        state.complete_totals()?;
        state
            .totals
            .iter()
            .filter(|(name, _)| filter.matches(name))
            .for_each(|(name, total)| f(name, total));
        Ok(())
    }
}
