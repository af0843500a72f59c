//! What an answer promises holds after a cut of the power, and nothing is answered before it holds.
//!
//! `xtask/mutants/jetstream-*.patch` break these promises one by one; each must be seen here or in a neighbour.

mod world;

use midge_streamlog::sim::Fault;
use serde_json::{Value, json};
use world::{SECOND, World};

/// A world with a stream and a consumer, both durable.
fn world(stream: &Value, consumer: &Value) -> World {
    let mut world = World::new();
    let mut config = json!({"name": "S", "subjects": ["s.*"]});
    merge(&mut config, stream);
    let answer = world.ask("STREAM.CREATE.S", &config);
    assert!(answer["error"].is_null(), "{answer}");
    define(&mut world, consumer);
    world
}

fn define(world: &mut World, more: &Value) {
    let mut config = json!({"name": "C", "durable_name": "C", "ack_policy": "explicit"});
    merge(&mut config, more);
    let body = json!({"stream_name": "S", "config": config});
    let answer = world.ask("CONSUMER.CREATE.S.C", &body);
    assert!(answer["error"].is_null(), "{answer}");
}

fn merge(config: &mut Value, more: &Value) {
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
}

fn info(world: &mut World) -> Value {
    world.ask("CONSUMER.INFO.S.C", &Value::Null)
}

/// Numbers of messages that are stored, that wait, and that are out.
fn counts(world: &mut World) -> [Value; 3] {
    let stored = world.ask("STREAM.INFO.S", &Value::Null)["state"]["messages"].clone();
    let info = info(world);
    [
        stored,
        info["num_pending"].clone(),
        info["num_ack_pending"].clone(),
    ]
}

