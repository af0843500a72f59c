//! `layers`: the arrows between crates are the ones drawn in `docs/architecture.md`.
//!
//! The table between the two markers there is the law; `cargo metadata` is what is. A dependency
//! that isn't drawn, an arrow that points upwards, tokio below the io layer and a crate without a
//! row are errors. Dev-dependencies are free: tests may look from above.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::tree;

const MAP: &str = "docs/architecture.md";
const BEGIN: &str = "<!-- layers:begin -->";
const END: &str = "<!-- layers:end -->";
/// The layer of tools; they may use everything, and nobody may use them.
const BESIDE: &str = "beside";
const PREFIX: &str = "midge-";

/// A row of the table: what a crate may do.
#[derive(Debug, PartialEq)]
struct Row {
    layer: String,
    uses: BTreeSet<String>,
    tokio: bool,
    unsafe_code: bool,
}

/// What a crate does.
#[derive(Debug)]
struct Package {
    name: String,
    dependencies: BTreeSet<String>,
    forbids_unsafe: bool,
}

/// Checks the workspace; prints what is wrong.
pub fn run(_args: &[String]) -> Result<()> {
    let text = fs::read_to_string(tree::root().join(MAP)).with_context(|| format!("read {MAP}"))?;
    let table = parse(&text)?;
    let packages = packages(tree::metadata()?)?;
    let problems = check(&table, &packages);
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} of the arrows differ from {MAP}", problems.len());
    }
    println!(
        "{} crates keep to the {} rows of {MAP}",
        packages.len(),
        table.len()
    );
    Ok(())
}

/// Reads the rows `| crate | layer | may use | tokio | unsafe |` between the markers.
fn parse(text: &str) -> Result<BTreeMap<String, Row>> {
    let (_, rest) = text
        .split_once(BEGIN)
        .with_context(|| format!("{MAP} lacks {BEGIN}"))?;
    let (table, _) = rest
        .split_once(END)
        .with_context(|| format!("{MAP} lacks {END}"))?;
    let rows = table
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('|'))
        .skip(2);
    rows.map(row).collect()
}

fn row(line: &str) -> Result<(String, Row)> {
    let cells: Vec<_> = line
        .trim_matches('|')
        .split('|')
        .map(|cell| cell.trim().replace('`', ""))
        .collect();
    let [name, layer, uses, tokio, unsafe_code] = cells.as_slice() else {
        bail!("{MAP}: five cells expected in {line}");
    };
    let uses = uses
        .split(',')
        .map(str::trim)
        .filter(|name| !matches!(*name, "" | "–"));
    let row = Row {
        layer: layer.clone(),
        uses: uses.map(str::to_owned).collect(),
        tokio: yes(tokio)?,
        unsafe_code: yes(unsafe_code)?,
    };
    Ok((name.clone(), row))
}

fn yes(cell: &str) -> Result<bool> {
    match cell {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => bail!("{MAP}: yes or no expected, found {other:?}"),
    }
}

/// The workspace's packages, with dependencies on each other and on tokio by short name.
fn packages(metadata: &Value) -> Result<Vec<Package>> {
    let list = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    list.iter().map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    let name = value["name"].as_str().context("a package without a name")?;
    let dependencies = value["dependencies"]
        .as_array()
        .context("no dependencies")?;
    let ours_at_run_time = dependencies
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .filter_map(|dependency| dependency["name"].as_str())
        .filter(|name| *name == "tokio" || name.starts_with(PREFIX));
    Ok(Package {
        name: short(name).to_owned(),
        dependencies: ours_at_run_time
            .map(|name| short(name).to_owned())
            .collect(),
        forbids_unsafe: forbids_unsafe(value)?,
    })
}

/// Tells whether every library and program of the package begins by forbidding unsafe code.
fn forbids_unsafe(package: &Value) -> Result<bool> {
    let targets = package["targets"]
        .as_array()
        .context("a package without targets")?;
    for target in targets {
        let counts = target["kind"].as_array().is_some_and(|kinds| {
            kinds
                .iter()
                .any(|kind| matches!(kind.as_str(), Some("lib" | "bin")))
        });
        let file = target["src_path"]
            .as_str()
            .context("a target without a file")?;
        if counts && !fs::read_to_string(file)?.contains("#![forbid(unsafe_code)]") {
            return Ok(false);
        }
    }
    Ok(true)
}

