//! Public user keys. The library that does the arithmetic is known to this file alone.

use crate::Denial;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use nkeys::{KeyPair, KeyPairType};
use std::fmt;

/// A public user key (`U...`), parsed once.
#[derive(Clone)]
pub(crate) struct PublicKey(Box<KeyPair>);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.public_key())
    }
}

impl PublicKey {
    /// `None` unless `text` is the public key of a user.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let key = KeyPair::from_public_key(text).ok()?;
        (key.key_pair_type() == KeyPairType::User).then(|| Self(Box::new(key)))
    }

    /// Whether `signature` (any dialect of base64) is this key's over `nonce`.
    pub(crate) fn verify(&self, nonce: &[u8], signature: &str) -> Result<(), Denial> {
        let signature = decode(signature).ok_or(Denial::SignatureMissing)?;
        self.0
            .verify(nonce, &signature)
            .map_err(|_| Denial::SignatureWrong)
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    [BASE64URL_NOPAD, BASE64, BASE64_NOPAD, BASE64URL]
        .iter()
        .find_map(|dialect| dialect.decode(text.as_bytes()).ok())
}

/// A new public curve key (`X...`), which INFO shows beside the identity.
///
/// As with [`new_server_id`], nobody keeps the private half yet.
pub fn new_curve_key() -> String {
    nkeys::XKey::new().public_key()
}

/// A new public server key (`N...`): the identity a server shows in INFO.
///
/// The private half is thrown away; nothing is signed with it.
pub fn new_server_id() -> String {
    KeyPair::new_server().public_key()
}
