//! Our own appends.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use midge_streamlog::{
    Committer, Error, FolderDisk, NewMessage, Policy, ReadMode, Store, StoreOptions, Stream,
    StreamOptions, Ticket,
};

use crate::table::Table;
use crate::{Contestant, PAYLOAD, Size, fresh, rate, timed};

/// One stream under `Always`, with its committer.
pub struct Ours {
    stream: Stream,
    _committer: Committer,
}

pub fn open(folder: &Path) -> Result<Store> {
    let disk = FolderDisk::new(folder, ReadMode::Mapped)?;
    Ok(Store::open(Arc::new(disk), StoreOptions::default())?)
}

impl Ours {
    pub fn new(folder: &Path) -> Result<Self> {
        let store = open(folder)?;
        let (stream, _) = store.create_stream("log", StreamOptions::default())?;
        Ok(Self {
            stream,
            _committer: Committer::spawn(&store)?,
        })
    }
}

pub fn append(stream: &Stream, subject: &str, now: u64) -> Ticket {
    loop {
        match stream.append(NewMessage::new(subject, &PAYLOAD), now) {
            Ok(appended) => return appended.ticket,
            Err(Error::Overloaded { .. }) => std::thread::yield_now(),
            Err(error) => panic!("the disk works: {error}"),
        }
    }
}

impl Contestant for Ours {
    fn append(&self) {
        append(&self.stream, "orders.new", 0)
            .wait()
            .expect("the disk works");
    }

    fn transaction(&self, messages: usize) {
        let each = (0..messages).map(|_| append(&self.stream, "orders.new", 0));
        let last = each.reduce(|_, last| last);
        last.map(Ticket::wait).transpose().expect("the disk works");
    }
}

/// Appends under `Interval`, with everything on one core.
pub fn interval(folder: &Path, size: Size, table: &mut Table) -> Result<()> {
    let core = rustix::thread::sched_getaffinity(None)?;
    let mut first = rustix::thread::CpuSet::new();
    let any = (0..rustix::thread::CpuSet::MAX_CPU).find(|&cpu| core.is_set(cpu));
    first.set(any.context("a core")?);
    rustix::thread::sched_setaffinity(None, &first)?;
    let mut best = 0f64;
    for _ in 0..3 {
        let store = open(&fresh(folder)?)?;
        let committer = Committer::spawn(&store)?;
        let options = StreamOptions {
            policy: Policy::Interval(Duration::from_secs(1)),
            ..StreamOptions::default()
        };
        let (stream, _) = store.create_stream("log", options)?;
        let messages = size.of(4_000_000);
        let took = timed(|| append_and_wait(&stream, messages));
        best = best.max(rate(messages, took));
        drop(committer);
    }
    rustix::thread::sched_setaffinity(None, &core)?;
    table.set("append, Interval, one core, 1/s", "midge", best);
    table.goal("append, Interval, one core, 1/s", best, 2e6);
    Ok(())
}

/// Waits for the message before when too much waits for the disk.
fn append_and_wait(stream: &Stream, messages: u64) {
    let subjects: Vec<String> = (0..1_000).map(|k| format!("orders.{k}")).collect();
    let mut last = None;
    for k in 0..messages {
        let subject = &subjects[(k % 1_000) as usize];
        loop {
            match stream.append(NewMessage::new(subject, &PAYLOAD), k) {
                Ok(appended) => last = Some(appended.ticket),
                Err(Error::Overloaded { .. }) => {
                    last.take()
                        .map(Ticket::wait)
                        .transpose()
                        .expect("the disk works");
                    continue;
                }
                Err(error) => panic!("the disk works: {error}"),
            }
            break;
        }
    }
    last.map(Ticket::wait).transpose().expect("the disk works");
}

/// Streams with one waiting publisher each.
pub fn many_streams(folder: &Path, size: Size, table: &mut Table) -> Result<()> {
    for (count, each) in [(16u64, 2_000), (256, 400), (1_000, 100)] {
        let store = open(&fresh(folder)?)?;
        let streams: Vec<Stream> = (0..count)
            .map(|k| {
                Ok(store
                    .create_stream(&format!("s{k}"), StreamOptions::default())?
                    .0)
            })
            .collect::<Result<_>>()?;
        let committer = Committer::spawn(&store)?;
        let each = size.of(each).max(10);
        let took = timed(|| {
            std::thread::scope(|scope| {
                for stream in &streams {
                    scope.spawn(move || {
                        (0..each).for_each(|_| {
                            append(stream, "a.b", 0).wait().expect("the disk works");
                        });
                    });
                }
            });
        });
        let name = format!("append, Always, {count} streams with one waiting each, 1/s");
        table.set(&name, "midge", rate(each * count, took));
        drop(committer);
    }
    Ok(())
}
