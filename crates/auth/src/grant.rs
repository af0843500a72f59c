//! What a client gets when it is let in.

use crate::Permissions;
use std::sync::Arc;

/// The account a client lives in and what it may do there. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The account: `$G`, `$SYS`, or a configured one.
    pub account: Arc<str>,
    /// The name as monitoring shows it: a user's name, a public key, or `[REDACTED]` for a token.
    pub user: Option<Arc<str>>,
    /// What it may publish and subscribe to; `None` is everything.
    pub permissions: Option<Arc<Permissions>>,
    /// The account's limits. The server's own stand beside them; the lower one counts.
    pub limits: Limits,
}

/// Limits that come with an account; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Clients of the account, all together.
    pub max_connections: Option<u64>,
    /// Subscriptions of this connection.
    pub max_subscriptions: Option<u64>,
    /// Bytes of headers and payload of one message.
    pub max_payload: Option<u64>,
    /// Leaf nodes of the account.
    pub max_leafnodes: Option<u64>,
}
