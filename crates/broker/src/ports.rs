//! Where a broker listens, as programs want to be told.

use std::net::{IpAddr, SocketAddr};

/// The addresses of all listeners.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// The client listener.
    pub client: Option<SocketAddr>,
    /// Clients speak TLS.
    pub client_tls: bool,
    /// HTTP monitoring.
    pub http: Option<SocketAddr>,
    /// HTTPS monitoring.
    pub https: Option<SocketAddr>,
    /// The cluster port.
    pub cluster: Option<SocketAddr>,
    /// The leaf node port.
    pub leafnode: Option<SocketAddr>,
    /// The WebSocket listener.
    pub websocket: Option<SocketAddr>,
    /// WebSocket speaks TLS.
    pub websocket_tls: bool,
}

impl Ports {
    /// The ports file's JSON: the URLs of each listener that has any.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = serde_json::Map::new();
        let mut add = |key: &str, scheme: &str, address: Option<SocketAddr>| {
            if let Some(address) = address {
                json.insert(key.into(), urls(scheme, address).into());
            }
        };
        add(
            "nats",
            if self.client_tls { "tls" } else { "nats" },
            self.client,
        );
        add("monitoring", "http", self.http);
        add("monitoring", "https", self.https);
        add("cluster", "nats", self.cluster);
        add(
            "websocket",
            if self.websocket_tls { "wss" } else { "ws" },
            self.websocket,
        );
        serde_json::Value::from(json).to_string()
    }

    /// A URL of the client listener that works on this machine.
    #[must_use]
    pub fn client_url(&self) -> String {
        let scheme = if self.client_tls { "tls" } else { "nats" };
        self.client
            .map(|address| urls(scheme, address).swap_remove(0))
            .unwrap_or_default()
    }
}

/// A URL for each address a listener can be reached at.
fn urls(scheme: &str, address: SocketAddr) -> Vec<String> {
    addresses(address)
        .into_iter()
        .map(|ip| format!("{scheme}://{}", SocketAddr::new(ip, address.port())))
        .collect()
}

fn addresses(address: SocketAddr) -> Vec<IpAddr> {
    if !address.ip().is_unspecified() {
        return vec![address.ip()];
    }
    let mut all: Vec<IpAddr> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .iter()
        .map(if_addrs::Interface::ip)
        .collect();
    all.sort_by_key(|ip| (!ip.is_loopback(), !ip.is_ipv4()));
    if all.is_empty() {
        all.push(IpAddr::from([127, 0, 0, 1]));
    }
    all
}
