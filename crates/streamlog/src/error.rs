//! What can go wrong, sorted by whose fault it is.
use std::io;

/// Every way in which this crate refuses or fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // The caller's: answer it and go on.
    /// No stream of that name.
    #[error("no stream named {0:?}")]
    UnknownStream(String),
    /// A stream of that name exists.
    #[error("a stream named {0:?} exists already")]
    StreamExists(String),
    /// The stream was deleted while this handle was held.
    #[error("the stream was deleted")]
    Deleted,
    /// A subject is longer than a record can say.
    #[error("subject of {len} bytes, at most {max}")]
    SubjectTooLong {
        /// its length
        len: usize,
        /// the most there can be
        max: usize,
    },
    /// A record is larger than a segment can hold.
    #[error("record of {len} bytes, at most {max}")]
    TooLarge {
        /// its length
        len: usize,
        /// the most there can be
        max: usize,
    },
    /// Keys beginning with a zero byte are the store's own.
    #[error("state keys are 1 to {max} bytes and don't begin with a zero byte")]
    BadKey {
        /// the longest key
        max: usize,
    },
    /// `Discard::New` and the stream is full.
    #[error("the stream holds its maximum of {0}")]
    LimitReached(Limit),
    /// What is there is encrypted, or is to be, and the store was opened without a key.
    #[error("encryption needs a key, and the store was opened without one")]
    NoKey,
    /// The library of ciphers, or the system's random numbers, failed.
    #[error("encryption failed: {0}")]
    Cipher(&'static str),
    /// The build lacks what the stream's options ask for.
    #[error("this build has no {0}")]
    NotBuilt(&'static str),
    /// A sequence which is not above the last one.
    #[error("sequence {asked} is below {min}")]
    SequenceTooLow {
        /// what was asked for
        asked: u64,
        /// the lowest that would do
        min: u64,
    },
    /// Sequences end one below the largest number.
    #[error("the stream's sequences are used up")]
    SequencesUsedUp,

    // The moment's: try again later.
    /// More unwritten bytes than the store buffers.
    #[error("{buffered} bytes wait for the disk, at most {max}")]
    Overloaded {
        /// bytes that wait
        buffered: usize,
        /// `StoreOptions::max_buffered`
        max: usize,
    },
    /// The system lacks descriptors, memory or the like for an operation on a file. It says nothing about what is in the file, and goes by.
    #[error("{what} {file}: {detail}")]
    TryAgain {
        /// what was tried
        what: &'static str,
        /// on which file
        file: String,
        /// the system's text
        detail: String,
    },
    /// The disk has no room for a new store, or for a new journal in one that lost it.
    #[error("the disk is full; the store needs {needed} bytes to begin with")]
    NoRoom {
        /// bytes of the journal, the manifest and the reserve
        needed: u64,
    },
    /// No room for what must be written first. Writing goes on by itself when there is.
    #[error("the disk is full")]
    DiskFull,
    /// No descriptor or memory for what must be written first. Writing goes on by itself when there is.
    #[error("the system lacks descriptors or memory")]
    Scarce,

    // The disk's: stop the stream, keep the server.
    /// An operation on a file failed.
    #[error("{what} {file}: {detail}")]
    Io {
        /// what was tried
        what: &'static str,
        /// on which file
        file: String,
        /// the kind of the error
        kind: io::ErrorKind,
        /// the system's text
        detail: String,
    },
    /// An earlier write or sync failed; nothing more is written until the store is opened again.
    #[error("writing stopped: {cause}")]
    Stopped {
        /// the failure that stopped it
        cause: String,
    },
    /// Bytes are not what was written.
    #[error("bad checksum in segment {segment} at {offset} (sequence {seq})")]
    Checksum {
        /// number of the segment
        segment: u32,
        /// where in it
        offset: u32,
        /// the sequence that should be there
        seq: u64,
    },

    // The folder's: refuse to open and touch nothing.
    /// Another process has the store open.
    #[error("the store is in use by another process")]
    InUse,
    /// The folder holds files, but not a store of ours.
    #[error("the folder holds {names:?} and no store of this program; give it an empty folder")]
    ForeignFolder {
        /// a few of the names found
        names: Vec<String>,
    },
    /// Neither copy of a small file can be used, and one of them is there: what it says is not to be made up, nor written over.
    #[error(
        "neither {name}.a nor {name}.b can be read ({detail}); put one of them back from a backup, or let {way_out}"
    )]
    Unreadable {
        /// the file, without which of both copies
        name: String,
        /// what is wrong with them
        detail: String,
        /// what can be done without a backup
        way_out: &'static str,
    },
    /// The key doesn't open the store: it is another one's, or what it protects was changed.
    #[error("{file} doesn't open with this key: give the store the key that it was written with")]
    WrongKey {
        /// the file
        file: String,
    },
    /// A file of a version which this program can't read.
    #[error("{file} has format version {found:?}, which this program doesn't know")]
    Version {
        /// the file
        file: String,
        /// its version, as written
        found: char,
    },
    /// The store was closed, or dropped.
    #[error("the store is closed")]
    Closed,
}

