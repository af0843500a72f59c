//! What monitoring sees: snapshots of the server.

use crate::register::today;
use crate::server::Server;
use crate::settings::{system_account, tls_first};
use crate::{COMPATIBILITY, VERSION};
use bytes::Bytes;
use midge_conf::{ConnectionType, Options, WriteTimeout};
use midge_monitor::{
    Account, ClusterVarz, ConnState, Connection, HealthCheck, LeafVarz, MemoryVarz, Number,
    PeerCounts, Source, SublistStats, Subscription, Time, Traffic, Unhealthy, Varz, WebSocketVarz,
};
use midge_net::Host;
use midge_router::Subscription as Interest;
use midge_session::CloseReason;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};

impl Source for Server {
    fn server(&self) -> midge_monitor::Server {
        midge_monitor::Server {
            id: self.id.clone(),
            name: self.settings().info.server_name.clone(),
            version: COMPATIBILITY.into(),
            now: today().into(),
        }
    }

    fn varz(&self) -> Varz {
        let options = self.options.load();
        let settings = self.settings();
        let sums = self.register.sums();
        let connections = self.register.live();
        let stalled = connections
            .iter()
            .filter(|connection| connection.sink.stats.stalls.load(Relaxed) > 0)
            .count();
        let process = crate::process::usage();
        let memory = self.router.memory();
        let ports = self.ports.lock().clone();
        Varz {
            server_id: self.id.clone(),
            server_name: settings.info.server_name.clone(),
            version: COMPATIBILITY.into(),
            midge_version: VERSION.into(),
            midge_memory: MemoryVarz {
                max: memory.max().unwrap_or(0) as u64,
                held: memory.held() as u64,
                closed: memory.evicted(),
                refused: memory.refused(),
            },
            proto: 1,
            go: settings.info.go.clone(),
            host: options.host.clone(),
            port: ports.client.map_or(0, |address| address.port()),
            auth_required: settings.client.credentials_expected,
            tls_required: settings.info.tls_required,
            tls_verify: settings.info.tls_verify,
            max_connections: i64::try_from(options.max_connections)
                .ok()
                .filter(|&max| max > 0)
                .unwrap_or(-1),
            max_subscriptions: options.max_subscriptions,
            ping_interval: nanos(options.ping_interval),
            ping_max: options.ping_max,
            http_host: options
                .http_host
                .clone()
                .unwrap_or_else(|| options.host.clone()),
            http_port: ports.http.map_or(0, |address| address.port()),
            http_base_path: options.http_base_path.trim_end_matches('/').into(),
            https_port: ports.https.map_or(0, |address| address.port()),
            auth_timeout: Number(options.auth_timeout().as_secs_f64()),
            max_control_line: u64::from(options.max_control_line),
            max_payload: u64::from(options.max_payload),
            max_pending: options.max_pending,
            cluster: cluster(&options, ports.cluster.map(|address| address.port())),
            leaf: leaf(&options, ports.leafnode.map(|address| address.port())),
            websocket: websocket(&options, ports.websocket.map(|address| address.port())),
            tls_timeout: Number(
                options
                    .tls
                    .as_ref()
                    .map_or(0.0, |tls| tls.timeout.as_secs_f64()),
            ),
            write_deadline: nanos(options.write_deadline),
            write_timeout: match options.write_timeout {
                WriteTimeout::Default => String::new(),
                WriteTimeout::Close => "close".into(),
                WriteTimeout::Retry => "retry".into(),
            },
            start: self.started.into(),
            now: today().into(),
            mem: process.resident_bytes,
            cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64),
            gomaxprocs: self.workers,
            cpu: Number(self.cpu.lock().percent(process.cpu_time, today())),
            connections: self.register.count(),
            total_connections: self.register.total(),
            in_msgs: sums.in_msgs,
            in_bytes: sums.in_bytes,
            in_client_msgs: sums.in_msgs,
            in_client_bytes: sums.in_bytes,
            out_msgs: sums.out_msgs,
            out_bytes: sums.out_bytes,
            out_client_msgs: sums.out_msgs,
            out_client_bytes: sums.out_bytes,
            slow_consumers: self.register.slow_consumers.load(Relaxed),
            stale_connections: self.register.stale_connections.load(Relaxed),
            stalled_clients: stalled as u64,
            subscriptions: self
                .router
                .accounts()
                .iter()
                .map(|account| account.subscription_count() as u64)
                .sum(),
            config_load_time: (*self.loaded.lock()).into(),
            config_digest: options.config_digest.clone().unwrap_or_default(),
            tags: options.server_tags.clone(),
            metadata: options.server_metadata.clone(),
            feature_flags: options.feature_flags.clone(),
            system_account: system_account(&options).unwrap_or_default().into(),
            slow_consumer_stats: PeerCounts {
                clients: self.register.slow_consumers.load(Relaxed),
                ..PeerCounts::default()
            },
            stale_connection_stats: PeerCounts {
                clients: self.register.stale_connections.load(Relaxed),
                ..PeerCounts::default()
            },
            jetstream: self
                .streams()
                .map(|streams| streams.varz(&options.jetstream))
                .unwrap_or_default(),
            tls_cert_not_after: self.certificate_expiry.lock().map(Time),
            ..Varz::default()
        }
    }

    fn connections(&self, state: ConnState) -> Vec<Connection> {
        let first = tls_first(&self.options.load());
        let open = || {
            self.register
                .live()
                .into_iter()
                .map(|open| connection(&open, None))
                .collect::<Vec<_>>()
        };
        let closed = || {
            self.register
                .gone()
                .into_iter()
                .map(|gone| gone.connection)
                .collect::<Vec<_>>()
        };
        let mut all = match state {
            ConnState::Open => open(),
            ConnState::Closed => closed(),
            ConnState::All => [open(), closed()].concat(),
        };
        for connection in all
            .iter_mut()
            .filter(|connection| !connection.tls_version.is_empty())
        {
            connection.tls_first = first;
        }
        all
    }

    fn connection_subscriptions(&self, cids: &[u64]) -> HashMap<u64, Vec<Subscription>> {
        let mut found: HashMap<u64, Vec<Subscription>> = HashMap::new();
        let mut gone = HashSet::new();
        // By account, so that each is walked through once: its connections by their sinks, which they keep alive.
        let mut accounts = HashMap::new();
        for cid in cids {
            let Some(connection) = self.register.get(*cid) else {
                gone.insert(*cid);
                continue;
            };
            if let Some(account) = connection.facts().account {
                let of = accounts.entry(Arc::as_ptr(&account));
                let (_, connections) = of.or_insert_with(|| (account, HashMap::new()));
                connections.insert(Arc::as_ptr(&connection.sink), (*cid, connection));
            }
        }
        for (account, connections) in accounts.into_values() {
            account.for_each_subscription(|interest| {
                if let Some((cid, _)) = connections.get(&Arc::as_ptr(interest.sink())) {
                    let own = found.entry(*cid).or_default();
                    own.push(subscription("", interest));
                }
            });
        }
        if !gone.is_empty() {
            let all = self.register.gone().into_iter();
            let wanted = all.filter(|it| gone.contains(&it.connection.cid));
            found.extend(wanted.map(|it| (it.connection.cid, it.subscriptions)));
        }
        found
    }

    fn subscriptions(&self, account: Option<&str>) -> Vec<Subscription> {
        let mut all = Vec::new();
        for candidate in self.router.accounts() {
            if account.is_none_or(|name| **candidate.name() == *name) {
                candidate.for_each_subscription(|interest| {
                    all.push(subscription(candidate.name(), interest));
                });
            }
        }
        all
    }

    fn sublist(&self, account: Option<&str>) -> SublistStats {
        let chosen = self.router.accounts();
        let chosen = chosen
            .iter()
            .filter(|candidate| account.is_none_or(|name| **candidate.name() == *name));
        chosen
            .map(|account| sublist(account))
            .fold(SublistStats::default(), |sum, one| SublistStats {
                num_subscriptions: sum.num_subscriptions + one.num_subscriptions,
                num_inserts: sum.num_inserts + one.num_inserts,
                num_removes: sum.num_removes + one.num_removes,
                ..sum
            })
    }

    fn health(&self, check: &HealthCheck) -> Result<(), Unhealthy> {
        match self.streams() {
            Some(streams) => streams.health(check),
            None if self.options.load().jetstream.enabled => Err(Unhealthy {
                status: 503,
                error: "JetStream is not current".into(),
                kind: "JETSTREAM",
            }),
            None => Ok(()),
        }
    }

    fn alarms(&self) -> Vec<(&'static str, u64)> {
        let streams = self.streams();
        streams.map_or(Vec::new(), |streams| streams.alarms())
    }

    fn damage(&self) -> Vec<String> {
        let streams = self.streams();
        streams.map_or(Vec::new(), |streams| streams.damage())
    }

    fn jetstream(&self, query: &[(String, String)]) -> Option<Map<String, Value>> {
        let streams = self.streams()?;
        let mut answer = streams.jsz(&self.options.load().jetstream, query);
        answer.insert("server_id".into(), self.id.as_str().into());
        answer.insert("now".into(), serde_json::json!(Time(today())));
        Some(answer)
    }

    fn accounts(&self) -> Vec<Account> {
        let streams = self.streams();
        let connections = self.register.live();
        let mut by_account: HashMap<Arc<str>, (Traffic, Traffic)> = HashMap::new();
        for connection in &connections {
            if let Some(account) = connection.facts().account {
                let (sent, received) = by_account.entry(account.name().clone()).or_default();
                let stats = &connection.sink.stats;
                sent.msgs += stats.out_msgs.load(Relaxed);
                sent.bytes += stats.out_bytes.load(Relaxed);
                received.msgs += stats.in_msgs.load(Relaxed);
                received.bytes += stats.in_bytes.load(Relaxed);
            }
        }
        let loaded = *self.loaded.lock();
        self.router
            .accounts()
            .iter()
            .map(|account| {
                let (sent, received) = by_account.get(account.name()).copied().unwrap_or_default();
                Account {
                    name: account.name().to_string(),
                    updated: loaded.into(),
                    client_connections: account.connection_count(),
                    total_connections: account.connection_count(),
                    jetstream_enabled: streams
                        .as_ref()
                        .is_some_and(|streams| streams.serves(account.name())),
                    sublist: sublist(account),
                    sent,
                    received,
                    ..Account::default()
                }
            })
            .collect()
    }

    fn hold_answer(&self, answer: String) -> Option<Bytes> {
        self.router.memory().admit_bytes(answer.into_bytes())
    }

    fn system_account(&self) -> Option<String> {
        system_account(&self.options.load()).map(Into::into)
    }
}

