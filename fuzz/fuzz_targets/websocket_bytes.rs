//! Any bytes, cut anywhere, as what a peer sends a WebSocket listener before its login.
#![no_main]

libfuzzer_sys::fuzz_target!(|script: &[u8]| midge_net::laws::websocket(script));
