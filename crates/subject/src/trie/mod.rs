//! Filters to values, and all values whose filter matches a subject.
//!
//! # Shape
//! A node is a token under a parent, and the filter it stands for is the path to it. All nodes live in one arena
//! and know each other by number; *one* hash table for the whole trie finds a child by (parent, token). Siblings
//! form a list, so that a wildcard can visit all children (reverse match, [`Trie::for_each_overlap`]).
//!
//! Why not a map of children in each node: with a million literal filters nearly every node is a leaf, and a
//! leaf must not pay for a map it never uses. Here it pays 48 bytes (its token inline) and 11 to 22 bytes of
//! the one table. Why not a hash of whole filters: it can't hold wildcards, and a wildcard asked of it would
//! read a million entries.
//!
//! # Limits
//! Keys are chosen by clients, so the hash is seeded at random. Walks keep their own stack, a few entries per
//! level. A match visits no node twice, so `*` branches cost at most the number of stored filters.

mod arena;
mod edges;
mod edit;
mod hash;
mod node;
mod values;
mod walk;

use arena::Arena;
use edges::Edges;
use hash::Seed;
pub use values::Identity;

/// A bag of values under filters: many values per filter, equal ones too.
///
/// The bytes given as filters needn't be valid; a malformed filter is kept and matches nothing.
#[derive(Clone)]
pub struct Trie<T> {
    nodes: Arena<T>,
    /// Every node but the root, found by the hash of its parent and token.
    edges: Edges,
    seed: Seed,
    len: usize,
    /// How many nodes each level has, without trailing zeros; the root isn't counted.
    levels: Vec<u32>,
    /// Bytes of long tokens and of value lists, which lie outside the arena.
    outside_bytes: usize,
}

impl<T> Trie<T> {
    /// Empty, without heap memory.
    pub fn new() -> Self {
        Self {
            nodes: Arena::new(),
            edges: Edges::new(),
            seed: Seed::new(),
            len: 0,
            levels: Vec::new(),
            outside_bytes: 0,
        }
    }

    /// How many values are stored.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no value is stored.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many nodes the filters take; 0 when empty.
    pub fn node_count(&self) -> usize {
        self.edges.len()
    }

    /// The number of tokens of the longest filter.
    pub fn depth(&self) -> usize {
        self.levels.len()
    }

    /// Heap memory in use, without what the values own themselves and what the allocator adds.
    pub fn heap_bytes(&self) -> usize {
        self.nodes.heap_bytes()
            + self.edges.heap_bytes()
            + self.levels.capacity() * size_of::<u32>()
            + self.outside_bytes
    }
}

impl<T> Default for Trie<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> std::fmt::Debug for Trie<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trie")
            .field("len", &self.len)
            .field("nodes", &self.node_count())
            .field("depth", &self.depth())
            .finish_non_exhaustive()
    }
}
