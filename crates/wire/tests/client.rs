//! What a client may send, case by case. Each row was asked of nats-server 2.15.1.

use midge_wire::{ClientFrame, Error, Limits, Publish, decode_client, frame_len};

use ClientFrame::{Connect, Err as Complaint, Info, Ok as Fine, Ping, Pong};

fn publish<'a>(subject: &'a str, reply: Option<&'a str>, payload: &'a str) -> ClientFrame<'a> {
    ClientFrame::Pub(Publish {
        subject: subject.as_bytes(),
        reply: reply.map(str::as_bytes),
        is_hpub: false,
        header_len: 0,
        payload: payload.as_bytes(),
    })
}

fn hpub<'a>(
    subject: &'a str,
    reply: Option<&'a str>,
    header_len: usize,
    payload: &'a str,
) -> ClientFrame<'a> {
    ClientFrame::Pub(Publish {
        subject: subject.as_bytes(),
        reply: reply.map(str::as_bytes),
        is_hpub: true,
        header_len,
        payload: payload.as_bytes(),
    })
}

fn sub<'a>(subject: &'a str, queue: Option<&'a str>, sid: &'a str) -> ClientFrame<'a> {
    ClientFrame::Sub {
        subject: subject.as_bytes(),
        queue: queue.map(str::as_bytes),
        sid: sid.as_bytes(),
    }
}

fn unsub(sid: &str, max: Option<u64>) -> ClientFrame<'_> {
    let sid = sid.as_bytes();
    ClientFrame::Unsub { sid, max }
}

/// The whole input is one frame, and something behind it changes nothing.
fn check(input: &str, want: ClientFrame<'_>) {
    let limits = Limits::default();
    let whole = Ok(Some((want, input.len())));
    assert_eq!(decode_client(input.as_bytes(), &limits), whole, "{input:?}");
    let more = format!("{input}PING\r\n");
    assert_eq!(decode_client(more.as_bytes(), &limits), whole, "{more:?}");
    assert_eq!(frame_len(more.as_bytes(), &limits), Ok(Some(input.len())));
}

fn refuse(input: &str, want: Error) {
    let got = decode_client(input.as_bytes(), &Limits::default());
    assert_eq!(got, Err(want), "{input:?}");
}

fn unfinished(input: &str) {
    let got = decode_client(input.as_bytes(), &Limits::default());
    assert_eq!(got, Ok(None), "{input:?}");
}

#[test]
fn publish_takes_two_or_three_arguments() {
    check("PUB foo 2\r\nok\r\n", publish("foo", None, "ok"));
    check("PUB foo bar 2\r\nok\r\n", publish("foo", Some("bar"), "ok"));
    check("PUB foo 0\r\n\r\n", publish("foo", None, ""));
    let wrong = |count| Error::WrongArgs { op: "PUB", count };
    refuse("PUB \r\n", wrong(0));
    refuse("PUB foo\r\n", wrong(1));
    refuse("PUB a b c 2\r\nok\r\n", wrong(4));
    refuse("PUB foo 1 1048577 3 4 5\r\n", wrong(5));
}

#[test]
fn publish_with_headers_takes_three_or_four_arguments() {
    let payload = "NATS/1.0\r\n\r\nok";
    check(
        &format!("HPUB foo 12 14\r\n{payload}\r\n"),
        hpub("foo", None, 12, payload),
    );
    check(
        &format!("HPUB foo re 12 14\r\n{payload}\r\n"),
        hpub("foo", Some("re"), 12, payload),
    );
    check("HPUB foo 0 2\r\nok\r\n", hpub("foo", None, 0, "ok"));
    refuse(
        "HPUB foo 12\r\n",
        Error::WrongArgs {
            op: "HPUB",
            count: 2,
        },
    );
    refuse(
        "HPUB a b c 1 2\r\n",
        Error::WrongArgs {
            op: "HPUB",
            count: 5,
        },
    );
    refuse("HPUB foo -1 5\r\n", Error::BadSize { op: "HPUB" });
    refuse("HPUB foo x 5\r\n", Error::BadSize { op: "HPUB" });
    refuse("HPUB foo 1 99999999999\r\n", Error::BadSize { op: "HPUB" });
    let larger = Error::HeaderLargerThanTotal {
        header: 14,
        total: 12,
    };
    refuse("HPUB foo 14 12\r\n", larger);
}

