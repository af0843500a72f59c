//! A connection that crowded a sink which holds publishers isn't read until there is room, and no other connection minds.
#![allow(
    clippy::disallowed_methods,
    reason = "a test with sockets needs the time"
)]

use arc_swap::ArcSwap;
use midge_auth::{ConnectionType, Grant, Step};
use midge_container::{Finished, Pool};
use midge_net::{Connection, Entrance, Handshake, Host, LineOptions, Peer, Workers, bind, listen};
use midge_router::{Outlet, Router, Sink, SinkOptions, Subscription};
use midge_session::{CloseReason, Identity, Settings};
use midge_wire::{Connect, Info, Limits};
use std::io::{IoSlice, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

const CROWDED_AT: usize = 64 << 10;
/// One read, and what the chunks round up.
const READ_MAX: usize = 512 << 10;
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that lets everybody in.
struct Open {
    router: Router,
    numbers: AtomicU64,
}

impl Host for Open {
    fn settings(&self) -> Arc<Settings> {
        let minute = Duration::from_secs(60);
        Arc::new(Settings {
            info: Info::default(),
            limits: Limits::default(),
            max_subscriptions: None,
            max_sub_tokens: None,
            ping_interval: minute,
            ping_max: 2,
            auth_timeout: minute,
            credentials_expected: false,
            websocket_credentials_expected: false,
            tracing: None,
            system_account: None,
        })
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
        (self.numbers.fetch_add(1, SeqCst), None)
    }
    fn anonymous(&self, _: ConnectionType) -> Option<Grant> {
        Some(Grant {
            account: "$G".into(),
            user: None,
            permissions: None,
            limits: midge_auth::Limits::default(),
        })
    }
    fn rules(&self) -> u64 {
        0
    }
    fn judge_again(&self, _: &Connection) -> Step {
        Step::Done(Ok(self.anonymous(ConnectionType::Standard).unwrap()))
    }
    fn handshake_begins(&self) -> Result<(), CloseReason> {
        Ok(())
    }
    fn handshake_ended(&self) {}
    fn authenticate(&self, _: &Identity, _: &Connect, _: &Peer) -> Step {
        Step::Done(Ok(self.anonymous(ConnectionType::Standard).unwrap()))
    }
    fn opened(&self, _: &Arc<Connection>) -> Result<(), CloseReason> {
        Ok(())
    }
    fn closed(&self, _: &Arc<Connection>, _: CloseReason) {}
}

/// Somebody who takes nothing until the test does.
struct Deaf;

impl Outlet for Deaf {
    fn flush(&self, _: &Sink, _: &mut Pool) {}
    fn overflow(&self, _: &Sink, _: usize) {}
}

/// Takes all that waits, as JetStream does; how much it was.
fn drain(sink: &Sink, pool: &mut Pool) -> usize {
    let mut taken = 0;
    let Some(mut drain) = sink.mailbox().resume() else {
        return 0;
    };
    loop {
        let mut slices = [IoSlice::new(&[]); 8];
        let filled = drain.io_slices(&mut slices);
        let len = slices[..filled].iter().map(|slice| slice.len()).sum();
        taken += len;
        drain.advance(len, pool);
        if filled == 0 {
            match drain.finish() {
                Finished::Idle => break,
                Finished::Again(same) => drain = same,
            }
        }
    }
    sink.wake_publishers();
    taken
}

fn serve(host: &Arc<dyn Host>) -> SocketAddr {
    let listening = bind("127.0.0.1", 0).unwrap();
    let workers = Arc::new(Workers::start(1, 1, host).unwrap());
    let entrance = Arc::new(Entrance {
        kind: ConnectionType::Standard,
        handshake: ArcSwap::from_pointee(Handshake::Plain),
    });
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let _ = runtime.block_on(listen(listening.socket, entrance, workers));
    });
    listening.address
}

fn connect(address: SocketAddr) -> TcpStream {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
        .write_all(b"CONNECT {\"verbose\":false}\r\n")
        .unwrap();
    ping(&mut socket);
    socket
}

fn ping(socket: &mut TcpStream) {
    socket.write_all(b"PING\r\n").unwrap();
    let (mut read, mut buffer) = (String::new(), [0; 4096]);
    while !read.contains("PONG\r\n") {
        let len = socket.read(&mut buffer).unwrap();
        assert!(len > 0, "{read}");
        read.push_str(&String::from_utf8_lossy(&buffer[..len]));
    }
}

#[test]
fn a_connection_that_crowds_a_sink_is_not_read_until_there_is_room() {
    const MESSAGES: usize = 2000;
    const BYTES: usize = 16 << 10;
    let host = Arc::new(Open {
        router: Router::new(),
        numbers: AtomicU64::new(1),
    });
    let options = SinkOptions {
        max_pending: 1 << 30,
        crowded_at: CROWDED_AT,
        holds_publishers: true,
    };
    let sink = host.router.sink(1000, options, Box::new(Deaf));
    let account = host.router.account("$G");
    account.subscribe(&Subscription::new(sink.clone(), b"held", None, b"1"));
    let served: Arc<dyn Host> = host.clone();
    let address = serve(&served);

    let mut publisher = connect(address);
    let writer = std::thread::spawn(move || {
        let mut frame = format!("PUB held {BYTES}\r\n").into_bytes();
        frame.resize(frame.len() + BYTES, b'x');
        frame.extend_from_slice(b"\r\n");
        (0..MESSAGES).for_each(|_| publisher.write_all(&frame).unwrap());
        ping(&mut publisher);
    });
    let begin = Instant::now();
    while sink.mailbox().pending() <= CROWDED_AT {
        assert!(begin.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(1));
    }
    // The same worker serves others.
    for _ in 0..100 {
        ping(&mut connect(address));
    }
    let pending = sink.mailbox().pending();
    assert!(pending <= CROWDED_AT + READ_MAX, "{pending} bytes wait");

    let (mut taken, mut pool) = (0, Pool::default());
    while taken < MESSAGES * BYTES {
        assert!(begin.elapsed() < PATIENCE, "{taken} bytes came");
        let pending = sink.mailbox().pending();
        assert!(pending <= CROWDED_AT + READ_MAX, "{pending} bytes wait");
        taken += drain(&sink, &mut pool);
        std::thread::sleep(Duration::from_micros(100));
    }
    // The last messages are on their way, or there.
    while !writer.is_finished() {
        drain(&sink, &mut pool);
        assert!(begin.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(1));
    }
    writer.join().unwrap();
}
