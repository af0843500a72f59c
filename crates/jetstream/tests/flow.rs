//! Acks by flow control, mirrors and sources that a consumer feeds, and direct consumers.

mod world;

use serde_json::{Value, json};
use world::{Dice, Heard, SECOND, World};

fn made(world: &mut World, subject: &str, body: &Value) -> Value {
    let answer = world.ask(subject, body);
    assert!(answer["error"].is_null(), "{answer}");
    answer
}

fn stream(world: &mut World, name: &str, more: &Value) {
    let mut config = json!({ "name": name });
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    made(world, &format!("STREAM.CREATE.{name}"), &config);
    world.settle();
}

fn consumer(world: &mut World, stream: &str, name: &str, more: &Value) -> Value {
    let mut config = json!({ "name": name, "ack_policy": "flow_control" });
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let body = json!({"stream_name": stream, "config": config});
    let answer = made(world, &format!("CONSUMER.CREATE.{stream}.{name}"), &body);
    world.settle();
    answer
}

fn info(world: &mut World, what: &str) -> Value {
    world.ask(what, &Value::Null)
}

/// Consumer and stream sequence of what was delivered and of the floor, and how many messages are out.
fn place(world: &mut World, stream: &str, name: &str) -> ([u64; 2], [u64; 2], u64) {
    let info = info(world, &format!("CONSUMER.INFO.{stream}.{name}"));
    let number = |value: &Value| value.as_u64().expect("a number");
    let pair = |key: &str| {
        let pair = &info[key];
        [number(&pair["consumer_seq"]), number(&pair["stream_seq"])]
    };
    let out = number(&info["num_ack_pending"]);
    (pair("delivered"), pair("ack_floor"), out)
}

fn publish(world: &mut World, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        world.publish(&format!("o.{number}"), "", &number.to_string());
    }
}

/// The reply subject of the flow control request among what came.
fn question(heard: &[Heard]) -> Option<String> {
    let asks = |it: &&Heard| it.headers.contains("FlowControl Request");
    heard.iter().find(asks).map(|it| it.reply.clone())
}

fn bodies(heard: &[Heard]) -> Vec<&str> {
    let messages = heard.iter().filter(|it| it.reply.starts_with("$JS.ACK"));
    messages.map(Heard::text).collect()
}

fn answer(world: &mut World, to: &str, consumer: u64, stream: u64) {
    let has =
        format!("NATS/1.0\r\nNats-Last-Consumer: {consumer}\r\nNats-Last-Stream: {stream}\r\n\r\n");
    world.send(to, None, &has, "");
    world.settle();
}

/// A stream of five messages, and a consumer that may have three out; what came of it.
fn five_to_three() -> (World, Vec<Heard>) {
    let mut world = World::new();
    world.ether.listeners.insert("d".into());
    stream(&mut world, "O", &json!({"subjects": ["o.*"]}));
    publish(&mut world, 1..=5);
    let config = json!({"durable_name": "C", "deliver_subject": "d", "max_ack_pending": 3});
    consumer(&mut world, "O", "C", &config);
    let heard = world.take("d");
    (world, heard)
}

#[test]
fn an_answer_to_flow_control_acknowledges_all_up_to_it() {
    let (mut world, heard) = five_to_three();
    assert_eq!(bodies(&heard), ["1", "2", "3"]);
    let asked = question(&heard).expect("a full consumer asks");
    answer(&mut world, &asked, 2, 2);
    assert_eq!(place(&mut world, "O", "C"), ([5, 5], [2, 2], 3));
    let heard = world.take("d");
    assert_eq!(bodies(&heard), ["4", "5"]);
    assert!(question(&heard).is_some_and(|again| again != asked));
}

#[test]
fn answers_that_are_late_forged_or_too_far_are_no_acks() {
    let (mut world, heard) = five_to_three();
    let asked = question(&heard).expect("a request");
    answer(&mut world, "$JS.FC.O.C.nope", 3, 3);
    assert_eq!(place(&mut world, "O", "C"), ([3, 3], [0, 0], 3));
    answer(&mut world, &asked, 50, 50);
    assert_eq!(place(&mut world, "O", "C"), ([3, 3], [0, 0], 3));
    // That was the answer; the same subject doesn't count a second time.
    answer(&mut world, &asked, 3, 3);
    assert_eq!(place(&mut world, "O", "C"), ([3, 3], [0, 0], 3));
    let own = "$JS.ACK.O.C.1.1.1.1700000000000000000.4";
    world.send(own, Some("_I.ack"), "", "");
    world.settle();
    assert_eq!(place(&mut world, "O", "C"), ([3, 3], [0, 0], 3));
    assert!(world.take("_I.ack").is_empty());
}

