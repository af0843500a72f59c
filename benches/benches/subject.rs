//! Who gets this subject, when ten thousand or a million filters are stored? And what does a filter cost in memory?

use std::{collections::HashMap, hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use midge_subject::{Trie, naive};

/// Subjects per iteration, so that the clock's own cost vanishes and caches see more than one path.
const BATCH: usize = 1000;
const MILLION: usize = 1_000_000;

/// The obvious trie: a map of children in each node.
#[derive(Default)]
struct Maps {
    children: HashMap<Box<[u8]>, Maps>,
    values: Vec<u64>,
}

impl Maps {
    fn insert(&mut self, filter: &[u8], value: u64) {
        let end = midge_subject::tokens(filter).fold(self, |node, token| {
            node.children.entry(token.into()).or_default()
        });
        end.values.push(value);
    }

    fn for_each_match(&self, tokens: &[&[u8]], f: &mut impl FnMut(u64)) {
        let Some((token, rest)) = tokens.split_first() else {
            return self.values.iter().for_each(|value| f(*value));
        };
        if let Some(tail) = self.children.get(b">".as_slice()) {
            tail.values.iter().for_each(|value| f(*value));
        }
        for key in [b"*".as_slice(), token] {
            if let Some(child) = self.children.get(key) {
                child.for_each_match(rest, f);
            }
        }
    }
}

/// The model: ask every filter.
fn scan(filters: &[Vec<u8>], subject: &[u8]) -> u64 {
    let hits = (0..)
        .zip(filters)
        .filter(|(_, filter)| naive::matches(filter, subject));
    hits.map(|(i, _): (u64, _)| i).sum()
}

fn trie_sum(trie: &Trie<u64>, subject: &[u8]) -> u64 {
    let mut sum = 0;
    trie.for_each_match(subject, |value| sum += value);
    sum
}

fn maps_sum(maps: &Maps, subject: &[u8]) -> u64 {
    let tokens: Vec<&[u8]> = midge_subject::tokens(subject).collect();
    let mut sum = 0;
    maps.for_each_match(&tokens, &mut |value| sum += value);
    sum
}

/// Three tokens; one filter in ten has a `*`, one in a hundred a `>`.
fn filter(i: usize) -> Vec<u8> {
    match i % 100 {
        0 => format!("bench.area{i}.>"),
        1..=10 => format!("bench.*.{i}"),
        _ => format!("bench.sub.{i}"),
    }
    .into_bytes()
}

/// Subjects that match, scattered over all filters (a multiplicative step instead of a random generator).
fn subjects(filters: usize, count: usize) -> Vec<Vec<u8>> {
    let scattered = (0..count).map(|i| i * 7_368_787 % filters);
    scattered
        .map(|i| format!("bench.sub.{i}").into_bytes())
        .collect()
}

fn fill<C>(mut collection: C, count: usize, insert: impl Fn(&mut C, &[u8], u64)) -> C {
    (0..count).for_each(|i| insert(&mut collection, &filter(i), i as u64));
    collection
}

/// Resident memory in bytes, where the system tells.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages
        .and_then(|line| line.split(' ').nth(1)?.parse::<usize>().ok())
        .map_or(0, |pages| pages * 4096)
}

#[allow(clippy::print_stdout, reason = "a bench reports")]
fn measured<C>(name: &str, build: impl FnOnce() -> C) -> C {
    let before = resident();
    let built = build();
    let bytes = resident().saturating_sub(before) as f64 / MILLION as f64;
    println!("memory/1m_filters/{name}: {bytes:.1} bytes per filter, resident");
    built
}

fn match_10k(c: &mut Criterion) {
    let count = 10_000;
    let filters: Vec<_> = (0..count).map(filter).collect();
    let trie = fill(Trie::new(), count, Trie::insert);
    let maps = fill(Maps::default(), count, Maps::insert);
    let subjects = subjects(count, BATCH);
    for subject in subjects.iter().take(20) {
        let wanted = scan(&filters, subject);
        assert_eq!(
            (trie_sum(&trie, subject), maps_sum(&maps, subject)),
            (wanted, wanted)
        );
    }
    let mut group = c.benchmark_group("match/10k_filters");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("midge", |b| {
        b.iter(|| {
            subjects
                .iter()
                .map(|s| trie_sum(&trie, black_box(s)))
                .sum::<u64>()
        });
    });
    group.bench_function("maps", |b| {
        b.iter(|| {
            subjects
                .iter()
                .map(|s| maps_sum(&maps, black_box(s)))
                .sum::<u64>()
        });
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("naive", |b| {
        b.iter(|| scan(&filters, black_box(&subjects[7])));
    });
    group.finish();
}

fn match_1m(c: &mut Criterion) {
    let trie = measured("midge", || fill(Trie::new(), MILLION, Trie::insert));
    let maps = measured("maps", || fill(Maps::default(), MILLION, Maps::insert));
    let mut group = c.benchmark_group("match/1m_filters");
    for (name, count) in [("hot", BATCH), ("cold", MILLION)] {
        let subjects = subjects(MILLION, count);
        let sum = |i: &usize| trie_sum(&trie, &subjects[*i]);
        assert!((0..BATCH).all(|i| sum(&i) == maps_sum(&maps, &subjects[i])));
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("midge", name), |b| {
            b.iter(|| subjects.iter().map(|s| trie_sum(&trie, s)).sum::<u64>());
        });
        group.bench_function(BenchmarkId::new("maps", name), |b| {
            b.iter(|| subjects.iter().map(|s| maps_sum(&maps, s)).sum::<u64>());
        });
    }
    group.finish();
}

/// A permission check: one filter, one subject.
fn match_one(c: &mut Criterion) {
    let (filter, subject) = (b"orders.*.>", b"orders.eu.new.1234567");
    assert!(midge_subject::matches(filter, subject) && naive::matches(filter, subject));
    let mut group = c.benchmark_group("match/one_filter");
    group.bench_function("midge", |b| {
        b.iter(|| midge_subject::matches(black_box(filter), black_box(subject)));
    });
    group.bench_function("naive", |b| {
        b.iter(|| naive::matches(black_box(filter), black_box(subject)));
    });
    group.finish();
}

/// One subscription comes and goes beside ten thousand others.
fn insert_remove(c: &mut Criterion) {
    let count = 10_000;
    let mut trie = fill(Trie::new(), count, Trie::insert);
    let mut list: Vec<(Vec<u8>, u64)> = (0..count).map(|i| (filter(i), i as u64)).collect();
    let mut group = c.benchmark_group("insert_remove");
    let filter = b"_INBOX.R8gd8gzh3yqPTEqfGQMDhH.*";
    group.bench_function("midge", |b| {
        b.iter(|| {
            trie.insert(black_box(filter), 1);
            assert_eq!(trie.remove(black_box(filter), &1), Some(1));
        });
    });
    group.bench_function("naive", |b| {
        b.iter(|| {
            list.push((black_box(filter).to_vec(), 1));
            let at = list
                .iter()
                .position(|(it, value)| it == black_box(filter) && *value == 1);
            assert_eq!(list.swap_remove(at.expect("just pushed")).1, 1);
        });
    });
    group.finish();
}

fn settings() -> Criterion {
    let quick = Criterion::default().warm_up_time(Duration::from_millis(500));
    quick
        .measurement_time(Duration::from_secs(3))
        .sample_size(20)
}

criterion_group!(name = benches; config = settings(); targets = match_one, match_10k, match_1m, insert_remove);
criterion_main!(benches);
