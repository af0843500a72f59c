//! One bound on all that clients can make the server hold.
//!
//! What counts: the chunks that wait in mailboxes, with all their memory; payloads that several of them share, once; subscriptions; what
//! a connection's owner adds by [`Sink::hold`], such as frames on their way in; and for each sink a floor, which stands for whatever
//! there is of a connection that does nothing. Each sink has a share, taken in steps, so that a message alone changes no count that
//! threads share; a payload that several sinks share does, when it is made and when it goes.
//!
//! What happens at the bound, in this order:
//! 1. whoever takes the step that reaches it closes the sinks that hold most, until a sixteenth is free ([`Memory::reclaim`]). Nothing
//!    is left to another thread, so that no flood is faster than the cure. Those that hold no more than a floor beside their own stay,
//!    and sinks of the server's own: these hold their publishers;
//! 2. publishers are read no further while the bound is reached ([`Memory::poll_room`]);
//! 3. new connections are refused while there is no room for them; nobody is closed for a stranger ([`Memory::admit`]).

use crate::sink::Sink;
use bytes::Bytes;
use midge_container::Budget;
use parking_lot::Mutex;
use std::cmp::Reverse;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

/// What each sink counts as long as it lives: a connection's task, session and buffers.
pub const SINK_BYTES: usize = 16 << 10;

/// An answer up to this is given whatever is held: health, and what tells why there is no room.
const FEW_BYTES: usize = 64 << 10;

/// The bound, what is held, and how it was kept.
pub struct Memory {
    budget: Arc<Budget>,
    /// By slot.
    sinks: Mutex<Vec<Weak<Sink>>>,
    reclaiming: Mutex<()>,
    evicted: AtomicU64,
    refused: AtomicU64,
}

/// Bytes that count until this is dropped.
pub struct Reservation {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Reservation {
    /// Gives `bytes` of it back, as something else counts them now.
    pub fn shrink(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        self.budget.release(bytes);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.release(self.bytes);
    }
}

/// Bytes, and what counts for them.
struct Counted(
    Vec<u8>,
    #[expect(dead_code, reason = "dropped with the bytes")] Reservation,
);

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            budget: Arc::new(Budget::new(usize::MAX)),
            sinks: Mutex::default(),
            reclaiming: Mutex::default(),
            evicted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }
}

impl Memory {
    /// Sets the bound in bytes; `None`: there is none.
    pub fn set_max(&self, max: Option<usize>) {
        self.budget.set_max(max.unwrap_or(usize::MAX));
        self.reclaim();
    }

    /// The bound in bytes, if there is one.
    #[must_use]
    pub fn max(&self) -> Option<usize> {
        Some(self.budget.max()).filter(|&max| max < usize::MAX)
    }

