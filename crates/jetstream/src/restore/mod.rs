//! Taking a stream in: an archive in chunks, straight into a new log.
//!
//! The stream is there for clients when its archive came to its end and all of it is durable; until then nothing defines it, so
//! what a crash or a fault leaves of it is removed.

use crate::archive::{CONSUMERS, Entry, Fault, STATE, Unpacker};
use crate::config::{Storage, StreamConfig};
use crate::error::{MEMORY_RESOURCES_EXCEEDED, STORAGE_RESOURCES_EXCEEDED, STREAM_RESTORE};
use crate::{AccountId, ApiError, JetStream, Message, Network, Token, headers};
use midge_streamlog::{Error, NewMessage, Store, Stream as Log, StreamOptions};
use serde_json::Value;

/// How long nothing may come.
const STALL: u64 = 5_000_000_000;
/// Unpacked bytes that may wait for the disk; whoever sends on without acknowledgements meets this.
const WAITING_MAX: usize = 64 << 20;

/// A stream that is coming.
pub(crate) struct Restore {
    pub(crate) account: AccountId,
    pub(crate) config: StreamConfig,
    /// What the log is called.
    pub(crate) log_name: String,
    /// What it is to be.
    options: StreamOptions,
    /// Where chunks are sent to.
    pub(crate) subject: String,
    unpacker: Unpacker,
    /// There is a log of ours in the store.
    pub(crate) begun: bool,
    log: Option<Log>,
    /// The sequence the stream ends with.
    last: u64,
    consumers_left: u64,
    consumers: Vec<(String, Value)>,
    /// Who waits for a chunk to be taken.
    replies: Vec<Box<[u8]>>,
    /// The chunks ended; who gets the answer.
    pub(crate) ended: Option<Box<[u8]>>,
    /// The archive ended.
    complete: bool,
    failed: Option<ApiError>,
    /// Bytes that the account may still take.
    left: Option<u64>,
    pub(crate) bytes: u64,
    pub(crate) started: u64,
    due: u64,
}

/// A stream that came whole.
pub(crate) struct Restored {
    pub(crate) log: Log,
    pub(crate) config: StreamConfig,
    /// Names, with configuration and state.
    pub(crate) consumers: Vec<(String, Value)>,
}

/// Whether the log takes more at the moment.
enum Room {
    Yes,
    No,
}

impl Restore {
    pub(crate) fn new(
        account: AccountId,
        config: StreamConfig,
        log_name: String,
        (options, left): (StreamOptions, Option<u64>),
        subject: String,
        now: u64,
    ) -> Self {
        Self {
            account,
            config,
            log_name,
            options,
            subject,
            unpacker: Unpacker::default(),
            begun: false,
            log: None,
            last: 0,
            consumers_left: 0,
            consumers: Vec::new(),
            replies: Vec::new(),
            ended: None,
            complete: false,
            failed: None,
            left,
            bytes: 0,
            started: now,
            due: now + STALL,
        }
    }

    /// What came of it, when its last chunk came or none will come any more.
    pub(crate) fn finish(&mut self) -> Result<Restored, ApiError> {
        if let Some(why) = self.failed.take() {
            return Err(why);
        }
        match self.log.take() {
            Some(log) if self.complete => Ok(Restored {
                log,
                config: self.config.clone(),
                consumers: std::mem::take(&mut self.consumers),
            }),
            _ => Err(failure("nothing came for too long")),
        }
    }

    pub(crate) fn is_of(&self, account: AccountId, name: &str) -> bool {
        self.account == account && self.config.name == name
    }

    pub(crate) fn poll_timeout(&self) -> u64 {
        self.due
    }

    fn receive(&mut self, message: &Message<'_>, now: u64) {
        self.due = now + STALL;
        let reply = message.reply.map(Box::from);
        if message.payload.is_empty() {
            self.ended = Some(reply.unwrap_or_default());
            return;
        }
        self.replies.extend(reply);
        self.bytes += message.payload.len() as u64;
        if self.failed.is_some() {
            return;
        }
        if self.unpacker.held() + message.payload.len() > WAITING_MAX {
            self.failed = Some(failure(
                "too much was sent without waiting for acknowledgements",
            ));
        } else if let Err(fault) = self.unpacker.push(message.payload) {
            self.failed = Some(failure(&fault));
        }
    }

    /// Stores what came. False: the disk has enough to do, a commit wakes us.
    fn absorb(&mut self, store: &Store, now: u64) -> bool {
        while self.failed.is_none() && !self.complete {
            match self.absorb_one(store, now) {
                Ok(Some(Room::Yes)) => {}
                Ok(Some(Room::No)) => return false,
                Ok(None) => break,
                Err(error) => self.failed = Some(error),
            }
        }
        if self.failed.is_none() && self.ended.is_some() && !self.complete {
            self.failed = Some(match self.unpacker.is_whole() {
                true if self.bytes == 0 => failure("EOF"),
                true => failure("unexpected EOF"),
                false => failure(&Fault::Corrupt),
            });
        }
        true
    }

