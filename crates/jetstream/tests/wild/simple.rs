//! Random work with crashes against a model: nothing acknowledged is lost, nothing confirmed comes back, counts are exact.

use crate::seeds;
use crate::world::{Dice, SECOND, World};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What must hold.
#[derive(Default)]
struct Model {
    /// Acknowledged messages that weren't purged.
    stored: BTreeMap<u64, String>,
    /// Sequences whose double ack was confirmed.
    confirmed: BTreeSet<u64>,
    /// Sequences that were acknowledged, confirmed or not.
    acked: BTreeSet<u64>,
    last: u64,
}

fn run(seed: u64, steps: usize) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut world = World::new();
    let mut model = Model::default();
    world.ask(
        "STREAM.CREATE.S",
        &json!({"name": "S", "subjects": ["s.*"]}),
    );
    let config =
        json!({"name": "C", "durable_name": "C", "ack_policy": "explicit", "ack_wait": SECOND});
    world.ask(
        "CONSUMER.CREATE.S.C",
        &json!({"stream_name": "S", "config": config}),
    );
    for step in 0..steps {
        let at = format!("seed {seed}, step {step}");
        match dice.roll(20) {
            0..=8 => {
                let payload = format!("m{step}");
                let subject = format!("s.{}", dice.roll(3));
                let ack = world.publish(&subject, "", &payload);
                let seq = ack["seq"].as_u64().unwrap_or_else(|| panic!("{at}: {ack}"));
                assert!(seq > model.last, "{at}: sequence {seq} again");
                model.last = seq;
                model.stored.insert(seq, payload);
            }
            9..=15 => {
                let batch = 1 + dice.roll(4);
                for message in world.pull("C", &json!({"batch": batch, "no_wait": true})) {
                    if message.reply.is_empty() {
                        continue;
                    }
                    let seq: u64 = message
                        .reply
                        .split('.')
                        .nth(5)
                        .and_then(|seq| seq.parse().ok())
                        .expect("a sequence");
                    assert!(
                        !model.confirmed.contains(&seq),
                        "{at}: {seq} came again after its confirmed ack"
                    );
                    assert_eq!(
                        model.stored.get(&seq).map(String::as_str),
                        Some(message.text()),
                        "{at}: message {seq}"
                    );
                    match dice.roll(4) {
                        0 => {}
                        1 => world.send(&message.reply, None, "", "-NAK"),
                        _ => {
                            world.send(&message.reply, Some("_I.ack"), "", "+ACK");
                            model.acked.insert(seq);
                            world.settle();
                            if !world.take("_I.ack").is_empty() {
                                model.confirmed.insert(seq);
                            }
                        }
                    }
                }
            }
            16 => world.pass(dice.roll(3) * SECOND / 2),
            17 => {
                let seq = dice.roll(model.last + 2);
                if dice.roll(4) == 0 && seq > 0 {
                    let answer = world.ask("STREAM.PURGE.S", &json!({"seq": seq}));
                    assert_eq!(answer["success"], true, "{at}");
                    model.stored.retain(|stored, _| *stored >= seq);
                }
            }
            _ => {
                world = world.lose_power(dice.roll(u64::MAX));
                // What was acknowledged without confirmation may come again.
                model.acked = model.confirmed.clone();
                world.pass(2 * SECOND);
            }
        }
        check(&mut world, &model, &at);
    }
    drain(&mut world, &mut model, seed);
}

/// Counts are exact, at each step.
fn check(world: &mut World, model: &Model, at: &str) {
    let state = world.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
    assert_eq!(state["messages"], model.stored.len(), "{at}: {state}");
    assert_eq!(state["last_seq"], model.last, "{at}: {state}");
    let info = world.ask("CONSUMER.INFO.S.C", &Value::Null);
    let pending = info["num_pending"].as_u64().expect("a number");
    let out = info["num_ack_pending"].as_u64().expect("a number");
    let acked = model
        .stored
        .keys()
        .filter(|seq| model.acked.contains(seq))
        .count() as u64;
    assert_eq!(
        pending + out + acked,
        model.stored.len() as u64,
        "{at}: {info}"
    );
    let floor = info["ack_floor"]["stream_seq"].as_u64().expect("a number");
    let undone = model.stored.keys().find(|seq| !model.acked.contains(seq));
    assert!(
        undone.is_none_or(|undone| floor < *undone),
        "{at}: floor {floor} is above {undone:?}"
    );
}

/// No consumer stalls while there are messages and requests: all can be had.
fn drain(world: &mut World, model: &mut Model, seed: u64) {
    for _ in 0..10_000 {
        world.pass(2 * SECOND);
        let got = world.pull("C", &json!({"batch": 50, "no_wait": true}));
        if got.iter().all(|message| message.reply.is_empty()) {
            break;
        }
        for message in got.iter().filter(|message| !message.reply.is_empty()) {
            let seq = message
                .reply
                .split('.')
                .nth(5)
                .and_then(|seq| seq.parse().ok())
                .expect("a sequence");
            world.send(&message.reply, None, "", "+ACK");
            model.acked.insert(seq);
        }
        world.settle();
    }
    let missing: Vec<_> = model
        .stored
        .keys()
        .filter(|seq| !model.acked.contains(seq))
        .collect();
    assert!(
        missing.is_empty(),
        "seed {seed}: never delivered: {missing:?}"
    );
}

#[test]
fn random_work_with_crashes_keeps_what_was_acknowledged() {
    seeds::play("simple", 40, |seed| {
        run(seed, 150);
        150
    });
}
