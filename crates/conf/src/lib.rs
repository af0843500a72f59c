//! The configuration of a broker: nats-server's grammar, typed options, command line, and reload.
//!
//! [`Options`] is the one value which says how a broker shall run. It comes from a file
//! ([`Options::from_file`]), from the command line ([`cli::Overrides::load`], a file with flags over it), or from code
//! (`Options { .., ..Options::default() }`); [`Options::validate`] looks at the whole, wherever it came from.
//! [`reload::diff`] tells which of two options a running broker can take over from the other.
//! This crate opens no port, reads no clock and knows no client. Files and variables come through
//! [`grammar::Source`], so that a text can also be read where there are none.
//!
//! ```
//! use midge_conf::{Options, Port, grammar::Sealed, reload};
//!
//! let text = "port: 4333\nmax_payload: 64kb\nauthorization { token: s3cr3t }";
//! let old = Options::from_text(text, "midge.conf", &Sealed)?.validated()?.options;
//! assert_eq!((old.port, old.max_payload), (Port::Fixed(4333), 65_536));
//!
//! let wrong = Options::from_text("port: 4333\nprot: 1", "midge.conf", &Sealed);
//! assert_eq!(wrong.unwrap_err().to_string(), "midge.conf:2:1: unknown field \"prot\"");
//!
//! let new = Options { max_payload: 1024, ..old.clone() };
//! let changes = reload::diff(&old, &new).expect("max_payload changes live");
//! assert_eq!(changes.last().unwrap().line, "Reloaded: max_payload = 1024");
//! # Ok::<(), midge_conf::Refusal>(())
//! ```
//!
//! # Invariants
//! - A file which the reference takes means the same here, to its digest; what we take or refuse beyond that is
//!   listed with its reason in `testdata/`.
//! - Every message about a file names file, line and column. All mistakes of a file are told at once,
//!   but for those of the grammar: behind the first, nothing is certain.
//! - A directive of the reference that isn't served yet is refused by name, or named as one without effect
//!   ([`Options::unserved`]), never ignored; unknown ones are errors, unless they are there for `$name` to refer to.
//! - No text, however made, takes more memory or stack than the bounds in [`grammar`].
//! - A secret shows in no message: [`Secret`] prints as `[REDACTED]`.
//!
//! # Where to read on
//! [`grammar`] makes a tree of a text. `options` has a file for each block: its type, and below it how its directives
//! are read; `options/file.rs` is the list of the top level. [`laws`] says what holds for any input.
//!
//! # Why not serde
//! A derived reader would save half the lines of `options`, and lose what makes a configuration bearable: names in any
//! case with their aliases, positions, several errors at once, sizes, durations that may be seconds, and warnings.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod cli;
mod error;
pub mod grammar;
pub mod laws;
pub mod options;
pub mod reload;

pub use error::{Finding, Position, Refusal};
pub use options::{
    Account, AccountJetStream, AccountLimits, AllowResponses, Authorization, CIPHER_SUITES, CURVES,
    CertPair, Cluster, ConnectionType, Destination, GLOBAL_ACCOUNT, HandshakeFirst, Identity,
    JetStream, JetStreamBatchLimits, JetStreamLimits, LeafNodes, Loaded, Mapping, Options,
    Permissions, Port, SYSTEM_ACCOUNT, Secret, StoreCipher, SubjectPermission, SyncInterval, Tls,
    TlsVersion, Unserved, User, WebSocket, WriteTimeout,
};
