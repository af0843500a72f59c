//! From a server's bytes to frames: the client author's side.

use nom::branch::alt;
use nom::bytes::streaming::tag_no_case;
use nom::character::streaming::one_of;
use nom::combinator::{peek, value};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use crate::deliver::{decode_hmsg, decode_msg};
use crate::line::{self, Limits};
use crate::{Error, Message};

/// What a server sends to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerFrame<'a> {
    /// Who the server is; the JSON is for [`Info::parse`](crate::Info::parse).
    Info(&'a [u8]),
    /// A delivery, by MSG or HMSG.
    Msg(Message<'a>),
    /// Asks for a PONG.
    Ping,
    /// Answers a PING.
    Pong,
    /// A verbose client's line was accepted.
    Ok,
    /// A complaint, without its quotes.
    Err(&'a [u8]),
}

/// Reads the frame at the head of `buf` and says how many bytes it took; `None` when more are needed.
///
/// Give [`Limits::CLIENT`] unless the server's INFO tells better.
///
/// # Errors
/// As [`decode_client`](crate::decode_client).
pub fn decode_server<'a>(
    buf: &'a [u8],
    limits: &Limits,
) -> Result<Option<(ServerFrame<'a>, usize)>, Error> {
    let (verb, verb_end) = match verb(buf) {
        Ok((rest, verb)) => (verb, buf.len() - rest.len()),
        Err(nom::Err::Incomplete(_)) => return Ok(None),
        Err(_) => return Err(Error::UnknownOp),
    };
    let Some(line) = line::line(buf, verb_end, limits)? else {
        return Ok(None);
    };
    let (message, len) = match verb {
        Verb::Msg => decode_msg(line.args, limits)?,
        Verb::Hmsg => decode_hmsg(line.args, limits)?,
        Verb::Ping => return Ok(Some((ServerFrame::Ping, line.end))),
        Verb::Pong => return Ok(Some((ServerFrame::Pong, line.end))),
        Verb::Ok => return Ok(Some((ServerFrame::Ok, line.end))),
        Verb::Err => return Ok(Some((ServerFrame::Err(unquote(line.args)), line.end))),
        Verb::Info => return Ok(Some((ServerFrame::Info(line.args), line.end))),
    };
    let payload = line::payload(buf, line.end, len)?;
    Ok(payload.map(|(payload, end)| (ServerFrame::Msg(Message { payload, ..message }), end)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Msg,
    Hmsg,
    Ping,
    Pong,
    Ok,
    Err,
    Info,
}

fn verb(buf: &[u8]) -> IResult<&[u8], Verb, ()> {
    let blank = || peek(one_of(" \t"));
    alt((
        value(Verb::Msg, terminated(tag_no_case("MSG"), blank())),
        value(Verb::Hmsg, terminated(tag_no_case("HMSG"), blank())),
        value(Verb::Ping, tag_no_case("PING")),
        value(Verb::Pong, tag_no_case("PONG")),
        value(Verb::Ok, tag_no_case("+OK")),
        value(Verb::Err, terminated(tag_no_case("-ERR"), blank())),
        value(Verb::Info, tag_no_case("INFO")),
    ))
    .parse(buf)
}

/// The text of an `-ERR` without the quotes around it.
fn unquote(text: &[u8]) -> &[u8] {
    match text {
        [b'\'', inner @ .., b'\''] => inner,
        _ => text,
    }
}
