//! Which seeds are played.

use std::time::{Duration, Instant};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Plays `run` with one seed after the other: as many as it says, or as `MIDGE_SIMULATIONS`, or for `MIDGE_MINUTES`; from `MIDGE_SEED` on. A run gives back how
/// many steps it took.
pub(crate) fn play(name: &str, runs: u64, mut run: impl FnMut(u64) -> u64) {
    let first = number("MIDGE_SEED").unwrap_or(1);
    let Some(minutes) = number("MIDGE_MINUTES") else {
        let runs = number("MIDGE_SIMULATIONS").unwrap_or(runs);
        return (first..first + runs).for_each(|seed| {
            run(seed);
        });
    };
    let (begun, long) = (now(), Duration::from_secs(60 * minutes));
    let (mut seed, mut steps) = (first, 0);
    while begun.elapsed() < long {
        steps += run(seed);
        seed += 1;
    }
    // Who plays for minutes wants to know how far it went; a line of /proc is not worth a dependency.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status.lines().find(|line| line.starts_with("VmHWM"));
    let memory = memory.unwrap_or("unknown memory");
    let seeds = seed - first;
    #[expect(clippy::print_stdout, reason = "the figures of a long run")]
    {
        println!("{name}: {seeds} seeds from {first} on, {steps} steps, {memory}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long to play is measured outside of what is played"
)]
fn now() -> Instant {
    Instant::now()
}
