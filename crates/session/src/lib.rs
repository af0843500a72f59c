//! One NATS connection as a state machine.
//!
//! A [`Session`] reads what a client sends ([`Session::receive`]), stages answers and deliveries in
//! a [`Worker`](midge_router::Worker), and asks its caller only for what it can't decide alone:
//! [`Event::Connect`] wants an [`Session::admit`] or [`Session::close`], [`Event::Closed`] wants the
//! connection to be flushed and shut. Time comes in as an argument and goes out as
//! [`Session::poll_timeout`]; this crate knows no socket and no clock.
//!
//! Publishing doesn't pass through an event: it is the hottest path, so the session calls the
//! worker itself.
//!
//! | state | legal input | leaves it by |
//! |---|---|---|
//! | `Greeting` | CONNECT | CONNECT: `Admitting`; anything else: closed with `Authorization Violation` |
//! | `Admitting` | nothing is parsed | `admit`: `Open`; `close` |
//! | `Open` | everything | CONNECT: `Admitting`; a broken rule: `Closed` |
//! | `Closed` | nothing | |
//!
//! # Invariants
//! - The table from a fault of the peer to its `-ERR` text stands in [`texts`](CloseReason) alone.
//! - What was staged for others before a PING is handed over before its PONG is staged.
//! - A closed session has no subscriptions and counts in no account.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod gate;
mod intake;
mod session;
mod settings;
mod texts;
mod timers;
mod trace;

pub use intake::Intake;
pub use session::{Event, Identity, Session, greeting};
pub use settings::{ListenerSettings, Settings, Tracing};
pub use texts::CloseReason;
