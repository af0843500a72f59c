//! One engine without threads: what a turn leaves for the next one.

use super::bench::Bench;
use crate::engine::clock;
use midge_streamlog::{Policy, Store, StoreOptions, sim::CrashDisk};
use std::sync::Arc;
use std::time::Duration;

/// Symptom: publishes to a stream that needs no sync were answered five seconds late. Cause: the log was full of unwritten bytes, the rest
/// stayed in the mailbox for the commit that makes room, and the turn's own commit, which tells nobody, made it.
#[test]
fn what_waits_for_room_is_taken_when_the_turn_itself_makes_the_room() {
    const COUNT: u64 = 40;
    let policy = Policy::Interval(Duration::from_secs(100));
    let options = StoreOptions {
        policy,
        max_buffered: 8 << 10,
        ..StoreOptions::default()
    };
    let store = Store::open(Arc::new(CrashDisk::new()), options).unwrap();
    let mut bench = Bench::new(store, policy);
    bench.say(
        "$JS.API.STREAM.CREATE.S",
        r#"{"name":"S","subjects":["s"]}"#,
    );
    bench.peer.worker.hand_over();
    while bench.turn() {}
    bench.drive.store.commit_once(clock()).unwrap();
    while bench.turn() {}
    assert_eq!(bench.answers().len(), 1);
    for _ in 0..COUNT {
        bench.say("s", &"x".repeat(1000));
    }
    bench.peer.worker.hand_over();
    let mut turns = 1;
    while bench.turn() {
        turns += 1;
        assert!(turns < 2 * COUNT, "turns are due for nothing");
    }
    assert_eq!(bench.answers().len() as u64, COUNT, "after {turns} turns");
}

/// The store's observer has the seat in which the engine sits, which has the store.
#[test]
fn a_drive_without_threads_lets_its_store_go() {
    let disk = Arc::new(CrashDisk::new());
    let known = Arc::downgrade(&disk);
    let store = Store::open(disk, StoreOptions::default()).unwrap();
    drop(Bench::new(store, Policy::Always));
    assert!(known.upgrade().is_none());
}
