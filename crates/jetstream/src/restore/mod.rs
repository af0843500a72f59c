//! Taking a stream in: an archive in chunks, straight into a new log.
//!
//! The stream is there for clients when its archive came to its end and all of it is durable; until then nothing defines it, so
//! what a crash or a fault leaves of it is removed. Here is who sends and who waits; [`build`] is what becomes of the parts.

mod build;

pub(crate) use build::{Builder, Restored};

use crate::archive::{Fault, Unpacker};
use crate::error::STREAM_RESTORE;
use crate::{AccountId, ApiError, JetStream, Message, Network, Token};
use build::Room;
use midge_streamlog::Store;

/// How long nothing may come.
const STALL: u64 = 5_000_000_000;
/// Unpacked bytes that may wait for the disk; whoever sends on without acknowledgements meets this.
const WAITING_MAX: usize = 64 << 20;

/// A stream that is coming.
pub(crate) struct Restore {
    pub(crate) account: AccountId,
    /// Where chunks are sent to.
    pub(crate) subject: String,
    unpacker: Unpacker,
    pub(crate) builder: Builder,
    /// Who waits for a chunk to be taken.
    replies: Vec<Box<[u8]>>,
    /// The chunks ended; who gets the answer.
    pub(crate) ended: Option<Box<[u8]>>,
    failed: Option<ApiError>,
    pub(crate) bytes: u64,
    pub(crate) started: u64,
    due: u64,
}

impl Restore {
    pub(crate) fn new(account: AccountId, builder: Builder, subject: String, now: u64) -> Self {
        Self {
            account,
            subject,
            unpacker: Unpacker::default(),
            builder,
            replies: Vec::new(),
            ended: None,
            failed: None,
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
        let built = self.builder.take();
        built.ok_or_else(|| failure("nothing came for too long"))
    }

    pub(crate) fn is_of(&self, account: AccountId, name: &str) -> bool {
        self.account == account && self.builder.config.name == name
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
        while self.failed.is_none() && !self.builder.complete {
            match self.absorb_one(store, now) {
                Ok(Some(Room::Yes)) => {}
                Ok(Some(Room::No)) => return false,
                Ok(None) => break,
                Err(error) => self.failed = Some(error),
            }
        }
        if self.failed.is_none() && self.ended.is_some() && !self.builder.complete {
            self.failed = Some(match self.unpacker.is_whole() {
                true if self.bytes == 0 => failure("EOF"),
                true => failure("unexpected EOF"),
                false => failure(&Fault::Corrupt),
            });
        }
        true
    }

    /// One part. `None`: there is no whole one yet.
    fn absorb_one(&mut self, store: &Store, now: u64) -> Result<Option<Room>, ApiError> {
        let Some((part, size)) = self.unpacker.next().map_err(|fault| failure(&fault))? else {
            return Ok(None);
        };
        let room = self.builder.add(part, store, now)?;
        if let Room::Yes = room {
            self.unpacker.used(size);
        }
        Ok(Some(room))
    }
}

/// What the client is told.
pub(crate) fn failure(why: &(impl std::fmt::Display + ?Sized)) -> ApiError {
    STREAM_RESTORE.says(format!("restore failed: {why}"))
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
