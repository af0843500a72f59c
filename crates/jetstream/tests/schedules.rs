//! Messages that are published when their time comes.

mod world;

use serde_json::{Value, json};
use world::{SECOND, World};

fn stream(more: &Value) -> World {
    let mut world = World::new();
    let made = create(&mut world, more);
    assert!(made["error"].is_null(), "{made}");
    world
}

fn create(world: &mut World, more: &Value) -> Value {
    let mut config = json!({"name": "S", "subjects": ["s.>"], "allow_msg_schedules": true, "allow_msg_ttl": true});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    world.ask("STREAM.CREATE.S", &config)
}

/// Seconds from the world's beginning as a schedule.
fn at(seconds: u64) -> String {
    let time = midge_jetstream::Time((1_700_000_000 + seconds) * SECOND);
    format!("@at {time}")
}

fn schedule(pattern: &str, target: &str, lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("NATS/1.0\r\nNats-Schedule: {pattern}\r\nNats-Schedule-Target: {target}\r\n{lines}\r\n")
}

fn on(world: &mut World, subject: &str) -> Vec<(u64, String)> {
    let stored = world.stored("S").into_iter();
    stored
        .filter(|it| it.1 == subject)
        .map(|it| (it.0, it.2))
        .collect()
}

#[test]
fn a_message_comes_once_at_its_time_and_its_schedule_goes() {
    let mut world = stream(&json!({}));
    let lines = [
        "Nats-Schedule-TTL: 60s",
        "Foo: bar",
        "Nats-Msg-Id: m",
        "Nats-Expected-Last-Subject-Sequence: 0",
    ];
    let ack = world.publish("s.a", &schedule(&at(2), "s.t", &lines), "body");
    assert_eq!(ack["seq"], 1, "{ack}");
    let kept = &on(&mut world, "s.a")[0].1;
    assert!(kept.ends_with("Nats-Rollup: sub\r\n\r\n"), "{kept}");
    world.pass(SECOND);
    assert!(on(&mut world, "s.t").is_empty());
    world.pass(SECOND);
    let want = "NATS/1.0\r\nFoo: bar\r\nNats-Scheduler: s.a\r\nNats-Schedule-Next: purge\r\nNats-TTL: 60s\r\n\r\n";
    assert_eq!(on(&mut world, "s.t"), [(2, want.to_owned())]);
    assert!(on(&mut world, "s.a").is_empty());
    world.pass(10 * SECOND);
    assert_eq!(on(&mut world, "s.t").len(), 1);
}

#[test]
fn a_time_that_is_over_is_now() {
    let mut world = stream(&json!({}));
    world.publish(
        "s.a",
        &schedule("@at 2001-01-01T00:00:00Z", "s.t", &[]),
        "x",
    );
    world.pass(1);
    assert_eq!(on(&mut world, "s.t").len(), 1);
}

#[test]
fn intervals_and_patterns_come_again_and_say_when() {
    let mut world = stream(&json!({}));
    world.publish("s.e", &schedule("@every 10s", "s.te", &[]), "x");
    world.publish("s.c", &schedule("0 * * * * *", "s.tc", &[]), "x");
    for _ in 0..60 {
        world.pass(SECOND);
    }
    let every = on(&mut world, "s.te");
    assert_eq!(every.len(), 6);
    assert!(
        every[0]
            .1
            .contains("Nats-Schedule-Next: 2023-11-14T22:13:40Z"),
        "{every:?}"
    );
    let cron = on(&mut world, "s.tc");
    assert_eq!(cron.len(), 1);
    assert!(
        cron[0]
            .1
            .contains("Nats-Schedule-Next: 2023-11-14T22:15:00Z"),
        "{cron:?}"
    );
    assert_eq!(on(&mut world, "s.e").len(), 1);
}

#[test]
fn a_zone_moves_a_pattern() {
    let mut world = stream(&json!({}));
    let lines = ["Nats-Schedule-Time-Zone: Asia/Kolkata"];
    // 22:13:20 UTC is 03:43:20 there.
    world.publish("s.c", &schedule("0 44 3 * * *", "s.t", &lines), "x");
    world.pass(40 * SECOND);
    let fired = on(&mut world, "s.t");
    assert!(
        fired[0]
            .1
            .contains("Nats-Schedule-Next: 2023-11-16T03:44:00+05:30"),
        "{fired:?}"
    );
}

#[test]
fn a_source_gives_its_last_message_and_the_schedule_s_own_without_one() {
    let mut world = stream(&json!({}));
    let lines = ["Nats-Schedule-Source: s.src", "Nats-Schedule-Rollup: sub"];
    world.publish("s.e", &schedule("@every 1s", "s.t", &lines), "own");
    world.pass(SECOND);
    let body = |world: &mut World| {
        let got = world.ask("STREAM.MSG.GET.S", &json!({"last_by_subj": "s.t"}));
        got["message"]["data"].as_str().map(str::to_owned)
    };
    assert_eq!(body(&mut world).as_deref(), Some("b3du"));
    let sample = "NATS/1.0\r\nA: b\r\nNats-Msg-Id: z\r\n\r\n";
    world.publish("s.src", sample, "src");
    world.pass(SECOND);
    assert_eq!(body(&mut world).as_deref(), Some("c3Jj"));
    let fired = on(&mut world, "s.t");
    assert_eq!(fired.len(), 1, "rolled up");
    assert!(
        fired[0]
            .1
            .starts_with("NATS/1.0\r\nA: b\r\nNats-Scheduler: s.e\r\n")
    );
}