/// What a store waits for, and takes nothing meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// room on the disk
    Room,
    /// descriptors, memory or the like
    Resources,
}

impl Lack {
    /// What lacks after an error that passes.
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::DiskFull => Self::Room,
            _ => Self::Resources,
        }
    }
}

impl From<Lack> for Error {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Room => Self::DiskFull,
            Lack::Resources => Self::Scarce,
        }
    }
}

/// Which limit an append ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// `Limits::max_msgs`
    Msgs,
    /// `Limits::max_bytes`
    Bytes,
    /// `Limits::max_per_subject`
    PerSubject,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Msgs => "messages",
            Self::Bytes => "bytes",
            Self::PerSubject => "messages per subject",
        })
    }
}

impl Error {
    /// An I/O error with its context.
    pub(crate) fn io(what: &'static str, file: &str, error: &io::Error) -> Self {
        if is_full(error) {
            return Self::DiskFull;
        }
        let (file, detail) = (file.to_owned(), error.to_string());
        if is_lack(error) {
            return Self::TryAgain { what, file, detail };
        }
        Self::Io {
            what,
            file,
            kind: error.kind(),
            detail,
        }
    }

    /// A failed sync. Unless it wasn't made at all it never goes by, whatever the system calls it: nobody knows which pages were dropped.
    pub(crate) fn sync(file: &str, error: &io::Error) -> Self {
        if is_out_of_descriptors(error) {
            return Self::io("sync", file, error);
        }
        Self::Io {
            what: "sync",
            file: file.to_owned(),
            kind: error.kind(),
            detail: error.to_string(),
        }
    }

    /// The file that it is about, as far as it names one.
    pub(crate) fn file(&self) -> Option<&str> {
        match self {
            Self::Io { file, .. } | Self::TryAgain { file, .. } | Self::WrongKey { file } => {
                Some(file)
            }
            _ => None,
        }
    }

    /// Whether the same may succeed later, without anything being done: the disk is full, or the system lacks something.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::DiskFull | Self::Scarce | Self::TryAgain { .. } | Self::Overloaded { .. }
        )
    }

    /// The same failure as the reason why nothing more is written.
    pub(crate) fn stopped(&self) -> Self {
        match self {
            Self::Stopped { .. } | Self::Closed => self.clone(),
            other => Self::Stopped {
                cause: other.to_string(),
            },
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Whether the system had no descriptor, memory or time for it. (A call that was interrupted is tried again where it was made.)
fn is_lack(error: &io::Error) -> bool {
    let by_kind = matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    );
    by_kind || is_out_of_memory(error) || is_out_of_descriptors(error)
}

/// Whether there was no memory, or no place for a mapping.
pub(crate) fn is_out_of_memory(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::OutOfMemory
}

/// Whether the process or the system has no descriptor left.
pub(crate) fn is_out_of_descriptors(error: &io::Error) -> bool {
    #[cfg(unix)]
    let codes = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE].map(|it| it.raw_os_error());
    #[cfg(not(unix))]
    let codes = [4];
    error
        .raw_os_error()
        .is_some_and(|code| codes.contains(&code))
}

/// This crate's results.
pub type Result<T> = std::result::Result<T, Error>;
