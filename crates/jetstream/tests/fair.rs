//! One request doesn't hold the others: long ones go on a slice per turn. Counted, not timed.

mod world;

use midge_streamlog::sim::take_steps;
use serde_json::{Value, json};
use world::World;

/// What a turn does of long requests, at most; `tasks.rs` says so.
const SLICE: usize = 256;
const MESSAGES: usize = 3000;

fn filled(more: &Value) -> World {
    let mut world = World::new();
    let mut config = json!({"name": "S", "subjects": ["s.*"], "allow_direct": true});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let answer = world.ask("STREAM.CREATE.S", &config);
    assert!(answer["error"].is_null(), "{answer}");
    if config["retention"] == "interest" {
        consumer(&mut world, "C", "s.*");
    }
    for at in 0..MESSAGES {
        world.send(&format!("s.{}", at % 10), None, "", "x");
        if at % 500 == 499 {
            world.settle();
        }
    }
    world.settle();
    world
}

fn consumer(world: &mut World, name: &str, filter: &str) {
    let config = json!({"name": name, "durable_name": name, "ack_policy": "explicit", "filter_subject": filter});
    let body = json!({"stream_name": "S", "config": config});
    let answer = world.ask(&format!("CONSUMER.CREATE.S.{name}"), &body);
    assert!(answer["error"].is_null(), "{answer}");
}

/// Messages in the only log.
fn stored(world: &World) -> u64 {
    let (name, _) = world.store.streams().pop().expect("a log");
    let log = world.store.stream(&name).expect("it opens");
    log.expect("it is there").stats().msgs
}

/// Symptom: a direct get with `max_bytes` and no `batch` held all accounts for two minutes. Cause: all sequences of the stream were looked
/// up before the first message was sent, and all were sent in one go. Remedy: it is a task that sends as it reads.
#[test]
fn a_direct_get_of_everything_leaves_turns_to_others() {
    let mut world = filled(&json!({}));
    let get = json!({"seq": 1, "max_bytes": 1_u64 << 40}).to_string();
    let ask = |world: &mut World, to: &str| {
        world.send("$JS.API.DIRECT.GET.S", Some(to), "", &get);
    };
    ask(&mut world, "_I.a");
    ask(&mut world, "_I.b");
    let mut heard = [world.take("_I.a"), world.take("_I.b")];
    assert!(heard[0].len() + heard[1].len() <= SLICE);
    for at in 0.. {
        let more = world.turn();
        let before = [heard[0].len(), heard[1].len()];
        heard[0].extend(world.take("_I.a"));
        heard[1].extend(world.take("_I.b"));
        let sent = heard[0].len() + heard[1].len() - before[0] - before[1];
        assert!(sent <= SLICE + 2, "{sent} in turn {at}");
        // Neither runs away from the other.
        let apart = heard[0].len().abs_diff(heard[1].len());
        assert!(apart <= 2 * SLICE, "{apart} in turn {at}");
        if !more {
            break;
        }
        // Others are answered in between.
        world.request("STREAM.NAMES", &Value::Null);
        assert_eq!(world.take("_I.ask")[0].json()["streams"], json!(["S"]));
    }
    for heard in &heard {
        assert_eq!(heard.len(), MESSAGES + 1);
        for (at, message) in (1..).zip(&heard[..MESSAGES]) {
            let seq = format!("Nats-Sequence: {at}\r\n");
            assert!(message.headers.contains(&seq), "{}", message.headers);
        }
        let end = &heard[MESSAGES].headers;
        assert!(
            end.starts_with("NATS/1.0 204 EOB") && end.contains("Nats-Num-Pending: 0"),
            "{end}"
        );
    }
}

#[test]
fn requests_that_take_long_are_bounded_in_number() {
    let mut world = filled(&json!({}));
    let get = json!({"seq": 1, "max_bytes": 1_u64 << 40}).to_string();
    for _ in 0..1100 {
        world.send("$JS.API.DIRECT.GET.S", Some("_I.a"), "", &get);
    }
    let refused = |it: &world::Heard| it.headers.starts_with("NATS/1.0 429");
    assert_eq!(
        world.take("_I.a").iter().filter(|it| refused(it)).count(),
        1100 - 1024
    );
}

