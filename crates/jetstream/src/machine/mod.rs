//! All accounts, streams and consumers of a server, and what waits for the disk.

mod answers;
pub(crate) mod definitions;
mod events;
mod held;
mod listening;
mod turn;
mod watchdog;
mod work;

pub(crate) use listening::Listening;
pub use watchdog::Alarms;

use crate::account::{Account, ApiStats, Full, Limits, Used};
use crate::config::{Storage, StreamConfig};
use crate::consumer::{Consumer, ConsumerConfig, Place};
use crate::draws::Draws;
use crate::error::NOT_ENABLED_FOR_ACCOUNT;
use crate::overlap::Captured;
use crate::restore::Restore;
use crate::snapshot::Snapshot;
use crate::stream::{BatchLimits, More, Outcome, Seats, Stream, Told, is_fast};
use crate::table::Streams;
use crate::tasks::{Slice, StreamRef, Tasks};
use crate::{AccountId, ApiError, Listens, Message, Network, Token};
use answers::{Answer, Saving, Waiting};
use hashbrown::HashMap;
use held::Held;
use midge_streamlog::{Cipher, Policy, Store, Ticket};
use serde::{Deserialize, Serialize};
use serde_json::json;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use watchdog::Watchdog;

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
    /// Size of the larger segments of new streams.
    pub segment_bytes: u32,
    /// What batches may take.
    pub batches: BatchLimits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            server: String::new(),
            domain: None,
            strict: true,
            policy: Policy::Always,
            cipher: Cipher::None,
            segment_bytes: midge_streamlog::StreamOptions::default().segment_bytes,
            batches: BatchLimits::default(),
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
    /// What consumers deliver to a stream that takes from theirs.
    Feed(usize),
    /// An archive that comes or goes.
    Transfer,
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
    /// What takes long.
    pub(crate) tasks: Tasks,
    /// Streams that wait until it is durable who wants their messages: each that awaits changes, once.
    undecided: Vec<StreamRef>,
    /// Publishes that wait for the ids of their streams.
    held: HashMap<AccountId, Held>,
    /// Streams whose publishes are held and have no room in the log.
    awaiting_room: Vec<(AccountId, StreamRef)>,
    /// What requests may still touch before the next turn.
    pub(crate) at_once: Slice,
    targets: HashMap<Token, Target>,
    /// Names of streams that were deleted and haven't ceased to listen, by their tokens; of those that answer their publishers.
    leaving: HashMap<Token, Box<str>>,
    next_token: u64,
    /// Of streams whose acks wait for a sync, and of those that don't: each in the order of its commits.
    waiting: [VecDeque<Waiting>; 2],
    saving: VecDeque<Saving>,
    /// Messages in the states that this turn wrote.
    saved_records: usize,
    /// The store refused a consumer's state, and none since was taken.
    unsaved: bool,
    /// For atomic batches.
    seats: Seats,
    /// When usage was last added up; 0 when a request made room since.
    pub(crate) counted: u64,
    /// What all accounts used then, and what came since.
    used: Used,
    draws: Draws,
    /// When the last change that a request made is durable.
    pub(crate) changed: Option<Ticket>,
    watchdog: Watchdog,
}

impl JetStream {
    /// Takes a store over. Accounts come by [`JetStream::open_account`].
    #[must_use]
    pub fn open(store: Store, settings: Settings, now: u64) -> Self {
        Self {
            store,
            seats: Seats::new(settings.batches),
            settings,
            accounts: HashMap::new(),
            refused: HashMap::new(),
            streams: Streams::default(),
            taking: BTreeSet::new(),
            look_at: None,
            snapshots: BTreeMap::new(),
            restores: BTreeMap::new(),
            tasks: Tasks::default(),
            undecided: Vec::new(),
            held: HashMap::new(),
            awaiting_room: Vec::new(),
            at_once: Slice::new(),
            targets: HashMap::new(),
            leaving: HashMap::new(),
            next_token: 1,
            waiting: [VecDeque::new(), VecDeque::new()],
            saving: VecDeque::new(),
            saved_records: 0,
            unsaved: false,
            counted: 0,
            used: Used::default(),
            draws: Draws(now),
            changed: None,
            watchdog: Watchdog::default(),
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
            streams: BTreeMap::new(),
            captured: Captured::default(),
            api: ApiStats::default(),
            used: Used::default(),
            tokens: Vec::new(),
            interest: 0,
        };
        self.accounts.insert(id, account);
        for (filter, target) in [
            ("$JS.API.>", Target::Api),
            ("$JS.ACK.>", Target::Ack),
            ("$JS.FC.>", Target::Flow),
        ] {
            let token = self.new_token(target);
            net.subscribe(id, filter.as_bytes(), token, Listens::ToClients);
            if let Some(account) = self.accounts.get_mut(&id) {
                account.tokens.push((filter.to_owned(), token));
            }
        }
        self.restore(id, name, net, now)
    }

