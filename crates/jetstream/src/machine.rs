//! All accounts, streams and consumers of a server, and what waits for the disk.

use crate::account::{Account, ApiStats, Limits, Used};
use crate::config::{Storage, StreamConfig};
use crate::consumer::{Consumer, ConsumerConfig, Place};
use crate::draws::Draws;
use crate::restore::Restore;
use crate::snapshot::Snapshot;
use crate::stream::{More, Outcome, Seats, Stream, Told, is_fast};
use crate::table::Streams;
use crate::{AccountId, ApiError, Message, Network, Token};
use hashbrown::HashMap;
use midge_streamlog::{Cipher, Policy, Store, Ticket};
use serde::{Deserialize, Serialize};
use serde_json::json;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Length of the names that consumers and events get.
const NAME_LEN: usize = 8;
/// How often it is looked whether the listeners of push consumers came or went.
const LOOK_PERIOD: u64 = 20_000_000;
/// How often the bytes that accounts use are added up.
const USAGE_PERIOD: u64 = 50_000_000;

/// How a server runs JetStream.
#[derive(Clone, Debug)]
pub struct Settings {
    /// This server's id, as advisories name it.
    pub server: String,
    /// Name of this server's JetStream among others.
    pub domain: Option<String>,
    /// Requests with unknown fields are refused.
    pub strict: bool,
    /// When a publish counts as done, unless its stream says otherwise.
    pub policy: Policy,
    /// How streams are kept on the disk.
    pub cipher: Cipher,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            server: String::new(),
            domain: None,
            strict: true,
            policy: Policy::Always,
            cipher: Cipher::None,
        }
    }
}

/// The store doesn't hold what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A stream's log can't be opened.
    #[error("stream {name:?}: {source}")]
    Stream {
        /// Account and name.
        name: String,
        /// Why not.
        source: midge_streamlog::Error,
    },
}

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Api,
    Ack,
    Flow,
    Stream(usize),
    /// An archive that comes or goes.
    Transfer,
}

/// An answer that waits for the disk.
struct Waiting {
    ticket: Ticket,
    account: AccountId,
    reply: SmallVec<[u8; 64]>,
    answer: Answer,
}

enum Answer {
    /// An ack of a stream, if it is still there.
    Ack {
        stream: usize,
        /// The stream's; another one may have taken its place meanwhile.
        token: Token,
        seq: u64,
        duplicate: bool,
        more: More,
    },
    /// Anything else, with what to say if the disk fails.
    Bytes(Vec<u8>),
    /// What is told of it to others; nothing, if the disk fails.
    Event(Vec<u8>),
}

/// The state of a consumer that is on its way to the disk, and who waits for it.
struct Saving {
    ticket: Ticket,
    account: AccountId,
    replies: Vec<Box<[u8]>>,
}

/// See the head of the crate.
pub struct JetStream {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) accounts: HashMap<AccountId, Account>,
    /// Accounts without JetStream, which are told so, and what they listen to.
    refused: HashMap<AccountId, Vec<(String, Token)>>,
    pub(crate) streams: Streams,
    /// Streams that take messages from others.
    pub(crate) taking: BTreeSet<usize>,
    /// When to look whether the listeners of push consumers came or went; `None`: there are no such consumers.
    look_at: Option<u64>,
    /// Streams that are sent away, and that come.
    pub(crate) snapshots: BTreeMap<Token, Snapshot>,
    pub(crate) restores: BTreeMap<Token, Restore>,
    targets: HashMap<Token, Target>,
    next_token: u64,
    /// Of streams whose acks wait for a sync, and of those that don't: each in the order of its commits.
    waiting: [VecDeque<Waiting>; 2],
    saving: VecDeque<Saving>,
    /// For atomic batches.
    seats: Seats,
    /// When usage was last added up.
    counted: u64,
    draws: Draws,
    /// When the last change that a request made is durable.
    pub(crate) changed: Option<Ticket>,
}

/// A stream's definition in the store.
#[derive(Serialize, Deserialize)]
struct StreamDefinition {
    config: StreamConfig,
    created: u64,
}

