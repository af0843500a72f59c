//! What a client shows, and the way it came.

use crate::Certificate;
use midge_conf::ConnectionType;
use std::fmt;

/// The fields of CONNECT that prove who somebody is. An empty text counts as absent, as on the wire.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// `user`
    pub user: Option<&'a str>,
    /// `pass`
    pub password: Option<&'a str>,
    /// `auth_token`
    pub token: Option<&'a str>,
    /// `nkey`: a public user key.
    pub nkey: Option<&'a str>,
    /// `sig`: the nonce signed with that key, in base64.
    pub sig: Option<&'a str>,
    /// `jwt`: read in operator mode only, otherwise without meaning.
    pub jwt: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// Who the client says it is, fit for logs and monitoring: no secret is in it.
    pub fn shown(&self) -> Option<Shown<'a>> {
        let nkey = given(self.nkey).map(Shown::Nkey);
        let token = || given(self.token).map(|_| Shown::Token);
        let user = || given(self.user).map(Shown::User);
        nkey.or_else(token).or_else(user)
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.shown()).finish()
    }
}

/// The part of [`Credentials`] that may be seen. `Display` writes it as a log line does: `User "ann"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<'a> {
    /// A public key.
    Nkey(&'a str),
    /// A token, which is itself the secret.
    Token,
    /// A user's name.
    User(&'a str),
}

impl<'a> Shown<'a> {
    /// The name in monitoring's `authorized_user`.
    pub fn name(self) -> &'a str {
        match self {
            Self::Nkey(name) | Self::User(name) => name,
            Self::Token => "[REDACTED]",
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Nkey(_) => "Nkey",
            Self::Token => "Token",
            Self::User(_) => "User",
        };
        write!(f, "{kind} {:?}", self.name())
    }
}

/// The way a client came.
#[derive(Clone, Copy, Debug)]
pub struct Transport<'a> {
    /// The kind of listener.
    pub kind: ConnectionType,
    /// The certificate it showed in the TLS handshake, already verified.
    pub certificate: Option<&'a Certificate>,
}

impl Default for Transport<'_> {
    /// Plain TCP.
    fn default() -> Self {
        Self {
            kind: ConnectionType::Standard,
            certificate: None,
        }
    }
}

/// The text, unless it is empty.
pub(crate) fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
