//! The fast code against the naive model: matching, overlap, subset, and the trie against a plain list.

use midge_subject::{Trie, is_subset, matches, naive, overlaps};
use proptest::{collection::vec, prelude::*, sample::select};

/// Enough to tell tokens apart: one that filters name, one more that they do, one that they don't.
const ALPHABET: [&[u8]; 3] = [b"a", b"bb", b"other"];
/// One longer than the longest filter, so that `>` shows that it takes more than one token.
const TOKENS_MAX: usize = 5;

fn token() -> impl Strategy<Value = &'static str> {
    select(vec![
        "a",
        "bb",
        "a",
        "bb",
        "*",
        "*",
        ">",
        "",
        "a*",
        "a token longer than its node",
    ])
}

/// Mostly well-formed: short lists of tokens, now and then an empty one or a `>` in the middle.
fn filter() -> impl Strategy<Value = Vec<u8>> {
    vec(token(), 1..5).prop_map(|tokens| tokens.join(".").into_bytes())
}

fn subjects(len: usize) -> Vec<Vec<u8>> {
    let tokens = || ALPHABET.iter().map(|token| token.to_vec());
    let mut all: Vec<Vec<u8>> = tokens().collect();
    let mut from = 0;
    for _ in 1..len {
        let longer: Vec<_> = all[from..]
            .iter()
            .flat_map(|head| tokens().map(|token| [head.as_slice(), &token].join(&b'.')))
            .collect();
        from = all.len();
        all.extend(longer);
    }
    all
}

fn has_foreign_token(filter: &[u8]) -> bool {
    midge_subject::tokens(filter).any(|token| token.starts_with(b"a") && token.len() > 1)
}

proptest! {
    #[test]
    fn matching_agrees_with_the_model(filter in filter(), subject in filter()) {
        prop_assert_eq!(matches(&filter, &subject), naive::matches(&filter, &subject));
    }

    #[test]
    fn relations_agree_with_all_short_subjects(a in filter(), b in filter()) {
        prop_assume!(!has_foreign_token(&a) && !has_foreign_token(&b));
        let subjects = subjects(TOKENS_MAX);
        let both = |s: &Vec<u8>| naive::matches(&a, s) && naive::matches(&b, s);
        prop_assert_eq!(overlaps(&a, &b), subjects.iter().any(both));
        let some = |f: &[u8]| subjects.iter().any(|s| naive::matches(f, s));
        let inside = subjects.iter().all(|s| !naive::matches(&a, s) || naive::matches(&b, s));
        prop_assert_eq!(is_subset(&a, &b), inside && some(&a) && some(&b));
    }

    #[test]
    fn trie_is_a_list_of_filters(steps in vec((filter(), 0u8..4, any::<bool>()), 0..60), probes in vec(filter(), 1..8)) {
        let (mut trie, mut list) = (Trie::new(), Vec::<(Vec<u8>, u8)>::new());
        for (filter, value, insert) in steps {
            if insert || list.is_empty() {
                trie.insert(&filter, value);
                list.push((filter, value));
            } else {
                // Any stored filter, so that removal hits more often than not.
                let (stored, value) = list[usize::from(value) * 7 % list.len()].clone();
                prop_assert_eq!(trie.remove(&stored, &value), Some(value));
                list.remove(list.iter().position(|entry| *entry == (stored.clone(), value)).unwrap());
                let left = list.contains(&(filter.clone(), 9));
                prop_assert_eq!(trie.remove(&filter, &9).is_some(), left);
            }
            check(&trie, &list, &probes)?;
        }
        for (filter, value) in std::mem::take(&mut list) {
            prop_assert_eq!(trie.remove(&filter, &value), Some(value));
        }
        prop_assert_eq!((trie.len(), trie.node_count(), trie.depth()), (0, 0, 0));
    }
}

/// What the trie says of one subject holds for all that begin like it and are as long.
fn check_alike(trie: &Trie<u8>, probe: &[u8]) -> Result<(), TestCaseError> {
    let tokens: Vec<_> = midge_subject::tokens(probe).collect();
    for same in 0..tokens.len() {
        let mut found = Vec::new();
        if !trie.for_each_match_alike(probe, same, |value| found.push(*value)) {
            continue;
        }
        let rests = subjects(tokens.len() - same);
        let is_as_long =
            |rest: &&Vec<u8>| midge_subject::tokens(rest).count() == tokens.len() - same;
        for rest in rests.iter().filter(is_as_long) {
            let like = [tokens[..same].join(&b'.'), rest.clone()];
            let like = like[usize::from(same == 0)..].join(&b'.');
            let mut others = Vec::new();
            trie.for_each_match(&like, |value| others.push(*value));
            prop_assert_eq!(sorted(others.into_iter()), sorted(found.iter().copied()));
        }
    }
    Ok(())
}

fn check(trie: &Trie<u8>, list: &[(Vec<u8>, u8)], probes: &[Vec<u8>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(trie.len(), list.len());
    prop_assert_eq!(
        sorted(trie.iter().map(|(filter, value)| (filter, *value))),
        sorted(list.iter().cloned())
    );
    let mut prefixes: Vec<Vec<&[u8]>> = Vec::new();
    for (filter, _) in list {
        let tokens: Vec<_> = midge_subject::tokens(filter).collect();
        prefixes.extend((1..=tokens.len()).map(|n| tokens[..n].to_vec()));
    }
    prop_assert_eq!(
        trie.depth(),
        prefixes.iter().map(Vec::len).max().unwrap_or(0)
    );
    prefixes.sort();
    prefixes.dedup();
    prop_assert_eq!(trie.node_count(), prefixes.len());
    for probe in probes {
        let mut found = Vec::new();
        trie.for_each_match(probe, |value| found.push(*value));
        let hit = list
            .iter()
            .filter(|(filter, _)| naive::matches(filter, probe));
        let wanted = sorted(hit.map(|(_, value)| *value));
        prop_assert_eq!(trie.has_match(probe), !wanted.is_empty());
        prop_assert_eq!(sorted(found), wanted);
        check_alike(trie, probe)?;

        let mut found = Vec::new();
        trie.for_each_overlap(probe, |filter, value| found.push((filter.to_vec(), *value)));
        let wanted = sorted(
            list.iter()
                .filter(|(filter, _)| overlaps(filter, probe))
                .cloned(),
        );
        prop_assert_eq!(trie.has_overlap(probe), !wanted.is_empty());
        prop_assert_eq!(sorted(found), wanted);

        let exact = sorted(
            list.iter()
                .filter(|(filter, _)| filter == probe)
                .map(|(_, value)| *value),
        );
        prop_assert_eq!(sorted(trie.get(probe).iter().copied()), exact);
    }
    Ok(())
}

fn sorted<V: Ord>(values: impl IntoIterator<Item = V>) -> Vec<V> {
    let mut values: Vec<V> = values.into_iter().collect();
    values.sort();
    values
}
