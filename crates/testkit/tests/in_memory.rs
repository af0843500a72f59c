//! The plain transcripts without a socket: session and router in one thread, the clock an argument.
//!
//! What the files say of the protocol holds for the state machines alone, whether the bytes come at
//! once or one by one. Silence costs no time here: the clock moves only when somebody waits.

use std::cell::RefCell;
use std::io::IoSlice;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use midge_auth::{Authenticator, ConnectionType, Credentials, Denial, Grant, Step};
use midge_conf::Options;
use midge_container::Pool;
use midge_router::{Outlet, Router, Sink, SinkOptions, Worker};
use midge_session::{CloseReason, Event, Identity, ListenerSettings, Session, Settings};
use midge_testkit::clock::{Clock, real_now};
use midge_testkit::connection::{Chunking, Received, Transport};
use midge_testkit::suite;
use midge_testkit::transcript::{Action, Captures, Only, Open, Player, Scope, Section, World};
use midge_wire::{Connect, Info, Limits};

/// What these settings concern lies outside of a session: in listeners, accounts or the program.
const BEYOND_A_SESSION: [&str; 12] = [
    "jetstream",
    "tls",
    "websocket",
    "mappings",
    "limits",
    "max_connections",
    "max_pending",
    "write_deadline",
    "client_advertise",
    "lame_duck",
    "no_header_support",
    "server_name",
];
/// Fewer sections than this would mean that they are no longer recognised.
const SECTIONS_MIN: usize = 150;

