//! What remembers sequences never stands beyond the log: a power cut takes the last messages of an `async` stream, and may leave what
//! was remembered of them.

mod world;

use midge_streamlog::Disk;
use serde_json::{Value, json};
use world::{SECOND, World};

/// A world with streams and consumers of `S`, by name.
fn world(streams: &[Value], consumers: &[Value]) -> World {
    let mut world = World::new();
    for config in streams {
        let name = config["name"].as_str().expect("a name");
        let answer = world.ask(&format!("STREAM.CREATE.{name}"), config);
        assert!(answer["error"].is_null(), "{answer}");
    }
    for config in consumers {
        let name = config["durable_name"].as_str().expect("a name");
        let body = json!({"stream_name": "S", "config": config});
        let answer = world.ask(&format!("CONSUMER.CREATE.S.{name}"), &body);
        assert!(answer["error"].is_null(), "{answer}");
    }
    world
}

fn lazy(name: &str) -> Value {
    json!({"name": name, "subjects": [format!("{name}.*")], "persist_mode": "async"})
}

fn explicit(name: &str) -> Value {
    json!({"durable_name": name, "ack_policy": "explicit", "ack_wait": SECOND})
}

/// Publishes as many messages, so large that an `async` stream writes them to its segment and leaves them unsynced.
fn publish(world: &mut World, subject: &str, count: usize) {
    for _ in 0..count {
        let ack = world.publish(subject, "", &"x".repeat(70_000));
        assert!(ack["error"].is_null(), "{ack}");
    }
}

/// Sequences that a consumer of `S` delivers now.
fn delivered(world: &mut World, consumer: &str) -> Vec<u64> {
    let got = world.pull(consumer, &json!({"batch": 100, "no_wait": true}));
    let seq = |reply: &str| reply.split('.').nth(5)?.parse().ok();
    got.iter().filter_map(|heard| seq(&heard.reply)).collect()
}

/// Acknowledges all that a pull brings, and waits until that is on the disk.
fn consume(world: &mut World, consumer: &str) {
    let got = world.pull(consumer, &json!({"batch": 100, "no_wait": true}));
    for heard in got.iter().filter(|heard| !heard.reply.is_empty()) {
        world.send(&heard.reply, Some("_I.ack"), "", "+ACK");
    }
    world.settle();
    world.take("_I.ack");
}

fn last_seq(world: &mut World, stream: &str) -> u64 {
    let info = world.ask(&format!("STREAM.INFO.{stream}"), &Value::Null);
    info["state"]["last_seq"].as_u64().expect("a number")
}

fn info(world: &mut World, consumer: &str) -> Value {
    world.ask(&format!("CONSUMER.INFO.S.{consumer}"), &Value::Null)
}

/// Symptom: after a power cut a consumer of an `async` stream skipped acknowledged messages. Cause: its state was synced, the messages it
/// spoke of weren't, and the next ones got their sequences. Remedy: what is restored ends where the log does.
#[test]
fn a_consumer_whose_messages_were_lost_delivers_the_next_ones() {
    for seed in 0..20 {
        let mut world = world(&[lazy("S")], &[explicit("C"), explicit("D")]);
        publish(&mut world, "S.a", 4);
        consume(&mut world, "C");
        assert_eq!(delivered(&mut world, "D"), [1, 2, 3, 4], "all are out");
        world.pass(SECOND / 2);
        let mut world = world.lose_power(seed);
        let left = last_seq(&mut world, "S");
        for name in ["C", "D"] {
            let info = info(&mut world, name);
            let at = |key: &str| info[key]["stream_seq"].as_u64().expect("a number");
            assert!(at("delivered") <= left && at("ack_floor") <= left, "{info}");
            assert!(info["num_ack_pending"].as_u64() <= Some(left), "{info}");
        }
        publish(&mut world, "S.b", 3);
        let new = [left + 1, left + 2, left + 3];
        assert_eq!(info(&mut world, "C")["num_pending"], 3, "seed {seed}");
        assert_eq!(delivered(&mut world, "C"), new, "seed {seed}");
        let fresh = delivered(&mut world, "D");
        assert_eq!(fresh, new, "seed {seed}: what is out waits for its time");
    }
}