/// One connection in raw facts; `end` for one that went.
pub(crate) fn connection(
    connection: &midge_net::Connection,
    end: Option<(SystemTime, CloseReason)>,
) -> Connection {
    let stats = &connection.sink.stats;
    let facts = connection.facts();
    let peer = &connection.peer;
    let grant = facts.grant.as_ref();
    Connection {
        cid: connection.id,
        kind: "Client",
        kind_of_client: if peer.kind == ConnectionType::WebSocket {
            "websocket"
        } else {
            "nats"
        },
        ip: peer.shown_ip().to_owned(),
        port: peer.port,
        start: connection.started.into(),
        last_activity: (connection.started + connection.last_activity()).into(),
        stop: end.map(|(stop, _)| stop.into()),
        reason: end
            .map(|(_, reason)| reason.to_string())
            .unwrap_or_default(),
        rtt: connection.round_trip(),
        pending_bytes: connection.sink.mailbox().pending() as u64,
        in_msgs: stats.in_msgs.load(Relaxed),
        out_msgs: stats.out_msgs.load(Relaxed),
        in_bytes: stats.in_bytes.load(Relaxed),
        out_bytes: stats.out_bytes.load(Relaxed),
        stalls: stats.stalls.load(Relaxed),
        subscriptions: stats.subscriptions.load(Relaxed),
        tls_version: peer
            .tls
            .as_ref()
            .map(|(version, _)| version.clone())
            .unwrap_or_default(),
        tls_cipher_suite: peer
            .tls
            .as_ref()
            .map(|(_, suite)| suite.clone())
            .unwrap_or_default(),
        tls_peer_certs: peer
            .certificate_der
            .as_deref()
            .and_then(peer_certificate)
            .into_iter()
            .collect(),
        authorized_user: grant
            .and_then(|grant| grant.user.as_deref())
            .unwrap_or_default()
            .into(),
        account: grant
            .map(|grant| grant.account.to_string())
            .unwrap_or_default(),
        name: facts.name,
        lang: facts.lang,
        version: facts.version,
        ..Connection::default()
    }
}

