//! `ci`: all that a build machine runs, step by step, each within its time.
//!
//! The table in [`steps`] is the whole of it. A step is one or more commands, logged to
//! `target/ci/<step>.log`; a failed one shows the end of its log. Steps go on after a failure, so that
//! one run tells everything. What a machine can't do is told by `SKIPPED name reason` lines
//! near the end: a step's own, or those its verbs printed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process::{self, End};
use crate::tree;

/// All of the short form, from a fresh clone on two cores.
const SHORT_MAX: Duration = Duration::from_secs(40 * 60);
const LONG_MAX: Duration = Duration::from_secs(6 * 60 * 60);
const TAIL_LINES: usize = 25;
const SKIPPED: &str = "SKIPPED ";
const SECONDS_PER_TARGET: &str = "600";

/// One line of the table.
struct Step {
    name: &'static str,
    minutes: u64,
    work: Work,
}

enum Work {
    /// These commands, one after the other, all of which must pass.
    Run(Vec<Command>),
    /// The machine can't, for this reason.
    Skip(String),
}

/// What a run has told so far.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: Vec<&'static str>,
    skipped: Vec<String>,
}

/// `[--long] [--list] [STEP..]`
pub fn run(args: &[String]) -> Result<()> {
    let long = args.iter().any(|arg| arg == "--long");
    let wanted: Vec<_> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    let steps = steps(long);
    if let Some(unknown) = wanted
        .iter()
        .find(|name| steps.iter().all(|step| step.name != **name))
    {
        bail!("no step {unknown}; `cargo xtask ci --list` names them");
    }
    if args.iter().any(|arg| arg == "--list") {
        steps
            .iter()
            .for_each(|step| println!("{:<12} at most {} min", step.name, step.minutes));
        return Ok(());
    }
    let chosen = steps
        .into_iter()
        .filter(|step| wanted.is_empty() || wanted.contains(&&step.name.to_owned()));
    let tally = play(chosen, if long { LONG_MAX } else { SHORT_MAX })?;
    tally.close()
}

