//! Transforms and mappings against what the reference server said and delivered (see `testdata`).

use midge_subject::{Destination, Mapped, Mapping, Mappings, Transform};

/// Rows of a table, without comments.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

/// Reads `\xNN` as a byte.
fn bytes(text: &str) -> Vec<u8> {
    let mut pieces = text.split("\\x");
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    bytes
}

#[test]
fn delivers_what_the_reference_delivers() {
    for row in rows(include_str!("../testdata/transform.tsv")) {
        let [source, destination, subject, wanted] = row[..] else {
            panic!("{row:?}")
        };
        let transform = Transform::new(source.as_bytes(), destination.as_bytes(), false).unwrap();
        let mut out = Vec::new();
        if !transform.apply(subject.as_bytes(), &mut || 0, &mut out) {
            out = subject.as_bytes().to_vec();
        }
        if midge_subject::tokens(&out).any(<[u8]>::is_empty) {
            out = b"dropped".to_vec();
        }
        assert_eq!(
            out,
            bytes(wanted),
            "{row:?} gave {}",
            String::from_utf8_lossy(&out)
        );
    }
}

#[test]
fn refuses_what_the_reference_refuses_in_its_words() {
    for row in rows(include_str!("../testdata/transform_errors.tsv")) {
        let [source, destination, wanted] = row[..] else {
            panic!("{row:?}")
        };
        let answer = match Transform::new(source.as_bytes(), destination.as_bytes(), false) {
            Ok(_) => "ok".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(answer, wanted, "{row:?}");
    }
}

#[test]
fn strict_transforms_lose_nothing_and_compute_nothing() {
    let unused = "not using all of the token wildcard(s)";
    let import = "the only mapping function allowed for import transforms is {{Wildcard()}}";
    for (source, destination, wanted) in [
        ("a.*", "b.$1", Ok(())),
        ("a.*", "{{wildcard(1)}}.b", Ok(())),
        ("a.*.*", "b.$2.$1", Ok(())),
        ("a.*.*", "b.$1.$1", Ok(())), // the reference counts, it doesn't compare
        ("a.*.>", "b.$1.>", Ok(())),
        (">", "b.>", Ok(())),
        ("a", "b", Ok(())),
        (
            "a.*",
            "b",
            Err(format!("invalid mapping destination: {unused} in b")),
        ),
        (
            "a.*.*",
            "b.$1",
            Err(format!("invalid mapping destination: {unused} in b.$1")),
        ),
        (
            "a.*.>",
            "b.>",
            Err(format!("invalid mapping destination: {unused} in b.>")),
        ),
        (
            "a.*",
            "b.{{left(1,1)}}.$1",
            Err(format!(
                "invalid mapping destination: {import} in {{{{left(1,1)}}}}"
            )),
        ),
        (
            "a.*",
            "b.{{random(5)}}",
            Err(format!(
                "invalid mapping destination: {import} in {{{{random(5)}}}}"
            )),
        ),
        ("a.>", "b", Err("invalid subject".to_owned())),
    ] {
        let answer = Transform::new(source.as_bytes(), destination.as_bytes(), true);
        assert_eq!(
            answer.map(drop).map_err(|error| error.to_string()),
            wanted,
            "{source} -> {destination}"
        );
    }
}

#[test]
fn an_empty_source_is_everything_and_an_empty_destination_an_error() {
    let mut out = Vec::new();
    let transform = Transform::new(b"", b"all.>", false).unwrap();
    assert!(transform.apply(b"a.b", &mut || 0, &mut out));
    assert_eq!(out, b"all.a.b");
    assert!(Transform::new(b"a", b"", false).is_err());
}

#[test]
fn a_transform_that_does_not_match_appends_nothing() {
    let mut out = b"before".to_vec();
    let transform = Transform::new(b"a.*", b"b.$1", false).unwrap();
    assert!(!transform.apply(b"a.b.c", &mut || 0, &mut out));
    assert!(
        !transform.apply(b"a.>", &mut || 0, &mut out),
        "a published wildcard isn't one of a.*"
    );
    assert_eq!(out, b"before");
}

#[test]
fn random_stays_below_its_bound() {
    let transform = Transform::new(b"a", b"{{random(3)}}", false).unwrap();
    let mut seen = [0; 3];
    for number in 0..9 {
        let mut out = Vec::new();
        assert!(transform.apply(b"a", &mut || number, &mut out));
        seen[usize::from(out[0] - b'0')] += 1;
    }
    assert_eq!(seen, [3; 3]);
}

/// How often each outcome comes when chance shows every percent once.
fn shares(mapping: &Mapping, subject: &str) -> Vec<(String, usize)> {
    let mut shares = std::collections::BTreeMap::new();
    for percent in 0..100 {
        let mut out = Vec::new();
        let outcome = match mapping.apply(subject.as_bytes(), &mut || percent, &mut out) {
            Mapped::Unchanged => "(stays)".to_owned(),
            Mapped::Dropped => "(dropped)".to_owned(),
            Mapped::Moved => String::from_utf8(out).unwrap(),
        };
        *shares.entry(outcome).or_default() += 1;
    }
    shares.into_iter().collect()
}

#[test]
fn weights_are_shares_and_the_rest_stays_or_is_dropped() {
    /// Source, destinations with weights, subject, outcomes in percent.
    type Case = (
        &'static str,
        &'static [(&'static str, u8)],
        &'static str,
        &'static [(&'static str, usize)],
    );
    let cases: &[Case] = &[
        ("a", &[("b", 100)], "a", &[("b", 100)]),
        (
            "a",
            &[("b", 20), ("c", 30)],
            "a",
            &[("(stays)", 50), ("b", 20), ("c", 30)],
        ),
        (
            "a",
            &[("b", 20), ("a", 30)],
            "a",
            &[("(dropped)", 50), ("a", 30), ("b", 20)],
        ),
        ("a", &[("a", 50)], "a", &[("(dropped)", 50), ("a", 50)]),
        ("a", &[("a", 0)], "a", &[("(dropped)", 100)]),
        ("a", &[("b", 0)], "a", &[("(stays)", 100)]),
        ("a", &[], "a", &[("(stays)", 100)]),
        ("a", &[("b", 0), ("c", 100)], "a", &[("c", 100)]),
        (
            "a.*",
            &[("b.$1", 20)],
            "a.x",
            &[("(stays)", 80), ("b.x", 20)],
        ),
        // Another spelling of the source isn't the source.
        (
            "a.*",
            &[("b.$1", 20), ("a.$1", 30)],
            "a.x",
            &[("(stays)", 50), ("a.x", 30), ("b.x", 20)],
        ),
        (
            "a.>",
            &[("b.>", 20), ("a.>", 30)],
            "a.x.y",
            &[("(dropped)", 50), ("a.x.y", 30), ("b.x.y", 20)],
        ),
        ("a", &[("b", 50)], "c", &[("(stays)", 100)]),
    ];
    for (source, destinations, subject, wanted) in cases {
        let destinations: Vec<_> = destinations
            .iter()
            .map(|(subject, weight)| Destination {
                subject: subject.as_bytes(),
                weight: *weight,
                cluster: None,
            })
            .collect();
        let mapping = Mapping::new(source.as_bytes(), &destinations, None).unwrap();
        let shares = shares(&mapping, subject);
        let shares: Vec<_> = shares
            .iter()
            .map(|(outcome, n)| (outcome.as_str(), *n))
            .collect();
        assert_eq!(shares, *wanted, "{source} {destinations:?}");
    }
}

