//! What a server may send, case by case.

use midge_wire::{Error, Limits, Message, ServerFrame, decode_server, encode};

fn check(input: &str, want: ServerFrame<'_>) {
    let whole = Ok(Some((want, input.len())));
    assert_eq!(
        decode_server(input.as_bytes(), &Limits::CLIENT),
        whole,
        "{input:?}"
    );
    for cut in 0..input.len() {
        let got = decode_server(&input.as_bytes()[..cut], &Limits::CLIENT);
        assert_eq!(got, Ok(None), "{input:?} cut at {cut}");
    }
}

fn refuse(input: &str, want: Error) {
    let got = decode_server(input.as_bytes(), &Limits::CLIENT);
    assert_eq!(got, Err(want), "{input:?}");
}

fn msg<'a>(reply: Option<&'a str>, header_len: usize, payload: &'a str) -> ServerFrame<'a> {
    ServerFrame::Msg(Message {
        subject: b"foo",
        sid: b"9",
        reply: reply.map(str::as_bytes),
        header_len,
        payload: payload.as_bytes(),
    })
}

#[test]
fn deliveries_come_with_and_without_reply_and_headers() {
    check("MSG foo 9 2\r\nok\r\n", msg(None, 0, "ok"));
    check("MSG foo 9 re 2\r\nok\r\n", msg(Some("re"), 0, "ok"));
    check(
        "HMSG foo 9 12 14\r\nNATS/1.0\r\n\r\nok\r\n",
        msg(None, 12, "NATS/1.0\r\n\r\nok"),
    );
    check(
        "HMSG foo 9 re 12 14\r\nNATS/1.0\r\n\r\nok\r\n",
        msg(Some("re"), 12, "NATS/1.0\r\n\r\nok"),
    );
}

#[test]
fn a_missing_reply_may_leave_two_blanks() {
    check("MSG foo 9  2\r\nok\r\n", msg(None, 0, "ok"));
}

#[test]
fn the_rest_of_a_conversation() {
    check(
        "INFO {\"go\":\"x\"} \r\n",
        ServerFrame::Info(b"{\"go\":\"x\"} "),
    );
    check("PING\r\n", ServerFrame::Ping);
    check("PONG\r\n", ServerFrame::Pong);
    check("+OK\r\n", ServerFrame::Ok);
    check(
        "-ERR 'Slow Consumer'\r\n",
        ServerFrame::Err(b"Slow Consumer"),
    );
    check("-ERR odd\r\n", ServerFrame::Err(b"odd"));
}

#[test]
fn a_server_that_breaks_the_protocol_is_refused() {
    refuse("PUB foo 2\r\n", Error::UnknownOp);
    refuse(
        "MSG foo 2\r\n",
        Error::WrongArgs {
            op: "MSG",
            count: 2,
        },
    );
    refuse(
        "MSG a b c d 2\r\n",
        Error::WrongArgs {
            op: "MSG",
            count: 5,
        },
    );
    refuse(
        "HMSG foo 9 2\r\n",
        Error::WrongArgs {
            op: "HMSG",
            count: 3,
        },
    );
    refuse("MSG foo 9 x\r\n", Error::BadSize { op: "MSG" });
    refuse(
        "HMSG foo 9 3 2\r\n",
        Error::HeaderLargerThanTotal {
            header: 3,
            total: 2,
        },
    );
    refuse(
        "MSG foo 9 2\r\nokay",
        Error::PayloadNotTerminated { len: 2 },
    );
    let too_large = Error::PayloadTooLarge {
        len: 999_999_999,
        max: Limits::CLIENT.max_payload,
    };
    refuse("MSG foo 9 999999999\r\n", too_large);
}

#[test]
fn control_lines_are_written_as_the_reference_writes_them() {
    let line = |reply: Option<&[u8]>, header_len, total| {
        let mut dst = Vec::new();
        encode::msg(&mut dst, b"foo", b"9", reply, header_len, total);
        String::from_utf8(dst).unwrap()
    };
    assert_eq!(line(None, None, 0), "MSG foo 9 0\r\n");
    assert_eq!(line(Some(b"re"), None, 16), "MSG foo 9 re 16\r\n");
    assert_eq!(line(None, Some(12), 14), "HMSG foo 9 12 14\r\n");
    assert_eq!(
        line(Some(b"re"), Some(12), 1_048_576),
        "HMSG foo 9 re 12 1048576\r\n"
    );
}
