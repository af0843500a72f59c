//! Mirrors and sources: what is taken, where it is taken up again, and that nothing comes twice.

mod world;

use midge_jetstream::Detail;
use serde_json::{Value, json};
use world::{SECOND, World};

fn create(world: &mut World, name: &str, more: &Value) -> Value {
    let mut config = json!({ "name": name });
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let answer = world.ask(&format!("STREAM.CREATE.{name}"), &config);
    world.settle();
    answer
}

fn made(world: &mut World, name: &str, more: &Value) {
    let answer = create(world, name, more);
    assert!(answer["error"].is_null(), "{answer}");
}

fn info(world: &mut World, name: &str) -> Value {
    world.ask(&format!("STREAM.INFO.{name}"), &Value::Null)
}

/// Subject, headers and body of a message.
fn message(world: &mut World, name: &str, seq: u64) -> Option<(String, String, String)> {
    let answer = world.ask(&format!("STREAM.MSG.GET.{name}"), &json!({ "seq": seq }));
    let text = |field: &str| {
        let coded = answer["message"][field].as_str().unwrap_or_default();
        let bytes = data_encoding::BASE64
            .decode(coded.as_bytes())
            .expect("base64");
        String::from_utf8(bytes).expect("text")
    };
    let subject = answer["message"]["subject"].as_str()?.to_owned();
    Some((subject, text("hdrs"), text("data")))
}

fn bodies(world: &mut World, name: &str) -> Vec<String> {
    let last = info(world, name)["state"]["last_seq"].as_u64().unwrap_or(0);
    (1..=last)
        .filter_map(|seq| Some(message(world, name, seq)?.2))
        .collect()
}

fn origin(world: &mut World, count: u64) {
    made(world, "O", &json!({"subjects": ["o.*"]}));
    for number in 1..=count {
        world.publish(&format!("o.{number}"), "", &number.to_string());
    }
}

#[test]
fn a_mirror_keeps_sequences_times_and_gaps() {
    let mut world = World::new();
    origin(&mut world, 5);
    world.ask("STREAM.MSG.DELETE.O", &json!({"seq": 3}));
    world.now += SECOND;
    made(&mut world, "M", &json!({"mirror": {"name": "O"}}));
    let state = info(&mut world, "M")["state"].clone();
    assert_eq!(
        (state["messages"].as_u64(), state["last_seq"].as_u64()),
        (Some(4), Some(5))
    );
    assert_eq!(message(&mut world, "M", 3), None);
    assert_eq!(message(&mut world, "M", 4), message(&mut world, "O", 4));
    assert_eq!(state["last_ts"], info(&mut world, "O")["state"]["last_ts"]);
}

#[test]
fn a_mirror_begins_where_it_was_told() {
    let mut world = World::new();
    origin(&mut world, 5);
    made(
        &mut world,
        "M",
        &json!({"mirror": {"name": "O", "opt_start_seq": 4}}),
    );
    let state = info(&mut world, "M")["state"].clone();
    assert_eq!(
        (state["first_seq"].as_u64(), state["last_seq"].as_u64()),
        (Some(4), Some(5))
    );
    world.now += SECOND;
    let at = info(&mut world, "O")["ts"].clone();
    world.publish("o.6", "", "6");
    made(
        &mut world,
        "N",
        &json!({"mirror": {"name": "O", "opt_start_time": at}}),
    );
    assert_eq!(bodies(&mut world, "N"), ["6"]);
    made(
        &mut world,
        "L",
        &json!({"mirror": {"name": "O", "opt_start_seq": 100}}),
    );
    let state = info(&mut world, "L")["state"].clone();
    assert_eq!(
        (&state["first_seq"], &state["last_seq"]),
        (&json!(100), &json!(99))
    );
}

