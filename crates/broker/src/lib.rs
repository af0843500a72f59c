//! A running broker: options in, listeners and workers out, steerable from code.
//!
//! [`Broker::start`] returns when clients can connect. Nothing here is global: any number of
//! brokers live in one process, each with its own threads, and [`Broker::stop`] (or dropping it)
//! ends them. Logging goes to whatever `tracing` subscriber the program has.
//!
//! ```
//! use midge_broker::Broker;
//! use midge_conf::{Options, Port};
//!
//! let options = Options { host: "127.0.0.1".into(), port: Port::Random, ..Options::default() };
//! let broker = Broker::start(options)?;
//! assert!(broker.client_url().starts_with("nats://127.0.0.1:"));
//! broker.stop();
//! # Ok::<(), midge_broker::Error>(())
//! ```
//!
//! # Invariants
//! - A reload is refused as a whole or applied as a whole.
//! - `start` leaves nothing behind when it fails.
//! - No file is written and no signal is handled here: that is the program's (`program/main.rs`).
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod broker;
mod entrances;
mod error;
mod outcasts;
mod ports;
mod process;
mod register;
mod reload;
mod server;
mod settings;
mod streams;
mod watch;

pub use broker::{Broker, LameDuck};
pub use error::Error;
pub use ports::Ports;

/// The level of compatibility which INFO and monitoring name: clients gate features on it.
pub const COMPATIBILITY: &str = "2.15.1";
/// This crate's own version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
