//! When messages go by themselves.
use midge_streamlog::{
    NewMessage, Storage, Store, StoreOptions, Stream, StreamOptions, sim::CrashDisk,
};
use std::sync::Arc;

const SECOND: u64 = 1_000_000_000;

fn open(disk: &CrashDisk) -> Store {
    let options = StoreOptions {
        journal_bytes: 1 << 20,
        seed: 7,
        ..StoreOptions::default()
    };
    Store::open(Arc::new(disk.clone()), options).unwrap()
}

fn stream(store: &Store, storage: Storage) -> Stream {
    let options = StreamOptions {
        storage,
        segment_bytes: 1 << 16,
        ..StreamOptions::default()
    };
    store.create_stream("s", options).unwrap().0
}

fn put(stream: &Stream, ttl: u32, len: usize, now: u64) {
    let payload = "x".repeat(len);
    let message = NewMessage {
        ttl,
        ..NewMessage::new("a", &payload)
    };
    drop(stream.append(message, now).unwrap());
}

/// Symptom: a time to live ended up to a second late. Cause: timers were kept in whole seconds.
#[test]
fn a_message_goes_in_the_nanosecond_that_its_time_ends() {
    for storage in [Storage::File, Storage::Memory] {
        let store = open(&CrashDisk::new());
        let stream = stream(&store, storage);
        let time = SECOND + 250_000_001;
        put(&stream, 3, 1, time);
        let end = time + 3 * SECOND;
        assert_eq!(stream.next_expiry(), Some(end));
        assert!(stream.expire(end - 1).is_empty());
        assert_eq!(stream.expire(end).len(), 1);
        assert_eq!(stream.next_expiry(), None);
    }
}

/// A segment knows the second of its first expiry alone.
#[test]
fn a_message_of_a_sealed_segment_goes_no_sooner_and_no_later() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let first = stream(&store, Storage::File);
    let times = [SECOND + 900_000_000, 2 * SECOND + 100_000_000];
    for time in times {
        put(&first, 3, 1, time);
    }
    for _ in 0..40 {
        put(&first, 0, 4000, 3 * SECOND);
        store.commit_once(3 * SECOND).unwrap();
    }
    store.close(3 * SECOND).unwrap();
    let store = open(&disk.kill());
    let stream = store.stream("s").unwrap().unwrap();
    let mut went = Vec::new();
    while let Some(due) = stream.next_expiry() {
        went.extend(stream.expire(due).iter().map(|gone| (gone.seq, due)));
    }
    assert_eq!(
        went,
        [(1, times[0] + 3 * SECOND), (2, times[1] + 3 * SECOND)]
    );
}

/// Symptom: a message went that lives for ever. Cause: it had the number of one that was taken back, whose timer was still there.
#[test]
fn a_timer_of_a_message_that_was_taken_back_takes_no_other() {
    for storage in [Storage::File, Storage::Memory] {
        let store = open(&CrashDisk::new());
        let stream = stream(&store, storage);
        put(&stream, 0, 1, SECOND);
        put(&stream, 3, 1, SECOND);
        store.commit_once(SECOND).unwrap();
        let _ = stream.truncate(1).unwrap();
        put(&stream, 0, 1, SECOND);
        assert!(stream.expire(9 * SECOND).is_empty(), "{storage:?}");
        assert_eq!(stream.stats().msgs, 2);
    }
}
