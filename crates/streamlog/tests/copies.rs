//! Small files exist twice, so that damage to one copy costs nothing: also when a power cut came between the two.
use midge_streamlog::{
    NewMessage, Store, StoreOptions, Stream, StreamOptions, Work, sim::CrashDisk,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

const SECOND: u64 = 1_000_000_000;

fn open(disk: &CrashDisk) -> Store {
    let options = StoreOptions {
        seed: 7,
        journal_bytes: 1 << 16,
        ..StoreOptions::default()
    };
    Store::open(Arc::new(disk.clone()), options).unwrap()
}

fn append(stream: &Stream, len: usize) {
    let message = NewMessage::new("s", &[7; 4096][..len]);
    drop(stream.append(message, 1).unwrap());
}

/// A sealed segment that is mostly dead, so that the next maintenance rewrites it, and small state that the manifest doesn't have.
fn filled() -> (CrashDisk, Store) {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let small = StreamOptions {
        segment_bytes: 8192,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", small).unwrap();
    drop(
        store
            .create_stream("other", StreamOptions::default())
            .unwrap(),
    );
    drop(store.put_state(b"k", b"older").unwrap());
    for _ in 1..=100 {
        append(&stream, 100);
        store.commit_once(0).unwrap();
    }
    store.maintain_once(0).unwrap();
    let doomed: Vec<u64> = (1..=100).filter(|seq| seq % 10 != 0).collect();
    drop(stream.delete_many(&doomed).unwrap());
    drop(store.put_state(b"k", b"newer").unwrap());
    store.commit_once(0).unwrap();
    (disk, store)
}

/// All is there that was acknowledged.
fn check(disk: &CrashDisk, what: &str) {
    let store = open(disk);
    assert_eq!(store.state(b"k").unwrap(), b"newer", "{what}");
    let stream = store.stream("s").unwrap().unwrap();
    let messages = stream.read(0, usize::MAX, usize::MAX).unwrap();
    assert_eq!(messages.len(), 10, "{what}: {:?}", store.damage());
}

/// Opened after a power cut, maintained once, and written until the journal has come round.
fn goes_on(disk: &CrashDisk) {
    let store = open(disk);
    drop(store.stream("s").unwrap().unwrap());
    store.maintain_once(SECOND).unwrap();
    let other = store.stream("other").unwrap().unwrap();
    for _ in 0..40 {
        append(&other, 4000);
        store.commit_once(SECOND).unwrap();
    }
    store.close(SECOND).unwrap();
}

/// Symptom: a power cut between the copies of a meta file, and damage to the newer one later: the messages of a rewritten segment were gone. Cause: the segment that the
/// older copy names went with the next maintenance. In the same way a manifest's older copy outlived the frames that it needed. Remedy: copies that differ are
/// written anew first.
#[test]
fn either_copy_is_enough_after_a_power_cut_between_them() {
    let (disk, store) = filled();
    let lefts = Arc::new(Mutex::new(Vec::new()));
    let seen = lefts.clone();
    disk.before_each(move |disk, work| {
        let mut lefts = seen.lock().unwrap();
        lefts.extend((0..3).map(|outcome| (work, disk.cut(outcome))));
    });
    store.maintain_once(SECOND).unwrap();
    store.repair(SECOND).unwrap();
    disk.forget_hook();
    let lefts = std::mem::take(&mut *lefts.lock().unwrap());
    let works: BTreeSet<Work> = lefts.iter().map(|(work, _)| *work).collect();
    assert!(works.contains(&Work::Rename) && works.contains(&Work::Compaction));
    for (at, (work, left)) in lefts.iter().enumerate() {
        goes_on(left);
        for name in ["0000000000000001.meta", "manifest"] {
            for copy in ["a", "b"] {
                let (left, name) = (left.kill(), format!("{name}.{copy}"));
                if left.bytes(&name).is_some() {
                    left.tamper(&name, |bytes| bytes[40] ^= 1);
                    check(&left, &format!("cut {at} in {work:?}, {name} damaged"));
                }
            }
        }
    }
}
