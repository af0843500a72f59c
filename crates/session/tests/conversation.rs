//! Whole conversations with a session in memory: bytes in, bytes out, time as an argument.
#![allow(
    clippy::disallowed_methods,
    reason = "one real instant is the zero of each test's clock"
)]

use midge_auth::{Authenticator, ConnectionType, Credentials, Step, Transport};
use midge_conf::Options;
use midge_container::Pool;
use midge_router::{Outlet, Router, Sink, SinkOptions, Worker};
use midge_session::{CloseReason, Event, Identity, ListenerSettings, Session, Settings};
use midge_wire::{Info, Limits};
use proptest::prelude::*;
use std::io::IoSlice;
use std::sync::Arc;
use std::time::{Duration, Instant};

struct Keep;

impl Outlet for Keep {
    fn flush(&self, _: &Sink, _: &mut Pool) {}
    fn overflow(&self, _: &Sink, _: usize) {}
}

/// A session with everything around it: a router, a worker, and the configuration's users.
struct Peer {
    session: Session,
    sink: Arc<Sink>,
    router: Router,
    worker: Worker,
    auth: Authenticator,
    now: Instant,
    rest: Vec<u8>,
    closed: Option<CloseReason>,
}

fn settings(auth: &Authenticator) -> Settings {
    Settings {
        info: Info {
            headers: true,
            max_payload: 100,
            ..Info::default()
        },
        limits: Limits {
            max_control_line: 4096,
            max_payload: 100,
        },
        max_subscriptions: Some(3),
        max_sub_tokens: None,
        client: ListenerSettings {
            ping_interval: Duration::from_secs(60),
            auth_timeout: Duration::from_secs(2),
            credentials_expected: auth.auth_required(ConnectionType::Standard),
        },
        websocket: ListenerSettings {
            ping_interval: Duration::from_secs(60),
            auth_timeout: Duration::from_secs(2),
            credentials_expected: auth.auth_required(ConnectionType::WebSocket),
        },
        ping_max: 2,
        tracing: None,
        system_account: None,
    }
}

impl Peer {
    fn new(config: &str) -> Self {
        let source = midge_conf::grammar::Sealed;
        let options = Options::from_text(config, "test", &source)
            .expect("a valid configuration")
            .options;
        let auth = Authenticator::new(&options).expect("consistent users");
        let (router, now) = (Router::new(), Instant::now());
        let sink = router.sink(1, SinkOptions::default(), Box::new(Keep));
        let identity = Identity {
            id: 1,
            client_ip: "127.0.0.1".into(),
            label: "test".into(),
            kind: ConnectionType::Standard,
            nonce: None,
        };
        let anonymous = auth.no_auth_grant(ConnectionType::Standard);
        let settings = Arc::new(settings(&auth));
        let mut peer = Self {
            session: Session::new(identity, settings, sink.clone(), anonymous.is_none(), now),
            sink,
            router,
            worker: Worker::new(1, now),
            auth,
            now,
            rest: Vec::new(),
            closed: None,
        };
        if let Some(grant) = anonymous {
            let account = peer.router.account(&grant.account);
            assert!(peer.session.admit(account, grant, &mut peer.worker));
        }
        peer
    }

    /// Everything the session answers to `bytes`.
    fn say(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        loop {
            let used = self.session.receive(&self.rest, self.now, &mut self.worker);
            self.rest.drain(..used);
            match self.session.poll_event() {
                None => break,
                Some(Event::Closed(reason)) => {
                    self.closed = Some(reason);
                    break;
                }
                Some(Event::Connect(connect)) => self.admit(&connect),
            }
        }
        self.heard()
    }

    fn admit(&mut self, connect: &midge_wire::Connect) {
        let who = Credentials {
            user: Some(&connect.user),
            password: Some(&connect.pass),
            ..Credentials::default()
        };
        match self.auth.begin(&who, b"", &Transport::default()) {
            Step::Done(Ok(grant)) => {
                let account = self.router.account(&grant.account);
                self.session.admit(account, grant, &mut self.worker);
            }
            _ => self
                .session
                .close(CloseReason::AuthenticationViolation, &mut self.worker),
        }
    }

