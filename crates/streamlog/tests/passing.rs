//! What goes by by itself costs nothing: a call that fails for a while says nothing of what is in a file, and stops nobody for good.
use midge_streamlog::{
    Disk, Error, Filter, Limits, NewMessage, Policy, Store, StoreOptions, Stream, StreamOptions,
    sim::{Call, CrashDisk, Failure, Fault},
};
use std::sync::Arc;
use std::time::Duration;

fn options() -> StoreOptions {
    StoreOptions {
        journal_bytes: 1 << 16,
        direct_bytes: 1000,
        max_open_files: 1,
        seed: 7,
        ..StoreOptions::default()
    }
}

fn open(disk: &CrashDisk) -> Store {
    Store::open(Arc::new(disk.clone()), options()).unwrap()
}

fn small() -> StreamOptions {
    StreamOptions {
        segment_bytes: 4096,
        ..StreamOptions::default()
    }
}

fn put(stream: &Stream, k: u64) {
    let subject = format!("s.{}", k % 5);
    let payload = format!("payload of {k}");
    drop(
        stream
            .append(NewMessage::new(&subject, &payload), k)
            .unwrap(),
    );
}

/// A store with sealed segments that nobody looked at yet.
fn sealed(messages: u64) -> (CrashDisk, Store, Stream) {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", small()).unwrap();
    for k in 1..=messages {
        put(&stream, k);
        if k % 20 == 0 {
            store.commit_once(0).unwrap();
            store.maintain_once(0).unwrap();
        }
    }
    store.close(0).unwrap();
    let store = open(&disk);
    let stream = store.stream("s").unwrap().unwrap();
    (disk, store, stream)
}

/// What a call that finds no descriptor, or no memory for a mapping, does to a segment that wasn't looked at yet.
fn lacks() -> [Fault; 3] {
    [
        Fault::fails(Call::Open, "0000", Failure::Descriptors),
        Fault::fails(Call::Map, "0000", Failure::Memory),
        Fault::fails(Call::Map, "0000", Failure::Device),
    ]
}

/// Symptom: messages gone, pending counts of 0, a filtered purge that answered success for a few of many. Cause: a segment that couldn't be opened
/// once stood for no message from then on. Remedy: questions that need it fail, and are asked again.
#[test]
fn a_segment_that_can_t_be_opened_once_isn_t_empty() {
    for fault in lacks() {
        let (disk, store, stream) = sealed(200);
        let (all, one) = (Filter::all(), Filter::new("s.1"));
        disk.set_faults(&[fault]);
        assert!(stream.get(1).is_err(), "{fault:?}");
        assert!(stream.read(1, 10, 1 << 20).is_err());
        assert!(stream.next(&one, 1).is_err());
        assert!(stream.count(&one, 1).is_err());
        assert!(stream.subjects().is_err());
        assert!(stream.seq_at(5).is_err());
        assert!(stream.cursor(one.clone(), 1).next_message().is_err());
        assert!(
            stream.purge(&one, 0, 0).is_err(),
            "a purge of what isn't seen"
        );
        assert!(stream.delete(1).is_err());
        assert!(stream.truncate(3).is_err());
        assert_eq!(stream.stats().msgs, 200);
        disk.set_faults(&[]);
        assert_eq!(stream.stats().first_seq, 1);
        assert_eq!(stream.read(1, 1000, 1 << 20).unwrap().len(), 200);
        assert_eq!(stream.count(&one, 1), Ok(40));
        assert_eq!(stream.count(&all, 1), Ok(200));
        let (purged, _) = stream.purge(&one, 0, 0).unwrap();
        assert_eq!(purged, 40);
        store.commit_once(0).unwrap();
    }
}

