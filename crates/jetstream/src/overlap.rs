//! Whether a client's filters have subjects in common, without comparing each with each.
//!
//! A request may name a hundred thousand. Literal ones cost a look-up each; wildcards may cost the square of their number however they are
//! compared, so there is a bound on what is looked at.

use crate::ApiError;
use crate::error::STREAM_INVALID_CONFIG;
use midge_subject::Trie;

/// Nodes that one request may have looked at because of wildcards.
const LOOKS_MAX: usize = 1 << 20;

/// Filters, none of which is malformed.
pub(crate) struct Filters {
    trie: Trie<()>,
    looks: usize,
}

impl Default for Filters {
    fn default() -> Self {
        Self::new()
    }
}

impl Filters {
    pub(crate) fn new() -> Self {
        Self {
            trie: Trie::new(),
            looks: LOOKS_MAX,
        }
    }

    pub(crate) fn all<'a>(filters: impl Iterator<Item = &'a str>) -> Self {
        let mut all = Self::new();
        filters.for_each(|filter| all.insert(filter));
        all
    }

    /// Looks from now on are another request's, or of another definition of one.
    pub(crate) fn renew(&mut self) {
        self.looks = LOOKS_MAX;
    }

    pub(crate) fn insert(&mut self, filter: &str) {
        self.trie.insert(filter.as_bytes(), ());
    }

    /// Whether one of them has a subject in common with `filter`.
    ///
    /// # Errors
    /// There are so many wildcards that it would take too long to tell.
    pub(crate) fn overlap(&mut self, filter: &str) -> Result<bool, ApiError> {
        let found = self
            .trie
            .has_overlap_within(filter.as_bytes(), &mut self.looks);
        found.ok_or(STREAM_INVALID_CONFIG.says("too many subjects with wildcards to compare"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Symptom: a stream with 100,000 subjects took thirty seconds, in which nobody else was served. Cause: each was compared with each.
    #[test]
    fn literal_filters_are_not_compared_with_each_other() {
        let mut filters = Filters::new();
        for at in 0..100_000 {
            let subject = format!("a.{at}.b");
            assert_eq!(filters.overlap(&subject), Ok(false));
            filters.insert(&subject);
        }
        assert_eq!(filters.looks, LOOKS_MAX);
        assert_eq!(filters.overlap("a.99999.*"), Ok(true));
    }

    #[test]
    fn wildcards_that_cost_the_square_are_refused() {
        let mut filters = Filters::all((0..3000).map(|_| "x.y"));
        (0..3000).for_each(|at| filters.insert(&format!("a{at}.b")));
        let mut refused = false;
        for at in 0..3000 {
            let filter = format!("*.c{at}");
            refused |= filters.overlap(&filter).is_err();
            filters.insert(&filter);
        }
        assert!(refused);
    }
}
