//! What the reference server accepts in SUB and PUB, subject by subject.

use midge_subject::{Error, Filter, Subject, is_valid_publish, is_valid_queue, is_valid_subscribe};

/// Subject, accepted by SUB, accepted by a pedantic PUB; as nats-server 2.15.1 answers on the wire.
const ANSWERS: [(&[u8], bool, bool); 25] = [
    (b"a", true, true),
    (b"a.b", true, true),
    (b"a..b", false, false),
    (b".a", false, false),
    (b"a.", false, false),
    (b".", false, false),
    (b">", true, false),
    (b"*", true, false),
    (b"a.>", true, false),
    (b"a.>.b", false, false),
    (b">.a", false, false),
    (b"a.*.b", true, false),
    (b"a.*", true, false),
    (b"a*", true, true),
    (b"a>", true, true),
    (b"a.>>", true, true),
    (b"**", true, true),
    (b"a\x0cb", true, true),
    (b"\x0c", true, true),
    (b"a\0b", true, true),
    (b"\0", true, true),
    (b"\xff\xfe", true, true),
    ("a.\u{e9}".as_bytes(), true, true),
    (b"a\x0bb", true, true),
    ("a\u{a0}b".as_bytes(), true, true),
];

#[test]
fn accepts_what_the_reference_accepts() {
    for (subject, subscribe, publish) in ANSWERS {
        let shown = String::from_utf8_lossy(subject);
        assert_eq!(is_valid_subscribe(subject), subscribe, "SUB {shown:?}");
        assert_eq!(Filter::parse(subject).is_ok(), subscribe, "SUB {shown:?}");
        assert_eq!(is_valid_publish(subject), publish, "PUB {shown:?}");
        assert_eq!(Subject::parse(subject).is_ok(), publish, "PUB {shown:?}");
        assert_eq!(
            Subject::parse_lenient(subject).unwrap().is_literal(),
            publish,
            "PUB {shown:?}"
        );
    }
}

#[test]
fn what_cannot_stand_on_the_wire_is_never_accepted() {
    for gap in [" ", "\t", "\r", "\n"] {
        let text = format!("a{gap}b");
        assert_eq!(Filter::parse(&text), Err(Error::WhiteSpace { at: 1 }));
        assert_eq!(Subject::parse(&text), Err(Error::WhiteSpace { at: 1 }));
        assert_eq!(
            Subject::parse_lenient(&text),
            Err(Error::WhiteSpace { at: 1 })
        );
        assert!(!is_valid_queue(text.as_bytes()));
    }
    assert_eq!(Filter::parse(""), Err(Error::Empty));
    assert_eq!(Subject::parse(""), Err(Error::Empty));
    assert_eq!(Subject::parse_lenient(""), Err(Error::Empty));
}

#[test]
fn a_queue_name_is_free_text() {
    for queue in ["q", "q.a", "q..a", ".q", "q.", "*", ">", "q.>.a", "a\x0cb"] {
        assert!(is_valid_queue(queue.as_bytes()), "{queue}");
    }
    assert!(!is_valid_queue(b""));
}

#[test]
fn errors_name_the_byte() {
    assert_eq!(Filter::parse("ab..c"), Err(Error::EmptyToken { at: 3 }));
    assert_eq!(Filter::parse("ab."), Err(Error::EmptyToken { at: 3 }));
    assert_eq!(Filter::parse("ab.>.c"), Err(Error::TailNotLast { at: 3 }));
    assert_eq!(Subject::parse("ab.*"), Err(Error::Wildcard { at: 3 }));
    assert_eq!(
        Error::TailNotLast { at: 3 }.to_string(),
        "'>' at byte 3 isn't the last token"
    );
}

#[test]
fn filters_know_their_shape() {
    let shape = |text| {
        let filter = Filter::parse(text).unwrap();
        (
            filter.has_wildcard(),
            filter.starts_with_wildcard(),
            filter.is_fwc(),
            filter.star_count(),
        )
    };
    assert_eq!(shape("a.b"), (false, false, false, 0));
    assert_eq!(shape("a*.>b"), (false, false, false, 0));
    assert_eq!(shape("a.*.*"), (true, false, false, 2));
    assert_eq!(shape("*.a.>"), (true, true, true, 1));
    assert_eq!(shape(">"), (true, true, true, 0));
}

#[test]
fn shows_bytes_that_are_no_text() {
    assert_eq!(Subject::parse(b"a.\xff").unwrap().to_string(), "a.\u{fffd}");
    assert_eq!(
        format!("{:?}", Filter::parse("a.*").unwrap()),
        "Filter(a.*)"
    );
}
