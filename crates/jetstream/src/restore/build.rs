//! What becomes of an archive's parts: a log with its messages, and consumers.
//!
//! Nothing of an archive is trusted. A message comes in under the rules of one that was published: a [`Subject`], headers and body
//! within their limits, and the account has room for it; its sequence lies where the archive's head says that the stream does. A
//! consumer is read here, and comes under the rules of one that a client makes when the stream is there (`api/snapshot.rs`).

use super::failure;
use crate::archive::{Entry, Fault, Head, Index, Part};
use crate::config::{Storage, StreamConfig};
use crate::consumer::{ArchivedState, ConsumerConfig};
use crate::error::{MEMORY_RESOURCES_EXCEEDED, STORAGE_RESOURCES_EXCEEDED};
use crate::{ApiError, headers};
use midge_streamlog::{Error, Filter, Limits, NewMessage, Store, Stream as Log, StreamOptions};
use midge_subject::Subject;
use serde::Deserialize;
use serde_json::Value;

/// Consumers of one archive.
const CONSUMERS_MAX: usize = 100_000;
/// Bytes that they are described by, all together.
const CONSUMER_BYTES_MAX: usize = 64 << 20;

/// A consumer as far as its archive told.
pub(crate) struct RestoredConsumer {
    pub(crate) name: String,
    pub(crate) config: Option<ConsumerConfig>,
    pub(crate) state: ArchivedState,
    pub(crate) created: Option<u64>,
}

/// A stream that came whole.
pub(crate) struct Restored {
    pub(crate) log: Log,
    pub(crate) config: StreamConfig,
    /// When it was made, if its archive said so.
    pub(crate) created: Option<u64>,
    pub(crate) consumers: Vec<RestoredConsumer>,
}

/// Whether the log takes more at the moment.
pub(super) enum Room {
    Yes,
    No,
}

/// A stream in the making.
pub(crate) struct Builder {
    pub(crate) config: StreamConfig,
    /// What the log is called, and what it is to be.
    pub(crate) log_name: String,
    options: StreamOptions,
    /// Bytes that the account may take beside what it and its other restores have; none: without end.
    pub(super) left: Option<u64>,
    /// There is a log of ours in the store.
    pub(crate) begun: bool,
    log: Option<Log>,
    created: Option<u64>,
    /// The archive is a tape: what its limits removed may still be in it, so the log gets its own at the end.
    is_tape: bool,
    /// The sequence the stream ends with.
    last: u64,
    /// Messages that the archive must have, if it says so.
    messages: Option<u64>,
    /// Messages whose time to live was over.
    expired: u64,
    consumers: Vec<RestoredConsumer>,
    /// Bytes that told of them.
    consumer_bytes: usize,
    /// The archive ended.
    pub(super) complete: bool,
}

impl Builder {
    pub(crate) fn new(config: StreamConfig, log_name: String, options: StreamOptions) -> Self {
        Self {
            config,
            log_name,
            options,
            left: None,
            begun: false,
            log: None,
            created: None,
            is_tape: false,
            last: 0,
            messages: None,
            expired: 0,
            consumers: Vec::new(),
            consumer_bytes: 0,
            complete: false,
        }
    }

    /// The stream, if all of it came.
    pub(super) fn take(&mut self) -> Option<Restored> {
        let log = self.log.take().filter(|_| self.complete)?;
        Some(Restored {
            log,
            config: self.config.clone(),
            created: self.created,
            consumers: std::mem::take(&mut self.consumers),
        })
    }

    pub(super) fn add(
        &mut self,
        part: Part<'_>,
        size: usize,
        store: &Store,
        now: u64,
    ) -> Result<Room, ApiError> {
        let log = match (part, self.log.clone()) {
            (Part::Head(head), None) => return self.begin(&head, store),
            (Part::Head(_), Some(_)) | (_, None) => return Err(failure(&Fault::Invalid)),
            (Part::Message(entry), Some(log)) => return self.keep(&log, &entry, now),
            (Part::Gone(seq), Some(log)) => {
                self.last = self.last.max(seq);
                return remove(&log, &[seq]);
            }
            (Part::Index(index), Some(log)) => return self.settle(&log, &index),
            (Part::Consumer(name, value), Some(_)) => return self.consumer(name, value, size),
            (Part::End, Some(log)) => log,
        };
        self.end(&log, store)
    }

