//! JetStream on one server: streams, consumers, and the API that manages them, as state machines over a log.
//!
//! [`JetStream`] takes messages and times, changes its [`midge_streamlog::Store`], and publishes through a [`Network`]. It never
//! sees a client, a socket, a thread or a clock. Whoever runs it calls [`JetStream::receive`] for what arrives,
//! [`JetStream::committed`] when the store says so, [`JetStream::handle_timeout`] when [`JetStream::poll_timeout`] says so, and after each
//! bunch of these [`JetStream::run`], which delivers.
//!
//! # Invariants
//! - A publish ack, an answer that changed something, and the answer to a double ack leave only after their ticket was released:
//!   the store then keeps what they stand for as durably as the stream's policy promises.
//! - Consumers see nothing beyond the log's visible sequence.
//! - Definitions of streams and consumers are small states of the store; what isn't defined doesn't exist, so a half-made stream is
//!   removed when the store is opened.
//!
//! # Why one machine and not a lock per stream
//! One thread that owns everything needs no locks, serves whole batches while they are in its cache, and can be simulated from
//! a seed. What it can't do is use two cores for one server's streams; the disk, sockets and parsing have threads of their own.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod account;
mod api;
mod archive;
mod config;
mod consumer;
mod decimal;
mod dedupe;
mod draws;
mod error;
mod features;
mod headers;
mod identity;
mod info;
mod json;
mod keys;
#[doc(hidden)]
pub mod laws;
mod leb128;
mod machine;
mod metadata;
mod network;
mod origin;
mod overlap;
mod report;
mod restore;
mod schedule;
mod snapshot;
mod sourcing;
mod stream;
mod table;
mod targets;
mod tasks;
mod time;

pub use account::Limits as AccountLimits;
pub use config::{
    Compression, ConsumerLimits, Discard, PersistMode, Republish, Retention, Storage, StreamConfig,
    SubjectTransform,
};
pub use consumer::{AckPolicy, ConsumerConfig, DeliverPolicy, PriorityPolicy, ReplayPolicy};
pub use error::ApiError;
pub use machine::{Alarms, JetStream, OpenError, Settings};
pub use metadata::Metadata;
pub use network::{AccountId, Client, Listens, Message, Network, Origin, Rights, Token};
pub use origin::{ExternalStream, StreamSource};
pub use report::{AccountReport, Detail, Report, Reporting, StreamReport};
pub use stream::BatchLimits;
pub use time::Time;
