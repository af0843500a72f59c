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
