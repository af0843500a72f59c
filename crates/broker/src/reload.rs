//! New options for a running broker: all of them, or a refusal that changes nothing.

use crate::broker::warn_of_unserved;
use crate::error::Error;
use crate::server::Server;
use midge_conf::Options;
use midge_conf::reload::{Part, diff};

/// Applies `options` and says, line by line, what changed.
pub(crate) fn reload(server: &Server, options: Options) -> Result<Vec<String>, Error> {
    options.validate()?;
    let before = server.options.load_full();
    let changes = diff(&before, &options).map_err(|refused| Error::Reload(refused.to_string()))?;
    let review = changes
        .iter()
        .any(|change| matches!(change.part, Part::Credentials | Part::Tls));
    warn_of_unserved(&options);
    server.apply(options)?;
    if review {
        server.review();
    }
    server.shed();
    Ok(changes.into_iter().map(|change| change.line).collect())
}
