//! A fault of the server on behalf of one connection ends that one, and no other of its worker.
#![allow(
    clippy::disallowed_methods,
    reason = "a test with sockets reads the clock"
)]

use arc_swap::ArcSwap;
use midge_auth::{ConnectionType, Grant, Limits as AccountLimits, Step};
use midge_net::{Connection, Entrance, Handshake, Host, LineOptions, Peer, Workers, bind, listen};
use midge_router::Router;
use midge_session::{CloseReason, Identity, Settings};
use midge_wire::{Connect, Info, Limits};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

/// Panics where it is asked about `boom`.
#[derive(Default)]
struct Brittle {
    router: Router,
    live: AtomicU64,
    faults: AtomicU64,
}

fn everything() -> Grant {
    Grant {
        account: "$G".into(),
        user: None,
        permissions: None,
        limits: AccountLimits::default(),
    }
}

impl Host for Brittle {
    fn settings(&self) -> Arc<Settings> {
        Arc::new(Settings {
            info: Info::default(),
            limits: Limits::default(),
            max_subscriptions: None,
            max_sub_tokens: None,
            ping_interval: Duration::from_secs(60),
            ping_max: 2,
            auth_timeout: Duration::from_secs(60),
            credentials_expected: true,
            websocket_credentials_expected: true,
            tracing: None,
            system_account: None,
        })
    }

    fn line_options(&self) -> LineOptions {
        LineOptions {
            max_pending: 1 << 20,
            write_deadline: Duration::from_secs(10),
            retry_writes: false,
            stall_producers: false,
        }
    }

    fn router(&self) -> &Router {
        &self.router
    }

    fn next_connection(&self) -> (u64, Option<String>) {
        (self.live.load(SeqCst) + 1, None)
    }

    fn anonymous(&self, _: ConnectionType) -> Option<Grant> {
        None
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
        self.live.fetch_add(1, SeqCst);
        Ok(())
    }

    fn closed(&self, _: &Arc<Connection>, reason: CloseReason) {
        self.live.fetch_sub(1, SeqCst);
        self.faults
            .fetch_add(u64::from(reason == CloseReason::InternalError), SeqCst);
    }
}

fn login(address: SocketAddr, user: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).expect("it listens");
    let patience = Some(Duration::from_secs(10));
    client.set_read_timeout(patience).expect("a timeout");
    let text = format!("CONNECT {{\"verbose\":false,\"user\":\"{user}\"}}\r\n");
    client.write_all(text.as_bytes()).expect("it takes bytes");
    client
}

/// Reads up to `text`. False: the connection ended before.
fn hears(client: &mut TcpStream, text: &str) -> bool {
    let (mut seen, mut bytes) = (String::new(), [0; 1024]);
    while !seen.contains(text) {
        match client.read(&mut bytes).expect("something in time") {
            0 => return false,
            len => seen += &String::from_utf8_lossy(&bytes[..len]),
        }
    }
    true
}

/// Symptom (by reading): the buffer that all connections of a worker read into was lost with the one that panicked, and then each of them
/// read nothing, which means that its peer is gone.
#[test]
fn a_panic_ends_its_own_connection() {
    let brittle = Arc::new(Brittle::default());
    let host: Arc<dyn Host> = brittle.clone();
    let workers = Arc::new(Workers::start(1, 7, &host).expect("a thread"));
    let listening = bind("127.0.0.1", 0).expect("a port");
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
    let mut other = login(listening.address, "joe");
    other
        .write_all(b"SUB x 1\r\nPING\r\n")
        .expect("it takes bytes");
    assert!(hears(&mut other, "PONG\r\n"));
    for _ in 0..3 {
        let mut faulty = login(listening.address, "boom");
        assert!(!hears(&mut faulty, "nothing"), "its socket is closed");
    }
    other
        .write_all(b"PUB x 2\r\nhi\r\nPING\r\n")
        .expect("it takes bytes");
    assert!(hears(&mut other, "MSG x 1 2\r\nhi\r\n"), "the others go on");
    assert!(hears(&mut login(listening.address, "amy"), "INFO"));
    assert_eq!(brittle.faults.load(SeqCst), 3, "each left the register");
}
