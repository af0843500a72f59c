//! Matched sets by subject, one bounded table per worker.

use crate::account::{Account, shard_of};
use crate::subscription::Subscription;
use hashbrown::DefaultHashBuilder;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Entries of a bucket: four slots of 16 bytes are one cache line.
const WAYS: usize = 4;
const BUCKETS_MIN: usize = 64;
const BUCKETS_MAX: usize = 16 << 10;
/// Subscriptions that all entries together may refer to; larger sets are matched anew.
const REFERENCES_MAX: usize = 1 << 20;
/// Sets larger than this are not kept: matching them costs little beside delivering to them.
const MATCHED_MAX: usize = 4096;

/// Subjects with these beginnings are used once each, so keeping them would only evict others. What they have in common may be kept,
/// see [`Family`].
const USED_ONCE: [&[u8]; 4] = [b"_INBOX.", b"$JS.ACK.", b"_R_.", b"_GR_."];
/// Tokens behind stream and consumer in the subject of an ack.
const ACK_REST: usize = 5;

/// Subjects that differ only in what nobody's filter tells apart: the answers to one inbox, the acks of one consumer. Their receivers are
/// kept under what they have in common, with its last dot, which makes it no subject.
struct Family {
    len: usize,
    tokens: usize,
}

impl Family {
    fn of(subject: &[u8]) -> Option<Self> {
        let (tokens, rest) = match subject {
            _ if subject.starts_with(b"$JS.ACK.") => (4, ACK_REST),
            _ if subject.starts_with(b"_INBOX.") => {
                (subject.iter().filter(|byte| **byte == b'.').count(), 1)
            }
            _ => return None,
        };
        let mut parts = subject.splitn(tokens + 1, |byte| *byte == b'.');
        let last = parts.nth(tokens)?;
        let fits = last
            .split(|byte| *byte == b'.')
            .try_fold(0, |count, token| (!token.is_empty()).then_some(count + 1))
            == Some(rest);
        fits.then_some(Self {
            len: subject.len() - last.len(),
            tokens,
        })
    }
}

/// All receivers of one subject: each of `plain`, and one of each group in `queues`.
#[derive(Default, Debug)]
pub(crate) struct Matched {
    pub(crate) plain: Vec<Arc<Subscription>>,
    pub(crate) queues: Vec<Vec<Arc<Subscription>>>,
}

impl Matched {
    /// Matches `subject` against the account's interest.
    fn fill(&mut self, account: &Account, subject: &[u8]) {
        self.clear();
        account.for_each_match(subject, |subscription| self.add(subscription));
    }

    /// The same, and whether the whole family has these receivers.
    fn fill_for(&mut self, account: &Account, subject: &[u8], family: &Family) -> bool {
        self.clear();
        account.for_each_match_alike(subject, family.tokens, |subscription| {
            self.add(subscription);
        })
    }

    fn add(&mut self, subscription: &Arc<Subscription>) {
        match subscription.queue() {
            None => self.plain.push(subscription.clone()),
            Some(queue) => self.group(queue).push(subscription.clone()),
        }
    }

    fn group(&mut self, queue: &[u8]) -> &mut Vec<Arc<Subscription>> {
        let found = self
            .queues
            .iter()
            .position(|group| group[0].queue() == Some(queue));
        let at = found.unwrap_or_else(|| {
            self.queues.push(Vec::new());
            self.queues.len() - 1
        });
        &mut self.queues[at]
    }

    pub(crate) fn clear(&mut self) {
        self.plain.clear();
        self.queues.clear();
    }

    fn references(&self) -> usize {
        self.plain.len() + self.queues.iter().map(Vec::len).sum::<usize>()
    }
}

struct Entry {
    account: u64,
    shard: u32,
    used: bool,
    /// Read before matching: if it still holds, so does `matched`.
    generation: u64,
    subject: Box<[u8]>,
    matched: Matched,
}

#[derive(Default)]
struct Slot {
    hash: u64,
    entry: Option<Box<Entry>>,
}

/// Matched sets by subject, four-way associative. It starts small, grows with use up to
/// [`BUCKETS_MAX`], and [`MatchCache::trim`] gives back what a minute did not use.
pub(crate) struct MatchCache {
    buckets: Vec<[Slot; WAYS]>,
    hasher: DefaultHashBuilder,
    references: usize,
    evictions: usize,
    scratch: Matched,
    clock: usize,
}

impl MatchCache {
    pub(crate) fn new() -> Self {
        Self {
            buckets: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            references: 0,
            evictions: 0,
            scratch: Matched::default(),
            clock: 0,
        }
    }

    /// The receivers of `subject`, from the table if its entry still holds.
    pub(crate) fn matched(&mut self, account: &Account, subject: &[u8]) -> &Matched {
        let mut family = None;
        if USED_ONCE
            .iter()
            .any(|beginning| subject.starts_with(beginning))
        {
            family = Family::of(subject);
            if family.is_none() {
                self.scratch.fill(account, subject);
                return &self.scratch;
            }
        }
        if self.buckets.is_empty() {
            self.resize(BUCKETS_MIN);
        }
        let key = family
            .as_ref()
            .map_or(subject, |family| &subject[..family.len]);
        let hash = self.hasher.hash_one(key) ^ account.id().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = self.find(hash, account, key);
        if let Some((bucket, way)) = place
            && self.holds(bucket, way, account)
        {
            return &self.entry(bucket, way).matched;
        }
        let shard = shard_of(subject);
        let generation = account.generation(shard);
        let alike = match &family {
            Some(family) => self.scratch.fill_for(account, subject, family),
            None => {
                self.scratch.fill(account, subject);
                true
            }
        };
        let references = self.references + self.scratch.references();
        if !alike || self.scratch.references() > MATCHED_MAX || references > REFERENCES_MAX {
            return &self.scratch;
        }
        let (bucket, way) = place.unwrap_or_else(|| self.admit(hash, account, key, shard));
        self.keep(bucket, way, generation)
    }

    fn entry(&mut self, bucket: usize, way: usize) -> &mut Entry {
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
        let entry = Box::new(Entry {
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
        let mut matched = std::mem::take(&mut self.scratch);
        self.references += matched.references();
        let entry = self.entry(bucket, way);
        entry.used = true;
        entry.generation = generation;
        std::mem::swap(&mut entry.matched, &mut matched);
        self.references -= matched.references();
        self.scratch = matched;
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
        self.scratch = Matched::default();
        if kept == 0 {
            self.buckets = Vec::new();
        } else if kept < self.buckets.len() && self.buckets.len() > BUCKETS_MIN {
            self.resize(self.buckets.len() / 2);
        }
    }
}
