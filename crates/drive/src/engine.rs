//! A turn of JetStream: hear, commit, deliver.

use crate::alarms::AlarmCounts;
use crate::post::Post;
use crate::room::LeftForRoom;
use crate::seat::Turns;
use midge_jetstream::{AccountId, JetStream, Token};
use midge_streamlog::Store;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Acquire};
use std::time::{Duration, Instant, SystemTime};

#[cfg(all(test, not(loom)))]
pub(crate) mod bench;
#[cfg(all(test, not(loom)))]
mod tests;

/// How long the thread sleeps at most.
const REST_MAX: u64 = 5_000_000_000;
/// How long it waits for a receiver that has much to read.
const CROWDED_REST: u64 = 1_000_000;
/// What a message takes in the log beside its own bytes, at most.
const RECORD_OVERHEAD: usize = 256;
/// How often it is looked for mailboxes that nobody empties, in nanoseconds.
const INSPECT_PERIOD: u64 = 5_000_000_000;
/// How often memory is given back.
const TRIM_PERIOD: Duration = Duration::from_secs(5);

/// So many answers are given by whoever brings the news that they may be; more are the thread's.
const FEW_ANSWERS: usize = 256;

/// Many answers leave in so many parts: whoever has the first ones goes on while the others are given, instead of both waiting by turns.
const PARTS: usize = 4;
/// So many answers are worth a write of their own.
const PART_MIN: usize = 64;
/// The same, as bytes of the requests that they answer.
const PART_BYTES_MIN: usize = 1 << 10;

/// JetStream and its way to the world.
pub(crate) struct Engine {
    pub(crate) jetstream: JetStream,
    pub(crate) post: Post,
    store: Store,
    /// The last batch that the store committed.
    committed: Arc<AtomicU64>,
    /// The last one that JetStream was told of.
    seen: u64,
    /// Receivers have much to read: a pause is in order.
    crowded: bool,
    /// The log is full of unwritten bytes, and messages wait in their mailboxes for the commit that makes room.
    left: LeftForRoom,
    trimmed: Instant,
    alarms: Arc<AlarmCounts>,
    /// When it is looked for mailboxes that nobody empties, and those that weren't empty last time, with how many messages had been taken.
    inspect_at: u64,
    uncollected: Vec<(AccountId, u64)>,
}

impl Engine {
    pub(crate) fn new(
        jetstream: JetStream,
        store: Store,
        post: Post,
        committed: Arc<AtomicU64>,
        alarms: Arc<AlarmCounts>,
    ) -> Self {
        Self {
            jetstream,
            post,
            store,
            committed,
            seen: 0,
            crowded: false,
            left: LeftForRoom::default(),
            trimmed: instant(),
            alarms,
            inspect_at: 0,
            uncollected: Vec::new(),
        }
    }

    /// Looks for what stands still. True if something was woken, which a test takes for the failure that it is.
    fn inspect(&mut self, now: u64) -> bool {
        let mut woken = self
            .alarms
            .note(self.jetstream.inspect(now, &mut self.post));
        if now >= self.inspect_at {
            self.inspect_at = now.saturating_add(INSPECT_PERIOD);
            woken |= self.inspect_mailboxes();
        }
        assert!(
            !(woken && cfg!(debug_assertions)),
            "JetStream stood still; the log says where"
        );
        woken
    }

    /// A mailbox with messages, of which none was taken since the last look although the log has room, is forgotten.
    fn inspect_mailboxes(&mut self) -> bool {
        let before = std::mem::take(&mut self.uncollected);
        if self.left.is_any() {
            return false;
        }
        let waiting = self.post.accounts().into_iter();
        let waiting = waiting.filter(|account| {
            self.post.pending(*account) > 0 && !self.jetstream.is_held_up(*account)
        });
        self.uncollected = waiting
            .map(|account| (account, self.post.taken(account)))
            .collect();
        let mut woken = false;
        for (account, taken) in &self.uncollected {
            if before.contains(&(*account, *taken)) {
                woken = true;
                self.alarms.add_mailbox();
                tracing::error!(
                    account = self.post.account_name(*account),
                    bytes = self.post.pending(*account),
                    way_out = "none is needed, but it is a fault of the server: report it",
                    "JetStream: what came for it was left in its mailbox and is taken now"
                );
            }
        }
        woken
    }

    /// All consumers' state goes to the store. Nobody is kept waiting for what nobody hears any more.
    pub(crate) fn stop(&mut self) {
        self.jetstream.stop(clock(), &mut self.post);
        self.post.worker().hand_over();
        for account in self.post.accounts() {
            self.post.close(account);
        }
    }

