//! Random work with crashes, against models that a child could follow.
//!
//! [`contents`] is about what a stream holds, [`consumers`] about who gets it, [`simple`] is the smallest of its kind and the one to read first.
//! A failure names its seed: `MIDGE_SEED=17 MIDGE_SIMULATIONS=1 cargo test -p midge-jetstream --test wild` plays it again, and
//! `cargo xtask simulate` plays new ones for minutes.

mod consumers;
mod contents;
mod seeds;
mod simple;
#[path = "../world/mod.rs"]
mod world;
