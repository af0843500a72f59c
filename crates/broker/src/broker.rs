//! Start, steer and stop.

use crate::error::Error;
use crate::ports::Ports;
use crate::server::Server;
use crate::{outcasts, reload};
use midge_conf::{Identity, Options, Port, Unserved};
use midge_monitor::Monitor;
use midge_net::{Command, Host, Listening, Workers, bind, listen, stream_handshake};
use midge_session::CloseReason;
use std::future::pending;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

/// A running broker.
pub struct Broker {
    server: Arc<Server>,
    ports: Ports,
    control: Option<Control>,
}

/// The thread that accepts and monitors, and its ear.
struct Control {
    stop: oneshot::Sender<()>,
    leave: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

/// A broker on its way out; see [`Broker::lame_duck`].
#[derive(Debug)]
pub struct LameDuck {
    /// Clients are closed one after the other over this time.
    pub over: Duration,
    /// How long none is closed.
    pub grace: Duration,
    /// Longest pause between two of them.
    pub step_max: Duration,
}

struct Listeners {
    client: Listening,
    websocket: Option<Listening>,
    http: Option<Listening>,
    https: Option<Listening>,
    cluster: Option<Listening>,
    leafnode: Option<Listening>,
}

impl Broker {
    /// Binds all listeners and starts the threads. Clients can connect when it returns.
    ///
    /// # Errors
    /// An address that can't be bound, options that contradict themselves, bad certificates.
    pub fn start(options: Options) -> Result<Self, Error> {
        options.validate()?;
        let id = midge_auth::new_server_id();
        announce(&options, &id);
        let listeners = Listeners::bind(&options)?;
        let mut ports = listeners.ports();
        ports.client_tls = options.tls.is_some();
        ports.websocket_tls = options
            .websocket
            .as_ref()
            .is_some_and(|websocket| websocket.tls.is_some());
        let workers = workers();
        let server = Arc::new(Server::new(id, options, ports.clone(), workers as u64)?);
        server.start_streams()?;
        server.bound_memory();
        let control = Control::start(&server, listeners, workers)?;
        Ok(Self {
            server,
            ports,
            control: Some(control),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// A URL that a client on this machine can use.
    #[must_use]
    pub fn client_url(&self) -> String {
        self.ports.client_url()
    }

    /// The server's public key, as INFO shows it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.server.id
    }

    /// The options in force.
    #[must_use]
    pub fn options(&self) -> Arc<Options> {
        self.server.options.load_full()
    }

    /// Applies what differs in `options` to the running broker, all of it or nothing, and says what
    /// changed. Clients stay connected, but for those that lost their rights.
    ///
    /// # Errors
    /// A change that can't be made live; then nothing changed.
    pub fn reload(&self, options: Options) -> Result<Vec<String>, Error> {
        reload::reload(&self.server, options)
    }

    /// Clients connected at the moment.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.server.register.count()
    }

    /// Accepts nobody any more, tells clients to go elsewhere, and closes them over a time. Returns
    /// when the last has gone. [`Broker::stop`] afterwards.
    pub fn lame_duck(&self, how: &LameDuck) {
        if let Some(control) = &self.control {
            let _ = control.leave.send(true);
        }
        self.server.become_lame_duck();
        if self.connections() == 0 {
            return;
        }
        std::thread::sleep(how.grace);
        let clients = self.server.register.live();
        let pause = how
            .over
            .checked_div(u32::try_from(clients.len()).unwrap_or(u32::MAX))
            .unwrap_or_default();
        for client in clients {
            client.ask(Command::Close(CloseReason::ServerShutdown));
            std::thread::sleep(pause.min(how.step_max));
            if self.connections() == 0 {
                break;
            }
        }
    }

    /// Closes all clients and ends all threads.
    pub fn stop(mut self) {
        self.halt();
    }

    fn halt(&mut self) {
        let Some(control) = self.control.take() else {
            return;
        };
        self.server.stop_streams();
        for client in self.server.register.live() {
            client.ask(Command::Close(CloseReason::ServerShutdown));
        }
        let _ = control.stop.send(());
        let _ = control.thread.join();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.halt();
    }
}

/// Worker threads: one per two cores carries what the cores' other halves can produce; see
/// `docs/benchmarks.md`.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1))
}

fn announce(options: &Options, id: &str) {
    if let Some(cluster) = options
        .cluster
        .as_ref()
        .and_then(|cluster| cluster.name.as_ref())
    {
        tracing::info!("  Cluster:  {cluster}");
    }
    tracing::info!(
        "  Name:     {}",
        options.server_name.as_deref().unwrap_or(id)
    );
    tracing::info!("  ID:       {id}");
    if let Some(file) = &options.config_file {
        let digest = options.config_digest.as_deref().unwrap_or_default();
        tracing::info!("Using configuration file: {} ({digest})", file.display());
    }
    if has_plain_password(options) {
        tracing::warn!("Plaintext passwords detected, use nkeys or bcrypt");
    }
    warn_of_unserved(options);
}

/// Nobody shall believe that a directive is followed which isn't. At the start and at each reload: as the program's own lines they aren't counted
/// as repetitions.
pub(crate) fn warn_of_unserved(options: &Options) {
    let websocket = options.websocket.as_ref();
    let tls = [
        ("tls", options.tls.as_ref()),
        (
            "websocket.tls",
            websocket.and_then(|block| block.tls.as_ref()),
        ),
    ];
    let unavailable = tls.into_iter().flat_map(|(block, tls)| {
        let entries = tls.map(midge_net::unavailable_tls).unwrap_or_default();
        entries.into_iter().map(move |entry| Unserved {
            directive: format!("{block}.{entry}"),
            why: "the TLS library doesn't have it",
        })
    });
    for Unserved { directive, why } in options.unserved().into_iter().chain(unavailable) {
        tracing::warn!(target: "midge", directive, why, "a directive has no effect");
    }
}

/// Whether a password or token of the configuration isn't a bcrypt hash.
fn has_plain_password(options: &Options) -> bool {
    let single = [
        &options.authorization.password,
        &options.authorization.token,
    ];
    let users = options
        .authorization
        .users
        .iter()
        .chain(options.accounts.iter().flat_map(|account| &account.users));
    let users = users.filter_map(|user| match &user.identity {
        Identity::Password { password, .. } => password.as_ref(),
        Identity::Nkey(_) => None,
    });
    single
        .into_iter()
        .flatten()
        .chain(users)
        .any(|secret| !secret.is_empty() && !secret.expose().starts_with("$2"))
}

impl Listeners {
    fn bind(options: &Options) -> Result<Self, Error> {
        let or_host = |host: &str| {
            if host.is_empty() {
                options.host.clone()
            } else {
                host.to_owned()
            }
        };
        let http_host = options
            .http_host
            .clone()
            .unwrap_or_else(|| options.host.clone());
        let websocket = options.websocket.as_ref();
        let cluster = options.cluster.as_ref();
        let leafnodes = options.leafnodes.as_ref();
        Ok(Self {
            http: bind_if("http port", &http_host, options.http_port)?,
            https: bind_if("https port", &http_host, options.https_port)?,
            websocket: bind_if(
                "websocket port",
                &or_host(websocket.map_or("", |websocket| &websocket.host)),
                websocket.and_then(|websocket| websocket.port),
            )?,
            cluster: bind_if(
                "cluster port",
                &or_host(cluster.map_or("", |cluster| &cluster.host)),
                cluster.and_then(|cluster| cluster.port),
            )?,
            leafnode: bind_if(
                "leafnode port",
                &or_host(leafnodes.map_or("", |leafnodes| &leafnodes.host)),
                leafnodes.and_then(|leafnodes| leafnodes.port),
            )?,
            client: bind_to("port", &options.host, options.port)?,
        })
    }

