//! How each listener's connections begin, by the options.

use crate::error::Error;
use midge_conf::{ConnectionType, Options};
use midge_net::{Entrance, Handshake};

/// The client listener's.
pub(crate) fn client(options: &Options) -> Result<Entrance, Error> {
    if options.tls.is_some() {
        return Err(Error::Tls("not built".into()));
    }
    Ok(Entrance { kind: ConnectionType::Standard, handshake: Handshake::Plain })
}
