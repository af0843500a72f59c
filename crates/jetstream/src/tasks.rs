//! Long requests, a slice at a time.
//!
//! A request may touch millions of messages. While one did so, nobody else was served: no publish, no ack, no delivery of any account. So
//! what may take long is a [`Task`] that knows how to go on, and a turn of JetStream does no more than one [`Slice`] of all of them together.
//!
//! # Laws
//! - A slice ends after [`RECORDS`] records or [`BYTES`] bytes, whichever is first, and the record that is being touched.
//! - Accounts take turns, and so do the tasks of an account: with `n` accounts at work, each has every `n`-th slice.
//! - What a request is answered at once touches no more than a slice in all between two turns; what is left of it becomes a task.
//! - A task never outlives its account, and ends when its stream does: whoever was sent messages is told that no more come, and each request is
//!   answered.
//! - Of an account's requests that hold what was found out for them, one is at work at a time. They keep their order: what is left of the first one
//!   goes before the others.
//! - Nothing overtakes a request that makes or changes the stream which it names, nor what waits behind that for the same stream.
//! - A sweep that meets an error is put off for [`RETRY`] and goes on where it was: it is neither dropped nor tried at every turn. That of a log which
//!   stopped ends: the next start begins it again.

use crate::api::{Found, Need};
use crate::machine::Listening;
use crate::network::{Author, Client, Origin};
use crate::stream::BatchGet;
use crate::{AccountId, Message, Token};
use hashbrown::HashMap;
use std::collections::VecDeque;

/// Records that a slice touches.
pub(crate) const RECORDS: usize = 256;
/// Bytes that a slice reads or sends.
pub(crate) const BYTES: usize = 1 << 20;
/// Requests of an account that may be at work at a time; more are refused.
pub(crate) const REQUESTS_MAX: usize = 1024;

/// How long a sweep waits after an error, in nanoseconds.
const RETRY: u64 = 1_000_000_000;

/// What may still be touched.
#[derive(Clone)]
pub(crate) struct Slice {
    records: usize,
    bytes: usize,
}

impl Slice {
    pub(crate) fn new() -> Self {
        Self {
            records: RECORDS,
            bytes: BYTES,
        }
    }

    /// As much as several slices.
    pub(crate) fn several(slices: usize) -> Self {
        Self {
            records: slices * RECORDS,
            bytes: slices * BYTES,
        }
    }

    /// A slice without an end: for what nobody can wait for.
    pub(crate) fn whole() -> Self {
        Self {
            records: usize::MAX,
            bytes: usize::MAX,
        }
    }

    /// Records and bytes that are left.
    pub(crate) fn left(&self) -> (usize, usize) {
        (self.records, self.bytes)
    }

    /// Records that were touched, whose bytes don't count.
    pub(crate) fn touch_many(&mut self, records: usize) {
        self.records = self.records.saturating_sub(records);
    }

    pub(crate) fn touch(&mut self, bytes: usize) {
        self.records = self.records.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.records == 0 || self.bytes == 0
    }
}

/// Where a task's stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamRef {
    pub(crate) index: usize,
    /// The stream's; another one may have taken its place meanwhile.
    pub(crate) token: Token,
}

/// Something that takes long.
pub(crate) enum Task {
    /// A direct get of many messages, answered to a subject.
    Get {
        stream: StreamRef,
        reply: Box<[u8]>,
        get: Box<BatchGet>,
    },
    /// A request that waits for something, and what was found out for it before.
    Request {
        request: Box<Request>,
        need: Need,
        found: Found,
    },
    /// A stream's ids are read, and what was held for that goes on.
    Ids { stream: StreamRef },
    /// A stream begins or ceases to listen to subjects.
    Listen(Box<Listening>),
    /// Messages that nobody may want any more are looked at.
    Sweep(Sweep),
    /// Messages go of which it is durable that nobody wants them.
    Remove { stream: StreamRef },
}

/// A look at the messages `at..=upto` of a stream, and then at those from `again` on.
///
/// Whoever asks for a look at what is behind it doesn't take it back: with such a change in each turn it would never get to the end.
pub(crate) struct Sweep {
    pub(crate) stream: StreamRef,
    pub(crate) at: u64,
    pub(crate) upto: u64,
    again: Option<u64>,
}

