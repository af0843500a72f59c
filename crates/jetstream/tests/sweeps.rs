//! A power cut may keep a consumer's state and lose the removal of what it was done with: after a start an interest or work-queue stream
//! removes that, and nothing that somebody may still want.

mod world;

use midge_streamlog::sim::Fault;
use serde_json::{Value, json};
use world::transfer::{restore, snapshot};
use world::{Heard, SECOND, World};

/// A stream `S` of that retention, with consumers.
fn world(retention: &str, consumers: &[Value]) -> World {
    let mut world = World::new();
    let config = json!({"name": "S", "subjects": ["s.*"], "retention": retention});
    done(&world.ask("STREAM.CREATE.S", &config));
    consumers.iter().for_each(|it| define(&mut world, it));
    world
}

fn define(world: &mut World, config: &Value) {
    let name = config["durable_name"].as_str().expect("a name");
    let body = json!({"stream_name": "S", "config": config});
    done(&world.ask(&format!("CONSUMER.CREATE.S.{name}"), &body));
}

fn done(answer: &Value) {
    assert!(answer["error"].is_null(), "{answer}");
}

fn explicit(name: &str) -> Value {
    json!({"durable_name": name, "ack_policy": "explicit", "ack_wait": SECOND})
}

fn filtered(name: &str, filter: &str) -> Value {
    json!({"durable_name": name, "ack_policy": "explicit", "filter_subject": filter})
}

fn publish(world: &mut World, subjects: &[&str]) {
    for subject in subjects {
        done(&world.publish(subject, "", "x"));
    }
}

/// Messages that a consumer gives out now.
fn pull(world: &mut World, consumer: &str, count: u64) -> Vec<Heard> {
    let mut got = world.pull(consumer, &json!({"batch": count, "no_wait": true}));
    got.retain(|heard| !heard.reply.is_empty());
    got
}

fn ack(world: &mut World, of: &[Heard]) {
    of.iter()
        .for_each(|heard| world.send(&heard.reply, None, "", "+ACK"));
    world.settle();
    world.pass(SECOND / 2);
}

fn consume(world: &mut World, consumer: &str) {
    let got = pull(world, consumer, 100);
    ack(world, &got);
}

fn left(world: &mut World) -> Vec<u64> {
    world.settle();
    world.stored("S").iter().map(|(seq, ..)| *seq).collect()
}

/// Puts something that nobody can read in place of what the store keeps of consumer `C`.
fn damage(world: &mut World, kind: &str) {
    let key = format!("{kind}/$G/S/C");
    assert!(world.store.state(key.as_bytes()).is_some());
    drop(world.store.put_state(key.as_bytes(), b"?").expect("taken"));
    world.settle();
}

/// Symptom: after a power cut a work queue kept messages that its consumer was done with, for ever. Cause: the consumer's state was
/// durable, the removal wasn't, and nobody compared them. Remedy: a start looks at what consumers are done with.
#[test]
fn what_was_acknowledged_before_a_power_cut_goes() {
    for retention in ["workqueue", "interest"] {
        let mut world = world(retention, &[explicit("C")]);
        publish(&mut world, &["s.a"; 5]);
        let held = pull(&mut world, "C", 3);
        let mut world =
            world.keep_states_alone(|world| ack(world, &[held[0].clone(), held[2].clone()]));
        assert_eq!(
            left(&mut world),
            [2, 4, 5],
            "{retention}: what is out or to come stays"
        );
        world.pass(2 * SECOND);
        assert_eq!(pull(&mut world, "C", 9).len(), 3, "{retention}");
        let mut world = world.restart();
        assert_eq!(left(&mut world), [2, 4, 5], "{retention}");
    }
}

#[test]
fn what_another_consumer_wants_stays() {
    let mut world = world(
        "interest",
        &[filtered("A", "s.a"), explicit("B"), filtered("C", "s.c")],
    );
    publish(&mut world, &["s.a", "s.b", "s.c", "s.a", "s.c"]);
    let mut world = world.keep_states_alone(|world| {
        consume(world, "A");
        let held = pull(world, "B", 3);
        ack(world, &held);
    });
    assert_eq!(left(&mut world), [3, 4, 5], "B wants 4 and C wants 3 and 5");
}

