//! Who sent a message decides what JetStream does with it.

mod world;

use midge_jetstream::{Client, Origin, Rights};
use serde_json::json;
use std::sync::Arc;
use world::{World, transfer};

const FROM_SERVER: Origin<'static> = Origin::Server;

/// May send to, read and target what begins so.
#[derive(Debug)]
struct Within(&'static str);

impl Rights for Within {
    fn may_publish(&self, subject: &[u8]) -> bool {
        subject.starts_with(self.0.as_bytes())
    }

    fn may_read(&self, subject: &[u8]) -> bool {
        self.may_publish(subject)
    }

    fn may_target(&self, target: &[u8]) -> bool {
        self.may_publish(target)
    }

    fn keep(&self) -> Arc<dyn Rights + Send + Sync> {
        Arc::new(Self(self.0))
    }
}

fn world() -> World {
    let mut world = World::new();
    let config = json!({"name": "S", "subjects": ["s.>"], "allow_msg_schedules": true});
    let made = world.ask("STREAM.CREATE.S", &config);
    assert!(made["error"].is_null(), "{made}");
    world
}

/// The code of the error that `rights` get for a request, or 0.
fn code(world: &mut World, rights: &dyn Rights, path: &str, body: &serde_json::Value) -> u64 {
    let origin = Origin::Client(Client::new(rights));
    let subject = format!("$JS.API.{path}");
    world.send_as(origin, (&subject, Some("_I.code")), "", &body.to_string());
    world.settle();
    let answer = world.take("_I.code").pop().expect("an answer").json();
    answer["error"]["err_code"].as_u64().unwrap_or(0)
}

#[test]
fn what_the_server_sends_is_no_request_and_no_ack() {
    let mut world = world();
    world.publish("s.a", "", "x");
    let config = json!({"stream_name": "S", "config": {"name": "C", "ack_policy": "explicit"}});
    world.ask("CONSUMER.CREATE.S.C", &config);
    let reply = world.pull("C", &json!({"batch": 1}))[0].reply.clone();

    world.send_as(FROM_SERVER, ("$JS.API.STREAM.DELETE.S", None), "", "");
    world.send_as(FROM_SERVER, (&reply, Some("_I.double")), "", "+ACK");
    world.settle();

    let info = world.ask("CONSUMER.INFO.S.C", &json!({}));
    assert_eq!(info["num_ack_pending"], 1, "{info}");
    assert!(world.take("_I.double").is_empty());
}

#[test]
fn what_the_server_sends_is_stored_and_schedules_nothing() {
    let mut world = world();
    let plan = "NATS/1.0\r\nNats-Schedule: @every 1h\r\nNats-Schedule-Target: s.t\r\n\r\n";
    world.send_as(FROM_SERVER, ("s.a", None), plan, "x");
    world.send_as(FROM_SERVER, ("s.b", None), "", "x");
    world.settle();
    let stored: Vec<String> = world.stored("S").into_iter().map(|it| it.1).collect();
    assert_eq!(stored, ["s.b"]);
}

#[test]
fn definitions_have_the_rights_of_their_author() {
    let mut world = world();
    let rights = Within("own.");
    let check = |world: &mut World, path: &str, body: &serde_json::Value, want: u64| {
        assert_eq!(code(world, &rights, path, body), want, "{path} {body}");
    };
    let deliver =
        |to: &str| json!({"stream_name": "S", "config": {"name": "C", "deliver_subject": to}});
    check(
        &mut world,
        "CONSUMER.CREATE.S.C",
        &deliver("others.x"),
        10112,
    );
    check(&mut world, "CONSUMER.CREATE.S.C", &deliver("own.x"), 0);
    check(
        &mut world,
        "CONSUMER.CREATE.S.C",
        &deliver("others.x"),
        10112,
    );
    let republish = |dest: &str| json!({"name": "R", "subjects": ["r.>"], "republish": {"src": "r.>", "dest": dest}});
    check(&mut world, "STREAM.CREATE.R", &republish("others.>"), 10052);
    check(&mut world, "STREAM.CREATE.R", &republish("own.>"), 0);
    check(&mut world, "STREAM.UPDATE.R", &republish("others.>"), 10052);
    let plan = json!({"config": {"name": "Z", "subjects": ["z.>"], "republish": {"src": "z.>", "dest": "others.>"}}});
    check(&mut world, "STREAM.RESTORE.Z", &plan, 10052);
}

#[test]
fn a_schedule_has_the_rights_of_its_author_in_a_batch_too() {
    let mut world = world();
    let update = json!({"name": "S", "subjects": ["s.>"], "allow_msg_schedules": true, "allow_atomic": true});
    world.ask("STREAM.UPDATE.S", &update);
    let rights = Within("s.own");
    let plan = |target: &str, more: &str| {
        format!(
            "NATS/1.0\r\nNats-Schedule: @every 1h\r\nNats-Schedule-Target: {target}\r\n{more}\r\n"
        )
    };
    let mut check = |headers: &str, want: u64| {
        let origin = Origin::Client(Client::new(&rights));
        world.send_as(origin, ("s.own.plan", Some("_I.s")), headers, "x");
        world.settle();
        let answer = world.take("_I.s").pop().expect("an answer").json();
        let code = answer["error"]["err_code"].as_u64().unwrap_or(0);
        assert_eq!(code, want, "{headers:?} {answer}");
    };
    check(&plan("s.own.t", ""), 0);
    check(&plan("s.others", ""), 10190);
    check(
        &plan("s.own.t", "Nats-Schedule-Source: s.others\r\n"),
        10203,
    );
    check(
        &plan("s.own.t", "Nats-Schedule-Source: s.own.source\r\n"),
        0,
    );
    let batch = "Nats-Batch-Id: b\r\nNats-Batch-Sequence: 1\r\n";
    check(&plan("s.others", batch), 10190);
    let ends = "NATS/1.0\r\nNats-Scheduler: s.others\r\nNats-Schedule-Next: purge\r\n\r\n";
    check(ends, 10212);
}

#[test]
fn a_restored_consumer_delivers_nowhere_that_whoever_restores_it_may_not() {
    for (deliver, want) in [("others.x", 10062), ("own.x", 0)] {
        let mut world = world();
        let consumer = json!({"stream_name": "S", "config": {"name": "C", "durable_name": "C", "deliver_subject": deliver}});
        let made = world.ask("CONSUMER.CREATE.S.C", &consumer);
        assert!(made["error"].is_null(), "{made}");
        let (answer, archive) = transfer::snapshot(&mut world, "S");
        world.ask("STREAM.DELETE.S", &json!(null));

        let rights = Within("own.");
        let origin = Origin::Client(Client::new(&rights));
        let plan = json!({"config": answer["config"], "state": {}}).to_string();
        let request = ("$JS.API.STREAM.RESTORE.S", Some("_I.restore"));
        world.send_as(origin, request, "", &plan);
        world.settle();
        let begun = world.take("_I.restore").pop().expect("an answer").json();
        let to = begun["deliver_subject"].as_str().expect("a subject");
        for chunk in archive.chunks(transfer::CHUNK) {
            world.send_bytes(to, Some("_I.chunk"), chunk);
            world.settle();
        }
        world.send_bytes(to, Some("_I.end"), b"");
        world.settle();
        let end = world.take("_I.end").pop().expect("an answer").json();
        let code = end["error"]["err_code"].as_u64().unwrap_or(0);
        assert_eq!(code, want, "{deliver}: {end}");
    }
}
