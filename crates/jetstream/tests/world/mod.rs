//! A world for JetStream in memory: a crash disk below, a network that remembers, a clock that stands still.

#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod transfer;

use midge_jetstream::{
    AccountId, AccountLimits, Alarms, Client, JetStream, Listens, Message, Network, Origin,
    Settings, Token,
};
use midge_streamlog::sim::CrashDisk;
use midge_streamlog::{Cipher, Key, Store, StoreOptions};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

pub(crate) const ACCOUNT: AccountId = AccountId(1);
const CLIENT: Origin<'static> = Origin::Client(Client::UNRESTRICTED);
pub(crate) const SECOND: u64 = 1_000_000_000;

/// Whether streams are in memory where a test doesn't say: the suites of `tests/memory.rs` are played once more like that.
pub(crate) fn in_memory() -> bool {
    module_path!().starts_with("memory::")
}

/// A small generator, so that a seed is all one needs to see a failure again.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len() as u64) as usize]
    }
}

/// A message that went out.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// Where it was delivered.
    pub(crate) to: String,
    pub(crate) reply: String,
    pub(crate) headers: String,
    pub(crate) payload: Vec<u8>,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.payload).expect("an answer in JSON")
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.payload).expect("text")
    }
}

/// Remembers what is said, and who listens.
#[derive(Default)]
pub(crate) struct Ether {
    pub(crate) heard: VecDeque<Heard>,
    /// Subjects that somebody listens to, besides `_I.`.
    pub(crate) listeners: BTreeSet<String>,
    tokens: HashMap<String, Token>,
    /// Committed whenever something is published to `_TICK.>`: as a committer's thread may at any moment.
    pub(crate) ticking: Option<(Store, u64)>,
    /// What JetStream said to itself and didn't hear yet; `None`: it never does.
    pub(crate) echoes: Option<VecDeque<Echo>>,
}

/// A message that JetStream itself listens to.
pub(crate) struct Echo {
    token: Token,
    subject: Vec<u8>,
    reply: Option<Vec<u8>>,
    headers: Vec<u8>,
    payload: Vec<u8>,
}

impl Ether {
    fn note(&mut self, to: &[u8], message: &Message<'_>) -> bool {
        if let Some((store, now)) = self.ticking.as_ref().filter(|_| to.starts_with(b"_TICK.")) {
            store.commit_once(*now).expect("the disk works");
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if let (Some(token), Some(echoes)) = (self.token(&text(to)), &mut self.echoes) {
            echoes.push_back(Echo {
                token,
                subject: message.subject.to_vec(),
                reply: message.reply.map(<[u8]>::to_vec),
                headers: message.headers.to_vec(),
                payload: message.payload.to_vec(),
            });
        }
        let heard = Heard {
            to: text(to),
            reply: text(message.reply.unwrap_or_default()),
            headers: text(message.headers),
            payload: message.payload.to_vec(),
        };
        self.heard.push_back(heard);
        true
    }

    fn token(&self, subject: &str) -> Option<Token> {
        let matches = |filter: &str| midge_subject::matches(filter.as_bytes(), subject.as_bytes());
        let found = self.tokens.iter().find(|(filter, _)| matches(filter));
        found.map(|(_, token)| *token)
    }
}

impl Network for Ether {
    fn publish(&mut self, _: AccountId, message: &Message<'_>) -> bool {
        self.note(message.subject, message)
    }

    fn deliver(&mut self, _: AccountId, to: &[u8], message: &Message<'_>) -> bool {
        self.note(to, message)
    }

    fn has_interest(&self, _: AccountId, subject: &[u8]) -> bool {
        let subject = String::from_utf8_lossy(subject);
        let own = self.echoes.is_some() && self.token(&subject).is_some();
        own || subject.starts_with("_I.") || self.listeners.contains(&*subject)
    }

    fn interest_version(&self, _: AccountId) -> u64 {
        // Any two sets that a test has one after the other differ in it.
        let tokens: u64 = self.tokens.values().map(|token| token.0 << 16).sum();
        tokens
            + self
                .listeners
                .iter()
                .map(|it| it.len() as u64 + 1)
                .sum::<u64>()
    }

