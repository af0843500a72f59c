//! Consumers with filters get what their filters mean, all of it and once, at a cost that doesn't grow with filters or subjects.

mod world;

use midge_streamlog::sim::take_steps;
use serde_json::{Value, json};
use world::{Dice, World};

fn make(world: &mut World, storage: &str, more: &Value) {
    let mut config = json!({"name": "S", "subjects": ["s.>"], "storage": storage});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let made = world.ask("STREAM.CREATE.S", &config);
    assert!(made["error"].is_null(), "{made}");
}

fn want(world: &mut World, name: &str, filters: &[String], more: &Value) {
    let mut config =
        json!({"durable_name": name, "ack_policy": "none", "filter_subjects": filters});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    let body = json!({"stream_name": "S", "config": config});
    let made = world.ask(&format!("CONSUMER.DURABLE.CREATE.S.{name}"), &body);
    assert!(made["error"].is_null(), "{made}");
}

fn pending(world: &mut World, name: &str) -> u64 {
    let info = world.ask(&format!("CONSUMER.INFO.S.{name}"), &Value::Null);
    info["num_pending"].as_u64().expect("a number")
}

/// Stream sequences, and what each delivery says is left.
fn pulled(world: &mut World, name: &str, batch: u64) -> Vec<(u64, u64)> {
    let heard = world.pull(name, &json!({"batch": batch, "no_wait": true}));
    let replies = heard
        .iter()
        .filter(|heard| heard.reply.starts_with("$JS.ACK."));
    let numbers = replies.map(|heard| {
        let tokens: Vec<&str> = heard.reply.split('.').collect();
        let number = |at: usize| tokens[at].parse().expect("a number");
        (number(5), number(8))
    });
    numbers.collect()
}

#[test]
fn a_new_filter_finds_what_the_old_one_passed_over() {
    for storage in ["file", "memory"] {
        let mut world = World::new();
        make(&mut world, storage, &Value::Null);
        want(&mut world, "C", &["s.a".into()], &Value::Null);
        (0..10).for_each(|_| drop(world.publish("s.b", "", "x")));
        assert_eq!(
            (pulled(&mut world, "C", 5), pending(&mut world, "C")),
            (vec![], 0)
        );
        want(&mut world, "C", &["s.b".into(), "s.c".into()], &Value::Null);
        assert_eq!(pending(&mut world, "C"), 10);
        let got = pulled(&mut world, "C", 4);
        assert_eq!(got, [(1, 9), (2, 8), (3, 7), (4, 6)]);
        // What the first one had before its change isn't delivered again by another change.
        want(&mut world, "C", &["s.>".into()], &Value::Null);
        assert_eq!(pulled(&mut world, "C", 2), [(5, 5), (6, 4)]);
        want(&mut world, "C", &[], &Value::Null);
        assert_eq!(pulled(&mut world, "C", 1), [(7, 3)]);
    }
}

const SETS: [&[&str]; 6] = [
    &[],
    &["s.>"],
    &["s.*.*"],
    &["s.1.>", "s.0.2", "s.2.*"],
    &["s.3.3"],
    &[
        "s.0.*", "s.1.1", "s.1.2", "s.1.3", "s.2.1", "s.2.2", "s.2.3", "s.3.>", "s.4.4.>",
    ],
];

/// Every consumer says how much is left and gets what comes next, beside a look at each message of the stream.
fn check(world: &mut World, next: &mut [u64], dice: &mut Dice, step: u64) {
    world.settle();
    let stored = world.stored("S");
    for (number, filters) in SETS.iter().enumerate() {
        let means = |filter: &&str, subject: &str| {
            midge_subject::naive::matches(filter.as_bytes(), subject.as_bytes())
        };
        let wanted = |(seq, subject, _): &&(u64, String, String)| {
            let any = filters.iter().any(|filter| means(filter, subject));
            *seq >= next[number] && (filters.is_empty() || any)
        };
        let want: Vec<u64> = stored.iter().filter(wanted).map(|it| it.0).collect();
        let name = format!("C{number}");
        assert_eq!(
            pending(world, &name),
            want.len() as u64,
            "step {step}: {filters:?}"
        );
        let batch = 1 + dice.roll(40);
        let got = pulled(world, &name, batch);
        let left = (0..want.len() as u64).rev();
        let should: Vec<_> = want
            .iter()
            .copied()
            .zip(left)
            .take(batch as usize)
            .collect();
        assert_eq!(got, should, "step {step}: {filters:?}");
        if let Some((last, _)) = got.last() {
            next[number] = last + 1;
        }
    }
}

