//! Small types which several blocks share: ports, secrets, the write timeout policy.

use super::reader::{Field, Read};
use std::fmt;

/// A port to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Any free port; written `-1`.
    Random,
    /// This one.
    Fixed(u16),
}

impl Port {
    /// The number to bind: 0 lets the system choose.
    pub fn to_bind(self) -> u16 {
        match self {
            Self::Random => 0,
            Self::Fixed(port) => port,
        }
    }
}

impl fmt::Display for Port {
    /// As a configuration says it: `-1` for a random port.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random => f.write_str("-1"),
            Self::Fixed(port) => port.fmt(f),
        }
    }
}

/// A password, token or key: readable by [`Secret::expose`] alone, so that it can't slip into a log.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// What to do with a peer which can't take its bytes within `write_deadline`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WriteTimeout {
    /// `Close` for clients, `Retry` for other servers.
    #[default]
    Default,
    /// Close it.
    Close,
    /// Keep it and try again.
    Retry,
}

impl WriteTimeout {
    pub(super) fn read(f: &Field<'_>) -> Read<Self> {
        match f.str()? {
            "default" => Ok(Self::Default),
            "close" => Ok(Self::Close),
            "retry" => Ok(Self::Retry),
            _ => f.fail("write_timeout must be 'default', 'close' or 'retry'"),
        }
    }
}