    /// Bytes that count now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.budget.used()
    }

    /// Sinks that were closed because they held most.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted.load(Relaxed)
    }

    /// What was refused for want of memory: connections, answers of monitoring.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    /// Counts bytes of something new, if there is room. Nobody is closed for it: whoever comes may be a stranger.
    #[must_use]
    pub fn admit(&self, bytes: usize) -> Option<Reservation> {
        if self.held().saturating_add(bytes) >= self.budget.max() {
            self.refused.fetch_add(1, Relaxed);
            return None;
        }
        Some(self.reserve(bytes))
    }

    /// Counts bytes that are there already.
    #[must_use]
    pub fn reserve(&self, bytes: usize) -> Reservation {
        self.budget.reserve(bytes);
        Reservation {
            budget: self.budget.clone(),
            bytes,
        }
    }

    /// Whether the bound is reached.
    pub(crate) fn is_full(&self) -> bool {
        self.budget.is_exhausted()
    }

    /// Ready while the bound isn't reached; else the task is woken when it isn't any more.
    pub fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        self.budget.poll_room(cx)
    }

    /// Closes the sinks that hold most until a sixteenth of the bound is free, if it is reached. One thread does that for all.
    pub fn reclaim(&self) {
        let goal = self.goal();
        // Who finds it being done leaves what he added to whoever does it, so that one looks again.
        while self.held() > goal {
            let Some(_only) = self.reclaiming.try_lock() else {
                return;
            };
            if !self.evict_down_to(goal) {
                return;
            }
        }
    }

    /// Whether anybody was closed.
    fn evict_down_to(&self, goal: usize) -> bool {
        // What is upgraded under the lock is dropped after it: the last owner of a sink takes the lock as well.
        let sinks: Vec<_> = self.sinks.lock().iter().filter_map(Weak::upgrade).collect();
        // What a connection holds beside its mailbox goes when its owner comes round; so it is with those that end already.
        let (open, ending): (Vec<_>, Vec<_>) = sinks.iter().partition(|sink| sink.is_open());
        let mut promised: usize = ending.iter().map(|sink| sink.held()).sum();
        let mut any = false;
        // Those first that hold much alone: closing one of many readers of a payload gives nothing back.
        for weight in [Sink::held, Sink::weight] {
            let weighed = open.iter().map(|sink| (weight(sink), sink));
            let mut heavy: Vec<_> = weighed
                .filter(|(weight, sink)| *weight > SINK_BYTES && sink.is_open())
                .collect();
            heavy.sort_unstable_by_key(|(weight, _)| Reverse(*weight));
            for (weight, sink) in heavy {
                if self.held() <= goal.saturating_add(promised) {
                    return any;
                }
                if sink.outlet().evict(sink, weight) {
                    self.evicted.fetch_add(1, Relaxed);
                    promised += sink.held();
                    any = true;
                }
            }
        }
        any
    }

    /// Bytes that count until the last of them is dropped, unless they are many and there is no room for them.
    #[must_use]
    pub fn admit_bytes(&self, bytes: Vec<u8>) -> Option<Bytes> {
        let reservation = match bytes.capacity() {
            few @ ..=FEW_BYTES => self.reserve(few),
            many => self.admit(many)?,
        };
        Some(Bytes::from_owner(Counted(bytes, reservation)))
    }

    /// A payload for several mailboxes, which counts once.
    pub(crate) fn share(&self, payload: &[u8]) -> Bytes {
        let payload = Counted(payload.to_vec(), self.reserve(payload.len()));
        if self.is_full() {
            self.reclaim();
        }
        Bytes::from_owner(payload)
    }

    pub(crate) fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    pub(crate) fn note(&self, slot: usize, sink: &Arc<Sink>) {
        let mut sinks = self.sinks.lock();
        if slot >= sinks.len() {
            sinks.resize(slot + 1, Weak::new());
        }
        sinks[slot] = Arc::downgrade(sink);
    }

    pub(crate) fn forget(&self, slot: usize) {
        if let Some(sink) = self.sinks.lock().get_mut(slot) {
            *sink = Weak::new();
        }
    }

    fn goal(&self) -> usize {
        let max = self.budget.max();
        max - max / 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Account, Message, Outlet, Router, SinkOptions, Subscription, Worker};
    use midge_container::Pool;
    use std::time::Instant;

    /// A reader that never reads, of whom nothing is written.
    struct Stuck;

    impl Outlet for Stuck {
        fn flush(&self, sink: &Sink, _: &mut Pool) {
            if let Some(drain) = sink.mailbox().try_drain() {
                drain.block();
            }
        }

        fn overflow(&self, _: &Sink, _: usize) {}

        fn evict(&self, sink: &Sink, _: usize) -> bool {
            sink.shut();
            sink.mailbox().close();
            true
        }
    }

    /// One of the server's own.
    struct Own;

    impl Outlet for Own {
        fn flush(&self, _: &Sink, _: &mut Pool) {}
        fn overflow(&self, _: &Sink, _: usize) {}
    }

    const MAX: usize = 8 << 20;

    fn router() -> (Router, Arc<Account>) {
        let router = Router::new();
        router.memory().set_max(Some(MAX));
        let account = router.account("$G");
        (router, account)
    }

    fn listen(
        router: &Router,
        account: &Account,
        filter: &str,
        outlet: Box<dyn Outlet>,
    ) -> Arc<Sink> {
        let sink = router.sink(1, SinkOptions::default(), outlet);
        account.subscribe(&Subscription::new(
            sink.clone(),
            filter.as_bytes(),
            None,
            b"1",
        ));
        sink
    }

    #[expect(clippy::disallowed_methods, reason = "a worker wants one")]
    fn worker() -> Worker {
        Worker::new(7, Instant::now())
    }

    fn publish(worker: &mut Worker, account: &Account, subject: &str, bytes: usize) {
        let payload = vec![b'x'; bytes];
        let message = Message {
            subject: subject.as_bytes(),
            reply: None,
            header_len: 0,
            payload: &payload,
        };
        worker.send(account, &message);
    }

    #[test]
    fn the_largest_is_closed_and_the_bound_is_kept() {
        let (router, account) = router();
        let small = listen(&router, &account, "small", Box::new(Stuck));
        let large: Vec<_> = (0..4)
            .map(|number| {
                listen(
                    &router,
                    &account,
                    &format!("large.{number}"),
                    Box::new(Stuck),
                )
            })
            .collect();
        let mut worker = worker();
        publish(&mut worker, &account, "small", 100 << 10);
        for round in 0..4000 {
            publish(
                &mut worker,
                &account,
                &format!("large.{}", round % 4),
                16 << 10,
            );
            worker.hand_over();
            // One push may go beyond it before others are closed.
            assert!(router.memory().held() <= MAX, "{}", router.memory().held());
        }
        assert_eq!(router.memory().evicted(), 4);
        assert!(large.iter().all(|sink| !sink.is_open()));
        assert!(small.is_open() && small.held() >= 100 << 10);
    }

    #[test]
    fn tiny_messages_count_with_all_the_memory_they_take() {
        let (router, account) = router();
        let sink = listen(&router, &account, "a", Box::new(Stuck));
        let mut worker = worker();
        for _ in 0..1000 {
            publish(&mut worker, &account, "a", 1);
            worker.hand_over();
        }
        let waiting = sink.mailbox().pending();
        assert!(sink.held() > 5 * waiting, "{} for {waiting}", sink.held());
    }

    #[test]
    fn a_payload_that_many_wait_for_counts_once() {
        const BYTES: usize = 1 << 20;
        let (router, account) = router();
        let before = router.memory().held();
        let sinks: Vec<_> = (0..5)
            .map(|_| listen(&router, &account, "a", Box::new(Stuck)))
            .collect();
        let mut worker = worker();
        publish(&mut worker, &account, "a", BYTES);
        worker.hand_over();
        let held = router.memory().held() - before;
        assert!((BYTES..2 * BYTES).contains(&held), "{held}");
        for sink in &sinks[1..] {
            sink.mailbox().close();
        }
        assert!(router.memory().held() >= BYTES);
        sinks[0].mailbox().close();
        assert!(router.memory().held() < BYTES);
        // Those who wait for shared payloads alone are found as well.
        let slow = listen(&router, &account, "b", Box::new(Stuck));
        let _also = listen(&router, &account, "b", Box::new(Own));
        for _ in 0..9 {
            publish(&mut worker, &account, "b", BYTES);
            worker.hand_over();
        }
        assert!(!slow.is_open());
    }

    /// Symptom: readers of one large payload were closed one after the other, which freed nothing, before the one that held much alone.
    #[test]
    fn who_holds_much_alone_goes_before_the_readers_of_a_shared_payload() {
        let (router, account) = router();
        let many: Vec<_> = (0..5)
            .map(|_| listen(&router, &account, "many", Box::new(Stuck)))
            .collect();
        let alone = listen(&router, &account, "alone", Box::new(Stuck));
        let mut worker = worker();
        publish(&mut worker, &account, "many", 5 << 20);
        worker.hand_over();
        for _ in 0..MAX >> 16 {
            publish(&mut worker, &account, "alone", 1 << 16);
            worker.hand_over();
        }
        assert!(!alone.is_open() && many.iter().all(|sink| sink.is_open()));
    }

    /// Symptom: a connection's floor counted for as long as a cache held one of its subscriptions.
    #[test]
    fn a_floor_goes_with_the_connection() {
        let (router, account) = router();
        let sinks: Vec<_> = (0..10)
            .map(|_| listen(&router, &account, "a", Box::new(Stuck)))
            .collect();
        let own: usize = sinks.iter().map(|sink| sink.held()).sum();
        assert_eq!(router.memory().held(), 10 * SINK_BYTES);
        sinks.iter().for_each(|sink| sink.mailbox().close());
        assert_eq!(router.memory().held(), own);
    }

    #[test]
    fn the_servers_own_stay_and_nobody_is_closed_for_little() {
        let (router, account) = router();
        let own = listen(&router, &account, "own", Box::new(Own));
        let idle = listen(&router, &account, "idle", Box::new(Stuck));
        let mut worker = worker();
        for _ in 0..MAX >> 16 {
            publish(&mut worker, &account, "own", 1 << 16);
            worker.hand_over();
        }
        assert!(router.memory().admit(1).is_none());
        assert!(own.is_open() && idle.is_open());
        assert_eq!(
            (router.memory().evicted(), router.memory().refused()),
            (0, 1)
        );
        own.mailbox().close();
        assert!(router.memory().admit(1).is_some());
    }

    /// Symptom: one read for thousands of subscriptions staged all its copies before any of them counted.
    #[test]
    fn what_is_staged_is_handed_over_before_it_is_much() {
        let (router, account) = router();
        let sinks: Vec<_> = (0..2000)
            .map(|_| router.sink(1, SinkOptions::default(), Box::new(Stuck)))
            .collect();
        for sink in &sinks {
            account.subscribe(&Subscription::new(sink.clone(), b"a", None, b"1"));
        }
        router.memory().set_max(None);
        publish(&mut worker(), &account, "a", 4000);
        let pushed: usize = sinks.iter().map(|sink| sink.mailbox().pending()).sum();
        assert!(pushed >= 4 << 20, "{pushed} bytes");
    }

    #[test]
    fn subscriptions_count_until_nobody_has_them() {
        let (router, account) = router();
        let sink = listen(&router, &account, "a", Box::new(Stuck));
        let one = sink.held();
        let many: Vec<_> = (0..100)
            .map(|_| Subscription::new(sink.clone(), b"a", None, b"1"))
            .collect();
        assert_eq!(sink.held(), 101 * one);
        drop(many);
        assert_eq!(sink.held(), one);
    }
}
