//! Laws that hold for any bytes, as plain functions: the fuzz targets and the tests share them.

use crate::{
    ClientFrame, Error, Limits, ServerFrame, decode_client, decode_server, encode, frame_len,
};

/// Small enough for a fuzzer to reach.
const TIGHT: Limits = Limits {
    max_control_line: 48,
    max_payload: 96,
};

/// Runs every law of this crate over a stream of bytes.
///
/// # Panics
/// When one is broken.
pub fn check_all(stream: &[u8]) {
    for limits in [TIGHT, Limits::default()] {
        each_frame(stream, &limits, decode_client, client_frame);
        each_frame(stream, &limits, decode_server, server_frame);
    }
    header_block(stream);
    handshake(stream);
}

type Decoded<F> = Result<Option<(F, usize)>, Error>;

/// Walks over a stream, frame by frame, with `law` for each whole one.
fn each_frame<'a, F: Copy + PartialEq + std::fmt::Debug>(
    mut stream: &'a [u8],
    limits: &Limits,
    decode: fn(&'a [u8], &Limits) -> Decoded<F>,
    law: fn(&'a [u8], F, usize, &Limits),
) {
    loop {
        let whole = decode(stream, limits);
        any_prefix_agrees(stream, &whole, |prefix| decode(prefix, limits));
        let Ok(Some((frame, used))) = whole else {
            return;
        };
        assert!(
            0 < used && used <= stream.len(),
            "{frame:?} took {used} bytes"
        );
        law(stream, frame, used, limits);
        stream = &stream[used..];
    }
}

/// However the stream is cut: nothing is known too early, nothing is changed by what comes later, and
/// the bytes held back for an unfinished line are bounded.
fn any_prefix_agrees<'a, F: Copy + PartialEq + std::fmt::Debug>(
    stream: &'a [u8],
    whole: &Decoded<F>,
    decode: impl Fn(&'a [u8]) -> Decoded<F>,
) {
    let mut failed = false;
    let interesting = stream.len().min(512);
    for len in 0..interesting {
        match (decode(&stream[..len]), whole) {
            (Ok(None), Ok(None)) => {}
            (Ok(None), Ok(Some((_, used)))) => {
                assert!(len < *used, "known at {used}, not at {len}");
            }
            (Ok(None), Err(_)) => assert!(!failed, "an error that went away at {len}"),
            (Ok(Some(early)), Ok(Some(late))) => assert_eq!(early, *late),
            (Err(early), Err(late)) => {
                failed = true;
                assert_eq!(std::mem::discriminant(&early), std::mem::discriminant(late));
            }
            (early, late) => panic!("{early:?} after {len} bytes, {late:?} after all"),
        }
    }
}

fn client_frame(stream: &[u8], frame: ClientFrame<'_>, used: usize, limits: &Limits) {
    assert_eq!(frame_len(stream, limits), Ok(Some(used)));
    let mut bytes = Vec::new();
    put_client(&mut bytes, frame);
    // The first blank ends the verb; a tab in its place is read by the general path, not the plain one.
    if let ClientFrame::Pub(publish) = frame {
        let mut tabbed = bytes.clone();
        tabbed["PUB".len() + usize::from(publish.is_hpub)] = b'\t';
        let decoded = decode_client(&tabbed, &Limits::CLIENT);
        assert_eq!(decoded, Ok(Some((frame, tabbed.len()))));
    }
    assert_eq!(
        decode_client(&bytes, &Limits::CLIENT),
        Ok(Some((frame, bytes.len())))
    );
}

/// Writes a client's frame so that it decodes to itself.
pub fn put_client(dst: &mut Vec<u8>, frame: ClientFrame<'_>) {
    match frame {
        ClientFrame::Pub(p) if p.is_hpub => {
            encode::hpub(dst, p.subject, p.reply, p.header_block(), p.body());
        }
        ClientFrame::Pub(p) => encode::publish(dst, p.subject, p.reply, p.payload),
        ClientFrame::Sub {
            subject,
            queue,
            sid,
        } => encode::sub(dst, subject, queue, sid),
        ClientFrame::Unsub { sid, max } => encode::unsub(dst, sid, max),
        ClientFrame::Ping => encode::ping(dst),
        ClientFrame::Pong => encode::pong(dst),
        ClientFrame::Ok => encode::ok(dst),
        ClientFrame::Connect(json) => put_line(dst, b"CONNECT ", json),
        ClientFrame::Info(json) => put_line(dst, b"INFO ", json),
        ClientFrame::Err(text) => put_line(dst, b"-ERR ", text),
    }
}

fn server_frame(_: &[u8], frame: ServerFrame<'_>, _: usize, _: &Limits) {
    let mut bytes = Vec::new();
    put_server(&mut bytes, frame);
    assert_eq!(
        decode_server(&bytes, &Limits::CLIENT),
        Ok(Some((frame, bytes.len())))
    );
}

/// Writes a server's frame so that it decodes to itself.
pub fn put_server(dst: &mut Vec<u8>, frame: ServerFrame<'_>) {
    match frame {
        ServerFrame::Msg(m) => {
            let header_len = (m.header_len > 0).then_some(m.header_len);
            encode::msg(dst, m.subject, m.sid, m.reply, header_len, m.payload.len());
            dst.extend_from_slice(m.payload);
            dst.extend_from_slice(b"\r\n");
        }
        ServerFrame::Ping => encode::ping(dst),
        ServerFrame::Pong => encode::pong(dst),
        ServerFrame::Ok => encode::ok(dst),
        ServerFrame::Err(text) => encode::err(dst, text),
        ServerFrame::Info(json) => put_line(dst, b"INFO ", json),
    }
}

fn put_line(dst: &mut Vec<u8>, verb: &[u8], rest: &[u8]) {
    dst.extend_from_slice(verb);
    dst.extend_from_slice(rest);
    dst.extend_from_slice(b"\r\n");
}

/// A block that parses is made of its lines, and built again from them it parses the same.
fn header_block(block: &[u8]) {
    let Ok(headers) = crate::Headers::parse(block) else {
        return;
    };
    let mut again = Vec::new();
    let names: Vec<_> = headers.iter().collect();
    match headers.status() {
        Some(code) => {
            let description = String::from_utf8_lossy(headers.description());
            crate::status_block(&mut again, code, &description, &[]);
            again.truncate(again.len() - 2);
        }
        None => again.extend_from_slice(b"NATS/1.0\r\n"),
    }
    for (name, value) in &names {
        again.extend_from_slice(name);
        again.extend_from_slice(b":");
        again.extend_from_slice(value);
        again.extend_from_slice(b"\r\n");
    }
    again.extend_from_slice(b"\r\n");
    let parsed = crate::Headers::parse(&again).expect("a block of well-formed lines");
    assert_eq!(parsed.status(), headers.status());
    assert!(parsed.iter().eq(names));
}

/// JSON that reads as a handshake writes as one that reads the same.
fn handshake(json: &[u8]) {
    if let Ok(connect) = crate::Connect::parse(json) {
        let mut line = Vec::new();
        encode::connect(&mut line, &connect);
        let json = line.strip_prefix(b"CONNECT ").expect("the verb");
        assert_eq!(crate::Connect::parse(json), Ok(connect));
    }
    if let Ok(info) = crate::Info::parse(json) {
        let mut line = Vec::new();
        encode::info(&mut line, &info);
        let json = line.strip_prefix(b"INFO ").expect("the verb");
        assert_eq!(crate::Info::parse(json), Ok(info));
    }
}
