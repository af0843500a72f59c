//! What happens to a record's body between the caller and the disk: compression, then encryption.
//!
//! The checksum covers the body as stored, so damage is found without a key. `crypt` has the keys.
use crate::{
    Error, Result,
    crypt::BodyCipher,
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

    #[cfg(feature = "crypto")]
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
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
    cipher: Option<Box<BodyCipher>>,
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
        Ok(Self {
            compression,
            cipher: BodyCipher::new(cipher, key, stream)?.map(Box::new),
        })
    }

    /// Whether bodies go to the disk as they came.
    pub(crate) fn is_plain(&self) -> bool {
        self.compression == Compression::None && self.cipher.is_none()
    }

    /// The body as stored, and its flags.
    pub(crate) fn seal(&self, segment: u32, plain: Vec<u8>) -> Result<(Vec<u8>, u8)> {
        let mut flags = 0;
        let mut body = plain;
        if let Some(smaller) = self.compress(&body) {
            body = smaller;
            flags |= FLAG_COMPRESSED;
        }
        if let Some(cipher) = &self.cipher {
            body = cipher.seal(segment, body)?;
            flags |= FLAG_ENCRYPTED;
        }
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
            body = self.cipher.as_ref()?.open(segment, &body)?.into();
        }
        if head.flags & FLAG_COMPRESSED != 0 {
            body = decompress(&body, head.plain as usize)?.into();
        }
        (body.len() == head.plain as usize).then_some(body)
    }

    /// A footer as stored.
    pub(crate) fn seal_block(&self, segment: u32, bytes: Vec<u8>) -> Result<Vec<u8>> {
        match &self.cipher {
            Some(cipher) => cipher.seal(segment, bytes),
            None => Ok(bytes),
        }
    }

    /// A footer in clear.
    pub(crate) fn open_block(&self, segment: u32, bytes: Bytes) -> Option<Bytes> {
        match &self.cipher {
            Some(cipher) => cipher.open(segment, &bytes).map(Bytes::from),
            None => Some(bytes),
        }
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
