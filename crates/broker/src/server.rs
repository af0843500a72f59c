//! The state all parts of a broker share, and its answers to the net's questions.

use crate::entrances::{Entrances, certificate_expiry, handshakes, monitor_policy};
use crate::error::Error;
use crate::ports::Ports;
use crate::process::Load;
use crate::register::{Gone, Register, today};
use crate::settings::{held_max, line_options, settings};
use crate::streams::Streams;
use crate::watch;
use arc_swap::ArcSwap;
use midge_auth::{Authenticator, ConnectionType, Credentials, Denial, Grant, Step, Transport};
use midge_conf::{Mapping, Options};
use midge_net::{Command, Connection, Host, LineOptions, Peer};
use midge_router::{AccountLimits, Reservation, Router};
use midge_session::{CloseReason, Identity, Settings};
use midge_subject::Mappings;
use midge_wire::Connect;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use std::time::SystemTime;

/// The reference's own clients take the numbers before this one.
const FIRST_CONNECTION: u64 = 5;
/// Random bytes in a nonce.
const NONCE_BYTES: usize = 11;

/// A broker's state. Parts that a reload changes are swapped as wholes.
pub(crate) struct Server {
    pub(crate) id: String,
    /// Its public curve key.
    xkey: String,
    pub(crate) started: SystemTime,
    /// Where its listeners really are.
    pub(crate) ports: Mutex<Ports>,
    /// Worker threads.
    pub(crate) workers: u64,
    pub(crate) cpu: Mutex<Load>,
    /// When the client listener's certificate ends.
    pub(crate) certificate_expiry: Mutex<Option<SystemTime>>,
    pub(crate) entrances: Entrances,
    pub(crate) options: ArcSwap<Options>,
    pub(crate) loaded: Mutex<SystemTime>,
    settings: ArcSwap<Settings>,
    auth: ArcSwap<Authenticator>,
    /// How often `auth` was replaced.
    rules: AtomicU64,
    pub(crate) router: Router,
    pub(crate) register: Register,
    next_connection: AtomicU64,
    lame_duck: AtomicBool,
    /// What the process had before any client came.
    own_memory: Mutex<Option<Reservation>>,
    /// JetStream, while it runs.
    streams: Mutex<Option<Arc<Streams>>>,
}

impl Server {
    pub(crate) fn new(
        id: String,
        options: Options,
        ports: Ports,
        workers: u64,
    ) -> Result<Self, Error> {
        let auth = Authenticator::new(&options)?;
        let xkey = midge_auth::new_curve_key();
        let server = Self {
            settings: ArcSwap::from_pointee(settings(&options, (&id, &xkey), &ports, &auth, false)),
            id,
            xkey,
            started: today(),
            ports: Mutex::new(ports),
            workers,
            cpu: Mutex::new(Load::new(today())),
            certificate_expiry: Mutex::new(certificate_expiry(&options)),
            entrances: Entrances::new(&options)?,
            loaded: Mutex::new(today()),
            auth: ArcSwap::from_pointee(auth),
            rules: AtomicU64::new(0),
            router: Router::new(),
            register: Register::default(),
            next_connection: AtomicU64::new(FIRST_CONNECTION),
            lame_duck: AtomicBool::new(false),
            own_memory: Mutex::default(),
            streams: Mutex::new(None),
            options: ArcSwap::from_pointee(options),
        };
        Furniture::new(&server.options.load())?.place(&server.router);
        Ok(server)
    }

    /// JetStream, if it runs.
    pub(crate) fn streams(&self) -> Option<Arc<Streams>> {
        self.streams.lock().clone()
    }

    /// From now on memory that grows is the clients'.
    pub(crate) fn bound_memory(&self) {
        let memory = self.router.memory();
        let own = usize::try_from(crate::process::usage().resident_bytes).unwrap_or(usize::MAX);
        *self.own_memory.lock() = Some(memory.reserve(own));
        let max = held_max(&self.options.load());
        memory.set_max(max);
        if let Some(max) = max.filter(|&max| own > max / 2) {
            let [own, max] = [own, max].map(|bytes| crate::process::shown_bytes(bytes as u64));
            tracing::warn!(
                "max_memory leaves little for clients: of the {max} that may be held the server itself has {own}. Raise it"
            );
        }
    }

    /// Starts JetStream, if the options want it.
    pub(crate) fn start_streams(&self) -> Result<(), Error> {
        if let Some(started) = self.started_streams(&self.options.load())? {
            *self.streams.lock() = Some(started);
        }
        Ok(())
    }

    /// JetStream as these options want it, where it doesn't run yet.
    fn started_streams(&self, options: &Options) -> Result<Option<Arc<Streams>>, Error> {
        if self.streams().is_some() || !options.jetstream.enabled {
            return Ok(None);
        }
        let next = || self.next_connection.fetch_add(1, Relaxed);
        let streams = Streams::start(&self.id, options, &self.router, next)?;
        Ok(Some(Arc::new(streams)))
    }

