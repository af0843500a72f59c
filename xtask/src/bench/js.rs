//! `bench js`: JetStream side by side, each promise against each promise.
//!
//! Seven contestants: ours as it comes (an ack means synced), ours with `sync_interval: 2m`, the reference as it comes (synced
//! every two minutes), the reference a second time (noise), the reference with `sync_interval: always`, and both as they come with a key. They run at the
//! same time, each with a store folder of its own, and are driven by turns.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::contestant::{Contestant, Server};
use super::goals::{Goal, Unit};
use super::results::Results;
use super::{Bench, Plan};
use crate::page::layout;
use crate::tree;

/// The default cipher is the same for both.
const WITH_KEY: &str = "key: \"a key of thirty-two bytes, or so\"";

/// Name in the table, whether it is ours, and what the configuration says beside the folder.
const CONTESTANTS: [(&str, bool, &str); 7] = [
    ("midge", true, ""),
    ("midge-lazy", true, "sync_interval: \"2m\""),
    ("reference", false, ""),
    ("again", false, ""),
    ("always", false, "sync_interval: always"),
    ("midge-key", true, WITH_KEY),
    ("reference-key", false, WITH_KEY),
];

/// Publishing, where all differ.
const PUBLISHING: [&str; 8] = [
    "js-sync-1",
    "js-sync-16",
    "js-window-256",
    "js-window-4000",
    "js-window-256-1k",
    "js-window-4000-1k",
    "js-streams-1000",
    "js-dedupe",
];
/// The rest, where the sync policy plays no part.
const OTHERS: [&str; 6] = [
    "js-kv-put",
    "js-kv-get",
    "js-pull-ack",
    "js-pull-none",
    "js-push",
    "js-filtered",
];
/// What those with a key do: records and payloads that are written, and read.
const ENCRYPTED: [&str; 4] = [
    "js-window-256",
    "js-window-256-1k",
    "js-kv-get",
    "js-pull-none",
];
/// Scenarios on servers of their own: memory and stop with 1,000 assets, start with a million messages.
const WHOLE: [&str; 2] = ["js-assets", "js-million"];
const WHOLE_ROUNDS_MAX: usize = 3;
/// One line of the table.
struct Row {
    scenario: &'static str,
    measure: &'static str,
    unit: Unit,
    ours: &'static str,
    theirs: &'static str,
    goal: Goal,
}

const fn row(
    (scenario, measure): (&'static str, &'static str),
    unit: Unit,
    (ours, theirs): (&'static str, &'static str),
    goal: Goal,
) -> Row {
    Row {
        scenario,
        measure,
        unit,
        ours,
        theirs,
        goal,
    }
}

const fn rate(scenario: &'static str, pair: (&'static str, &'static str), goal: f64) -> Row {
    row((scenario, "rate"), Unit::Rate, pair, Goal::AtLeast(goal))
}

const fn cpu(scenario: &'static str, pair: (&'static str, &'static str), goal: f64) -> Row {
    row(
        (scenario, "cpu_per_million"),
        Unit::Seconds,
        pair,
        Goal::AtMost(goal),
    )
}

/// Durable against lazy: what people get as the servers come.
const AS_THEY_COME: (&str, &str) = ("midge", "reference");
/// Durable against durable.
const DURABLE: (&str, &str) = ("midge", "always");
/// Lazy against lazy.
const LAZY: (&str, &str) = ("midge-lazy", "reference");

/// What a key costs ours.
const KEY_COST: (&str, &str) = ("midge-key", "midge");
/// With a key, otherwise as they come.
const KEYED: (&str, &str) = ("midge-key", "reference-key");