fn short(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}

fn check(table: &BTreeMap<String, Row>, packages: &[Package]) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, row) in table {
        if !packages.iter().any(|package| package.name == *name) {
            problems.push(format!(
                "{name}: has a row, but the workspace has no such crate"
            ));
        }
        problems.extend(wrong_arrows(table, name, row));
    }
    for package in packages {
        match table.get(&package.name) {
            Some(row) => problems.extend(wrong_package(row, package)),
            None => problems.push(format!("{}: has no row in the table", package.name)),
        }
    }
    problems
}

/// An arrow may point down or to a sibling, never up, and never at a tool.
fn wrong_arrows(table: &BTreeMap<String, Row>, name: &str, row: &Row) -> Vec<String> {
    let mut problems = Vec::new();
    for used in &row.uses {
        match table.get(used) {
            None => problems.push(format!("{name}: its row names {used}, which has no row")),
            Some(_) if row.layer == BESIDE => {}
            Some(target) if target.layer == BESIDE || target.layer > row.layer => {
                problems.push(format!("{name}: its row points up at {used}"));
            }
            Some(_) => {}
        }
    }
    problems
}

fn wrong_package(row: &Row, package: &Package) -> Vec<String> {
    let name = &package.name;
    let mut problems = Vec::new();
    for used in &package.dependencies {
        if used == "tokio" {
            if !row.tokio {
                problems.push(format!("{name}: depends on tokio; its row says no"));
            }
        } else if !row.uses.contains(used) {
            problems.push(format!(
                "{name}: depends on {used}; draw the arrow in its row or drop it"
            ));
        }
    }
    if !row.unsafe_code && !package.forbids_unsafe {
        problems.push(format!(
            "{name}: lacks #![forbid(unsafe_code)]; its row says no unsafe"
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
        <!-- layers:begin -->
        | crate | layer | may use | tokio | unsafe |
        |---|---|---|---|---|
        | `wire` | 0 | – | no | no |
        | `container` | 0 | – | no | yes |
        | `session` | 2 | `wire`, `container` | no | no |
        | `testkit` | beside | session | yes | no |
        <!-- layers:end -->";

    fn package(name: &str, dependencies: &[&str]) -> Package {
        Package {
            name: name.into(),
            dependencies: dependencies.iter().map(ToString::to_string).collect(),
            forbids_unsafe: name != "container",
        }
    }

    fn good() -> Vec<Package> {
        vec![
            package("wire", &[]),
            package("container", &[]),
            package("session", &["wire"]),
            package("testkit", &["session", "tokio"]),
        ]
    }

    fn problems(text: &str, packages: &[Package]) -> String {
        check(&parse(text).unwrap(), packages).join("\n")
    }

    #[test]
    fn what_is_drawn_is_allowed() {
        assert_eq!(problems(TEXT, &good()), "");
    }

    #[test]
    fn an_arrow_that_is_not_drawn_is_told() {
        let mut packages = good();
        packages[0] = package("wire", &["container"]);
        assert!(problems(TEXT, &packages).contains("wire: depends on container"));
    }

    #[test]
    fn an_arrow_upwards_is_told_even_when_drawn() {
        let text = TEXT.replace("| `wire` | 0 | – |", "| `wire` | 0 | session |");
        assert!(problems(&text, &good()).contains("wire: its row points up at session"));
    }

    #[test]
    fn nobody_uses_a_tool_at_run_time() {
        let text = TEXT.replace("`wire`, `container`", "`wire`, `testkit`");
        assert!(problems(&text, &good()).contains("session: its row points up at testkit"));
    }

    #[test]
    fn tokio_and_unsafe_need_a_yes() {
        let mut packages = good();
        packages[2] = package("session", &["tokio"]);
        assert!(problems(TEXT, &packages).contains("session: depends on tokio"));
        let text = TEXT.replace("| no | yes |", "| no | no |");
        assert!(problems(&text, &good()).contains("container: lacks"));
    }

    #[test]
    fn a_crate_and_its_row_need_each_other() {
        let mut packages = good();
        packages[0] = package("new", &[]);
        let found = problems(TEXT, &packages);
        assert!(found.contains("new: has no row") && found.contains("wire: has a row"));
    }
}
