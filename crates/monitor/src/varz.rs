//! `/varz`: the server in numbers. Field by field as the reference names and orders them.

use crate::Time;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The answer of `/varz`. Durations are in nanoseconds unless the name says otherwise.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(
    missing_docs,
    reason = "the names are the reference's, its documentation explains them"
)]
pub struct Varz {
    pub server_id: String,
    pub server_name: String,
    /// The level of compatibility (`2.15.1`).
    pub version: String,
    /// Our own version, which the reference doesn't have.
    pub midge_version: String,
    /// What clients make the server hold, which the reference doesn't tell.
    pub midge_memory: MemoryVarz,
    pub proto: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub git_commit: String,
    /// What we were compiled with.
    pub go: String,
    pub host: String,
    pub port: u16,
    #[serde(skip_serializing_if = "is_false")]
    pub auth_required: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub tls_required: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub tls_verify: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ip: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connect_urls: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ws_connect_urls: Vec<String>,
    pub max_connections: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub max_subscriptions: u64,
    pub ping_interval: u64,
    pub ping_max: u32,
    pub http_host: String,
    pub http_port: u16,
    pub http_base_path: String,
    pub https_port: u16,
    /// Seconds.
    pub auth_timeout: Number,
    pub max_control_line: u64,
    pub max_payload: u64,
    pub max_pending: u64,
    pub cluster: ClusterVarz,
    pub gateway: Map<String, Value>,
    pub leaf: LeafVarz,
    pub mqtt: Map<String, Value>,
    pub websocket: WebSocketVarz,
    pub jetstream: Map<String, Value>,
    /// Seconds.
    pub tls_timeout: Number,
    pub write_deadline: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub write_timeout: String,
    pub start: Time,
    pub now: Time,
    /// Filled in by this crate.
    pub uptime: String,
    /// Resident bytes.
    pub mem: u64,
    pub cores: u64,
    /// Worker threads.
    pub gomaxprocs: u64,
    /// Percent of one core.
    pub cpu: Number,
    pub connections: u64,
    pub total_connections: u64,
    pub routes: u64,
    pub remotes: u64,
    pub leafnodes: u64,
    pub in_msgs: u64,
    pub in_bytes: u64,
    pub in_client_msgs: u64,
    pub in_client_bytes: u64,
    pub out_msgs: u64,
    pub out_bytes: u64,
    pub out_client_msgs: u64,
    pub out_client_bytes: u64,
    pub slow_consumers: u64,
    pub stale_connections: u64,
    pub stalled_clients: u64,
    pub subscriptions: u64,
    /// Requests per monitoring path. Filled in by this crate.
    pub http_req_stats: BTreeMap<String, u64>,
    pub config_load_time: Time,
    pub config_digest: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub feature_flags: BTreeMap<String, bool>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub system_account: String,
    pub slow_consumer_stats: PeerCounts,
    pub stale_connection_stats: PeerCounts,
    pub disk_io_wait_stats: DiskWaits,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert_not_after: Option<Time>,
}

/// A number of JSON: whole ones are written without a point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_possible_truncation, reason = "only where it is exact")]
        let whole = self.0 as i64;
        #[expect(clippy::cast_precision_loss, reason = "compared, not used")]
        if whole as f64 == self.0 && whole.unsigned_abs() < 1 << 53 {
            serializer.serialize_i64(whole)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// How often something happened, by kind of peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PeerCounts {
    pub clients: u64,
    pub routes: u64,
    pub gateways: u64,
    pub leafs: u64,
}

/// Memory that clients make the server hold, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemoryVarz {
    /// The most there may be; 0: there is no bound.
    pub max: u64,
    /// What there is.
    pub held: u64,
    /// Connections that were closed because they held most.
    pub closed: u64,
    /// Connections and answers that were refused.
    pub refused: u64,
}

/// Waiting for the disk; times in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct DiskWaits {
    pub waiters: u64,
    pub waits: u64,
    pub wait_time: u64,
    pub max_wait_time: u64,
}

/// The cluster listener; all absent without one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the names are the reference's")]
pub struct ClusterVarz {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub addr: String,
    #[serde(skip_serializing_if = "is_zero")]
    pub cluster_port: u64,
    #[serde(skip_serializing_if = "is_nought")]
    pub auth_timeout: Number,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "is_nought")]
    pub tls_timeout: Number,
    #[serde(skip_serializing_if = "is_false")]
    pub tls_required: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub tls_verify: bool,
    #[serde(skip_serializing_if = "is_zero")]
    pub pool_size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert_not_after: Option<Time>,
}

/// The leaf node listener; all absent without one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the names are the reference's")]
pub struct LeafVarz {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub host: String,
    #[serde(skip_serializing_if = "is_zero")]
    pub port: u64,
    #[serde(skip_serializing_if = "is_nought")]
    pub auth_timeout: Number,
    #[serde(skip_serializing_if = "is_nought")]
    pub tls_timeout: Number,
    #[serde(skip_serializing_if = "is_false")]
    pub tls_required: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub tls_verify: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert_not_after: Option<Time>,
}

/// The WebSocket listener; all absent without one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the names are the reference's")]
pub struct WebSocketVarz {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub host: String,
    #[serde(skip_serializing_if = "is_zero")]
    pub port: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub advertise: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub no_auth_user: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub jwt_cookie: String,
    #[serde(skip_serializing_if = "is_zero")]
    pub handshake_timeout: u64,
    #[serde(skip_serializing_if = "is_nought")]
    pub auth_timeout: Number,
    #[serde(skip_serializing_if = "is_false")]
    pub no_tls: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub tls_map: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tls_pinned_certs: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub same_origin: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub compression: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert_not_after: Option<Time>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn is_nought(value: &Number) -> bool {
    value.0 == 0.0
}