fn to(subject: &'static str, weight: u8, cluster: Option<&'static str>) -> Destination<'static> {
    Destination {
        subject: subject.as_bytes(),
        weight,
        cluster,
    }
}

#[test]
fn a_named_cluster_has_weights_of_its_own() {
    let destinations = [to("b", 60, Some("A")), to("c", 30, None)];
    let seen_by = |cluster| shares(&Mapping::new(b"a", &destinations, cluster).unwrap(), "a");
    let share = |outcome: &str, n| (outcome.to_owned(), n);
    assert_eq!(seen_by(Some("A")), [share("(stays)", 40), share("b", 60)]);
    assert_eq!(seen_by(Some("B")), [share("(stays)", 70), share("c", 30)]);
    assert_eq!(seen_by(None), [share("(stays)", 70), share("c", 30)]);
}

#[test]
fn weights_are_refused_in_the_words_of_the_reference() {
    for (destinations, wanted) in [
        (
            vec![to("b", 101, None)],
            "individual weights need to be <= 100",
        ),
        (
            vec![to("b", 50, None), to("c", 60, None)],
            "total weight needs to be <= 100",
        ),
        (
            vec![to("b", 60, Some("A")), to("c", 60, Some("A"))],
            "total weight needs to be <= 100",
        ),
        (
            vec![to("b", 50, None), to("b", 50, None)],
            "duplicate entry for \"b\"",
        ),
        (
            vec![to("b", 60, Some("A")), to("b", 60, Some("B"))],
            "duplicate entry for \"b\"",
        ),
        (vec![to("b.>", 10, None)], "invalid subject"),
    ] {
        assert_eq!(
            Mapping::new(b"a", &destinations, None)
                .unwrap_err()
                .to_string(),
            wanted
        );
    }
    assert!(
        Mapping::new(
            b"a",
            &[to("b", 60, Some("A")), to("c", 60, Some("B"))],
            None
        )
        .is_ok()
    );
}

#[test]
fn a_subject_goes_through_one_mapping_only() {
    let mappings: Mappings = [
        ("a.>", "tail.>"),
        ("a.*", "star.$1"),
        ("a.b", "literal"),
        ("literal", "twice"),
    ]
    .iter()
    .map(|(source, destination)| Mapping::to(source.as_bytes(), destination.as_bytes()).unwrap())
    .collect();
    for (subject, wanted) in [
        ("a.b", "literal"),
        ("a.c", "tail.c"),
        ("a.c.d", "tail.c.d"),
        ("literal", "twice"),
        ("x", ""),
    ] {
        let mut out = Vec::new();
        let mapped = mappings.apply(
            subject.as_bytes(),
            &mut || panic!("there is no choice"),
            &mut out,
        );
        assert_eq!(mapped == Mapped::Unchanged, wanted.is_empty());
        assert_eq!(out, wanted.as_bytes(), "{subject}");
    }
}

#[test]
fn a_mapping_replaces_the_one_with_its_source() {
    let mut mappings = Mappings::default();
    for destination in ["b", "c"] {
        mappings.insert(Mapping::to(b"a", destination.as_bytes()).unwrap());
    }
    let mut out = Vec::new();
    assert_eq!(mappings.apply(b"a", &mut || 0, &mut out), Mapped::Moved);
    assert_eq!((mappings.len(), out), (1, b"c".to_vec()));
}
