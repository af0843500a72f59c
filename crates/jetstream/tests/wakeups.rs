//! A commit at any moment of a turn wakes whoever waits for what it shows, and nobody else.

mod world;

use serde_json::json;
use world::World;

/// Two consumers that wait, the first of them at a place where a delivery makes the committer commit.
fn world() -> World {
    let mut world = World::new();
    world.ask(
        "STREAM.CREATE.S",
        &json!({"name": "S", "subjects": ["s.*"]}),
    );
    // With a filter alike the second one would read on beyond the mark of its turn, and miss nothing.
    for (name, filter, to) in [("A", Some("s.x"), "_TICK.a"), ("B", None, "_I.b")] {
        let mut config = json!({"name": name, "durable_name": name, "ack_policy": "none"});
        if let Some(filter) = filter {
            config["filter_subject"] = filter.into();
        }
        let subject = format!("CONSUMER.CREATE.S.{name}");
        world.ask(&subject, &json!({"stream_name": "S", "config": config}));
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.S.{name}");
        world.ether.listeners.insert(to.to_owned());
        let body = json!({"batch": 10, "expires": 3_600_000_000_000_u64});
        world.send(&subject, Some(to), "", &body.to_string());
    }
    world.settle();
    world.ether.ticking = Some((world.store.clone(), world.now));
    world
}

/// Symptom: consumers with a waiting request stay one message short for ever, until somebody publishes something. Cause: the turn read which
/// messages are visible at its begin, and its end read it anew to see whether a commit was to be waited for; one that came in between woke nobody.
#[test]
fn a_commit_within_a_turn_wakes_those_that_had_nothing() {
    let mut world = world();
    world.send("s.x", None, "", "1");
    world.store.commit_once(world.now).unwrap();
    world.jetstream.committed(usize::MAX, &mut world.ether);
    // This one is committed while the first one is delivered.
    world.send("s.x", None, "", "2");
    world.run();
    // The committer tells of it afterwards.
    world.jetstream.committed(usize::MAX, &mut world.ether);
    world.run();
    for to in ["_TICK.a", "_I.b"] {
        let got = world.take(to);
        let got: Vec<&str> = got.iter().map(|heard| heard.text()).collect();
        assert_eq!(got, ["1", "2"], "{to}");
    }
}