/// Symptom: the store's totals said 1,060 and 674 were left. Cause: a rewrite of a segment that couldn't be mapped copied nothing, took its place,
/// and the old file went. Remedy: a copy counts only with as many messages as are known to be alive.
#[test]
fn a_rewrite_that_can_t_read_its_segment_removes_nothing() {
    for fault in lacks() {
        let (disk, store, stream) = sealed(200);
        let gone: Vec<u64> = (1..=200).filter(|k| k % 8 != 0).collect();
        drop(stream.delete_many(&gone).unwrap());
        store.commit_once(0).unwrap();
        let store = {
            store.close(0).unwrap();
            open(&disk)
        };
        let stream = store.stream("s").unwrap().unwrap();
        disk.set_faults(&[fault]);
        for second in 1..5 {
            let _ = store.maintain_once(second << 30);
        }
        disk.set_faults(&[]);
        for second in 5..10 {
            store.maintain_once(second << 30).unwrap();
        }
        assert_eq!(stream.stats().msgs, 25);
        let left = stream.read(1, 1000, 1 << 20).unwrap();
        assert_eq!(left.len(), 25, "{fault:?}");
        let again = open(&disk.cut(0));
        let stream = again.stream("s").unwrap().unwrap();
        assert_eq!(stream.read(1, 1000, 1 << 20).unwrap().len(), 25);
    }
}

/// Symptom: a message that nobody could see any more, or a stream above its limits for ever. Cause: what a limit pushes out lies in a segment that
/// can't be looked at. Remedy: nothing comes in before that can go.
#[test]
fn limits_hold_although_what_goes_can_t_be_looked_at() {
    let (disk, store, stream) = sealed(200);
    let limits = Limits {
        max_msgs: 200,
        ..Limits::default()
    };
    drop(
        store
            .update_stream("s", StreamOptions { limits, ..small() })
            .unwrap(),
    );
    store.commit_once(0).unwrap();
    store.close(0).unwrap();
    let store = open(&disk);
    let stream = {
        drop(stream);
        store.stream("s").unwrap().unwrap()
    };
    disk.set_faults(&[Fault::fails(Call::Open, "0000", Failure::Descriptors)]);
    let refused = stream.append(NewMessage::new("s.1", "x"), 300).err();
    assert!(
        matches!(refused, Some(Error::TryAgain { .. })),
        "{refused:?}"
    );
    disk.set_faults(&[]);
    put(&stream, 201);
    assert_eq!((stream.stats().msgs, stream.stats().first_seq), (200, 2));
    store.commit_once(0).unwrap();
}

/// What expires while its segment can't be looked at expires later, and the clock isn't asked all the time.
#[test]
fn what_can_t_be_looked_at_expires_later() {
    let (disk, store, stream) = sealed(100);
    let limits = Limits {
        max_age: 1_000,
        ..Limits::default()
    };
    drop(
        store
            .update_stream("s", StreamOptions { limits, ..small() })
            .unwrap(),
    );
    disk.set_faults(&[Fault::fails(Call::Open, "0000", Failure::Descriptors)]);
    let now = 5_000_000_000;
    assert!(stream.expire(now).is_empty());
    assert_eq!(stream.next_expiry(), Some(now + 1_000_000_000));
    disk.set_faults(&[]);
    assert_eq!(stream.expire(now + 1_000_000_000).len(), 100);
    store.commit_once(0).unwrap();
}

/// A segment whose footer is damaged, and a record of it too, holds less than its meta file says. That isn't dead: a rewrite would forget it for
/// good, and only a repair may say so.
#[test]
fn a_segment_that_lacks_messages_isn_t_rewritten_without_them() {
    let (disk, store, stream) = sealed(200);
    let gone: Vec<u64> = (1..=200).filter(|k| k % 8 != 0).collect();
    drop(stream.delete_many(&gone).unwrap());
    store.close(0).unwrap();
    let holds = |bytes: &[u8], text: &str| {
        bytes
            .windows(text.len())
            .position(|it| it == text.as_bytes())
    };
    let names = disk.list().unwrap();
    let name = names.iter().find(|name| {
        name.ends_with(".seg") && holds(&disk.bytes(name).unwrap(), "payload of 40").is_some()
    });
    let name = name.unwrap();
    disk.tamper(name, |bytes| {
        for text in ["payload of 40", "MDGFOOT1"] {
            let at = holds(bytes, text).unwrap();
            bytes[at] ^= 1;
        }
    });
    let store = open(&disk);
    let stream = store.stream("s").unwrap().unwrap();
    for second in 1..5 {
        store.maintain_once(second << 30).unwrap();
    }
    assert_eq!(stream.stats().msgs, 25);
    assert!(disk.bytes(name).is_some(), "the segment is gone");
    store.repair(9 << 30).unwrap();
    assert_eq!(stream.stats().msgs, 24);
    assert_eq!(stream.read(1, 1000, 1 << 20).unwrap().len(), 24);
}

