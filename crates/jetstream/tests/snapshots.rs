//! Streams leave as archives and come back: what is in them, who waits for what, and what faults leave behind.

mod world;

use serde_json::{Value, json};
use world::transfer::{CHUNK, begin, restore, snapshot};
use world::{SECOND, World};

fn made(world: &mut World, name: &str, more: &Value) {
    let mut config = json!({ "name": name });
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let answer = world.ask(&format!("STREAM.CREATE.{name}"), &config);
    assert!(answer["error"].is_null(), "{answer}");
}

fn noise(seed: u64, len: usize) -> String {
    let mut state = seed;
    let letters = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'a' + u8::try_from(state >> 59).unwrap_or(0) % 26)
    });
    letters.take(len).collect()
}

/// A stream with gaps, headers, and a consumer with messages out.
fn filled(count: u64) -> World {
    filled_with(count, 300)
}

fn filled_with(count: u64, len: usize) -> World {
    let mut world = World::new();
    made(&mut world, "S", &json!({"subjects": ["s.*"]}));
    for number in 0..count {
        let headers = ["", "NATS/1.0\r\nA: b\r\n\r\n"][usize::from(number % 2 == 0)];
        world.send(
            &format!("s.{}", number % 3),
            None,
            headers,
            &noise(number, len),
        );
        world.settle();
    }
    world.ask("STREAM.MSG.DELETE.S", &json!({"seq": 3}));
    world.ask("STREAM.MSG.DELETE.S", &json!({"seq": count}));
    let config = json!({"name": "C", "durable_name": "C", "ack_policy": "explicit"});
    world.ask(
        "CONSUMER.CREATE.S.C",
        &json!({"stream_name": "S", "config": config}),
    );
    let out = world.pull("C", &json!({"batch": 4}));
    world.send(&out[0].reply, None, "", "+ACK");
    world.send(&out[2].reply, None, "", "+ACK");
    world.settle();
    world
}

fn everything(world: &mut World, name: &str) -> Value {
    let info = world.ask(
        &format!("STREAM.INFO.{name}"),
        &json!({"deleted_details": true}),
    );
    let last = info["state"]["last_seq"].as_u64().unwrap_or(0);
    let mut messages = Vec::new();
    for seq in 1..=last {
        messages.push(world.ask(&format!("STREAM.MSG.GET.{name}"), &json!({ "seq": seq })));
    }
    json!({"config": info["config"], "state": info["state"], "messages": messages})
}

fn consumer(world: &mut World) -> Value {
    let mut info = world.ask("CONSUMER.INFO.S.C", &Value::Null);
    for part in ["delivered", "ack_floor"] {
        info[part]["last_active"] = Value::Null;
    }
    [
        "config",
        "delivered",
        "ack_floor",
        "num_ack_pending",
        "num_pending",
    ]
    .iter()
    .map(|name| info[name].clone())
    .collect()
}