/// The same, one restart later: the state that was too far ahead must be gone before the log reaches its sequences again.
#[test]
fn a_second_restart_finds_nothing_of_what_was_ahead() {
    let mut world = world(&[lazy("S")], &[explicit("C")]);
    publish(&mut world, "S.a", 4);
    consume(&mut world, "C");
    let mut world = world.lose_power(0);
    let left = last_seq(&mut world, "S");
    assert_eq!(left, 0);
    // The committer comes between any two steps.
    for _ in 0..6 {
        world.send("S.b", None, "", "x");
    }
    world.store.commit_once(world.now).expect("the disk works");
    let mut world = World::on(world.disk.kill(), world.now);
    assert_eq!(last_seq(&mut world, "S"), 6);
    assert_eq!(delivered(&mut world, "C"), [1, 2, 3, 4, 5, 6]);
}

/// Consumers that begin somewhere else than at the first message are placed once, not again by each restart.
#[test]
fn a_new_consumer_begins_where_it_was_made() {
    for policy in ["new", "last", "last_per_subject"] {
        let mut world = world(&[json!({"name": "S", "subjects": ["S.*"]})], &[]);
        publish(&mut world, "S.a", 2);
        let config = json!({
            "durable_name": "C", "ack_policy": "explicit", "deliver_policy": policy, "filter_subject": "S.*",
        });
        let body = json!({"stream_name": "S", "config": config});
        world.request("CONSUMER.CREATE.S.C", &body);
        world.store.commit_once(world.now).expect("the disk works");
        world.jetstream.committed(usize::MAX, &mut world.ether);
        assert_eq!(world.take("_I.ask").len(), 1, "it is made");
        world.send("S.a", Some("_I.pub"), "", "x");
        world.send("S.a", Some("_I.pub"), "", "x");
        world.store.commit_once(world.now).expect("the disk works");
        let mut world = world.lose_power(1);
        let seqs = delivered(&mut world, "C");
        let first = if policy == "new" { 3 } else { 2 };
        let want: Vec<u64> = (first..=4).collect();
        assert_eq!(seqs, want, "{policy}");
    }
}

/// A start that the log hasn't reached yet was asked for, and stays.
#[test]
fn a_start_beyond_the_log_is_kept() {
    let asked = json!({
        "durable_name": "C", "ack_policy": "explicit", "deliver_policy": "by_start_sequence", "opt_start_seq": 5,
    });
    let mut world = world(&[lazy("S")], &[asked, explicit("D")]);
    let reset = world.ask("CONSUMER.RESET.S.D", &json!({"seq": 4}));
    assert_eq!(reset["reset_seq"], 4, "{reset}");
    let mut world = world.lose_power(0);
    publish(&mut world, "S.a", 6);
    assert_eq!(delivered(&mut world, "C"), [5, 6]);
    assert_eq!(delivered(&mut world, "D"), [4, 5, 6]);
}

/// A stream that takes from one which lost its end goes on with what comes next there.
#[test]
fn a_source_that_lost_its_end_is_taken_on() {
    let taking = json!({"name": "T", "sources": [{"name": "S"}]});
    let mut world = world(&[lazy("S"), taking], &[]);
    publish(&mut world, "S.a", 4);
    world.settle();
    assert_eq!(last_seq(&mut world, "T"), 4);
    let mut world = world.lose_power(0);
    assert_eq!(
        (last_seq(&mut world, "S"), last_seq(&mut world, "T")),
        (0, 4)
    );
    publish(&mut world, "S.b", 2);
    world.settle();
    assert_eq!(last_seq(&mut world, "T"), 6, "both were taken");
}

