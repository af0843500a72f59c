//! The nats-server configuration grammar, typed options and command line.
//!
//! [`Options`] is the one value which says how a broker shall run. It comes from a file in the
//! nats-server grammar, from the command line, or from code (`Options { .., ..Options::default() }`).
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod cli;
mod error;
pub mod grammar;
pub mod options;
pub mod reload;

pub use error::{Finding, Position, Refusal};

pub use options::{
    Account, AccountJetStream, AccountLimits, AllowResponses, Authorization, CertPair, Cluster,
    ConnectionType, Destination, GLOBAL_ACCOUNT, HandshakeFirst, Identity, JetStream,
    JetStreamBatchLimits, JetStreamLimits, LeafNodes, Loaded, Mapping, Options, Permissions, Port,
    SYSTEM_ACCOUNT, Secret, StoreCipher, SubjectPermission, SyncInterval, Tls, TlsVersion, User,
    WebSocket, WriteTimeout,
};
