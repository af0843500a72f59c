//! Matched sets by subject, one bounded table per worker.

use crate::account::{Account, shard_of};
use crate::sink::Sink;
use crate::subscription::Subscription;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;
use std::sync::Arc;

/// Entries of a bucket: four slots of 16 bytes are one cache line.
const WAYS: usize = 4;
const BUCKETS_MIN: usize = 64;
const BUCKETS_MAX: usize = 16 << 10;
/// Subscriptions that all entries together may refer to; larger sets are matched anew.
const REFERENCES_MAX: usize = 1 << 20;
/// Sets that deliver to more than this are not kept: matching them costs little beside that.
const DELIVERIES_MAX: usize = 4096;
/// More groups than this are found by the hash of their name.
const GROUPS_SEARCHED_MAX: usize = 8;

/// Subjects with these beginnings are used once each, so keeping them would only evict others. What they have in common may be kept,
/// see [`family`].
const USED_ONCE: [&[u8]; 4] = [b"_INBOX.", b"$JS.ACK.", b"_R_.", b"_GR_."];
/// Dots in the subject of an ack: four before the numbers, which are five.
const ACK_DOTS: usize = 8;

/// What this subject has in common with those that differ only in what hardly a filter tells apart: the answers to one inbox, the acks of
/// one consumer. Their receivers are kept under it, with its last dot, which makes it no subject.
fn family(subject: &[u8]) -> Option<&[u8]> {
    let rest = subject.iter().rposition(|byte| *byte == b'.')? + 1;
    if rest == subject.len() {
        return None;
    }
    if subject.starts_with(b"_INBOX.") {
        return Some(&subject[..rest]);
    }
    let (mut dots, mut end) = (0, 0);
    for (at, _) in subject
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'.')
    {
        dots += 1;
        match dots {
            4 => end = at + 1,
            5.. if subject[at - 1] == b'.' => return None,
            _ => {}
        }
    }
    (dots == ACK_DOTS && subject.starts_with(b"$JS.ACK.")).then(|| &subject[..end])
}

/// All receivers of one subject: each of `plain`, and one of each group in `queues`.
#[derive(Default, Debug)]
pub(crate) struct Matched {
    pub(crate) plain: Vec<Arc<Subscription>>,
    pub(crate) queues: Vec<Vec<Arc<Subscription>>>,
}

impl Matched {
    pub(crate) fn clear(&mut self) {
        self.plain.clear();
        self.queues.clear();
    }

    fn references(&self) -> usize {
        self.plain.len() + self.queues.iter().map(Vec::len).sum::<usize>()
    }

    pub(crate) fn first_sink(&self) -> Option<&Arc<Sink>> {
        let queued = self.queues.first().and_then(|group| group.first());
        Some(self.plain.first().or(queued)?.sink())
    }

    /// To how many a message goes, at most.
    fn deliveries(&self) -> usize {
        self.plain.len() + self.queues.len()
    }
}

