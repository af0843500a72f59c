//! What consumers do in corners: full windows, the clock, uncommitted publishes, power cuts.

mod world;

use serde_json::{Value, json};
use world::{SECOND, World};

fn stream(more: &Value) -> World {
    let mut world = World::new();
    let mut config = json!({"name": "S", "subjects": ["s.*"]});
    for (k, v) in more.as_object().into_iter().flatten() {
        config[k] = v.clone();
    }
    let answer = world.ask("STREAM.CREATE.S", &config);
    assert!(answer["error"].is_null(), "{answer}");
    world
}

fn consumer(world: &mut World, more: &Value) {
    let mut config = json!({"name": "C", "durable_name": "C", "ack_policy": "explicit"});
    for (k, v) in more.as_object().into_iter().flatten() {
        config[k] = v.clone();
    }
    let answer = world.ask(
        "CONSUMER.CREATE.S.C",
        &json!({"stream_name": "S", "config": config}),
    );
    assert!(answer["error"].is_null(), "{answer}");
}

fn info(world: &mut World) -> Value {
    world.ask("CONSUMER.INFO.S.C", &Value::Null)
}

#[test]
fn a_full_consumer_redelivers() {
    let mut w = stream(&json!({}));
    consumer(&mut w, &json!({"ack_wait": SECOND, "max_ack_pending": 1}));
    w.publish("s.a", "", "x");
    assert_eq!(w.pull("C", &json!(1)).len(), 1);
    w.pass(2 * SECOND);
    let again = w.pull("C", &json!(1));
    assert_eq!(again.len(), 1, "never again: {}", info(&mut w));
}

#[test]
fn max_deliver_frees_the_window_without_a_pull() {
    let mut w = stream(&json!({}));
    consumer(
        &mut w,
        &json!({"ack_wait": SECOND, "max_ack_pending": 1, "max_deliver": 1}),
    );
    w.publish("s.a", "", "x");
    w.publish("s.a", "", "y");
    assert_eq!(w.pull("C", &json!(1)).len(), 1);
    w.pass(2 * SECOND);
    let i = info(&mut w);
    let next = w.pull("C", &json!(1));
    assert!(next.len() == 1 && i["num_ack_pending"] == 0, "{next:?} {i}");
}

#[test]
fn after_a_pause_nothing_spins() {
    let mut w = stream(&json!({}));
    consumer(&mut w, &json!({}));
    let until = midge_jetstream::Time(w.now + 5 * SECOND).to_string();
    w.ask("CONSUMER.PAUSE.S.C", &json!({"pause_until": until}));
    w.pull("C", &json!({"batch": 1, "expires": 60 * SECOND}));
    w.pass(6 * SECOND);
    w.pass(SECOND);
    let due = w.jetstream.poll_timeout();
    assert!(
        due.is_none_or(|due| due > w.now),
        "due {due:?} at {}",
        w.now
    );
}

#[test]
fn an_ephemeral_outlives_a_long_pull_that_was_served() {
    let mut w = stream(&json!({}));
    w.ask(
        "CONSUMER.CREATE.S.C",
        &json!({"stream_name": "S", "config": {"name": "C", "ack_policy": "explicit"}}),
    );
    w.pull("C", &json!({"batch": 1, "expires": 30 * SECOND}));
    w.pass(20 * SECOND);
    w.publish("s.a", "", "x");
    assert_eq!(w.take("_I.pull").len(), 1);
    w.pass(SECOND / 100);
    let i = info(&mut w);
    assert!(i["error"].is_null(), "{i}");
}

