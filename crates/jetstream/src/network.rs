//! The world as JetStream sees it: messages that come in under a token, messages that go out, and who listens.

use std::fmt;

/// One account, by a small number that the caller gave in [`JetStream::open_account`](crate::JetStream::open_account).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct AccountId(pub u32);

/// A subscription of JetStream's own; what arrives for it carries it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Token(pub u64);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message that was published by a client, or goes out to one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Message<'a> {
    /// Where it was published.
    pub subject: &'a [u8],
    /// Where an answer is expected.
    pub reply: Option<&'a [u8]>,
    /// The header block with its status line and the empty line at its end; empty: none.
    pub headers: &'a [u8],
    /// The body.
    pub payload: &'a [u8],
}

/// What JetStream asks of the core broker. Calls take effect in order.
pub trait Network {
    /// Delivers `message` to whoever listens, and says whether anybody does.
    fn publish(&mut self, account: AccountId, message: &Message<'_>) -> bool;
    /// Delivers `message` to whoever listens to `to`; they see the message's own subject.
    fn deliver(&mut self, account: AccountId, to: &[u8], message: &Message<'_>) -> bool;
    /// Whether anybody listens to `subject`.
    fn has_interest(&self, account: AccountId, subject: &[u8]) -> bool;
    /// A number that is another one whenever somebody began or ceased to listen.
    fn interest_version(&self, account: AccountId) -> u64;
    /// Whether anybody listens to `subject` as a member of this queue.
    fn has_queue(&self, account: AccountId, subject: &[u8], queue: &[u8]) -> bool;
    /// From now on, messages that match `filter` arrive under `token`. A token may have several filters.
    fn subscribe(&mut self, account: AccountId, filter: &[u8], token: Token);
    /// Ends one filter of `token`.
    fn unsubscribe(&mut self, account: AccountId, filter: &[u8], token: Token);
}

/// Publishes a bare message.
pub(crate) fn say(net: &mut dyn Network, account: AccountId, to: &[u8], payload: &[u8]) {
    let message = Message {
        subject: to,
        payload,
        ..Message::default()
    };
    let _ = net.publish(account, &message);
}
