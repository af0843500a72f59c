//! The hash of an edge, seeded so that clients, who choose the tokens, can't aim at one place.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::LazyLock,
};

use foldhash::{SharedSeed, fast::SeedableRandomState};

use super::node::NodeId;
use crate::token::{STAR, TAIL};

/// The folding constants of the process. Known ones would let a client choose tokens that fold to zero.
static SHARED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(entropy()));

/// The hash of a token alone; a walk computes it once, however many parents it asks for the token.
#[derive(Clone, Copy)]
pub(super) struct TokenHash(u64);

/// The hash of a token under a parent.
pub(super) type EdgeHash = u32;

/// Each trie has its own.
#[derive(Clone)]
pub(super) struct Seed {
    tokens: SeedableRandomState,
    /// Odd.
    multiplier: u64,
    pub(super) star: TokenHash,
    pub(super) tail: TokenHash,
}

impl Seed {
    pub(super) fn new() -> Self {
        let tokens = SeedableRandomState::with_seed(entropy(), &SHARED);
        let (star, tail) = (hash(&tokens, STAR), hash(&tokens, TAIL));
        Self {
            tokens,
            multiplier: entropy() | 1,
            star,
            tail,
        }
    }

    #[inline]
    pub(super) fn token(&self, token: &[u8]) -> TokenHash {
        hash(&self.tokens, token)
    }

    #[inline]
    pub(super) fn edge(&self, parent: NodeId, token: TokenHash) -> EdgeHash {
        self.number(token.0 ^ u64::from(parent))
    }

    #[inline]
    pub(super) fn number(&self, number: u64) -> EdgeHash {
        (number.wrapping_mul(self.multiplier) >> 32) as EdgeHash
    }
}

#[inline]
fn hash(state: &SeedableRandomState, token: &[u8]) -> TokenHash {
    let mut hasher = state.build_hasher();
    hasher.write(token);
    TokenHash(hasher.finish())
}

/// 64 bits of the operating system's randomness, through the standard library's keys.
fn entropy() -> u64 {
    RandomState::new().hash_one(())
}
