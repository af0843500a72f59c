//! What an ack is worth when the stream's retention changes, or its consumer goes.

mod world;

use serde_json::json;
use world::World;

/// A stream with three messages, and a consumer that holds two of them.
fn world(retention: &str) -> (World, Vec<world::Heard>) {
    let mut world = World::new();
    let config = json!({"name": "S", "subjects": ["s"], "retention": retention});
    world.ask("STREAM.CREATE.S", &config);
    let config = json!({"durable_name": "C", "ack_policy": "explicit"});
    let body = json!({"stream_name": "S", "config": config});
    world.ask("CONSUMER.CREATE.S.C", &body);
    for _ in 0..3 {
        world.publish("s", "", "x");
    }
    let held = world.pull("C", &json!({"batch": 2, "no_wait": true}));
    assert_eq!(held.len(), 2);
    (world, held)
}

/// Symptom: once an interest stream was made one with limits, no double ack was confirmed any more, and after a restart everything
/// acknowledged since came again. Cause: its consumers went on remembering what the stream was to remove, and it asked no more.
#[test]
fn acks_hold_when_the_stream_no_longer_removes_for_them() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let (mut world, held) = world("interest");
    world.send(&held[0].reply, None, "", "+ACK");
    let config = json!({"name": "S", "subjects": ["s"], "retention": "limits"});
    let told = world.ask("STREAM.UPDATE.S", &config);
    assert!(told["error"].is_null(), "{told}");
    world.send(&held[1].reply, Some("_I.ack"), "", "+ACK");
    world.settle();
    assert_eq!(world.take("_I.ack").len(), 1);
    let mut world = world.lose_power(1);
    let again = world.pull("C", &json!({"batch": 3, "no_wait": true}));
    let payloads = again
        .iter()
        .filter(|heard| !heard.payload.is_empty())
        .count();
    assert_eq!(payloads, 1, "{again:?}");
}

/// The other way round: what is acknowledged from then on goes.
#[test]
fn acks_remove_when_the_stream_begins_to() {
    let (mut world, held) = world("limits");
    let config = json!({"name": "S", "subjects": ["s"], "retention": "interest"});
    let told = world.ask("STREAM.UPDATE.S", &config);
    assert!(told["error"].is_null(), "{told}");
    for message in &held {
        world.send(&message.reply, None, "", "+ACK");
    }
    world.settle();
    let info = world.ask("STREAM.INFO.S", &serde_json::Value::Null);
    assert_eq!(info["state"]["messages"], 1, "{info}");
}

fn become_interest(world: &mut World) {
    let config = json!({"name": "S", "subjects": ["s"], "retention": "interest"});
    let told = world.ask("STREAM.UPDATE.S", &config);
    assert!(told["error"].is_null(), "{told}");
    world.settle();
}

fn left(world: &mut World) -> Vec<u64> {
    world.stored("S").iter().map(|(seq, ..)| *seq).collect()
}

/// Symptom: what was acknowledged before its stream became an interest stream stayed for ever. Remedy: the update looks at all messages.
#[test]
fn acks_of_before_count_when_the_stream_begins_to_remove() {
    let (mut world, held) = world("limits");
    world.send(&held[1].reply, None, "", "+ACK");
    become_interest(&mut world);
    assert_eq!(left(&mut world), [1, 3], "one is out, one is to come");
}

/// The update is durable, what follows from it isn't: the next start goes on with that.
#[test]
fn acks_of_before_count_after_a_power_cut() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let (mut world, held) = world("limits");
    world.send(&held[1].reply, Some("_I.ack"), "", "+ACK");
    world.settle();
    let config = json!({"name": "S", "subjects": ["s"], "retention": "interest"});
    world.request("STREAM.UPDATE.S", &config);
    world.store.commit_once(world.now).expect("the disk works");
    let mut world = world.restart();
    world.settle();
    assert_eq!(left(&mut world), [1, 3]);
}

#[test]
fn a_stream_without_consumers_is_empty_when_it_begins_to_remove() {
    let (mut world, _) = world("limits");
    world.ask("CONSUMER.DELETE.S.C", &serde_json::Value::Null);
    become_interest(&mut world);
    assert!(left(&mut world).is_empty());
}

#[test]
fn what_went_out_too_often_before_the_stream_began_to_remove_stays() {
    let (mut world, held) = world("limits");
    let config = json!({"durable_name": "C", "ack_policy": "explicit", "max_deliver": 1});
    let body = json!({"stream_name": "S", "config": config});
    world.ask("CONSUMER.CREATE.S.C", &body);
    world.send(&held[1].reply, None, "", "+ACK");
    world.pass(60 * world::SECOND);
    let last = world.pull("C", &json!({"batch": 1, "no_wait": true}));
    world.send(&last[0].reply, None, "", "+ACK");
    world.settle();
    become_interest(&mut world);
    assert_eq!(left(&mut world).first(), Some(&1), "nobody acknowledged it");
}

/// Symptom: an ack and the deletion of its consumer in one read left the message in the work queue, and the next consumer got it again; the ack
/// wasn't confirmed. Cause: what a consumer is done with is removed at the end of a turn, and it was gone by then.
#[test]
fn an_ack_counts_although_its_consumer_goes_at_once() {
    for retention in ["workqueue", "interest"] {
        let (mut world, held) = world(retention);
        world.send(&held[0].reply, Some("_I.ack"), "", "+ACK");
        world.request("CONSUMER.DELETE.S.C", &serde_json::Value::Null);
        world.settle();
        assert_eq!(world.take("_I.ack").len(), 1, "{retention}");
        let left: Vec<u64> = world.stored("S").iter().map(|(seq, ..)| *seq).collect();
        match retention {
            "workqueue" => assert_eq!(left, [2, 3]),
            _ => assert!(left.is_empty(), "nobody wants them: {left:?}"),
        }
    }
}

/// Symptom: a commit that decided many streams removed a slice of each before anybody was answered. Remedy: a slice of all of them.
#[test]
fn a_commit_removes_a_slice_of_all_streams() {
    /// What a turn does of long requests, at most; `tasks.rs` says so.
    const SLICE: usize = 256;
    const EACH: usize = SLICE * 3 / 4;
    let mut world = World::new();
    for name in ["A", "B", "C"] {
        let config = json!({"name": name, "subjects": [name], "retention": "interest"});
        world.ask(&format!("STREAM.CREATE.{name}"), &config);
        let config = json!({"durable_name": "D", "ack_policy": "explicit"});
        let body = json!({"stream_name": name, "config": config});
        world.ask(&format!("CONSUMER.CREATE.{name}.D"), &body);
        (0..EACH).for_each(|_| world.send(name, None, "", "x"));
    }
    world.settle();
    for name in ["A", "B", "C"] {
        world.request(&format!("CONSUMER.DELETE.{name}.D"), &json!(null));
    }
    world.run();
    let left = |world: &World| -> usize {
        let logs = ["$G/A", "$G/B", "$G/C"].map(|name| world.store.stream(name));
        let logs = logs.into_iter().map(|log| log.expect("it opens"));
        logs.flatten().map(|log| log.stats().msgs as usize).sum()
    };
    assert_eq!(left(&world), 3 * EACH);
    world.store.commit_once(world.now).expect("the disk works");
    world.jetstream.committed(usize::MAX, &mut world.ether);
    assert_eq!(left(&world), 3 * EACH - SLICE);
    world.run();
    assert_eq!(left(&world), 0);
}