/// Symptom: the end of a consumer of an interest stream with a million messages held everybody for 0.65 seconds. Cause: all that it held
/// back was looked at in one go. Remedy: a sweep, a slice per turn, that a crash doesn't end.
#[test]
fn what_a_consumer_held_back_goes_in_slices() {
    let mut world = filled(&json!({"retention": "interest"}));
    consumer(&mut world, "D", "s.other");
    let left = |world: &mut World| {
        let state = world.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
        state["messages"].as_u64().unwrap() as usize
    };
    world.request("CONSUMER.DELETE.S.C", &Value::Null);
    world.store.commit_once(world.now).unwrap();
    world.jetstream.committed(usize::MAX, &mut world.ether);
    let answer = world.take("_I.ask");
    assert_eq!(
        answer[0].json()["success"],
        json!(true),
        "answered before the sweep is through"
    );
    let (mut turns, mut more) = (0, true);
    while more {
        more = world.turn();
        turns += 1;
    }
    assert!(turns >= MESSAGES / SLICE, "{turns} turns");
    assert_eq!(left(&mut world), 0);
}

/// Symptom: a stream that was told to keep its messages lost them. Cause: a sweep that had begun when it removed what nobody wants went on. Remedy:
/// each slice asks what the stream does now.
#[test]
fn a_sweep_ends_when_its_stream_keeps_everything() {
    let mut world = filled(&json!({"retention": "interest"}));
    consumer(&mut world, "D", "s.other");
    world.request("CONSUMER.DELETE.S.C", &Value::Null);
    world.store.commit_once(world.now).unwrap();
    world.jetstream.committed(usize::MAX, &mut world.ether);
    world.turn();
    let config =
        json!({"name": "S", "subjects": ["s.*"], "allow_direct": true, "retention": "limits"});
    world.request("STREAM.UPDATE.S", &config);
    let kept = stored(&world);
    assert!(
        (1..MESSAGES as u64).contains(&kept),
        "{kept} are left of the sweep"
    );
    world.settle();
    assert!(
        world
            .take("_I.ask")
            .iter()
            .all(|answer| answer.json()["error"].is_null())
    );
    assert_eq!(stored(&world), kept);
}

/// Symptom: a purge emptied a stream that was made after it was asked for. Cause: a purge that went in slices looked for its stream by name
/// when it was through. Remedy: it knows which one was meant.
#[test]
fn a_purge_ends_with_its_stream() {
    let mut world = filled(&json!({}));
    let purge = json!({"filter": "s.*"}).to_string();
    world.send("$JS.API.STREAM.PURGE.S", Some("_I.a"), "", &purge);
    assert!(world.take("_I.a").is_empty(), "it takes slices");
    world.request("STREAM.DELETE.S", &Value::Null);
    let config = json!({"name": "S", "subjects": ["s.*"], "allow_direct": true});
    world.request("STREAM.CREATE.S", &config);
    world.send("s.1", None, "", "new");
    world.settle();
    assert_eq!(
        world.take("_I.a")[0].json()["error"]["err_code"],
        json!(10059)
    );
    assert_eq!(stored(&world), 1);
}

#[test]
fn a_sweep_goes_on_after_a_crash() {
    let mut world = filled(&json!({"retention": "interest"}));
    consumer(&mut world, "D", "s.other");
    world.request("CONSUMER.DELETE.S.C", &Value::Null);
    world.store.commit_once(world.now).unwrap();
    world.jetstream.committed(usize::MAX, &mut world.ether);
    world.turn();
    world.store.commit_once(world.now).unwrap();
    let mut world = world.lose_power(1);
    assert!(stored(&world) > 0, "the sweep was through");
    world.settle();
    let state = world.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
    assert_eq!(state["messages"], json!(0), "{state}");
}

#[test]
fn deleted_sequences_are_listed_in_slices() {
    let mut world = filled(&json!({}));
    for seq in (2..MESSAGES).step_by(2) {
        world.request(
            "STREAM.MSG.DELETE.S",
            &json!({"seq": seq, "no_erase": true}),
        );
    }
    world.settle();
    world.take("_I.ask");
    world.request("STREAM.INFO.S", &json!({"deleted_details": true}));
    let mut turns = 0;
    while world.ether.heard.is_empty() {
        world.turn();
        turns += 1;
    }
    assert!(turns >= MESSAGES / 2 / SLICE, "{turns} turns");
    let answer = world.take("_I.ask")[0].json();
    let deleted = answer["state"]["deleted"].as_array().unwrap();
    assert_eq!(deleted.len(), MESSAGES / 2 - 1);
    assert_eq!(deleted[7], json!(16));
}

