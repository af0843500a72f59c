//! What happens to a record's body between the caller and the disk: compression, then encryption.
//!
//! The checksum covers the body as stored, so damage is found without a key. A segment has a key of its own, derived from the store's key
//! and the segment's place; a record's nonce is eight random bytes, drawn when the stream was opened, and a counter. So no two records
//! are ever encrypted under the same pair, also when a torn tail is cut and its place is written again.
use crate::{
    Error, Result,
    record::{FLAG_COMPRESSED, FLAG_ENCRYPTED, Head},
};
use bytes::Bytes;

/// How bodies are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// as they are
    #[default]
    None,
    /// S2, where that makes them smaller
    S2,
}

/// How bodies and footers are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cipher {
    /// in clear
    #[default]
    None,
    /// AES-256-GCM
    Aes256Gcm,
    /// ChaCha20-Poly1305
    ChaCha20Poly1305,
}

/// The store's secret, 32 bytes. `Debug` doesn't show it.
#[derive(Clone)]
pub struct Key(#[cfg_attr(not(feature = "crypto"), allow(dead_code))] [u8; 32]);

impl Key {
    /// From 32 bytes, or from any secret by its SHA-256.
    #[cfg(feature = "crypto")]
    pub fn derive(secret: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret);
        let mut key = [0; 32];
        key.copy_from_slice(digest.as_ref());
        Self(key)
    }

    /// These 32 bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// Seals and opens the bodies of one stream.
pub(crate) struct Sealer {
    compression: Compression,
    #[cfg(feature = "crypto")]
    crypt: Option<Box<crypt::Crypt>>,
}

impl Sealer {
    pub(crate) fn new(
        compression: Compression,
        cipher: Cipher,
        key: Option<&Key>,
        stream: u64,
    ) -> Result<Self> {
        if compression == Compression::S2 && !cfg!(feature = "s2") {
            return Err(Error::NotBuilt("S2"));
        }
        #[cfg(feature = "crypto")]
        {
            Ok(Self {
                compression,
                crypt: crypt::Crypt::new(cipher, key, stream)?.map(Box::new),
            })
        }
        #[cfg(not(feature = "crypto"))]
        {
            let _ = (key, stream);
            if cipher != Cipher::None {
                return Err(Error::NotBuilt("encryption"));
            }
            Ok(Self { compression })
        }
    }

    /// Whether bodies go to the disk as they came.
    pub(crate) fn is_plain(&self) -> bool {
        self.compression == Compression::None && !self.encrypts()
    }

    pub(crate) fn encrypts(&self) -> bool {
        #[cfg(feature = "crypto")]
        {
            self.crypt.is_some()
        }
        #[cfg(not(feature = "crypto"))]
        {
            false
        }
    }

    /// The body as stored, and its flags.
    pub(crate) fn seal(&self, segment: u32, plain: Vec<u8>) -> Result<(Vec<u8>, u8)> {
        let mut flags = 0;
        let mut body = plain;
        if let Some(smaller) = self.compress(&body) {
            body = smaller;
            flags |= FLAG_COMPRESSED;
        }
        #[cfg(feature = "crypto")]
        if let Some(crypt) = &self.crypt {
            body = crypt.seal(segment, body)?;
            flags |= FLAG_ENCRYPTED;
        }
        let _ = segment;
        Ok((body, flags))
    }

    #[cfg(feature = "s2")]
    fn compress(&self, body: &[u8]) -> Option<Vec<u8>> {
        if self.compression == Compression::None {
            return None;
        }
        let smaller = minlz::encode(body);
        (smaller.len() < body.len()).then_some(smaller)
    }

    #[cfg(not(feature = "s2"))]
    fn compress(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    /// The body in clear. `None`: the key is another one, or the bytes make no sense although their checksum holds.
    pub(crate) fn open(&self, segment: u32, head: &Head, stored: Bytes) -> Option<Bytes> {
        let mut body = stored;
        if head.flags & FLAG_ENCRYPTED != 0 {
            body = self.decrypt(segment, &body)?.into();
        }
        if head.flags & FLAG_COMPRESSED != 0 {
            body = decompress(&body, head.plain as usize)?.into();
        }
        (body.len() == head.plain as usize).then_some(body)
    }

    /// A footer as stored.
    pub(crate) fn seal_block(&self, segment: u32, bytes: Vec<u8>) -> Result<Vec<u8>> {
        #[cfg(feature = "crypto")]
        if let Some(crypt) = &self.crypt {
            return crypt.seal(segment, bytes);
        }
        let _ = segment;
        Ok(bytes)
    }

    /// A footer in clear.
    pub(crate) fn open_block(&self, segment: u32, bytes: Bytes) -> Option<Bytes> {
        if self.encrypts() {
            self.decrypt(segment, &bytes).map(Bytes::from)
        } else {
            Some(bytes)
        }
    }

    #[cfg(feature = "crypto")]
    fn decrypt(&self, segment: u32, bytes: &[u8]) -> Option<Vec<u8>> {
        self.crypt.as_ref()?.open(segment, bytes)
    }

    #[cfg(not(feature = "crypto"))]
    fn decrypt(&self, _: u32, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

/// `plain` bytes were said to come out; a block that claims more isn't tried.
#[cfg(feature = "s2")]
fn decompress(body: &[u8], plain: usize) -> Option<Vec<u8>> {
    let mut head = body;
    (crate::record::take_leb(&mut head)? == plain as u64).then_some(())?;
    minlz::decode(body).ok()
}

#[cfg(not(feature = "s2"))]
fn decompress(_: &[u8], _: usize) -> Option<Vec<u8>> {
    None
}

#[cfg(feature = "crypto")]
mod crypt {
    use super::{Cipher, Key};
    use crate::{Error, Result};
    use aws_lc_rs::{
        aead::{
            AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce,
            UnboundKey,
        },
        hmac,
        rand::{SecureRandom, SystemRandom},
    };
    use parking_lot::Mutex;
    use std::sync::Arc;

    pub(super) struct Crypt {
        algorithm: &'static Algorithm,
        master: hmac::Key,
        stream: u64,
        nonces: Mutex<Nonces>,
        /// the key of the segment used last
        recent: Mutex<Option<(u32, Arc<LessSafeKey>)>>,
    }

    struct Nonces {
        random: [u8; 8],
        counter: u32,
    }

    impl Crypt {
        pub(super) fn new(cipher: Cipher, key: Option<&Key>, stream: u64) -> Result<Option<Self>> {
            let algorithm = match cipher {
                Cipher::None => return Ok(None),
                Cipher::Aes256Gcm => &AES_256_GCM,
                Cipher::ChaCha20Poly1305 => &CHACHA20_POLY1305,
            };
            let Key(secret) = key.ok_or(Error::NoKey)?;
            let nonces = Mutex::new(Nonces {
                random: random()?,
                counter: 0,
            });
            let master = hmac::Key::new(hmac::HMAC_SHA256, secret);
            Ok(Some(Self {
                algorithm,
                master,
                stream,
                nonces,
                recent: Mutex::new(None),
            }))
        }

        fn key(&self, segment: u32) -> Result<Arc<LessSafeKey>> {
            let mut recent = self.recent.lock();
            if let Some((number, key)) = &*recent
                && *number == segment
            {
                return Ok(key.clone());
            }
            let mut place = *b"midge segment\0\0\0\0\0\0\0\0\0\0\0\0";
            place[13..21].copy_from_slice(&self.stream.to_le_bytes());
            place[21..25].copy_from_slice(&segment.to_le_bytes());
            let tag = hmac::sign(&self.master, &place);
            let key = UnboundKey::new(self.algorithm, tag.as_ref()).map_err(|_| Error::NoKey)?;
            let key = Arc::new(LessSafeKey::new(key));
            *recent = Some((segment, key.clone()));
            Ok(key)
        }

        fn nonce(&self) -> Result<[u8; NONCE_LEN]> {
            let mut nonces = self.nonces.lock();
            nonces.counter = match nonces.counter.checked_add(1) {
                Some(next) => next,
                None => {
                    nonces.random = random()?;
                    0
                }
            };
            let mut nonce = [0; NONCE_LEN];
            nonce[..8].copy_from_slice(&nonces.random);
            nonce[8..].copy_from_slice(&nonces.counter.to_le_bytes());
            Ok(nonce)
        }

        /// nonce, then what the algorithm makes of it.
        pub(super) fn seal(&self, segment: u32, mut body: Vec<u8>) -> Result<Vec<u8>> {
            let nonce = self.nonce()?;
            self.key(segment)?
                .seal_in_place_append_tag(
                    Nonce::assume_unique_for_key(nonce),
                    Aad::empty(),
                    &mut body,
                )
                .map_err(|_| Error::NoKey)?;
            let mut out = Vec::with_capacity(NONCE_LEN + body.len());
            out.extend_from_slice(&nonce);
            out.append(&mut body);
            Ok(out)
        }

        pub(super) fn open(&self, segment: u32, bytes: &[u8]) -> Option<Vec<u8>> {
            let (nonce, body) = bytes.split_first_chunk::<NONCE_LEN>()?;
            let mut body = body.to_vec();
            let len = self
                .key(segment)
                .ok()?
                .open_in_place(
                    Nonce::assume_unique_for_key(*nonce),
                    Aad::empty(),
                    &mut body,
                )
                .ok()?
                .len();
            body.truncate(len);
            Some(body)
        }
    }

    fn random() -> Result<[u8; 8]> {
        let mut bytes = [0; 8];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| Error::NotBuilt("random numbers"))?;
        Ok(bytes)
    }
}
