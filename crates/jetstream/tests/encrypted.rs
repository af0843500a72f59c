//! With a key nothing that a client said stands in a file of the store.

mod world;

use midge_streamlog::{Disk, Key, sim::CrashDisk};
use serde_json::{Value, json};
use world::{SECOND, World};

/// What clients and the operator say. None of it is short enough to be there by chance.
const SAID: [&str; 12] = [
    "ACCOUNT-OF-MANY",
    "NAME-OF-A-STREAM",
    "description-of-a-stream",
    "metadata-of-a-stream",
    "subject-of-a-message",
    "Header-Of-A-Message",
    "id-of-a-message",
    "payload-of-a-message",
    "NAME-OF-A-CONSUMER",
    "metadata-of-a-consumer",
    "NAME-OF-A-MIRROR",
    "subject-of-a-delivery",
];

fn said_in_files(disk: &CrashDisk) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for name in disk.list().unwrap() {
        let bytes = disk.bytes(&name).unwrap();
        for text in SAID {
            if bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
            {
                found.push((name.clone(), text));
            }
        }
    }
    found
}

/// A server with a bit of everything, which has been at work and was started again.
fn worked(key: Option<&Key>) -> World {
    let [
        account,
        stream,
        description,
        meta,
        subject,
        header,
        id,
        payload,
        consumer,
        consumer_meta,
        mirror,
        delivery,
    ] = SAID;
    let (disk, now) = (CrashDisk::new(), 1_700_000_000 * SECOND);
    let mut world = World::with_key(key, account, disk, now);
    let ask = |world: &mut World, request: &str, body: &Value| {
        let answer = world.ask(request, body);
        assert!(answer["error"].is_null(), "{request}: {answer}");
        answer
    };
    let config = json!({
        "name": stream, "subjects": [format!("{subject}.*")], "description": description, "metadata": {"k": meta},
    });
    ask(&mut world, &format!("STREAM.CREATE.{stream}"), &config);
    let copy = json!({"name": mirror, "mirror": {"name": stream}});
    ask(&mut world, &format!("STREAM.CREATE.{mirror}"), &copy);
    for (name, more) in [
        (consumer, json!({})),
        ("PUSH", json!({"deliver_subject": delivery})),
    ] {
        let mut config = json!({
            "name": name, "durable_name": name, "ack_policy": "explicit", "metadata": {"k": consumer_meta},
            "filter_subject": format!("{subject}.1"),
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            config[key] = value.clone();
        }
        let body = json!({"stream_name": stream, "config": config});
        ask(
            &mut world,
            &format!("CONSUMER.DURABLE.CREATE.{stream}.{name}"),
            &body,
        );
    }
    for k in 0..50 {
        let headers = format!("NATS/1.0\r\n{header}: x\r\nNats-Msg-Id: {id}-{k}\r\n\r\n");
        world.send(&format!("{subject}.{}", k % 3), None, &headers, payload);
        world.settle();
    }
    let pause = json!({"pause_until": "2099-01-01T00:00:00Z"});
    ask(
        &mut world,
        &format!("CONSUMER.PAUSE.{stream}.{consumer}"),
        &pause,
    );
    ask(
        &mut world,
        &format!("STREAM.PURGE.{stream}"),
        &json!({"filter": format!("{subject}.2")}),
    );
    world.store.maintain_once(now).unwrap();
    world.store.close(now).unwrap();
    World::with_key(key, account, world.disk.kill(), now)
}

#[test]
fn nothing_that_was_said_stands_in_a_file() {
    let clear = said_in_files(&worked(None).disk);
    for text in SAID {
        assert!(clear.iter().any(|(_, found)| *found == text), "{text}");
    }
    let mut world = worked(Some(&Key::new([5; 32])));
    assert_eq!(said_in_files(&world.disk), []);
    let info = world.ask(&format!("STREAM.INFO.{}", SAID[1]), &Value::Null);
    assert_eq!(info["state"]["messages"], 34);
    assert_eq!(info["config"]["description"], SAID[2]);
    let request = format!("CONSUMER.INFO.{}.{}", SAID[1], SAID[8]);
    let info = world.ask(&request, &Value::Null);
    assert_eq!(info["config"]["metadata"]["k"], SAID[9]);
    assert_eq!(said_in_files(&world.disk), []);
}
