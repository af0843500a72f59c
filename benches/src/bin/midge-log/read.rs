//! Reading, opening, memory.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use midge_streamlog::{Committer, Filter, NewMessage, Policy, Store, Stream, StreamOptions};

use crate::log::open;
use crate::table::Table;
use crate::{Size, fresh, rate, timed};

pub fn run(folder: &Path, size: Size, table: &mut Table) -> Result<()> {
    memory(folder, table)?;
    reads(folder, size, table)?;
    large(folder, size.of(10_000_000), table)?;
    subjects(folder, size.of(1_000_000), table)?;
    streams(folder, table)
}

/// A stream of so many messages over so many subjects, sealed as far as it can be.
fn fill(folder: &Path, messages: u64, subjects: u64, payload: &[u8]) -> Result<Store> {
    let store = open(&fresh(folder)?)?;
    let options = StreamOptions {
        policy: Policy::Interval(std::time::Duration::from_secs(1)),
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("log", options)?;
    for k in 0..messages {
        let subject = format!("orders.eu.customer.{:011}", k % subjects);
        drop(stream.append(NewMessage::new(&subject, payload), k)?);
        if k % 10_000 == 9_999 {
            store.commit_once(k)?;
        }
        if k % 200_000 == 199_999 {
            store.maintain_once(k)?;
        }
    }
    store.commit_once(messages)?;
    store.maintain_once(messages)?;
    Ok(store)
}

fn log(store: &Store) -> Result<Stream> {
    store.stream("log")?.context("the stream is there")
}

fn reads(folder: &Path, size: Size, table: &mut Table) -> Result<()> {
    let messages = size.of(1_000_000);
    let store = fill(folder, messages, 1_000, &crate::PAYLOAD)?;
    let stream = log(&store)?;
    let sequential = || {
        let (mut at, mut read) = (1, 0);
        loop {
            let batch = stream.read(at, 1_024, 1 << 20);
            let Some(last) = batch.last() else { break };
            (at, read) = (last.seq + 1, read + batch.len() as u64);
        }
        assert_eq!(read, messages);
    };
    sequential();
    let best = (0..3)
        .map(|_| rate(messages, timed(sequential)))
        .fold(0.0, f64::max);
    table.set("read, sequential, 1/s", "midge", best);
    table.goal("read, sequential, 1/s", best, 5e6);
    let mut x = 1u64;
    let took = timed(|| {
        for _ in 0..messages {
            x = x
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let found = stream.get(1 + (x >> 33) % messages);
            assert!(matches!(found, Ok(Some(_))));
        }
    });
    table.set("read, random, 1/s", "midge", rate(messages, took));
    let subject = format!("orders.eu.customer.{:011}", 7);
    let by_index = timed(|| {
        let mut cursor = stream.cursor(Filter::new(&subject), 1);
        let found = std::iter::from_fn(|| cursor.next_message()).count() as u64;
        assert_eq!(found, messages / 1_000);
    });
    let by_scan = timed(|| {
        let mut cursor = stream.cursor(Filter::all(), 1);
        let all = std::iter::from_fn(|| cursor.next_message());
        let found = all.filter(|m| m.subject == subject.as_bytes()).count() as u64;
        assert_eq!(found, messages / 1_000);
    });
    let ratio = by_scan.as_secs_f64() / by_index.as_secs_f64();
    table.set(
        "read, one of 1,000 subjects, ms",
        "midge",
        by_index.as_secs_f64() * 1e3,
    );
    table.set("read, one of 1,000 subjects, times a scan", "midge", ratio);
    table.goal("read, one of 1,000 subjects, times a scan", ratio, 100.0);
    Ok(())
}

/// Opens the folder as a kill leaves it, and as a clean stop does.
fn opens(store: Store, folder: &Path, what: &str, table: &mut Table) -> Result<()> {
    drop(store);
    let after_kill = time_to_open(folder, &format!("kill, {what}"), table)?;
    after_kill.close(0)?;
    drop(after_kill);
    time_to_open(folder, &format!("clean stop, {what}"), table)?;
    Ok(())
}

fn time_to_open(folder: &Path, what: &str, table: &mut Table) -> Result<Store> {
    let begun = Instant::now();
    let store = open(folder)?;
    for (name, _) in store.streams() {
        ensure!(store.stream(&name)?.is_some());
    }
    let took = begun.elapsed().as_secs_f64() * 1e3;
    let name = format!("open after a {what}, ms");
    table.set(&name, "midge", took);
    table.goal_below(&name, took, 100.0);
    Ok(store)
}

fn large(folder: &Path, messages: u64, table: &mut Table) -> Result<()> {
    let store = fill(folder, messages, 1_000, b"small")?;
    opens(store, folder, &format!("{messages} messages"), table)
}

fn subjects(folder: &Path, subjects: u64, table: &mut Table) -> Result<()> {
    let store = fill(folder, subjects, subjects, b"small")?;
    opens(store, folder, &format!("{subjects} subjects"), table)
}

fn streams(folder: &Path, table: &mut Table) -> Result<()> {
    let store = open(&fresh(folder)?)?;
    let committer = Committer::spawn(&store)?;
    for stream in create_streams(&store)? {
        (0..20).for_each(|_| drop(crate::log::append(&stream, "a.b", 0)));
    }
    store.commit_once(0)?;
    drop(committer);
    opens(store, folder, "1,000 streams", table)
}

fn create_streams(store: &Store) -> Result<Vec<Stream>> {
    let create = |k| {
        Ok(store
            .create_stream(&format!("s{k}"), StreamOptions::default())?
            .0)
    };
    (0..1_000).map(create).collect()
}

/// What is measured in a process of its own, and the goal.
const MEMORY: [(&str, &str, Option<f64>); 3] = [
    (
        "messages",
        "memory per message while writing, bytes",
        Some(10.0),
    ),
    (
        "subjects",
        "memory for a million subjects of 30 bytes, totals asked for, MiB",
        Some(100.0),
    ),
    ("streams", "memory per empty stream, bytes", None),
];

fn memory(folder: &Path, table: &mut Table) -> Result<()> {
    for (what, name, goal) in MEMORY {
        let mut child = std::process::Command::new(std::env::current_exe()?);
        let output = child.arg(folder).args(["--measure", what]).output()?;
        let value: f64 = String::from_utf8_lossy(&output.stdout).trim().parse()?;
        table.set(name, "midge", value);
        if let Some(goal) = goal {
            table.goal_below(name, value, goal);
        }
    }
    Ok(())
}

/// One figure of [`memory`].
pub fn measure(folder: &Path, size: Size, what: &str) -> Result<f64> {
    let (before, count) = (resident()?, size.of(1_000_000));
    Ok(match what {
        "messages" => {
            let _store = fill(folder, 4 * count, 1_000, b"small")?;
            (resident()? - before) / (4 * count) as f64
        }
        "subjects" => {
            drop(fill(folder, count, count, b"small")?);
            let before = resident()?;
            let stream = log(&open(folder)?)?;
            ensure!(stream.subjects() as u64 == count);
            (resident()? - before) / f64::from(1 << 20)
        }
        _ => {
            let store = open(&fresh(folder)?)?;
            let before = resident()?;
            let _streams = create_streams(&store)?;
            (resident()? - before) / 1_000.0
        }
    })
}

/// Anonymous memory of this process.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .context("RssAnon")?;
    Ok(kib.parse::<f64>()? * 1024.0)
}