impl Sweep {
    pub(crate) fn new(stream: StreamRef, at: u64, upto: u64) -> Self {
        Self {
            stream,
            at,
            upto,
            again: None,
        }
    }

    /// Messages are to be looked at as well.
    fn extend(&mut self, from: u64, last: u64) {
        self.upto = self.upto.max(last);
        if from < self.at {
            self.again = Some(self.again.map_or(from, |again| again.min(from)));
        }
    }

    /// Goes on with what was asked for behind it, if anything was.
    pub(crate) fn begin_again(&mut self) -> bool {
        let again = self.again.take();
        self.at = again.unwrap_or(self.at);
        again.is_some()
    }
}

/// What a request makes or changes.
#[derive(Clone)]
pub(crate) enum Defined {
    Stream(Box<[u8]>),
    Consumer {
        stream: Box<[u8]>,
        /// Empty where it is drawn.
        name: Box<[u8]>,
    },
}

impl Defined {
    /// Whether a request has to keep its order behind that: it names the stream; or it is about the consumer, all consumers of its stream or the
    /// stream, and doesn't just read a message.
    fn is_meant_by(&self, subject: &[u8]) -> bool {
        let (stream, consumer) = match self {
            Self::Stream(stream) => return names(subject, stream),
            Self::Consumer { stream, name } => (stream, name),
        };
        let path = subject.strip_prefix(b"$JS.API.").unwrap_or_default();
        let mut words = path.split(|byte| *byte == b'.');
        match words.next() {
            Some(b"STREAM") => names(path, stream) && !path.starts_with(b"STREAM.MSG.GET."),
            Some(b"CONSUMER") => {
                let is_own = words.any(|word| word == &**stream);
                is_own && words.next().is_none_or(|name| name == &**consumer)
            }
            _ => false,
        }
    }
}

/// Whether a word of a subject is this one.
fn names(subject: &[u8], word: &[u8]) -> bool {
    subject.split(|byte| *byte == b'.').any(|it| it == word)
}

/// A message that is kept until it can be answered.
pub(crate) struct Request {
    /// `None`: the server.
    author: Option<Author>,
    subject: Box<[u8]>,
    reply: Option<Box<[u8]>>,
    headers: Box<[u8]>,
    payload: Box<[u8]>,
}

impl Request {
    pub(crate) fn new(message: &Message<'_>) -> Self {
        Self {
            author: message.origin.client().map(Client::keep),
            subject: message.subject.into(),
            reply: message.reply.map(Into::into),
            headers: message.headers.into(),
            payload: message.payload.into(),
        }
    }

    pub(crate) fn message(&self) -> Message<'_> {
        Message {
            subject: &self.subject,
            reply: self.reply.as_deref(),
            headers: &self.headers,
            payload: &self.payload,
            origin: match &self.author {
                Some(author) => Origin::Client(author.client()),
                None => Origin::Server,
            },
        }
    }

    /// The stream that it makes or changes, if it asks for that.
    fn defined_stream(&self) -> Option<&[u8]> {
        let asked = self.subject.strip_prefix(b"$JS.API.STREAM.")?;
        let created = asked.strip_prefix(b"CREATE.");
        created.or_else(|| asked.strip_prefix(b"UPDATE."))
    }

    /// Bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        let reply = self.reply.as_ref().map_or(0, |reply| reply.len());
        let parts = self.subject.len() + self.headers.len() + self.payload.len();
        size_of::<Self>() + parts + reply
    }
}

/// The tasks of an account.
///
/// **Invariant:** `requests` has nothing but [`Task::Request`], which may hold megabytes: only its first one is at work, so that only one does.
#[derive(Default)]
struct Waiting {
    tasks: VecDeque<Task>,
    requests: VecDeque<Task>,
    /// The next turn is the first request's, if there is one.
    is_requests_turn: bool,
}

impl Waiting {
    fn len(&self) -> usize {
        self.tasks.len() + self.requests.len()
    }

