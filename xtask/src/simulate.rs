//! `simulate`: random work, crashes and full disks against models, for minutes.
//!
//! The simulations are tests of `midge-jetstream` (`tests/wild`), which play a few seeds each time; this plays new ones for as long as asked
//! for, one simulation after the other, optimized. A failure names its seed and is played again with `MIDGE_SEED`.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::{process, tree};

const MINUTES: u64 = 10;
const USAGE: &str = "simulate [MINUTES] [contents|consumers|simple]";
const SIMULATIONS: [&str; 3] = ["contents", "consumers", "simple"];
/// For the build, and for the last seed.
const BESIDE: Duration = Duration::from_secs(900);

/// See [`USAGE`].
pub fn run(args: &[String]) -> Result<()> {
    let (mut minutes, mut which) = (MINUTES, SIMULATIONS.to_vec());
    for arg in args {
        match SIMULATIONS.iter().find(|name| *name == arg) {
            Some(name) => which = vec![*name],
            None => minutes = arg.parse().context(USAGE)?,
        }
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let first = now.as_secs().to_string();
    for name in which {
        let mut test = tree::cargo();
        test.args([
            "test",
            "--release",
            "-p",
            "midge-jetstream",
            "--test",
            "wild",
        ]);
        test.args(["--", "--nocapture", &format!("{name}::")]);
        test.env("MIDGE_SEED", &first)
            .env("MIDGE_MINUTES", minutes.to_string());
        let most = Duration::from_secs(60 * minutes) + BESIDE;
        if !process::run(&mut test, most, None)?.passed() {
            bail!("{name} found something; the lines above have its seed");
        }
    }
    Ok(())
}
