//! Who still holds a stream that was deleted.
use midge_streamlog::{
    Error, Filter, NewMessage, Store, StoreOptions, Stream, StreamOptions, sim::CrashDisk,
};
use std::sync::Arc;

/// A stream of several segments, opened anew, of which nothing was read.
fn sealed_stream() -> (Store, Stream) {
    let disk = CrashDisk::new();
    let options = StoreOptions {
        journal_bytes: 1 << 20,
        ..StoreOptions::default()
    };
    let open = || Store::open(Arc::new(disk.clone()), options.clone()).unwrap();
    let store = open();
    let small = StreamOptions {
        segment_bytes: 4096,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", small).unwrap();
    for k in 1..=200 {
        drop(stream.append(NewMessage::new("s", &[7; 100]), k).unwrap());
    }
    store.maintain_once(1).unwrap();
    store.close(1).unwrap();
    drop((store, stream));
    let store = open();
    let stream = store.stream("s").unwrap().unwrap();
    (store, stream)
}

/// Symptom: who went on reading a stream that was deleted had its segments reported as missing. Cause: a file that isn't there was damage, whoever
/// had removed it. Remedy: of a deleted stream it is `Deleted`.
#[test]
fn a_reader_is_told_that_its_stream_was_deleted() {
    let (store, stream) = sealed_stream();
    let held = stream.get(1).unwrap().unwrap();
    let mut cursor = stream.cursor(Filter::all(), 100);
    drop(store.delete_stream("s").unwrap());
    store.commit_once(2).unwrap();
    store.maintain_once(2).unwrap();
    assert_eq!(held.payload, [7; 100][..]);
    // What is mapped can be read on.
    assert_eq!(stream.get(1), Ok(Some(held)));
    assert_eq!(stream.get(100), Err(Error::Deleted));
    assert_eq!(cursor.next_message(), Err(Error::Deleted));
    assert_eq!(stream.subjects(), Err(Error::Deleted));
    assert!(matches!(
        stream.append(NewMessage::new("s", "x"), 3),
        Err(Error::Deleted)
    ));
    store.repair(4).unwrap();
    assert_eq!(store.damage(), []);
}
