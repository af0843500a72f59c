//! The journal's ring is as long as the load needs it, and nothing that it has is lost when that changes.
use midge_streamlog::{
    DamageKind, Disk, Error, NewMessage, Policy, Store, StoreOptions, Stream, StreamOptions,
    sim::{Call, CrashDisk, Failure, Fault},
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;
const FIRST: u64 = 64 << 10;
const LONGEST: u64 = 2 << 20;

fn open(disk: &CrashDisk) -> Store {
    let options = StoreOptions {
        journal_first_bytes: FIRST,
        journal_bytes: LONGEST,
        seed: 7,
        ..StoreOptions::default()
    };
    Store::open(Arc::new(disk.clone()), options).unwrap()
}

fn len(disk: &CrashDisk, name: &str) -> u64 {
    disk.bytes(name).map_or(0, |bytes| bytes.len() as u64)
}

/// Bytes in the ring.
fn ring(disk: &CrashDisk) -> u64 {
    len(disk, "journal") - 4096
}

fn append(store: &Store, stream: &Stream, size: usize, now: u64) {
    drop(
        stream
            .append(NewMessage::new("s", &vec![7; size]), now)
            .unwrap(),
    );
    assert!(!store.commit_once(now).unwrap().waits_for_room);
}

fn count(disk: &CrashDisk, name: &str) -> u64 {
    let store = open(disk);
    let stream = store.stream(name).unwrap().unwrap();
    let mut damage = store.damage();
    damage.retain(|it| !matches!(it.kind, DamageKind::Copy | DamageKind::TornTail));
    assert!(damage.is_empty(), "{damage:?}");
    let read = stream.read(0, usize::MAX, usize::MAX).unwrap();
    assert_eq!(read.len() as u64, stream.stats().msgs);
    stream.stats().msgs
}

/// A store whose ring is as long as it may be, and its stream; the time.
fn grown(disk: &CrashDisk) -> (Store, Stream, u64) {
    let store = open(disk);
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    let mut now = SECOND;
    while ring(disk) < LONGEST {
        now += SECOND / 1000;
        append(&store, &stream, 4000, now);
        assert!(now < 3 * SECOND, "it never became longer");
    }
    (store, stream, now)
}

/// Whether what is acknowledged is there after a loss of power before each operation of the disk from now on; a look is dear, so some of them are.
fn watch(disk: &CrashDisk, acknowledged: &Arc<Mutex<u64>>, one_in: u64) {
    let (known, looks) = (acknowledged.clone(), Mutex::new(0));
    disk.before_each(move |disk, _| {
        let look = {
            let mut looks = looks.lock().unwrap();
            *looks += 1;
            *looks
        };
        if look % one_in == 0 {
            let known = *known.lock().unwrap();
            for seed in [0, 1, look + 2] {
                let found = count(&disk.cut(seed), "s");
                assert!(found >= known, "{found} of {known}, seed {seed}");
            }
        }
    });
}

#[test]
fn it_grows_under_load_and_shrinks_when_that_has_gone() {
    let disk = CrashDisk::new();
    let (store, stream, now) = grown(&disk);
    store.maintain_once(now).unwrap();
    let reserve = len(&disk, "reserve");
    assert_eq!(ring(&disk), LONGEST);
    store.maintain_once(now + 30 * SECOND).unwrap();
    assert_eq!(ring(&disk), LONGEST, "that was soon");
    store.maintain_once(now + 100 * SECOND).unwrap();
    assert_eq!(ring(&disk), FIRST);
    assert!(len(&disk, "reserve") < reserve);
    // And again, also in another life.
    let msgs = stream.stats().msgs;
    drop((store, stream));
    let store = open(&disk);
    let stream = store.stream("s").unwrap().unwrap();
    assert_eq!(stream.stats().msgs, msgs);
    let now = now + 1000 * SECOND;
    for at in 0..100 {
        append(&store, &stream, 4000, now + at);
    }
    assert!(ring(&disk) > FIRST);
    store.maintain_once(now).unwrap();
    store.maintain_once(now + 100 * SECOND).unwrap();
    assert_eq!(ring(&disk), FIRST);
    assert_eq!(count(&disk.cut(0), "s"), msgs + 100);
}

#[test]
fn a_slow_load_does_with_a_short_one() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    for at in 1..300 {
        append(&store, &stream, 100, at * SECOND);
    }
    assert_eq!(ring(&disk), FIRST);
}

