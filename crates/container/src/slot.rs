//! The lock-free heart: a word that is stack and state at once, and the list a drainer takes from it.
//!
//! All `unsafe` of this crate stands here. This header is its argument; blocks cite it.
//!
//! # The word
//!
//! One atomic pointer holds the newest pushed node and, in its two lowest bits (free by alignment), the state:
//!
//! ```text
//!              try_drain, resume                 close
//!     ┌──────┐ ────────────────> ┌──────────┐ ───────────┐
//!     │ Idle │                   │ Draining │            │
//!     └──────┘ <──────────────── └──────────┘            v
//!        │      finish, drop       │      ^         ┌────────┐
//!        │                   block │      │ resume  │ Closed │
//!        │ close                   v      │         └────────┘
//!        │                        ┌─────────┐  close  ^  ^
//!        │                        │ Blocked │ ────────┘  │
//!        │                        └─────────┘            │
//!        └───────────────────────────────────────────────┘
//! ```
//!
//! | state | who changes the stack | who owns `parked` |
//! |---|---|---|
//! | Idle | any thread pushes; whoever leaves the state takes | nobody; passes to whoever leaves the state |
//! | Draining | any thread pushes; the drainer or the closer takes | the holder of [`Claim`] |
//! | Blocked | as Idle, but only `resume` and `close` leave it | as Idle |
//! | Closed | nobody; the stack is empty for good | whoever moved the word here, or the claim it met |
//!
//! # Why no node sleeps
//!
//! Stack and state change in one compare-exchange. `Claim::try_idle` names the empty stack as the value it
//! expects, so it fails when a node came in meanwhile: there is no moment between "looked" and "released".
//! With flag and queue in two words both sides would need a fence and a second look; here there is none to forget.
//!
//! # Who may touch a node
//!
//! Before `push` the pusher owns it as a `Box`. The successful exchange in `push` gives it to the stack, where
//! nobody reads it. The exchange that empties the stack gives all its nodes to one thread, which turns
//! them round into a [`List`]. A node that comes back to the top of the stack between load and
//! exchange does no harm (no ABA): `push` stores the pointer it saw, it never follows it.
//!
//! # Orderings
//!
//! - `push` succeeds with Release and every taker with Acquire: the contents of a node are visible to the taker.
//!   Between them stand only read-modify-writes of the same word, which continue the release sequence.
//! - `try_idle` and `park` succeed with Release, `claim` and `close` with Acquire: `parked` is handed on likewise.
//! - Loads that only feed the next exchange are Relaxed; what they saw is confirmed by the exchange.

use core::marker::PhantomData;
use core::{mem, ptr};

use crate::sync::{AtomicPtr, Ordering, UnsafeCell};

/// What the two lowest bits of the word say; see the drawing above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum State {
    Idle = 0,
    Draining = 1,
    Blocked = 2,
    Closed = 3,
}

const STATE_BITS: usize = 0b11;

/// A value with the link that makes pushing it free of allocation.
pub(crate) struct Node<T> {
    next: UnsafeCell<*mut Node<T>>,
    pub(crate) value: T,
}

// SAFETY: `next` is touched only by the exclusive owner of the node ("Who may touch a node"), never
// through `&Node`; what remains is the value.
unsafe impl<T: Send> Send for Node<T> {}
// SAFETY: as above, `&Node` gives access to the value alone.
unsafe impl<T: Sync> Sync for Node<T> {}

impl<T> Node<T> {
    pub(crate) fn boxed(value: T) -> Box<Self> {
        const { assert!(align_of::<Self>() > STATE_BITS) };
        Box::new(Self {
            next: UnsafeCell::new(ptr::null_mut()),
            value,
        })
    }
}

/// A decoded word: the top of the stack and the state.
struct Word<T> {
    top: *mut Node<T>,
    state: State,
}

impl<T> Word<T> {
    const IDLE: Self = Self::empty(State::Idle);
    const DRAINING: Self = Self::empty(State::Draining);

    const fn empty(state: State) -> Self {
        Self {
            top: ptr::null_mut(),
            state,
        }
    }

    fn decode(raw: *mut Node<T>) -> Self {
        let state = match raw.addr() & STATE_BITS {
            0 => State::Idle,
            1 => State::Draining,
            2 => State::Blocked,
            _ => State::Closed,
        };
        Self {
            top: raw.map_addr(|addr| addr & !STATE_BITS),
            state,
        }
    }

    fn encode(self) -> *mut Node<T> {
        self.top.map_addr(|addr| addr | self.state as usize)
    }
}

