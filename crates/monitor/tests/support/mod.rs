//! A broker made of constants.
#![allow(dead_code, reason = "each test file uses its part")]

use midge_monitor::{
    Account, ClusterVarz, ConnState, Connection, HealthCheck, LeafVarz, Number, PeerCertificate,
    Server, Source, SublistStats, Subscription, Time, Traffic, Unhealthy, Varz, WebSocketVarz,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, UNIX_EPOCH};

pub(crate) const ID: &str = "NTEST";

/// Seconds after the start of the fake.
pub(crate) fn at(seconds: u64) -> Time {
    (UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)).into()
}

/// What the fake holds; `now` is `at(1000)`.
#[derive(Default)]
pub(crate) struct Fake {
    pub connections: Vec<Connection>,
    pub subscriptions: Vec<Subscription>,
    pub accounts: Vec<Account>,
    pub health: Option<Unhealthy>,
    pub varz: Varz,
    /// Called whenever somebody asks for `varz`.
    pub on_varz: Option<Box<dyn Fn() + Send + Sync>>,
    /// There is room for answers of so many bytes.
    pub answer_max: Option<usize>,
    /// How often lists of subscriptions were asked for.
    pub list_requests: Arc<AtomicUsize>,
}

impl Source for Fake {
    fn server(&self) -> Server {
        Server {
            id: ID.into(),
            name: "test".into(),
            version: "2.15.1".into(),
            now: at(1000),
        }
    }

    fn varz(&self) -> Varz {
        if let Some(on_varz) = &self.on_varz {
            on_varz();
        }
        Varz {
            server_id: ID.into(),
            start: at(0),
            now: at(1000),
            ..self.varz.clone()
        }
    }

    fn connections(&self, state: ConnState) -> Vec<Connection> {
        let wanted = |connection: &&Connection| match state {
            ConnState::Open => connection.stop.is_none(),
            ConnState::Closed => connection.stop.is_some(),
            ConnState::All => true,
        };
        self.connections.iter().filter(wanted).cloned().collect()
    }

    fn connection_subscriptions(&self, cids: &[u64]) -> HashMap<u64, Vec<Subscription>> {
        self.list_requests.fetch_add(1, Relaxed);
        let mut found: HashMap<u64, Vec<Subscription>> = HashMap::new();
        for entry in self
            .subscriptions
            .iter()
            .filter(|it| cids.contains(&it.cid))
        {
            found.entry(entry.cid).or_default().push(entry.clone());
        }
        found
    }

    fn subscriptions(&self, account: Option<&str>) -> Vec<Subscription> {
        let wanted = |entry: &&Subscription| account.is_none_or(|name| entry.account == name);
        self.subscriptions.iter().filter(wanted).cloned().collect()
    }

    fn sublist(&self, account: Option<&str>) -> SublistStats {
        let num_subscriptions = self.subscriptions(account).len() as u64;
        SublistStats {
            num_subscriptions,
            cache_hit_rate: Number(0.5),
            ..SublistStats::default()
        }
    }

    fn accounts(&self) -> Vec<Account> {
        self.accounts.clone()
    }

    fn system_account(&self) -> Option<String> {
        Some("$SYS".into())
    }

    fn hold_answer(&self, answer: String) -> Option<bytes::Bytes> {
        let fits = self.answer_max.is_none_or(|max| answer.len() <= max);
        fits.then(|| answer.into())
    }

    fn health(&self, check: &HealthCheck) -> Result<(), Unhealthy> {
        match &self.health {
            Some(unhealthy) if !check.js_enabled_only => Err(unhealthy.clone()),
            _ => Ok(()),
        }
    }
}

/// A connection in `$G` that came `cid` seconds after the start.
pub(crate) fn connection(cid: u64) -> Connection {
    Connection {
        cid,
        kind: "Client",
        kind_of_client: "nats",
        ip: "127.0.0.1".into(),
        port: 4000,
        start: at(cid),
        last_activity: at(cid),
        account: "$G".into(),
        ..Connection::default()
    }
}

pub(crate) fn subscription(account: &str, cid: u64, subject: &str) -> Subscription {
    Subscription {
        account: account.into(),
        account_tag: account.into(),
        subject: subject.into(),
        sid: "1".into(),
        cid,
        ..Subscription::default()
    }
}

/// A fake in which no field is omitted.
pub(crate) fn full() -> Fake {
    let text = || "x".to_owned();
    let texts = || vec![text()];
    let one = Number(1.0);
    let end = Some(at(1));
    Fake {
        list_requests: Arc::default(),
        connections: vec![
            Connection {
                rtt: Some(Duration::from_millis(1)),
                name: text(),
                lang: text(),
                version: text(),
                tls_version: text(),
                tls_cipher_suite: text(),
                tls_peer_certs: vec![PeerCertificate {
                    subject: text(),
                    spki_sha256: text(),
                    cert_sha256: text(),
                }],
                authorized_user: text(),
                account: "A".into(),
                ..connection(1)
            },
            Connection {
                stop: end,
                reason: text(),
                ..connection(2)
            },
        ],
        subscriptions: vec![Subscription {
            queue: text(),
            max: Some(1),
            ..subscription("A", 1, "a")
        }],
        accounts: vec![Account {
            name: "A".into(),
            client_connections: 1,
            sent: Traffic { msgs: 1, bytes: 2 },
            mappings: [(
                "m".to_owned(),
                serde_json::json!([{"subject": "n", "weight": 100}]),
            )]
            .into_iter()
            .collect(),
            ..Account::default()
        }],
        varz: Varz {
            server_name: text(),
            midge_version: text(),
            git_commit: text(),
            auth_required: true,
            tls_required: true,
            tls_verify: true,
            max_subscriptions: 1,
            write_timeout: text(),
            cluster: ClusterVarz {
                name: text(),
                addr: text(),
                cluster_port: 1,
                auth_timeout: one,
                urls: texts(),
                tls_timeout: one,
                tls_required: true,
                tls_verify: true,
                pool_size: 1,
                tls_cert_not_after: end,
            },
            leaf: LeafVarz {
                host: text(),
                port: 1,
                auth_timeout: one,
                tls_timeout: one,
                tls_required: true,
                tls_verify: true,
                tls_cert_not_after: end,
            },
            websocket: WebSocketVarz {
                host: text(),
                port: 1,
                advertise: text(),
                no_auth_user: text(),
                handshake_timeout: 1,
                auth_timeout: one,
                tls_map: true,
                same_origin: true,
                allowed_origins: texts(),
                compression: true,
                tls_cert_not_after: end,
                ..WebSocketVarz::default()
            },
            tags: texts(),
            metadata: [(text(), text())].into(),
            feature_flags: [(text(), true)].into(),
            system_account: text(),
            tls_cert_not_after: end,
            ..Varz::default()
        },
        ..Fake::default()
    }
}
