//! `authorization { }`: users, their permissions and how they may connect.

use super::Secret;
use std::time::Duration;

/// Who may connect. Nobody has to show anything when all of it is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Authorization {
    /// The single user; excludes `users`.
    pub user: Option<String>,
    /// The single user's password, plain or bcrypt (`$2a$..`).
    pub password: Option<Secret>,
    /// The token, plain or bcrypt; excludes `user` and `users`.
    pub token: Option<Secret>,
    /// Time a connection has to authenticate; see `Options::auth_timeout` for the default.
    pub timeout: Option<Duration>,
    /// The users of account `$G`.
    pub users: Vec<User>,
    /// Permissions of all users above that have none of their own.
    pub default_permissions: Option<Permissions>,
}

/// One user, of `$G` or of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// What it shows when it connects.
    pub identity: Identity,
    /// What it may do; `None` is what the enclosing `default_permissions` says, or everything.
    pub permissions: Option<Permissions>,
    /// The transports it may use; empty is all.
    pub allowed_connection_types: Vec<ConnectionType>,
}

/// How a user proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A name and, unless a certificate is mapped to the name, a password.
    Password {
        /// The user's name.
        name: String,
        /// Plain or bcrypt (`$2a$..`).
        password: Option<Secret>,
    },
    /// A public user nkey (`U...`), which signs the nonce of INFO.
    Nkey(String),
}

impl Identity {
    /// The name or the public key: unique in a configuration.
    pub fn name(&self) -> &str {
        match self {
            Self::Password { name, .. } => name,
            Self::Nkey(key) => key,
        }
    }
}

/// What a user may publish and subscribe to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permissions {
    /// Subjects it may publish to; `None` is all.
    pub publish: Option<SubjectPermission>,
    /// Filters it may subscribe to (`"filter queue"` for a queue group); `None` is all.
    pub subscribe: Option<SubjectPermission>,
    /// Leave to answer the requests it receives.
    pub allow_responses: Option<AllowResponses>,
}

/// Allowed and denied filters; deny wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectPermission {
    /// Only these; `None` is all, an empty list none.
    pub allow: Option<Vec<String>>,
    /// Never these.
    pub deny: Vec<String>,
}

/// Leave to publish to the reply subject of a message that was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowResponses {
    /// Messages per reply subject; `None` is unlimited.
    pub max: Option<u64>,
    /// Time after the request; `None` is for ever.
    pub expires: Option<Duration>,
}

impl Default for AllowResponses {
    fn default() -> Self {
        Self {
            max: Some(1),
            expires: Some(Duration::from_secs(120)),
        }
    }
}

/// The ways into the broker, as `allowed_connection_types` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionType {
    /// `STANDARD`: a client over TCP or TLS.
    Standard,
    /// `WEBSOCKET`: a client over WebSocket.
    WebSocket,
    /// `LEAFNODE`.
    LeafNode,
    /// `LEAFNODE_WS`.
    LeafNodeWs,
    /// `MQTT`.
    Mqtt,
    /// `MQTT_WS`.
    MqttWs,
    /// `IN_PROCESS`: a client in the broker's own process.
    InProcess,
}
