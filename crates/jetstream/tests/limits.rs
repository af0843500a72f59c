//! Limits that change, last messages that go, sequences that end: what stays, what is refused, what is counted.

mod world;

use serde_json::{Value, json};
use world::{SECOND, World};

const STORAGES: [&str; 2] = ["file", "memory"];

fn make(world: &mut World, config: &Value) {
    let answer = world.ask("STREAM.CREATE.S", config);
    assert!(answer["error"].is_null(), "{answer}");
}

fn consume(world: &mut World, more: &Value) -> Value {
    let mut config = json!({"durable_name": "C", "ack_policy": "explicit"});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let body = json!({"stream_name": "S", "config": config});
    world.ask("CONSUMER.CREATE.S.C", &body)
}

fn messages(world: &mut World) -> Value {
    world.ask("STREAM.INFO.S", &Value::Null)["state"]["messages"].clone()
}

fn pending(world: &mut World) -> Value {
    world.ask("CONSUMER.INFO.S.C", &Value::Null)["num_pending"].clone()
}

/// Symptom: lowering limits under `discard: new` deleted messages, from work queues too. The reference keeps them and refuses new ones; limits
/// of a subject and of age hold at once.
#[test]
fn lower_limits_keep_what_is_there_and_refuse_what_comes() {
    let refused = [
        (json!({"max_msgs": 5}), "maximum messages exceeded"),
        (json!({"max_bytes": 300}), "maximum bytes exceeded"),
    ];
    for storage in STORAGES {
        for retention in ["limits", "interest", "workqueue"] {
            for before in ["new", "old"] {
                for (limit, why) in &refused {
                    let mut world = World::new();
                    let mut config = json!({
                        "name": "S", "subjects": ["s.*"], "storage": storage, "retention": retention, "discard": before,
                    });
                    make(&mut world, &config);
                    consume(&mut world, &json!({}));
                    for turn in 0..10 {
                        world.publish(&format!("s.{}", turn % 2), "", &"x".repeat(40));
                    }
                    config["discard"] = "new".into();
                    for (key, value) in limit.as_object().into_iter().flatten() {
                        config[key] = value.clone();
                    }
                    let told = world.ask("STREAM.UPDATE.S", &config);
                    assert!(told["error"].is_null(), "{told}");
                    assert_eq!(messages(&mut world), 10, "{config}");
                    let ack = world.publish("s.0", "", "x");
                    assert_eq!(ack["error"]["description"], *why, "{config}");
                    if storage == "file" {
                        world = world.lose_power(1);
                        assert_eq!(messages(&mut world), 10, "{config} after a restart");
                    }
                    config["max_msgs_per_subject"] = 1.into();
                    world.ask("STREAM.UPDATE.S", &config);
                    assert_eq!(messages(&mut world), 2, "one of each subject");
                }
            }
        }
    }
}

/// Symptom: a consumer of the last message of each subject counted purged and deleted ones in `num_pending` and never reached 0, so key-value
/// watchers waited for ever.
#[test]
fn last_messages_that_are_gone_are_not_pending() {
    for storage in STORAGES {
        let mut world = World::new();
        make(
            &mut world,
            &json!({"name": "S", "subjects": ["s.*"], "storage": storage, "max_msgs_per_subject": 1}),
        );
        for subject in ["s.a", "s.b", "s.c", "s.d"] {
            world.publish(subject, "", "x");
        }
        consume(
            &mut world,
            &json!({"deliver_policy": "last_per_subject", "filter_subject": "s.*"}),
        );
        assert_eq!(pending(&mut world), 4);
        world.ask("STREAM.PURGE.S", &json!({"filter": "s.b"}));
        assert_eq!(pending(&mut world), 3, "one was purged");
        world.ask("STREAM.MSG.DELETE.S", &json!({"seq": 3}));
        assert_eq!(pending(&mut world), 2, "one was deleted");
        world.publish("s.a", "", "new");
        world.settle();
        assert_eq!(pending(&mut world), 2, "one was replaced");
        let got = world.pull("C", &json!({"batch": 9, "no_wait": true}));
        let left: Vec<&str> = got
            .iter()
            .filter_map(|heard| heard.reply.strip_prefix("$JS.ACK.")?.rsplit('.').next())
            .collect();
        assert_eq!(left, ["1", "0"], "the last one says that it is");
        assert_eq!(pending(&mut world), 0);
    }
}