    fn has_queue(&self, account: AccountId, subject: &[u8], _: &[u8]) -> bool {
        self.has_interest(account, subject)
    }

    fn subscribe(&mut self, _: AccountId, filter: &[u8], token: Token, _: Listens) {
        self.tokens
            .insert(String::from_utf8_lossy(filter).into_owned(), token);
    }

    fn unsubscribe(&mut self, _: AccountId, filter: &[u8], token: Token) {
        let filter = String::from_utf8_lossy(filter);
        if self.tokens.get(&*filter) == Some(&token) {
            self.tokens.remove(&*filter);
        }
    }
}

fn store(disk: &CrashDisk, key: Option<&Key>) -> Store {
    let options = StoreOptions {
        journal_first_bytes: 1 << 20,
        journal_bytes: 1 << 20,
        seed: 7,
        key: key.cloned(),
        ..StoreOptions::default()
    };
    Store::open(Arc::new(disk.clone()), options).expect("a store opens")
}

pub(crate) struct World {
    pub(crate) disk: CrashDisk,
    pub(crate) store: Store,
    pub(crate) jetstream: JetStream,
    pub(crate) ether: Ether,
    pub(crate) now: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(CrashDisk::new(), 1_700_000_000 * SECOND)
    }

    pub(crate) fn on(disk: CrashDisk, now: u64) -> Self {
        Self::of_account("$G", disk, now)
    }

    /// A server whose only account is called so.
    pub(crate) fn of_account(name: &str, disk: CrashDisk, now: u64) -> Self {
        Self::with_key(None, name, disk, now)
    }

    /// A server whose store has a key, if there is one.
    pub(crate) fn with_key(key: Option<&Key>, name: &str, disk: CrashDisk, now: u64) -> Self {
        let store = store(&disk, key);
        let settings = Settings {
            cipher: match key {
                Some(_) => Cipher::ChaCha20Poly1305,
                None => Cipher::None,
            },
            ..Settings::default()
        };
        let mut jetstream = JetStream::open(store.clone(), settings, now);
        let mut ether = Ether::default();
        jetstream
            .open_account(ACCOUNT, name, AccountLimits::default(), &mut ether, now)
            .expect("the account opens");
        Self {
            disk,
            store,
            jetstream,
            ether,
            now,
        }
    }

    /// What `act` does is cut in two: all small state that comes of it is on the disk, and nothing of what it does to the logs. The
    /// server starts with that.
    pub(crate) fn keep_states_alone(mut self, act: impl FnOnce(&mut Self)) -> Self {
        let before = self.disk.kill();
        act(&mut self);
        let states = self.store.states(b"");
        let kept = store(&before, None);
        for (key, value) in &states {
            drop(kept.put_state(key, value).expect("it is taken"));
        }
        kept.close(self.now).expect("it closes");
        Self::on(before.kill(), self.now)
    }

    /// Everything starts again after the store was closed.
    pub(crate) fn restart(self) -> Self {
        self.store.close(self.now).expect("it closes");
        Self::on(self.disk.kill(), self.now)
    }

    /// The power fails, and everything starts again from what was synced.
    pub(crate) fn lose_power(self, seed: u64) -> Self {
        let disk = self.disk.cut(seed);
        Self::on(disk, self.now)
    }

    /// The same in the midst of what is to be committed: after so many operations on the disk, or after all of them if they are fewer.
    pub(crate) fn lose_power_within(self, operations: u64, seed: u64) -> Self {
        let left = Arc::new(Mutex::new((operations, None)));
        let watched = left.clone();
        self.disk.before_each(move |disk, _| {
            let mut left = watched.lock().expect("nobody panics here");
            match left.0.checked_sub(1) {
                Some(less) => left.0 = less,
                None => {
                    left.1.get_or_insert_with(|| disk.cut(seed));
                }
            }
        });
        // The store may be closed.
        let _ = self.store.commit_once(self.now);
        self.disk.forget_hook();
        let cut = left.lock().expect("nobody panics here").1.take();
        Self::on(cut.unwrap_or_else(|| self.disk.cut(seed)), self.now)
    }

