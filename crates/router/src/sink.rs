//! A destination as the router sees it: a mailbox, counters and an outlet.

use crate::account::Slots;
use crate::memory::{Memory, SINK_BYTES};
use arc_swap::ArcSwapOption;
use midge_container::{Chunk, Mailbox, Pool, Share, Waiters};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Instant;

/// How bytes leave a sink. Called from any thread that delivers, so it must not wait.
pub trait Outlet: Send + Sync {
    /// A chunk was pushed: write what can be written at once, or tell the owner.
    fn flush(&self, sink: &Sink, pool: &mut Pool);
    /// Whether it is flushed after all others, since its flush does more than to write.
    fn is_last(&self) -> bool {
        false
    }
    /// More than the sink's `max_pending` bytes wait: the reader is too slow.
    fn overflow(&self, sink: &Sink, pending_bytes: usize);
    /// The sink holds the most bytes of all, `held`, and the server may hold no more: the owner closes it. False if it stays.
    fn evict(&self, sink: &Sink, held: usize) -> bool {
        let _ = (sink, held);
        false
    }
    /// A delivery's control line, for sinks that asked to see them by [`Sink::set_traced`].
    fn trace(&self, line: &[u8]) {
        let _ = line;
    }
}

/// What must be asked for each delivery to a sink, for those few that need it, and what its owner may have the server do.
pub trait Gate: Send + Sync {
    /// Whether a message on `subject` may be delivered to a subscription in `queue`.
    fn allows(&self, subject: &[u8], queue: Option<&[u8]>) -> bool;
    /// A message with a reply subject was delivered: the receiver may answer there.
    fn delivered(&self, reply: &[u8], now: Instant);
    /// Whether the owner may send to `subject` himself.
    fn may_publish(&self, subject: &[u8]) -> bool;
    /// Whether the owner may read what is sent to `subject`.
    fn may_read(&self, subject: &[u8]) -> bool;
    /// Whether the server may send on the owner's behalf to `target`, a subject or a filter: as an answer, or because he defined it so.
    fn may_target(&self, target: &[u8]) -> bool;
}

/// Fixed properties of a sink.
#[derive(Clone, Copy, Debug)]
pub struct SinkOptions {
    /// Bytes that may wait before the reader counts as too slow.
    pub max_pending: usize,
    /// From this many waiting bytes on, publishers are asked to pause.
    pub crowded_at: usize,
    /// They are asked to say nothing more until fewer bytes wait ([`Sink::poll_room`]), instead of pausing a moment.
    pub holds_publishers: bool,
}

impl Default for SinkOptions {
    fn default() -> Self {
        Self {
            max_pending: 64 << 20,
            crowded_at: 1 << 20,
            holds_publishers: false,
        }
    }
}

/// Counters of one connection, read by monitoring while its owner and deliverers write.
#[derive(Debug, Default)]
pub struct SinkStats {
    /// Messages the connection published.
    pub in_msgs: AtomicU64,
    /// Payload bytes the connection published, headers included.
    pub in_bytes: AtomicU64,
    /// Messages handed over for delivery.
    pub out_msgs: AtomicU64,
    /// Payload bytes handed over for delivery.
    pub out_bytes: AtomicU64,
    /// Live subscriptions.
    pub subscriptions: AtomicU64,
    /// How often a publisher was held back for this reader.
    pub stalls: AtomicU64,
}

/// A destination. Shared by its owner, its subscriptions and the stages that hold bytes for it.
pub struct Sink {
    id: u64,
    slot: u32,
    slots: Arc<Slots>,
    options: SinkOptions,
    open: AtomicBool,
    headers: AtomicBool,
    traced: AtomicBool,
    gated: AtomicBool,
    gate: ArcSwapOption<Box<dyn Gate>>,
    /// Counters; see [`SinkStats`].
    pub stats: SinkStats,
    mailbox: Mailbox,
    outlet: Box<dyn Outlet>,
    held_publishers: Waiters,
}

impl Sink {
    pub(crate) fn new(
        id: u64,
        slots: Arc<Slots>,
        options: SinkOptions,
        outlet: Box<dyn Outlet>,
    ) -> Self {
        Self {
            id,
            slot: slots.take(),
            mailbox: Mailbox::with_budget(slots.memory.budget().clone(), SINK_BYTES),
            slots,
            options,
            open: AtomicBool::new(true),
            headers: AtomicBool::new(false),
            traced: AtomicBool::new(false),
            gated: AtomicBool::new(false),
            gate: ArcSwapOption::empty(),
            stats: SinkStats::default(),
            outlet,
            held_publishers: Waiters::default(),
        }
    }

    /// The number the owner gave: unique for the life of the process.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A small dense number, free again when the sink is dropped: stages index by it.
    pub(crate) fn slot(&self) -> usize {
        self.slot as usize
    }

