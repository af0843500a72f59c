//! `simulate`: random work, crashes and full disks against models, for minutes.
//!
//! The simulations are tests of `midge-jetstream` (`tests/wild`) and of `midge-drive` (`interleavings`: all threads in any order), which play a
//! few seeds each time; this plays new ones for as long as asked for, one simulation after the other, optimized. A failure names its seed and
//! is played again with `MIDGE_SEED`.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::{process, tree};

const MINUTES: u64 = 10;
const USAGE: &str = "simulate [MINUTES] [contents|consumers|simple|interleavings]";
/// Name, the package and the test target it is in, and which tests it is there.
const SIMULATIONS: [(&str, &str, &str); 4] = [
    ("contents", "-p midge-jetstream --test wild", "contents::"),
    ("consumers", "-p midge-jetstream --test wild", "consumers::"),
    ("simple", "-p midge-jetstream --test wild", "simple::"),
    ("interleavings", "-p midge-drive --lib", "simulation::"),
];
/// For the build, and for the last seed.
const BESIDE: Duration = Duration::from_secs(900);

/// See [`USAGE`].
pub fn run(args: &[String]) -> Result<()> {
    let (mut minutes, mut which) = (MINUTES, SIMULATIONS.to_vec());
    for arg in args {
        match SIMULATIONS.iter().find(|(name, ..)| name == arg) {
            Some(simulation) => which = vec![*simulation],
            None => minutes = arg.parse().context(USAGE)?,
        }
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let first = now.as_secs().to_string();
    for (name, target, filter) in which {
        let mut test = tree::cargo();
        test.args(["test", "--release"]);
        test.args(target.split(' '));
        test.args(["--", "--nocapture", filter]);
        test.env("MIDGE_SEED", &first)
            .env("MIDGE_MINUTES", minutes.to_string());
        let most = Duration::from_secs(60 * minutes) + BESIDE;
        if !process::run(&mut test, most, None)?.passed() {
            bail!("{name} found something; the lines above have its seed");
        }
    }
    Ok(())
}
