//! No two streams of an account take one subject, whatever was made, changed and deleted before.

mod world;

use serde_json::{Value, json};
use world::World;

const OVERLAP: u64 = 10065;

fn stream(name: &str, subjects: &[&str]) -> Value {
    json!({"name": name, "subjects": subjects})
}

fn code(answer: &Value) -> u64 {
    answer["error"]["err_code"].as_u64().unwrap_or(0)
}

fn create(world: &mut World, name: &str, subjects: &[&str]) -> u64 {
    code(&world.ask(&format!("STREAM.CREATE.{name}"), &stream(name, subjects)))
}

fn update(world: &mut World, name: &str, subjects: &[&str]) -> u64 {
    code(&world.ask(&format!("STREAM.UPDATE.{name}"), &stream(name, subjects)))
}

fn names(world: &mut World, subject: &str) -> Value {
    world.ask("STREAM.NAMES", &json!({"subject": subject}))["streams"].clone()
}

#[test]
fn what_a_stream_takes_is_nobody_else_s() {
    let mut world = World::new();
    assert_eq!(create(&mut world, "A", &["a.*", "b"]), 0);
    assert_eq!(create(&mut world, "B", &["a.1"]), OVERLAP);
    assert_eq!(create(&mut world, "B", &["c", "*"]), 10052, "with itself");
    assert_eq!(create(&mut world, "B", &["*"]), OVERLAP);
    assert_eq!(create(&mut world, "B", &["c"]), 0);
    // Its own subjects don't count, and those that it gave up are free.
    assert_eq!(update(&mut world, "A", &["a.1", "a.2", "d"]), 0);
    assert_eq!(update(&mut world, "A", &["a.>", "c"]), OVERLAP);
    assert_eq!(update(&mut world, "B", &["c", "b"]), 0);
    assert_eq!(names(&mut world, "a.1"), json!(["A"]));
    assert_eq!(names(&mut world, "*"), json!(["A", "B"]));
    assert_eq!(names(&mut world, "a.3"), Value::Null);
    let mut world = world.restart();
    assert_eq!(create(&mut world, "C", &["d"]), OVERLAP);
    assert_eq!(names(&mut world, "b"), json!(["B"]));
    world.ask("STREAM.DELETE.A", &Value::Null);
    assert_eq!(create(&mut world, "C", &["d", "a.*"]), 0);
    assert_eq!(names(&mut world, "a.1"), json!(["C"]));
}
