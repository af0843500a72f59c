//! What a trie costs, that it gives back what it took, and that no shape of filters harms it.

use midge_subject::Trie;

fn filter(i: usize) -> Vec<u8> {
    format!("bench.sub.{i}").into_bytes()
}

fn filled(count: usize) -> Trie<u64> {
    let mut trie = Trie::new();
    (0..count).for_each(|i| trie.insert(&filter(i), i as u64));
    trie
}

fn matching(trie: &Trie<u64>, subject: &[u8]) -> Vec<u64> {
    let mut found = Vec::new();
    trie.for_each_match(subject, |value| found.push(*value));
    found.sort_unstable();
    found
}

#[test]
fn a_literal_filter_costs_less_than_a_hundred_bytes() {
    for count in [10_000, 50_000, 99_000] {
        let bytes = filled(count).heap_bytes() / count;
        assert!(
            (48..100).contains(&bytes),
            "{bytes} bytes per filter of {count}"
        );
    }
}

#[test]
fn an_empty_trie_costs_nothing() {
    assert_eq!(Trie::<u64>::new().heap_bytes(), 0);
}

fn overlapping(trie: &Trie<u64>, filter: &[u8]) -> usize {
    let mut count = 0;
    trie.for_each_overlap(filter, |_, _| count += 1);
    count
}

#[test]
fn memory_returns_when_most_filters_go() {
    const KEEP_EACH: usize = 1000;
    let mut trie = filled(50_000);
    let full = trie.heap_bytes();
    let mut gave_back = 0;
    for i in (0..50_000).filter(|i| i % KEEP_EACH != 0) {
        let before = trie.heap_bytes();
        assert_eq!(trie.remove(&filter(i), &(i as u64)), Some(i as u64));
        if trie.heap_bytes() < before {
            gave_back += 1;
            assert_eq!(
                overlapping(&trie, b"bench.>"),
                trie.len(),
                "all nodes moved, none is lost"
            );
        }
    }
    assert!(
        gave_back >= 3 && trie.heap_bytes() < full / 50,
        "{} of {full} bytes",
        trie.heap_bytes()
    );
    assert_eq!((trie.len(), trie.node_count()), (50, 52));
    for i in 0..50_000 {
        let wanted = if i % KEEP_EACH == 0 {
            vec![i as u64]
        } else {
            Vec::new()
        };
        assert_eq!(matching(&trie, &filter(i)), wanted, "{i}");
    }
    assert_eq!((trie.iter().count(), trie.values().count()), (50, 50));
}

#[test]
fn churn_leaves_no_trace() {
    let mut trie = filled(100);
    let long = b"a token that is longer than its node has room for.*";
    let mut after = Vec::new();
    for round in 0..1000 {
        for value in 0..8 {
            trie.insert(long, value);
        }
        for value in 0..8 {
            assert_eq!(trie.remove(long, &value), Some(value));
        }
        trie.insert(&filter(round + 1000), 1);
        assert_eq!(trie.remove(&filter(round + 1000), &1), Some(1));
        after.push(trie.heap_bytes());
    }
    assert!(after.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(trie.node_count(), 102);
}

#[test]
fn removes_only_what_is_there() {
    let mut trie = Trie::new();
    trie.insert(b"a.b", 1_u64);
    trie.insert(b"a.b", 2);
    assert_eq!(trie.remove(b"a", &1), None);
    assert_eq!(trie.remove(b"a.b.c", &1), None);
    assert_eq!(trie.remove(b"a.*", &1), None);
    assert_eq!(trie.remove(b"a.b", &3), None);
    assert_eq!(trie.get(b"a.b"), [1, 2]);
    assert_eq!(trie.remove(b"a.b", &1), Some(1));
    assert_eq!(trie.remove(b"a.b", &2), Some(2));
    assert_eq!(trie.remove(b"a.b", &2), None);
    assert_eq!((trie.len(), trie.node_count()), (0, 0));
}

/// Recursion would end the stack here.
#[test]
fn a_hundred_thousand_tokens_are_no_danger() {
    const TOKENS: usize = 100_000;
    let mut trie = Trie::new();
    let subject = vec!["t"; TOKENS].join(".").into_bytes();
    let stars = vec!["*"; TOKENS].join(".").into_bytes();
    for (value, filter) in [&subject, &stars, &b">".to_vec()].into_iter().enumerate() {
        trie.insert(filter, value as u64);
    }
    assert_eq!(trie.depth(), TOKENS);
    assert_eq!(matching(&trie, &subject), [0, 1, 2]);
    for query in [&subject, &stars, &b">".to_vec()] {
        assert_eq!(overlapping(&trie, query), 3);
    }
    assert_eq!(
        trie.iter().map(|(filter, _)| filter.len()).max(),
        Some(subject.len())
    );
    assert!(trie.remove(&subject, &0).is_some() && trie.remove(&stars, &1).is_some());
    assert_eq!((trie.node_count(), trie.depth()), (1, 1));
}

/// All 2^12 filters of `a` and `*` match one subject; each is found once.
#[test]
fn branches_cost_no_more_than_the_filters_stored() {
    let filters = 1 << 12;
    let mut trie = Trie::new();
    for bits in 0..filters {
        let tokens: Vec<&str> = (0..12)
            .map(|i| if bits >> i & 1 == 0 { "a" } else { "*" })
            .collect();
        trie.insert(tokens.join(".").as_bytes(), bits);
    }
    let subject = ["a"; 12].join(".");
    assert_eq!(
        matching(&trie, subject.as_bytes()),
        (0..filters).collect::<Vec<_>>()
    );
    assert_eq!(matching(&trie, b"a.a").len(), 0);
}