#[test]
fn header_and_body_are_cut_from_the_payload() {
    let block = "NATS/1.0\r\nA: 1\r\n\r\n";
    let ClientFrame::Pub(publish) = hpub("s", None, block.len(), "NATS/1.0\r\nA: 1\r\n\r\nbody")
    else {
        unreachable!();
    };
    assert_eq!(publish.header_block(), block.as_bytes());
    assert_eq!(publish.body(), b"body");
    let headers = publish.headers().unwrap().unwrap();
    assert_eq!(headers.get("A"), Some(&b"1"[..]));
}

#[test]
fn subscribe_takes_two_or_three_arguments() {
    check("SUB foo 1\r\n", sub("foo", None, "1"));
    check("SUB foo workers 1\r\n", sub("foo", Some("workers"), "1"));
    check("SUB foo\r1\r\n", sub("foo", None, "1"));
    refuse(
        "SUB  \r\n",
        Error::WrongArgs {
            op: "SUB",
            count: 0,
        },
    );
    refuse(
        "SUB foo\r\n",
        Error::WrongArgs {
            op: "SUB",
            count: 1,
        },
    );
    refuse(
        "SUB foo a b c\r\n",
        Error::WrongArgs {
            op: "SUB",
            count: 4,
        },
    );
}

#[test]
fn a_bad_max_of_unsubscribe_counts_as_none() {
    check("UNSUB 1\r\n", unsub("1", None));
    check("UNSUB 1 5\r\n", unsub("1", Some(5)));
    check("UNSUB 1 999999999\r\n", unsub("1", Some(999_999_999)));
    for bad in ["0", "x", "-5", "1234567890", "99999999999999999999999999"] {
        check(&format!("UNSUB 1 {bad}\r\n"), unsub("1", None));
    }
    refuse(
        "UNSUB \r\n",
        Error::WrongArgs {
            op: "UNSUB",
            count: 0,
        },
    );
    refuse(
        "UNSUB 1 2 3\r\n",
        Error::WrongArgs {
            op: "UNSUB",
            count: 3,
        },
    );
}

#[test]
fn anything_may_follow_ping_pong_and_ok() {
    for (verb, want) in [("PING", Ping), ("PONG", Pong), ("+OK", Fine)] {
        for tail in [
            "\r\n",
            "\n",
            "\r\r\n",
            " junk\r\n",
            "junk\r\n",
            "\rX\n",
            "\t\r\n",
        ] {
            check(&format!("{verb}{tail}"), want);
        }
    }
}

#[test]
fn connect_and_info_need_no_blank_and_errors_need_one() {
    check("CONNECT {}\r\n", Connect(b"{}"));
    check("CONNECT{}\r\n", Connect(b"{}"));
    check("connect\t{}\t\r\n", Connect(b"{}\t"));
    check("CONNECT\r\n", Connect(b""));
    check("INFO {} \r\n", Info(b"{} "));
    check("INFOX\r\n", Info(b"X"));
    check("-ERR 'foo bar'\r\n", Complaint(b"'foo bar'"));
    refuse("-ERR\r\n", Error::UnknownOp);
    refuse("-ERRX\r\n", Error::UnknownOp);
}

