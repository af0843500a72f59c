//! A process whose sockets have all descriptors: the store goes on with those that it held in reserve.
#![cfg(unix)]

use midge_streamlog::{
    FolderDisk, NewMessage, ReadMode, Store, StoreOptions, Stream, StreamOptions, Ticket,
};
use rustix::process::{Resource, getrlimit, setrlimit};
use std::{fs::File, process::Command, sync::Arc};

/// Set for the process whose limit is lowered.
const CHILD: &str = "STREAMLOG_WITHOUT_DESCRIPTORS";

/// Symptom: with as many connections as the process has descriptors no stream got another segment, nor was the manifest written, as long as they
/// stayed. Cause: the store could only close files of its own, and had none open. Remedy: a reserve, which files that are closed fill again.
#[test]
fn a_process_without_descriptors_goes_on_writing() {
    if std::env::var_os(CHILD).is_some() {
        return write_without_descriptors();
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "a_process_without_descriptors_goes_on_writing"]);
    let output = child.env(CHILD, "1").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
}

fn write_without_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(64);
    setrlimit(Resource::Nofile, limit).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let disk = FolderDisk::new(folder.path(), ReadMode::Mapped).unwrap();
        let options = StoreOptions {
            journal_bytes: 1 << 20,
            ..StoreOptions::default()
        };
        Store::open(Arc::new(disk), options).unwrap()
    };
    let names = ["a", "b", "c", "d", "e", "f"];
    let store = open();
    for name in names {
        let made = store.create_stream(name, StreamOptions::default());
        drop(made.unwrap());
    }
    store.commit_once(1).unwrap();
    store.maintain_once(1).unwrap();
    store.close(1).unwrap();
    drop(store);
    let store = open();
    let streams: Vec<Stream> = names
        .map(|name| store.stream(name).unwrap().unwrap())
        .into();
    let mut others: Vec<File> = Vec::new();
    let mut take_all = || others.extend(std::iter::from_fn(|| File::open("/dev/null").ok()));
    // More than a frame takes: it goes to the manifest, and none of its files stays open.
    let put_state = |round: u64| {
        let state = vec![round as u8; 100_000];
        store.put_state(b"state", &state).unwrap()
    };
    for round in 1..=10 {
        take_all();
        let ticket = put_state(round);
        store.commit_once(round).unwrap();
        assert_eq!(ticket.outcome(), Some(Ok(())), "round {round}");
    }
    // No file of a segment is open yet.
    for round in 1..=10 {
        take_all();
        let mut tickets: Vec<Ticket> = Vec::new();
        for stream in &streams {
            let large = vec![round as u8; 100_000];
            let appended = stream.append(NewMessage::new("s", &large), round).unwrap();
            tickets.push(appended.ticket);
            store.commit_once(round).unwrap();
        }
        tickets.push(put_state(round));
        store.commit_once(round).unwrap();
        store.maintain_once(round).unwrap();
        assert!(tickets.iter().all(|it| it.outcome() == Some(Ok(()))));
        assert!(streams.iter().all(|it| it.get(round).unwrap().is_some()));
    }
    assert!(File::open("/dev/null").is_err(), "there were none");
    assert!(others.len() > 40);
    drop(others);
    store.close(11).unwrap();
}