/// Symptom: streams, or the whole store, took nothing more for good. Cause: a descriptor or some memory that was lacking at the creation of a segment,
/// in a checkpoint or for the manifest was taken for a broken disk. Remedy: as with a full disk, what lacks is tried again.
#[test]
fn what_lacks_while_writing_stops_nothing_for_good() {
    for failure in [Failure::Descriptors, Failure::Memory, Failure::Space] {
        for call in [Call::Create, Call::Open, Call::Rename, Call::Allocate] {
            let (disk, store, stream) = sealed(100);
            let (other, _) = store.create_stream("other", small()).unwrap();
            store.commit_once(0).unwrap();
            disk.set_faults(&[Fault::fails(call, "", failure)]);
            let mut acknowledged = Vec::new();
            let mut tickets = Vec::new();
            for round in 0..60_u64 {
                for one in [&stream, &other] {
                    for text in ["little".to_owned(), "x".repeat(1500)] {
                        if let Ok(appended) = one.append(NewMessage::new("s.1", &text), 0) {
                            tickets.push((one.name().to_owned(), appended.seq, appended.ticket));
                        }
                    }
                }
                let _ = store.put_state(b"k", &round.to_be_bytes()).map(drop);
                store.commit_once(round << 20).unwrap();
                let _ = store.maintain_once(round << 20);
            }
            disk.set_faults(&[]);
            for second in 1..4 {
                store.commit_once(second << 30).unwrap();
                store.maintain_once(second << 30).unwrap();
            }
            let what = format!("{call:?} {failure:?}");
            assert_eq!(store.failure(), None, "{what}");
            for one in [&stream, &other] {
                assert_eq!(one.failure(), None, "{what}");
                let last = one.append(NewMessage::new("s.1", "goes on"), 0).unwrap();
                tickets.push((one.name().to_owned(), last.seq, last.ticket));
            }
            store.commit_once(9 << 30).unwrap();
            for (name, seq, ticket) in tickets {
                assert_eq!(ticket.outcome(), Some(Ok(())), "{what}: {name} {seq}");
                acknowledged.push((name, seq));
            }
            let again = open(&disk.cut(0));
            for (name, seq) in acknowledged {
                let stream = again.stream(&name).unwrap().unwrap();
                assert!(stream.get(seq).unwrap().is_some(), "{what}: {name} {seq}");
            }
        }
    }
}

/// A frame whose write fails, after so many percent of its bytes.
fn frame_fails(percent: usize, failure: Failure) -> Fault {
    match percent {
        0 => Fault::fails(Call::Write, "journal", failure),
        _ => Fault::WritesPart {
            of: "journal",
            percent,
            failure,
        },
    }
}

