//! The mailbox: any thread pushes chunks, one at a time drains them into the socket.

use std::io::IoSlice;
use std::sync::Arc;

use crate::chunk::{Body, fill};
use crate::slot::{Claim, List, Slot, State};
use crate::sync::{AtomicUsize, Ordering};
use crate::{Budget, Chunk, Pool};

/// Where many producers leave chunks for one connection.
///
/// The states and who may do what in which are drawn at the head of `slot.rs`.
pub struct Mailbox {
    slot: Slot<Body>,
    /// Bytes pushed and neither written nor freed. Counted before the push, so it never runs below zero.
    pending: AtomicUsize,
    budget: Option<Arc<Budget>>,
}

/// What a push met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Pushed {
    /// Bytes that wait in the mailbox, this chunk included.
    pub pending: usize,
    /// The mailbox was idle and empty, so nobody else has been told of this chunk. Where only the owner
    /// drains (TLS), wake it if and only if this is true.
    pub first: bool,
    /// The mailbox is closed and the chunk was freed.
    pub closed: bool,
}

/// Messages that left completely with the chunks that carried them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// How many.
    pub messages: u64,
    /// Their payload bytes.
    pub message_bytes: u64,
}

impl Mailbox {
    /// An open, empty mailbox.
    pub fn new() -> Self {
        Self::build(None)
    }

    /// Like [`Mailbox::new`]; its bytes count against `budget` as well.
    pub fn with_budget(budget: Arc<Budget>) -> Self {
        Self::build(Some(budget))
    }

    fn build(budget: Option<Arc<Budget>>) -> Self {
        Self {
            slot: Slot::new(),
            pending: AtomicUsize::new(0),
            budget,
        }
    }

    /// Leaves a chunk behind those pushed before. Chunks of one producer keep their order.
    ///
    /// Call [`Mailbox::try_drain`] afterwards, or wake the owner. An empty chunk is freed and changes nothing.
    pub fn push(&self, chunk: Chunk) -> Pushed {
        let len = chunk.len();
        if len == 0 {
            let closed = self.is_closed();
            return Pushed {
                pending: self.pending(),
                first: false,
                closed,
            };
        }
        let pending = self.count(len);
        match self.slot.push(chunk.0) {
            Ok(first) => Pushed {
                pending,
                first,
                closed: false,
            },
            Err(_refused) => {
                self.uncount(len);
                Pushed {
                    pending: 0,
                    first: false,
                    closed: true,
                }
            }
        }
    }

    /// Bytes pushed and not yet written.
    pub fn pending(&self) -> usize {
        self.pending.load(Ordering::Relaxed)
    }

    /// The right to drain, if something waits, nobody else has it and it isn't reserved for the owner.
    pub fn try_drain(&self) -> Option<Drain<'_>> {
        // Our own chunk, unless somebody wrote it already, is in `pending`: zero means nothing of ours is left.
        if self.pending() == 0 {
            return None;
        }
        self.claim(&[State::Idle])
    }

    /// The right to drain for the owner, when the socket is writable again (or simply now). `None` while somebody
    /// else drains: that one finishes, or blocks and then wakes the owner.
    pub fn resume(&self) -> Option<Drain<'_>> {
        self.claim(&[State::Idle, State::Blocked])
    }

    /// True when the right to drain waits for the owner.
    pub fn is_blocked(&self) -> bool {
        self.slot.state() == State::Blocked
    }

    /// Refuses chunks from now on and frees those that wait; what a drainer has taken it frees itself.
    pub fn close(&self) {
        self.free(self.slot.close());
    }

    /// True after [`Mailbox::close`].
    pub fn is_closed(&self) -> bool {
        self.slot.state() == State::Closed
    }

    fn claim(&self, from: &[State]) -> Option<Drain<'_>> {
        let claim = self.slot.claim(from)?;
        Some(Drain {
            mailbox: self,
            claim: Some(claim),
        })
    }

    fn count(&self, n: usize) -> usize {
        if let Some(budget) = &self.budget {
            budget.reserve(n);
        }
        self.pending.fetch_add(n, Ordering::Relaxed) + n
    }

    fn uncount(&self, n: usize) {
        let before = self.pending.fetch_sub(n, Ordering::Relaxed);
        debug_assert!(before >= n, "settled {n} of {before} pending bytes");
        if let Some(budget) = &self.budget {
            budget.release(n);
        }
    }

    fn free(&self, list: List<Body>) {
        let bytes = list.iter().map(Body::len).sum();
        drop(list);
        if bytes > 0 {
            self.uncount(bytes);
        }
    }
}