fn peer_certificate(der: &[u8]) -> Option<midge_monitor::PeerCertificate> {
    let (subject, key, whole) = midge_net::certificate_facts(der)?;
    Some(midge_monitor::PeerCertificate {
        subject,
        spki_sha256: key,
        cert_sha256: whole,
    })
}

fn subscription(account: &str, interest: &Interest) -> Subscription {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Subscription {
        account: account.into(),
        account_tag: account.into(),
        subject: text(interest.filter()),
        queue: interest.queue().map(text).unwrap_or_default(),
        sid: text(interest.sid()),
        msgs: interest.delivered(),
        max: interest.max(),
        cid: interest.sink().id(),
    }
}

fn sublist(account: &midge_router::Account) -> SublistStats {
    let (inserts, removes) = account.changes();
    SublistStats {
        num_subscriptions: account.subscription_count() as u64,
        num_inserts: inserts,
        num_removes: removes,
        ..SublistStats::default()
    }
}

fn cluster(options: &Options, port: Option<u16>) -> ClusterVarz {
    let Some(cluster) = &options.cluster else {
        return ClusterVarz::default();
    };
    ClusterVarz {
        name: cluster.name.clone().unwrap_or_default(),
        addr: if cluster.host.is_empty() {
            options.host.clone()
        } else {
            cluster.host.clone()
        },
        cluster_port: port.map_or(0, u64::from),
        auth_timeout: Number(
            cluster
                .auth_timeout
                .map_or(2.0, |timeout| timeout.as_secs_f64()),
        ),
        tls_timeout: Number(2.0),
        pool_size: 3,
        ..ClusterVarz::default()
    }
}

