//! The mailbox: any thread pushes chunks, one at a time drains them into the socket.

use std::io::IoSlice;
use std::sync::Arc;

use crate::chunk::{Body, fill};
use crate::slot::{Claim, List, Slot, State};
use crate::sync::{AtomicUsize, Ordering};
use crate::{Budget, Chunk, Pool, Share};

/// Where many producers leave chunks for one connection.
///
/// The states and who may do what in which are drawn at the head of `slot.rs`.
///
/// With a budget, the memory of its chunks counts in a [`Share`] from when they are pushed until they are freed. One that meets an empty
/// mailbox counts only from when a drainer leaves it there: most are written at once, and they change nothing that threads share. No
/// other can be uncounted at the same time, as it wouldn't meet an empty one.
pub struct Mailbox {
    slot: Slot<Body>,
    /// Bytes pushed and neither written nor freed. Counted before the push, so it never runs below zero.
    pending: AtomicUsize,
    /// What the chunks take of a budget, and whatever else the mailbox's owner has counted in it.
    share: Option<Share>,
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
    /// The chunk exhausted the budget.
    pub exhausted: bool,
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

    /// Like [`Mailbox::new`]; the memory of its chunks counts against `budget`, `floor` bytes of it until it is closed.
    pub fn with_budget(budget: Arc<Budget>, floor: usize) -> Self {
        Self::build(Some(Share::new(budget, floor)))
    }

    fn build(share: Option<Share>) -> Self {
        Self {
            slot: Slot::new(),
            pending: AtomicUsize::new(0),
            share,
        }
    }

    /// Its share of the budget that it was made with.
    pub fn share(&self) -> Option<&Share> {
        self.share.as_ref()
    }

    /// Leaves a chunk behind those pushed before. Chunks of one producer keep their order.
    ///
    /// Call [`Mailbox::try_drain`] afterwards, or wake the owner. An empty chunk is freed and changes nothing.
    pub fn push(&self, mut chunk: Chunk) -> Pushed {
        let len = chunk.len();
        let mut pushed = Pushed {
            pending: self.pending(),
            first: false,
            closed: false,
            exhausted: false,
        };
        if len == 0 {
            pushed.closed = self.is_closed();
            return pushed;
        }
        let before = self.pending.fetch_add(len, Ordering::Relaxed);
        pushed.pending = before + len;
        let body = &mut chunk.0.value;
        body.charged = 0;
        pushed.exhausted = before > 0 && self.charge(body);
        let charged = body.charged;
        match self.slot.push(chunk.0) {
            Ok(first) => pushed.first = first,
            Err(_refused) => {
                self.uncount(len, charged);
                pushed.pending = 0;
                pushed.closed = true;
            }
        }
        pushed
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

    /// Refuses chunks from now on and frees those that wait; what a drainer has taken it frees itself. The share [ends](Share::end).
    pub fn close(&self) {
        self.free(self.slot.close());
        if let Some(share) = &self.share {
            share.end();
        }
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

    /// Counts the memory of a chunk. True if that exhausts the budget.
    fn charge(&self, body: &mut Body) -> bool {
        let Some(share) = &self.share else {
            return false;
        };
        body.charged = body.footprint();
        share.hold(body.charged)
    }

    fn uncount(&self, n: usize, charged: usize) {
        let before = self.pending.fetch_sub(n, Ordering::Relaxed);
        debug_assert!(before >= n, "settled {n} of {before} pending bytes");
        if let Some(share) = self.share.as_ref().filter(|_| charged > 0) {
            share.release(charged);
        }
    }

    fn free(&self, list: List<Body>) {
        let (mut bytes, mut charged) = (0, 0);
        for body in list.iter() {
            bytes += body.len();
            charged += body.charged;
        }
        drop(list);
        if bytes > 0 {
            self.uncount(bytes, charged);
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
        let mut charged = 0;
        let mut sent = Sent::default();
        let list = &mut self.claim_mut().list;
        while let Some(body) = list.front_mut() {
            left -= body.advance(left);
            if body.len() > 0 {
                break;
            }
            if let Some(node) = list.pop_front() {
                charged += node.value.charged;
                let chunk = Chunk(node);
                sent.messages += u64::from(chunk.messages());
                sent.message_bytes += chunk.message_bytes();
                pool.give(chunk);
            }
        }
        debug_assert_eq!(left, 0, "more bytes written than there were");
        self.mailbox.uncount(n - left, charged);
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
        let mailbox = self.mailbox;
        let first = self.claim_mut().list.front_mut();
        if let Some(body) = first.filter(|body| body.charged == 0) {
            let _ = mailbox.charge(body);
        }
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn chunk(bytes: usize) -> Chunk {
        let mut chunk = Chunk::new();
        chunk.extend_from_slice(&vec![b'x'; bytes]);
        chunk
    }

    #[test]
    fn what_is_written_at_once_counts_nowhere_and_what_waits_does() {
        let budget = Arc::new(Budget::new(usize::MAX));
        let mailbox = Mailbox::with_budget(budget.clone(), 0);
        let mut pool = Pool::default();
        let _ = mailbox.push(chunk(1 << 20));
        assert_eq!(budget.used(), 0);
        let mut drain = mailbox.try_drain().unwrap();
        assert_eq!(drain.io_slices(&mut [IoSlice::new(&[]); 4]), 1);
        drain.advance(1 << 19, &mut pool);
        drain.block();
        assert!(budget.used() >= 1 << 20, "its whole buffer is there");
        let _ = mailbox.push(chunk(1));
        let held = mailbox.share().unwrap().held();
        assert!(held > (1 << 20) + 1, "a chunk is more than its bytes");
        let mut drain = mailbox.resume().unwrap();
        assert_eq!(drain.io_slices(&mut [IoSlice::new(&[]); 4]), 2);
        drain.advance((1 << 19) + 1, &mut pool);
        drop(drain);
        assert_eq!((mailbox.pending(), budget.used()), (0, 0));
    }

    #[test]
    fn who_exhausts_the_budget_is_told_and_a_close_gives_all_back() {
        let budget = Arc::new(Budget::new(1 << 20));
        let mailbox = Mailbox::with_budget(budget.clone(), 0);
        let exhausted = (0..40).map(|_| mailbox.push(chunk(40 << 10)).exhausted);
        assert!(exhausted.collect::<Vec<_>>().contains(&true));
        assert!(budget.is_exhausted());
        mailbox.close();
        assert_eq!(budget.used(), 0);
    }
}
