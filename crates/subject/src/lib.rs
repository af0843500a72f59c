//! Subjects, filters, the trie that matches them, and the transforms that rewrite them.
//!
//! A [`Subject`] names one thing (`orders.eu.new`); a [`Filter`] names many (`orders.*.>`): `*` stands for one
//! whole token, a final `>` for one or more. [`Trie`] maps filters to values and finds all values whose filter
//! matches a subject. [`Transform`] rewrites a subject (`orders.*` to `eu.$1`), [`Mappings`] chooses among
//! weighted transforms. Subjects are bytes, not text: the protocol demands no encoding.
//! This crate knows nothing of messages, clients or accounts.
//!
//! ```
//! # use midge_subject::{Filter, Subject, Trie};
//! let mut trie = Trie::new();
//! trie.insert(Filter::parse("orders.*")?.as_bytes(), 7_u32);
//! assert!(trie.has_match(Subject::parse("orders.eu")?.as_bytes()));
//! # Ok::<(), midge_subject::Error>(())
//! ```
//!
//! # Invariants
//! - A subject with an empty token (`a..b`) matches nothing, not even `>`.
//! - A malformed filter (an empty token, `>` before the end) matches nothing and overlaps nothing.
//! - No [`Subject`] and no [`Filter`] holds white space, whatever made it: neither can end a line of the protocol early.
//! - A wildcard inside a published subject is text: `a.*` as a subject is matched by the filters `a.*` and `a.>`
//!   and by no literal one.
//! - No node of a trie without a value or a child survives [`Trie::remove`].
//! - Matching allocates nothing per token and never recurses, so a subject of thousands of tokens costs time
//!   but no stack.
//!
//! # Where to read on
//! [`naive`] is the whole meaning of this crate in a few lines and the model of all its tests; `relation` says the
//! same faster for two subjects, `trie` for one against millions. [`laws`] are what tests and fuzzer hold them to.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod error;
mod filter;
pub mod laws;
pub mod naive;
mod relation;
mod subject;
mod token;
mod transform;
mod trie;

pub use error::{Error, Fault};
pub use filter::{Filter, is_valid_queue, is_valid_subscribe};
pub use relation::{is_subset, matches, overlaps};
pub use subject::{Subject, is_valid_publish};
pub use token::{Tokens, tokens};
pub use transform::{Destination, Mapped, Mapping, Mappings, Transform};
pub use trie::{Identity, Trie};
