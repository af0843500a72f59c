//! NATS protocol bytes to frames and back.
#![forbid(unsafe_code)]