#[test]
fn what_ends_a_schedule() {
    type End<'a> = (&'a str, &'a dyn Fn(&mut World));
    let ends: [End<'_>; 6] = [
        ("delete", &|world| {
            world.ask("STREAM.MSG.DELETE.S", &json!({"seq": 1}));
        }),
        ("purge", &|world| {
            world.ask("STREAM.PURGE.S", &json!({"filter": "s.a"}));
        }),
        ("purge of all", &|world| {
            world.ask("STREAM.PURGE.S", &Value::Null);
        }),
        ("a plain message", &|world| {
            world.publish("s.a", "", "x");
        }),
        ("another schedule", &|world| {
            let later = schedule(&at(900), "s.t", &[]);
            world.publish("s.a", &later, "x");
        }),
        ("a message that says so", &|world| {
            let end = "NATS/1.0\r\nNats-Scheduler: s.a\r\nNats-Schedule-Next: purge\r\n\r\n";
            world.publish("s.b", end, "x");
        }),
    ];
    for restarts in [false, true] {
        for (name, end) in ends {
            let mut world = stream(&json!({}));
            world.publish("s.a", &schedule(&at(2), "s.t", &[]), "x");
            end(&mut world);
            if restarts {
                world = world.lose_power(4);
            }
            world.pass(60 * SECOND);
            assert!(on(&mut world, "s.t").is_empty(), "{name}, {restarts}");
        }
    }
}

#[test]
fn schedules_survive_restarts_and_fire_once_for_all_that_was_missed() {
    let mut world = stream(&json!({}));
    world.publish("s.a", &schedule(&at(30), "s.ta", &[]), "x");
    world.publish("s.e", &schedule("@every 10s", "s.te", &[]), "x");
    for _ in 0..10 {
        world.pass(SECOND);
    }
    assert_eq!(on(&mut world, "s.te").len(), 1);
    // Nobody is there for a while.
    let mut world = world.lose_power(8);
    world.pass(5 * SECOND);
    assert_eq!(on(&mut world, "s.te").len(), 1, "too early");
    let mut world = world.lose_power(9);
    world.now += 100 * SECOND;
    world.pass(1);
    assert_eq!(on(&mut world, "s.te").len(), 2);
    assert_eq!(on(&mut world, "s.ta").len(), 1);
    assert!(on(&mut world, "s.a").is_empty());
    let mut world = world.lose_power(10);
    world.pass(SECOND);
    assert_eq!(on(&mut world, "s.ta").len(), 1, "once is once");
}

#[test]
fn an_acknowledged_schedule_is_known_after_any_power_cut() {
    use std::sync::{Arc, Mutex};
    let mut world = stream(&json!({}));
    let cuts = Arc::new(Mutex::new(Vec::new()));
    let seen = cuts.clone();
    world.disk.before_each(move |disk, _| {
        let mut seen = seen.lock().unwrap();
        seen.extend((0..4).map(|outcome| disk.cut(outcome)));
    });
    world.publish("s.a", &schedule(&at(2), "s.t", &[]), "x");
    world.disk.forget_hook();
    let (now, after) = (world.now, world.lose_power(1));
    cuts.lock().unwrap().push(after.disk);
    let cuts = std::mem::take(&mut *cuts.lock().unwrap());
    let mut fired = 0;
    for cut in cuts {
        let mut world = World::on(cut, now);
        let kept = !on(&mut world, "s.a").is_empty();
        world.pass(3 * SECOND);
        let came = !on(&mut world, "s.t").is_empty();
        assert_eq!(kept, came, "a schedule that is there must fire");
        fired += usize::from(came);
    }
    assert!(fired > 0);
}

#[test]
fn a_schedule_of_a_batch_fires_and_its_message_is_no_part_of_one() {
    let mut world = stream(&json!({"allow_atomic": true}));
    let lines = ["Nats-Batch-Id: u", "Nats-Batch-Sequence: 1"];
    world.send("s.a", Some("_I.pub"), &schedule(&at(2), "s.t", &lines), "x");
    let end =
        "NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\n";
    world.send("s.b", None, end, "x");
    world.pass(2 * SECOND);
    let fired = on(&mut world, "s.t");
    assert!(!fired[0].1.contains("Nats-Batch"), "{fired:?}");
}

