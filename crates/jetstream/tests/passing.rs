//! What the disk can't do for a moment is "not now", and never "there is nothing".

mod world;

use midge_streamlog::sim::{Call, Failure, Fault};
use serde_json::{Value, json};
use world::{SECOND, World};

/// A stream whose segments are sealed, and nobody looked at since the server's start.
fn sealed() -> World {
    let mut w = World::new();
    w.ask(
        "STREAM.CREATE.S",
        &json!({"name": "S", "subjects": ["s.*"], "allow_direct": true}),
    );
    let config = json!({"durable_name": "c", "ack_policy": "explicit", "filter_subject": "s.1"});
    w.ask(
        "CONSUMER.DURABLE.CREATE.S.c",
        &json!({"stream_name": "S", "config": config}),
    );
    for k in 0..12 {
        w.publish(&format!("s.{}", k % 3), "", &"x".repeat(20_000));
        w.store.maintain_once(w.now).expect("the disk works");
    }
    w.store.close(w.now).expect("it closes");
    World::on(w.disk.clone(), w.now)
}

fn lacking(w: &World, lacking: bool) {
    let faults = [Fault::fails(Call::Open, "0000", Failure::Descriptors)];
    w.disk.set_faults(if lacking { &faults } else { &[] });
}

/// Symptom: a consumer skipped every message of a segment, said that nothing was pending, and a pull was told "No Messages". Cause: a segment that
/// couldn't be opened was empty. Remedy: the consumer waits, and the clock has it try again.
#[test]
fn a_consumer_waits_while_its_messages_can_t_be_read() {
    let mut w = sealed();
    lacking(&w, true);
    let info = w.ask("CONSUMER.INFO.S.c", &Value::Null);
    assert!(info["num_pending"].as_u64() >= Some(4), "{info}");
    let got = w.pull("c", &json!({"batch": 10, "no_wait": true}));
    assert!(got.is_empty(), "{got:?}");
    let why = w.ask("CONSUMER.INFO.S.c", &Value::Null)["why"].to_string();
    assert!(why.contains("can't be read now"), "{why}");
    lacking(&w, false);
    w.pass(SECOND);
    let got = w.take("_I.pull");
    let bodies = got.iter().filter(|it| !it.payload.is_empty());
    assert_eq!(bodies.count(), 4, "{got:?}");
    let info = w.ask("CONSUMER.INFO.S.c", &Value::Null);
    assert_eq!(
        (&info["num_pending"], &info["num_ack_pending"]),
        (&json!(0), &json!(4))
    );
}

#[test]
fn what_can_t_be_read_is_an_error_and_not_a_success() {
    let mut w = sealed();
    lacking(&w, true);
    let purged = w.ask("STREAM.PURGE.S", &json!({"filter": "s.1"}));
    assert!(!purged["error"].is_null(), "{purged}");
    let got = w.ask("STREAM.MSG.GET.S", &json!({"last_by_subj": "s.1"}));
    assert_eq!(got["error"]["err_code"], 10023, "{got}");
    w.send(
        "$JS.API.DIRECT.GET.S",
        Some("_I.direct"),
        "",
        &json!({"seq": 2}).to_string(),
    );
    w.settle();
    let direct = w.take("_I.direct");
    assert!(direct[0].headers.starts_with("NATS/1.0 500"), "{direct:?}");
    // An id that may have come before, and a subject's last sequence, aren't known either.
    let refused = w.publish("s.1", "NATS/1.0\r\nNats-Msg-Id: a\r\n\r\n", "x");
    assert!(!refused["error"].is_null(), "{refused}");
    let expects = "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n";
    let refused = w.publish("s.1", expects, "x");
    assert_eq!(refused["error"]["err_code"], 10023, "{refused}");
    lacking(&w, false);
    let state = w.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
    assert_eq!(
        (&state["messages"], &state["num_subjects"]),
        (&json!(12), &json!(3))
    );
    let purged = w.ask("STREAM.PURGE.S", &json!({"filter": "s.1"}));
    assert_eq!(purged["purged"], 4, "{purged}");
}

/// The messages of a stream.
fn messages(w: &mut World, stream: &str) -> Value {
    w.ask(&format!("STREAM.INFO.{stream}"), &Value::Null)["state"]["messages"].clone()
}

/// A stream with such a configuration, whose segments are sealed, and nobody looked at since the server's start.
fn sealed_with(more: &Value, others: &[(&str, Value)]) -> World {
    let mut w = World::new();
    let mut config = json!({"name": "S", "subjects": ["s.*"]});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    w.ask("STREAM.CREATE.S", &config);
    for (subject, body) in others {
        let answer = w.ask(subject, body);
        assert!(answer["error"].is_null(), "{answer}");
    }
    for k in 0..12 {
        w.publish(&format!("s.{}", k % 3), "", &"x".repeat(20_000));
        w.store.maintain_once(w.now).expect("the disk works");
    }
    w.store.close(w.now).expect("it closes");
    World::on(w.disk.clone(), w.now)
}