    fn wait(&mut self, time: Duration) -> String {
        let until = self.now + time;
        while let Some(deadline) = self
            .session
            .poll_timeout()
            .filter(|&deadline| deadline <= until)
        {
            self.now = deadline;
            self.session.handle_timeout(self.now, &mut self.worker);
        }
        self.now = until;
        if let Some(Event::Closed(reason)) = self.session.poll_event() {
            self.closed = Some(reason);
        }
        self.heard()
    }

    fn heard(&mut self) -> String {
        self.worker.hand_over();
        let mut text = Vec::new();
        if let Some(mut drain) = self.sink.mailbox().try_drain() {
            loop {
                let mut slices = [IoSlice::new(&[]); 8];
                let filled = drain.io_slices(&mut slices);
                if filled == 0 {
                    break;
                }
                let len = slices[..filled].iter().map(|slice| slice.len()).sum();
                slices[..filled]
                    .iter()
                    .for_each(|slice| text.extend_from_slice(slice));
                drain.advance(len, self.worker.pool());
            }
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

const QUIET: &[u8] =
    b"CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true}\r\n";

/// Each line of input with what it must be answered by.
fn check(config: &str, lines: &[(&str, &str)]) {
    let mut peer = Peer::new(config);
    peer.say(QUIET);
    for (said, expected) in lines {
        assert_eq!(peer.say(said.as_bytes()), *expected, "after {said:?}");
    }
}

#[test]
fn a_subscription_hears_its_own_publish() {
    check(
        "",
        &[
            ("SUB a.* q 7\r\n", ""),
            ("PUB a.b re 2\r\nhi\r\n", "MSG a.b 7 re 2\r\nhi\r\n"),
            ("PING\r\n", "PONG\r\n"),
        ],
    );
}

#[test]
fn verbose_says_ok_before_the_delivery() {
    let mut peer = Peer::new("");
    assert_eq!(
        peer.say(b"CONNECT {}\r\nSUB a 1\r\nPUB a 1\r\nx\r\n"),
        "+OK\r\n+OK\r\n+OK\r\nMSG a 1 1\r\nx\r\n"
    );
}

#[test]
fn a_pedantic_client_is_told_and_still_served() {
    let mut peer = Peer::new("");
    let said = b"CONNECT {\"verbose\":false}\r\nSUB a.* 1\r\nPUB a.* 0\r\n\r\n";
    assert_eq!(
        peer.say(said),
        "-ERR 'Invalid Publish Subject'\r\nMSG a.* 1 0\r\n\r\n"
    );
}

#[test]
fn a_request_without_responders_gets_a_503_and_one_with_gets_none() {
    let status = "HMSG re.1 9 33 33\r\nNATS/1.0 503\r\nNats-Subject: a\r\n\r\n\r\n";
    check(
        "",
        &[
            ("SUB re.* 9\r\n", ""),
            ("PUB a re.1 0\r\n\r\n", status),
            ("SUB a 1\r\n", ""),
            ("PUB a re.1 0\r\n\r\n", "MSG a 1 re.1 0\r\n\r\n"),
        ],
    );
}

#[test]
fn the_payload_limit_is_exact() {
    let mut peer = Peer::new("");
    peer.say(QUIET);
    peer.say(b"SUB a 1\r\n");
    let largest = format!("PUB a 100\r\n{}\r\n", "x".repeat(100));
    assert!(peer.say(largest.as_bytes()).starts_with("MSG a 1 100\r\n"));
    assert_eq!(
        peer.say(b"PUB a 101\r\n"),
        "-ERR 'Maximum Payload Violation'\r\n"
    );
    assert_eq!(peer.closed, Some(CloseReason::MaxPayloadExceeded));
}

#[test]
fn the_subscription_limit_is_exact_and_used_up_ones_do_not_count() {
    let full = "-ERR 'maximum subscriptions exceeded'\r\n";
    check(
        "",
        &[
            ("SUB a 1\r\nSUB b 2\r\nSUB c 3\r\n", ""),
            ("SUB d 4\r\n", full),
            ("UNSUB 1 1\r\nPUB a 0\r\n\r\n", "MSG a 1 0\r\n\r\n"),
            ("SUB d 4\r\n", ""),
            ("UNSUB 4\r\nSUB e 5\r\n", ""),
            ("SUB f 6\r\n", full),
        ],
    );
}

#[test]
fn auto_unsubscribe_counts_from_the_start() {
    check(
        "",
        &[
            ("SUB a 1\r\nPUB a 1\r\nx\r\n", "MSG a 1 1\r\nx\r\n"),
            (
                "UNSUB 1 2\r\nPUB a 1\r\ny\r\nPUB a 1\r\nz\r\n",
                "MSG a 1 1\r\ny\r\n",
            ),
        ],
    );
}

#[test]
fn a_live_sid_is_not_replaced_and_a_used_up_one_is() {
    check(
        "",
        &[
            ("SUB a 1\r\nSUB b 1\r\nPUB b 0\r\n\r\n", ""),
            ("UNSUB 1 1\r\nPUB a 0\r\n\r\n", "MSG a 1 0\r\n\r\n"),
            ("SUB b 1\r\nPUB b 0\r\n\r\n", "MSG b 1 0\r\n\r\n"),
        ],
    );
}

const USERS: &str = "authorization { users = [ {user: u, password: p, permissions: {
  publish: { allow: [\"ok.>\"], deny: [\"ok.no\"] }, subscribe: { allow: [\"in.>\"], deny: [\"in.no\"] } }},
  {user: r, password: p, permissions: { subscribe: \"svc\", allow_responses: true }} ] }";

#[test]
fn permissions_refuse_and_leave_the_connection_open() {
    let mut peer = Peer::new(USERS);
    peer.say(b"CONNECT {\"verbose\":false,\"user\":\"u\",\"pass\":\"p\"}\r\n");
    let check = |peer: &mut Peer, said: &str, answer: &str| {
        assert_eq!(peer.say(said.as_bytes()), answer, "{said}");
    };
    check(
        &mut peer,
        "PUB x 0\r\n\r\n",
        "-ERR 'Permissions Violation for Publish to \"x\"'\r\n",
    );
    check(
        &mut peer,
        "PUB ok.no 0\r\n\r\n",
        "-ERR 'Permissions Violation for Publish to \"ok.no\"'\r\n",
    );
    check(
        &mut peer,
        "PUB ok.a _R_.x 0\r\n\r\n",
        "-ERR 'Permissions Violation for Publish with Reply of \"_R_.x\"'\r\n",
    );
    check(
        &mut peer,
        "SUB y 1\r\n",
        "-ERR 'Permissions Violation for Subscription to \"y\"'\r\n",
    );
    check(
        &mut peer,
        "SUB in.> 1\r\nPUB ok.a 0\r\n\r\nPING\r\n",
        "PONG\r\n",
    );
}

#[test]
fn a_wider_subscription_does_not_hear_what_is_denied() {
    let mut peer = Peer::new(USERS);
    peer.say(b"CONNECT {\"verbose\":false,\"user\":\"u\",\"pass\":\"p\"}\r\nSUB in.> 1\r\n");
    let account = peer.router.account("$G");
    for (subject, receivers) in [("in.yes", 1), ("in.no", 0)] {
        let message = midge_router::Message {
            subject: subject.as_bytes(),
            reply: None,
            header_len: 0,
            payload: b"",
        };
        assert_eq!(peer.worker.send(&account, &message), receivers, "{subject}");
    }
}

#[test]
fn a_request_may_be_answered_once() {
    let mut peer = Peer::new(USERS);
    peer.say(b"CONNECT {\"verbose\":false,\"user\":\"r\",\"pass\":\"p\"}\r\nSUB svc 1\r\n");
    let refused = "-ERR 'Permissions Violation for Publish to \"re\"'\r\n";
    assert_eq!(peer.say(b"PUB re 0\r\n\r\n"), refused);
    let account = peer.router.account("$G");
    let request = midge_router::Message {
        subject: b"svc",
        reply: Some(b"re"),
        header_len: 0,
        payload: b"",
    };
    peer.worker.send(&account, &request);
    peer.heard();
    assert_eq!(peer.say(b"PUB re 0\r\n\r\n"), "");
    assert_eq!(peer.say(b"PUB re 0\r\n\r\n"), refused);
}

#[test]
fn what_comes_before_credentials_closes() {
    for said in [
        "PING\r\n",
        "P",
        "SUB a 1\r\n",
        "CONNECT {\"user\":\"u\",\"pass\":\"wrong\"}\r\n",
        "x",
    ] {
        let mut peer = Peer::new(USERS);
        assert_eq!(
            peer.say(said.as_bytes()),
            "-ERR 'Authorization Violation'\r\n",
            "{said}"
        );
        assert_eq!(peer.closed, Some(CloseReason::AuthenticationViolation));
    }
}

#[test]
fn silence_before_credentials_times_out() {
    let mut peer = Peer::new(USERS);
    assert_eq!(peer.wait(Duration::from_millis(1999)), "");
    assert_eq!(
        peer.wait(Duration::from_millis(2)),
        "-ERR 'Authentication Timeout'\r\n"
    );
    assert_eq!(peer.closed, Some(CloseReason::AuthenticationTimeout));
}

#[test]
fn pings_that_nobody_answers_close() {
    let mut peer = Peer::new("");
    peer.say(QUIET);
    assert_eq!(peer.wait(Duration::from_secs(3)), "PING\r\n");
    peer.say(b"PONG\r\n");
    assert_eq!(peer.wait(Duration::from_secs(130)), "PING\r\nPING\r\n");
    assert_eq!(
        peer.wait(Duration::from_secs(60)),
        "-ERR 'Stale Connection'\r\n"
    );
    assert_eq!(peer.closed, Some(CloseReason::StaleConnection));
}

#[test]
fn a_closed_session_has_left_its_account() {
    let mut peer = Peer::new("");
    peer.say(QUIET);
    peer.say(b"SUB a 1\r\nSUB b 2\r\nnonsense\r\n");
    assert_eq!(peer.closed, Some(CloseReason::UnknownOperation));
    let account = peer.router.account("$G");
    assert_eq!(
        (account.subscription_count(), account.connection_count()),
        (0, 0)
    );
}

#[test]
fn many_subscriptions_are_dropped_in_several_goes() {
    let mut peer = Peer::new("");
    let many = Settings {
        max_subscriptions: None,
        ..settings(&peer.auth)
    };
    peer.session
        .update(Arc::new(many), false, peer.now, &mut peer.worker);
    peer.say(QUIET);
    for sid in 0..3000 {
        peer.say(format!("SUB same {sid}\r\n").as_bytes());
    }
    let account = peer.router.account("$G");
    assert_eq!(account.subscription_count(), 3000);
    peer.session
        .close(CloseReason::ClientClosed, &mut peer.worker);
    assert_eq!(account.connection_count(), 0);
    let left = account.subscription_count();
    assert!((1..3000).contains(&left), "{left} are left");
    assert!(!peer.session.forget_subscriptions());
    assert!(account.subscription_count() < left);
    drop(peer);
    assert_eq!(account.subscription_count(), 0);
}

proptest! {
    /// However the bytes are cut, the answer is the same.
    #[test]
    fn any_split_gives_the_same_answer(cuts in proptest::collection::vec(1_usize..9, 1..60)) {
        let conversation = b"CONNECT {\"verbose\":true,\"headers\":true}\r\nSUB a.> 1\r\nsub b q 2\r\nPUB a.x 5\r\nhello\r\n\
            HPUB b re 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPING\r\nUNSUB 1 1\r\nPUB a.y\t0\r\n\r\nPUB\n";
        let whole = Peer::new("").say(conversation);
        let (mut peer, mut heard, mut at) = (Peer::new(""), String::new(), 0);
        for len in cuts.into_iter().chain([conversation.len()]) {
            let end = (at + len).min(conversation.len());
            heard += &peer.say(&conversation[at..end]);
            at = end;
        }
        prop_assert_eq!(heard, whole);
    }
}