#[test]
fn verbs_come_in_any_case() {
    check("pub foo 2\r\nok\r\n", publish("foo", None, "ok"));
    check("hPuB foo 0 2\r\nok\r\n", hpub("foo", None, 0, "ok"));
    check("sUb Foo 1\r\n", sub("Foo", None, "1"));
    check("UnSub 1\r\n", unsub("1", None));
    check("pInG\r\n", Ping);
    check("poNG\r\n", Pong);
    check("Connect {}\r\n", Connect(b"{}"));
    check("info {}\r\n", Info(b"{}"));
    check("+ok\r\n", Fine);
    check("-err x\r\n", Complaint(b"x"));
}

#[test]
fn blanks_and_tabs_separate_in_any_number() {
    check("PUB  foo   2  \r\nok\r\n", publish("foo", None, "ok"));
    check("pub\tfoo\t\t2\t\r\nok\r\n", publish("foo", None, "ok"));
    check(
        "HPUB\tfoo \t 3 5\t\r\nxxxok\r\n",
        hpub("foo", None, 3, "xxxok"),
    );
    check("SUB \t foo 1 \t\r\n", sub("foo", None, "1"));
    check("UNSUB  1  5 \r\n", unsub("1", Some(5)));
}

#[test]
fn lf_alone_ends_a_control_line() {
    check("PUB foo 2\nok\r\n", publish("foo", None, "ok"));
    check("SUB foo 1\n", sub("foo", None, "1"));
    check("CONNECT {}\n", Connect(b"{}"));
}

#[test]
fn a_cr_inside_a_subject_is_refused() {
    for (line, op) in [
        ("PUB fo\ro 2\r\nok\r\n", "PUB"),
        ("PUB foo re\rply 2\r\nok\r\n", "PUB"),
        ("HPUB fo\ro 0 2\r\nok\r\n", "HPUB"),
    ] {
        refuse(line, Error::CrInside { op });
    }
    refuse("PUB foo 2\r\r\nok\r\n", Error::BadSize { op: "PUB" });
    refuse("PUB foo 2\r \r\nok\r\n", Error::BadSize { op: "PUB" });
}

#[test]
fn a_payload_must_end_in_crlf_exactly() {
    let wrong = Error::PayloadNotTerminated { len: 5 };
    refuse("PUB foo 5\r\nhelloX", wrong.clone());
    refuse("PUB foo 5\r\nhello\n", wrong.clone());
    refuse("PUB foo 5\r\nhello\rX", wrong.clone());
    refuse("HPUB foo 0 5\r\nhello, world\r\n", wrong);
    refuse("PUB a 0\r\n\n", Error::PayloadNotTerminated { len: 0 });
}

#[test]
fn sizes_are_one_to_nine_digits() {
    check("PUB foo 000000002\r\nok\r\n", publish("foo", None, "ok"));
    for bad in [
        "-1",
        "+2",
        "abc",
        "2x",
        "2\u{b}",
        "0123456789",
        "1234567890",
        "99999999999999999999",
    ] {
        refuse(&format!("PUB foo {bad}\r\n"), Error::BadSize { op: "PUB" });
    }
}

#[test]
fn a_message_that_is_too_large_is_refused_before_it_comes() {
    let too_large = |len| Error::PayloadTooLarge { len, max: 1 << 20 };
    refuse("PUB foo 1048577\r\n", too_large(1_048_577));
    refuse("PUB foo 1048577\n", too_large(1_048_577));
    refuse("PUB foo 999999999\r\n", too_large(999_999_999));
    refuse("HPUB foo 1 1048577\r\n", too_large(1_048_577));
    unfinished("PUB foo 1048577");
    unfinished("PUB foo 1048576\r\n");
}

#[test]
fn what_begins_no_operation_is_refused_at_its_first_wrong_byte() {
    let inputs = [
        "X",
        "PX",
        "PUBX",
        "PUBfoo 2\r\n",
        "PUB\r\n",
        "PUB\r foo 2\r\n",
        "PIX",
        "HM",
        "HPUBfoo",
        "SUB\r\n",
        "SUBfoo 1\r\n",
        "UNSUB\r\n",
        "UNSUBx",
        " PING\r\n",
        "\r\nPING\r\n",
        "+X",
        "-X",
        "I ",
        "MSG foo 1 2\r\n",
        "HMSG foo 1 2\r\n",
        "A+ x 1\r\n",
        "RMSG",
        "LS+ ",
        "GET / HTTP/1.1\r\n",
        "\0",
        "\u{7f}",
        "PUB\0",
    ];
    for input in inputs {
        refuse(input, Error::UnknownOp);
    }
}

