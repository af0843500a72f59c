//! The bound holds, and costs nobody what he holds.
use crate::{
    Disk, Filter, FolderDisk, Limits, NewMessage, ReadMode, Store, StoreOptions, Stream,
    StreamOptions,
    disk::crash::{Call, CrashDisk, Failure, Fault},
};
use std::sync::Arc;

/// The payload of message `k`.
fn payload(k: u64) -> Vec<u8> {
    vec![k as u8; 1000]
}

/// A stream of 400 messages in sealed segments of some 15 each, opened anew.
fn sealed(disk: impl Fn() -> Arc<dyn Disk>, max_mappings: usize) -> (Store, Stream) {
    let options = StoreOptions {
        max_mappings,
        journal_bytes: 1 << 20,
        ..StoreOptions::default()
    };
    let open = || Store::open(disk(), options.clone()).unwrap();
    let store = open();
    let small = StreamOptions {
        segment_bytes: 16 << 10,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", small).unwrap();
    for k in 1..=400 {
        let subject = format!("s.{}", k % 7);
        drop(
            stream
                .append(NewMessage::new(&subject, &payload(k)), k)
                .unwrap(),
        );
        if k % 50 == 0 {
            store.maintain_once(1).unwrap();
        }
    }
    store.close(1).unwrap();
    drop((store, stream));
    let store = open();
    let stream = store.stream("s").unwrap().unwrap();
    assert!(stream.stats().segments > 20);
    (store, stream)
}

/// The same on a disk that forgets.
fn sealed_on(disk: &CrashDisk, max_mappings: usize) -> (Store, Stream) {
    sealed(|| Arc::new(disk.clone()), max_mappings)
}

fn check(stream: &Stream, seqs: std::ops::RangeInclusive<u64>) {
    for seq in seqs {
        let message = stream.get(seq).unwrap().unwrap();
        assert!(message.seq == seq && message.payload == payload(seq));
    }
}

/// Symptom: a store with more segments than the system gives mappings to a process (65,530) took all of them. Cause: what was mapped once stayed
/// so. Remedy: one that nobody looks at goes for another one.
#[test]
fn no_more_segments_are_mapped_than_the_option_says() {
    for max in [1, 3] {
        let (store, stream) = sealed_on(&CrashDisk::new(), max);
        let mappings = || store.0.mappings.now();
        for _ in 0..3 {
            check(&stream, 1..=380);
            assert_eq!(mappings(), max);
        }
        assert_eq!(stream.count(&Filter::new("s.3"), 1), Ok(57));
        assert_eq!(stream.subjects().unwrap(), 7);
        assert_eq!(stream.read(1, 400, 1 << 20).unwrap().len(), 400);
        // The reader held what it had read, had the segment before the last one, and looked at that.
        assert!(mappings() <= max + 2);
    }
}

/// What is used again and again isn't mapped again and again.
#[test]
fn what_is_used_stays() {
    let disk = CrashDisk::new();
    let (_store, stream) = sealed_on(&disk, 4);
    check(&stream, 1..=1);
    // Each round looks at the first segment and at one that comes once. When all were used, the oldest goes once.
    disk.set_faults(&[Fault::Fails {
        call: Call::Map,
        of: "",
        failure: Failure::Device,
        spared: 18 + 1,
        times: u64::MAX,
    }]);
    for round in 1..=18 {
        check(&stream, 1..=1);
        check(&stream, round * 20..=round * 20);
    }
}

/// A truncation looks at all it takes first, and finds that there when it changes something, however few may be mapped.
#[test]
fn what_is_looked_at_for_a_change_stays_until_it_is_made() {
    let disk = CrashDisk::new();
    let (_store, stream) = sealed_on(&disk, 1);
    let state = stream.0.state.lock();
    let taken = state.slots.iter().filter(|slot| slot.last > 200);
    let spared = taken.filter(|slot| slot.heap.is_none()).count() as u64;
    drop(state);
    let no_more = |spared| Fault::Fails {
        call: Call::Map,
        of: "",
        failure: Failure::Device,
        spared,
        times: u64::MAX,
    };
    disk.set_faults(&[no_more(spared - 1)]);
    assert!(stream.truncate(200).is_err());
    assert_eq!(stream.stats().last_seq, 400, "nothing changed");
    disk.set_faults(&[no_more(spared)]);
    assert_eq!(stream.truncate(200).unwrap().0, 200);
    disk.set_faults(&[]);
    check(&stream, 1..=200);
    // The same for messages here and there.
    let seqs: Vec<u64> = (1..=200).step_by(40).collect();
    disk.set_faults(&[no_more(2 * seqs.len() as u64)]);
    assert_eq!(stream.delete_many(&seqs).unwrap().unwrap().0, 5);
}

/// Symptom: where few segments may be mapped, a message came in and what it pushed out stayed when there was no third mapping. Cause: of the two segments that
/// were looked at before, the second one took the place of the first. Remedy: both are held until the limits are enforced.
#[test]
fn what_is_looked_at_for_a_limit_stays_until_that_is_enforced() {
    let disk = CrashDisk::new();
    let (store, stream) = sealed_on(&disk, 1);
    // The first message of "last" is in another segment than the stream's first one.
    let append = || {
        stream
            .append(NewMessage::new("last", &payload(1)), 1000)
            .map(drop)
    };
    append().unwrap();
    for k in 0..30 {
        drop(
            stream
                .append(NewMessage::new("z", &payload(k)), 1000)
                .unwrap(),
        );
    }
    store.maintain_once(1000).unwrap();
    let limits = Limits {
        max_per_subject: 60,
        max_msgs: 431,
        ..Limits::default()
    };
    let options = stream.options();
    drop(
        store
            .update_stream("s", StreamOptions { limits, ..options })
            .unwrap(),
    );
    for _ in 1..60 {
        append().unwrap();
    }
    let first = |stream: &Stream| stream.next_written(&Filter::new("last"), 1).unwrap();
    assert_eq!(first(&stream), Some(401), "and its segment is mapped");
    disk.set_faults(&[Fault::Fails {
        call: Call::Map,
        of: "",
        failure: Failure::Memory,
        spared: 1,
        times: u64::MAX,
    }]);
    append().unwrap();
    disk.set_faults(&[]);
    assert_eq!(stream.total(b"last").unwrap().count, 60);
}

/// A message outlives its segment, and a file that is wanted for another one isn't that one's.
#[test]
fn a_slice_keeps_its_bytes_when_the_segment_went() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FolderDisk::new(folder.path(), ReadMode::Mapped).unwrap();
    let options = StoreOptions {
        journal_bytes: 1 << 20,
        ..StoreOptions::default()
    };
    let store = Store::open(Arc::new(disk), options).unwrap();
    let large = StreamOptions {
        segment_bytes: 128 << 10,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", large).unwrap();
    let fill = |from: u64| {
        for k in from..from + 600 {
            drop(stream.append(NewMessage::new("s", &payload(k)), k).unwrap());
            if k % 50 == 0 {
                store.maintain_once(k).unwrap();
            }
        }
        store.maintain_once(from).unwrap();
    };
    fill(1);
    let held: Vec<_> = [150, 300, 450]
        .map(|seq| stream.get(seq).unwrap().unwrap())
        .into();
    drop(stream.purge(&Filter::all(), 0, 0).unwrap());
    store.maintain_once(1000).unwrap();
    fill(601);
    for message in held {
        assert!(message.payload == payload(message.seq), "{}", message.seq);
    }
}

/// Symptom: a process that has no mapping left read nothing of what wasn't mapped before. Remedy: others go, and it is tried once more.
#[test]
fn a_lack_of_mappings_lets_others_go() {
    let disk = CrashDisk::new();
    let (store, stream) = sealed_on(&disk, 100);
    check(&stream, 1..=300);
    let before = store.0.mappings.now();
    assert!(before > 15);
    let lack = |times| Fault::Fails {
        call: Call::Map,
        of: "",
        failure: Failure::Memory,
        spared: 0,
        times,
    };
    disk.set_faults(&[lack(1)]);
    check(&stream, 380..=380);
    assert_eq!(store.0.mappings.now(), before / 2 + 1);
    // One that stays passes.
    disk.set_faults(&[lack(u64::MAX)]);
    let lacking = (1..=380).find_map(|seq| stream.get(seq).err());
    assert!(lacking.unwrap().is_passing());
    assert!(store.0.mappings.now() <= before / 4 + 1);
    disk.set_faults(&[]);
    check(&stream, 1..=380);
}

/// A segment that goes leaves nothing in the table.
#[test]
fn a_segment_that_is_gone_counts_no_more() {
    let (store, stream) = sealed_on(&CrashDisk::new(), 100);
    check(&stream, 1..=380);
    drop(stream.purge(&Filter::all(), 0, 0).unwrap());
    store.maintain_once(2).unwrap();
    assert_eq!(store.0.mappings.now(), 0);
}

/// The store's files that this process has mapped now.
#[cfg(target_os = "linux")]
fn mapped_in(folder: &std::path::Path) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let folder = folder.to_str().unwrap();
    maps.lines().filter(|line| line.contains(folder)).count()
}

