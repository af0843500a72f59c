//! Whether a client's filters have subjects in common, with each other or with an account's streams, without comparing each with each.
//!
//! A request may name a hundred thousand. Literal ones cost a look-up each; wildcards may cost the square of their number however they are
//! compared, so there is a bound on what is looked at.

use crate::ApiError;
use crate::error::STREAM_INVALID_CONFIG;
use midge_subject::Trie;
use std::collections::BTreeSet;

/// Nodes that one request may have looked at because of wildcards.
pub(crate) const LOOKS_MAX: usize = 1 << 20;

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
        found.ok_or_else(too_many)
    }
}

fn too_many() -> ApiError {
    STREAM_INVALID_CONFIG.says("too many subjects with wildcards to compare")
}

/// What the streams of an account take: subjects, each with its stream's index in the table.
///
/// A request is compared with it and costs what it says, not what the account has.
#[derive(Default)]
pub(crate) struct Captured {
    trie: Trie<usize>,
    /// How many subjects ever came.
    version: u64,
}

impl Captured {
    pub(crate) fn insert(&mut self, subject: &str, stream: usize) {
        self.version += 1;
        self.trie.insert(subject.as_bytes(), stream);
    }

    pub(crate) fn remove(&mut self, subject: &str, stream: usize) {
        self.trie.remove(subject.as_bytes(), &stream);
    }

    /// While this is the same, what no stream took is still taken by none.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Whether another stream than `own` takes what is meant by one of these subjects.
    ///
    /// # Errors
    /// There are so many wildcards that it would take too long to tell.
    pub(crate) fn overlap(
        &self,
        subjects: &[String],
        own: Option<usize>,
    ) -> Result<bool, ApiError> {
        let mut looks = LOOKS_MAX;
        for subject in subjects {
            if self.overlap_within(subject, own, &mut looks)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The same of one subject; nodes that are looked at because of wildcards are taken off `looks`.
    pub(crate) fn overlap_within(
        &self,
        subject: &str,
        own: Option<usize>,
        looks: &mut usize,
    ) -> Result<bool, ApiError> {
        let is_other = |stream: &usize| Some(*stream) != own;
        let found = self
            .trie
            .has_overlap_where(subject.as_bytes(), looks, is_other);
        found.ok_or_else(too_many)
    }

    /// Whether a stream takes what is published to `subject`.
    pub(crate) fn takes(&self, subject: &[u8]) -> bool {
        self.trie.has_match(subject)
    }

    /// The streams that take something of what a filter means.
    pub(crate) fn streams(&self, filter: &str) -> BTreeSet<usize> {
        let mut streams = BTreeSet::new();
        self.trie.for_each_overlap(filter.as_bytes(), |_, stream| {
            streams.insert(*stream);
        });
        streams
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
    fn streams_are_found_by_what_they_take() {
        let mut captured = Captured::default();
        for at in 0..1000 {
            captured.insert(&format!("a.{at}"), at % 3);
        }
        captured.insert("b.*", 7);
        let overlap =
            |captured: &Captured, subject: &str, own| captured.overlap(&[subject.into()], own);
        assert_eq!(overlap(&captured, "a.5", None), Ok(true));
        assert_eq!(overlap(&captured, "a.5", Some(2)), Ok(false));
        assert_eq!(overlap(&captured, "a.*", Some(2)), Ok(true));
        assert_eq!(overlap(&captured, "a.1000", None), Ok(false));
        assert_eq!(captured.streams("*.5"), BTreeSet::from([2, 7]));
        captured.remove("b.*", 7);
        assert_eq!(overlap(&captured, "b.x", None), Ok(false));
        assert!(captured.streams("b.>").is_empty());
    }

    #[test]
    fn wildcards_that_cost_the_square_are_refused() {
        let mut filters = Filters::new();
        (0..3000).for_each(|_| filters.insert("x.y"));
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
