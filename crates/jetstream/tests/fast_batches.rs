//! Fast batches: messages stored one by one, acknowledged now and then.

mod world;

use serde_json::{Value, json};
use world::{SECOND, World};

fn batched() -> World {
    let mut world = World::new();
    let config = json!({"name": "S", "subjects": ["s.*"], "allow_batched": true});
    let made = world.ask("STREAM.CREATE.S", &config);
    assert_eq!(made["config"]["metadata"]["_nats.req.level"], "4");
    world
}

/// Sends one message of the batch `id`, whose place in it is `flow.gap.seq.operation`, and gives what is told.
fn send(world: &mut World, id: &str, place: &str, headers: &str) -> Vec<Value> {
    let reply = format!("_I.f.{id}.{place}.$FI");
    world.send("s.1", Some(&reply), headers, "x");
    world.settle();
    let told = world.take(&reply);
    told.iter().map(|it| it.json()).collect()
}

fn ack(seq: u64, msgs: u64) -> Value {
    json!({"type": "ack", "seq": seq, "msgs": msgs})
}

fn gap(last_seq: u64, seq: u64) -> Value {
    json!({"type": "gap", "last_seq": last_seq, "seq": seq})
}

fn ended(id: &str, seq: u64, count: u64) -> Value {
    json!({"stream": "S", "seq": seq, "batch": id, "count": count})
}

fn code(told: &[Value]) -> Value {
    told[0]["error"]["err_code"].clone()
}

const EXPECTS_NINE: &str = "NATS/1.0\r\nNats-Expected-Last-Sequence: 9\r\n\r\n";

#[test]
fn a_batch_is_acknowledged_now_and_then_and_at_its_end() {
    let mut world = batched();
    assert_eq!(send(&mut world, "u", "10.ok.1.0", ""), [ack(0, 10)]);
    for seq in 2..=25 {
        let told = send(&mut world, "u", &format!("10.ok.{seq}.1"), "");
        match seq % 10 {
            0 => assert_eq!(told, [ack(seq, 10)]),
            _ => assert!(told.is_empty()),
        }
    }
    let told = send(&mut world, "u", "10.ok.26.2", "");
    assert_eq!(told, [ended("u", 26, 26)]);
    assert_eq!(world.stored("S").len(), 26);
}

#[test]
fn flow_acks_wait_for_the_disk() {
    if world::in_memory() {
        return; // nothing waits for a disk
    }
    let mut world = batched();
    send(&mut world, "u", "2.ok.1.0", "");
    world.send("s.1", Some("_I.f.u.2.ok.2.1.$FI"), "", "x");
    assert!(world.take("_I.f.u.2.ok.2.1.$FI").is_empty());
    world.settle();
    assert_eq!(world.take("_I.f.u.2.ok.2.1.$FI").len(), 1);
}

#[test]
fn a_batch_may_end_without_a_message_or_with_its_first() {
    let mut world = batched();
    send(&mut world, "u", "4.fail.1.0", "");
    assert_eq!(send(&mut world, "u", "4.fail.2.3", ""), [ended("u", 1, 1)]);
    assert_eq!(send(&mut world, "v", "4.fail.1.2", ""), [ended("v", 2, 1)]);
    assert_eq!(world.stored("S").len(), 2);
}

#[test]
fn whoever_isn_t_alone_begins_slowly() {
    let mut world = batched();
    assert_eq!(send(&mut world, "u", "100.ok.1.0", ""), [ack(0, 100)]);
    assert_eq!(
        send(&mut world, "v", "4.ok.1.0", ""),
        [ack(0, 1), ack(1, 2)]
    );
    assert!(send(&mut world, "v", "4.ok.2.1", "").is_empty());
    assert_eq!(send(&mut world, "v", "4.ok.3.1", ""), [ack(3, 4)]);
    send(&mut world, "v", "4.ok.4.1", "");
    send(&mut world, "v", "4.ok.5.1", "");
    send(&mut world, "v", "4.ok.6.1", "");
    assert_eq!(send(&mut world, "v", "4.ok.7.1", ""), [ack(7, 4)]);
}