    fn pop(&mut self) -> Option<Task> {
        self.is_requests_turn = !self.is_requests_turn;
        let [first, second] = match self.is_requests_turn {
            true => [&mut self.requests, &mut self.tasks],
            false => [&mut self.tasks, &mut self.requests],
        };
        first.pop_front().or_else(|| second.pop_front())
    }
}

/// All tasks.
///
/// **Invariant:** `turns` holds each account of `waiting` once, and each of these has a task.
#[derive(Default)]
pub(crate) struct Tasks {
    waiting: HashMap<AccountId, Waiting>,
    turns: VecDeque<AccountId>,
    /// Tasks that go on at some time, and not before.
    put_off: Vec<(u64, AccountId, Task)>,
}

impl Tasks {
    /// Whether an account has as many as requests may make.
    pub(crate) fn is_full(&self, account: AccountId) -> bool {
        let waiting = self.waiting.get(&account);
        waiting.is_some_and(|waiting| waiting.len() >= REQUESTS_MAX)
    }

    /// What a request is about that one in the queue defines, or follows the definition of: none overtakes these.
    pub(crate) fn followed(&self, account: AccountId, subject: &[u8]) -> Option<Defined> {
        let waiting = self.waiting.get(&account).into_iter();
        let mut requests = waiting.flat_map(|waiting| &waiting.requests);
        requests.find_map(|task| match task {
            Task::Request { need, request, .. } => {
                let behind = need.behind().filter(|it| it.is_meant_by(subject)).cloned();
                behind.or_else(|| {
                    let stream = request.defined_stream();
                    let stream = stream.filter(|stream| names(subject, stream));
                    stream.map(|stream| Defined::Stream(stream.into()))
                })
            }
            _ => None,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Adds a task behind the others of its account.
    pub(crate) fn push(&mut self, account: AccountId, task: Task) {
        let waiting = self.waiting_mut(account);
        match task {
            Task::Request { .. } => waiting.requests.push_back(task),
            _ => waiting.tasks.push_back(task),
        }
    }

    /// Has a task go on that had a turn.
    pub(crate) fn put_back(&mut self, account: AccountId, task: Task) {
        let waiting = self.waiting_mut(account);
        match task {
            Task::Request { .. } => waiting.requests.push_front(task),
            _ => waiting.tasks.push_back(task),
        }
    }

    fn waiting_mut(&mut self, account: AccountId) -> &mut Waiting {
        self.waiting.entry(account).or_insert_with(|| {
            self.turns.push_back(account);
            Waiting::default()
        })
    }

    /// The task whose turn it is. Its account goes behind all others.
    pub(crate) fn pop(&mut self) -> Option<(AccountId, Task)> {
        let account = self.turns.pop_front()?;
        let waiting = self.waiting.get_mut(&account)?;
        let task = waiting.pop()?;
        if waiting.len() == 0 {
            self.waiting.remove(&account);
        } else {
            self.turns.push_back(account);
        }
        Some((account, task))
    }

    /// Has messages up to `upto` looked at again: by the sweep of this stream that is under way, if there is one.
    pub(crate) fn sweep(&mut self, account: AccountId, stream: StreamRef, from: u64, last: u64) {
        let put_off = self.put_off.iter_mut().map(|(_, _, task)| task);
        let waiting = self.waiting.get_mut(&account).into_iter();
        let waiting = waiting.flat_map(|waiting| &mut waiting.tasks);
        for task in waiting.chain(put_off) {
            if let Task::Sweep(sweep) = task
                && sweep.stream == stream
            {
                return sweep.extend(from, last);
            }
        }
        let sweep = Sweep::new(stream, from, last);
        self.push(account, Task::Sweep(sweep));
    }

    /// Whether a sweep of this stream is under way.
    pub(crate) fn sweeps(&self, account: AccountId, stream: StreamRef) -> bool {
        let is_one = |task: &Task| matches!(task, Task::Sweep(sweep) if sweep.stream == stream);
        let waiting = self.waiting.get(&account).into_iter();
        let mut waiting = waiting.flat_map(|waiting| &waiting.tasks);
        waiting.any(is_one) || self.put_off.iter().any(|(_, _, task)| is_one(task))
    }

    /// Has a task that met an error go on later.
    pub(crate) fn put_off(&mut self, account: AccountId, task: Task, now: u64) {
        self.put_off
            .push((now.saturating_add(RETRY), account, task));
    }

    /// Has the reading of a stream's ids go on now, if it was put off.
    pub(crate) fn resume_ids(&mut self, stream: StreamRef) {
        let is_it = |(_, _, task): &mut (u64, AccountId, Task)| matches!(task, Task::Ids { stream: other } if *other == stream);
        let resumed: Vec<_> = self.put_off.extract_if(.., is_it).collect();
        for (_, account, task) in resumed {
            self.push(account, task);
        }
    }

    /// When the next task that was put off goes on.
    pub(crate) fn poll_timeout(&self) -> Option<u64> {
        self.put_off.iter().map(|(due, _, _)| *due).min()
    }

    /// Has tasks go on that were put off until now.
    pub(crate) fn handle_timeout(&mut self, now: u64) {
        let due = |(due, _, _): &mut (u64, AccountId, Task)| *due <= now;
        let due: Vec<_> = self.put_off.extract_if(.., due).collect();
        for (_, account, task) in due {
            self.push(account, task);
        }
    }

    /// Takes out what an account has.
    pub(crate) fn remove(&mut self, account: AccountId) -> Vec<Task> {
        let waiting = self.waiting.remove(&account).unwrap_or_default();
        self.turns.retain(|other| *other != account);
        let is_own = |(_, other, _): &mut (u64, AccountId, Task)| *other == account;
        let put_off = self.put_off.extract_if(.., is_own);
        let put_off = put_off.map(|(_, _, task)| task);
        let waiting = waiting.tasks.into_iter().chain(waiting.requests);
        waiting.chain(put_off).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(number: u64) -> Task {
        let stream = StreamRef {
            index: 0,
            token: Token(number),
        };
        Task::Remove { stream }
    }

    fn number(task: &Task) -> u64 {
        match task {
            Task::Remove { stream } => stream.token.0,
            _ => 0,
        }
    }

    #[test]
    fn accounts_take_turns_and_so_do_the_tasks_of_one() {
        let (a, b) = (AccountId(1), AccountId(2));
        let mut tasks = Tasks::default();
        (1..=3).for_each(|at| tasks.push(a, task(at)));
        tasks.push(b, task(9));
        let mut order = Vec::new();
        for _ in 0..8 {
            let (account, task) = tasks.pop().unwrap();
            order.push((account.0, number(&task)));
            tasks.push(account, task);
        }
        let one: Vec<u32> = order.iter().map(|(account, _)| *account).collect();
        assert_eq!(one, [1, 2, 1, 2, 1, 2, 1, 2]);
        let own: Vec<u64> = order
            .iter()
            .map(|(_, number)| *number)
            .filter(|it| *it != 9)
            .collect();
        assert_eq!(own, [1, 2, 3, 1]);
        assert_eq!(tasks.remove(a).len(), 3);
        assert_eq!(tasks.pop().map(|(_, task)| number(&task)), Some(9));
        assert!(tasks.is_empty() && tasks.pop().is_none());
    }

    #[test]
    fn a_stream_is_swept_once_at_a_time() {
        let account = AccountId(1);
        let stream = StreamRef {
            index: 3,
            token: Token(7),
        };
        let mut tasks = Tasks::default();
        tasks.sweep(account, stream, 50, 90);
        tasks.sweep(account, stream, 60, 100);
        assert!(tasks.sweeps(account, stream));
        tasks.sweep(account, stream, 40, 80);
        let Some((_, Task::Sweep(mut sweep))) = tasks.pop() else {
            panic!("no sweep");
        };
        assert!(tasks.is_empty());
        assert_eq!((sweep.at, sweep.upto), (50, 100));
        sweep.at = 101;
        assert!(sweep.begin_again());
        assert_eq!((sweep.at, sweep.upto), (40, 100));
        assert!(!sweep.begin_again());
    }
}