fn leaf(options: &Options, port: Option<u16>) -> LeafVarz {
    let Some(leafnodes) = &options.leafnodes else {
        return LeafVarz::default();
    };
    LeafVarz {
        host: if leafnodes.host.is_empty() {
            options.host.clone()
        } else {
            leafnodes.host.clone()
        },
        port: port.map_or(0, u64::from),
        auth_timeout: Number(2.0),
        tls_timeout: Number(2.0),
        ..LeafVarz::default()
    }
}

fn websocket(options: &Options, port: Option<u16>) -> WebSocketVarz {
    let Some(websocket) = &options.websocket else {
        return WebSocketVarz::default();
    };
    WebSocketVarz {
        host: if websocket.host.is_empty() {
            options.host.clone()
        } else {
            websocket.host.clone()
        },
        port: port.map_or(0, u64::from),
        advertise: websocket.advertise.clone().unwrap_or_default(),
        no_auth_user: websocket.no_auth_user.clone().unwrap_or_default(),
        jwt_cookie: websocket.jwt_cookie.clone().unwrap_or_default(),
        handshake_timeout: nanos(
            websocket
                .handshake_timeout
                .unwrap_or(Duration::from_secs(2)),
        ),
        auth_timeout: Number(
            websocket
                .auth_timeout
                .unwrap_or(Duration::from_secs(2))
                .as_secs_f64(),
        ),
        no_tls: websocket.no_tls,
        same_origin: websocket.same_origin,
        allowed_origins: websocket.allowed_origins.clone(),
        compression: websocket.compression,
        ..WebSocketVarz::default()
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
