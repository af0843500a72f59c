//! Child processes with a time budget.
//!
//! A child that outlives its budget is ended together with everything it started: the tree is
//! read from `/proc` before the first signal, because children of a dead process lose their parent.
//! Process groups would be simpler, but then Ctrl-C at the terminal would miss the children.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const POLL: Duration = Duration::from_millis(30);

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With exit code 0.
    Passed,
    /// With another code, or by a signal (`None`).
    Failed(Option<i32>),
    /// It took longer than its budget and was killed.
    TimedOut,
}

impl End {
    /// Tells whether the child exited with code 0.
    pub fn passed(self) -> bool {
        self == Self::Passed
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Passed => write!(out, "passed"),
            Self::Failed(Some(code)) => write!(out, "failed with exit code {code}"),
            Self::Failed(None) => write!(out, "ended by a signal"),
            Self::TimedOut => write!(out, "killed: out of time"),
        }
    }
}

/// Runs `command` for at most `budget`; both its outputs are appended to `log` if there is one.
pub fn run(command: &mut Command, budget: Duration, log: Option<&Path>) -> Result<End> {
    if let Some(log) = log {
        let file = File::options().create(true).append(true).open(log);
        let file = file.with_context(|| format!("open {}", log.display()))?;
        command.stdout(file.try_clone()?).stderr(file);
    }
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("start {}", shown(command)))?;
    Ok(match wait(&mut child, budget)? {
        None => End::TimedOut,
        Some(status) if status.success() => End::Passed,
        Some(status) => End::Failed(status.code()),
    })
}

/// Runs `command` and fails unless it exits with code 0.
pub fn must(command: &mut Command, budget: Duration) -> Result<()> {
    match run(command, budget, None)? {
        End::Passed => Ok(()),
        end => bail!("`{}`: {end}", shown(command)),
    }
}

/// Runs `command` and returns what it printed; fails unless it exits with code 0.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("start {}", shown(command)))?;
    if !output.status.success() {
        bail!("`{}`: {}", shown(command), output.status);
    }
    String::from_utf8(output.stdout).context("its output isn't UTF-8")
}

/// Tells whether `program args` can be started and exits with code 0.
pub fn answers(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Waits for the end of `child`; `None` when the budget was over first and the tree was killed.
fn wait(child: &mut Child, budget: Duration) -> Result<Option<ExitStatus>> {
    let started = Instant::now();
    while started.elapsed() < budget {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        sleep(POLL);
    }
    kill_tree(child);
    Ok(None)
}

/// Kills `child` and all its descendants.
pub fn kill_tree(child: &mut Child) {
    let below = descendants(child.id());
    // Errors mean "already gone".
    let _ = child.kill();
    let _ = child.wait();
    if !below.is_empty() {
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(below.iter().map(u32::to_string))
            .status();
    }
}

fn descendants(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for (pid, parent) in processes() {
        children.entry(parent).or_default().push(pid);
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        for child in children.remove(&pid).unwrap_or_default() {
            found.push(child);
            open.push(child);
        }
    }
    found
}

/// All processes with their parents; empty where there is no `/proc`.
fn processes() -> Vec<(u32, u32)> {
    let folder = fs::read_dir("/proc").into_iter().flatten().flatten();
    folder
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((pid, parent(&stat)?))
        })
        .collect()
}

/// The parent in a line `pid (name) state parent ..`; the name may hold blanks and brackets.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn an_exit_code_is_told() {
        let end = run(&mut shell("exit 3"), Duration::from_secs(10), None).unwrap();
        assert_eq!(end, End::Failed(Some(3)));
    }

    #[test]
    fn out_of_time_ends_the_grandchildren_too() {
        let folder = std::env::temp_dir().join(format!("xtask-process-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let script = format!("sleep 60 & echo $! > {}/pid; wait", folder.display());
        let end = run(&mut shell(&script), Duration::from_secs(2), None).unwrap();
        assert_eq!(end, End::TimedOut);
        let pid = fs::read_to_string(folder.join("pid")).unwrap();
        // Gone, or dead and waiting for its new parent to notice; dying takes a moment.
        let dead = || match fs::read_to_string(format!("/proc/{}/stat", pid.trim())) {
            Ok(state) => state.contains(") Z "),
            Err(_) => true,
        };
        let started = Instant::now();
        while !dead() {
            assert!(started.elapsed() < Duration::from_secs(10), "still alive");
            sleep(POLL);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_parent_is_found_behind_an_odd_name() {
        assert_eq!(parent("7 (a) b) S 42 7 7 0"), Some(42));
        assert_eq!(parent("garbage"), None);
    }
}
