//! What does a message cost that lies in a sealed segment: looked up one by one, and read in batches?
//!
//! The peer is the plain file: a `pread` of as many bytes from the same place, without index and checksum. Each read checks its sequence.
#![allow(
    clippy::disallowed_methods,
    missing_docs,
    reason = "a bench reads the clock"
)]

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use midge_streamlog::{
    Filter, FolderDisk, NewMessage, Policy, ReadMode, Store, StoreOptions, Stream, StreamOptions,
};

const MESSAGES: u64 = 200_000;
const SUBJECTS: u64 = 1_000;
const PAYLOAD: [u8; 128] = [7; 128];
/// Messages of one batch.
const BATCH: usize = 256;

/// A stream of which all but the end is sealed.
fn fill(folder: &std::path::Path) -> (Store, Stream) {
    let disk = FolderDisk::new(folder, ReadMode::Mapped).expect("a folder");
    let store = Store::open(Arc::new(disk), StoreOptions::default()).expect("a store");
    let options = StreamOptions {
        policy: Policy::Interval(std::time::Duration::from_secs(1)),
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("log", options).expect("a stream");
    for k in 0..MESSAGES {
        let subject = format!("orders.eu.customer.{:05}", k % SUBJECTS);
        let message = NewMessage::new(&subject, &PAYLOAD);
        drop(stream.append(message, k).expect("room"));
        if k % 10_000 == 9_999 {
            store.commit_once(k).expect("a disk");
            store.maintain_once(k).expect("a disk");
        }
    }
    (store, stream)
}

/// The next of a row of numbers that looks random.
fn step(x: &mut u64) -> u64 {
    *x = x
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *x >> 33
}

fn reads(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, stream) = fill(folder.path());
    let sealed = MESSAGES / 2;
    let mut group = c.benchmark_group("read");
    group.throughput(Throughput::Elements(1));
    let mut x = 1;
    group.bench_function("one", |b| {
        b.iter(|| {
            let seq = 1 + step(&mut x) % sealed;
            let found = stream.get(seq).expect("a disk").expect("it is there");
            assert_eq!(found.seq, seq);
            found
        });
    });
    let largest = std::fs::read_dir(folder.path())
        .expect("a folder")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|it| it == "seg"))
        .max_by_key(|path| path.metadata().map_or(0, |it| it.len()))
        .expect("a segment");
    let file = File::open(largest).expect("it opens");
    let places = file.metadata().expect("a length").len() - 256;
    group.bench_function("one, pread alone", |b| {
        b.iter(|| {
            let mut buffer = vec![0; 208];
            let at = step(&mut x) % places;
            file.read_exact_at(&mut buffer, at).expect("bytes");
            black_box(buffer)
        });
    });
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("batch", |b| {
        b.iter(|| {
            let from = 1 + step(&mut x) % (sealed - BATCH as u64);
            let batch = stream.read(from, BATCH, usize::MAX).expect("a disk");
            assert_eq!(batch[BATCH - 1].seq, from + BATCH as u64 - 1);
            batch
        });
    });
    group.throughput(Throughput::Elements(1));
    let filter = Filter::new("orders.eu.customer.00007");
    let mut cursor = stream.cursor(filter.clone(), 1);
    group.bench_function("next of a subject", |b| {
        b.iter(|| {
            let next = cursor.next_seq().expect("a disk");
            match next.filter(|seq| *seq < sealed) {
                Some(seq) => assert_eq!(seq % SUBJECTS, 8),
                None => cursor = stream.cursor(filter.clone(), 1),
            }
        });
    });
    group.finish();
    drop(store);
}

criterion_group!(benches, reads);
criterion_main!(benches);