/// Symptom: messages that were all too old at once held all accounts until the last was removed. Cause: one call of the log took all of
/// them. Remedy: it takes a slice, and the rest is due at once.
#[test]
fn what_is_too_old_goes_in_slices() {
    let mut world = filled(&json!({"max_age": 3_600_000_000_000_u64}));
    let messages = |world: &mut World| {
        world.request("STREAM.INFO.S", &Value::Null);
        let info = world.take("_I.ask")[0].json();
        info["state"]["messages"].as_u64().unwrap()
    };
    world.now += 3_601_000_000_000;
    let mut left = messages(&mut world);
    assert_eq!(left, MESSAGES as u64);
    while left > 0 {
        assert!(
            world.jetstream.poll_timeout().unwrap() <= world.now,
            "{left} are forgotten"
        );
        world.jetstream.handle_timeout(world.now, &mut world.ether);
        world.turn();
        let now = messages(&mut world);
        assert!(now < left && left - now <= SLICE as u64, "{left} to {now}");
        left = now;
    }
}

/// Symptom: the first stream information after a start held everybody for 0.7 s when the stream had a million subjects, and each list of them
/// for half a second. Cause: they were counted, and listed, in one go. Remedy: the request is a task.
#[test]
fn subjects_are_counted_and_listed_in_slices() {
    let mut world = World::new();
    world.ask(
        "STREAM.CREATE.S",
        &json!({"name": "S", "subjects": ["s.*"]}),
    );
    for at in 0..MESSAGES {
        world.send(&format!("s.{at:04}"), None, "", "x");
        if at % 500 == 499 {
            world.settle();
        }
    }
    // What isn't sealed is read when the log is opened, and counted on the way.
    world.store.maintain_once(world.now).unwrap();
    let mut world = world.lose_power(1);
    let ask = |world: &mut World, body: &Value| {
        world.send("$JS.API.STREAM.INFO.S", Some("_I.a"), "", &body.to_string());
        let turns = world.turns_until_answered();
        (turns, world.take("_I.a")[0].json())
    };
    let (turns, answer) = ask(&mut world, &json!({}));
    assert!(turns >= MESSAGES / 2 / SLICE, "{turns} turns");
    assert_eq!(answer["state"]["num_subjects"], json!(MESSAGES));
    let (turns, _) = ask(&mut world, &json!({}));
    assert_eq!(turns, 0, "it is known now");
    let (turns, answer) = ask(&mut world, &json!({"subjects_filter": ">"}));
    assert!(turns >= MESSAGES / SLICE - 1, "{turns} turns");
    let subjects = answer["state"]["subjects"].as_object().unwrap();
    assert_eq!(
        (subjects.len(), &answer["total"]),
        (MESSAGES, &json!(MESSAGES))
    );
    let (_, answer) = ask(
        &mut world,
        &json!({"subjects_filter": "s.*", "offset": 2990}),
    );
    let subjects = answer["state"]["subjects"].as_object().unwrap();
    assert!(
        subjects.keys().eq((2990..3000)
            .map(|at| format!("s.{at}"))
            .collect::<Vec<_>>()
            .iter())
    );
}

/// Symptom: a purge of half a million messages by a filter held everybody for 0.37 s. Cause: they went in one go. Remedy: it is a task, and
/// answered when all are gone.
#[test]
fn a_purge_by_filter_goes_in_slices() {
    let mut world = filled(&json!({}));
    world.send(
        "$JS.API.STREAM.PURGE.S",
        Some("_I.a"),
        "",
        &json!({"filter": "s.*", "keep": 10}).to_string(),
    );
    let mut left = MESSAGES as u64;
    let mut turns = 0;
    loop {
        // What comes meanwhile stays.
        world.send("s.1", None, "", "x");
        let more = world.turn();
        world.store.commit_once(world.now).unwrap();
        world.jetstream.committed(usize::MAX, &mut world.ether);
        world.request("STREAM.INFO.S", &Value::Null);
        let now = world.take("_I.ask")[0].json()["state"]["messages"]
            .as_u64()
            .unwrap();
        assert!(left + 1 - now <= 2 * SLICE as u64, "{left} to {now}");
        (left, turns) = (now, turns + 1);
        if !more {
            break;
        }
    }
    assert!(turns >= MESSAGES / SLICE, "{turns} turns");
    let answer = world.take("_I.a")[0].json();
    assert_eq!(answer["purged"], json!(MESSAGES - 10));
    assert_eq!(left, 10 + turns as u64);
}