    fn ports(&self) -> Ports {
        let address =
            |listening: &Option<Listening>| listening.as_ref().map(|listening| listening.address);
        Ports {
            client: Some(self.client.address),
            http: address(&self.http),
            https: address(&self.https),
            cluster: address(&self.cluster),
            leafnode: address(&self.leafnode),
            websocket: address(&self.websocket),
            ..Ports::default()
        }
    }
}

fn bind_if(what: &'static str, host: &str, port: Option<Port>) -> Result<Option<Listening>, Error> {
    port.map(|port| bind_to(what, host, port)).transpose()
}

fn bind_to(what: &'static str, host: &str, port: Port) -> Result<Listening, Error> {
    bind(host, port.to_bind()).map_err(|source| Error::Bind {
        what,
        address: format!("{host}:{port}"),
        source,
    })
}

impl Control {
    fn start(server: &Arc<Server>, listeners: Listeners, workers: usize) -> Result<Self, Error> {
        let host: Arc<dyn Host> = server.clone();
        let workers = Workers::start(workers, seed()?, &host)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let (leave, left) = watch::channel(false);
        let (ready, is_ready) = mpsc::channel();
        let server = server.clone();
        let thread = std::thread::Builder::new()
            .name("midge-control".into())
            .spawn(move || {
                runtime.block_on(control(&server, listeners, workers, left, ready, stopped));
            })?;
        let _ = is_ready.recv();
        Ok(Self {
            stop,
            leave,
            thread,
        })
    }
}

async fn control(
    server: &Arc<Server>,
    listeners: Listeners,
    workers: Workers,
    mut left: watch::Receiver<bool>,
    ready: mpsc::Sender<()>,
    stopped: oneshot::Receiver<()>,
) {
    let workers = Arc::new(workers);
    let options = server.options.load_full();
    let shown = |host: &str, port: &Listening| {
        shown(if host.is_empty() { &options.host } else { host }, port)
    };
    watch_over(server, listeners.http, listeners.https, &options);
    let websocket = listeners.websocket.inspect(|port| {
        let block = options.websocket.as_ref();
        let scheme = if block.is_some_and(|block| block.no_tls) {
            "ws"
        } else {
            "wss"
        };
        let host = shown(block.map_or("", |block| &block.host), port);
        tracing::info!("Listening for websocket clients on {scheme}://{host}");
        if scheme == "ws" {
            tracing::warn!("Websocket not configured with TLS. DO NOT USE IN PRODUCTION!");
        }
    });
    for (port, feature, peers) in [
        (listeners.leafnode, "leafnodes", "leafnode connections"),
        (listeners.cluster, "cluster", "route connections"),
    ] {
        if let Some(port) = port {
            tracing::info!("Listening for {peers} on {}", port.address);
            tracing::warn!("{feature} isn't supported yet: the port is open, peers are refused");
            tokio::spawn(outcasts::refuse(port.socket, feature));
        }
    }
    tracing::info!(
        "Listening for client connections on {}",
        shown("", &listeners.client)
    );
    if options.tls.is_some() {
        tracing::info!("TLS required for client connections");
    }
    let accept = listen(
        listeners.client.socket,
        server.entrances.client.clone(),
        workers.clone(),
    );
    let accept_websocket = async {
        match websocket {
            Some(port) => {
                listen(
                    port.socket,
                    server.entrances.websocket.clone(),
                    workers.clone(),
                )
                .await
            }
            None => std::future::pending().await,
        }
    };
    tracing::info!("Server is ready");
    let _ = ready.send(());
    let mut stopped = stopped;
    let mut is_stopped = false;
    tokio::select! {
        _ = accept => {}
        _ = accept_websocket => {}
        _ = left.wait_for(|&left| left) => {}
        _ = &mut stopped => is_stopped = true,
    }
    if !is_stopped {
        let _ = stopped.await;
    }
    if let Ok(workers) = Arc::try_unwrap(workers) {
        workers.stop();
    }
}

/// Serves monitoring on the ports there are.
fn watch_over(
    server: &Arc<Server>,
    http: Option<Listening>,
    https: Option<Listening>,
    options: &Options,
) {
    let monitor = Monitor::new(server.clone(), &options.http_base_path);
    let host = options.http_host.as_deref().unwrap_or(&options.host);
    if let Some(port) = http {
        tracing::info!("Starting http monitor on {}", shown(host, &port));
        let monitor = monitor.clone();
        tokio::spawn(async move {
            if let Ok(listener) = TcpListener::from_std(port.socket) {
                monitor.serve(listener, pending()).await;
            }
        });
    }
    if let Some(port) = https {
        tracing::info!("Starting https monitor on {}", shown(host, &port));
        let server = server.clone();
        tokio::spawn(async move {
            if let Ok(listener) = TcpListener::from_std(port.socket) {
                let handshake = |socket| {
                    let policy = server.entrances.monitor.load_full();
                    async move {
                        let policy =
                            policy.ok_or_else(|| std::io::Error::other("no certificate"))?;
                        stream_handshake((*policy).clone(), socket).await
                    }
                };
                monitor.serve_with(listener, handshake, pending()).await;
            }
        });
    }
}

/// `host:port` as the configuration names the host, with the port really bound.
fn shown(host: &str, port: &Listening) -> String {
    match host.contains(':') {
        true => format!(
            "[{}]:{}",
            host.trim_matches(['[', ']']),
            port.address.port()
        ),
        false => format!("{host}:{}", port.address.port()),
    }
}

fn seed() -> Result<u64, Error> {
    Ok(getrandom::u64().map_err(std::io::Error::other)?)
}