#[test]
fn what_nobody_wants_yet_stays_in_a_work_queue() {
    let mut world = world("workqueue", &[filtered("A", "s.a"), filtered("B", "s.b")]);
    publish(&mut world, &["s.a", "s.b", "s.c", "s.a", "s.b"]);
    let mut world = world.keep_states_alone(|world| {
        consume(world, "A");
        let held = pull(world, "B", 1);
        ack(world, &held);
    });
    assert_eq!(left(&mut world), [3, 5], "s.c waits for a consumer");
}

#[test]
fn what_went_out_too_often_stays() {
    for retention in ["workqueue", "interest"] {
        let config = json!({"durable_name": "C", "ack_policy": "explicit", "ack_wait": SECOND, "max_deliver": 1});
        let mut world = world(retention, &[config]);
        publish(&mut world, &["s.a"; 2]);
        pull(&mut world, "C", 1);
        world.pass(2 * SECOND);
        let mut world = world.keep_states_alone(|world| consume(world, "C"));
        assert_eq!(left(&mut world), [1], "{retention}: nobody acknowledged it");
    }
}

#[test]
fn what_a_stream_has_yet_to_take_stays() {
    let mut world = world("workqueue", &[explicit("C")]);
    done(&world.ask(
        "STREAM.CREATE.T",
        &json!({"name": "T", "sources": [{"name": "S"}], "max_msgs": 1, "discard": "new"}),
    ));
    publish(&mut world, &["s.a"; 3]);
    world.pass(5 * SECOND);
    let mut world = world.keep_states_alone(|world| consume(world, "C"));
    assert_eq!(left(&mut world), [2, 3], "T is full");
}

/// A consumer whose state is lost begins anew, here behind all that is there: what it had isn't known, now or at a later start.
#[test]
fn what_an_unreadable_consumer_may_want_stays() {
    let config = json!({"durable_name": "C", "ack_policy": "explicit", "deliver_policy": "new"});
    let mut world = world("interest", &[config.clone(), explicit("D")]);
    publish(&mut world, &["s.a"; 3]);
    let mut world = world.keep_states_alone(|world| {
        consume(world, "D");
        damage(world, "d");
    });
    assert_eq!(left(&mut world), [1, 2, 3]);
    let mut world = world.restart();
    assert_eq!(left(&mut world), [1, 2, 3]);
    publish(&mut world, &["s.a"]);
    consume(&mut world, "C");
    consume(&mut world, "D");
    assert_eq!(left(&mut world), [1, 2, 3], "of the next one all is known");
}

#[test]
fn nothing_goes_while_a_consumer_has_no_definition() {
    let mut world = world("interest", &[filtered("C", "s.c"), filtered("D", "s.*")]);
    publish(&mut world, &["s.c", "s.c"]);
    let mut world = world.keep_states_alone(|world| {
        let held = pull(world, "D", 1);
        ack(world, &held);
        damage(world, "c");
    });
    assert_eq!(left(&mut world), [1, 2]);
    consume(&mut world, "D");
    assert_eq!(
        left(&mut world),
        [1, 2],
        "acks of others don't say what it wants"
    );
    define(&mut world, &filtered("C", "s.c"));
    consume(&mut world, "C");
    let mut world = world.restart();
    assert_eq!(left(&mut world), [0; 0]);
}

/// Symptom: what nobody wanted stayed for ever when a consumer was deleted while another one couldn't be read. Cause: the sweep that was left out was
/// taken for done. Remedy: the mark stays, and the start at which all are known sweeps.
#[test]
fn a_sweep_that_waits_for_a_consumer_to_be_known_isnt_forgotten() {
    let consumers =
        ["s.c", "s.d", "s.b"].map(|filter| filtered(&filter[2..].to_uppercase(), filter));
    let mut world = world("interest", &consumers);
    publish(&mut world, &["s.b", "s.b"]);
    let mut world = world.keep_states_alone(|world| damage(world, "c"));
    done(&world.ask("CONSUMER.DELETE.S.B", &Value::Null));
    assert_eq!(left(&mut world), [1, 2], "C may want them");
    define(&mut world, &filtered("C", "s.c"));
    let mut world = world.restart();
    assert_eq!(left(&mut world), [0; 0]);
}

