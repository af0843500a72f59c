//! Publishes that are held until the ids of their stream are read.

mod world;

use midge_streamlog::sim::{Call, Failure, Fault};
use serde_json::{Value, json};
use world::{ACCOUNT, SECOND, World};

/// What a turn does of long requests, at most; `tasks.rs` says so.
const SLICE: usize = 256;
const MESSAGES: usize = 3000;

fn consumer(world: &mut World, name: &str) {
    let config = json!({"name": name, "durable_name": name, "ack_policy": "explicit"});
    let body = json!({"stream_name": "S", "config": config});
    let answer = world.ask(&format!("CONSUMER.CREATE.S.{name}"), &body);
    assert!(answer["error"].is_null(), "{answer}");
}

fn config(more: &Value) -> Value {
    let mut config =
        json!({"name": "S", "subjects": ["s.*"], "duplicate_window": 600_000_000_000_u64});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    config
}

/// A stream whose messages have ids, after a power cut: nothing of it is in memory.
fn with_ids(more: &Value) -> World {
    let mut world = World::new();
    world.ask("STREAM.CREATE.S", &config(more));
    world.ask("STREAM.CREATE.T", &json!({"name": "T", "subjects": ["t"]}));
    for at in 1..=MESSAGES {
        world.send("s.1", None, &id(at), "x");
        if at % 500 == 0 {
            world.settle();
        }
    }
    world.lose_power(1)
}

/// Symptom: a message that came again after a start was stored twice, though its window wasn't over. Cause: its first copy was acknowledged, or had
/// come to the end of its time, before anybody asked for an id, and ids are read from what the log has. Remedy: reading begins with that.
#[test]
fn an_id_is_known_although_its_message_went_before_anybody_asked() {
    let mut world = with_ids(&json!({"retention": "workqueue"}));
    consumer(&mut world, "C");
    let pulled = world.pull("C", &json!({"batch": 1}));
    world.send(&pulled[0].reply, None, "", "+ACK");
    world.request("STREAM.MSG.DELETE.S", &json!({"seq": 3}));
    world.settle();
    for known in [1, 2, 3] {
        let ack = world.publish("s.1", &id(known), "x");
        assert_eq!(ack["duplicate"], json!(true), "{known}: {ack}");
    }

    let mut world = World::new();
    let config = json!({
        "name": "S", "subjects": ["s.*"], "duplicate_window": 600_000_000_000_u64, "allow_msg_ttl": true,
    });
    world.ask("STREAM.CREATE.S", &config);
    for at in 1..=2 * SLICE {
        let headers = format!("NATS/1.0\r\nNats-Msg-Id: {at}\r\nNats-TTL: 60s\r\n\r\n");
        world.send("s.1", None, &headers, "x");
    }
    world.settle();
    let mut world = world.lose_power(1);
    world.pass(61 * SECOND);
    while world.ask("STREAM.INFO.S", &Value::Null)["state"]["messages"] != json!(0) {
        world.pass(1);
    }
    for known in [1, 2 * SLICE] {
        let ack = world.publish("s.1", &id(known), "x");
        assert_eq!(ack["duplicate"], json!(true), "{known}: {ack}");
    }
}

const ROLLUP: &str = "NATS/1.0\r\nNats-Rollup: sub\r\n\r\n";

