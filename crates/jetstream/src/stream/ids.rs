//! The ids that a stream's messages had within its duplicate window.
//!
//! After a start they are in the log alone, and are read from it when somebody asks for one for the first time: a slice at a time, because a
//! window may have millions. Before they are all known nobody can tell whether one is new, so its publish is held (`machine/held.rs`).
//!
//! # Invariants
//! - What is in the log when reading begins, or comes meanwhile, is remembered although it may be removed before it is read: acks and deletions
//!   [`remember`](Stream::remember_ids) what they take, purges and updates wait, and nothing expires.
//! - Reading begins with the first id that somebody asks for, the first ack or deletion, or the first time to live that ends.
//! - Ids are noted in the order of their sequences.

use super::{Stream, present, store_error};
use crate::dedupe::Dedupe;
use crate::error::INSUFFICIENT_RESOURCES;
use crate::headers::{self, Wishes};
use crate::tasks::Slice;
use crate::{ApiError, Message};
use midge_streamlog::{Cursor, Filter, Message as Stored, Result as LogResult, Stream as Log};
use std::collections::BTreeMap;

/// Messages that are read under one lock of the log.
const READ_MAX: usize = 64;

/// What is known of a stream's ids.
#[derive(Default)]
pub(super) enum Ids {
    /// Nothing yet: they are in the log.
    #[default]
    Unread,
    Reading(Box<Reading>),
    Known(Box<Dedupe>),
}

/// Ids on their way out of the log.
pub(super) struct Reading {
    cursor: Cursor,
    ids: Dedupe,
    /// Time and id of messages that were removed before they were read, by sequence.
    removed: BTreeMap<u64, (u64, Vec<u8>)>,
}

impl Reading {
    fn begin(log: &Log, from: u64) -> LogResult<Self> {
        let visible = log.stats().visible;
        let first = log.seq_at(from)?.unwrap_or(visible.saturating_add(1));
        Ok(Self {
            cursor: log.cursor(Filter::all(), first),
            ids: Dedupe::default(),
            removed: BTreeMap::new(),
        })
    }

    /// Reads until the slice is spent. True when there is nothing more.
    fn go_on(&mut self, log: &Log, slice: &mut Slice) -> LogResult<bool> {
        while !slice.is_spent() {
            let (records, bytes) = slice.left();
            let mut messages = self.cursor.read(records.min(READ_MAX), bytes)?;
            if messages.is_empty() {
                // What isn't on the disk yet counts as well.
                let Some(seq) = log.next_written(&Filter::all(), self.cursor.position())? else {
                    self.note_removed_below(u64::MAX);
                    return Ok(true);
                };
                messages.extend(present(log.peek(seq))?);
                self.cursor.seek(seq + 1);
            }
            for message in &messages {
                slice.touch(message.len());
                self.note_removed_below(message.seq);
                self.ids.stored();
                if let Some(id) = id_of(message) {
                    self.ids.note(id, message.seq, message.time);
                }
            }
        }
        Ok(false)
    }

    fn note_removed_below(&mut self, seq: u64) {
        while let Some(first) = self.removed.first_entry().filter(|it| *it.key() < seq) {
            let (seq, (time, id)) = first.remove_entry();
            self.ids.note(&id, seq, time);
        }
    }
}

fn id_of(message: &Stored) -> Option<&[u8]> {
    headers::get(&message.headers, "Nats-Msg-Id").filter(|id| !id.is_empty())
}

impl Stream {
    pub(super) fn knows_ids(&self) -> bool {
        matches!(self.ids, Ids::Known(_))
    }

    /// Whether a message can't be judged before the ids of the window are known.
    pub(crate) fn awaits_ids(&self, message: &Message<'_>) -> bool {
        if self.knows_ids() || message.headers.is_empty() {
            return false;
        }
        let wishes = Wishes::read(message.headers);
        wishes.msg_id.is_some_and(|id| !id.is_empty()) || wishes.expected_last_msg_id.is_some()
    }

