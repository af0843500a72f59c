//! The nats-server configuration grammar, typed options and command line.
#![forbid(unsafe_code)]
