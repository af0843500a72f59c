//! `cluster { }` and `leafnodes { }`: read far enough to open their ports.
//!
//! Peers aren't served yet; the broker warns, and refuses who connects.

use super::{Port, Secret};
use std::time::Duration;

/// The cluster block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Name of the cluster.
    pub name: Option<String>,
    /// Address to bind; the client listener's when empty.
    pub host: String,
    /// Port to bind; no listener when absent.
    pub port: Option<Port>,
    /// `host[:port]` told to other servers.
    pub advertise: Option<String>,
    /// Keep the cluster's addresses from clients.
    pub no_advertise: bool,
    /// Routes we would open.
    pub routes: Vec<String>,
    /// Name which routes have to show.
    pub user: Option<String>,
    /// Password which routes have to show.
    pub password: Option<Secret>,
    /// Time a route has to authenticate.
    pub auth_timeout: Option<Duration>,
    /// Retries of an implicit route.
    pub connect_retries: u32,
}

/// The leaf node block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeafNodes {
    /// Address to bind; the client listener's when empty.
    pub host: String,
    /// Port to bind; no listener when absent.
    pub port: Option<Port>,
    /// `host[:port]` told to leaf nodes.
    pub advertise: Option<String>,
    /// Keep our address from leaf nodes.
    pub no_advertise: bool,
}
