//! The thread: hears, commits, delivers, sleeps.

use crate::bell::Bell;
use crate::post::{Post, messages};
use midge_jetstream::{AccountId, JetStream};
use midge_streamlog::Store;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Acquire};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, SystemTime};

/// How long the thread sleeps at most.
const REST_MAX: Duration = Duration::from_secs(5);
/// How long it waits for a receiver that has much to read.
const CROWDED_REST: Duration = Duration::from_millis(1);
/// What a message takes in the log beside its own bytes, at most.
const RECORD_OVERHEAD: usize = 256;
/// How often memory is given back.
const TRIM_PERIOD: Duration = Duration::from_secs(5);

/// Something to be done on the thread, between two turns.
pub(crate) type Order = Box<dyn FnOnce(&mut JetStream, &mut Post, u64) + Send>;

/// What the thread owns.
pub(crate) struct Engine {
    pub(crate) jetstream: JetStream,
    pub(crate) store: Store,
    pub(crate) post: Post,
    pub(crate) bell: Arc<Bell>,
    /// The last batch that the store committed.
    pub(crate) committed: Arc<AtomicU64>,
    pub(crate) orders: Receiver<Order>,
}

/// What a turn left.
struct Left {
    /// There is more to do at once.
    more: bool,
    /// Receivers have much to read: a pause is in order.
    crowded: bool,
}

impl Engine {
    /// Runs until nobody can give orders any more.
    pub(crate) fn run(mut self) {
        self.bell.answer_here();
        let mut seen = 0;
        let mut trimmed = instant();
        while self.obey() {
            let left = self.turn(&mut seen);
            let now = instant();
            if now.duration_since(trimmed) > TRIM_PERIOD {
                self.post.trim();
                trimmed = now;
            }
            self.bell.rest(self.rest_after(&left));
        }
        let now = clock();
        self.jetstream.stop(now, &mut self.post);
        self.post.worker().hand_over();
    }

    /// Does what was ordered. False when nobody can order any more.
    fn obey(&mut self) -> bool {
        use std::sync::mpsc::TryRecvError;
        loop {
            match self.orders.try_recv() {
                Ok(order) => order(&mut self.jetstream, &mut self.post, clock()),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn turn(&mut self, seen: &mut u64) -> Left {
        self.post.worker().set_now(instant());
        let mut more = false;
        for account in self.post.accounts() {
            more |= self.hear(account);
        }
        let now = clock();
        let committed = self.committed.load(Acquire);
        if committed != *seen {
            *seen = committed;
            self.jetstream.committed(committed, now, &mut self.post);
        }
        if self.jetstream.poll_timeout().is_some_and(|due| due <= now) {
            self.jetstream.handle_timeout(now, &mut self.post);
        }
        more |= self.jetstream.run(now, &mut self.post);
        self.post.worker().hand_over();
        Left {
            more,
            crowded: !self.post.worker().take_crowded().is_empty(),
        }
    }

    /// Receives what waits for an account; true if that was not all.
    fn hear(&mut self, account: AccountId) -> bool {
        let Some(bytes) = self.post.take(account) else {
            return false;
        };
        let now = clock();
        let (jetstream, post, store) = (&mut self.jetstream, &mut self.post, &self.store);
        let mut full = false;
        let used = messages(&bytes, |token, message| {
            let len = message.subject.len() + message.headers.len() + message.payload.len();
            full = !store.has_room(len + RECORD_OVERHEAD);
            if !full {
                jetstream.receive(account, token, message, now, post);
            }
            !full
        });
        self.post.give_back(account, bytes, used);
        // A commit makes room and rings.
        !full && self.post.has_mail(account)
    }

    fn rest_after(&self, left: &Left) -> Duration {
        if left.crowded {
            return CROWDED_REST;
        }
        if left.more {
            return Duration::ZERO;
        }
        let due = self.jetstream.poll_timeout();
        due.map_or(REST_MAX, |due| {
            Duration::from_nanos(due.saturating_sub(clock())).min(REST_MAX)
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the thread that tells JetStream the time"
)]
pub(crate) fn clock() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the thread that tells JetStream the time"
)]
pub(crate) fn instant() -> Instant {
    Instant::now()
}
