//! A connection that crowded a sink which holds publishers isn't read until there is room, and no other connection minds.
#![allow(
    clippy::disallowed_methods,
    reason = "a test with sockets needs the time"
)]

mod support;

use midge_container::{Finished, Pool};
use midge_router::{Outlet, Sink, SinkOptions, Subscription};
use std::io::{IoSlice, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{PATIENCE, Program, hears, login, ping};

const CROWDED_AT: usize = 64 << 10;
/// One read, and what the chunks round up.
const READ_MAX: usize = 512 << 10;

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

fn connect(address: SocketAddr) -> TcpStream {
    let mut socket = login(address, "");
    ping(&mut socket);
    socket
}

/// A sink that holds publishers of `held`, as JetStream's do.
fn listen_as_jetstream(program: &Program) -> Arc<Sink> {
    let options = SinkOptions {
        max_pending: 1 << 30,
        crowded_at: CROWDED_AT,
        holds_publishers: true,
    };
    let sink = program.router.sink(1000, options, Box::new(Deaf));
    let subscription = Subscription::new(sink.clone(), b"held", None, b"1");
    program.router.account("$G").subscribe(&subscription);
    sink
}

#[test]
fn a_connection_that_crowds_a_sink_is_not_read_until_there_is_room() {
    const MESSAGES: usize = 2000;
    const BYTES: usize = 16 << 10;
    let program = Arc::new(Program::new(true));
    let sink = listen_as_jetstream(&program);
    let address = program.serve();

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

/// Symptom: a publisher that JetStream held for longer than its PINGs may be unanswered was closed as stale, although it had answered them
/// all: nobody had read that.
#[test]
fn who_is_held_is_not_stale() {
    let mut program = Program::new(true);
    program.settings.client.ping_interval = Duration::from_millis(20);
    program.settings.ping_max = 1;
    let program = Arc::new(program);
    let sink = listen_as_jetstream(&program);
    let address = program.serve();
    let mut publisher = login(address, "");
    let bytes = 2 * CROWDED_AT;
    let mut frame = format!("PUB held {bytes}\r\n").into_bytes();
    frame.resize(frame.len() + bytes, b'x');
    frame.extend_from_slice(b"\r\n");
    publisher.write_all(&frame).expect("it takes bytes");
    let begin = Instant::now();
    while !sink.is_crowded() {
        // It answers until it is held, or it would be stale by its own fault.
        publisher.write_all(b"PONG\r\n").expect("it takes bytes");
        assert!(begin.elapsed() < PATIENCE);
    }
    assert!(hears(&mut publisher, "PING\r\n", 10), "it was closed");
    let answers = [&b"PONG\r\n".repeat(10)[..], b"PING\r\n"].concat();
    publisher.write_all(&answers).expect("it takes bytes");
    drain(&sink, &mut Pool::default());
    assert!(hears(&mut publisher, "PONG\r\n", 1), "it was closed");
}
