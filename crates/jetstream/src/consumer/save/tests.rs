//! States in small parts, saved, refused, read again and mixed up.
use super::*;
use crate::draws::Draws;
use midge_streamlog::{Store, StoreOptions, sim::CrashDisk};
use std::sync::Arc;

fn log() -> Log {
    let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
    store.create_stream("S", Default::default()).unwrap().0
}

/// A consumer of nothing, with so many messages in a part.
fn consumer(log: &Log, records_max: usize) -> Consumer {
    let mut consumer = Consumer::empty(AccountId(1), "S", log, ConsumerConfig::default(), 0);
    *consumer.records.parts_mut() = Parts::of_most(records_max);
    consumer
}

impl StoredState {
    fn nothing() -> Self {
        Self {
            head: Vec::new(),
            parts: BTreeMap::new(),
        }
    }

    fn take(&mut self, write: StateWrite) {
        self.head = write.head;
        for (start, part) in write.parts {
            match part {
                Some(part) => drop(self.parts.insert(start, part)),
                None => assert!(self.parts.remove(&start).is_some(), "{start} is there"),
            }
        }
    }

    /// The consumer that this is the state of, if it can be read.
    fn read(&self, log: &Log, records_max: usize) -> Option<Consumer> {
        let mut read = consumer(log, records_max);
        let is_whole = read.decode(self, 0) == Decoded::Whole;
        read.records.parts_mut().set_most(records_max);
        is_whole.then_some(read)
    }

    /// Saves what changed. How many parts that were beside the head.
    fn save(&mut self, consumer: &mut Consumer) -> usize {
        let write = consumer.write();
        let (save, parts) = (write.save, write.parts.len());
        self.take(write);
        consumer.wrote(save);
        parts
    }
}

/// All that a state tells.
fn told(consumer: &Consumer) -> impl PartialEq + std::fmt::Debug + use<> {
    let records = &consumer.records;
    let pending = records.pending().range(..);
    let pending: Vec<_> = pending.map(|(s, it)| (s, it.dseq, it.count)).collect();
    let numbers = [consumer.next, consumer.dseq, consumer.known_from];
    (
        pending,
        records.spent().clone(),
        records.initial().keys().collect::<Vec<_>>(),
        numbers,
    )
}

fn deliver(consumer: &mut Consumer, seq: u64, count: u64) {
    let delivery = Pending {
        dseq: consumer.dseq,
        count,
        due: None,
        sent: 0,
    };
    consumer.records.sent(seq, delivery);
    consumer.dseq += 1;
    consumer.next = consumer.next.max(seq + 1);
}

fn pick(from: impl Iterator<Item = u64>, draws: &mut Draws) -> Option<u64> {
    let all: Vec<u64> = from.collect();
    let at = draws.number() as usize % all.len().max(1);
    all.get(at).copied()
}

/// Something that happens to a consumer.
fn step(consumer: &mut Consumer, draws: &mut Draws) {
    let records = &mut consumer.records;
    let out = pick(records.pending().keys(), draws);
    match draws.number() % 12 {
        0..=2 => {
            for _ in 0..draws.number() % 8 {
                let seq = consumer.next + draws.number() % 3;
                deliver(consumer, seq, 1);
            }
        }
        3..=6 => assert!(out.is_none_or(|seq| records.remove_pending(seq).is_some())),
        7 => {
            if let Some(seq) = out {
                let count = 1 + records.pending().get(seq).unwrap().count;
                deliver(consumer, seq, count);
            }
        }
        8 => {
            if let Some(seq) = out.filter(|seq| records.remove_pending(*seq).is_some()) {
                records.insert_spent(seq);
            }
        }
        9 => {
            let seq = pick(records.spent().iter().copied(), draws);
            assert!(seq.is_none_or(|seq| records.remove_spent(seq)));
        }
        10 => {
            let first = records.pop_initial_if(|_| true);
            match first.filter(|_| draws.number().is_multiple_of(2)) {
                Some(seq) => deliver(consumer, seq, 1),
                None => first
                    .into_iter()
                    .for_each(|seq| records.insert_initial(seq)),
            }
        }
        _ if draws.number().is_multiple_of(4) => {
            let seqs = (1..consumer.next).filter(|_| !draws.number().is_multiple_of(3));
            records.begin_anew(seqs);
        }
        _ => {
            let from = draws.number() % consumer.next;
            records.remove_initial_within(from..from + 5);
        }
    }
}

