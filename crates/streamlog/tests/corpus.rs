//! Bytes that the fuzz target `streamlog_reopen` found interesting, and some drawn by a seed, played on stable.
use midge_streamlog::sim;
use std::{fs, path::Path};

#[test]
fn the_corpus_of_the_fuzz_target_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/streamlog_reopen");
    let files: Vec<_> = fs::read_dir(folder).unwrap().collect();
    assert!(!files.is_empty());
    for file in files {
        let path = file.unwrap().path();
        sim::reopen(&fs::read(path).unwrap());
    }
}

#[test]
fn any_bytes_in_any_file_open_or_are_refused() {
    let mut x = 88_172_645_463_325_252u64;
    for _ in 0..3_000 {
        let mut bytes = Vec::new();
        let mut next = || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            x >> 16
        };
        for _ in 0..next() % 200 {
            bytes.push(next() as u8);
        }
        sim::reopen(&bytes);
    }
}