#[test]
fn nothing_is_lost_while_it_grows_or_shrinks() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    store.commit_once(SECOND).unwrap();
    let known = Arc::new(Mutex::new(0));
    watch(&disk, &known, 7);
    let mut now = SECOND;
    while ring(&disk) < LONGEST {
        now += SECOND / 1000;
        append(&store, &stream, 4000, now);
        *known.lock().unwrap() += 1;
    }
    disk.forget_hook();
    watch(&disk, &known, 1);
    now += 100 * SECOND;
    store.maintain_once(now - 100 * SECOND).unwrap();
    store.maintain_once(now).unwrap();
    assert_eq!(ring(&disk), FIRST);
    for _ in 0..5 {
        append(&store, &stream, 4000, now);
        *known.lock().unwrap() += 1;
    }
}

#[test]
fn a_disk_without_room_leaves_it_as_it_is() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    append(&store, &stream, 1000, SECOND);
    store.maintain_once(SECOND).unwrap();
    let before = ring(&disk);
    let reserve = len(&disk, "reserve");
    let lacks = |of| Fault::fails(Call::Allocate, of, Failure::Space);
    disk.set_faults(&[lacks("journal")]);
    for at in 1..100 {
        append(&store, &stream, 4000, SECOND + at);
    }
    assert_eq!(ring(&disk), before, "without room for the journal");
    assert_eq!(len(&disk, "reserve"), reserve, "what it took is given back");
    disk.set_faults(&[lacks("reserve")]);
    for at in 1..100 {
        append(&store, &stream, 4000, 5 * SECOND + at);
    }
    // As long as the reserve takes a manifest and what may wait.
    assert!(ring(&disk) / 8 < reserve, "without room for the reserve");
    assert!(ring(&disk) < LONGEST, "without room for the reserve");
    disk.set_faults(&[]);
    for at in 1..100 {
        append(&store, &stream, 4000, 10 * SECOND + at);
    }
    assert_eq!(ring(&disk), LONGEST);
    assert_eq!(count(&disk.cut(0), "s"), 298);
}

