//! `soak`: the server under everything at once for long, and whether its memory grows.
//!
//! `midge-load soak` is the load; it samples the server's memory every five seconds. Growth is the slope of the line that fits the
//! samples of the last two thirds best: the first third is for filling caches and limits. What decides is the memory that no file stands
//! behind. Mapped segments count as resident too while their pages are in the kernel's cache; they are as large as the store, which its
//! limits bound, and go up and down by half of it whenever segments are rewritten.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::bench::{self, contestant::Contestant};
use crate::{reference, tree};

const MINUTES: f64 = 30.0;
/// MiB in ten minutes.
const GROWTH_MAX: f64 = 1.0;
const TEN_MINUTES: f64 = 600.0;
const MIB: f64 = 1024.0 * 1024.0;
const USAGE: &str = "soak [MINUTES] [--ours PATH] [--against nats-server]";

/// See [`USAGE`].
pub fn run(args: &[String]) -> Result<()> {
    let (mut minutes, mut ours, mut against) = (MINUTES, None, false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--ours" => ours = Some(PathBuf::from(args.next().context(USAGE)?)),
            "--against" => against = args.next().is_some_and(|name| name == "nats-server"),
            number => minutes = number.parse().context(USAGE)?,
        }
    }
    bench::build_load()?;
    let program = match (against, ours) {
        (true, _) => reference::nats_server()?,
        (false, Some(path)) => path,
        (false, None) => tree::midge()?,
    };
    let samples = soak(&program, minutes)?;
    let rise = |column: usize| growth(&samples, column).context("too few samples");
    let (all, own) = (rise(1)? / MIB, rise(2)? / MIB);
    println!(
        "{minutes} minutes: {own:+.2} MiB of its own in 10 minutes over the last two thirds, {all:+.2} MiB with what it has mapped"
    );
    if own > GROWTH_MAX {
        bail!("it grows by more than {GROWTH_MAX} MiB in 10 minutes");
    }
    Ok(())
}

/// Seconds, resident bytes, and those that no file stands behind.
type Sample = [f64; 3];

fn soak(program: &Path, minutes: f64) -> Result<Vec<Sample>> {
    // A copy, so that a build meanwhile changes nothing.
    let folder = tree::target()?.join("soak");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let (copy, load) = (folder.join("server"), folder.join("load"));
    fs::copy(program, &copy).with_context(|| format!("copy {}", program.display()))?;
    fs::copy(bench::load_generator()?, &load)?;
    let config = folder.join("server.conf");
    let store = folder.join("store");
    let text = format!(
        "host: \"127.0.0.1\"\njetstream {{ store_dir: \"{}\" }}\n",
        store.display()
    );
    fs::write(&config, text)?;
    let server = Contestant::new("soak", copy).start(&config)?;
    let output = Command::new(load)
        .arg("soak")
        .args(["--addr", &server.addr.to_string()])
        .args(["--pid", &server.pid().to_string()])
        .args(["--seconds", &(minutes * 60.0).to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the load failed");
    let result: Value = serde_json::from_slice(&output.stdout).context("a line of JSON")?;
    println!("{}", result["counts"]);
    let sample = |value: &Value| Some([value[0].as_f64()?, value[1].as_f64()?, value[2].as_f64()?]);
    let samples = result["samples"].as_array().into_iter().flatten();
    drop(server);
    let _ = fs::remove_dir_all(store);
    Ok(samples.filter_map(sample).collect())
}

/// Bytes in ten minutes, by least squares over the last two thirds.
fn growth(samples: &[Sample], column: usize) -> Option<f64> {
    let late = &samples[samples.len() / 3..];
    let count = late.len() as f64;
    let mean = |column: usize| late.iter().map(|sample| sample[column]).sum::<f64>() / count;
    let (middle, height) = (mean(0), mean(column));
    let (mut rise, mut run) = (0.0, 0.0);
    for sample in late {
        let from_middle = sample[0] - middle;
        rise += from_middle * (sample[column] - height);
        run += from_middle * from_middle;
    }
    (run > 0.0).then(|| rise / run * TEN_MINUTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_that_of_the_last_two_thirds() {
        let steep_then_slow = |second: f64| match second < 300.0 {
            true => [second, second * 1000.0, 0.0],
            false => [second, 300_000.0 + second * 10.0, 0.0],
        };
        let samples: Vec<_> = (0..180)
            .map(|at| steep_then_slow(f64::from(at) * 5.0))
            .collect();
        let growth_of = |column| growth(&samples, column).unwrap();
        assert!((growth_of(1) - 6000.0).abs() < 1.0, "{}", growth_of(1));
        assert!(growth_of(2).abs() < 1e-9);
        assert_eq!(growth(&[], 1), None);
    }
}
