//! `SUB subject [queue] sid` and `UNSUB sid [max]`.

use crate::line::{self, CRLF, Fields, put_fields, put_number};
use crate::{ClientFrame, Error};

pub(crate) fn decode_sub(args: &[u8]) -> Result<ClientFrame<'_>, Error> {
    let fields = Fields::split_at_cr_too(args);
    let (subject, queue, sid) = match *fields.as_slice() {
        [subject, sid] => (subject, None, sid),
        [subject, queue, sid] => (subject, Some(queue), sid),
        _ => return fields.refuse("SUB"),
    };
    Ok(ClientFrame::Sub {
        subject,
        queue,
        sid,
    })
}

/// A maximum that isn't a positive number of at most nine digits is no error: the reference then
/// unsubscribes at once, as if none had been given.
pub(crate) fn decode_unsub(args: &[u8]) -> Result<ClientFrame<'_>, Error> {
    let fields = Fields::split_at_cr_too(args);
    let (sid, max) = match *fields.as_slice() {
        [sid] => (sid, None),
        [sid, max] => (sid, line::number(max)),
        _ => return fields.refuse("UNSUB"),
    };
    let max = max.filter(|max| *max > 0).map(u64::from);
    Ok(ClientFrame::Unsub { sid, max })
}

/// Appends `SUB subject [queue] sid`.
pub fn sub(dst: &mut Vec<u8>, subject: &[u8], queue: Option<&[u8]>, sid: &[u8]) {
    dst.extend_from_slice(b"SUB");
    put_fields(dst, &[subject]);
    put_fields(dst, queue.as_slice());
    put_fields(dst, &[sid]);
    dst.extend_from_slice(CRLF);
}

/// Appends `UNSUB sid [max]`.
pub fn unsub(dst: &mut Vec<u8>, sid: &[u8], max: Option<u64>) {
    dst.extend_from_slice(b"UNSUB");
    put_fields(dst, &[sid]);
    if let Some(max) = max {
        dst.push(b' ');
        put_number(dst, max as usize);
    }
    dst.extend_from_slice(CRLF);
}
