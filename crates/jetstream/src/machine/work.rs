//! Tasks go on, a slice per turn.

use super::held::Release;
use super::*;
use crate::keys::{self, Kind};
use crate::tasks::{Slice, StreamRef, Task};

impl JetStream {
    /// Goes on with what takes long, for one slice. True if there may be more to do.
    pub(super) fn work(&mut self, now: u64, net: &mut dyn Network) -> bool {
        self.at_once = Slice::new();
        let mut slice = Slice::new();
        let worked = !self.tasks.is_empty();
        while !slice.is_spent()
            && let Some((account, task)) = self.tasks.pop()
        {
            if let Some(rest) = self.go_on_with(account, task, &mut slice, now, net) {
                self.tasks.put_back(account, rest);
            }
        }
        // Streams may have waited for the last of them.
        worked
    }

    /// Goes on with a task; what is left of it.
    pub(super) fn go_on_with(
        &mut self,
        account: AccountId,
        mut task: Task,
        slice: &mut Slice,
        now: u64,
        net: &mut dyn Network,
    ) -> Option<Task> {
        slice.touch(0);
        match &mut task {
            Task::Get { stream, reply, get } => {
                let stream = self.stream_at(*stream);
                let mut send = |headers: &[u8], payload: &[u8]| {
                    let message = Message {
                        subject: reply,
                        headers,
                        payload,
                        ..Message::default()
                    };
                    net.publish(account, &message);
                };
                match stream {
                    Some(stream) => (!get.go_on(stream, slice, &mut send)).then_some(task),
                    None => {
                        get.end_early(&mut send);
                        None
                    }
                }
            }
            Task::Request {
                request,
                need,
                found,
            } => {
                if !self.advance(need, found, now, slice) {
                    return Some(task);
                }
                let known = std::mem::take(found);
                let message = request.message();
                let client = message.origin.client()?;
                let waiting = self.api_knowing(account, client, &message, known, now, net);
                (*need, *found) = waiting?;
                Some(task)
            }
            Task::Ids { stream } => {
                let stream = *stream;
                match self.release(account, stream, slice, now, net) {
                    Ok(Release::Done) => None,
                    Ok(Release::Reads) => Some(task),
                    Ok(Release::AwaitsRoom) => {
                        self.awaiting_room.push((account, stream));
                        None
                    }
                    Err(_) => {
                        self.tasks.put_off(account, task, now);
                        None
                    }
                }
            }
            Task::Listen(listening) => {
                let done = self.go_on_listening(account, listening, slice, net);
                (!done).then_some(task)
            }
            Task::Sweep(sweep) => {
                let at = sweep.stream;
                let swept = self.stream_at_mut(at)?.sweep(sweep, slice);
                self.after_removal(account, at, swept, task, now)
            }
            Task::Remove { stream } => {
                let at = *stream;
                let removed = self.stream_at_mut(at)?.remove_decided(slice);
                self.after_removal(account, at, removed, task, now)
            }
        }
    }

    /// What is left of a task that had messages go which nobody wants.
    fn after_removal(
        &mut self,
        account: AccountId,
        at: StreamRef,
        done: Result<bool, ApiError>,
        task: Task,
        now: u64,
    ) -> Option<Task> {
        self.attend_ids(at.index);
        match done {
            Ok(false) => return Some(task),
            Ok(true) => self.end_sweep(account, at),
            Err(error) => {
                let log = &self.stream_at(at)?.log;
                let (stream, is_stopped) = (log.name(), log.failure().is_some());
                if is_stopped {
                    tracing::warn!(stream, %error, "JetStream: what nobody wants any more is removed by the next start");
                    return None;
                }
                tracing::warn!(stream, %error, "JetStream: what nobody wants any more can't be removed, which is tried again");
                self.tasks.put_off(account, task, now);
            }
        }
        None
    }

    pub(crate) fn stream_at(&self, at: StreamRef) -> Option<&Stream> {
        let stream = self.streams[at.index].as_deref()?;
        (stream.token == at.token).then_some(stream)
    }

    pub(crate) fn stream_at_mut(&mut self, at: StreamRef) -> Option<&mut Stream> {
        let stream = self.streams.quietly(at.index)?;
        (stream.token == at.token).then_some(stream)
    }

