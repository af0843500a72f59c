//! What doesn't fit waits or is refused for the moment: no batch, however large or unlucky, ends the store.
use midge_streamlog::{
    Disk, Error, NewMessage, Store, StoreOptions, Stream, StreamOptions, Ticket,
    sim::{CrashDisk, Fault},
};
use std::{collections::BTreeMap, sync::Arc};

/// A ring of 64 KiB.
fn options() -> StoreOptions {
    StoreOptions {
        journal_bytes: 1 << 16,
        seed: 7,
        ..StoreOptions::default()
    }
}

fn open(disk: &CrashDisk) -> Store {
    Store::open(Arc::new(disk.clone()), options()).unwrap()
}

fn is_done(ticket: &Ticket) -> bool {
    ticket.outcome() == Some(Ok(()))
}

fn append(stream: &Stream, len: usize) -> Result<(u64, Ticket), Error> {
    let payload = vec![b'x'; len];
    let appended = stream.append(NewMessage::new("s", &payload), 0)?;
    Ok((appended.seq, appended.ticket))
}

/// Symptom: "the disk is full", on a disk with room, and nothing more is written. Cause: a consumer with millions of pending messages has a
/// state that no frame holds. Remedy: such a state goes straight to the manifest.
#[test]
fn a_state_larger_than_the_journal_is_kept() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    for round in 1..=3u8 {
        let large = vec![round; 200_000];
        let small = store.put_state(b"small", &[round]).unwrap();
        let large_ticket = store.put_state(b"large", &large);
        // What waits together has a bound; a state alone hasn't.
        if let Err(error) = &large_ticket {
            assert!(matches!(error, Error::Overloaded { .. }), "{error}");
            store.commit_once(0).unwrap();
        }
        let ticket = large_ticket.unwrap_or_else(|_| store.put_state(b"large", &large).unwrap());
        store.commit_once(0).unwrap();
        assert!(is_done(&ticket) && is_done(&small));
        for after in [disk.kill(), disk.cut(0), disk.cut(5)] {
            let store = open(&after);
            assert_eq!(store.state(b"large").as_deref(), Some(&large[..]));
            assert_eq!(store.state(b"small").as_deref(), Some(&[round][..]));
            store.put_state(b"small", b"after").map(drop).unwrap();
            store.commit_once(1).unwrap();
        }
    }
    assert_eq!(store.failure(), None);
}

/// Symptom: the same, after 300 definitions of 125 KB in one batch. Remedy: what waits is counted, and more of it is refused for the moment.
#[test]
fn many_states_at_once_wait_for_their_turn() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (mut refused, mut tickets) = (0, Vec::new());
    for k in 0..300u32 {
        let value = vec![k as u8; 1250];
        match store.put_state(&k.to_be_bytes().map(|b| b | 1), &value) {
            Ok(ticket) => tickets.push(ticket),
            Err(error) => {
                assert!(matches!(error, Error::Overloaded { .. }), "{error}");
                refused += 1;
                store.commit_once(0).unwrap();
            }
        }
    }
    store.commit_once(0).unwrap();
    assert!(refused > 0 && tickets.iter().all(is_done));
    assert_eq!(store.failure(), None);
}

/// Symptom: of some hundred little changes beside a large state each few wrote all of it once more. Cause: the journal's oldest frames were freed by
/// writing the manifest, however little it lacked. Remedy: that little is carried on in the next frame.
#[test]
fn little_changes_beside_a_large_state_write_little() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    store.commit_once(0).unwrap();
    let large = vec![7; 400_000];
    drop(store.put_state(b"large", &large).unwrap());
    store.commit_once(0).unwrap();
    let before = disk.written();
    for round in 0..200u32 {
        let (seq, appended) = append(&stream, 20).unwrap();
        let ticket = store.put_state(b"little", &round.to_be_bytes()).unwrap();
        store.commit_once(0).unwrap();
        assert!(is_done(&ticket) && is_done(&appended));
        let images = [disk.kill(), disk.cut(0)];
        for after in images.iter().filter(|_| round % 7 == 0) {
            let store = open(after);
            let stream = store.stream("s").unwrap().unwrap();
            assert_eq!(stream.stats().last_seq, seq, "round {round}");
            let kept = store.state(b"little").unwrap();
            assert_eq!(kept, round.to_be_bytes(), "round {round}");
            assert!(store.state(b"large").as_ref() == Some(&large));
        }
    }
    let written = disk.written() - before;
    assert!(written < 200 * 3 * 4096, "{written} bytes");
}

