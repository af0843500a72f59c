//! What the flags say, kept so that it can be said again over a file that was read anew.

use super::flags::{Set, Wrong};
use crate::error::{Finding, Refusal};
use crate::grammar::Source;
use crate::options::{Loaded, Options, Tls};
use std::path::PathBuf;

/// Flags to put over the options of a file.
#[derive(Clone, Default)]
pub struct Overrides {
    /// The configuration file.
    pub config: Option<PathBuf>,
    /// Setters with their values, which have been tried.
    set: Vec<(Set, String)>,
    pub(super) tls: TlsFlags,
}

/// The flags of TLS: together they make a block of their own, which replaces the file's.
#[derive(Clone, Debug, Default)]
pub(super) struct TlsFlags {
    pub(super) on: Option<bool>,
    pub(super) verify: Option<bool>,
    pub(super) cert_file: Option<PathBuf>,
    pub(super) key_file: Option<PathBuf>,
    pub(super) ca_file: Option<PathBuf>,
}

impl TlsFlags {
    /// Whether TLS is asked for by any of the flags, and none takes it back.
    fn wanted(&self) -> bool {
        let files = [&self.cert_file, &self.key_file, &self.ca_file];
        let any =
            self.on.is_some() || self.verify.is_some() || files.into_iter().any(Option::is_some);
        any && self.on != Some(false)
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        match (self.wanted(), &self.cert_file, &self.key_file) {
            (true, None, _) => Err("TLS Server certificate must be present and valid"),
            (true, _, None) => Err("TLS Server private key must be present and valid"),
            _ => Ok(()),
        }
    }

    fn apply(&self, tls: &mut Option<Tls>) {
        if self.wanted() {
            let timeout = tls
                .as_ref()
                .map_or(Tls::default().timeout, |tls| tls.timeout);
            *tls = Some(Tls {
                cert_file: self.cert_file.clone(),
                key_file: self.key_file.clone(),
                ca_file: self.ca_file.clone(),
                verify: self.verify == Some(true),
                timeout,
                ..Tls::default()
            });
        } else if self.on == Some(false) {
            *tls = None;
        }
    }
}

impl Overrides {
    /// Keeps a setter whose value fits.
    pub(super) fn add(&mut self, set: Set, value: &str) -> Result<(), Wrong> {
        set(&mut Options::default(), value)?;
        self.set.push((set, value.to_owned()));
        Ok(())
    }

    /// Sets what the flags say, whatever the file said.
    pub fn apply(&self, options: &mut Options) {
        for (set, value) in &self.set {
            let tried = set(options, value);
            debug_assert!(tried.is_ok(), "the value was tried when the flag was read");
        }
        self.tls.apply(&mut options.tls);
        settle_credentials(options);
    }

    /// The options a broker runs by: the file, if one is named, the flags over it, and a look at
    /// the whole.
    ///
    /// # Errors
    /// What is wrong with the file, or with the whole.
    pub fn load(&self, source: &dyn Source) -> Result<Loaded, Refusal> {
        let mut loaded = match &self.config {
            Some(path) => Options::from_file(path, source)?,
            None => Loaded::from(Options::default()),
        };
        let said = loaded
            .options
            .cluster
            .as_ref()
            .map(|cluster| cluster.routes.clone());
        self.apply(&mut loaded.options);
        if let Some(cluster) = &loaded.options.cluster {
            let new_routes = said.as_ref() != Some(&cluster.routes) && !cluster.routes.is_empty();
            if new_routes && cluster.port.is_none() && cluster.host.is_empty() {
                let text = "solicited routes require cluster capabilities, e.g. --cluster";
                return Err(Finding::whole(text).into());
            }
        }
        loaded.validated()
    }
}

/// A single user or token of the flags gives way to the file's users, and a user to a token.
/// Within a file such contradictions are errors, found before.
fn settle_credentials(options: &mut Options) {
    let any_user = options
        .accounts
        .iter()
        .any(|account| !account.users.is_empty());
    let single = &mut options.authorization;
    if any_user || !single.users.is_empty() {
        single.token = None;
    }
    if any_user || !single.users.is_empty() || single.token.is_some() {
        (single.user, single.password) = (None, None);
    }
}

impl std::fmt::Debug for Overrides {
    /// Names the file alone: among the values are passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overrides")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