/// Symptom: the store took nothing more for good. Cause: a write of the journal that found no memory, no descriptor or no room counted as a broken
/// disk. Remedy: the batch is held, and written again behind whatever a part of the first attempt left.
#[test]
fn a_frame_that_can_t_be_written_for_a_while_is_written_later() {
    for failure in [Failure::Descriptors, Failure::Memory, Failure::Space] {
        for (at, percent) in (0..16).flat_map(|at| [0, 10, 60, 100].map(|part| (at, part))) {
            let what = format!("{failure:?}, {percent} % of frame {at}");
            let disk = CrashDisk::new();
            let store = open(&disk);
            let [stream, other] =
                ["s", "other"].map(|name| store.create_stream(name, small()).unwrap().0);
            // Any place of the ring, its end too.
            for k in 0..=at {
                put(&stream, k);
                store.commit_once(0).unwrap();
            }
            let append = |stream: &Stream, len: usize| {
                let message = vec![b'x'; len];
                let appended = stream.append(NewMessage::new("s", &message), 0);
                appended.unwrap().ticket
            };
            let kept = |disk: &CrashDisk| {
                let store = open(disk);
                let last = |name| {
                    store
                        .stream(name)
                        .unwrap()
                        .map_or(0, |it| it.stats().last_seq)
                };
                let done = store.state(b"done").map_or(0, |it| it[0]);
                (last("s"), last("other"), done)
            };
            let mut tickets = vec![append(&stream, 20)];
            disk.set_faults(&[frame_fails(percent, failure)]);
            store.commit_once(0).unwrap();
            // What came between the commit and the refusal.
            assert_eq!(tickets[0].outcome(), None, "{what}");
            let refused = stream.append(NewMessage::new("s", "x"), 0).err();
            let lack = match failure {
                Failure::Space => Error::DiskFull,
                _ => Error::Scarce,
            };
            assert_eq!(refused, Some(lack), "{what}");
            tickets.push(store.put_state(b"done", &[1]).unwrap());
            store.commit_once(0).unwrap();
            assert_eq!(store.failure(), None, "{what}");
            for seed in 0..6 {
                let (last, ..) = kept(&disk.cut(seed));
                assert!(last > at, "{what}: {last} after a cut");
            }
            disk.set_faults(&[]);
            store.commit_once(0).unwrap();
            tickets.extend([append(&stream, 20), append(&other, 20)]);
            store.commit_once(0).unwrap();
            for ticket in tickets {
                assert_eq!(ticket.outcome(), Some(Ok(())), "{what}");
            }
            for seed in 0..6 {
                let found = kept(&disk.cut(seed));
                assert_eq!(found, (at + 3, 1, 1), "{what}, cut {seed}");
            }
        }
    }
}

/// Symptom: a stream was refused for a full disk, although what stood in its way was a lack of memory. Cause: one word for all lacks, of the one that was
/// met last. Remedy: each stream's tail that finds no place, the manifest and a batch that waits have a lack of their own.
#[test]
fn a_stream_is_refused_for_what_stands_in_its_way() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let [large, little, other] =
        ["large", "little", "other"].map(|name| store.create_stream(name, small()).unwrap().0);
    store.commit_once(0).unwrap();
    let fails = |call, stream: &Stream, failure| Fault::Fails {
        call,
        of: if stream.id() == large.id() {
            "0000000000000001-"
        } else {
            "0000000000000002-"
        },
        failure,
        spared: 0,
        times: u64::MAX,
    };
    disk.set_faults(&[
        fails(Call::Create, &large, Failure::Memory),
        fails(Call::Allocate, &little, Failure::Space),
    ]);
    let append = |stream: &Stream, len: usize| {
        let outcome = stream.append(NewMessage::new("s", &vec![b'x'; len]), 0);
        outcome.map(drop)
    };
    append(&large, 6000).unwrap();
    append(&little, 1500).unwrap();
    store.commit_once(0).unwrap();
    assert_eq!(append(&large, 1), Err(Error::Scarce));
    assert_eq!(append(&little, 1), Err(Error::DiskFull));
    // Most of the journal's share is taken by the one that lacks memory.
    assert_eq!(append(&other, 1000), Err(Error::Scarce));
    disk.set_faults(&[]);
    store.commit_once(0).unwrap();
    for stream in [&large, &little, &other] {
        append(stream, 1000).unwrap();
    }
}