/// A consumer's definition in the store.
#[derive(Serialize, Deserialize)]
struct ConsumerDefinition {
    config: ConsumerConfig,
    created: u64,
}

impl JetStream {
    /// Takes a store over. Accounts come by [`JetStream::open_account`].
    #[must_use]
    pub fn open(store: Store, settings: Settings, now: u64) -> Self {
        Self {
            store,
            settings,
            accounts: HashMap::new(),
            refused: HashMap::new(),
            streams: Streams::default(),
            taking: BTreeSet::new(),
            look_at: None,
            snapshots: BTreeMap::new(),
            restores: BTreeMap::new(),
            targets: HashMap::new(),
            next_token: 1,
            waiting: [VecDeque::new(), VecDeque::new()],
            saving: VecDeque::new(),
            seats: Seats::default(),
            counted: 0,
            draws: Draws(now),
            changed: None,
        }
    }

    /// Serves an account: its streams and consumers are as they were.
    ///
    /// # Errors
    /// A stream whose log can't be opened. The others are served.
    pub fn open_account(
        &mut self,
        id: AccountId,
        name: &str,
        limits: Limits,
        net: &mut dyn Network,
        now: u64,
    ) -> Result<(), OpenError> {
        let account = Account {
            id,
            name: name.to_owned(),
            limits,
            streams: std::collections::BTreeMap::new(),
            api: ApiStats::default(),
            used: Used::default(),
            tokens: Vec::new(),
            interest: 0,
        };
        self.accounts.insert(id, account);
        let mut filters = vec![
            ("$JS.API.>".to_owned(), Target::Api),
            ("$JS.ACK.>".to_owned(), Target::Ack),
            ("$JS.FC.>".to_owned(), Target::Flow),
        ];
        if let Some(domain) = &self.settings.domain {
            filters.push((format!("$JS.{domain}.API.>"), Target::Api));
        }
        for (filter, target) in filters {
            let token = self.new_token(target);
            net.subscribe(id, filter.as_bytes(), token);
            if let Some(account) = self.accounts.get_mut(&id) {
                account.tokens.push((filter, token));
            }
        }
        self.restore(id, name, net, now)
    }

    /// Answers an account that has no JetStream: every request is told so.
    pub fn refuse_account(&mut self, id: AccountId, net: &mut dyn Network) {
        let domain = self.settings.domain.as_deref();
        let domain = domain.map(|domain| format!("$JS.{domain}.API.>"));
        let filters = std::iter::once("$JS.API.>".to_owned()).chain(domain);
        let mut tokens = Vec::new();
        for filter in filters {
            let token = self.new_token(Target::Api);
            net.subscribe(id, filter.as_bytes(), token);
            tokens.push((filter, token));
        }
        self.refused.insert(id, tokens);
    }

    fn restore(
        &mut self,
        id: AccountId,
        account: &str,
        net: &mut dyn Network,
        now: u64,
    ) -> Result<(), OpenError> {
        let mut failed = Ok(());
        let prefix = format!("s/{account}/");
        let mut known = Vec::new();
        for (key, value) in self.store.states(prefix.as_bytes()) {
            let name = String::from_utf8_lossy(&key[prefix.len()..]).into_owned();
            let definition = serde_json::from_slice::<StreamDefinition>(&value);
            let in_memory = definition
                .as_ref()
                .is_ok_and(|definition| definition.config.storage == Storage::Memory);
            if in_memory {
                // It is gone with the process, and so are its consumers.
                let _ = self.store.delete_state(&key);
                continue;
            }
            known.push(format!("{account}/{name}"));
            let Ok(definition) = definition else {
                tracing::error!(target: "midge", "JetStream stream {account}/{name}: its definition can't be read; it is left as it is");
                continue;
            };
            if let Err(source) = self.restore_stream(id, account, definition, net, now) {
                tracing::error!(target: "midge", "JetStream stream {account}/{name} can't be opened: {source}");
                failed = Err(OpenError::Stream { name, source });
            }
        }
        self.rewire(id);
        let own = format!("{account}/");
        for (name, _) in self.store.streams() {
            if name.starts_with(&own) && !known.contains(&name) {
                tracing::info!(target: "midge", "JetStream removes {name}: it was half made or half deleted");
                let _ = self.store.delete_stream(&name);
            }
        }
        self.forget_orphans(account, &known);
        failed
    }