/// Requests that hold megabytes while they are at work do so one after the other.
#[test]
fn of_many_long_requests_one_is_at_work() {
    let mut world = filled(&json!({}));
    for seq in (2..MESSAGES).step_by(2) {
        world.request(
            "STREAM.MSG.DELETE.S",
            &json!({"seq": seq, "no_erase": true}),
        );
    }
    world.settle();
    world.take("_I.ask");
    let body = json!({"deleted_details": true}).to_string();
    for to in ["_I.a", "_I.b", "_I.c"] {
        world.send("$JS.API.STREAM.INFO.S", Some(to), "", &body);
    }
    let (mut turns, mut answered) = (0, Vec::new());
    while world.turn() {
        turns += 1;
        let heard = world.ether.heard.drain(..);
        answered.extend(heard.map(|heard| (heard.to, turns)));
    }
    let order: Vec<&str> = answered.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(order, ["_I.a", "_I.b", "_I.c"]);
    // Had all been at work, they would have come to their ends together.
    let apart = MESSAGES / 2 / SLICE - 1;
    for pair in answered.windows(2) {
        assert!(pair[1].1 - pair[0].1 >= apart, "{answered:?}");
    }
}

/// Symptom: whoever read many messages of a stream that was deleted meanwhile waited for ever. Cause: the task ended without a word. Remedy:
/// the status that ends each batch, as the reference sends it.
#[test]
fn a_direct_get_ends_when_its_stream_is_deleted() {
    let mut world = filled(&json!({}));
    let get = json!({"seq": 1, "max_bytes": 1_u64 << 40}).to_string();
    world.send("$JS.API.DIRECT.GET.S", Some("_I.a"), "", &get);
    world.request("STREAM.DELETE.S", &Value::Null);
    world.settle();
    let heard = world.take("_I.a");
    let end = &heard.last().unwrap().headers;
    assert!(heard.len() < MESSAGES, "it was deleted too late");
    assert!(end.starts_with("NATS/1.0 204 EOB"), "{end}");
    assert!(end.contains("Nats-Num-Pending: 0\r\n"), "{end}");
}

/// Symptom: deleting one of many pending messages held everybody for half a second. Cause: the states of all consumers that had it out were
/// written in one turn, each as large as all that it has out. Remedy: a state is written in parts, and a turn writes some of them.
#[test]
fn large_states_are_written_over_several_turns() {
    const CONSUMERS: usize = 8;
    /// Messages in the states of a turn, before the last of them; `consumer/save.rs` says so.
    const RECORDS_MAX: usize = 1 << 14;
    let mut world = filled(&json!({}));
    for at in 0..CONSUMERS {
        let name = format!("C{at}");
        let config = json!({"durable_name": name, "ack_policy": "explicit", "max_ack_pending": -1});
        let body = json!({"stream_name": "S", "config": config});
        world.ask(&format!("CONSUMER.DURABLE.CREATE.S.{name}"), &body);
        world.pull(&name, &json!({"batch": MESSAGES}));
    }
    world.pass(world::SECOND);
    // What they have out is deleted: one message, or some in each part of their states.
    let mut turns_after = |seqs: &[u64]| {
        for seq in seqs {
            world.request("STREAM.MSG.DELETE.S", &json!({"seq": seq}));
        }
        world.now += world::SECOND;
        world.jetstream.handle_timeout(world.now, &mut world.ether);
        let (mut before, mut written, mut turns) = (world.store.states(b"d/"), 0, 0);
        while written < CONSUMERS {
            assert!(turns < CONSUMERS, "{written} were written");
            world.turn();
            let after = world.store.states(b"d/");
            let pairs = before.iter().zip(&after);
            let new = pairs.filter(|(old, new)| old != new).count();
            let most = RECORDS_MAX / MESSAGES + 1;
            assert!(seqs.len() == 1 || new <= most, "{new} states in a turn");
            (before, written, turns) = (after, written + new, turns + 1);
        }
        turns
    };
    assert_eq!(turns_after(&[100]), 1);
    assert!(turns_after(&[101, 600, 1100, 1600, 2100, 2700]) > 1);
}

