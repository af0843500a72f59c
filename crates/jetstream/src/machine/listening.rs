//! What a stream listens to: one subscription for each of its subjects, of which a request may name a hundred thousand.
//!
//! # Laws
//! - A stream that is made, changed or deleted begins and ceases to listen in slices; the request is answered when that is done.
//! - Until then nobody changes the stream or makes it again: such requests wait.
//! - Who publishes to a deleted stream that still listens is refused, unless another stream has taken the subject: nobody gets two answers.

use super::answers::refusal;
use super::*;
use crate::error::STREAM_NOT_FOUND;
use crate::network::say;
use crate::tasks::{StreamRef, Task};

/// Headers and body of an answer.
type Said = (Vec<u8>, Vec<u8>);

/// Subjects that a stream begins or ceases to listen to, and what is said then.
pub(crate) struct Listening {
    stream: StreamRef,
    gone: Vec<String>,
    new: Vec<String>,
    /// For whoever asked, and when it may be told.
    answer: Option<(Box<[u8]>, Said)>,
    ticket: Option<Ticket>,
}

impl Listening {
    /// Says this to whoever asked, when it is done and the ticket released.
    pub(crate) fn then(
        mut self: Box<Self>,
        answer: Option<(&[u8], Said)>,
        ticket: Option<Ticket>,
    ) -> Task {
        self.answer = answer.map(|(to, said)| (to.into(), said));
        self.ticket = ticket;
        Task::Listen(self)
    }

    /// Goes on until the slice is spent. True when it is done. Of a stream that is gone nothing is begun.
    fn go_on(
        &mut self,
        account: AccountId,
        is_there: bool,
        slice: &mut Slice,
        net: &mut dyn Network,
    ) -> bool {
        let token = self.stream.token;
        if !is_there {
            self.new.clear();
        }
        while !slice.is_spent() {
            if let Some(subject) = self.gone.pop() {
                net.unsubscribe(account, subject.as_bytes(), token);
            } else if let Some(subject) = self.new.pop() {
                net.subscribe(account, subject.as_bytes(), token, Listens::ToAll);
            } else {
                break;
            }
            slice.touch(0);
        }
        self.gone.is_empty() && self.new.is_empty()
    }
}

impl JetStream {
    /// Has a stream listen to all its subjects, at once.
    pub(crate) fn listen_to_all(&self, index: usize, net: &mut dyn Network) {
        if let Some(stream) = &self.streams[index] {
            for subject in &stream.config.subjects {
                let subject = subject.as_bytes();
                net.subscribe(stream.account, subject, stream.token, Listens::ToAll);
            }
        }
    }

    /// Has a stream cease to listen to some subjects, and begin with others. What is left of that; `None`: nothing.
    pub(crate) fn listen(
        &mut self,
        index: usize,
        gone: Vec<String>,
        new: Vec<String>,
        net: &mut dyn Network,
    ) -> Option<Box<Listening>> {
        let stream = self.streams[index].as_mut()?;
        let token = stream.token;
        let mut listening = Listening {
            stream: StreamRef { index, token },
            gone,
            new,
            answer: None,
            ticket: None,
        };
        // A slice of its own, whatever else this turn does: to read the request cost more.
        stream.is_wiring = !listening.go_on(stream.account, true, &mut Slice::new(), net);
        stream.is_wiring.then(|| listening.into())
    }

    /// Has a stream that was deleted cease to listen to all its subjects; `None`: it does.
    pub(crate) fn silence(
        &mut self,
        index: usize,
        stream: Stream,
        net: &mut dyn Network,
    ) -> Option<Box<Listening>> {
        let (account, token) = (stream.account, stream.token);
        let mut listening = Listening {
            stream: StreamRef { index, token },
            gone: stream.config.subjects,
            new: Vec::new(),
            answer: None,
            ticket: None,
        };
        let done = listening.go_on(account, false, &mut Slice::new(), net);
        if !done && !stream.config.no_ack {
            self.leaving.insert(token, stream.config.name.into());
        }
        (!done).then(|| listening.into())
    }

    /// Refuses a publish to a stream that was deleted.
    pub(super) fn refuse_late(
        &self,
        account: AccountId,
        token: Token,
        message: &Message<'_>,
        net: &mut dyn Network,
    ) {
        let (Some(name), Some(reply)) = (self.leaving.get(&token), message.reply) else {
            return;
        };
        let streams = self.accounts.get(&account);
        if streams.is_none_or(|it| !it.captured.takes(message.subject)) {
            say(net, account, reply, &refusal(&STREAM_NOT_FOUND, name));
        }
    }

    /// Goes on with that. True when it is done, and said.
    pub(super) fn go_on_listening(
        &mut self,
        account: AccountId,
        listening: &mut Listening,
        slice: &mut Slice,
        net: &mut dyn Network,
    ) -> bool {
        let stream = self.stream_at_mut(listening.stream);
        let done = listening.go_on(account, stream.is_some(), slice, net);
        if !done {
            return false;
        }
        match stream {
            Some(stream) => stream.is_wiring = false,
            None => drop(self.leaving.remove(&listening.stream.token)),
        }
        if let Some((to, said)) = listening.answer.take() {
            self.answer_after(listening.ticket.take(), account, &to, said, net);
        }
        true
    }
}
