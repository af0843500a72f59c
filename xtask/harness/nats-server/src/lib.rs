//! Starts `nats-server` processes for a client library's own tests.
//!
//! The test suite of async-nats calls a helper crate of this name that isn't published. This is
//! our crate with the same functions: each returns a handle that owns the process, and dropping
//! the handle ends the process. Which program answers to `nats-server` is decided by `PATH`,
//! so one suite can be played against any server.
//!
//! ```no_run
//! let server = nats_server::run_server("tests/configs/jetstream.conf");
//! println!("{}", server.client_url());
//! ```
//!
//! # Invariants
//! - A handle owns a running process, a folder of its own and nothing else; both go with it.
//! - A restart keeps the folder and the client port, as a machine's would after a power cut.
//! - A server that doesn't come up panics with the end of its log: that is what a test report needs.
#![forbid(unsafe_code)]

mod cluster;
mod server;

pub use cluster::{Cluster, run_cluster};
pub use server::{
    Server, is_port_open, run_basic_server, run_server, run_server_with_port, set_lame_duck_mode,
};
