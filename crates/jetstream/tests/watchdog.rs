//! What stands still is told, counted and woken; what waits for good reason isn't.

mod world;

use serde_json::json;
use world::{SECOND, World};

const PERIOD: u64 = 5 * SECOND;

fn world(config: &serde_json::Value) -> World {
    let mut world = World::new();
    world.ask("STREAM.CREATE.S", &json!({"name": "S", "subjects": ["s"]}));
    let mut consumer = json!({"name": "C", "durable_name": "C", "ack_policy": "explicit"});
    for (key, value) in config.as_object().unwrap() {
        consumer[key] = value.clone();
    }
    let body = json!({"stream_name": "S", "config": consumer});
    world.ask("CONSUMER.CREATE.S.C", &body);
    let body = json!({"batch": 10, "expires": 3600 * SECOND}).to_string();
    world.send("$JS.API.CONSUMER.MSG.NEXT.S.C", Some("_I.pull"), "", &body);
    world.settle();
    world
}

/// A commit that nobody tells of, as a lost wake-up is.
fn commit_silently(world: &World) {
    world.store.commit_once(world.now).unwrap();
}

/// A look, a period after the one before.
fn inspect(world: &mut World) -> (u64, u64) {
    world.now += PERIOD;
    let alarms = world.jetstream.inspect(world.now, &mut world.ether);
    (alarms.consumers, alarms.answers)
}

#[test]
fn a_consumer_that_stands_still_is_told_and_woken() {
    let mut world = world(&json!({}));
    world.send("s", None, "", "1");
    world.run();
    commit_silently(&world);
    assert_eq!(inspect(&mut world), (0, 0));
    assert_eq!(inspect(&mut world), (1, 0));
    world.run();
    assert_eq!(world.take("_I.pull").len(), 1);
    assert_eq!(inspect(&mut world), (1, 0));
}

#[test]
fn an_answer_that_was_forgotten_is_told_and_given() {
    let mut world = world(&json!({}));
    world.send("s", Some("_I.pub"), "", "1");
    commit_silently(&world);
    for _ in 0..2 {
        assert_eq!(inspect(&mut world).1, 0);
    }
    assert_eq!(inspect(&mut world).1, 1);
    assert_eq!(world.take("_I.pub").len(), 1);
}

#[test]
fn who_waits_for_good_reason_is_left_alone() {
    let pause = json!({"pause_until": "2100-01-01T00:00:00Z"});
    let full = json!({"max_ack_pending": 1, "ack_wait": 3600 * SECOND});
    let other = json!({"filter_subject": "t"});
    for config in [pause, full, other] {
        let mut world = world(&config);
        for _ in 0..3 {
            world.publish("s", "", "1");
        }
        for _ in 0..4 {
            assert_eq!(inspect(&mut world), (0, 0), "{config}");
        }
    }
}
