//! What the router promises, seen through the bytes that reach a sink.

use crate::{
    Account, Gate, Listener, Message, Origin, Outlet, Refused, Rights, Router, Sink, SinkOptions,
    Subscription, Unrestricted, Worker,
};
use midge_container::Pool;
use midge_subject::naive;
use proptest::prelude::*;
use std::io::IoSlice;
use std::sync::Arc;
use std::time::Instant;

/// Leaves everything in the mailbox, for the test to take.
struct Keep;

impl Outlet for Keep {
    fn flush(&self, _: &Sink, _: &mut Pool) {}
    fn overflow(&self, _: &Sink, _: usize) {}
}

struct World {
    router: Router,
    account: Arc<Account>,
    worker: Worker,
    sinks: u64,
}

impl World {
    #[allow(
        clippy::disallowed_methods,
        reason = "a worker wants some instant; no test looks at it"
    )]
    fn new() -> Self {
        let router = Router::new();
        Self {
            account: router.account("$G"),
            router,
            worker: Worker::new(7, Instant::now()),
            sinks: 0,
        }
    }

    fn sink(&mut self) -> Arc<Sink> {
        self.sinks += 1;
        let sink = self
            .router
            .sink(self.sinks, SinkOptions::default(), Box::new(Keep));
        sink.set_headers(true);
        sink
    }

    fn subscribe(
        &self,
        sink: &Arc<Sink>,
        filter: &str,
        queue: Option<&str>,
        sid: &str,
    ) -> Arc<Subscription> {
        let queue = queue.map(str::as_bytes);
        let made = Subscription::new(sink.clone(), filter.as_bytes(), queue, sid.as_bytes());
        self.account.subscribe(&made);
        made
    }

    fn publish(&mut self, subject: &str, payload: &str) -> usize {
        self.publish_from(Origin::Server, subject, payload)
    }

    fn publish_from(&mut self, origin: Origin<'_>, subject: &str, payload: &str) -> usize {
        let message = Message {
            subject: subject.as_bytes(),
            reply: None,
            header_len: 0,
            payload: payload.as_bytes(),
        };
        let routed = self
            .worker
            .route(&self.account, origin, &mut Unrestricted, &message);
        self.worker.publish(routed.expect("no restrictions"))
    }

    /// All that reached `sink` since the last look.
    fn read(&mut self, sink: &Sink) -> String {
        self.worker.hand_over();
        taken(sink, self.worker.pool())
    }
}

fn taken(sink: &Sink, pool: &mut Pool) -> String {
    let mut text = Vec::new();
    let Some(mut drain) = sink.mailbox().try_drain() else {
        return String::new();
    };
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
        drain.advance(len, pool);
    }
    let _ = drain.finish();
    String::from_utf8(text).expect("tests send text")
}

fn client(sink: &Arc<Sink>, echo: bool) -> Origin<'_> {
    Origin::Client { sink, echo }
}

#[test]
fn a_message_reaches_each_matching_subscription_once() {
    let mut world = World::new();
    let sink = world.sink();
    world.subscribe(&sink, "a.*", None, "1");
    world.subscribe(&sink, "a.>", None, "2");
    world.subscribe(&sink, "b", None, "3");
    assert_eq!(world.publish("a.x", "hi"), 2);
    let mut lines: Vec<_> = world
        .read(&sink)
        .split_terminator("hi\r\n")
        .map(str::to_owned)
        .collect();
    lines.sort();
    assert_eq!(lines, ["MSG a.x 1 2\r\n", "MSG a.x 2 2\r\n"]);
}

#[test]
fn a_queue_group_gets_one_copy_whatever_its_size() {
    let mut world = World::new();
    let sinks: Vec<_> = (0..3).map(|_| world.sink()).collect();
    for sink in &sinks {
        world.subscribe(sink, "jobs", Some("w"), "1");
    }
    for _ in 0..300 {
        assert_eq!(world.publish("jobs", "x"), 1);
    }
    let counts: Vec<_> = sinks
        .iter()
        .map(|sink| world.read(sink).matches("MSG").count())
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), 300);
    assert!(counts.iter().all(|&count| count > 40), "{counts:?}");
}

#[test]
fn a_queue_group_skips_members_that_close_or_are_hidden() {
    let mut world = World::new();
    let (gone, own, willing) = (world.sink(), world.sink(), world.sink());
    for sink in [&gone, &own, &willing] {
        world.subscribe(sink, "jobs", Some("w"), "1");
    }
    gone.shut();
    for _ in 0..50 {
        assert_eq!(world.publish_from(client(&own, false), "jobs", "x"), 1);
    }
    assert_eq!(world.read(&willing).matches("MSG").count(), 50);
    assert_eq!(
        (world.read(&gone), world.read(&own)),
        (String::new(), String::new())
    );
}

