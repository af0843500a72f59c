//! No two streams of an account take one subject, whatever was made, changed and deleted before; and of many subjects a stream takes one slice
//! after the other.

mod world;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use world::World;

const OVERLAP: u64 = 10065;

fn stream(name: &str, subjects: &[&str]) -> Value {
    json!({"name": name, "subjects": subjects})
}

fn code(answer: &Value) -> u64 {
    answer["error"]["err_code"].as_u64().unwrap_or(0)
}

fn create(world: &mut World, name: &str, subjects: &[&str]) -> u64 {
    code(&world.ask(&format!("STREAM.CREATE.{name}"), &stream(name, subjects)))
}

fn update(world: &mut World, name: &str, subjects: &[&str]) -> u64 {
    code(&world.ask(&format!("STREAM.UPDATE.{name}"), &stream(name, subjects)))
}

fn names(world: &mut World, subject: &str) -> Value {
    world.ask("STREAM.NAMES", &json!({"subject": subject}))["streams"].clone()
}

#[test]
fn what_a_stream_takes_is_nobody_else_s() {
    let mut world = World::new();
    assert_eq!(create(&mut world, "A", &["a.*", "b"]), 0);
    assert_eq!(create(&mut world, "B", &["a.1"]), OVERLAP);
    assert_eq!(create(&mut world, "B", &["c", "*"]), 10052, "with itself");
    assert_eq!(create(&mut world, "B", &["*"]), OVERLAP);
    assert_eq!(create(&mut world, "B", &["c"]), 0);
    // Its own subjects don't count, and those that it gave up are free.
    assert_eq!(update(&mut world, "A", &["a.1", "a.2", "d"]), 0);
    assert_eq!(update(&mut world, "A", &["a.>", "c"]), OVERLAP);
    assert_eq!(update(&mut world, "B", &["c", "b"]), 0);
    assert_eq!(names(&mut world, "a.1"), json!(["A"]));
    assert_eq!(names(&mut world, "*"), json!(["A", "B"]));
    assert_eq!(names(&mut world, "a.3"), Value::Null);
    let mut world = world.restart();
    assert_eq!(create(&mut world, "C", &["d"]), OVERLAP);
    assert_eq!(names(&mut world, "b"), json!(["B"]));
    world.ask("STREAM.DELETE.A", &Value::Null);
    assert_eq!(create(&mut world, "C", &["d", "a.*"]), 0);
    assert_eq!(names(&mut world, "a.1"), json!(["C"]));
}

/// Symptom: a stream with a hundred thousand subjects held everybody until it listened to all of them. Remedy: it begins with some in each turn,
/// and whoever asked is told when it has all. What changes the stream waits.
#[test]
fn a_stream_begins_to_listen_in_slices() {
    const SLICE: usize = 256;
    const SUBJECTS: usize = 3000;
    let mut world = World::new();
    let subjects = |from: usize| -> Vec<String> {
        (from..from + SUBJECTS)
            .map(|at| format!("a.{at}"))
            .collect()
    };
    let ask = |world: &mut World, verb: &str, to: &str, from: usize| {
        let body = json!({"name": "S", "subjects": subjects(from)}).to_string();
        world.send(&format!("$JS.API.STREAM.{verb}.S"), Some(to), "", &body);
    };
    ask(&mut world, "CREATE", "_I.a", 0);
    ask(&mut world, "UPDATE", "_I.b", 1000);
    ask(&mut world, "CREATE", "_I.c", 1000);
    let heard = |world: &World| {
        let mut filters = world.filters();
        filters.retain(|filter| filter.starts_with("a."));
        filters
    };
    let all = |from| BTreeSet::from_iter(subjects(from));
    while heard(&world).is_empty() {
        assert!(world.turn());
    }
    world.store.commit_once(world.now).unwrap();
    // What its check left of a slice goes to its subjects.
    assert!(heard(&world).len() <= 2 * SLICE);
    let turns = world.turns_until_answered();
    assert!(turns >= SUBJECTS / SLICE - 2, "{turns} turns");
    // The next one may have begun.
    let differing = heard(&world).symmetric_difference(&all(0)).count();
    assert!(differing <= 2 * SLICE, "{differing}");
    assert!(world.take("_I.b").is_empty(), "it was too early");
    world.settle();
    for to in ["_I.a", "_I.b", "_I.c"] {
        let answer = world.take(to).pop().expect("an answer").json();
        assert!(answer["error"].is_null(), "{to}: {answer}");
    }
    assert!(heard(&world) == all(1000));
    // A server that stops in between listens to all of them when it starts.
    ask(&mut world, "UPDATE", "_I.a", 2000);
    while heard(&world).symmetric_difference(&all(2000)).count() > SUBJECTS / 2 {
        assert!(world.turn());
    }
    world.jetstream.stop(world.now, &mut world.ether);
    let mut world = world.restart();
    assert!(heard(&world) == all(2000));
    let answer = world.ask(
        "STREAM.CREATE.S",
        &json!({"name": "S", "subjects": subjects(2000)}),
    );
    assert!(answer["error"].is_null(), "{answer}");
    // Nothing of a stream that goes meanwhile is left.
    ask(&mut world, "UPDATE", "_I.a", 0);
    world.request("STREAM.DELETE.S", &Value::Null);
    world.settle();
    assert!(heard(&world).is_empty());
    assert_eq!(world.take("_I.a").len(), 1);
}

