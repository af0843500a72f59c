//! Read-only mappings: the only unsafe code here.
//!
//! # Why it is sound
//! A mapping is undefined behaviour waiting to happen if somebody shortens or changes the file beneath it. Nobody does:
//!
//! - *Which files.* Sealed segments: their bytes are written and synced before, and never again under that name. (The
//!   tail of a stream is read from memory or by `pread`.) And the journal while it is opened: nothing is written before
//!   `Journal::open` returns, which copies what it keeps and lets go of the mapping.
//! - *This process.* A sealed segment's file is removed or recycled only through `Segment`'s owner, which recycles (so
//!   that bytes change) only when its cell says that nobody holds a slice of its mapping, and after it gave up the mapping itself; one that
//!   went before had no slices, or it had stayed (`mappings.rs`). Removing a name leaves the pages as they are. Files are never shortened.
//! - *Other processes.* The store holds an exclusive lock on the folder's `LOCK`. Somebody who writes into a database's
//!   files behind its back, as root with a hex editor, breaks this as he breaks any program that maps its files.
//! - *The disk.* A sector that can't be read is a SIGBUS, not a wrong value: the process ends. Who prefers an error
//!   chooses `ReadMode::Copied`.
//!
//! Whatever the bytes are, they are checked before they are believed: every read verifies its checksum.
use bytes::Bytes;
use memmap2::Mmap;
use std::{fs::File, io};

/// The whole file, mapped. The slices of the result keep the mapping alive.
#[allow(unsafe_code, reason = "the argument stands above")]
pub(crate) fn map(file: &File) -> io::Result<Bytes> {
    // SAFETY: nobody changes or shortens the file while the mapping lives: see "Why it is sound".
    let map = unsafe { Mmap::map(file)? };
    Ok(Bytes::from_owner(map))
}
