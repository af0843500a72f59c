//! Cursors find what a naive look finds, whatever happens to the stream while they stand in it, and they don't look twice.
use midge_streamlog::{
    Cursor, Filter, Filters, Limits, NewMessage, Storage, Store, StoreOptions, Stream,
    StreamOptions, sim::CrashDisk, sim::take_steps,
};
use std::sync::Arc;

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

const SETS: [&[&str]; 10] = [
    &[">"],
    &["w.>"],
    &["w.*.*"],
    &["w.1.2"],
    &["w.1.>"],
    &["w.*.3", "w.2.>"],
    &["w.3.>", "w.1.2", "w.1.>", "w.2.5", "w.2.5"],
    &["x.>"],
    &[
        "w.0.0", "w.0.1", "w.5.7", "x", "w.3.3", "w.9.9", "w.1.1", "w.2.2", "w.4.*",
    ],
    &[
        "w.*.0", "w.*.1", "w.*.2", "w.*.3", "w.*.4", "w.0.>", "w.1.>", "x.y", "w.2.5", "w.2.6",
    ],
];

fn list_of(set: usize) -> Vec<Filter> {
    SETS[set].iter().map(Filter::new).collect()
}

/// A cursor, and where whoever reads with it is.
struct Reader {
    cursor: Cursor,
    set: usize,
    next: u64,
}

impl Reader {
    fn new(stream: &Stream, set: usize, next: u64) -> Self {
        let cursor = stream.cursor(Filters::new(list_of(set)), next);
        Self { cursor, set, next }
    }
}

/// Sequence and subject of all that is there, by looking at each sequence.
fn naive(stream: &Stream) -> Vec<(u64, Vec<u8>)> {
    let stats = stream.stats();
    let look = |seq| stream.peek(seq).unwrap();
    let there = (stats.first_seq..=stats.last_seq).filter_map(look);
    there
        .map(|message| (message.seq, message.subject.to_vec()))
        .collect()
}

fn check(stream: &Stream, readers: &mut [Reader], dice: &mut Dice, step: u64) {
    let (there, visible) = (naive(stream), stream.stats().visible);
    for reader in readers {
        let list = list_of(reader.set);
        let wanted = |(seq, subject): &&(u64, Vec<u8>)| {
            *seq >= reader.next && list.iter().any(|filter| filter.matches(subject))
        };
        let want: Vec<u64> = there.iter().filter(wanted).map(|(seq, _)| *seq).collect();
        let filters = SETS[reader.set];
        reader.cursor.seek(reader.next);
        if dice.roll(2) == 0 {
            let count = reader.cursor.count().unwrap();
            assert_eq!(
                count,
                want.len() as u64,
                "step {step}: {filters:?} from {}",
                reader.next
            );
        }
        let max = 1 + dice.roll(200) as usize;
        let read = reader.cursor.read(max, usize::MAX).unwrap();
        let read: Vec<u64> = read.iter().map(|message| message.seq).collect();
        let seen = want.iter().copied().filter(|seq| *seq <= visible);
        let seen: Vec<u64> = seen.take(max).collect();
        assert_eq!(read, seen, "step {step}: {filters:?} from {}", reader.next);
        // Not all that was read is taken, and some go back or begin anew.
        let taken = dice.roll(read.len() as u64 + 1) as usize;
        if let Some(last) = read[..taken].last() {
            reader.next = last + 1;
        }
        match dice.roll(40) {
            0 => reader.next = 1 + dice.roll(visible + 1),
            1 => *reader = Reader::new(stream, dice.roll(10) as usize, reader.next),
            _ => {}
        }
    }
}