    /// Sends without committing.
    pub(crate) fn send(
        &mut self,
        subject: &str,
        reply: Option<&str>,
        headers: &str,
        payload: &str,
    ) {
        let token = self
            .ether
            .token(subject)
            .expect("JetStream listens to the subject");
        let message = Message {
            subject: subject.as_bytes(),
            reply: reply.map(str::as_bytes),
            headers: headers.as_bytes(),
            payload: payload.as_bytes(),
            origin: CLIENT,
        };
        self.jetstream
            .receive(ACCOUNT, token, &message, self.now, &mut self.ether);
    }

    /// Under what a message to a subject arrives.
    pub(crate) fn token(&self, subject: &str) -> Token {
        let token = self.ether.token(subject);
        token.expect("JetStream listens to the subject")
    }

    /// Sends what was matched before JetStream ceased to listen under a token.
    pub(crate) fn send_under(&mut self, token: Token, subject: &str, reply: Option<&str>) {
        let message = Message {
            subject: subject.as_bytes(),
            reply: reply.map(str::as_bytes),
            origin: CLIENT,
            ..Message::default()
        };
        self.jetstream
            .receive(ACCOUNT, token, &message, self.now, &mut self.ether);
    }

    /// Sends as somebody else than a client that may do everything.
    pub(crate) fn send_as(
        &mut self,
        origin: Origin<'_>,
        (subject, reply): (&str, Option<&str>),
        headers: &str,
        payload: &str,
    ) {
        let token = self.ether.token(subject);
        let message = Message {
            subject: subject.as_bytes(),
            reply: reply.map(str::as_bytes),
            headers: headers.as_bytes(),
            payload: payload.as_bytes(),
            origin,
        };
        let token = token.expect("JetStream listens to the subject");
        self.jetstream
            .receive(ACCOUNT, token, &message, self.now, &mut self.ether);
    }

    /// Sends bytes that aren't text.
    pub(crate) fn send_bytes(&mut self, subject: &str, reply: Option<&str>, payload: &[u8]) {
        let token = self.ether.token(subject);
        let message = Message {
            subject: subject.as_bytes(),
            reply: reply.map(str::as_bytes),
            payload,
            origin: CLIENT,
            ..Message::default()
        };
        let token = token.expect("JetStream listens to the subject");
        self.jetstream
            .receive(ACCOUNT, token, &message, self.now, &mut self.ether);
    }

    /// Whether JetStream listens to a subject.
    pub(crate) fn is_heard(&self, subject: &str) -> bool {
        self.ether.token(subject).is_some()
    }

    /// The filters that JetStream listens to.
    pub(crate) fn filters(&self) -> BTreeSet<String> {
        self.ether.tokens.keys().cloned().collect()
    }

    /// Commits and lets JetStream act.
    pub(crate) fn settle(&mut self) {
        for _ in 0..4 {
            self.store.commit_once(self.now).expect("the disk works");
            self.jetstream.committed(usize::MAX, &mut self.ether);
            self.run();
        }
        let alarms = self.jetstream.inspect(self.now, &mut self.ether);
        assert_eq!(alarms, Alarms::default(), "something stands still");
    }

    /// Lets JetStream act, and hear what it says to itself, without a commit.
    pub(crate) fn run(&mut self) {
        loop {
            let more = self.jetstream.run(self.now, &mut self.ether);
            if !self.hear_echoes() && !more {
                return;
            }
        }
    }

    fn hear_echoes(&mut self) -> bool {
        let Some(echoes) = self.ether.echoes.as_mut().filter(|it| !it.is_empty()) else {
            return false;
        };
        for echo in std::mem::take(echoes) {
            let message = Message {
                subject: &echo.subject,
                reply: echo.reply.as_deref(),
                headers: &echo.headers,
                payload: &echo.payload,
                ..Message::default()
            };
            self.jetstream
                .receive(ACCOUNT, echo.token, &message, self.now, &mut self.ether);
        }
        true
    }

