//! `PUB subject [reply] size` and `HPUB subject [reply] header-size total-size`, each with its payload.

use crate::line::{self, CRLF, Fields, Limits, put_fields, put_number};
use crate::{Error, Headers};

/// A message on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publish<'a> {
    /// Where it goes. Not validated: this crate knows no subjects.
    pub subject: &'a [u8],
    /// Where an answer should go.
    pub reply: Option<&'a [u8]>,
    /// Whether it came as HPUB, which only a client that announced headers may send.
    pub is_hpub: bool,
    /// Length of the header block at the start of the payload; 0 for PUB and for HPUB with an empty one.
    /// `header_len <= payload.len()`
    pub header_len: usize,
    /// Header block and body, as they stand in the read buffer.
    pub payload: &'a [u8],
}

impl<'a> Publish<'a> {
    /// The header block, not yet parsed; empty when there is none.
    #[inline]
    pub fn header_block(&self) -> &'a [u8] {
        &self.payload[..self.header_len]
    }

    /// The parsed header block, `None` when there is none.
    ///
    /// # Errors
    /// [`Error::BadHeaders`] when the block doesn't follow its grammar. The reference forwards such a
    /// block untouched; so should whoever needs no header.
    pub fn headers(&self) -> Result<Option<Headers<'a>>, Error> {
        Headers::parse_optional(self.header_block())
    }

    /// The message without its header block.
    #[inline]
    pub fn body(&self) -> &'a [u8] {
        &self.payload[self.header_len..]
    }
}

/// Reads the arguments of PUB. The payload is left empty, its length comes beside.
#[inline(always)]
pub(crate) fn decode_pub<'a>(
    fields: &Fields<'a>,
    limits: &Limits,
) -> Result<(Publish<'a>, usize), Error> {
    const OP: &str = "PUB";
    let (subject, reply, total) = match *fields.as_slice() {
        [subject, total] => (subject, None, total),
        [subject, reply, total] => (subject, Some(reply), total),
        _ => return fields.refuse(OP),
    };
    let total = line::size(OP, total)?;
    line::check_sizes(0, total, limits)?;
    let publish = Publish {
        subject,
        reply,
        is_hpub: false,
        header_len: 0,
        payload: &[],
    };
    Ok((publish, total))
}

/// Reads the arguments of HPUB. The payload is left empty, its length comes beside.
#[inline(always)]
pub(crate) fn decode_hpub<'a>(
    fields: &Fields<'a>,
    limits: &Limits,
) -> Result<(Publish<'a>, usize), Error> {
    const OP: &str = "HPUB";
    let (subject, reply, header, total) = match *fields.as_slice() {
        [subject, header, total] => (subject, None, header, total),
        [subject, reply, header, total] => (subject, Some(reply), header, total),
        _ => return fields.refuse(OP),
    };
    let (header_len, total) = (line::size(OP, header)?, line::size(OP, total)?);
    line::check_sizes(header_len, total, limits)?;
    let publish = Publish {
        subject,
        reply,
        is_hpub: true,
        header_len,
        payload: &[],
    };
    Ok((publish, total))
}

/// Appends `PUB subject [reply] size`, the payload and its CR LF.
pub fn publish(dst: &mut Vec<u8>, subject: &[u8], reply: Option<&[u8]>, payload: &[u8]) {
    dst.extend_from_slice(b"PUB");
    put_fields(dst, &[subject]);
    put_fields(dst, reply.as_slice());
    dst.push(b' ');
    put_number(dst, payload.len());
    put_payload(dst, &[payload]);
}

/// Appends `HPUB subject [reply] header-size total-size`, header block, body and CR LF.
pub fn hpub(
    dst: &mut Vec<u8>,
    subject: &[u8],
    reply: Option<&[u8]>,
    header_block: &[u8],
    body: &[u8],
) {
    dst.extend_from_slice(b"HPUB");
    put_fields(dst, &[subject]);
    put_fields(dst, reply.as_slice());
    dst.push(b' ');
    put_number(dst, header_block.len());
    dst.push(b' ');
    put_number(dst, header_block.len() + body.len());
    put_payload(dst, &[header_block, body]);
}

fn put_payload(dst: &mut Vec<u8>, parts: &[&[u8]]) {
    dst.extend_from_slice(CRLF);
    for part in parts {
        dst.extend_from_slice(part);
    }
    dst.extend_from_slice(CRLF);
}
