//! [`Options`]: everything a broker can be told, with the reference's defaults.
//!
//! Fields are named as their directives. A field without an invariant is public and plain data, so
//! that code builds options as easily as a file does.
//! [`Options::validate`] looks at the whole.

mod account;
mod authorization;
mod cluster;
mod file;
mod jetstream;
mod nkey;
mod reader;
mod scalar;
mod tls;
mod unserved;
mod validate;
mod websocket;

pub use account::{
    Account, AccountJetStream, AccountLimits, Destination, GLOBAL_ACCOUNT, Mapping, SYSTEM_ACCOUNT,
};
pub use authorization::{
    AllowResponses, Authorization, ConnectionType, Identity, Permissions, SubjectPermission, User,
};
pub use cluster::{Cluster, LeafNodes};
pub use file::Loaded;
pub use jetstream::{JetStream, JetStreamBatchLimits, JetStreamLimits, StoreCipher, SyncInterval};
pub(crate) use reader::split_address;
pub use scalar::{Port, Secret, WriteTimeout};
pub use tls::{CIPHER_SUITES, CURVES, CertPair, HandshakeFirst, Tls, TlsVersion};
pub use unserved::Unserved;
pub use websocket::WebSocket;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// How a broker shall run: one value, whatever it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    // -- where it came from
    /// The file these options were read from, if any.
    pub config_file: Option<PathBuf>,
    /// `sha256:<hex>` over the value tree of `config_file`, variables replaced.
    pub config_digest: Option<String>,

    // -- identity and the client listener
    /// Address the client listener binds to.
    pub host: String,
    /// Port of the client listener.
    pub port: Port,
    /// Name shown in INFO; the server's id when absent.
    pub server_name: Option<String>,
    /// `host[:port]` which replaces our own address in `connect_urls`.
    pub client_advertise: Option<String>,
    /// Accept plain connections beside TLS on the client port.
    pub allow_non_tls: bool,
    /// Announce `headers: false` in INFO.
    pub no_header_support: bool,
    /// TLS of the client listener (and of `https_port`).
    pub tls: Option<Tls>,

    // -- monitoring
    /// Address of the monitoring listener; that of `host` when absent.
    pub http_host: Option<String>,
    /// Port of plain HTTP monitoring; off when absent.
    pub http_port: Option<Port>,
    /// Port of HTTPS monitoring; off when absent. Excludes `http_port`.
    pub https_port: Option<Port>,
    /// Prefix of all monitoring paths.
    pub http_base_path: String,
    /// Port of the profiler; off when absent.
    pub prof_port: Option<Port>,
    /// Sampling rate of the profiler's blocking profile.
    pub prof_block_rate: i64,

    // -- limits
    /// Clients at the same time; 0 admits none (and so does a negative number in a file).
    pub max_connections: u64,
    /// Subscriptions of one connection; 0 is unlimited.
    pub max_subscriptions: u64,
    /// Tokens of a subscription's subject; 0 is unlimited.
    pub max_sub_tokens: u8,
    /// Bytes of one protocol line.
    pub max_control_line: u32,
    /// Bytes of headers and payload of one message.
    pub max_payload: u32,
    /// Bytes that may wait for one slow reader before it is cut.
    pub max_pending: u64,
    /// Bytes that clients may make the server hold, all of them together; 0 is unlimited, and when absent it is a share of what the
    /// machine has.
    pub max_memory: Option<u64>,
    /// Closed connections remembered for `/connz?state=closed`.
    pub max_closed_clients: u64,
    /// Time one flush to a client may take.
    pub write_deadline: Duration,
    /// What happens to a client which misses `write_deadline`.
    pub write_timeout: WriteTimeout,
    /// Drop a fast producer's messages instead of holding it back.
    pub no_fast_producer_stall: bool,
    /// Time between our PINGs.
    pub ping_interval: Duration,
    /// Unanswered PINGs after which a connection is stale.
    pub ping_max: u32,
    /// Time over which lame duck mode closes the clients.
    pub lame_duck_duration: Duration,
    /// Time lame duck mode waits before it closes the first.
    pub lame_duck_grace_period: Duration,
    /// Switch off the cache of matched subjects.
    pub disable_sublist_cache: bool,

    // -- logging
    /// Log at level DBG.
    pub debug: bool,
    /// Log the protocol lines.
    pub trace: bool,
    /// Trace the system account too; implies `trace`.
    pub trace_verbose: bool,
    /// Trace headers but no payload; implies `trace`.
    pub trace_headers: bool,
    /// Stamp log lines with the time.
    pub logtime: bool,
    /// Stamp in UTC instead of local time.
    pub logtime_utc: bool,
    /// Write the log here; to stderr when absent.
    pub log_file: Option<PathBuf>,
    /// Bytes after which the log file is rotated; 0 is never.
    pub log_size_limit: u64,
    /// Log files kept, the active one counted; 0 is all.
    pub log_max_num: u64,
    /// Log to the system's logger.
    pub syslog: bool,
    /// Log to this syslog server (`udp://host:port`).
    pub remote_syslog: Option<String>,
    /// Payload bytes shown in a trace line; 0 is all.
    pub max_traced_msg_len: u64,
    /// Every n-th failure of a first connect is logged.
    pub connect_error_reports: u32,
    /// Every n-th failure of a reconnect is logged.
    pub reconnect_error_reports: u32,
    /// File which holds our process id.
    pub pid_file: Option<PathBuf>,
    /// Folder for `<executable>_<pid>.ports`.
    pub ports_file_dir: Option<PathBuf>,

    // -- description
    /// Tags for placement, lower case.
    pub server_tags: Vec<String>,
    /// Free pairs shown in monitoring.
    pub server_metadata: BTreeMap<String, String>,
    /// Switches of single features; unknown ones are logged only.
    pub feature_flags: BTreeMap<String, bool>,

    // -- who may do what
    /// The top-level `authorization` block, for account `$G`.
    pub authorization: Authorization,
    /// The configured accounts, in the file's order. `$G` and `$SYS` exist without being listed.
    pub accounts: Vec<Account>,
    /// User under which a client without credentials runs.
    pub no_auth_user: Option<String>,
    /// Account of the system's events; `$SYS` when absent.
    pub system_account: Option<String>,
    /// Run without a system account.
    pub no_system_account: bool,
    /// Subject mappings of account `$G`.
    pub mappings: Vec<Mapping>,

    // -- other listeners and parts
    /// The WebSocket listener.
    pub websocket: Option<WebSocket>,
    /// JetStream, kept for the part that runs it.
    pub jetstream: JetStream,
    /// The cluster block: its port is opened, peers are refused.
    pub cluster: Option<Cluster>,
    /// The leaf node block: its port is opened, peers are refused.
    pub leafnodes: Option<LeafNodes>,
}