#[test]
fn an_abandoned_pull_without_expiry_lets_its_consumer_end() {
    let mut w = stream(&json!({}));
    w.ask(
        "CONSUMER.CREATE.S.C",
        &json!({"stream_name": "S", "config": {"name": "C", "ack_policy": "explicit"}}),
    );
    w.ether.listeners.insert("gone".into());
    w.send("$JS.API.CONSUMER.MSG.NEXT.S.C", Some("gone"), "", "1");
    w.settle();
    w.ether.listeners.clear();
    let due = w.jetstream.poll_timeout();
    for _ in 0..60 {
        w.pass(SECOND);
    }
    let i = info(&mut w);
    assert!(
        !i["error"].is_null(),
        "still there, poll_timeout {due:?}: {i}"
    );
}

#[test]
fn original_replay_wakes_by_itself() {
    let mut w = stream(&json!({}));
    w.publish("s.a", "", "x");
    w.pass(3 * SECOND);
    w.publish("s.a", "", "y");
    consumer(&mut w, &json!({"replay_policy": "original"}));
    assert_eq!(
        w.pull("C", &json!({"batch": 2, "expires": 60 * SECOND}))
            .len(),
        1
    );
    w.pass(SECOND);
    let due = w.jetstream.poll_timeout();
    assert!(
        due.is_some_and(|due| due <= w.now + 2 * SECOND),
        "wakes at +{:?}s",
        due.map(|d| (d - w.now) / SECOND)
    );
}

#[test]
fn a_new_last_per_subject_push_consumer_misses_nothing_uncommitted() {
    let mut w = stream(&json!({"max_msgs_per_subject": 1}));
    w.ether.listeners.insert("out".into());
    w.publish("s.a", "", "old");
    w.send("s.a", None, "", "new");
    let config = json!({"name": "C", "ack_policy": "none", "deliver_policy": "last_per_subject", "filter_subject": "s.>", "deliver_subject": "out"});
    w.send(
        "$JS.API.CONSUMER.CREATE.S.C.s.>",
        Some("_I.ask"),
        "",
        &json!({"stream_name": "S", "config": config}).to_string(),
    );
    w.jetstream.run(w.now, &mut w.ether);
    w.settle();
    let got: Vec<String> = w.take("out").iter().map(|m| m.text().to_owned()).collect();
    assert!(
        got.contains(&"new".to_owned()),
        "got {got:?}; {}",
        info(&mut w)
    );
}

#[test]
fn by_start_time_misses_nothing_uncommitted() {
    let mut w = stream(&json!({}));
    let time = midge_jetstream::Time(w.now - SECOND).to_string();
    w.send("s.a", None, "", "new");
    let config = json!({"name": "C", "durable_name": "C", "ack_policy": "explicit", "deliver_policy": "by_start_time", "opt_start_time": time});
    w.send(
        "$JS.API.CONSUMER.CREATE.S.C",
        Some("_I.ask"),
        "",
        &json!({"stream_name": "S", "config": config}).to_string(),
    );
    w.settle();
    let got = w.pull("C", &json!({"batch": 1, "expires": SECOND}));
    assert_eq!(got.len(), 1, "{}", info(&mut w));
}

#[test]
fn interest_streams_forget_what_ack_none_consumers_got() {
    let mut w = stream(&json!({"retention": "interest"}));
    consumer(&mut w, &json!({"ack_policy": "none"}));
    w.publish("s.a", "", "x");
    assert_eq!(w.pull("C", &json!(1)).len(), 1);
    w.settle();
    let s = w.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
    assert_eq!(s["messages"], 0, "{s}");
}

#[test]
fn interest_streams_forget_when_the_last_blocker_is_deleted() {
    let mut w = stream(&json!({"retention": "interest"}));
    consumer(&mut w, &json!({}));
    w.ask("CONSUMER.CREATE.S.D", &json!({"stream_name": "S", "config": {"name": "D", "durable_name": "D", "ack_policy": "explicit"}}));
    w.publish("s.a", "", "x");
    let got = w.pull("C", &json!(1));
    w.send(&got[0].reply, None, "", "+ACK");
    w.settle();
    w.ask("CONSUMER.DELETE.S.D", &Value::Null);
    w.settle();
    let s = w.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
    assert_eq!(s["messages"], 0, "{s}");
}

