//! A process that works on a real folder until it is killed, and the one that looks what it left: `cargo xtask crash streamlog` plays both.
//!
//! `worker write FOLDER` appends without end and prints `stream sequence` when that is acknowledged; `worker verify FOLDER NAME=SEQ..`
//! opens the folder and wants everything up to these sequences; `worker fill FOLDER` appends until the disk is full, makes
//! room, and goes on.
#![allow(clippy::print_stdout, reason = "a tool's report")]
use midge_streamlog::{
    Committer, Error, Filter, FolderDisk, NewMessage, Policy, ReadMode, Store, StoreOptions,
    Stream, StreamOptions,
};
use std::{io::Write, path::Path, sync::Arc, time::Duration};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const STREAMS: [(&str, Policy); 3] = [
    ("always", Policy::Always),
    ("second", Policy::Always),
    ("interval", Policy::Interval(Duration::from_millis(200))),
];
const AT_ONCE: u64 = 16;

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder] => write(Path::new(folder)),
        ["fill", folder] => fill(Path::new(folder)),
        ["verify", folder, ref wanted @ ..] => verify(Path::new(folder), wanted),
        _ => Err("worker write|fill|verify FOLDER [NAME=SEQ..]".into()),
    }
}

fn open(folder: &Path) -> Result<Store, Box<dyn std::error::Error>> {
    let options = StoreOptions {
        journal_bytes: 1 << 20,
        ..StoreOptions::default()
    };
    let disk = FolderDisk::new(folder, ReadMode::Mapped)?;
    Ok(Store::open(Arc::new(disk), options)?)
}

fn stream(store: &Store, name: &str, policy: Policy) -> Result<Stream, Error> {
    let options = StreamOptions {
        policy,
        segment_bytes: 256 << 10,
        ..StreamOptions::default()
    };
    match store.stream(name)? {
        Some(stream) => Ok(stream),
        None => Ok(store.create_stream(name, options)?.0),
    }
}

/// What message `seq` of that stream says; some are large enough to leave the journal aside.
fn payload(name: &str, seq: u64) -> String {
    let len = if seq.is_multiple_of(97) {
        20_000
    } else {
        seq % 300
    };
    format!("{name} {seq} {}", "x".repeat(len as usize))
}

fn append(stream: &Stream, seq: u64) -> Result<midge_streamlog::Ticket, Error> {
    let (subject, text) = (format!("s.{}", seq % 10), payload(stream.name(), seq));
    Ok(stream.append(NewMessage::new(&subject, &text), seq)?.ticket)
}

fn write(folder: &Path) -> Outcome {
    let store = open(folder)?;
    let _committer = Committer::spawn(&store)?;
    let workers: Vec<_> = STREAMS
        .iter()
        .map(|&(name, policy)| {
            let stream = stream(&store, name, policy)?;
            Ok(std::thread::spawn(move || append_for_ever(&stream)))
        })
        .collect::<Result<_, Error>>()?;
    for worker in workers {
        let error = worker.join().map_err(|_| "a worker panicked")?;
        println!("stopped {error}");
    }
    Ok(())
}

fn append_for_ever(stream: &Stream) -> Error {
    let mut seq = stream.stats().last_seq;
    loop {
        let batch: Result<Vec<_>, Error> = (0..AT_ONCE)
            .map(|_| {
                seq += 1;
                append(stream, seq)
            })
            .collect();
        let outcome = batch.and_then(|tickets| tickets.into_iter().try_for_each(|t| t.wait()));
        match outcome {
            Ok(()) => {
                println!("{} {seq}", stream.name());
                let _ = std::io::stdout().flush();
            }
            Err(error) => return error,
        }
    }
}

/// Everything up to the wanted sequences is there, in order, as it was written.
fn verify(folder: &Path, wanted: &[&str]) -> Outcome {
    let store = open(folder)?;
    for want in wanted {
        let (name, seq) = want.split_once('=').ok_or("NAME=SEQ")?;
        let seq: u64 = seq.parse()?;
        let stream = store.stream(name)?;
        let last = stream.as_ref().map_or(0, |stream| stream.stats().last_seq);
        if last < seq {
            return Err(format!("{name}: {seq} was acknowledged, {last} is the last").into());
        }
        let Some(stream) = stream else { continue };
        let mut next = stream.stats().first_seq;
        while let Some(message) = stream.read(next, 1, usize::MAX).unwrap().pop() {
            if message.seq != next || message.payload != payload(name, next) {
                return Err(format!("{name}: {} in the place of {next}", message.seq).into());
            }
            next += 1;
        }
        if next != last + 1 {
            return Err(format!("{name}: reading ends before {next}, {last} is the last").into());
        }
        println!("{name} {last}");
    }
    let damage = store.damage();
    match damage
        .iter()
        .find(|found| !found.kind.is_trace_of_a_crash())
    {
        Some(damage) => Err(format!("a crash isn't damage: {damage:?}").into()),
        None => Ok(()),
    }
}

fn fill(folder: &Path) -> Outcome {
    let store = open(folder)?;
    let stream = stream(&store, "always", Policy::Always)?;
    let mut now = 0;
    let mut seq = stream.stats().last_seq;
    for round in 0..3 {
        let begin = seq;
        loop {
            now += 1_000_000;
            match append(&stream, seq + 1) {
                Ok(_) => seq += 1,
                Err(Error::DiskFull) => break,
                Err(Error::Overloaded { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            if seq.is_multiple_of(AT_ONCE) {
                store.commit_once(now)?;
                store.maintain_once(now)?;
            }
        }
        if seq == begin {
            return Err(format!("round {round}: nothing could be written").into());
        }
        println!("full at {seq}");
        // Reads go on, and room that is made is used.
        let held = stream.stats().msgs;
        let read = stream.read(0, usize::MAX, usize::MAX).unwrap().len() as u64;
        if read != held {
            return Err(format!("{read} of {held} messages can be read on a full disk").into());
        }
        drop(stream.purge(&Filter::all(), seq - held / 4, 0)?);
        for _ in 0..20 {
            now += 1_000_000_000;
            store.commit_once(now)?;
            store.maintain_once(now)?;
        }
    }
    store.close(now)?;
    Ok(())
}