/// Symptom and cause as above: what a manifest lacked that took a batch's small state straight away was noted by nobody.
#[test]
fn small_state_that_waits_for_the_manifest_waits_for_what_that_lacks() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", small()).unwrap();
    store.maintain_once(0).unwrap();
    disk.set_faults(&[Fault::fails(Call::Create, "manifest", Failure::Memory)]);
    let state = store.put_state(b"large", &[7; 100_000]).unwrap();
    assert!(store.commit_once(0).unwrap().waits_for_room);
    let refused = stream.append(NewMessage::new("s", "x"), 0).err();
    assert_eq!(refused, Some(Error::Scarce));
    disk.set_faults(&[]);
    store.commit_once(0).unwrap();
    assert_eq!(state.outcome(), Some(Ok(())));
    put(&stream, 1);
}

/// Symptom: a store that took nothing more although there was room. Cause: a repair wrote the manifest that had found none, and nobody was told.
/// Remedy: who writes it says that writing goes on.
#[test]
fn a_repair_that_writes_the_manifest_lets_appends_in() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", small()).unwrap();
    store.commit_once(0).unwrap();
    let fails = |times| Fault::Fails {
        call: Call::Create,
        of: "manifest",
        failure: Failure::Memory,
        spared: 0,
        times,
    };
    disk.set_faults(&[fails(u64::MAX)]);
    store.maintain_once(0).unwrap();
    let refused = stream.append(NewMessage::new("s", "x"), 0).err();
    assert_eq!(refused, Some(Error::Scarce));
    // The commit finds no memory, what the repair does after it does.
    disk.set_faults(&[fails(1)]);
    store.repair(0).unwrap();
    put(&stream, 1);
}

/// Symptom: no segment of a stream was rewritten any more. Cause: the one for which a rewrite brings most was refused, and chosen again each time.
/// Remedy: it is left aside as long as it holds what it held.
#[test]
fn a_segment_that_isn_t_rewritten_holds_up_no_other() {
    let rewritten = |hurt: Option<u64>| {
        let (disk, store, stream) = sealed(200);
        let gone: Vec<u64> = (1..=200).filter(|k| k % 8 != 0).collect();
        drop(stream.delete_many(&gone).unwrap());
        store.close(0).unwrap();
        let find = |bytes: &[u8], text: &str| {
            let mut windows = bytes.windows(text.len());
            windows.position(|it| it == text.as_bytes())
        };
        for name in disk.list().unwrap() {
            let bytes = disk.bytes(&name).unwrap();
            let text = format!("payload of {}", hurt.unwrap_or(0));
            if let (true, Some(at), Some(footer)) = (
                name.ends_with(".seg"),
                find(&bytes, &text),
                find(&bytes, "MDGFOOT1"),
            ) {
                disk.tamper(&name, |bytes| {
                    bytes[at] ^= 1;
                    bytes[footer] ^= 1;
                });
            }
        }
        let store = open(&disk);
        drop(store.stream("s").unwrap());
        for second in 1..5 {
            store.maintain_once(second << 30).unwrap();
        }
        let names = disk.list().unwrap();
        names.iter().filter(|it| it.ends_with("-0001.seg")).count()
    };
    let all = rewritten(None);
    assert!(all > 2, "{all}");
    for hurt in [40, 80, 120] {
        assert_eq!(rewritten(Some(hurt)), all - 1, "{hurt}");
    }
}

/// Symptom: a clean stop said that all was well, and what it owed an `Interval` stream was gone after a loss of power. Cause: the last sync lacked
/// a descriptor, which passes, and nobody tried again. Remedy: the stop says what lacks, and may be asked for again.
#[test]
fn a_store_that_owes_a_sync_does_not_close() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let options = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(3600)),
        ..small()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    for k in 1..10 {
        let message = NewMessage::new("s", &[7; 3000]);
        drop(stream.append(message, k).unwrap());
        store.commit_once(k).unwrap();
    }
    disk.set_faults(&[Fault::fails(Call::Sync, "0000", Failure::Descriptors)]);
    assert_eq!(store.close(10), Err(Error::Scarce));
    disk.set_faults(&[]);
    store.close(11).unwrap();
    let after = open(&disk.cut(0));
    let after = after.stream("s").unwrap().unwrap();
    assert_eq!(after.stats().msgs, 9);
}
