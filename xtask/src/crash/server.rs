//! `crash server`: the whole server under load, killed, deprived of its disk, or of the room and the time it needs, beside a ledger of what it
//! promised.
//!
//! `midge-load ledger` is the load and the ledger (its head tells what it publishes, consumes, removes and defines); here the server is
//! started, killed at a random moment, and started again. Its configuration names a store folder and nothing else; with `--encrypted` a key, which is
//! another one at each start of ours. The
//! reference goes through the same; what it loses is counted, what ours loses is an error.

mod disturb;
mod ledger;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::ext4::{self, Mounted};
use crate::bench::contestant::{Contestant, Server};
use crate::{bench, page, process, reference, tree};
use ledger::Ledger;
use table::Totals;

const KILLS: u32 = 100;
const STOPS: u32 = 20;
/// Faults that pass, of each kind.
const PASSING: u32 = 10;
/// Milliseconds that the clients work before a fault, at least and at most.
const LIFE: (u64, u64) = (20, 500);
/// Milliseconds after which a server is killed that has hardly begun to open its store, at most.
const BIRTH: u64 = 20;
/// One fault in so many is followed by such a second one.
const BIRTHS: u64 = 4;
const DISK_MIB: u32 = 512;
const USAGE: &str = "crash server [--kills N] [--stops N] [--slow N] [--full N] [--scarce N] [--seed S] [--encrypted] [--reference] [--write]";

struct Plan {
    kills: u32,
    stops: u32,
    slow: u32,
    full: u32,
    scarce: u32,
    seed: u64,
    encrypted: bool,
    /// The reference too.
    both: bool,
    write: bool,
}

impl Plan {
    fn parse(args: &[String]) -> Result<Self> {
        let mut plan = Self {
            kills: KILLS,
            stops: STOPS,
            slow: PASSING,
            full: PASSING,
            scarce: PASSING,
            seed: 1,
            encrypted: false,
            both: false,
            write: false,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().context(USAGE);
            match arg.as_str() {
                "--kills" => plan.kills = value()?.parse()?,
                "--stops" => plan.stops = value()?.parse()?,
                "--slow" => plan.slow = value()?.parse()?,
                "--full" => plan.full = value()?.parse()?,
                "--scarce" => plan.scarce = value()?.parse()?,
                "--seed" => plan.seed = value()?.parse()?,
                "--encrypted" => plan.encrypted = true,
                "--reference" => plan.both = true,
                "--write" => (plan.both, plan.write) = (true, true),
                _ => bail!(USAGE),
            }
        }
        ensure!(
            !plan.write || !plan.encrypted,
            "the table is of stores in clear"
        );
        Ok(plan)
    }
}

/// See [`USAGE`].
pub fn run(args: &[String]) -> Result<()> {
    let plan = Plan::parse(args)?;
    bench::build_load()?;
    let mut contestants = vec![Contestant::new("midge", tree::midge()?)];
    if plan.both {
        contestants.push(Contestant::new("nats-server", reference::nats_server()?));
    }
    let base = tree::target()?.join("crash");
    let mut columns = Vec::new();
    for fault in Fault::ALL {
        let times = fault.times(&plan);
        if times == 0 || !fault.can_be_had(&base) {
            continue;
        }
        for contestant in &contestants {
            let totals = play(contestant, fault, &plan, &base)?;
            println!("{}, {}: {totals}", contestant.name, fault.told(times));
            let is_ours = contestant.name == "midge";
            ensure!(
                !is_ours || totals.all_kept(),
                "a promise was broken: {totals}"
            );
            columns.push((
                format!("{}, {}", contestant.name, fault.told(times)),
                totals,
            ));
        }
    }
    if plan.write {
        let all = Fault::ALL.len() * contestants.len();
        ensure!(columns.len() == all, "a table of some faults isn't written");
        let (hard, passing) = columns.split_at(2 * contestants.len());
        page::write_section("docs/durability.md", "faults", &table::show(hard))?;
        page::write_section(
            "docs/durability.md",
            "passing-faults",
            &table::show(passing),
        )?;
    }
    Ok(())
}

