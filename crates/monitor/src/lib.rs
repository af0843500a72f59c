//! The broker's HTTP face: varz, connz, subsz, accountz, healthz and metrics.
//!
//! The broker implements [`Source`], which hands out plain snapshots. Everything a person who monitors can ask for
//! (sorting, filtering, pages, the wording of errors) happens here, in functions from a path, a query and a
//! source to a [`Response`]; they are tested without a socket. [`Monitor`] puts them behind HTTP.
//!
//! Fields have the names, the order and the omissions of nats-server's, so that tools built for it
//! work unchanged. `/metrics` says the same numbers under the names of prometheus-nats-exporter, without
//! a second process.
//!
//! # Invariants
//! - Monitoring reads; no request changes the broker.
//! - A client of this listener can cost a bounded number of connections, bytes and seconds, whatever it does.
//! - Time comes from the source.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod accounts;
mod connz;
mod health;
mod index;
mod metrics;
mod peers;
mod query;
mod respond;
mod serve;
mod source;
mod subsz;
mod text;
mod varz;

pub use respond::Response;
pub use serve::{
    CONNECTION_AGE_MAX, CONNECTIONS_MAX, HEADER_BYTES_MAX, HEADER_TIMEOUT, Monitor, SNAPSHOTS_MAX,
};
pub use source::{
    Account, ConnState, Connection, HealthCheck, PeerCertificate, Server, Source, SublistStats,
    Subscription, Traffic, Unhealthy,
};
pub use text::Time;
pub use varz::{
    ClusterVarz, DiskWaits, LeafVarz, MemoryVarz, Number, PeerCounts, Varz, WebSocketVarz,
};
