//! Laws that hold for any bytes, as plain functions: the fuzz target and the tests share them.
//!
//! Input is a script, a line each, so that a saved one can be read: `+a.*` stores a filter, `-a.*` takes it out,
//! `a.* b.$1` is a transform, anything else a subject or filter to ask about.

use crate::{
    Filter, Mapping, Subject, Transform, Trie, is_subset, matches, naive, overlaps, tokens,
};

/// More lines would make the naive model slow, not the law stronger.
const LINES_MAX: usize = 64;

/// Runs every law of this crate over a script.
///
/// # Panics
/// When one is broken.
pub fn check_all(script: &[u8]) {
    let mut stored = Stored::default();
    let mut asked: Vec<&[u8]> = Vec::new();
    for line in script.split(|byte| *byte == b'\n').take(LINES_MAX) {
        match line {
            [b'+', filter @ ..] => stored.insert(filter),
            [b'-', filter @ ..] => stored.remove(filter),
            line => match line.iter().position(|byte| *byte == b' ') {
                Some(blank) => transform(&line[..blank], &line[blank + 1..], &asked),
                None => asked.push(line),
            },
        }
        stored.check(line);
    }
    asked.iter().for_each(|line| stored.check(line));
    for (i, a) in asked.iter().enumerate() {
        single(a);
        asked[i..].iter().for_each(|b| pair(a, b));
    }
    stored.drain();
}

/// A trie and the list that it must agree with; values tell equal filters apart.
#[derive(Default)]
struct Stored {
    trie: Trie<usize>,
    list: Vec<(Vec<u8>, usize)>,
    last: usize,
}

impl Stored {
    fn insert(&mut self, filter: &[u8]) {
        self.last += 1;
        self.trie.insert(filter, self.last);
        self.list.push((filter.to_vec(), self.last));
    }

    fn remove(&mut self, filter: &[u8]) {
        let at = self.list.iter().position(|(stored, _)| stored == filter);
        let value = at.map(|at| self.list.swap_remove(at).1);
        // Numbers begin at 1.
        assert_eq!(self.trie.remove(filter, &value.unwrap_or(0)), value);
    }

    fn check(&self, line: &[u8]) {
        assert_eq!(self.trie.len(), self.list.len());
        let mut found = Vec::new();
        self.trie.for_each_match(line, |value| found.push(*value));
        let matching = self.values(|filter| naive::matches(filter, line));
        assert_eq!(self.trie.has_match(line), !matching.is_empty());
        assert_eq!(sorted(found), matching);

        let mut found = Vec::new();
        self.trie.for_each_overlap(line, |filter, value| {
            assert!(self.list.contains(&(filter.to_vec(), *value)));
            found.push(*value);
        });
        let touching = self.values(|filter| overlaps(filter, line));
        assert_eq!(self.trie.has_overlap(line), !touching.is_empty());
        assert_eq!(sorted(found), touching);
    }

    /// The values of some filters, in order.
    fn values(&self, wanted: impl Fn(&[u8]) -> bool) -> Vec<usize> {
        let some = self.list.iter().filter(|(filter, _)| wanted(filter));
        sorted(some.map(|(_, value)| *value).collect())
    }

    fn drain(&mut self) {
        while let Some((filter, _)) = self.list.first().cloned() {
            self.remove(&filter);
            self.check(&filter);
        }
        assert_eq!(
            (self.trie.len(), self.trie.node_count(), self.trie.depth()),
            (0, 0, 0)
        );
    }
}

fn sorted(mut values: Vec<usize>) -> Vec<usize> {
    values.sort_unstable();
    values
}

/// What a line says about itself.
fn single(line: &[u8]) {
    let joined = tokens(line).collect::<Vec<_>>().join(&b'.');
    assert_eq!(joined, line);
    let (filter, subject) = (Filter::parse(line).ok(), Subject::parse(line).ok());
    if let Some(subject) = subject {
        assert!(subject.is_literal() && matches(line, line));
        assert!(
            filter.is_some_and(|filter| !filter.has_wildcard()),
            "a literal subject is a filter"
        );
    }
    if let Some(filter) = filter {
        assert_eq!(filter.has_wildcard(), subject.is_none());
        assert!(filter.overlaps(filter) && filter.is_subset_of(filter));
    }
}

/// What two lines say about each other.
fn pair(a: &[u8], b: &[u8]) {
    for (a, b) in [(a, b), (b, a)] {
        assert_eq!(matches(a, b), naive::matches(a, b));
        assert_eq!(overlaps(a, b), overlaps(b, a));
        assert!(!is_subset(a, b) || overlaps(a, b), "a filter isn't empty");
        if Subject::parse(b).is_ok() {
            assert_eq!(overlaps(a, b), matches(a, b));
            assert_eq!(is_subset(b, a), matches(a, b));
        }
    }
    if is_subset(a, b) && is_subset(b, a) {
        assert_eq!(a, b, "equal sets have one spelling");
    }
}

/// A transform takes its source's subjects and no others, and a whole mapping does the same.
fn transform(source: &[u8], destination: &[u8], subjects: &[&[u8]]) {
    let Ok(transform) = Transform::new(source, destination, false) else {
        return;
    };
    if let Ok(strict) = Transform::new(source, destination, true) {
        assert_eq!(strict.destination(), transform.destination());
    }
    for subject in subjects {
        let mut out = b"kept".to_vec();
        let applied = transform.apply(subject, &mut || u64::MAX, &mut out);
        assert_eq!(applied, is_subset(subject, transform.source()));
        assert!(out.starts_with(b"kept") && (applied || out == b"kept"));
        let Ok(mapping) = Mapping::to(source, destination) else {
            continue;
        };
        let mut same = b"kept".to_vec();
        mapping.apply(subject, &mut || u64::MAX, &mut same);
        assert_eq!(same, out);
    }
}