    /// What was said goes out. When the thread has to take its next turn; `more`: there is something to do at once.
    ///
    /// A message that was left for want of room is looked at again at once if there is room now, because a commit of this very turn made
    /// it. If there isn't, bytes wait for the committer, who tells when they are written.
    fn hand_over(&mut self, mut more: bool, now: u64) -> u64 {
        more |= self.left.has_room_now(&self.store);
        self.post.worker().hand_over();
        self.crowded = !self.post.worker().take_crowded().is_empty();
        let due = self.jetstream.poll_timeout().unwrap_or(u64::MAX);
        match () {
            () if self.crowded => now.saturating_add(CROWDED_REST),
            () if more => now,
            () => due.min(now.saturating_add(REST_MAX)),
        }
    }

    /// What was appended goes to the store, and what the store has is answered. True if there was any.
    fn submit(&mut self, now: u64) -> bool {
        let written = self.store.submit(now).unwrap_or(0);
        let committed = self.committed.load(Acquire).max(written);
        // After a failure nothing is committed any more, and whoever waits is told that.
        let failed = self.jetstream.waiting() > 0 && self.store.failure().is_some();
        let news = committed > self.seen || failed;
        if news {
            self.seen = committed;
            let part = (self.jetstream.waiting() / PARTS).max(PART_MIN);
            while self.jetstream.committed(part, &mut self.post) {
                self.post.worker().hand_over();
            }
        }
        news
    }

    /// Receives what waits for an account, up to the first message that `takes` refuses; true if that was not all.
    fn hear(&mut self, account: AccountId, takes: impl Fn(&JetStream, Token) -> bool) -> bool {
        let now = clock();
        let (jetstream, store, left) = (&mut self.jetstream, &self.store, &mut self.left);
        let part = (self.post.pending(account) / PARTS).max(PART_BYTES_MIN);
        let (mut heard, mut taken, mut full, mut refused) = (0, 0, false, false);
        self.post.hear(account, |post, token, message| {
            let len = message.subject.len() + message.headers.len() + message.payload.len();
            full = !left.admits(len + RECORD_OVERHEAD, store);
            refused = !takes(jetstream, token);
            if full || refused {
                return false;
            }
            jetstream.receive(account, token, message, now, post);
            heard += len;
            taken += 1;
            if heard >= part {
                heard = 0;
                post.worker().hand_over();
            }
            true
        });
        self.post.add_taken(account, taken);
        !full && (refused || self.post.pending(account) > 0)
    }
}

impl Turns for Engine {
    /// The thread's turn: all that waits, or a good part of it. When the next one is due, in nanoseconds since 1970.
    fn turn(&mut self) -> u64 {
        let start = instant();
        self.post.worker().set_now(start);
        self.left = LeftForRoom::default();
        let mut more = false;
        for account in self.post.accounts() {
            more |= self.hear(account, JetStream::takes);
        }
        let now = clock();
        self.submit(now);
        if self.jetstream.poll_timeout().is_some_and(|due| due <= now) {
            self.jetstream.handle_timeout(now, &mut self.post);
        }
        more |= self.jetstream.run(now, &mut self.post);
        more |= self.submit(now) && self.jetstream.has_work();
        if start.duration_since(self.trimmed) > TRIM_PERIOD {
            self.post.trim();
            self.trimmed = start;
        }
        more |= self.inspect(now);
        self.hand_over(more, now)
    }

    /// A visitor's turn: publishes, of the account that it brought, to streams without consumers, and a few answers. Requests, deliveries and
    /// timers stay for the thread, and what an ack goes out with. When that has to take its turn.
    fn visit(&mut self, account: Option<AccountId>) -> u64 {
        let busy = self.crowded || self.left.is_any() || self.jetstream.has_long_work();
        if busy || self.jetstream.waiting() > FEW_ANSWERS {
            return 0;
        }
        self.post.worker().set_now(instant());
        let mut more = account.is_some_and(|account| {
            self.hear(account, |jetstream, token| {
                jetstream.only_stores(token) && jetstream.takes(token)
            })
        });
        let now = clock();
        self.submit(now);
        more |= self.jetstream.has_long_work();
        if !more {
            self.jetstream.run(now, &mut self.post);
        }
        self.hand_over(more, now)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the thread that tells JetStream the time"
)]
pub(crate) fn clock() -> u64 {
    #[cfg(all(test, not(loom)))]
    if let Some(now) = midge_streamlog::sim::interleave::now() {
        return now;
    }
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
