//! Tasks go on, a slice per turn.

use super::*;
use crate::config::Retention;
use crate::keys::{self, Kind};
use crate::stream::Decision;
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
                    Ok(true) => None,
                    Ok(false) => Some(task),
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
            Task::Sweep { stream, at, upto } => {
                let (place, end) = (*stream, *upto);
                if let Some(stream) = self.stream_at_mut(place).filter(|it| it.is_undecided()) {
                    stream.sweep_later(*at);
                    return None;
                }
                let swept = self.stream_at_mut(place)?.sweep(at, end, slice);
                self.attend_ids(place.index);
                match swept {
                    Ok(false) => return Some(task),
                    Ok(true) => self.end_sweep(account, place),
                    Err(error) => {
                        self.tasks.put_off(account, task, now);
                        tracing::warn!(target: "midge", "JetStream can't remove what nobody wants any more: {error}");
                    }
                }
                None
            }
        }
    }

    pub(crate) fn stream_at(&self, at: StreamRef) -> Option<&Stream> {
        let stream = self.streams[at.index].as_deref()?;
        (stream.token == at.token).then_some(stream)
    }

    pub(crate) fn stream_at_mut(&mut self, at: StreamRef) -> Option<&mut Stream> {
        let stream = self.streams.quietly(at.index)?;
        (stream.token == at.token).then_some(stream)
    }

    /// Removes, in slices, what of an interest stream's messages nobody wants any more; once that is decided. The store has a mark meanwhile, so
    /// that a crash in between doesn't end that.
    pub(crate) fn begin_sweep(&mut self, index: usize, from: u64) {
        let Some(stream) = self.streams.quietly(index) else {
            return;
        };
        if stream.is_undecided() {
            return stream.sweep_later(from);
        }
        let last = stream.log.stats().last_seq;
        if stream.config.retention == Retention::Interest {
            self.sweep(index, from, last);
        }
    }

    /// Has an interest stream keep what nobody wants until a change of that is durable.
    pub(crate) fn decide_after(&mut self, index: usize, ticket: &Ticket) {
        let stream = self.streams.quietly(index);
        let stream = stream.filter(|it| it.config.retention == Retention::Interest);
        if let Some(stream) = stream.filter(|_| ticket.outcome().is_none()) {
            stream.decide_after(ticket);
            let token = stream.token;
            let at = StreamRef { index, token };
            if !self.undecided.contains(&at) {
                self.undecided.push(at);
            }
        }
    }

    /// The same for all that a stream with such a configuration may take from.
    pub(crate) fn decide_origins_after(
        &mut self,
        account: AccountId,
        taking: &StreamConfig,
        ticket: &Ticket,
    ) {
        for origin in taking.origins() {
            if let Some(index) = self.stream_index(account, &origin.name) {
                self.decide_after(index, ticket);
            }
        }
    }

    /// The store committed: streams whose changes are durable now remove what nobody wants.
    pub(super) fn decide(&mut self) {
        for at in std::mem::take(&mut self.undecided) {
            let Some(stream) = self.stream_at_mut(at) else {
                continue;
            };
            match stream.decide() {
                Decision::Open => self.undecided.push(at),
                Decision::Made { sweep_from } => {
                    stream.consumers.stir_all();
                    self.streams.stir(at.index);
                    if let Some(from) = sweep_from {
                        self.begin_sweep(at.index, from);
                    }
                }
            }
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

    /// Leaves word in the store that an interest stream is to be swept, before the change that makes it necessary. Without it a crash
    /// leaves messages that nobody wants; a full disk is no reason to refuse the change.
    pub(crate) fn mark_sweep(&self, account: AccountId, index: usize) {
        let of = self.streams[index].as_ref();
        if of.is_some_and(|stream| stream.config.retention == Retention::Interest) {
            let _ = self.store.put_state(&self.sweep_key(account, index), b"1");
        }
    }

    /// After a start: goes on with sweeps that the last life of this process began, and looks at all other streams that remove what
    /// consumers are done with.
    pub(super) fn resume_sweeps(&mut self, account: AccountId) {
        let of = self.accounts.get(&account);
        let streams = of.map(|of| of.streams.values().copied().collect::<Vec<_>>());
        for index in streams.unwrap_or_default() {
            if self.store.state(&self.sweep_key(account, index)).is_some() {
                self.begin_sweep(index, 1);
            }
            self.sweep_settled(index);
        }
    }

    fn end_sweep(&mut self, account: AccountId, stream: StreamRef) {
        let key = self.sweep_key(account, stream.index);
        if !self.tasks.sweeps(account, stream) && self.store.state(&key).is_some() {
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
