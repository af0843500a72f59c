//! Ready-to-send bytes, and the lock-free mailbox in which they travel from many producers to one socket.
//!
//! ```
//! use midge_container::{Finished, Mailbox, Pool};
//! use std::io::{IoSlice, Write};
//!
//! fn drain(mailbox: &Mailbox, socket: &mut impl Write, pool: &mut Pool) -> std::io::Result<()> {
//!     let Some(mut drain) = mailbox.try_drain() else { return Ok(()) };
//!     loop {
//!         let mut slices = [IoSlice::new(&[]); 16];
//!         let filled = drain.io_slices(&mut slices);
//!         if filled > 0 {
//!             let written = socket.write_vectored(&slices[..filled])?;
//!             drain.advance(written, pool);
//!             continue;
//!         }
//!         match drain.finish() {
//!             Finished::Idle => return Ok(()),
//!             Finished::Again(same) => drain = same,
//!         }
//!     }
//! }
//!
//! let (mailbox, mut pool, mut socket) = (Mailbox::new(), Pool::default(), Vec::new());
//! let mut chunk = pool.take();
//! chunk.extend_from_slice(b"PONG\r\n");
//! assert_eq!(mailbox.push(chunk).pending, 6);
//! drain(&mailbox, &mut socket, &mut pool)?;
//! assert_eq!((&socket[..], mailbox.pending()), (&b"PONG\r\n"[..], 0));
//! # Ok::<(), std::io::Error>(())
//! ```
#![deny(missing_docs)]

mod budget;
mod chunk;
mod mailbox;
mod pool;
mod share;
mod slot;
mod sync;
mod waiters;

pub use budget::Budget;
pub use chunk::Chunk;
pub use mailbox::{Drain, Finished, Mailbox, Pushed, Sent};
pub use pool::{Pool, PoolLimits};
pub use share::Share;
pub use waiters::Waiters;
