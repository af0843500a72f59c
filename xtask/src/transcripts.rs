//! `cargo xtask transcripts`: plays `testdata/transcripts` against our broker or the reference.
//!
//! A whole run is recorded in the target folder; `cargo xtask compatibility` turns the records of
//! both servers into `docs/compatibility.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use midge_testkit::connection::Chunking;
use midge_testkit::suite::{self, Played, Suite};
use midge_testkit::transcript::Only;

use crate::{reference, tree};

/// More sections at once only make timing steps fail: most of a section is waiting.
const WORKERS: usize = 4;

/// Plays all transcripts, or those that the filter names.
///
/// `[--against nats-server|PATH] [--memory] [--split] [--debug] [--jobs N] [FILTER]`; a filter is a part of
/// `file: name`, a row (`#14`) or a tag (`@error`). With `--memory`, the sections that make file streams are
/// played with memory streams instead.
pub fn run(args: &[String]) -> Result<()> {
    let wish = Wish::parse(args)?;
    let (binary, which) = wish.server()?;
    let mut scripts = suite::load(&tree::root().join("testdata/transcripts"))?;
    if wish.memory {
        scripts = scripts
            .iter()
            .map(|script| script.with_memory_streams(which))
            .collect::<Result<_>>()?;
    }
    let chunking = if wish.split {
        Chunking::EachByte
    } else {
        Chunking::AllAtOnce
    };
    let suite = Suite {
        binary,
        which,
        chunking,
        filter: wish.filter.clone(),
        workers: wish.jobs,
    };
    let results = suite.play(&scripts);
    ensure!(
        !results.is_empty(),
        "no transcript matches {:?}",
        wish.filter
    );
    print!("{}", summary(&results));
    // Last, for CI shows the end of a log.
    for failure in results.iter().filter_map(|played| played.failure.as_ref()) {
        println!("FAILED {failure}");
    }
    if wish.filter.is_empty() && !wish.split && !wish.memory && wish.by_name {
        record(which, &results)?;
    }
    let failed = results
        .iter()
        .filter(|played| played.failure.is_some())
        .count();
    ensure!(
        failed == 0,
        "{failed} of {} transcripts failed",
        results.len()
    );
    Ok(())
}

/// What the command line asks for.
struct Wish {
    against: Option<String>,
    memory: bool,
    split: bool,
    debug: bool,
    jobs: usize,
    filter: String,
    /// The server is one of the two that compatibility speaks of, not some path.
    by_name: bool,
}

impl Wish {
    fn parse(args: &[String]) -> Result<Self> {
        let mut wish = Self {
            against: None,
            memory: false,
            split: false,
            debug: false,
            jobs: WORKERS,
            filter: String::new(),
            by_name: true,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--against" => {
                    let server = args.next().context("--against nats-server|PATH")?;
                    wish.by_name = server == "nats-server";
                    wish.against = Some(server.clone());
                }
                "--memory" => wish.memory = true,
                "--split" => wish.split = true,
                "--debug" => wish.debug = true,
                "--jobs" => wish.jobs = args.next().context("--jobs N")?.parse()?,
                flag if flag.starts_with('-') => anyhow::bail!("no such flag: {flag}"),
                filter => filter.clone_into(&mut wish.filter),
            }
        }
        Ok(wish)
    }

    /// The program and whether it is ours. A path named `nats-server` is a reference.
    fn server(&self) -> Result<(PathBuf, Only)> {
        match self.against.as_deref() {
            Some("nats-server") => Ok((reference::nats_server()?, Only::Reference)),
            Some(path) => {
                let path = PathBuf::from(path);
                let reference = path.file_name().is_some_and(|name| name == "nats-server");
                Ok((
                    path,
                    if reference {
                        Only::Reference
                    } else {
                        Only::Ours
                    },
                ))
            }
            None if self.debug => Ok((
                tree::target()?.join("debug").join(tree::exe("midge")),
                Only::Ours,
            )),
            None => Ok((tree::midge()?, Only::Ours)),
        }
    }
}

/// A line per file, then the totals.
fn summary(results: &[Played]) -> String {
    let mut files: BTreeMap<&str, Vec<&Played>> = BTreeMap::new();
    for played in results {
        files.entry(&played.file).or_default().push(played);
    }
    let mut text = format!(
        "{:<16} {:>6} {:>6} {:>9}\n",
        "file", "passed", "failed", "slowest"
    );
    for (file, played) in &files {
        let failed = played
            .iter()
            .filter(|played| played.failure.is_some())
            .count();
        let slowest = played
            .iter()
            .map(|played| played.took.as_millis())
            .max()
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "{file:<16} {:>6} {failed:>6} {slowest:>6} ms",
            played.len() - failed
        );
    }
    let passed = results
        .iter()
        .filter(|played| played.failure.is_none())
        .count();
    let errors = results
        .iter()
        .filter(|played| played.tags.iter().any(|tag| tag == "error"))
        .count();
    let mut rows: Vec<u16> = results
        .iter()
        .flat_map(|played| played.rows.iter().map(|row| row.number))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    let share = 100 * errors / results.len().max(1);
    let _ = writeln!(
        text,
        "{passed} of {} passed; {share} % are errors and limits; {} rows of the feature list",
        results.len(),
        rows.len()
    );
    text
}

/// Where the record of the last whole run on a server is. The reference's is part of the repository:
/// its version is fixed, and a machine without it can still check `docs/compatibility.md`.
pub fn record_path(which: Only) -> Result<PathBuf> {
    Ok(match which {
        Only::Ours => tree::target()?.join("transcripts/ours.tsv"),
        Only::Reference => tree::root().join("testdata/transcripts/reference.tsv"),
    })
}

/// Writes `verdict, file, name, rows` of each section.
fn record(which: Only, results: &[Played]) -> Result<()> {
    let path = record_path(which)?;
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let mut text = String::new();
    for played in results {
        let verdict = if played.failure.is_none() {
            "passed"
        } else {
            "failed"
        };
        let rows: Vec<String> = played
            .rows
            .iter()
            .map(|row| format!("{}{}", row.number, if row.whole { "" } else { "~" }))
            .collect();
        let _ = writeln!(
            text,
            "{verdict}\t{}\t{}\t{}",
            played.file,
            played.name,
            rows.join(" ")
        );
    }
    std::fs::write(&path, text).with_context(|| path.display().to_string())
}
