//! A connection as others see it: who it is, how it does, and how to call it.

use crate::line::Line;
use midge_auth::{Certificate, ConnectionType, Grant};
use midge_router::{Account, Sink};
use midge_session::{CloseReason, Settings};
use parking_lot::Mutex;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

/// Where a connection comes from.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The socket's address.
    pub address: IpAddr,
    /// The same, as it is shown.
    pub ip: String,
    /// The port shown.
    pub port: u16,
    /// Kind of listener.
    pub kind: ConnectionType,
    /// TLS version and cipher suite.
    pub tls: Option<(String, String)>,
    /// The verified client certificate.
    pub certificate: Option<Certificate>,
    /// Its DER, for monitoring.
    pub certificate_der: Option<Vec<u8>>,
    /// The address a proxy told, shown in place of `ip`.
    pub forwarded_for: Option<String>,
    /// The `Cookie` header of a WebSocket upgrade.
    pub cookie: String,
}

impl Peer {
    pub(crate) fn plain(address: SocketAddr, kind: ConnectionType) -> Self {
        Self {
            address: address.ip(),
            ip: address.ip().to_canonical().to_string(),
            port: address.port(),
            kind,
            tls: None,
            certificate: None,
            certificate_der: None,
            forwarded_for: None,
            cookie: String::new(),
        }
    }

    /// The address to show.
    #[must_use]
    pub fn shown_ip(&self) -> &str {
        self.forwarded_for.as_deref().unwrap_or(&self.ip)
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self
            .cookie
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

/// What is known since CONNECT.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `name` of CONNECT.
    pub name: String,
    /// `lang` of CONNECT.
    pub lang: String,
    /// `version` of CONNECT.
    pub version: String,
    /// Rights in force.
    pub grant: Option<Grant>,
    /// Account it is in.
    pub account: Option<Arc<Account>>,
    /// Who it said it is, with credentials needed to judge it again after a reload.
    pub connect: Option<Box<midge_wire::Connect>>,
}

/// What an owner can be asked to do.
#[derive(Clone)]
pub enum Command {
    /// Work by these settings; send INFO again if told so.
    Update(Arc<Settings>, bool),
    /// Judge the rights again.
    Review,
    /// End with this reason.
    Close(CloseReason),
    /// Ask the client for a PONG, to measure the round trip.
    Ping,
}

/// A live connection in the register.
pub struct Connection {
    /// Its number.
    pub id: u64,
    /// Where it comes from.
    pub peer: Peer,
    /// When it began, by the calendar.
    pub started: SystemTime,
    /// When it began, by the clock that never jumps.
    pub started_at: Instant,
    /// Its counters and mailbox.
    pub sink: Arc<Sink>,
    line: Arc<Line>,
    nonce: Option<String>,
    facts: Mutex<Facts>,
    commands: Mutex<Vec<Command>>,
    /// Nanoseconds after `started_at`.
    last_activity: AtomicU64,
    /// Nanoseconds; zero: not measured.
    round_trip: AtomicU64,
}

impl Connection {
    pub(crate) fn new(
        id: u64,
        peer: Peer,
        nonce: Option<String>,
        sink: Arc<Sink>,
        line: Arc<Line>,
        started: (SystemTime, Instant),
    ) -> Self {
        Self {
            id,
            peer,
            started: started.0,
            started_at: started.1,
            sink,
            line,
            nonce,
            facts: Mutex::default(),
            commands: Mutex::default(),
            last_activity: AtomicU64::new(0),
            round_trip: AtomicU64::new(0),
        }
    }

    /// Asks the owner for something; it does so when its worker comes round.
    pub fn ask(&self, command: Command) {
        self.commands.lock().push(command);
        self.line.call();
    }

    pub(crate) fn take_commands(&self) -> Vec<Command> {
        std::mem::take(&mut *self.commands.lock())
    }

    /// What is known since CONNECT.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.facts.lock().clone()
    }

    /// What an nkey of this connection signed.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    pub(crate) fn set_facts(&self, facts: Facts) {
        *self.facts.lock() = facts;
    }

    pub(crate) fn set_grant(&self, grant: Option<Grant>) {
        self.facts.lock().grant = grant;
    }

    pub(crate) fn note(&self, now: Instant, round_trip: Option<Duration>) {
        let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.last_activity.store(
            nanos(now.saturating_duration_since(self.started_at)),
            Relaxed,
        );
        if let Some(round_trip) = round_trip {
            self.round_trip.store(nanos(round_trip), Relaxed);
        }
    }

    /// Time from the start to the last bytes in or out.
    #[must_use]
    pub fn last_activity(&self) -> Duration {
        Duration::from_nanos(self.last_activity.load(Relaxed))
    }

    /// The last measured round trip.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        Some(self.round_trip.load(Relaxed))
            .filter(|&nanos| nanos > 0)
            .map(Duration::from_nanos)
    }

    /// The beginning of its log lines.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.peer, self.id)
    }
}

/// `ip:port - cid:N`, with `wid` for WebSocket clients.
pub(crate) fn label(peer: &Peer, id: u64) -> String {
    let kind = if peer.kind == ConnectionType::WebSocket {
        "wid"
    } else {
        "cid"
    };
    let forwarded = peer
        .forwarded_for
        .as_ref()
        .map(|ip| format!("{ip}/"))
        .unwrap_or_default();
    match peer.ip.contains(':') {
        true => format!("{forwarded}[{}]:{} - {kind}:{id}", peer.ip, peer.port),
        false => format!("{forwarded}{}:{} - {kind}:{id}", peer.ip, peer.port),
    }
}