impl Options {
    /// Time a client has to authenticate: as configured, else 2 s, or a second more than the TLS
    /// handshake may take.
    pub fn auth_timeout(&self) -> Duration {
        let after_handshake = || {
            self.tls
                .as_ref()
                .map(|tls| tls.timeout + Duration::from_secs(1))
        };
        self.authorization
            .timeout
            .or_else(after_handshake)
            .unwrap_or(AUTH_TIMEOUT)
    }

    /// The address of the monitoring listener.
    pub fn http_host(&self) -> &str {
        self.http_host.as_deref().unwrap_or(&self.host)
    }

    /// All users: those of `$G`, then those of each account.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.authorization
            .users
            .iter()
            .chain(self.accounts.iter().flat_map(|account| &account.users))
    }
}

const AUTH_TIMEOUT: Duration = Duration::from_secs(2);

impl Default for Options {
    fn default() -> Self {
        Self {
            config_file: None,
            config_digest: None,
            host: "0.0.0.0".into(),
            port: Port::Fixed(4222),
            server_name: None,
            client_advertise: None,
            allow_non_tls: false,
            no_header_support: false,
            tls: None,
            http_host: None,
            http_port: None,
            https_port: None,
            http_base_path: "/".into(),
            prof_port: None,
            prof_block_rate: 0,
            max_connections: 64 * 1024,
            max_subscriptions: 0,
            max_sub_tokens: 0,
            max_control_line: 4096,
            max_payload: 1024 * 1024,
            max_pending: 64 * 1024 * 1024,
            max_memory: None,
            max_closed_clients: 10_000,
            write_deadline: Duration::from_secs(10),
            write_timeout: WriteTimeout::Default,
            no_fast_producer_stall: false,
            ping_interval: Duration::from_secs(120),
            ping_max: 2,
            lame_duck_duration: Duration::from_secs(120),
            lame_duck_grace_period: Duration::from_secs(10),
            disable_sublist_cache: false,
            debug: false,
            trace: false,
            trace_verbose: false,
            trace_headers: false,
            logtime: true,
            logtime_utc: false,
            log_file: None,
            log_size_limit: 0,
            log_max_num: 0,
            syslog: false,
            remote_syslog: None,
            max_traced_msg_len: 0,
            connect_error_reports: 3600,
            reconnect_error_reports: 1,
            pid_file: None,
            ports_file_dir: None,
            server_tags: Vec::new(),
            server_metadata: BTreeMap::new(),
            feature_flags: BTreeMap::new(),
            authorization: Authorization::default(),
            accounts: Vec::new(),
            no_auth_user: None,
            system_account: None,
            no_system_account: false,
            mappings: Vec::new(),
            websocket: None,
            jetstream: JetStream::default(),
            cluster: None,
            leafnodes: None,
        }
    }
}
