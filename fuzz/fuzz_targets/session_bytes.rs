//! Any bytes, cut anywhere, as what a client sends to a session in memory.
#![no_main]

#[path = "../../crates/session/tests/laws/mod.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|script: &[u8]| laws::check_all(script));
