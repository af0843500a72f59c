//! The functions of the mapping language: their syntax, and what they do to a token.

use std::io::Write;

use super::fault;
use crate::{Error, Fault};

/// A call as written; an index is the number of a wildcard, from 1.
pub(super) enum Function {
    Wildcard(i64),
    Partition { count: u32, of: Vec<i64> },
    Random { count: u32 },
    Split { index: i64, separator: Box<[u8]> },
    Cut { cut: Cut, index: i64, len: usize },
}

/// A way to cut one token by length.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cut {
    SplitFromLeft,
    SplitFromRight,
    SliceFromLeft,
    SliceFromRight,
    Left,
    Right,
}

/// Makes a call of its arguments.
type Call = fn(&[&[u8]]) -> Result<Function, Fault>;

/// Names in which a large letter may also be small.
const FUNCTIONS: [(&str, Call); 10] = [
    ("Wildcard", wildcard),
    ("Partition", partition),
    ("SplitFromLeft", |args| cut(Cut::SplitFromLeft, args)),
    ("SplitFromRight", |args| cut(Cut::SplitFromRight, args)),
    ("SliceFromLeft", |args| cut(Cut::SliceFromLeft, args)),
    ("SliceFromRight", |args| cut(Cut::SliceFromRight, args)),
    ("Split", split_call),
    ("Left", |args| cut(Cut::Left, args)),
    ("Right", |args| cut(Cut::Right, args)),
    ("Random", random),
];

/// Reads a destination token; `None` when it is plain text.
pub(super) fn parse(token: &[u8]) -> Result<Option<Function>, Error> {
    if let [b'$', number @ ..] = token {
        return Ok(integer(number).map(Function::Wildcard));
    }
    if !looks_like_one(token) {
        return Ok(None);
    }
    for (name, call) in FUNCTIONS {
        if let Some(arguments) = arguments_of(name, token) {
            return call(&arguments).map(Some).map_err(|it| fault(it, token));
        }
    }
    Err(fault(Fault::UnknownFunction, token))
}

/// Whether a token is in double braces, with something inside.
pub(super) fn looks_like_one(token: &[u8]) -> bool {
    token.len() > 4 && token.starts_with(b"{{") && token.ends_with(b"}}")
}

/// What stands between the brackets of `{{name(..)}}` anywhere in the token, taken apart at commas.
fn arguments_of<'a>(name: &str, token: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let starts = token
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair == b"{{");
    let inside = starts
        .filter_map(|(at, _)| call_of(name, &token[at + 2..]))
        .next()?;
    let mut arguments: Vec<&[u8]> = inside.split(|b| *b == b',').collect();
    for argument in &mut arguments[1..] {
        *argument = argument.trim_ascii_start();
    }
    Some(arguments)
}

/// The longest `..` for which the text begins with `name(..)}}`, blanks allowed around name and brackets.
fn call_of<'a>(name: &str, text: &'a [u8]) -> Option<&'a [u8]> {
    let (found, rest) = text.trim_ascii_start().split_at_checked(name.len())?;
    let same = |(wanted, is): (u8, &u8)| {
        wanted == *is || wanted.is_ascii_uppercase() && wanted.to_ascii_lowercase() == *is
    };
    let inside = rest.trim_ascii_start().strip_prefix(b"(")?;
    let closes =
        |at: &usize| inside[*at] == b')' && inside[at + 1..].trim_ascii_start().starts_with(b"}}");
    let end = (0..inside.len()).rev().find(closes)?;
    name.bytes().zip(found).all(same).then_some(&inside[..end])
}

fn wildcard(arguments: &[&[u8]]) -> Result<Function, Fault> {
    match arguments {
        [b""] => Err(Fault::NotEnoughArguments),
        [index] => Ok(Function::Wildcard(argument(index)?)),
        _ => Err(Fault::TooManyArguments),
    }
}

fn partition(arguments: &[&[u8]]) -> Result<Function, Fault> {
    let (count, of) = arguments.split_first().ok_or(Fault::NotEnoughArguments)?;
    let count = small_argument(count)? as u32;
    let of = of
        .iter()
        .map(|index| argument(index))
        .collect::<Result<_, _>>()?;
    Ok(Function::Partition { count, of })
}

fn random(arguments: &[&[u8]]) -> Result<Function, Fault> {
    match arguments {
        [count] => Ok(Function::Random {
            count: small_argument(count)?.max(0) as u32,
        }),
        _ => Err(Fault::NotEnoughArguments),
    }
}