/// Stack, state and the list that a drainer left behind.
pub(crate) struct Slot<T> {
    word: AtomicPtr<Node<T>>,
    /// What a drainer had taken and not finished when it gave up the right; older than all on the stack.
    parked: UnsafeCell<List<T>>,
}

// SAFETY: nodes travel through the slot from thread to thread (`T: Send`), each owned by one thread at a time
// ("Who may touch a node"); `parked` is touched only by its owner of the table above. No `&T` is ever shared.
unsafe impl<T: Send> Sync for Slot<T> {}
// SAFETY: a slot owns its nodes.
unsafe impl<T: Send> Send for Slot<T> {}

impl<T> Slot<T> {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicPtr::new(Word::<T>::IDLE.encode()),
            parked: UnsafeCell::new(List::new()),
        }
    }

    pub(crate) fn state(&self) -> State {
        self.load().state
    }

    /// Puts a node on the stack; `Ok(true)` when slot was idle and the stack empty. Closed: gives it back.
    pub(crate) fn push(&self, node: Box<Node<T>>) -> Result<bool, Box<Node<T>>> {
        let node = Box::into_raw(node);
        let mut seen = self.load();
        loop {
            let Word { top, state } = seen;
            if state == State::Closed {
                // SAFETY: no exchange succeeded, so the node is still ours alone.
                return Err(unsafe { Box::from_raw(node) });
            }
            // SAFETY: as above.
            unsafe { (*node).next.with_mut(|next| *next = top) };
            match self.exchange(seen, Word { top: node, state }, Ordering::Release) {
                Ok(()) => return Ok(top.is_null() && state == State::Idle),
                Err(now) => seen = now,
            }
        }
    }

    /// Takes the right to drain and all nodes, if the state is one of `from`.
    pub(crate) fn claim(&self, from: &[State]) -> Option<Claim<'_, T>> {
        let mut seen = self.load();
        loop {
            if !from.contains(&seen.state) {
                return None;
            }
            let top = seen.top;
            match self.exchange(seen, Word::DRAINING, Ordering::Acquire) {
                Ok(()) => {
                    // SAFETY: we moved the word out of Idle or Blocked, hence own `parked`.
                    let mut list = unsafe { self.take_parked() };
                    // SAFETY: our exchange emptied the stack whose top this was.
                    list.append(unsafe { List::from_stack(top) });
                    return Some(Claim { slot: self, list });
                }
                Err(now) => seen = now,
            }
        }
    }

    /// Closes for good and returns the nodes that no claim holds; those of a claim are up to the claim.
    pub(crate) fn close(&self) -> List<T> {
        let mut seen = self.load();
        loop {
            let Word { top, state } = seen;
            if state == State::Closed {
                return List::new();
            }
            match self.exchange(seen, Word::empty(State::Closed), Ordering::Acquire) {
                Ok(()) => {
                    let mut list = match state {
                        State::Draining => List::new(),
                        // SAFETY: we moved the word out of Idle or Blocked, hence own `parked`.
                        _ => unsafe { self.take_parked() },
                    };
                    // SAFETY: our exchange emptied the stack whose top this was.
                    list.append(unsafe { List::from_stack(top) });
                    return list;
                }
                Err(now) => seen = now,
            }
        }
    }

    fn load(&self) -> Word<T> {
        Word::decode(self.word.load(Ordering::Relaxed))
    }

    fn exchange(&self, seen: Word<T>, new: Word<T>, order: Ordering) -> Result<(), Word<T>> {
        self.word
            .compare_exchange(seen.encode(), new.encode(), order, Ordering::Relaxed)
            .map(drop)
            .map_err(Word::decode)
    }

    /// # Safety
    /// The caller owns `parked` (table above).
    unsafe fn take_parked(&self) -> List<T> {
        // SAFETY: passed on to the caller.
        self.parked
            .with_mut(|parked| mem::take(unsafe { &mut *parked }))
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        // With `&mut self` there is no claim, so this takes everything; `parked` drops as a field.
        drop(self.close());
    }
}

/// The right to drain, with the nodes taken so far, oldest first.
///
/// Dropped without [`Claim::try_idle`] or [`Claim::park`] it leaves the slot Draining for good: sound, and a bug.
pub(crate) struct Claim<'a, T> {
    slot: &'a Slot<T>,
    pub(crate) list: List<T>,
}

