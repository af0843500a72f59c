//! Transforms: one filter's subjects rewritten into another shape.
//!
//! A [`Transform`] has a source (`orders.*.*`) and a destination (`eu.$2.{{partition(8,1)}}`). Compiling turns each
//! destination token into a [`Part`], which needs only the tokens of a subject; so nothing is parsed per message.
//!
//! | token | becomes |
//! |---|---|
//! | `$1`, `{{wildcard(1)}}` | what the first `*` of the source matched |
//! | `{{partition(n,1,2)}}` | 0 to n-1, by the 32-bit FNV-1a hash of these wildcards, of the whole subject if none is named |
//! | `{{random(n)}}` | 0 to n-1 |
//! | `{{split(1,-)}}` | the wildcard's tokens between `-` |
//! | `{{splitFromLeft(1,n)}}`, `{{splitFromRight(1,n)}}` | two tokens, cut n bytes from that end |
//! | `{{sliceFromLeft(1,n)}}`, `{{sliceFromRight(1,n)}}` | tokens of n bytes, counted from that end |
//! | `{{left(1,n)}}`, `{{right(1,n)}}` | the n bytes at that end |
//! | `>` | all that the source's `>` matched |
//!
//! The first letter of each word of a function's name may be large or small. An index of 0 or less means the
//! subject's first token; with a source that has no wildcard, `partition` hashes the whole subject. Both are how the
//! protocol's reference behaves, not how one would design it.

mod function;
mod mapping;

use smallvec::SmallVec;

pub use mapping::{Destination, Mapped, Mapping, Mappings};

use crate::{
    Error, Fault, is_subset,
    token::{STAR, TAIL, is_well_formed, tokens, white_space},
};
use function::{Cut, Function};

/// Rewrites the subjects of one filter.
#[derive(Debug, Clone)]
pub struct Transform {
    source: Box<[u8]>,
    destination: Box<[u8]>,
    parts: Vec<Part>,
}

/// Where one token of the destination comes from; numbers are tokens of the subject, from 0.
#[derive(Debug, Clone)]
enum Part {
    Text(Box<[u8]>),
    Token(usize),
    /// This token and all that follow.
    Rest(usize),
    /// No tokens: the whole subject.
    Partition {
        count: u32,
        of: Vec<usize>,
    },
    Random {
        count: u32,
    },
    Split {
        token: usize,
        separator: Box<[u8]>,
    },
    Cut {
        cut: Cut,
        token: usize,
        len: usize,
    },
}

impl Transform {
    /// Compiles a transform; an empty source means `>`.
    ///
    /// A strict one must be reversible, as imports need it: `$n` and `{{wildcard(n)}}` are its only functions, and it
    /// names at least as many wildcards as its source has.
    pub fn new(source: &[u8], destination: &[u8], strict: bool) -> Result<Self, Error> {
        let source = if source.is_empty() { TAIL } else { source };
        if !is_well_formed(source) || white_space(source).is_some() {
            return Err(Error::TransformSubject);
        }
        check_destination(destination)?;
        let has_star = tokens(destination).any(|token| token == STAR);
        if has_star || ends_in_tail(source) != ends_in_tail(destination) {
            return Err(Error::TransformSubject);
        }
        let wildcards = Wildcards::of(source);
        let parts = tokens(destination).map(|token| wildcards.part(token, strict));
        let parts: Vec<Part> = parts.collect::<Result<_, _>>()?;
        let named = parts.iter().filter(|part| matches!(part, Part::Token(_)));
        if strict && named.count() < wildcards.stars.len() {
            return Err(fault(Fault::UnusedWildcards, destination));
        }
        Ok(Self {
            source: source.into(),
            destination: destination.into(),
            parts,
        })
    }

    /// A filter that matches every subject which this can make.
    pub fn reach(&self) -> Vec<u8> {
        let mut reach = Vec::new();
        for part in &self.parts {
            if !reach.is_empty() {
                reach.push(b'.');
            }
            match part {
                Part::Text(text) => reach.extend_from_slice(text),
                Part::Token(_) | Part::Partition { .. } | Part::Random { .. } => reach.push(b'*'),
                // Any number of tokens, so what follows them may be anywhere.
                Part::Rest(_) | Part::Split { .. } | Part::Cut { .. } => {
                    reach.push(b'>');
                    break;
                }
            }
        }
        reach
    }

    /// Whose subjects are rewritten.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// What they become, as it was written.
    pub fn destination(&self) -> &[u8] {
        &self.destination
    }

