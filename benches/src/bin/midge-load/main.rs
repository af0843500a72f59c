//! A load generator for `cargo xtask bench`: raw protocol, cheaper than any server it drives.
//!
//! `midge-load SCENARIO --addr HOST:PORT --pid PID [--seconds S]` drives the server at `addr` and prints one
//! line of JSON. The server's CPU time and memory are read from `/proc/PID` around the measured window only:
//! connecting, warming up and draining don't count. Every delivery is checked (control line, length, end,
//! order or at least increase of the sequence stamped into it), and at the end all must have arrived.
//!
//! `midge-load ledger` is no load to be measured: it serves `cargo xtask crash server`, and [`ledger`] tells how.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a load generator reads the clock and prints its result"
)]

mod churn;
mod crowd;
mod flow;
mod js;
mod ledger;
mod link;
mod meter;
mod request;
mod soak;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use flow::Flow;

const USAGE: &str = "midge-load SCENARIO --addr HOST:PORT --pid PID [--seconds S]

flows      one-16 one-128 one-1k one-16k fanout-64 pairs-4 queue-8 headers filters-20k
requests   request-1 request-32
others     churn connections subscriptions come-and-go soak";

/// Which server to drive, whom to meter, for how long.
#[derive(Debug, Clone, Copy)]
struct Target {
    addr: SocketAddr,
    pid: u32,
    measured: Duration,
}

fn main() -> Result<()> {
    raise_file_limit();
    let mut args = std::env::args().skip(1);
    let scenario = args.next().context(USAGE)?;
    if scenario == "ledger" {
        return ledger::converse();
    }
    let (mut addr, mut pid, mut seconds) = (None, None, 1.0);
    while let Some(flag) = args.next() {
        let value = args
            .next()
            .with_context(|| format!("{flag} wants a value"))?;
        match flag.as_str() {
            "--addr" => addr = Some(value.parse().context("--addr wants HOST:PORT")?),
            "--pid" => pid = Some(value.parse().context("--pid wants a number")?),
            "--seconds" => seconds = value.parse().context("--seconds wants a number")?,
            _ => bail!("unknown flag {flag}\n{USAGE}"),
        }
    }
    let target = Target {
        addr: addr.context("--addr is missing")?,
        pid: pid.context("--pid is missing")?,
        measured: Duration::from_secs_f64(seconds),
    };
    let mut result = run(&scenario, &target)?;
    result["scenario"] = scenario.into();
    println!("{result}");
    Ok(())
}

fn run(scenario: &str, target: &Target) -> Result<Value> {
    match scenario {
        "one-16" => flow::run(target, &Flow::one_to_one(16)),
        "one-128" => flow::run(target, &Flow::one_to_one(128)),
        "one-1k" => flow::run(target, &Flow::one_to_one(1024)),
        "one-16k" => flow::run(target, &Flow::one_to_one(16 * 1024)),
        "fanout-64" => flow::run(target, &Flow::fan_out(64, 128)),
        "pairs-4" => flow::run(target, &Flow::pairs(4, 128)),
        "queue-8" => flow::run(target, &Flow::queue(8, 128)),
        "headers" => flow::run(target, &Flow::with_headers(128)),
        "filters-20k" => flow::run(target, &Flow::filters(20_000, 128)),
        "request-1" => request::run(target, 1),
        "request-32" => request::run(target, 32),
        "churn" => churn::run(target),
        "connections" => crowd::connections(target),
        "subscriptions" => crowd::subscriptions(target),
        "come-and-go" => crowd::come_and_go(target),
        "soak" => soak::run(target),
        _ => js::run(scenario, target).unwrap_or_else(|| {
            bail!(
                "unknown scenario {scenario}\n{USAGE}\njetstream  {}",
                js::NAMES
            )
        }),
    }
}

/// Thousands of connections need as many descriptors; what isn't granted shows when connecting.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = maximum;
    let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
}