/// Symptom: the same, if a purge, a limit, an update of one or a roll-up had taken the message. Cause: nobody noted what these take. Remedy: they wait
/// until ids are read.
#[test]
fn an_id_is_known_whatever_took_its_message_first() {
    type Act = (&'static str, Value, fn(&mut World));
    let acts: [Act; 5] = [
        ("purge", json!({}), |world| {
            world.ask("STREAM.PURGE.S", &Value::Null);
        }),
        ("limit", json!({"max_msgs": MESSAGES}), |world| {
            world.publish("s.2", "", "x");
        }),
        (
            "limit per subject",
            json!({"max_msgs_per_subject": MESSAGES}),
            |world| {
                world.publish("s.1", "", "x");
            },
        ),
        ("update", json!({}), |world| {
            world.ask("STREAM.UPDATE.S", &config(&json!({"max_msgs": 1})));
        }),
        ("roll-up", json!({"allow_rollup_hdrs": true}), |world| {
            world.publish("s.1", ROLLUP, "x");
            (0..2 * MESSAGES / SLICE).for_each(|_| world.pass(1));
        }),
    ];
    for (name, more, act) in acts {
        let mut world = with_ids(&more);
        act(&mut world);
        let first = world.ask("STREAM.INFO.S", &Value::Null)["state"]["first_seq"].clone();
        assert!(first.as_u64() > Some(1), "{name}: {first}");
        let ack = world.publish("s.1", &id(1), "x");
        assert_eq!(ack["duplicate"], json!(true), "{name}: {ack}");
    }
}

/// The same for what was left of a roll-up when the power failed.
#[test]
fn an_id_is_known_although_the_rest_of_a_roll_up_took_its_message() {
    let mut world = with_ids(&json!({"allow_rollup_hdrs": true}));
    world.send("s.1", None, ROLLUP, "x");
    while world.store.states(b"r/").is_empty() {
        assert!(world.turn());
    }
    world.store.commit_once(world.now).unwrap();
    let mut world = world.lose_power(1);
    let messages = |world: &mut World| {
        let info = world.ask("STREAM.INFO.S", &Value::Null);
        info["state"]["messages"].as_u64().unwrap()
    };
    assert!(messages(&mut world) > 1, "it was through");
    while messages(&mut world) > 1 {
        world.pass(1);
    }
    let ack = world.publish("s.1", &id(MESSAGES), "x");
    assert_eq!(ack["duplicate"], json!(true), "{ack}");
}

/// Symptom: ids of acknowledged messages stayed in memory, for as long as nobody asked for one. Cause: they were noted to be put among those of the
/// log, which nobody read. Remedy: once some are noted the others are read.
#[test]
fn ids_are_read_when_some_are_noted_and_nobody_asks() {
    let mut world = with_ids(&json!({"retention": "workqueue"}));
    consumer(&mut world, "C");
    let pulled = world.pull("C", &json!({"batch": 1}));
    world.send(&pulled[0].reply, None, "", "+ACK");
    world.settle();
    world.send("s.1", Some("_I.a"), &id(1), "x");
    let ack = world.take("_I.a").pop().expect("it isn't held").json();
    assert_eq!(ack["duplicate"], json!(true), "{ack}");
}

/// Symptom: a message that came again after a start was stored twice, if its first copy was acknowledged and the disk then couldn't be read for a
/// moment. Cause: what was noted was dropped with what was read. Remedy: reading goes on where it was.
#[test]
fn ids_that_were_noted_outlast_a_failure_of_the_disk() {
    let mut world = World::new();
    let config = json!({
        "name": "S", "subjects": ["s.*"], "retention": "workqueue", "duplicate_window": 600_000_000_000_u64,
    });
    world.ask("STREAM.CREATE.S", &config);
    consumer(&mut world, "C");
    for at in 1..=12 {
        world.publish("s.1", &id(at), &"x".repeat(400_000));
        world.store.maintain_once(world.now).unwrap();
    }
    world.store.close(world.now).unwrap();
    let mut world = World::on(world.disk.clone(), world.now);
    let pulled = world.pull("C", &json!({"batch": 1}));
    let faults = [Fault::fails(Call::Open, "0000", Failure::Descriptors)];
    world.disk.set_faults(&faults);
    // The first segment is open, and no other is.
    world.send(&pulled[0].reply, None, "", "+ACK");
    world.run();
    let ack = world.publish("s.1", &id(13), "x");
    assert!(ack["error"].is_object(), "the disk can be read: {ack}");
    world.disk.set_faults(&[]);
    // Nobody waits for the time at which the next try is due.
    world.send("s.1", Some("_I.a"), &id(2), "x");
    world.turns_until_answered();
    let ack = world.take("_I.a")[0].json();
    assert_eq!(ack["duplicate"], json!(true), "{ack}");
    for known in [1, 12] {
        let ack = world.publish("s.1", &id(known), "x");
        assert_eq!(ack["duplicate"], json!(true), "{known}: {ack}");
    }
}

fn id(id: usize) -> String {
    format!("NATS/1.0\r\nNats-Msg-Id: {id}\r\n\r\n")
}

/// Symptom: the first publish with an id after a start held everybody for 4.3 s when the window had 3 million. Cause: all ids were read from
/// the log in one go. Remedy: they are read in slices, and what is published to that stream waits meanwhile, in its order.
#[test]
fn ids_are_read_in_slices_while_others_go_on() {
    let mut world = with_ids(&json!({}));
    world.send("s.1", Some("_I.c"), &id(MESSAGES + 2), "x");
    world.send("s.1", Some("_I.b"), "", "behind it");
    world.send("s.1", Some("_I.a"), &id(7), "x");
    assert!(world.turn());
    world.send("t", Some("_I.t"), "", "x");
    world.request("STREAM.NAMES", &Value::Null);
    world.store.commit_once(world.now).unwrap();
    world.jetstream.committed(usize::MAX, &mut world.ether);
    assert_eq!(world.take("_I.t")[0].json()["seq"], json!(1));
    assert_eq!(world.take("_I.ask").len(), 1);
    let turns = world.turns_until_answered();
    assert!(turns >= MESSAGES / SLICE - 2, "{turns} turns");
    world.settle();
    let ack = |world: &mut World, to: &str| world.take(to)[0].json();
    let duplicate = ack(&mut world, "_I.a");
    assert_eq!(
        (&duplicate["seq"], &duplicate["duplicate"]),
        (&json!(7), &json!(true))
    );
    // None overtook another.
    assert_eq!(ack(&mut world, "_I.c")["seq"], json!(MESSAGES + 1));
    assert_eq!(ack(&mut world, "_I.b")["seq"], json!(MESSAGES + 2));
    // What was stored meanwhile is remembered, too.
    let again = world.publish("s.1", &id(MESSAGES + 2), "x");
    assert_eq!(again["duplicate"], json!(true));
}

#[test]
fn an_id_is_known_although_its_message_goes_before_it_is_read() {
    let mut world = with_ids(&json!({}));
    world.send("s.1", Some("_I.a"), &id(7), "x");
    world.request("STREAM.MSG.DELETE.S", &json!({"seq": MESSAGES - 1}));
    world.request("STREAM.PURGE.S", &Value::Null);
    world.turns_until_answered();
    world.settle();
    let answers = world.take("_I.ask");
    assert_eq!(answers[0].json()["success"], json!(true));
    // The purge came after the publish, which was no message.
    assert_eq!(answers[1].json()["purged"], json!(MESSAGES - 1));
    for known in [1, 7, MESSAGES - 1, MESSAGES] {
        let ack = world.publish("s.1", &id(known), "x");
        assert_eq!(ack["duplicate"], json!(true), "{known}: {ack}");
    }
}

#[test]
fn acks_that_remove_messages_leave_their_ids() {
    let mut world = with_ids(&json!({"retention": "workqueue"}));
    consumer(&mut world, "C");
    let pulled = world.pull("C", &json!({"batch": 2 * SLICE}));
    world.send("s.1", Some("_I.a"), &id(7), "x");
    let last = pulled.iter().rfind(|it| !it.reply.is_empty()).unwrap();
    let reply = last.reply.clone();
    world.send(&reply, None, "", "+ACK");
    world.turns_until_answered();
    world.settle();
    assert!(
        world.publish("s.1", &id(2 * SLICE), "x")["duplicate"] == json!(true),
        "the acknowledged one"
    );
}

#[test]
fn publishes_that_wait_for_ids_are_bounded() {
    let mut world = with_ids(&json!({}));
    world.send("s.1", None, &id(7), "x");
    let large = "x".repeat(1 << 20);
    for _ in 0..3 {
        world.send("s.1", None, "", &large);
    }
    assert!(!world.jetstream.is_held_up(ACCOUNT));
    world.send("s.1", Some("_I.a"), "", &large);
    // From here on the mailbox isn't read.
    assert!(world.jetstream.is_held_up(ACCOUNT));
    // Each commit makes room for some.
    for _ in 0..8 {
        world.settle();
    }
    assert_eq!(world.take("_I.a").len(), 1);
    assert!(!world.jetstream.is_held_up(ACCOUNT));
}

/// Symptom: publishes that had been held were refused with 10167, as if their publishers had overrun the disk. Cause: all of them were stored in one
/// turn, whether the log had room or not. Remedy: the next commit makes some.
#[test]
fn what_was_held_waits_for_room() {
    let mut world = with_ids(&json!({}));
    let large = "x".repeat(200_000);
    world.send("s.1", Some("_I.a"), &id(7), "x");
    for _ in 0..15 {
        world.send("s.1", Some("_I.a"), "", &large);
    }
    while world.turn() {}
    assert!(world.take("_I.a").len() < 15, "there was room for all");
    world.send("s.1", Some("_I.a"), "", "behind them");
    for _ in 0..15 {
        world.settle();
    }
    let answers = world.take("_I.a").into_iter().map(|answer| answer.json());
    let (refused, acks): (Vec<Value>, Vec<Value>) =
        answers.partition(|answer| answer["error"].is_object());
    assert_eq!(refused, [Value::Null; 0]);
    let last = acks.last().map(|ack| ack["seq"].clone());
    assert_eq!(last, Some(json!(MESSAGES + 16)));
}

/// Symptom: publishers whose messages were held when their stream was deleted, or their account closed, waited for ever. Cause: the messages
/// were dropped. Remedy: they are refused.
#[test]
fn whoever_is_held_is_told_when_the_stream_or_the_account_ends() {
    for is_closed in [false, true] {
        let mut world = with_ids(&json!({}));
        world.send("s.1", Some("_I.a"), &id(MESSAGES + 1), "x");
        world.send("s.1", None, "", "nobody waits for it");
        world.send("s.1", Some("_I.b"), "", "x");
        assert!(world.turn());
        let (code, kept) = match is_closed {
            true => {
                world
                    .jetstream
                    .close_account(ACCOUNT, world.now, &mut world.ether);
                (10039, MESSAGES as u64)
            }
            false => {
                world.request("STREAM.DELETE.S", &Value::Null);
                (10059, 0)
            }
        };
        for to in ["_I.a", "_I.b"] {
            let answers = world.take(to);
            let [answer] = &answers[..] else {
                panic!("{to}: {answers:?}");
            };
            let answer = answer.json();
            assert_eq!(answer["error"]["err_code"], json!(code), "{answer}");
            assert_eq!(answer["stream"], json!("S"));
        }
        assert!(!world.jetstream.is_held_up(ACCOUNT));
        while world.turn() {}
        let log = world.store.stream("$G/S").unwrap();
        assert_eq!(log.map_or(0, |log| log.stats().msgs), kept);
    }
}

/// Symptom: whoever waited for a long request when their account was closed waited for ever. Cause: what was under way was dropped. Remedy: it
/// ends as it does when its stream is deleted.
#[test]
fn long_requests_are_answered_when_the_account_ends() {
    let mut world = with_ids(&json!({"allow_direct": true}));
    let get = json!({"seq": 1, "max_bytes": 1_u64 << 40}).to_string();
    world.send("$JS.API.DIRECT.GET.S", Some("_I.a"), "", &get);
    let list = json!({"subjects_filter": ">"}).to_string();
    world.send("$JS.API.STREAM.INFO.S", Some("_I.b"), "", &list);
    let purge = json!({"filter": "s.*"}).to_string();
    world.send("$JS.API.STREAM.PURGE.S", Some("_I.c"), "", &purge);
    assert!(world.take("_I.c").is_empty(), "it takes slices");
    world
        .jetstream
        .close_account(ACCOUNT, world.now, &mut world.ether);
    let ended = world.take("_I.a").pop().expect("an end").headers;
    assert!(ended.starts_with("NATS/1.0 204 EOB"), "{ended}");
    for to in ["_I.b", "_I.c"] {
        let answer = world.take(to).pop().expect("an answer").json();
        assert_eq!(answer["error"]["err_code"], json!(10039), "{to}: {answer}");
    }
    assert!(!world.turn());
}
