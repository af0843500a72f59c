//! What accounts keep is apart, whatever they are called.

mod world;

use midge_streamlog::sim::CrashDisk;
use serde_json::{Value, json};
use world::World;

const NAMES: [&str; 7] = ["A", "A/B", "A/B/C", "A/", "/", "A.B", "ñ/☃"];

fn world(account: &str, disk: &CrashDisk) -> World {
    World::of_account(account, disk.kill(), 1_700_000_000 * world::SECOND)
}

fn fill(world: &mut World, streams: &[&str]) {
    for name in streams {
        let config =
            json!({"name": name, "subjects": [format!("{name}.*")], "allow_msg_schedules": true});
        let made = world.ask(&format!("STREAM.CREATE.{name}"), &config);
        assert!(made["error"].is_null(), "{made}");
        let body =
            json!({"stream_name": name, "config": {"durable_name": "D", "ack_policy": "explicit"}});
        let made = world.ask(&format!("CONSUMER.CREATE.{name}.D"), &body);
        assert!(made["error"].is_null(), "{made}");
        world.publish(&format!("{name}.a"), "", "x");
        world.publish(&format!("{name}.a"), "", "y");
    }
}

/// Streams with their messages and consumers.
fn view(world: &mut World) -> Vec<(Value, Value, Value)> {
    let streams = world.ask("STREAM.LIST", &Value::Null)["streams"].clone();
    let streams = streams.as_array().cloned().unwrap_or_default();
    let mut view = Vec::new();
    for stream in &streams {
        let name = stream["config"]["name"].as_str().expect("a name");
        let consumers = world.ask(&format!("CONSUMER.NAMES.{name}"), &Value::Null);
        view.push((
            stream["config"]["name"].clone(),
            stream["state"]["messages"].clone(),
            consumers["consumers"].clone(),
        ));
    }
    view
}

/// Symptom: accounts `A` and `A/B` destroyed each other's streams and consumers when the server started. Cause: what an account has was searched
/// by the beginning of its keys. Remedy: keys are searched by what they mean.
#[test]
fn accounts_whose_names_begin_alike_keep_what_is_theirs() {
    let mut disk = CrashDisk::new();
    let all = |names: &[&str]| -> Vec<(Value, Value, Value)> {
        let one = |name: &&str| (json!(name), json!(2), json!(["D"]));
        names.iter().map(one).collect()
    };
    for name in NAMES {
        let mut world = world(name, &disk);
        assert_eq!(view(&mut world), [], "{name} begins with nothing");
        fill(&mut world, &["B", "S"]);
        disk = world.disk.clone();
    }
    for round in 0..2 {
        for name in NAMES {
            let mut world = world(name, &disk);
            assert_eq!(view(&mut world), all(&["B", "S"]), "{name}, round {round}");
            disk = world.disk.clone();
        }
    }
    // What one of them deletes is gone for that one alone.
    let mut one = world("A", &disk);
    one.ask("STREAM.DELETE.S", &Value::Null);
    disk = one.disk.clone();
    for name in NAMES {
        let mut world = world(name, &disk);
        let left: &[&str] = if name == "A" { &["B"] } else { &["B", "S"] };
        assert_eq!(view(&mut world), all(left), "{name}");
        disk = world.disk.clone();
    }
}
