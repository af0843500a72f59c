//! The state all parts of a broker share, and its answers to the net's questions.

use crate::entrances::{Entrances, certificate_expiry, handshakes};
use crate::error::Error;
use crate::ports::Ports;
use crate::process::Load;
use crate::register::{Gone, Register, today};
use crate::settings::{line_options, settings};
use crate::streams::Streams;
use crate::watch;
use arc_swap::ArcSwap;
use midge_auth::{Authenticator, ConnectionType, Credentials, Grant, Step, Transport};
use midge_conf::{Mapping, Options};
use midge_net::{Command, Connection, Host, LineOptions, Peer};
use midge_router::{AccountLimits, Router};
use midge_session::{CloseReason, Identity, Settings};
use midge_subject::Mappings;
use midge_wire::Connect;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
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
    pub(crate) router: Router,
    pub(crate) register: Register,
    next_connection: AtomicU64,
    lame_duck: AtomicBool,
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
            router: Router::new(),
            register: Register::default(),
            next_connection: AtomicU64::new(FIRST_CONNECTION),
            lame_duck: AtomicBool::new(false),
            streams: Mutex::new(None),
            options: ArcSwap::from_pointee(options),
        };
        server.furnish_accounts()?;
        Ok(server)
    }

    /// JetStream, if it runs.
    pub(crate) fn streams(&self) -> Option<Arc<Streams>> {
        self.streams.lock().clone()
    }

    /// Starts JetStream, ends it, or tells it of other accounts, as the options want it.
    pub(crate) fn start_streams(&self) -> Result<(), Error> {
        let options = self.options.load_full();
        let next = || self.next_connection.fetch_add(1, Relaxed);
        let running = self.streams();
        match (running, options.jetstream.enabled) {
            (Some(_), false) => self.stop_streams(),
            (Some(streams), true) => streams.reload(&options, &self.router, next),
            (None, false) => {}
            (None, true) => {
                let streams = Streams::start(&self.id, &options, &self.router, next)?;
                *self.streams.lock() = Some(Arc::new(streams));
            }
        }
        Ok(())
    }

    /// Ends JetStream; what was acknowledged is on the disk.
    pub(crate) fn stop_streams(&self) {
        let running = self.streams.lock().take();
        if let Some(streams) = running {
            streams.stop();
        }
    }

    /// Gives accounts their mappings and limits.
    fn furnish_accounts(&self) -> Result<(), Error> {
        let options = self.options.load();
        let global = self.router.account(midge_auth::GLOBAL_ACCOUNT);
        global.set_mappings(mappings(&options, &options.mappings)?);
        if let Some(system) = crate::settings::system_account(&options) {
            self.router.account(system);
        }
        for configured in &options.accounts {
            let account = self.router.account(&configured.name);
            account.set_mappings(mappings(&options, &configured.mappings)?);
            account.set_limits(AccountLimits {
                max_connections: configured.limits.max_connections,
                max_subscriptions: configured.limits.max_subscriptions,
            });
        }
        Ok(())
    }

    /// Takes new options over. The caller made sure that a running broker can.
    pub(crate) fn apply(&self, options: Options) -> Result<(), Error> {
        let auth = Authenticator::new(&options)?;
        let (client, websocket) = handshakes(&options)?;
        mappings(&options, &options.mappings)?;
        for account in &options.accounts {
            mappings(&options, &account.mappings)?;
        }
        self.entrances.client.handshake.store(Arc::new(client));
        self.entrances
            .websocket
            .handshake
            .store(Arc::new(websocket));
        *self.certificate_expiry.lock() = certificate_expiry(&options);
        self.auth.store(Arc::new(auth));
        self.options.store(Arc::new(options));
        *self.loaded.lock() = today();
        self.furnish_accounts()?;
        self.start_streams()?;
        self.refresh();
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

    /// Judges the rights of each connection again, by the credentials it showed.
    pub(crate) fn review(&self) {
        for connection in self.register.live() {
            let grant = self.judge_again(&connection);
            if grant != connection.facts().grant {
                connection.ask(Command::Review(grant));
            }
        }
    }

    /// Rights by credentials that were shown before. Secrets that need slow work are checked here
    /// and now: a reload may take its time.
    fn judge_again(&self, connection: &Connection) -> Option<Grant> {
        let kind = connection.peer.kind;
        let facts = connection.facts();
        let auth = self.auth.load();
        if !auth.auth_required(kind) && facts.grant.is_some_and(|grant| grant.user.is_some()) {
            return None;
        }
        let Some(connect) = &facts.connect else {
            return auth.no_auth_grant(kind);
        };
        match self.judge(connect, &connection.peer, connection.nonce()) {
            Step::Done(verdict) => verdict.ok(),
            Step::Slow(check) => check.run().ok(),
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

    fn authenticate(&self, who: &Identity, connect: &Connect, peer: &Peer) -> Step {
        self.judge(connect, peer, who.nonce.as_deref())
    }

    fn opened(&self, connection: &Arc<Connection>) -> Result<(), CloseReason> {
        tracing::debug!(target: "midge", "{} - Client connection created", connection.label());
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