    /// Ends JetStream, or tells it of other accounts, as the options want it.
    fn update_streams(&self, options: &Options, started: Option<Arc<Streams>>) {
        if let Some(started) = started {
            *self.streams.lock() = Some(started);
        } else if let Some(streams) = self.streams() {
            match options.jetstream.enabled {
                true => {
                    let next = || self.next_connection.fetch_add(1, Relaxed);
                    streams.reload(options, &self.router, next);
                }
                false => self.stop_streams(),
            }
        }
    }

    /// Ends JetStream; what was acknowledged is on the disk.
    pub(crate) fn stop_streams(&self) {
        let running = self.streams.lock().take();
        if let Some(streams) = running {
            streams.stop();
        }
    }

    /// Takes new options over: all of them, or nothing. What can fail is made first, and then put in force; whoever is judged meanwhile
    /// is judged again, since the rules have another number afterwards.
    pub(crate) fn apply(&self, options: Options) -> Result<(), Error> {
        let auth = Authenticator::new(&options)?;
        let (client, websocket) = handshakes(&options)?;
        let monitor = monitor_policy(&options)?;
        let expiry = certificate_expiry(&options);
        let furniture = Furniture::new(&options)?;
        let streams = self.started_streams(&options)?;

        furniture.place(&self.router);
        self.entrances.client.handshake.store(Arc::new(client));
        self.entrances
            .websocket
            .handshake
            .store(Arc::new(websocket));
        self.entrances.monitor.store(monitor.map(Arc::new));
        *self.certificate_expiry.lock() = expiry;
        let options = Arc::new(options);
        self.options.store(options.clone());
        self.auth.store(Arc::new(auth));
        self.router.memory().set_max(held_max(&options));
        *self.loaded.lock() = today();
        self.refresh();
        // Last of what a login asks for: whoever was judged by something older sees another number.
        self.rules.fetch_add(1, AcqRel);
        self.update_streams(&options, streams);
        Ok(())
    }

    /// Makes settings anew from the options, and tells each connection.
    pub(crate) fn refresh(&self) {
        let options = self.options.load();
        let lame_duck = self.lame_duck.load(Acquire);
        let before = self.settings();
        let now = settings(
            &options,
            (&self.id, &self.xkey),
            &self.ports.lock(),
            &self.auth.load(),
            lame_duck,
        );
        let place = |settings: &Settings| {
            (
                settings.info.host.clone(),
                settings.info.port,
                settings.info.ldm,
            )
        };
        let announce = place(&before) != place(&now);
        let now = Arc::new(now);
        self.settings.store(now.clone());
        for connection in self.register.live() {
            connection.ask(Command::Update(now.clone(), announce));
        }
    }

    /// Has each connection judge its rights again. Each does so in its own time: a password that takes long to compare holds up nobody
    /// else, least of all those who lost their rights.
    pub(crate) fn review(&self) {
        for connection in self.register.live() {
            connection.ask(Command::Review);
        }
    }

    /// Credentials of CONNECT, or of the cookies that the configuration names.
    fn judge(&self, connect: &Connect, peer: &Peer, nonce: Option<&str>) -> Step {
        let options = self.options.load();
        let block = options.websocket.as_ref();
        let or_cookie = |given: &str, name: Option<&String>| match given {
            "" => name
                .and_then(|name| peer.cookie(name))
                .unwrap_or_default()
                .to_owned(),
            _ => given.to_owned(),
        };
        let connect = Connect {
            user: or_cookie(
                &connect.user,
                block.and_then(|block| block.user_cookie.as_ref()),
            ),
            pass: or_cookie(
                &connect.pass,
                block.and_then(|block| block.pass_cookie.as_ref()),
            ),
            auth_token: or_cookie(
                &connect.auth_token,
                block.and_then(|block| block.token_cookie.as_ref()),
            ),
            ..connect.clone()
        };
        let transport = Transport {
            kind: peer.kind,
            certificate: peer.certificate.as_ref(),
        };
        self.auth.load().begin(
            &credentials(&connect),
            nonce.unwrap_or_default().as_bytes(),
            &transport,
        )
    }

    /// Closes the newest connections beyond a maximum that was lowered.
    pub(crate) fn shed(&self) {
        let max = usize::try_from(self.options.load().max_connections).unwrap_or(usize::MAX);
        for connection in self.register.live().into_iter().skip(max) {
            connection.ask(Command::Close(CloseReason::MaxConnectionsExceeded));
        }
    }

    /// Tells clients that the server is about to leave.
    pub(crate) fn become_lame_duck(&self) {
        self.lame_duck.store(true, Release);
        self.refresh();
    }

    /// Whether anything here wants nonces; then the next connections get one.
    fn nonce(&self) -> Option<String> {
        let mut bytes = [0; NONCE_BYTES];
        (self.auth.load().nonce_required() && getrandom::fill(&mut bytes).is_ok())
            .then(|| base64url(&bytes))
    }
}

