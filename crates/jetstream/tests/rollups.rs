//! A message that takes the place of others reaches every consumer that wants it.
//!
//! Symptom: with file storage a consumer never got a message with `Nats-Rollup`, and `num_pending` was 0; a KV watcher missed purges.
//! Cause: the purge that a roll-up does looked for the first message left among those that consumers may see already. The message that
//! rolls up is on its way to the disk then, so "nothing is left" moved all consumers behind it.
//! Remedy: what is left is asked of all that is written.

mod world;

use serde_json::{Value, json};
use world::World;

const SUBJECTS: [&str; 3] = ["x.a", "x.b", "x.c.d"];
const FILTERS: [&[&str]; 5] = [&[], &["x.a"], &["x.>"], &["x.a", "x.b"], &["x.c.*"]];

fn make(world: &mut World, storage: &str) {
    let config = json!({
        "name": "S", "subjects": ["x.>"], "storage": storage, "allow_rollup_hdrs": true, "allow_atomic": true,
    });
    let made = world.ask("STREAM.CREATE.S", &config);
    assert!(made["error"].is_null(), "{made}");
    for (number, filters) in FILTERS.iter().enumerate() {
        let config = json!({"durable_name": format!("C{number}"), "filter_subjects": filters, "ack_policy": "none"});
        let body = json!({"stream_name": "S", "config": config});
        world.ask(&format!("CONSUMER.DURABLE.CREATE.S.C{number}"), &body);
    }
}

fn wanted(filters: &[&str], subject: &str) -> bool {
    let matches = |filter: &&str| midge_subject::matches(filter.as_bytes(), subject.as_bytes());
    filters.is_empty() || filters.iter().any(matches)
}

/// Each consumer still has these bodies to deliver, counts them, and delivers them.
fn all_get(world: &mut World, left: &[(&str, &str)]) {
    for (number, filters) in FILTERS.iter().enumerate() {
        let want: Vec<&str> = left
            .iter()
            .filter(|(subject, _)| wanted(filters, subject))
            .map(|(_, body)| *body)
            .collect();
        let name = format!("C{number}");
        let info = world.ask(&format!("CONSUMER.INFO.S.{name}"), &Value::Null);
        assert_eq!(info["num_pending"], want.len(), "{filters:?}: {info}");
        let heard = world.pull(&name, &json!({"batch": 10, "no_wait": true}));
        let got: Vec<&str> = heard
            .iter()
            .filter(|heard| !heard.reply.is_empty())
            .map(|heard| heard.text())
            .collect();
        assert_eq!(got, want, "{filters:?}");
    }
}

fn rolled_up(what: &str) -> String {
    format!("NATS/1.0\r\nNats-Rollup: {what}\r\n\r\n")
}

#[test]
fn a_rolled_up_message_is_delivered() {
    for storage in ["file", "memory"] {
        for subject in SUBJECTS {
            let mut world = World::new();
            make(&mut world, storage);
            world.publish(subject, "", "old");
            world.publish("x.b", "", "other");
            world.publish(subject, &rolled_up("all"), "all");
            all_get(&mut world, &[(subject, "all")]);
            world.publish("x.a", "", "kept");
            world.publish(subject, &rolled_up("sub"), "sub");
            let kept = ("x.a", "kept");
            let left = [kept, (subject, "sub")];
            let from = usize::from(subject == "x.a");
            all_get(&mut world, &left[from..]);
        }
    }
}

/// What is published behind it before a commit isn't skipped either, and a purge by request spares what is on its way.
#[test]
fn a_purge_spares_what_is_on_its_way_to_the_disk() {
    for storage in ["file", "memory"] {
        let mut world = World::new();
        make(&mut world, storage);
        world.publish("x.a", "", "old");
        world.send("x.a", None, "", "1");
        world.send("x.a", None, &rolled_up("sub"), "2");
        world.send("x.b", None, "", "3");
        world.send("x.a", None, "", "4");
        world.run();
        world.settle();
        all_get(&mut world, &[("x.a", "2"), ("x.b", "3"), ("x.a", "4")]);
        world.send("x.a", None, "", "5");
        world.send("x.a", None, "", "6");
        world.request("STREAM.PURGE.S", &json!({"filter": "x.a", "keep": 1}));
        world.send("x.a", None, "", "7");
        world.request("STREAM.PURGE.S", &json!({"seq": 8, "filter": "x.>"}));
        world.settle();
        world.take("_I.ask");
        all_get(&mut world, &[("x.a", "7")]);
    }
}

/// A batch whose messages roll up, and one whose second message does: all of it comes, in its order.
#[test]
fn what_a_batch_rolls_up_is_delivered() {
    for storage in ["file", "memory"] {
        for what in ["sub", "all"] {
            let mut world = World::new();
            make(&mut world, storage);
            world.publish("x.a", "", "old");
            let head = |number: u32, more: &str| {
                format!(
                    "NATS/1.0\r\nNats-Batch-Id: b\r\nNats-Batch-Sequence: {number}\r\n{more}\r\n"
                )
            };
            let rolls = format!("Nats-Rollup: {what}\r\n");
            world.send("x.b", None, &head(1, ""), "1");
            world.send("x.a", None, &head(2, &rolls), "2");
            world.send("x.c.d", None, &head(3, ""), "3");
            let end = "Nats-Batch-Commit: 1\r\n";
            world.send("x.b", Some("_I.pub"), &head(4, end), "4");
            world.run();
            world.settle();
            let ack = world.take("_I.pub").pop().expect("an ack").json();
            let left = [("x.b", "1"), ("x.a", "2"), ("x.c.d", "3"), ("x.b", "4")];
            match ack["error"].is_null() {
                true => all_get(&mut world, &left[usize::from(what == "all")..]),
                // What may not be in a batch changes nothing.
                false => all_get(&mut world, &[("x.a", "old")]),
            }
        }
    }
}
