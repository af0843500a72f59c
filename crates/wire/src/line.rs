//! The control line: a verb, blanks, arguments, LF. What all operations share is here.

use memchr::memchr;
use nom::bytes::complete::{take_while, take_while1};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::Error;

/// CR LF, which ends every line we write and every payload.
pub(crate) const CRLF: &[u8] = b"\r\n";

/// Sizes with more digits are refused, as the reference does, even when the excess is zeros.
const SIZE_DIGITS_MAX: usize = 9;

/// No operation takes more arguments than this (`HMSG` and its reply).
const FIELDS_MAX: usize = 5;

/// What a peer may make us buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest argument text of a control line: from the first byte after the verb and its blanks up to
    /// the line's end, which doesn't count. The same number bounds the blanks between verb and
    /// arguments, so an unfinished line never holds more than twice this.
    pub max_control_line: usize,
    /// Longest payload, header block included.
    pub max_payload: usize,
}

impl Limits {
    /// What a client should grant its server, whose INFO lines grow with the cluster and whose
    /// `max_payload` is known only after the first of them.
    pub const CLIENT: Self = Self {
        max_control_line: 1 << 20,
        max_payload: 64 << 20,
    };
}

impl Default for Limits {
    /// The reference server's defaults.
    fn default() -> Self {
        Self {
            max_control_line: 4096,
            max_payload: 1 << 20,
        }
    }
}

/// A complete control line behind its verb.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// Without the blanks in front and the line's end.
    pub(crate) args: &'a [u8],
    /// Where the next byte after the LF is, in the buffer that was given.
    pub(crate) end: usize,
}

/// The line whose verb ends at `verb_end`; `None` while its LF has not arrived.
#[inline]
pub(crate) fn line<'a>(
    buf: &'a [u8],
    verb_end: usize,
    limits: &Limits,
) -> Result<Option<Line<'a>>, Error> {
    let rest = &buf[verb_end..];
    let lf = memchr(b'\n', rest);
    let text = &rest[..lf.unwrap_or(rest.len())];
    let args = skip_blanks(text);
    let blanks = text.len() - args.len();
    let args = args.strip_suffix(b"\r").unwrap_or(args);
    let (len, max) = (args.len().max(blanks), limits.max_control_line);
    if len > max {
        return Err(Error::ControlLineTooLong { len, max });
    }
    Ok(lf.map(|lf| Line {
        args,
        end: verb_end + lf + 1,
    }))
}

/// The arguments of one operation, split at blanks.
pub(crate) struct Fields<'a> {
    items: [&'a [u8]; FIELDS_MAX],
    count: usize,
}

impl<'a> Fields<'a> {
    /// Splits at blanks and tabs: the rule of the operations that carry a payload.
    #[inline]
    pub(crate) fn split(args: &'a [u8]) -> Self {
        Self::split_by(args, is_blank)
    }

    /// The same; no name may hold a CR.
    pub(crate) fn split_without_cr(op: &'static str, args: &'a [u8]) -> Result<Self, Error> {
        let fields = Self::split(args);
        let names = fields
            .as_slice()
            .split_last()
            .map_or(&[][..], |(_, names)| names);
        match names.iter().any(|name| name.contains(&b'\r')) {
            true => Err(Error::CrInside { op }),
            false => Ok(fields),
        }
    }

    /// A line as programs write it: single blanks, CR LF, no control byte inside. Found in one pass,
    /// with its length; `None` for all other lines, which [`line`] and [`Fields::split`] then read.
    ///
    /// Inlined by force, as its few callers are: behind calls the same code takes 25 ns, not 13.
    #[inline(always)]
    pub(crate) fn plain(text: &'a [u8], limits: &Limits) -> Option<(Self, usize)> {
        let mut fields = Self {
            items: [&[]; FIELDS_MAX],
            count: 0,
        };
        let mut rest = text;
        while fields.count < FIELDS_MAX {
            let word = plain_word(rest);
            rest = &rest[word.len()..];
            fields.items[fields.count] = word;
            fields.count += 1;
            match rest {
                _ if word.is_empty() => return None,
                [b' ', next @ ..] => rest = next,
                [b'\r', b'\n', next @ ..] => {
                    let end = text.len() - next.len();
                    let fits = end - CRLF.len() <= limits.max_control_line;
                    return fits.then_some((fields, end));
                }
                _ => return None,
            }
        }
        None
    }

