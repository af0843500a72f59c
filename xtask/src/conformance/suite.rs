//! The suite's executables, and how one test is played: alone in a process, with a time limit.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::package::{self, PACKAGE};
use crate::process::{self, End};

const BUILD_MAX: Duration = Duration::from_secs(900);
const TEST_MAX: Duration = Duration::from_secs(150);
/// A test that is expected to fail needn't hang for long.
const LISTED_MAX: Duration = Duration::from_secs(15);
/// Most tests wait more than they compute.
const AT_ONCE: usize = 4;

/// One test: the file it's in (`lib` for unit tests) and its path there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Test {
    pub(super) file: String,
    pub(super) path: String,
}

impl fmt::Display for Test {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.file, self.path)
    }
}

impl Test {
    /// The function's name.
    pub(super) fn function(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or(&self.path)
    }

    fn log_name(&self) -> String {
        format!("{}--{}.log", self.file, self.path.replace("::", "."))
    }
}

/// How a test ended.
pub(super) type Outcome = End;

/// The built suite.
pub(super) struct Suite {
    folder: PathBuf,
    executables: BTreeMap<String, PathBuf>,
}

impl Suite {
    /// Builds all test files, or only those named.
    pub(super) fn build(folder: &Path, only: Option<&[&str]>) -> Result<Self> {
        let mut command = package::cargo(folder);
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").args([
            "test",
            "--no-run",
            "--package",
            PACKAGE,
            "--message-format=json",
        ]);
        match only {
            None => drop(command.args(["--lib", "--tests"])),
            Some(files) => files.iter().for_each(|file| match *file {
                "lib" => drop(command.arg("--lib")),
                file => drop(command.args(["--test", file])),
            }),
        }
        let messages = folder.join("build.json");
        let _ = fs::remove_file(&messages);
        let end = process::run(&mut command, BUILD_MAX, Some(&messages))?;
        let text = fs::read_to_string(&messages)?;
        if !end.passed() {
            bail!("building the suite {end}; see {}", messages.display());
        }
        let executables = text.lines().filter_map(executable).collect();
        Ok(Self {
            folder: folder.into(),
            executables,
        })
    }

    /// The tests whose name contains one of `filters`, or all.
    pub(super) fn tests(&self, filters: &[String]) -> Result<Vec<Test>> {
        let mut tests = Vec::new();
        for (file, executable) in &self.executables {
            let text =
                process::output(Command::new(executable).args(["--list", "--format=terse"]))?;
            let ignored = process::output(Command::new(executable).args([
                "--list",
                "--format=terse",
                "--ignored",
            ]))?;
            let paths = text.lines().filter_map(|line| line.strip_suffix(": test"));
            let paths =
                paths.filter(|path| !ignored.lines().any(|line| line == format!("{path}: test")));
            tests.extend(paths.map(|path| Test {
                file: file.clone(),
                path: path.to_owned(),
            }));
        }
        tests.retain(|test| {
            filters.is_empty() || filters.iter().any(|part| test.to_string().contains(part))
        });
        if tests.is_empty() {
            bail!("no test chosen");
        }
        Ok(tests)
    }

    /// Plays `tests` against the `nats-server` in the folder `server`, several at once.
    pub(super) fn play(
        &self,
        tests: &[Test],
        server: &Path,
        is_listed: impl Fn(&Test) -> bool + Sync,
    ) -> Result<BTreeMap<Test, Outcome>> {
        fs::create_dir_all(self.logs())?;
        let next = Mutex::new(tests.iter());
        let done = Mutex::new(BTreeMap::new());
        let take = || next.lock().ok()?.next();
        let worker = || -> Result<()> {
            while let Some(test) = take() {
                let limit = if is_listed(test) {
                    LISTED_MAX
                } else {
                    TEST_MAX
                };
                let outcome = self.start(test, server, limit)?;
                done.lock()
                    .map_err(|_| anyhow::anyhow!("a worker panicked"))?
                    .insert(test.clone(), outcome);
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(worker)).collect();
            workers.into_iter().try_for_each(|worker| {
                worker
                    .join()
                    .map_err(|_| anyhow::anyhow!("a worker panicked"))?
            })
        })?;
        done.into_inner()
            .map_err(|_| anyhow::anyhow!("a worker panicked"))
    }

    /// Plays one test with nothing beside it.
    pub(super) fn play_one(&self, test: &Test, server: &Path) -> Result<Outcome> {
        self.start(test, server, TEST_MAX)
    }

    fn start(&self, test: &Test, server: &Path, limit: Duration) -> Result<Outcome> {
        let executable = self
            .executables
            .get(&test.file)
            .context("a test without an executable")?;
        let log = self.logs().join(test.log_name());
        let _ = fs::remove_file(&log);
        let temporary = self.folder.join("tmp");
        fs::create_dir_all(&temporary)?;
        let mut command = Command::new(executable);
        command
            .current_dir(self.package())
            .env("PATH", path_with(server)?)
            .env("TMPDIR", temporary)
            .env("RUST_BACKTRACE", "0")
            .args([test.path.as_str(), "--exact", "--nocapture"]);
        process::run(&mut command, limit, Some(&log))
    }

    /// The folder of the package, in which tests run.
    pub(super) fn package(&self) -> PathBuf {
        self.folder.join(PACKAGE)
    }

    /// The folder with one log for each test.
    pub(super) fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }
}

/// The test file and executable in one of cargo's messages.
fn executable(message: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let path = message["executable"].as_str()?;
    let target = &message["target"];
    let is_test = target["kind"].as_array()?.iter().any(|kind| kind == "test");
    let name = if is_test {
        target["name"].as_str()?
    } else {
        "lib"
    };
    Some((name.to_owned(), path.into()))
}

fn path_with(first: &Path) -> Result<std::ffi::OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_path_buf()).chain(env::split_paths(&rest));
    Ok(env::join_paths(folders)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_found_in_cargos_messages() {
        let test = r#"{"reason":"compiler-artifact","target":{"kind":["test"],"name":"kv"},"executable":"/t/kv-1"}"#;
        assert_eq!(executable(test), Some(("kv".into(), "/t/kv-1".into())));
        let lib = r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"a"},"executable":"/t/a-1"}"#;
        assert_eq!(executable(lib), Some(("lib".into(), "/t/a-1".into())));
        assert_eq!(executable(r#"{"reason":"build-finished"}"#), None);
    }
}
