//! Subject delete markers, and messages that live for ever.

mod world;

use serde_json::{Value, json};
use world::{SECOND, World};

fn stream(more: &Value) -> World {
    let mut world = World::new();
    let answer = create(&mut world, more);
    assert!(answer["error"].is_null(), "{answer}");
    world
}

fn create(world: &mut World, more: &Value) -> Value {
    let mut config = json!({"name": "S", "subjects": ["s.*"]});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    world.ask("STREAM.CREATE.S", &config)
}

fn refusal(more: &Value) -> String {
    let answer = create(&mut World::new(), more);
    answer["error"]["description"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn ttl(value: &str) -> String {
    format!("NATS/1.0\r\nNats-TTL: {value}\r\n\r\n")
}

const MARKER: &str =
    "NATS/1.0\r\nNats-Marker-Reason: MaxAge\r\nNats-TTL: 2s\r\nNats-Rollup: sub\r\n\r\n";

#[test]
fn markers_bring_ttls_and_rollups_with_them() {
    let mut world = World::new();
    let made = create(
        &mut world,
        &json!({"subject_delete_marker_ttl": 1_500_000_000, "deny_purge": true}),
    );
    let config = &made["config"];
    assert_eq!(config["subject_delete_marker_ttl"], 1_500_000_000_i64);
    assert_eq!(config["allow_msg_ttl"], true);
    assert_eq!(config["allow_rollup_hdrs"], true);
    assert_eq!(config["deny_purge"], false);
    assert_eq!(config["metadata"]["_nats.req.level"], "1");
    let zero = world.ask(
        "STREAM.UPDATE.S",
        &json!({"name": "S", "subjects": ["s.*"], "allow_msg_ttl": true}),
    );
    assert!(
        zero["config"]["subject_delete_marker_ttl"].is_null(),
        "{zero}"
    );
}

#[test]
fn times_of_markers_that_can_t_be_are_refused() {
    let check = |more: Value, want: &str| assert_eq!(refusal(&more), want);
    check(
        json!({"subject_delete_marker_ttl": 500_000_000}),
        "subject delete marker TTL must be at least 1 second",
    );
    check(
        json!({"subject_delete_marker_ttl": -1}),
        "subject delete marker TTL must not be negative",
    );
    check(
        json!({"subject_delete_marker_ttl": SECOND, "pedantic": true}),
        "subject delete marker cannot be set if message TTLs are disabled",
    );
    check(
        json!({"subject_delete_marker_ttl": SECOND, "pedantic": true, "allow_msg_ttl": true}),
        "subject delete marker cannot be set if roll-ups are disabled",
    );
}

#[test]
fn a_subject_that_lost_its_last_message_gets_one_marker() {
    let mut world = stream(
        &json!({"subject_delete_marker_ttl": 2 * SECOND, "max_age": 3 * SECOND, "duplicate_window": SECOND}),
    );
    world.publish("s.a", "", "1");
    world.publish("s.a", "", "2");
    world.publish("s.b", "NATS/1.0\r\nKV-Operation: PURGE\r\n\r\n", "");
    world.publish("s.c", "NATS/1.0\r\nKV-Operation: DEL\r\n\r\n", "");
    world.publish("s.d", "NATS/1.0\r\nNats-Marker-Reason: Remove\r\n\r\n", "");
    world.pass(3 * SECOND);
    assert_eq!(
        world.stored("S"),
        [
            (6, "s.a".to_owned(), MARKER.to_owned()),
            (7, "s.c".to_owned(), MARKER.to_owned()),
        ]
    );
    world.pass(3 * SECOND);
    assert!(world.stored("S").is_empty());
}

#[test]
fn a_message_with_others_on_its_subject_leaves_no_marker() {
    let mut world = stream(&json!({"subject_delete_marker_ttl": SECOND}));
    world.publish("s.a", "", "1");
    world.publish("s.a", &ttl("1"), "2");
    world.pass(3 * SECOND);
    assert_eq!(world.stored("S").len(), 1);
    assert_eq!(world.stored("S")[0].0, 1);
}

#[test]
fn deleted_and_purged_subjects_get_no_marker() {
    let mut world = stream(&json!({"subject_delete_marker_ttl": 60 * SECOND}));
    world.publish("s.a", "", "1");
    world.publish("s.b", "", "1");
    world.ask("STREAM.MSG.DELETE.S", &json!({"seq": 1}));
    world.ask("STREAM.PURGE.S", &json!({"filter": "s.b"}));
    world.pass(SECOND);
    assert!(world.stored("S").is_empty());
}

#[test]
fn shorter_times_to_live_are_raised_to_the_marker_s() {
    let mut world = stream(&json!({"subject_delete_marker_ttl": 60 * SECOND}));
    let headers = "NATS/1.0\r\nNats-TTL: 1\r\nOther: x\r\n\r\n";
    world.publish("s.a", headers, "1");
    world.publish("s.b", &ttl("never"), "1");
    world.publish("s.c", &ttl("2m"), "1");
    let headers: Vec<_> = world.stored("S").into_iter().map(|it| it.2).collect();
    let raised = "NATS/1.0\r\nOther: x\r\nNats-TTL: 60\r\n\r\n";
    assert_eq!(headers, [raised.to_owned(), ttl("never"), ttl("2m")]);
    world.pass(59 * SECOND);
    assert_eq!(world.stored("S").len(), 3);
    world.pass(2 * SECOND);
    assert_eq!(world.stored("S")[2].1, "s.a");
}

#[test]
fn what_never_expires_outlives_max_age_and_a_restart() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let mut world =
        stream(&json!({"allow_msg_ttl": true, "max_age": 2 * SECOND, "duplicate_window": SECOND}));
    world.publish("s.a", &ttl("never"), "1");
    world.publish("s.b", &ttl("10"), "1");
    world.publish("s.c", "", "1");
    let mut world = world.lose_power(3);
    world.pass(5 * SECOND);
    let left: Vec<_> = world.stored("S").into_iter().map(|it| it.1).collect();
    assert_eq!(left, ["s.a"]);
}

#[test]
fn a_restart_makes_no_second_marker_and_forgets_none() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let config = json!({"subject_delete_marker_ttl": 60 * SECOND, "max_age": 90 * SECOND, "duplicate_window": SECOND});
    let mut world = stream(&config);
    world.publish("s.a", &ttl("60"), "1");
    world.publish("s.b", &ttl("80"), "1");
    world.pass(62 * SECOND);
    assert_eq!(world.stored("S").len(), 2);
    let mut world = world.lose_power(9);
    world.pass(20 * SECOND);
    let left: Vec<_> = world.stored("S").into_iter().map(|it| it.1).collect();
    assert_eq!(left, ["s.a", "s.b"]);
    assert_eq!(
        world.ask("STREAM.INFO.S", &Value::Null)["state"]["last_seq"],
        4
    );
}

#[test]
fn markers_are_republished_and_reach_consumers() {
    let mut world = stream(
        &json!({"subject_delete_marker_ttl": SECOND, "republish": {"src": "s.*", "dest": "r.{{wildcard(1)}}"}}),
    );
    world.publish("s.a", &ttl("1"), "1");
    world.take("r.a");
    world.pass(3 * SECOND);
    let again = world.take("r.a");
    assert!(
        again[0].headers.contains("Nats-Marker-Reason: MaxAge"),
        "{again:?}"
    );
}
