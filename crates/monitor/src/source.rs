//! What the broker tells: plain snapshots. All sorting, filtering, paging and wording happens on this side.

use crate::{Number, Time, Varz};
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::time::Duration;

/// The broker, as monitoring sees it. Methods are called on threads that may block for a moment, and return
/// snapshots; they need not be consistent with each other.
pub trait Source: Send + Sync + 'static {
    /// Who answers, and when.
    fn server(&self) -> Server;

    /// Everything but `uptime` and `http_req_stats`, which are filled in here.
    fn varz(&self) -> Varz;

    /// Connections in this state. Order doesn't matter.
    fn connections(&self, state: ConnState) -> Vec<Connection>;

    /// The subscriptions of these connections, open or closed, by connection; asked once, for those on a page.
    fn connection_subscriptions(&self, cids: &[u64]) -> HashMap<u64, Vec<Subscription>>;

    /// All subscriptions, or those of one account.
    fn subscriptions(&self, account: Option<&str>) -> Vec<Subscription>;

    /// The numbers of the matcher: of one account, or of all together.
    fn sublist(&self, account: Option<&str>) -> SublistStats;

    /// All accounts.
    fn accounts(&self) -> Vec<Account>;

    /// The name of the system account, if there is one.
    fn system_account(&self) -> Option<String>;

    /// Whether all is well as far as `check` goes.
    fn health(&self, check: &HealthCheck) -> Result<(), Unhealthy> {
        let _ = check;
        Ok(())
    }

    /// An answer's bytes, which count as memory that clients hold until they are dropped. `None`: there is no room for them.
    fn hold_answer(&self, answer: String) -> Option<Bytes> {
        Some(answer.into())
    }

    /// What was found broken on the disk, each with its place. Healthy enough to serve what is left.
    fn damage(&self) -> Vec<String> {
        Vec::new()
    }

    /// How often JetStream stood still and was woken, by kind. Anything but 0 is a fault of the server's.
    fn alarms(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }

    /// The answer of `/jsz` by `query`'s parameters; `None` says that JetStream is off.
    fn jetstream(&self, query: &[(String, String)]) -> Option<Map<String, Value>> {
        let _ = query;
        None
    }
}

/// Who answers, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// `server_id`
    pub id: String,
    /// `server_name`
    pub name: String,
    /// `version`: the level of compatibility.
    pub version: String,
    /// The time of the answer.
    pub now: Time,
}

/// Which connections `/connz` is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnState {
    /// `open`
    #[default]
    Open,
    /// `closed`: the last ones that went.
    Closed,
    /// `all` or `any`
    All,
}

/// One connection, in raw facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connection {
    /// Its number.
    pub cid: u64,
    /// `Client`, `Leafnode`, ...
    pub kind: &'static str,
    /// `nats`, `websocket`, `mqtt`.
    pub kind_of_client: &'static str,
    /// The peer's address.
    pub ip: String,
    /// The peer's port.
    pub port: u16,
    /// When it came.
    pub start: Time,
    /// When it last sent or was sent something.
    pub last_activity: Time,
    /// When it went; `None` while it is open.
    pub stop: Option<Time>,
    /// Why it went.
    pub reason: String,
    /// The last measured round trip.
    pub rtt: Option<Duration>,
    /// Bytes that wait for it.
    pub pending_bytes: u64,
    /// Messages from it.
    pub in_msgs: u64,
    /// Messages to it.
    pub out_msgs: u64,
    /// Bytes from it.
    pub in_bytes: u64,
    /// Bytes to it.
    pub out_bytes: u64,
    /// How often it was held back.
    pub stalls: u64,
    /// Number of its subscriptions.
    pub subscriptions: u64,
    /// CONNECT's `name`.
    pub name: String,
    /// CONNECT's `lang`.
    pub lang: String,
    /// CONNECT's `version`.
    pub version: String,
    /// `1.3`
    pub tls_version: String,
    /// `TLS_AES_128_GCM_SHA256`
    pub tls_cipher_suite: String,
    /// The certificates it showed, for `auth=1`.
    pub tls_peer_certs: Vec<PeerCertificate>,
    /// The handshake came before INFO.
    pub tls_first: bool,
    /// The user as it may be shown: `Grant::user`, or for refused ones what they said they are.
    pub authorized_user: String,
    /// The account; empty until the client is let in.
    pub account: String,
}

/// A certificate that a client showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PeerCertificate {
    /// The distinguished name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Hex of the hash of the public key info.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub spki_sha256: String,
    /// Hex of the hash of the certificate.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cert_sha256: String,
}

/// One subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// The account; left out of the details of a connection.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// The account's name tag, which is its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account_tag: String,
    /// The filter.
    pub subject: String,
    /// The queue group.
    #[serde(rename = "qgroup", skip_serializing_if = "String::is_empty")]
    pub queue: String,
    /// The client's name for it.
    pub sid: String,
    /// Messages delivered.
    pub msgs: u64,
    /// Messages after which it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// The connection.
    pub cid: u64,
}

/// The numbers of a matcher.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SublistStats {
    /// Subscriptions.
    pub num_subscriptions: u64,
    /// Cached results.
    pub num_cache: u64,
    /// Subscriptions ever made.
    pub num_inserts: u64,
    /// Subscriptions ever removed.
    pub num_removes: u64,
    /// Matches asked for.
    pub num_matches: u64,
    /// Share of them that came from the cache.
    pub cache_hit_rate: Number,
    /// Largest cached result.
    pub max_fanout: u64,
    /// Mean of the cached results.
    pub avg_fanout: Number,
}

/// One account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// When its definition last changed.
    pub updated: Time,
    /// JetStream is on for it.
    pub jetstream_enabled: bool,
    /// Leaf nodes connected now.
    pub leafnode_connections: u64,
    /// Clients connected now.
    pub client_connections: u64,
    /// Connections since the start.
    pub total_connections: u64,
    /// The matcher.
    pub sublist: SublistStats,
    /// Traffic to its clients.
    pub sent: Traffic,
    /// Traffic from its clients.
    pub received: Traffic,
    /// Clients cut because they were slow.
    pub slow_consumers: u64,
    /// Subject mappings: source to destinations, in the reference's JSON.
    pub mappings: Map<String, Value>,
}

/// Messages and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Messages.
    pub msgs: u64,
    /// Payload bytes, headers counted.
    pub bytes: u64,
}

/// What `/healthz` is asked to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthCheck {
    /// `js-enabled-only` (or `js-enabled`): only whether JetStream runs if it is configured.
    pub js_enabled_only: bool,
    /// `js-server-only`: leave out streams and consumers.
    pub js_server_only: bool,
    /// `js-meta-only`: only the meta layer.
    pub js_meta_only: bool,
    /// `account`
    pub account: Option<String>,
    /// `stream`; never without an account.
    pub stream: Option<String>,
    /// `consumer`; never without a stream.
    pub consumer: Option<String>,
}

/// Something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unhealthy {
    /// The HTTP status: 503, or 404 for a stream or consumer that doesn't exist.
    pub status: u16,
    /// What is wrong, for `error`.
    pub error: String,
    /// For `details=1`: `CONN`, `JETSTREAM`, `ACCOUNT`, `STREAM` or `CONSUMER`.
    pub kind: &'static str,
}
