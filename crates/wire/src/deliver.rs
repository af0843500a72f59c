//! `MSG subject sid [reply] size` and `HMSG subject sid [reply] header-size total-size`, with payload.

use crate::line::{self, CRLF, Fields, Limits, put_number};
use crate::{Error, Headers};

/// A message on its way out: what a subscriber gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Where it was published.
    pub subject: &'a [u8],
    /// The subscription it answers, as the subscriber named it.
    pub sid: &'a [u8],
    /// Where an answer should go.
    pub reply: Option<&'a [u8]>,
    /// Length of the header block at the start of the payload; 0 for MSG.
    /// `header_len <= payload.len()`
    pub header_len: usize,
    /// Header block and body, as they stand in the read buffer.
    pub payload: &'a [u8],
}

impl<'a> Message<'a> {
    /// The header block, not yet parsed; empty when there is none.
    #[inline]
    pub fn header_block(&self) -> &'a [u8] {
        &self.payload[..self.header_len]
    }

    /// The parsed header block, `None` when there is none.
    ///
    /// # Errors
    /// [`Error::BadHeaders`] when the block doesn't follow its grammar.
    pub fn headers(&self) -> Result<Option<Headers<'a>>, Error> {
        Headers::parse_optional(self.header_block())
    }

    /// The message without its header block.
    #[inline]
    pub fn body(&self) -> &'a [u8] {
        &self.payload[self.header_len..]
    }
}

/// Reads the arguments of MSG. The payload is left empty, its length comes beside.
pub(crate) fn decode_msg<'a>(
    args: &'a [u8],
    limits: &Limits,
) -> Result<(Message<'a>, usize), Error> {
    const OP: &str = "MSG";
    let fields = Fields::split(args);
    let (subject, sid, reply, total) = match *fields.as_slice() {
        [subject, sid, total] => (subject, sid, None, total),
        [subject, sid, reply, total] => (subject, sid, Some(reply), total),
        _ => return fields.refuse(OP),
    };
    let total = line::size(OP, total)?;
    line::check_sizes(0, total, limits)?;
    let message = Message {
        subject,
        sid,
        reply,
        header_len: 0,
        payload: &[],
    };
    Ok((message, total))
}

/// Reads the arguments of HMSG. The payload is left empty, its length comes beside.
pub(crate) fn decode_hmsg<'a>(
    args: &'a [u8],
    limits: &Limits,
) -> Result<(Message<'a>, usize), Error> {
    const OP: &str = "HMSG";
    let fields = Fields::split(args);
    let (subject, sid, reply, header, total) = match *fields.as_slice() {
        [subject, sid, header, total] => (subject, sid, None, header, total),
        [subject, sid, reply, header, total] => (subject, sid, Some(reply), header, total),
        _ => return fields.refuse(OP),
    };
    let (header_len, total) = (line::size(OP, header)?, line::size(OP, total)?);
    line::check_sizes(header_len, total, limits)?;
    let message = Message {
        subject,
        sid,
        reply,
        header_len,
        payload: &[],
    };
    Ok((message, total))
}

/// Appends the control line of a delivery with its CR LF; payload and second CR LF are the caller's.
///
/// With `header_len` it is HMSG, else MSG. `total_len` counts header block and body.
#[inline]
pub fn msg(
    dst: &mut Vec<u8>,
    subject: &[u8],
    sid: &[u8],
    reply: Option<&[u8]>,
    header_len: Option<usize>,
    total_len: usize,
) {
    debug_assert!(line::is_field(subject) && reply.is_none_or(line::is_field));
    const VERB_SIZES_AND_BLANKS: usize = "HMSG".len() + 2 * 20 + 5 + CRLF.len();
    dst.reserve(subject.len() + sid.len() + reply.map_or(0, <[u8]>::len) + VERB_SIZES_AND_BLANKS);
    dst.extend_from_slice(if header_len.is_some() {
        b"HMSG "
    } else {
        b"MSG "
    });
    dst.extend_from_slice(subject);
    dst.push(b' ');
    dst.extend_from_slice(sid);
    dst.push(b' ');
    if let Some(reply) = reply {
        dst.extend_from_slice(reply);
        dst.push(b' ');
    }
    if let Some(header_len) = header_len {
        put_number(dst, header_len);
        dst.push(b' ');
    }
    put_number(dst, total_len);
    dst.extend_from_slice(CRLF);
}
