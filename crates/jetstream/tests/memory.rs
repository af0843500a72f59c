//! Suites of this folder once more, on streams in memory: `world` makes such streams where a test doesn't say. Tests of a restart, or of
//! what waits for the disk, end at once.

#![allow(clippy::duplicate_mod, reason = "each suite brings its own world")]

#[path = "batches.rs"]
mod batches;
#[path = "behaviours.rs"]
mod behaviours;
#[path = "consumers.rs"]
mod consumers;
#[path = "counters.rs"]
mod counters;
#[path = "fast_batches.rs"]
mod fast_batches;
#[path = "flow.rs"]
mod flow;
#[path = "markers.rs"]
mod markers;
#[path = "priority.rs"]
mod priority;
#[path = "retention.rs"]
mod retention;
