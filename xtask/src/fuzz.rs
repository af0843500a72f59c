//! `fuzz`: lets cargo-fuzz look for input that breaks a law.
//!
//! The corpus is replayed by `cargo test` on stable; this verb is for finding new input, and needs
//! nightly with cargo-fuzz.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{process, tree};

const SECONDS: u64 = 60;
/// The first build of a target takes a while; it doesn't count as fuzzing.
const BUILD_MAX: Duration = Duration::from_secs(900);
/// A single input that takes longer is a finding.
const INPUT_SECONDS_MAX: u64 = 10;
const INPUT_BYTES_MAX: u64 = 8192;

/// `[TARGET] [SECONDS]`
pub fn run(args: &[String]) -> Result<()> {
    let (target, seconds) = parse(args)?;
    if !process::answers("cargo", &["+nightly", "fuzz", "--version"]) {
        println!(
            "SKIPPED fuzz needs `rustup toolchain install nightly` and `cargo install cargo-fuzz`"
        );
        return Ok(());
    }
    let known = targets()?;
    let chosen = match &target {
        None => known,
        Some(name) if known.contains(name) => vec![name.clone()],
        Some(name) => bail!("no target {name}; there are {}", known.join(", ")),
    };
    let mut found = Vec::new();
    for name in chosen {
        if !fuzz(&name, seconds)? {
            found.push(name);
        }
    }
    if !found.is_empty() {
        bail!(
            "findings in {}; the inputs are in fuzz/artifacts",
            found.join(", ")
        );
    }
    Ok(())
}

fn parse(args: &[String]) -> Result<(Option<String>, u64)> {
    let number = |text: &str| {
        text.parse()
            .with_context(|| format!("{text} isn't a number of seconds"))
    };
    Ok(match args {
        [] => (None, SECONDS),
        [one] => match one.parse() {
            Ok(seconds) => (None, seconds),
            Err(_) => (Some(one.clone()), SECONDS),
        },
        [target, seconds] => (Some(target.clone()), number(seconds)?),
        _ => bail!("at most a target and a number of seconds"),
    })
}

/// The names of all targets, from the folder's listing.
fn targets() -> Result<Vec<String>> {
    let folder = tree::root().join("fuzz/fuzz_targets");
    let listing = fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
    let mut names: Vec<_> = listing
        .filter_map(|entry| {
            entry
                .ok()?
                .file_name()
                .to_str()?
                .strip_suffix(".rs")
                .map(String::from)
        })
        .collect();
    names.sort();
    Ok(names)
}

/// Fuzzes one target; tells whether it came through.
fn fuzz(name: &str, seconds: u64) -> Result<bool> {
    println!("fuzz {name}: {seconds} s");
    let mut command = Command::new("cargo");
    command
        .current_dir(tree::root())
        // The nightly named on the command line must win over this repository's pinned one.
        .env_remove("RUSTUP_TOOLCHAIN")
        .args(["+nightly", "fuzz", "run", name, "--"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg("-print_final_stats=1");
    let end = process::run(&mut command, BUILD_MAX + Duration::from_secs(seconds), None)?;
    println!("fuzz {name}: {end}");
    Ok(end.passed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn target_and_seconds_may_both_be_left_out() {
        assert_eq!(parse(&words("")).unwrap(), (None, SECONDS));
        assert_eq!(parse(&words("5")).unwrap(), (None, 5));
        assert_eq!(
            parse(&words("conf")).unwrap(),
            (Some("conf".into()), SECONDS)
        );
        assert_eq!(parse(&words("conf 5")).unwrap(), (Some("conf".into()), 5));
        assert!(parse(&words("conf x")).is_err());
    }
}
