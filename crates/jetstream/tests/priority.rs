//! Priority groups: which of several waiting clients is served.

mod world;

use serde_json::{Value, json};
use world::{Heard, SECOND, World};

fn grouped(policy: &str) -> World {
    let mut world = World::new();
    world.ask(
        "STREAM.CREATE.S",
        &json!({"name": "S", "subjects": ["s.*"]}),
    );
    let config = json!({
        "name": "C", "durable_name": "C", "ack_policy": "explicit", "priority_policy": policy,
        "priority_groups": ["A"], "priority_timeout": if policy == "pinned_client" { SECOND } else { 0 },
    });
    let answer = world.ask(
        "CONSUMER.CREATE.S.C",
        &json!({"stream_name": "S", "config": config}),
    );
    assert!(answer["error"].is_null(), "{answer}");
    world
}

fn ask(world: &mut World, to: &str, more: &Value) {
    let mut body = json!({"batch": 10, "group": "A", "expires": 60 * SECOND});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    world.send(
        "$JS.API.CONSUMER.MSG.NEXT.S.C",
        Some(to),
        "",
        &body.to_string(),
    );
    world.settle();
}

fn texts(heard: &[Heard]) -> Vec<&str> {
    heard.iter().map(Heard::text).collect()
}

fn pin(heard: &Heard) -> String {
    let (_, id) = heard.headers.split_once("Nats-Pin-Id: ").expect("a pin");
    id.trim_end().to_owned()
}

#[test]
fn overflow_waits_until_enough_is_pending_or_out() {
    let mut w = grouped("overflow");
    ask(&mut w, "_I.far", &json!({"min_pending": 3}));
    ask(&mut w, "_I.stuck", &json!({"min_ack_pending": 2}));
    w.publish("s.a", "", "1");
    w.publish("s.a", "", "2");
    assert!(w.take("_I.far").is_empty() && w.take("_I.stuck").is_empty());
    w.publish("s.a", "", "3");
    assert_eq!(texts(&w.take("_I.far")), ["1"]);
    ask(&mut w, "_I.plain", &json!({"batch": 1}));
    assert_eq!(texts(&w.take("_I.plain")), ["2"]);
    assert_eq!(texts(&w.take("_I.stuck")), ["3"], "two are out now");
}

#[test]
fn one_client_is_pinned_until_it_is_silent() {
    let mut w = grouped("pinned_client");
    w.ether
        .listeners
        .insert("$JS.EVENT.ADVISORY.CONSUMER.UNPINNED.S.C".into());
    ask(&mut w, "_I.one", &json!({"batch": 1}));
    ask(&mut w, "_I.two", &json!({}));
    for text in ["1", "2", "3"] {
        w.publish("s.a", "", text);
    }
    let one = w.take("_I.one");
    assert_eq!(texts(&one), ["1"]);
    let id = pin(&one[0]);
    assert!(w.take("_I.two").is_empty(), "it stands by");
    ask(&mut w, "_I.one", &json!({"batch": 1, "id": id}));
    assert_eq!(texts(&w.take("_I.one")), ["2"]);
    ask(&mut w, "_I.three", &json!({"id": "another"}));
    assert!(
        w.take("_I.three")[0]
            .headers
            .contains("423 Nats-Pin-Id mismatch")
    );
    w.pass(2 * SECOND);
    let two = w.take("_I.two");
    assert_eq!(texts(&two), ["3"]);
    assert_ne!(pin(&two[0]), id);
    let advisory = w.take("$JS.EVENT.ADVISORY.CONSUMER.UNPINNED.S.C")[0].json();
    assert_eq!(
        (&advisory["reason"], &advisory["account"]),
        (&json!("timeout"), &json!("$G"))
    );
}

#[test]
fn unpinned_by_hand_the_next_one_is_pinned() {
    let mut w = grouped("pinned_client");
    ask(&mut w, "_I.one", &json!({"batch": 1}));
    w.publish("s.a", "", "1");
    let id = pin(&w.take("_I.one")[0]);
    ask(&mut w, "_I.two", &json!({}));
    w.publish("s.a", "", "2");
    assert!(w.take("_I.two").is_empty());
    let answer = w.ask("CONSUMER.UNPIN.S.C", &json!({"group": "A"}));
    assert!(answer["error"].is_null(), "{answer}");
    assert_eq!(texts(&w.take("_I.two")), ["2"]);
    let info = w.ask("CONSUMER.INFO.S.C", &Value::Null);
    assert_ne!(info["priority_groups"][0]["pinned_client_id"], json!(id));
}

#[test]
fn the_lowest_number_goes_first() {
    let mut w = grouped("prioritized");
    ask(&mut w, "_I.late", &json!({"priority": 5}));
    ask(&mut w, "_I.first", &json!({"priority": 1, "batch": 2}));
    ask(&mut w, "_I.also", &json!({"priority": 1, "batch": 2}));
    for text in ["1", "2", "3", "4", "5"] {
        w.publish("s.a", "", text);
    }
    assert_eq!(texts(&w.take("_I.first")), ["1", "3"]);
    let also = w.take("_I.also");
    assert_eq!(texts(&also), ["2", "4"]);
    assert_eq!(texts(&w.take("_I.late")), ["5"]);
}
