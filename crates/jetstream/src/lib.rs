//! JetStream on one server: streams, consumers, and the API that manages them, as state machines over a log.
//!
//! [`JetStream`] takes messages and times, changes its [`midge_streamlog::Store`], and publishes through a [`Network`]. It never
//! sees a client, a socket, a thread or a clock.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod network;

pub use network::{AccountId, Message, Network, Token};

/// All streams of one server.
pub struct JetStream {}