#[test]
fn a_stream_without_interest_ends_its_schedules_too() {
    let mut world = stream(&json!({"retention": "interest"}));
    let consumer = json!({"stream_name": "S", "config": {"name": "C", "durable_name": "C", "ack_policy": "explicit", "filter_subject": "s.a"}});
    world.ask("CONSUMER.CREATE.S.C", &consumer);
    world.publish("s.a", &schedule(&at(1), "s.t", &[]), "x");
    world.pass(SECOND);
    assert!(world.stored("S").is_empty());
    assert_ne!(world.jetstream.poll_timeout(), Some(world.now + SECOND));
}

#[test]
fn memory_streams_have_schedules_while_they_live() {
    let mut world = stream(&json!({"storage": "memory"}));
    world.publish("s.a", &schedule(&at(1), "s.t", &[]), "x");
    world.pass(SECOND);
    assert_eq!(on(&mut world, "s.t").len(), 1);
}

#[test]
fn a_new_stream_of_an_old_name_has_no_schedules() {
    let mut world = stream(&json!({}));
    world.publish("s.a", &schedule(&at(5), "s.t", &[]), "x");
    world.ask("STREAM.DELETE.S", &Value::Null);
    create(&mut world, &json!({}));
    world.publish("s.a", "", "x");
    let mut world = world.lose_power(2);
    world.pass(10 * SECOND);
    assert!(on(&mut world, "s.t").is_empty());
}

#[test]
fn what_is_no_schedule_is_refused() {
    let mut world = stream(&json!({}));
    let mut check = |headers: &str, code: i64| {
        let ack = world.publish("s.a", headers, "x");
        let got = ack["error"]["err_code"].as_i64().unwrap_or_default();
        assert_eq!(got, code, "{headers:?}");
    };
    let with = |line: &str| schedule("@hourly", "s.t", &[line]);
    check(&schedule("bogus", "s.t", &[]), 10189);
    check(&schedule("0 0 0 30 2 *", "s.t", &[]), 10189);
    check(&with("Nats-Schedule-Time-Zone: Nowhere/X"), 10223);
    check(&with("Nats-Schedule-TTL: 500ms"), 10191);
    check(&with("Nats-Schedule-Rollup: all"), 10192);
    check(&with("Nats-Rollup: all"), 10192);
    for source in ["s.*", "zzz", "s.a", "s..", "s.t"] {
        check(&with(&format!("Nats-Schedule-Source: {source}")), 10203);
    }
    for target in ["", "s.*", "s.a", "zzz", "s..x"] {
        check(&schedule("@hourly", target, &[]), 10190);
    }
    check("NATS/1.0\r\nNats-Schedule: @hourly\r\n\r\n", 10190);
    let from = |scheduler: &str, next: &str| {
        format!("NATS/1.0\r\nNats-Scheduler: {scheduler}\r\nNats-Schedule-Next: {next}\r\n\r\n")
    };
    check("NATS/1.0\r\nNats-Schedule-Next: purge\r\n\r\n", 10212);
    check("NATS/1.0\r\nNats-Scheduler: s.1\r\n\r\n", 10212);
    check(&from("s.1", "2030-01-01T00:00:00Z"), 10212);
    check(&from("s.a", "purge"), 10212);
    check(&from("s.*", "purge"), 10212);
    check(&from("s.nobody", "purge"), 0);
    check("NATS/1.0\r\nNats-Schedule: \r\n\r\n", 0);
    world.ask(
        "STREAM.CREATE.P",
        &json!({"name": "P", "subjects": ["p.*"], "allow_msg_schedules": true}),
    );
    let mut check = |subject: &str, headers: &str, code: i64| {
        let ack = world.publish(subject, headers, "x");
        assert_eq!(ack["error"]["err_code"], code, "{headers:?}");
    };
    check(
        "p.a",
        &schedule("@hourly", "p.t", &["Nats-Schedule-TTL: 5s"]),
        10166,
    );
    world.ask("STREAM.CREATE.Q", &json!({"name": "Q"}));
    let ack = world.publish("Q", &schedule("@hourly", "Q", &[]), "x");
    assert_eq!(ack["error"]["err_code"], 10188);
}

#[test]
fn what_schedules_can_t_go_with_is_refused() {
    let check = |more: Value, want: &str| {
        let made = create(&mut World::new(), &more);
        assert_eq!(made["error"]["description"], want);
    };
    check(
        json!({"mirror": {"name": "X"}, "subjects": []}),
        "stream mirrors can not also schedule messages",
    );
    check(
        json!({"sources": [{"name": "X"}]}),
        "stream source can not also schedule messages",
    );
    check(
        json!({"discard": "new"}),
        "message scheduling cannot use discard new",
    );
    check(
        json!({"pedantic": true}),
        "message scheduling cannot be set if roll-ups are disabled",
    );
    let mut world = World::new();
    let made = create(&mut world, &json!({"deny_purge": true}));
    assert_eq!(made["config"]["deny_purge"], false);
    assert_eq!(made["config"]["allow_rollup_hdrs"], true);
    let off = world.ask(
        "STREAM.UPDATE.S",
        &json!({"name": "S", "subjects": ["s.>"], "allow_msg_ttl": true}),
    );
    assert_eq!(
        off["error"]["description"],
        "message schedules can not be disabled"
    );
}