/// What new filters add below the place where a consumer is passed it by, so it isn't done with that.
#[test]
fn a_work_queue_keeps_what_a_wider_filter_finds_behind_it() {
    for update in [filtered("C", "s.b"), filtered("C", "s.*"), explicit("C")] {
        let mut world = world("workqueue", &[filtered("C", "s.a")]);
        publish(&mut world, &["s.b", "s.a"]);
        consume(&mut world, "C");
        define(&mut world, &update);
        let mut world = world.restart();
        assert_eq!(left(&mut world), [1], "{update}");
    }
}

#[test]
fn a_work_queue_keeps_what_a_reset_skips() {
    let mut world = world("workqueue", &[explicit("C")]);
    publish(&mut world, &["s.a"; 3]);
    pull(&mut world, "C", 3);
    done(&world.ask("CONSUMER.RESET.S.C", &json!({"seq": 3})));
    let mut world = world.restart();
    assert_eq!(left(&mut world), [1, 2, 3]);
}

/// Archives may come from a server that stopped between the two.
#[test]
fn what_an_archive_says_is_acknowledged_goes() {
    for (retention, expected) in [("workqueue", vec![2, 4]), ("limits", vec![1, 2, 3, 4])] {
        let mut world = world("limits", &[explicit("C")]);
        publish(&mut world, &["s.a"; 4]);
        let held = pull(&mut world, "C", 3);
        ack(&mut world, &[held[0].clone(), held[2].clone()]);
        let (_, bytes) = snapshot(&mut world, "S");
        done(&world.ask("STREAM.DELETE.S", &Value::Null));
        let config = json!({"name": "S", "subjects": ["s.*"], "retention": retention});
        done(&restore(&mut world, &config, &bytes));
        assert_eq!(left(&mut world), expected, "{retention}");
    }
}

/// The form of an archive has no word for them; they are out in it.
#[test]
fn what_went_out_too_often_stays_in_an_archive() {
    let config = json!({"durable_name": "C", "ack_policy": "explicit", "ack_wait": SECOND, "max_deliver": 2});
    let mut world = world("workqueue", &[config]);
    publish(&mut world, &["s.a"; 2]);
    for _ in 0..2 {
        assert_eq!(pull(&mut world, "C", 1).len(), 1);
        world.pass(2 * SECOND);
    }
    consume(&mut world, "C");
    let (_, bytes) = snapshot(&mut world, "S");
    done(&world.ask("STREAM.DELETE.S", &Value::Null));
    let config = json!({"name": "S", "subjects": ["s.*"], "retention": "workqueue"});
    done(&restore(&mut world, &config, &bytes));
    world.pass(2 * SECOND);
    assert!(pull(&mut world, "C", 1).is_empty(), "it went out twice");
    let mut world = world.restart();
    assert_eq!(left(&mut world), [1]);
}

/// Nobody looks at messages that a consumer of all of them didn't get yet.
#[test]
fn a_start_looks_no_farther_than_the_slowest_consumer() {
    let mut world = world("interest", &[explicit("C"), explicit("D")]);
    publish(&mut world, &["s.a"; 20]);
    consume(&mut world, "C");
    pull(&mut world, "D", 1);
    world.pass(SECOND / 2);
    let mut world = world.restart();
    let calls = world.disk.calls();
    world.run();
    assert_eq!(world.disk.calls(), calls, "no message is read");
    assert_eq!(left(&mut world).len(), 20);
}

/// Messages in the log, without a commit.
fn stored(world: &World) -> u64 {
    let log = world.store.stream("$G/S").expect("it opens");
    log.expect("it is there").stats().msgs
}

/// Symptom: a power cut took messages for good although the change that nobody wants them by never was. Cause: they were removed while it was on
/// its way to the disk, and what is removed may get there first. Remedy: nothing is removed for want of interest before the change is durable.
#[test]
fn nothing_goes_before_the_change_is_durable_by_which_nobody_wants_it() {
    let limits = || {
        let mut world = world("limits", &[filtered("A", "s.a")]);
        publish(&mut world, &["s.a", "s.b", "s.a"]);
        world
    };
    let interest = || {
        let mut world = world("interest", &[explicit("A"), explicit("B")]);
        publish(&mut world, &["s.a", "s.b", "s.a"]);
        consume(&mut world, "A");
        world
    };
    let update = json!({"name": "S", "subjects": ["s.*"], "retention": "interest"});
    let narrower = json!({"stream_name": "S", "config": filtered("B", "s.a")});
    for (name, mut world, verb, body, left_after) in [
        ("update", limits(), "STREAM.UPDATE.S", update, 2),
        ("delete", interest(), "CONSUMER.DELETE.S.B", Value::Null, 0),
        ("narrow", interest(), "CONSUMER.CREATE.S.B", narrower, 2),
    ] {
        let before = stored(&world);
        world.request(verb, &body);
        world.run();
        assert_eq!(stored(&world), before, "{name}");
        world.settle();
        done(&world.take("_I.ask").pop().expect("an answer").json());
        assert_eq!(stored(&world), left_after, "{name}");
    }
}

