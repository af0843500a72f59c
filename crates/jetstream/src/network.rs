//! The world as JetStream sees it: messages that come in under a token, messages that go out, and who listens.

use std::fmt;
use std::sync::Arc;

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

/// What a restricted client may do beside sending what it sent.
pub trait Rights: fmt::Debug {
    /// Whether it may send to `subject` itself.
    fn may_publish(&self, subject: &[u8]) -> bool;
    /// Whether it may read what is sent to `subject`.
    fn may_read(&self, subject: &[u8]) -> bool;
    /// Whether we may send on its behalf to `target`, a subject or a filter.
    fn may_target(&self, target: &[u8]) -> bool;
    /// The same rights, for as long as somebody needs them.
    fn keep(&self) -> Arc<dyn Rights + Send + Sync>;
}

/// The rights of a client whose wish takes longer than its message.
#[derive(Clone, Debug)]
pub(crate) struct Author(Option<Arc<dyn Rights + Send + Sync>>);

impl Author {
    pub(crate) fn client(&self) -> Client<'_> {
        match &self.0 {
            Some(rights) => Client::new(&**rights),
            None => Client::UNRESTRICTED,
        }
    }
}

/// A client that sent a message. Requests, acks and answers to flow control are taken from nobody else.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// `None`: it may do everything in its account.
    rights: Option<&'a dyn Rights>,
}

impl<'a> Client<'a> {
    /// A client that may do everything in its account.
    pub const UNRESTRICTED: Self = Self { rights: None };

    /// A client that may do what `rights` say.
    #[must_use]
    pub fn new(rights: &'a dyn Rights) -> Self {
        Self {
            rights: Some(rights),
        }
    }

    pub(crate) fn keep(self) -> Author {
        Author(self.rights.map(Rights::keep))
    }

    pub(crate) fn may_publish(&self, subject: &[u8]) -> bool {
        self.rights.is_none_or(|rights| rights.may_publish(subject))
    }

    pub(crate) fn may_read(&self, subject: &[u8]) -> bool {
        self.rights.is_none_or(|rights| rights.may_read(subject))
    }

    pub(crate) fn may_target(&self, target: &[u8]) -> bool {
        self.rights.is_none_or(|rights| rights.may_target(target))
    }
}

/// Who sent a message.
#[derive(Clone, Copy, Debug, Default)]
pub enum Origin<'a> {
    /// The server: a delivery, an answer, an event. It may be stored, and is no request, whatever its subject says.
    #[default]
    Server,
    /// A client, which may send to this subject.
    Client(Client<'a>),
}

impl<'a> Origin<'a> {
    /// The client, if it was one.
    pub(crate) fn client(self) -> Option<Client<'a>> {
        match self {
            Self::Server => None,
            Self::Client(client) => Some(client),
        }
    }
}

/// What a subscription of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listens {
    /// We store what comes, from whomever.
    ToAll,
    /// We do what comes: nothing may come that a client didn't send.
    ToClients,
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
    /// Who sent it.
    pub origin: Origin<'a>,
}

/// What JetStream asks of the core broker. Calls take effect in order. What goes out has [`Origin::Server`].
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
    fn subscribe(&mut self, account: AccountId, filter: &[u8], token: Token, listens: Listens);
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
