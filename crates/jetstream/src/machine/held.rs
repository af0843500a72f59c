//! Publishes that are held until the ids of their stream's window are known.
//!
//! # Laws
//! - While one is held, whatever is published to its stream is held behind it: messages of a publisher stay in their order.
//! - Streams of an account hold [`BYTES_MAX`] together, and a message; then [`JetStream::takes`] says no, and the account's mailbox isn't read.
//! - Ids are read in slices; then all that is held goes on, as far as the log has room: the next commit makes some. If they can't be read now, messages that ask for one are refused, and the rest of
//!   the ids is read later.
//! - Once the first ones were read, or a message was removed that may have one, a task reads the others, whether anybody asks for them or not: what
//!   was removed is remembered for the window, and no longer.
//! - When their stream ends, or their account, they are refused: each publisher that waits is answered.

use super::answers::refusal;
use super::*;
use crate::network::say;
use crate::tasks::{Request, StreamRef, Task};

/// Bytes of messages that an account may have held.
const BYTES_MAX: usize = 4 << 20;

/// What an account has.
#[derive(Default)]
pub(super) struct Held {
    bytes: usize,
    /// By the token of their stream.
    publishes: HashMap<Token, VecDeque<Request>>,
}

impl Held {
    fn push(&mut self, token: Token, request: Request) {
        self.bytes += request.size();
        self.publishes.entry(token).or_default().push_back(request);
    }

    /// Bytes of the next one of a stream.
    fn next_size(&self, token: Token) -> Option<usize> {
        let next = self.publishes.get(&token)?.front()?;
        Some(next.size())
    }

    /// The next one of a stream; `None`: there is none any more.
    fn pop(&mut self, token: Token) -> Option<Request> {
        let request = self.publishes.get_mut(&token).and_then(VecDeque::pop_front);
        match &request {
            Some(request) => self.bytes -= request.size(),
            None => drop(self.publishes.remove(&token)),
        }
        request
    }
}

/// How far what was held of a stream is.
pub(super) enum Release {
    /// Nothing is held any more.
    Done,
    /// Ids are being read.
    Reads,
    /// Ids are known, and the log has no room for what is next.
    AwaitsRoom,
}

impl JetStream {
    /// Whether a message under this token may come in now. If not, it and what is behind it waits in its account's mailbox.
    #[must_use]
    pub fn takes(&self, token: Token) -> bool {
        let Some(Target::Stream(index)) = self.targets.get(&token) else {
            return true;
        };
        let stream = self.streams[*index].as_ref();
        stream.is_none_or(|stream| !stream.is_held || !self.is_held_up(stream.account))
    }

    /// Whether an account has as much held as it may.
    #[must_use]
    pub fn is_held_up(&self, account: AccountId) -> bool {
        let held = self.held.get(&account);
        held.is_some_and(|held| held.bytes >= BYTES_MAX)
    }

    /// Holds a message back, if it must wait. If it can't be known how long, it is refused. True in both cases.
    pub(super) fn hold(
        &mut self,
        index: usize,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) -> bool {
        let Some(stream) = self.streams.quietly(index) else {
            return false;
        };
        if !stream.is_held {
            if !stream.awaits_ids(message) {
                return false;
            }
            let needs = stream.needs_ids(message);
            match self.begin_ids_at_once(index, now) {
                Ok(true) => return false,
                Ok(false) => {}
                Err(_) if !needs => return false,
                Err(error) => {
                    if let Some(stream) = &self.streams[index] {
                        refuse(stream, message, &error, net);
                    }
                    return true;
                }
            }
        }
        if let Some(stream) = &self.streams[index] {
            let held = self.held.entry(stream.account).or_default();
            held.push(stream.token, Request::new(message));
        }
        true
    }