fn many_subjects(more: &Value) -> World {
    let mut world = World::new();
    let mut config = json!({"name": "S", "subjects": ["s.*"]});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    world.ask("STREAM.CREATE.S", &config);
    for at in 0..MESSAGES {
        world.send(&format!("s.{at}"), None, "", "x");
        if at % 500 == 499 {
            world.settle();
        }
    }
    world
}

/// Symptom: a purge of a stream with a consumer that had a million messages out, or a KV watcher that began with as many, held everybody at
/// its begin and its end. Cause: who waits for what is gone was told in one go. Remedy: it is a part of the purge, and goes in slices.
#[test]
fn a_purge_tells_consumers_in_slices() {
    let mut world = many_subjects(&json!({}));
    let all = json!({"durable_name": "C", "ack_policy": "explicit", "max_ack_pending": -1});
    let lasts = json!({"durable_name": "L", "ack_policy": "explicit", "deliver_policy": "last_per_subject", "filter_subject": "s.*"});
    for (name, config) in [("C", all), ("L", lasts)] {
        let body = json!({"stream_name": "S", "config": config});
        let answer = world.ask(&format!("CONSUMER.DURABLE.CREATE.S.{name}"), &body);
        assert!(answer["error"].is_null(), "{answer}");
    }
    world.pull("C", &json!({"batch": MESSAGES}));
    let info = |world: &mut World, name: &str| {
        let info = world.ask(&format!("CONSUMER.INFO.S.{name}"), &Value::Null);
        let number = |key: &str| info[key].as_u64().unwrap() as usize;
        (number("num_ack_pending"), number("num_pending"))
    };
    assert_eq!(info(&mut world, "C"), (MESSAGES, 0));
    assert_eq!(info(&mut world, "L"), (0, MESSAGES));
    let purge = json!({"filter": "s.*", "keep": 1}).to_string();
    world.send("$JS.API.STREAM.PURGE.S", Some("_I.a"), "", &purge);
    while stored(&world) > 1 {
        assert!(world.turn());
    }
    world.store.commit_once(world.now).unwrap();
    let turns = world.turns_until_answered();
    assert!(turns >= 2 * MESSAGES / SLICE - 2, "{turns} turns");
    assert_eq!(info(&mut world, "C"), (1, 0));
    assert_eq!(info(&mut world, "L"), (0, 1));
}

/// Symptom: a consumer that began with the last messages of a million subjects held everybody when it came to them while they were being purged.
/// Cause: it looked for the next one that is there in one go. Remedy: it goes on in its next turn.
#[test]
fn last_messages_that_are_gone_are_skipped_in_slices() {
    let mut world = many_subjects(&json!({}));
    let all = json!({"durable_name": "C", "ack_policy": "explicit", "max_ack_pending": -1});
    let lasts = json!({"durable_name": "L", "ack_policy": "explicit", "deliver_policy": "last_per_subject", "filter_subject": "s.*"});
    for (name, config) in [("C", all), ("L", lasts)] {
        let body = json!({"stream_name": "S", "config": config});
        world.ask(&format!("CONSUMER.DURABLE.CREATE.S.{name}"), &body);
    }
    // Until C was told of all that it has out, L isn't told of anything.
    world.pull("C", &json!({"batch": MESSAGES}));
    let purge = json!({"filter": "s.*", "keep": 1}).to_string();
    world.send("$JS.API.STREAM.PURGE.S", Some("_I.b"), "", &purge);
    while stored(&world) > 1 {
        assert!(world.turn());
    }
    world.send("$JS.API.CONSUMER.MSG.NEXT.S.L", Some("_I.a"), "", "");
    let turns = world.turns_until_answered();
    assert!(turns >= MESSAGES / SLICE / 2, "{turns} turns");
    let last = world.take("_I.a").pop().expect("a message").reply;
    assert!(last.starts_with("$JS.ACK.S.L.1.3000."), "{last}");
}

