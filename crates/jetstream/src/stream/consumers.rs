//! A stream's consumers: by name, by what they want, and which of them have something to do.
//!
//! A stream with thousands of consumers that want little each costs, for a message, what those cost that want it. Each consumer has
//! a slot, whose number stays as long as the consumer; the lists know slots.
//!
//! # Invariants
//! - Whoever takes a consumer by `&mut` stirs it: it is served in the next turn, and what it waits for is asked anew.
//! - A consumer that isn't stirred could deliver nothing when it was served last, and since then nothing was done to it and no message that
//!   it wants became visible. So it needn't be looked at.
//! - A sequence of the log up to `told` was told by [`arrived`](Consumers::arrived) or [`skipped`](Consumers::skipped). A message that comes
//!   another way costs a look at all consumers, and is never missed.
//! - `filtered` has the slot of each consumer with filters under each of them, `unfiltered` the slots of all others. Only
//!   [`insert`](Consumers::insert), [`update`](Consumers::update) and [`remove`](Consumers::remove) change what a consumer wants.
//! - `timers` has the `due` of each slot; a stirred slot may have an old one, which comes too early at worst.
//!
//! A message is told when it is appended, and delivered when it is visible: between the two, those who want it are in `awaiting`.

use crate::consumer::{Consumer, ConsumerConfig};
use midge_subject::Trie;
use std::collections::BTreeSet;

/// The number of a slot.
pub(crate) type Slot = u32;

/// See the head of this file.
#[derive(Default)]
pub(crate) struct Consumers {
    /// `None` where a consumer was removed.
    slots: Vec<Option<Entry>>,
    /// Slots in the order of their consumers' names.
    names: Vec<Slot>,
    pushes: usize,
    /// Direct ones, which lists don't show.
    direct: usize,
    unfiltered: Vec<Slot>,
    filtered: Option<Box<Trie<Slot>>>,
    stirred: Vec<Slot>,
    /// Those with filters that want messages which weren't visible when they were told.
    awaiting: Vec<Slot>,
    timers: BTreeSet<(u64, Slot)>,
    /// The last sequence that was told.
    told: u64,
    /// A message came that wasn't told.
    missed: bool,
    /// The visible sequence of the last turn.
    visible: u64,
    /// Names of consumers that couldn't be read at the start: what they want isn't known.
    unread: BTreeSet<String>,
}

struct Entry {
    consumer: Box<Consumer>,
    /// When time does something to it.
    due: Option<u64>,
    /// The first and the last sequence that were told to it and that it may not have seen; 0: none.
    wanted_from: u64,
    wanted: u64,
    stirred: bool,
}

impl Entry {
    /// A message up to `seq` is for it. True if it waited for nothing.
    fn await_up_to(&mut self, seq: u64) -> bool {
        if self.wanted == 0 {
            self.wanted_from = seq;
        }
        std::mem::replace(&mut self.wanted, seq) == 0
    }

    /// Whether some of what it waits for is visible, and whether all of it is: then it waits no more.
    fn see(&mut self, visible: u64) -> (bool, bool) {
        let (any, all) = (self.wanted_from <= visible, self.wanted <= visible);
        if all {
            self.wanted = 0;
        } else if any {
            self.wanted_from = visible + 1;
        }
        (any, all)
    }
}

impl Consumers {
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Consumer> {
        self.at(self.names[self.find(name).ok()?])
    }

    /// Where the consumer of that name is.
    pub(crate) fn slot(&self, name: &str) -> Option<Slot> {
        Some(self.names[self.find(name).ok()?])
    }

