//! Why a broker did not start or did not reload.

use std::io;

/// What went wrong, with the place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An address could not be bound.
    #[error(
        "Error listening on {what}: {address}, \"listen tcp {address}: bind: {}\"",
        plain(source)
    )]
    Bind {
        /// Which listener: `port`, `http port` ...
        what: &'static str,
        /// The address.
        address: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The options contradict themselves.
    #[error("{0}")]
    Options(#[from] midge_conf::Refusal),
    /// Users or permissions contradict each other.
    #[error(transparent)]
    Auth(#[from] midge_auth::Error),
    /// A certificate or key can't be used.
    #[error("error parsing TLS configuration: {0}")]
    Tls(String),
    /// A subject mapping is wrong.
    #[error("mapping of {source_subject:?}: {reason}")]
    Mapping {
        /// Its source.
        source_subject: String,
        /// What is wrong.
        reason: String,
    },
    /// A change that a running broker can't make.
    #[error("{0}")]
    Reload(String),
    /// JetStream can't run.
    #[error("JetStream: {0}")]
    JetStream(#[from] midge_drive::Error),
    /// Threads, clocks or randomness of the system failed.
    #[error("the system refused: {0}")]
    System(#[from] io::Error),
}

/// The system's words without Rust's addition.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_lowercase()
}