fn play(seed: u64, storage: Storage) {
    let mut dice = Dice(seed * 7_919 + 1);
    let mut disk = CrashDisk::new();
    let mut store = open(&disk);
    let options = StreamOptions {
        storage,
        segment_bytes: [4096, 16_384, 65_536][dice.roll(3) as usize],
        limits: Limits {
            max_per_subject: [0, 0, 3][dice.roll(3) as usize],
            max_msgs: [0, 0, 300][dice.roll(3) as usize],
            ..Limits::default()
        },
        ..StreamOptions::default()
    };
    let (mut stream, _) = store.create_stream("s", options).unwrap();
    let sides = [1, 3, 10, 40][dice.roll(4) as usize];
    let subject = |dice: &mut Dice| format!("w.{}.{}", dice.roll(sides), dice.roll(sides));
    let mut readers: Vec<_> = (0..9).map(|set| Reader::new(&stream, set, 1)).collect();
    for step in 0..120 {
        match dice.roll(20) {
            0..8 => {
                for _ in 0..dice.roll(80) {
                    let _ = stream.append(NewMessage::new(&subject(&mut dice), "0123456789"), 1);
                }
            }
            8..12 => store.commit_once(1).map(|_| ()).unwrap(),
            12 | 13 => store.maintain_once(step * 1_000_000_000).unwrap(),
            14 => {
                let last = stream.stats().last_seq + 1;
                let seqs: Vec<u64> = (0..dice.roll(90)).map(|_| dice.roll(last)).collect();
                drop(stream.delete_many(&seqs).unwrap());
            }
            15 => {
                let filter = Filter::new(SETS[1 + dice.roll(9) as usize][0]);
                let upto = dice.roll(stream.stats().last_seq + 1);
                drop(stream.purge(&filter, upto, dice.roll(5)).unwrap());
            }
            16 => {
                let stats = stream.stats();
                let upto = stats.first_seq + dice.roll(stats.last_seq + 2 - stats.first_seq) / 4;
                drop(stream.purge(&Filter::all(), upto.max(1), 0).unwrap());
            }
            17 => {
                let (one, other) = (subject(&mut dice), subject(&mut dice));
                let batch = [
                    Some(NewMessage::new(&one, "1")),
                    None,
                    Some(NewMessage::new(&other, "2")),
                ];
                let _ = stream.append_batch(&batch, 1);
            }
            18 if dice.roll(3) == 0 => {
                let stats = stream.stats();
                let back = dice.roll(30);
                if stats.last_seq > stats.first_seq + back {
                    drop(stream.truncate(stats.last_seq - back).unwrap());
                    for reader in &mut readers {
                        reader.next = reader.next.min(stats.last_seq - back + 1);
                    }
                }
            }
            19 if storage == Storage::File && dice.roll(3) == 0 => {
                disk = disk.cut(seed + step);
                store = open(&disk);
                let Some(again) = store.stream("s").unwrap() else {
                    return;
                };
                stream = again;
                let last = stream.stats().last_seq;
                for reader in &mut readers {
                    *reader = Reader::new(&stream, reader.set, reader.next.min(last + 1));
                }
            }
            _ => drop(
                stream
                    .skip_to(stream.stats().last_seq + dice.roll(3))
                    .unwrap(),
            ),
        }
        check(&stream, &mut readers, &mut dice, step);
    }
}

#[test]
fn a_cursor_finds_what_a_naive_look_finds() {
    (1..=24).for_each(|seed| play(seed, Storage::File));
}

#[test]
fn a_cursor_finds_it_in_memory_too() {
    (1..=16).for_each(|seed| play(seed, Storage::Memory));
}

