//! What the store says in the log: that writing stopped, once, with the cause, the file, what still works and the way out.
use midge_streamlog::{
    Disk, Error, Filter, NewMessage, Policy, Store, StoreOptions, Stream, StreamOptions,
    sim::{CrashDisk, Fault},
};
use std::{sync::Arc, time::Duration};

mod captured;
use captured::Captured;

fn open(disk: &CrashDisk) -> Store {
    let options = StoreOptions {
        direct_bytes: 1000,
        ..StoreOptions::default()
    };
    Store::open(Arc::new(disk.clone()), options).unwrap()
}

fn stream(store: &Store, name: &str, policy: Policy) -> Stream {
    let options = StreamOptions {
        policy,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream(name, options).unwrap();
    store.commit_once(0).unwrap();
    stream
}

fn append(stream: &Stream, len: usize) -> Result<(), Error> {
    let payload = "x".repeat(len);
    stream.append(NewMessage::new("s", &payload), 0).map(drop)
}

/// What everybody is told who looks into the log, and the same where somebody asks for the failure.
fn check(line: &str, what: &str, file: &str, notice: &str) {
    let error = format!("sync {file}");
    for part in [
        what,
        "ERROR",
        &error,
        &format!(" file={file}"),
        " works=",
        " way_out=",
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
    let (_, advice) = line.split_once(" works=").unwrap();
    let (works, way_out) = advice.split_once(" way_out=").unwrap();
    for part in [works, way_out, &error] {
        assert!(notice.contains(part), "{part} in {notice}");
    }
}

/// Symptom: with a disk whose syncs fail the server took no writes any more, and the log had one warning without a cause, or none.
#[test]
fn a_store_that_stops_writing_says_so_once_with_the_cause_and_the_way_out() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let stream = stream(&store, "s", Policy::Always);
    disk.set_faults(&[Fault::SyncOf("journal")]);
    let ((), lines) = Captured::of(|| {
        append(&stream, 10).unwrap();
        for _ in 0..3 {
            assert!(store.commit_once(0).is_err());
            assert!(store.maintain_once(0).is_err());
            assert!(append(&stream, 10).is_err());
        }
        assert!(store.close(0).is_err());
    });
    let [line] = &*lines else {
        panic!("{lines:#?}");
    };
    check(
        line,
        "the store stopped writing",
        "journal",
        &store.failure().unwrap().notice(),
    );
}

/// Symptom: a sync that failed for the keeper was `maintenance failed` ten times a second, and the store counted as sound until somebody
/// published. Cause: only a commit stopped it. Remedy: whoever meets a failure of the journal does.
#[test]
fn a_failure_that_the_keeper_meets_stops_the_store_at_once() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let lazy = stream(&store, "lazy", Policy::Interval(Duration::from_secs(3600)));
    stream(&store, "s", Policy::Always);
    append(&lazy, 10).unwrap();
    store.commit_once(0).unwrap();
    disk.set_faults(&[Fault::SyncOf("journal")]);
    let ((), lines) = Captured::of(|| assert!(store.maintain_once(0).is_err()));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    check(
        &lines[0],
        "the store stopped writing",
        "journal",
        &store.failure().unwrap().notice(),
    );
}

#[test]
fn a_stream_that_stops_writing_is_named_once_and_the_others_go_on() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let failing = stream(&store, "$G/failing", Policy::Always);
    let sound = stream(&store, "$G/sound", Policy::Always);
    disk.set_faults(&[Fault::SyncOf("0000")]);
    let ((), lines) = Captured::of(|| {
        append(&failing, 2000).unwrap();
        for _ in 0..3 {
            append(&sound, 10).unwrap();
            store.commit_once(0).unwrap();
            store.maintain_once(0).unwrap();
            assert!(append(&failing, 10).is_err());
        }
    });
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains(" stream=$G/failing"), "{lines:?}");
    let Some(Error::Stopped { cause }) = failing.failure() else {
        panic!("{:?}", failing.failure());
    };
    let file = cause.split([' ', ':']).nth(1).unwrap();
    check(
        &lines[0],
        "a stream stopped writing",
        file,
        &failing.failure().unwrap().notice(),
    );
}

/// An orderly end is no failure.
#[test]
fn a_store_that_is_closed_says_nothing() {
    let disk = CrashDisk::new();
    let ((), lines) = Captured::of(|| {
        let store = open(&disk);
        append(&stream(&store, "s", Policy::Always), 10).unwrap();
        store.close(0).unwrap();
        assert!(store.commit_once(0).is_err());
    });
    assert_eq!(lines, [""; 0]);
}

/// Symptom: on a full disk there was a line per stream, and none at all when it was the manifest that found no room.
#[test]
fn a_full_disk_is_one_error_and_one_line_that_it_goes_on() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let streams = ["a", "b", "c"].map(|name| stream(&store, name, Policy::Always));
    let (_, mut lines) = Captured::of(|| {
        disk.set_faults(&[Fault::Full]);
        for _ in 0..3 {
            for stream in &streams {
                let _ = append(stream, 2000);
            }
            let _ = store.commit_once(0);
            let _ = store.maintain_once(0);
        }
        disk.set_faults(&[]);
        for _ in 0..2 {
            store.commit_once(0).unwrap();
            store.maintain_once(0).unwrap();
        }
        streams
            .iter()
            .for_each(|stream| append(stream, 10).unwrap());
    });
    lines.retain(|line| !line.starts_with("DEBUG"));
    let [waits, goes_on] = &*lines else {
        panic!("{lines:#?}");
    };
    for part in [
        "ERROR writing waits ",
        " error=the disk is full",
        " works=",
        " way_out=make room",
    ] {
        assert!(waits.contains(part), "{part} in {waits}");
    }
    assert_eq!(goes_on, "INFO writing goes on");
}

/// Symptom: `damage found`, and nothing of where.
#[test]
fn damage_is_an_error_with_its_stream_file_and_sequences() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let broken = stream(&store, "$G/broken", Policy::Always);
    for _ in 0..3 {
        append(&broken, 2000).unwrap();
        store.commit_once(0).unwrap();
    }
    store.close(0).unwrap();
    let names = disk.list().unwrap();
    let name = names.iter().find(|name| name.ends_with(".seg")).unwrap();
    disk.open(name).unwrap().write_at(b"?", 3000).unwrap();
    let ((), mut lines) = Captured::of(|| {
        let store = open(&disk);
        let stream = store.stream("$G/broken").unwrap().unwrap();
        let mut cursor = stream.cursor(Filter::all(), 1);
        while let Ok(Some(_)) = cursor.next_message() {}
    });
    lines.retain(|line| line.starts_with("ERROR"));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    for part in [
        "damage found: a damaged record stream=$G/broken",
        &format!(" file={name}"),
        " offset=",
        " sequences=2-2",
        " way_out=",
    ] {
        assert!(lines[0].contains(part), "{part} in {lines:?}");
    }
}
