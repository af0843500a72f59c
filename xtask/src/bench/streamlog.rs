//! `bench streamlog`: the segment log beside a plain file, fjall and SQLite, in one run of `midge-log`.

use std::process::Command;

use anyhow::{Result, bail};

use super::PAGE;
use crate::{page, process, tree};

/// `[--quick] [--write]`
pub fn run(args: &[String]) -> Result<()> {
    if let Some(other) = args
        .iter()
        .find(|arg| !["--quick", "--write"].contains(&arg.as_str()))
    {
        bail!("bench streamlog [--quick] [--write], not {other}");
    }
    let mut build = tree::cargo();
    build.args(["build", "--release", "-p", "midge-benches"]);
    build.args(["--features", "peers", "--bin", "midge-log"]);
    process::must(&mut build, super::BUILD_MAX)?;
    let target = tree::target()?;
    let program = target.join("release").join(tree::exe("midge-log"));
    let mut bench = Command::new(program);
    bench.arg(target.join("bench-streamlog"));
    bench.args(args.iter().filter(|arg| *arg == "--quick"));
    let table = process::output(&mut bench)?;
    println!("{table}");
    if args.iter().any(|arg| arg == "--write") {
        page::write_section(PAGE, "streamlog", &table)?;
    }
    Ok(())
}
