//! `conformance`: the published test suite of a NATS client, played against our broker.
//!
//! async-nats comes from the registry with its tests; the crate those call to start servers isn't
//! published, so `xtask/harness/nats-server` is ours with the same functions. Our binary stands
//! first on `PATH` under the name `nats-server`. What must fail today is listed by name in
//! `xtask/conformance/expected-failures.txt`, each with a reason that this verb finds by itself in
//! the test's source or its configuration (see [`reasons`]). The list can only shrink:
//!
//! - an unlisted test that fails is an error, and "flaky" is no reason: it's repeated alone three
//!   times, and three times against the reference, to tell whose fault it is;
//! - a listed test that passes is an error, unless its reason is a host on the internet;
//! - a listed test whose reason isn't found any more, or that an older list lacks, is an error.

mod list;
mod package;
mod reasons;
mod suite;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{reference, tree};
use list::List;
use suite::{Outcome, Suite, Test};

/// Test files of the core protocol and the bulk of JetStream's; `lib` stands for the unit tests.
const SHORT: [&str; 13] = [
    "lib",
    "client_tests",
    "jetstream_tests",
    "jwt_tests",
    "kv_tests",
    "nkey_tests",
    "object_store",
    "server_pool_parity_tests",
    "server_pool_tests",
    "service_tests",
    "subject_validation_test",
    "tls_tests",
    "websocket_test",
];
/// How often a surprising failure is repeated, and the whole suite against the reference.
const REPEATS: usize = 3;

/// A cargo command in the workspace that holds the package, our harness and the smoke client.
pub fn cargo() -> Result<Command> {
    Ok(package::cargo(&package::prepare()?))
}

/// `[--short] [--against nats-server] [--write-list] [FILTER..]`
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    let suite = Suite::build(&package::prepare()?, options.short.then_some(&SHORT[..]))?;
    let tests = suite.tests(&options.filters)?;
    if options.against_reference {
        return judge_reference(&suite, &tests);
    }
    judge_ours(&suite, &tests, options.write_list)
}

#[derive(Default)]
struct Options {
    short: bool,
    against_reference: bool,
    write_list: bool,
    filters: Vec<String>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--short" => options.short = true,
                "--write-list" => options.write_list = true,
                "--against" => match args.next().map(String::as_str) {
                    Some("nats-server") => options.against_reference = true,
                    other => bail!("--against nats-server, not {other:?}"),
                },
                flag if flag.starts_with("--") => bail!("no such flag: {flag}"),
                filter => options.filters.push(filter.to_owned()),
            }
        }
        if options.write_list && (options.short || !options.filters.is_empty()) {
            bail!("--write-list needs the whole suite");
        }
        Ok(options)
    }
}

/// Plays the tests against our broker and compares the failures with the list.
fn judge_ours(suite: &Suite, tests: &[Test], write: bool) -> Result<()> {
    let ours = as_nats_server("ours", &tree::midge()?)?;
    let source = &suite.package();
    let mut list = List::read()?;
    // A new list is being written: what has an excuse will probably need it.
    let excused = |test: &Test| write && reasons::find(source, test).is_ok_and(|why| why.is_some());
    let outcomes = suite.play(tests, &ours, |test| list.holds(test) || excused(test))?;
    let mut problems = list.wrong_reasons(source)?;
    problems.extend(list::grown()?);
    let (mut passed, mut expected) = (0, 0);
    for (test, outcome) in &outcomes {
        match (outcome.passed(), list.reason(test)) {
            (true, Some(reason)) if !reason.is_host() => {
                problems.push(format!(
                    "{test}: passes, so take it off the list ({reason})"
                ));
            }
            (true, _) => passed += 1,
            (false, Some(_)) => expected += 1,
            (false, None) if write => {
                problems.extend(list.add(test, source));
                expected += 1;
            }
            (false, None) => match second_look(suite, test, outcome, &ours)? {
                None => passed += 1,
                Some(problem) => problems.push(problem),
            },
        }
    }
    if write {
        list.retain_failures(&outcomes);
        list.write()?;
    }
    problems.iter().for_each(|problem| println!("{problem}"));
    println!(
        "conformance: {passed} passed, {expected} failed as listed, {} problems",
        problems.len()
    );
    if !problems.is_empty() && !write {
        bail!(
            "{} problems; logs are in {}",
            problems.len(),
            suite.logs().display()
        );
    }
    Ok(())
}

/// Repeats a surprising failure alone, on ours and on the reference; `None` if it was the load.
fn second_look(suite: &Suite, test: &Test, first: &Outcome, ours: &Path) -> Result<Option<String>> {
    let alone = passes(suite, test, ours)?;
    if alone == REPEATS {
        println!("{test}: {first}, but passes alone {REPEATS} times of {REPEATS}");
        return Ok(None);
    }
    let there = match reference::nats_server() {
        Ok(binary) => {
            let reference = as_nats_server("reference", &binary)?;
            format!("{} of {REPEATS}", passes(suite, test, &reference)?)
        }
        Err(error) => format!("unknown ({error})"),
    };
    Ok(Some(format!(
        "{test}: {first}; alone it passes {alone} of {REPEATS}, on the reference {there}"
    )))
}

fn passes(suite: &Suite, test: &Test, server: &Path) -> Result<usize> {
    let mut passes = 0;
    for _ in 0..REPEATS {
        passes += usize::from(suite.play_one(test, server)?.passed());
    }
    Ok(passes)
}

/// Plays all tests against the reference and tells which are flaky or fail there.
fn judge_reference(suite: &Suite, tests: &[Test]) -> Result<()> {
    let reference = as_nats_server("reference", &reference::nats_server()?)?;
    let mut passes: BTreeMap<&Test, usize> = BTreeMap::new();
    for round in 1..=REPEATS {
        println!("round {round} of {REPEATS}");
        let outcomes = suite.play(tests, &reference, |_| false)?;
        for test in tests {
            *passes.entry(test).or_default() += usize::from(outcomes[test].passed());
        }
    }
    let (mut sound, mut flaky) = (0, 0);
    for (test, count) in passes {
        let why = reasons::find(&suite.package(), test)?;
        let why = why.map_or_else(|| "no reason found".to_owned(), |reason| reason.to_string());
        match count {
            REPEATS => sound += 1,
            0 => println!("fails on the reference: {test} ({why})"),
            _ => {
                flaky += 1;
                println!("flaky on the reference: {test} passes {count} of {REPEATS}");
            }
        }
    }
    println!(
        "reference: {sound} of {} tests pass always, {flaky} are flaky",
        tests.len()
    );
    Ok(())
}

/// A folder which holds `binary` under the name `nats-server`, for `PATH`.
fn as_nats_server(name: &str, binary: &Path) -> Result<PathBuf> {
    let folder = tree::target()?.join("conformance/bin").join(name);
    fs::create_dir_all(&folder)?;
    let copy = folder.join(tree::exe("nats-server"));
    // Not overwritten but replaced: a server of an earlier run may still be ending.
    let _ = fs::remove_file(&copy);
    fs::copy(binary, &copy).with_context(|| format!("copy {}", binary.display()))?;
    Ok(folder)
}