/// The table. A step whose subject isn't in the repository yet isn't in the table yet.
fn steps(long: bool) -> Vec<Step> {
    let broker = tree::has_midge();
    let there = |path: &str| tree::root().join(path).exists();
    let when = |yes: bool, step: Step| yes.then_some(step);
    [
        Some(step(
            "format",
            2,
            vec![cargo("fmt --all -- --check -l"), format_harness()],
        )),
        Some(step("layers", 1, vec![xtask("layers")])),
        Some(step(
            "clippy",
            8,
            vec![cargo("clippy --workspace --all-targets -- -D warnings")],
        )),
        Some(step("tests", 18, vec![tests()])),
        Some(step("bare", 8, bare().into())),
        Some(step("doctests", 5, vec![cargo("test --workspace --doc")])),
        Some(step("docs", 4, vec![docs()])),
        when(
            there("crates/container/tests/loom.rs"),
            step("loom", 9, loom().into()),
        ),
        Some(deny()),
        Some(windows()),
        Some(miri()),
        when(
            broker,
            step(
                "release",
                10,
                vec![cargo("build --release -p midge-broker")],
            ),
        ),
        Some(step(
            "crash",
            if long { 50 } else { 9 },
            crash(long, broker),
        )),
        when(
            broker && there("testdata/transcripts"),
            step(
                "transcripts",
                8,
                vec![
                    xtask("transcripts"),
                    xtask("compatibility --check"),
                    xtask("transcripts --memory"),
                ],
            ),
        ),
        when(broker, step("conformance", 12, vec![conformance(long)])),
        when(
            broker,
            step(
                "probe",
                if long { 30 } else { 4 },
                vec![xtask(if long { "probe 100000" } else { "probe" })],
            ),
        ),
        when(broker, step("smoke", 6, vec![xtask("smoke")])),
        when(
            has_mutants(),
            step("mutants", if long { 120 } else { 14 }, vec![mutants(long)]),
        ),
        when(
            long && there("fuzz/fuzz_targets"),
            step(
                "fuzz",
                180,
                vec![xtask(&format!("fuzz {SECONDS_PER_TARGET}"))],
            ),
        ),
        when(
            long && broker && there("xtask/src/bench.rs"),
            step("bench", 60, vec![xtask("bench")]),
        ),
        when(long && broker, step("fair", 30, vec![xtask("fair")])),
        when(long && broker, step("shapes", 12, vec![xtask("shapes")])),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn step(name: &'static str, minutes: u64, commands: Vec<Command>) -> Step {
    Step {
        name,
        minutes,
        work: Work::Run(commands),
    }
}

fn cargo(words: &str) -> Command {
    let mut command = tree::cargo();
    command.args(words.split_whitespace());
    command
}

/// Another verb of this same program, as a process of its own so that its time can be up.
fn xtask(words: &str) -> Command {
    let this = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("xtask"));
    let mut command = Command::new(this);
    command
        .current_dir(tree::root())
        .args(words.split_whitespace());
    command
}

/// The crates outside the workspace are formatted like the rest.
fn format_harness() -> Command {
    let mut command = Command::new("rustfmt");
    command
        .current_dir(tree::root())
        .args(["--check", "--edition", "2024"])
        .args([
            "xtask/harness/nats-server/src/lib.rs",
            "xtask/harness/smoke/src/main.rs",
        ]);
    command
}

fn tests() -> Command {
    if process::answers("cargo", &["nextest", "--version"]) {
        return cargo("nextest run --workspace --no-fail-fast --no-tests=pass");
    }
    cargo("test --workspace --lib --bins --tests --no-fail-fast")
}

/// The segment log without what its features bring.
fn bare() -> [Command; 2] {
    [
        cargo("clippy -p midge-streamlog --no-default-features --all-targets -- -D warnings"),
        cargo("test -p midge-streamlog --no-default-features --lib --test basics --test faults"),
    ]
}

fn docs() -> Command {
    let mut command = cargo("doc --workspace --no-deps");
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}

/// Licences, bans and sources of all dependencies, by `deny.toml`. Advisories need a database that isn't fetched here.
fn deny() -> Step {
    let work = match process::answers("cargo", &["deny", "--version"]) {
        true => Work::Run(vec![cargo("deny check licenses bans sources")]),
        false => Work::Skip("needs `cargo install cargo-deny`".into()),
    };
    Step {
        name: "deny",
        minutes: 3,
        work,
    }
}

/// Loom changes what every crate below means, so it builds into a folder of its own; not for speed, since that would take longer than all models.
fn loom() -> [Command; 3] {
    [
        "-p midge-container --test loom",
        "-p midge-streamlog --lib gate::models",
        "-p midge-drive --lib seat::models",
    ]
    .map(|what| {
        // `--lib` takes a filter, which has to stand last.
        let mut command = cargo("test --release --target-dir");
        command
            .arg(below_target("loom"))
            .args(what.split_whitespace())
            .env("RUSTFLAGS", "--cfg loom")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        command
    })
}

/// Cuts of the power are among the tests already; this kills processes and uses a real file system too.
fn crash(long: bool, broker: bool) -> Vec<Command> {
    let (log, server) = match long {
        true => ("crash streamlog", "crash server"),
        false => (
            "crash streamlog --cases 20000 --kills 5",
            "crash server --kills 3 --stops 1 --slow 1 --full 1 --scarce 1",
        ),
    };
    let encrypted = match long {
        true => "crash server --encrypted",
        false => "crash server --encrypted --kills 3 --stops 0 --slow 0 --full 0 --scarce 0",
    };
    let servers = [server, encrypted].into_iter().filter(|_| broker);
    std::iter::once(log).chain(servers).map(xtask).collect()
}

/// The segment log compiles for Windows, without what needs a C compiler for it.
fn windows() -> Step {
    const TARGET: &str = "x86_64-pc-windows-gnu";
    let installed = process::output(Command::new("rustup").args(["target", "list", "--installed"]));
    let work = if installed.is_ok_and(|list| list.lines().any(|line| line == TARGET)) {
        let what = "check -p midge-streamlog --no-default-features --features s2 --target";
        let mut command = cargo(what);
        command
            .args([TARGET, "--target-dir"])
            .arg(below_target("windows"));
        Work::Run(vec![command])
    } else {
        Work::Skip(format!("needs `rustup target add {TARGET}`"))
    };
    Step {
        name: "windows",
        minutes: 4,
        work,
    }
}

/// A target folder beside the usual one, for builds whose flags would throw that one away.
fn below_target(name: &str) -> PathBuf {
    tree::target()
        .unwrap_or_else(|_| tree::root().join("target"))
        .join(name)
}

fn miri() -> Step {
    let work = if process::answers("cargo", &["+nightly", "miri", "--version"]) {
        let mut command = Command::new("cargo");
        command
            .current_dir(tree::root())
            .env_remove("RUSTUP_TOOLCHAIN")
            .env("MIRIFLAGS", "-Zmiri-disable-isolation")
            .args([
                "+nightly",
                "miri",
                "test",
                "-p",
                "midge-container",
                "--lib",
                "--target-dir",
            ])
            .arg(below_target("miri"));
        Work::Run(vec![command])
    } else {
        Work::Skip("needs `rustup +nightly component add miri`".into())
    };
    Step {
        name: "miri",
        minutes: 10,
        work,
    }
}

fn conformance(long: bool) -> Command {
    xtask(if long {
        "conformance"
    } else {
        "conformance --short"
    })
}

fn mutants(long: bool) -> Command {
    xtask(if long { "mutants" } else { "mutants --short" })
}

fn has_mutants() -> bool {
    fs::read_dir(tree::root().join("xtask/mutants")).is_ok_and(|mut folder| folder.next().is_some())
}

fn play(steps: impl Iterator<Item = Step>, all_max: Duration) -> Result<Tally> {
    let logs = tree::target()?.join("ci");
    fs::create_dir_all(&logs)?;
    let started = Instant::now();
    let mut tally = Tally::default();
    for step in steps {
        let left = all_max.saturating_sub(started.elapsed());
        let log = logs.join(format!("{}.log", step.name));
        let _ = fs::remove_file(&log);
        match step.work {
            Work::Skip(reason) => tally
                .skipped
                .push(format!("{SKIPPED}{} {reason}", step.name)),
            Work::Run(commands) => {
                let budget = left.min(Duration::from_secs(step.minutes * 60));
                let begun = Instant::now();
                let end = in_turn(commands, budget, &log)?;
                tally.note(step.name, end, begun.elapsed(), &log);
            }
        }
    }
    Ok(tally)
}

/// Runs the commands until one doesn't pass; the budget is for all of them.
fn in_turn(commands: Vec<Command>, budget: Duration, log: &Path) -> Result<End> {
    let started = Instant::now();
    for mut command in commands {
        let left = budget.saturating_sub(started.elapsed());
        let end = process::run(&mut command, left, Some(log))?;
        if !end.passed() {
            return Ok(end);
        }
    }
    Ok(End::Passed)
}

impl Tally {
    fn note(&mut self, name: &'static str, end: End, took: Duration, log: &Path) {
        let text = fs::read_to_string(log).unwrap_or_default();
        let last = text
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or("");
        self.skipped.extend(
            text.lines()
                .filter(|line| line.starts_with(SKIPPED))
                .map(String::from),
        );
        let took = took.as_secs_f64();
        if end.passed() {
            self.passed += 1;
            println!("ok     {name:<14} {took:>6.1} s  {}", plain(last));
        } else {
            self.failed.push(name);
            println!(
                "FAILED {name:<14} {took:>6.1} s  {end}; the end of {}:",
                log.display()
            );
            tail(&text).for_each(|line| println!("    {line}"));
        }
    }

    /// The closing lines, the last of which people and machines read.
    fn close(self) -> Result<()> {
        println!();
        self.skipped.iter().for_each(|line| println!("{line}"));
        let skipped = match self.skipped.len() {
            0 => String::new(),
            n => format!(", {n} skipped"),
        };
        println!(
            "{} passed, {} failed{skipped}",
            self.passed,
            self.failed.len()
        );
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.join(", "));
        }
        Ok(())
    }
}