#[test]
fn echo_off_hides_own_messages_alone() {
    let mut world = World::new();
    let (own, other) = (world.sink(), world.sink());
    world.subscribe(&own, "a", None, "1");
    world.subscribe(&other, "a", None, "1");
    assert_eq!(world.publish_from(client(&own, false), "a", "x"), 1);
    assert_eq!(world.publish_from(client(&own, true), "a", "x"), 2);
}

#[test]
fn auto_unsubscribe_is_exact_across_workers() {
    let mut world = World::new();
    let sink = world.sink();
    let limited = world.subscribe(&sink, "a", None, "1");
    assert!(!limited.set_max(5));
    let mut second = World {
        router: Router::new(),
        account: world.account.clone(),
        ..World::new()
    };
    let delivered: usize = (0..10)
        .map(|_| world.publish("a", "x") + second.publish("a", "x"))
        .sum();
    assert_eq!(delivered, 5);
    second.worker.hand_over();
    assert_eq!(world.read(&sink).matches("MSG").count(), 5);
    assert!(limited.is_closed());
    assert_eq!(world.account.subscription_count(), 0);
}

#[test]
fn a_maximum_below_what_was_delivered_ends_at_once() {
    let mut world = World::new();
    let sink = world.sink();
    let limited = world.subscribe(&sink, "a", None, "1");
    world.publish("a", "x");
    world.publish("a", "x");
    assert!(limited.set_max(2));
}

#[test]
fn a_cached_match_sees_subscriptions_that_come_and_go() {
    let mut world = World::new();
    let sink = world.sink();
    for filter in ["a.b", "a.*", "*.b", ">"] {
        assert_eq!(world.publish("a.b", "x"), 0, "{filter}");
        let made = world.subscribe(&sink, filter, None, "1");
        assert_eq!(world.publish("a.b", "x"), 1, "{filter}");
        assert!(world.account.unsubscribe(&made));
        assert_eq!(world.publish("a.b", "x"), 0, "{filter}");
    }
}

#[test]
fn trimming_forgets_no_subscription() {
    let mut world = World::new();
    let sink = world.sink();
    world.subscribe(&sink, "a.>", None, "1");
    for round in 0..3 {
        for n in 0..2000 {
            assert_eq!(world.publish(&format!("a.{n}"), ""), 1, "{round} {n}");
        }
        world.worker.trim();
    }
}

#[test]
fn a_receiver_without_headers_gets_the_body() {
    let mut world = World::new();
    let (with, without) = (world.sink(), world.sink());
    without.set_headers(false);
    world.subscribe(&with, "a", None, "1");
    world.subscribe(&without, "a", None, "1");
    let payload = b"NATS/1.0\r\n\r\nbody";
    let message = Message {
        subject: b"a",
        reply: Some(b"r"),
        header_len: 12,
        payload,
    };
    let account = world.account.clone();
    world.worker.send(&account, &message);
    assert_eq!(
        world.read(&with),
        "HMSG a 1 r 12 16\r\nNATS/1.0\r\n\r\nbody\r\n"
    );
    assert_eq!(world.read(&without), "MSG a 1 r 4\r\nbody\r\n");
}

#[test]
fn a_large_payload_is_shared_and_arrives_whole() {
    let mut world = World::new();
    let sinks: Vec<_> = (0..3).map(|_| world.sink()).collect();
    for sink in &sinks {
        world.subscribe(sink, "a", None, "1");
    }
    let payload = "p".repeat(10_000);
    assert_eq!(world.publish("a", &payload), 3);
    for sink in &sinks {
        assert_eq!(world.read(sink), format!("MSG a 1 10000\r\n{payload}\r\n"));
    }
}

#[test]
fn before_a_pong_what_is_staged_for_others_is_on_its_way() {
    let mut world = World::new();
    let (own, other) = (world.sink(), world.sink());
    world.subscribe(&other, "a", None, "1");
    world.worker.reply(&own).extend_from_slice(b"+OK\r\n");
    world.publish("a", "x");
    world.worker.hand_over_before_pong(&own);
    assert!(other.mailbox().pending() > 0);
    assert_eq!(own.mailbox().pending(), 0);
    world.worker.reply(&own).extend_from_slice(b"PONG\r\n");
    assert_eq!(world.read(&own), "+OK\r\nPONG\r\n");
}

