//! Accounts: islands of interest, with the generations that keep cached matches honest.

use crate::memory::Memory;
use crate::sink::{Gate, Outlet, Sink, SinkOptions};
use crate::subscription::Subscription;
use arc_swap::ArcSwapOption;
use hashbrown::HashMap;
use midge_subject::{Mapped, Mappings, Trie};
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed},
};

/// Shards of the generations. A subscription under one first token spares the other shards.
const SHARDS: usize = 64;

/// All accounts of a broker, and the dense numbers of its sinks.
#[derive(Default)]
pub struct Router {
    accounts: RwLock<HashMap<Arc<str>, Arc<Account>>>,
    slots: Arc<Slots>,
}

impl Router {
    /// A router without accounts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The account of that name, created at first use.
    pub fn account(&self, name: &str) -> Arc<Account> {
        if let Some(account) = self.accounts.read().get(name) {
            return account.clone();
        }
        let mut accounts = self.accounts.write();
        let id = accounts.len() as u64;
        let account = accounts
            .entry(name.into())
            .or_insert_with(|| Arc::new(Account::new(name, id)));
        account.clone()
    }

    /// All accounts, in no particular order.
    #[must_use]
    pub fn accounts(&self) -> Vec<Arc<Account>> {
        self.accounts.read().values().cloned().collect()
    }

    /// A new destination.
    pub fn sink(&self, id: u64, options: SinkOptions, outlet: Box<dyn Outlet>) -> Arc<Sink> {
        let sink = Arc::new(Sink::new(id, self.slots.clone(), options, outlet));
        self.memory().note(sink.slot(), &sink);
        sink
    }

    /// What all its sinks together hold, and may hold.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.slots.memory
    }
}

/// What an account may use. `None`: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountLimits {
    /// Client connections at a time.
    pub max_connections: Option<u64>,
    /// Subscriptions at a time, over all its connections.
    pub max_subscriptions: Option<u64>,
}

/// One tenant: its interest, its mappings and its limits.
pub struct Account {
    name: Arc<str>,
    id: u64,
    interest: RwLock<Trie<Arc<Subscription>>>,
    generations: [AtomicU64; SHARDS],
    wildcard_generation: AtomicU64,
    /// True if `mappings` or `domain` is there.
    rewrites: AtomicBool,
    mappings: ArcSwapOption<Mappings>,
    domain: ArcSwapOption<Domain>,
    limits: RwLock<AccountLimits>,
    connections: AtomicU64,
    inserts: AtomicU64,
    removes: AtomicU64,
}

impl Account {
    fn new(name: &str, id: u64) -> Self {
        Self {
            name: name.into(),
            id,
            interest: RwLock::new(Trie::new()),
            generations: std::array::from_fn(|_| AtomicU64::new(0)),
            wildcard_generation: AtomicU64::new(0),
            rewrites: AtomicBool::new(false),
            mappings: ArcSwapOption::empty(),
            domain: ArcSwapOption::empty(),
            limits: RwLock::default(),
            connections: AtomicU64::new(0),
            inserts: AtomicU64::new(0),
            removes: AtomicU64::new(0),
        }
    }

    /// The account's name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Adds a subscription. Publishes matched from now on reach it.
    pub fn subscribe(&self, subscription: &Arc<Subscription>) {
        self.interest
            .write()
            .insert(subscription.filter(), subscription.clone());
        self.inserts.fetch_add(1, Relaxed);
        self.advance(subscription.filter());
    }

    /// Removes a subscription. Returns false when it was not there.
    pub fn unsubscribe(&self, subscription: &Arc<Subscription>) -> bool {
        let removed = self.remove(subscription);
        self.removes.fetch_add(u64::from(removed), Relaxed);
        self.advance(subscription.filter());
        removed
    }

    fn remove(&self, subscription: &Arc<Subscription>) -> bool {
        let mut interest = self.interest.write();
        interest
            .remove(subscription.filter(), subscription)
            .is_some()
    }

    /// Subscriptions ever added and ever removed.
    #[must_use]
    pub fn changes(&self) -> (u64, u64) {
        (self.inserts.load(Relaxed), self.removes.load(Relaxed))
    }

    /// Live subscriptions.
    #[must_use]
    pub fn subscription_count(&self) -> usize {
        self.interest.read().len()
    }

    /// Whether anybody would get a message on `subject`.
    #[must_use]
    pub fn has_interest(&self, subject: &[u8]) -> bool {
        self.interest.read().has_match(subject)
    }

    /// Calls `f` for each subscription that matches `subject`.
    pub fn for_each_match(&self, subject: &[u8], f: impl FnMut(&Arc<Subscription>)) {
        self.interest.read().for_each_match(subject, f);
    }

    /// The same, and whether [all subjects like it](Trie::for_each_match_alike) have the same.
    pub(crate) fn for_each_match_alike(
        &self,
        subject: &[u8],
        same: usize,
        f: impl FnMut(&Arc<Subscription>),
    ) -> bool {
        self.interest.read().for_each_match_alike(subject, same, f)
    }

    /// Calls `f` for every subscription; for monitoring.
    pub fn for_each_subscription(&self, mut f: impl FnMut(&Arc<Subscription>)) {
        for (_, subscription) in self.interest.read().iter() {
            f(subscription);
        }
    }

    /// Replaces the subject mappings.
    pub fn set_mappings(&self, mappings: Option<Mappings>) {
        self.mappings.store(mappings.map(Arc::new));
        self.note_rewriting();
    }

