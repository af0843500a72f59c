//! Keys that are derived from the store's key, and what is encrypted under them.
//!
//! HKDF-SHA256 (RFC 5869) makes one key for each [`Purpose`], stream and segment. The manifest's key comes of the store's key alone; all others come of it
//! and of 32 random bytes which the encrypted manifest holds. So a manifest that somebody makes up opens nothing that was written under another one.
//!
//! A nonce is eight random bytes, drawn when the key is derived, and a counter: no two blocks are ever encrypted under the same pair, also when a torn
//! tail is cut and its place is written again.
use crate::{
    Result,
    seal::{Cipher, Key},
};
use library::{AeadKey, Prk};
use parking_lot::Mutex;

#[cfg_attr(not(feature = "crypto"), path = "absent.rs")]
mod library;
mod purpose;
mod stream;
#[cfg(feature = "crypto")]
pub(crate) use library::digest;
pub(crate) use purpose::Purpose;
pub(crate) use stream::{StreamCipher, StreamKeys};

/// Bytes of a nonce, of a tag, and of the secret that the manifest holds.
pub(crate) const NONCE: usize = 12;
const TAG: usize = 16;
const SECRET: usize = 32;
/// Bytes that a block has beside what is encrypted.
pub(crate) const SEALED: usize = NONCE + TAG;

/// The ciphers; the numbers are what a block's own bytes call them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Aes256Gcm = 1,
    ChaCha20Poly1305 = 2,
}

impl Algorithm {
    /// `None`: what is of this cipher is in clear.
    fn of(cipher: Cipher) -> Option<Self> {
        match cipher {
            Cipher::None => None,
            Cipher::Aes256Gcm => Some(Self::Aes256Gcm),
            Cipher::ChaCha20Poly1305 => Some(Self::ChaCha20Poly1305),
        }
    }
}

/// The key that others are derived from.
#[derive(Clone)]
pub(crate) struct MasterKey(Prk);

impl MasterKey {
    /// The one of the store's key alone.
    pub(crate) fn of_key(key: &Key) -> Result<Self> {
        Self::of_store(key, b"midge manifest")
    }

    /// The one of the store's key and the manifest's secret.
    pub(crate) fn of_store(key: &Key, secret: &[u8]) -> Result<Self> {
        Ok(Self(Prk::extract(secret, key.bytes())?))
    }

    /// A key for small blocks. `cipher` says how they are encrypted from now on; `None` stands for ChaCha20-Poly1305.
    pub(crate) fn block_key(&self, purpose: Purpose, cipher: Cipher) -> Result<BlockKey> {
        Ok(BlockKey {
            keys: [
                self.derive(purpose, Algorithm::Aes256Gcm)?,
                self.derive(purpose, Algorithm::ChaCha20Poly1305)?,
            ],
            cipher: Algorithm::of(cipher).unwrap_or(Algorithm::ChaCha20Poly1305),
            nonces: Nonces::new()?,
        })
    }

    fn derive(&self, purpose: Purpose, algorithm: Algorithm) -> Result<AeadKey> {
        self.0
            .expand(&[&purpose.info(), &[algorithm as u8]], algorithm)
    }
}

/// Encrypts small blocks of one purpose. A block says which cipher it is of, so that a configuration may change it.
pub(crate) struct BlockKey {
    /// of cipher 1 and of cipher 2
    keys: [AeadKey; 2],
    cipher: Algorithm,
    nonces: Nonces,
}

impl BlockKey {
    /// Bytes in front of what is encrypted: the nonce.
    pub(crate) const FRONT: usize = NONCE;
    /// Bytes behind it: the tag.
    pub(crate) const BEHIND: usize = TAG;

    /// The number of the cipher that [`seal`](Self::seal) uses; never 0.
    pub(crate) fn cipher(&self) -> u8 {
        self.cipher as u8
    }

    /// Encrypts what stands between [`FRONT`](Self::FRONT) and [`BEHIND`](Self::BEHIND), where it stands.
    pub(crate) fn seal(&self, aad: &[u8], block: &mut [u8]) -> Result<()> {
        let end = block.len() - Self::BEHIND;
        let (front, tag_place) = block.split_at_mut(end);
        let (nonce_place, plain) = front.split_at_mut(Self::FRONT);
        let nonce = self.nonces.next()?;
        let key = &self.keys[usize::from(self.cipher() - 1)];
        let tag = key.seal(nonce, aad, plain)?;
        nonce_place.copy_from_slice(&nonce);
        tag_place.copy_from_slice(&tag);
        Ok(())
    }

    /// What the block holds. `None`: it is of another key, of another place, or was changed.
    pub(crate) fn open(&self, cipher: u8, aad: &[u8], block: &[u8]) -> Option<Vec<u8>> {
        let key = self.keys.get(usize::from(cipher.checked_sub(1)?))?;
        open(key, aad, block)
    }
}

/// Opens nonce, ciphertext and tag.
fn open(key: &AeadKey, aad: &[u8], block: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = block.split_first_chunk()?;
    let mut body = body.to_vec();
    let len = key.open(*nonce, aad, &mut body)?;
    body.truncate(len);
    Some(body)
}

/// Nonces that never come twice under one key.
struct Nonces(Mutex<([u8; 8], u32)>);

impl Nonces {
    fn new() -> Result<Self> {
        Ok(Self(Mutex::new((random()?, 0))))
    }

    fn next(&self) -> Result<[u8; NONCE]> {
        let (drawn, counter) = &mut *self.0.lock();
        *counter = match counter.checked_add(1) {
            Some(next) => next,
            None => {
                *drawn = random()?;
                0
            }
        };
        let mut nonce = [0; NONCE];
        nonce[..8].copy_from_slice(drawn);
        nonce[8..].copy_from_slice(&counter.to_le_bytes());
        Ok(nonce)
    }
}

/// A secret for a new manifest.
pub(crate) fn draw_secret() -> Result<[u8; SECRET]> {
    random()
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    library::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(all(test, feature = "crypto"))]
mod tests {
    use super::*;

    #[test]
    fn a_block_opens_under_its_own_key_and_place_alone() {
        let key = Key::new([1; 32]);
        let master = MasterKey::of_store(&key, &[2; 32]).unwrap();
        let stranger = MasterKey::of_store(&key, &[3; 32]).unwrap();
        for cipher in [Cipher::None, Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305] {
            let mine = master.block_key(Purpose::Journal, cipher).unwrap();
            let mut block = vec![0; BlockKey::FRONT];
            block.extend_from_slice(b"names");
            block.resize(block.len() + BlockKey::BEHIND, 0);
            mine.seal(b"7", &mut block).unwrap();
            assert!(block.windows(5).all(|window| window != b"names"));
            let number = mine.cipher();
            assert_eq!(mine.open(number, b"7", &block).unwrap(), b"names");
            assert_eq!(mine.open(number, b"8", &block), None);
            assert_eq!(mine.open(3 - number, b"7", &block), None);
            assert_eq!(mine.open(0, b"7", &block), None);
            assert_eq!(mine.open(number, b"7", &block[..BlockKey::FRONT - 1]), None);
            for other in [
                master.block_key(Purpose::Manifest, cipher).unwrap(),
                stranger.block_key(Purpose::Journal, cipher).unwrap(),
            ] {
                assert_eq!(other.open(number, b"7", &block), None);
            }
            for bit in 0..block.len() * 8 {
                let mut bad = block.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(mine.open(number, b"7", &bad), None, "bit {bit}");
            }
        }
    }
}
