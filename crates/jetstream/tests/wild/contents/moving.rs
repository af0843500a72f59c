//! The stream leaves as an archive and goes on in another store.

use super::Run;
use crate::world::World;
use serde_json::{Value, json};

const CHUNK: usize = 4096;
/// Commits that a restored stream may take, after its last chunk.
const ROUNDS: usize = 50;

impl Run {
    /// What waits for a commit isn't there: everything is settled between two steps.
    pub(super) fn move_house(&mut self) {
        self.at += ", moved";
        let (answer, bytes) = self.archive();
        let mut other = World::new();
        other.pass(self.world.now - other.now);
        let to = other.ask(
            "STREAM.RESTORE.S",
            &json!({"config": answer["config"], "state": answer["state"]}),
        );
        let to = to["deliver_subject"]
            .as_str()
            .unwrap_or_else(|| panic!("{}: {to}", self.at))
            .to_owned();
        for chunk in bytes.chunks(CHUNK).chain([&[][..]]) {
            other.send_bytes(&to, Some("_I.restored"), chunk);
            other.settle();
        }
        // A chunk may hold more than the store takes between two commits.
        (0..ROUNDS).for_each(|_| other.settle());
        let answers = other.take("_I.restored");
        let answer = answers
            .last()
            .unwrap_or_else(|| panic!("{}: no answer", self.at));
        assert!(
            !answer.payload.is_empty(),
            "{}: it isn't told that all is there",
            self.at
        );
        let answer = answer.json();
        assert!(answer["error"].is_null(), "{}: {answer}", self.at);
        (self.world, self.is_full) = (other, false);
        self.world.pass(0);
        self.model.restart();
    }

    fn archive(&mut self) -> (Value, Vec<u8>) {
        let world = &mut self.world;
        let body = json!({"deliver_subject": "_I.snap", "chunk_size": CHUNK});
        let answer = world.ask("STREAM.SNAPSHOT.S", &body);
        assert!(answer["error"].is_null(), "{}: {answer}", self.at);
        let mut bytes = Vec::new();
        loop {
            world.settle();
            let chunks = world.take("_I.snap");
            assert!(!chunks.is_empty(), "{}: the snapshot stalls", self.at);
            for chunk in chunks {
                if chunk.payload.is_empty() {
                    return (answer, bytes);
                }
                bytes.extend_from_slice(&chunk.payload);
                if world.is_heard(&chunk.reply) {
                    world.send(&chunk.reply, None, "", "");
                }
            }
        }
    }
}
