//! What all sessions of a server share; replaced as a whole when the configuration changes.

use midge_auth::ConnectionType;
use midge_wire::{Info, Limits};
use std::sync::Arc;
use std::time::Duration;

/// The server's side of every session.
#[derive(Clone, Debug)]
pub struct Settings {
    /// INFO without the fields that belong to one connection.
    pub info: Info,
    /// Largest control line and payload.
    pub limits: Limits,
    /// Subscriptions of one connection; `None`: any number.
    pub max_subscriptions: Option<u64>,
    /// Tokens of a subscription's subject; `None`: any number.
    pub max_sub_tokens: Option<usize>,
    /// What clients of the main listener are told, and of any other but the next.
    pub client: ListenerSettings,
    /// What clients are told that come by WebSocket.
    pub websocket: ListenerSettings,
    /// Unanswered PINGs after which a connection is stale.
    pub ping_max: u32,
    /// Protocol trace, if it is on.
    pub tracing: Option<Tracing>,
    /// The account of the system's events.
    pub system_account: Option<Arc<str>>,
}

impl Settings {
    /// Those of the listener by which a client comes.
    #[must_use]
    pub fn of(&self, kind: ConnectionType) -> &ListenerSettings {
        match kind {
            ConnectionType::WebSocket => &self.websocket,
            _ => &self.client,
        }
    }
}

/// What listeners may differ in.
#[derive(Clone, Copy, Debug)]
pub struct ListenerSettings {
    /// Time between PINGs on an idle connection.
    pub ping_interval: Duration,
    /// Time to send CONNECT when credentials are needed.
    pub auth_timeout: Duration,
    /// Credentials are configured, so that a client must begin to speak within `auth_timeout` even
    /// where an anonymous one is let in.
    pub credentials_expected: bool,
}

/// How much of the protocol is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracing {
    /// Header blocks only, no payload.
    pub headers_only: bool,
    /// Payload bytes shown; `None`: all.
    pub max_len: Option<usize>,
}
