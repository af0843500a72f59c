//! One NATS connection as a state machine: bytes and time in, events and bytes out.
#![forbid(unsafe_code)]
