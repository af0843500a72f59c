//! `bench`: our broker and nats-server side by side, in one run, on the same work.
//!
//! Four contestants run at the same time on free loopback ports with the same configuration file: ours, the
//! reference, the reference again (what differs between these two is noise), and the forwarder, the smallest
//! program that still moves the messages. For each scenario of each round they take turns, in an order that
//! rotates; `midge-load` drives one of them while the others are idle. The table shows medians over the rounds.

pub mod contestant;
mod filters;
mod goals;
mod js;
mod results;
mod streamlog;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{page, process, reference, tree};
use contestant::{Contestant, Server};
use results::Results;

const BUILD_MAX: Duration = Duration::from_secs(900);
const PAGE: &str = "docs/benchmarks.md";

/// The same for all. Everything else is at its default: no option exists only for benches.
const CONFIGURATION: &str = "host: \"127.0.0.1\"\n";

/// What runs on long-lived servers, in each round.
const TRAFFIC: [&str; 12] = [
    "one-16",
    "one-128",
    "one-1k",
    "one-16k",
    "fanout-64",
    "pairs-4",
    "queue-8",
    "headers",
    "filters-20k",
    "request-1",
    "request-32",
    "churn",
];

/// What wants a server just started. Memory hardly varies, so few rounds suffice.
const MEMORY: [&str; 3] = ["connections", "subscriptions", "come-and-go"];
const MEMORY_ROUNDS_MAX: usize = 3;

const STARTS_PER_ROUND: usize = 3;

/// Runs the bench: `core` (or nothing), `js`, `filters` or `streamlog`. Flags: `--rounds N`, `--only SCENARIO` (may repeat), `--quick`,
/// `--ours PATH`, `--write`.
pub fn run(args: &[String]) -> Result<()> {
    match args.split_first() {
        Some((name, args)) if name == "js" => run_js(args),
        Some((name, args)) if name == "filters" => run_filters(args),
        Some((name, args)) if name == "streamlog" => streamlog::run(args),
        Some((name, args)) if name == "core" => run_core(args),
        _ => run_core(args),
    }
}

fn run_js(args: &[String]) -> Result<()> {
    let plan = Plan::parse(args, js::knows)?;
    let (rounds, write) = (plan.rounds, plan.write);
    let ours = build(&plan)?;
    let table = js::run(plan, load_generator()?, (ours, reference::nats_server()?))?;
    println!("\n{table}");
    if write {
        page::write_section(
            PAGE,
            "js",
            &format!("Medians of {rounds} rounds of `cargo xtask bench js`.\n\n{table}"),
        )?;
    }
    Ok(())
}

fn run_filters(args: &[String]) -> Result<()> {
    let plan = Plan::parse(args, filters::knows)?;
    let (rounds, write) = (plan.rounds, plan.write);
    let ours = build(&plan)?;
    let table = filters::run(plan, load_generator()?, (ours, reference::nats_server()?))?;
    println!("\n{table}");
    if write {
        let text = format!("Medians of {rounds} rounds of `cargo xtask bench filters`.\n\n{table}");
        page::write_section(PAGE, "filters", &text)?;
    }
    Ok(())
}

fn run_core(args: &[String]) -> Result<()> {
    let known = |name: &str| name == "start" || TRAFFIC.contains(&name) || MEMORY.contains(&name);
    let plan = Plan::parse(args, known)?;
    let contestants = contestants(&plan)?;
    let load = load_generator()?;
    let config = tree::target()?.join("bench.conf");
    fs::write(&config, CONFIGURATION)?;
    let bench = Bench {
        plan,
        contestants,
        load,
        config,
    };
    let results = bench.run()?;
    let table = goals::table(&results);
    println!("\n{table}");
    let page = tree::root().join(PAGE);
    let old = fs::read_to_string(&page).unwrap_or_default();
    let path = if bench.plan.write {
        page
    } else {
        tree::target()?.join("benchmarks.md")
    };
    fs::write(&path, goals::document(&table, bench.plan.rounds, &old))?;
    println!("written to {}", path.display());
    Ok(())
}

/// What the command line asks for.
struct Plan {
    rounds: usize,
    only: Vec<String>,
    seconds: f64,
    ours: Option<PathBuf>,
    write: bool,
}

impl Plan {
    fn parse(args: &[String], known: impl Fn(&str) -> bool) -> Result<Self> {
        let mut plan = Self {
            rounds: 5,
            only: Vec::new(),
            seconds: 0.8,
            ours: None,
            write: false,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} wants a value"));
            match arg.as_str() {
                "--rounds" => plan.rounds = value()?.parse().context("--rounds wants a number")?,
                "--only" => plan.only.push(value()?.clone()),
                "--ours" => plan.ours = Some(value()?.into()),
                "--write" => plan.write = true,
                "--quick" => (plan.rounds, plan.seconds) = (1, 0.4),
                _ => bail!("unknown argument {arg}"),
            }
        }
        ensure!(plan.rounds > 0, "--rounds wants 1 or more");
        if let Some(name) = plan.only.iter().find(|name| !known(name)) {
            bail!("no scenario {name} here");
        }
        Ok(plan)
    }

    fn wants(&self, scenario: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == scenario)
    }
}

