//! A change of small state is never durable before what its caller appended or removed before it.
use midge_streamlog::{
    Disk, NewMessage, Store, StoreOptions, Stream, StreamOptions, Ticket,
    sim::{Call, CrashDisk, Failure, Fault},
};
use std::sync::{Arc, Mutex};

/// A ring of 64 KiB.
fn open(disk: &CrashDisk) -> Store {
    let options = StoreOptions {
        journal_bytes: 1 << 16,
        direct_bytes: 3000,
        seed: 7,
        ..StoreOptions::default()
    };
    Store::open(Arc::new(disk.clone()), options).unwrap()
}

fn is_done(ticket: &Ticket) -> bool {
    ticket.outcome() == Some(Ok(()))
}

fn append(stream: &Stream, len: usize) -> Ticket {
    let payload = vec![b'x'; len];
    stream
        .append(NewMessage::new("s", &payload), 0)
        .unwrap()
        .ticket
}

/// Notes in small state which message of the stream was the last, with `beside` bytes after it.
fn note(store: &Store, stream: &Stream, beside: usize) -> Ticket {
    let mut value = stream.stats().last_seq.to_be_bytes().to_vec();
    value.resize(8 + beside, 0);
    store.put_state(stream.name().as_bytes(), &value).unwrap()
}

/// What is wrong after a power cut that leaves `disk`.
fn behind(disk: &CrashDisk) -> Option<String> {
    let store = open(disk);
    store.states(b"").into_iter().find_map(|(name, value)| {
        let name = String::from_utf8(name).unwrap();
        let noted = u64::from_be_bytes(value[..8].try_into().unwrap());
        let stream = store.stream(&name).unwrap();
        let last = stream.map_or(0, |stream| stream.stats().last_seq);
        (noted > last).then(|| format!("{name} ends at {last}, and {noted} is noted"))
    })
}

/// A store with the streams `s` and `other`, and what power cuts before each operation on its disk found from now on.
fn watched() -> (CrashDisk, Store, Stream, Arc<Mutex<Vec<String>>>) {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let make = |name| {
        store
            .create_stream(name, StreamOptions::default())
            .unwrap()
            .0
    };
    let (stream, _) = (make("s"), make("other"));
    store.commit_once(0).unwrap();
    let found = Arc::new(Mutex::new(Vec::new()));
    let findings = found.clone();
    disk.before_each(move |disk, work| {
        for seed in 0..6 {
            let wrong = behind(&disk.cut(seed)).map(|it| format!("{work:?}, {seed}: {it}"));
            findings.lock().unwrap().extend(wrong);
        }
    });
    (disk, store, stream, found)
}

/// Symptom: after a power cut messages stayed in a work queue that its consumer was done with. Cause: small state that no frame holds went to the
/// manifest before the messages and removals of its batch. Remedy: it goes after them.
#[test]
fn much_small_state_is_behind_the_messages_of_its_batch() {
    let (_disk, store, stream, found) = watched();
    let tickets = [append(&stream, 20), note(&store, &stream, 5000)];
    store.commit_once(0).unwrap();
    assert!(tickets.iter().all(is_done));
    assert_eq!(*found.lock().unwrap(), [""; 0]);
}

/// Symptom: the same, when a stream was made beside a large message. Cause: so that no file comes before its definition, all small state went first.
/// Remedy: only the shares of streams that the batch defines come after it.
#[test]
fn a_definition_beside_a_large_message_doesn_t_pull_state_ahead() {
    for large_is_new in [false, true] {
        let (_disk, store, stream, found) = watched();
        let (new, made) = store
            .create_stream("new", StreamOptions::default())
            .unwrap();
        let large = append(if large_is_new { &new } else { &stream }, 5000);
        let tickets = [made, large, append(&stream, 20), note(&store, &stream, 0)];
        store.commit_once(0).unwrap();
        assert!(tickets.iter().all(is_done));
        assert_eq!(*found.lock().unwrap(), [""; 0], "{large_is_new}");
    }
}

/// Symptom: the same, on a full disk. Cause: small state went to the manifest when its batch found no room in the journal. Remedy: it waits for the
/// messages, unless it deletes a stream, which may be what makes room.
#[test]
fn state_waits_for_messages_without_room() {
    for deletes in [false, true] {
        let (disk, store, stream, found) = watched();
        let large = append(&stream, 60_000);
        disk.set_faults(&[Fault::fails(Call::Write, "0000", Failure::Space)]);
        let noted = note(&store, &stream, 0);
        let deleted = deletes.then(|| store.delete_stream("other").unwrap());
        store.commit_once(0).unwrap();
        assert!(!is_done(&noted) && large.outcome().is_none());
        let is_gone = open(&disk.cut(0)).stream("other").unwrap().is_none();
        assert_eq!(is_gone, deletes, "a deletion makes room");
        disk.set_faults(&[]);
        store.commit_once(0).unwrap();
        assert!(is_done(&noted) && is_done(&large));
        assert!(deleted.is_none_or(|it| is_done(&it)));
        if !deletes {
            assert_eq!(*found.lock().unwrap(), [""; 0]);
        }
    }
}

/// Symptom: after a kill or a power cut a consumer delivered messages again whose acks were confirmed. Cause: state that no frame holds went to the
/// manifest, and the next start laid what older frames had under the same key over it. Remedy: the manifest says which frames it knows.
#[test]
fn what_went_to_the_manifest_is_not_undone_by_an_older_frame() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let put = |value: &[u8]| {
        let ticket = store.put_state(b"k", value).unwrap();
        let beside = store.put_state(b"beside", &value[..1]).unwrap();
        store.commit_once(0).unwrap();
        assert!(is_done(&ticket) && is_done(&beside));
    };
    for round in 1..=3u8 {
        put(&[round]);
        let large = [round + 10; 5000];
        put(&large);
        for after in [disk.kill(), disk.cut(0), disk.cut(1)] {
            let store = open(&after);
            assert!(
                store.state(b"k").as_deref() == Some(&large),
                "round {round}"
            );
            assert_eq!(store.state(b"beside").as_deref(), Some(&large[..1]));
        }
    }
    let ticket = store.delete_state(b"k").unwrap();
    store.commit_once(0).unwrap();
    assert!(is_done(&ticket));
    assert_eq!(open(&disk.cut(0)).state(b"k"), None);
}

/// A journal that is lost begins anew behind the frames that the manifest knows, or nobody would read its own.
#[test]
fn frames_of_a_new_journal_count_beside_an_old_manifest() {
    for whole in [false, true] {
        let disk = CrashDisk::new();
        let store = open(&disk);
        for round in 0..20 {
            drop(store.put_state(b"k", &[round]).unwrap());
            store.commit_once(0).unwrap();
        }
        drop(store.put_state(b"k", &[20; 5000]).unwrap());
        store.commit_once(0).unwrap();
        let after = disk.kill();
        match whole {
            true => after.remove("journal").unwrap(),
            false => after.tamper("journal", |bytes| bytes[4096..].fill(0)),
        }
        let store = open(&after);
        assert!(store.state(b"k") == Some(vec![20; 5000]));
        drop(store.put_state(b"k", b"new").unwrap());
        store.commit_once(0).unwrap();
        assert!(open(&after.cut(0)).state(b"k") == Some(b"new".to_vec()));
    }
}