/// The same for what a consumer acknowledges that is done with it, after the only other one that wanted it.
#[test]
fn nothing_that_is_acknowledged_goes_before_the_others_are_durably_gone() {
    let mut world = world("interest", &[explicit("A"), explicit("B")]);
    publish(&mut world, &["s.a", "s.b"]);
    let held = pull(&mut world, "A", 1);
    world.request("CONSUMER.DELETE.S.B", &Value::Null);
    world.send(&held[0].reply, Some("_I.a"), "", "+ACK");
    world.run();
    assert_eq!(stored(&world), 2);
    assert!(world.take("_I.a").is_empty(), "it was confirmed too early");
    world.settle();
    assert_eq!(world.take("_I.a").len(), 1);
    assert_eq!(left(&mut world), [2]);
    // A second change of the stream ends neither the first one's sweep nor what it waits for.
    let described =
        json!({"name": "S", "subjects": ["s.*"], "retention": "interest", "description": "x"});
    world.request("CONSUMER.DELETE.S.A", &Value::Null);
    world.request("STREAM.UPDATE.S", &described);
    world.run();
    assert_eq!(stored(&world), 1);
    world.settle();
    assert_eq!(stored(&world), 0);
}

/// Symptom: an interest stream whose consumers ended with each commit, for ever, removed nothing, and confirmed no ack. Cause: whatever was acknowledged
/// waited until no change was on its way. Remedy: it waits for those that were made before, and for none that comes later.
#[test]
fn changes_with_each_commit_hold_nothing_up() {
    const ROUNDS: usize = 300;
    for is_acked_before_the_end in [false, true] {
        let mut world = world("interest", &[explicit("A")]);
        for _ in 0..ROUNDS {
            world.send("s.a", None, "", "x");
        }
        world.settle();
        let held = pull(&mut world, "A", ROUNDS as u64);
        let change = |world: &mut World, of: Option<&Heard>| {
            let body = json!({"stream_name": "S", "config": explicit("X")});
            let ack = |world: &mut World| {
                let acked = of.iter();
                acked.for_each(|heard| world.send(&heard.reply, Some("_I.a"), "", "+ACK"));
            };
            world.request("CONSUMER.CREATE.S.X", &body);
            if is_acked_before_the_end {
                ack(world);
            }
            world.request("CONSUMER.DELETE.S.X", &Value::Null);
            if !is_acked_before_the_end {
                ack(world);
            }
            world.run();
        };
        change(&mut world, held.first());
        for round in 1..=ROUNDS {
            let left = ROUNDS as u64 - round as u64;
            assert_eq!(stored(&world), left + 1, "before it is durable");
            world.store.commit_once(world.now).expect("the disk works");
            // The next one is on its way before anybody sees that.
            change(&mut world, held.get(round));
            world.jetstream.committed(usize::MAX, &mut world.ether);
            world.run();
            assert_eq!(stored(&world), left);
            assert_eq!(world.take("_I.a").len(), 1, "round {round}");
        }
    }
}

/// Wherever the power fails: who is back has all that it didn't acknowledge, and what nobody wants is gone.
#[test]
fn a_later_change_is_no_reason_to_remove_with_an_earlier_one() {
    let mut kept = 0;
    for operations in 0..24 {
        let mut world = world("interest", &["A", "B", "C"].map(explicit));
        publish(&mut world, &["s.a"; 4]);
        consume(&mut world, "A");
        world.request("CONSUMER.DELETE.S.B", &Value::Null);
        world.run();
        world.store.commit_once(world.now).expect("the disk works");
        // Without C nobody wants anything, and that isn't durable.
        world.request("CONSUMER.DELETE.S.C", &Value::Null);
        world.run();
        world.jetstream.committed(usize::MAX, &mut world.ether);
        world.run();
        assert_eq!(stored(&world), 4);
        let mut world = world.lose_power_within(operations, operations);
        let info = world.ask("CONSUMER.INFO.S.C", &Value::Null);
        let is_back = info["error"].is_null();
        kept += usize::from(is_back);
        let expected = if is_back { vec![1, 2, 3, 4] } else { vec![] };
        assert_eq!(left(&mut world), expected, "after {operations}");
    }
    assert!((1..24).contains(&kept), "{kept}");
}

