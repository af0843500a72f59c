//! All that is asked of the library of ciphers. A build without it has `absent.rs` in place of this file.
use super::{Algorithm, NONCE, TAG};
use crate::{Error, Result};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
};

/// A pseudorandom key of HKDF-SHA256 (RFC 5869).
#[derive(Clone)]
pub(super) struct Prk(hkdf::Prk);

impl Prk {
    pub(super) fn extract(salt: &[u8], secret: &[u8; 32]) -> Result<Self> {
        Ok(Self(
            hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret),
        ))
    }

    pub(super) fn expand(&self, info: &[&[u8]], algorithm: Algorithm) -> Result<AeadKey> {
        let okm = self.0.expand(info, aead_of(algorithm));
        let okm = okm.map_err(|_| UNDERIVABLE)?;
        Ok(AeadKey(LessSafeKey::new(UnboundKey::from(okm))))
    }
}

/// The key of `place` as version 1 derived it: HMAC-SHA256.
pub(super) fn hmac_key(secret: &[u8; 32], place: &[u8], algorithm: Algorithm) -> Result<AeadKey> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), place);
    let key = UnboundKey::new(aead_of(algorithm), tag.as_ref());
    Ok(AeadKey(LessSafeKey::new(key.map_err(|_| UNDERIVABLE)?)))
}

const UNDERIVABLE: Error = Error::Cipher("no key could be derived");

fn aead_of(algorithm: Algorithm) -> &'static aws_lc_rs::aead::Algorithm {
    match algorithm {
        Algorithm::Aes256Gcm => &AES_256_GCM,
        Algorithm::ChaCha20Poly1305 => &CHACHA20_POLY1305,
    }
}

pub(super) struct AeadKey(LessSafeKey);

impl AeadKey {
    /// Encrypts `bytes` where they stand; what comes back is the tag.
    pub(super) fn seal(
        &self,
        nonce: [u8; NONCE],
        aad: &[u8],
        bytes: &mut [u8],
    ) -> Result<[u8; TAG]> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let sealed = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(aad), bytes);
        let tag = sealed.ok().and_then(|tag| tag.as_ref().try_into().ok());
        tag.ok_or(Error::Cipher("a block couldn't be encrypted"))
    }

    /// Decrypts ciphertext and tag where they stand. Length of the plaintext; `None`: they aren't what was sealed.
    pub(super) fn open(&self, nonce: [u8; NONCE], aad: &[u8], bytes: &mut [u8]) -> Option<usize> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let plain = self.0.open_in_place(nonce, Aad::from(aad), bytes);
        plain.ok().map(|plain| plain.len())
    }
}

/// Fills `bytes` with what nobody can guess.
pub(super) fn fill(bytes: &mut [u8]) -> Result<()> {
    let filled = SystemRandom::new().fill(bytes);
    filled.map_err(|_| Error::Cipher("the system gives no random numbers"))
}

/// The SHA-256 of `secret`.
pub(crate) fn digest(secret: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret);
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}
