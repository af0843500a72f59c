//! Atomic batches: all of their messages are stored, or none.

mod world;

use serde_json::{Value, json};
use world::{SECOND, World};

fn batches(more: &Value) -> World {
    let mut world = World::new();
    let mut config = json!({"name": "S", "subjects": ["s.*"], "allow_atomic": true});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let made = world.ask("STREAM.CREATE.S", &config);
    assert!(made["error"].is_null(), "{made}");
    world
}

fn headers(id: &str, seq: u64, lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("NATS/1.0\r\nNats-Batch-Id: {id}\r\nNats-Batch-Sequence: {seq}\r\n{lines}\r\n")
}

const COMMIT: &str = "Nats-Batch-Commit: 1";

/// `null`: an empty answer.
fn put(world: &mut World, subject: &str, headers: &str) -> Value {
    world.send(subject, Some("_I.pub"), headers, "x");
    world.settle();
    let answer = world.take("_I.pub").pop().expect("an answer");
    match answer.payload.is_empty() {
        true => Value::Null,
        false => answer.json(),
    }
}

fn code(answer: &Value) -> i64 {
    answer["error"]["err_code"].as_i64().unwrap_or_default()
}

fn messages(world: &mut World) -> Value {
    world.ask("STREAM.INFO.S", &Value::Null)["state"]["messages"].clone()
}

fn abandoned(world: &mut World) -> Vec<(String, String)> {
    let told = world.take("$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.S");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = told.iter().map(|it| it.json());
    told.map(|it| (text(&it["batch"]), text(&it["reason"])))
        .collect()
}

#[test]
fn a_batch_is_stored_when_it_ends_and_not_before() {
    let mut world = batches(&json!({}));
    assert_eq!(put(&mut world, "s.1", &headers("u", 1, &[])), Value::Null);
    assert_eq!(put(&mut world, "s.2", &headers("u", 2, &[])), Value::Null);
    assert_eq!(messages(&mut world), 0);
    let ack = put(&mut world, "s.3", &headers("u", 3, &[COMMIT]));
    assert_eq!(
        ack,
        json!({"stream": "S", "seq": 3, "batch": "u", "count": 3})
    );
    let kept = world.stored("S");
    assert_eq!(kept[2].2, headers("u", 3, &[COMMIT]));
}

#[test]
fn a_batch_s_ack_waits_for_the_disk() {
    if world::in_memory() {
        return; // nothing waits for a disk
    }
    let mut world = batches(&json!({}));
    world.send("s.1", Some("_I.pub"), &headers("u", 1, &[COMMIT]), "x");
    assert!(world.take("_I.pub").is_empty());
    world.settle();
    assert_eq!(world.take("_I.pub").len(), 1);
}

#[test]
fn an_end_of_its_own_stores_no_message() {
    let mut world = batches(&json!({}));
    put(&mut world, "s.1", &headers("u", 1, &[]));
    let ack = put(
        &mut world,
        "s.1",
        &headers("u", 2, &["Nats-Batch-Commit: eob"]),
    );
    assert_eq!((&ack["seq"], &ack["count"]), (&json!(1), &json!(1)));
    assert_eq!(world.stored("S")[0].2, headers("u", 1, &[COMMIT]));
    let ack = put(
        &mut world,
        "s.1",
        &headers("v", 1, &["Nats-Batch-Commit: eob"]),
    );
    assert_eq!(code(&ack), 10176);
}

#[test]
fn what_is_no_part_of_a_batch_is_refused() {
    let mut world = batches(&json!({}));
    let mut check = |headers: &str, want: i64| {
        let answer = put(&mut world, "s.1", headers);
        assert_eq!(code(&answer), want, "{headers}");
    };
    check("NATS/1.0\r\nNats-Batch-Id: u\r\n\r\n", 10175);
    check(&headers("u", 0, &[]), 10176);
    check(&headers("u", 2, &[]), 10176);
    check(&headers(&"a".repeat(65), 1, &[]), 10179);
    check(&headers("u", 1, &["Nats-Batch-Commit: 2"]), 10200);
    check(&headers("u", 1, &["Nats-Required-Api-Level: 99"]), 10185);
    world.ask("STREAM.CREATE.P", &json!({"name": "P"}));
    let answer = put(&mut world, "P", &headers("u", 1, &[]));
    assert_eq!(code(&answer), 10174);
}