#[test]
fn filters_and_transforms_choose_and_rename() {
    let mut world = World::new();
    origin(&mut world, 3);
    let moves = json!([{"src": "o.1", "dest": "x.one"}, {"src": "o.3", "dest": ""}]);
    made(
        &mut world,
        "M",
        &json!({"mirror": {"name": "O", "subject_transforms": moves}}),
    );
    made(
        &mut world,
        "S",
        &json!({"sources": [{"name": "O", "filter_subject": "o.2"}]}),
    );
    let subject = |world: &mut World, name, seq| message(world, name, seq).map(|it| it.0);
    assert_eq!(subject(&mut world, "M", 1).as_deref(), Some("x.one"));
    assert_eq!(subject(&mut world, "M", 2), None);
    assert_eq!(subject(&mut world, "M", 3).as_deref(), Some("o.3"));
    assert_eq!(bodies(&mut world, "S"), ["2"]);
    assert_eq!(info(&mut world, "S")["sources"][0]["lag"], 0);
}

#[test]
fn a_source_says_where_its_messages_come_from_and_drops_what_was_meant_for_the_origin() {
    let mut world = World::new();
    made(&mut world, "O", &json!({"subjects": ["o.*"]}));
    world.publish(
        "o.1",
        "NATS/1.0\r\nA: b\r\nNats-Expected-Stream: O\r\n\r\n",
        "x",
    );
    made(&mut world, "S", &json!({"sources": [{"name": "O"}]}));
    let (_, headers, body) = message(&mut world, "S", 1).expect("a message");
    let identity = headers
        .trim_end()
        .rsplit(' ')
        .next()
        .expect("an identity")
        .to_owned();
    assert_eq!(identity.len(), 8);
    let want = format!("NATS/1.0\r\nA: b\r\nNats-Stream-Source: O 1 > > o.1 {identity}\r\n\r\n");
    assert_eq!((headers, body.as_str()), (want, "x"));
}

#[test]
fn an_origin_may_come_later() {
    let mut world = World::new();
    made(&mut world, "S", &json!({"sources": [{"name": "O"}]}));
    let source = info(&mut world, "S")["sources"][0].clone();
    assert_eq!(
        (&source["active"], &source["error"]["err_code"]),
        (&json!(-1), &json!(10059))
    );
    origin(&mut world, 2);
    assert_eq!(bodies(&mut world, "S"), ["1", "2"]);
    let source = info(&mut world, "S")["sources"][0].clone();
    assert_eq!(
        (&source["seq"], &source["error"]),
        (&json!(2), &Value::Null)
    );
}

#[test]
fn an_origin_that_is_made_again_is_taken_from_its_start() {
    let mut world = World::new();
    origin(&mut world, 2);
    made(&mut world, "S", &json!({"sources": [{"name": "O"}]}));
    world.ask("STREAM.DELETE.O", &Value::Null);
    world.now += SECOND;
    origin(&mut world, 1);
    assert_eq!(bodies(&mut world, "S"), ["1", "2", "1"]);
}

#[test]
fn a_source_that_comes_back_goes_on_where_it_was() {
    let mut world = World::new();
    origin(&mut world, 2);
    made(
        &mut world,
        "S",
        &json!({"subjects": ["s"], "sources": [{"name": "O"}]}),
    );
    let without = json!({"name": "S", "subjects": ["s"]});
    let with = json!({"name": "S", "subjects": ["s"], "sources": [{"name": "O"}]});
    world.ask("STREAM.UPDATE.S", &without);
    world.publish("o.3", "", "3");
    world.settle();
    let mut world = world.lose_power(5);
    assert_eq!(bodies(&mut world, "S"), ["1", "2"]);
    world.ask("STREAM.UPDATE.S", &with);
    world.settle();
    assert_eq!(bodies(&mut world, "S"), ["1", "2", "3"]);
}