/// What happens to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// SIGKILL: what it wrote is in the page cache and stays.
    Kill,
    /// Its file system stops without a flush, as when the power fails; then it is killed.
    Stop,
    /// Syncs take up to 400 ms for a while; then it is killed.
    Slow,
    /// The disk has no room for a while; then it is killed.
    Full,
    /// It gets no file descriptor for a while; then it is killed.
    Scarce,
}

impl Fault {
    const ALL: [Self; 5] = [Self::Kill, Self::Stop, Self::Slow, Self::Full, Self::Scarce];

    fn times(self, plan: &Plan) -> u32 {
        match self {
            Self::Kill => plan.kills,
            Self::Stop => plan.stops,
            Self::Slow => plan.slow,
            Self::Full => plan.full,
            Self::Scarce => plan.scarce,
        }
    }

    fn told(self, times: u32) -> String {
        match self {
            Self::Kill => format!("killed {times} times"),
            Self::Stop => format!("power cut {times} times"),
            Self::Slow => format!("disk slow {times} times"),
            Self::Full => format!("disk full {times} times"),
            Self::Scarce => format!("no descriptors {times} times"),
        }
    }

    /// Whether it needs a file system of its own.
    fn needs_disk(self) -> bool {
        matches!(self, Self::Stop | Self::Slow | Self::Full)
    }

    /// Whether requests may be refused while it lasts.
    fn refuses(self) -> bool {
        matches!(self, Self::Stop | Self::Full | Self::Scarce)
    }

    /// Whether this machine can do it; else it says why not.
    fn can_be_had(self, base: &Path) -> bool {
        let (name, tool, option) = match self {
            Self::Kill => return true,
            Self::Stop => ("stop", "python3", "--version"),
            Self::Slow => ("slow", "fsfreeze", "--version"),
            Self::Full => ("full", "fallocate", "--version"),
            Self::Scarce => ("scarce", "prlimit", "--version"),
        };
        let why_not = match () {
            () if !process::answers(tool, &[option]) => format!("needs {tool}"),
            () if !self.needs_disk() => return true,
            () => match Mounted::new(base, "probe", 16) {
                Ok(_) => return true,
                Err(error) => format!("no loop device can be mounted here: {error:#}"),
            },
        };
        println!("SKIPPED crash-server-{name} {why_not}");
        false
    }
}

/// One server through so many faults.
fn play(contestant: &Contestant, fault: Fault, plan: &Plan, base: &Path) -> Result<Totals> {
    let mut stage = Stage::new(contestant, fault, plan.encrypted, base)?;
    let mut dice = Dice(plan.seed);
    let mut ledger = Ledger::start()?;
    let mut totals = Totals::default();
    let mut server = stage.start(&mut ledger, &mut totals)?;
    for turn in 0..fault.times(plan) {
        ledger.say(&format!("work {}", server.addr))?;
        thread::sleep(Duration::from_millis(dice.between(LIFE.0, LIFE.1)));
        if stage.disturb(fault, &server)? && !disturb::goes_on(server.addr) {
            totals.stuck += 1;
        }
        stage.strike(fault, server)?;
        let ends = ledger.say("stop")?;
        totals.note_ends(&ends);
        if stage.is_ours() {
            let calm = table::is_empty(&ends["surprises"])
                && (fault.refuses() || table::is_empty(&ends["refused"]));
            ensure!(calm, "before fault {}: {ends}", turn + 1);
            ensure!(totals.stuck == 0, "fault {} has no end", turn + 1);
        }
        if fault == Fault::Kill && dice.between(0, BIRTHS) == 0 {
            let newborn = contestant.spawn(&stage.config)?;
            thread::sleep(Duration::from_millis(dice.between(0, BIRTH)));
            drop(newborn);
        }
        server = stage
            .start(&mut ledger, &mut totals)
            .with_context(|| format!("{} after fault {}", contestant.name, turn + 1))?;
    }
    Ok(totals)
}

