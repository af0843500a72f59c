//! A store that is dropped without `close`: nobody is left waiting, and nothing is left in memory.
use midge_streamlog::{
    Disk, Error, NewMessage, Store, StoreOptions, Stream, StreamOptions, sim::CrashDisk,
};
use std::{
    sync::{Arc, Weak},
    thread,
};

/// A store with a stream, and the disk that both hold.
fn store() -> (Store, Stream, Weak<dyn Disk>) {
    let disk: Arc<dyn Disk> = Arc::new(CrashDisk::new());
    let options = StoreOptions {
        journal_bytes: 1 << 20,
        ..StoreOptions::default()
    };
    let store = Store::open(disk.clone(), options).unwrap();
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    store.commit_once(1).unwrap();
    (store, stream, Arc::downgrade(&disk))
}

/// Symptom: simulations of crashes grew by two journals a crash, to gigabytes. Cause: the queue of the open batch held the stream, the stream held
/// the queue, and nobody emptied it when the store went. Remedy: a store that goes fails its gate, and a failed gate keeps nobody in its queue.
#[test]
fn what_a_dropped_store_did_not_commit_is_freed() {
    let (store, stream, disk) = store();
    let _ = stream.append(NewMessage::new("a", "1"), 2).unwrap();
    drop(store.put_state(b"k", b"v").unwrap());
    drop((store, stream));
    assert!(disk.upgrade().is_none(), "somebody holds the disk");
}

#[test]
fn a_closed_store_is_freed_too() {
    let (store, stream, disk) = store();
    let _ = stream.append(NewMessage::new("a", "1"), 2).unwrap();
    store.close(3).unwrap();
    drop((store, stream));
    assert!(disk.upgrade().is_none(), "somebody holds the disk");
}

#[test]
fn a_stream_that_outlives_its_store_reads_and_takes_nothing() {
    let (store, stream, disk) = store();
    let _ = stream.append(NewMessage::new("a", "1"), 2).unwrap();
    store.commit_once(2).unwrap();
    drop(store);
    assert_eq!(stream.get(1).unwrap().unwrap().payload, "1");
    let refused = stream.append(NewMessage::new("a", "2"), 3).map(drop);
    assert_eq!(refused, Err(Error::Closed));
    drop(stream);
    assert!(disk.upgrade().is_none(), "somebody holds the disk");
}

#[test]
fn who_waits_for_a_dropped_store_is_told() {
    let (store, stream, _) = store();
    let appended = stream.append(NewMessage::new("a", "1"), 2).unwrap();
    let waiting = appended.ticket.clone();
    let waiter = thread::spawn(move || waiting.wait());
    drop(store);
    assert_eq!(waiter.join().unwrap(), Err(Error::Closed));
    assert_eq!(appended.ticket.outcome(), Some(Err(Error::Closed)));
}
