//! `INFO {json} `: who the server is. The first line on a connection, and again whenever it changes.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::json::{self, is_default};
use crate::line::CRLF;

/// The server's side of the handshake. Keys are written in the reference's order; what is empty, zero
/// or false is left out where the reference does so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Info {
    /// The server's public key, `N...`.
    pub server_id: String,
    /// The configured name, or the id again.
    pub server_name: String,
    /// The compatibility level; clients gate features on it.
    pub version: String,
    /// 1: the server sends INFO again when something changes.
    pub proto: i32,
    /// The source revision.
    #[serde(skip_serializing_if = "is_default")]
    pub git_commit: String,
    /// The tool chain; some clients insist on the key.
    pub go: String,
    /// The listener's address.
    pub host: String,
    /// The listener's port.
    pub port: u16,
    /// Whether HPUB and HMSG are spoken.
    pub headers: bool,
    /// Whether CONNECT must carry credentials.
    #[serde(skip_serializing_if = "is_default")]
    pub auth_required: bool,
    /// Whether the client must upgrade to TLS.
    #[serde(skip_serializing_if = "is_default")]
    pub tls_required: bool,
    /// Whether the client must show a certificate.
    #[serde(skip_serializing_if = "is_default")]
    pub tls_verify: bool,
    /// Whether the client may upgrade to TLS.
    #[serde(skip_serializing_if = "is_default")]
    pub tls_available: bool,
    /// Largest payload in bytes, header block included; -1 stands for no limit.
    pub max_payload: i32,
    /// Whether streams are on.
    #[serde(skip_serializing_if = "is_default")]
    pub jetstream: bool,
    /// The address a route or gateway listens on; odd on a client's INFO.
    #[serde(skip_serializing_if = "is_default")]
    pub ip: String,
    /// The number of this connection.
    #[serde(skip_serializing_if = "is_default")]
    pub client_id: u64,
    /// The client's address as the server sees it.
    #[serde(skip_serializing_if = "is_default")]
    pub client_ip: String,
    /// What an nkey signs.
    #[serde(skip_serializing_if = "is_default")]
    pub nonce: String,
    /// The cluster's name.
    #[serde(skip_serializing_if = "is_default")]
    pub cluster: String,
    /// Whether the cluster's name was made up.
    #[serde(skip_serializing_if = "is_default")]
    pub cluster_dynamic: bool,
    /// The JetStream domain.
    #[serde(skip_serializing_if = "is_default")]
    pub domain: String,
    /// Where else a client can connect.
    #[serde(skip_serializing_if = "is_default")]
    pub connect_urls: Vec<String>,
    /// Where else a WebSocket client can connect.
    #[serde(skip_serializing_if = "is_default")]
    pub ws_connect_urls: Vec<String>,
    /// Lame duck mode: the server is about to leave.
    #[serde(skip_serializing_if = "is_default")]
    pub ldm: bool,
    /// The compression of a route or leaf link.
    #[serde(skip_serializing_if = "is_default")]
    pub compression: String,
    /// Marks the INFO that answers a CONNECT.
    #[serde(skip_serializing_if = "is_default")]
    pub connect_info: bool,
    /// The account the client landed in.
    #[serde(skip_serializing_if = "is_default")]
    pub remote_account: String,
    /// Whether that is the system account.
    #[serde(skip_serializing_if = "is_default")]
    pub acc_is_sys: bool,
    /// The JetStream API level.
    #[serde(skip_serializing_if = "is_default")]
    pub api_lvl: u32,
    /// The server's public curve key.
    #[serde(skip_serializing_if = "is_default")]
    pub xkey: String,
}

impl Info {
    /// Reads the JSON of an INFO line; unknown keys are ignored, absent ones take their default.
    ///
    /// # Errors
    /// [`Error::BadJson`].
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        json::parse("INFO", json)
    }
}

/// Appends the INFO line, with the blank before CR LF that the reference writes.
pub fn info(dst: &mut Vec<u8>, info: &Info) {
    dst.extend_from_slice(b"INFO ");
    json::write(dst, info);
    dst.push(b' ');
    dst.extend_from_slice(CRLF);
}