/// Requests that change something, in an order in which each can be carried out.
fn changes() -> [(&'static str, Value); 10] {
    [
        ("STREAM.CREATE.T", json!({"name": "T", "subjects": ["t"]})),
        (
            "STREAM.UPDATE.S",
            json!({"name": "S", "subjects": ["s.*"], "max_msgs": 9}),
        ),
        (
            "CONSUMER.CREATE.S.D",
            json!({"stream_name": "S", "config": {"durable_name": "D", "ack_policy": "explicit"}}),
        ),
        (
            "CONSUMER.CREATE.S.C",
            json!({"stream_name": "S", "config": {"durable_name": "C", "ack_policy": "explicit", "max_ack_pending": 9}}),
        ),
        (
            "CONSUMER.PAUSE.S.C",
            json!({"pause_until": "2033-01-01T00:00:00Z"}),
        ),
        ("CONSUMER.RESET.S.C", Value::Null),
        ("CONSUMER.DELETE.S.D", Value::Null),
        ("STREAM.MSG.DELETE.S", json!({"seq": 1})),
        ("STREAM.PURGE.S", Value::Null),
        ("STREAM.DELETE.T", Value::Null),
    ]
}

#[test]
fn requests_that_change_something_are_answered_when_that_is_durable() {
    let mut world = world(&json!({}), &json!({}));
    world.publish("s.a", "", "x");
    world.publish("s.a", "", "y");
    for (subject, body) in changes() {
        world.request(subject, &body);
        while world.jetstream.run(world.now, &mut world.ether) {}
        assert!(
            world.take("_I.ask").is_empty(),
            "{subject} is answered early"
        );
        world.settle();
        let answer = world.take("_I.ask").pop().expect(subject).json();
        assert!(answer["error"].is_null(), "{subject}: {answer}");
    }
}

/// Symptom: after a power cut a consumer was back whose deletion was answered as done. Cause: the journal had failed before, and a deletion that
/// the store refuses had nothing to wait for, so it was answered at once. Remedy: the refusal is the answer.
#[test]
fn nothing_is_answered_as_done_when_the_disk_failed() {
    for turn in 0..changes().len() {
        let mut world = world(&json!({}), &json!({}));
        world.publish("s.a", "", "x");
        for (subject, body) in &changes()[..turn] {
            let answer = world.ask(subject, body);
            assert!(answer["error"].is_null(), "{subject}: {answer}");
        }
        world.disk.set_faults(&[Fault::SyncOf("")]);
        world.send("s.a", None, "", "y");
        assert!(world.store.commit_once(world.now).is_err());
        let (subject, body) = &changes()[turn];
        world.request(subject, body);
        world.run();
        for answer in world.take("_I.ask") {
            let answer = answer.json();
            assert!(!answer["error"].is_null(), "{subject}: {answer}");
        }
    }
}

/// Symptom: a second client that made the same stream was told at once that it is there, and a power cut took it away. Cause: what is so already
/// was answered without a ticket. Remedy: it waits for the last change.
#[test]
fn what_is_so_already_is_answered_when_that_is_durable() {
    let mut world = world(&json!({}), &json!({}));
    world.publish("s.a", "", "x");
    let requests = [
        ("STREAM.CREATE.T", json!({"name": "T", "subjects": ["t"]})),
        (
            "CONSUMER.CREATE.S.D",
            json!({"stream_name": "S", "config": {"durable_name": "D", "ack_policy": "explicit"}}),
        ),
        ("STREAM.PURGE.S", json!({})),
    ];
    for (subject, body) in requests {
        let (subject, body) = (format!("$JS.API.{subject}"), body.to_string());
        world.send(&subject, None, "", &body);
        world.send(&subject, Some("_I.ask"), "", &body);
        while world.jetstream.run(world.now, &mut world.ether) {}
        assert!(
            world.take("_I.ask").is_empty(),
            "{subject} is answered early"
        );
        world.settle();
        let answer = world.take("_I.ask").pop().expect("an answer").json();
        assert!(answer["error"].is_null(), "{subject}: {answer}");
    }
}

#[test]
fn what_was_answered_holds_after_a_power_cut() {
    let mut world = world(&json!({}), &json!({}));
    for text in ["1", "2", "3", "4"] {
        world.publish("s.a", "", text);
    }
    world.ask("STREAM.CREATE.T", &json!({"name": "T", "subjects": ["t"]}));
    world.ask("STREAM.CREATE.U", &json!({"name": "U", "subjects": ["u"]}));
    world.ask("STREAM.DELETE.U", &Value::Null);
    world.ask("STREAM.MSG.DELETE.S", &json!({"seq": 3}));
    world.ask("STREAM.PURGE.S", &json!({"seq": 2}));
    define(&mut world, &json!({"max_ack_pending": 9}));
    let mut world = world.lose_power(11);
    let names = world.ask("STREAM.NAMES", &Value::Null)["streams"].clone();
    assert_eq!(names, json!(["S", "T"]));
    let left: Vec<u64> = world.stored("S").iter().map(|(seq, ..)| *seq).collect();
    assert_eq!(left, [2, 4]);
    assert_eq!(info(&mut world)["config"]["max_ack_pending"], 9);
    assert_eq!(counts(&mut world), [2, 2, 0].map(Value::from));
}

#[test]
fn nothing_goes_out_again_before_its_ack_wait() {
    let mut world = world(&json!({}), &json!({"ack_wait": 2 * SECOND}));
    world.publish("s.a", "", "x");
    assert_eq!(world.pull("C", &json!(3)).len(), 1);
    world.pass(2 * SECOND - 1);
    assert!(world.take("_I.pull").is_empty());
    world.pass(1);
    assert_eq!(world.take("_I.pull").len(), 1);
}

#[test]
fn a_restart_grants_a_whole_ack_wait_anew() {
    let mut world = world(&json!({}), &json!({"ack_wait": 2 * SECOND}));
    world.publish("s.a", "", "x");
    assert_eq!(world.pull("C", &json!(1)).len(), 1);
    world.pass(SECOND);
    let mut world = world.lose_power(3);
    world.send("$JS.API.CONSUMER.MSG.NEXT.S.C", Some("_I.pull"), "", "1");
    world.pass(2 * SECOND - 1);
    assert!(world.take("_I.pull").is_empty());
    world.pass(1);
    let again = world.take("_I.pull");
    assert!(again[0].reply.starts_with("$JS.ACK.S.C.2.1."), "{again:?}");
}

#[test]
fn a_changed_filter_changes_what_is_pending() {
    let mut world = world(&json!({}), &json!({"filter_subject": "s.a"}));
    for subject in ["s.a", "s.b", "s.b", "s.b"] {
        world.publish(subject, "", "x");
    }
    assert_eq!(counts(&mut world), [4, 1, 0].map(Value::from));
    define(&mut world, &json!({"filter_subject": "s.b"}));
    assert_eq!(counts(&mut world), [4, 3, 0].map(Value::from));
    let got = world.pull("C", &json!(1));
    assert!(got[0].reply.ends_with(".2"), "two are left: {got:?}");
}

#[test]
fn a_work_queue_keeps_what_is_out_until_its_ack_comes() {
    let mut world = world(
        &json!({"retention": "workqueue"}),
        &json!({"ack_wait": SECOND}),
    );
    world.publish("s.a", "", "x");
    assert_eq!(world.pull("C", &json!(1)).len(), 1);
    assert_eq!(counts(&mut world), [1, 0, 1].map(Value::from));
    let mut world = world.lose_power(5);
    world.pass(2 * SECOND);
    assert_eq!(world.pull("C", &json!(1)).len(), 1, "it comes again");
}

#[test]
fn a_work_queue_whose_ack_was_on_its_way_has_the_message_or_the_ack() {
    for seed in 0..20 {
        let mut world = world(
            &json!({"retention": "workqueue"}),
            &json!({"ack_wait": SECOND}),
        );
        world.publish("s.a", "", "x");
        let got = world.pull("C", &json!(1));
        world.send(&got[0].reply, Some("_I.ack"), "", "+ACK");
        while world.jetstream.run(world.now, &mut world.ether) {}
        assert!(world.take("_I.ack").is_empty(), "not durable yet");
        let mut world = world.lose_power(seed);
        world.pass(2 * SECOND);
        let left = counts(&mut world)[0].clone();
        let again = world.pull("C", &json!({"batch": 1, "no_wait": true}));
        let came = again.iter().filter(|heard| !heard.reply.is_empty()).count();
        assert_eq!(left, came, "seed {seed}: what is kept is delivered");
    }
}

#[test]
fn a_purge_leaves_the_floor_below_what_is_left() {
    let mut world = world(&json!({}), &json!({"ack_wait": SECOND}));
    for _ in 0..4 {
        world.publish("s.a", "", "x");
    }
    assert_eq!(world.pull("C", &json!(4)).len(), 4);
    world.ask("STREAM.PURGE.S", &json!({"seq": 3}));
    let floor = |world: &mut World| info(world)["ack_floor"]["stream_seq"].clone();
    assert_eq!(floor(&mut world), 2);
    let mut world = world.lose_power(7);
    assert_eq!(floor(&mut world), 2);
    world.pass(2 * SECOND);
    assert_eq!(world.pull("C", &json!(4)).len(), 2, "both are still owed");
}

#[test]
fn every_id_of_the_window_is_known_after_a_power_cut() {
    let mut world = world(&json!({"duplicate_window": 10 * SECOND}), &json!({}));
    let block = |id: u32| format!("NATS/1.0\r\nNats-Msg-Id: {id}\r\n\r\n");
    for id in 0..20 {
        world.publish("s.a", &block(id), "x");
        world.pass(SECOND / 10);
    }
    let mut world = world.lose_power(9);
    for id in 0..20 {
        let ack = world.publish("s.a", &block(id), "x");
        assert_eq!(
            (&ack["duplicate"], &ack["seq"]),
            (&json!(true), &json!(id + 1))
        );
    }
    world.pass(10 * SECOND);
    assert!(world.publish("s.a", &block(3), "x")["duplicate"].is_null());
}
