//! `cargo xtask compatibility`: writes `docs/compatibility.md` from what the transcripts showed.
//!
//! A row of the feature list says *yes* only when a transcript that shows the whole row passed on
//! our broker and on the reference, and none of its transcripts failed; *partly* when at least one
//! of them passed on both. Both records must be of the transcripts as they are now.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result, bail, ensure};
use midge_testkit::suite;
use midge_testkit::transcript::Only;

use crate::{transcripts, tree};

/// Writes the table; `--check` only compares it with the file that is there.
pub fn run(args: &[String]) -> Result<()> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => bail!("compatibility [--check]"),
    };
    let features = Feature::load()?;
    let ours = Record::load(Only::Ours)?;
    let reference = Record::load(Only::Reference)?;
    let text = render(&features, &ours, &reference)?;
    let path = tree::root().join("docs/compatibility.md");
    if check {
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        ensure!(
            written == text,
            "docs/compatibility.md is out of date; run `cargo xtask compatibility`"
        );
        return Ok(());
    }
    std::fs::write(&path, &text).with_context(|| path.display().to_string())?;
    println!(
        "{}",
        text.lines()
            .filter(|line| line.starts_with("| **"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    Ok(())
}

/// A row of the feature list, `docs/features.tsv`.
struct Feature {
    number: u16,
    weight: String,
    group: String,
    name: String,
}

impl Feature {
    fn load() -> Result<Vec<Self>> {
        let text = std::fs::read_to_string(tree::root().join("docs/features.tsv"))?;
        text.lines()
            .skip(1)
            .map(|line| Self::parse(line).with_context(|| line.to_owned()))
            .collect()
    }

    fn parse(line: &str) -> Result<Self> {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut column = || {
            columns
                .next()
                .context("four columns: number, weight, group, name")
        };
        Ok(Self {
            number: column()?.parse()?,
            weight: column()?,
            group: column()?,
            name: column()?,
        })
    }
}

/// What a whole run on one server showed.
struct Record {
    shown: Vec<Shown>,
}

/// One transcript and how it went.
struct Shown {
    file: String,
    name: String,
    passed: bool,
    /// Row and whether it is shown whole.
    rows: Vec<(u16, bool)>,
}

impl Record {
    fn load(which: Only) -> Result<Self> {
        let path = transcripts::record_path(which)?;
        let hint = "play all transcripts on both servers first: `cargo xtask transcripts`, then with `--against nats-server`";
        let text = std::fs::read_to_string(&path).context(hint)?;
        let record = Self {
            shown: text.lines().map(Shown::parse).collect::<Result<_>>()?,
        };
        let now = expected_names(which)?;
        let then: BTreeSet<_> = record
            .shown
            .iter()
            .map(|shown| (shown.file.clone(), shown.name.clone()))
            .collect();
        ensure!(
            now == then,
            "the transcripts have changed since they were played; {hint}"
        );
        Ok(record)
    }

    fn passed(&self, file: &str, name: &str) -> bool {
        self.shown
            .iter()
            .any(|shown| shown.passed && shown.file == file && shown.name == name)
    }
}

impl Shown {
    fn parse(line: &str) -> Result<Self> {
        let columns: Vec<&str> = line.split('\t').collect();
        let [verdict, file, name, rows] = columns[..] else {
            bail!("not a line of a record: {line}")
        };
        let row = |text: &str| -> Result<(u16, bool)> {
            Ok((
                text.trim_end_matches('~')
                    .parse()
                    .with_context(|| text.to_owned())?,
                !text.ends_with('~'),
            ))
        };
        Ok(Self {
            file: file.to_owned(),
            name: name.to_owned(),
            passed: verdict == "passed",
            rows: rows.split(' ').map(row).collect::<Result<_>>()?,
        })
    }
}

/// File and name of all transcripts that are played on this server.
fn expected_names(which: Only) -> Result<BTreeSet<(String, String)>> {
    let scripts = suite::load(&tree::root().join("testdata/transcripts"))?;
    let names = scripts.iter().flat_map(|script| {
        let played = script
            .sections
            .iter()
            .filter(move |section| section.setup.only.is_none_or(|only| only == which));
        played.map(|section| (suite::stem(script), section.name.clone()))
    });
    Ok(names.collect())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    No,
    Partly,
    Yes,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Partly => "partly",
            Self::Yes => "yes",
        }
    }
}