/// Symptom: a journal that was lost took weeks of little changes with it. Cause: what the manifest lacked counted once per key, so that changes of the
/// same keys never had it written. Remedy: each change counts.
#[test]
fn little_changes_reach_the_manifest_when_they_were_many() {
    const LARGE: usize = 400_000;
    let disk = CrashDisk::new();
    let store = open(&disk);
    drop(store.put_state(b"large", &[7; LARGE]).unwrap());
    store.commit_once(0).unwrap();
    for round in 1..=1000u32 {
        drop(store.put_state(b"little", &round.to_be_bytes()).unwrap());
        store.commit_once(0).unwrap();
        if round % 100 == 0 {
            let after = disk.kill();
            after.remove("journal").unwrap();
            let kept = open(&after).state(b"little");
            let kept = kept.map_or(0, |it| u32::from_be_bytes(it.try_into().unwrap()));
            assert!(round - kept < 300, "round {round} has {kept}");
        }
    }
    let manifests = 5 * 2 * LARGE as u64;
    let written = disk.written();
    assert!(written < 1000 * 4096 * 2 + manifests, "{written} bytes");
}

/// Symptom: state beyond all bounds waited for the disk. Cause: whatever came with a removal was taken for what makes room. Remedy: that has to take
/// away as much as it brings.
#[test]
fn what_is_large_is_refused_beside_a_removal_too() {
    let store = open(&CrashDisk::new());
    let change = |key: u32, gone: &[u8], len: usize| {
        let (key, value) = (key.to_be_bytes().map(|b| b | 1), vec![1; len]);
        store.change_states(&[(gone, None), (&key, Some(&value))])
    };
    let refused = |key| matches!(change(key, b"nothing", 1250), Err(Error::Overloaded { .. }));
    assert!((0..300).any(refused), "it has a bound");
    // A mark in the place of something larger.
    let place = 0_u32.to_be_bytes().map(|b| b | 1);
    drop(change(1000, &place, 10).unwrap());
    drop(store.delete_state(b"nothing").unwrap());
}

/// Symptom: the same, when a stream is made beside a large message. Cause: the batch of a definition went through the journal as a whole,
/// since no file may come before the definition. Remedy: the definition goes first, what is large to its file after it.
#[test]
fn a_definition_beside_a_large_message_is_no_end() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (first, _) = store
        .create_stream("first", StreamOptions::default())
        .unwrap();
    store.commit_once(0).unwrap();
    for large in [100_000, 60_000] {
        let (seq, ticket) = append(&first, large).unwrap();
        let name = format!("beside {large}");
        let (beside, made) = store
            .create_stream(&name, StreamOptions::default())
            .unwrap();
        // The batch of the new stream itself.
        let own = append(&beside, 20);
        store.commit_once(0).unwrap();
        assert!(is_done(&ticket) && is_done(&made), "{large}");
        let store = open(&disk.cut(0));
        let stream = store.stream("first").unwrap().unwrap();
        assert_eq!(stream.get(seq).unwrap().unwrap().payload.len(), large);
        let beside = store.stream(&name).unwrap().unwrap();
        assert_eq!(beside.stats().msgs, u64::from(own.is_ok()));
    }
    assert_eq!(store.failure(), None);
}

/// A disk without room below many streams: what was acknowledged, by stream.
struct Full {
    disk: CrashDisk,
    store: Store,
    streams: Vec<Stream>,
    acknowledged: BTreeMap<(usize, u64), ()>,
}

impl Full {
    fn new(count: usize) -> Self {
        let disk = CrashDisk::new();
        let store = open(&disk);
        let make = |k: usize| {
            let options = StreamOptions {
                segment_bytes: 16 << 10,
                ..StreamOptions::default()
            };
            store.create_stream(&format!("s{k}"), options).unwrap().0
        };
        let streams = (0..count).map(make).collect();
        store.commit_once(0).unwrap();
        Self {
            disk,
            store,
            streams,
            acknowledged: BTreeMap::new(),
        }
    }

    /// One message for each stream, each in its batch. How many were refused, for want of room.
    fn publish_each(&mut self, len: usize) -> usize {
        let mut refused = 0;
        for k in 0..self.streams.len() {
            match append(&self.streams[k], len) {
                Ok((seq, ticket)) => {
                    self.store.commit_once(0).unwrap();
                    if is_done(&ticket) {
                        self.acknowledged.insert((k, seq), ());
                    }
                }
                Err(error) => {
                    assert_eq!(error, Error::DiskFull);
                    refused += 1;
                }
            }
        }
        refused
    }

    fn check(&self, disk: &CrashDisk, gone: &dyn Fn(usize, u64) -> bool) {
        let store = open(disk);
        for &(k, seq) in self.acknowledged.keys().filter(|at| !gone(at.0, at.1)) {
            let stream = store.stream(&format!("s{k}")).unwrap().unwrap();
            assert!(stream.get(seq).unwrap().is_some(), "s{k} lost {seq}");
        }
    }
}