    /// Reads a stream's ids, if its publishes aren't held already. True if they are known now; if not, its publishes are held until they are.
    pub(crate) fn begin_ids(
        &mut self,
        index: usize,
        now: u64,
        slice: &mut Slice,
    ) -> Result<bool, ApiError> {
        let Some(stream) = self.streams.quietly(index).filter(|it| !it.is_held) else {
            return Ok(false);
        };
        let known = stream.read_ids(now, slice);
        stream.is_held = known == Ok(false);
        let (is_held, token) = (stream.is_held, stream.token);
        self.attend_ids(index);
        if is_held {
            // The task that reads them may have met an error.
            self.tasks.resume_ids(StreamRef { index, token });
        }
        known
    }

    /// The same, within what may be touched before the next turn.
    pub(crate) fn begin_ids_at_once(&mut self, index: usize, now: u64) -> Result<bool, ApiError> {
        let mut slice = self.at_once.clone();
        let known = self.begin_ids(index, now, &mut slice);
        self.at_once = slice;
        known
    }

    /// Has a task read a stream's ids, if they are being read and none does.
    pub(crate) fn attend_ids(&mut self, index: usize) {
        let Some(stream) = self.streams.quietly(index) else {
            return;
        };
        if stream.take_unattended_ids() {
            let token = stream.token;
            let stream_ref = StreamRef { index, token };
            self.tasks
                .push(stream.account, Task::Ids { stream: stream_ref });
        }
    }

    /// Goes on with reading a stream's ids, and then with what is held.
    ///
    /// # Errors
    /// When they can't be read now.
    pub(super) fn release(
        &mut self,
        account: AccountId,
        at: StreamRef,
        slice: &mut Slice,
        now: u64,
        net: &mut dyn Network,
    ) -> Result<Release, ApiError> {
        let Some(stream) = self.stream_at_mut(at) else {
            return Ok(Release::Done);
        };
        let failure = match stream.read_ids(now, slice) {
            Ok(true) => None,
            Ok(false) => return Ok(Release::Reads),
            Err(error) => Some(error),
        };
        stream.are_ids_attended = failure.is_some();
        // All that has room in one turn, which has a bound of its own: what comes meanwhile would keep the stream held for ever.
        loop {
            let held = self.held.get_mut(&account);
            let next = held.as_deref().and_then(|held| held.next_size(at.token));
            if next.is_some_and(|size| !self.store.has_room(size)) {
                return Ok(Release::AwaitsRoom);
            }
            let Some(request) = held.and_then(|held| held.pop(at.token)) else {
                if let Some(stream) = self.streams[at.index].as_mut() {
                    stream.is_held = false;
                }
                return failure.map_or(Ok(Release::Done), Err);
            };
            slice.touch(request.size());
            let message = request.message();
            let stream = self.streams[at.index].as_ref();
            let needing = stream.filter(|stream| stream.needs_ids(&message));
            match (&failure, needing) {
                (Some(error), Some(stream)) => refuse(stream, &message, error, net),
                _ => self.store(at.index, &message, now, net),
            }
        }
    }

    /// The store committed: what is held and had no room goes on.
    pub(super) fn release_awaiting_room(&mut self) {
        for (account, stream) in std::mem::take(&mut self.awaiting_room) {
            self.tasks.push(account, Task::Ids { stream });
        }
    }

    /// Refuses what is held of a stream that ends.
    pub(crate) fn refuse_held(&mut self, stream: &Stream, error: &ApiError, net: &mut dyn Network) {
        let Some(held) = self.held.get_mut(&stream.account) else {
            return;
        };
        while let Some(request) = held.pop(stream.token) {
            refuse(stream, &request.message(), error, net);
        }
    }
}

/// Tells a publisher, if it wants to know, why its message isn't stored.
fn refuse(stream: &Stream, message: &Message<'_>, error: &ApiError, net: &mut dyn Network) {
    if let Some(reply) = message.reply.filter(|_| !stream.config.no_ack) {
        let body = refusal(error, &stream.config.name);
        say(net, stream.account, reply, &body);
    }
}
