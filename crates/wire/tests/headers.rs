//! Header blocks.

use midge_wire::{Error, Headers, HeadersBuilder, status_block};

type Pair<'a> = (&'a str, &'a str);

fn check(block: &str, status: Option<u16>, description: &str, want: &[Pair<'_>]) {
    let headers = Headers::parse(block.as_bytes()).unwrap_or_else(|e| panic!("{block:?}: {e}"));
    assert_eq!(headers.status(), status, "{block:?}");
    assert_eq!(headers.description(), description.as_bytes(), "{block:?}");
    let pairs: Vec<_> = headers.iter().collect();
    let want: Vec<_> = want
        .iter()
        .map(|(k, v)| (k.as_bytes(), v.as_bytes()))
        .collect();
    assert_eq!(pairs, want, "{block:?}");
}

fn refuse(block: &str, at: usize) {
    let got = Headers::parse(block.as_bytes());
    assert_eq!(got, Err(Error::BadHeaders { at }), "{block:?}");
}

#[test]
fn status_lines_have_up_to_three_parts() {
    check("NATS/1.0\r\n\r\n", None, "", &[]);
    check("NATS/1.0 \r\n\r\n", None, "", &[]);
    check("NATS/1.0 503\r\n\r\n", Some(503), "", &[]);
    check(
        "NATS/1.0 100 Idle Heartbeat\r\n\r\n",
        Some(100),
        "Idle Heartbeat",
        &[],
    );
    check(
        "NATS/1.0 404  No Messages \r\n\r\n",
        Some(404),
        "No Messages",
        &[],
    );
}

#[test]
fn lines_keep_order_case_and_repetition() {
    let block = "NATS/1.0\r\nB: 1\r\na: 2\r\nB:3\r\nb:  4 \r\n\r\n";
    check(
        block,
        None,
        "",
        &[("B", "1"), ("a", "2"), ("B", "3"), ("b", "4")],
    );
    let headers = Headers::parse(block.as_bytes()).unwrap();
    assert_eq!(headers.get("B"), Some(&b"1"[..]));
    assert!(headers.get_all("B").eq([b"1", b"3"]));
    assert_eq!(headers.get("A"), None);
}

#[test]
fn values_may_be_empty_or_have_colons() {
    check(
        "NATS/1.0\r\nA:\r\nB: x:y: z\r\n\r\n",
        None,
        "",
        &[("A", ""), ("B", "x:y: z")],
    );
}

#[test]
fn malformed_blocks_are_refused_with_their_line() {
    refuse("", 0);
    refuse("NATS/1.0", 0);
    refuse("NATS/1.1\r\n\r\n", 0);
    refuse("NATS/1.0x\r\n\r\n", 0);
    refuse("NATS/1.0 50\r\n\r\n", 0);
    refuse("NATS/1.0 5031\r\n\r\n", 0);
    refuse("NATS/1.0 abc\r\n\r\n", 0);
    refuse("NATS/1.0\r\n", 10);
    refuse("NATS/1.0\r\nA: 1\r\n", 16);
    refuse("NATS/1.0\r\nA\r\n\r\n", 10);
    refuse("NATS/1.0\r\n: x\r\n\r\n", 10);
    refuse("NATS/1.0\r\nA: 1\n\r\n", 10);
    refuse("NATS/1.0\r\n\r\nbody", 12);
}

#[test]
fn a_built_block_reads_back() {
    let mut builder = HeadersBuilder::with_status(408, "Request Timeout");
    builder
        .append("K", b"1")
        .unwrap()
        .append("K", b"2")
        .unwrap();
    let block = builder.finish();
    let block = std::str::from_utf8(&block).unwrap();
    assert_eq!(
        block,
        "NATS/1.0 408 Request Timeout\r\nK: 1\r\nK: 2\r\n\r\n"
    );
    check(
        block,
        Some(408),
        "Request Timeout",
        &[("K", "1"), ("K", "2")],
    );
}

#[test]
fn nothing_can_break_out_of_a_built_line() {
    let mut builder = HeadersBuilder::new();
    for (name, value) in [
        ("", "x"),
        ("a:b", "x"),
        ("a\r\nb", "x"),
        ("a", "x\r\nb: y"),
        ("a", "\n"),
    ] {
        assert!(
            builder.append(name, value.as_bytes()).is_err(),
            "{name:?} {value:?}"
        );
    }
    assert_eq!(builder.finish(), b"NATS/1.0\r\n\r\n");
}

#[test]
fn no_responders_as_the_reference_writes_it() {
    let mut block = Vec::new();
    status_block(&mut block, 503, "", &[("Nats-Subject", b"nobody.home")]);
    assert_eq!(block, b"NATS/1.0 503\r\nNats-Subject: nobody.home\r\n\r\n");
}

/// Symptom: a status below 100 was written with fewer digits and refused when read. Found by `wire_decode`.
#[test]
fn a_small_status_is_written_with_three_digits() {
    let mut block = Vec::new();
    status_block(&mut block, 10, "", &[]);
    assert_eq!(block, b"NATS/1.0 010\r\n\r\n");
    check("NATS/1.0 010\r\n\r\n", Some(10), "", &[]);
}