const ROWS: [Row; 52] = [
    rate("js-sync-1", DURABLE, 1.2),
    rate("js-sync-16", DURABLE, 5.0),
    rate("js-window-256", AS_THEY_COME, 1.5),
    rate("js-window-256", DURABLE, 60.0),
    rate("js-window-4000", AS_THEY_COME, 4.0),
    rate("js-window-4000-1k", AS_THEY_COME, 2.5),
    rate("js-streams-1000", DURABLE, 20.0),
    cpu("js-sync-16", DURABLE, 0.5),
    cpu("js-window-256", DURABLE, 0.5),
    cpu("js-streams-1000", DURABLE, 0.5),
    rate("js-sync-1", LAZY, 3.0),
    rate("js-sync-16", LAZY, 3.0),
    rate("js-window-256", LAZY, 3.0),
    rate("js-window-256-1k", LAZY, 3.0),
    rate("js-window-4000", LAZY, 3.0),
    rate("js-window-4000-1k", LAZY, 3.0),
    rate("js-dedupe", LAZY, 3.0),
    cpu("js-sync-1", LAZY, 0.5),
    cpu("js-sync-16", LAZY, 0.5),
    cpu("js-window-256", LAZY, 0.5),
    cpu("js-window-4000", LAZY, 0.5),
    cpu("js-dedupe", LAZY, 0.5),
    rate("js-pull-ack", AS_THEY_COME, 2.0),
    cpu("js-pull-ack", AS_THEY_COME, 0.5),
    rate("js-pull-none", AS_THEY_COME, 2.0),
    cpu("js-pull-none", AS_THEY_COME, 0.5),
    rate("js-push", AS_THEY_COME, 2.0),
    cpu("js-push", AS_THEY_COME, 0.5),
    row(
        ("js-filtered", "ms"),
        Unit::Millis,
        AS_THEY_COME,
        Goal::AtMost(0.05),
    ),
    rate("js-kv-put", AS_THEY_COME, 2.0),
    rate("js-kv-get", AS_THEY_COME, 2.0),
    cpu("js-kv-get", AS_THEY_COME, 0.5),
    row(
        ("js-million", "start_clean_ms"),
        Unit::Millis,
        AS_THEY_COME,
        Goal::AtMost(0.05),
    ),
    row(
        ("js-million", "start_killed_ms"),
        Unit::Millis,
        AS_THEY_COME,
        Goal::AtMost(0.05),
    ),
    row(
        ("js-assets", "bytes_per_asset"),
        Unit::Bytes,
        AS_THEY_COME,
        Goal::AtMost(0.1),
    ),
    row(
        ("js-assets", "stop_ms"),
        Unit::Millis,
        AS_THEY_COME,
        Goal::Under(100.0),
    ),
    rate("js-window-256", KEY_COST, 0.8),
    rate("js-window-256-1k", KEY_COST, 0.8),
    rate("js-kv-get", KEY_COST, 0.8),
    rate("js-pull-none", KEY_COST, 0.8),
    cpu("js-window-256", KEY_COST, 1.4),
    cpu("js-window-256-1k", KEY_COST, 1.4),
    cpu("js-kv-get", KEY_COST, 1.4),
    cpu("js-pull-none", KEY_COST, 1.6),
    rate("js-window-256", KEYED, 1.5),
    rate("js-window-256-1k", KEYED, 1.0),
    rate("js-kv-get", KEYED, 2.0),
    rate("js-pull-none", KEYED, 2.0),
    cpu("js-window-256", KEYED, 0.5),
    cpu("js-window-256-1k", KEYED, 0.5),
    cpu("js-kv-get", KEYED, 0.5),
    cpu("js-pull-none", KEYED, 0.5),
];

const HEAD: [&str; 9] = [
    "scenario",
    "measure",
    "ours",
    "is",
    "theirs",
    "is",
    "ratio",
    "again/ref",
    "goal",
];

/// Whether a scenario belongs here.
pub(super) fn knows(scenario: &str) -> bool {
    PUBLISHING
        .iter()
        .chain(&OTHERS)
        .chain(&WHOLE)
        .any(|known| *known == scenario)
}

/// Runs all rounds and gives the table.
pub(super) fn run(
    plan: Plan,
    load: PathBuf,
    (ours, reference): (PathBuf, PathBuf),
) -> Result<String> {
    let contestants = CONTESTANTS.map(|(name, is_ours, _)| {
        Contestant::new(
            name,
            if is_ours {
                ours.clone()
            } else {
                reference.clone()
            },
        )
    });
    let bench = Bench {
        plan,
        contestants: contestants.into(),
        load,
        config: PathBuf::new(),
    };
    let mut results = Results::default();
    for round in 0..bench.plan.rounds {
        println!("round {} of {}", round + 1, bench.plan.rounds);
        traffic(&bench, round, &mut results)?;
        if round < WHOLE_ROUNDS_MAX {
            whole(&bench, &mut results)?;
        }
    }
    Ok(table(&results))
}

