//! Any bytes as a configuration file and as a command line.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| midge_conf::laws::check_all(bytes));