/// Symptom: what was acknowledged while a change of who wants it was on its way was delivered again after a clean stop. Cause: it was neither removed
/// nor written. Remedy: acks don't wait for such a change, and the next start removes what it was to remove.
#[test]
fn a_stop_amid_a_change_keeps_what_was_acknowledged() {
    let mut world = world("interest", &[filtered("A", "s.a"), filtered("B", "s.b")]);
    publish(&mut world, &["s.a", "s.a", "s.a", "s.b"]);
    let held = pull(&mut world, "A", 2);
    world.request("CONSUMER.DELETE.S.B", &Value::Null);
    world.send(&held[0].reply, None, "", "+ACK");
    world.run();
    assert_eq!(stored(&world), 4);
    world.jetstream.stop(world.now, &mut world.ether);
    let mut world = world.restart();
    assert_eq!(left(&mut world), [2, 3]);
    world.pass(60 * SECOND);
    assert_eq!(pull(&mut world, "A", 9).len(), 2);
}

/// Symptom: whoever waited for an ack's confirmation got none when its consumer was deleted together with another one.
#[test]
fn acks_of_consumers_that_end_together_are_confirmed() {
    let mut world = world("interest", &[explicit("A"), explicit("B")]);
    publish(&mut world, &["s.a"; 2]);
    let held = pull(&mut world, "A", 1);
    world.request("CONSUMER.DELETE.S.B", &Value::Null);
    world.send(&held[0].reply, Some("_I.a"), "", "+ACK");
    world.request("CONSUMER.DELETE.S.A", &Value::Null);
    world.settle();
    assert_eq!(world.take("_I.a").len(), 1);
    assert_eq!(left(&mut world), [0; 0]);
}

/// Symptom: what a stream had yet to take stayed in its origin until the next start when it was deleted, or took from elsewhere.
#[test]
fn what_a_stream_takes_no_more_goes() {
    let elsewhere = json!({"name": "T", "sources": [{"name": "S", "filter_subject": "s.b"}]});
    for retention in ["workqueue", "interest"] {
        for (verb, body) in [
            ("STREAM.DELETE.T", Value::Null),
            ("STREAM.UPDATE.T", elsewhere.clone()),
        ] {
            let mut world = world(retention, &[explicit("C")]);
            done(&world.ask(
                "STREAM.CREATE.T",
                &json!({"name": "T", "sources": [{"name": "S"}], "max_msgs": 1, "discard": "new"}),
            ));
            publish(&mut world, &["s.a"; 3]);
            world.pass(5 * SECOND);
            consume(&mut world, "C");
            assert_eq!(left(&mut world), [2, 3], "T is full");
            world.request(verb, &body);
            world.run();
            assert_eq!(stored(&world), 2, "{retention} {verb}");
            world.settle();
            done(&world.take("_I.ask").pop().expect("an answer").json());
            assert_eq!(left(&mut world), [0; 0], "{retention} {verb}");
        }
    }
}

/// Symptom: an origin removed nothing any more when the change by which another stream ceased to take from it failed with that stream's log.
#[test]
fn an_origin_outlives_the_log_of_who_took_from_it() {
    let mut world = world("interest", &[explicit("C")]);
    done(&world.ask(
        "STREAM.CREATE.T",
        &json!({"name": "T", "subjects": ["t"], "sources": [{"name": "S"}]}),
    ));
    publish(&mut world, &["t", "t", "s.a", "s.a"]);
    world.disk.set_faults(&[Fault::SyncOf("0000000000000002")]);
    // So large that it goes to a segment, whose sync fails; and what a new limit takes out goes with it.
    world.send("t", None, "", &"z".repeat(200_000));
    world.request(
        "STREAM.UPDATE.T",
        &json!({"name": "T", "subjects": ["t"], "max_msgs": 1}),
    );
    world.settle();
    let answer = world.take("_I.ask").pop().expect("an answer").json();
    assert!(!answer["error"].is_null(), "T's log failed: {answer}");
    consume(&mut world, "C");
    assert_eq!(left(&mut world), [0; 0]);
}

