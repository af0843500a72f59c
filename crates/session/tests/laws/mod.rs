//! Laws of a session that hold for any bytes; the fuzz target and the replay of its corpus share
//! them.

use midge_auth::{Authenticator, ConnectionType, Grant};
use midge_conf::Options;
use midge_container::Pool;
use midge_router::{Outlet, Router, Sink, SinkOptions, Worker};
use midge_session::{CloseReason, Event, Identity, ListenerSettings, Session, Settings};
use midge_wire::{Info, Limits, decode_server};
use std::io::IoSlice;
use std::sync::Arc;
use std::time::{Duration, Instant};

struct Keep;

impl Outlet for Keep {
    fn flush(&self, _: &Sink, _: &mut Pool) {}
    fn overflow(&self, _: &Sink, _: usize) {}
}

/// Any bytes, cut anywhere: no panic, output that a client can read, and the same output whether
/// they arrive at once or in parts. The first byte chooses the cuts, the rest is what is sent.
///
/// # Panics
/// When one is broken.
pub(crate) fn check_all(script: &[u8]) {
    let Some((&seed, stream)) = script.split_first() else {
        return;
    };
    let whole = answers(stream, || usize::MAX);
    readable(&whole.0);
    let mut state = u32::from(seed);
    let parts = answers(stream, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1 + (state >> 24) as usize % (1 + usize::from(seed) % 32)
    });
    assert_eq!(
        String::from_utf8_lossy(&whole.0),
        String::from_utf8_lossy(&parts.0)
    );
    assert_eq!(whole.1, parts.1);
}

/// What a session answers to `stream`, handed in by parts of the lengths `next` tells.
fn answers(stream: &[u8], mut next: impl FnMut() -> usize) -> (Vec<u8>, Option<CloseReason>) {
    let auth = Authenticator::new(&Options::default()).expect("the usual options are consistent");
    let grant = auth
        .no_auth_grant(ConnectionType::Standard)
        .expect("no users: everybody may connect");
    let (router, now) = (Router::new(), Instant::now());
    let sink = router.sink(1, SinkOptions::default(), Box::new(Keep));
    let mut worker = Worker::new(1, now);
    let mut session = session(&sink, now);
    assert!(session.admit(router.account(&grant.account), grant.clone(), &mut worker));
    let (mut kept, mut rest, mut heard) = (Vec::new(), stream, Vec::new());
    loop {
        let (part, later) = rest.split_at(next().min(rest.len()));
        kept.extend_from_slice(part);
        rest = later;
        let closed = feed(&mut session, &mut kept, &router, &grant, now, &mut worker);
        worker.hand_over();
        drain(&sink, &mut worker, &mut heard);
        if closed.is_some() || rest.is_empty() {
            return (heard, closed);
        }
    }
}

fn session(sink: &Arc<Sink>, now: Instant) -> Session {
    let identity = Identity {
        id: 1,
        client_ip: "127.0.0.1".into(),
        label: "law".into(),
        kind: ConnectionType::Standard,
        nonce: None,
    };
    let listener = ListenerSettings {
        ping_interval: Duration::from_secs(60),
        auth_timeout: Duration::from_secs(2),
        credentials_expected: false,
    };
    let settings = Settings {
        info: Info {
            headers: true,
            max_payload: 96,
            ..Info::default()
        },
        limits: Limits {
            max_control_line: 512,
            max_payload: 96,
        },
        max_subscriptions: Some(4),
        max_sub_tokens: Some(8),
        client: listener,
        websocket: listener,
        ping_max: 2,
        tracing: None,
        system_account: None,
    };
    Session::new(identity, Arc::new(settings), sink.clone(), false, now)
}

/// Lets the session read all it can of `kept`.
fn feed(
    session: &mut Session,
    kept: &mut Vec<u8>,
    router: &Router,
    grant: &Grant,
    now: Instant,
    worker: &mut Worker,
) -> Option<CloseReason> {
    loop {
        let used = session.receive(kept, now, worker);
        assert!(used <= kept.len(), "took more than there is");
        kept.drain(..used);
        match session.poll_event() {
            None => return None,
            Some(Event::Closed(reason)) => return Some(reason),
            Some(Event::Connect(_)) => {
                session.admit(router.account(&grant.account), grant.clone(), worker);
            }
        }
    }
}

fn drain(sink: &Sink, worker: &mut Worker, heard: &mut Vec<u8>) {
    let Some(mut drain) = sink.mailbox().try_drain() else {
        return;
    };
    loop {
        let mut slices = [IoSlice::new(&[]); 8];
        let filled = drain.io_slices(&mut slices);
        let before = heard.len();
        for slice in &slices[..filled] {
            heard.extend_from_slice(slice);
        }
        if heard.len() == before {
            return;
        }
        drain.advance(heard.len() - before, worker.pool());
    }
}

/// A client can decode all of `output`, to its last byte.
fn readable(mut output: &[u8]) {
    let limits = Limits::default();
    while !output.is_empty() {
        match decode_server(output, &limits) {
            Ok(Some((_, used))) => output = &output[used..],
            other => panic!("{other:?} at {:?}", String::from_utf8_lossy(output)),
        }
    }
}