/// A server's configuration, its store and, if need be, its disk.
struct Stage<'a> {
    contestant: &'a Contestant,
    config: PathBuf,
    log: PathBuf,
    store: PathBuf,
    disk: Option<Mounted>,
    /// Number of the key that the store is under, if it is encrypted; 0: of none yet.
    key: Option<u32>,
}

impl<'a> Stage<'a> {
    fn new(contestant: &'a Contestant, fault: Fault, encrypted: bool, base: &Path) -> Result<Self> {
        let folder = base.join(format!("server-{}", contestant.name));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let disk = match fault.needs_disk() {
            false => None,
            true => Some(Mounted::new(base, "server", DISK_MIB)?),
        };
        let store = match &disk {
            None => folder.join("store"),
            Some(disk) => disk.point().join("store"),
        };
        Ok(Self {
            contestant,
            config: folder.join("server.conf"),
            log: folder.join("server.log"),
            store,
            disk,
            key: encrypted.then_some(0),
        })
    }

    /// The configuration for a start; what is under one key of ours is under the next one then. (The reference's consumers don't survive that.)
    fn write_config(&self) -> Result<()> {
        let keys = match self.key {
            None => String::new(),
            Some(key) if self.is_ours() => {
                format!("key: \"key-{}\", prev_key: \"key-{key}\",", key + 1)
            }
            Some(_) => "key: \"key\",".to_owned(),
        };
        let text = format!(
            "host: \"127.0.0.1\"\nlog_file: \"{}\"\njetstream {{ {keys} store_dir: \"{}\" }}\n",
            self.log.display(),
            self.store.display()
        );
        fs::write(&self.config, text).context("write the configuration")
    }

    fn is_ours(&self) -> bool {
        self.contestant.name == "midge"
    }

    /// Starts the server and has the ledger look what it still knows.
    fn start(&mut self, ledger: &mut Ledger, totals: &mut Totals) -> Result<Server> {
        match self.try_start(ledger) {
            Ok((server, verdict)) => {
                totals.add(&verdict);
                ensure!(
                    !self.is_ours() || totals.all_kept(),
                    "a promise was broken: {verdict}"
                );
                Ok(server)
            }
            Err(error) if self.is_ours() => Err(error),
            // What can't be had back is lost; it goes on with an empty folder.
            Err(error) => {
                println!("{} starts anew: {error:#}", self.contestant.name);
                totals.add(&ledger.say("forget")?);
                totals.given_up += 1;
                fs::remove_dir_all(&self.store)?;
                self.try_start(ledger).map(|(server, _)| server)
            }
        }
    }

    fn try_start(&mut self, ledger: &mut Ledger) -> Result<(Server, Value)> {
        self.write_config()?;
        let server = self.contestant.start(&self.config)?;
        self.key = self.key.map(|key| key + 1);
        let verdict = ledger.say(&format!("check {}", server.addr))?;
        match &verdict["error"] {
            Value::Null => Ok((server, verdict)),
            error => bail!("{error}"),
        }
    }

    /// The fault, if it is one that passes. `false`: it isn't.
    fn disturb(&self, fault: Fault, server: &Server) -> Result<bool> {
        match (fault, &self.disk) {
            (Fault::Slow, Some(disk)) => disturb::slow_down(disk.point())?,
            (Fault::Full, Some(disk)) => disturb::fill(disk.point())?,
            (Fault::Scarce, _) => disturb::starve(server.pid())?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The end of the server, with its disk's if that is the fault.
    fn strike(&mut self, fault: Fault, server: Server) -> Result<()> {
        if fault != Fault::Stop {
            drop(server);
            return Ok(());
        }
        if let Some(disk) = &self.disk {
            ext4::stop(disk.point());
            // What the server still answers is an error, and must not be a promise.
            thread::sleep(Duration::from_millis(50));
        }
        drop(server);
        self.disk.as_mut().map_or(Ok(()), Mounted::remount)
    }
}

/// A small generator: a seed gives the same moments again.
struct Dice(u64);

impl Dice {
    fn between(&mut self, least: u64, most: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        least + (z ^ (z >> 31)) % (most - least)
    }
}