impl Host for Server {
    fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    fn line_options(&self) -> LineOptions {
        line_options(&self.options.load())
    }

    fn router(&self) -> &Router {
        &self.router
    }

    fn next_connection(&self) -> (u64, Option<String>) {
        (self.next_connection.fetch_add(1, Relaxed), self.nonce())
    }

    fn anonymous(&self, kind: ConnectionType) -> Option<Grant> {
        self.auth.load().no_auth_grant(kind)
    }

    fn rules(&self) -> u64 {
        self.rules.load(Acquire)
    }

    fn judge_again(&self, connection: &Connection) -> Step {
        let kind = connection.peer.kind;
        let facts = connection.facts();
        let auth = self.auth.load();
        let named = facts.grant.is_some_and(|grant| grant.user.is_some());
        match &facts.connect {
            _ if !auth.auth_required(kind) && named => Step::Done(Err(Denial::Missing)),
            None => Step::Done(auth.no_auth_grant(kind).ok_or(Denial::Missing)),
            Some(connect) => self.judge(connect, &connection.peer, connection.nonce()),
        }
    }

    fn handshake_begins(&self) -> Result<(), CloseReason> {
        self.register
            .take_place(self.options.load().max_connections)
    }

    fn handshake_ended(&self) {
        self.register.leave_place();
    }

    fn authenticate(&self, who: &Identity, connect: &Connect, peer: &Peer) -> Step {
        self.judge(connect, peer, who.nonce.as_deref())
    }

    fn opened(&self, connection: &Arc<Connection>) -> Result<(), CloseReason> {
        tracing::debug!("{} - Client connection created", connection.label());
        self.register
            .enter(connection, self.options.load().max_connections)
    }

    fn closed(&self, connection: &Arc<Connection>, reason: CloseReason) {
        let gone = Gone {
            connection: watch::connection(connection, Some((today(), reason))),
            subscriptions: Vec::new(),
        };
        self.register.leave(
            connection,
            reason,
            gone,
            self.options.load().max_closed_clients,
        );
    }
}

fn credentials(connect: &Connect) -> Credentials<'_> {
    Credentials {
        user: Some(&connect.user),
        password: Some(&connect.pass),
        token: Some(&connect.auth_token),
        nkey: Some(&connect.nkey),
        sig: Some(&connect.sig),
        jwt: Some(&connect.jwt),
    }
}

/// What accounts get by the options: compiled, so that nothing can fail any more when it is put in force.
struct Furniture {
    global: Option<Mappings>,
    system: Option<String>,
    accounts: Vec<(String, Option<Mappings>, AccountLimits)>,
}

impl Furniture {
    fn new(options: &Options) -> Result<Self, Error> {
        let accounts = options.accounts.iter().map(|account| {
            let limits = AccountLimits {
                max_connections: account.limits.max_connections,
                max_subscriptions: account.limits.max_subscriptions,
            };
            let mappings = mappings(options, &account.mappings)?;
            Ok((account.name.clone(), mappings, limits))
        });
        Ok(Self {
            global: mappings(options, &options.mappings)?,
            system: crate::settings::system_account(options).map(str::to_owned),
            accounts: accounts.collect::<Result<_, Error>>()?,
        })
    }

    /// Gives accounts their mappings and limits.
    fn place(self, router: &Router) {
        let global = router.account(midge_auth::GLOBAL_ACCOUNT);
        global.set_mappings(self.global);
        if let Some(system) = &self.system {
            router.account(system);
        }
        for (name, mappings, limits) in self.accounts {
            let account = router.account(&name);
            account.set_mappings(mappings);
            account.set_limits(limits);
        }
    }
}

/// Compiles the mappings of an account; `None` if it has none.
fn mappings(options: &Options, configured: &[Mapping]) -> Result<Option<Mappings>, Error> {
    if configured.is_empty() {
        return Ok(None);
    }
    let cluster = options
        .cluster
        .as_ref()
        .and_then(|cluster| cluster.name.as_deref());
    let compile = |mapping: &Mapping| {
        let destinations: Vec<_> = mapping
            .destinations
            .iter()
            .map(|to| midge_subject::Destination {
                subject: to.subject.as_bytes(),
                weight: to.weight,
                cluster: to.cluster.as_deref(),
            })
            .collect();
        midge_subject::Mapping::new(mapping.source.as_bytes(), &destinations, cluster).map_err(
            |error| Error::Mapping {
                source_subject: mapping.source.clone(),
                reason: error.to_string(),
            },
        )
    };
    configured
        .iter()
        .map(compile)
        .collect::<Result<Mappings, _>>()
        .map(Some)
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 2);
    for group in bytes.chunks(3) {
        let word = group
            .iter()
            .fold(0, |word, &byte| word << 8 | u32::from(byte))
            << (8 * (3 - group.len()));
        for digit in 0..=group.len() {
            text.push(char::from(DIGITS[(word >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    text
}
