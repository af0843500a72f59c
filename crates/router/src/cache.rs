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

/// Subjects with these beginnings are used once each, so keeping them would only evict others.
const USED_ONCE: [&[u8]; 4] = [b"_INBOX.", b"$JS.ACK.", b"_R_.", b"_GR_."];

/// All receivers of one subject: each of `plain`, and one of each group in `queues`.
#[derive(Default, Debug)]
pub(crate) struct Matched {
    pub(crate) plain: Vec<Arc<Subscription>>,
    pub(crate) queues: Vec<Vec<Arc<Subscription>>>,
}

impl Matched {
    /// Matches `subject` against the account's interest.
    pub(crate) fn fill(&mut self, account: &Account, subject: &[u8]) {
        self.clear();
        account.for_each_match(subject, |subscription| match subscription.queue() {
            None => self.plain.push(subscription.clone()),
            Some(queue) => self.group(queue).push(subscription.clone()),
        });
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
        if USED_ONCE
            .iter()
            .any(|beginning| subject.starts_with(beginning))
        {
            self.scratch.fill(account, subject);
            return &self.scratch;
        }
        if self.buckets.is_empty() {
            self.resize(BUCKETS_MIN);
        }
        let hash = self.hasher.hash_one(subject) ^ account.id().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        match self.find(hash, account, subject) {
            Some((bucket, way)) => self.refreshed(bucket, way, account, subject),
            None => self.admitted(hash, account, subject),
        }
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

    fn refreshed(
        &mut self,
        bucket: usize,
        way: usize,
        account: &Account,
        subject: &[u8],
    ) -> &Matched {
        let entry = self.buckets[bucket][way]
            .entry
            .as_mut()
            .expect("found just now");
        entry.used = true;
        let generation = account.generation(entry.shard as usize);
        if entry.generation != generation {
            let before = entry.matched.references();
            entry.generation = generation;
            entry.matched.fill(account, subject);
            self.references = self.references - before + entry.matched.references();
        }
        &entry.matched
    }

    fn admitted(&mut self, hash: u64, account: &Account, subject: &[u8]) -> &Matched {
        let shard = shard_of(subject);
        let generation = account.generation(shard);
        self.scratch.fill(account, subject);
        let references = self.scratch.references();
        if references > MATCHED_MAX || self.references + references > REFERENCES_MAX {
            return &self.scratch;
        }
        self.references += references;
        let matched = std::mem::take(&mut self.scratch);
        let shard = u32::try_from(shard).expect("a shard number is small");
        let entry = Box::new(Entry {
            account: account.id(),
            shard,
            used: true,
            generation,
            subject: subject.into(),
            matched,
        });
        let (bucket, way) = self.victim(hash);
        let slot = &mut self.buckets[bucket][way];
        slot.hash = hash;
        if let Some(evicted) = slot.entry.replace(entry) {
            self.references -= evicted.matched.references();
        }
        &self.buckets[bucket][way]
            .entry
            .as_ref()
            .expect("placed just now")
            .matched
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