/// A consumer that begins with the last message of each subject.
fn lasts(name: &str) -> Value {
    let config = json!({"durable_name": name, "ack_policy": "explicit", "max_ack_pending": -1, "deliver_policy": "last_per_subject", "filter_subject": "s.*"});
    json!({"stream_name": "S", "config": config})
}

/// Symptom: a consumer that began with the last messages of a million subjects held everybody for 40 ms, and for twice that when the machine was
/// busy. Cause: they were all looked for in the step that made it. Remedy: a slice of subjects at a time, and what comes or goes meanwhile is
/// followed.
#[test]
fn a_consumer_of_last_messages_is_made_in_slices() {
    /// Subjects that cost as much as a record; `consumer/lasts.rs` says so.
    const SUBJECTS_PER_RECORD: usize = 4;
    let mut world = many_subjects(&json!({"max_msgs_per_subject": 1}));
    for at in MESSAGES..10_000 {
        world.send(&format!("s.{at}"), None, "", "x");
        if at % 500 == 499 {
            world.settle();
        }
    }
    take_steps();
    let ask = |world: &mut World, path: &str, to: &str, body: &Value| {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        world.send(&format!("$JS.API.CONSUMER.{path}"), Some(to), "", &body);
    };
    ask(&mut world, "DURABLE.CREATE.S.L", "_I.a", &lasts("L"));
    // Who asks for it or for all gets an answer that knows it, and others don't wait.
    ask(&mut world, "INFO.S.L", "_I.b", &Value::Null);
    ask(&mut world, "NAMES.S", "_I.b", &Value::Null);
    ask(&mut world, "INFO.S.other", "_I.c", &Value::Null);
    assert_eq!(world.take("_I.c").len(), 1);
    let mut there = Vec::new();
    loop {
        // A subject that was listed and one that wasn't get a message, and one more is new.
        let turn = there.len();
        for subject in [turn, 9_900 + turn, 20_000 + turn] {
            world.send(&format!("s.{subject}"), None, "", "y");
        }
        there.push(stored(&world));
        let more = world.turn();
        let steps = take_steps();
        let most = 2 * SUBJECTS_PER_RECORD * SLICE;
        assert!(steps <= most as u64, "{steps} steps in turn {turn}");
        if !more {
            break;
        }
        assert!(world.take("_I.a").is_empty());
    }
    let (turns, least) = (there.len(), 10_000 / SUBJECTS_PER_RECORD / SLICE);
    assert!(turns > least, "{turns} turns");
    world.settle();
    // Each subject's last message was pending in the turn that made it, and nothing that was gone by then.
    let made = world.take("_I.a").pop().expect("an answer").json();
    let pending = made["num_pending"].as_u64().unwrap();
    assert!(
        there[least - 1..].contains(&pending),
        "{pending} of {there:?}"
    );
    let known = world.take("_I.b");
    assert_eq!(known[0].json()["name"], json!("L"));
    assert_eq!(known[1].json()["consumers"], json!(["L"]));
    let info = world.ask("CONSUMER.INFO.S.L", &Value::Null);
    assert_eq!(info["num_pending"], json!(stored(&world)));
    let pulled = world.pull("L", &json!({"batch": 20_000, "no_wait": true}));
    let numbers = pulled.iter().filter_map(|it| it.reply.split('.').nth(5));
    let mut seqs: Vec<u64> = numbers.map(|number| number.parse().unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs.len(), 10_000 + turns);
    let stored = world.stored("S");
    assert!(stored.iter().map(|(seq, ..)| seq).eq(&seqs));
}

/// A subject that is named is looked up, whatever else there is; and an answer is immediate where there is little.
#[test]
fn last_messages_of_named_subjects_are_looked_up() {
    let mut world = many_subjects(&json!({}));
    let mut body = lasts("L");
    body["config"]["filter_subject"] = json!("s.7");
    take_steps();
    world.send(
        "$JS.API.CONSUMER.DURABLE.CREATE.S.L",
        Some("_I.a"),
        "",
        &body.to_string(),
    );
    let steps = take_steps();
    assert!(steps <= 4, "{steps} steps");
    world.settle();
    let made = world.take("_I.a").pop().expect("an answer").json();
    assert_eq!(made["num_pending"], json!(1));
}

