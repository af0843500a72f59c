//! One subscription: whose it is, what it wants, and how many messages it may still get.

use crate::origin::Listener;
use crate::sink::Sink;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A subscription of one sink. Shared by the trie, cached matches and its owner.
///
/// The three texts stand in one allocation, because a million of these is an ordinary day.
pub struct Subscription {
    sink: Arc<Sink>,
    text: Box<[u8]>,
    filter_len: u32,
    /// Zero: no queue group (a queue name is never empty).
    queue_len: u32,
    delivered: AtomicU64,
    /// The flags at the top, and below them the maximum. Zero: no maximum; otherwise deliveries stop when
    /// `delivered` reaches it.
    state: AtomicU64,
}

/// It was removed or used up.
const CLOSED: u64 = 1 << 63;
/// Each delivery must ask the sink's gate.
const FILTERED: u64 = 1 << 62;
/// It is the server's own, not a client's.
const OF_SERVER: u64 = 1 << 61;
/// It hears clients alone, see [`Listener::Control`].
const CONTROL: u64 = 1 << 60;
/// The bits of the maximum.
const MAX: u64 = CONTROL - 1;

/// What a subscription takes beside its texts: itself, and its places in its owner's table and the trie.
const BYTES: usize = 256;
/// What the trie takes for a token that no other subscription has.
const TOKEN_BYTES: usize = 96;

/// Bytes that count for a subscription, as far as that can be told: other subscriptions may share its tokens.
fn footprint(text: &[u8], filter_len: usize) -> usize {
    let dots = text[..filter_len].iter().filter(|&&byte| byte == b'.');
    BYTES + text.len() + TOKEN_BYTES * (1 + dots.count())
}

// With the two counts of its `Arc` it fills a cache line, and one more word would cost an allocator's next size.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Subscription>() == 48);

impl Subscription {
    /// A subscription of `sink`; it receives nothing until an account knows it.
    #[must_use]
    pub fn new(sink: Arc<Sink>, filter: &[u8], queue: Option<&[u8]>, sid: &[u8]) -> Arc<Self> {
        let queue = queue.unwrap_or_default();
        let text: Box<[u8]> = [filter, queue, sid].concat().into();
        let len = |part: &[u8]| u32::try_from(part.len()).expect("bounded by max_control_line");
        sink.hold(footprint(&text, filter.len()));
        Arc::new(Self {
            sink,
            filter_len: len(filter),
            queue_len: len(queue),
            text,
            delivered: AtomicU64::new(0),
            state: AtomicU64::new(0),
        })
    }

    /// Where its messages go.
    #[must_use]
    pub fn sink(&self) -> &Arc<Sink> {
        &self.sink
    }

    /// The subject filter.
    #[must_use]
    pub fn filter(&self) -> &[u8] {
        &self.text[..self.filter_len as usize]
    }

    /// The queue group, if it is a member of one.
    #[must_use]
    pub fn queue(&self) -> Option<&[u8]> {
        let start = self.filter_len as usize;
        (self.queue_len > 0).then(|| &self.text[start..start + self.queue_len as usize])
    }

    /// The id its owner gave it.
    #[must_use]
    pub fn sid(&self) -> &[u8] {
        &self.text[self.filter_len as usize + self.queue_len as usize..]
    }

    /// Messages reserved for it so far.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        let delivered = self.delivered.load(Relaxed);
        self.max().map_or(delivered, |max| delivered.min(max))
    }

    /// The maximum, if one was set.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        Some(self.state.load(Relaxed) & MAX).filter(|&max| max > 0)
    }

    /// Limits it to `max` messages counted from its start. Returns true when that many were
    /// delivered already: the caller removes it at once.
    pub fn set_max(&self, max: u64) -> bool {
        let max = max.min(MAX);
        let with_max = |state| Some(state & !MAX | max);
        let _ = self.state.fetch_update(Relaxed, Relaxed, with_max);
        max > 0 && self.delivered.load(Relaxed) >= max
    }

    /// True once it was removed or used up.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state.load(Relaxed) & CLOSED != 0
    }

    /// Marks it as removed. Returns true for the one caller that did it.
    pub fn close(&self) -> bool {
        self.state.fetch_or(CLOSED, Relaxed) & CLOSED == 0
    }

    /// Whether each delivery must ask the sink's gate.
    pub fn set_filtered(&self, on: bool) {
        if on {
            self.state.fetch_or(FILTERED, Relaxed);
        } else {
            self.state.fetch_and(!FILTERED, Relaxed);
        }
    }

    /// The same for a listener of the server's; without this it is a client's.
    #[must_use]
    pub fn listening_as(self: Arc<Self>, listener: Listener) -> Arc<Self> {
        let flags = match listener {
            Listener::Client => 0,
            Listener::Store => OF_SERVER,
            Listener::Control => OF_SERVER | CONTROL,
        };
        self.state.fetch_or(flags, Relaxed);
        self
    }

    /// Whether more than room counts for a delivery.
    pub(crate) fn is_special(&self) -> bool {
        self.state.load(Relaxed) & (FILTERED | OF_SERVER) != 0
    }

    pub(crate) fn is_of_server(&self) -> bool {
        self.state.load(Relaxed) & OF_SERVER != 0
    }

    pub(crate) fn is_control(&self) -> bool {
        self.state.load(Relaxed) & CONTROL != 0
    }

    pub(crate) fn is_filtered(&self) -> bool {
        self.state.load(Relaxed) & FILTERED != 0
    }

    /// Takes the right to deliver one message.
    pub(crate) fn reserve(&self) -> Reserved {
        if self.is_closed() || !self.sink.is_open() {
            return Reserved::Refused;
        }
        let before = self.delivered.fetch_add(1, Relaxed);
        match self.state.load(Relaxed) & MAX {
            0 => Reserved::Granted,
            max if before + 1 < max => Reserved::Granted,
            max if before + 1 == max => Reserved::Last,
            _ => Reserved::Refused,
        }
    }
}

/// The answer to [`Subscription::reserve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reserved {
    Granted,
    /// Granted, and the maximum is reached with it.
    Last,
    Refused,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.sink
            .release(footprint(&self.text, self.filter_len as usize));
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription")
            .field("sink", &self.sink.id())
            .field("filter", &String::from_utf8_lossy(self.filter()))
            .field("queue", &self.queue().map(String::from_utf8_lossy))
            .field("sid", &String::from_utf8_lossy(self.sid()))
            .finish_non_exhaustive()
    }
}