#[test]
fn a_gap_or_a_repetition_ends_a_batch_and_is_told() {
    for seq in [3, 1] {
        let mut world = batches(&json!({}));
        world
            .ether
            .listeners
            .insert("$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.S".into());
        put(&mut world, "s.1", &headers("u", 1, &[]));
        let answer = put(&mut world, "s.1", &headers("u", seq, &[]));
        assert_eq!(code(&answer), 10176);
        let told = ("u".to_owned(), "incomplete".to_owned());
        assert_eq!(abandoned(&mut world), [told]);
        let answer = put(&mut world, "s.1", &headers("u", 2, &[COMMIT]));
        assert_eq!(code(&answer), 10176);
        assert_eq!(messages(&mut world), 0);
    }
}

#[test]
fn a_batch_has_a_thousand_messages_at_most() {
    let mut world = batches(&json!({}));
    for seq in 1..=1000 {
        world.send("s.1", None, &headers("u", seq, &[]), "x");
        world.send("s.1", None, &headers("v", seq, &[]), "x");
    }
    let answer = put(&mut world, "s.1", &headers("u", 1001, &[COMMIT]));
    assert_eq!(
        answer["error"]["description"],
        "atomic publish batch is too large: 1000"
    );
    let end = headers("v", 1001, &["Nats-Batch-Commit: eob"]);
    assert_eq!(put(&mut world, "s.1", &end)["count"], 1000);
}

#[test]
fn a_stream_has_fifty_batches_in_flight_at_most() {
    let mut world = batches(&json!({}));
    for k in 0..50 {
        assert!(put(&mut world, "s.1", &headers(&format!("b{k}"), 1, &[])).is_null());
    }
    let more = headers("more", 1, &[COMMIT]);
    assert_eq!(code(&put(&mut world, "s.1", &more)), 10210);
    put(&mut world, "s.1", &headers("b0", 2, &[COMMIT]));
    assert_eq!(put(&mut world, "s.1", &more)["count"], 1);
}

#[test]
fn a_batch_that_rests_is_abandoned_after_ten_seconds() {
    let mut world = batches(&json!({}));
    world
        .ether
        .listeners
        .insert("$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.S".into());
    put(&mut world, "s.1", &headers("u", 1, &[]));
    world.pass(6 * SECOND);
    put(&mut world, "s.1", &headers("u", 2, &[]));
    world.pass(6 * SECOND);
    assert!(abandoned(&mut world).is_empty());
    world.pass(4 * SECOND);
    let told = ("u".to_owned(), "timeout".to_owned());
    assert_eq!(abandoned(&mut world), [told]);
    let answer = put(&mut world, "s.1", &headers("u", 3, &[COMMIT]));
    assert_eq!(code(&answer), 10176);
}

#[test]
fn one_message_that_fails_its_check_stops_all_of_them() {
    let id = "Nats-Msg-Id: m";
    let cases: [(&[&str], &[&str], i64); 11] = [
        (&["Nats-Expected-Last-Msg-Id: q"], &[], 10177),
        (&[id], &[id], 10201),
        (&["Nats-Msg-Id: known"], &[], 10201),
        (&["Nats-Expected-Stream: X"], &[], 10060),
        (&["Nats-Expected-Last-Sequence: 9"], &[], 10071),
        (&[], &["Nats-Expected-Last-Sequence: 9"], 10071),
        (&[], &["Nats-Expected-Last-Sequence: 2"], 10164),
        (&[], &["Nats-Expected-Last-Subject-Sequence: 1"], 10164),
        (&["Nats-TTL: 5"], &[], 10166),
        (&["Nats-Rollup: sub"], &[], 10111),
        (&["Nats-Incr: 1"], &[], 10168),
    ];
    for (first, second, want) in cases {
        let mut world = batches(&json!({}));
        world.publish("s.1", "NATS/1.0\r\nNats-Msg-Id: known\r\n\r\n", "x");
        put(&mut world, "s.1", &headers("u", 1, first));
        let second: Vec<_> = second.iter().copied().chain([COMMIT]).collect();
        let answer = put(&mut world, "s.1", &headers("u", 2, &second));
        assert_eq!(code(&answer), want, "{first:?} {second:?}");
        assert_eq!(messages(&mut world), 1);
        let again = world.publish("s.1", &format!("NATS/1.0\r\n{id}\r\n\r\n"), "x");
        assert!(again["duplicate"].is_null(), "{first:?} left its id behind");
    }
}