#[test]
fn gaps_are_told_and_end_only_who_minds_them() {
    let mut world = batched();
    send(&mut world, "u", "2.ok.1.0", "");
    send(&mut world, "u", "2.ok.2.1", "");
    assert_eq!(
        send(&mut world, "u", "2.ok.5.1", ""),
        [gap(3, 5), ack(4, 2)]
    );
    assert_eq!(send(&mut world, "u", "2.ok.6.1", ""), [ack(6, 2)]);
    let told = send(&mut world, "u", "2.ok.9.2", "");
    assert_eq!(told, [gap(7, 9), ended("u", 5, 9)]);
    send(&mut world, "v", "2.fail.1.0", "");
    send(&mut world, "v", "2.fail.2.1", "");
    let told = send(&mut world, "v", "2.fail.5.1", "");
    assert_eq!(told, [gap(3, 5), ended("v", 7, 2)]);
    assert_eq!(code(&send(&mut world, "v", "2.fail.6.1", "")), 10208);
    assert_eq!(world.stored("S").len(), 7);
}

#[test]
fn a_step_back_ends_a_batch_whoever_minds() {
    for gap_mode in ["ok", "fail"] {
        let mut world = batched();
        send(&mut world, "u", &format!("2.{gap_mode}.1.0"), "");
        send(&mut world, "u", &format!("2.{gap_mode}.2.1"), "");
        let told = send(&mut world, "u", &format!("2.{gap_mode}.2.1"), "");
        assert_eq!(told, [gap(3, 2), ended("u", 2, 2)]);
    }
}

#[test]
fn a_ping_tells_the_flow_and_what_was_lost() {
    let mut world = batched();
    send(&mut world, "u", "3.fail.1.0", "");
    send(&mut world, "u", "3.fail.2.1", "");
    assert_eq!(send(&mut world, "u", "3.fail.2.4", ""), [ack(0, 3)]);
    let told = send(&mut world, "u", "3.fail.5.4", "");
    assert_eq!(told, [gap(3, 6), ended("u", 2, 2)]);
    send(&mut world, "v", "3.ok.1.0", "");
    send(&mut world, "v", "3.ok.2.1", "");
    assert_eq!(
        send(&mut world, "v", "3.ok.5.4", ""),
        [gap(3, 6), ack(3, 3)]
    );
    assert_eq!(send(&mut world, "v", "3.ok.6.1", ""), [ack(6, 3)]);
    assert_eq!(send(&mut world, "v", "3.ok.7.3", ""), [ended("v", 5, 6)]);
}

#[test]
fn a_refused_message_ends_only_who_minds_gaps() {
    let mut world = batched();
    let wrong = |last: u64| {
        let text = format!("wrong last sequence: {last}");
        json!({"type": "err", "seq": 2, "error": {"code": 400, "err_code": 10071, "description": text}})
    };
    send(&mut world, "u", "2.fail.1.0", "");
    let told = send(&mut world, "u", "2.fail.2.1", EXPECTS_NINE);
    assert_eq!(told, [wrong(1), ended("u", 1, 1)]);
    assert_eq!(code(&send(&mut world, "u", "2.fail.3.1", "")), 10208);
    send(&mut world, "v", "2.ok.1.0", "");
    assert_eq!(send(&mut world, "v", "2.ok.2.1", EXPECTS_NINE), [wrong(2)]);
    assert_eq!(send(&mut world, "v", "2.ok.3.1", ""), [ack(2, 2)]);
    assert_eq!(send(&mut world, "v", "2.ok.4.2", ""), [ended("v", 4, 4)]);
}

