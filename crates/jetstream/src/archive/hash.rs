//! The checksum of an older server's files: HighwayHash of 64 bits, keyed by what a file is called.

use highway::{HighwayHash, HighwayHasher, Key};
use sha2::{Digest, Sha256};

/// Bytes of a checksum.
pub(super) const SUM: usize = 8;

/// Makes the checksums of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Summer([u64; 4]);

impl Summer {
    pub(super) fn of(name: &str) -> Self {
        let digest = Sha256::digest(name.as_bytes());
        let (words, _) = digest.as_chunks::<8>();
        Self(std::array::from_fn(|at| u64::from_le_bytes(words[at])))
    }

    pub(super) fn sum(&self, parts: &[&[u8]]) -> [u8; SUM] {
        let mut hasher = HighwayHasher::new(Key(self.0));
        parts.iter().for_each(|part| hasher.append(part));
        hasher.finalize64().to_le_bytes()
    }
}