fn traffic(bench: &Bench, round: usize, results: &mut Results) -> Result<()> {
    let wanted: Vec<_> = PUBLISHING
        .iter()
        .chain(&OTHERS)
        .filter(|name| bench.plan.wants(name))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let servers: Vec<Server> = bench
        .contestants
        .iter()
        .map(|one| one.start(&fresh_folder(one.name)?))
        .collect::<Result<_>>()?;
    for (index, scenario) in wanted.into_iter().enumerate() {
        for contestant in bench.turn(round + index) {
            // A window of 4,000 takes the reference a second when it syncs each message.
            let idle = match contestant.name {
                "always" => OTHERS.contains(scenario) || scenario.starts_with("js-window-4000"),
                "midge-lazy" => OTHERS.contains(scenario),
                "midge-key" | "reference-key" => !ENCRYPTED.contains(scenario),
                _ => false,
            };
            if idle {
                continue;
            }
            let server = servers.iter().find(|server| server.name == contestant.name);
            let run = bench.load(server.context("each contestant runs")?, scenario);
            let result = run.with_context(|| format!("{scenario} on {}", contestant.name))?;
            results.add_all(scenario, contestant.name, &result);
        }
        println!("  {scenario}: {}", results.latest(scenario));
    }
    Ok(())
}

/// Scenarios that stop and start servers.
fn whole(bench: &Bench, results: &mut Results) -> Result<()> {
    for contestant in &bench.contestants {
        if !matches!(contestant.name, "midge" | "reference" | "again") {
            continue;
        }
        let mut note =
            |scenario, measure, value| results.add(scenario, contestant.name, measure, value);
        if bench.plan.wants("js-assets") {
            let server = contestant.start(&fresh_folder(contestant.name)?)?;
            let cost = bench.load(&server, "js-assets")?;
            note(
                "js-assets",
                "bytes_per_asset",
                cost["bytes_per_asset"].as_f64().context("no figure")?,
            );
            note("js-assets", "stop_ms", millis(server.stop()?));
        }
        if bench.plan.wants("js-million") {
            let config = fresh_folder(contestant.name)?;
            let server = contestant.start(&config)?;
            bench.load(&server, "js-million")?;
            server.stop()?;
            let server = contestant.start(&config)?;
            note("js-million", "start_clean_ms", millis(server.first_pong));
            drop(server);
            let server = contestant.start(&config)?;
            note("js-million", "start_killed_ms", millis(server.first_pong));
        }
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Empties the contestant's store folder and writes its configuration.
pub(super) fn fresh_folder(name: &str) -> Result<PathBuf> {
    let folder = tree::target()?.join("bench-js").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let more = CONTESTANTS
        .iter()
        .find(|one| one.0 == name)
        .map_or("", |one| one.2);
    let store = folder.join("store");
    let text = format!(
        "host: \"127.0.0.1\"\njetstream {{ store_dir: \"{}\"\n {more} }}\n",
        store.display()
    );
    let config = folder.join("server.conf");
    fs::write(&config, text)?;
    Ok(config)
}

fn table(results: &Results) -> String {
    let head = HEAD.map(str::to_owned).to_vec();
    let rows = ROWS.iter().filter_map(|row| line(row, results));
    layout(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

/// The cells of a row; `None` when one of the two wasn't measured.
fn line(row: &Row, results: &Results) -> Option<Vec<String>> {
    let of = |name| results.median(row.scenario, name, row.measure);
    let (ours, theirs) = (of(row.ours)?, of(row.theirs)?);
    let noise = match (of("again"), of("reference")) {
        (Some(again), Some(reference)) => format!("{:.2}", again / reference),
        _ => "-".to_owned(),
    };
    Some(vec![
        row.scenario.to_owned(),
        row.measure.to_owned(),
        row.ours.to_owned(),
        row.unit.show(ours),
        row.theirs.to_owned(),
        row.unit.show(theirs),
        format!("{:.2}", ours / theirs),
        noise,
        row.goal.judge(ours, Some(theirs), None, None),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_of_a_scenario_that_runs() {
        for row in &ROWS {
            assert!(knows(row.scenario), "{}", row.scenario);
            let is = |name: &str| CONTESTANTS.iter().any(|one| one.0 == name);
            assert!(
                is(row.ours) && is(row.theirs),
                "{} of {} and {}",
                row.scenario,
                row.ours,
                row.theirs
            );
        }
    }

    #[test]
    fn a_row_compares_the_two_it_names() {
        let mut results = Results::default();
        results.add("js-sync-1", "midge", "rate", 3000.0);
        results.add("js-sync-1", "always", "rate", 2000.0);
        let table = table(&results);
        assert_eq!(table.lines().count(), 3, "{table}");
        assert!(table.contains("| 1.50 "), "{table}");
        assert!(table.contains(">= 1.20 met"), "{table}");
    }
}
