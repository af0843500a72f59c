//! A ledger beside a server: what it promised, and what of that it still keeps after a fault.
//!
//! `midge-load ledger` is told on its input what happens and answers each line with a line of JSON:
//!
//! - `work HOST:PORT`: clients begin to publish, consume, purge, delete, define. Answered at once; they go on until the server dies.
//! - `stop`: waits for them, and tells whether something else than the fault ended one.
//! - `check HOST:PORT`: looks whether the restarted server keeps each promise, counts those it doesn't, and goes on from what is there.
//! - `forget`: the server couldn't be had back; everything it promised counts as lost.
//!
//! A promise is what was answered: the ack of a publish, the answer to a double ack, to a purge, a delete, a definition. What was
//! sent and not answered may have happened or not.

mod book;
mod check;
mod consume;
mod definitions;
mod manage;
mod publish;

use std::collections::HashSet;
use std::io::{self, BufRead};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::js::Api;
use book::Book;
use definitions::Definitions;

/// A publisher that waits for each ack.
const SINGLE: usize = 0;
/// A publisher with a window.
const WINDOW: usize = 1;
/// A publisher with a window and ids, which repeats what wasn't acknowledged.
const UNIQUE: usize = 2;
/// Consumed with double acks, and kept.
const KEPT: usize = 3;
/// A work queue, consumed with double acks.
const WORK: usize = 4;
/// Purged and deleted from while it is published to.
const PURGED: usize = 5;
/// Published to in atomic batches.
const BATCHES: usize = 6;
/// The streams that are always there.
const STREAMS: [&str; 7] = [
    "SINGLE", "WINDOW", "UNIQUE", "KEPT", "WORK", "PURGED", "BATCHES",
];
const CONSUMER: &str = "C";

/// The server answered with an error. After a fault of its disk that is as it should be.
#[derive(Debug)]
struct Refused(String);

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "refused: {}", self.0)
    }
}

impl std::error::Error for Refused {}

/// Everything that was promised.
#[derive(Default)]
struct Ledger {
    books: [Mutex<Book>; STREAMS.len()],
    definitions: Mutex<Definitions>,
    /// Streams that came and went.
    names: AtomicU64,
    told: Told,
}

/// Promises since the last check.
#[derive(Default)]
struct Told {
    publishes: AtomicU64,
    acks: AtomicU64,
    removals: AtomicU64,
    definitions: AtomicU64,
}

impl Ledger {
    fn book(&self, stream: usize) -> MutexGuard<'_, Book> {
        locked(&self.books[stream])
    }

    /// Promises since the last time, as JSON.
    fn take_told(&self) -> Value {
        let told = &self.told;
        let take = |counter: &AtomicU64| counter.swap(0, Relaxed);
        json!({
            "publishes": take(&told.publishes), "acks": take(&told.acks),
            "removals": take(&told.removals), "definitions": take(&told.definitions),
        })
    }
}

/// A thread that panicked is told of when it is joined; what it wrote down still holds.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does what the lines of the input say, until it ends.
pub(crate) fn converse() -> Result<()> {
    let mut ledger = Arc::new(Ledger::default());
    let mut workers = Vec::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let answer = match line.split_once(' ').unwrap_or((line.as_str(), "")) {
            ("work", addr) => {
                workers = work(&ledger, addr.parse().context("work HOST:PORT")?);
                json!({"working": workers.len()})
            }
            ("stop", _) => ends(std::mem::take(&mut workers)),
            ("check", addr) => check::run(&ledger, addr.parse().context("check HOST:PORT")?)
                .unwrap_or_else(|error| json!({"error": format!("{error:#}")})),
            ("forget", _) => {
                let answer = check::everything_lost(&ledger);
                ledger = Arc::default();
                answer
            }
            _ => bail!("unknown: {line}"),
        };
        println!("{answer}");
    }
    Ok(())
}

/// Starts all clients.
fn work(ledger: &Arc<Ledger>, addr: SocketAddr) -> Vec<JoinHandle<Result<()>>> {
    let start = |work: fn(&Ledger, SocketAddr) -> Result<()>| {
        let ledger = ledger.clone();
        thread::spawn(move || work(&ledger, addr))
    };
    vec![
        start(|ledger, addr| publish::run(ledger, addr, SINGLE, 1)),
        start(|ledger, addr| publish::run(ledger, addr, WINDOW, 256)),
        start(|ledger, addr| publish::run(ledger, addr, UNIQUE, 64)),
        start(|ledger, addr| publish::run(ledger, addr, KEPT, 32)),
        start(|ledger, addr| publish::run(ledger, addr, WORK, 32)),
        start(|ledger, addr| publish::run(ledger, addr, PURGED, 64)),
        start(publish::batches),
        start(|ledger, addr| consume::work(ledger, addr, KEPT)),
        start(|ledger, addr| consume::work(ledger, addr, WORK)),
        start(manage::remove),
        start(manage::define),
    ]
}

/// How the clients ended: all should have lost their connection.
fn ends(workers: Vec<JoinHandle<Result<()>>>) -> Value {
    let (mut refused, mut surprises) = (HashSet::new(), Vec::new());
    for worker in workers {
        match worker.join() {
            Err(_) => surprises.push("a client panicked".to_owned()),
            Ok(Ok(())) => surprises.push("a client came to an end".to_owned()),
            Ok(Err(error)) if error.is::<Refused>() => drop(refused.insert(error.to_string())),
            Ok(Err(error)) if is_the_fault(&error) => {}
            Ok(Err(error)) => surprises.push(format!("{error:#}")),
        }
    }
    json!({"refused": refused.into_iter().collect::<Vec<_>>(), "surprises": surprises})
}

/// The connection broke; patience that ran out is no broken connection.
fn is_the_fault(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    kind.is_some_and(|kind| !matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut))
}

/// The answer to a request, or [`Refused`].
fn ask(api: &mut Api, subject: &str, body: &Value) -> Result<Value> {
    let answer = api.ask(subject, body)?;
    match &answer["error"] {
        Value::Null => Ok(answer),
        error => Err(Refused(format!("{subject}: {error}")).into()),
    }
}
