//! How one stream's bodies and footers are encrypted: a key for each segment, and what is encrypted is bound to its place.
//!
//! Streams that are older than that have bodies and footers of version 1, bound to their segment alone. These have other keys, so nothing that is bound
//! passes for one of them.
use super::{MasterKey, Nonces, Purpose, open};
use crate::{
    Error, Result,
    record::{FLAG_BOUND, FLAG_ENCRYPTED, Head},
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

/// The keys that those of a stream come from.
pub(crate) struct StreamKeys {
    /// of what is bound to its place
    pub(crate) master: MasterKey,
    /// of version 1
    old: hmac::Key,
}

impl StreamKeys {
    pub(crate) fn new(master: MasterKey, key: &Key) -> Arc<Self> {
        Arc::new(Self {
            master,
            old: hmac::Key::new(hmac::HMAC_SHA256, key.bytes()),
        })
    }
}

pub(crate) struct BodyCipher {
    algorithm: &'static Algorithm,
    keys: Arc<StreamKeys>,
    stream: u64,
    /// the stream has nothing of version 1
    is_bound: bool,
    nonces: Nonces,
    /// Who writes to the newest segment and who reads an older one don't take each other's key away.
    sealing: RecentKey,
    opening: RecentKey,
}

/// The key used last.
type RecentKey = Mutex<Option<(KeyName, Arc<LessSafeKey>)>>;

/// Which of a stream's keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyName {
    Bound(Purpose),
    /// of this segment
    Old(u32),
}

impl BodyCipher {
    /// `None`: the stream's bodies are in clear.
    pub(crate) fn new(
        cipher: Cipher,
        keys: Option<&Arc<StreamKeys>>,
        stream: u64,
        is_bound: bool,
    ) -> Result<Option<Self>> {
        let algorithm = match cipher {
            Cipher::None => return Ok(None),
            Cipher::Aes256Gcm => &AES_256_GCM,
            Cipher::ChaCha20Poly1305 => &CHACHA20_POLY1305,
        };
        Ok(Some(Self {
            algorithm,
            keys: keys.ok_or(Error::NoKey)?.clone(),
            stream,
            is_bound,
            nonces: Nonces::new()?,
            sealing: RecentKey::default(),
            opening: RecentKey::default(),
        }))
    }

    /// The body for the record with that head; nonce, ciphertext, tag.
    pub(crate) fn seal_body(&self, segment: u32, head: &Head, body: Vec<u8>) -> Result<Vec<u8>> {
        self.seal(self.body(segment), &head.context(), body)
    }

    /// The body of the record with that head.
    pub(crate) fn open_body(&self, segment: u32, head: &Head, stored: &[u8]) -> Option<Vec<u8>> {
        match head.flags & (FLAG_BOUND | FLAG_ENCRYPTED) {
            FLAG_ENCRYPTED => self.open_old(segment, stored),
            // No stream that is encrypted ever had a body in clear.
            0 | FLAG_BOUND => None,
            _ => self.open(self.body(segment), &head.context(), stored),
        }
    }

    /// The footer of that rewrite of the segment.
    pub(crate) fn seal_footer(
        &self,
        segment: u32,
        rewrite: u32,
        footer: Vec<u8>,
    ) -> Result<Vec<u8>> {
        self.seal(self.footer(segment), &rewrite.to_le_bytes(), footer)
    }

    /// What [`seal_footer`](Self::seal_footer) was given.
    pub(crate) fn open_footer(&self, segment: u32, rewrite: u32, stored: &[u8]) -> Option<Vec<u8>> {
        let bound = self.open(self.footer(segment), &rewrite.to_le_bytes(), stored);
        bound.or_else(|| self.open_old(segment, stored))
    }

    fn body(&self, segment: u32) -> KeyName {
        let stream = self.stream;
        KeyName::Bound(Purpose::Body { stream, segment })
    }

    fn footer(&self, segment: u32) -> KeyName {
        let stream = self.stream;
        KeyName::Bound(Purpose::Footer { stream, segment })
    }

    fn seal(&self, name: KeyName, context: &[u8], mut plain: Vec<u8>) -> Result<Vec<u8>> {
        let nonce = self.nonces.next()?;
        self.key(&self.sealing, name)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut plain,
            )
            .map_err(|_| Error::Cipher("a body couldn't be encrypted"))?;
        let mut out = Vec::with_capacity(NONCE_LEN + plain.len());
        out.extend_from_slice(&nonce);
        out.append(&mut plain);
        Ok(out)
    }

    fn open(&self, name: KeyName, context: &[u8], stored: &[u8]) -> Option<Vec<u8>> {
        open(&*self.key(&self.opening, name).ok()?, context, stored)
    }

    fn open_old(&self, segment: u32, stored: &[u8]) -> Option<Vec<u8>> {
        (!self.is_bound).then(|| self.open(KeyName::Old(segment), &[], stored))?
    }

    fn key(&self, recent: &RecentKey, name: KeyName) -> Result<Arc<LessSafeKey>> {
        let mut recent = recent.lock();
        if let Some((known, key)) = &*recent
            && *known == name
        {
            return Ok(key.clone());
        }
        let key = Arc::new(match name {
            KeyName::Bound(purpose) => self.keys.master.derive(purpose, self.algorithm)?,
            KeyName::Old(segment) => self.old_key(segment)?,
        });
        *recent = Some((name, key.clone()));
        Ok(key)
    }

    /// The key of a segment as version 1 derived it.
    fn old_key(&self, segment: u32) -> Result<LessSafeKey> {
        let mut place = *b"midge segment\0\0\0\0\0\0\0\0\0\0\0\0";
        place[13..21].copy_from_slice(&self.stream.to_le_bytes());
        place[21..25].copy_from_slice(&segment.to_le_bytes());
        let tag = hmac::sign(&self.keys.old, &place);
        let key = UnboundKey::new(self.algorithm, tag.as_ref());
        let key = key.map_err(|_| Error::Cipher("no key could be derived"))?;
        Ok(LessSafeKey::new(key))
    }
}