#[test]
fn progress_restarts_the_wait_of_the_current_step() {
    let mut w = stream(&json!({}));
    consumer(
        &mut w,
        &json!({"backoff": [SECOND, 10 * SECOND], "max_deliver": 5}),
    );
    w.publish("s.a", "", "x");
    w.pull("C", &json!({"batch": 3, "expires": 60 * SECOND}));
    w.pass(SECOND);
    let second = w.take("_I.pull");
    w.send(&second[0].reply, None, "", "+WPI");
    w.pass(2 * SECOND);
    assert!(
        w.take("_I.pull").is_empty(),
        "went out again after the first step's wait"
    );
}

#[test]
fn huge_numbers_are_harmless() {
    let mut w = stream(&json!({}));
    consumer(&mut w, &json!({}));
    let max = i64::MAX;
    w.pull("C", &json!({"batch": max}));
    w.pull("C", &json!({"batch": max}));
    w.publish("s.a", "", "x");
    w.pull("C", &json!({"batch": 1, "no_wait": true}));
}

#[test]
fn huge_heartbeats_are_harmless() {
    let mut w = stream(&json!({}));
    consumer(&mut w, &json!({}));
    w.pull(
        "C",
        &json!({"batch": 1, "expires": SECOND, "idle_heartbeat": i64::MAX}),
    );
}

#[test]
fn a_reset_is_answered_when_it_is_durable() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let mut w = stream(&json!({}));
    consumer(&mut w, &json!({}));
    for _ in 0..3 {
        w.publish("s.a", "", "x");
    }
    for m in w.pull("C", &json!(3)) {
        w.send(&m.reply, Some("_I.ack"), "", "+ACK");
    }
    w.settle();
    let a = w.ask("CONSUMER.RESET.S.C", &json!({"seq": 1}));
    assert!(a["error"].is_null(), "{a}");
    let mut w = w.lose_power(3);
    let i = info(&mut w);
    assert_eq!(i["num_pending"], 3, "{i}");
}

#[test]
fn exactly_max_bytes_ends_the_request() {
    let mut w = stream(&json!({}));
    consumer(&mut w, &json!({}));
    w.publish("s.a", "", "x");
    let m = w.pull("C", &json!(1)).remove(0);
    w.send(&m.reply, None, "", "+ACK");
    w.settle();
    w.publish("s.a", "", "x");
    let size = 3 + m.reply.len() + 1;
    let got = w.pull(
        "C",
        &json!({"batch": 2, "max_bytes": size, "expires": 30 * SECOND}),
    );
    assert_eq!(got.len(), 1, "{got:?}");
    assert_eq!(info(&mut w)["num_waiting"], 0);
}

#[test]
fn a_paused_consumer_answers_no_wait() {
    let mut w = stream(&json!({}));
    consumer(&mut w, &json!({}));
    w.publish("s.a", "", "x");
    let until = midge_jetstream::Time(w.now + 500 * SECOND).to_string();
    w.ask("CONSUMER.PAUSE.S.C", &json!({"pause_until": until}));
    let got = w.pull("C", &json!({"batch": 1, "no_wait": true}));
    assert!(got.iter().any(|m| m.headers.contains("404")), "{got:?}");
}

#[test]
fn two_publishes_on_their_way_cannot_both_be_the_first() {
    let mut w = stream(&json!({}));
    let first = "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n";
    w.send("s.a", Some("_I.one"), first, "x");
    w.send("s.a", Some("_I.two"), first, "y");
    w.settle();
    assert_eq!(w.take("_I.one")[0].json()["seq"], 1);
    assert_eq!(w.take("_I.two")[0].json()["error"]["err_code"], 10071);
}

