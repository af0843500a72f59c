//! Any path and query, as what the monitoring port is asked.
#![no_main]

#[path = "../../crates/monitor/tests/laws/mod.rs"]
mod laws;
#[path = "../../crates/monitor/tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|request: &[u8]| laws::check(request));
