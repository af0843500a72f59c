//! Writing stops, of the store or of one stream: said once in the log, with the cause, what still works, and the way out.
//!
//! What a write or a sync that failed left on the disk is known to nobody, so the same is never tried again (`docs/streamlog.md`), and people
//! have to look at the disk. The log and whatever shows [`Error::notice`] tell them so in the same words.
use crate::{Error, store::Inner, stream::Shared};

/// What a store, or a stream, that stopped writing still does.
const WORKS: &str =
    "what is stored is read, and what needs no disk goes on; whatever is to be written is refused";
/// What has to be done.
const WAY_OUT: &str =
    "see to the disk, then restart the server: it goes on with all that was acknowledged";

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

    fn folder(&self) -> Option<String> {
        let folder = self.disk.folder()?;
        Some(folder.display().to_string())
    }
}