/// What waits is bounded by the ring that is there, and who is refused has it grow.
#[test]
fn who_was_refused_has_it_grow() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    let put = || stream.append(NewMessage::new("s", &[7; 3000]), SECOND);
    let mut refused = 0;
    for _ in 0..100 {
        match put() {
            Ok(appended) => drop(appended),
            Err(Error::Overloaded { max, .. }) => {
                refused += 1;
                assert!(max as u64 <= ring(&disk) / 8);
                store.commit_once(SECOND).unwrap();
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!((1..10).contains(&refused), "{refused} times");
    store.commit_once(SECOND).unwrap();
    assert_eq!(count(&disk.cut(0), "s"), stream.stats().msgs);
}

/// A batch may be as large beside a short ring as beside a long one; it is there as a whole or not at all.
#[test]
fn a_large_batch_goes_beside_a_short_one() {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    append(&store, &stream, 1000, SECOND);
    assert_eq!(stream.batch_bytes_max() as u64, LONGEST / 8 * 2);
    let body = vec![7; 2000];
    let batch: Vec<_> = (0..120)
        .map(|_| Some(NewMessage::new("s", &body)))
        .collect();
    let found = Arc::new(Mutex::new(Vec::new()));
    let images = found.clone();
    disk.before_each(move |disk, _| {
        for seed in 0..4 {
            images.lock().unwrap().push(disk.cut(seed));
        }
    });
    drop(stream.append_batch(&batch, SECOND).unwrap());
    store.commit_once(SECOND).unwrap();
    disk.forget_hook();
    for image in found.lock().unwrap().iter() {
        let msgs = count(image, "s");
        assert!(msgs == 1 || msgs == 121, "{msgs}");
    }
    assert_eq!(count(&disk.cut(0), "s"), 121);
}

/// Symptom: a store took 36 MB before the first message.
#[test]
fn an_empty_store_is_small() {
    let disk = CrashDisk::new();
    let store = Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
    store.commit_once(SECOND).unwrap();
    store.maintain_once(SECOND).unwrap();
    let names = disk.list().unwrap();
    let all: u64 = names.iter().map(|name| len(&disk, name)).sum();
    assert!(all <= 1 << 20, "{all} bytes: {names:?}");
    let full = CrashDisk::new();
    full.set_faults(&[Fault::fails(Call::Allocate, "", Failure::Space)]);
    let error = Store::open(Arc::new(full), StoreOptions::default()).err();
    let Some(Error::NoRoom { needed }) = error else {
        panic!("{error:?}");
    };
    // The manifest is some bytes beside them.
    assert!(needed + 4096 >= all && needed <= 1 << 20, "{needed}, {all}");
}

/// Symptom: a full disk from which nothing could be deleted. Cause: after a start the reserve was cut to what a store without small state needs.
#[test]
fn the_reserve_takes_the_manifest_after_a_restart() {
    let disk = CrashDisk::new();
    let (store, _, now) = grown(&disk);
    for key in 0..20_u8 {
        drop(store.put_state(&[b'k', key], &[7; 50_000]).unwrap());
        store.commit_once(now).unwrap();
    }
    store.maintain_once(now).unwrap();
    drop(store);
    let store = open(&disk);
    store.stream("s").unwrap().unwrap();
    store.maintain_once(now).unwrap();
    store.maintain_once(now + 100 * SECOND).unwrap();
    assert_eq!(ring(&disk), FIRST);
    assert!(len(&disk, "reserve") > 1_000_000);
    store.maintain_once(now + 101 * SECOND).unwrap();
    disk.set_faults(&[Fault::Full]);
    drop(store.delete_state(&[b'k', 1]).unwrap());
    drop(store.delete_stream("s").unwrap());
    store.commit_once(now + 102 * SECOND).unwrap();
    store.maintain_once(now + 102 * SECOND).unwrap();
    disk.set_faults(&[]);
    assert!(open(&disk.cut(0)).stream("s").unwrap().is_none());
}

/// Symptom: acknowledged messages were gone after a loss of power. Cause: a stream had stopped at a sync that failed; a minute later its segment was
/// synced once more, the system told of no failure twice, and the journal's copy was given up.
#[test]
fn what_a_stopped_stream_has_in_the_ring_stays() {
    let disk = CrashDisk::new();
    let (store, _, now) = grown(&disk);
    let options = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(1)),
        ..StreamOptions::default()
    };
    let (lazy, _) = store.create_stream("lazy", options).unwrap();
    store.commit_once(now).unwrap();
    append(&store, &lazy, 100, now);
    store.commit_once(now + 2 * SECOND).unwrap();
    append(&store, &lazy, 100_000, now + 2 * SECOND);
    disk.set_faults(&[Fault::SyncOf("0000000000000002")]);
    store.commit_once(now + 10 * SECOND).unwrap();
    assert!(
        lazy.append(NewMessage::new("s", b"x"), now).is_err(),
        "it stopped"
    );
    disk.set_faults(&[]);
    store.maintain_once(now + 10 * SECOND).unwrap();
    store.maintain_once(now + 100 * SECOND).unwrap();
    assert_eq!(
        ring(&disk),
        LONGEST,
        "it keeps what the stream has nowhere else"
    );
    assert!(count(&disk.cut(0), "lazy") >= 1);
}

/// What an `Interval` stream has in the journal goes to its segment before the ring becomes shorter.
#[test]
fn tails_of_a_lazy_stream_survive() {
    let disk = CrashDisk::new();
    let (store, _, now) = grown(&disk);
    let options = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(3600)),
        ..StreamOptions::default()
    };
    let (lazy, _) = store.create_stream("lazy", options).unwrap();
    store.commit_once(now).unwrap();
    append(&store, &lazy, 100, now);
    append(&store, &lazy, 1000, now);
    store.maintain_once(now).unwrap();
    store.maintain_once(now + 100 * SECOND).unwrap();
    assert_eq!(ring(&disk), FIRST);
    assert_eq!(count(&disk.kill(), "lazy"), 2);
}