    /// Fewer want the messages of a stream from a sequence on, by a change that is durable when `ticket` is released, if there is one. What nobody
    /// wants any more goes: it is found in slices, and stays until the change is durable. The store has a mark meanwhile, so that a crash in
    /// between doesn't end that.
    pub(crate) fn sweep_after(&mut self, index: usize, from: u64, ticket: Option<&Ticket>) {
        let Some(stream) = self.streams.quietly(index).filter(|it| it.settles()) else {
            return;
        };
        let last = stream.log.stats().last_seq;
        if let Some(ticket) = ticket.filter(|it| it.outcome() != Some(Ok(()))) {
            let is_listed = stream.awaits_changes();
            stream.decide_after(ticket);
            if !is_listed {
                let token = stream.token;
                self.undecided.push(StreamRef { index, token });
            }
        }
        self.sweep(index, from, last);
    }

    /// The store committed: what nobody wants by changes that are durable now goes, a slice of it at once, before whoever waits is answered.
    pub(super) fn decide(&mut self) {
        let mut slice = Slice::new();
        for at in std::mem::take(&mut self.undecided) {
            let Some(stream) = self.stream_at_mut(at) else {
                continue;
            };
            let account = stream.account;
            let is_left = stream.decide() && !matches!(stream.remove_decided(&mut slice), Ok(true));
            if stream.awaits_changes() {
                self.undecided.push(at);
            }
            if is_left {
                self.tasks.push(account, Task::Remove { stream: at });
            }
            self.attend_ids(at.index);
            self.end_sweep(account, at);
        }
    }

    /// Removes, in slices, what all consumers of a stream are done with: a power cut may have taken that they removed it, or it is to be removed
    /// from now on.
    pub(crate) fn sweep_settled(&mut self, index: usize) {
        if let Some(stream) = self.streams.quietly(index).filter(|it| it.settles()) {
            let upto = stream.reach();
            self.sweep(index, 1, upto);
        }
    }

    /// While it isn't known what consumers want, nothing goes: the next start looks again.
    fn sweep(&mut self, index: usize, from: u64, upto: u64) {
        let Some(stream) = self.streams.quietly(index) else {
            return;
        };
        if !stream.consumers.are_known() {
            return;
        }
        let from = from.max(stream.log.stats().first_seq);
        let (account, token) = (stream.account, stream.token);
        let stream = StreamRef { index, token };
        match from <= upto {
            true => self.tasks.sweep(account, stream, from, upto),
            false => self.end_sweep(account, stream),
        }
    }

    /// Leaves word in the store that a stream is to be swept. `None`: it couldn't. Without it a crash leaves messages that nobody wants; a full disk
    /// is no reason to refuse the change that makes it necessary.
    pub(crate) fn mark_sweep(&self, account: AccountId, index: usize) -> Option<Ticket> {
        let marked = self.store.put_state(&self.sweep_key(account, index), b"1");
        marked.ok()
    }

    /// After a start: goes on with sweeps that the last life of this process began, and looks at all other streams that remove what
    /// consumers are done with.
    pub(super) fn resume_sweeps(&mut self, account: AccountId) {
        let of = self.accounts.get(&account);
        let streams = of.map(|of| of.streams.values().copied().collect::<Vec<_>>());
        for index in streams.unwrap_or_default() {
            let is_marked = self.store.state(&self.sweep_key(account, index)).is_some();
            match is_marked {
                true => self.sweep_after(index, 1, None),
                false => self.sweep_settled(index),
            }
        }
    }

    /// Takes the mark back, unless some of what nobody wants is still there, or may be: it wasn't looked for while a consumer couldn't be read.
    fn end_sweep(&mut self, account: AccountId, at: StreamRef) {
        let is_open = |of: &Stream| of.is_undecided() || !of.consumers.are_known();
        if self.stream_at(at).is_some_and(is_open) || self.tasks.sweeps(account, at) {
            return;
        }
        let key = self.sweep_key(account, at.index);
        if self.store.state(&key).is_some() {
            let _ = self.store.delete_state(&key);
        }
    }

    /// Under which the store knows that a stream is being swept.
    pub(crate) fn sweep_key(&self, account: AccountId, index: usize) -> Vec<u8> {
        let account = self
            .accounts
            .get(&account)
            .map_or("", |it| it.name.as_str());
        let stream = self.streams[index]
            .as_ref()
            .map_or("", |it| it.config.name.as_str());
        keys::of(Kind::Sweep, account, stream)
    }
}
