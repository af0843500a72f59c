//! What streams and consumers promise, step by step.

mod world;

use serde_json::{Value, json};
use world::{SECOND, World};

fn stream(more: &Value) -> World {
    let mut world = World::new();
    let mut config = json!({"name": "S", "subjects": ["s.*"]});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let answer = world.ask("STREAM.CREATE.S", &config);
    assert!(answer["error"].is_null(), "{answer}");
    world
}

fn consumer(world: &mut World, more: &Value) {
    let mut config = json!({"name": "C", "durable_name": "C", "ack_policy": "explicit"});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let body = json!({"stream_name": "S", "config": config});
    let answer = world.ask("CONSUMER.CREATE.S.C", &body);
    assert!(answer["error"].is_null(), "{answer}");
}

fn info(world: &mut World) -> Value {
    world.ask("CONSUMER.INFO.S.C", &Value::Null)
}

#[test]
fn an_ack_leaves_after_the_commit_and_not_before() {
    if world::in_memory() {
        return; // nothing waits for a disk
    }
    let mut world = stream(&json!({}));
    world.send("s.a", Some("_I.pub"), "", "x");
    assert!(world.take("_I.pub").is_empty());
    world.settle();
    assert_eq!(world.take("_I.pub")[0].text(), r#"{"stream":"S","seq":1}"#);
}

#[test]
fn a_duplicate_is_acknowledged_when_the_original_is_durable() {
    if world::in_memory() {
        return; // nothing waits for a disk
    }
    let mut world = stream(&json!({}));
    let id = "NATS/1.0\r\nNats-Msg-Id: a\r\n\r\n";
    world.send("s.a", Some("_I.pub"), id, "x");
    world.send("s.a", Some("_I.pub"), id, "x");
    assert!(world.take("_I.pub").is_empty());
    world.settle();
    let acks = world.take("_I.pub");
    assert_eq!(acks[0].text(), r#"{"stream":"S","seq":1}"#);
    assert_eq!(
        acks[1].text(),
        r#"{"stream":"S","seq":1,"duplicate": true}"#
    );
}

#[test]
fn an_id_is_known_after_a_restart() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let mut world = stream(&json!({}));
    let id = "NATS/1.0\r\nNats-Msg-Id: a\r\n\r\n";
    world.publish("s.a", id, "x");
    let mut world = world.lose_power(3);
    assert_eq!(world.publish("s.a", id, "x")["duplicate"], true);
}

#[test]
fn no_consumer_sees_what_a_crash_could_take_back() {
    if world::in_memory() {
        return; // nothing waits for a disk
    }
    let mut world = stream(&json!({}));
    consumer(&mut world, &json!({}));
    world.send("s.a", None, "", "x");
    world.send("$JS.API.CONSUMER.MSG.NEXT.S.C", Some("_I.pull"), "", "1");
    world.jetstream.run(world.now, &mut world.ether);
    assert!(world.take("_I.pull").is_empty());
    world.settle();
    assert_eq!(world.take("_I.pull").len(), 1);
}

#[test]
fn what_is_not_acknowledged_goes_out_again_until_max_deliver() {
    let mut world = stream(&json!({}));
    consumer(&mut world, &json!({"ack_wait": SECOND, "max_deliver": 2}));
    world.publish("s.a", "", "x");
    let first = world.pull("C", &json!(3));
    assert!(
        first[0].reply.starts_with("$JS.ACK.S.C.1.1.1."),
        "{first:?}"
    );
    world.pass(SECOND);
    let second = world.take("_I.pull");
    assert!(
        second[0].reply.starts_with("$JS.ACK.S.C.2.1.2."),
        "{second:?}"
    );
    world.pass(SECOND);
    assert!(world.take("_I.pull").is_empty());
    assert_eq!(info(&mut world)["num_ack_pending"], 0);
}

#[test]
fn a_full_consumer_still_sends_again_what_is_out() {
    let mut world = stream(&json!({}));
    consumer(
        &mut world,
        &json!({"ack_wait": SECOND, "max_ack_pending": 1}),
    );
    world.publish("s.a", "", "x");
    world.publish("s.b", "", "y");
    assert_eq!(world.pull("C", &json!(5)).len(), 1);
    world.pass(SECOND);
    let again = world.take("_I.pull");
    assert!(again[0].reply.starts_with("$JS.ACK.S.C.2.1."), "{again:?}");
}

#[test]
fn a_nak_with_a_delay_waits_for_it() {
    let mut world = stream(&json!({}));
    consumer(&mut world, &json!({}));
    world.publish("s.a", "", "x");
    let first = world.pull("C", &json!(2));
    world.send(&first[0].reply, None, "", "-NAK 5s");
    world.pass(4 * SECOND);
    assert!(world.take("_I.pull").is_empty());
    world.pass(SECOND);
    assert_eq!(world.take("_I.pull").len(), 1);
}

#[test]
fn a_double_ack_is_answered_when_it_is_durable_and_holds_after_a_crash() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let mut world = stream(&json!({}));
    consumer(&mut world, &json!({}));
    world.publish("s.a", "", "x");
    world.publish("s.b", "", "y");
    let got = world.pull("C", &json!(2));
    world.send(&got[0].reply, Some("_I.ack"), "", "+ACK");
    assert!(world.take("_I.ack").is_empty());
    world.settle();
    assert_eq!(world.take("_I.ack").len(), 1);
    let mut world = world.lose_power(5);
    let info = info(&mut world);
    assert_eq!(info["ack_floor"]["stream_seq"], 1, "{info}");
    assert_eq!(info["num_pending"], 0, "{info}");
    world.pass(30 * SECOND);
    let again = world.pull("C", &json!(2));
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!(again[0].payload, b"y");
}

