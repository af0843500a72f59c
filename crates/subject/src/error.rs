//! What can be wrong with a subject, a filter or a transform.

/// Why some bytes aren't a subject or a filter; `at` counts bytes from the start.
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
    /// A space, tab, line end or form feed.
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
}