#[test]
fn a_prefix_of_an_operation_waits_for_more() {
    let inputs = [
        "",
        "P",
        "pu",
        "PUB",
        "PUB ",
        "PUB foo",
        "PUB foo 5",
        "PUB foo 5\r",
        "PUB foo 5\r\nhel",
        "PUB foo 5\r\nhello",
        "PUB foo 5\r\nhello\r",
        "H",
        "HPUB",
        "PIN",
        "PING",
        "PING\r",
        "+",
        "+O",
        "-ERR",
        "U",
        "C",
        "CONNECT",
        "CONNECT {",
        "I",
    ];
    for input in inputs {
        unfinished(input);
    }
}

#[test]
fn a_control_line_is_as_long_as_its_arguments() {
    for (verb, tail) in [
        ("PUB ", " 0\r\n\r\n"),
        ("PUB ", " 0\n\r\n"),
        ("HPUB ", " 0 0\r\n\r\n"),
        ("SUB ", " 1\r\n"),
        ("UNSUB ", "\r\n"),
        ("CONNECT ", "\r\n"),
        ("INFO ", "\r\n"),
        ("-ERR ", "\r\n"),
        ("PING", "\r\n"),
        ("PONG ", "\r\n"),
        ("+OK ", "\r\n"),
    ] {
        let limits = Limits::default();
        let max = limits.max_control_line;
        let in_tail = tail.find(['\r', '\n']).unwrap();
        let line = |len: usize| format!("{verb}{}{tail}", "x".repeat(len - in_tail));
        let fits = line(max);
        assert!(
            decode_client(fits.as_bytes(), &limits).unwrap().is_some(),
            "{verb}"
        );
        let over = line(max + 1);
        let want = Err(Error::ControlLineTooLong { len: max + 1, max });
        assert_eq!(decode_client(over.as_bytes(), &limits), want, "{verb}");
    }
}

#[test]
fn a_line_without_an_end_is_refused_at_the_limit() {
    let limits = Limits::default();
    for verb in ["PUB ", "CONNECT", "PING", "+OK", "-ERR "] {
        let line = |len: usize| format!("{verb}{}", "x".repeat(len));
        assert_eq!(decode_client(line(4096).as_bytes(), &limits), Ok(None));
        let want = Err(Error::ControlLineTooLong {
            len: 4097,
            max: 4096,
        });
        assert_eq!(decode_client(line(4097).as_bytes(), &limits), want);
    }
}

#[test]
fn blanks_before_the_arguments_are_bounded() {
    let limits = Limits::default();
    let line = |blanks: usize| format!("SUB{}a 1", " ".repeat(blanks));
    assert_eq!(decode_client(line(4096).as_bytes(), &limits), Ok(None));
    let want = Err(Error::ControlLineTooLong {
        len: 4097,
        max: 4096,
    });
    assert_eq!(decode_client(line(4097).as_bytes(), &limits), want);
}

#[test]
fn the_length_of_a_frame_is_known_from_its_control_line() {
    let limits = Limits::default();
    let check = |input: &str, want| assert_eq!(frame_len(input.as_bytes(), &limits), Ok(want));
    check("PUB foo 10", None);
    check("PUB foo 10\r\n", Some(24));
    check("HPUB foo 3 10\r\nab", Some(27));
    check("PING\r\n", Some(6));
    check("PI", None);
    let not_terminated = frame_len(b"PUB a 1\r\n.XX", &limits);
    assert_eq!(not_terminated, Ok(Some(12)));
}