    /// Removes what is kept of streams that nothing defines: those, too, were half made or half deleted.
    fn forget_orphans(&self, account: &str, known: &[String]) {
        for kind in ["c", "d", "o"] {
            for (key, _) in self.store.states(format!("{kind}/{account}/").as_bytes()) {
                let text = String::from_utf8_lossy(&key);
                let mut parts = text.split('/').skip(2);
                let name = parts.next().unwrap_or_default();
                if !known.contains(&format!("{account}/{name}")) {
                    let _ = self.store.delete_state(&key);
                }
            }
        }
    }

    fn restore_stream(
        &mut self,
        id: AccountId,
        account: &str,
        definition: StreamDefinition,
        net: &mut dyn Network,
        now: u64,
    ) -> Result<(), midge_streamlog::Error> {
        let StreamDefinition { config, created } = definition;
        let name = format!("{account}/{}", config.name);
        let log = match self.store.stream(&name)? {
            Some(log) => log,
            // Its first commit never came.
            None => {
                self.store
                    .create_stream(&name, config.log_options(&self.settings))?
                    .0
            }
        };
        let stream_name = config.name.clone();
        let index = self.put_stream(id, config, created, log, net);
        let prefix = format!("c/{account}/{stream_name}/");
        for (key, value) in self.store.states(prefix.as_bytes()) {
            let consumer = &key[prefix.len()..];
            let Ok(definition) = serde_json::from_slice::<ConsumerDefinition>(&value) else {
                let consumer = String::from_utf8_lossy(consumer);
                tracing::error!(target: "midge", "JetStream consumer {account}/{stream_name}/{consumer}: its definition can't be read");
                continue;
            };
            let ConsumerDefinition { config, created } = definition;
            let state = self
                .store
                .state(state_key(account, &stream_name, &config.name).as_bytes());
            if let Some(stream) = &mut self.streams[index] {
                let state = state.unwrap_or_default();
                let log = stream.log.clone();
                let settles = stream.settles();
                let restored =
                    Consumer::restore((id, &stream_name), &log, config, (created, now), &state)
                        .settles(settles);
                stream
                    .consumers
                    .insert(restored.name().to_owned(), Box::new(restored));
            }
        }
        Ok(())
    }

