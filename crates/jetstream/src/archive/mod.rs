//! The forms in which a stream leaves a server and comes back, inside an S2 stream.
//!
//! [`entry`] is the form of the reference since 2.15: entries, one after the other. We write it and read it. The servers before wrote
//! their folder as a [`tape`] with whole files, which we only read. Both ways work on pieces: [`Packer`] gives compressed bytes as soon as
//! there are some, [`Unpacker`] takes them in any pieces and gives [`Part`]s, whatever the form.
//!
//! Whoever sends an archive may lie in each byte of it. A few bytes may stand for megabytes, so frames are unpacked one at a time and
//! only when the part that is next isn't whole; each part has a longest size that is looked at before it is waited for.

mod block;
mod entry;
mod frame;
mod hash;
mod index;
mod places;
mod tape;
mod unpack;

pub(crate) use entry::Entry;
pub(crate) use frame::Packer;
pub(crate) use index::Index;
pub(crate) use unpack::Unpacker;

use serde_json::Value;

/// The first bytes, once decompressed.
pub(crate) const MAGIC: &[u8] = b"NATSARC1";
/// Name of the entry that comes first.
pub(crate) const STATE: &str = "state.json";
/// Begins the names of entries with consumers.
pub(crate) const CONSUMERS: &str = "consumers/";
/// Longest payload.
const BODY_MAX: u64 = 64 << 20;
/// Longest text that is taken as a whole and understood: the state, a consumer.
const TEXT_MAX: u64 = 4 << 20;

/// Something of a stream.
#[derive(Debug, PartialEq)]
pub(crate) enum Part<'a> {
    /// What comes first.
    Head(Head),
    Message(Entry<'a>),
    /// There was such a message and is none.
    Gone(u64),
    /// What a tape's server knew of all its messages.
    Index(Index<'a>),
    /// Configuration (`config`) and state (`state`), together or one after the other.
    Consumer(String, Value),
    /// Nothing follows.
    End,
}

/// How a stream begins.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// What it was called, if the form says so.
    pub(crate) name: Option<String>,
    /// When it was made, if the form says so.
    pub(crate) created: Option<u64>,
    /// Its first and last sequence, its messages and its bytes. All zero if the form doesn't know yet.
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) bytes: u64,
}

/// Why an archive can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Frames are wrong.
    #[error("s2: corrupt input")]
    Corrupt,
    /// Bytes aren't what they were.
    #[error("s2: corrupt input, crc mismatch")]
    Checksum,
    /// An entry is longer than anything of its kind.
    #[error("archive: {0} is too long")]
    TooLong(&'static str),
    /// An entry can't be one.
    #[error("archive: invalid archive stream")]
    Invalid,
    /// A tape has a folder, a link, or what leads elsewhere.
    #[error("unexpected content")]
    Content,
    /// A text isn't what it should be.
    #[error("{0}")]
    Json(String),
    /// A file of a tape is damaged.
    #[error("archive: {0} is damaged")]
    File(String),
    /// The server that wrote the tape couldn't go on.
    #[error("archive: its server wrote: {0}")]
    Told(String),
    /// Deletions are in a form of their own there.
    #[error("archives of servers before 2.10 are not supported")]
    TooOld,
    /// A consumer's state.
    #[error("error restoring consumer [{0:?}]: corrupt state file")]
    State(String),
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}
