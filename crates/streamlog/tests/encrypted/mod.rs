//! What the tests of encrypted stores share: options, and checksums that hold.
use midge_streamlog::{Key, StoreOptions};

pub(crate) const SALT: u64 = 7;

pub(crate) fn options(key: Option<u8>) -> StoreOptions {
    StoreOptions {
        journal_bytes: 1 << 16,
        direct_bytes: 1000,
        seed: SALT,
        key: key.map(|byte| Key::new([byte; 32])),
        ..StoreOptions::default()
    }
}

/// The checksum of these bytes as it stands in a file.
#[allow(dead_code, reason = "not every test forges files")]
pub(crate) fn crc(seed: u32, bytes: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new_with_initial(seed);
    hasher.update(bytes);
    hasher.finalize().to_le_bytes()
}