/// Matches subjects, one after the other.
///
/// **Invariant:** `groups` is empty, or it holds the number of each group of `matched`.
#[derive(Default)]
struct Matcher {
    matched: Matched,
    groups: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Matcher {
    /// Matches `subject` against the account's interest.
    fn fill(&mut self, account: &Account, subject: &[u8]) {
        self.clear();
        account.for_each_match(subject, |subscription| self.add(subscription));
    }

    /// The same, and whether the subject's whole family has these receivers.
    fn fill_for(&mut self, account: &Account, subject: &[u8], family: &[u8]) -> bool {
        self.clear();
        let tokens = family.iter().filter(|byte| **byte == b'.').count();
        account.for_each_match_alike(subject, tokens, |subscription| self.add(subscription))
    }

    fn clear(&mut self) {
        self.matched.clear();
        self.groups.clear();
    }

    fn add(&mut self, subscription: &Arc<Subscription>) {
        match subscription.queue() {
            None => self.matched.plain.push(subscription.clone()),
            Some(queue) => {
                let at = self.group(queue);
                self.matched.queues[at].push(subscription.clone());
            }
        }
    }

    /// The number of a group, which may be a new one.
    fn group(&mut self, queue: &[u8]) -> usize {
        let (queues, hasher) = (&mut self.matched.queues, &self.hasher);
        if queues.len() < GROUPS_SEARCHED_MAX {
            let found = queues.iter().position(|group| name_of(group) == queue);
            return found.unwrap_or_else(|| {
                queues.push(Vec::new());
                queues.len() - 1
            });
        }
        let hash = |at: &u32| hasher.hash_one(name_of(&queues[*at as usize]));
        if self.groups.is_empty() {
            for at in 0..queues.len() as u32 {
                self.groups.insert_unique(hash(&at), at, hash);
            }
        }
        let is_it = |at: &u32| name_of(&queues[*at as usize]) == queue;
        let place = self.groups.entry(hasher.hash_one(queue), is_it, hash);
        match place {
            Entry::Occupied(known) => *known.get() as usize,
            Entry::Vacant(place) => {
                let at = queues.len();
                place.insert(at as u32);
                queues.push(Vec::new());
                at
            }
        }
    }
}

/// The name of a group, which has a member.
fn name_of(group: &[Arc<Subscription>]) -> &[u8] {
    #[cfg(test)]
    tests::NAMES_READ.set(tests::NAMES_READ.get() + 1);
    group[0].queue().unwrap_or_default()
}

struct Kept {
    account: u64,
    shard: u32,
    used: bool,
    /// Read before matching: if it still holds, so does `matched`.
    generation: u64,
    subject: Box<[u8]>,
    matched: Matched,
}

/// The last subject that is in no table: what goes to one receiver comes in a row.
#[derive(Default)]
struct Recent {
    account: u64,
    generation: u64,
    /// Empty: there is none.
    subject: Vec<u8>,
    matched: Matched,
}

impl Recent {
    fn is(&self, account: &Account, subject: &[u8]) -> bool {
        self.subject == subject
            && self.account == account.id()
            && self.generation == account.generation(shard_of(subject))
    }

    /// Takes over what was just matched.
    fn set(&mut self, account: &Account, generation: u64, subject: &[u8], matched: &mut Matched) {
        self.account = account.id();
        self.generation = generation;
        self.subject.clear();
        self.subject.extend_from_slice(subject);
        std::mem::swap(&mut self.matched, matched);
    }
}

#[derive(Default)]
struct Slot {
    hash: u64,
    entry: Option<Box<Kept>>,
}

/// Matched sets by subject, four-way associative. It starts small, grows with use up to
/// [`BUCKETS_MAX`], and [`MatchCache::trim`] gives back what a minute did not use.
pub(crate) struct MatchCache {
    buckets: Vec<[Slot; WAYS]>,
    hasher: DefaultHashBuilder,
    references: usize,
    evictions: usize,
    scratch: Matcher,
    recent: Recent,
    clock: usize,
}

impl MatchCache {
    pub(crate) fn new() -> Self {
        Self {
            buckets: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            references: 0,
            evictions: 0,
            scratch: Matcher::default(),
            recent: Recent::default(),
            clock: 0,
        }
    }