    /// Holds an account to other limits from now on; what is there stays.
    pub fn limit_account(&mut self, id: AccountId, limits: Limits) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.limits = limits;
        }
    }

    /// Ends an account: nothing of it is served any more, and all of it stays in the store.
    pub fn close_account(&mut self, id: AccountId, now: u64, net: &mut dyn Network) {
        self.save_all(now);
        self.end_transfers(id, now, net);
        let account = self.accounts.remove(&id);
        let (streams, tokens) = account.map_or_else(Default::default, |account| {
            (account.streams, account.tokens)
        });
        let refused = self.refused.remove(&id).unwrap_or_default();
        for (filter, token) in tokens.into_iter().chain(refused) {
            net.unsubscribe(id, filter.as_bytes(), token);
            self.targets.remove(&token);
        }
        for index in streams.into_values() {
            if let Some(mut stream) = self.streams.take(index) {
                for consumer in stream.consumers.values_mut() {
                    consumer.shut_down(net);
                }
                self.unsubscribe(&stream, net);
            }
        }
    }

    /// A token for an archive that comes or goes.
    pub(crate) fn new_transfer(&mut self) -> Token {
        self.new_token(Target::Transfer)
    }

    /// Forgets the token of an archive.
    pub(crate) fn end_transfer(&mut self, token: Token) {
        self.targets.remove(&token);
    }

    fn new_token(&mut self, target: Target) -> Token {
        let token = Token(self.next_token);
        self.next_token += 1;
        self.targets.insert(token, target);
        token
    }

    /// Takes a stream into the table and listens to its subjects.
    pub(crate) fn put_stream(
        &mut self,
        account: AccountId,
        config: StreamConfig,
        created: u64,
        log: midge_streamlog::Stream,
        net: &mut dyn Network,
    ) -> usize {
        let index = self.streams.free_place();
        let token = self.new_token(Target::Stream(index));
        for subject in &config.subjects {
            net.subscribe(account, subject.as_bytes(), token);
        }
        if let Some(account) = self.accounts.get_mut(&account) {
            account.streams.insert(config.name.clone(), index);
        }
        let stream = Stream::new((account, token), config, created, log, &self.settings);
        self.streams.put(index, stream);
        self.load_places(index);
        let name = self.accounts.get(&account).map(|it| it.name.clone());
        if let (Some(stream), Some(name)) = (&mut self.streams[index], name) {
            stream.keep_schedules(&self.store, &name);
        }
        index
    }

    pub(crate) fn unsubscribe(&mut self, stream: &Stream, net: &mut dyn Network) {
        for subject in &stream.config.subjects {
            net.unsubscribe(stream.account, subject.as_bytes(), stream.token);
        }
        self.targets.remove(&stream.token);
    }

    /// A message arrived under one of our tokens.
    pub fn receive(
        &mut self,
        account: AccountId,
        token: Token,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) {
        match self.targets.get(&token) {
            Some(Target::Stream(index)) => {
                let index = *index;
                self.publish(index, message, now, net);
            }
            Some(Target::Ack) => self.ack(account, message, now, net),
            Some(Target::Api) => self.api(account, message, now, net),
            Some(Target::Transfer) => self.transfer(token, message, now, net),
            Some(Target::Flow) => self.flow(account, message),
            None => {}
        }
    }

    fn publish(&mut self, index: usize, message: &Message<'_>, now: u64, net: &mut dyn Network) {
        let Some(stream) = self.streams[index].as_mut() else {
            return;
        };
        let Some(account) = self.accounts.get(&stream.account) else {
            return;
        };
        let (storage, size) = (stream.config.storage, size_of(message));
        let room = account.limits.holds(storage, account.used, size);
        let answers = !stream.config.no_ack;
        if let (Ok(()), Some(reply)) = (&room, message.reply.filter(|reply| is_fast(reply))) {
            let told = stream.publish_fast(reply, message, now, net, &self.seats);
            for told in told.into_iter().filter(|_| answers) {
                self.tell(index, reply, told, net);
            }
            return;
        }
        let outcome = room.and_then(|()| stream.publish(message, now, net, &self.seats));
        if let (Ok(_), Some(account)) = (&outcome, self.accounts.get_mut(&stream.account)) {
            account.used.grow(storage, size); // until it is counted again
        }
        if let Some(reply) = message.reply.filter(|_| answers) {
            self.acknowledge(index, reply, outcome, net);
        }
    }

    /// Tells the publisher of a fast batch how far it is.
    fn tell(&mut self, index: usize, reply: &[u8], told: Told, net: &mut dyn Network) {
        let (ticket, body) = match told {
            Told::Ended(outcome) => return self.acknowledge(index, reply, outcome, net),
            Told::Now(body) => (None, body),
            Told::After(ticket, body) => (ticket, body),
        };
        let Some(stream) = self.streams[index].as_ref() else {
            return;
        };
        let account = stream.account;
        let lazy = stream.config.policy(self.settings.policy) != Policy::Always;
        match ticket {
            Some(ticket) if ticket.outcome().is_none() => {
                self.waiting[usize::from(lazy)].push_back(Waiting {
                    ticket,
                    account,
                    reply: reply.into(),
                    answer: Answer::Bytes(body),
                });
            }
            _ => self.answer(account, reply, Answer::Bytes(body), Ok(()), net),
        }
    }

    /// Answers a publisher, at once or when the disk has its message.
    fn acknowledge(&mut self, index: usize, reply: &[u8], outcome: Outcome, net: &mut dyn Network) {
        let Some(stream) = self.streams[index].as_ref() else {
            return;
        };
        let account = stream.account;
        let published = match outcome {
            Ok(published) => published,
            Err(error) => {
                let body = refusal(&error, &stream.config.name);
                let _ = net.publish(
                    account,
                    &Message {
                        subject: reply,
                        payload: &body,
                        ..Message::default()
                    },
                );
                return;
            }
        };
        let answer = Answer::Ack {
            stream: index,
            token: stream.token,
            seq: published.seq,
            duplicate: published.duplicate,
            more: published.more,
        };
        let lazy = stream.config.policy(self.settings.policy) != Policy::Always;
        match published.ticket {
            Some(ticket) if ticket.outcome().is_none() => self.waiting[usize::from(lazy)]
                .push_back(Waiting {
                    ticket,
                    account,
                    reply: SmallVec::from_slice(reply),
                    answer,
                }),
            ticket => {
                let outcome = ticket.and_then(|ticket| ticket.outcome()).unwrap_or(Ok(()));
                self.answer(account, reply, answer, outcome, net);
            }
        }
    }

    fn answer(
        &self,
        account: AccountId,
        reply: &[u8],
        answer: Answer,
        outcome: midge_streamlog::Result<()>,
        net: &mut dyn Network,
    ) {
        let body: SmallVec<[u8; 128]> = match (answer, outcome) {
            (Answer::Bytes(bytes) | Answer::Event(bytes), Ok(())) => bytes.into(),
            (Answer::Event(_), Err(_)) => return,
            (Answer::Bytes(_), Err(error)) => {
                let error = crate::stream::store_error(&error);
                json!({"error": error}).to_string().into_bytes().into()
            }
            (
                Answer::Ack {
                    stream,
                    token,
                    seq,
                    duplicate,
                    more,
                },
                outcome,
            ) => {
                let of = self.streams[stream].as_ref();
                let Some(stream) = of.filter(|stream| stream.token == token) else {
                    return;
                };
                match outcome {
                    Ok(()) => pub_ack(&stream.ack_head, seq, duplicate, &more),
                    Err(error) => {
                        refusal(&crate::stream::store_error(&error), &stream.config.name).into()
                    }
                }
            }
        };
        let _ = net.publish(
            account,
            &Message {
                subject: reply,
                payload: &body,
                ..Message::default()
            },
        );
    }

    /// Answers with `body` when `ticket` is released.
    pub(crate) fn answer_after(
        &mut self,
        ticket: Ticket,
        account: AccountId,
        reply: &[u8],
        body: Vec<u8>,
    ) {
        self.waiting[0].push_back(Waiting {
            ticket,
            account,
            reply: SmallVec::from_slice(reply),
            answer: Answer::Bytes(body),
        });
    }

    fn ack(&mut self, account: AccountId, message: &Message<'_>, now: u64, net: &mut dyn Network) {
        let Some((stream, consumer, place)) = Place::parse(message.subject) else {
            return;
        };
        let Some(stream) = self.stream_mut(account, stream) else {
            return;
        };
        let Some(consumer) = stream.consumers.get_mut(consumer) else {
            return;
        };
        consumer.ack(place, message.payload, message.reply, now, net);
    }

    fn flow(&mut self, account: AccountId, message: &Message<'_>) {
        let mut tokens = message.subject.split(|byte| *byte == b'.').skip(2);
        let mut name = || std::str::from_utf8(tokens.next()?).ok();
        if let (Some(stream), Some(consumer)) = (name(), name())
            && let Some(stream) = self.stream_mut(account, stream)
            && let Some(consumer) = stream.consumers.get_mut(consumer)
        {
            consumer.flow(message.subject);
        }
    }

    pub(crate) fn stream_index(&self, account: AccountId, name: &str) -> Option<usize> {
        self.accounts.get(&account)?.streams.get(name).copied()
    }

    pub(crate) fn stream_mut(&mut self, account: AccountId, name: &str) -> Option<&mut Stream> {
        let index = self.stream_index(account, name)?;
        self.streams[index].as_mut()
    }

    pub(crate) fn stream(&self, account: AccountId, name: &str) -> Option<&Stream> {
        let index = self.stream_index(account, name)?;
        self.streams[index].as_ref()
    }

    /// The store committed up to `batch`: who waited for that is answered.
    pub fn committed(&mut self, batch: u64, _now: u64, net: &mut dyn Network) {
        for lazy in [0, 1] {
            while let Some(first) = self.waiting[lazy].front() {
                let outcome = match first.ticket.outcome() {
                    Some(outcome) => outcome,
                    None => break,
                };
                debug_assert!(
                    first.ticket.batch() <= batch || outcome.is_err(),
                    "released before its batch"
                );
                if let Some(waiting) = self.waiting[lazy].pop_front() {
                    self.answer(
                        waiting.account,
                        &waiting.reply,
                        waiting.answer,
                        outcome,
                        net,
                    );
                }
            }
        }
        while let Some(first) = self.saving.front() {
            let Some(outcome) = first.ticket.outcome() else {
                break;
            };
            if let Some(saving) = self.saving.pop_front()
                && outcome.is_ok()
            {
                for reply in &saving.replies {
                    let _ = net.publish(
                        saving.account,
                        &Message {
                            subject: reply,
                            ..Message::default()
                        },
                    );
                }
            }
        }
        self.streams.committed();
    }

    /// When time does something here.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<u64> {
        let snapshots = self.snapshots.values().map(Snapshot::poll_timeout);
        let restores = self.restores.values().map(Restore::poll_timeout);
        let streams = [self.streams.next_due(), self.look_at];
        streams
            .into_iter()
            .flatten()
            .chain(snapshots)
            .chain(restores)
            .min()
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: u64, net: &mut dyn Network) {
        if self.look_at.is_some_and(|due| due <= now) {
            self.look_for_listeners(now, net);
        }
        let mut abandoned = Vec::new();
        for index in self.streams.take_due(now) {
            let Some(stream) = self.streams.quietly(index) else {
                continue;
            };
            let names = stream.handle_timeout(now, net);
            let (account, name) = (stream.account, stream.config.name.clone());
            abandoned.extend(names.into_iter().map(|it| (account, name.clone(), it)));
        }
        for (account, stream, consumer) in abandoned {
            self.delete_consumer(account, &stream, &consumer, now, net);
        }
    }

    /// Stirs push consumers of accounts where somebody began or ceased to listen.
    fn look_for_listeners(&mut self, now: u64, net: &mut dyn Network) {
        self.look_at = Some(now.saturating_add(LOOK_PERIOD));
        for account in self.accounts.values_mut() {
            let version = net.interest_version(account.id);
            if std::mem::replace(&mut account.interest, version) == version {
                continue;
            }
            for index in account.streams.values() {
                let of = self.streams[*index].as_ref();
                if of.is_some_and(Stream::pushes) {
                    self.streams.stir(*index);
                }
            }
        }
    }

    /// Delivers what may go, writes what consumers remember, and tells of events. True if there is more to do.
    pub fn run(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let mut more = self.take_messages(now, net);
        more |= self.send_snapshots(now, net);
        self.take_restores(now, net);
        let mut events = Vec::new();
        for index in self.streams.take_stirred() {
            let Some(stream) = self.streams.quietly(index) else {
                continue;
            };
            let again = stream.serve(now, &mut events, net);
            if stream.pushes() {
                self.look_at.get_or_insert(now.saturating_add(LOOK_PERIOD));
            }
            self.save(index, false, now);
            self.streams.rest(index);
            if again {
                self.streams.stir(index);
                more = true;
            }
        }
        for (account, (subject, body)) in events {
            self.advise(account, &subject, body, now, net);
        }
        self.count_usage(now);
        more
    }

    /// Adds up, now and then, what accounts with limits use.
    fn count_usage(&mut self, now: u64) {
        if now < self.counted.saturating_add(USAGE_PERIOD) {
            return;
        }
        self.counted = now;
        for account in self
            .accounts
            .values_mut()
            .filter(|account| account.limits.bounds_bytes())
        {
            account.used = Used::default();
            for stream in account
                .streams
                .values()
                .filter_map(|index| self.streams[*index].as_ref())
            {
                account.used.memory += stream.used(Storage::Memory);
                account.used.storage += stream.used(Storage::File);
            }
        }
    }

    /// Writes what a stream's consumers remember, where it is due or where it changed at all.
    fn save(&mut self, index: usize, all: bool, now: u64) {
        let Some(stream) = self.streams.quietly(index) else {
            return;
        };
        let Some(account) = self.accounts.get(&stream.account) else {
            return;
        };
        for consumer in stream.consumers.values_mut() {
            let Some((state, replies)) = consumer.poll_state(all, now) else {
                continue;
            };
            let key = state_key(&account.name, &stream.config.name, consumer.name());
            match self.store.put_state(key.as_bytes(), &state) {
                Ok(ticket) if !replies.is_empty() => self.saving.push_back(Saving {
                    ticket,
                    account: stream.account,
                    replies,
                }),
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(target: "midge", "JetStream can't write the state of {key}: {error}");
                }
            }
        }
    }

    /// Writes all that consumers remember.
    fn save_all(&mut self, now: u64) {
        for index in 0..self.streams.len() {
            if let Some(stream) = self.streams.quietly(index) {
                stream.settle_acked();
                self.save(index, true, now);
            }
        }
    }

    /// Writes what a consumer remembers now, whether that is due or not.
    pub(crate) fn save_consumer(
        &self,
        account: AccountId,
        stream: &str,
        name: &str,
    ) -> Result<Ticket, ApiError> {
        let of = self
            .stream(account, stream)
            .ok_or(crate::error::STREAM_NOT_FOUND)?;
        let consumer = of
            .consumers
            .get(name)
            .ok_or(crate::error::CONSUMER_NOT_FOUND)?;
        let account = self
            .accounts
            .get(&account)
            .map_or("", |it| it.name.as_str());
        self.store
            .put_state(
                state_key(account, stream, name).as_bytes(),
                &consumer.encode(),
            )
            .map_err(|error| crate::stream::store_error(&error))
    }

    /// Defines a consumer that comes with a state.
    pub(crate) fn put_consumer(
        &self,
        (account, stream): (&str, &str),
        consumer: &Consumer,
    ) -> Result<Ticket, ApiError> {
        let key = state_key(account, stream, consumer.name());
        drop(
            self.store
                .put_state(key.as_bytes(), &consumer.encode())
                .map_err(|error| crate::stream::store_error(&error))?,
        );
        self.define_consumer((account, stream), &consumer.config, consumer.created)
    }

    /// The server ends: whoever waits is told, and all state is handed to the store.
    pub fn stop(&mut self, now: u64, net: &mut dyn Network) {
        for index in 0..self.streams.len() {
            if let Some(stream) = self.streams.quietly(index) {
                for consumer in stream.consumers.values_mut() {
                    consumer.shut_down(net);
                }
            }
        }
        self.save_all(now);
    }

    /// Publishes an event with the fields that all have.
    pub(crate) fn advise(
        &mut self,
        account: AccountId,
        subject: &str,
        mut body: serde_json::Value,
        now: u64,
        net: &mut dyn Network,
    ) {
        if !net.has_interest(account, subject.as_bytes()) {
            return;
        }
        body = self.event(body, account, now);
        let _ = net.publish(
            account,
            &Message {
                subject: subject.as_bytes(),
                payload: body.to_string().as_bytes(),
                ..Message::default()
            },
        );
    }

    /// An event with the fields that all have.
    pub(crate) fn event(
        &mut self,
        mut body: serde_json::Value,
        account: AccountId,
        now: u64,
    ) -> serde_json::Value {
        body["id"] = self.draw_name().into();
        if body.get("account").is_some_and(serde_json::Value::is_null)
            && let Some(account) = self.accounts.get(&account)
        {
            body["account"] = account.name.as_str().into();
        }
        body["timestamp"] = crate::time::Time(now).to_string().into();
        if let Some(domain) = &self.settings.domain {
            body["domain"] = domain.as_str().into();
        }
        body
    }

    /// Publishes an event when `ticket` is released, and nothing if the disk fails.
    pub(crate) fn tell_after(
        &mut self,
        ticket: Option<Ticket>,
        account: AccountId,
        subject: &str,
        body: &serde_json::Value,
        net: &mut dyn Network,
    ) {
        let answer = Answer::Event(body.to_string().into_bytes());
        match ticket.filter(|ticket| ticket.outcome().is_none()) {
            Some(ticket) => self.waiting[0].push_back(Waiting {
                ticket,
                account,
                reply: subject.as_bytes().into(),
                answer,
            }),
            None => self.answer(account, subject.as_bytes(), answer, Ok(()), net),
        }
    }

    /// A name nobody else has.
    pub(crate) fn draw_name(&mut self) -> String {
        self.draws.name(NAME_LEN)
    }

    pub(crate) fn define_stream(
        &self,
        account: &str,
        config: &StreamConfig,
        created: u64,
    ) -> Result<Ticket, ApiError> {
        let definition = StreamDefinition {
            config: config.clone(),
            created,
        };
        self.define(&format!("s/{account}/{}", config.name), &definition)
    }

    pub(crate) fn define_consumer(
        &self,
        (account, stream): (&str, &str),
        config: &ConsumerConfig,
        created: u64,
    ) -> Result<Ticket, ApiError> {
        let definition = ConsumerDefinition {
            config: config.clone(),
            created,
        };
        self.define(
            &format!("c/{account}/{stream}/{}", config.name),
            &definition,
        )
    }

    fn define(&self, key: &str, definition: &impl Serialize) -> Result<Ticket, ApiError> {
        let value = serde_json::to_vec(definition).unwrap_or_default();
        self.store
            .put_state(key.as_bytes(), &value)
            .map_err(|error| crate::stream::store_error(&error))
    }

    /// Removes a consumer and what is known of it.
    pub(crate) fn delete_consumer(
        &mut self,
        account: AccountId,
        stream: &str,
        name: &str,
        now: u64,
        net: &mut dyn Network,
    ) -> Option<Ticket> {
        let account_name = self.accounts.get(&account)?.name.clone();
        let of = self.stream_mut(account, stream)?;
        let mut consumer = of.consumers.remove(name)?;
        consumer.end(409, "Consumer Deleted", net);
        if let Err(error) = of.release(&consumer) {
            tracing::warn!(target: "midge", "JetStream can't remove what {stream}.{name} held back: {error}");
        }
        let _ = self
            .store
            .delete_state(state_key(&account_name, stream, name).as_bytes());
        let ticket = self
            .store
            .delete_state(format!("c/{account_name}/{stream}/{name}").as_bytes());
        let body = json!({
            "type": "io.nats.jetstream.advisory.v1.consumer_action", "stream": stream, "consumer": name, "action": "delete",
        });
        self.advise(
            account,
            &format!("$JS.EVENT.ADVISORY.CONSUMER.DELETED.{stream}.{name}"),
            body,
            now,
            net,
        );
        ticket.ok()
    }
}

