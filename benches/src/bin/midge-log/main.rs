//! The segment log beside what one would take instead, for `cargo xtask bench streamlog`: prints a table.
//!
//! `midge-log FOLDER [--quick]`, or with `--measure WHAT` one figure of memory, for which it starts itself anew. All contestants work in the same folder, one after the other. Each peer is in its best durable mode:
//! a thread gathers what waits and makes it durable in one go ([`group`]); the plain file is what no log can beat.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    unreachable_pub,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and prints its result; in a program, pub means: for the other modules"
)]

mod group;
mod log;
mod peers;
mod read;
mod table;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use table::Table;

/// A message's payload.
pub const PAYLOAD: [u8; 128] = [7; 128];

/// How much work; `--quick` does a tenth.
#[derive(Clone, Copy)]
pub struct Size(u64);

impl Size {
    fn of(self, full: u64) -> u64 {
        full / self.0
    }
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let folder: PathBuf = args.next().context("midge-log FOLDER [--quick]")?.into();
    let rest: Vec<String> = args.collect();
    let quick = rest.iter().any(|arg| arg == "--quick");
    let size = Size(if quick { 10 } else { 1 });
    if let Some(at) = rest.iter().position(|arg| arg == "--measure") {
        let what = rest.get(at + 1).context("--measure WHAT")?;
        println!("{}", read::measure(&folder, size, what)?);
        return Ok(());
    }
    let mut table = Table::default();
    append(&folder, size, &mut table)?;
    log::interval(&folder, size, &mut table)?;
    log::many_streams(&folder, size, &mut table)?;
    read::run(&folder, size, &mut table)?;
    std::fs::remove_dir_all(&folder)?;
    print!("{table}");
    Ok(())
}

/// Somebody who can make messages durable.
pub trait Contestant: Sync {
    /// Returns when the message is on the disk.
    fn append(&self);
    /// So many in one transaction.
    fn transaction(&self, messages: usize);
}

fn append(folder: &Path, size: Size, table: &mut Table) -> Result<()> {
    let plain = group::Group::new(peers::Plain::new(&fresh(folder)?)?);
    let ours = log::Ours::new(&fresh(&folder.join("ours"))?)?;
    let fjall = group::Group::new(peers::Fjall::new(&fresh(&folder.join("fjall"))?)?);
    let sqlite = group::Group::new(peers::Sqlite::new(&fresh(&folder.join("sqlite"))?)?);
    let each = peers::OneEach::new(&fresh(&folder.join("each"))?)?;
    let all: [(&str, &dyn Contestant); 4] = [
        ("plain", &plain),
        ("midge", &ours),
        ("fjall", &fjall),
        ("sqlite", &sqlite),
    ];
    for (waiters, messages) in [(1, 4_000), (16, 40_000), (256, 200_000)] {
        let name = format!("append, Always, {waiters} waiting, 1/s");
        table.set(
            &name,
            "sqlite, one each",
            waiting(&each, waiters, size.of(4_000)),
        );
        for (who, contestant) in all {
            table.set(&name, who, waiting(contestant, waiters, size.of(messages)));
        }
        table.goal_of_plain(&name, if waiters == 256 { Some(0.8) } else { None });
    }
    let name = "append, Always, transactions of 256, 1/s";
    for (who, contestant) in all {
        let rounds = size.of(1_000);
        let took = timed(|| (0..rounds).for_each(|_| contestant.transaction(256)));
        table.set(name, who, rate(rounds * 256, took));
    }
    Ok(())
}

/// So many threads, each waiting for its own message before the next.
fn waiting(contestant: &dyn Contestant, waiters: u64, messages: u64) -> f64 {
    let each = messages / waiters;
    let took = timed(|| {
        std::thread::scope(|scope| {
            for _ in 0..waiters {
                scope.spawn(|| (0..each).for_each(|_| contestant.append()));
            }
        });
    });
    rate(each * waiters, took)
}

/// An empty folder.
pub fn fresh(folder: &Path) -> Result<PathBuf> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

/// How long `work` took.
pub fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// So many in that time, per second.
pub fn rate(messages: u64, took: Duration) -> f64 {
    messages as f64 / took.as_secs_f64()
}