#[test]
fn a_mirror_becomes_a_stream_of_its_own() {
    let mut world = World::new();
    origin(&mut world, 2);
    made(&mut world, "M", &json!({"mirror": {"name": "O"}}));
    let other = json!({"name": "M", "mirror": {"name": "X"}});
    assert_eq!(
        world.ask("STREAM.UPDATE.M", &other)["error"]["err_code"],
        10055
    );
    let answer = world.ask("STREAM.UPDATE.M", &json!({"name": "M"}));
    assert_eq!(answer["config"]["subjects"], json!(["M"]));
    assert_eq!(world.publish("M", "", "own")["seq"], 3);
    world.publish("o.3", "", "3");
    assert_eq!(bodies(&mut world, "M"), ["1", "2", "own"]);
}

#[test]
fn whatever_a_crash_takes_nothing_comes_twice_and_nothing_is_missing() {
    for seed in 0..40 {
        let mut world = World::new();
        origin(&mut world, 0);
        made(&mut world, "M", &json!({"mirror": {"name": "O"}}));
        // The committer may come between a message and the place that is kept behind it.
        let ticks = json!({"src": ">", "dest": "_TICK.>"});
        let config = json!({"subjects": ["s"], "republish": ticks, "sources": [{"name": "O"}]});
        made(&mut world, "S", &config);
        // The sources' messages go away, so that the log alone doesn't know where they ended.
        let config = json!({"subjects": ["l"], "max_msgs": 1, "sources": [{"name": "O"}]});
        made(&mut world, "L", &config);
        let mut pushes = 0;
        for round in 0..8 {
            for number in 0..=(seed + round) % 7 {
                world.send("o.1", None, "", &format!("{round}/{number}"));
            }
            if (seed + round) % 3 == 0 {
                world.settle();
                world.publish("l", "", "pushes the sourced one out");
                pushes += 1;
            } else {
                // Some of it is committed, some is only on its way.
                world.store.commit_once(world.now).expect("the disk works");
                world.ether.ticking = Some((world.store.clone(), world.now));
                world.jetstream.run(world.now, &mut world.ether);
            }
            world = world.lose_power(seed * 100 + round);
        }
        world.settle();
        let all = bodies(&mut world, "O");
        assert_eq!(bodies(&mut world, "M"), all, "mirror, seed {seed}");
        assert_eq!(bodies(&mut world, "S"), all, "source, seed {seed}");
        let last = info(&mut world, "L")["state"]["last_seq"].as_u64();
        assert_eq!(
            last,
            Some(all.len() as u64 + pushes),
            "limited source, seed {seed}"
        );
    }
}

#[test]
fn an_interest_stream_keeps_messages_until_its_takers_have_them() {
    let mut world = World::new();
    made(
        &mut world,
        "I",
        &json!({"subjects": ["i.*"], "retention": "interest"}),
    );
    made(
        &mut world,
        "S",
        &json!({"sources": [{"name": "I", "filter_subject": "i.1"}]}),
    );
    world.send("i.1", None, "", "wanted");
    world.send("i.2", None, "", "not wanted");
    world.store.commit_once(world.now).expect("the disk works");
    world.jetstream.run(world.now, &mut world.ether);
    assert_eq!(
        info(&mut world, "I")["state"]["messages"],
        1,
        "not durable in S yet"
    );
    world.settle();
    assert_eq!(info(&mut world, "I")["state"]["messages"], 0);
    assert_eq!(bodies(&mut world, "S"), ["wanted"]);
}

