//! Any bytes in the files of a segment log: it opens or refuses, serves in order, and serves the same when opened again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| midge_streamlog::sim::reopen(bytes));
