//! What is too large for the log's journal, or comes all at once, is stored like anything else.

mod world;

use serde_json::json;
use world::World;

/// Symptom: a pull consumer with `max_ack_pending: -1` and 2.2 million pending messages ended JetStream for all accounts, and again after each
/// restart. Cause: its state fits no frame of the journal. (Here both are smaller by the same factor.)
#[test]
fn a_consumer_whose_state_is_larger_than_the_journal_is_kept() {
    const PENDING: u64 = 120_000;
    let mut world = World::new();
    world.ask("STREAM.CREATE.S", &json!({"name": "S", "subjects": ["s"]}));
    let config = json!({"durable_name": "C", "ack_policy": "explicit", "max_ack_pending": -1, "ack_wait": 3_600_000_000_000_u64});
    let made = world.ask(
        "CONSUMER.CREATE.S.C",
        &json!({"stream_name": "S", "config": config}),
    );
    assert!(made["error"].is_null(), "{made}");
    for k in 0..PENDING {
        world.send("s", None, "", "x");
        if k % 1000 == 0 {
            world.settle();
        }
    }
    world.settle();
    let request = format!(r#"{{"batch":{PENDING},"expires":60000000000}}"#);
    world.send("$JS.API.CONSUMER.MSG.NEXT.S.C", Some("_I.c"), "", &request);
    world.settle();
    let delivered = world.take("_I.c");
    assert_eq!(delivered.len() as u64, PENDING);
    // Some are acknowledged, and confirmed.
    for message in delivered.iter().step_by(1000) {
        world.send(&message.reply, Some("_I.acked"), "", "");
    }
    world.settle();
    let acked = PENDING / 1000;
    assert_eq!(world.take("_I.acked").len() as u64, acked);
    assert_eq!(world.store.failure(), None);
    for seed in [0, 5] {
        world = world.lose_power(seed);
        let info = world.ask("CONSUMER.INFO.S.C", &json!(null));
        assert_eq!(info["num_ack_pending"], PENDING - acked, "{info}");
        assert_eq!(info["num_pending"], 0, "{info}");
        assert_eq!(world.store.failure(), None);
    }
}

/// Symptom: the same after 300 pipelined requests with 125 KB of metadata each. (Smaller by the same factor; whoever brings them asks for room.)
#[test]
fn many_definitions_at_once_are_made() {
    let mut world = World::new();
    world.ask("STREAM.CREATE.S", &json!({"name": "S", "subjects": ["s"]}));
    let note = "x".repeat(4000);
    for k in 0..300 {
        let config = json!({"durable_name": format!("C{k}"), "metadata": {"note": note}});
        let body = json!({"stream_name": "S", "config": config}).to_string();
        if !world.store.has_room(body.len() + 256) {
            world.settle();
        }
        let subject = format!("$JS.API.CONSUMER.CREATE.S.C{k}");
        world.send(&subject, Some("_I.made"), "", &body);
    }
    world.settle();
    let made = world.take("_I.made");
    assert_eq!(made.len(), 300);
    let refused = made.iter().find(|it| !it.json()["error"].is_null());
    assert!(refused.is_none(), "{refused:?}");
    let mut world = world.lose_power(0);
    let info = world.ask("STREAM.INFO.S", &json!(null));
    assert_eq!(info["state"]["consumer_count"], 300);
}

/// Symptom: what had no room beside all that waited for the disk was refused as an invalid configuration. Cause: of what passes, a full disk alone
/// was told apart.
#[test]
fn a_definition_without_room_for_the_moment_is_not_called_invalid() {
    let mut world = World::new();
    let note = "x".repeat(100_000);
    for k in 0..100 {
        let config = json!({"name": format!("S{k}"), "metadata": {"note": note}});
        let subject = format!("$JS.API.STREAM.CREATE.S{k}");
        world.send(&subject, Some("_I.made"), "", &config.to_string());
    }
    let refused = world.take("_I.made");
    assert!(!refused.is_empty(), "the store has room for all");
    for answer in &refused {
        assert_eq!(answer.json()["error"]["err_code"], json!(10167));
    }
}