/// The last lines, without cargo's tale of what it compiles: whoever reads this may see but the first few of them.
fn tail(text: &str) -> impl Iterator<Item = &str> {
    let told = |line: &&str| !line.trim_start().starts_with("Compiling ");
    let lines = text.lines().filter(told).count();
    text.lines()
        .filter(told)
        .skip(lines.saturating_sub(TAIL_LINES))
}

/// A line without terminal colours, short enough to stand behind a step's name.
fn plain(line: &str) -> String {
    let mut shown = String::new();
    let mut inside_colour = false;
    for letter in line.chars() {
        match letter {
            '\x1b' => inside_colour = true,
            'm' if inside_colour => inside_colour = false,
            _ if inside_colour => {}
            _ => shown.push(letter),
        }
    }
    shown.chars().take(90).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn log(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("xtask-ci-{name}-{}", std::process::id()))
    }

    #[test]
    fn commands_share_a_budget_and_stop_at_the_first_failure() {
        let log = log("turn");
        let second = Duration::from_secs(1);
        let end = in_turn(
            vec![shell("echo one; exit 2"), shell("echo two")],
            second,
            &log,
        );
        assert_eq!(end.unwrap(), End::Failed(Some(2)));
        assert_eq!(fs::read_to_string(&log).unwrap(), "one\n");
        let end = in_turn(vec![shell("sleep 0.8"), shell("sleep 0.8")], second, &log);
        assert_eq!(end.unwrap(), End::TimedOut);
        fs::remove_file(log).unwrap();
    }

    #[test]
    fn what_a_verb_skipped_is_told_at_the_end() {
        let log = log("skip");
        fs::write(&log, "SKIPPED smoke-node no node here\nfine\n").unwrap();
        let mut tally = Tally::default();
        tally.note("smoke", End::Passed, Duration::ZERO, &log);
        assert_eq!(tally.skipped, ["SKIPPED smoke-node no node here"]);
        fs::remove_file(log).unwrap();
    }

    #[test]
    fn all_budgets_of_the_short_form_name_their_step_once() {
        let names: Vec<_> = steps(true).iter().map(|step| step.name).collect();
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names.len());
    }

    #[test]
    fn colours_are_taken_out() {
        assert_eq!(
            plain("\x1b[32;1m  Summary\x1b[0m 3 tests"),
            "  Summary 3 tests"
        );
    }
}
