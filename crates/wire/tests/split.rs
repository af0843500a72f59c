//! However the bytes are cut, the same frames come out: generated frames, random cuts, any garbage.

use midge_wire::{
    ClientFrame, Limits, Message, Publish, ServerFrame, decode_client, decode_server, laws,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn word() -> impl Strategy<Value = Vec<u8>> {
    "[!-~]{1,20}".prop_map(String::into_bytes)
}

fn json() -> impl Strategy<Value = Vec<u8>> {
    "\\{[ -~]{0,30}\\}".prop_map(String::into_bytes)
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..80)
}

/// A frame that owns its bytes.
#[derive(Debug, Clone)]
enum Owned {
    Pub(Vec<u8>, Option<Vec<u8>>, Option<usize>, Vec<u8>),
    Sub(Vec<u8>, Option<Vec<u8>>, Vec<u8>),
    Unsub(Vec<u8>, Option<u64>),
    Line(u8, Vec<u8>),
    Ping,
    Pong,
    Ok,
}

impl Owned {
    fn client(&self) -> ClientFrame<'_> {
        match self {
            Self::Pub(subject, reply, header, payload) => ClientFrame::Pub(Publish {
                subject,
                reply: reply.as_deref(),
                is_hpub: header.is_some(),
                header_len: header.unwrap_or(0).min(payload.len()),
                payload,
            }),
            Self::Sub(subject, queue, sid) => ClientFrame::Sub {
                subject,
                queue: queue.as_deref(),
                sid,
            },
            Self::Unsub(sid, max) => ClientFrame::Unsub { sid, max: *max },
            Self::Line(0, json) => ClientFrame::Connect(json),
            Self::Line(1, json) => ClientFrame::Info(json),
            Self::Line(_, text) => ClientFrame::Err(text),
            Self::Ping => ClientFrame::Ping,
            Self::Pong => ClientFrame::Pong,
            Self::Ok => ClientFrame::Ok,
        }
    }

    /// The server's counterpart, as far as there is one.
    fn server(&self) -> ServerFrame<'_> {
        match self {
            Self::Pub(subject, reply, header, payload) => ServerFrame::Msg(Message {
                subject,
                sid: b"7",
                reply: reply.as_deref(),
                header_len: header.unwrap_or(0).min(payload.len()),
                payload,
            }),
            Self::Sub(text, ..) | Self::Unsub(text, _) => ServerFrame::Err(text),
            Self::Line(_, json) => ServerFrame::Info(json),
            Self::Ping => ServerFrame::Ping,
            Self::Pong => ServerFrame::Pong,
            Self::Ok => ServerFrame::Ok,
        }
    }
}

fn frame() -> impl Strategy<Value = Owned> {
    let reply = || proptest::option::of(word());
    prop_oneof![
        4 => (word(), reply(), proptest::option::of(0..80usize), payload())
            .prop_map(|(subject, reply, header, payload)| Owned::Pub(subject, reply, header, payload)),
        2 => (word(), reply(), word()).prop_map(|(subject, queue, sid)| Owned::Sub(subject, queue, sid)),
        1 => (word(), proptest::option::of(1..=999_999_999u64))
            .prop_map(|(sid, max)| Owned::Unsub(sid, max)),
        1 => (0..3u8, json()).prop_map(|(kind, json)| Owned::Line(kind, json)),
        1 => Just(Owned::Ping),
        1 => Just(Owned::Pong),
        1 => Just(Owned::Ok),
    ]
}

/// Feeds `stream` in pieces, as a connection would, and calls `decode` until it wants more.
fn feed(stream: &[u8], cuts: &[usize], mut decode: impl FnMut(&[u8]) -> Option<usize>) -> usize {
    let mut ends: Vec<_> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
    ends.push(stream.len());
    ends.sort_unstable();
    let mut start = 0;
    for end in ends {
        while let Some(used) = decode(&stream[start..end]) {
            start += used;
        }
    }
    start
}

proptest! {
    #[test]
    fn frames_of_a_client_come_back_at_any_split(
        frames in vec(frame(), 0..12),
        cuts in vec(any::<usize>(), 0..24),
    ) {
        let mut stream = Vec::new();
        for frame in &frames {
            laws::put_client(&mut stream, frame.client());
        }
        let mut wanted = frames.iter();
        let used = feed(&stream, &cuts, |buf| {
            let (frame, used) = decode_client(buf, &Limits::default()).unwrap()?;
            assert_eq!(frame, wanted.next().unwrap().client());
            Some(used)
        });
        prop_assert_eq!(used, stream.len());
        prop_assert!(wanted.next().is_none());
    }

    #[test]
    fn frames_of_a_server_come_back_at_any_split(
        frames in vec(frame(), 0..12),
        cuts in vec(any::<usize>(), 0..24),
    ) {
        let mut stream = Vec::new();
        for frame in &frames {
            laws::put_server(&mut stream, frame.server());
        }
        let mut wanted = frames.iter();
        let used = feed(&stream, &cuts, |buf| {
            let (frame, used) = decode_server(buf, &Limits::CLIENT).unwrap()?;
            assert_eq!(frame, wanted.next().unwrap().server());
            Some(used)
        });
        prop_assert_eq!(used, stream.len());
        prop_assert!(wanted.next().is_none());
    }

    /// Bytes near the protocol reach deeper than bytes from nowhere.
    #[test]
    fn the_laws_hold_for_damaged_streams(
        frames in vec(frame(), 1..6),
        damage in vec((any::<usize>(), prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(b' ')]), 0..4),
    ) {
        let mut stream = Vec::new();
        for frame in &frames {
            laws::put_client(&mut stream, frame.client());
        }
        for (at, byte) in damage {
            let at = at % stream.len();
            stream[at] = byte;
        }
        laws::check_all(&stream);
    }

    #[test]
    fn the_laws_hold_for_any_bytes(stream in vec(any::<u8>(), 0..200)) {
        laws::check_all(&stream);
    }
}