#[test]
fn a_first_message_that_is_refused_begins_no_batch_unless_gaps_are_fine() {
    let mut world = batched();
    let told = send(&mut world, "u", "2.fail.1.0", EXPECTS_NINE);
    assert_eq!(told[0], ack(0, 2));
    assert_eq!(told[1]["error"]["err_code"], 10071);
    assert_eq!(code(&send(&mut world, "u", "2.fail.2.1", "")), 10208);
    let told = send(&mut world, "v", "2.ok.1.0", EXPECTS_NINE);
    assert_eq!((&told[0], &told[1]["type"]), (&ack(0, 2), &json!("err")));
    assert_eq!(send(&mut world, "v", "2.ok.2.2", ""), [ended("v", 1, 2)]);
}

#[test]
fn what_was_there_already_counts_as_stored() {
    let mut world = batched();
    let id = "NATS/1.0\r\nNats-Msg-Id: a\r\n\r\n";
    send(&mut world, "u", "2.fail.1.0", id);
    assert_eq!(send(&mut world, "u", "2.fail.2.1", id), [ack(2, 2)]);
    assert_eq!(send(&mut world, "u", "2.fail.3.2", id), [ended("u", 1, 3)]);
}

#[test]
fn replies_that_say_no_place_are_refused() {
    let mut world = batched();
    let mut check = |place: &str, want: i64| {
        let told = send(&mut world, "u", place, "");
        assert_eq!(code(&told), want, "{place}");
    };
    check("4.fail.1.5", 10206);
    check("4.maybe.1.0", 10206);
    check("4.ok.0.0", 10206);
    check("4.ok.q.0", 10206);
    check("4.ok.2.0", 10206);
    check("4.ok.1.1", 10206);
    check("4.ok.1.3", 10206);
    check("4.ok.2.1", 10208);
    check("4.ok.1.4", 10208);
    check("4.ok.5.2", 10208);
    let long = "a".repeat(65);
    assert_eq!(code(&send(&mut world, &long, "4.ok.1.0", "")), 10207);
    world.send("s.1", Some("_I.$FI"), "", "x");
    assert_eq!(code(&[world.take("_I.$FI")[0].json()]), 10206);
    assert_eq!(send(&mut world, "z", "0.ok.1.0", ""), [ack(0, 10)]);
    world.ask("STREAM.CREATE.P", &json!({"name": "P"}));
    world.send("P", Some("_I.f.u.4.ok.1.0.$FI"), "", "x");
    let told = world.take("_I.f.u.4.ok.1.0.$FI")[0].json();
    assert_eq!(told["error"]["err_code"], 10205);
    let mirror = json!({"name": "M", "mirror": {"name": "S"}, "allow_batched": true});
    let made = world.ask("STREAM.CREATE.M", &mirror);
    assert_eq!(made["error"]["err_code"], 10209);
}

#[test]
fn a_batch_that_rests_is_forgotten_and_what_it_stored_stays() {
    let mut world = batched();
    send(&mut world, "u", "2.ok.1.0", "");
    world.pass(9 * SECOND);
    send(&mut world, "u", "2.ok.2.1", "");
    world.pass(9 * SECOND);
    assert!(send(&mut world, "u", "2.ok.3.1", "").is_empty());
    world.pass(10 * SECOND);
    assert_eq!(code(&send(&mut world, "u", "2.ok.4.1", "")), 10208);
    assert_eq!(world.stored("S").len(), 3);
}

#[test]
fn switching_fast_batches_off_forgets_them() {
    let mut world = batched();
    send(&mut world, "u", "2.ok.1.0", "");
    let mut config = json!({"name": "S", "subjects": ["s.*"]});
    world.ask("STREAM.UPDATE.S", &config);
    assert_eq!(code(&send(&mut world, "u", "2.ok.2.1", "")), 10205);
    config["allow_batched"] = true.into();
    world.ask("STREAM.UPDATE.S", &config);
    assert_eq!(code(&send(&mut world, "u", "2.ok.2.1", "")), 10208);
}