impl<T> Claim<'_, T> {
    /// Takes what was pushed since the last look; `false` if that is nothing.
    pub(crate) fn refill(&mut self) -> bool {
        let mut seen = self.slot.load();
        loop {
            let top = seen.top;
            if top.is_null() {
                return false;
            }
            match self.slot.exchange(seen, Word::DRAINING, Ordering::Acquire) {
                Ok(()) => {
                    // SAFETY: our exchange emptied the stack whose top this was.
                    self.list.append(unsafe { List::from_stack(top) });
                    return true;
                }
                Err(now) => seen = now,
            }
        }
    }

    /// Draining to Idle, only if nothing is left in list and stack; otherwise the claim goes on.
    pub(crate) fn try_idle(self) -> Result<(), Self> {
        if !self.list.is_empty() {
            return Err(self);
        }
        match self
            .slot
            .exchange(Word::DRAINING, Word::IDLE, Ordering::Release)
        {
            Ok(()) => Ok(()),
            Err(now) if now.state == State::Closed => Ok(()),
            Err(_) => Err(self),
        }
    }

    /// Draining to `to`, the list left behind for the next claim. Returns the list if the slot was closed.
    pub(crate) fn park(mut self, to: State) -> List<T> {
        loop {
            self.refill();
            let list = mem::take(&mut self.list);
            // SAFETY: holding the claim, we own `parked`; it is empty since `claim` took it.
            self.slot
                .parked
                .with_mut(|parked| unsafe { *parked = list });
            match self
                .slot
                .exchange(Word::DRAINING, Word::empty(to), Ordering::Release)
            {
                Ok(()) => return List::new(),
                Err(now) => {
                    // SAFETY: the exchange failed, so we own `parked` still; a closer leaves it to the claim it met.
                    self.list = unsafe { self.slot.take_parked() };
                    if now.state == State::Closed {
                        return self.list;
                    }
                }
            }
        }
    }
}

/// A singly linked first-in first-out list that owns its nodes.
pub(crate) struct List<T> {
    /// Null exactly when the list is empty.
    head: *mut Node<T>,
    /// The last node reachable from `head`; meaningless while that is null.
    tail: *mut Node<T>,
}

// SAFETY: a list owns its nodes alone.
unsafe impl<T: Send> Send for List<T> {}

impl<T> List<T> {
    pub(crate) const fn new() -> Self {
        Self {
            head: ptr::null_mut(),
            tail: ptr::null_mut(),
        }
    }

    /// Turns a stack (newest first) round.
    ///
    /// # Safety
    /// The caller owns `top` and all nodes reachable from it.
    unsafe fn from_stack(top: *mut Node<T>) -> Self {
        let mut list = Self {
            head: ptr::null_mut(),
            tail: top,
        };
        let mut node = top;
        while !node.is_null() {
            // SAFETY: reachable from `top`, hence ours.
            let older = unsafe {
                (*node)
                    .next
                    .with_mut(|next| mem::replace(&mut *next, list.head))
            };
            list.head = node;
            node = older;
        }
        list
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_null()
    }

    pub(crate) fn append(&mut self, mut newer: Self) {
        if newer.is_empty() {
            return;
        }
        if self.is_empty() {
            mem::swap(self, &mut newer);
            return;
        }
        // SAFETY: `tail` is a node of ours, since the list isn't empty.
        unsafe { (*self.tail).next.with_mut(|next| *next = newer.head) };
        self.tail = newer.tail;
        newer.head = ptr::null_mut();
    }

    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        // SAFETY: null or a node of ours, borrowed as long as the list is.
        unsafe { self.head.as_mut() }.map(|node| &mut node.value)
    }

    pub(crate) fn pop_front(&mut self) -> Option<Box<Node<T>>> {
        if self.is_empty() {
            return None;
        }
        // SAFETY: a node of ours, made by `Box::into_raw` in `push`; the list forgets it in the next line.
        let node = unsafe { Box::from_raw(self.head) };
        self.head = node.next.with(|next| {
            // SAFETY: the node is ours.
            unsafe { *next }
        });
        Some(node)
    }

    pub(crate) fn iter(&self) -> Iter<'_, T> {
        Iter {
            node: self.head,
            list: PhantomData,
        }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        while self.pop_front().is_some() {}
    }
}

/// The values of a list, oldest first.
pub(crate) struct Iter<'a, T> {
    node: *mut Node<T>,
    list: PhantomData<&'a List<T>>,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        // SAFETY: null or a node of the list, which is borrowed for 'a.
        let node = unsafe { self.node.as_ref() }?;
        self.node = node.next.with(|next| {
            // SAFETY: links change only through `&mut List`.
            unsafe { *next }
        });
        Some(&node.value)
    }
}