    /// Splits also at a CR inside the line: the reference's rule for SUB and UNSUB.
    pub(crate) fn split_at_cr_too(args: &'a [u8]) -> Self {
        Self::split_by(args, |byte| is_blank(byte) || byte == b'\r')
    }

    #[inline]
    fn split_by(mut args: &'a [u8], blank: impl Fn(u8) -> bool + Copy) -> Self {
        let mut fields = Self {
            items: [&[]; FIELDS_MAX],
            count: 0,
        };
        while fields.count < FIELDS_MAX
            && let Ok((rest, item)) = token(args, blank)
        {
            fields.items[fields.count] = item;
            fields.count += 1;
            args = rest;
        }
        fields
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[&'a [u8]] {
        &self.items[..self.count]
    }

    /// The error for a number of arguments that `op` doesn't take.
    #[cold]
    pub(crate) fn refuse<T>(&self, op: &'static str) -> Result<T, Error> {
        let count = self.count;
        Err(Error::WrongArgs { op, count })
    }
}

/// The bytes up to the first blank, control byte or end of `text`, found eight at a time.
///
/// For names: what ends one early here (a control byte inside) is left to [`Fields`].
#[inline]
fn plain_word(text: &[u8]) -> &[u8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = ONES << 7;
    let mut at = 0;
    while let Some(eight) = text[at..].first_chunk::<8>() {
        let eight = u64::from_le_bytes(*eight);
        // The lowest of these bits is exact: it marks the first byte of ' ' or less.
        let small = eight.wrapping_sub(ONES * (b' ' as u64 + 1)) & !eight & HIGHS;
        if small != 0 {
            return &text[..at + small.trailing_zeros() as usize / 8];
        }
        at += 8;
    }
    let rest = text[at..].iter().take_while(|byte| **byte > b' ').count();
    &text[..at + rest]
}

/// A size: one to nine decimal digits and nothing else.
#[inline]
pub(crate) fn size(op: &'static str, digits: &[u8]) -> Result<usize, Error> {
    match number(digits) {
        Some(size) => Ok(size as usize),
        None => Err(Error::BadSize { op }),
    }
}

/// One to nine decimal digits, so that the value always fits.
#[inline]
pub(crate) fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > SIZE_DIGITS_MAX {
        return None;
    }
    digits.iter().try_fold(0, |value, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit <= 9).then(|| value * 10 + u32::from(digit))
    })
}

/// The payload of `len` bytes at `at` and where the next frame begins; `None` until CR LF is there too.
#[inline]
pub(crate) fn payload(buf: &[u8], at: usize, len: usize) -> Result<Option<(&[u8], usize)>, Error> {
    let rest = &buf[at..];
    match rest.get(len..) {
        Some([b'\r', b'\n', ..]) => Ok(Some((&rest[..len], at + len + CRLF.len()))),
        None | Some([] | [b'\r']) => Ok(None),
        Some(_) => Err(Error::PayloadNotTerminated { len }),
    }
}

/// Header length and total length of a message, checked against each other and the limit.
#[inline]
pub(crate) fn check_sizes(header: usize, total: usize, limits: &Limits) -> Result<(), Error> {
    if header > total {
        return Err(Error::HeaderLargerThanTotal { header, total });
    }
    let max = limits.max_payload;
    if total > max {
        return Err(Error::PayloadTooLarge { len: total, max });
    }
    Ok(())
}

/// Whether these bytes can be one field of a control line, as a subject, a reply or a sid has to be.
#[must_use]
pub fn is_field(bytes: &[u8]) -> bool {
    // Without an early end the loop is a few vector instructions.
    let ends = |found: bool, byte: &u8| found | matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    !bytes.is_empty() && !bytes.iter().fold(false, ends)
}

/// Appends a number in decimal.
#[inline]
pub(crate) fn put_number(dst: &mut Vec<u8>, number: usize) {
    dst.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends each of `fields` with a blank in front.
#[inline]
pub(crate) fn put_fields(dst: &mut Vec<u8>, fields: &[&[u8]]) {
    for field in fields {
        dst.push(b' ');
        dst.extend_from_slice(field);
    }
}

#[inline]
fn token(args: &[u8], blank: impl Fn(u8) -> bool + Copy) -> IResult<&[u8], &[u8]> {
    preceded(take_while(blank), take_while1(move |byte| !blank(byte))).parse_complete(args)
}

#[inline]
fn skip_blanks(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

#[inline]
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
