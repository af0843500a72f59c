//! `bench filters`: how fast consumers with filters of all kinds get their messages, out of streams of all kinds.
//!
//! A grid: a row for each stream and kind of filters, with pulls and pushes beside the reference's. `midge-load`'s `js/filters.rs` says what
//! each kind is. Both servers run at the same time, each with a store of its own, and take turns.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::contestant::{Contestant, Server};
use super::js::fresh_folder;
use super::results::Results;
use super::{Bench, Plan};
use crate::page::layout;

const SHAPES: [&str; 7] = [
    "filters-one",
    "filters-1k",
    "filters-100k",
    "filters-300k",
    "filters-1m",
    "filters-2kb",
    "filters-open",
];

/// Kinds of filters, and whether they mean all that the stream has.
const KINDS: [(&str, bool); 8] = [
    ("none", false),
    ("cover", true),
    ("tokens", true),
    ("half", false),
    ("ten", true),
    ("hundred", false),
    ("300", true),
    ("sparse", false),
];
const FORMS: [&str; 2] = ["pull", "push"];
const ROUNDS_MAX: usize = 3;

/// What the reference does, at least.
const LEAST: f64 = 1.0;
/// The same without filters, over many subjects.
const LEAST_UNFILTERED: (&str, f64) = ("filters-300k", 2.0);
/// Of our own rate without filters, when the filters mean everything.
const OF_UNFILTERED: f64 = 0.5;

const HEAD: [&str; 9] = [
    "stream",
    "filters",
    "pull",
    "reference",
    "ratio",
    "push",
    "reference",
    "ratio",
    "goal",
];

/// Whether a scenario belongs here.
pub(super) fn knows(scenario: &str) -> bool {
    SHAPES.contains(&scenario)
}

/// Runs all rounds and gives the table.
pub(super) fn run(
    plan: Plan,
    load: PathBuf,
    (ours, reference): (PathBuf, PathBuf),
) -> Result<String> {
    let contestants = vec![
        Contestant::new("midge", ours),
        Contestant::new("reference", reference),
    ];
    let bench = Bench {
        plan,
        contestants,
        load,
        config: PathBuf::new(),
    };
    let mut results = Results::default();
    for round in 0..bench.plan.rounds.min(ROUNDS_MAX) {
        println!("round {}", round + 1);
        let start = |one: &Contestant| one.start(&fresh_folder(one.name)?);
        let servers: Vec<Server> = bench.contestants.iter().map(start).collect::<Result<_>>()?;
        let wanted = SHAPES.iter().filter(|shape| bench.plan.wants(shape));
        for (index, shape) in wanted.enumerate() {
            for contestant in bench.turn(round + index) {
                let server = servers.iter().find(|server| server.name == contestant.name);
                let run = bench.load(server.context("each contestant runs")?, shape);
                let result = run.with_context(|| format!("{shape} on {}", contestant.name))?;
                results.add_all(shape, contestant.name, &result);
            }
            println!("  {shape}");
        }
    }
    Ok(table(&results))
}

fn table(results: &Results) -> String {
    let head = HEAD.map(str::to_owned).to_vec();
    let live = SHAPES.iter().filter_map(|shape| live_line(shape, results));
    let grid = SHAPES.iter().flat_map(|shape| {
        let lines = KINDS.iter().filter_map(|kind| line(shape, *kind, results));
        lines.collect::<Vec<_>>()
    });
    layout(
        &std::iter::once(head)
            .chain(grid)
            .chain(live)
            .collect::<Vec<_>>(),
    )
}

/// Our rate and the reference's; `None` when one of the two wasn't measured.
fn rates(shape: &str, measure: &str, results: &Results) -> Option<(f64, f64)> {
    let of = |name| results.median(shape, name, measure);
    Some((of("midge")?, of("reference")?))
}

fn line(shape: &str, (kind, covers): (&str, bool), results: &Results) -> Option<Vec<String>> {
    let mut cells = vec![shape.to_owned(), kind.to_owned()];
    let mut met = true;
    for form in FORMS {
        let (ours, theirs) = rates(shape, &format!("{kind}-{form}"), results)?;
        let (unfiltered, _) = rates(shape, &format!("none-{form}"), results)?;
        met &= ours / theirs >= least(shape, kind);
        met &= !covers || ours / unfiltered >= OF_UNFILTERED;
        cells.extend([ours, theirs].map(thousands));
        cells.push(format!("{:.2}", ours / theirs));
    }
    let own = if covers { ", half of unfiltered" } else { "" };
    let goal = format!(">= {:.1}{own} {}", least(shape, kind), verdict(met));
    cells.push(goal);
    Some(cells)
}

/// Three hundred filters while messages come: there is no pull beside it.
fn live_line(shape: &str, results: &Results) -> Option<Vec<String>> {
    let (ours, theirs) = rates(shape, "300-live", results)?;
    let ratio = ours / theirs;
    let mut cells = [shape, "300, live", "", "", ""].map(str::to_owned).to_vec();
    cells.extend([ours, theirs].map(thousands));
    cells.push(format!("{ratio:.2}"));
    cells.push(format!(">= {LEAST:.1} {}", verdict(ratio >= LEAST)));
    Some(cells)
}

fn least(shape: &str, kind: &str) -> f64 {
    match (kind, LEAST_UNFILTERED) {
        ("none", (wide, least)) if wide == shape => least,
        _ => LEAST,
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

fn thousands(rate: f64) -> String {
    format!("{:.0} k/s", rate / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_means_everything_is_held_to_our_own_rate() {
        let mut results = Results::default();
        for (name, none, cover) in [
            ("midge", 200_000.0, 90_000.0),
            ("reference", 80_000.0, 80_000.0),
        ] {
            for form in FORMS {
                results.add("filters-1k", name, &format!("none-{form}"), none);
                results.add("filters-1k", name, &format!("cover-{form}"), cover);
            }
        }
        let table = table(&results);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4, "{table}");
        assert!(
            lines[2].contains("2.50") && lines[2].contains(" met"),
            "{table}"
        );
        assert!(lines[3].contains("MISSED"), "{table}");
    }
}