    /// The receivers of `subject`, from the table if its entry still holds.
    pub(crate) fn matched(&mut self, account: &Account, subject: &[u8]) -> &Matched {
        let once = USED_ONCE
            .iter()
            .any(|beginning| subject.starts_with(beginning));
        if once && self.recent.is(account, subject) {
            return &self.recent.matched;
        }
        let Some(key) = (if once { family(subject) } else { Some(subject) }) else {
            let generation = account.generation(shard_of(subject));
            self.scratch.fill(account, subject);
            return self.remember(account, generation, subject);
        };
        if self.buckets.is_empty() {
            self.resize(BUCKETS_MIN);
        }
        let hash = self.hasher.hash_one(key) ^ account.id().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = self.find(hash, account, key);
        if let Some((bucket, way)) = place
            && self.holds(bucket, way, account)
        {
            return &self.entry(bucket, way).matched;
        }
        let shard = shard_of(subject);
        let generation = account.generation(shard);
        if once {
            if !self.scratch.fill_for(account, subject, key) {
                return self.remember(account, generation, subject);
            }
        } else {
            self.scratch.fill(account, subject);
        }
        let matched = &self.scratch.matched;
        if matched.deliveries() > DELIVERIES_MAX
            || self.references + matched.references() > REFERENCES_MAX
        {
            return &self.scratch.matched;
        }
        let (bucket, way) = place.unwrap_or_else(|| self.admit(hash, account, key, shard));
        self.keep(bucket, way, generation)
    }

    /// What was just matched belongs in no table.
    fn remember(&mut self, account: &Account, generation: u64, subject: &[u8]) -> &Matched {
        self.recent
            .set(account, generation, subject, &mut self.scratch.matched);
        &self.recent.matched
    }

    fn entry(&mut self, bucket: usize, way: usize) -> &mut Kept {
        let entry = self.buckets[bucket][way].entry.as_mut();
        entry.expect("a place with an entry")
    }

    /// Whether nobody came or went since the entry was made; if so, it counts as used.
    fn holds(&mut self, bucket: usize, way: usize, account: &Account) -> bool {
        let entry = self.entry(bucket, way);
        let holds = entry.generation == account.generation(entry.shard as usize);
        entry.used |= holds;
        holds
    }

    fn find(&self, hash: u64, account: &Account, subject: &[u8]) -> Option<(usize, usize)> {
        let bucket = hash as usize & (self.buckets.len() - 1);
        let same = |slot: &Slot| {
            slot.hash == hash
                && slot
                    .entry
                    .as_ref()
                    .is_some_and(|e| e.account == account.id() && *e.subject == *subject)
        };
        self.buckets[bucket]
            .iter()
            .position(same)
            .map(|way| (bucket, way))
    }

    /// Makes an entry without receivers.
    fn admit(&mut self, hash: u64, account: &Account, key: &[u8], shard: usize) -> (usize, usize) {
        let entry = Box::new(Kept {
            account: account.id(),
            shard: u32::try_from(shard).expect("a shard number is small"),
            used: true,
            generation: 0,
            subject: key.into(),
            matched: Matched::default(),
        });
        let (bucket, way) = self.victim(hash);
        let slot = &mut self.buckets[bucket][way];
        slot.hash = hash;
        if let Some(evicted) = slot.entry.replace(entry) {
            self.references -= evicted.matched.references();
        }
        (bucket, way)
    }

    /// Moves what was just matched to an entry.
    fn keep(&mut self, bucket: usize, way: usize, generation: u64) -> &Matched {
        let mut matched = std::mem::take(&mut self.scratch.matched);
        self.references += matched.references();
        let entry = self.entry(bucket, way);
        entry.used = true;
        entry.generation = generation;
        std::mem::swap(&mut entry.matched, &mut matched);
        self.references -= matched.references();
        self.scratch.matched = matched;
        &self.entry(bucket, way).matched
    }

    /// A free slot, or one chosen in turn; many evictions of used entries grow the table.
    fn victim(&mut self, hash: u64) -> (usize, usize) {
        let mut bucket = hash as usize & (self.buckets.len() - 1);
        if let Some(way) = self.buckets[bucket]
            .iter()
            .position(|slot| slot.entry.is_none())
        {
            return (bucket, way);
        }
        self.evictions += 1;
        if self.evictions > self.buckets.len() / 4 && self.buckets.len() < BUCKETS_MAX {
            self.resize(self.buckets.len() * 2);
            bucket = hash as usize & (self.buckets.len() - 1);
            if let Some(way) = self.buckets[bucket]
                .iter()
                .position(|slot| slot.entry.is_none())
            {
                return (bucket, way);
            }
        }
        self.clock = self.clock.wrapping_add(1);
        (bucket, self.clock % WAYS)
    }

