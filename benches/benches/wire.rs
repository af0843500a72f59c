//! What does one published message cost to read and one delivery to write, before anything is done with it?

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use midge_wire::{ClientFrame, Limits, decode_client, encode};

/// Messages per iteration, so that the clock's own cost vanishes.
const BATCH: usize = 1000;

fn published(size: usize) -> Vec<u8> {
    let mut stream = Vec::new();
    for _ in 0..BATCH {
        encode::publish(&mut stream, b"foo.bar", None, &vec![b'x'; size]);
    }
    stream
}

fn midge(mut stream: &[u8]) -> (usize, usize) {
    let limits = Limits::default();
    let (mut messages, mut bytes) = (0, 0);
    while let Some((frame, used)) = decode_client(stream, &limits).expect("valid") {
        if let ClientFrame::Pub(publish) = black_box(frame) {
            messages += 1;
            bytes += publish.payload.len();
        }
        stream = &stream[used..];
    }
    (messages, bytes)
}

/// What one writes first: lines, words, `parse`, a copy of the payload.
fn naive(mut stream: &[u8]) -> (usize, usize) {
    let (mut messages, mut bytes) = (0, 0);
    while let Some(end) = stream.iter().position(|byte| *byte == b'\n') {
        let line = std::str::from_utf8(&stream[..end]).expect("UTF-8");
        let mut words = line.split_whitespace();
        let verb = words.next().expect("a verb").to_uppercase();
        assert_eq!(verb, "PUB");
        let args: Vec<String> = words.map(str::to_owned).collect();
        let size: usize = args[args.len() - 1].parse().expect("a size");
        let payload = stream[end + 1..end + 1 + size].to_vec();
        bytes += black_box(payload).len();
        messages += 1;
        stream = &stream[end + 1 + size + 2..];
    }
    (messages, bytes)
}

fn decode(c: &mut Criterion) {
    for (name, size) in [("decode/pub_16b", 16), ("decode/pub_128b", 128)] {
        let stream = published(size);
        assert_eq!(midge(&stream), (BATCH, BATCH * size));
        assert_eq!(naive(&stream), (BATCH, BATCH * size));
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(BATCH as u64));
        group.measurement_time(Duration::from_secs(2));
        group.warm_up_time(Duration::from_millis(500));
        group.bench_function("midge", |b| b.iter(|| midge(black_box(&stream))));
        group.bench_function("naive", |b| b.iter(|| naive(black_box(&stream))));
        group.finish();
    }
}

fn write_msg(c: &mut Criterion) {
    let mut group = c.benchmark_group("encode/msg");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.measurement_time(Duration::from_secs(2));
    group.warm_up_time(Duration::from_millis(500));
    let mut dst = Vec::with_capacity(64 * BATCH);
    let want = b"MSG foo.bar 7 128\r\n".repeat(BATCH);
    group.bench_function("midge", |b| {
        b.iter(|| {
            dst.clear();
            for _ in 0..BATCH {
                encode::msg(&mut dst, black_box(b"foo.bar"), b"7", None, None, 128);
            }
        });
        assert_eq!(dst, want);
    });
    group.bench_function("naive", |b| {
        b.iter(|| {
            dst.clear();
            for _ in 0..BATCH {
                let line = format!("MSG {} {} {}\r\n", black_box("foo.bar"), 7, 128);
                dst.extend_from_slice(line.as_bytes());
            }
        });
        assert_eq!(dst, want);
    });
    group.finish();
}

criterion_group!(benches, decode, write_msg);
criterion_main!(benches);