#[test]
fn what_is_out_stays_out_until_it_is_quiet_and_the_client_is_asked() {
    let (mut world, heard) = five_to_three();
    answer(&mut world, &question(&heard).expect("a request"), 3, 3);
    assert_eq!(bodies(&world.take("d")), ["4", "5"]);
    world.pass(SECOND);
    let heard = world.take("d");
    assert!(heard[0].headers.contains("Nats-Last-Consumer: 5"));
    let asked = question(&heard).expect("a request beside the heartbeat");
    world.pass(SECOND);
    let beat = world.take("d");
    let stalled = format!("Nats-Consumer-Stalled: {asked}");
    assert!(beat[0].headers.contains(&stalled), "{beat:?}");
    for _ in 0..60 {
        world.pass(SECOND);
    }
    assert!(bodies(&world.take("d")).is_empty());
    answer(&mut world, &asked, 5, 5);
    assert_eq!(place(&mut world, "O", "C"), ([5, 5], [5, 5], 0));
}

#[test]
fn the_floor_of_flow_control_survives_a_power_cut() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let (mut world, heard) = five_to_three();
    answer(&mut world, &question(&heard).expect("a request"), 2, 2);
    world.pass(SECOND);
    let mut world = world.lose_power(3);
    world.ether.listeners.insert("d".into());
    world.settle();
    assert_eq!(place(&mut world, "O", "C"), ([5, 5], [2, 2], 3));
    for _ in 0..60 {
        world.pass(SECOND);
    }
    let heard = world.take("d");
    assert!(bodies(&heard).is_empty(), "only a reset sends it again");
    let asked = question(&heard).expect("a request");
    answer(&mut world, &asked, 5, 5);
    assert_eq!(place(&mut world, "O", "C"), ([5, 5], [5, 5], 0));
}

#[test]
fn a_reset_sends_again_what_flow_control_did_not_acknowledge() {
    let (mut world, heard) = five_to_three();
    let asked = question(&heard).expect("a request");
    answer(&mut world, &asked, 1, 1);
    world.take("d");
    made(&mut world, "CONSUMER.RESET.O.C", &Value::Null);
    let heard = world.take("d");
    assert_eq!(bodies(&heard), ["2", "3", "4"]);
    assert!(heard[0].reply.starts_with("$JS.ACK.O.C.1.2.1."));
}

#[test]
fn acks_by_flow_control_empty_a_work_queue() {
    let mut world = World::new();
    world.ether.listeners.insert("d".into());
    let queue = json!({"subjects": ["o.*"], "retention": "workqueue"});
    stream(&mut world, "O", &queue);
    publish(&mut world, 1..=3);
    let config = json!({"durable_name": "C", "deliver_subject": "d", "max_ack_pending": 3});
    consumer(&mut world, "O", "C", &config);
    let asked = question(&world.take("d")).expect("a request");
    answer(&mut world, &asked, 2, 2);
    assert_eq!(info(&mut world, "STREAM.INFO.O")["state"]["messages"], 1);
}

#[test]
fn a_push_consumer_that_moves_sends_again_what_is_out() {
    let (mut world, heard) = five_to_three();
    assert_eq!(bodies(&heard).len(), 3);
    world.ether.listeners.remove("d");
    world.ether.listeners.insert("e".into());
    let moved = json!({"durable_name": "C", "deliver_subject": "e", "max_ack_pending": 3});
    consumer(&mut world, "O", "C", &moved);
    assert_eq!(bodies(&world.take("e")), ["1", "2", "3"]);
}

/// A world where consumers can feed streams, with a stream `O`.
fn feeding(origin: &Value) -> World {
    let mut world = World::new().with_echoes();
    let mut config = json!({"subjects": ["o.*"]});
    for (key, value) in origin.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    stream(&mut world, "O", &config);
    world
}