    /// Makes the log.
    fn begin(&mut self, head: &Head, store: &Store) -> Result<Room, ApiError> {
        if let Some(name) = &head.name {
            if *name != self.config.name {
                return Err(failure("stream names do not match"));
            }
            self.is_tape = true;
        }
        self.admit(head.bytes)?;
        (self.last, self.created) = (head.last, head.created);
        let mut options = self.options.clone();
        if self.is_tape {
            options.limits = Limits::default();
        }
        let made = store.create_stream(&self.log_name, options);
        let (log, _) = made.map_err(|error| failure(&error))?;
        self.begun = true;
        if head.first > 1 {
            drop(
                log.skip_to(head.first - 1)
                    .map_err(|error| failure(&error))?,
            );
        }
        self.log = Some(log);
        Ok(Room::Yes)
    }

    /// Whether the account may take so many bytes.
    fn admit(&self, bytes: u64) -> Result<(), ApiError> {
        match self.config.storage {
            _ if self.left.is_none_or(|left| bytes <= left) => Ok(()),
            Storage::File => Err(STORAGE_RESOURCES_EXCEEDED),
            Storage::Memory => Err(MEMORY_RESOURCES_EXCEEDED),
        }
    }

    /// Stores a message under its own sequence and time, unless its time to live is over.
    fn keep(&mut self, log: &Log, entry: &Entry<'_>, now: u64) -> Result<Room, ApiError> {
        let (seq, stats) = (entry.seq, log.stats());
        let refuse = |why: &str| Err(failure(&format!("message sequence {seq} {why}")));
        if seq <= stats.last_seq {
            return refuse("is out of order");
        }
        // What a client that isn't pedantic publishes may look like a wildcard.
        let subject = Subject::parse_lenient(entry.name).map_err(|error| failure(&error))?;
        if !subject.is_published() {
            return refuse("has a subject with an empty token");
        }
        if !self.config.may_hold(subject.as_bytes()) {
            return refuse("has a subject of the server's own");
        }
        let len = entry.headers.len() + entry.payload.len();
        self.admit(stats.bytes.saturating_add(len as u64))?;
        if self.is_tape {
            self.last = self.last.max(seq);
        } else if seq > self.last {
            return refuse("is beyond the last one");
        } else if usize::try_from(self.config.max_msg_size).is_ok_and(|max| len > max) {
            return refuse("exceeds maximum message size");
        }
        let time = u64::try_from(entry.time).unwrap_or(0);
        let ttl = headers::get(entry.headers, "Nats-TTL")
            .filter(|ttl| self.config.allow_msg_ttl && !ttl.is_empty());
        let ttl = ttl
            .map_or(Ok(0), headers::ttl)
            .map_err(|error| failure(&error.description))?;
        let lives = u64::from(ttl).saturating_mul(1_000_000_000);
        let is_over = ttl > 0 && ttl != headers::NEVER && time.saturating_add(lives) <= now;
        // Where markers tell of it, it has to be there to go.
        if is_over && self.config.subject_delete_marker_ttl == 0 {
            self.expired += 1;
            return Ok(Room::Yes);
        }
        let message = NewMessage {
            subject: entry.name,
            headers: entry.headers,
            payload: entry.payload,
            ttl,
        };
        room(log.append_at(message, seq, time))
    }