    fn resize(&mut self, buckets: usize) {
        let old = std::mem::take(&mut self.buckets);
        self.buckets.resize_with(buckets, Default::default);
        self.evictions = 0;
        self.references = 0;
        for slot in old.into_iter().flatten() {
            let Some(entry) = &slot.entry else { continue };
            let bucket = &mut self.buckets[slot.hash as usize & (buckets - 1)];
            if let Some(free) = bucket.iter_mut().find(|slot| slot.entry.is_none()) {
                self.references += entry.matched.references();
                *free = slot;
            }
        }
    }

    /// Drops what was not used since the last call, and halves a table that is mostly empty.
    pub(crate) fn trim(&mut self) {
        let mut kept = 0;
        for slot in self.buckets.iter_mut().flatten() {
            match &mut slot.entry {
                Some(entry) if entry.used => {
                    entry.used = false;
                    kept += 1;
                }
                Some(entry) => {
                    self.references -= entry.matched.references();
                    slot.entry = None;
                }
                None => {}
            }
        }
        self.scratch = Matcher::default();
        self.recent = Recent::default();
        if kept == 0 {
            self.buckets = Vec::new();
        } else if kept < self.buckets.len() && self.buckets.len() > BUCKETS_MIN {
            self.resize(self.buckets.len() / 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outlet, Router, Sink, SinkOptions};
    use std::cell::Cell;

    thread_local!(pub(super) static NAMES_READ: Cell<usize> = const { Cell::new(0) });

    struct Nowhere;

    impl Outlet for Nowhere {
        fn flush(&self, _: &Sink, _: &mut midge_container::Pool) {}
        fn overflow(&self, _: &Sink, _: usize) {}
    }

    /// An account with subscriptions to `s`, each in the group of its number modulo `groups`.
    fn members(count: usize, groups: usize) -> Arc<Account> {
        let router = Router::new();
        let account = router.account("A");
        let sink = router.sink(1, SinkOptions::default(), Box::new(Nowhere));
        for at in 0..count {
            let queue = format!("group {}", at % groups);
            let sid = at.to_string();
            let queue = Some(queue.as_bytes());
            account.subscribe(&Subscription::new(
                sink.clone(),
                b"s",
                queue,
                sid.as_bytes(),
            ));
        }
        account
    }

    /// Symptom: with 20,000 queue groups on a subject, a publish took 1.75 seconds. Cause: each subscription's group was looked for from
    /// the first one on. Remedy: many groups are found by the hash of their name.
    #[test]
    fn many_groups_are_sorted_out_in_time_that_grows_with_their_number() {
        const GROUPS: usize = 5000;
        let account = members(2 * GROUPS, GROUPS);
        let mut cache = MatchCache::new();
        NAMES_READ.set(0);
        let matched = cache.matched(&account, b"s");
        assert_eq!(
            (matched.queues.len(), matched.references()),
            (GROUPS, 2 * GROUPS)
        );
        for group in &matched.queues {
            let same = |member: &Arc<Subscription>| member.queue() == group[0].queue();
            assert!(group.len() == 2 && group.iter().all(same));
        }
        let read = NAMES_READ.get();
        assert!(read < 30 * GROUPS, "{read} names read");
    }

    #[test]
    fn one_group_with_many_members_is_matched_once() {
        let account = members(2 * DELIVERIES_MAX, 1);
        let mut cache = MatchCache::new();
        assert_eq!(
            cache.matched(&account, b"s").references(),
            2 * DELIVERIES_MAX
        );
        NAMES_READ.set(0);
        assert_eq!(
            cache.matched(&account, b"s").references(),
            2 * DELIVERIES_MAX
        );
        assert_eq!(NAMES_READ.get(), 0);
    }
}