#[test]
fn a_work_queue_forgets_what_was_acknowledged() {
    let mut world = stream(&json!({"retention": "workqueue"}));
    consumer(&mut world, &json!({}));
    world.publish("s.a", "", "x");
    world.publish("s.b", "", "y");
    let got = world.pull("C", &json!(2));
    world.send(&got[1].reply, None, "", "");
    world.settle();
    let state = world.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
    assert_eq!(
        (&state["messages"], &state["first_seq"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn interest_streams_forget_what_every_consumer_acknowledged() {
    let mut world = stream(&json!({"retention": "interest"}));
    consumer(&mut world, &json!({}));
    consumer(&mut world, &json!({"name": "C", "durable_name": "C"}));
    let other = json!({"stream_name": "S", "config": {"name": "D", "durable_name": "D", "ack_policy": "explicit"}});
    world.ask("CONSUMER.CREATE.S.D", &other);
    world.publish("s.a", "", "x");
    let count =
        |world: &mut World| world.ask("STREAM.INFO.S", &Value::Null)["state"]["messages"].clone();
    for (name, left) in [("C", 1), ("D", 0)] {
        let got = world.pull(name, &json!(1));
        world.send(&got[0].reply, None, "", "+ACK");
        world.settle();
        assert_eq!(count(&mut world), left, "after {name}");
    }
}

#[test]
fn a_purge_moves_floor_and_pending() {
    let mut world = stream(&json!({}));
    consumer(&mut world, &json!({}));
    for _ in 0..4 {
        world.publish("s.a", "", "x");
    }
    world.pull("C", &json!(2));
    world.ask("STREAM.PURGE.S", &json!({"seq": 4}));
    let info = info(&mut world);
    assert_eq!(info["num_ack_pending"], 0, "{info}");
    assert_eq!(info["num_pending"], 1, "{info}");
    assert_eq!(info["ack_floor"]["stream_seq"], 3, "{info}");
}

#[test]
fn a_push_consumer_delivers_when_somebody_listens() {
    let mut world = stream(&json!({}));
    consumer(
        &mut world,
        &json!({"deliver_subject": "out", "idle_heartbeat": SECOND}),
    );
    world.publish("s.a", "", "x");
    assert!(world.take("out").is_empty());
    world.ether.listeners.insert("out".into());
    world.pass(SECOND / 10);
    assert_eq!(world.take("out").len(), 1);
    world.pass(SECOND);
    let beat = world.take("out");
    assert!(
        beat[0].headers.starts_with("NATS/1.0 100 Idle Heartbeat"),
        "{beat:?}"
    );
}

#[test]
fn a_paused_consumer_goes_on_by_itself() {
    let mut world = stream(&json!({}));
    consumer(&mut world, &json!({}));
    world.publish("s.a", "", "x");
    let until = midge_jetstream::Time(world.now + 5 * SECOND).to_string();
    world.ask("CONSUMER.PAUSE.S.C", &json!({"pause_until": until}));
    assert!(world.pull("C", &json!(1)).is_empty());
    assert!(
        info(&mut world)["why"]
            .as_str()
            .is_some_and(|why| why.starts_with("paused until"))
    );
    world.pass(6 * SECOND);
    assert_eq!(world.take("_I.pull").len(), 1);
}

#[test]
fn an_ephemeral_consumer_ends_without_interest() {
    let mut world = stream(&json!({}));
    let body = json!({"stream_name": "S", "config": {"name": "C", "ack_policy": "explicit"}});
    world.ask("CONSUMER.CREATE.S.C", &body);
    world.pass(4 * SECOND);
    assert!(info(&mut world)["error"].is_null());
    world.pass(6 * SECOND);
    assert_eq!(info(&mut world)["error"]["err_code"], 10014);
}
