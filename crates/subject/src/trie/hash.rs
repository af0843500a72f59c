//! The hash of an edge, seeded so that clients, who choose the tokens, can't aim at one bucket.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::LazyLock,
};

use foldhash::{SharedSeed, fast::SeedableRandomState};

use super::node::NodeId;

/// The folding constants of the process. Known ones would let a client choose tokens that fold to zero.
static SHARED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(entropy()));

/// Hashes (parent, token); each trie has its own seed.
#[derive(Clone)]
pub(super) struct EdgeHash(SeedableRandomState);

impl EdgeHash {
    pub(super) fn new() -> Self {
        Self(SeedableRandomState::with_seed(entropy(), &SHARED))
    }

    #[inline]
    pub(super) fn of(&self, parent: NodeId, token: &[u8]) -> u64 {
        let mut state = self.0.build_hasher();
        state.write_u32(parent);
        state.write(token);
        state.finish()
    }
}

/// 64 bits of the operating system's randomness, through the standard library's keys.
fn entropy() -> u64 {
    RandomState::new().hash_one(())
}
