//! `websocket { }`: the WebSocket listener.

use super::{Port, Secret, Tls};
use std::collections::BTreeMap;
use std::time::Duration;

/// The WebSocket listener. It has `tls`, or says `no_tls`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WebSocket {
    /// Address to bind; the client listener's when empty.
    pub host: String,
    /// Port to bind; `None` (a block without a port) opens no listener.
    pub port: Option<Port>,
    /// `host:port` told to clients.
    pub advertise: Option<String>,
    /// Plain `ws://`.
    pub no_tls: bool,
    /// Its own certificates.
    pub tls: Option<Tls>,
    /// Demand that `Origin` names our own host.
    pub same_origin: bool,
    /// Origins let in; empty is all.
    pub allowed_origins: Vec<String>,
    /// Time for the upgrade; the reference's 2 s when absent.
    pub handshake_timeout: Option<Duration>,
    /// Asked for compression; read, never offered.
    pub compression: bool,
    /// The single user of this listener, in place of the top-level one.
    pub user: Option<String>,
    /// The single user's password.
    pub password: Option<Secret>,
    /// The token of this listener.
    pub token: Option<Secret>,
    /// Time a connection has to authenticate.
    pub auth_timeout: Option<Duration>,
    /// User under which a client without credentials runs.
    pub no_auth_user: Option<String>,
    /// Cookie which holds a user JWT.
    pub jwt_cookie: Option<String>,
    /// Cookie which holds the user's name.
    pub user_cookie: Option<String>,
    /// Cookie which holds the password.
    pub pass_cookie: Option<String>,
    /// Cookie which holds the token.
    pub token_cookie: Option<String>,
    /// Headers added to the answer of the upgrade.
    pub headers: BTreeMap<String, String>,
    /// Time between PINGs; the top-level one when absent.
    pub ping_interval: Option<Duration>,
}