/// Symptom: 30 streams on a full disk, and the fifth one stopped the store for good. Cause: what found no file was copied into the journal
/// without a bound. Remedy: streams whose end has no file share a bound, beyond which all are refused.
#[test]
fn many_streams_on_a_full_disk_refuse_and_go_on_when_there_is_room() {
    let mut full = Full::new(30);
    full.publish_each(3000);
    full.disk.set_faults(&[Fault::Full]);
    let mut rounds = 0;
    while full.publish_each(3000) < 30 {
        rounds += 1;
        assert!(rounds < 100, "each stream refuses in the end");
    }
    assert_eq!(full.store.failure(), None);
    // Reads, acks and deletes work.
    full.check(&full.disk.cut(0), &|_, _| false);
    for round in 0..200u32 {
        let ack = full.store.put_state(b"consumer", &round.to_be_bytes());
        let ack = ack.unwrap();
        full.store.commit_once(1).unwrap();
        full.store.maintain_once(1).unwrap();
        assert!(is_done(&ack), "ack {round}");
    }
    let deleted = full.streams[3].delete(1).unwrap().unwrap();
    let purged = full.streams[4]
        .purge(&midge_streamlog::Filter::all(), 0, 0)
        .unwrap()
        .1;
    let removed = full.store.delete_stream("s5").unwrap();
    full.store.commit_once(2).unwrap();
    assert!(is_done(&deleted) && is_done(&purged) && is_done(&removed));
    full.store.maintain_once(2).unwrap();
    let gone = |k: usize, seq: u64| (k, seq) == (3, 1) || k == 4 || k == 5;
    let after = full.disk.cut(0);
    full.check(&after, &gone);
    assert!(open(&after).stream("s5").unwrap().is_none());
    assert!(open(&after).state(b"consumer").is_some());
    // There is room again.
    full.disk.set_faults(&[]);
    full.streams.remove(5);
    full.acknowledged.retain(|at, ()| at.0 < 3);
    for _ in 0..40 {
        full.store.commit_once(3).unwrap();
    }
    assert_eq!(full.publish_each(3000), 0);
}

/// A message larger than the journal needs its file before it is taken, since nothing else could keep it.
#[test]
fn a_large_message_on_a_full_disk_is_refused_at_once() {
    let mut full = Full::new(3);
    full.disk.set_faults(&[Fault::Full]);
    assert_eq!(full.publish_each(100_000), 3);
    full.disk.set_faults(&[]);
    assert_eq!(full.publish_each(100_000), 0);
    full.check(&full.disk.cut(0), &|_, _| false);
}

/// The disk is full from the n-th operation on, for every n, and has room again later: nothing acknowledged is lost, and nothing stops.
#[test]
fn a_disk_that_is_full_at_any_operation_stops_no_stream() {
    let work = |full: &mut Full| {
        for round in 0..6u32 {
            full.publish_each(2500 + 3000 * (round as usize % 3));
            let _ = full.store.put_state(b"c", &vec![7; 900 * round as usize]);
            full.store.commit_once(0).unwrap();
            let _ = full
                .store
                .create_stream(&format!("more {round}"), StreamOptions::default());
            full.store.commit_once(0).unwrap();
            full.store.maintain_once(u64::from(round)).unwrap();
        }
    };
    let mut sample = Full::new(12);
    let begin = sample.disk.operations();
    work(&mut sample);
    let total = sample.disk.operations() - begin;
    for n in (0..total).step_by(3) {
        let mut full = Full::new(12);
        let begin = full.disk.operations();
        full.disk.set_faults(&[Fault::FullAfter(begin + n)]);
        work(&mut full);
        assert_eq!(full.store.failure(), None, "at {n}");
        for after in [full.disk.cut(0), full.disk.cut(n + 2)] {
            full.check(&after, &|_, _| false);
        }
        let removed = full.store.delete_stream("s7").unwrap();
        full.store.commit_once(10).unwrap();
        assert!(is_done(&removed), "at {n}");
        full.disk.set_faults(&[]);
        for _ in 0..30 {
            full.store.commit_once(11).unwrap();
        }
        full.store.maintain_once(11).unwrap();
        full.streams.truncate(7);
        full.acknowledged.retain(|at, ()| at.0 < 7);
        assert_eq!(full.publish_each(3000), 0, "at {n}");
        full.check(&full.disk.cut(0), &|_, _| false);
        full.streams
            .iter()
            .for_each(|stream| assert_eq!(stream.failure(), None, "at {n}"));
    }
}

/// What a purge frees is used again without any room from elsewhere: the small files that say what may go have a reserve.
#[test]
fn a_purge_makes_room_on_a_disk_that_stays_full() {
    let mut full = Full::new(2);
    while full.disk.list().unwrap().len() < 20 {
        assert_eq!(full.publish_each(2000), 0);
        full.store.maintain_once(0).unwrap();
    }
    full.disk.set_faults(&[Fault::Full]);
    for round in 0..3 {
        let mut rounds = 0;
        while full.publish_each(2000) < 2 {
            rounds += 1;
            assert!(rounds < 1000, "the disk is full in the end");
        }
        for stream in &full.streams {
            let (purged, ticket) = stream.purge(&midge_streamlog::Filter::all(), 0, 0).unwrap();
            full.store.commit_once(0).unwrap();
            assert!(purged > 0 && is_done(&ticket), "round {round}");
        }
        full.acknowledged.clear();
        for _ in 0..3 {
            full.store.maintain_once(0).unwrap();
        }
        assert_eq!(full.publish_each(2000), 0, "round {round}");
        full.check(&full.disk.cut(0), &|_, _| false);
    }
}
