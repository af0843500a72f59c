//! Stands in for `library.rs` in a build without ciphers: no key can be derived, so there is none that could be asked for anything.
use super::{Algorithm, NONCE, TAG};
use crate::{Error, Result};
use std::convert::Infallible;

const REFUSAL: Error = Error::NotBuilt("encryption");

#[derive(Clone)]
pub(super) struct Prk(Infallible);

impl Prk {
    pub(super) fn extract(_: &[u8], _: &[u8; 32]) -> Result<Self> {
        Err(REFUSAL)
    }

    pub(super) fn expand(&self, _: &[&[u8]], _: Algorithm) -> Result<AeadKey> {
        match self.0 {}
    }
}

pub(super) fn hmac_key(_: &[u8; 32], _: &[u8], _: Algorithm) -> Result<AeadKey> {
    Err(REFUSAL)
}

pub(super) struct AeadKey(Infallible);

impl AeadKey {
    pub(super) fn seal(&self, _: [u8; NONCE], _: &[u8], _: &mut [u8]) -> Result<[u8; TAG]> {
        match self.0 {}
    }

    pub(super) fn open(&self, _: [u8; NONCE], _: &[u8], _: &mut [u8]) -> Option<usize> {
        match self.0 {}
    }
}

pub(super) fn fill(_: &mut [u8]) -> Result<()> {
    Err(REFUSAL)
}
