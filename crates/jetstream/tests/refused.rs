//! What the store refuses doesn't happen: the store first, memory after. What makes room isn't refused.

mod world;

use midge_streamlog::sim::Fault;
use serde_json::{Value, json};
use world::{SECOND, World};

/// A world with a stream, two messages and a consumer that has one of them out.
fn world(retention: &str) -> World {
    let mut world = World::new();
    let config = json!({"name": "S", "subjects": ["s.*"], "retention": retention});
    let body = json!({"stream_name": "S", "config": {"durable_name": "C", "ack_policy": "explicit", "ack_wait": SECOND}});
    for (subject, body) in [("STREAM.CREATE.S", config), ("CONSUMER.CREATE.S.C", body)] {
        let answer = world.ask(subject, &body);
        assert!(answer["error"].is_null(), "{answer}");
    }
    world.publish("s.a", "", "x");
    world.publish("s.b", "", "y");
    world
}

/// The disk has no room any more, not even for the manifest.
fn fill(world: &mut World) {
    world.disk.set_faults(&[Fault::Full]);
    for turn in 0..20_000_u32 {
        let key = format!("x/{}", turn % 500);
        if world.store.put_state(key.as_bytes(), &[7; 3000]).is_err() {
            return;
        }
        world.store.commit_once(world.now).expect("the disk works");
    }
    panic!("the store never said that the disk is full");
}

/// All that clients can see of definitions.
fn view(world: &mut World) -> Value {
    let strip = |mut info: Value| {
        for field in ["ts", "state"] {
            info.as_object_mut().map(|info| info.remove(field));
        }
        info
    };
    let names = world.ask("STREAM.NAMES", &Value::Null)["streams"].clone();
    let mut view = json!({"names": names});
    for name in names.as_array().into_iter().flatten() {
        let name = name.as_str().expect("a name");
        let info = world.ask(&format!("STREAM.INFO.{name}"), &Value::Null);
        view[name] = strip(info);
        let consumers = world.ask(&format!("CONSUMER.LIST.{name}"), &Value::Null);
        let consumers = consumers["consumers"].as_array().cloned();
        let consumers = consumers.unwrap_or_default().into_iter().map(strip);
        view[format!("{name} consumers")] = consumers.collect();
    }
    view
}

