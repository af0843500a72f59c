//! Taking a stream in: an archive in chunks, straight into a new log.
//!
//! The stream is there for clients when its archive came to its end and all of it is durable; until then nothing defines it, so
//! what a crash or a fault leaves of it is removed. Here is who sends and who waits; [`build`] is what becomes of the parts.

mod build;

pub(crate) use build::{Builder, Restored, RestoredConsumer};

use crate::archive::{Fault, Unpacker};
use crate::error::STREAM_RESTORE;
use crate::network::Author;
use crate::{AccountId, ApiError, JetStream, Listens, Message, Network, Token};
use build::Room;
use midge_streamlog::Store;

/// How long nothing may come.
const STALL: u64 = 5_000_000_000;
/// Bytes that may wait for the disk; whoever sends on without acknowledgements meets this.
const WAITING_MAX: usize = 64 << 20;
/// The same, of all that is restored at one time.
const ALL_WAITING_MAX: usize = 256 << 20;
/// What a reply costs beside its bytes.
const REPLY_BYTES: usize = 64;
/// Plain bytes that are unpacked in one turn, or a frame's; others wait for their turns meanwhile.
const TURN_BYTES: usize = 4 << 20;

/// How far a turn came.
enum Absorbed {
    /// All that came was stored.
    All,
    /// There is more to do at once.
    Part,
    /// The disk has enough to do; a commit wakes us.
    Full,
}

/// A stream that is coming.
pub(crate) struct Restore {
    pub(crate) account: AccountId,
    /// Who asked for it.
    pub(crate) author: Author,
    /// Where chunks are sent to.
    pub(crate) subject: String,
    unpacker: Unpacker,
    pub(crate) builder: Builder,
    /// Who waits for a chunk to be taken.
    replies: Vec<Box<[u8]>>,
    /// What they take in memory.
    reply_bytes: usize,
    /// The chunks ended; who gets the answer.
    pub(crate) ended: Option<Box<[u8]>>,
    failed: Option<ApiError>,
    /// The last turn didn't come to the end of what is there.
    is_behind: bool,
    pub(crate) bytes: u64,
    pub(crate) started: u64,
    due: u64,
}

