//! Writing stops, of the store or of one stream, or waits: said once in the log, with the cause, what still works, and the way out.
//!
//! What a write or a sync that failed left on the disk is known to nobody, so the same is never tried again (`docs/streamlog.md`), and people
//! have to look at the disk. The log and whatever shows [`Error::notice`] tell them so in the same words.
//! What waits goes on by itself, and that is said as well. A full disk concerns many streams one after the other: the first one is an error,
//! the others are for whoever debugs it.
use crate::{Error, commit::Writer, error::Lack, store::Inner, stream::Shared};

/// What a store, or a stream, that stopped writing still does.
const WORKS: &str =
    "what is stored is read, and what needs no disk goes on; whatever is to be written is refused";
/// What has to be done.
const WAY_OUT: &str =
    "see to the disk, then restart the server: it goes on with all that was acknowledged";

/// What a store still does that waits for room.
const WORKS_WAITING: &str = "reads, deletes and purges; what is published is refused";

impl Error {
    /// The error, and if writing stopped for good what still works and what has to be done.
    #[must_use]
    pub fn notice(&self) -> String {
        match self {
            Self::Stopped { .. } => format!("{self}; {WORKS}; {WAY_OUT}"),
            _ => self.to_string(),
        }
    }
}

impl Inner {
    /// Nothing more is written.
    pub(crate) fn stop(&self, error: &Error) {
        if self.gate.fail(error) {
            tracing::error!(
                %error, file = error.file(), folder = self.folder(), works = WORKS, way_out = WAY_OUT,
                "the store stopped writing"
            );
        }
    }

    /// Of one stream nothing more is written; its batches from `number` on are lost.
    pub(crate) fn stop_stream(&self, stream: &Shared, number: u64, error: &Error) {
        if stream.fate.fail(number, error) {
            tracing::error!(
                stream = &*stream.name, %error, file = error.file(), folder = self.folder(), works = WORKS, way_out = WAY_OUT,
                "a stream stopped writing"
            );
        }
    }

    /// Where the store is.
    pub(crate) fn folder(&self) -> Option<String> {
        let folder = self.disk.folder()?;
        Some(folder.display().to_string())
    }
}

impl Writer {
    /// Something can't be written for the moment: of a stream, or of all.
    pub(crate) fn say_waits(&mut self, stream: Option<&str>, error: &Error) {
        if std::mem::replace(&mut self.has_said_waits, true) {
            return tracing::debug!(stream, %error, file = error.file(), "writing waits as well");
        }
        match Lack::of(error) {
            Lack::Room => tracing::error!(
                stream, %error, file = error.file(), works = WORKS_WAITING,
                way_out = "make room on the disk: writing goes on by itself", "writing waits"
            ),
            Lack::Resources => tracing::warn!(
                stream, %error, file = error.file(), works = WORKS_WAITING,
                way_out = "raise the limits of open files and memory: writing goes on by itself", "writing waits"
            ),
        }
    }

    /// If nothing waits any more.
    pub(crate) fn say_goes_on(&mut self) {
        let waits = self.manifest_lack.is_some() || self.held.is_some() || !self.full.is_empty();
        if !waits && std::mem::take(&mut self.has_said_waits) {
            tracing::info!("writing goes on");
        }
    }
}
