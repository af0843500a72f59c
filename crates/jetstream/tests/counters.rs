//! Streams that add up what they are told.

mod world;

use serde_json::{Value, json};
use world::World;

fn create(world: &mut World, name: &str, more: &Value) -> Value {
    let mut config = json!({"name": name, "allow_msg_counter": true});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    world.ask(&format!("STREAM.CREATE.{name}"), &config)
}

fn counters() -> World {
    let mut world = World::new();
    let made = create(&mut world, "S", &json!({"subjects": ["s.*"]}));
    assert_eq!(made["config"]["metadata"]["_nats.req.level"], "2");
    world
}

fn incr(by: &str) -> String {
    format!("NATS/1.0\r\nNats-Incr: {by}\r\n\r\n")
}

fn last(world: &mut World, stream: &str, subject: &str) -> Value {
    let got = world.ask(
        &format!("STREAM.MSG.GET.{stream}"),
        &json!({"last_by_subj": subject}),
    );
    let body = got["message"]["data"].as_str().unwrap_or_default();
    let body = data_encoding::BASE64.decode(body.as_bytes()).unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn sums_are_in_the_ack_and_in_the_body_and_survive_a_crash() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let mut world = counters();
    let ack = world.publish("s.a", &incr("1"), "");
    assert_eq!(ack, json!({"stream": "S", "seq": 1, "val": "1"}));
    world.publish("s.a", &incr("+5"), "");
    world.publish("s.b", &incr("7"), "");
    let nines = "9".repeat(60);
    world.publish("s.a", &incr(&nines), "");
    let mut world = world.lose_power(7);
    let ack = world.publish("s.a", &incr("-4"), "");
    let want = format!("1{}1", "0".repeat(59));
    assert_eq!(ack["val"], want);
    assert_eq!(last(&mut world, "S", "s.a"), json!({"val": want}));
    assert_eq!(last(&mut world, "S", "s.b"), json!({"val": "7"}));
}

#[test]
fn what_is_no_count_is_refused() {
    let mut world = counters();
    let mut check = |headers: &str, body: &str, code: i64| {
        let ack = world.publish("s.a", headers, body);
        assert_eq!(ack["error"]["err_code"], code, "{headers:?} {body:?}");
    };
    check("", "", 10169);
    check("", "5", 10169);
    check(&incr(""), "", 10169);
    check(&incr("1"), "x", 10170);
    check(&incr("1.5"), "", 10171);
    check(&incr("+"), "", 10171);
    let with = |line: &str| format!("NATS/1.0\r\nNats-Incr: 1\r\n{line}\r\n\r\n");
    check(&with("Nats-Rollup: sub"), "", 10171);
    check(&with("Nats-Expected-Stream: S"), "", 10171);
    check(&with("Nats-Expected-Last-Sequence: 0"), "", 10171);
    check(&with("Nats-Expected-Last-Subject-Sequence: 0"), "", 10171);
    check(&with("Nats-Expected-Last-Msg-Id: a"), "", 10171);
    check(&with("Nats-TTL: 5"), "", 10166);
    world.ask("STREAM.CREATE.P", &json!({"name": "P"}));
    let mut check = |by: &str, code: i64| {
        let ack = world.publish("P", &incr(by), "");
        assert_eq!(ack["error"]["err_code"], code, "{by:?}");
    };
    check("1", 10168);
    check("bad", 10171);
}

#[test]
fn a_duplicate_doesn_t_count_twice() {
    let mut world = counters();
    let headers = "NATS/1.0\r\nNats-Incr: 3\r\nNats-Msg-Id: a\r\n\r\n";
    world.publish("s.a", headers, "");
    assert_eq!(world.publish("s.a", headers, "")["duplicate"], true);
    assert_eq!(world.publish("s.a", &incr("1"), "")["val"], "4");
}

#[test]
fn a_purged_counter_begins_again() {
    let mut world = counters();
    world.publish("s.a", &incr("3"), "");
    world.ask("STREAM.PURGE.S", &json!({"filter": "s.a"}));
    assert_eq!(world.publish("s.a", &incr("1"), "")["val"], "1");
}

#[test]
fn what_counters_can_t_go_with_is_refused() {
    let check = |more: Value, want: &str| {
        let made = create(&mut World::new(), "S", &more);
        assert_eq!(made["error"]["description"], want);
    };
    check(
        json!({"discard": "new"}),
        "counter stream cannot use discard new",
    );
    check(
        json!({"retention": "interest"}),
        "counter stream can only use limits retention",
    );
    check(
        json!({"allow_msg_ttl": true}),
        "counter stream cannot use message TTLs",
    );
    check(
        json!({"mirror": {"name": "X"}}),
        "stream mirrors can not also calculate counters",
    );
    let mut world = counters();
    let off = world.ask(
        "STREAM.UPDATE.S",
        &json!({"name": "S", "subjects": ["s.*"]}),
    );
    assert_eq!(
        off["error"]["description"],
        "stream configuration update can not change message counter setting"
    );
}

#[test]
fn counters_of_other_streams_are_added_up_by_what_they_gained() {
    let mut world = World::new();
    for name in ["A", "B"] {
        let subjects = json!({"subjects": [format!("{}.*", name.to_lowercase())]});
        create(&mut world, name, &subjects);
    }
    let source = |name: &str| {
        let src = format!("{}.*", name.to_lowercase());
        json!({"name": name, "subject_transforms": [{"src": src, "dest": "t.$1"}]})
    };
    let made = create(
        &mut world,
        "T",
        &json!({"sources": [source("A"), source("B")]}),
    );
    assert!(made["error"].is_null(), "{made}");
    for (subject, by) in [("a.x", "1"), ("a.x", "2"), ("b.x", "10"), ("a.x", "4")] {
        world.publish(subject, &incr(by), "");
    }
    assert_eq!(last(&mut world, "T", "t.x"), json!({"val": "17"}));
    let headers = &world.stored("T").pop().unwrap().2;
    let sources = r#"Nats-Counter-Sources: {"A":{"a.x":"7"},"B":{"b.x":"10"}}"#;
    assert!(headers.contains(sources), "{headers}");
    assert!(headers.contains("Nats-Incr: 4\r\n"), "{headers}");
    // A message that the origin lost to a purge is in the next total.
    let chained = create(&mut world, "U", &json!({"sources": [{"name": "T"}]}));
    assert!(chained["error"].is_null(), "{chained}");
    world.settle();
    assert_eq!(last(&mut world, "U", "t.x"), json!({"val": "17"}));
}

#[test]
fn a_message_that_counts_nothing_is_left_out_by_a_counter_that_takes_it() {
    let mut world = World::new();
    world.ask("STREAM.CREATE.P", &json!({"name": "P"}));
    world.publish("P", "", "plain");
    create(&mut world, "T", &json!({"sources": [{"name": "P"}]}));
    world.settle();
    let info = world.ask("STREAM.INFO.T", &Value::Null);
    assert_eq!(info["state"]["messages"], 0);
    assert_eq!(info["sources"][0]["lag"], 0);
}