/// Symptom: the same stream held everybody while its subjects were checked, and when it was deleted. Remedy: slices, too. What another request takes
/// meanwhile is taken, and a stream that is made anew before the old one ceased to listen goes on.
#[test]
fn subjects_are_checked_and_left_in_slices() {
    const SLICE: usize = 256;
    const SUBJECTS: usize = 3000;
    let mut world = World::new();
    let subjects: Vec<String> = (0..SUBJECTS).map(|at| format!("a.{at}")).collect();
    let body = json!({"name": "S", "subjects": subjects}).to_string();
    let heard = |world: &World| {
        let filters = world.filters();
        filters.iter().filter(|it| it.starts_with("a.")).count()
    };
    let turns_until_heard = |world: &mut World| {
        let mut turns = 0;
        while heard(world) == 0 {
            assert!(world.turn());
            turns += 1;
        }
        turns
    };
    world.send("$JS.API.STREAM.CREATE.S", Some("_I.a"), "", &body);
    assert!(turns_until_heard(&mut world) >= SUBJECTS / SLICE - 1);
    world.settle();
    assert_eq!((heard(&world), world.take("_I.a").len()), (SUBJECTS, 1));

    world.send("$JS.API.STREAM.DELETE.S", Some("_I.a"), "", "");
    world.store.commit_once(world.now).unwrap();
    world.jetstream.committed(usize::MAX, &mut world.ether);
    assert!(heard(&world) + SLICE >= SUBJECTS, "it ceased in one go");
    assert!(world.take("_I.a").is_empty(), "it was answered too early");
    // Whoever publishes meanwhile isn't left without an answer, and gets no two.
    let late = world.token("a.1");
    world.send_under(late, "a.1", Some("_I.pub"));
    let refused = world.take("_I.pub").pop().expect("an answer").json();
    assert_eq!((code(&refused), &refused["stream"]), (10059, &json!("S")));
    world.request("STREAM.CREATE.T", &stream("T", &["a.1", "a.2999"]));
    world.send_under(late, "a.1", Some("_I.pub"));
    assert!(world.take("_I.pub").is_empty(), "T answers");
    world.settle();
    assert_eq!(code(&world.take("_I.ask")[0].json()), 0);
    assert_eq!((heard(&world), world.take("_I.a").len()), (2, 1));
    assert_eq!(world.publish("a.2999", "", "x")["seq"], json!(1));

    // T came last, and S is refused only after some slices.
    world.send("$JS.API.STREAM.CREATE.S", Some("_I.a"), "", &body);
    world.request("STREAM.DELETE.T", &Value::Null);
    world.settle();
    world.take("_I.ask");
    assert_eq!(code(&world.take("_I.a")[0].json()), 0, "T is gone");
    world.ask("STREAM.DELETE.S", &Value::Null);
    world.send("$JS.API.STREAM.CREATE.S", Some("_I.a"), "", &body);
    world.turn();
    world.request("STREAM.CREATE.T", &stream("T", &["a.2"]));
    world.settle();
    assert_eq!(code(&world.take("_I.ask")[0].json()), 0);
    assert_eq!(code(&world.take("_I.a")[0].json()), OVERLAP);
}

/// Symptom: requests for a stream that followed its definition at once found it missing, or an older definition came after a newer one. Cause: a
/// long definition is checked in slices, and short requests were carried out meanwhile. Remedy: who names the same stream waits behind it.
#[test]
fn nothing_overtakes_a_definition_that_is_checked_in_slices() {
    let mut world = World::new();
    let subjects: Vec<String> = (0..3000).map(|at| format!("a.{at}")).collect();
    let long = json!({"name": "S", "subjects": subjects}).to_string();
    let short = stream("S", &["b"]);
    world.send("$JS.API.STREAM.CREATE.S", Some("_I.a"), "", &long);
    world.request(
        "CONSUMER.CREATE.S.C",
        &json!({"stream_name": "S", "config": {"name": "C", "ack_policy": "explicit"}}),
    );
    world.request("STREAM.UPDATE.S", &short);
    world.request("STREAM.DELETE.T", &Value::Null);
    world.settle();
    assert_eq!(code(&world.take("_I.a")[0].json()), 0);
    let answers = world.take("_I.ask");
    let codes: Vec<u64> = answers.iter().map(|answer| code(&answer.json())).collect();
    assert_eq!(codes, [10059, 0, 0], "T isn't there, and didn't wait");
    assert_eq!(names(&mut world, "b"), json!(["S"]));
    assert_eq!(names(&mut world, "a.1"), Value::Null);

    world.send("$JS.API.STREAM.UPDATE.S", Some("_I.a"), "", &long);
    world.request("STREAM.DELETE.S", &Value::Null);
    world.settle();
    assert_eq!(code(&world.take("_I.a")[0].json()), 0);
    assert_eq!(code(&world.take("_I.ask")[0].json()), 0);
    assert_eq!(code(&world.ask("STREAM.INFO.S", &Value::Null)), 10059);
}

