//! Many consumers of one stream that want little each: whoever wants a message gets it, however it came and whoever else there is.

mod world;

use serde_json::{Value, json};
use world::{Dice, World};

const FILTERS: [&str; 8] = [
    "s.a", "s.b", "s.a.*", "s.*.b", "s.>", "s.c.d.e", "s.*", "s.b.>",
];
const SUBJECTS: [&str; 7] = ["s.a", "s.b", "s.a.b", "s.c.b", "s.c.d.e", "s.b.x.y", "s.q"];
const CONSUMERS: u64 = 12;

fn subject(dice: &mut Dice) -> &'static str {
    SUBJECTS[dice.roll(7) as usize]
}

/// Creates or changes a push consumer to which somebody listens.
fn want(world: &mut World, number: u64, dice: &mut Dice) {
    let filters: Vec<&str> = match dice.roll(4) {
        0 => vec![],
        1 => vec!["s.a", "s.b.>"],
        _ => vec![FILTERS[dice.roll(8) as usize]],
    };
    let config = json!({
        "durable_name": format!("C{number}"), "deliver_subject": format!("_I.c{number}"), "filter_subjects": filters,
    });
    let body = json!({"stream_name": "S", "config": config});
    let made = world.ask(&format!("CONSUMER.DURABLE.CREATE.S.C{number}"), &body);
    assert!(made["error"].is_null(), "{made}");
}

fn remove(world: &mut World, number: u64) {
    world.ask(&format!("CONSUMER.DELETE.S.C{number}"), &Value::Null);
}

/// A push consumer to which somebody listens has delivered all there is, and it alone knows what that was.
fn nothing_is_left(world: &mut World, retention: &str, step: u64) {
    world.settle();
    for number in 0..CONSUMERS {
        let info = world.ask(&format!("CONSUMER.INFO.S.C{number}"), &Value::Null);
        if info["error"].is_null() {
            assert_eq!(info["num_pending"], 0, "step {step}: {info}");
        }
    }
    let info = world.ask("STREAM.INFO.S", &Value::Null);
    if retention == "interest" {
        assert_eq!(info["state"]["messages"], 0, "step {step}: {info}");
    }
}

fn play(retention: &str, seed: u64) {
    let mut dice = Dice(seed);
    let mut world = World::new();
    let config = json!({
        "name": "S", "subjects": ["s.>"], "retention": retention, "allow_atomic": true, "max_msgs_per_subject": 3,
        "subject_transform": {"src": "s.q", "dest": "s.a"},
    });
    let made = world.ask("STREAM.CREATE.S", &config);
    assert!(made["error"].is_null(), "{made}");
    for step in 0..300 {
        match dice.roll(14) {
            0 | 1 => {
                let number = dice.0 % CONSUMERS;
                if retention == "interest" {
                    // A message that is wanted no more after a change stays.
                    remove(&mut world, number);
                }
                want(&mut world, number, &mut dice);
            }
            2 => remove(&mut world, dice.0 % CONSUMERS),
            3 => {
                world.store.commit_once(world.now).expect("the disk works");
                world.jetstream.committed(usize::MAX, &mut world.ether);
            }
            4 => drop(world.jetstream.run(world.now, &mut world.ether)),
            5 => nothing_is_left(&mut world, retention, step),
            6 => {
                let id = format!("NATS/1.0\r\nNats-Batch-Id: b{step}\r\nNats-Batch-Sequence: ");
                world.send(subject(&mut dice), None, &format!("{id}1\r\n\r\n"), "");
                world.send(
                    subject(&mut dice),
                    None,
                    &format!("{id}2\r\nNats-Batch-Commit: 1\r\n\r\n"),
                    "",
                );
            }
            7 => world.pass(150_000_000),
            _ => world.send(subject(&mut dice), None, "", "x"),
        }
    }
    nothing_is_left(&mut world, retention, 300);
    if retention == "limits" {
        let mut world = world.lose_power(seed);
        world.send("s.b", None, "", "y");
        nothing_is_left(&mut world, retention, 301);
    }
}

#[test]
fn nobody_misses_what_it_wants() {
    (1..=25).for_each(|seed| play("limits", seed * 7_919));
}

#[test]
fn an_interest_stream_keeps_what_is_wanted_until_those_have_it() {
    (1..=25).for_each(|seed| play("interest", seed * 104_729));
}