#[test]
fn accounts_are_islands() {
    let mut world = World::new();
    let sink = world.sink();
    let other = world.router.account("other");
    other.subscribe(&Subscription::new(sink.clone(), b"a", None, b"1"));
    assert_eq!(world.publish("a", "x"), 0);
    let message = Message {
        subject: b"a",
        reply: None,
        header_len: 0,
        payload: b"x",
    };
    assert_eq!(world.worker.send(&other, &message), 1);
}

#[test]
fn a_full_account_admits_nobody() {
    let account = World::new().account;
    account.set_limits(crate::AccountLimits {
        max_connections: Some(2),
        max_subscriptions: None,
    });
    assert!(account.enter() && account.enter() && !account.enter());
    account.leave();
    assert!(account.enter());
}

#[test]
fn mapped_subjects_are_matched_by_their_new_name() {
    let mut world = World::new();
    let sink = world.sink();
    world.subscribe(&sink, "new.*", None, "1");
    let mapping = midge_subject::Mapping::to(b"old.*", b"new.$1").expect("a valid mapping");
    world
        .account
        .set_mappings(Some(std::iter::once(mapping).collect()));
    assert_eq!(world.publish("old.x", "1") + world.publish("old.y", "2"), 2);
    assert_eq!(
        world.read(&sink),
        "MSG new.x 1 1\r\n1\r\nMSG new.y 1 1\r\n2\r\n"
    );
}

#[derive(Clone, Debug)]
enum Step {
    Subscribe(usize),
    Unsubscribe(usize),
    Publish(usize),
    Trim,
}

const FILTERS: [&str; 16] = [
    "a",
    "a.b",
    "a.*",
    "*.b",
    ">",
    "b.>",
    "a.b.c",
    "*.*.c",
    // Families, and who tells their members apart.
    "_INBOX.a.*",
    "_INBOX.a.x",
    "_INBOX.*.y",
    "_INBOX.>",
    "$JS.ACK.S.C.>",
    "$JS.ACK.*.C.>",
    "$JS.ACK.S.C.*.*.*.*.0",
    "$JS.ACK.S.*.1.>",
];
const SUBJECTS: [&str; 15] = [
    "a",
    "a.b",
    "a.c",
    "b.b",
    "a.b.c",
    "b.x.c",
    "_INBOX.a.x",
    "_INBOX.a.y",
    "_INBOX.a.z",
    "_INBOX.a",
    "_INBOX.a.",
    "$JS.ACK.S.C.1.2.3.4.5",
    "$JS.ACK.S.C.2.2.3.4.0",
    "$JS.ACK.S.D.2.2.3.4.0",
    "$JS.ACK.S.C.2.2.3.4",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..FILTERS.len()).prop_map(Step::Subscribe),
        (0..16_usize).prop_map(Step::Unsubscribe),
        (0..SUBJECTS.len()).prop_map(Step::Publish),
        Just(Step::Trim),
    ]
}

proptest! {
    /// One worker with its cache delivers as a list that is searched each time.
    #[test]
    fn a_cached_worker_delivers_as_a_naive_list(steps in proptest::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        let sink = world.sink();
        let mut model: Vec<Arc<Subscription>> = Vec::new();
        for step in steps {
            match step {
                Step::Subscribe(at) => model.push(world.subscribe(&sink, FILTERS[at], None, "1")),
                Step::Unsubscribe(at) if !model.is_empty() => {
                    let gone = model.swap_remove(at % model.len());
                    prop_assert!(world.account.unsubscribe(&gone));
                }
                Step::Publish(at) => {
                    let subject = SUBJECTS[at];
                    let expected = model.iter().filter(|one| naive::matches(one.filter(), subject.as_bytes())).count();
                    prop_assert_eq!(world.publish(subject, ""), expected);
                }
                Step::Trim => world.worker.trim(),
                Step::Unsubscribe(_) => {}
            }
        }
    }
}

/// A list of what may be sent to, or with an exclamation mark what may not.
struct List(&'static [&'static str]);

impl Rights for List {
    fn may_publish(&mut self, subject: &[u8]) -> bool {
        self.0.iter().any(|allowed| allowed.as_bytes() == subject)
    }

    fn is_denied(&self, subject: &[u8]) -> bool {
        let name = |rule: &&'static str| rule.strip_prefix('!').map(str::as_bytes);
        self.0.iter().filter_map(name).any(|rule| rule == subject)
    }
}

impl Gate for List {
    fn allows(&self, _: &[u8], _: Option<&[u8]>) -> bool {
        true
    }

    fn delivered(&self, _: &[u8], _: Instant) {}