#[test]
fn plain_transcripts_hold_without_a_socket() {
    let scripts = suite::load(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../testdata/transcripts"
    )))
    .unwrap();
    let sections: Vec<(&Path, &Section)> = scripts
        .iter()
        .flat_map(|script| {
            script
                .sections
                .iter()
                .map(|section| (script.path.as_path(), section))
        })
        .filter(|(_, section)| fits(section))
        .collect();
    assert!(
        sections.len() >= SECTIONS_MIN,
        "only {} sections are plain",
        sections.len()
    );
    let mut failures = vec![];
    for chunking in [Chunking::AllAtOnce, Chunking::EachByte] {
        for (path, section) in &sections {
            let mut world = Memory::new(section, chunking).unwrap();
            if let Err(failure) = Player::new(&mut world).play(section) {
                failures.push(format!("{chunking:?} {}, {failure}\n", path.display()));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failed\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn fits(section: &Section) -> bool {
    let conf = section.setup.conf.as_deref().unwrap_or_default();
    let beyond = BEYOND_A_SESSION.iter().any(|key| conf.contains(key));
    section.is_plain() && !beyond && section.setup.only != Some(Only::Reference)
}

/// The server of one section.
struct Memory {
    hub: Rc<RefCell<Hub>>,
    chunking: Chunking,
}

/// What all its connections share.
struct Hub {
    router: Router,
    worker: Worker,
    auth: Authenticator,
    settings: Arc<Settings>,
    clock: Clock,
    seats: Vec<Seat>,
}

/// A connection from the server's side.
struct Seat {
    session: Session,
    sink: Arc<Sink>,
    rest: Vec<u8>,
    closed: bool,
}

struct Keep;

impl Outlet for Keep {
    fn flush(&self, _: &Sink, _: &mut Pool) {}
    fn overflow(&self, _: &Sink, _: usize) {}
}

impl Memory {
    fn new(section: &Section, chunking: Chunking) -> Result<Self> {
        let text = section.setup.conf.clone().unwrap_or_default();
        let text = midge_testkit::server::fill_keys(&text);
        let source = midge_conf::grammar::Sealed;
        let options = match text.is_empty() {
            true => Options::default(),
            false => {
                Options::from_text(&text, "memory", &source)
                    .map_err(|error| anyhow::anyhow!("{error:?}"))?
                    .options
            }
        };
        let auth = Authenticator::new(&options).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let clock = Clock::new();
        let hub = Hub {
            router: Router::new(),
            worker: Worker::new(1, clock.now()),
            settings: Arc::new(settings(&options, &auth)),
            auth,
            clock,
            seats: vec![],
        };
        Ok(Self {
            hub: Rc::new(RefCell::new(hub)),
            chunking,
        })
    }
}

fn settings(options: &Options, auth: &Authenticator) -> Settings {
    let positive = |number: u64| Some(number).filter(|&number| number > 0);
    Settings {
        info: Info {
            server_id: "NMEMORY".into(),
            server_name: "NMEMORY".into(),
            version: "2.15.1".into(),
            proto: 1,
            git_commit: "memory".into(),
            go: "rust".into(),
            host: "127.0.0.1".into(),
            port: Memory::PORT,
            headers: true,
            auth_required: auth.announces_auth(ConnectionType::Standard),
            max_payload: i32::try_from(options.max_payload).unwrap_or(i32::MAX),
            api_lvl: 5,
            xkey: "XMEMORY".into(),
            ..Info::default()
        },
        limits: Limits {
            max_control_line: usize::try_from(options.max_control_line).unwrap(),
            max_payload: usize::try_from(options.max_payload).unwrap(),
        },
        max_subscriptions: positive(options.max_subscriptions),
        max_sub_tokens: Some(usize::from(options.max_sub_tokens)).filter(|&max| max > 0),
        client: ListenerSettings {
            ping_interval: options.ping_interval,
            auth_timeout: options.auth_timeout(),
            credentials_expected: auth.auth_required(ConnectionType::Standard),
        },
        websocket: ListenerSettings {
            ping_interval: options.ping_interval,
            auth_timeout: options.auth_timeout(),
            credentials_expected: auth.auth_required(ConnectionType::WebSocket),
        },
        ping_max: options.ping_max,
        tracing: None,
        system_account: None,
    }
}

impl Memory {
    const PORT: u16 = 4222;
}

impl World for Memory {
    fn open(&mut self, how: &Open) -> Result<Box<dyn Transport>> {
        assert!(
            how.tls.is_none() && how.websocket.is_none(),
            "plain sections only"
        );
        let seat = self.hub.borrow_mut().open();
        Ok(Box::new(Client {
            hub: self.hub.clone(),
            seat,
            chunking: self.chunking,
        }))
    }

    fn lookup(&self, name: &str) -> Option<Vec<u8>> {
        (name == "port").then(|| Self::PORT.to_string().into_bytes())
    }

    fn act(&mut self, action: &Action, _scope: &dyn Scope, _deadline: Instant) -> Result<Captures> {
        bail!("{action:?} needs a process")
    }
}

impl Hub {
    fn open(&mut self) -> usize {
        let seat = self.seats.len();
        let id = seat as u64 + 1;
        let now = self.clock.now();
        let sink = self.router.sink(id, SinkOptions::default(), Box::new(Keep));
        let nonce = self.auth.nonce_required().then(|| format!("nonce-{id}"));
        let kind = ConnectionType::Standard;
        let identity = Identity {
            id,
            client_ip: "127.0.0.1".into(),
            label: format!("cid:{id}"),
            kind,
            nonce,
        };
        let anonymous = self.auth.no_auth_grant(kind);
        let mut session = Session::new(
            identity,
            self.settings.clone(),
            sink.clone(),
            anonymous.is_none(),
            now,
        );
        let greeting = session.greeting();
        self.worker.reply(&sink).extend_from_slice(&greeting);
        if let Some(grant) = anonymous {
            let account = self.router.account(&grant.account);
            session.admit(account, grant, &mut self.worker);
        }
        self.worker.hand_over();
        self.seats.push(Seat {
            session,
            sink,
            rest: vec![],
            closed: false,
        });
        seat
    }

    /// Bytes of a client arrive.
    fn take_in(&mut self, seat: usize, bytes: &[u8]) {
        let now = self.clock.now();
        self.worker.set_now(now);
        self.seats[seat].rest.extend_from_slice(bytes);
        while !self.seats[seat].closed {
            let it = &mut self.seats[seat];
            let used = it.session.receive(&it.rest, now, &mut self.worker);
            it.rest.drain(..used);
            match it.session.poll_event() {
                None => break,
                Some(Event::Closed(_)) => it.closed = true,
                Some(Event::Connect(connect)) => self.judge(seat, &connect),
            }
        }
        self.worker.hand_over();
    }

    fn judge(&mut self, seat: usize, connect: &Connect) {
        let it = &mut self.seats[seat];
        match verdict(&self.auth, connect, it.session.identity().nonce.as_deref()) {
            Ok(grant) => {
                let account = self.router.account(&grant.account);
                it.session.admit(account, grant, &mut self.worker);
            }
            Err(_) => it
                .session
                .close(CloseReason::AuthenticationViolation, &mut self.worker),
        }
    }

    /// Moves the clock to the next thing that happens, at most by `wait`; returns by how much.
    fn pass(&mut self, wait: Duration) -> Duration {
        let before = self.clock.now();
        let open = self.seats.iter().filter(|seat| !seat.closed);
        let next = open.filter_map(|seat| seat.session.poll_timeout()).min();
        let now = self
            .clock
            .advance_to(next.map_or(before + wait, |next| next.min(before + wait)));
        for seat in self.seats.iter_mut().filter(|seat| !seat.closed) {
            if seat
                .session
                .poll_timeout()
                .is_some_and(|deadline| deadline <= now)
            {
                seat.session.handle_timeout(now, &mut self.worker);
                seat.closed |= matches!(seat.session.poll_event(), Some(Event::Closed(_)));
            }
        }
        self.worker.hand_over();
        now - before
    }

    /// What waits for a client.
    fn drain(&mut self, seat: usize, into: &mut Vec<u8>) {
        let Some(mut drain) = self.seats[seat].sink.mailbox().try_drain() else {
            return;
        };
        loop {
            let mut slices = [IoSlice::new(&[]); 8];
            let filled = drain.io_slices(&mut slices);
            if filled == 0 {
                return;
            }
            let before = into.len();
            slices[..filled]
                .iter()
                .for_each(|slice| into.extend_from_slice(slice));
            drain.advance(into.len() - before, self.worker.pool());
        }
    }
}

fn verdict(auth: &Authenticator, connect: &Connect, nonce: Option<&str>) -> Result<Grant, Denial> {
    let who = Credentials {
        user: Some(&connect.user),
        password: Some(&connect.pass),
        token: Some(&connect.auth_token),
        nkey: Some(&connect.nkey),
        sig: Some(&connect.sig),
        jwt: Some(&connect.jwt),
    };
    match auth.begin(
        &who,
        nonce.unwrap_or_default().as_bytes(),
        &midge_auth::Transport::default(),
    ) {
        Step::Done(verdict) => verdict,
        Step::Slow(check) => check.run(),
    }
}

/// A connection from the client's side.
struct Client {
    hub: Rc<RefCell<Hub>>,
    seat: usize,
    chunking: Chunking,
}

impl Transport for Client {
    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let mut hub = self.hub.borrow_mut();
        self.chunking
            .cut(bytes)
            .for_each(|part| hub.take_in(self.seat, part));
        Ok(())
    }

    fn receive(&mut self, into: &mut Vec<u8>, deadline: Instant) -> Result<Received> {
        let mut hub = self.hub.borrow_mut();
        let before = into.len();
        let mut wait = deadline.saturating_duration_since(real_now());
        loop {
            hub.drain(self.seat, into);
            match (into.len() > before, hub.seats[self.seat].closed) {
                (true, _) => return Ok(Received::Bytes),
                (false, true) => return Ok(Received::Closed),
                (false, false) if wait.is_zero() => return Ok(Received::Nothing),
                (false, false) => wait -= hub.pass(wait),
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let mut hub = self.hub.borrow_mut();
        let Hub { seats, worker, .. } = &mut *hub;
        let seat = &mut seats[self.seat];
        if !seat.closed {
            seat.session.close(CloseReason::ClientClosed, worker);
            seat.closed = true;
        }
    }
}