fn feeder(world: &mut World, more: &Value) {
    let mut config = json!({"durable_name": "C", "deliver_subject": "to.t"});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    consumer(world, "O", "C", &config);
}

fn fed() -> Value {
    json!({"name": "O", "consumer": {"name": "C", "deliver_subject": "to.t"}})
}

/// The bodies of all that a stream has.
fn all(world: &mut World, name: &str) -> Vec<String> {
    let state = info(world, &format!("STREAM.INFO.{name}"))["state"].clone();
    let last = state["last_seq"].as_u64().unwrap_or(0);
    let mut all = Vec::new();
    for seq in 1..=last {
        let got = world.ask(&format!("STREAM.MSG.GET.{name}"), &json!({ "seq": seq }));
        if let Some(data) = got["message"]["data"].as_str() {
            let bytes = data_encoding::BASE64.decode(data.as_bytes());
            all.push(String::from_utf8(bytes.expect("base64")).expect("text"));
        }
    }
    all
}

fn numbers(numbers: std::ops::RangeInclusive<u64>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

#[test]
fn a_source_takes_what_its_consumer_gives_and_names_it() {
    let mut world = feeding(&Value::Null);
    publish(&mut world, 1..=3);
    feeder(&mut world, &Value::Null);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    assert_eq!(all(&mut world, "T"), numbers(1..=3));
    let (_, subject, headers) = world.stored("T").remove(1);
    assert_eq!(subject, "o.2");
    let names = "NATS/1.0\r\nNats-Stream-Source: O:C=jZ6RvVRH 2 > > o.2 ";
    assert!(headers.starts_with(names), "{headers}");
    world.now += SECOND / 2;
    let source = info(&mut world, "STREAM.INFO.T")["sources"][0].clone();
    let shown = json!({"name": "O", "lag": 0, "seq": 3, "active": SECOND / 2});
    assert_eq!(source, shown);
    publish(&mut world, 4..=5);
    assert_eq!(all(&mut world, "T"), numbers(1..=5));
    world.pass(SECOND);
    assert_eq!(place(&mut world, "O", "C"), ([5, 5], [5, 5], 0));
}

#[test]
fn a_consumer_is_told_only_what_the_disk_has() {
    if world::in_memory() {
        return; // nothing waits for a disk
    }
    let mut world = feeding(&Value::Null);
    feeder(&mut world, &Value::Null);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    world.send("o.1", None, "", "1");
    world.store.commit_once(world.now).expect("the disk works");
    world.jetstream.committed(usize::MAX, &mut world.ether);
    world.run();
    assert_eq!(bodies(&world.take("to.t")), ["1"]);
    world.now += SECOND;
    let now = world.now;
    world.jetstream.handle_timeout(now, &mut world.ether);
    world.run();
    question(&world.take("to.t")).expect("a request");
    world.request("CONSUMER.INFO.O.C", &Value::Null);
    let before = world.take("_I.ask").pop().expect("an answer").json();
    assert_eq!(
        before["ack_floor"]["stream_seq"], 0,
        "the copy isn't on the disk"
    );
    world.settle();
    assert_eq!(place(&mut world, "O", "C").1, [1, 1]);
}

#[test]
fn a_mirror_begins_where_its_consumer_does() {
    let mut world = feeding(&Value::Null);
    publish(&mut world, 1..=5);
    let start = json!({"deliver_policy": "by_start_sequence", "opt_start_seq": 3});
    feeder(&mut world, &start);
    stream(&mut world, "T", &json!({"mirror": fed()}));
    let state = info(&mut world, "STREAM.INFO.T")["state"].clone();
    assert_eq!(
        (&state["first_seq"], &state["last_seq"]),
        (&json!(3), &json!(5))
    );
    assert_eq!(world.stored("T"), world.stored("O").split_off(2));
    let times = ["O", "T"].map(|name| {
        let got = world.ask(&format!("STREAM.MSG.GET.{name}"), &json!({"seq": 4}));
        got["message"]["time"].clone()
    });
    assert_eq!(times[0], times[1]);
}

#[test]
fn the_last_of_each_subject_reach_a_source_and_nothing_between() {
    let mut world = feeding(&Value::Null);
    for (subject, body) in [
        ("o.1", "a"),
        ("o.2", "b"),
        ("o.1", "c"),
        ("o.3", "d"),
        ("o.2", "e"),
    ] {
        world.publish(subject, "", body);
    }
    let last = json!({"deliver_policy": "last_per_subject", "filter_subject": "o.*"});
    feeder(&mut world, &last);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    assert_eq!(all(&mut world, "T"), ["c", "d", "e"]);
    // What wasn't acknowledged comes again, and only that.
    made(&mut world, "CONSUMER.RESET.O.C", &Value::Null);
    world.take("to.t");
    world.ether.listeners.insert("to.t".into());
    assert_eq!(all(&mut world, "T"), ["c", "d", "e"]);
}

#[test]
fn whoever_resets_the_consumer_makes_nothing_come_twice() {
    let mut world = feeding(&Value::Null);
    publish(&mut world, 1..=4);
    feeder(&mut world, &Value::Null);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    stream(&mut world, "O2", &json!({"subjects": ["p.*"]}));
    made(&mut world, "CONSUMER.RESET.O.C", &json!({"seq": 2}));
    assert_eq!(all(&mut world, "T"), numbers(1..=4));
    world.pass(SECOND);
    assert_eq!(place(&mut world, "O", "C"), ([3, 4], [3, 4], 0));
    made(&mut world, "CONSUMER.RESET.O.C", &json!({"seq": 7}));
    publish(&mut world, 5..=8);
    let mut skipped = numbers(1..=4);
    skipped.extend(numbers(7..=8));
    assert_eq!(all(&mut world, "T"), skipped);
}

#[test]
fn what_is_lost_on_the_way_comes_again() {
    let mut world = feeding(&Value::Null);
    feeder(&mut world, &Value::Null);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    publish(&mut world, 1..=2);
    for number in 3..=6 {
        world.send(&format!("o.{number}"), None, "", &number.to_string());
    }
    world.store.commit_once(world.now).expect("the disk works");
    let now = world.now;
    let jetstream = &mut world.jetstream;
    jetstream.committed(usize::MAX, &mut world.ether);
    while jetstream.run(now, &mut world.ether) {}
    let echoes = world.ether.echoes.as_mut().expect("echoes");
    assert_eq!(echoes.len(), 4);
    echoes.remove(1);
    world.settle();
    assert_eq!(all(&mut world, "T"), numbers(1..=2));
    world.pass(2 * SECOND);
    assert_eq!(all(&mut world, "T"), numbers(1..=6));
    world.pass(SECOND);
    assert_eq!(place(&mut world, "O", "C").1, [6, 6]);
}

#[test]
fn a_heartbeat_tells_of_the_last_message_that_was_lost() {
    let mut world = feeding(&Value::Null);
    feeder(&mut world, &Value::Null);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    world.send("o.1", None, "", "1");
    world.store.commit_once(world.now).expect("the disk works");
    let now = world.now;
    let jetstream = &mut world.jetstream;
    jetstream.committed(usize::MAX, &mut world.ether);
    while jetstream.run(now, &mut world.ether) {}
    world.ether.echoes.as_mut().expect("echoes").clear();
    world.settle();
    assert!(all(&mut world, "T").is_empty());
    world.pass(SECOND);
    world.pass(2 * SECOND);
    assert_eq!(all(&mut world, "T"), ["1"]);
}

#[test]
fn a_stream_that_is_full_keeps_what_came_and_says_so() {
    let mut world = feeding(&Value::Null);
    publish(&mut world, 1..=5);
    feeder(&mut world, &Value::Null);
    let full = json!({"sources": [fed()], "max_msgs": 2, "discard": "new"});
    stream(&mut world, "T", &full);
    assert_eq!(all(&mut world, "T"), numbers(1..=2));
    let source = info(&mut world, "STREAM.INFO.T")["sources"][0].clone();
    assert_eq!(source["error"]["err_code"], 10077, "{source}");
    assert_eq!(source["lag"], 3);
    world.pass(SECOND);
    assert_eq!(place(&mut world, "O", "C").1, [0, 0], "not all is there");
    made(&mut world, "STREAM.PURGE.T", &Value::Null);
    world.pass(2 * SECOND);
    assert_eq!(all(&mut world, "T"), numbers(3..=4));
    made(&mut world, "STREAM.PURGE.T", &Value::Null);
    world.pass(2 * SECOND);
    world.pass(2 * SECOND);
    assert_eq!(all(&mut world, "T"), ["5"]);
    assert_eq!(place(&mut world, "O", "C").1, [5, 5]);
}

#[test]
fn consumers_that_do_not_fit_are_named_and_taken_when_they_do() {
    let mut world = feeding(&Value::Null);
    publish(&mut world, 1..=2);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    stream(&mut world, "M", &json!({"mirror": fed()}));
    let source = info(&mut world, "STREAM.INFO.T")["sources"][0].clone();
    assert_eq!((&source["lag"], &source["active"]), (&json!(0), &json!(-1)));
    assert_eq!(source["why"], "the origin has no consumer of that name");
    feeder(&mut world, &json!({"ack_policy": "none"}));
    let source = info(&mut world, "STREAM.INFO.T")["sources"][0].clone();
    assert_eq!(source["error"]["err_code"], 10217);
    let mirror = info(&mut world, "STREAM.INFO.M")["mirror"].clone();
    assert_eq!(mirror["error"]["err_code"], 10214);
    assert!(!world.is_heard("to.t"));
    made(&mut world, "CONSUMER.DELETE.O.C", &Value::Null);
    made(&mut world, "STREAM.DELETE.M", &Value::Null);
    feeder(&mut world, &json!({"deliver_subject": "to.u"}));
    let source = info(&mut world, "STREAM.INFO.T")["sources"][0].clone();
    assert_eq!(
        source["why"],
        "the origin's consumer delivers to another subject"
    );
    feeder(&mut world, &Value::Null);
    assert_eq!(all(&mut world, "T"), numbers(1..=2));
    made(&mut world, "CONSUMER.DELETE.O.C", &Value::Null);
    publish(&mut world, 3..=3);
    world.now += 1;
    feeder(&mut world, &Value::Null);
    assert_eq!(all(&mut world, "T"), numbers(1..=3));
}

#[test]
fn an_origin_that_is_made_again_is_taken_from_its_beginning() {
    let mut world = feeding(&Value::Null);
    publish(&mut world, 1..=2);
    feeder(&mut world, &Value::Null);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    made(&mut world, "STREAM.DELETE.O", &Value::Null);
    let source = info(&mut world, "STREAM.INFO.T")["sources"][0].clone();
    assert_eq!(source["error"]["err_code"], 10059);
    world.now += SECOND;
    stream(&mut world, "O", &json!({"subjects": ["o.*"]}));
    publish(&mut world, 7..=8);
    feeder(&mut world, &Value::Null);
    assert_eq!(all(&mut world, "T"), ["1", "2", "7", "8"]);
}

#[test]
fn a_source_that_is_removed_ceases_to_listen() {
    let mut world = feeding(&Value::Null);
    feeder(&mut world, &Value::Null);
    stream(
        &mut world,
        "T",
        &json!({"subjects": ["t"], "sources": [fed()]}),
    );
    assert!(world.is_heard("to.t"));
    made(
        &mut world,
        "STREAM.UPDATE.T",
        &json!({"name": "T", "subjects": ["t"]}),
    );
    assert!(!world.is_heard("to.t"));
    publish(&mut world, 1..=1);
    assert!(all(&mut world, "T").is_empty());
    let both = json!({"name": "T", "subjects": ["t"], "sources": [fed()]});
    made(&mut world, "STREAM.UPDATE.T", &both);
    world.settle();
    assert_eq!(all(&mut world, "T"), ["1"]);
    made(&mut world, "STREAM.DELETE.T", &Value::Null);
    assert!(!world.is_heard("to.t"));
}

#[test]
fn what_strangers_send_to_the_deliver_subject_is_not_taken() {
    let mut world = feeding(&Value::Null);
    feeder(&mut world, &Value::Null);
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    let foreign = [
        None,
        Some("$JS.ACK.O.X.1.1.1.5.0"),
        Some("x.y.O.C.1.1.1.5.0"),
    ];
    for reply in foreign {
        world.send("to.t", reply, "", "x");
    }
    let request = "NATS/1.0 100 FlowControl Request\r\n\r\n";
    world.send("to.t", Some("_I.trick"), request, "");
    world.settle();
    assert!(all(&mut world, "T").is_empty());
    assert!(world.take("_I.trick").is_empty());
    publish(&mut world, 1..=1);
    assert_eq!(all(&mut world, "T"), ["1"]);
}

#[test]
fn a_request_that_went_to_nobody_is_answered_after_a_heartbeat() {
    let mut world = feeding(&Value::Null);
    world.ether.listeners.insert("to.t".into());
    publish(&mut world, 1..=4);
    feeder(&mut world, &json!({"max_ack_pending": 2}));
    assert!(question(&world.take("to.t")).is_some());
    stream(&mut world, "T", &json!({"sources": [fed()]}));
    assert_eq!(
        all(&mut world, "T"),
        numbers(1..=2),
        "it waits for an answer"
    );
    world.pass(SECOND);
    world.pass(SECOND);
    assert_eq!(all(&mut world, "T"), numbers(1..=4));
    world.pass(SECOND);
    assert_eq!(place(&mut world, "O", "C"), ([4, 4], [4, 4], 0));
}

/// A work queue is moved to another stream while the power fails at any moment: all arrives, once, in order.
#[test]
fn a_queue_is_moved_whole_through_power_cuts() {
    if world::in_memory() {
        return; // a restart takes all
    }
    for seed in 1..=25 {
        let mut dice = Dice(0x9e37_79b9 * seed);
        let mut world = feeding(&json!({"retention": "workqueue"}));
        feeder(&mut world, &json!({"max_ack_pending": 4}));
        stream(&mut world, "T", &json!({"sources": [fed()]}));
        let mut sent = 0;
        for _ in 0..60 {
            match dice.roll(8) {
                0..=2 => {
                    sent += 1;
                    publish(&mut world, sent..=sent);
                }
                3 => world.run(),
                4 => {
                    world.now += SECOND;
                    let now = world.now;
                    world.jetstream.handle_timeout(now, &mut world.ether);
                    world.run();
                }
                5 => world.pass(SECOND),
                6 => {
                    let _ = world.store.commit_once(world.now).expect("the disk works");
                }
                _ => world = world.lose_power(dice.roll(1000)).with_echoes(),
            }
        }
        for _ in 0..6 {
            world.pass(SECOND);
        }
        assert_eq!(all(&mut world, "T"), numbers(1..=sent), "seed {seed}");
        let left = info(&mut world, "STREAM.INFO.O")["state"]["messages"].clone();
        assert_eq!(left, 0, "seed {seed}");
    }
}

#[test]
fn a_direct_consumer_is_not_listed_counted_or_kept() {
    if world::in_memory() {
        return; // a restart takes all
    }
    let mut world = World::new();
    world.ether.listeners.insert("d".into());
    let queue = json!({"subjects": ["o.*"], "retention": "workqueue", "max_consumers": 1});
    stream(&mut world, "O", &queue);
    publish(&mut world, 1..=2);
    let direct = json!({"ack_policy": "explicit", "deliver_subject": "d", "direct": true});
    consumer(&mut world, "O", "E", &direct);
    let counted = json!({"ack_policy": "explicit", "durable_name": "D", "filter_subject": "o.9"});
    consumer(&mut world, "O", "D", &counted);
    assert_eq!(
        info(&mut world, "CONSUMER.NAMES.O")["consumers"],
        json!(["D"])
    );
    assert_eq!(
        info(&mut world, "STREAM.INFO.O")["state"]["consumer_count"],
        1
    );
    let heard = world.take("d");
    assert_eq!(bodies(&heard), ["1", "2"]);
    world.send(&heard[0].reply, Some("_I.ack"), "", "");
    world.settle();
    assert_eq!(world.take("_I.ack").len(), 1);
    assert_eq!(info(&mut world, "STREAM.INFO.O")["state"]["messages"], 1);
    world.pass(SECOND);
    let mut world = world.lose_power(5);
    let gone = info(&mut world, "CONSUMER.INFO.O.E");
    assert_eq!(gone["error"]["err_code"], 10014);
    assert_eq!(
        info(&mut world, "CONSUMER.NAMES.O")["consumers"],
        json!(["D"])
    );
    assert!(world.store.states(b"d/$G/O/E").is_empty());
}
