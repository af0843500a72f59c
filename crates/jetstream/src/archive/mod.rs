//! The form in which a stream leaves a server and comes back: entries, one after the other, in an S2 stream.
//!
//! The bytes are those of the reference since 2.15, so that a stream can move between the two. Both ways work on pieces: [`Packer`]
//! gives compressed bytes as soon as there are some, [`Unpacker`] takes them in any pieces and gives what is whole.

mod entry;
mod frame;

pub(crate) use entry::{Entry, Unpacker};
pub(crate) use frame::Packer;

/// The first bytes, once decompressed.
pub(crate) const MAGIC: &[u8] = b"NATSARC1";
/// Name of the entry that comes first.
pub(crate) const STATE: &str = "state.json";
/// Begins the names of entries with consumers.
pub(crate) const CONSUMERS: &str = "consumers/";

/// Why an archive can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Frames are wrong.
    #[error("s2: corrupt input")]
    Corrupt,
    /// Bytes aren't what they were.
    #[error("s2: corrupt input, crc mismatch")]
    Checksum,
    /// It is the tape of an older server.
    #[error("archives of servers before 2.15 are not supported yet")]
    OldForm,
    /// An entry can't be one.
    #[error("archive: invalid archive stream")]
    Invalid,
}
