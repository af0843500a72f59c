//! The table of streams, and which of them want to be looked at: now, at a time, or when the store has committed.
//!
//! Whoever takes a stream by `&mut` stirs it: it is served in the next turn, and what it waits for is asked anew. A stream that
//! nobody touches costs nothing.
//!
//! **Invariant:** a stream that isn't stirred was served when the log showed what its `mark` says, and it is in `behind` if the log had more. The
//! committer may show that more at any moment, also during the turn: it tells afterwards, so [`Streams::committed`] finds the stream either way.

use crate::stream::{Slot, Stream};
use std::collections::BTreeSet;
use std::ops::{Index, IndexMut};

/// See the head of this file.
#[derive(Default)]
pub(crate) struct Streams {
    /// `None` where a stream was deleted.
    slots: Vec<Option<Box<Stream>>>,
    marks: Vec<Marks>,
    stirred: Vec<usize>,
    timers: BTreeSet<(u64, usize)>,
    /// Streams with messages that their consumers weren't shown.
    behind: Vec<usize>,
}

/// In which of the lists a stream is.
#[derive(Clone, Copy, Default)]
struct Marks {
    stirred: bool,
    behind: bool,
    due: Option<u64>,
}

impl Streams {
    /// Gives a stream a place.
    pub(crate) fn free_place(&mut self) -> usize {
        let free = self.slots.iter().position(Option::is_none);
        free.unwrap_or_else(|| {
            self.slots.push(None);
            self.marks.push(Marks::default());
            self.slots.len() - 1
        })
    }

    pub(crate) fn put(&mut self, index: usize, stream: Stream) {
        self.slots[index] = Some(stream.into());
        self.stir(index);
    }

    pub(crate) fn take(&mut self, index: usize) -> Option<Box<Stream>> {
        self.schedule(index, None);
        self.slots[index].take()
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The stream is served in the next turn.
    pub(crate) fn stir(&mut self, index: usize) {
        if !std::mem::replace(&mut self.marks[index].stirred, true) {
            self.stirred.push(index);
        }
    }

    /// Whether a stream is to be served.
    pub(crate) fn is_stirred(&self) -> bool {
        !self.stirred.is_empty()
    }

    /// Whether one of those that are to be served, now or after the next commit, is such a stream.
    pub(crate) fn any_awake(&self, such: impl Fn(&Stream) -> bool) -> bool {
        let awake = self.stirred.iter().chain(&self.behind);
        let mut awake = awake.filter_map(|index| self.slots[*index].as_ref());
        awake.any(|stream| such(stream))
    }

    /// Streams to be served.
    pub(crate) fn take_stirred(&mut self) -> Vec<usize> {
        for index in &self.stirred {
            self.marks[*index].stirred = false;
        }
        std::mem::take(&mut self.stirred)
    }

    /// A stream without stirring it; for whoever serves it.
    pub(crate) fn quietly(&mut self, index: usize) -> Option<&mut Stream> {
        self.slots[index].as_deref_mut()
    }

    /// A stream that isn't about to be served.
    pub(crate) fn resting(&self, index: usize) -> Option<&Stream> {
        let rests = self.marks.get(index).is_some_and(|marks| !marks.stirred);
        self.slots.get(index)?.as_deref().filter(|_| rests)
    }

    /// After a stream was served: when time does something to it, and whether it waits for a commit.
    pub(crate) fn rest(&mut self, index: usize, served: &[Slot]) {
        let Some(stream) = &mut self.slots[index] else {
            return;
        };
        stream.consumers.rest(served);
        let behind = stream.is_behind();
        let due = stream.poll_timeout();
        self.schedule(index, due);
        if behind && !std::mem::replace(&mut self.marks[index].behind, true) {
            self.behind.push(index);
        }
    }

    fn schedule(&mut self, index: usize, due: Option<u64>) {
        let old = std::mem::replace(&mut self.marks[index].due, due);
        if old == due {
            return;
        }
        if let Some(old) = old {
            self.timers.remove(&(old, index));
        }
        if let Some(due) = due {
            self.timers.insert((due, index));
        }
    }

    /// The store committed: streams that show more now than when they were served are stirred.
    pub(crate) fn committed(&mut self) {
        let mut behind = std::mem::take(&mut self.behind);
        behind.retain(|index| {
            let outdated = self.slots[*index].as_ref().map(|it| it.is_outdated());
            let stay = outdated == Some(false);
            self.marks[*index].behind = stay;
            if outdated == Some(true) {
                self.stir(*index);
            }
            stay
        });
        self.behind = behind;
    }

    /// When time does something to any of those that were served.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Those whose time has come; they are stirred.
    pub(crate) fn take_due(&mut self, now: u64) -> Vec<usize> {
        for at in 0..self.stirred.len() {
            self.rest(self.stirred[at], &[]);
        }
        let due: Vec<usize> = self
            .timers
            .range(..=(now, usize::MAX))
            .map(|(_, index)| *index)
            .collect();
        for index in &due {
            self.schedule(*index, None);
            self.stir(*index);
        }
        due
    }
}

impl Index<usize> for Streams {
    type Output = Option<Box<Stream>>;

    fn index(&self, index: usize) -> &Option<Box<Stream>> {
        &self.slots[index]
    }
}

impl IndexMut<usize> for Streams {
    fn index_mut(&mut self, index: usize) -> &mut Option<Box<Stream>> {
        self.stir(index);
        &mut self.slots[index]
    }
}