/// Symptom: an interest stream kept messages for ever after a consumer's filter was narrowed.
#[test]
fn what_nobody_wants_any_more_goes_with_the_filter() {
    for (retention, left) in [("interest", 2), ("workqueue", 4), ("limits", 4)] {
        for storage in STORAGES {
            let mut world = World::new();
            make(
                &mut world,
                &json!({"name": "S", "subjects": ["s.*"], "storage": storage, "retention": retention}),
            );
            consume(&mut world, &json!({"filter_subjects": ["s.a", "s.b"]}));
            for subject in ["s.a", "s.b", "s.a", "s.b"] {
                world.publish(subject, "", "x");
            }
            world.pull("C", &json!({"batch": 2, "no_wait": true}));
            assert_eq!(messages(&mut world), 4);
            consume(&mut world, &json!({"filter_subjects": ["s.a"]}));
            world.settle();
            assert_eq!(messages(&mut world), left, "{retention} {storage}");
            assert_eq!(pending(&mut world), 1);
        }
    }
}

/// Where a subject has one message, its marker takes its place, and its own time to live holds (as the reference has it).
#[test]
fn a_short_life_is_stretched_only_beside_markers() {
    for (per_subject, gone) in [(1, true), (2, false), (-1, false)] {
        let mut world = World::new();
        make(
            &mut world,
            &json!({
                "name": "S", "subjects": ["s.*"], "allow_msg_ttl": true, "allow_rollup_hdrs": true,
                "subject_delete_marker_ttl": 5 * SECOND, "max_msgs_per_subject": per_subject,
            }),
        );
        world.publish("s.a", "NATS/1.0\r\nNats-TTL: 1s\r\n\r\n", "x");
        world.pass(2 * SECOND);
        let stored = world.stored("S");
        let is_marker = stored[0].2.contains("Nats-Marker-Reason");
        assert_eq!(is_marker, gone, "{per_subject}: {stored:?}");
    }
}

/// Sequences don't wrap: those near the end are given, and then none.
#[test]
fn sequences_end_and_do_not_begin_again() {
    const MAX: u64 = u64::MAX;
    for storage in STORAGES {
        for (first, given) in [(MAX, 0), (MAX - 1, 1), (MAX - 3, 3)] {
            let mut world = World::new();
            make(
                &mut world,
                &json!({"name": "S", "subjects": ["s.*"], "storage": storage, "allow_direct": true}),
            );
            world.publish("s.a", "", "x");
            let purged = world.ask("STREAM.PURGE.S", &json!({"seq": first}));
            assert_eq!(purged["purged"], 1, "{purged}");
            for turn in 0..given {
                assert_eq!(world.publish("s.a", "", "x")["seq"], first + turn);
            }
            for _ in 0..3 {
                let ack = world.publish("s.a", "", "x");
                assert!(!ack["error"].is_null(), "{ack}");
            }
            for seq in [MAX, MAX - 1] {
                world.ask("STREAM.MSG.GET.S", &json!({"seq": seq}));
                world.ask(
                    "STREAM.MSG.GET.S",
                    &json!({"seq": seq, "next_by_subj": "s.*"}),
                );
                world.ask("STREAM.MSG.DELETE.S", &json!({"seq": seq}));
                world.ask("STREAM.PURGE.S", &json!({"seq": seq, "filter": "s.*"}));
                world.ask("STREAM.PURGE.S", &json!({"keep": seq}));
            }
        }
    }
}
