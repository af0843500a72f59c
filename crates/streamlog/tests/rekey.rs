//! A store whose key is changed: what it held is there under the new key, and under the old one nothing is.
#![cfg(feature = "crypto")]
use midge_streamlog::{
    Cipher, Disk, Error, Key, NewMessage, Store, StoreOptions, StreamOptions, sim::CrashDisk,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

mod encrypted;
use encrypted::{options, released};

const MESSAGES: u64 = 60;

fn open(disk: &CrashDisk, key: Option<u8>, previous: Option<u8>) -> Result<Store, Error> {
    let options = StoreOptions {
        previous_key: previous.map(|byte| Key::new([byte; 32])),
        ..options(key)
    };
    Store::open(Arc::new(disk.clone()), options)
}

/// A sealed segment, one that is being filled, commands, state in the manifest, and state and messages in the journal alone.
fn filled(key: Option<u8>) -> CrashDisk {
    let disk = CrashDisk::new();
    let store = open(&disk, key, None).unwrap();
    let options = StreamOptions {
        segment_bytes: 4096,
        cipher: key.map_or(Cipher::None, |_| Cipher::Aes256Gcm),
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    drop(store.put_state(b"saved", b"1").unwrap());
    for seq in 1..MESSAGES {
        append(&store, seq);
    }
    drop(stream.delete_many(&[3, 5]).unwrap());
    store.maintain_once(0).unwrap();
    drop(store.put_state(b"unsaved", b"2").unwrap());
    append(&store, MESSAGES);
    disk.kill()
}

fn append(store: &Store, seq: u64) {
    let stream = store.stream("s").unwrap().unwrap();
    let message = NewMessage::new("subject", "a payload of some length");
    assert_eq!(stream.append(message, seq).unwrap().seq, seq);
    store.commit_once(0).unwrap();
}

/// All that [`filled`] left is there, and messages up to `last`.
fn check(store: &Store, last: u64) {
    assert_eq!(store.check().unwrap(), []);
    assert_eq!(store.state(b"saved").unwrap(), b"1");
    assert_eq!(store.state(b"unsaved").unwrap(), b"2");
    let stream = store.stream("s").unwrap().unwrap();
    let messages = stream.read(0, usize::MAX, usize::MAX).unwrap();
    let seqs = messages.iter().map(|message| message.seq);
    assert!(seqs.eq((1..=last).filter(|seq| ![3, 5].contains(seq))));
    assert!(messages.iter().all(|it| it.subject == "subject"));
}

fn files(disk: &CrashDisk) -> BTreeMap<String, Vec<u8>> {
    let names = disk.list().unwrap().into_iter();
    names
        .map(|name| (name.clone(), disk.bytes(&name).unwrap()))
        .collect()
}

/// The store opens with none of these, and isn't touched.
fn is_left_alone(disk: &CrashDisk, keys: &[(Option<u8>, Option<u8>)]) {
    let before = files(disk);
    for &(key, previous) in keys {
        let refused = open(disk, key, previous).err();
        let is_right = match key {
            Some(_) => matches!(refused, Some(Error::WrongKey { .. })),
            None => refused == Some(Error::NoKey),
        };
        assert!(is_right, "{key:?}, {previous:?}: {refused:?}");
    }
    assert!(files(disk) == before, "bytes changed");
}

#[test]
fn a_store_under_the_previous_key_is_under_the_new_one_from_then_on() {
    let disk = filled(Some(1));
    is_left_alone(
        &disk,
        &[(Some(2), None), (Some(2), Some(3)), (None, Some(1))],
    );
    let mut last = MESSAGES;
    // The last of them is the first one again.
    for (key, previous) in [(2, 1), (3, 2), (1, 3), (1, 2)] {
        let store = open(&disk, Some(key), Some(previous)).unwrap();
        check(&store, last);
        last += 1;
        append(&store, last);
        store.maintain_once(0).unwrap();
        drop(store);
        let others = [1, 2, 3].into_iter().filter(|&other| other != key);
        let others: Vec<_> = others.map(|other| (Some(other), None)).collect();
        is_left_alone(&disk, &others);
        check(&open(&disk.kill(), Some(key), None).unwrap(), last);
    }
    // What was written under the first one opens after all these changes, also when it is written anew.
    let store = open(&disk, Some(1), None).unwrap();
    let stream = store.stream("s").unwrap().unwrap();
    drop(stream.erase(&(6..=50).collect::<Vec<_>>()).unwrap());
    for second in 1..200_u64 {
        store.maintain_once(second << 30).unwrap();
    }
    store.close(0).unwrap();
    drop((stream, store));
    let store = open(&disk, Some(9), Some(1)).unwrap();
    let stream = store.stream("s").unwrap().unwrap();
    let left = stream.read(0, usize::MAX, usize::MAX).unwrap();
    assert_eq!(left.len() as u64, last - 2 - 45);
}

/// A power cut before each operation that changes the key: both keys together open what is left, whichever is said to be the previous one, and one of
/// them does alone.
#[test]
fn a_key_is_changed_whole_or_not_at_all() {
    let disk = filled(Some(1));
    let cuts = Arc::new(AtomicUsize::new(0));
    let counted = cuts.clone();
    disk.before_each(move |disk, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        for outcome in 0..3 {
            let left = disk.cut(outcome);
            let alone = [1, 2].map(|key| open(&left.kill(), Some(key), None).is_ok());
            assert_ne!(alone, [false; 2]);
            for (key, previous) in [(2, 1), (1, 2)] {
                let left = left.kill();
                let store = open(&left, Some(key), Some(previous)).unwrap();
                check(&store, MESSAGES);
                append(&store, MESSAGES + 1);
                drop(store);
                is_left_alone(&left, &[(Some(previous), None)]);
                check(&open(&left, Some(key), None).unwrap(), MESSAGES + 1);
            }
            // Who goes back to the key of before, and then changes it all the same, has lost nothing.
            if let Ok(store) = open(&left, Some(1), None) {
                append(&store, MESSAGES + 1);
                drop(store);
                check(&open(&left, Some(2), Some(1)).unwrap(), MESSAGES + 1);
            }
        }
    });
    drop(open(&disk, Some(2), Some(1)).unwrap());
    assert!(cuts.load(Ordering::Relaxed) > 8);
}

/// A store in clear has no previous key, and one that is there already plays no part.
#[test]
fn a_previous_key_says_nothing_where_it_opens_nothing() {
    let disk = filled(None);
    check(&open(&disk, None, Some(2)).unwrap(), MESSAGES);
    check(&open(&disk, Some(1), Some(2)).unwrap(), MESSAGES);
    is_left_alone(&disk, &[(Some(2), None), (None, Some(1))]);
    for previous in [None, Some(1), Some(2)] {
        check(&open(&disk, Some(1), previous).unwrap(), MESSAGES);
    }
}

/// Bodies of version 1 have keys of the store's key alone: of the first one, whatever it is now.
#[test]
fn bodies_of_version_1_open_after_a_change() {
    for version in [1, 2] {
        let disk = released(version);
        // The manifest of version 1 is in clear, so it has to be encrypted under its own key first.
        if version == 1 {
            is_left_alone(&disk, &[(Some(8), Some(9))]);
            drop(open(&disk, Some(9), None).unwrap());
        }
        for previous in [Some(9), None] {
            let store = open(&disk, Some(8), previous).unwrap();
            let stream = store.stream("sealed").unwrap().unwrap();
            let messages = stream.read(0, usize::MAX, usize::MAX).unwrap();
            assert_eq!(messages.len(), 150, "version {version}");
            assert_eq!(store.check().unwrap(), []);
        }
    }
}

/// A power cut came between the copies, and the previous key was taken out of the configuration then: the copy of before isn't kept, as it opens with that.
#[test]
fn a_copy_under_a_key_of_before_is_written_anew() {
    let disk = filled(Some(1));
    let old: Vec<_> = ["manifest.a", "manifest.b"]
        .map(|name| (name, disk.bytes(name).unwrap()))
        .into();
    drop(open(&disk, Some(2), Some(1)).unwrap());
    for (name, bytes) in old {
        let cut = disk.kill();
        cut.open(name).unwrap().write_at(&bytes, 0).unwrap();
        drop(open(&cut, Some(2), None).unwrap());
        is_left_alone(&cut, &[(Some(1), None)]);
        let found = cut.bytes(name).unwrap();
        assert!(!found.starts_with(&bytes), "{name} is the old one");
    }
}

/// Symptom: after a change of the key, and with the previous one still configured, whoever has that could put a manifest of his own beside the store's, and it
/// counted. Cause: the newer copy did, whichever key it has. Remedy: one under the key counts before one under the previous key.
#[test]
fn a_newer_copy_under_the_previous_key_counts_for_nothing_beside_one_under_the_key() {
    let disk = filled(Some(1));
    let other = disk.kill();
    drop(open(&disk, Some(2), Some(1)).unwrap());
    let store = open(&other, Some(1), None).unwrap();
    drop(store.put_state(b"saved", b"another").unwrap());
    for now in 0..5 {
        store.repair(now).unwrap();
    }
    drop(store);
    for name in ["manifest.a", "manifest.b"] {
        let disk = disk.kill();
        let newer = other.bytes(name).unwrap();
        disk.tamper(name, |bytes| *bytes = newer);
        let store = open(&disk, Some(2), Some(1)).unwrap();
        assert_eq!(store.state(b"saved").unwrap(), b"1", "{name}");
        drop(store);
        is_left_alone(&disk, &[(Some(1), None)]);
    }
}