    /// Removes what the tape's server knew to be gone.
    fn settle(&mut self, log: &Log, index: &Index<'_>) -> Result<Room, ApiError> {
        let stats = log.stats();
        if stats.visible < stats.last_seq {
            return Ok(Room::No);
        }
        let (mut gone, mut end) = (Vec::new(), 0_u64);
        let mut see = |from: u64, to: u64, is_gone: &dyn Fn(u64) -> bool| {
            let mut seen = from;
            while let Some(seq) = log.next(&Filter::all(), seen)?.filter(|seq| *seq <= to) {
                if is_gone(seq) {
                    gone.push(seq);
                }
                seen = seq + 1;
            }
            Ok(())
        };
        let fail = |error: Error| failure(&error);
        for block in &index.blocks {
            let behind = end.saturating_add(1);
            see(behind, block.first.saturating_sub(1), &|_| true).map_err(fail)?;
            // No sequence is looked at twice, whatever the blocks say.
            let own = block.first.max(behind)..=block.last;
            for node in &block.deleted {
                let range = node.range(&own);
                see(*range.start(), *range.end(), &|seq| node.has(seq)).map_err(fail)?;
            }
            end = end.max(block.last);
        }
        if let Room::No = remove(log, &gone)? {
            return Ok(Room::No);
        }
        if let Room::No = room(log.purge(&Filter::all(), index.first, 0))? {
            return Ok(Room::No);
        }
        // What came while its server wrote the tape may be in one and not in the other.
        if index.last == self.last {
            self.messages = Some(index.messages);
        }
        self.last = self.last.max(index.last);
        Ok(Room::Yes)
    }

    /// Reads what is told of a consumer, all at once or one after the other.
    fn consumer(&mut self, name: String, value: Value, size: usize) -> Result<Room, ApiError> {
        self.consumer_bytes += size;
        if self.consumers.len() >= CONSUMERS_MAX || self.consumer_bytes > CONSUMER_BYTES_MAX {
            return Err(failure(&Fault::TooLong("what tells of consumers")));
        }
        let Value::Object(mut fields) = value else {
            return Err(failure(&Fault::Invalid));
        };
        if self.consumers.last().is_none_or(|last| last.name != name) {
            self.consumers.push(RestoredConsumer {
                name,
                config: None,
                state: ArchivedState::default(),
                created: None,
            });
        }
        let Some(consumer) = self.consumers.last_mut() else {
            return Ok(Room::Yes);
        };
        let name = consumer.name.clone();
        let bad = |why: &dyn std::fmt::Display| {
            failure(&format!("error restoring consumer [{name:?}]: {why}"))
        };
        if let Some(config) = fields.remove("config").filter(Value::is_object) {
            let config = ConsumerConfig::parse(config, false).map_err(|error| bad(&error))?;
            if consumer.config.replace(config).is_some() {
                return Err(bad(&"it comes twice"));
            }
        }
        if let Some(state) = fields.remove("state") {
            let state = Option::<ArchivedState>::deserialize(state);
            consumer.state = state.map_err(|error| bad(&error))?.unwrap_or_default();
        }
        let created = fields.get("created").and_then(Value::as_u64);
        consumer.created = created.or(consumer.created);
        Ok(Room::Yes)
    }

    /// Bytes of its log.
    pub(crate) fn log_bytes(&self) -> u64 {
        self.log.as_ref().map_or(0, |log| log.stats().bytes)
    }

    /// The archive came to its end.
    fn end(&mut self, log: &Log, store: &Store) -> Result<Room, ApiError> {
        let stats = log.stats();
        if let Some(messages) = self.messages
            && stats.msgs + self.expired < messages
        {
            let missing = messages - stats.msgs - self.expired;
            return Err(failure(&format!("archive: {missing} messages are missing")));
        }
        if self.last > stats.last_seq {
            drop(log.skip_to(self.last).map_err(|error| failure(&error))?);
        }
        if self.is_tape {
            // The ticket of the stream's definition is younger and stands for this one.
            let told = store.update_stream(&self.log_name, self.options.clone());
            drop(told.map_err(|error| failure(&error))?);
        }
        self.complete = true;
        Ok(Room::Yes)
    }
}

fn remove(log: &Log, seqs: &[u64]) -> Result<Room, ApiError> {
    room(log.delete_many(seqs))
}

/// Whether the log took it.
fn room<T>(done: Result<T, Error>) -> Result<Room, ApiError> {
    match done {
        Ok(_) => Ok(Room::Yes),
        Err(Error::Overloaded { .. }) => Ok(Room::No),
        Err(error) => Err(failure(&error)),
    }
}