#[test]
fn a_work_queue_loses_what_was_taken_when_all_who_want_it_have_it() {
    let mut world = World::new();
    let queue = json!({"subjects": ["w.*"], "retention": "workqueue"});
    made(&mut world, "W", &queue);
    for subject in ["w.1", "w.2"] {
        world.publish(subject, "", "x");
    }
    let config = json!({"durable_name": "C", "name": "C", "ack_policy": "explicit", "filter_subject": "w.1"});
    let body = json!({"stream_name": "W", "config": config});
    let answer = world.ask("CONSUMER.CREATE.W.C", &body);
    assert!(answer["error"].is_null(), "{answer}");
    made(&mut world, "S", &json!({"sources": [{"name": "W"}]}));
    // The consumer hasn't had its one yet.
    assert_eq!(info(&mut world, "W")["state"]["messages"], 1);
    world.send("$JS.API.CONSUMER.MSG.NEXT.W.C", Some("_I.next"), "", "1");
    world.settle();
    let reply = world.take("_I.next")[0].reply.clone();
    world.send(&reply, None, "", "+ACK");
    world.settle();
    assert_eq!(info(&mut world, "W")["state"]["messages"], 0);
    assert_eq!(info(&mut world, "S")["state"]["messages"], 2);
}

#[test]
fn an_interest_stream_forgets_after_a_crash_what_was_taken_before_it() {
    let mut world = World::new();
    made(
        &mut world,
        "I",
        &json!({"subjects": ["i"], "retention": "interest"}),
    );
    made(&mut world, "M", &json!({"mirror": {"name": "I"}}));
    world.send("i", None, "", "x");
    world.store.commit_once(world.now).expect("the disk works");
    world.jetstream.run(world.now, &mut world.ether);
    // The mirror has it, the origin hasn't heard of it yet.
    world.store.commit_once(world.now).expect("the disk works");
    let mut world = world.lose_power(1);
    assert_eq!(info(&mut world, "I")["state"]["messages"], 1);
    world.settle();
    assert_eq!(info(&mut world, "I")["state"]["messages"], 0);
    assert_eq!(bodies(&mut world, "M"), ["x"]);
}

#[test]
fn what_a_target_cant_take_is_told_and_taken_later() {
    let mut world = World::new();
    origin(&mut world, 3);
    made(
        &mut world,
        "S",
        &json!({"max_msgs": 2, "discard": "new", "sources": [{"name": "O"}]}),
    );
    let source = info(&mut world, "S")["sources"][0].clone();
    assert_eq!(
        (&source["lag"], &source["error"]["err_code"]),
        (&json!(1), &json!(10077))
    );
    world.ask("STREAM.PURGE.S", &Value::Null);
    world.pass(2 * SECOND);
    let source = info(&mut world, "S")["sources"][0].clone();
    assert_eq!(
        (&source["lag"], &source["error"]),
        (&json!(0), &Value::Null)
    );
}

#[test]
fn a_mirror_answers_direct_gets_for_an_origin_that_is_gone() {
    let mut world = World::new();
    made(
        &mut world,
        "O",
        &json!({"subjects": ["o.*"], "allow_direct": true}),
    );
    world.publish("o.1", "", "x");
    made(&mut world, "M", &json!({"mirror": {"name": "O"}}));
    world.ask("STREAM.DELETE.O", &Value::Null);
    world.send("$JS.API.DIRECT.GET.O.o.1", Some("_I.get"), "", "");
    let got = world.take("_I.get").pop().expect("an answer");
    assert_eq!(got.text(), "x");
    assert!(
        got.headers.contains("Nats-Stream: M\r\n"),
        "{}",
        got.headers
    );
}

#[test]
fn chains_of_mirrors_in_memory_fill_at_once() {
    let mut world = World::new();
    made(
        &mut world,
        "C",
        &json!({"storage": "memory", "mirror": {"name": "B"}}),
    );
    made(
        &mut world,
        "B",
        &json!({"storage": "memory", "mirror": {"name": "A"}}),
    );
    made(
        &mut world,
        "A",
        &json!({"storage": "memory", "subjects": ["a"]}),
    );
    let mut total = 0;
    for count in [1, 10, 1000] {
        for _ in 0..count {
            world.send("a", None, "", "x");
        }
        while world.jetstream.run(world.now, &mut world.ether) {}
        total += count;
        let copied = world.jetstream.report(&Detail::default(), world.now);
        assert_eq!(copied.accounts[0].messages, 3 * total);
    }
}
