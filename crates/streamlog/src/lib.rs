//! An embedded, mmap-backed, crash-safe segment log with group commit.
//!
//! A [`Store`] is a folder. It holds [`Stream`]s of messages (subject, headers, payload, a sequence and a time) and small keyed state, and
//! has one journal: everything that gathered is made durable by one write and one sync. [`Stream::append`] copies, numbers and
//! indexes; the [`Ticket`] it gives back is released when the message is on the disk, not before. This crate knows nothing
//! of clients, consumers or acknowledgements; it starts no thread by itself ([`Committer::spawn`] does) and reads no clock.
//!
//! An own durable queue:
//!
//! ```
//! use midge_streamlog::{Committer, Filter, FolderDisk, NewMessage, ReadMode, Store, StoreOptions, StreamOptions};
//! # use std::sync::Arc;
//! # let folder = tempfile::tempdir()?;
//! let disk = Arc::new(FolderDisk::new(folder.path(), ReadMode::Mapped)?);
//! let store = Store::open(disk, StoreOptions::default())?;
//! let committer = Committer::spawn(&store)?;
//! let queue = match store.stream("queue")? {
//!     Some(queue) => queue,
//!     None => store.create_stream("queue", StreamOptions::default())?.0,
//! };
//!
//! let now = 1_700_000_000_000_000_000;
//! queue.append(NewMessage::new("jobs.1", "paint the fence"), now)?.ticket.wait()?; // now it is on the disk
//!
//! let mut jobs = queue.cursor(Filter::new("jobs.*"), 1);
//! while let Some(job) = jobs.next_message()? {
//!     println!("{}", String::from_utf8_lossy(&job.payload));
//!     if let Some(done) = queue.delete(job.seq)? {
//!         done.wait()?; // and now it is gone for good
//!     }
//! }
//! drop(committer);
//! store.close(now)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//! - A ticket is released only after what it stands for is as durable as the stream's policy asks for.
//! - Reads see nothing that a crash could take back, nothing whose checksum fails, and wait for no disk that is being written.
//! - Opening succeeds on a store of ours, unless its manifest is there and both copies can't be used; what else is broken costs itself alone and
//!   is told ([`Store::damage`]).
//! - An I/O failure is never taken for a fact about what is in a file: only a name that isn't in the folder is absent.
//!
//! # Why a journal and segments, and not one of them
//! One file for all streams makes removing old messages a matter of rewriting; a file per stream makes a commit cost a sync per stream.
//! `docs/streamlog.md` has the bytes, the protocol with its argument, and what each fault costs.
#![deny(unsafe_code)]
#![deny(missing_docs)]

mod batch;
mod chain;
mod checkpoint;
mod codec;
mod commit;
mod committer;
mod compact;
mod crypt;
mod cursor;
mod damage;
mod disk;
mod dots;
mod error;
mod evicted;
mod expire;
mod filter;
mod filters;
mod gate;
mod index;
#[cfg(any(test, feature = "sim"))]
mod interleave;
mod journal;
mod keep;
mod lasts;
#[cfg(any(test, feature = "sim"))]
mod laws;
mod losses;
mod mappings;
#[cfg(any(test, feature = "sim"))]
mod marks;
mod meta;
mod open;
mod options;
mod pins;
mod purge;
mod read;
mod record;
mod recover;
mod region;
mod repair;
mod reserve;
mod ring;
mod seal;
mod segment;
mod slot;
mod small;
mod spill;
mod split;
mod state;
mod steps;
mod stop;
mod store;
mod stream;
mod subjects;
mod sync;
mod tail;
mod ticket;
mod timer;
#[cfg(any(test, feature = "sim"))]
mod torture;
mod twice;

pub use commit::Commit;
pub use committer::Committer;
pub use cursor::Cursor;
pub use damage::{Damage, DamageKind};
pub use disk::{Disk, DiskFile, FolderDisk, ReadMode, Work};
pub use error::{Error, Lack, Limit, Result};
pub use evicted::Evicted;
pub use expire::Expired;
pub use filter::Filter;
pub use filters::Filters;
pub use index::SubjectTotal;
pub use lasts::{LastChange, LastList};
pub use options::{Discard, Limits, Policy, Storage, StoreOptions, StreamOptions};
pub use purge::Purge;
pub use read::Message;
pub use seal::{Cipher, Compression, Key};
pub use split::SplitTable;
pub use state::{NEVER, NewMessage};
pub use store::{KEY_MAX, StateChange, Store};
pub use stream::{Appended, Stream, StreamStats};
pub use subjects::{Listed, SubjectList};
pub use ticket::Ticket;

/// A disk that forgets what wasn't synced, for tests of this crate and of those above.
#[cfg(any(test, feature = "sim"))]
pub mod sim {
    pub use crate::disk::crash::{Call, CrashDisk, Failure, Fault};
    /// Threads whose interleaving is drawn from a seed.
    pub mod interleave {
        pub use crate::interleave::{
            Mutex, Parked, Schedule, aside, current, now, park_timeout, pause, preempt, roll,
        };
    }
    pub use crate::laws::reopen;
    pub use crate::marks::{check_marks, durable_marks};
    pub use crate::steps::take as take_steps;
    pub use crate::torture::{Report, run as torture};
}