    /// Answers an account that has no JetStream: every request is told so.
    pub fn refuse_account(&mut self, id: AccountId, net: &mut dyn Network) {
        let filter = "$JS.API.>".to_owned();
        let token = self.new_token(Target::Api);
        net.subscribe(id, filter.as_bytes(), token, Listens::ToClients);
        self.refused.insert(id, vec![(filter, token)]);
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
        let under_way = self.tasks.remove(id);
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
                self.refuse_held(&stream, &NOT_ENABLED_FOR_ACCOUNT, net);
            }
        }
        self.held.remove(&id);
        // Without account and streams each of them ends, and says so.
        for task in under_way {
            let _ = self.go_on_with(id, task, &mut Slice::whole(), now, net);
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

    /// Takes a stream into the table. It listens to nothing yet.
    pub(crate) fn put_stream(
        &mut self,
        account: AccountId,
        config: StreamConfig,
        created: u64,
        log: midge_streamlog::Stream,
    ) -> usize {
        let index = self.streams.free_place();
        let token = self.new_token(Target::Stream(index));
        if let Some(account) = self.accounts.get_mut(&account) {
            account.streams.insert(config.name.clone(), index);
            let subjects = config.subjects.iter();
            subjects.for_each(|subject| account.captured.insert(subject, index));
        }
        let stream = Stream::new((account, token), config, created, log, &self.settings);
        self.streams.put(index, stream);
        self.load_places(index);
        let name = self.accounts.get(&account).map(|it| it.name.clone());
        if let (Some(stream), Some(name)) = (&mut self.streams[index], name) {
            stream.keep_schedules(&self.store, &name);
            stream.keep_owed(&self.store, &name);
        }
        index
    }

    pub(crate) fn unsubscribe(&mut self, stream: &Stream, net: &mut dyn Network) {
        for subject in &stream.config.subjects {
            net.unsubscribe(stream.account, subject.as_bytes(), stream.token);
        }
        self.end_feeds(stream, net);
    }

    /// Takes nothing for a stream any more, whether it still listens to its subjects or not.
    pub(crate) fn end_feeds(&mut self, stream: &Stream, net: &mut dyn Network) {
        self.targets.remove(&stream.token);
        for of in stream.inflows.listens() {
            self.end_feed(stream.account, of, net);
        }
    }

    /// A token for what a consumer delivers to stream `index`.
    pub(crate) fn new_feed(&mut self, index: usize) -> Token {
        self.new_token(Target::Feed(index))
    }

    /// Ends what consumers delivered to a subject under a token.
    pub(crate) fn end_feed(
        &mut self,
        account: AccountId,
        (subject, token): (String, Token),
        net: &mut dyn Network,
    ) {
        net.unsubscribe(account, subject.as_bytes(), token);
        self.targets.remove(&token);
    }

    /// Whether messages under this token are publishes to a stream without consumers: nothing is to be delivered.
    #[must_use]
    pub fn only_stores(&self, token: Token) -> bool {
        let Some(Target::Stream(index)) = self.targets.get(&token) else {
            return false;
        };
        let stream = self.streams[*index].as_ref();
        stream.is_some_and(|stream| stream.consumers.is_empty())
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
        let Some(target) = self.targets.get(&token).copied() else {
            return self.refuse_late(account, token, message, net);
        };
        match (target, message.origin.client()) {
            (Target::Stream(index), _) => self.publish(index, message, now, net),
            (Target::Ack, Some(_)) => self.ack(account, message, now, net),
            (Target::Api, Some(client)) => self.api(account, client, message, now, net),
            (Target::Transfer, Some(_)) => self.transfer(token, message, now, net),
            (Target::Feed(index), _) => {
                let stream = self.streams.quietly(index);
                if stream.is_some_and(|stream| !stream.receive_fed(token, message, now)) {
                    self.streams.stir(index);
                }
            }
            (Target::Flow, Some(_)) => self.flow(account, message, now),
            (Target::Ack | Target::Api | Target::Transfer | Target::Flow, None) => {}
        }
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

    /// An answer to flow control, from a client or from a stream that a consumer feeds.
    pub(crate) fn flow(&mut self, account: AccountId, message: &Message<'_>, now: u64) {
        let mut tokens = message.subject.split(|byte| *byte == b'.').skip(2);
        let mut name = || std::str::from_utf8(tokens.next()?).ok();
        if let (Some(stream), Some(consumer)) = (name(), name())
            && let Some(stream) = self.stream_mut(account, stream)
            && let Some(consumer) = stream.consumers.get_mut(consumer)
        {
            consumer.flow(message, now);
        }
    }

    pub(crate) fn stream_index(&self, account: AccountId, name: &str) -> Option<usize> {
        self.accounts.get(&account)?.streams.get(name).copied()
    }

    pub(crate) fn stream_mut(&mut self, account: AccountId, name: &str) -> Option<&mut Stream> {
        let index = self.stream_index(account, name)?;
        self.streams[index].as_deref_mut()
    }

    pub(crate) fn stream(&self, account: AccountId, name: &str) -> Option<&Stream> {
        let index = self.stream_index(account, name)?;
        self.streams[index].as_deref()
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
}
