//! What becomes of an archive's parts: a log with its messages, and consumers.

use super::failure;
use crate::archive::{Entry, Fault, Head, Index, Part};
use crate::config::{Storage, StreamConfig};
use crate::error::{MEMORY_RESOURCES_EXCEEDED, STORAGE_RESOURCES_EXCEEDED};
use crate::{ApiError, headers};
use midge_streamlog::{Error, Filter, Limits, NewMessage, Store, Stream as Log, StreamOptions};
use serde_json::Value;

/// Consumers of one archive.
const CONSUMERS_MAX: usize = 100_000;

/// A stream that came whole.
pub(crate) struct Restored {
    pub(crate) log: Log,
    pub(crate) config: StreamConfig,
    /// When it was made, if its archive said so.
    pub(crate) created: Option<u64>,
    /// Names, with configuration, state and perhaps creation.
    pub(crate) consumers: Vec<(String, Value)>,
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
    /// Bytes that the account may still take.
    left: Option<u64>,
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
    consumers: Vec<(String, Value)>,
    /// The archive ended.
    pub(super) complete: bool,
}

impl Builder {
    pub(crate) fn new(
        config: StreamConfig,
        log_name: String,
        options: StreamOptions,
        left: Option<u64>,
    ) -> Self {
        Self {
            config,
            log_name,
            options,
            left,
            begun: false,
            log: None,
            created: None,
            is_tape: false,
            last: 0,
            messages: None,
            expired: 0,
            consumers: Vec::new(),
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
            (Part::Consumer(name, value), Some(_)) => return self.consumer(name, value),
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
        if seq <= stats.last_seq {
            return Err(failure(&format!("message sequence {seq} is out of order")));
        }
        if self.is_tape {
            self.admit(stats.bytes)?;
            self.last = self.last.max(seq);
        } else {
            let len = entry.headers.len() + entry.payload.len();
            if usize::try_from(self.config.max_msg_size).is_ok_and(|max| len > max) {
                return Err(failure(&format!(
                    "message sequence {seq} exceeds maximum message size"
                )));
            }
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
        let (mut gone, mut end) = (Vec::new(), 0);
        let mut see = |from: u64, to: u64, is_gone: &dyn Fn(u64) -> bool| {
            let mut seen = from;
            while let Some(seq) = log.next(&Filter::all(), seen).filter(|seq| *seq <= to) {
                if is_gone(seq) {
                    gone.push(seq);
                }
                seen = seq + 1;
            }
        };
        for block in &index.blocks {
            see(end + 1, block.first.saturating_sub(1), &|_| true);
            for node in &block.deleted {
                see(*node.range().start(), *node.range().end(), &|seq| {
                    node.has(seq)
                });
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

    fn consumer(&mut self, name: String, value: Value) -> Result<Room, ApiError> {
        let (Value::Object(value), true) = (value, self.consumers.len() < CONSUMERS_MAX) else {
            return Err(failure(&Fault::Invalid));
        };
        match self.consumers.last_mut() {
            Some((last, Value::Object(known))) if *last == name => known.extend(value),
            _ => self.consumers.push((name, Value::Object(value))),
        }
        Ok(Room::Yes)
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