#[test]
fn expectations_hold_against_the_stream_before_the_batch() {
    let mut world = batches(&json!({}));
    world.publish("s.1", "", "x");
    let other = "Nats-Expected-Last-Subject-Sequence-Subject: s.1";
    let first = ["Nats-Expected-Last-Subject-Sequence: 1", other];
    put(&mut world, "s.8", &headers("u", 1, &first));
    let second = [first[0], first[1], COMMIT];
    let ack = put(&mut world, "s.9", &headers("u", 2, &second));
    assert_eq!(ack["seq"], 3, "{ack}");
    let first = headers("v", 1, &["Nats-Expected-Last-Sequence: 3"]);
    put(&mut world, "s.1", &first);
    let ack = put(&mut world, "s.1", &headers("v", 2, &[COMMIT]));
    assert_eq!(ack["seq"], 5, "{ack}");
}

#[test]
fn limits_hold_for_the_whole_batch() {
    let mut world = batches(&json!({"discard": "new", "max_msgs": 3}));
    for seq in 1..=3 {
        put(&mut world, "s.1", &headers("u", seq, &[]));
    }
    let answer = put(&mut world, "s.1", &headers("u", 4, &[COMMIT]));
    assert_eq!(answer["error"]["description"], "maximum messages exceeded");
    assert_eq!(messages(&mut world), 0);
    put(&mut world, "s.1", &headers("v", 1, &[]));
    let ack = put(&mut world, "s.1", &headers("v", 2, &[COMMIT]));
    assert_eq!(ack["seq"], 2);
}

#[test]
fn counters_of_a_batch_build_on_each_other() {
    let mut world = batches(&json!({"allow_msg_counter": true}));
    let mut send = |subject: &str, seq: u64, lines: &[&str]| {
        world.send(subject, Some("_I.pub"), &headers("u", seq, lines), "");
    };
    send("s.1", 1, &["Nats-Incr: 1"]);
    send("s.1", 2, &["Nats-Incr: 2"]);
    send("s.2", 3, &["Nats-Incr: 5", COMMIT]);
    world.settle();
    let ack = world.take("_I.pub").pop().unwrap().json();
    assert_eq!(ack["count"], 3, "{ack}");
    assert_eq!(
        world.publish("s.1", "NATS/1.0\r\nNats-Incr: 0\r\n\r\n", "")["val"],
        "3"
    );
}

#[test]
fn a_roll_up_spares_its_own_batch() {
    let mut world = batches(&json!({"allow_rollup_hdrs": true}));
    world.publish("s.1", "", "x");
    world.publish("s.2", "", "x");
    put(&mut world, "s.1", &headers("u", 1, &["Nats-Rollup: sub"]));
    put(&mut world, "s.1", &headers("u", 2, &[COMMIT]));
    let left: Vec<_> = world.stored("S").into_iter().map(|it| it.0).collect();
    assert_eq!(left, [2, 3, 4]);
    for (first, second, text) in [
        ("s.1", "Nats-Rollup: sub", "batch rollup sub invalid"),
        ("s.2", "Nats-Rollup: all", "batch rollup all invalid"),
    ] {
        put(&mut world, first, &headers("v", 1, &[]));
        let answer = put(&mut world, "s.1", &headers("v", 2, &[second, COMMIT]));
        assert_eq!(answer["error"]["description"], text);
    }
}

