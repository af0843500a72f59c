//! What happens to a record's body between the caller and the disk: compression, then encryption.
//!
//! The checksum covers the body as stored, so damage is found without a key. `crypt` has the keys.
use crate::{
    Error, Result,
    crypt::{Purpose, StreamCipher, StreamKeys},
    options::{Binding, StreamOptions},
    record::{self, FLAG_BOUND, FLAG_COMPRESSED, FLAG_ENCRYPTED, Head},
};
use bytes::Bytes;
use std::sync::Arc;

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
pub struct Key([u8; 32]);

impl Key {
    /// From 32 bytes, or from any secret by its SHA-256.
    #[cfg(feature = "crypto")]
    pub fn derive(secret: &[u8]) -> Self {
        Self(crate::crypt::digest(secret))
    }

    /// These 32 bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// Seals and opens what is in the segments of one stream.
pub(crate) struct Sealer {
    compression: Compression,
    cipher: Option<Box<StreamCipher>>,
    stream: u64,
    binding: Binding,
}

/// Where a command stands. A rewrite has none.
#[derive(Clone, Copy)]
pub(crate) struct CommandPlace {
    pub(crate) segment: u32,
    pub(crate) rewrite: u32,
    pub(crate) at: u32,
}

/// Bytes of what a body begins with, which no other has, and all bytes that encryption adds to it.
pub(crate) use crate::crypt::{NONCE, SEALED as SEAL};

impl Sealer {
    pub(crate) fn new(
        options: &StreamOptions,
        keys: Option<&Arc<StreamKeys>>,
        stream: u64,
        binding: Binding,
    ) -> Result<Self> {
        let (compression, cipher) = (options.compression, options.cipher);
        if compression == Compression::S2 && !cfg!(feature = "s2") {
            return Err(Error::NotBuilt("S2"));
        }
        if cipher != Cipher::None && !cfg!(feature = "crypto") {
            return Err(Error::NotBuilt("encryption"));
        }
        Ok(Self {
            compression,
            cipher: StreamCipher::new(cipher, keys)?.map(Box::new),
            stream,
            binding,
        })
    }

    /// Whether bodies go to the disk as they came.
    pub(crate) fn is_plain(&self) -> bool {
        self.compression == Compression::None && self.cipher.is_none()
    }

    /// The body as stored, and the head that says how.
    pub(crate) fn seal(&self, segment: u32, head: Head, plain: Vec<u8>) -> Result<(Head, Vec<u8>)> {
        let (mut head, mut body) = (head, plain);
        head.flags &= !(FLAG_COMPRESSED | FLAG_ENCRYPTED | FLAG_BOUND);
        if let Some(smaller) = self.compress(&body) {
            body = smaller;
            head.flags |= FLAG_COMPRESSED;
        }
        if let Some(cipher) = &self.cipher {
            head.flags |= FLAG_ENCRYPTED | FLAG_BOUND;
            body = cipher.seal(self.body(segment), &head.context(), &body)?;
        }
        head.stored = body.len() as u32;
        Ok((head, body))
    }

    /// A command's body as stored, and the head that says how.
    pub(crate) fn seal_command(
        &self,
        place: CommandPlace,
        head: Head,
        plain: &[u8],
    ) -> Result<(Head, Vec<u8>)> {
        let Some(cipher) = &self.cipher else {
            return Ok((head, plain.to_vec()));
        };
        let flags = head.flags | FLAG_ENCRYPTED | FLAG_BOUND;
        let head = Head { flags, ..head };
        let body = cipher.seal(self.body(place.segment), &place.context(&head), plain)?;
        let stored = body.len() as u32;
        Ok((Head { stored, ..head }, body))
    }

    /// The body of a command in clear. `None`: nobody wrote it there who has the key.
    pub(crate) fn open_command(
        &self,
        place: CommandPlace,
        head: &Head,
        stored: Bytes,
    ) -> Option<Bytes> {
        match (&self.cipher, head.flags & (FLAG_BOUND | FLAG_ENCRYPTED)) {
            (None, 0) => Some(stored),
            (Some(_), 0) => (self.binding < Binding::Records).then_some(stored),
            (Some(cipher), flags) if flags == FLAG_BOUND | FLAG_ENCRYPTED => {
                let body = cipher.open(self.body(place.segment), &place.context(head), &stored);
                body.filter(|body| body.len() == head.plain as usize)
                    .map(Bytes::from)
            }
            _ => None,
        }
    }

    /// Whether a rewrite takes the body as it is stored.
    pub(crate) fn is_current(&self, head: &Head) -> bool {
        self.cipher.is_none() || head.flags & FLAG_BOUND != 0
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
        match &self.cipher {
            Some(cipher) => body = self.open_body(cipher, segment, head, &body)?.into(),
            None if head.flags & FLAG_ENCRYPTED != 0 => return None,
            None => {}
        }
        if head.flags & FLAG_COMPRESSED != 0 {
            body = decompress(&body, head.plain as usize)?.into();
        }
        (body.len() == head.plain as usize).then_some(body)
    }

    fn open_body(
        &self,
        cipher: &StreamCipher,
        segment: u32,
        head: &Head,
        stored: &[u8],
    ) -> Option<Vec<u8>> {
        match head.flags & (FLAG_BOUND | FLAG_ENCRYPTED) {
            FLAG_ENCRYPTED => self.open_old(cipher, segment, stored),
            // No stream that is encrypted ever had a body in clear.
            0 | FLAG_BOUND => None,
            _ => cipher.open(self.body(segment), &head.context(), stored),
        }
    }

    fn open_old(&self, cipher: &StreamCipher, segment: u32, stored: &[u8]) -> Option<Vec<u8>> {
        (self.binding == Binding::Nothing).then(|| cipher.open_old(self.stream, segment, stored))?
    }

    fn body(&self, segment: u32) -> Purpose {
        let stream = self.stream;
        Purpose::Body { stream, segment }
    }

    fn footer(&self, segment: u32) -> Purpose {
        let stream = self.stream;
        Purpose::Footer { stream, segment }
    }

    /// The footer of that rewrite of a segment, as stored.
    pub(crate) fn seal_footer(
        &self,
        segment: u32,
        rewrite: u32,
        footer: Vec<u8>,
    ) -> Result<Vec<u8>> {
        match &self.cipher {
            Some(cipher) => cipher.seal(self.footer(segment), &rewrite.to_le_bytes(), &footer),
            None => Ok(footer),
        }
    }

    /// The footer in clear.
    pub(crate) fn open_footer(&self, segment: u32, rewrite: u32, stored: Bytes) -> Option<Bytes> {
        let Some(cipher) = &self.cipher else {
            return Some(stored);
        };
        let bound = cipher.open(self.footer(segment), &rewrite.to_le_bytes(), &stored);
        let footer = bound.or_else(|| self.open_old(cipher, segment, &stored));
        footer.map(Bytes::from)
    }
}

impl CommandPlace {
    /// What a command is bound to beside its key.
    fn context(self, head: &Head) -> [u8; record::HEAD] {
        let mut context = [0; record::HEAD];
        let (of_head, of_place) = context.split_at_mut(record::HEAD - 8);
        of_head.copy_from_slice(&head.context());
        of_place[..4].copy_from_slice(&self.rewrite.to_le_bytes());
        of_place[4..].copy_from_slice(&self.at.to_le_bytes());
        context
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
