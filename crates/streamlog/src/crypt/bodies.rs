//! How one stream's bodies and footers are encrypted: a key for each segment.
use super::{Nonces, open};
use crate::{
    Error, Result,
    seal::{Cipher, Key},
};
use aws_lc_rs::{
    aead::{
        AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
    },
    hmac,
};
use parking_lot::Mutex;
use std::sync::Arc;

pub(crate) struct BodyCipher {
    algorithm: &'static Algorithm,
    master: hmac::Key,
    stream: u64,
    nonces: Nonces,
    /// the key of the segment used last
    recent: Mutex<Option<(u32, Arc<LessSafeKey>)>>,
}

impl BodyCipher {
    /// `None`: the stream's bodies are in clear.
    pub(crate) fn new(cipher: Cipher, key: Option<&Key>, stream: u64) -> Result<Option<Self>> {
        let algorithm = match cipher {
            Cipher::None => return Ok(None),
            Cipher::Aes256Gcm => &AES_256_GCM,
            Cipher::ChaCha20Poly1305 => &CHACHA20_POLY1305,
        };
        let key = key.ok_or(Error::NoKey)?;
        Ok(Some(Self {
            algorithm,
            master: hmac::Key::new(hmac::HMAC_SHA256, key.bytes()),
            stream,
            nonces: Nonces::new()?,
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

    /// nonce, then what the algorithm makes of it.
    pub(crate) fn seal(&self, segment: u32, mut body: Vec<u8>) -> Result<Vec<u8>> {
        let nonce = self.nonces.next()?;
        self.key(segment)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body)
            .map_err(|_| Error::NoKey)?;
        let mut out = Vec::with_capacity(NONCE_LEN + body.len());
        out.extend_from_slice(&nonce);
        out.append(&mut body);
        Ok(out)
    }

    pub(crate) fn open(&self, segment: u32, bytes: &[u8]) -> Option<Vec<u8>> {
        open(&*self.key(segment).ok()?, &[], bytes)
    }
}