#[test]
fn interest_streams_keep_what_a_consumer_gave_up() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let mut w = stream(&json!({"retention": "interest"}));
    consumer(&mut w, &json!({"ack_wait": SECOND, "max_deliver": 1}));
    w.publish("s.a", "", "x");
    let got = w.pull("C", &json!(1));
    w.pass(2 * SECOND);
    let messages =
        |w: &mut World| w.ask("STREAM.INFO.S", &Value::Null)["state"]["messages"].clone();
    assert_eq!(messages(&mut w), 1);
    let mut w = w.lose_power(1);
    w.ask(
        "CONSUMER.CREATE.S.D",
        &json!({"stream_name": "S", "config": {"name": "D", "durable_name": "D", "ack_policy": "explicit"}}),
    );
    let other = w.pull("D", &json!(1));
    w.send(&other[0].reply, None, "", "+ACK");
    w.settle();
    assert_eq!(messages(&mut w), 1, "C never acknowledged it");
    w.send(&got[0].reply, None, "", "+ACK");
    w.settle();
    assert_eq!(messages(&mut w), 0, "late, but it counts");
}

#[test]
fn a_work_queue_forgets_what_was_acknowledged_when_the_server_stopped() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let mut w = stream(&json!({"retention": "workqueue"}));
    consumer(&mut w, &json!({}));
    w.publish("s.a", "", "x");
    let got = w.pull("C", &json!(1));
    w.send(&got[0].reply, None, "", "+ACK");
    w.jetstream.stop(w.now, &mut w.ether);
    w.store.commit_once(w.now).expect("the disk works");
    let mut w = w.lose_power(1);
    let state = w.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
    assert_eq!(state["messages"], 0, "{state}");
}

#[test]
fn consumers_of_a_work_queue_cannot_come_to_share_by_an_update() {
    let mut w = stream(&json!({"retention": "workqueue"}));
    consumer(&mut w, &json!({"filter_subject": "s.a"}));
    let other = json!({"name": "D", "durable_name": "D", "ack_policy": "explicit", "filter_subject": "s.b"});
    let mut request = json!({"stream_name": "S", "config": other});
    assert!(w.ask("CONSUMER.CREATE.S.D", &request)["error"].is_null());
    request["config"]["filter_subject"] = "s.*".into();
    assert_eq!(
        w.ask("CONSUMER.CREATE.S.D", &request)["error"]["err_code"],
        10100
    );
}

#[test]
fn a_limited_rate_spreads_deliveries() {
    let mut w = stream(&json!({}));
    w.ether.listeners.insert("out".into());
    for _ in 0..40 {
        w.publish("s.a", "", &"x".repeat(100_000));
    }
    let config =
        json!({"deliver_subject": "out", "ack_policy": "none", "rate_limit_bps": 8_000_000});
    consumer(&mut w, &config);
    w.settle();
    let first = w.take("out").len();
    assert!((10..=12).contains(&first), "{first} at once");
    let due = w.jetstream.poll_timeout().expect("a timer");
    assert!(due > w.now && due < w.now + SECOND, "{due}");
    for _ in 0..10 {
        w.pass(SECOND / 10);
    }
    let second = w.take("out").len();
    assert!((9..=11).contains(&second), "{second} in a second");
}

#[test]
fn sampled_acks_say_how_long_they_took() {
    let mut w = stream(&json!({}));
    w.ether
        .listeners
        .insert("$JS.EVENT.METRIC.CONSUMER.ACK.S.C".into());
    consumer(&mut w, &json!({"sample_freq": "100%"}));
    w.publish("s.a", "", "x");
    let got = w.pull("C", &json!(1));
    w.pass(SECOND);
    w.send(&got[0].reply, None, "", "+ACK");
    w.settle();
    let metric = w.take("$JS.EVENT.METRIC.CONSUMER.ACK.S.C")[0].json();
    assert_eq!(
        (&metric["ack_time"], &metric["deliveries"]),
        (&json!(SECOND), &json!(1))
    );
}