    /// From now on JetStream hears what it says to itself.
    pub(crate) fn with_echoes(mut self) -> Self {
        self.ether.echoes = Some(VecDeque::new());
        self.settle();
        self
    }

    /// One turn, without a commit; true if there is more to do.
    pub(crate) fn turn(&mut self) -> bool {
        self.jetstream.run(self.now, &mut self.ether)
    }

    /// Turns until something is answered to `_I.a`.
    pub(crate) fn turns_until_answered(&mut self) -> usize {
        let mut turns = 0;
        while !self.ether.heard.iter().any(|heard| heard.to == "_I.a") {
            assert!(self.turn(), "nobody goes on after {turns} turns");
            turns += 1;
        }
        turns
    }

    /// Time passes.
    pub(crate) fn pass(&mut self, nanos: u64) {
        self.now += nanos;
        self.jetstream.handle_timeout(self.now, &mut self.ether);
        self.settle();
    }

    /// What came to `to` since the last time.
    pub(crate) fn take(&mut self, to: &str) -> Vec<Heard> {
        self.take_where(|heard| heard.to == to)
    }

    /// What `wanted` says of all that came since the last time.
    pub(crate) fn take_where(&mut self, wanted: impl Fn(&Heard) -> bool) -> Vec<Heard> {
        let (mine, others) = std::mem::take(&mut self.ether.heard)
            .into_iter()
            .partition(wanted);
        self.ether.heard = others;
        let mine: VecDeque<Heard> = mine;
        mine.into()
    }

    /// Sends a request to the API, to be answered to `_I.ask`, without committing.
    pub(crate) fn request(&mut self, subject: &str, body: &Value) {
        let mut body = body.clone();
        if let Some(config) = body.as_object_mut().filter(|_| {
            in_memory()
                && (subject.starts_with("STREAM.CREATE.") || subject.starts_with("STREAM.UPDATE."))
        }) {
            config.entry("storage").or_insert_with(|| "memory".into());
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send(&format!("$JS.API.{subject}"), Some("_I.ask"), "", &body);
    }

    /// The answer to a request.
    pub(crate) fn ask(&mut self, subject: &str, body: &Value) -> Value {
        self.request(subject, body);
        self.settle();
        self.take("_I.ask").pop().expect("an answer").json()
    }

    /// The ack of a publish.
    pub(crate) fn publish(&mut self, subject: &str, headers: &str, payload: &str) -> Value {
        self.send(subject, Some("_I.pub"), headers, payload);
        self.settle();
        self.take("_I.pub").pop().expect("an ack").json()
    }

    /// Sequence, subject and headers of all that a stream has.
    pub(crate) fn stored(&mut self, stream: &str) -> Vec<(u64, String, String)> {
        let state = self.ask(&format!("STREAM.INFO.{stream}"), &Value::Null)["state"].clone();
        let number = |key: &str| state[key].as_u64().expect("a number");
        let seqs = number("first_seq").max(1)..=number("last_seq");
        let mut stored = Vec::new();
        for seq in seqs {
            let got = self.ask(
                &format!("STREAM.MSG.GET.{stream}"),
                &serde_json::json!({"seq": seq}),
            );
            if let Some(subject) = got["message"]["subject"].as_str() {
                let headers = got["message"]["hdrs"].as_str().unwrap_or_default();
                let headers = data_encoding::BASE64
                    .decode(headers.as_bytes())
                    .expect("base64");
                let headers = String::from_utf8(headers).expect("text");
                stored.push((seq, subject.to_owned(), headers));
            }
        }
        stored
    }

    /// Messages and statuses of a pull.
    pub(crate) fn pull(&mut self, consumer: &str, body: &Value) -> Vec<Heard> {
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.S.{consumer}");
        self.send(&subject, Some("_I.pull"), "", &body.to_string());
        self.settle();
        self.take("_I.pull")
    }
}