#[test]
fn what_was_saved_in_parts_is_read_again() {
    let log = log();
    for seed in 1..30 {
        let mut draws = Draws(seed);
        let most = 2 + draws.number() as usize % 6;
        let mut consumer = consumer(&log, most);
        let mut stored = StoredState::nothing();
        stored.save(&mut consumer);
        for at in 0..300 {
            step(&mut consumer, &mut draws);
            consumer.records.check();
            match draws.number() % 8 {
                // The store refuses it.
                0 => drop(consumer.write()),
                1..=4 => {
                    stored.save(&mut consumer);
                    assert_eq!(stored.save(&mut consumer), 0, "seed {seed}, step {at}");
                    let read = stored.read(&log, most).expect("it can be read");
                    assert_eq!(told(&read), told(&consumer), "seed {seed}, step {at}");
                    read.records.check();
                    if draws.number().is_multiple_of(3) {
                        consumer = read;
                    }
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_part_of_another_moment_is_noticed() {
    let log = log();
    let mut consumer = consumer(&log, 4);
    (1..=20).for_each(|seq| deliver(&mut consumer, seq, 1));
    let mut stored = StoredState::nothing();
    assert_eq!(stored.save(&mut consumer), 4);
    let before = stored.parts.clone();
    deliver(&mut consumer, 7, 2);
    deliver(&mut consumer, 21, 1);
    assert_eq!(stored.save(&mut consumer), 2);
    let read = |state: &StoredState| state.read(&log, 4).is_some();
    assert!(read(&stored));
    for (start, part) in stored.parts.clone() {
        // As damage leaves it: one save later, one save earlier, or not at all.
        for other in [before.get(&start).cloned(), None] {
            let mut mixed = StoredState {
                head: stored.head.clone(),
                parts: stored.parts.clone(),
            };
            match other {
                Some(other) => drop(mixed.parts.insert(start, other)),
                None => drop(mixed.parts.remove(&start)),
            }
            let is_same = mixed.parts.get(&start) == Some(&part);
            assert_eq!(read(&mixed), is_same, "part {start}");
        }
    }
    let old = consumer.write();
    stored.save(&mut consumer);
    stored.parts.insert(1000, stored.parts[&5].clone());
    assert!(!read(&stored), "one that is too much");
    stored.parts.remove(&1000);
    deliver(&mut consumer, 6, 2);
    stored.save(&mut consumer);
    stored.head = old.head;
    assert!(!read(&stored), "a head that is older");
}

/// Folders that are there have such states.
#[test]
fn a_state_that_was_written_whole_is_read_and_goes_on_in_parts() {
    let log = log();
    let mut whole = vec![];
    [1, 3001, 3001, 1000, 1000, 2000]
        .into_iter()
        .for_each(|number| put(&mut whole, number));
    for k in 0..2000 {
        let (step, dseq) = (if k == 0 { 1001 } else { 1 }, 1001 + k);
        [step, dseq, 1]
            .into_iter()
            .for_each(|number| put(&mut whole, number));
    }
    put(&mut whole, 0);
    let mut stored = StoredState {
        head: whole,
        parts: BTreeMap::new(),
    };
    let mut consumer = Consumer::empty(AccountId(1), "S", &log, ConsumerConfig::default(), 0);
    assert_eq!(consumer.decode(&stored, 0), Decoded::Whole);
    assert_eq!(consumer.records.pending().len(), 2000);
    assert_eq!(consumer.records.pending().get(3000).unwrap().dseq, 3000);
    assert!(stored.save(&mut consumer) > 2, "now it is in parts");
    let read = stored.read(&log, 512).expect("it can be read");
    assert_eq!(told(&read), told(&consumer));
    assert!(consumer.records.remove_pending(2500).is_some());
    assert_eq!(stored.save(&mut consumer), 1, "and changes in one");
    // What is little is as it always was.
    assert!((1001..=3000).all(|seq| seq == 2500 || consumer.records.remove_pending(seq).is_some()));
    stored.save(&mut consumer);
    let mut little = vec![];
    [1, 3001, 3001, 1000, 1000, 0, 0]
        .into_iter()
        .for_each(|number| put(&mut little, number));
    assert_eq!((stored.head, stored.parts.len()), (little, 0));
}

/// Folders that are there have such states, too.
#[test]
fn a_state_in_parts_keeps_its_form() {
    let log = log();
    let mut consumer = consumer(&log, 4);
    (1..=6).for_each(|seq| deliver(&mut consumer, 10 * seq, 1));
    let mut stored = StoredState::nothing();
    stored.save(&mut consumer);
    deliver(&mut consumer, 60, 2);
    stored.save(&mut consumer);
    let head = [
        2, 2, 1, 2, 61, 8, 0, 0, 4, 10, 1, 1, 10, 2, 1, 10, 3, 1, 10, 4, 1, 0,
    ];
    let part = [2, 2, 50, 5, 1, 10, 6, 2, 0, 0];
    assert_eq!(stored.head, head);
    assert_eq!(stored.parts, BTreeMap::from([(50, part.to_vec())]));
    let read = stored.read(&log, 4).expect("it can be read");
    assert_eq!(told(&read), told(&consumer));
}

#[test]
fn parts_of_a_lost_consumer_go_with_the_first_write_of_a_new_one() {
    let log = log();
    let mut lost = consumer(&log, 4);
    (1..=20).for_each(|seq| deliver(&mut lost, seq, 1));
    let mut stored = StoredState::nothing();
    stored.save(&mut lost);
    let mut new = consumer(&log, 4);
    (1..=7).for_each(|seq| deliver(&mut new, seq, 1));
    let write = new.first_write(&stored);
    let save = write.save;
    stored.take(write);
    new.wrote(save);
    assert_eq!(stored.parts.len(), 1);
    let read = stored.read(&log, 4).expect("it can be read");
    assert_eq!(told(&read), told(&new));
}

#[test]
fn a_reset_is_written_before_it_is_so() {
    let log = log();
    let mut consumer = consumer(&log, 4);
    (1..=20).for_each(|seq| deliver(&mut consumer, seq, 1));
    let mut stored = StoredState::nothing();
    stored.save(&mut consumer);
    let write = consumer.write_reset(Some(3), 0);
    let save = write.save;
    stored.take(write);
    consumer.reset(Some(3), 0);
    consumer.wrote(save);
    assert_eq!(stored.parts.len(), 0);
    let read = stored.read(&log, 4).expect("it can be read");
    assert_eq!(told(&read), told(&consumer));
    (3..=20).for_each(|seq| deliver(&mut consumer, seq, 1));
    stored.save(&mut consumer);
    assert!(stored.read(&log, 4).is_some());
}