/// What a stream remembers of its sources ends with its log, also when that grew again before the next restart.
#[test]
fn places_in_sources_that_were_ahead_are_gone_for_good() {
    let taking = json!({
        "name": "T", "subjects": ["T.*"], "persist_mode": "async", "sources": [{"name": "S"}],
    });
    let mut world = world(&[json!({"name": "S", "subjects": ["S.*"]}), taking], &[]);
    publish(&mut world, "S.a", 3);
    world.settle();
    assert_eq!(last_seq(&mut world, "T"), 3);
    let mut world = world.lose_power(0);
    for _ in 0..4 {
        world.send("T.x", None, "", "x");
    }
    world.store.commit_once(world.now).expect("the disk works");
    let mut world = World::on(world.disk.kill(), world.now);
    world.settle();
    assert_eq!(last_seq(&mut world, "T"), 7, "all three are taken again");
}

/// Symptom: after a power cut messages were in no stream that an `async` one had taken from an interest stream. Cause: an update by which it takes no
/// more from there was durable before they were synced, and then nobody wanted them in the origin. Remedy: they are synced before that.
#[test]
fn what_was_taken_is_synced_before_its_origin_is_left() {
    let origin = json!({"name": "S", "subjects": ["S.*"], "retention": "interest"});
    let taking = json!({"name": "T", "persist_mode": "async", "sources": [{"name": "S"}]});
    let left = json!({"name": "T", "subjects": ["T.*"], "persist_mode": "async"});
    let mirror = json!({"name": "T", "persist_mode": "async", "mirror": {"name": "S"}});
    for (taking, seed) in [(&taking, 0), (&taking, 1), (&mirror, 0)] {
        let mut world = world(&[origin.clone(), taking.clone()], &[]);
        publish(&mut world, "S.a", 3);
        world.settle();
        let count = |world: &mut World| ["S", "T"].map(|name| world.stored(name).len());
        assert_eq!(count(&mut world), [3, 3], "T's aren't synced");
        let answer = world.ask("STREAM.UPDATE.T", &left);
        assert!(answer["error"].is_null(), "{answer}");
        world.settle();
        assert_eq!(count(&mut world), [0, 3]);
        let mut world = world.lose_power(seed);
        assert_eq!(count(&mut world), [0, 3]);
    }
}

/// Wherever the power fails: what was taken is there or in its origin.
#[test]
fn what_was_taken_is_somewhere_wherever_the_power_fails_when_its_origin_is_left() {
    let origin = json!({"name": "S", "subjects": ["S.*"], "retention": "interest"});
    let taking = json!({"name": "T", "persist_mode": "async", "sources": [{"name": "S"}]});
    let left = json!({"name": "T", "persist_mode": "async", "subjects": ["T.*"]});
    let mut taken = 0;
    for operations in 0..24 {
        let mut world = world(&[origin.clone(), taking.clone()], &[]);
        publish(&mut world, "S.a", 3);
        world.settle();
        world.request("STREAM.UPDATE.T", &left);
        world.run();
        let mut world = world.lose_power_within(operations, 0);
        world.settle();
        let [from, to] = ["S", "T"].map(|name| world.stored(name).len());
        assert!(to == 3, "after {operations}: {from} and {to}");
        taken += usize::from(from == 0);
    }
    assert!((1..=24).contains(&taken), "{taken}");
}

/// A segment that is gone takes its messages along, and no consumer waits for them or counts them.
#[test]
fn a_missing_segment_leaves_consumers_that_go_on() {
    let mut world = world(
        &[json!({"name": "S", "subjects": ["S.*"]})],
        &[explicit("C")],
    );
    for _ in 0..6 {
        world.publish("S.a", "", &"y".repeat(60_000));
    }
    let out = world.pull("C", &json!({"batch": 5, "no_wait": true}));
    assert_eq!(out.len(), 5);
    world.pass(SECOND / 2);
    world.store.close(world.now).expect("it closes");
    for name in world.disk.list().expect("a list") {
        if name.ends_with(".seg") || name.contains("journal") {
            world.disk.remove(&name).expect("it goes");
        }
    }
    let mut world = World::on(world.disk.clone(), world.now);
    let left = last_seq(&mut world, "S");
    publish(&mut world, "S.b", 2);
    world.pass(2 * SECOND);
    let seqs = delivered(&mut world, "C");
    assert_eq!(seqs[seqs.len() - 2..], [left + 1, left + 2]);
    let info = info(&mut world, "C");
    assert_eq!(info["num_pending"], 0, "{info}");
}
