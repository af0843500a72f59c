//! Any bytes as a client's stream, a server's stream, a header block and the JSON of a handshake.
#![no_main]

libfuzzer_sys::fuzz_target!(|stream: &[u8]| midge_wire::laws::check_all(stream));