#[test]
fn nobody_s_messages_take_sequences_and_no_room() {
    let mut world = batches(&json!({"retention": "interest"}));
    put(&mut world, "s.1", &headers("u", 1, &[]));
    let ack = put(&mut world, "s.2", &headers("u", 2, &[COMMIT]));
    assert_eq!(ack["seq"], 2);
    assert_eq!(messages(&mut world), 0);
    assert_eq!(world.publish("s.1", "", "x")["seq"], 3);
}

#[test]
fn subjects_are_moved_and_published_again() {
    let mut world = batches(
        &json!({"subject_transform": {"src": "s.*", "dest": "t.$1"}, "republish": {"src": ">", "dest": "r.>"}}),
    );
    put(&mut world, "s.1", &headers("u", 1, &[]));
    put(&mut world, "s.1", &headers("u", 2, &[COMMIT]));
    let again = world.take("r.t.1");
    assert!(
        again[0].headers.contains("Nats-Last-Sequence: 0\r\n"),
        "{again:?}"
    );
    assert!(
        again[1].headers.contains("Nats-Last-Sequence: 1\r\n"),
        "{again:?}"
    );
}

#[test]
fn switching_batches_off_forgets_them() {
    let mut world = batches(&json!({}));
    put(&mut world, "s.1", &headers("u", 1, &[]));
    let mut config = json!({"name": "S", "subjects": ["s.*"]});
    world.ask("STREAM.UPDATE.S", &config);
    config["allow_atomic"] = true.into();
    world.ask("STREAM.UPDATE.S", &config);
    let answer = put(&mut world, "s.1", &headers("u", 2, &[COMMIT]));
    assert_eq!(code(&answer), 10176);
}

#[test]
fn a_batch_is_there_whole_after_any_power_cut_or_not_at_all() {
    if world::in_memory() {
        return; // a restart takes all
    }
    use std::sync::{Arc, Mutex};
    let mut world = batches(&json!({"max_msgs": 10}));
    for _ in 0..10 {
        world.publish("s.old", "", "x");
    }
    let body = "y".repeat(20_000);
    for seq in 1..=10 {
        let lines: &[&str] = if seq == 10 { &[COMMIT] } else { &[] };
        world.send("s.new", Some("_I.pub"), &headers("u", seq, lines), &body);
    }
    let cuts = Arc::new(Mutex::new(Vec::new()));
    let seen = cuts.clone();
    world.disk.before_each(move |disk, _| {
        let mut seen = seen.lock().unwrap();
        seen.extend((0..6).map(|outcome| disk.cut(outcome)));
    });
    world.settle();
    world.disk.forget_hook();
    let cuts = std::mem::take(&mut *cuts.lock().unwrap());
    let mut kinds = std::collections::BTreeSet::new();
    for cut in cuts {
        let mut after = World::on(cut, world.now);
        let subjects: Vec<_> = after.stored("S").into_iter().map(|it| it.1).collect();
        assert!(
            subjects == ["s.old"; 10] || subjects == ["s.new"; 10],
            "half a batch: {subjects:?}"
        );
        kinds.insert(subjects[0].clone());
    }
    assert_eq!(
        kinds.len(),
        2,
        "no cut fell before the batch, or none after"
    );
}

#[test]
fn what_atomic_batches_can_t_go_with_is_refused() {
    let check = |more: Value, want: i64| {
        let mut config = json!({"name": "S", "allow_atomic": true});
        for (key, value) in more.as_object().into_iter().flatten() {
            config[key] = value.clone();
        }
        let made = World::new().ask("STREAM.CREATE.S", &config);
        assert_eq!(made["error"]["err_code"], want);
    };
    check(json!({"mirror": {"name": "X"}}), 10198);
    check(json!({"persist_mode": "async"}), 10052);
}