/// Builds the load generator and our broker, unless another one was named.
fn build(plan: &Plan) -> Result<PathBuf> {
    build_load()?;
    match &plan.ours {
        Some(path) => Ok(path.clone()),
        None => tree::midge(),
    }
}

/// Builds the load generator.
pub fn build_load() -> Result<()> {
    let mut build = tree::cargo();
    build.args(["build", "--release", "--package", "midge-benches", "--bins"]);
    process::must(&mut build, BUILD_MAX)
}

/// Where the load generator is.
pub fn load_generator() -> Result<PathBuf> {
    Ok(tree::target()?
        .join("release")
        .join(tree::exe("midge-load")))
}

/// Builds and fetches all programs.
fn contestants(plan: &Plan) -> Result<Vec<Contestant>> {
    let ours = build(plan)?;
    let reference = reference::nats_server()?;
    let forwarder = tree::target()?
        .join("release")
        .join(tree::exe("midge-forwarder"));
    Ok(vec![
        Contestant::new("midge", ours),
        Contestant::new("reference", reference.clone()),
        Contestant::new("again", reference),
        Contestant::new("forwarder", forwarder),
    ])
}

struct Bench {
    plan: Plan,
    contestants: Vec<Contestant>,
    load: PathBuf,
    config: PathBuf,
}

impl Bench {
    fn run(&self) -> Result<Results> {
        let mut results = Results::default();
        for round in 0..self.plan.rounds {
            println!("round {} of {}", round + 1, self.plan.rounds);
            self.starts(round, &mut results)?;
            self.traffic(round, &mut results)?;
            if round < MEMORY_ROUNDS_MAX {
                self.memory(&mut results)?;
            }
        }
        Ok(results)
    }

    /// The contestants in an order that rotates with each turn.
    fn turn(&self, turn: usize) -> impl Iterator<Item = &Contestant> {
        let count = self.contestants.len();
        (0..count).map(move |index| &self.contestants[(index + turn) % count])
    }

    /// From exec to the first PONG.
    fn starts(&self, round: usize, results: &mut Results) -> Result<()> {
        if !self.plan.wants("start") {
            return Ok(());
        }
        for turn in 0..STARTS_PER_ROUND {
            for contestant in self.turn(round + turn) {
                let server = contestant.start(&self.config)?;
                let millis = server.first_pong.as_secs_f64() * 1e3;
                results.add("start", contestant.name, "first_pong_ms", millis);
            }
        }
        Ok(())
    }

    fn traffic(&self, round: usize, results: &mut Results) -> Result<()> {
        let wanted: Vec<_> = TRAFFIC
            .iter()
            .filter(|name| self.plan.wants(name))
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let starts = self.contestants.iter().map(|one| one.start(&self.config));
        let servers: Vec<Server> = starts.collect::<Result<_>>()?;
        for (index, scenario) in wanted.into_iter().enumerate() {
            for contestant in self.turn(round + index) {
                let server = servers.iter().find(|server| server.name == contestant.name);
                let server = server.context("each contestant runs")?;
                let run = self.load(server, scenario);
                let result = run.with_context(|| format!("{scenario} on {}", contestant.name))?;
                results.add_all(scenario, contestant.name, &result);
            }
            println!("  {scenario}: {}", results.latest(scenario));
        }
        Ok(())
    }

    /// All at once: memory doesn't mind who else runs, and most of the time is waiting.
    fn memory(&self, results: &mut Results) -> Result<()> {
        let jobs = self
            .contestants
            .iter()
            .flat_map(|one| MEMORY.map(|scenario| (one, scenario)));
        let jobs = jobs.filter(|(_, scenario)| self.plan.wants(scenario));
        let done = thread::scope(|scope| {
            let start = |(one, scenario): (&'_ Contestant, &'static str)| {
                let server = one.start(&self.config)?;
                let result = self.load(&server, scenario);
                let result = result.with_context(|| format!("{scenario} on {}", one.name))?;
                Ok((scenario, one.name, result))
            };
            let threads: Vec<_> = jobs.map(|job| scope.spawn(move || start(job))).collect();
            let joined = threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"));
            joined.collect::<Result<Vec<(_, _, Value)>>>()
        })?;
        for (scenario, name, result) in done {
            results.add_all(scenario, name, &result);
        }
        Ok(())
    }

    /// One run of the load generator.
    fn load(&self, server: &Server, scenario: &str) -> Result<Value> {
        let mut load = Command::new(&self.load);
        load.arg(scenario);
        load.args(["--addr", &server.addr.to_string()]);
        load.args(["--pid", &server.pid().to_string()]);
        load.args(["--seconds", &self.plan.seconds.to_string()]);
        let line = process::output(&mut load)?;
        serde_json::from_str(&line).context("the load prints a line of JSON")
    }
}
