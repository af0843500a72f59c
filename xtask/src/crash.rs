//! `crash`: takes the power, the process and the room from the segment log, and then from the whole server, as often as asked for.
//!
//! The log's part has three: cuts under a simulated disk (`crates/streamlog/src/torture.rs`), a real process under load that is killed, and
//! a small real file system which fills up, and which stops without a flush. The server's is told in [`server`]. What acknowledged
//! work each may cost is none.

pub(crate) mod ext4;
mod kill;
mod server;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::{process, tree};

const CASES: u64 = 1_000_000;
const KILLS: u32 = 50;
const BUILD_MAX: Duration = Duration::from_secs(600);
const VERIFY_MAX: Duration = Duration::from_secs(120);

/// `[streamlog [--cases N] [--seed S] [--kills N] | server [..]]`; both when it isn't said which.
pub fn run(args: &[String]) -> Result<()> {
    match args.split_first() {
        None => {
            streamlog(&[])?;
            server::run(&[])
        }
        Some((part, rest)) if part == "streamlog" => streamlog(rest),
        Some((part, rest)) if part == "server" => server::run(rest),
        _ => bail!("crash [streamlog|server] [..]"),
    }
}

fn streamlog(args: &[String]) -> Result<()> {
    let (mut cases, mut seed, mut kills) = (CASES, 1u64, KILLS);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let value = args
            .next()
            .with_context(|| format!("{arg} wants a number"))?;
        match arg.as_str() {
            "--cases" => cases = value.parse()?,
            "--seed" => seed = value.parse()?,
            "--kills" => kills = value.parse()?,
            _ => bail!("crash streamlog [--cases N] [--seed S] [--kills N]"),
        }
    }
    let mut build = tree::cargo();
    build.args(["build", "--release", "-p", "midge-streamlog"]);
    build.args(["--features", "sim", "--examples"]);
    process::must(&mut build, BUILD_MAX)?;
    let mut torture = Command::new(example("torture")?);
    let status = torture
        .args([cases.to_string(), seed.to_string()])
        .status()?;
    ensure!(
        status.success(),
        "a cut lost something; the line above has its seed"
    );
    let folder = tree::target()?.join("crash");
    kill::run(&folder, kills)?;
    ext4::run(&folder)
}

fn example(name: &str) -> Result<PathBuf> {
    let folder = tree::target()?.join("release").join("examples");
    Ok(folder.join(tree::exe(name)))
}

/// Per stream the last sequence that was acknowledged.
type Acknowledged = BTreeMap<String, u64>;

/// Opens what is left and wants it all.
fn verify(folder: &Path, acknowledged: &Acknowledged) -> Result<()> {
    let mut verify = Command::new(example("worker")?);
    verify.arg("verify").arg(folder);
    verify.args(
        acknowledged
            .iter()
            .map(|(name, seq)| format!("{name}={seq}")),
    );
    process::must(&mut verify, VERIFY_MAX)
}
