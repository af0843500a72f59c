//! Cuts the power under the segment log, at as many places as asked for (`crates/streamlog/src/torture.rs`).
use anyhow::{Context, bail};
use std::process::Command;

const CASES: u64 = 1_000_000;

/// `[--cases N] [--seed S]`
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let (mut cases, mut seed) = (CASES, 1u64);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let value = args
            .next()
            .with_context(|| format!("{arg} wants a number"))?;
        match arg.as_str() {
            "--cases" => cases = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => bail!("crash [--cases N] [--seed S]"),
        }
    }
    let status = Command::new("cargo")
        .args([
            "run",
            "--release",
            "-p",
            "midge-streamlog",
            "--features",
            "sim",
            "--example",
            "torture",
            "--",
        ])
        .args([cases.to_string(), seed.to_string()])
        .status()?;
    anyhow::ensure!(
        status.success(),
        "a cut lost something; the line above has its seed"
    );
    Ok(())
}
