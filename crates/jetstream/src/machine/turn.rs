//! A turn: what time does, deliveries, and consumers' state on its way to the store.

use super::*;
use crate::consumer::RECORDS_MAX;
use crate::keys::{self, Kind};
use crate::stream::Slot;

/// How often it is looked whether the listeners of push consumers came or went.
const LOOK_PERIOD: u64 = 20_000_000;

/// How often the bytes that accounts use are added up.
const USAGE_PERIOD: u64 = 50_000_000;
/// The same, before a publish is refused.
pub(super) const RECOUNT: u64 = 1_000_000;

impl JetStream {
    /// When time does something here.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<u64> {
        let snapshots = self.snapshots.values().map(Snapshot::poll_timeout);
        let restores = self.restores.values().map(Restore::poll_timeout);
        let streams = [
            self.streams.next_due(),
            self.look_at,
            self.tasks.poll_timeout(),
        ];
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
        self.tasks.handle_timeout(now);
        let mut abandoned = Vec::new();
        for index in self.streams.take_due(now) {
            let of = self.streams.quietly(index);
            if of.is_some_and(|stream| stream.awaits_ids_at(now)) {
                // Where they can't be read now, messages end all the same.
                let _ = self.begin_ids_at_once(index, now);
            }
            let Some(stream) = self.streams.quietly(index) else {
                continue;
            };
            let names = stream.handle_timeout(now, net);
            let (account, name) = (stream.account, stream.config.name.clone());
            abandoned.extend(names.into_iter().map(|it| (account, name.clone(), it)));
        }
        for (account, stream, consumer) in abandoned {
            let deleted = self.delete_consumer(account, &stream, &consumer, now, net);
            if let Some(Err(error)) = deleted {
                let of = self.stream_mut(account, &stream);
                let stream = of.as_ref().map(|of| of.log.name());
                tracing::warn!(
                    stream,
                    consumer,
                    error = %error.description,
                    "JetStream: a consumer that nobody uses can't be deleted, which is tried again"
                );
                if let Some(consumer) = of.and_then(|of| of.consumers.get_mut(&consumer)) {
                    consumer.keep_active(now);
                }
            }
        }
    }

    /// Stirs push consumers of accounts where somebody began or ceased to listen.
    pub(super) fn look_for_listeners(&mut self, now: u64, net: &mut dyn Network) {
        self.look_at = Some(now.saturating_add(LOOK_PERIOD));
        for account in self.accounts.values_mut() {
            let version = net.interest_version(account.id);
            if std::mem::replace(&mut account.interest, version) == version {
                continue;
            }
            for index in account.streams.values() {
                let of = self.streams.quietly(*index);
                if let Some(of) = of.filter(|of| of.pushes()) {
                    of.consumers.stir_pushes();
                    self.streams.stir(*index);
                }
            }
        }
    }

    /// Whether [`JetStream::run`] has something to do.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.streams.is_stirred()
    }

    /// Whether the next [`JetStream::run`], or the one after the next commit, delivers, sends or receives, and so may take its time.
    #[must_use]
    pub fn has_long_work(&self) -> bool {
        let transfers = self.snapshots.len() + self.restores.len() + self.taking.len();
        transfers > 0
            || !self.tasks.is_empty()
            || self
                .streams
                .any_awake(|stream| !stream.consumers.is_empty())
    }

    /// Delivers what may go, writes what consumers remember, and tells of events. True if there is more to do.
    pub fn run(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let mut more = self.take_messages(now, net);
        more |= self.send_snapshots(now, net);
        more |= self.take_restores(now, net);
        let mut events = Vec::new();
        self.saved_records = 0;
        for index in self.streams.take_stirred() {
            let Some(stream) = self.streams.quietly(index) else {
                continue;
            };
            let (served, again) = stream.serve(now, &mut events, net);
            if stream.pushes() {
                self.look_at.get_or_insert(now.saturating_add(LOOK_PERIOD));
            }
            let saved = self.save(index, &served, false, now);
            self.attend_ids(index);
            self.streams.rest(index, &served);
            if again || !saved {
                self.streams.stir(index);
                more = true;
            }
        }
        for (account, (subject, body)) in events {
            self.advise(account, &subject, body, now, net);
        }
        self.count_usage(now, USAGE_PERIOD);
        self.work(now, net) || more
    }

    /// Adds up what accounts with limits use, if that is longer ago than `period`. Whether it did.
    pub(super) fn count_usage(&mut self, now: u64, period: u64) -> bool {
        if now < self.counted.saturating_add(period) {
            return false;
        }
        (self.counted, self.used) = (now, Used::default());
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
            self.used.memory += account.used.memory;
            self.used.storage += account.used.storage;
        }
        true
    }

    /// Writes what these consumers of a stream remember, where it is due or where it changed at all. False: some of it is for the next turn.
    pub(super) fn save(&mut self, index: usize, of: &[Slot], all: bool, now: u64) -> bool {
        let mut saved = true;
        let Some(stream) = self.streams.quietly(index) else {
            return saved;
        };
        let Some(account) = self.accounts.get(&stream.account) else {
            return saved;
        };
        for slot in of {
            let consumer = stream.consumers.quietly(*slot);
            if let Some(consumer) = consumer.as_ref().filter(|it| it.is_state_due(all, now)) {
                if !all && self.saved_records >= RECORDS_MAX {
                    stream.consumers.stir(*slot);
                    saved = false;
                    continue;
                }
                self.saved_records += consumer.unsaved_records();
            }
            let polled = consumer.and_then(|it| Some((it.poll_state(all, now)?, it)));
            let Some(((write, replies), consumer)) = polled else {
                continue;
            };
            let (name, of) = (consumer.name(), &stream.config.name);
            let save = write.save;
            let written = match consumer.config.direct {
                // Nothing is kept of it; whoever waits does so for what its acks removed from the stream.
                true if replies.is_empty() => {
                    consumer.wrote(save);
                    continue;
                }
                true => {
                    let key = keys::part(Kind::State, &account.name, of, name);
                    self.store.delete_state(&key)
                }
                false => {
                    let changes = keys::state_changes(&account.name, of, name, write);
                    self.store.change_states(&keys::borrowed(&changes))
                }
            };
            match written {
                Ok(ticket) => {
                    consumer.wrote(save);
                    if !replies.is_empty() {
                        self.saving.push_back(Saving {
                            ticket,
                            removal: stream.last_removal(),
                            account: stream.account,
                            replies,
                        });
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.unsaved, true) {
                        tracing::warn!(stream = stream.log.name(), consumer = name, %error, "JetStream: a consumer's state can't be written, which is tried again");
                    }
                    consumer.unsaved(replies);
                    continue;
                }
            }
            self.unsaved = false;
        }
        saved
    }

    /// Writes all that consumers remember.
    pub(super) fn save_all(&mut self, now: u64) {
        for index in 0..self.streams.len() {
            if let Some(stream) = self.streams.quietly(index) {
                let all = stream.consumers.slots();
                stream.settle_acked(&all);
                self.save(index, &all, true, now);
            }
        }
    }
}