/// The same when the store had no room for the mark that would have outlived it. Cause: the origin waited for the other one's log instead.
#[test]
fn an_origin_without_room_for_its_mark_outlives_the_log_of_who_took_from_it() {
    let mut world = world("interest", &[explicit("C")]);
    done(&world.ask(
        "STREAM.CREATE.T",
        &json!({"name": "T", "subjects": ["t"], "sources": [{"name": "S"}], "max_msgs": 2, "discard": "new"}),
    ));
    publish(&mut world, &["t", "t", "s.a", "s.a"]);
    consume(&mut world, "C");
    assert_eq!(left(&mut world), [1, 2], "T is full");
    // The room for small state is filled up, and given back in pieces that are smaller than a mark.
    let piece = |at: usize| format!("p{at}").into_bytes();
    for at in 0..1000 {
        drop(world.store.put_state(&piece(at), &[7; 4]).expect("taken"));
    }
    for bit in (0..20).rev() {
        let key = format!("x{bit}").into_bytes();
        let _ = world.store.put_state(&key, &vec![7; 1 << bit]);
    }
    world.disk.set_faults(&[Fault::SyncOf("0000000000000002")]);
    let update = json!({"name": "T", "subjects": ["t"], "max_msgs": 1});
    let is_made = |at| {
        drop(world.store.delete_state(&piece(at)).expect("taken"));
        world.request("STREAM.UPDATE.T", &update);
        world.take("_I.ask").is_empty()
    };
    assert!((0..1000).any(is_made), "there is never room");
    let mark = world.store.state(b"w/$G/S");
    assert!(mark.is_none(), "there was room for the mark");
    world.send("t", None, "", &"z".repeat(200_000));
    world.run();
    assert_eq!(stored(&world), 2, "before it is durable");
    world.settle();
    let answer = world.take("_I.ask").pop().expect("an answer").json();
    assert!(!answer["error"].is_null(), "T's log failed: {answer}");
    assert_eq!(left(&mut world), [0; 0]);
}

/// Symptom: a stream whose log had stopped was asked each second, and told each second, to remove what nobody wants. Remedy: the next start does.
#[test]
fn nothing_is_removed_of_a_log_that_stopped() {
    let mut world = world("interest", &[explicit("A"), explicit("B")]);
    publish(&mut world, &["s.a", "s.a"]);
    consume(&mut world, "A");
    world.disk.set_faults(&[Fault::SyncOf("0000000000000001")]);
    // So large that it goes to a segment, whose sync fails.
    world.send("s.a", None, "", &"z".repeat(200_000));
    world.request("CONSUMER.DELETE.S.B", &Value::Null);
    world.settle();
    done(&world.take("_I.ask").pop().expect("an answer").json());
    let due = world.jetstream.poll_timeout();
    assert!(due.is_none_or(|due| due > world.now + SECOND), "{due:?}");
    world.disk.set_faults(&[]);
    let mut world = World::on(world.disk.cut(1), world.now);
    let left = left(&mut world);
    assert!(
        left.iter().all(|seq| *seq > 2),
        "A wants the last: {left:?}"
    );
}

/// Symptom: what a stream left out of what it took, since it knew its id, stayed in the origin for ever. Cause: the origin was told of what was
/// stored alone.
#[test]
fn what_a_stream_knows_already_goes_from_its_origin() {
    let mut world = world("interest", &[]);
    done(&world.ask(
        "STREAM.CREATE.T",
        &json!({"name": "T", "subjects": ["t"], "sources": [{"name": "S"}], "duplicate_window": 60 * SECOND}),
    ));
    let id = "NATS/1.0\r\nNats-Msg-Id: 1\r\n\r\n";
    for subject in ["t", "s.a"] {
        done(&world.publish(subject, id, "x"));
    }
    world.pass(SECOND);
    assert_eq!(left(&mut world), [0; 0]);
    assert_eq!(world.stored("T").len(), 1);
}
