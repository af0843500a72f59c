//! What is asked of the API, and what it answers, is told to whoever listens.

mod world;

use serde_json::{Value, json};
use world::World;

const AUDIT: &str = "$JS.EVENT.ADVISORY.API";

fn audited() -> World {
    let mut world = World::new();
    world.ether.listeners.insert(AUDIT.into());
    world
}

#[test]
fn requests_are_told_with_their_answers() {
    let mut world = audited();
    let answer = world.ask("STREAM.CREATE.S", &json!({"name": "S"}));
    let told = world.take(AUDIT).pop().expect("an advisory").json();
    assert_eq!(told["type"], "io.nats.jetstream.advisory.v1.api_audit");
    assert_eq!(told["subject"], "$JS.API.STREAM.CREATE.S");
    assert_eq!(told["request"], r#"{"name":"S"}"#);
    assert_eq!(told["client"]["acc"], "$G");
    let response: Value = serde_json::from_str(told["response"].as_str().unwrap()).unwrap();
    assert_eq!(response, answer);
    world.ask("STREAM.INFO.X", &Value::Null);
    let told = world.take(AUDIT).pop().expect("an advisory").json();
    assert!(told["request"].is_null(), "{told}");
    assert!(
        told["response"].as_str().unwrap().contains("10059"),
        "{told}"
    );
}

#[test]
fn an_answer_is_told_to_others_no_sooner_than_to_whom_it_is_for() {
    let mut world = audited();
    world.send("$JS.API.STREAM.CREATE.S", None, "", r#"{"name":"S"}"#);
    assert!(world.take(AUDIT).is_empty());
    world.settle();
    assert_eq!(world.take(AUDIT).len(), 1);
}

#[test]
fn messages_that_are_read_are_told_to_nobody_else() {
    let mut world = audited();
    world.ask(
        "STREAM.CREATE.S",
        &json!({"name": "S", "allow_direct": true}),
    );
    world.publish("S", "", "secret");
    world.take(AUDIT);
    world.ask("STREAM.MSG.GET.S", &json!({"seq": 1}));
    assert!(world.take(AUDIT).is_empty());
}
