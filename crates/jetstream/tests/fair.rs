//! One request doesn't hold the others: long ones go on a slice per turn. Counted, not timed.

mod world;

use serde_json::{Value, json};
use world::World;

/// What a turn does of long requests, at most; `tasks.rs` says so.
const SLICE: usize = 256;
const MESSAGES: usize = 3000;

fn filled(more: &Value) -> World {
    let mut world = World::new();
    let mut config = json!({"name": "S", "subjects": ["s.*"], "allow_direct": true});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let answer = world.ask("STREAM.CREATE.S", &config);
    assert!(answer["error"].is_null(), "{answer}");
    if config["retention"] == "interest" {
        consumer(&mut world, "C", "s.*");
    }
    for at in 0..MESSAGES {
        world.send(&format!("s.{}", at % 10), None, "", "x");
        if at % 500 == 499 {
            world.settle();
        }
    }
    world.settle();
    world
}

fn consumer(world: &mut World, name: &str, filter: &str) {
    let config = json!({"name": name, "durable_name": name, "ack_policy": "explicit", "filter_subject": filter});
    let body = json!({"stream_name": "S", "config": config});
    let answer = world.ask(&format!("CONSUMER.CREATE.S.{name}"), &body);
    assert!(answer["error"].is_null(), "{answer}");
}

/// One turn, without a commit; true if there is more to do.
fn turn(world: &mut World) -> bool {
    world.jetstream.run(world.now, &mut world.ether)
}

/// Symptom: a direct get with `max_bytes` and no `batch` held all accounts for two minutes. Cause: all sequences of the stream were looked
/// up before the first message was sent, and all were sent in one go. Remedy: it is a task that sends as it reads.
#[test]
fn a_direct_get_of_everything_leaves_turns_to_others() {
    let mut world = filled(&json!({}));
    let get = json!({"seq": 1, "max_bytes": 1_u64 << 40}).to_string();
    let ask = |world: &mut World, to: &str| {
        world.send("$JS.API.DIRECT.GET.S", Some(to), "", &get);
    };
    ask(&mut world, "_I.a");
    ask(&mut world, "_I.b");
    let mut heard = [world.take("_I.a"), world.take("_I.b")];
    assert!(heard[0].len() + heard[1].len() <= SLICE);
    for at in 0.. {
        let more = turn(&mut world);
        let before = [heard[0].len(), heard[1].len()];
        heard[0].extend(world.take("_I.a"));
        heard[1].extend(world.take("_I.b"));
        let sent = heard[0].len() + heard[1].len() - before[0] - before[1];
        assert!(sent <= SLICE + 2, "{sent} in turn {at}");
        // Neither runs away from the other.
        let apart = heard[0].len().abs_diff(heard[1].len());
        assert!(apart <= 2 * SLICE, "{apart} in turn {at}");
        if !more {
            break;
        }
        // Others are answered in between.
        world.request("STREAM.NAMES", &Value::Null);
        assert_eq!(world.take("_I.ask")[0].json()["streams"], json!(["S"]));
    }
    for heard in &heard {
        assert_eq!(heard.len(), MESSAGES + 1);
        for (at, message) in (1..).zip(&heard[..MESSAGES]) {
            let seq = format!("Nats-Sequence: {at}\r\n");
            assert!(message.headers.contains(&seq), "{}", message.headers);
        }
        let end = &heard[MESSAGES].headers;
        assert!(
            end.starts_with("NATS/1.0 204 EOB") && end.contains("Nats-Num-Pending: 0"),
            "{end}"
        );
    }
}

#[test]
fn requests_that_take_long_are_bounded_in_number() {
    let mut world = filled(&json!({}));
    let get = json!({"seq": 1, "max_bytes": 1_u64 << 40}).to_string();
    for _ in 0..1100 {
        world.send("$JS.API.DIRECT.GET.S", Some("_I.a"), "", &get);
    }
    let refused = |it: &world::Heard| it.headers.starts_with("NATS/1.0 429");
    assert_eq!(
        world.take("_I.a").iter().filter(|it| refused(it)).count(),
        1100 - 1024
    );
}

/// Symptom: the end of a consumer of an interest stream with a million messages held everybody for 0.65 seconds. Cause: all that it held
/// back was looked at in one go. Remedy: a sweep, a slice per turn, that a crash doesn't end.
#[test]
fn what_a_consumer_held_back_goes_in_slices() {
    let mut world = filled(&json!({"retention": "interest"}));
    consumer(&mut world, "D", "s.other");
    let left = |world: &mut World| {
        let state = world.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
        state["messages"].as_u64().unwrap() as usize
    };
    world.request("CONSUMER.DELETE.S.C", &Value::Null);
    world.store.commit_once(world.now).unwrap();
    world.jetstream.committed(usize::MAX, &mut world.ether);
    let answer = world.take("_I.ask");
    assert_eq!(
        answer[0].json()["success"],
        json!(true),
        "answered before the sweep is through"
    );
    let (mut turns, mut more) = (0, true);
    while more {
        more = turn(&mut world);
        turns += 1;
    }
    assert!(turns >= MESSAGES / SLICE, "{turns} turns");
    assert_eq!(left(&mut world), 0);
}

#[test]
fn a_sweep_goes_on_after_a_crash() {
    let mut world = filled(&json!({"retention": "interest"}));
    consumer(&mut world, "D", "s.other");
    world.request("CONSUMER.DELETE.S.C", &Value::Null);
    turn(&mut world);
    world.store.commit_once(world.now).unwrap();
    let mut world = world.lose_power(1);
    world.settle();
    let state = world.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
    assert_eq!(state["messages"], json!(0), "{state}");
}

#[test]
fn deleted_sequences_are_listed_in_slices() {
    let mut world = filled(&json!({}));
    for seq in (2..MESSAGES).step_by(2) {
        world.request(
            "STREAM.MSG.DELETE.S",
            &json!({"seq": seq, "no_erase": true}),
        );
    }
    world.settle();
    world.take("_I.ask");
    world.request("STREAM.INFO.S", &json!({"deleted_details": true}));
    let mut turns = 0;
    while world.ether.heard.is_empty() {
        turn(&mut world);
        turns += 1;
    }
    assert!(turns >= MESSAGES / 2 / SLICE, "{turns} turns");
    let answer = world.take("_I.ask")[0].json();
    let deleted = answer["state"]["deleted"].as_array().unwrap();
    assert_eq!(deleted.len(), MESSAGES / 2 - 1);
    assert_eq!(deleted[7], json!(16));
}

/// Symptom: messages that were all too old at once held all accounts until the last was removed. Cause: one call of the log took all of
/// them. Remedy: it takes a slice, and the rest is due at once.
#[test]
fn what_is_too_old_goes_in_slices() {
    let mut world = filled(&json!({"max_age": 3_600_000_000_000_u64}));
    let messages = |world: &mut World| {
        world.request("STREAM.INFO.S", &Value::Null);
        let info = world.take("_I.ask")[0].json();
        info["state"]["messages"].as_u64().unwrap()
    };
    world.now += 3_601_000_000_000;
    let mut left = messages(&mut world);
    assert_eq!(left, MESSAGES as u64);
    while left > 0 {
        assert!(
            world.jetstream.poll_timeout().unwrap() <= world.now,
            "{left} are forgotten"
        );
        world.jetstream.handle_timeout(world.now, &mut world.ether);
        turn(&mut world);
        let now = messages(&mut world);
        assert!(now < left && left - now <= SLICE as u64, "{left} to {now}");
        left = now;
    }
}