fn play(storage: &str, seed: u64) {
    let mut dice = Dice(seed * 7_919 + 3);
    let mut world = World::new();
    let (most, most_of_one) = (*dice.pick(&[-1, 400]), *dice.pick(&[-1, 4]));
    let limits = json!({
        "max_msgs": most, "max_msgs_per_subject": most_of_one, "allow_rollup_hdrs": true,
    });
    make(&mut world, storage, &limits);
    let mut next = [1; SETS.len()];
    for (number, filters) in SETS.iter().enumerate() {
        let filters: Vec<String> = filters.iter().map(|it| (*it).to_owned()).collect();
        want(&mut world, &format!("C{number}"), &filters, &Value::Null);
    }
    let sides = [2, 5, 20][dice.roll(3) as usize];
    for step in 0..40 {
        let subject = |dice: &mut Dice| format!("s.{}.{}", dice.roll(sides), dice.roll(sides));
        match dice.roll(12) {
            0 => {
                let filter = SETS[1 + dice.roll(5) as usize][0];
                let body = json!({"filter": filter, "keep": dice.roll(3)});
                world.ask("STREAM.PURGE.S", &body);
            }
            1 => {
                let head = "NATS/1.0\r\nNats-Rollup: sub\r\n\r\n";
                world.send(&subject(&mut dice), None, head, "x");
            }
            2 if dice.roll(4) == 0 => {
                let head = "NATS/1.0\r\nNats-Rollup: all\r\n\r\n";
                world.send(&subject(&mut dice), None, head, "x");
            }
            3 if storage == "file" => {
                world.pass(200_000_000);
                world = world.lose_power(seed + step);
            }
            4 => {
                for _ in 0..5 {
                    let seq = 1 + dice.roll(300);
                    world.request("STREAM.MSG.DELETE.S", &json!({"seq": seq}));
                }
            }
            5 => world
                .store
                .maintain_once(world.now)
                .expect("the disk works"),
            _ => {
                for _ in 0..dice.roll(60) {
                    world.send(&subject(&mut dice), None, "", "0123456789");
                }
            }
        }
        world.settle();
        world.take("_I.ask");
        check(&mut world, &mut next, &mut dice, step);
    }
}

#[test]
fn filters_get_what_a_naive_look_finds() {
    (1..=5).for_each(|seed| play("file", seed));
    (1..=3).for_each(|seed| play("memory", seed));
}

/// Symptom: a push to a consumer with 300 filters took 0.36 ms a message, because the log was asked for each filter and message.
#[test]
fn a_live_push_asks_nothing_for_each_filter() {
    const COUNT: u64 = 300;
    let mut world = World::new();
    make(&mut world, "file", &Value::Null);
    let filters: Vec<String> = (0..300)
        .map(|k| format!("s.{}.{}.>", k % 10, k / 10))
        .collect();
    want(
        &mut world,
        "C",
        &filters,
        &json!({"deliver_subject": "_I.push"}),
    );
    world.settle();
    take_steps();
    for k in 0..COUNT {
        let subject = format!("s.{}.{}.{k}", k % 10, k / 10 % 30);
        world.send(&subject, None, "", "x");
        world.settle();
    }
    let steps = take_steps();
    assert_eq!(world.take("_I.push").len() as u64, COUNT);
    assert!(steps <= 8 * COUNT, "{steps} steps");
}

/// Pulls of a few messages each don't count and search anew.
#[test]
fn small_pulls_over_many_subjects_cost_a_few_steps_a_message() {
    const COUNT: u64 = 6_000;
    let mut world = World::new();
    make(&mut world, "file", &Value::Null);
    for k in 0..COUNT {
        world.send(&format!("s.{}.{k}", k % 4), None, "", "x");
    }
    world.settle();
    for filters in [vec![], vec!["s.>"], vec!["s.*.*"], vec!["s.0.>", "s.1.>"]] {
        let filters: Vec<String> = filters.into_iter().map(str::to_owned).collect();
        want(&mut world, "C", &filters, &Value::Null);
        let mut left = pending(&mut world, "C");
        take_steps();
        while left > 0 {
            let got = pulled(&mut world, "C", 20);
            left -= got.len() as u64;
            assert_eq!(got.last().map(|it| it.1), Some(left), "{filters:?}");
        }
        let steps = take_steps();
        assert!(steps < 8 * COUNT, "{steps} steps with {filters:?}");
        world.ask("CONSUMER.DELETE.S.C", &Value::Null);
    }
}
