//! The list of tests which must fail today: a name and a found reason in each line, sorted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::reasons::{self, Reason};
use super::suite::{Outcome, Test};
use crate::{process, tree};

const FILE: &str = "xtask/conformance/expected-failures.txt";
const HEAD: &str = "\
# Tests of async-nats 0.51.0 that the broker can't pass yet, one a line: file, test, reason.
# `cargo xtask conformance` finds the reasons by itself and lets this list only shrink.
";

/// The list as it stands in the working tree.
pub(super) struct List {
    entries: BTreeMap<Test, Reason>,
}

impl List {
    /// Reads the list; a missing file is an empty list.
    pub(super) fn read() -> Result<Self> {
        let text = match fs::read_to_string(path()) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).context(FILE),
        };
        Ok(Self {
            entries: parse(&text)?,
        })
    }

    pub(super) fn holds(&self, test: &Test) -> bool {
        self.entries.contains_key(test)
    }

    pub(super) fn reason(&self, test: &Test) -> Option<&Reason> {
        self.entries.get(test)
    }

    /// Entries whose reason isn't what their source says now.
    pub(super) fn wrong_reasons(&self, package: &Path) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        for (test, reason) in &self.entries {
            let found = reasons::find(package, test)?;
            if found.as_ref() != Some(reason) {
                let found = found.map_or_else(|| "no reason".to_owned(), |found| found.to_string());
                problems.push(format!(
                    "{test}: listed for `{reason}`, but its source shows {found}"
                ));
            }
        }
        Ok(problems)
    }

    /// Adds a failed test with the reason found, or tells that there is none.
    pub(super) fn add(&mut self, test: &Test, package: &Path) -> Option<String> {
        match reasons::find(package, test) {
            Ok(Some(reason)) => {
                self.entries.insert(test.clone(), reason);
                None
            }
            Ok(None) => Some(format!(
                "{test}: fails, and nothing in its source excuses it"
            )),
            Err(error) => Some(format!("{test}: {error:#}")),
        }
    }

    /// Keeps only tests that failed, or whose result says nothing about us.
    pub(super) fn retain_failures(&mut self, outcomes: &BTreeMap<Test, Outcome>) {
        self.entries.retain(|test, reason| {
            reason.is_host() || outcomes.get(test).is_some_and(|outcome| !outcome.passed())
        });
    }

    pub(super) fn write(&self) -> Result<()> {
        let lines = self
            .entries
            .iter()
            .map(|(test, reason)| format!("{test}: {reason}\n"));
        let file = path();
        fs::create_dir_all(file.parent().context("a file without a folder")?)?;
        fs::write(file, HEAD.to_owned() + &lines.collect::<String>())?;
        Ok(())
    }
}

/// Tests that some version of the list has and the version before it lacks, working tree included.
pub(super) fn grown() -> Result<Vec<String>> {
    let commits = process::output(git().args(["log", "--format=%H", "--", FILE]))?;
    let mut versions = Vec::new();
    for commit in commits.lines() {
        versions.push(process::output(
            git().args(["show", &format!("{commit}:{FILE}")]),
        )?);
    }
    versions.insert(0, fs::read_to_string(path()).unwrap_or_default());
    let mut problems = Vec::new();
    for pair in versions.windows(2) {
        let (new, old) = (names(&pair[0])?, names(&pair[1])?);
        problems.extend(
            new.difference(&old)
                .map(|test| format!("{test}: was added to the list, which may only shrink")),
        );
    }
    Ok(problems)
}

fn names(text: &str) -> Result<BTreeSet<Test>> {
    Ok(parse(text)?.into_keys().collect())
}

fn parse(text: &str) -> Result<BTreeMap<Test, Reason>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(entry)
        .collect()
}

fn entry(line: &str) -> Result<(Test, Reason)> {
    let malformed = || format!("{FILE}: `file test: reason` expected, found {line:?}");
    let (name, reason) = line.split_once(": ").with_context(malformed)?;
    let (file, path) = name.split_once(' ').with_context(malformed)?;
    let test = Test {
        file: file.to_owned(),
        path: path.to_owned(),
    };
    Ok((test, reason.parse().with_context(malformed)?))
}

fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(tree::root());
    git
}

fn path() -> PathBuf {
    tree::root().join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_file_test_and_reason() {
        let (test, reason) = entry("kv_tests kv::put: api jetstream:: (JetStream)").unwrap();
        assert_eq!(test.to_string(), "kv_tests kv::put");
        assert_eq!(reason.to_string(), "api jetstream:: (JetStream)");
        assert!(entry("kv_tests kv::put: it's flaky").is_err());
        assert!(entry("kv_tests").is_err());
    }
}
