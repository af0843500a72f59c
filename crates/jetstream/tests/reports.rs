//! What monitoring sees is told in slices, whatever is made and deleted meanwhile. Counted, not timed.

mod world;

use midge_jetstream::{Detail, Report};
use serde_json::{Value, json};
use world::World;

/// Streams and consumers that a slice tells of, at most; `tasks.rs` says so.
const SLICE: usize = 256;
const STREAMS: usize = 5;
const CONSUMERS: usize = 200;
/// The consumer of each stream that isn't listed.
const DIRECT: usize = 7;

fn world() -> World {
    let mut world = World::new();
    for stream in 0..STREAMS {
        let config = json!({"name": format!("S{stream}"), "subjects": [format!("s{stream}")]});
        world.request(&format!("STREAM.CREATE.S{stream}"), &config);
        for consumer in 0..CONSUMERS {
            let name = format!("C{consumer:03}");
            let config = match consumer {
                DIRECT => json!({"name": name, "deliver_subject": "d", "direct": true}),
                _ => json!({"durable_name": name, "ack_policy": "explicit"}),
            };
            let body = json!({"stream_name": format!("S{stream}"), "config": config});
            world.request(&format!("CONSUMER.CREATE.S{stream}.{name}"), &body);
        }
        world.settle();
    }
    for answer in world.take("_I.ask") {
        assert!(answer.json()["error"].is_null(), "{}", answer.text());
    }
    world
}

fn detail() -> Detail {
    Detail {
        streams: true,
        consumers: true,
        config: true,
        ..Detail::default()
    }
}

/// Names of streams, and of their consumers.
fn names(report: &Report) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let stream = |stream: &Value| {
        let consumers = stream["consumer_detail"].as_array();
        let consumers = consumers.into_iter().flatten().map(text);
        (text(stream), consumers.collect())
    };
    let streams = report.accounts.iter().flat_map(|account| &account.streams);
    streams.map(|shown| stream(&json!(shown))).collect()
}

/// Symptom: a page of `/jsz` with a million consumers held all accounts for as long as it took to tell of them. Cause: it was told in one go.
#[test]
fn a_report_goes_in_slices() {
    let mut world = world();
    let mut reporting = world.jetstream.begin_report(&detail());
    let mut slices = 1;
    while !world.jetstream.go_on_with_report(&mut reporting, world.now) {
        slices += 1;
        if slices == 2 {
            // The one that is told of, and one that is to come.
            world.ask("STREAM.DELETE.S1", &Value::Null);
            world.ask("STREAM.DELETE.S3", &Value::Null);
            world.ask("STREAM.CREATE.S3", &json!({"name": "S3"}));
        }
    }
    assert!(slices >= 3 * CONSUMERS / SLICE, "{slices} slices");
    let report = reporting.finish();
    let told = names(&report);
    let streams: Vec<&str> = told.iter().map(|(stream, _)| stream.as_str()).collect();
    assert_eq!(streams, ["S0", "S1", "S2", "S4"]);
    let all: Vec<String> = (0..CONSUMERS)
        .filter(|number| *number != DIRECT)
        .map(|number| format!("C{number:03}"))
        .collect();
    for (stream, consumers) in &told {
        match stream.as_str() {
            "S1" => assert!(all.starts_with(consumers) && consumers.len() < all.len()),
            _ => assert_eq!(*consumers, all, "{stream}"),
        }
    }
    let account = &report.accounts[0];
    assert_eq!(account.stream_count, 4);
    assert_eq!(account.consumer_count, 4 * (CONSUMERS as u64 - 1));
}