impl Restore {
    pub(crate) fn new(
        (account, author): (AccountId, Author),
        builder: Builder,
        subject: String,
        now: u64,
    ) -> Self {
        Self {
            account,
            author,
            subject,
            unpacker: Unpacker::default(),
            builder,
            replies: Vec::new(),
            reply_bytes: 0,
            ended: None,
            failed: None,
            is_behind: false,
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

    /// Whether something of it can be stored, or told, without another chunk.
    fn waits(&self) -> bool {
        !self.replies.is_empty() || self.is_behind
    }

    /// Bytes that it holds and that aren't in its log yet.
    pub(crate) fn held(&self) -> usize {
        self.unpacker.held() + self.reply_bytes
    }

    /// Takes a chunk; `others`: what other restores hold.
    fn receive(&mut self, message: &Message<'_>, others: usize, now: u64) {
        self.due = now + STALL;
        let reply = message.reply.map(Box::<[u8]>::from);
        if message.payload.is_empty() {
            self.ended = Some(reply.unwrap_or_default());
            return;
        }
        self.bytes += message.payload.len() as u64;
        if self.failed.is_some() {
            self.replies.clear();
            self.reply_bytes = 0;
        }
        self.reply_bytes += reply.as_ref().map_or(0, |it| REPLY_BYTES + it.len());
        self.replies.extend(reply);
        if self.failed.is_some() {
            return;
        }
        let held = self.held() + message.payload.len();
        if held > WAITING_MAX || held + others > ALL_WAITING_MAX {
            self.fail(failure(
                "too much was sent without waiting for acknowledgements",
            ));
        } else {
            self.unpacker.push(message.payload);
        }
    }

    /// Nothing more is taken, and what came is let go.
    fn fail(&mut self, why: ApiError) {
        self.failed = Some(why);
        self.unpacker = Unpacker::default();
    }

    /// Stores what came, a turn's worth.
    fn absorb(&mut self, store: &Store, now: u64) -> Absorbed {
        let mut unpacked = 0;
        while self.failed.is_none() && !self.builder.complete {
            match self.absorb_one(store, now) {
                Ok(Some(Room::Yes)) => {}
                Ok(Some(Room::No)) => return Absorbed::Full,
                Ok(None) if unpacked >= TURN_BYTES => return Absorbed::Part,
                Ok(None) => match self.unpacker.unpack() {
                    Ok(Some(bytes)) => unpacked += bytes,
                    Ok(None) => break,
                    Err(fault) => self.fail(failure(&fault)),
                },
                Err(error) => self.fail(error),
            }
        }
        if self.failed.is_none() && self.ended.is_some() && !self.builder.complete {
            self.failed = Some(match self.unpacker.is_whole() {
                true if self.bytes == 0 => failure("EOF"),
                true => failure("unexpected EOF"),
                false => failure(&Fault::Corrupt),
            });
        }
        Absorbed::All
    }

    /// One part. `None`: there is no whole one yet.
    fn absorb_one(&mut self, store: &Store, now: u64) -> Result<Option<Room>, ApiError> {
        let Some((part, size)) = self.unpacker.next().map_err(|fault| failure(&fault))? else {
            return Ok(None);
        };
        let room = self.builder.add(part, size, store, now)?;
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
        net.subscribe(
            restore.account,
            restore.subject.as_bytes(),
            token,
            Listens::ToClients,
        );
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
        let others = self.restoring_bytes();
        if let Some(restore) = self.restores.get_mut(&token) {
            restore.receive(message, others - restore.held(), now);
            self.go_on(token, now, net);
        }
    }

    /// Bytes of archives that aren't in their logs yet.
    #[must_use]
    pub fn restoring_bytes(&self) -> usize {
        self.restores.values().map(Restore::held).sum()
    }

    /// Goes on with archives that waited for the disk or for their turn, and ends those that nothing comes of any more. True if there
    /// is more to do at once.
    pub(crate) fn take_restores(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let mut more = false;
        let tokens: Vec<Token> = self.restores.keys().copied().collect();
        for token in tokens {
            let waits = |restore: &Restore| restore.waits() || restore.ended.is_some();
            if self.restores.get(&token).is_some_and(waits) {
                more |= self.go_on(token, now, net);
            } else if self
                .restores
                .get(&token)
                .is_some_and(|restore| restore.due <= now)
            {
                self.end_restore(token, now, net);
            }
        }
        more
    }

    /// Bytes that the account of a restore has room for beside what it has and what else comes for it.
    fn left_for(&self, token: Token, restore: &Restore) -> Option<u64> {
        let account = self.accounts.get(&restore.account)?;
        let storage = restore.builder.config.storage;
        let others = self.restores.iter().filter(|(other, it)| {
            **other != token
                && it.account == restore.account
                && it.builder.config.storage == storage
        });
        let taken = others.map(|(_, it)| it.builder.log_bytes()).sum();
        let left = account.limits.left(storage, account.used)?;
        Some(left.saturating_sub(taken))
    }

    /// Stores what came of an archive, as far as this turn goes. True if there is more to do at once.
    fn go_on(&mut self, token: Token, now: u64, net: &mut dyn Network) -> bool {
        let left = self
            .restores
            .get(&token)
            .and_then(|restore| self.left_for(token, restore));
        let Some(restore) = self.restores.get_mut(&token) else {
            return false;
        };
        restore.builder.left = left;
        let absorbed = restore.absorb(&self.store, now);
        restore.is_behind = !matches!(absorbed, Absorbed::All);
        match absorbed {
            Absorbed::All => {}
            Absorbed::Part => return true,
            Absorbed::Full => return false,
        }
        restore.reply_bytes = 0;
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
        false
    }
}
