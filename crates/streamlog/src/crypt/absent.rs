//! Stands in for `mod.rs` in a build without ciphers: it refuses to derive a key, so there is none that could be asked for anything.
use crate::{
    Error, Result,
    record::Head,
    seal::{Cipher, Key},
};
use std::sync::Arc;

#[path = "purpose.rs"]
mod purpose;
pub(crate) use purpose::Purpose;

const REFUSAL: Error = Error::NotBuilt("encryption");

#[derive(Clone)]
pub(crate) enum MasterKey {}

impl MasterKey {
    pub(crate) fn of_key(key: Option<&Key>) -> Result<Option<Self>> {
        match key {
            Some(_) => Err(REFUSAL),
            None => Ok(None),
        }
    }

    pub(crate) fn of_store(_: &Key, _: &[u8]) -> Result<Self> {
        Err(REFUSAL)
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

pub(crate) struct StreamKeys {
    pub(crate) master: MasterKey,
}

impl StreamKeys {
    pub(crate) fn new(master: MasterKey, _: &Key) -> Arc<Self> {
        match master {}
    }
}

pub(crate) enum BodyCipher {}

impl BodyCipher {
    pub(crate) fn new(
        cipher: Cipher,
        _: Option<&Arc<StreamKeys>>,
        _: u64,
        _: bool,
    ) -> Result<Option<Self>> {
        match cipher {
            Cipher::None => Ok(None),
            _ => Err(REFUSAL),
        }
    }

    pub(crate) fn seal_body(&self, _: u32, _: &Head, _: Vec<u8>) -> Result<Vec<u8>> {
        match *self {}
    }

    pub(crate) fn open_body(&self, _: u32, _: &Head, _: &[u8]) -> Option<Vec<u8>> {
        match *self {}
    }

    pub(crate) fn seal_footer(&self, _: u32, _: u32, _: Vec<u8>) -> Result<Vec<u8>> {
        match *self {}
    }

    pub(crate) fn open_footer(&self, _: u32, _: u32, _: &[u8]) -> Option<Vec<u8>> {
        match *self {}
    }
}

pub(crate) fn draw_secret() -> Result<[u8; 32]> {
    Err(REFUSAL)
}