/// Which of the messages that a consumer has out are gone isn't looked for when it is known that few are.
#[test]
fn a_roll_up_of_few_messages_is_told_at_once() {
    let mut world = many_subjects(&json!({"allow_rollup_hdrs": true}));
    let config =
        json!({"durable_name": "C", "ack_policy": "explicit", "max_ack_pending": 2 * MESSAGES});
    let body = json!({"stream_name": "S", "config": config});
    world.ask("CONSUMER.DURABLE.CREATE.S.C", &body);
    world.pull("C", &json!({"batch": MESSAGES}));
    for subject in ["s.2000", "s.2900"] {
        world.send(subject, None, "NATS/1.0\r\nNats-Rollup: sub\r\n\r\n", "x");
    }
    let info = world.ask("CONSUMER.INFO.S.C", &Value::Null);
    assert_eq!(info["num_ack_pending"], json!(MESSAGES - 2));
    assert_eq!(info["num_pending"], json!(2));
}

/// Symptom: a roll-up of a subject with a million messages held everybody until they were removed. Remedy: they go in slices.
#[test]
fn a_roll_up_of_many_messages_goes_in_slices() {
    let mut world = World::new();
    let config = json!({"name": "S", "subjects": ["s.*"], "allow_rollup_hdrs": true});
    world.ask("STREAM.CREATE.S", &config);
    for at in 0..MESSAGES {
        world.send(["s.1", "s.2"][usize::from(at % 10 == 0)], None, "", "x");
        if at % 500 == 499 {
            world.settle();
        }
    }
    let rollup = "NATS/1.0\r\nNats-Rollup: sub\r\n\r\n";
    for subject in ["s.1", "s.2"] {
        world.send(subject, Some("_I.a"), rollup, "last");
    }
    world.send("s.1", None, "", "after it");
    let mut left = stored(&world);
    assert!(left + 2 * SLICE as u64 >= MESSAGES as u64, "{left} at once");
    let mut turns = 0;
    loop {
        world.turn();
        world.store.commit_once(world.now).unwrap();
        if world
            .jetstream
            .poll_timeout()
            .is_none_or(|due| due > world.now)
        {
            break;
        }
        world.jetstream.handle_timeout(world.now, &mut world.ether);
        let now = stored(&world);
        assert!(left - now <= SLICE as u64, "{left} to {now}");
        (left, turns) = (now, turns + 1);
    }
    assert!(turns >= MESSAGES / SLICE - 3, "{turns} turns");
    assert_eq!(left, 3);
    world.settle();
    assert_eq!(world.take("_I.a").len(), 2);
}

/// Symptom: after a crash what a roll-up replaced was there until the subject's next one. Cause: what wasn't removed yet was known in memory alone.
#[test]
fn a_roll_up_goes_on_after_a_crash() {
    let mut world = World::new();
    let config = json!({"name": "S", "subjects": ["s"], "allow_rollup_hdrs": true});
    world.ask("STREAM.CREATE.S", &config);
    for at in 0..MESSAGES {
        world.send("s", None, "", "x");
        if at % 500 == 499 {
            world.settle();
        }
    }
    world.send("s", None, "NATS/1.0\r\nNats-Rollup: sub\r\n\r\n", "last");
    world.send("s", None, "", "after it");
    world.store.commit_once(world.now).unwrap();
    let mut world = world.lose_power(1);
    assert!(stored(&world) > MESSAGES as u64 / 2);
    for _ in 0..2 * MESSAGES / SLICE {
        world.pass(1);
    }
    assert_eq!(stored(&world), 2);
    assert!(world.store.states(b"r/").is_empty());
}

/// Symptom: a stream with limits that became one with interest kept for ever what nobody wants. Cause: nothing beyond what consumers had
/// reached was looked at, and a crash ended that as well. Remedy: all of it, and a mark from the change on.
#[test]
fn what_nobody_wants_goes_when_a_stream_becomes_one_with_interest() {
    let mut world = filled(&json!({}));
    consumer(&mut world, "D", "s.7");
    let config =
        json!({"name": "S", "subjects": ["s.*"], "allow_direct": true, "retention": "interest"});
    world.request("STREAM.UPDATE.S", &config);
    world.store.commit_once(world.now).unwrap();
    let mut world = world.lose_power(1);
    assert_eq!(stored(&world), MESSAGES as u64);
    world.settle();
    assert_eq!(stored(&world), MESSAGES as u64 / 10);
}