fn split_call(arguments: &[&[u8]]) -> Result<Function, Fault> {
    let [index, separator] = two(arguments)?;
    let index = argument(index)?;
    match separator.iter().any(|b| matches!(b, b' ' | b'.')) {
        true => Err(Fault::InvalidArgument),
        false => Ok(Function::Split {
            index,
            separator: separator.into(),
        }),
    }
}

fn cut(cut: Cut, arguments: &[&[u8]]) -> Result<Function, Fault> {
    let [index, len] = two(arguments)?;
    Ok(Function::Cut {
        cut,
        index: argument(index)?,
        len: small_argument(len)?.max(0) as usize,
    })
}

fn two<'a>(arguments: &[&'a [u8]]) -> Result<[&'a [u8]; 2], Fault> {
    match arguments {
        [first, second] => Ok([first, second]),
        [] | [_] => Err(Fault::NotEnoughArguments),
        _ => Err(Fault::TooManyArguments),
    }
}

fn argument(text: &[u8]) -> Result<i64, Fault> {
    let blank = |b: &u8| *b == b' ';
    let from = text.iter().position(|b| !blank(b)).unwrap_or(text.len());
    let to = text
        .iter()
        .rposition(|b| !blank(b))
        .map_or(from, |last| last + 1);
    integer(&text[from..to]).ok_or(Fault::InvalidArgument)
}

fn small_argument(text: &[u8]) -> Result<i32, Fault> {
    i32::try_from(argument(text)?).map_err(|_| Fault::InvalidArgument)
}

fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

impl Cut {
    /// Appends the pieces of `token`; all of it when `len` is 0 or reaches the other end.
    pub(super) fn write(self, token: &[u8], len: usize, out: &mut Vec<u8>) {
        if len == 0 || len >= token.len() {
            return out.extend_from_slice(token);
        }
        let (from_left, from_right) = (token.split_at(len), token.split_at(token.len() - len));
        match self {
            Self::Left => out.extend_from_slice(from_left.0),
            Self::Right => out.extend_from_slice(from_right.1),
            Self::SplitFromLeft => join([from_left.0, from_left.1], out),
            Self::SplitFromRight => join([from_right.0, from_right.1], out),
            Self::SliceFromLeft => join(token.chunks(len), out),
            Self::SliceFromRight => {
                let (odd, even) = token.split_at(token.len() % len);
                let odd = Some(odd).filter(|odd| !odd.is_empty());
                join(odd.into_iter().chain(even.chunks(len)), out);
            }
        }
    }
}

/// Appends what stands between separators, as tokens. Empty pieces vanish, except that two or more separators at the
/// start leave an empty token: the reference does so.
pub(super) fn split(token: &[u8], separator: &[u8], out: &mut Vec<u8>) {
    let pieces = pieces(token, separator);
    for (i, piece) in pieces.iter().enumerate() {
        out.extend_from_slice(piece);
        let next_is_whole = pieces.get(i + 1).is_some_and(|next| !next.is_empty());
        if next_is_whole && !(i == 0 && piece.is_empty()) {
            out.push(b'.');
        }
    }
}

/// An empty separator stands between any two characters.
fn pieces<'a>(token: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    if separator.is_empty() {
        return characters(token);
    }
    let (mut pieces, mut rest) = (Vec::new(), token);
    while let Some(at) = rest
        .windows(separator.len())
        .position(|window| window == separator)
    {
        pieces.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    pieces.push(rest);
    pieces
}

fn characters(token: &[u8]) -> Vec<&[u8]> {
    let mut characters = Vec::new();
    for chunk in token.utf8_chunks() {
        let valid = chunk.valid();
        characters.extend(
            valid
                .char_indices()
                .map(|(at, c)| &valid.as_bytes()[at..at + c.len_utf8()]),
        );
        characters.extend(chunk.invalid().chunks(1));
    }
    characters
}

pub(super) fn join<'a>(tokens: impl IntoIterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    for (i, token) in tokens.into_iter().enumerate() {
        if i > 0 {
            out.push(b'.');
        }
        out.extend_from_slice(token);
    }
}

/// The 32-bit FNV-1a hash of all pieces, one after the other.
pub(super) fn fnv1a<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> u32 {
    const OFFSET: u32 = 2_166_136_261;
    const PRIME: u32 = 16_777_619;
    let bytes = pieces.into_iter().flatten();
    bytes.fold(OFFSET, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(PRIME)
    })
}

pub(super) fn write_number(number: u32, out: &mut Vec<u8>) {
    let _ = write!(out, "{number}"); // writing to a vector can't fail
}
