//! NATS protocol bytes to frames and back.
//!
//! [`decode_client`] reads what a client sends, [`decode_server`] what a server sends; [`encode`] writes
//! either side. A frame borrows from the buffer it was read from: a payload is never copied to be parsed.
//! "More bytes needed" is `Ok(None)`, so any way of cutting the stream gives the same frames.
//! [`Info`] and [`Connect`] are the two JSON lines of the handshake, [`Headers`] a parsed header block.
//!
//! This crate knows no sockets, no wildcards, no accounts and none of the texts of `-ERR`. A server and a
//! client can both be built on it.
//!
//! ```
//! use midge_wire::{Limits, ServerFrame, decode_server, encode};
//!
//! let mut out = Vec::new();
//! encode::msg(&mut out, b"greet.joe", b"7", None, None, 5);
//! out.extend_from_slice(b"hello\r\n");
//!
//! let Some((ServerFrame::Msg(message), used)) = decode_server(&out, &Limits::CLIENT)? else {
//!     unreachable!("the frame is whole");
//! };
//! assert_eq!((message.subject, message.body(), used), (&b"greet.joe"[..], &b"hello"[..], out.len()));
//! # Ok::<(), midge_wire::Error>(())
//! ```
//!
//! # Invariants
//! - Decoding allocates nothing (only the JSON and the errors about it do).
//! - What decides is the reference server, also where it is odd: blanks and tabs separate, LF alone ends a
//!   control line, anything may follow `PING`, a bad `max` of UNSUB counts as none.
//! - A prefix which can't become a frame is an error at once, and so is a message that is too large as soon
//!   as its control line is there. Hence a reader never holds more than one frame within [`Limits`].
//!
//! # Where this is stricter than the reference
//! The reference drops blanks before arguments, and junk behind `PING`, `PONG` and `+OK`, byte by byte and
//! without end. A decoder without state would have to keep them, so they are bounded by
//! [`Limits::max_control_line`] too.
//!
//! # Why nom and one search for LF, and not a state machine by the byte
//! A machine by the byte keeps its state in the connection and looks at each byte once, but it looks at each
//! byte. Here `memchr` finds the line's end, slices are cut with nom's combinators, and the payload is skipped
//! unread. The price is that the start of an unfinished line is read again when its rest arrives; a line is
//! short and bounded.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod client;
mod connect;
mod control;
mod deliver;
mod error;
mod headers;
mod info;
mod json;
#[doc(hidden)]
pub mod laws;
mod line;
mod publish;
mod server;
mod subscribe;

pub use client::{ClientFrame, decode_client, frame_len};
pub use connect::Connect;
pub use deliver::Message;
pub use error::Error;
pub use headers::{Headers, HeadersBuilder, status_block};
pub use info::Info;
pub use line::{Limits, is_field};
pub use publish::Publish;
pub use server::{ServerFrame, decode_server};

/// Frames to bytes, appended to a buffer of the caller's.
pub mod encode {
    pub use crate::connect::connect;
    pub use crate::control::{err, ok, ping, pong};
    pub use crate::deliver::msg;
    pub use crate::info::info;
    pub use crate::publish::{hpub, publish};
    pub use crate::subscribe::{sub, unsub};
}
