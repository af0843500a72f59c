//! Who gets this message?
//!
//! A [`Router`] holds one [`Account`] per tenant; an account holds the interest of its
//! [`Subscription`]s in a trie. A [`Worker`] belongs to one thread: it matches what that
//! thread's connections publish, stages ready-to-send bytes per destination, and hands the
//! chunks over when the read batch ends. A destination is a [`Sink`]: a mailbox, its counters
//! and an [`Outlet`] that knows how bytes leave. This crate knows no sockets, no clock and no
//! permissions; what must be asked per delivery stands behind [`Gate`].
//!
//! ```
//! use midge_router::{Message, Outlet, Router, Sink, SinkOptions, Subscription, Worker};
//! use std::sync::Arc;
//!
//! struct Nowhere;
//! impl Outlet for Nowhere {
//!     fn flush(&self, _: &Sink, _: &mut midge_container::Pool) {}
//!     fn overflow(&self, _: &Sink, _: usize) {}
//! }
//!
//! let router = Router::new();
//! let account = router.account("$G");
//! let sink = router.sink(1, SinkOptions::default(), Box::new(Nowhere));
//! let subscription = Subscription::new(sink.clone(), b"orders.*", None, b"1");
//! account.subscribe(&subscription);
//!
//! let mut worker = Worker::new(7, std::time::Instant::now());
//! let message = Message { subject: b"orders.eu", reply: None, header_len: 0, payload: b"hi" };
//! assert_eq!(worker.send(&account, &message), 1);
//! worker.hand_over();
//! assert_eq!(sink.mailbox().pending(), b"MSG orders.eu 1 2\r\nhi\r\n".len());
//! ```
//!
//! # Invariants
//! - A publish that is matched after [`Account::subscribe`] returned reaches that subscription:
//!   the trie changes first, then the generation of its shard, and a cached match is used only
//!   while the generation read *before* it was matched still holds.
//! - One message reaches one member of each queue group, and a subscription never gets more
//!   than its maximum: the right to deliver is reserved atomically per message.
//! - A client's message is delivered where its sender may send, after all that rewrites its subject (`origin.rs`); what the server itself
//!   sends is heard by no listener of its own that does what it is told.
//! - What clients make the server hold has one bound for all of them together (`memory.rs`).
//! - No lock is held while bytes are handed over, and none is taken for a cached match.
//! - What is staged is pushed no later than the end of the read batch, and for others before a
//!   PONG is staged for their publisher.
//!
//! # Why a cache per worker and not per connection
//! Ten thousand publishers of the same subjects would each hold the same table. One bounded
//! table per thread has the same hit rate, and its memory does not grow with connections.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod account;
mod cache;
mod memory;
mod origin;
mod sink;
mod stage;
mod subscription;
mod worker;

pub use account::{Account, AccountLimits, Router};
pub use memory::{Memory, Reservation, SINK_BYTES};
pub use origin::{Listener, Origin, Refused, Rights, Routed, SERVER, Unrestricted};
pub use sink::{Gate, Outlet, Sink, SinkOptions, SinkStats};
pub use subscription::Subscription;
pub use worker::{Message, Worker};

#[cfg(test)]
mod tests;