/// What grows, and what makes room.
fn changes() -> [(&'static str, Value, bool); 11] {
    let consumer = |config: Value| json!({"stream_name": "S", "config": config});
    [
        (
            "STREAM.CREATE.T",
            json!({"name": "T", "subjects": ["t"]}),
            true,
        ),
        (
            "STREAM.CREATE.M",
            json!({"name": "M", "subjects": ["m"], "storage": "memory"}),
            true,
        ),
        (
            "STREAM.UPDATE.S",
            json!({"name": "S", "subjects": ["s.*", "u"], "max_msgs": 1}),
            true,
        ),
        (
            "CONSUMER.CREATE.S.D",
            consumer(json!({"durable_name": "D", "ack_policy": "explicit"})),
            true,
        ),
        (
            "CONSUMER.CREATE.S.C",
            consumer(
                json!({"durable_name": "C", "ack_policy": "explicit", "ack_wait": SECOND, "max_ack_pending": 9}),
            ),
            true,
        ),
        (
            "CONSUMER.PAUSE.S.C",
            json!({"pause_until": "2033-01-01T00:00:00Z"}),
            true,
        ),
        ("CONSUMER.RESET.S.C", Value::Null, true),
        ("STREAM.MSG.DELETE.S", json!({"seq": 1}), false),
        ("STREAM.PURGE.S", Value::Null, false),
        ("CONSUMER.DELETE.S.C", Value::Null, false),
        ("STREAM.DELETE.S", Value::Null, false),
    ]
}

/// Symptom: on a full disk a refused CREATE left "already exists", and a refused DELETE was gone until the restart brought it back; deleting a
/// stream to make room was refused as well. Cause: memory was changed first. Remedy: the store comes first, and takes what makes room.
#[test]
fn what_a_full_disk_refuses_changes_nothing() {
    for (subject, body, grows) in changes() {
        let mut world = world("limits");
        world.pull("C", &json!({"batch": 1, "no_wait": true}));
        world.pass(SECOND / 2);
        fill(&mut world);
        let before = view(&mut world);
        let answer = world.ask(subject, &body);
        assert_eq!(!answer["error"].is_null(), grows, "{subject}: {answer}");
        let after = view(&mut world);
        let pure = subject.starts_with("STREAM.MSG") || subject.starts_with("STREAM.PURGE");
        if grows {
            assert_eq!(before, after, "{subject} was refused and did something");
        } else {
            assert!(pure || before != after, "{subject} did nothing");
        }
        let disk = world.disk.kill();
        let mut again = World::on(disk, world.now);
        let seen = view(&mut again);
        assert_eq!(seen["names"], after["names"], "{subject} after a restart");
        assert_eq!(seen["S"], after["S"], "{subject} after a restart");
        if grows {
            // When there is room again, it is as if nobody had asked.
            world.disk.set_faults(&[]);
            world.settle();
            let answer = world.ask(subject, &body);
            assert!(answer["error"].is_null(), "{subject} again: {answer}");
            assert_ne!(view(&mut world), before, "{subject} again");
        }
    }
}

/// The same when the journal failed: then everything is refused.
#[test]
fn what_a_stopped_store_refuses_changes_nothing() {
    for (subject, body, _) in changes() {
        let mut world = world("limits");
        world.pull("C", &json!({"batch": 1, "no_wait": true}));
        world.pass(SECOND / 2);
        world.disk.set_faults(&[Fault::SyncOf("journal")]);
        world.send("s.a", None, "", "y");
        assert!(world.store.commit_once(world.now).is_err());
        world.run();
        let ask = |world: &mut World, subject: &str, body: &Value| {
            world.request(subject, body);
            world.run();
            world.take("_I.ask").pop().map(|heard| heard.json())
        };
        let names = |world: &mut World| ask(world, "STREAM.NAMES", &Value::Null);
        let consumers = |world: &mut World| {
            let mut list = ask(world, "CONSUMER.LIST.S", &Value::Null).unwrap_or_default();
            for consumer in list["consumers"].as_array_mut().into_iter().flatten() {
                consumer["ts"] = Value::Null;
            }
            list
        };
        let before = (names(&mut world), consumers(&mut world));
        let answer = ask(&mut world, subject, &body);
        let refused = answer.is_some_and(|answer| !answer["error"].is_null());
        assert!(refused, "{subject}");
        assert_eq!(
            before,
            (names(&mut world), consumers(&mut world)),
            "{subject}"
        );
    }
}

/// Symptom: a double ack was confirmed, and the message stayed in the work queue for good: the stream's log had stopped, the store hadn't. The
/// consumer's state went ahead all the same. Remedy: a state waits for the removal that it speaks of, and so does the confirmation.
#[test]
fn no_ack_is_confirmed_while_its_message_stays() {
    for together in [false, true] {
        let mut world = world("workqueue");
        let got = world.pull("C", &json!({"batch": 1, "no_wait": true}));
        world.pass(SECOND / 2);
        world.disk.set_faults(&[Fault::SyncOf("0")]);
        // So large that it goes to a segment, whose sync fails.
        let large = "z".repeat(200_000);
        world.send("s.c", Some("_I.pub"), "", &large);
        if !together {
            world.settle();
            let refused = world.take("_I.pub").pop().expect("an answer").json();
            assert!(!refused["error"].is_null(), "{refused}");
        }
        world.send(&got[0].reply, Some("_I.ack"), "", "+ACK");
        world.settle();
        world.pass(SECOND / 4);
        assert!(world.take("_I.ack").is_empty(), "nothing is confirmed");
        let disk = world.disk.cut(1);
        let mut world = World::on(disk, world.now);
        world.pass(2 * SECOND);
        let again = world.pull("C", &json!({"batch": 9, "no_wait": true}));
        let came = again.iter().filter(|heard| !heard.reply.is_empty()).count();
        let state = world.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
        assert_eq!(
            state["messages"], came,
            "what is kept is delivered: {state}"
        );
    }
}

/// Symptom: a state that the store refused was forgotten, with those who waited for it: the ack was undone by the next restart, and nobody was
/// ever answered. Remedy: it is written, and they are answered, when there is room.
#[test]
fn a_refused_state_is_written_when_there_is_room() {
    let mut world = world("limits");
    let got = world.pull("C", &json!({"batch": 2, "no_wait": true}));
    world.pass(SECOND / 2);
    fill(&mut world);
    world.send(&got[0].reply, Some("_I.ack"), "", "+ACK");
    world.send(&got[1].reply, None, "", "+ACK");
    world.settle();
    world.pass(SECOND / 8);
    assert!(world.take("_I.ack").is_empty(), "it isn't durable");
    world.disk.set_faults(&[]);
    world.settle();
    world.pass(SECOND / 8);
    assert_eq!(world.take("_I.ack").len(), 1, "now it is");
    let mut world = world.lose_power(0);
    let info = world.ask("CONSUMER.INFO.S.C", &Value::Null);
    assert_eq!(info["ack_floor"]["stream_seq"], 2, "{info}");
}

/// A new stream begins where it was told, also when the crash came right after the answer.
#[test]
fn a_stream_begins_where_it_was_told_after_any_crash() {
    for seed in 0..8 {
        let mut world = World::new();
        let config = json!({"name": "S", "subjects": ["s"], "first_seq": 100});
        world.request("STREAM.CREATE.S", &config);
        let mut world = world.lose_power_within(seed, seed);
        if world.is_heard("s") {
            assert_eq!(world.publish("s", "", "x")["seq"], 100, "seed {seed}");
        }
    }
}
