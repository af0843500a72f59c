//! `accounts { }` and the subject mappings of an account.

use super::{Permissions, User};

/// An island of subjects with its users.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its public account nkey (`A...`).
    pub nkey: Option<String>,
    /// Its users.
    pub users: Vec<User>,
    /// Permissions of those users that have none of their own.
    pub default_permissions: Option<Permissions>,
    /// Its limits.
    pub limits: AccountLimits,
    /// Its subject mappings.
    pub mappings: Vec<Mapping>,
    /// JetStream for this account; `None` is off.
    pub jetstream: Option<AccountJetStream>,
}

/// Limits of one account; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountLimits {
    /// Clients of the account.
    pub max_connections: Option<u64>,
    /// Subscriptions of the whole account.
    pub max_subscriptions: Option<u64>,
    /// Bytes of one message.
    pub max_payload: Option<u64>,
    /// Leaf nodes of the account.
    pub max_leafnodes: Option<u64>,
}

/// JetStream limits of one account; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountJetStream {
    /// Bytes in memory.
    pub max_memory: Option<u64>,
    /// Bytes on disk.
    pub max_store: Option<u64>,
    /// Streams.
    pub max_streams: Option<u64>,
    /// Consumers.
    pub max_consumers: Option<u64>,
    /// Whether each stream has to say its `max_bytes`.
    pub max_bytes_required: bool,
    /// Bytes of one stream in memory.
    pub memory_max_stream_bytes: Option<u64>,
    /// Bytes of one stream on disk.
    pub disk_max_stream_bytes: Option<u64>,
    /// `max_ack_pending` of one consumer.
    pub max_ack_pending: Option<u64>,
    /// Replicate on the account's own routes (`owner`) instead of the system's.
    pub cluster_traffic_owner: bool,
}

/// One subject mapping: messages to `source` go to one of `destinations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The filter which selects messages.
    pub source: String,
    /// Where they go, by weight. What is missing to 100 stays on the source.
    pub destinations: Vec<Destination>,
}

/// One weighted destination of a [`Mapping`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The subject, with the reference's transform functions.
    pub subject: String,
    /// Share of the messages in percent, 0..=100.
    pub weight: u8,
    /// Only in this cluster.
    pub cluster: Option<String>,
}