fn streams(world: &World) -> Vec<String> {
    world
        .store
        .streams()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn a_stream_comes_back_as_it_was_with_its_consumers_and_survives_the_power() {
    let mut world = filled(40);
    let (before, waits) = (everything(&mut world, "S"), consumer(&mut world));
    let (answer, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    let restored = restore(&mut world, &answer["config"], &bytes);
    assert_eq!(restored["state"]["messages"], 38, "{restored}");
    let mut world = world.lose_power(3);
    assert_eq!(everything(&mut world, "S"), before);
    assert_eq!(consumer(&mut world), waits);
    assert_eq!(world.publish("s.1", "", "new")["seq"], 41);
    // What was out goes out again after its wait, what was acknowledged doesn't.
    world.pass(31 * SECOND);
    let seqs: Vec<u64> = world
        .pull("C", &json!({"batch": 3}))
        .iter()
        .map(|heard| {
            heard
                .reply
                .split('.')
                .nth(5)
                .expect("a sequence")
                .parse()
                .expect("a number")
        })
        .collect();
    assert_eq!(seqs, [2, 5, 6]);
}

#[test]
fn consumers_stay_at_home_if_asked_to() {
    let mut world = filled(6);
    let body = json!({"deliver_subject": "_I.snap", "no_consumers": true});
    let answer = world.ask("STREAM.SNAPSHOT.S", &body);
    let bytes = world.take("_I.snap").swap_remove(0).payload;
    world.ask("STREAM.DELETE.S", &Value::Null);
    let restored = restore(&mut world, &answer["config"], &bytes);
    assert_eq!(restored["state"]["consumer_count"], 0, "{restored}");
}

#[test]
fn an_empty_stream_keeps_its_place() {
    let mut world = filled(5);
    world.ask("STREAM.PURGE.S", &Value::Null);
    let (answer, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    restore(&mut world, &answer["config"], &bytes);
    assert_eq!(world.publish("s.1", "", "new")["seq"], 6);
}

#[test]
fn a_snapshot_waits_for_acknowledgements_and_gives_up_without_them() {
    let mut world = filled(60);
    let body = json!({"deliver_subject": "_I.snap", "chunk_size": CHUNK, "window_size": 3 * CHUNK});
    world.ask("STREAM.SNAPSHOT.S", &body);
    let chunks = world.take("_I.snap");
    assert_eq!(chunks.len(), 3, "the window is full");
    world.send(&chunks[0].reply, None, "", "");
    world.settle();
    assert_eq!(world.take("_I.snap").len(), 1);
    world.pass(6 * SECOND);
    let end = world.take("_I.snap").pop().expect("an end");
    assert_eq!(end.headers, "NATS/1.0 408 No Flow Response\r\n\r\n");
}

#[test]
fn nobody_listens_and_the_snapshot_ends() {
    let mut world = filled(6);
    world
        .ether
        .listeners
        .insert("$JS.EVENT.ADVISORY.STREAM.SNAPSHOT_COMPLETE.S".into());
    world.ask("STREAM.SNAPSHOT.S", &json!({"deliver_subject": "nobody"}));
    world.pass(3 * SECOND);
    let event = world
        .take("$JS.EVENT.ADVISORY.STREAM.SNAPSHOT_COMPLETE.S")
        .pop()
        .expect("an event");
    assert_eq!(event.json()["error"], "no interest");
}

#[test]
fn a_restored_stream_is_announced_when_it_is_durable() {
    let mut world = filled(6);
    let (answer, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    let to = begin(&mut world, &answer["config"]);
    world.send_bytes(&to, Some("_I.chunk"), &bytes);
    world.send_bytes(&to, Some("_I.end"), b"");
    world.jetstream.run(world.now, &mut world.ether);
    assert!(world.take("_I.end").is_empty());
    world.settle();
    assert_eq!(world.take("_I.end").len(), 1);
}

#[test]
fn a_crash_before_the_end_leaves_nothing() {
    let mut world = filled_with(60, 20_000);
    let (answer, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    let to = begin(&mut world, &answer["config"]);
    for chunk in bytes[..bytes.len() - 10].chunks(CHUNK) {
        world.send_bytes(&to, Some("_I.chunk"), chunk);
        world.settle();
    }
    assert_eq!(streams(&world), ["$G/S"]);
    let mut world = world.lose_power(1);
    world.settle();
    assert!(streams(&world).is_empty());
    assert_eq!(
        world.ask("STREAM.INFO.S", &Value::Null)["error"]["err_code"],
        10059
    );
    let restored = restore(&mut world, &answer["config"], &bytes);
    assert_eq!(restored["state"]["messages"], 58, "{restored}");
}

#[test]
fn faults_are_answered_and_leave_nothing() {
    let mut world = filled(60);
    let (answer, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    let small = json!({"name": "S", "subjects": ["s.*"], "max_msg_size": 10});
    let mut flipped = bytes.clone();
    flipped[2000] ^= 1;
    let cases: [(&Value, &[u8], &str); 5] = [
        (
            &answer["config"],
            b"garbage",
            "restore failed: s2: corrupt input",
        ),
        (
            &answer["config"],
            &flipped,
            "restore failed: s2: corrupt input, crc mismatch",
        ),
        (
            &answer["config"],
            &bytes[..bytes.len() - 1],
            "restore failed: s2: corrupt input",
        ),
        (&answer["config"], b"", "restore failed: EOF"),
        (
            &small,
            &bytes,
            "restore failed: message sequence 1 exceeds maximum message size",
        ),
    ];
    for (config, bytes, want) in cases {
        let error = restore(&mut world, config, bytes)["error"].clone();
        assert_eq!(
            (&error["err_code"], error["description"].as_str()),
            (&json!(10062), Some(want))
        );
        assert!(streams(&world).is_empty(), "{want}");
    }
}

#[test]
fn a_name_that_is_taken_meanwhile_stays_who_it_is() {
    let mut world = filled(6);
    let (answer, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    let to = begin(&mut world, &answer["config"]);
    made(&mut world, "S", &json!({"subjects": ["other"]}));
    world.publish("other", "", "x");
    world.send_bytes(&to, Some("_I.chunk"), &bytes);
    world.send_bytes(&to, Some("_I.end"), b"");
    world.settle();
    assert_eq!(world.take("_I.end")[0].json()["error"]["err_code"], 10062);
    assert_eq!(
        world.ask("STREAM.INFO.S", &Value::Null)["state"]["messages"],
        1
    );
}

#[test]
fn chunks_are_acknowledged_when_the_store_has_room_for_them() {
    let mut world = World::new();
    made(&mut world, "S", &json!({"subjects": ["s"]}));
    for number in 0..80 {
        world.send("s", None, "", &noise(number, 100_000));
        world.settle();
    }
    let (answer, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    let to = begin(&mut world, &answer["config"]);
    let mut sent = 0;
    for chunk in bytes.chunks(64 << 10) {
        world.send_bytes(&to, Some("_I.chunk"), chunk);
        sent += 1;
    }
    world.jetstream.run(world.now, &mut world.ether);
    let at_once = world.take("_I.chunk").len();
    assert!(at_once < sent, "nothing held back");
    for _ in 0..80 {
        world.settle();
    }
    assert_eq!(at_once + world.take("_I.chunk").len(), sent);
    world.send_bytes(&to, Some("_I.end"), b"");
    world.settle();
    assert_eq!(world.take("_I.end")[0].json()["state"]["messages"], 80);
}

#[test]
fn a_restore_that_nothing_comes_for_ends() {
    let mut world = filled_with(60, 20_000);
    let (answer, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    let to = begin(&mut world, &answer["config"]);
    world.send_bytes(&to, Some("_I.chunk"), &bytes[..bytes.len() / 2]);
    while world.take("_I.chunk").is_empty() {
        world.settle();
    }
    assert_eq!(streams(&world), ["$G/S"]);
    world.pass(6 * SECOND);
    assert!(streams(&world).is_empty());
    assert!(!world.is_heard(&to), "nobody listens for chunks any more");
}

#[test]
fn a_restored_stream_goes_on_with_its_sources() {
    let mut world = filled(6);
    made(&mut world, "T", &json!({"sources": [{"name": "S"}]}));
    world.settle();
    let (answer, bytes) = snapshot(&mut world, "T");
    world.ask("STREAM.DELETE.T", &Value::Null);
    let restored = restore(&mut world, &answer["config"], &bytes);
    assert_eq!(restored["state"]["messages"], 4, "{restored}");
    world.publish("s.1", "", "new");
    world.settle();
    assert_eq!(
        world.ask("STREAM.INFO.T", &Value::Null)["state"]["messages"],
        5
    );
}

#[test]
fn a_restored_stream_goes_on_with_its_schedules() {
    let mut world = World::new();
    let config = json!({"name": "S", "subjects": ["s.*"], "allow_msg_schedules": true});
    let made = world.ask("STREAM.CREATE.S", &config);
    let headers = "NATS/1.0\r\nNats-Schedule: @every 10s\r\nNats-Schedule-Target: s.t\r\n\r\n";
    world.publish("s.e", headers, "x");
    let (_, bytes) = snapshot(&mut world, "S");
    world.ask("STREAM.DELETE.S", &Value::Null);
    let answer = restore(&mut world, &made["config"], &bytes);
    assert!(answer["error"].is_null(), "{answer}");
    let mut world = world.lose_power(3);
    world.pass(5 * SECOND);
    assert_eq!(world.stored("S").len(), 1);
    world.pass(5 * SECOND);
    assert_eq!(world.stored("S").len(), 2);
}
