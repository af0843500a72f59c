//! Transcripts, servers on free ports and a virtual clock for Midge's tests.
//!
//! A *transcript* is a small text file that reads like the conversation it checks: who sends which
//! line, and which line must come back. The same file is played against our broker over TCP and
//! against the reference server, which decides who is right; the plain ones can be played in memory.
//!
//! ```text
//! == a queue group delivers once #72
//! A> SUB jobs.* workers 1
//! A: sync
//! B> SUB jobs.* workers 1
//! B: sync
//! C> PUB jobs.7 2
//! C> ok
//! one of A, B< MSG jobs.7 1 2
//! one of A, B< ok
//! ```
//!
//! The whole language is described in [`transcript`]; the files live in `testdata/transcripts`.
//! Two types matter: [`transcript::Script`] is a parsed file, [`server::Server`] a running broker
//! that belongs to one test. Other crates use the latter on its own:
//!
//! ```no_run
//! use midge_testkit::server::{Server, midge_binary};
//! let server = Server::configure(midge_binary()).conf("max_payload: 100").start()?;
//! let socket = std::net::TcpStream::connect(server.client_address())?;
//! # Ok::<(), anyhow::Error>(())
//! ```
//!
//! # Invariants
//! - Every wait has a deadline; a server that hangs fails a test, it never hangs the run.
//! - Only processes started here are ever signalled, by their own id, and none outlives its [`server::Server`].
//! - Bytes that no line of a transcript expected are a failure, also when they come at its end.
//!
//! # Why a language and not Rust functions
//! The reference server can't be linked, so tests must be data that both servers can be shown. A file of lines
//! is also the shortest way to write down an observation, and to read it beside the protocol's documentation.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod certs;
pub mod clock;
pub mod connection;
pub mod http;
pub mod keys;
pub mod rng;
pub mod server;
pub mod suite;
pub mod transcript;