impl Default for Mailbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.close();
    }
}

/// The right to drain a [`Mailbox`], held by at most one thread.
///
/// The loop is: [`io_slices`](Drain::io_slices), write, [`advance`](Drain::advance), until there are no slices; then
/// [`finish`](Drain::finish), or [`block`](Drain::block) when the socket takes no more. Dropped instead (by a panic), it
/// gives the right back and leaves unsent chunks for the next drainer.
pub struct Drain<'a> {
    mailbox: &'a Mailbox,
    /// `None` only while `finish`, `block` or `drop` gives it up.
    claim: Option<Claim<'a, Body>>,
}

/// The answer of [`Drain::finish`].
#[must_use]
pub enum Finished<'a> {
    /// The right is given up; who pushes next drains.
    Idle,
    /// A chunk is left or came in meanwhile, and its pusher relies on us: go on.
    Again(Drain<'a>),
}

impl<'a> Drain<'a> {
    /// Fills `out` from its beginning with what is to be sent next, newly pushed chunks included; returns how many
    /// slices were written. Zero: nothing is left, or the mailbox was closed.
    pub fn io_slices<'s>(&'s mut self, out: &mut [IoSlice<'s>]) -> usize {
        if self.mailbox.is_closed() {
            self.discard();
        }
        let claim = self.claim_mut();
        claim.refill();
        fill(out, claim.list.iter().flat_map(Body::segments))
    }

    /// Says that the first `n` bytes were written. Chunks that are done go to `pool`; the messages in them are returned.
    ///
    /// # Panics
    /// In debug builds if `n` is more than was there.
    pub fn advance(&mut self, n: usize, pool: &mut Pool) -> Sent {
        let mut left = n;
        let mut sent = Sent::default();
        let list = &mut self.claim_mut().list;
        while let Some(body) = list.front_mut() {
            left -= body.advance(left);
            if body.len() > 0 {
                break;
            }
            if let Some(node) = list.pop_front() {
                let chunk = Chunk(node);
                sent.messages += u64::from(chunk.messages());
                sent.message_bytes += chunk.message_bytes();
                pool.give(chunk);
            }
        }
        debug_assert_eq!(left, 0, "more bytes written than there were");
        self.mailbox.uncount(n - left);
        sent
    }

    /// True when nothing is left to send, newly pushed chunks included.
    pub fn is_empty(&mut self) -> bool {
        let claim = self.claim_mut();
        claim.list.is_empty() && !claim.refill()
    }

    /// Gives up the right, unless chunks are left.
    pub fn finish(mut self) -> Finished<'a> {
        if self.mailbox.is_closed() {
            self.discard();
        }
        match self.claim.take().map(Claim::try_idle) {
            Some(Err(claim)) => {
                self.claim = Some(claim);
                Finished::Again(self)
            }
            _ => Finished::Idle,
        }
    }

    /// Leaves the rest to the owner, the socket being full (or our share of work done): until its
    /// [`Mailbox::resume`] nobody drains. If you aren't the owner, wake it *after* this call.
    pub fn block(mut self) {
        self.park(State::Blocked);
    }

    fn park(&mut self, to: State) {
        if let Some(claim) = self.claim.take() {
            self.mailbox.free(claim.park(to));
        }
    }

    fn discard(&mut self) {
        let list = std::mem::take(&mut self.claim_mut().list);
        self.mailbox.free(list);
    }

    fn claim_mut(&mut self) -> &mut Claim<'a, Body> {
        self.claim
            .as_mut()
            .expect("held until finish, block or drop")
    }
}

impl Drop for Drain<'_> {
    fn drop(&mut self) {
        self.park(State::Idle);
    }
}
