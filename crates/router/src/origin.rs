//! Who sends a message, what it may address, and the proof that this was asked.
//!
//! A client's message reaches receivers only as a [`Routed`], and [`Worker::route`](crate::Worker::route) alone makes one: it applies
//! whatever rewrites the subject and asks the sender's [`Rights`] about the result. So a way from a client to a receiver without the check
//! doesn't compile, and another kind of rewriting has one place to go to.
//!
//! What the server itself sends has no rights to ask. It has another origin instead, and a [`Listener::Control`] doesn't hear that one:
//! whatever a client makes the server send, and wherever to, it is no request.

use crate::account::Account;
use crate::sink::Sink;
use crate::worker::Message;
use std::sync::Arc;

/// Who sends a message.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// A connection, which gets its own messages if `echo` is set.
    Client {
        /// Its destination.
        sink: &'a Arc<Sink>,
        /// Whether it hears itself.
        echo: bool,
    },
    /// The server: deliveries, answers, events.
    Server,
}

impl Origin<'_> {
    /// Whether the receiver is the sender, who doesn't hear itself.
    pub(crate) fn hides(&self, receiver: &Arc<Sink>) -> bool {
        matches!(self, Self::Client { sink, echo: false } if Arc::ptr_eq(sink, receiver))
    }
}

/// What stands for the server where the server's own listeners read who sent a message; no sink has this number.
pub const SERVER: u64 = 0;

/// What a sender may address.
pub trait Rights {
    /// Whether it may send to `subject`, which is where the message goes.
    fn may_publish(&mut self, subject: &[u8]) -> bool;
    /// Whether it is forbidden to send to `subject`, even if that goes to another subject in the end.
    fn is_denied(&self, subject: &[u8]) -> bool;
}

/// A sender without restrictions.
#[derive(Clone, Copy, Debug)]
pub struct Unrestricted;

impl Rights for Unrestricted {
    fn may_publish(&mut self, _: &[u8]) -> bool {
        true
    }

    fn is_denied(&self, _: &[u8]) -> bool {
        false
    }
}

/// A message whose sender may send it where it goes.
#[derive(Debug)]
pub struct Routed<'a> {
    pub(crate) account: &'a Account,
    pub(crate) origin: Origin<'a>,
    pub(crate) message: &'a Message<'a>,
    pub(crate) goes: Goes,
}

/// Where a message goes.
#[derive(Debug)]
pub(crate) enum Goes {
    /// Where it was sent.
    There,
    /// To another subject.
    To(Vec<u8>),
    /// Nowhere: its mapping has no destination for it.
    Nowhere,
}

/// The sender may not send to this subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where the message was sent, or where that goes.
    pub subject: Box<[u8]>,
}

/// What a subscription is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    /// It hears whatever its owner may receive.
    Client,
    /// The server stores what comes, from whomever.
    Store,
    /// The server does what comes: it hears clients alone.
    Control,
}
