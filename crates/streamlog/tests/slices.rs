//! What may take long is done in slices, with anything in between: it comes to what one go would have come to, and no slice costs more.
use midge_streamlog::{
    Error, Filter, Filters, LastChange, Limits, Listed, NewMessage, Store, StoreOptions, Stream,
    StreamOptions, Work,
    sim::{Call, CrashDisk, Failure, Fault, take_steps},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn open(disk: &CrashDisk) -> Store {
    let options = StoreOptions {
        journal_bytes: 1 << 20,
        seed: 7,
        ..StoreOptions::default()
    };
    Store::open(Arc::new(disk.clone()), options).unwrap()
}

fn append(stream: &Stream, subject: &str) -> u64 {
    let message = NewMessage::new(subject, "x");
    stream.append(message, 1).unwrap().seq
}

/// A stream of several segments, opened again: nothing is counted.
fn reopened(count: u64, subject: impl Fn(u64) -> String) -> (CrashDisk, Store, Stream) {
    let disk = CrashDisk::new();
    let store = open(&disk);
    let limits = Limits::default();
    let options = StreamOptions {
        segment_bytes: 16 << 10,
        limits,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    for k in 0..count {
        append(&stream, &subject(k));
        if k % 100 == 99 {
            store.commit_once(1).unwrap();
            store.maintain_once(1).unwrap();
        }
    }
    store.close(1).unwrap();
    drop((stream, store));
    let store = open(&disk);
    let stream = store.stream("s").unwrap().unwrap();
    (disk, store, stream)
}

/// First, last and count of each subject, looked up one message after the other.
fn naive(stream: &Stream) -> BTreeMap<Vec<u8>, (u64, u64, u64)> {
    let mut totals = BTreeMap::new();
    let mut from = 1;
    while let Some(seq) = stream.next_written(&Filter::all(), from).unwrap() {
        let subject = stream.peek(seq).unwrap().unwrap().subject.to_vec();
        let total = totals.entry(subject).or_insert((seq, seq, 0));
        *total = (total.0, seq, total.2 + 1);
        from = seq + 1;
    }
    totals
}

/// Symptom: the first stream information after a start held everybody for 0.7 s when a stream had a million subjects. Cause: all segments were
/// asked for all their subjects at once. Remedy: they are counted in slices.
#[test]
fn subjects_are_counted_in_slices() {
    const MOST: usize = 64;
    /// A sixteenth of the segment that isn't sealed.
    const AT_ONCE: u64 = 40;
    let (_disk, _store, stream) = reopened(3000, |k| format!("s.{k}"));
    take_steps();
    let mut slices = 0;
    while stream.count_subjects(MOST).unwrap().is_none() {
        let steps = take_steps();
        assert!(steps <= MOST as u64 + AT_ONCE, "{steps} steps");
        slices += 1;
    }
    assert!(slices >= 3000 / MOST, "{slices} slices");
    assert_eq!(stream.subjects().unwrap(), 3000);
}

#[test]
fn what_happens_while_subjects_are_counted_is_counted() {
    for seed in 1..=40 {
        let mut dice = Dice(seed * 0x9E37_79B9);
        let (_disk, store, stream) = reopened(1200, |k| format!("s.{}", k * k % 97));
        loop {
            let done = stream.count_subjects(1 + dice.roll(200) as usize).unwrap();
            if done.is_some() {
                break;
            }
            for _ in 0..dice.roll(20) {
                let last = stream.stats().last_seq;
                match dice.roll(8) {
                    0..4 => drop(stream.delete(1 + dice.roll(last)).unwrap()),
                    4..7 => drop(append(&stream, &format!("s.{}", dice.roll(120)))),
                    // Totals that somebody asks for are told at once.
                    _ => drop(stream.total(format!("s.{}", dice.roll(120)).as_bytes())),
                }
            }
            match dice.roll(12) {
                0 => store.commit_once(2).map(drop).unwrap(),
                // Sealed segments get another form of their index.
                1 => store.maintain_once(2).unwrap(),
                2 => drop(stream.purge(&Filter::all(), dice.roll(100), 0).unwrap()),
                _ => {}
            }
        }
        let want = naive(&stream);
        let mut listed = BTreeMap::new();
        let mut list = stream.list_subjects(Filter::new("s.>"));
        loop {
            let slice = list.next(16, |name, total| {
                assert_eq!(listed.insert(name.to_vec(), total.count), None);
            });
            match slice.unwrap() {
                Listed::All => break,
                Listed::Anew => listed.clear(),
                Listed::Part => {}
            }
        }
        assert_eq!(listed.len(), want.len(), "seed {seed}");
        assert_eq!(stream.subjects().unwrap(), want.len());
        for (subject, (first, last, count)) in want {
            let total = stream.total(&subject).unwrap();
            assert_eq!(
                (total.first, total.last, total.count, listed[&subject]),
                (first, last, count, count),
                "seed {seed}"
            );
        }
    }
}

/// Symptom: a purge of half a million messages by a filter held everybody for 0.37 s. Cause: all were looked up, and then removed, in one go.
/// Remedy: a slice of them at a time, and what comes meanwhile stays.
#[test]
fn a_purge_goes_on_in_slices() {
    const MOST: usize = 50;
    let subject = |k: u64| format!("s.{}", k % 3);
    for keep in [0, 1, 7, 500, 2000] {
        let (_disk, store, stream) = reopened(1500, subject);
        let filter = Filter::new("s.1");
        let mut purge = stream.begin_purge(filter.clone(), 1201, keep).unwrap();
        let mut before = stream.stats().msgs;
        while !purge.go_on(&mut { MOST }).unwrap() {
            let msgs = stream.stats().msgs;
            assert!(before - msgs <= MOST as u64, "{before} to {msgs}");
            append(&stream, "s.1");
            before = msgs + 1;
        }
        let (purged, _) = purge.finish();
        // 400 of the first 1200 match: sequences 2, 5, 8 ..
        let want = 400_u64.saturating_sub(keep);
        assert_eq!(purged, want, "keep {keep}");
        let first = stream.next_written(&filter, 1).unwrap();
        assert_eq!(first, Some(2 + 3 * want), "keep {keep}");
        assert_eq!(stream.stats().deleted + stream.stats().first_seq - 1, want);
        drop(store);
    }
}

#[test]
fn a_purge_of_everything_but_the_last_counts_whole_segments() {
    for keep in [0, 1, 600, 1499, 1500, 3000] {
        let (_disk, _store, stream) = reopened(1500, |k| format!("s.{k}"));
        let (purged, _) = stream.purge(&Filter::all(), 0, keep).unwrap();
        assert_eq!(purged, 1500_u64.saturating_sub(keep), "keep {keep}");
        assert_eq!(stream.stats().msgs, keep.min(1500));
    }
}

/// Symptom: a purge whose filter means nothing held everybody while all segments were looked through. Cause: a slice ended with a message that
/// matches. Remedy: what is compared counts as well.
#[test]
fn a_purge_that_finds_nothing_goes_on_in_slices() {
    for keep in [0, 5] {
        let (_disk, _store, stream) = reopened(3000, |k| format!("s.{k}"));
        let segments = stream.stats().segments;
        let mut purge = stream.begin_purge(Filter::new("s.*.x"), 0, keep).unwrap();
        take_steps();
        let mut slices = 0;
        while !purge.go_on(&mut { 50 }).unwrap() {
            let steps = take_steps();
            assert!(steps <= 1000, "{steps} steps: more than a segment has");
            slices += 1;
        }
        assert!(
            slices >= segments - 1,
            "{slices} slices, {segments} segments"
        );
        assert_eq!(purge.finish().0, 0);
    }
}

/// Symptom: messages that a purge was to take stayed, and it said that all were gone. Cause: it forgot those whose segment couldn't be looked at
/// just then. Remedy: it forgets them when they are deleted.
#[test]
fn a_purge_that_meets_an_error_can_go_on() {
    let (disk, store, stream) = reopened(600, |k| format!("s.{}", k % 3));
    let filter = Filter::new("s.1");
    let mut purge = stream.begin_purge(filter.clone(), 0, 0).unwrap();
    // The first segment is looked through, and then rewritten.
    while stream.stats().msgs == 600 {
        assert!(!purge.go_on(&mut 1).unwrap());
    }
    let others: Vec<u64> = (1..=600).filter(|seq| seq % 3 != 2).collect();
    drop(stream.delete_many(&others).unwrap());
    store.maintain_once(1_000_000_000).unwrap();
    disk.set_faults(&[Fault::fails(Call::Open, "0000", Failure::Descriptors)]);
    let refused = loop {
        match purge.go_on(&mut 1) {
            Ok(done) => assert!(!done, "nothing was rewritten"),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, Error::TryAgain { .. }), "{refused}");
    disk.set_faults(&[]);
    while !purge.go_on(&mut { 50 }).unwrap() {}
    assert_eq!((purge.finish().0, stream.stats().msgs), (200, 0));
}

/// Symptom: counting the subjects of a segment that isn't sealed took the square of their number. Cause: each slice looked through all of them for
/// the few that come next by name. Remedy: it takes a part of them that grows with their number.
#[test]
fn subjects_that_are_not_sorted_are_looked_through_a_few_times() {
    const SUBJECTS: u64 = 5000;
    let disk = CrashDisk::new();
    let store = open(&disk);
    let options = StreamOptions {
        segment_bytes: 512 << 10,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    let large = "x".repeat(100 << 10);
    while stream.stats().segments < 4 {
        drop(stream.append(NewMessage::new("large", &large), 1).unwrap());
        store.commit_once(1).unwrap();
    }
    let begin = stream.stats().last_seq;
    for k in 0..SUBJECTS {
        append(&stream, &format!("s.{k}"));
        if k % 500 == 499 {
            store.commit_once(1).unwrap();
        }
    }
    assert_eq!(stream.stats().segments, 4);
    // A segment goes as a whole, so all is counted anew.
    drop(stream.purge(&Filter::all(), begin, 0).unwrap());
    let mut slices = 1;
    while stream.count_subjects(64).unwrap().is_none() {
        slices += 1;
    }
    assert!((2..=20).contains(&slices), "{slices} slices");
    assert_eq!(stream.subjects().unwrap() as u64, SUBJECTS + 1);
}

/// Symptom: the end of a consumer of an interest stream held all publishers. Cause: the segments that went with it were noted in a small file, and
/// nobody committed until both copies of that were synced. Remedy: they are written while others commit.
#[test]
fn commits_go_on_while_a_small_file_is_written() {
    let (disk, store, stream) = reopened(1500, |k| format!("s.{k}"));
    store.maintain_once(1).unwrap();
    drop(stream.purge(&Filter::all(), 1000, 0).unwrap());
    let written = Arc::new(AtomicUsize::new(0));
    let (watched, count) = (store.clone(), written.clone());
    disk.before_each(move |_, work| {
        if work == Work::Rename {
            assert!(!watched.is_busy(), "a commit would wait");
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let before = stream.stats().segments;
    store.maintain_once(2).unwrap();
    disk.forget_hook();
    assert!(before > 1 && written.load(Ordering::Relaxed) > 0);
}

/// What a list of last messages says while anything else happens is, at its end, what there is: of each subject the last message, unless a later one
/// came or went meanwhile.
#[test]
fn what_happens_while_lasts_are_listed_is_followed() {
    /// A sixteenth of a segment that isn't sealed.
    const AT_ONCE: u64 = 40;
    const SETS: [&[&str]; 4] = [
        &["s.>"],
        &["s.*.1", "s.*.2"],
        &["s.7.1", "s.8.2", "s.1.0"],
        &[],
    ];
    for seed in 1..=60 {
        let mut dice = Dice(seed * 0x9E37_79B9);
        let store = open(&CrashDisk::new());
        let options = StreamOptions {
            segment_bytes: 16 << 10,
            limits: Limits {
                max_per_subject: seed % 3,
                ..Limits::default()
            },
            ..StreamOptions::default()
        };
        let (stream, _) = store.create_stream("s", options).unwrap();
        let subject = |k: u64| format!("s.{}.{}", k % 97, k % 3);
        let mut removed = BTreeMap::new();
        for k in 0..600 {
            append(&stream, &subject(k * k));
        }
        let set = SETS[dice.roll(4) as usize];
        let filters = Filters::new(set.iter().map(Filter::new));
        let mut list = stream.list_lasts(filters.clone());
        let mut found = BTreeSet::new();
        loop {
            let most = 1 + dice.roll(60) as usize;
            take_steps();
            let listed = list.next(&mut { most }, |change| match change {
                LastChange::Found(seq) => assert!(found.insert(seq)),
                LastChange::Gone(seq) => drop(found.remove(&seq)),
            });
            assert!(take_steps() <= most as u64 + AT_ONCE, "seed {seed}");
            match listed.unwrap() {
                Listed::All => break,
                Listed::Part => {}
                Listed::Anew => {
                    found.clear();
                    removed.clear();
                }
            }
            for _ in 0..dice.roll(12) {
                let seq = 1 + dice.roll(stream.stats().last_seq);
                let gone = stream.peek(seq).unwrap().map(|it| it.subject);
                match dice.roll(12) {
                    0..5 => {
                        if let Some(subject) = gone {
                            drop(stream.delete(seq).unwrap());
                            let last = removed.entry(subject).or_insert(0);
                            *last = seq.max(*last);
                        }
                    }
                    5 if dice.roll(8) == 0 => {
                        drop(stream.truncate(seq.max(400)).unwrap());
                    }
                    _ => drop(append(&stream, &subject(dice.roll(400)))),
                }
            }
            match dice.roll(30) {
                0 => store.commit_once(2).map(drop).unwrap(),
                1 => store.maintain_once(2).unwrap(),
                2 => drop(stream.purge(&Filter::all(), dice.roll(100), 0).unwrap()),
                _ => {}
            }
        }
        // Whoever reads on behind it gets none of them again.
        assert!(found.last().is_none_or(|last| *last <= list.upto()));
        let lasts = naive(&stream);
        let lasts = lasts.into_iter().filter(|(name, _)| filters.matches(name));
        let mut others = found.clone();
        for (name, (_, last, _)) in lasts {
            let came_or_went =
                last > list.upto() || removed.get(&*name).is_some_and(|it| *it > last);
            assert!(others.remove(&last) || came_or_went, "seed {seed}: {last}");
        }
        // A message below `upto` may have had one behind it that came meanwhile.
        for seq in others {
            let message = stream.peek(seq).unwrap().expect("it is there");
            assert!(filters.matches(&message.subject), "seed {seed}: {seq}");
            let last = stream.total(&message.subject).unwrap().last;
            assert!(last > list.upto(), "seed {seed}: {seq} and {last}");
        }
    }
}