    /// The queue of chunks that wait to be written.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// How bytes leave.
    #[must_use]
    pub fn outlet(&self) -> &dyn Outlet {
        self.outlet.as_ref()
    }

    /// False from the moment the owner began to close: deliveries skip it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.load(Relaxed)
    }

    /// No further deliveries; what waits can still be written by the owner.
    pub fn shut(&self) {
        self.open.store(false, Relaxed);
    }

    /// Its fixed properties.
    #[must_use]
    pub fn options(&self) -> SinkOptions {
        self.options
    }

    /// Whether the receiver understands headers; otherwise it gets the body alone.
    #[must_use]
    pub fn takes_headers(&self) -> bool {
        self.headers.load(Relaxed)
    }

    /// Sets whether the receiver understands headers.
    pub fn set_headers(&self, on: bool) {
        self.headers.store(on, Relaxed);
    }

    /// Whether [`Outlet::trace`] is told of each delivery.
    #[must_use]
    pub fn is_traced(&self) -> bool {
        self.traced.load(Relaxed)
    }

    /// Sets whether [`Outlet::trace`] is told of each delivery.
    pub fn set_traced(&self, on: bool) {
        self.traced.store(on, Relaxed);
    }

    /// Installs or removes the per-delivery question.
    pub fn set_gate(&self, gate: Option<Box<dyn Gate>>) {
        let gate = gate.map(Arc::new);
        self.gated.store(gate.is_some(), Relaxed);
        self.slots.note_gate(self.id, gate.clone());
        self.gate.store(gate);
    }

    /// The gate of another sink of the router, if that has one and is still there.
    #[must_use]
    pub fn gate_of(&self, id: u64) -> Option<Arc<Box<dyn Gate>>> {
        self.slots.gate_of(id)
    }

    /// Runs `ask` on the gate if there is one.
    pub(crate) fn with_gate<R>(&self, ask: impl FnOnce(&dyn Gate) -> R) -> Option<R> {
        if !self.gated.load(Relaxed) {
            return None;
        }
        self.gate
            .load()
            .as_ref()
            .map(|gate| ask(gate.as_ref().as_ref()))
    }

    /// Pushes a chunk and counts what it carries. Returns whether publishers should pause.
    pub(crate) fn push(&self, chunk: Chunk) -> bool {
        if chunk.messages() > 0 {
            self.stats
                .out_msgs
                .fetch_add(u64::from(chunk.messages()), Relaxed);
            self.stats
                .out_bytes
                .fetch_add(chunk.message_bytes(), Relaxed);
        }
        let pushed = self.mailbox.push(chunk);
        if pushed.exhausted {
            self.memory().reclaim();
        }
        if pushed.pending > self.options.max_pending && !pushed.closed {
            self.outlet.overflow(self, pushed.pending);
        }
        pushed.pending > self.options.crowded_at
    }

    /// Whether fewer bytes wait than publishers are asked to pause for.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.is_open() && self.mailbox.pending() > self.options.crowded_at
    }

    /// Ready when the sink isn't crowded; else the task is woken by [`Sink::wake_publishers`] when it may not be.
    pub fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        self.held_publishers.poll(cx, || !self.is_crowded())
    }

    /// To be called after bytes were taken out, and after [`Sink::shut`]: publishers that were held go on, if there is room.
    pub fn wake_publishers(&self) {
        self.held_publishers.wake_if(|| !self.is_crowded());
    }

    /// Counts bytes that the owner holds beside the mailbox.
    pub fn hold(&self, bytes: usize) {
        if self.share().is_some_and(|share| share.hold(bytes)) {
            self.memory().reclaim();
        }
    }

    /// Counts bytes that the owner holds no more.
    pub fn release(&self, bytes: usize) {
        if let Some(share) = self.share() {
            share.release(bytes);
        }
    }

    /// Bytes that it holds, without its floor.
    #[must_use]
    pub fn held(&self) -> usize {
        self.share().map_or(0, Share::held)
    }

    /// What closing it may give back: payloads that others have as well are counted in full.
    pub(crate) fn weight(&self) -> usize {
        self.held().max(self.mailbox.pending())
    }

    /// What all sinks of its router hold together.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.slots.memory
    }

    fn share(&self) -> Option<&Share> {
        self.mailbox.share()
    }

    /// Whether so much waits that the reader is about to be cut.
    #[must_use]
    pub fn is_nearly_full(&self) -> bool {
        self.is_open() && self.mailbox.pending() > self.options.max_pending / 4 * 3
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.slots.give(self.slot);
        if self.gated.load(Relaxed) {
            self.slots.note_gate(self.id, None);
        }
    }
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sink")
            .field("id", &self.id)
            .field("pending", &self.mailbox.pending())
            .finish_non_exhaustive()
    }
}
