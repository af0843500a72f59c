//! What can be wrong with a subject, a filter or a transform.

use std::fmt;

/// Why some bytes aren't a subject, a filter or a transform; `at` counts bytes from the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing at all.
    #[error("subject is empty")]
    Empty,
    /// Two dots side by side, or a dot at an end.
    #[error("empty token at byte {at}")]
    EmptyToken {
        /// Where the missing token would begin.
        at: usize,
    },
    /// A space, tab or line end: what ends a subject on the wire.
    #[error("white space at byte {at}")]
    WhiteSpace {
        /// Where it stands.
        at: usize,
    },
    /// `*` or `>` as a token of something that must be literal.
    #[error("wildcard at byte {at} of a literal subject")]
    Wildcard {
        /// Where the wildcard stands.
        at: usize,
    },
    /// `>` somewhere else than at the end.
    #[error("'>' at byte {at} isn't the last token")]
    TailNotLast {
        /// Where the `>` stands.
        at: usize,
    },
    /// The source of a transform isn't a filter, its destination has a `*`, or only one of them ends in `>`.
    #[error("invalid subject")]
    TransformSubject,
    /// The destination of a transform can't be used.
    #[error("invalid mapping destination: {fault}{}", Place(token))]
    Destination {
        /// What is wrong with it.
        fault: Fault,
        /// The token at fault, or the whole destination; empty when nothing can be shown.
        token: String,
    },
    /// A destination stands twice in one mapping.
    #[error("duplicate entry for {destination:?}")]
    DuplicateDestination {
        /// The destination.
        destination: String,
    },
    /// One destination is to get more than everything.
    #[error("individual weights need to be <= 100")]
    WeightTooLarge,
    /// The destinations of one mapping together are to get more than everything.
    #[error("total weight needs to be <= 100")]
    WeightsTooLarge,
}

/// What is wrong with the destination of a transform; the texts are the protocol's reference texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Tokens that no subject could have.
    #[error("invalid transform")]
    NotASubject,
    /// A token in double braces that is none of the functions.
    #[error("unknown function")]
    UnknownFunction,
    /// The source has fewer wildcards than this.
    #[error("wildcard index out of range")]
    IndexOutOfRange,
    /// Too few arguments.
    #[error("not enough arguments passed to the function")]
    NotEnoughArguments,
    /// Too many arguments.
    #[error("too many arguments passed to the function")]
    TooManyArguments,
    /// An argument that isn't a number, or a separator that can't stand in a token.
    #[error("function argument is invalid or in the wrong format")]
    InvalidArgument,
    /// A strict transform that loses a wildcard of its source.
    #[error("not using all of the token wildcard(s)")]
    UnusedWildcards,
    /// A strict transform with a function that can't be undone.
    #[error("the only mapping function allowed for import transforms is {{{{Wildcard()}}}}")]
    NotReversible,
}

/// Shows where a fault lies, if that is known.
struct Place<'a>(&'a str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, " in {}", self.0)
        }
    }
}