    /// Requests to the JetStream of this domain go to the one that is here.
    pub fn set_domain(&self, domain: Option<&str>) {
        self.domain
            .store(domain.map(|name| Arc::new(Domain::new(name))));
        self.note_rewriting();
    }

    fn note_rewriting(&self) {
        let rewrites = self.mappings.load().is_some() || self.domain.load().is_some();
        self.rewrites.store(rewrites, Relaxed);
    }

    /// Whether a message may go to another subject than it was sent to.
    pub(crate) fn rewrites(&self) -> bool {
        self.rewrites.load(Relaxed)
    }

    /// Where a message to `subject` goes, written to `out` if that is another one. Everything that rewrites a subject in this account is here.
    pub(crate) fn rewrite(
        &self,
        subject: &[u8],
        random: &mut impl FnMut() -> u64,
        out: &mut Vec<u8>,
    ) -> Mapped {
        if subject.starts_with(b"$JS.")
            && let Some(domain) = self.domain.load().as_ref()
            && domain.rewrite(subject, out)
        {
            return Mapped::Moved;
        }
        match self.mappings.load().as_ref() {
            None => Mapped::Unchanged,
            Some(mappings) => mappings.apply(subject, random, out),
        }
    }

    /// Replaces the limits.
    pub fn set_limits(&self, limits: AccountLimits) {
        *self.limits.write() = limits;
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> AccountLimits {
        *self.limits.read()
    }

    /// Counts a connection in, or refuses it when the account is full.
    #[must_use]
    pub fn enter(&self) -> bool {
        let max = self.limits().max_connections.unwrap_or(u64::MAX);
        self.connections
            .fetch_update(AcqRel, Acquire, |n| (n < max).then_some(n + 1))
            .is_ok()
    }

    /// Counts a connection out.
    pub fn leave(&self) {
        self.connections.fetch_sub(1, AcqRel);
    }

    /// Connections at the moment.
    #[must_use]
    pub fn connection_count(&self) -> u64 {
        self.connections.load(Acquire)
    }

    /// A number that grows whenever anybody subscribes or unsubscribes.
    #[must_use]
    pub fn interest_version(&self) -> u64 {
        let shards = self.generations.iter().chain([&self.wildcard_generation]);
        shards.map(|generation| generation.load(Acquire)).sum()
    }

    /// The generation that a cached match on a subject of `shard` depends on. Both parts only
    /// grow, so their sum is equal only when neither changed.
    pub(crate) fn generation(&self, shard: usize) -> u64 {
        self.generations[shard].load(Acquire) + self.wildcard_generation.load(Acquire)
    }

    /// The interest under `filter` changed.
    fn advance(&self, filter: &[u8]) {
        let first = first_token(filter);
        let generation = if first == b"*" || first == b">" {
            &self.wildcard_generation
        } else {
            &self.generations[shard_of(filter)]
        };
        generation.fetch_add(1, AcqRel);
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The name of the JetStream that is here, among others.
struct Domain {
    /// `$JS.<name>.API.`
    prefix: Box<[u8]>,
}

impl Domain {
    /// First words of requests, and the beginnings of subjects that are no requests.
    const WORDS: [&[u8]; 7] = [
        b"INFO",
        b"STREAM",
        b"CONSUMER",
        b"DIRECT",
        b"META",
        b"SERVER",
        b"ACCOUNT",
    ];
    const BESIDE: [&[u8]; 2] = [b"$KV", b"$OBJ"];

    fn new(name: &str) -> Self {
        Self {
            prefix: format!("$JS.{name}.API.").into_bytes().into(),
        }
    }

    fn rewrite(&self, subject: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(rest) = subject.strip_prefix(&*self.prefix) else {
            return false;
        };
        let word = first_token(rest);
        if Self::WORDS.contains(&word) {
            out.extend_from_slice(b"$JS.API.");
        } else if !Self::BESIDE.contains(&word) {
            return false;
        }
        out.extend_from_slice(rest);
        true
    }
}

fn first_token(subject: &[u8]) -> &[u8] {
    subject
        .split(|&byte| byte == b'.')
        .next()
        .unwrap_or_default()
}

/// The shard of a subject's first token.
pub(crate) fn shard_of(subject: &[u8]) -> usize {
    let hash = first_token(subject)
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash >> 32) as usize % SHARDS
}

/// Hands out the smallest free numbers, so that tables indexed by them stay small.
#[derive(Default)]
pub(crate) struct Slots {
    state: Mutex<(Vec<u32>, u32)>,
    /// Of the sinks that have one: the server's own listeners get to know a restricted sender by the number of its sink.
    gates: RwLock<HashMap<u64, Arc<Box<dyn Gate>>>>,
    pub(crate) memory: Memory,
}

impl Slots {
    pub(crate) fn take(&self) -> u32 {
        let mut state = self.state.lock();
        state.0.pop().unwrap_or_else(|| {
            state.1 += 1;
            state.1 - 1
        })
    }

    pub(crate) fn give(&self, slot: u32) {
        self.memory.forget(slot as usize);
        self.state.lock().0.push(slot);
    }

    pub(crate) fn note_gate(&self, sink: u64, gate: Option<Arc<Box<dyn Gate>>>) {
        match gate {
            Some(gate) => self.gates.write().insert(sink, gate),
            None => self.gates.write().remove(&sink),
        };
    }

    pub(crate) fn gate_of(&self, sink: u64) -> Option<Arc<Box<dyn Gate>>> {
        self.gates.read().get(&sink).cloned()
    }
}