    /// Reads ids from the log until the slice is spent. True when all are known.
    ///
    /// # Errors
    /// When the log can't be read now. The next try begins again.
    pub(crate) fn read_ids(&mut self, now: u64, slice: &mut Slice) -> Result<bool, ApiError> {
        let mut reading = match std::mem::take(&mut self.ids) {
            known @ Ids::Known(_) => {
                self.ids = known;
                return Ok(true);
            }
            Ids::Reading(reading) => reading,
            Ids::Unread => {
                let from = now.saturating_sub(self.window());
                let reading = Reading::begin(&self.log, from);
                reading.map_err(|error| store_error(&error))?.into()
            }
        };
        let read = reading.go_on(&self.log, slice);
        let done = read.map_err(|error| store_error(&error))?;
        self.ids = match done {
            true => Ids::Known(reading.ids.into()),
            false => Ids::Reading(reading),
        };
        Ok(done)
    }

    /// The ids of the last window, all of them at once if they weren't read yet: publishes of clients were held until they are.
    ///
    /// # Errors
    /// When the log can't be read now: whether an id is known isn't known then.
    pub(super) fn dedupe(&mut self, now: u64) -> Result<&mut Dedupe, ApiError> {
        self.read_ids(now, &mut Slice::whole())?;
        match &mut self.ids {
            Ids::Known(dedupe) => Ok(dedupe),
            _ => Err(INSUFFICIENT_RESOURCES),
        }
    }

    /// A message of this id was stored. While ids aren't known, they are in the log, and so is this one.
    pub(super) fn note_id(&mut self, id: Option<&[u8]>, seq: u64, now: u64) {
        if let Ids::Known(dedupe) = &mut self.ids {
            match id {
                Some(id) => dedupe.note(id, seq, now),
                None => dedupe.stored(),
            }
        }
    }

    /// These messages are about to be removed: their ids stay.
    pub(crate) fn remember_ids(&mut self, seqs: &[u64]) {
        if matches!(self.ids, Ids::Unread) && self.window() > 0 {
            // Nobody waits for them yet. What can't be looked for now can't be removed either.
            let from = self.log.stats().last_time.saturating_sub(self.window());
            let begun = Reading::begin(&self.log, from);
            self.ids = begun.map_or(Ids::Unread, |begun| Ids::Reading(begun.into()));
        }
        let Ids::Reading(reading) = &mut self.ids else {
            return;
        };
        let unread = reading.cursor.position();
        for seq in seqs.iter().filter(|seq| **seq >= unread) {
            if let Ok(Some(message)) = self.log.peek(*seq)
                && let Some(id) = id_of(&message)
            {
                reading.removed.insert(*seq, (message.time, id.to_vec()));
            }
        }
    }

    /// Whether a time to live ended within the window, perhaps, of a message whose id wasn't read. (What is as old as the stream's limit allows
    /// is older than the window.)
    pub(crate) fn awaits_ids_to_expire(&self, now: u64) -> bool {
        let may_matter = self.config.allow_msg_ttl && self.window() > 0 && !self.knows_ids();
        may_matter && self.log.next_expiry().is_some_and(|due| due <= now)
    }

    /// When ids have to be forgotten although nobody asks for any.
    pub(super) fn poll_ids(&self) -> Option<u64> {
        match &self.ids {
            Ids::Known(dedupe) => dedupe.poll_timeout(self.window()),
            _ => None,
        }
    }

    pub(super) fn forget_ids(&mut self, now: u64) {
        let window = self.window();
        if let Ids::Known(dedupe) = &mut self.ids
            && dedupe.poll_timeout(window).is_some_and(|due| due <= now)
        {
            dedupe.forget(now, window);
        }
    }

    /// The duplicate window in nanoseconds.
    pub(super) fn window(&self) -> u64 {
        u64::try_from(self.config.duplicate_window).unwrap_or(0)
    }
}
