//! Stands in for `mod.rs` in a build without ciphers: it refuses to derive a key, so there is none that could be asked for anything.
use crate::{
    Error, Result,
    seal::{Cipher, Key},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Manifest,
    Journal,
}

pub(crate) enum MasterKey {}

impl MasterKey {
    pub(crate) fn of_key(key: Option<&Key>) -> Result<Option<Self>> {
        match key {
            Some(_) => Err(Error::NotBuilt("encryption")),
            None => Ok(None),
        }
    }

    pub(crate) fn of_store(_: &Key, _: &[u8]) -> Result<Self> {
        Err(Error::NotBuilt("encryption"))
    }

    pub(crate) fn block_key(&self, _: Purpose, _: Cipher) -> Result<BlockKey> {
        match *self {}
    }
}

pub(crate) enum BlockKey {}

impl BlockKey {
    pub(crate) const FRONT: usize = 0;
    pub(crate) const BEHIND: usize = 0;

    pub(crate) fn cipher(&self) -> u8 {
        match *self {}
    }

    pub(crate) fn seal(&self, _: &[u8], _: &mut [u8]) -> Result<()> {
        match *self {}
    }

    pub(crate) fn open(&self, _: u8, _: &[u8], _: &[u8]) -> Option<Vec<u8>> {
        match *self {}
    }
}

pub(crate) enum BodyCipher {}

impl BodyCipher {
    pub(crate) fn new(cipher: Cipher, _: Option<&Key>, _: u64) -> Result<Option<Self>> {
        match cipher {
            Cipher::None => Ok(None),
            _ => Err(Error::NotBuilt("encryption")),
        }
    }

    pub(crate) fn seal(&self, _: u32, _: Vec<u8>) -> Result<Vec<u8>> {
        match *self {}
    }

    pub(crate) fn open(&self, _: u32, _: &[u8]) -> Option<Vec<u8>> {
        match *self {}
    }
}

pub(crate) fn draw_secret() -> Result<[u8; 32]> {
    Err(Error::NotBuilt("encryption"))
}
