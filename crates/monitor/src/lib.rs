//! The broker's HTTP face: varz, connz, subsz, healthz, metrics.
#![forbid(unsafe_code)]
