//! Any bytes as a script of filters stored, subjects asked and transforms tried: fast code against the naive model.
#![no_main]

libfuzzer_sys::fuzz_target!(|script: &[u8]| midge_subject::laws::check_all(script));
