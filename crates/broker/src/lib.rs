//! Midge: a message broker that speaks the NATS protocol.
#![forbid(unsafe_code)]
