//! Snapshots out of a world and into one.

use super::World;
use serde_json::{Value, json};

/// Bytes of a chunk.
pub(crate) const CHUNK: usize = 1024;

/// Takes a snapshot, and acknowledges its chunks.
pub(crate) fn snapshot(world: &mut World, name: &str) -> (Value, Vec<u8>) {
    let body = json!({"deliver_subject": "_I.snap", "chunk_size": CHUNK, "window_size": 4 * CHUNK});
    let answer = world.ask(&format!("STREAM.SNAPSHOT.{name}"), &body);
    assert!(answer["error"].is_null(), "{answer}");
    let mut bytes = Vec::new();
    loop {
        world.settle();
        let chunks = world.take("_I.snap");
        assert!(!chunks.is_empty(), "the snapshot stalls");
        for chunk in chunks {
            bytes.extend_from_slice(&chunk.payload);
            if chunk.payload.is_empty() {
                assert!(
                    chunk.headers.is_empty() || chunk.headers == "NATS/1.0 204\r\n\r\n",
                    "{}",
                    chunk.headers
                );
                return (answer, bytes);
            }
            if world.is_heard(&chunk.reply) {
                world.send(&chunk.reply, None, "", "");
            }
        }
    }
}

/// Begins to restore, and says where chunks go.
pub(crate) fn begin(world: &mut World, config: &Value) -> String {
    let name = config["name"].as_str().expect("a name");
    let answer = world.ask(
        &format!("STREAM.RESTORE.{name}"),
        &json!({"config": config, "state": {}}),
    );
    answer["deliver_subject"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

pub(crate) fn restore(world: &mut World, config: &Value, bytes: &[u8]) -> Value {
    let to = begin(world, config);
    for chunk in bytes.chunks(CHUNK) {
        world.send_bytes(&to, Some("_I.chunk"), chunk);
        world.settle();
        assert_eq!(
            world.take("_I.chunk").len(),
            1,
            "each chunk is acknowledged"
        );
    }
    world.send_bytes(&to, Some("_I.end"), b"");
    world.settle();
    world.take("_I.end").pop().expect("an answer").json()
}
