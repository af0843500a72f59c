//! The package under `target/conformance`: source from the registry, manifest edited, harness added.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, tree};

/// The client whose tests we play, and its version.
pub(super) const PACKAGE: &str = "async-nats";
const VERSION: &str = "0.51.0";
const HARNESS: &str = "xtask/harness";
const MEMBERS: [&str; 2] = ["nats-server", "smoke"];
const FETCH_MAX: Duration = Duration::from_secs(180);

/// Sections of the manifest we don't build.
const DROPPED: [&str; 3] = ["[[example]]", "[[bench]]", "[dev-dependencies.criterion]"];
/// Test dependencies whose default features need a C library or a hundred crates.
const SLIMMED: [(&str, &str); 2] = [
    (
        "[dev-dependencies.reqwest]",
        "default-features = false\nfeatures = [\"json\"]\n",
    ),
    (
        "[dev-dependencies.jsonschema]",
        "default-features = false\n",
    ),
];

/// Lays out the cargo workspace with the package, its harness and the smoke client; returns it.
pub(super) fn prepare() -> Result<PathBuf> {
    let folder = tree::target()?.join("conformance");
    let package = folder.join(PACKAGE);
    fs::create_dir_all(&folder)?;
    if !package.join("Cargo.toml").exists() {
        let source = fetch(&folder)?;
        copy_folder(&source, &package)?;
        let manifest = slim(&fs::read_to_string(source.join("Cargo.toml"))?);
        // The package brings a lock file of its own, which only a workspace root may have.
        let _ = fs::remove_file(package.join("Cargo.lock"));
        fs::write(package.join("Cargo.toml"), manifest)?;
    }
    let harness = tree::root().join(HARNESS);
    for member in MEMBERS {
        copy_folder(&harness.join(member), &folder.join(member))?;
    }
    let members = MEMBERS
        .iter()
        .chain([&PACKAGE])
        .map(|name| format!("{name:?}"));
    let members = members.collect::<Vec<_>>().join(", ");
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n");
    write_if_changed(&folder.join("Cargo.toml"), root.as_bytes())?;
    write_if_changed(
        &folder.join("Cargo.lock"),
        &fs::read(harness.join("Cargo.lock"))?,
    )?;
    Ok(folder)
}

/// The package's source as cargo unpacked it, found through a crate that depends on it.
fn fetch(folder: &Path) -> Result<PathBuf> {
    let scratch = folder.join("fetch");
    fs::create_dir_all(scratch.join("src"))?;
    fs::write(scratch.join("src/lib.rs"), "")?;
    fs::write(
        scratch.join("Cargo.toml"),
        format!(
            "[package]\nname = \"fetch\"\nedition = \"2024\"\n\n\
             [dependencies]\n{PACKAGE} = \"={VERSION}\"\n\n[workspace]\n"
        ),
    )?;
    process::must(cargo(&scratch).arg("fetch"), FETCH_MAX)?;
    let text = process::output(cargo(&scratch).args(["metadata", "--format-version=1"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages
        .filter(|package| package["name"] == PACKAGE && package["version"] == VERSION)
        .find_map(|package| package["manifest_path"].as_str());
    let manifest = Path::new(manifest.context("cargo metadata doesn't name the package")?);
    Ok(manifest
        .parent()
        .context("a manifest without a folder")?
        .to_path_buf())
}

/// A cargo command in `folder`, with a target folder there and small artefacts.
pub(super) fn cargo(folder: &Path) -> Command {
    let mut command = tree::cargo();
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    command
}

/// The manifest without examples and benches, with fewer features, and with our harness.
fn slim(manifest: &str) -> String {
    let mut slimmed = String::new();
    for section in sections(manifest) {
        let title = section.lines().next().unwrap_or("");
        if DROPPED.contains(&title) {
            continue;
        }
        slimmed.push_str(section.trim_end());
        slimmed.push('\n');
        let extra = SLIMMED.iter().find(|(name, _)| *name == title);
        slimmed.push_str(extra.map_or("", |(_, lines)| lines));
        slimmed.push('\n');
    }
    slimmed + "[dev-dependencies.nats-server]\npath = \"../nats-server\"\n"
}

/// The text in pieces, each beginning with a line that begins with `[`.
fn sections(manifest: &str) -> Vec<&str> {
    let starts = manifest.match_indices("\n[").map(|(at, _)| at + 1);
    let edges: Vec<_> = std::iter::once(0)
        .chain(starts)
        .chain([manifest.len()])
        .collect();
    edges
        .windows(2)
        .map(|edge| &manifest[edge[0]..edge[1]])
        .collect()
}

/// Copies files that differ; equal ones keep their times, so that cargo doesn't build them again.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let listing = fs::read_dir(from).with_context(|| format!("read {}", from.display()))?;
    for entry in listing {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            write_if_changed(&target, &fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

fn write_if_changed(file: &Path, content: &[u8]) -> Result<()> {
    if fs::read(file).ok().as_deref() != Some(content) {
        fs::write(file, content).with_context(|| format!("write {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_slimmed() {
        let manifest = "# head\n[package]\nname = \"x\"\n\n[[example]]\nname = \"e\"\n\n\
                        [dev-dependencies.jsonschema]\nversion = \"1\"\n";
        assert_eq!(
            slim(manifest),
            "# head\n\n[package]\nname = \"x\"\n\n\
             [dev-dependencies.jsonschema]\nversion = \"1\"\ndefault-features = false\n\n\
             [dev-dependencies.nats-server]\npath = \"../nats-server\"\n"
        );
    }
}