/// Symptom: who held messages of many segments kept all of these mapped, whatever the option said. Cause: the bound was one of what nobody looks at, and
/// slices weren't counted. Remedy: a mapping counts until its last slice is gone, and beyond the bound messages are copies.
#[cfg(target_os = "linux")]
#[test]
fn held_messages_keep_no_more_mappings_than_the_option_says() {
    let folder = tempfile::tempdir().unwrap();
    let disk = || FolderDisk::new(folder.path(), ReadMode::Mapped).unwrap();
    let (store, stream) = sealed(|| Arc::new(disk()), 3);
    let held: Vec<_> = (1..=380).map(|seq| stream.get(seq).unwrap()).collect();
    // What is looked at now may be one more.
    assert!(mapped_in(folder.path()) <= 3 + 1);
    // A reader that goes on to a segment has the one before it.
    let read = stream.read(1, 380, usize::MAX).unwrap();
    assert!(mapped_in(folder.path()) <= 3 + 2);
    for message in held.iter().flatten().chain(&read) {
        assert!(message.payload == payload(message.seq), "{}", message.seq);
    }
    // Their segments go, and with the messages the mappings.
    drop(stream.purge(&Filter::all(), 0, 0).unwrap());
    store.maintain_once(2).unwrap();
    assert!(mapped_in(folder.path()) > 0);
    drop((held, read));
    assert_eq!(mapped_in(folder.path()), 0);
    assert_eq!(store.0.mappings.now(), 0);
}
