//! A program around the net that lets everybody in, and clients of it.
#![allow(dead_code, reason = "each test file uses its part")]

use arc_swap::ArcSwap;
use midge_auth::{ConnectionType, Grant, Step};
use midge_net::{Connection, Entrance, Handshake, Host, LineOptions, Peer, Workers, bind, listen};
use midge_router::Router;
use midge_session::{CloseReason, Identity, ListenerSettings, Settings};
use midge_wire::{Connect, Info, Limits};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

/// Nothing may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Program {
    pub(crate) router: Router,
    pub(crate) settings: Settings,
    /// Clients without credentials come in; others show some, and panic the server if they say to be `boom`.
    pub(crate) is_open: bool,
    pub(crate) connections: AtomicU64,
    /// Connections that a fault of the server ended.
    pub(crate) faults: AtomicU64,
}

impl Program {
    pub(crate) fn new(is_open: bool) -> Self {
        let listener = ListenerSettings {
            ping_interval: PATIENCE,
            auth_timeout: PATIENCE,
            credentials_expected: !is_open,
        };
        Self {
            router: Router::new(),
            settings: Settings {
                info: Info::default(),
                limits: Limits::default(),
                max_subscriptions: None,
                max_sub_tokens: None,
                client: listener,
                websocket: listener,
                ping_max: 2,
                tracing: None,
                system_account: None,
            },
            is_open,
            connections: AtomicU64::new(0),
            faults: AtomicU64::new(0),
        }
    }

    /// Listens, with one worker for all connections.
    pub(crate) fn serve(self: &Arc<Self>) -> SocketAddr {
        let host: Arc<dyn Host> = self.clone();
        let listening = bind("127.0.0.1", 0).expect("a port");
        let workers = Arc::new(Workers::start(1, 1, &host).expect("a thread"));
        let entrance = Arc::new(Entrance {
            kind: ConnectionType::Standard,
            handshake: ArcSwap::from_pointee(Handshake::Plain),
        });
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            let _ = runtime.block_on(listen(listening.socket, entrance, workers));
        });
        listening.address
    }
}

fn everything() -> Grant {
    Grant {
        account: "$G".into(),
        user: None,
        permissions: None,
        limits: midge_auth::Limits::default(),
    }
}

impl Host for Program {
    fn settings(&self) -> Arc<Settings> {
        Arc::new(self.settings.clone())
    }

    fn line_options(&self) -> LineOptions {
        LineOptions {
            max_pending: 64 << 20,
            write_deadline: Duration::from_secs(10),
            retry_writes: false,
            stall_producers: true,
        }
    }

    fn router(&self) -> &Router {
        &self.router
    }

    fn next_connection(&self) -> (u64, Option<String>) {
        (self.connections.fetch_add(1, SeqCst) + 1, None)
    }

    fn anonymous(&self, _: ConnectionType) -> Option<Grant> {
        self.is_open.then(everything)
    }

    fn rules(&self) -> u64 {
        0
    }

    fn judge_again(&self, _: &Connection) -> Step {
        Step::Done(Ok(everything()))
    }

    fn handshake_begins(&self) -> Result<(), CloseReason> {
        Ok(())
    }

    fn handshake_ended(&self) {}

    fn authenticate(&self, _: &Identity, connect: &Connect, _: &Peer) -> Step {
        assert_ne!(connect.user, "boom", "as it was asked for");
        Step::Done(Ok(everything()))
    }

    fn opened(&self, _: &Arc<Connection>) -> Result<(), CloseReason> {
        Ok(())
    }

    fn closed(&self, _: &Arc<Connection>, reason: CloseReason) {
        let is_fault = reason == CloseReason::InternalError;
        self.faults.fetch_add(u64::from(is_fault), SeqCst);
    }
}

pub(crate) fn login(address: SocketAddr, user: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).expect("it listens");
    client.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let text = format!("CONNECT {{\"verbose\":false,\"user\":\"{user}\"}}\r\n");
    client.write_all(text.as_bytes()).expect("it takes bytes");
    client
}

/// Reads until `text` came so many times. False: the connection ended before.
pub(crate) fn hears(client: &mut TcpStream, text: &str, times: usize) -> bool {
    let (mut seen, mut bytes) = (String::new(), [0; 4096]);
    while seen.matches(text).count() < times {
        match client.read(&mut bytes).expect("something in time") {
            0 => return false,
            len => seen += &String::from_utf8_lossy(&bytes[..len]),
        }
    }
    true
}

pub(crate) fn ping(client: &mut TcpStream) {
    client.write_all(b"PING\r\n").expect("it takes bytes");
    assert!(hears(client, "PONG\r\n", 1), "the connection ended");
}