    fn may_publish(&self, subject: &[u8]) -> bool {
        self.may_target(subject)
    }

    fn may_read(&self, subject: &[u8]) -> bool {
        self.may_target(subject)
    }

    fn may_target(&self, target: &[u8]) -> bool {
        self.0.iter().any(|allowed| allowed.as_bytes() == target)
    }
}

#[test]
fn where_a_mapping_leads_is_what_the_sender_must_be_allowed() {
    let mut world = World::new();
    let own = world.sink();
    let mapping = midge_subject::Mapping::to(b"open.*", b"secret.$1").unwrap();
    world
        .account
        .set_mappings(Some([mapping].into_iter().collect()));
    world.account.set_domain(Some("hub"));
    let mut check = |list: &'static [&'static str], subject: &str, want: Result<usize, &str>| {
        let message = Message {
            subject: subject.as_bytes(),
            reply: None,
            header_len: 0,
            payload: b"",
        };
        let origin = client(&own, true);
        let routed = world
            .worker
            .route(&world.account, origin, &mut List(list), &message);
        let got = routed.map(|routed| world.worker.publish(routed));
        let want = want.map_err(|subject| Refused {
            subject: subject.as_bytes().into(),
        });
        assert_eq!(got, want, "{subject} with {list:?}");
    };
    check(&["open.x"], "open.x", Err("secret.x"));
    check(&["secret.x"], "open.x", Ok(0));
    check(&["secret.x", "!open.x"], "open.x", Err("open.x"));
    check(&["plain"], "plain", Ok(0));
    check(&["open.x"], "plain", Err("plain"));
    let (there, here) = ("$JS.hub.API.STREAM.DELETE.S", "$JS.API.STREAM.DELETE.S");
    check(&["$JS.hub.API.STREAM.DELETE.S"], there, Err(here));
    check(&["$JS.API.STREAM.DELETE.S"], there, Ok(0));
    check(&["$KV.b.k"], "$JS.hub.API.$KV.b.k", Ok(0));
    check(&["$JS.hub.API.NONE.X"], "$JS.hub.API.NONE.X", Ok(0));
}

#[test]
fn a_control_listener_hears_clients_and_not_the_server() {
    let mut world = World::new();
    let (own, server) = (world.sink(), world.sink());
    for (filter, listener) in [("api.>", Listener::Control), ("stored.>", Listener::Store)] {
        let made = Subscription::new(server.clone(), filter.as_bytes(), None, b"7");
        world.account.subscribe(&made.listening_as(listener));
    }
    let to = |subject| Message {
        subject,
        reply: None,
        header_len: 0,
        payload: b"",
    };
    let account = world.account.clone();
    assert_eq!(world.publish_from(client(&own, true), "api.x", ""), 1);
    assert_eq!(world.worker.send(&account, &to(b"api.x")), 0);
    assert_eq!(world.worker.send_to(&account, b"api.x", &to(b"y")), 0);
    assert_eq!(world.worker.send(&account, &to(b"stored.x")), 1);
    assert_eq!(
        world.read(&server),
        "MSG api.x 7 0\r\n\r\nMSG stored.x 7:0 0\r\n\r\n"
    );
}

#[test]
fn the_server_learns_who_sent_if_that_is_restricted_and_no_reply_beyond_his_rights() {
    let mut world = World::new();
    let (own, server, other) = (world.sink(), world.sink(), world.sink());
    let made = Subscription::new(server.clone(), b"api.>", None, b"7");
    world
        .account
        .subscribe(&made.listening_as(Listener::Control));
    world.subscribe(&other, "api.>", None, "1");
    own.set_gate(Some(Box::new(List(&["inbox"]))));
    let account = world.account.clone();
    for reply in ["inbox", "secret"] {
        let message = Message {
            subject: b"api.x",
            reply: Some(reply.as_bytes()),
            header_len: 0,
            payload: b"",
        };
        let origin = client(&own, true);
        let routed = world
            .worker
            .route(&account, origin, &mut Unrestricted, &message);
        world.worker.publish(routed.unwrap());
    }
    let id = own.id();
    assert_eq!(
        world.read(&server),
        format!("MSG api.x 7:{id} inbox 0\r\n\r\nMSG api.x 7:{id} 0\r\n\r\n")
    );
    assert_eq!(
        world.read(&other),
        "MSG api.x 1 inbox 0\r\n\r\nMSG api.x 1 secret 0\r\n\r\n"
    );
    assert!(server.gate_of(id).is_some());
    drop(own);
    assert!(server.gate_of(id).is_none());
}
