//! `shapes`: what is large, or many, or scarce, on the program that users run.
//!
//! Each [`Shape`] has a server of its own, and is played by one client. The laws: what was acknowledged is there, after a restart too; whoever waits
//! is served; and at the end the server's watchdog has found nothing that stood still (`jetstream_stalls_total` of `/metrics`). What doesn't come
//! within the client's patience (`peer.rs`) makes the verb fail.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bench::contestant::Server;
use crate::crash::ext4::Mounted;
use crate::peer::Peer;
use crate::stage::{self, Stage};
use crate::tree;

const USAGE: &str = "shapes [SHAPE..] [--ours PATH]";
const CONSUMERS: usize = 3_000;
/// Messages for each of them.
const EACH: usize = 10;
const FILTERS: usize = 300;
/// Messages that are there before the consumer with the filters, and that come while it waits.
const OLD: usize = 60_000;
const NEW: usize = 6_000;
const MILLION: usize = 1_000_000;
const LARGE_BYTES: usize = 64 << 20;
const LARGE: usize = 5;
/// A few bytes less than what a definition may have.
const METADATA_BYTES: usize = 125_000;
const METADATA_CONSUMERS: usize = 300;
const METADATA_STREAMS: usize = 100;
const STREAMS: usize = 1_000;
const SMALL_DISK_MIB: u32 = 64;
/// Of the streams on it one in so many isn't deleted: it has room for their segments.
const KEPT_ONE_IN: usize = 8;
const DESCRIPTORS: u32 = 48;
/// Streams of a server that has so few.
const STREAMS_SHORT: usize = 200;
/// Messages of each of many streams, and their bytes.
const FEW: usize = 20;
const BODY_BYTES: usize = 1_000;
/// Messages between two waits for the server.
const WINDOW: usize = 1_000;
/// Messages of one pull.
const PULL: usize = 100_000;
/// So long after there is room again a stream may refuse a message.
const RECOVERY_MAX: Duration = Duration::from_secs(10);
/// Nothing comes again in a run.
const ACK_WAIT: &str = "3600000000000";

struct Shape {
    name: &'static str,
    /// The server may have so many descriptors.
    descriptors: Option<u32>,
    /// Its disk is so small.
    disk_mib: Option<u32>,
    play: fn(&mut Case) -> Result<()>,
}

const fn shape(name: &'static str, play: fn(&mut Case) -> Result<()>) -> Shape {
    Shape {
        name,
        descriptors: None,
        disk_mib: None,
        play,
    }
}

const SHAPES: [Shape; 8] = [
    shape("consumers", consumers),
    shape("filters", filters),
    shape("keys", keys),
    shape("large", large),
    shape("pending", pending),
    shape("metadata", metadata),
    Shape {
        disk_mib: Some(SMALL_DISK_MIB),
        ..shape("small-disk", small_disk)
    },
    Shape {
        descriptors: Some(DESCRIPTORS),
        ..shape("descriptors", few_descriptors)
    },
];