/// Where the store keeps what a consumer remembers.
fn state_key(account: &str, stream: &str, consumer: &str) -> String {
    format!("d/{account}/{stream}/{consumer}")
}

/// `{"stream":"S","seq":7}` and its kind.
fn pub_ack(head: &[u8], seq: u64, duplicate: bool, more: &More) -> SmallVec<[u8; 128]> {
    let mut body = SmallVec::from_slice(head);
    body.extend_from_slice(b"\"seq\":");
    body.extend_from_slice(itoa::Buffer::new().format(seq).as_bytes());
    if duplicate {
        body.extend_from_slice(b",\"duplicate\": true");
    }
    match more {
        More::Plain => {}
        More::Nothing => return SmallVec::new(),
        More::Val(val) => body.extend_from_slice(format!(",\"val\":\"{val}\"").as_bytes()),
        More::Batch(batch) => {
            let (id, count) = (json!(batch.id), batch.count);
            body.extend_from_slice(format!(",\"batch\":{id},\"count\":{count}").as_bytes());
        }
    }
    body.push(b'}');
    body
}

/// A refused publish, with the fields in the reference's order.
#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a ApiError,
    stream: &'a str,
    seq: u64,
}

fn refusal(error: &ApiError, stream: &str) -> Vec<u8> {
    let seq = 0;
    serde_json::to_vec(&Refusal { error, stream, seq }).unwrap_or_default()
}
/// About the bytes that a message takes of its account's storage.
fn size_of(message: &Message<'_>) -> u64 {
    const RECORD: usize = 30;
    (message.subject.len() + message.headers.len() + message.payload.len() + RECORD) as u64
}
