//! `probe`: users with random rights, held against a small model of what they may do, and beside the reference.
//!
//! A round has a server with users whose lists are random, mappings, and a domain. The users publish, subscribe, answer requests, ask JetStream and
//! define what it does, with random subjects; a connection that may do everything listens and says what arrived where. Each question with its
//! answer is a verdict. One that lets through what the model (`probe/model.rs`) forbids is a hole; publishes and answers must be as the model
//! says in both directions, so that a server which refuses everything doesn't pass.
//!
//! Rounds follow from a seed. A failure names its own, and `probe 1 SEED` plays it again.

mod jetstream;
mod model;
mod plain;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Result, bail};
use midge_testkit::rng::Rng;
use midge_testkit::server::Server;

use crate::{reference, tree};
use model::World;

const VERDICTS: usize = 5_000;
const USAGE: &str = "probe [VERDICTS] [SEED] [--ours PATH]";
/// Failures that are told; more say nothing new.
const TOLD_MAX: usize = 20;

/// What came of the questions so far.
#[derive(Default)]
struct Tally {
    verdicts: usize,
    /// Those that let something through.
    allowed: usize,
    faults: Vec<String>,
}

impl Tally {
    /// A verdict that must be what the model says.
    fn exact(&mut self, got: bool, want: bool, question: impl FnOnce() -> String) {
        self.verdicts += 1;
        self.allowed += usize::from(got);
        if got != want {
            let how = if got { "looser" } else { "stricter" };
            self.faults
                .push(format!("{how} than the model: {}", question()));
        }
    }

    /// A verdict that may be stricter than the model.
    fn within(&mut self, got: bool, most: bool, question: impl FnOnce() -> String) {
        self.exact(got, got && most, question);
    }
}

/// See [`USAGE`].
pub fn run(args: &[String]) -> Result<()> {
    let (mut numbers, mut ours) = (Vec::new(), None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--ours" => ours = args.next().map(PathBuf::from),
            number => numbers.push(number.parse::<u64>().map_err(|_| anyhow::anyhow!(USAGE))?),
        }
    }
    let wanted = numbers.first().map_or(VERDICTS, |&wanted| wanted as usize);
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let mut seed = numbers.get(1).copied().unwrap_or(clock.as_secs());
    let ours = ours.map_or_else(tree::midge, Ok)?;
    let reference = reference::nats_server();
    if let Err(why) = &reference {
        println!("SKIPPED probe beside the reference: {why:#}");
    }
    let mut tally = Tally::default();
    let mut beside = 0;
    while tally.verdicts < wanted && tally.faults.is_empty() {
        beside += round(seed, &ours, reference.as_deref().ok(), &mut tally)?;
        for fault in tally.faults.iter().take(TOLD_MAX) {
            println!("seed {seed}: {fault}");
        }
        seed += 1;
    }
    println!(
        "{} verdicts, {} of them let something through, {beside} asked of the reference too; {} faults",
        tally.verdicts,
        tally.allowed,
        tally.faults.len()
    );
    if !tally.faults.is_empty() {
        bail!("{} verdicts aren't what the model says", tally.faults.len());
    }
    Ok(())
}

/// One world. Returns how many questions the reference answered.
fn round(seed: u64, ours: &Path, reference: Option<&Path>, tally: &mut Tally) -> Result<usize> {
    let mut rng = Rng::seeded(seed);
    let world = World::random(&mut rng);
    let questions = plain::Questions::random(&world, &mut rng);
    let server = Server::configure(ours).conf(&world.config()).start()?;
    let address = server.client_address();
    let answers = questions.ask(&world, address)?;
    questions.judge(&world, &answers, tally);
    jetstream::probe(&world, address, &mut rng, tally)?;
    drop(server);
    let Some(reference) = reference else {
        return Ok(0);
    };
    let server = Server::configure(reference).conf(&world.config()).start()?;
    let theirs = questions.ask(&world, server.client_address())?;
    questions.compare(&world, &answers, &theirs, tally);
    Ok(theirs.len())
}