/// Symptom: what only a removed consumer held back stayed until the server's restart. Cause: a sweep that met an error was dropped, and had
/// gone on past what it couldn't remove. Remedy: it stays where it was, and is tried again a second later.
#[test]
fn a_sweep_goes_on_when_the_disk_can_read_again() {
    let consumer = |name: &str, filter: &str| {
        let config =
            json!({"durable_name": name, "ack_policy": "explicit", "filter_subject": filter});
        json!({"stream_name": "S", "config": config})
    };
    let mut w = sealed_with(
        &json!({"retention": "interest"}),
        &[
            ("CONSUMER.DURABLE.CREATE.S.c", consumer("c", "s.*")),
            ("CONSUMER.DURABLE.CREATE.S.d", consumer("d", "s.other")),
        ],
    );
    lacking(&w, true);
    w.ask("CONSUMER.DELETE.S.c", &Value::Null);
    assert_eq!(messages(&mut w, "S"), 12);
    assert!(
        w.jetstream.poll_timeout().is_some_and(|due| due > w.now),
        "it is tried again, and not at once"
    );
    w.pass(SECOND);
    assert_eq!(messages(&mut w, "S"), 12);
    lacking(&w, false);
    w.pass(SECOND);
    assert_eq!(messages(&mut w, "S"), 0);
}

/// Symptom: messages of an interest stream that another stream had taken stayed for ever. Cause: what couldn't be removed at that moment was
/// forgotten. Remedy: it is kept, and tried again a second later.
#[test]
fn what_another_stream_took_goes_when_the_disk_can_read_again() {
    let mut w = sealed_with(
        &json!({"retention": "interest"}),
        &[(
            "CONSUMER.DURABLE.CREATE.S.c",
            json!({"stream_name": "S", "config": {"durable_name": "c", "ack_policy": "explicit"}}),
        )],
    );
    let taker = json!({"name": "T", "sources": [{"name": "S"}]});
    w.request("STREAM.CREATE.T", &taker);
    w.run();
    // All was taken, and isn't durable yet.
    w.request("CONSUMER.DELETE.S.c", &Value::Null);
    w.store.commit_once(w.now).expect("the disk works");
    w.disk
        .set_faults(&[Fault::fails(Call::Any, "0000", Failure::Descriptors)]);
    w.settle();
    w.disk.set_faults(&[]);
    for _ in 0..3 {
        w.pass(SECOND);
    }
    assert_eq!(messages(&mut w, "T"), 12);
    assert_eq!(messages(&mut w, "S"), 0);
}

/// Symptom: a publisher was told an error for a message that was stored, and the next try came twice. Cause: the purge that a roll-up asks
/// for comes after the message, and couldn't read. Remedy: the stream owes the purge, and tries it again a second later.
#[test]
fn a_stored_rollup_is_never_refused() {
    let mut w = sealed_with(&json!({"allow_rollup_hdrs": true}), &[]);
    lacking(&w, true);
    let ack = w.publish("s.1", "NATS/1.0\r\nNats-Rollup: sub\r\n\r\n", "new");
    assert_eq!(
        (&ack["seq"], &ack["error"]),
        (&json!(13), &Value::Null),
        "{ack}"
    );
    assert_eq!(messages(&mut w, "S"), 13);
    assert!(
        w.jetstream.poll_timeout().is_some_and(|due| due > w.now),
        "it is tried again, and not at once"
    );
    w.publish("s.1", "", "later");
    lacking(&w, false);
    w.pass(SECOND);
    let left: Vec<u64> = w
        .stored("S")
        .iter()
        .filter(|it| it.1 == "s.1")
        .map(|it| it.0)
        .collect();
    assert_eq!(left, [13, 14]);
}

/// Symptom: a source stored the same roll-up again every second. Cause and remedy as for a publisher's.
#[test]
fn a_source_takes_a_rollup_once() {
    let origin = json!({"name": "O", "subjects": ["o.*"], "allow_rollup_hdrs": true});
    let moved = json!([{"src": "o.*", "dest": "s.{{wildcard(1)}}"}]);
    let sources = json!([{"name": "O", "subject_transforms": moved}]);
    let mut w = sealed_with(
        &json!({"allow_rollup_hdrs": true, "sources": sources}),
        &[("STREAM.CREATE.O", origin)],
    );
    // How far it got is in its last message: nothing older is read for that.
    w.publish("o.0", "", "x");
    w.pass(SECOND);
    w.store.close(w.now).expect("it closes");
    let mut w = World::on(w.disk.clone(), w.now);
    lacking(&w, true);
    w.publish("o.1", "NATS/1.0\r\nNats-Rollup: sub\r\n\r\n", "new");
    w.pass(2 * SECOND);
    w.pass(2 * SECOND);
    assert_eq!(messages(&mut w, "S"), 14);
    lacking(&w, false);
    w.pass(2 * SECOND);
    assert_eq!(messages(&mut w, "S"), 10);
}