/// A stream of `count` messages over `subjects` subjects, in sealed segments and one that is being filled.
fn filled(count: u64, subjects: u64) -> (Store, Stream) {
    let store = open(&CrashDisk::new());
    let options = StreamOptions {
        segment_bytes: 256 << 10,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    for k in 0..count {
        put(&stream, k % subjects);
        if k % 1000 == 0 {
            store.commit_once(1).unwrap();
        }
    }
    store.commit_once(1).unwrap();
    store.maintain_once(1).unwrap();
    take_steps();
    (store, stream)
}

fn put(stream: &Stream, k: u64) {
    let subject = format!("w.{}.{}.{k}", k % 10, k / 10 % 30);
    drop(stream.append(NewMessage::new(&subject, "x"), 1).unwrap());
}

/// Filters that mean each a part, all of it together when there are 1, 10 or 300 of them.
fn parts(count: usize) -> Vec<Filter> {
    let text = |k: usize| match count {
        1 => "w.*.*.*".to_owned(),
        10 => format!("w.{k}.>"),
        _ => format!("w.{}.{}.>", k % 10, k / 10),
    };
    (0..count).map(text).map(Filter::new).collect()
}

/// Symptom: with a filter each message cost a look through all its postings or all subjects of its segment, with 300 filters 300 of these.
#[test]
fn reading_with_filters_costs_a_few_steps_a_message() {
    const COUNT: u64 = 20_000;
    for subjects in [1, 1000, COUNT] {
        let (_store, stream) = filled(COUNT, subjects);
        for filters in [1, 10, 100, 300] {
            let mut cursor = stream.cursor(Filters::new(parts(filters)), 1);
            let (mut next, mut got) = (1, 0);
            loop {
                cursor.seek(next);
                assert!(cursor.count().unwrap() <= COUNT - got);
                let read = cursor.read(50, usize::MAX).unwrap();
                let Some(last) = read.last() else { break };
                (next, got) = (last.seq + 1, got + read.len() as u64);
            }
            let steps = take_steps();
            assert!(
                steps < 8 * COUNT,
                "{steps} steps for {filters} filters, {subjects} subjects"
            );
        }
    }
}

#[test]
fn a_message_that_comes_costs_one_test_however_many_filters_there_are() {
    for filters in [1, 10, 300] {
        let (store, stream) = filled(5_000, 5_000);
        let mut cursor = stream.cursor(Filters::new(parts(filters)), stream.stats().last_seq + 1);
        assert!(cursor.read(1, 1).unwrap().is_empty());
        take_steps();
        for k in 0..200 {
            put(&stream, k);
            store.commit_once(1).unwrap();
            assert_eq!(cursor.count().unwrap(), 1);
            assert_eq!(cursor.read(10, usize::MAX).unwrap().len(), 1);
        }
        let steps = take_steps();
        assert!(
            steps <= 200 * 4,
            "{steps} steps for 200 messages and {filters} filters"
        );
    }
}

#[test]
fn a_sparse_filter_costs_a_look_at_each_segment() {
    let (_store, stream) = filled(20_000, 10_000);
    let mut cursor = stream.cursor(Filter::new("w.7.9.97"), 1);
    assert_eq!(cursor.count().unwrap(), 2);
    assert_eq!(cursor.read(10, usize::MAX).unwrap().len(), 2);
    let steps = take_steps();
    assert!(steps < 4 * stream.stats().segments as u64, "{steps} steps");
    // At the end it knows that nothing is left.
    cursor.seek(99);
    (0..100).for_each(|_| assert!(cursor.read(10, usize::MAX).unwrap().len() <= 1));
    assert!(take_steps() < 200);
}

/// Symptom: a consumer with `w.*.*.*` on a million subjects took 40 ms of everybody's time to be made. Cause: each subject was tested, though all
/// of them have four tokens. Remedy: a segment knows how many dots its subjects have.
#[test]
fn a_wildcard_that_every_subject_fits_costs_a_look_at_each_segment() {
    const COUNT: u64 = 20_000;
    for subjects in [1000, COUNT] {
        let (_store, stream) = filled(COUNT, subjects);
        let segments = stream.stats().segments as u64;
        for filter in ["w.*.*.*", "*.*.*.*", "w.*.>", "*.>"] {
            let mut cursor = stream.cursor(Filter::new(filter), 1);
            assert_eq!(cursor.count().unwrap(), COUNT);
            let steps = take_steps();
            assert!(steps <= segments, "{steps} steps for {filter}");
        }
    }
}

/// The same for a wildcard with something behind it: what it may stand for is looked at, not each subject.
#[test]
fn a_wildcard_in_the_middle_costs_what_it_may_stand_for() {
    const COUNT: u64 = 20_000;
    let (store, stream) = filled(COUNT, COUNT);
    // All but the segment that is being filled is sealed.
    for _ in 0..4 {
        let text = vec![b'x'; 100_000];
        drop(stream.append(NewMessage::new("x", &text), 1).unwrap());
        store.commit_once(1).unwrap();
    }
    store.maintain_once(1).unwrap();
    take_steps();
    let mut cursor = stream.cursor(Filter::new("w.*.7.>"), 1);
    assert_eq!(cursor.count().unwrap(), 670);
    let steps = take_steps();
    let segments = stream.stats().segments as u64;
    assert!(steps <= 670 + 20 * segments, "{steps} steps");
}

/// Filters that mean all of a segment, as was counted, aren't asked of it again; those that are ranges of a sorted list aren't asked at all.
#[test]
fn what_is_known_to_be_meant_whole_is_not_looked_through() {
    const COUNT: u64 = 20_000;
    let whole = [vec![Filter::new("w.*.*.*")], parts(300)];
    for filters in whole {
        let (_store, stream) = filled(COUNT, COUNT);
        let mut cursor = stream.cursor(Filters::new(filters), 1);
        assert_eq!(cursor.count().unwrap(), COUNT);
        drop(stream.delete(19_000).unwrap());
        drop(stream.delete(7).unwrap());
        take_steps();
        let (mut got, mut seq) = (0, 0);
        while let Some(next) = cursor.next_seq().unwrap() {
            assert!(next > seq && ![7, 19_000].contains(&next));
            (got, seq) = (got + 1, next);
        }
        assert_eq!(got, COUNT - 2);
        let steps = take_steps();
        assert!(steps < COUNT, "{steps} steps");
    }
}

/// Symptom: a filtered consumer got messages that its filter didn't mean. Cause: a segment that was being filled counted as meant whole, and what
/// came to it later wasn't asked. Remedy: only a sealed segment is known whole.
#[test]
fn what_comes_to_a_segment_that_was_meant_whole_is_asked() {
    let store = open(&CrashDisk::new());
    let options = StreamOptions {
        segment_bytes: 4096,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    let put = |subject: &str| {
        drop(
            stream
                .append(NewMessage::new(subject, &[b'x'; 500]), 1)
                .unwrap(),
        );
        store.commit_once(1).unwrap();
    };
    put("a.1");
    while stream.stats().segments == 1 {
        put("a.1");
    }
    let mut cursor = stream.cursor(Filter::new("a.>"), 1);
    let all = stream.stats().msgs;
    assert_eq!(cursor.count().unwrap(), all);
    assert_eq!(cursor.read(100, usize::MAX).unwrap().len() as u64, all);
    put("b.1");
    assert_eq!(cursor.count().unwrap(), 0);
    assert!(cursor.read(100, usize::MAX).unwrap().is_empty());
    put("a.2");
    assert_eq!(cursor.read(100, usize::MAX).unwrap().len(), 1);
}

/// What a roll-up or a limit takes out of one segment doesn't have the others counted again.
#[test]
fn a_deletion_has_its_own_segment_counted_again() {
    let (_store, stream) = filled(20_000, 20_000);
    let mut cursor = stream.cursor(Filters::new(parts(100)), 1);
    let before = cursor.count().unwrap();
    take_steps();
    assert_eq!(cursor.count().unwrap(), before);
    assert_eq!(take_steps(), 0, "nothing changed");
    drop(stream.delete(19_806).unwrap());
    assert_eq!(cursor.count().unwrap(), before - 1);
    let steps = take_steps();
    assert!(steps <= 20_000 / 3, "{steps} steps");
}
