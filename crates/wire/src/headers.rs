//! Header blocks: `NATS/1.0[ status[ description]]`, lines of `name: value`, an empty line.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::combinator::{eof, fail};
use nom::{IResult, Parser};

use crate::Error;
use crate::line::CRLF;

const VERSION: &[u8] = b"NATS/1.0";

/// A parsed header block. Order, case and repetition of names are kept; values lose the blanks around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headers<'a> {
    status: Option<u16>,
    description: &'a [u8],
    /// The lines of `name: value`, each well formed and with its CR LF.
    lines: &'a [u8],
}

impl<'a> Headers<'a> {
    /// Reads a whole block, from the version to the empty line.
    ///
    /// # Errors
    /// [`Error::BadHeaders`] with the line at fault.
    ///
    /// ```
    /// let block = b"NATS/1.0\r\nTrace: a\r\nTrace: b\r\n\r\n";
    /// let headers = midge_wire::Headers::parse(block)?;
    /// assert_eq!(headers.get("Trace"), Some(&b"a"[..]));
    /// assert!(headers.get_all("Trace").eq([b"a", b"b"]));
    /// # Ok::<(), midge_wire::Error>(())
    /// ```
    pub fn parse(block: &'a [u8]) -> Result<Self, Error> {
        let bad = |rest: &[u8]| Error::BadHeaders {
            at: block.len() - rest.len(),
        };
        let (rest, (status, description)) = status_line(block).map_err(|_| bad(block))?;
        let lines = rest;
        let mut rest = rest;
        while !rest.starts_with(CRLF) {
            (rest, _) = header_line(rest).map_err(|_| bad(rest))?;
        }
        if rest != CRLF {
            return Err(bad(&rest[CRLF.len()..]));
        }
        Ok(Self {
            status,
            description,
            lines: &lines[..lines.len() - rest.len()],
        })
    }

    pub(crate) fn parse_optional(block: &'a [u8]) -> Result<Option<Self>, Error> {
        (!block.is_empty()).then(|| Self::parse(block)).transpose()
    }

    /// The inline status, such as 503 for "no responders".
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The words behind the status, empty when there are none.
    pub fn description(&self) -> &'a [u8] {
        self.description
    }

    /// All names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let mut rest = self.lines;
        std::iter::from_fn(move || {
            let (next, pair) = header_line(rest).ok()?;
            rest = next;
            Some(pair)
        })
    }

    /// The first value under exactly this name.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.get_all(name).next()
    }

    /// All values under exactly this name, in their order.
    pub fn get_all<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.iter()
            .filter(move |(key, _)| *key == name.as_bytes())
            .map(|(_, value)| value)
    }
}

/// Writes a header block piece by piece.
///
/// ```
/// let mut block = midge_wire::HeadersBuilder::new();
/// block.append("Nats-Msg-Id", b"42")?;
/// assert_eq!(block.finish(), b"NATS/1.0\r\nNats-Msg-Id: 42\r\n\r\n");
/// # Ok::<(), midge_wire::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HeadersBuilder {
    /// Version and status line, then whole lines.
    block: Vec<u8>,
}

impl Default for HeadersBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl HeadersBuilder {
    /// A block without status.
    pub fn new() -> Self {
        let block = [VERSION, CRLF].concat();
        Self { block }
    }

    /// A block with an inline status.
    pub fn with_status(code: u16, description: &str) -> Self {
        let mut block = Vec::with_capacity(64);
        put_status_line(&mut block, code, description);
        Self { block }
    }

    /// Adds a line; a name may be given again.
    ///
    /// # Errors
    /// [`Error::BadHeaders`] when the name is empty or has a colon, or name or value have CR or LF.
    pub fn append(&mut self, name: &str, value: &[u8]) -> Result<&mut Self, Error> {
        let at = self.block.len();
        let breaks_line = |byte: &u8| matches!(byte, b'\r' | b'\n');
        if name.is_empty() || name.contains([':', '\r', '\n']) || value.iter().any(breaks_line) {
            return Err(Error::BadHeaders { at });
        }
        put_header_line(&mut self.block, name, value);
        Ok(self)
    }

    /// The whole block with its empty line.
    pub fn finish(mut self) -> Vec<u8> {
        self.block.extend_from_slice(CRLF);
        self.block
    }
}

/// Appends a block that is only a status and some lines: what a server answers by itself, as the 503
/// of a request nobody listens to. Names and values must be free of CR and LF.
pub fn status_block(dst: &mut Vec<u8>, code: u16, description: &str, extra: &[(&str, &[u8])]) {
    put_status_line(dst, code, description);
    for (name, value) in extra {
        put_header_line(dst, name, value);
    }
    dst.extend_from_slice(CRLF);
}

fn put_status_line(dst: &mut Vec<u8>, code: u16, description: &str) {
    debug_assert!(code <= 999, "a status has three digits");
    dst.extend_from_slice(VERSION);
    dst.push(b' ');
    // Always three digits: a status of fewer can't be read back.
    dst.extend([code / 100 % 10, code / 10 % 10, code % 10].map(|digit| b'0' + digit as u8));
    if !description.is_empty() {
        dst.push(b' ');
        dst.extend_from_slice(description.as_bytes());
    }
    dst.extend_from_slice(CRLF);
}

fn put_header_line(dst: &mut Vec<u8>, name: &str, value: &[u8]) {
    debug_assert!(!value.contains(&b'\n') && !name.contains(['\n', ':']));
    dst.extend_from_slice(name.as_bytes());
    dst.extend_from_slice(b": ");
    dst.extend_from_slice(value);
    dst.extend_from_slice(CRLF);
}

/// `NATS/1.0`, then nothing, or a blank and a status, or both and a description.
fn status_line(input: &[u8]) -> IResult<&[u8], (Option<u16>, &[u8])> {
    let (rest, (_, text, _)) = (tag(VERSION), take_while(within_line), tag(CRLF)).parse(input)?;
    match text.trim_ascii_end() {
        [] => Ok((rest, (None, &[]))),
        [b' ', status @ ..] => {
            let (description, code) = status_code(status)?;
            Ok((rest, (Some(code), description.trim_ascii())))
        }
        _ => fail().parse(input),
    }
}

/// Three digits, then nothing or a blank.
fn status_code(input: &[u8]) -> IResult<&[u8], u16> {
    let (rest, digits) = take_while_m_n(3, 3, |byte: u8| byte.is_ascii_digit()).parse(input)?;
    let (_, _) = alt((eof, tag(" "))).parse(rest)?;
    let code = digits
        .iter()
        .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    Ok((rest, code))
}

/// `name: value`. The blanks around the value aren't part of it.
fn header_line(input: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    let name = take_while1(|byte| within_line(byte) && byte != b':');
    let (rest, (name, _, value, _)) =
        (name, tag(":"), take_while(within_line), tag(CRLF)).parse(input)?;
    Ok((rest, (name, value.trim_ascii())))
}

fn within_line(byte: u8) -> bool {
    !matches!(byte, b'\r' | b'\n')
}
