//! From a client's bytes to frames.

use nom::branch::alt;
use nom::bytes::streaming::tag_no_case;
use nom::character::streaming::one_of;
use nom::combinator::{peek, value};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use crate::line::{self, CRLF, Fields, Limits};
use crate::publish::{decode_hpub, decode_pub};
use crate::subscribe::{decode_sub, decode_unsub};
use crate::{Error, Publish};

/// What a client sends to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientFrame<'a> {
    /// Who it is and what it can do; the JSON is for [`Connect::parse`](crate::Connect::parse).
    Connect(&'a [u8]),
    /// A message, by PUB or HPUB.
    Pub(Publish<'a>),
    /// Interest in a subject.
    Sub {
        /// The filter, not validated.
        subject: &'a [u8],
        /// The queue group that shares the messages.
        queue: Option<&'a [u8]>,
        /// The client's name for this subscription.
        sid: &'a [u8],
    },
    /// The end of a subscription, now or after `max` messages.
    Unsub {
        /// The client's name for the subscription.
        sid: &'a [u8],
        /// Messages it still wants, counted from the SUB; never `Some(0)`.
        max: Option<u64>,
    },
    /// Asks for a PONG.
    Ping,
    /// Answers a PING.
    Pong,
    /// Accepted from everybody, means nothing.
    Ok,
    /// A complaint; text as it came, quotes included.
    Err(&'a [u8]),
    /// JSON that a client has no use to send; the reference reads and ignores it.
    Info(&'a [u8]),
}

/// Reads the frame at the head of `buf` and says how many bytes it took; `None` when more are needed.
///
/// The frame borrows from `buf`. After an error the connection can't be resumed: no length is known.
///
/// # Errors
/// Any [`Error`] but `BadJson` and `BadHeaders`, as soon as the bytes seen can't become a frame.
///
/// ```
/// use midge_wire::{ClientFrame, Limits, decode_client};
///
/// let buf = b"PING\r\nPUB greet 5\r\nhel";
/// let (frame, used) = decode_client(buf, &Limits::default())?.unwrap();
/// assert_eq!((frame, used), (ClientFrame::Ping, 6));
/// assert_eq!(decode_client(&buf[used..], &Limits::default())?, None);
/// # Ok::<(), midge_wire::Error>(())
/// ```
#[inline]
pub fn decode_client<'a>(
    buf: &'a [u8],
    limits: &Limits,
) -> Result<Option<(ClientFrame<'a>, usize)>, Error> {
    let Some(head) = head(buf, limits)? else {
        return Ok(None);
    };
    let (ClientFrame::Pub(publish), Some(len)) = (head.frame, head.payload_len) else {
        return Ok(Some((head.frame, head.end)));
    };
    let payload = line::payload(buf, head.end, len)?;
    Ok(payload.map(|(payload, end)| (ClientFrame::Pub(Publish { payload, ..publish }), end)))
}

/// The length of the whole frame at the head of `buf`, known as soon as its control line is there.
///
/// Lets a reader reserve exactly what a large message needs.
///
/// # Errors
/// As [`decode_client`], but for the end of the payload, which isn't looked at.
pub fn frame_len(buf: &[u8], limits: &Limits) -> Result<Option<usize>, Error> {
    let head = head(buf, limits)?;
    Ok(head.map(|head| head.end + head.payload_len.map_or(0, |len| len + CRLF.len())))
}

/// A frame whose control line is complete and whose payload isn't attached yet.
struct Head<'a> {
    frame: ClientFrame<'a>,
    /// Where the control line ends.
    end: usize,
    /// Set for the operations that have a payload.
    payload_len: Option<usize>,
}

#[inline]
fn head<'a>(buf: &'a [u8], limits: &Limits) -> Result<Option<Head<'a>>, Error> {
    if let Some(plain) = plain_publish(buf, limits)? {
        return Ok(Some(plain));
    }
    let (verb, verb_end) = match verb(buf) {
        Ok((rest, verb)) => (verb, buf.len() - rest.len()),
        Err(nom::Err::Incomplete(_)) => return Ok(None),
        Err(_) => return Err(Error::UnknownOp),
    };
    let Some(line) = line::line(buf, verb_end, limits)? else {
        return Ok(None);
    };
    let (frame, payload_len) = match verb {
        Verb::Pub => with_len(decode_pub(
            &Fields::split_without_cr("PUB", line.args)?,
            limits,
        )?),
        Verb::Hpub => with_len(decode_hpub(
            &Fields::split_without_cr("HPUB", line.args)?,
            limits,
        )?),
        Verb::Sub => (decode_sub(line.args)?, None),
        Verb::Unsub => (decode_unsub(line.args)?, None),
        Verb::Ping => (ClientFrame::Ping, None),
        Verb::Pong => (ClientFrame::Pong, None),
        Verb::Connect => (ClientFrame::Connect(line.args), None),
        Verb::Ok => (ClientFrame::Ok, None),
        Verb::Err => (ClientFrame::Err(line.args), None),
        Verb::Info => (ClientFrame::Info(line.args), None),
    };
    Ok(Some(Head {
        frame,
        end: line.end,
        payload_len,
    }))
}

/// PUB and HPUB as clients write them; `None` when the line is unusual, unfinished or something else.
#[inline(always)]
fn plain_publish<'a>(buf: &'a [u8], limits: &Limits) -> Result<Option<Head<'a>>, Error> {
    let (is_hpub, verb_len) = match buf {
        [b'P', b'U', b'B', b' ', ..] => (false, "PUB ".len()),
        [b'H', b'P', b'U', b'B', b' ', ..] => (true, "HPUB ".len()),
        _ => return Ok(None),
    };
    let Some((fields, len)) = Fields::plain(&buf[verb_len..], limits) else {
        return Ok(None);
    };
    let (frame, payload_len) = with_len(if is_hpub {
        decode_hpub(&fields, limits)?
    } else {
        decode_pub(&fields, limits)?
    });
    Ok(Some(Head {
        frame,
        end: verb_len + len,
        payload_len,
    }))
}

#[inline]
fn with_len((publish, len): (Publish<'_>, usize)) -> (ClientFrame<'_>, Option<usize>) {
    (ClientFrame::Pub(publish), Some(len))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Pub,
    Hpub,
    Sub,
    Unsub,
    Ping,
    Pong,
    Connect,
    Ok,
    Err,
    Info,
}

/// The verb at the head of `buf`, busiest first. nom's streaming mode tells a prefix from a mistake.
///
/// A blank must follow where the reference wants one; after the others anything may follow, which is
/// why `PINGX` is a PING and `CONNECT{}` a CONNECT.
#[inline]
fn verb(buf: &[u8]) -> IResult<&[u8], Verb, ()> {
    let blank = || peek(one_of(" \t"));
    alt((
        value(Verb::Pub, terminated(tag_no_case("PUB"), blank())),
        value(Verb::Hpub, terminated(tag_no_case("HPUB"), blank())),
        value(Verb::Ping, tag_no_case("PING")),
        value(Verb::Pong, tag_no_case("PONG")),
        value(Verb::Sub, terminated(tag_no_case("SUB"), blank())),
        value(Verb::Unsub, terminated(tag_no_case("UNSUB"), blank())),
        value(Verb::Connect, tag_no_case("CONNECT")),
        value(Verb::Ok, tag_no_case("+OK")),
        value(Verb::Err, terminated(tag_no_case("-ERR"), blank())),
        value(Verb::Info, tag_no_case("INFO")),
    ))
    .parse(buf)
}
