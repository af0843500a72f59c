//! Sockets for the broker: listeners, worker threads, the read loop and the flush.
//!
//! A [`Workers`] pool runs connections: each worker is one thread with its own runtime, read slab
//! and router [`Worker`](midge_router::Worker). A [`listen`]er hands accepted sockets to the pool
//! in turn. One connection is one task, which owns the [`Session`](midge_session::Session), reads
//! into the worker's slab, and lets the session act on it. Bytes leave by whoever finds the mailbox
//! idle: the plain socket of a connection can be written by any worker, without waiting; what it
//! doesn't take waits for the owner. TLS and WebSocket streams are written by their owner alone.
//!
//! What the net can't know (settings, credentials, the register of connections) it asks its
//! [`Host`]. There is no NATS in this crate: if a branch is about the protocol, it belongs into
//! `session`.
//!
//! # Invariants
//! - A foreign writer only calls `try_*`; after [`FOREIGN_BURST_BYTES`](line) it leaves the rest to
//!   the owner, so no publisher is kept busy by one reader.
//! - The slab is lent for one read: nothing of it survives the batch but the copied rest.
//! - A connection that ended is in no register, no account, and its mailbox is closed.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod accept;
mod checks;
mod connection;
mod host;
mod inbound;
#[doc(hidden)]
pub mod laws;
mod line;
mod listener;
mod login;
mod patience;
mod task;
mod tls;
mod transport;
mod websocket;
mod workers;

pub use connection::{Command, Connection, Facts, Peer};
pub use host::{Entrance, Host, LineOptions};
pub use inbound::Inbound;
pub use listener::{Listening, bind, listen};
pub use tls::{
    TlsError, TlsPolicy, certificate_facts, client_handshake, stream_handshake, unavailable_tls,
};
pub use transport::{Duplex, Handshake, HandshakeFn, Transport};
pub use websocket::{WebSocketPolicy, websocket_handshake};
pub use workers::Workers;