/// See [`USAGE`].
pub fn run(args: &[String]) -> Result<()> {
    let (mut ours, mut names) = (None, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--ours" => ours = Some(PathBuf::from(args.next().context(USAGE)?)),
            name => names.push(name),
        }
    }
    let known = |name: &&str| SHAPES.iter().any(|shape| shape.name == *name);
    ensure!(names.iter().all(known), "{USAGE}");
    let program = ours.map_or_else(tree::midge, Ok)?;
    let meant = SHAPES
        .iter()
        .filter(|it| names.is_empty() || names.contains(&it.name));
    for shape in meant {
        let begun = Instant::now();
        if shape
            .is_played(&program)
            .with_context(|| shape.name.to_owned())?
        {
            println!("{:12} {:6.1} s", shape.name, begun.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

impl Shape {
    /// False if this machine can't.
    fn is_played(&self, program: &Path) -> Result<bool> {
        let base = tree::target()?.join("shapes-parts");
        fs::create_dir_all(&base)?;
        let disk = match self.disk_mib.map(|mib| Mounted::new(&base, "small", mib)) {
            Some(Err(error)) => {
                println!(
                    "SKIPPED shapes-{} no loop device can be mounted here: {error:#}",
                    self.name
                );
                return Ok(false);
            }
            disk => disk.transpose()?,
        };
        let program = match self.descriptors {
            None => program.to_owned(),
            Some(count) => limited(&base, program, count)?,
        };
        let stage = Stage::new("shapes", program, disk.as_ref().map(Mounted::point))?;
        let mut case = Case::new(stage)?;
        (self.play)(&mut case)?;
        case.stood_never_still()?;
        Ok(true)
    }
}

/// A script that starts `program` with so many descriptors at most.
fn limited(base: &Path, program: &Path, count: u32) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let script = base.join("limited");
    let program = program.display();
    fs::write(
        &script,
        format!("#!/bin/sh\nulimit -n {count}\nexec \"{program}\" \"$@\"\n"),
    )?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(script)
}

/// A server and its client. Answers come to `inbox`, what was pulled to `pulled`.
struct Case {
    peer: Peer,
    server: Option<Server>,
    stage: Stage,
}

impl Case {
    fn new(stage: Stage) -> Result<Self> {
        let server = stage.start()?;
        Ok(Self {
            peer: enter(&server)?,
            server: Some(server),
            stage,
        })
    }

    /// The server stops, and starts with what it has.
    fn restart(&mut self) -> Result<()> {
        self.server
            .take()
            .map_or(Ok(Duration::ZERO), Server::stop)?;
        let server = self.stage.start()?;
        self.peer = enter(&server)?;
        self.server = Some(server);
        Ok(())
    }

    fn stood_never_still(&self) -> Result<()> {
        let metrics = stage::http(self.stage.monitor, "/metrics")?;
        let mut stalls = metrics
            .lines()
            .filter(|line| line.contains("jetstream_stalls_total") && !line.starts_with('#'));
        let first = stalls.next().context("no count of what stood still")?;
        let moving = |line: &str| line.ends_with(" 0");
        ensure!(
            moving(first) && stalls.all(moving),
            "something stood still: {metrics}"
        );
        Ok(())
    }

    fn ask(&mut self, api: &str, body: &str) -> Result<Value> {
        let answer = self.try_ask(api, body)?;
        ensure!(answer["error"].is_null(), "{api}: {answer}");
        Ok(answer)
    }

    fn try_ask(&mut self, api: &str, body: &str) -> Result<Value> {
        let answer = self.peer.ask(&format!("$JS.API.{api}"), "inbox", body)?;
        serde_json::from_str(&answer).context("an answer")
    }

    /// A stream with the subjects `<name>.>`.
    fn create(&mut self, name: &str) -> Result<()> {
        let body = format!("{{\"name\":\"{name}\",\"subjects\":[\"{name}.>\"]}}");
        self.ask(&format!("STREAM.CREATE.{name}"), &body).map(drop)
    }

    /// A consumer that is asked for messages; `more` of its definition.
    fn consumer(&mut self, stream: &str, name: &str, more: &str) -> Result<()> {
        let body = format!(
            "{{\"stream_name\":\"{stream}\",\"config\":{{\"durable_name\":\"{name}\",\"max_ack_pending\":-1,\"ack_wait\":{ACK_WAIT},{more}}}}}"
        );
        self.ask(&format!("CONSUMER.CREATE.{stream}.{name}"), &body)
            .map(drop)
    }

    /// Asks for messages with the client's next words.
    fn pull(&mut self, stream: &str, consumer: &str, batch: usize) {
        let next = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}");
        self.peer
            .publish(&next, "pulled", &format!("{{\"batch\":{batch}}}"));
    }

    /// Publishes `count` messages, of which all are stored when this returns: `before` were there.
    fn fill(
        &mut self,
        before: usize,
        count: usize,
        subject: impl Fn(usize) -> String,
    ) -> Result<()> {
        for at in 1..count {
            self.peer.publish(&subject(at), "", "sixteen bytes...");
            if at % WINDOW == 0 {
                self.peer.sync()?;
            }
        }
        // Its answer comes behind all before it.
        self.peer.publish(&subject(0), "inbox", "sixteen bytes...");
        self.peer.sync()?;
        let ack = self.peer.next_of("inbox")?;
        let last = format!("\"seq\":{}", before + count);
        ensure!(ack.contains(&last), "{ack} and not {last}");
        Ok(())
    }

    fn holds(&mut self, stream: &str, count: usize) -> Result<()> {
        let state = self.ask(&format!("STREAM.INFO.{stream}"), "")?["state"].take();
        ensure!(
            state["messages"] == count,
            "{stream} should have {count}: {state}"
        );
        Ok(())
    }

    fn consumer_has(&mut self, stream: &str, name: &str, key: &str, count: usize) -> Result<()> {
        let info = self.ask(&format!("CONSUMER.INFO.{stream}.{name}"), "")?;
        ensure!(info[key] == count, "{key} should be {count}: {info}");
        Ok(())
    }

    /// Publishes [`FEW`] messages that all want an answer; how many were stored.
    fn publish_few(&mut self, stream: &str) -> Result<usize> {
        let body = "x".repeat(BODY_BYTES);
        for at in 0..FEW {
            self.peer.publish(&format!("{stream}.{at}"), "inbox", &body);
        }
        self.peer.sync()?;
        let answers = self.peer.gather(FEW)?;
        let stored = answers.iter().filter(|it| !it.body.contains("\"error\""));
        Ok(stored.count())
    }

    /// A new consumer brings all that a stream has.
    fn brings(&mut self, stream: &str, count: usize) -> Result<()> {
        self.consumer(stream, "ALL", "\"ack_policy\":\"none\"")?;
        self.pull(stream, "ALL", count);
        self.peer.sync()?;
        let came = self.peer.gather(count)?.len();
        ensure!(came == count, "{came} of {count} came");
        self.consumer_has(stream, "ALL", "num_pending", 0)
    }
}

fn enter(server: &Server) -> Result<Peer> {
    let mut peer = Peer::new(server.addr, "a")?;
    peer.say("SUB inbox 1");
    peer.say("SUB pulled 2");
    peer.sync()?;
    Ok(peer)
}

/// Each has a filter of its own and a request that waits.
fn consumers(case: &mut Case) -> Result<()> {
    case.create("S")?;
    for at in 0..CONSUMERS {
        let (name, more) = (
            format!("C{at}"),
            format!("\"ack_policy\":\"none\",\"filter_subject\":\"S.{at}\""),
        );
        case.consumer("S", &name, &more)?;
        case.pull("S", &name, EACH);
    }
    case.peer.sync()?;
    let mut left = vec![EACH; CONSUMERS];
    let mut note = |case: &mut Case, count: usize| -> Result<()> {
        for got in case.peer.gather(count)? {
            let at = got
                .subject
                .strip_prefix("S.")
                .and_then(|at| at.parse().ok());
            let left = at
                .and_then(|at: usize| left.get_mut(at))
                .context("a subject of a consumer's")?;
            *left = left.checked_sub(1).context("a message came twice")?;
        }
        Ok(())
    };
    for window in 0..CONSUMERS * EACH / WINDOW {
        let subject = |at: usize| format!("S.{}", (window * WINDOW + at) % CONSUMERS);
        for at in 0..WINDOW {
            case.peer.publish(&subject(at), "", "x");
        }
        case.peer.sync()?;
        note(case, WINDOW)?;
    }
    case.holds("S", CONSUMERS * EACH)
}

/// Half of the subjects are in a filter each.
fn filters(case: &mut Case) -> Result<()> {
    let subject = |at: usize| format!("S.{}", at % (2 * FILTERS));
    case.create("S")?;
    case.fill(0, OLD, subject)?;
    case.restart()?;
    let list: Vec<String> = (0..FILTERS).map(|at| format!("\"S.{}\"", 2 * at)).collect();
    let more = format!(
        "\"ack_policy\":\"none\",\"filter_subjects\":[{}]",
        list.join(",")
    );
    case.consumer("S", "F", &more)?;
    case.consumer_has("S", "F", "num_pending", OLD / 2)?;
    case.pull("S", "F", (OLD + NEW) / 2);
    case.peer.sync()?;
    ensure!(case.peer.gather(OLD / 2)?.len() == OLD / 2, "too many came");
    for at in 0..NEW {
        case.peer.publish(&subject(at), "", "x");
    }
    case.peer.sync()?;
    case.peer.gather(NEW / 2)?;
    case.consumer_has("S", "F", "num_pending", 0)?;
    case.holds("S", OLD + NEW)
}

fn keys(case: &mut Case) -> Result<()> {
    case.create("S")?;
    case.fill(0, MILLION, |at| format!("S.{at}"))?;
    case.restart()?;
    case.holds("S", MILLION)?;
    let more = "\"ack_policy\":\"none\",\"deliver_policy\":\"last_per_subject\",\"filter_subject\":\"S.>\"";
    case.consumer("S", "L", more)?;
    drain(case, "L")?;
    case.consumer_has("S", "L", "num_pending", 0)
}

/// Pulls a million messages.
fn drain(case: &mut Case, consumer: &str) -> Result<()> {
    for _ in 0..MILLION / PULL {
        case.pull("S", consumer, PULL);
        case.peer.sync()?;
        case.peer.gather(PULL)?;
    }
    Ok(())
}

fn large(case: &mut Case) -> Result<()> {
    case.create("S")?;
    let body = "x".repeat(LARGE_BYTES);
    for seq in 1..=LARGE {
        let ack = case.peer.ask("S.x", "inbox", &body)?;
        ensure!(ack.contains(&format!("\"seq\":{seq}")), "{ack}");
    }
    case.restart()?;
    case.consumer("S", "C", "\"ack_policy\":\"none\"")?;
    for _ in 0..LARGE {
        case.pull("S", "C", 1);
        case.peer.sync()?;
        let got = case.peer.gather(1)?;
        ensure!(
            got[0].body.len() == LARGE_BYTES,
            "{} bytes came",
            got[0].body.len()
        );
    }
    case.holds("S", LARGE)
}

/// A consumer without a bound has a million messages out.
fn pending(case: &mut Case) -> Result<()> {
    case.create("S")?;
    case.fill(0, MILLION, |_| "S.x".to_owned())?;
    case.consumer("S", "P", "\"ack_policy\":\"explicit\"")?;
    drain(case, "P")?;
    case.consumer_has("S", "P", "num_ack_pending", MILLION)?;
    case.fill(MILLION, 2, |_| "S.x".to_owned())?;
    case.pull("S", "P", 2);
    case.peer.sync()?;
    case.peer.gather(2)?;
    case.consumer_has("S", "P", "num_ack_pending", MILLION + 2)?;
    case.restart()?;
    case.consumer_has("S", "P", "num_ack_pending", MILLION + 2)
}

/// Definitions as large as they may be, all asked for at once.
fn metadata(case: &mut Case) -> Result<()> {
    case.create("S")?;
    let large = format!("\"metadata\":{{\"k\":\"{}\"}}", "x".repeat(METADATA_BYTES));
    for at in 0..METADATA_CONSUMERS {
        let body =
            format!("{{\"stream_name\":\"S\",\"config\":{{\"durable_name\":\"C{at}\",{large}}}}}");
        case.peer
            .publish(&format!("$JS.API.CONSUMER.CREATE.S.C{at}"), "inbox", &body);
    }
    for at in 0..METADATA_STREAMS {
        let body = format!("{{\"name\":\"T{at}\",\"subjects\":[\"T{at}.>\"],{large}}}");
        case.peer
            .publish(&format!("$JS.API.STREAM.CREATE.T{at}"), "inbox", &body);
    }
    case.peer.sync()?;
    let answers = case.peer.gather(METADATA_CONSUMERS + METADATA_STREAMS)?;
    let refused = answers.iter().find(|it| it.body.contains("\"error\""));
    ensure!(refused.is_none(), "{refused:?}");
    case.fill(0, 1, |_| "S.x".to_owned())?;
    case.restart()?;
    let consumers = case.ask("CONSUMER.NAMES.S", "")?["total"].take();
    let streams = case.ask("STREAM.NAMES", "")?["total"].take();
    ensure!(consumers == METADATA_CONSUMERS, "{consumers} consumers");
    ensure!(streams == 1 + METADATA_STREAMS, "{streams} streams");
    case.brings("S", 1)
}

/// The disk fills up; when most of the streams are deleted all others take messages again.
fn small_disk(case: &mut Case) -> Result<()> {
    let mut stored = vec![None; STREAMS];
    for (at, stored) in stored.iter_mut().enumerate() {
        let name = format!("T{at}");
        let body = format!("{{\"name\":\"{name}\",\"subjects\":[\"{name}.>\"]}}");
        let made = case.try_ask(&format!("STREAM.CREATE.{name}"), &body)?;
        if made["error"].is_null() {
            *stored = Some(case.publish_few(&name)?);
        }
    }
    let there = |stored: &[Option<usize>]| -> Vec<(usize, usize)> {
        let each = stored.iter().enumerate();
        each.filter_map(|(at, stored)| Some((at, (*stored)?)))
            .collect()
    };
    let full = there(&stored).iter().any(|(_, count)| *count < FEW) || stored.contains(&None);
    ensure!(full, "the disk isn't small");
    for (at, _) in there(&stored) {
        if at % KEPT_ONE_IN > 0 {
            case.ask(&format!("STREAM.DELETE.T{at}"), "")?;
            stored[at] = None;
        }
    }
    for (at, mut count) in there(&stored) {
        let begun = Instant::now();
        loop {
            let more = case.publish_few(&format!("T{at}"))?;
            count += more;
            if more == FEW {
                break;
            }
            ensure!(
                begun.elapsed() < RECOVERY_MAX,
                "T{at} takes {more} of {FEW}"
            );
            thread::sleep(Duration::from_millis(100));
        }
        stored[at] = Some(count);
    }
    case.restart()?;
    for (at, count) in there(&stored) {
        case.holds(&format!("T{at}"), count)?;
        case.brings(&format!("T{at}"), count)?;
    }
    Ok(())
}

fn few_descriptors(case: &mut Case) -> Result<()> {
    for at in 0..STREAMS_SHORT {
        let name = format!("T{at}");
        case.create(&name)?;
        ensure!(case.publish_few(&name)? == FEW, "{name} refused messages");
    }
    case.restart()?;
    for at in 0..STREAMS_SHORT {
        let name = format!("T{at}");
        ensure!(case.publish_few(&name)? == FEW, "{name} refused messages");
        case.brings(&name, 2 * FEW)?;
    }
    Ok(())
}
