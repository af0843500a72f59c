//! How what is in one stream's segments is encrypted: a key for each purpose and segment, and what is encrypted is bound to its place.
//!
//! Streams that are older than that have bodies and footers of version 1, bound to their segment alone. These have other keys, so nothing that is bound
//! passes for one of them.
use super::{Algorithm, MasterKey, NONCE, Nonces, Purpose, TAG, library::AeadKey, open};
use crate::{
    Error, Result,
    crypt::library::hmac_key,
    seal::{Cipher, Key},
};
use parking_lot::Mutex;
use std::sync::Arc;

/// The keys that those of a stream come from.
pub(crate) struct StreamKeys {
    /// of what is bound to its place
    pub(crate) master: MasterKey,
    /// of version 1
    old: Key,
}

impl StreamKeys {
    pub(crate) fn new(master: MasterKey, key: &Key) -> Arc<Self> {
        let old = key.clone();
        Arc::new(Self { master, old })
    }
}

pub(crate) struct StreamCipher {
    algorithm: Algorithm,
    keys: Arc<StreamKeys>,
    nonces: Nonces,
    /// Who writes to the newest segment and who reads an older one don't take each other's key away.
    sealing: RecentKey,
    opening: RecentKey,
}

/// The key used last.
type RecentKey = Mutex<Option<(KeyName, Arc<AeadKey>)>>;

/// Which of a stream's keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyName {
    Bound(Purpose),
    /// of version 1, of this stream and segment
    Old(u64, u32),
}

impl StreamCipher {
    /// `None`: the stream is in clear.
    pub(crate) fn new(cipher: Cipher, keys: Option<&Arc<StreamKeys>>) -> Result<Option<Self>> {
        let Some(algorithm) = Algorithm::of(cipher) else {
            return Ok(None);
        };
        Ok(Some(Self {
            algorithm,
            keys: keys.ok_or(Error::NoKey)?.clone(),
            nonces: Nonces::new()?,
            sealing: RecentKey::default(),
            opening: RecentKey::default(),
        }))
    }

    /// Nonce, ciphertext, tag.
    pub(crate) fn seal(&self, purpose: Purpose, context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let nonce = self.nonces.next()?;
        let mut out = Vec::with_capacity(NONCE + plain.len() + TAG);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let key = self.key(&self.sealing, KeyName::Bound(purpose))?;
        let tag = key.seal(nonce, context, &mut out[NONCE..])?;
        out.extend_from_slice(&tag);
        Ok(out)
    }

    /// What [`seal`](Self::seal) was given.
    pub(crate) fn open(&self, purpose: Purpose, context: &[u8], stored: &[u8]) -> Option<Vec<u8>> {
        let key = self.key(&self.opening, KeyName::Bound(purpose)).ok()?;
        open(&key, context, stored)
    }

    /// What version 1 encrypted.
    pub(crate) fn open_old(&self, stream: u64, segment: u32, stored: &[u8]) -> Option<Vec<u8>> {
        let name = KeyName::Old(stream, segment);
        open(&*self.key(&self.opening, name).ok()?, &[], stored)
    }

    fn key(&self, recent: &RecentKey, name: KeyName) -> Result<Arc<AeadKey>> {
        let mut recent = recent.lock();
        if let Some((known, key)) = &*recent
            && *known == name
        {
            return Ok(key.clone());
        }
        let key = Arc::new(match name {
            KeyName::Bound(purpose) => self.keys.master.derive(purpose, self.algorithm)?,
            KeyName::Old(stream, segment) => self.old_key(stream, segment)?,
        });
        *recent = Some((name, key.clone()));
        Ok(key)
    }

    /// The key of a segment as version 1 derived it.
    fn old_key(&self, stream: u64, segment: u32) -> Result<AeadKey> {
        let mut place = *b"midge segment\0\0\0\0\0\0\0\0\0\0\0\0";
        place[13..21].copy_from_slice(&stream.to_le_bytes());
        place[21..25].copy_from_slice(&segment.to_le_bytes());
        hmac_key(self.keys.old.bytes(), &place, self.algorithm)
    }
}
