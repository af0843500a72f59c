//! The file system, as narrow as the store can live with: one folder, names without slashes.
//!
//! Everything the store does to a disk goes through here, so a simulated disk sees every byte and every name, and can
//! forget those that were not synced.
mod bounded;
#[cfg(any(test, feature = "sim"))]
pub(crate) mod crash;
mod descriptors;
mod folder;

pub(crate) use bounded::BoundedDisk;
pub use folder::{FolderDisk, ReadMode};

use bytes::Bytes;
use std::{io, path::Path, sync::Arc};

/// A folder.
pub trait Disk: Send + Sync {
    /// Takes the folder for this process. `false`: another one has it.
    fn lock(&self) -> io::Result<bool>;
    /// All names, in any order.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Makes an empty file, or empties the one that is there.
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;
    /// Opens a file to read and write.
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;
    /// Gives a file another name, over the one that has it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Takes a name away.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes names durable.
    fn sync_dir(&self) -> io::Result<()>;
    /// How many syncs at a time it does better than one after the other.
    fn lanes(&self) -> usize {
        1
    }
    /// Frees a descriptor that it held in reserve, for a call that found none. `false`: there is none.
    fn release_descriptor(&self) -> bool {
        false
    }
    /// Where it is, for people.
    fn folder(&self) -> Option<&Path> {
        None
    }
    /// Says what the next operations are for. A simulated disk counts by it; a real one doesn't care.
    fn note(&self, _work: Work) {}
}

/// An open file.
pub trait DiskFile: Send + Sync {
    /// Its length.
    fn len(&self) -> io::Result<u64>;
    /// Whether it has no bytes.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Makes it at least `len` long, with blocks behind every byte.
    fn allocate(&self, len: u64) -> io::Result<()>;
    /// Takes away what is behind the first `len` bytes.
    fn truncate(&self, len: u64) -> io::Result<()>;
    /// Fills `buf` from `at`; returns how much was there.
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize>;
    /// Writes all of `bytes` at `at`.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
    /// Makes the bytes durable (and the length, but not the name).
    fn sync(&self) -> io::Result<()>;
    /// The file's bytes, which nobody changes while they are held: a mapping, or a copy.
    fn map(&self) -> io::Result<Bytes>;
}

/// What an operation is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// opening and closing
    Open,
    /// a batch of records
    Append,
    /// the journal begins again at its start
    Wrap,
    /// tails go to their segments so that the journal can be reused
    Checkpoint,
    /// a segment's file is made
    Roll,
    /// a segment's footer is written
    Footer,
    /// a manifest or meta is written aside and renamed
    Rename,
    /// a batch with deletes or purges, and the removal of files
    Purge,
    /// a segment is written anew
    Compaction,
    /// a batch with small state
    State,
    /// a batch with a stream's definition
    Definition,
}

impl Work {
    /// All of them, in the order in which reports show them.
    pub const ALL: [Self; 11] = [
        Self::Open,
        Self::Append,
        Self::Wrap,
        Self::Checkpoint,
        Self::Roll,
        Self::Footer,
        Self::Rename,
        Self::Purge,
        Self::Compaction,
        Self::State,
        Self::Definition,
    ];
}

/// Reads all of a file.
pub(crate) fn read_all(file: &dyn DiskFile) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; file.len()? as usize];
    let n = file.read_at(&mut bytes, 0)?;
    bytes.truncate(n);
    Ok(bytes)
}
