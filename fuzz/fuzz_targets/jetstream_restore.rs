//! Any archive: it makes a stream that could have been made by publishing, or nothing, in bounded memory.
#![no_main]

use midge_streamlog::{Store, StoreOptions, sim::CrashDisk};
use std::sync::Arc;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default());
    let _ = midge_jetstream::laws::archive(bytes, &store.expect("an empty disk opens"));
});
