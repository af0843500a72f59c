//! The last message of each subject, found a slice at a time.
//!
//! Messages come and go between two slices, and the lasts with them. What comes is above [`upto`](LastList::upto), where the list began: whoever reads on
//! behind that gets it, so a subject whose last message came meanwhile isn't told. What goes is taken back in the next slice, because the stream
//! notes it for the list.
//!
//! # Invariants
//! - At the end of a list, of each subject that matches, the last message was told and not taken back, or is above `upto`, or was removed since the list
//!   began.
//! - At the end of a slice, what was told and not taken back is there.
//!
//! Subjects that are named one by one are looked up; a pattern goes through the table of totals, as all lists of subjects do
//! (`src/subjects.rs`).
use crate::{
    Result,
    evicted::Evicted,
    filter::Filter,
    filters::Filters,
    state::State,
    steps,
    stream::Stream,
    subjects::{Listed, SubjectList},
};
use parking_lot::Mutex;
use std::sync::{Arc, Weak};

/// What a list of last messages says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastChange {
    /// the last message of a subject
    Found(u64),
    /// a message that is gone, whether it was told or not
    Gone(u64),
}

/// What was removed since somebody looked.
type Removed = Mutex<Evicted>;

/// Those who want to know what is removed from a stream.
#[derive(Default)]
pub(crate) struct Followers(Vec<Weak<Removed>>);

impl Followers {
    /// A message was removed.
    pub(crate) fn note_removal(&mut self, seq: u64) {
        self.0.retain(|follower| {
            let removed = follower.upgrade();
            removed.as_ref().map(|it| it.lock().push(seq)).is_some()
        });
    }
}

/// See the head of this file.
pub struct LastList {
    list: SubjectList,
    /// the next filter, where each means one subject
    at: usize,
    /// the last sequence when it began; `None`: it begins with the next slice
    upto: Option<u64>,
    truncations: u64,
    removed: Arc<Removed>,
}

impl LastList {
    /// The last sequence when the list began, or began anew.
    pub fn upto(&self) -> u64 {
        self.upto.unwrap_or(0)
    }

    /// Calls `f` with what is found, in no order, and before that with what was removed since the last slice, until `left` subjects and messages
    /// were looked at.
    ///
    /// # Errors
    /// A segment that has to be looked at can't be now. The list may be asked again.
    pub fn next(&mut self, left: &mut usize, mut f: impl FnMut(LastChange)) -> Result<Listed> {
        let stream = self.list.stream().clone();
        let mut state = stream.0.state.lock();
        let upto = match self.upto {
            Some(upto) => upto,
            None => self.begin(&mut state),
        };
        let removed = std::mem::take(&mut *self.removed.lock());
        if removed.incomplete || self.truncations != state.truncations {
            return Ok(self.begin_anew());
        }
        for seq in removed.sequences() {
            *left = left.saturating_sub(1);
            f(LastChange::Gone(seq));
        }
        let tell = |last: u64| {
            if last <= upto {
                f(LastChange::Found(last));
            }
        };
        let listed = match self.list.filters().are_literal() {
            true => self.look_up(&mut state, left, tell)?,
            false => self.go_through(&mut state, left, tell)?,
        };
        Ok(match listed {
            Listed::Anew => self.begin_anew(),
            listed => listed,
        })
    }

    fn go_through(
        &mut self,
        state: &mut State,
        left: &mut usize,
        mut tell: impl FnMut(u64),
    ) -> Result<Listed> {
        self.list.advance(state, left, |_, total| tell(total.last))
    }

    /// The same for subjects that are named.
    fn look_up(
        &mut self,
        state: &mut State,
        left: &mut usize,
        mut tell: impl FnMut(u64),
    ) -> Result<Listed> {
        let filters = self.list.filters().clone();
        let subjects = filters.iter().filter_map(Filter::as_literal);
        for subject in subjects.skip(self.at) {
            if *left == 0 {
                return Ok(Listed::Part);
            }
            steps::add(1);
            let total = state.loose_total(subject)?;
            if total.count > 0 {
                tell(total.last);
            }
            (self.at, *left) = (self.at + 1, *left - 1);
        }
        Ok(Listed::All)
    }

    fn begin(&mut self, state: &mut State) -> u64 {
        *self.removed.lock() = Evicted::default();
        if Arc::weak_count(&self.removed) == 0 {
            state.followers.0.push(Arc::downgrade(&self.removed));
        }
        self.truncations = state.truncations;
        *self.upto.insert(state.last_seq)
    }

    fn begin_anew(&mut self) -> Listed {
        (self.upto, self.at) = (None, 0);
        self.list.rewind();
        Listed::Anew
    }
}

impl Stream {
    /// The last messages of the subjects that match, uncommitted ones too.
    pub fn list_lasts(&self, filters: impl Into<Arc<Filters>>) -> LastList {
        LastList {
            list: self.list_subjects(filters),
            at: 0,
            upto: None,
            truncations: 0,
            removed: Arc::default(),
        }
    }
}
