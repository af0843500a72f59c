//! Where things are: the repository, the target folder, the built broker.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

const BUILD_MAX: Duration = Duration::from_secs(900);

/// The repository's root folder.
pub fn root() -> PathBuf {
    // cargo sets the variable for `cargo run`; the built-in value serves a binary started by hand.
    let here = std::env::var_os("CARGO_MANIFEST_DIR");
    let here = here.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map(Path::to_path_buf).unwrap_or(here)
}

/// A cargo command in the root folder.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// What `cargo metadata` says about the workspace, without third-party packages.
pub fn metadata() -> Result<&'static Value> {
    static METADATA: OnceLock<Value> = OnceLock::new();
    if let Some(known) = METADATA.get() {
        return Ok(known);
    }
    let text = process::output(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let value = serde_json::from_str(&text).context("read cargo metadata")?;
    Ok(METADATA.get_or_init(|| value))
}

/// The workspace's target folder.
pub fn target() -> Result<PathBuf> {
    let folder = metadata()?["target_directory"].as_str();
    Ok(folder
        .context("cargo metadata names no target folder")?
        .into())
}

/// Builds the release binary of the broker, which is what users run, and returns its path.
pub fn midge() -> Result<PathBuf> {
    let mut build = cargo();
    build.args([
        "build",
        "--release",
        "--package",
        "midge-broker",
        "--bin",
        "midge",
    ]);
    process::must(&mut build, BUILD_MAX)?;
    Ok(target()?.join("release").join(exe("midge")))
}

/// Tells whether the workspace has the broker's binary yet.
pub fn has_midge() -> bool {
    let packages = metadata()
        .ok()
        .and_then(|known| known["packages"].as_array());
    let mut targets = packages
        .into_iter()
        .flatten()
        .flat_map(|package| package["targets"].as_array());
    targets.any(|targets| targets.iter().any(|target| target["name"] == "midge"))
}

/// The file name of a program on this platform.
pub fn exe(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}