    /// The consumer of that name, stirred.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Consumer> {
        let slot = self.names[self.find(name).ok()?];
        self.stir(slot);
        self.quietly(slot)
    }

    /// All, in the order of their names.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Consumer> {
        self.names.iter().filter_map(|slot| self.at(*slot))
    }

    /// All of them, stirred.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Consumer> {
        self.stir_all();
        let slots = self.slots.iter_mut().flatten();
        slots.map(|entry| &mut *entry.consumer)
    }

    /// All slots that are taken.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        self.names.clone()
    }

    /// All slots are below this one.
    pub(crate) fn slots_end(&self) -> Slot {
        self.slots.len() as Slot
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Those whose names come after `name`, in the order of their names.
    pub(crate) fn after<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Consumer> + use<'a> {
        let from = self
            .find(name)
            .map_or_else(|place| place, |place| place + 1);
        self.names[from..].iter().filter_map(|slot| self.at(*slot))
    }

    /// How many lists show and numbers count.
    pub(crate) fn listed(&self) -> usize {
        self.names.len() - self.direct
    }

    /// Whether there are push consumers.
    pub(crate) fn pushes(&self) -> bool {
        self.pushes > 0
    }

    /// Gives a consumer a slot, stirred; another one of its name loses its place.
    pub(crate) fn insert(&mut self, consumer: Consumer) {
        self.remove(consumer.name());
        self.unread.remove(consumer.name());
        let slot = match self.names.len() < self.slots.len() {
            true => self.slots.iter().position(Option::is_none).unwrap_or(0),
            false => {
                if self.slots.is_empty() {
                    self.slots.reserve_exact(1); // most streams have no more
                }
                self.slots.push(None);
                self.slots.len() - 1
            }
        };
        let slot = slot as Slot;
        if let Err(place) = self.find(consumer.name()) {
            self.names.insert(place, slot);
        }
        self.pushes += usize::from(!consumer.config.is_pull());
        self.direct += usize::from(consumer.config.direct);
        let consumer = Box::new(consumer);
        self.slots[slot as usize] = Some(Entry {
            consumer,
            due: None,
            wanted_from: 0,
            wanted: 0,
            stirred: false,
        });
        self.enlist(slot);
        self.stir(slot);
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Box<Consumer>> {
        let place = self.find(name).ok()?;
        let slot = self.names[place];
        self.strike(slot);
        self.names.remove(place);
        for list in [&mut self.stirred, &mut self.awaiting] {
            list.retain(|it| *it != slot);
        }
        let entry = self.slots[slot as usize].take()?;
        self.pushes -= usize::from(!entry.consumer.config.is_pull());
        self.direct -= usize::from(entry.consumer.config.direct);
        if let Some(due) = entry.due {
            self.timers.remove(&(due, slot));
        }
        Some(entry.consumer)
    }

    /// Gives a consumer another configuration, which was checked.
    pub(crate) fn update(&mut self, config: ConsumerConfig) -> Option<&mut Consumer> {
        let slot = self.names[self.find(&config.name).ok()?];
        self.strike(slot);
        self.quietly(slot)?.update(config);
        self.enlist(slot);
        self.stir(slot);
        self.quietly(slot)
    }

    /// Whether some consumer wants messages on `subject`.
    pub(crate) fn want(&self, subject: &[u8]) -> bool {
        let filtered = self.filtered.as_ref();
        !self.unfiltered.is_empty() || filtered.is_some_and(|trie| trie.has_match(subject))
    }

    /// There is a consumer of this name that can't be read now.
    pub(crate) fn note_unread(&mut self, name: String) {
        self.unread.insert(name);
    }

    /// Whether what consumers want is known.
    pub(crate) fn are_known(&self) -> bool {
        self.unread.is_empty()
    }

    /// Those that want all messages.
    pub(crate) fn unfiltered(&self) -> impl Iterator<Item = &Consumer> {
        self.unfiltered.iter().filter_map(|slot| self.at(*slot))
    }

    /// Whether all that want messages on `subject` satisfy `test`.
    pub(crate) fn all_that_want(&self, subject: &[u8], test: impl Fn(&Consumer) -> bool) -> bool {
        let passes = |slot: &Slot| self.at(*slot).is_none_or(&test);
        let mut pass = self.unfiltered.iter().all(passes);
        if let Some(trie) = self.filtered.as_ref().filter(|_| pass) {
            trie.for_each_match(subject, |slot| pass = pass && passes(slot));
        }
        pass
    }

    /// A message was appended.
    pub(crate) fn arrived(&mut self, subject: &[u8], seq: u64) {
        self.missed |= seq > self.told + 1;
        self.told = seq;
        let (slots, awaiting) = (&mut self.slots, &mut self.awaiting);
        let Some(trie) = &self.filtered else {
            return;
        };
        trie.for_each_match(subject, |slot| {
            if let Some(entry) = &mut slots[*slot as usize]
                && entry.await_up_to(seq)
            {
                awaiting.push(*slot);
            }
        });
    }

    /// The log goes on after `seq`, and no message came.
    pub(crate) fn skipped(&mut self, seq: u64) {
        self.missed |= seq > self.told + 1;
        self.told = seq;
    }

    /// Begins a turn: who has something to do, now that the log shows messages up to `visible` and has them up to `last`.
    pub(crate) fn begin(&mut self, visible: u64, last: u64) -> Vec<Slot> {
        if std::mem::take(&mut self.missed) || self.told != last {
            self.told = last;
            self.stir_all();
            // Those that aren't visible yet are everybody's.
            (0..self.slots.len() as Slot).for_each(|slot| self.await_up_to(slot, last));
        }
        let moved = std::mem::replace(&mut self.visible, visible) != visible;
        if moved {
            (0..self.unfiltered.len()).for_each(|at| self.stir_listening(self.unfiltered[at]));
        }
        let mut awaiting = std::mem::take(&mut self.awaiting);
        awaiting.retain(|slot| {
            let Some(entry) = &mut self.slots[*slot as usize] else {
                return false;
            };
            let (any, all) = entry.see(visible);
            if any {
                self.stir_listening(*slot);
            }
            !all
        });
        self.awaiting = awaiting;
        let stirred = std::mem::take(&mut self.stirred);
        for slot in &stirred {
            if let Some(entry) = &mut self.slots[*slot as usize] {
                entry.stirred = false;
            }
        }
        stirred
    }

    /// Ends a turn: asks those that were served what they wait for.
    pub(crate) fn rest(&mut self, served: &[Slot]) {
        for slot in served {
            let due = self.at(*slot).and_then(Consumer::poll_timeout);
            self.schedule(*slot, due);
        }
    }

    /// When time does something to any of them.
    pub(crate) fn poll_timeout(&self) -> Option<u64> {
        let stirred = self.stirred.iter().filter_map(|slot| self.at(*slot));
        let first = self.timers.first().map(|(due, _)| *due);
        first
            .into_iter()
            .chain(stirred.filter_map(Consumer::poll_timeout))
            .min()
    }

    /// Those whose time has come, stirred.
    pub(crate) fn take_due(&mut self, now: u64) -> Vec<Slot> {
        while let Some((_, slot)) = self.timers.first().copied().filter(|it| it.0 <= now) {
            self.schedule(slot, None);
            self.stir(slot);
        }
        let is_due = |slot: &Slot| {
            let due = self.at(*slot).and_then(Consumer::poll_timeout);
            due.is_some_and(|due| due <= now)
        };
        self.stirred.iter().copied().filter(is_due).collect()
    }

    /// A consumer that isn't about to be served.
    pub(crate) fn resting(&self, slot: Slot) -> Option<&Consumer> {
        let entry = self.slots.get(slot as usize)?.as_ref()?;
        (!entry.stirred).then_some(&*entry.consumer)
    }

    /// A consumer without stirring it.
    pub(crate) fn quietly(&mut self, slot: Slot) -> Option<&mut Consumer> {
        let entry = self.slots[slot as usize].as_mut()?;
        Some(&mut entry.consumer)
    }

    /// Push consumers are served in the next turn: somebody began or ceased to listen.
    pub(crate) fn stir_pushes(&mut self) {
        for slot in 0..self.slots.len() as Slot {
            if self.at(slot).is_some_and(|it| !it.config.is_pull()) {
                self.stir(slot);
            }
        }
    }

    /// Hands each to `f`, and stirs those for which it says yes.
    pub(crate) fn stir_if(&mut self, f: impl Fn(&mut Consumer) -> bool) {
        for slot in 0..self.slots.len() as Slot {
            if self.quietly(slot).is_some_and(&f) {
                self.stir(slot);
            }
        }
    }

    pub(crate) fn stir_all(&mut self) {
        (0..self.slots.len() as Slot).for_each(|slot| self.stir(slot));
    }

    /// It is served in the next turn.
    pub(crate) fn stir(&mut self, slot: Slot) {
        if let Some(entry) = &mut self.slots[slot as usize]
            && !std::mem::replace(&mut entry.stirred, true)
        {
            self.stirred.push(slot);
        }
    }

    /// The same, unless it couldn't deliver anything whatever comes.
    fn stir_listening(&mut self, slot: Slot) {
        if self.at(slot).is_some_and(Consumer::is_listening) {
            self.stir(slot);
        }
    }

    fn await_up_to(&mut self, slot: Slot, last: u64) {
        if let Some(entry) = &mut self.slots[slot as usize]
            && entry.await_up_to(last)
        {
            self.awaiting.push(slot);
        }
    }

    fn schedule(&mut self, slot: Slot, due: Option<u64>) {
        let Some(entry) = &mut self.slots[slot as usize] else {
            return;
        };
        let old = std::mem::replace(&mut entry.due, due);
        if old == due {
            return;
        }
        if let Some(old) = old {
            self.timers.remove(&(old, slot));
        }
        match due {
            Some(due) => drop(self.timers.insert((due, slot))),
            None if self.timers.is_empty() => self.timers = BTreeSet::new(), // gives its first node back
            None => {}
        }
    }

    /// From now on it is told of what it wants; messages on their way may be among that.
    fn enlist(&mut self, slot: Slot) {
        let Some(entry) = &self.slots[slot as usize] else {
            return;
        };
        let config = &entry.consumer.config;
        for filter in config.filters() {
            let trie = self.filtered.get_or_insert_default();
            trie.insert(filter.as_bytes(), slot);
        }
        if config.filters().next().is_none() {
            self.unfiltered.push(slot);
        }
        if self.told > self.visible {
            self.await_up_to(slot, self.told);
        }
    }

    /// It isn't told of anything any more.
    fn strike(&mut self, slot: Slot) {
        let Some(entry) = &self.slots[slot as usize] else {
            return;
        };
        self.unfiltered.retain(|it| *it != slot);
        if let Some(trie) = &mut self.filtered {
            for filter in entry.consumer.config.filters() {
                trie.remove(filter.as_bytes(), &slot);
            }
            if trie.is_empty() {
                self.filtered = None;
            }
        }
    }

    fn at(&self, slot: Slot) -> Option<&Consumer> {
        let entry = self.slots[slot as usize].as_ref()?;
        Some(&entry.consumer)
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        let name_of = |slot: &Slot| self.at(*slot).map_or("", Consumer::name);
        self.names.binary_search_by(|slot| name_of(slot).cmp(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccountId;
    use midge_streamlog::{Store, StoreOptions, Stream as Log, sim::CrashDisk};
    use std::sync::Arc;

    fn log() -> Log {
        let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
        store.create_stream("S", Default::default()).unwrap().0
    }

    fn config(name: &str, filters: &[&str]) -> ConsumerConfig {
        ConsumerConfig {
            name: name.into(),
            filter_subjects: filters.iter().map(|it| (*it).to_owned()).collect(),
            deliver_subject: "d".into(),
            ..ConsumerConfig::default()
        }
    }

    /// Consumers at rest.
    fn consumers(log: &Log, of: &[(&str, &[&str])]) -> Consumers {
        let mut consumers = Consumers::default();
        for (name, filters) in of {
            let config = config(name, filters);
            consumers.insert(Consumer::new(AccountId(1), "S", log, config, None, 0).unwrap());
        }
        let served = consumers.begin(0, 0);
        assert_eq!(served.len(), of.len());
        consumers.rest(&served);
        consumers
    }

    fn served(consumers: &mut Consumers, visible: u64, last: u64) -> Vec<String> {
        let served = consumers.begin(visible, last);
        let name = |slot: &Slot| consumers.at(*slot).unwrap().name().to_owned();
        let mut names: Vec<_> = served.iter().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn a_message_stirs_those_that_want_it_when_they_may_see_it() {
        let all: [(&str, &[&str]); 4] = [
            ("a", &["s.a"]),
            ("b", &["s.b", "s.>"]),
            ("every", &[]),
            ("none", &["t"]),
        ];
        let mut consumers = consumers(&log(), &all);
        consumers.arrived(b"s.a", 1);
        consumers.arrived(b"s.c", 2);
        assert!(served(&mut consumers, 0, 2).is_empty());
        assert_eq!(served(&mut consumers, 1, 2), ["a", "b", "every"]);
        assert_eq!(served(&mut consumers, 2, 2), ["b", "every"]);
        assert!(served(&mut consumers, 2, 2).is_empty());
        assert!(consumers.want(b"anything"));
    }

    #[test]
    fn a_message_that_nobody_told_of_stirs_all_until_they_may_see_it() {
        let mut consumers = consumers(&log(), &[("a", &["s.a"]), ("b", &["s.b"])]);
        consumers.arrived(b"s.a", 1);
        assert_eq!(served(&mut consumers, 1, 2), ["a", "b"]);
        assert_eq!(served(&mut consumers, 2, 2), ["a", "b"]);
        assert!(served(&mut consumers, 2, 2).is_empty());
        consumers.skipped(3);
        assert!(served(&mut consumers, 3, 3).is_empty());
    }

    #[test]
    fn an_update_changes_what_is_wanted() {
        let mut consumers = consumers(&log(), &[("a", &["s.a"]), ("b", &["s.b"])]);
        consumers.arrived(b"s.c", 1);
        assert!(consumers.update(config("a", &["s.c", "s.d"])).is_some());
        assert!(consumers.update(config("x", &[])).is_none());
        // What came before the update may be for it.
        assert_eq!(served(&mut consumers, 0, 1), ["a"]);
        assert_eq!(served(&mut consumers, 1, 1), ["a"]);
        assert!(consumers.want(b"s.d") && !consumers.want(b"s.a"));
        assert!(consumers.all_that_want(b"s.d", |it| it.name() == "a"));
    }

    #[test]
    fn who_leaves_leaves_nothing() {
        let mut consumers = consumers(&log(), &[("a", &["s.a"]), ("b", &["s.b"]), ("c", &[])]);
        consumers.arrived(b"s.a", 1);
        let gone = consumers.remove("a").map(|gone| gone.name().to_owned());
        assert_eq!(gone.as_deref(), Some("a"));
        assert!(consumers.remove("c").is_some() && consumers.remove("c").is_none());
        assert!(served(&mut consumers, 1, 1).is_empty());
        assert!(!consumers.want(b"s.a") && consumers.want(b"s.b"));
        consumers.remove("b");
        assert!(consumers.filtered.is_none() && consumers.timers.is_empty());
        assert_eq!(consumers.values().count(), 0);
    }
}