    /// One entry. `None`: there is no whole one yet.
    fn absorb_one(&mut self, store: &Store, now: u64) -> Result<Option<Room>, ApiError> {
        let Some((entry, size)) = self.unpacker.next().map_err(|fault| failure(&fault))? else {
            return Ok(None);
        };
        let invalid = || failure(&Fault::Invalid);
        match &self.log {
            None if entry.name == STATE.as_bytes() => {
                let state: Value =
                    serde_json::from_slice(entry.payload).map_err(|error| failure(&error))?;
                let number = |name: &str| state[name].as_u64().unwrap_or(0);
                let (first, last, messages) =
                    (number("first_seq"), number("last_seq"), number("messages"));
                let span = (last + 1).checked_sub(first);
                let is_new = first == 0 && last == 0 && messages == 0;
                if !is_new && span.is_none_or(|span| first == 0 || messages > span) {
                    return Err(invalid());
                }
                if self.left.is_some_and(|left| number("bytes") > left) {
                    return Err(match self.config.storage {
                        Storage::File => STORAGE_RESOURCES_EXCEEDED,
                        Storage::Memory => MEMORY_RESOURCES_EXCEEDED,
                    });
                }
                (self.last, self.consumers_left) = (last, number("consumer_count"));
                let (log, _) = store
                    .create_stream(&self.log_name, self.options.clone())
                    .map_err(|error| failure(&error))?;
                if first > 1 {
                    drop(log.skip_to(first - 1).map_err(|error| failure(&error))?);
                }
                (self.begun, self.log) = (true, Some(log));
            }
            None => return Err(invalid()),
            Some(_) if self.consumers_left > 0 => {
                let name = entry
                    .name
                    .strip_prefix(CONSUMERS.as_bytes())
                    .ok_or_else(invalid)?;
                let name = std::str::from_utf8(name).map_err(|_| invalid())?.to_owned();
                let value =
                    serde_json::from_slice(entry.payload).map_err(|error| failure(&error))?;
                self.consumers.push((name, value));
                self.consumers_left -= 1;
            }
            Some(log) if entry.is_end() => {
                if self.last > log.stats().last_seq {
                    drop(log.skip_to(self.last).map_err(|error| failure(&error))?);
                }
                self.complete = true;
            }
            Some(log) => {
                if let Room::No =
                    keep(log, &self.config, &entry, now).map_err(|why| failure(&why))?
                {
                    return Ok(Some(Room::No));
                }
            }
        }
        self.unpacker.used(size);
        Ok(Some(Room::Yes))
    }
}

/// What the client is told.
pub(crate) fn failure(why: &(impl std::fmt::Display + ?Sized)) -> ApiError {
    STREAM_RESTORE.says(format!("restore failed: {why}"))
}

/// Stores a message under its own sequence and time, unless its time to live is over.
fn keep(log: &Log, config: &StreamConfig, entry: &Entry<'_>, now: u64) -> Result<Room, String> {
    let seq = entry.seq;
    if seq <= log.stats().last_seq {
        return Err(format!("message sequence {seq} is out of order"));
    }
    let len = entry.headers.len() + entry.payload.len();
    if usize::try_from(config.max_msg_size).is_ok_and(|max| len > max) {
        return Err(format!(
            "message sequence {seq} exceeds maximum message size"
        ));
    }
    let time = u64::try_from(entry.time).unwrap_or(0);
    let ttl = headers::get(entry.headers, "Nats-TTL")
        .filter(|ttl| config.allow_msg_ttl && !ttl.is_empty());
    let ttl = ttl
        .map_or(Ok(0), headers::ttl)
        .map_err(|error| error.description.into_owned())?;
    if ttl > 0
        && ttl != headers::NEVER
        && time.saturating_add(u64::from(ttl) * 1_000_000_000) <= now
    {
        return Ok(Room::Yes);
    }
    let message = NewMessage {
        subject: entry.name,
        headers: entry.headers,
        payload: entry.payload,
        ttl,
    };
    match log.append_at(message, seq, time) {
        Ok(_) => Ok(Room::Yes),
        Err(Error::Overloaded { .. }) => Ok(Room::No),
        Err(error) => Err(error.to_string()),
    }
}

impl JetStream {
    /// Waits for an archive; its chunks come under a token of its own.
    pub(crate) fn begin_restore(&mut self, restore: Restore, net: &mut dyn Network) {
        let token = self.new_transfer();
        net.subscribe(restore.account, restore.subject.as_bytes(), token);
        self.restores.insert(token, restore);
    }

    /// A chunk of an archive, or the acknowledgement of one.
    pub(crate) fn transfer(
        &mut self,
        token: Token,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) {
        if let Some(snapshot) = self.snapshots.get_mut(&token) {
            snapshot.acknowledge();
        }
        if let Some(restore) = self.restores.get_mut(&token) {
            restore.receive(message, now);
            self.go_on(token, now, net);
        }
    }

    /// Goes on with archives that waited for the disk, and ends those that nothing comes of any more.
    pub(crate) fn take_restores(&mut self, now: u64, net: &mut dyn Network) {
        let tokens: Vec<Token> = self.restores.keys().copied().collect();
        for token in tokens {
            let waits = |restore: &Restore| !restore.replies.is_empty() || restore.ended.is_some();
            if self.restores.get(&token).is_some_and(waits) {
                self.go_on(token, now, net);
            } else if self
                .restores
                .get(&token)
                .is_some_and(|restore| restore.due <= now)
            {
                self.end_restore(token, now, net);
            }
        }
    }

    fn go_on(&mut self, token: Token, now: u64, net: &mut dyn Network) {
        let Some(restore) = self.restores.get_mut(&token) else {
            return;
        };
        if !restore.absorb(&self.store, now) {
            return;
        }
        // The time it took us isn't the sender's.
        restore.due = now + STALL;
        for reply in std::mem::take(&mut restore.replies) {
            net.publish(
                restore.account,
                &Message {
                    subject: &reply,
                    ..Message::default()
                },
            );
        }
        if restore.ended.is_some() {
            self.end_restore(token, now, net);
        }
    }
}