/// The state of a row and the files that prove it.
fn judge(number: u16, ours: &Record, reference: &Record) -> (State, BTreeSet<String>) {
    let mut state = State::No;
    let mut failed = false;
    let mut proofs = BTreeSet::new();
    for shown in &ours.shown {
        let Some((_, whole)) = shown.rows.iter().find(|(row, _)| *row == number) else {
            continue;
        };
        if !reference.passed(&shown.file, &shown.name) {
            continue;
        }
        failed |= !shown.passed;
        if shown.passed {
            proofs.insert(format!("{}.t", shown.file));
            state = state.max(if *whole { State::Yes } else { State::Partly });
        }
    }
    (
        if failed {
            state.min(State::Partly)
        } else {
            state
        },
        proofs,
    )
}

const HEAD: &str = "\
# Compatibility with nats-server 2.15.1

Generated by `cargo xtask compatibility`; don't edit. The rows are those of `docs/features.tsv`.
A row says *yes* only when a transcript of `testdata/transcripts` that shows the whole of it passes on our
broker and on the reference, and none of its transcripts fails; *partly* when some of it is shown so.
*no* means that nothing is shown yet. Intended differences are in [deviations.md](deviations.md).
";

fn render(features: &[Feature], ours: &Record, reference: &Record) -> Result<String> {
    let mut groups: Vec<(&str, Vec<&Feature>)> = vec![];
    for feature in features {
        match groups.last_mut() {
            Some((group, rows)) if *group == feature.group => rows.push(feature),
            _ => groups.push((&feature.group, vec![feature])),
        }
    }
    let known: BTreeSet<u16> = features.iter().map(|feature| feature.number).collect();
    for shown in &ours.shown {
        let stranger = shown.rows.iter().find(|(row, _)| !known.contains(row));
        ensure!(
            stranger.is_none(),
            "{}.t: {}: no row {stranger:?}",
            shown.file,
            shown.name
        );
    }
    let judged: BTreeMap<u16, _> = features
        .iter()
        .map(|feature| (feature.number, judge(feature.number, ours, reference)))
        .collect();
    let mut text = format!(
        "{HEAD}\n| group | rows | yes | partly | no | core: yes |\n|---|---|---|---|---|---|\n"
    );
    let everything: Vec<&Feature> = features.iter().collect();
    for (group, rows) in groups
        .iter()
        .map(|(group, rows)| (*group, rows))
        .chain([("**total**", &everything)])
    {
        let count = |state| {
            rows.iter()
                .filter(|row| judged[&row.number].0 == state)
                .count()
        };
        let core: Vec<_> = rows.iter().filter(|row| row.weight == "core").collect();
        let core_yes = core
            .iter()
            .filter(|row| judged[&row.number].0 == State::Yes)
            .count();
        writeln!(
            text,
            "| {group} | {} | {} | {} | {} | {core_yes} of {} |",
            rows.len(),
            count(State::Yes),
            count(State::Partly),
            count(State::No),
            core.len()
        )?;
    }
    for (group, rows) in &groups {
        write!(
            text,
            "\n## {group}\n\n| # | feature | weight | state | shown by |\n|---|---|---|---|---|\n"
        )?;
        for row in rows {
            let (state, proofs) = &judged[&row.number];
            let proofs = proofs
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            let name = row.name.replace('|', "\\|").replace('<', "&lt;");
            writeln!(
                text,
                "| {} | {name} | {} | {} | {proofs} |",
                row.number,
                row.weight,
                state.word()
            )?;
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(lines: &[&str]) -> Record {
        Record {
            shown: lines
                .iter()
                .map(|line| Shown::parse(line).unwrap())
                .collect(),
        }
    }

    fn check(ours: &[&str], reference: &[&str], state: State) {
        assert_eq!(
            judge(7, &record(ours), &record(reference)).0,
            state,
            "{ours:?} {reference:?}"
        );
    }

    #[test]
    fn yes_needs_the_whole_row_on_both_servers() {
        check(&["passed\tf\ta\t7"], &["passed\tf\ta\t7"], State::Yes);
        check(&["passed\tf\ta\t7~"], &["passed\tf\ta\t7~"], State::Partly);
        check(&["passed\tf\ta\t7"], &["failed\tf\ta\t7"], State::No);
        check(&["passed\tf\ta\t7"], &[], State::No);
        check(&["passed\tf\ta\t8"], &["passed\tf\ta\t8"], State::No);
    }

    #[test]
    fn one_failure_of_ours_takes_the_yes_away() {
        let reference = ["passed\tf\ta\t7", "passed\tf\tb\t7~"];
        check(
            &["passed\tf\ta\t7", "failed\tf\tb\t7~"],
            &reference,
            State::Partly,
        );
        check(
            &["failed\tf\ta\t7", "failed\tf\tb\t7~"],
            &reference,
            State::No,
        );
    }
}