/// A definition whose subjects take some slices.
fn long(world: &mut World, verb: &str, to: &str, prefix: &str) {
    let subjects: Vec<String> = (0..3000).map(|at| format!("{prefix}.{at}")).collect();
    let body = json!({"name": "S", "subjects": subjects}).to_string();
    world.send(&format!("$JS.API.STREAM.{verb}.S"), Some(to), "", &body);
}

/// Symptom: of two long definitions of a stream and its deletion the second was carried out last, and the stream stayed. Cause: a request that had
/// waited for its turn, and then turned out to need slices, went behind all others. Remedy: it goes on as the first one.
#[test]
fn what_waited_for_its_turn_stays_the_first_one() {
    let mut world = World::new();
    long(&mut world, "CREATE", "_I.a", "a");
    long(&mut world, "UPDATE", "_I.b", "b");
    world.send("$JS.API.STREAM.DELETE.S", Some("_I.c"), "", "");
    world.settle();
    for to in ["_I.a", "_I.b", "_I.c"] {
        assert_eq!(code(&world.take(to)[0].json()), 0, "{to}");
    }
    assert_eq!(code(&world.ask("STREAM.INFO.S", &Value::Null)), 10059);
}

/// Symptom: a request came before others of its stream that waited behind a definition, once that was done; and before a definition that had been
/// checked and waited for something else. Remedy: these have an order as well.
#[test]
fn nothing_overtakes_what_follows_a_definition() {
    let mut world = World::new();
    let config = json!({"stream_name": "S", "config": {"name": "C"}});
    long(&mut world, "CREATE", "_I.a", "a");
    world.request("CONSUMER.CREATE.S.C", &config);
    long(&mut world, "UPDATE", "_I.b", "b");
    let verbs = ["CONSUMER.INFO.S.C", "CONSUMER.DELETE.S.C"];
    // Whenever they come.
    let mut pairs = 0;
    while world.turn() {
        for verb in verbs {
            world.request(verb, &Value::Null);
        }
        world.request("CONSUMER.CREATE.S.C", &config);
        pairs += 1;
    }
    assert!(pairs > 20, "{pairs}");
    world.settle();
    let answers = world.take("_I.ask");
    assert_eq!(answers.len(), 1 + 3 * pairs);
    for answer in answers {
        assert_eq!(code(&answer.json()), 0, "{}", answer.text());
    }
}

/// Symptom: when an account had as many requests as it may, one that followed a long definition overtook it. Remedy: it is refused.
#[test]
fn a_request_too_many_is_refused_and_overtakes_nothing() {
    const REQUESTS_MAX: usize = 1024;
    const TOO_MANY: u64 = 10167;
    let mut world = World::new();
    long(&mut world, "CREATE", "_I.a", "a");
    for _ in 0..REQUESTS_MAX + 10 {
        world.request("CONSUMER.NAMES.S", &Value::Null);
    }
    world.send("$JS.API.CONSUMER.MSG.NEXT.S.C", Some("_I.pull"), "", "");
    world.send("$JS.API.DIRECT.GET.S.a", Some("_I.get"), "", "");
    for to in ["_I.pull", "_I.get"] {
        let heard = world.take(to).pop().expect("a status");
        assert!(heard.headers.starts_with("NATS/1.0 429 "), "{to}");
    }
    world.settle();
    assert_eq!(code(&world.take("_I.a")[0].json()), 0);
    let answers = world.take("_I.ask");
    let codes = answers.iter().map(|answer| code(&answer.json()));
    let (refused, answered): (Vec<u64>, Vec<u64>) = codes.partition(|code| *code == TOO_MANY);
    // The definition is one of them.
    assert_eq!((answered.len(), refused.len()), (REQUESTS_MAX - 1, 11));
    assert!(answered.iter().all(|code| *code == 0), "{answered:?}");
    assert_eq!(code(&world.ask("STREAM.INFO.S", &Value::Null)), 0);
}
