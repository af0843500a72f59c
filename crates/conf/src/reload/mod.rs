//! The difference of two [`Options`]: what a running broker may take over, and what it can't.
//!
//! [`diff`] changes nothing. It names each change by the line which nats-server logs for it, in that server's order,
//! because tools wait for these lines. Whatever can't change live refuses the whole, with all reasons.
//! Values of secrets appear in neither.
//!
//! A port in use also serves who asks for a random one. Certificates may have changed in files whose names haven't,
//! so who applies a reload reads those files again, whatever stands here.

mod fixed;
mod live;
mod show;

use crate::options::Options;
use std::fmt::{self, Display};

/// Something that changes live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What has to follow it.
    pub part: Part,
    /// The line of the log.
    pub line: String,
}

impl Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

/// The parts of a broker which a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What is logged, and where to.
    Logging,
    /// Limits of clients, live ones included, and what INFO tells of them.
    Limits,
    /// Deadlines and pings.
    Timing,
    /// Users, accounts, mappings: each connection is looked at again.
    Credentials,
    /// Certificates and how handshakes go.
    Tls,
    /// How the server describes itself: tags, metadata, the advertised address.
    Description,
    /// The pid file and the ports file.
    Files,
    /// JetStream.
    JetStream,
    /// The cluster.
    Cluster,
}

/// Why new options can't be taken over by a running broker.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// Never empty.
    pub reasons: Vec<Reason>,
}

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, reason) in self.reasons.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            reason.fmt(f)?;
        }
        Ok(())
    }
}

/// One thing that can't change while the broker runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A field, by the reference's name for it.
    Field {
        /// The name.
        field: &'static str,
        /// The value in force; `[REDACTED]` for a secret.
        old: String,
        /// The value refused.
        new: String,
    },
    /// Something of JetStream's storage.
    Storage(&'static str),
}

impl Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("config reload not supported for ")?;
        match self {
            Self::Field { field, old, new } => write!(f, "{field}: old={old}, new={new}"),
            Self::Storage(what) => f.write_str(what),
        }
    }
}

/// What changes from `old` to `new`, in the order of the log.
///
/// # Errors
/// All that can't change while a broker runs. Both options are taken to be valid by themselves.
pub fn diff(old: &Options, new: &Options) -> Result<Vec<Change>, Refused> {
    let both = Both { old, new };
    let mut reasons = Vec::new();
    both.fixed(&mut reasons);
    both.fixed_storage(&mut reasons);
    if !reasons.is_empty() {
        return Err(Refused { reasons });
    }
    let mut changes = Vec::new();
    both.live(&mut changes);
    Ok(changes)
}

struct Both<'o> {
    old: &'o Options,
    new: &'o Options,
}

impl<'o> Both<'o> {
    /// Refuses when a field differs. `get` picks it, `show` prints it.
    fn keep<T: PartialEq>(
        &self,
        reasons: &mut Vec<Reason>,
        field: &'static str,
        get: impl Fn(&'o Options) -> T,
        show: impl Fn(T) -> String,
    ) {
        let (old, new) = (get(self.old), get(self.new));
        if old != new {
            reasons.push(Reason::Field {
                field,
                old: show(old),
                new: show(new),
            });
        }
    }

    /// Adds a line when a field differs. `get` picks it, `line` tells of its new value.
    fn note<T: PartialEq, L: Display>(
        &self,
        changes: &mut Vec<Change>,
        part: Part,
        get: impl Fn(&'o Options) -> T,
        line: impl Fn(T) -> L,
    ) {
        let (old, new) = (get(self.old), get(self.new));
        if old != new {
            changes.push(Change {
                part,
                line: format!("Reloaded: {}", line(new)),
            });
        }
    }
}

#[cfg(test)]
mod tests;