    /// Appends the rewritten subject to `out`; `false`, and nothing is appended, when the source doesn't match.
    ///
    /// The result may have an empty token (a `split` of nothing but separators), and then matches nobody. `rng` is
    /// asked once per `{{random(n)}}`.
    pub fn apply(&self, subject: &[u8], rng: &mut impl FnMut() -> u64, out: &mut Vec<u8>) -> bool {
        if !is_subset(subject, &self.source) {
            return false;
        }
        let tokens: SmallVec<[&[u8]; 16]> = tokens(subject).collect();
        for (i, part) in self.parts.iter().enumerate() {
            if i > 0 {
                out.push(b'.');
            }
            part.write(subject, &tokens, rng, out);
        }
        true
    }
}

impl Part {
    fn write(
        &self,
        subject: &[u8],
        tokens: &[&[u8]],
        rng: &mut impl FnMut() -> u64,
        out: &mut Vec<u8>,
    ) {
        match self {
            Self::Text(text) => out.extend_from_slice(text),
            Self::Token(at) => out.extend_from_slice(tokens[*at]),
            Self::Rest(from) => function::join(tokens[*from..].iter().copied(), out),
            Self::Partition { count, of } => {
                let hash = match of.as_slice() {
                    [] => function::fnv1a([subject]),
                    of => function::fnv1a(of.iter().map(|at| tokens[*at])),
                };
                function::write_number(hash.checked_rem(*count).unwrap_or(0), out);
            }
            Self::Random { count } => {
                let number = if *count == 0 {
                    0
                } else {
                    rng() % u64::from(*count)
                };
                function::write_number(number as u32, out);
            }
            Self::Split { token, separator } => function::split(tokens[*token], separator, out),
            Self::Cut { cut, token, len } => cut.write(tokens[*token], *len, out),
        }
    }
}

/// Where the wildcards of a source stand.
struct Wildcards {
    /// The positions of its `*`.
    stars: Vec<usize>,
    /// The position of its `>`, if it ends in one.
    tail: Option<usize>,
}

impl Wildcards {
    fn of(source: &[u8]) -> Self {
        let places = |wanted| {
            tokens(source)
                .enumerate()
                .filter(move |(_, token)| *token == wanted)
                .map(|(i, _)| i)
        };
        Self {
            stars: places(STAR).collect(),
            tail: places(TAIL).next(),
        }
    }

    /// Compiles one token of the destination.
    fn part(&self, token: &[u8], strict: bool) -> Result<Part, Error> {
        if let (TAIL, Some(tail)) = (token, self.tail) {
            return Ok(Part::Rest(tail));
        }
        let Some(function) = function::parse(token)? else {
            return Ok(Part::Text(token.into()));
        };
        let place = |index| self.place(index, token);
        Ok(match function {
            Function::Wildcard(index) => Part::Token(place(index)?),
            Function::Partition { count, .. } if self.is_empty() => Part::Partition {
                count,
                of: Vec::new(),
            },
            _ if strict && !self.is_empty() => return Err(fault(Fault::NotReversible, token)),
            Function::Partition { count, of } => Part::Partition {
                count,
                of: of.into_iter().map(place).collect::<Result<_, _>>()?,
            },
            Function::Random { count } => Part::Random { count },
            Function::Split { index, separator } => Part::Split {
                token: place(index)?,
                separator,
            },
            Function::Cut { cut, index, len } => Part::Cut {
                cut,
                token: place(index)?,
                len,
            },
        })
    }

    /// Where in a subject the wildcard with this number stands.
    fn place(&self, index: i64, token: &[u8]) -> Result<usize, Error> {
        if self.is_empty() {
            return Err(fault(Fault::IndexOutOfRange, token));
        }
        let Ok(number @ 1..) = usize::try_from(index) else {
            return Ok(0);
        };
        self.stars.get(number - 1).copied().ok_or_else(|| {
            let token = format!("{}: [{index}]", String::from_utf8_lossy(token));
            fault(Fault::IndexOutOfRange, token.as_bytes())
        })
    }

    fn is_empty(&self) -> bool {
        self.stars.is_empty() && self.tail.is_none()
    }
}

fn ends_in_tail(filter: &[u8]) -> bool {
    filter == TAIL || filter.ends_with(b".>")
}

/// Refuses what can't be a subject; white space may stand inside a function.
fn check_destination(destination: &[u8]) -> Result<(), Error> {
    let mut after_tail = false;
    for token in tokens(destination) {
        if token.is_empty() || after_tail {
            return Err(fault(Fault::NotASubject, token));
        }
        if function::looks_like_one(token) {
            function::parse(token)?;
        } else if white_space(token).is_some() {
            return Err(fault(Fault::NotASubject, b""));
        }
        after_tail = token == TAIL;
    }
    Ok(())
}

fn fault(fault: Fault, token: &[u8]) -> Error {
    Error::Destination {
        fault,
        token: String::from_utf8_lossy(token).into_owned(),
    }
}
