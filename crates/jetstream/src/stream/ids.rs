//! The ids that a stream's messages had within its duplicate window.
//!
//! After a start they are in the log alone, and are read from it when somebody asks for one for the first time, or a message may go that has one: a
//! slice at a time, because a window may have millions. Before they are all known nobody can tell whether one is new, so its publish is held
//! (`machine/held.rs`).
//!
//! # Invariants
//! - What is in the log after a start is remembered although it may be removed before it is read: acks and deletions
//!   [`remember`](Stream::remember_ids) what they take; purges, updates, roll-ups, times to live, schedules, and publishes to a stream whose limits
//!   push messages out wait until ids are known.
//! - What can't be read now holds none of these up: ids are forgotten then.
//! - Ids are noted in the order of their sequences.
//! - What is remembered of removed messages is of the window, however long their ids can't be read.

use super::{Stream, present, store_error};
use crate::config::Discard;
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
    /// There are none: the log was empty, and no message that came since has one.
    Fresh,
    Known(Box<Dedupe>),
}

/// Ids on their way out of the log.
pub(super) struct Reading {
    /// Messages that came before this time aren't looked at.
    from: u64,
    /// `None` until the first of them was found.
    cursor: Option<Cursor>,
    ids: Dedupe,
    /// Time and id of messages that were removed before they were read, by sequence.
    removed: BTreeMap<u64, (u64, Vec<u8>)>,
}

impl Reading {
    fn new(from: u64) -> Self {
        Self {
            from,
            cursor: None,
            ids: Dedupe::default(),
            removed: BTreeMap::new(),
        }
    }

    /// Messages below this were read.
    fn position(&self) -> u64 {
        self.cursor.as_ref().map_or(0, Cursor::position)
    }

    fn begin(&self, log: &Log) -> LogResult<Cursor> {
        let visible = log.stats().visible;
        let first = log.seq_at(self.from)?;
        Ok(log.cursor(Filter::all(), first.unwrap_or(visible.saturating_add(1))))
    }

    /// Reads until the slice is spent. True when there is nothing more.
    fn go_on(&mut self, log: &Log, slice: &mut Slice) -> LogResult<bool> {
        while !slice.is_spent() {
            let (records, bytes) = slice.left();
            let begun = match self.cursor.take() {
                Some(cursor) => cursor,
                None => self.begin(log)?,
            };
            let cursor = self.cursor.insert(begun);
            let mut messages = cursor.read(records.min(READ_MAX), bytes)?;
            if messages.is_empty() {
                // What isn't on the disk yet counts as well.
                let Some(seq) = log.next_written(&Filter::all(), cursor.position())? else {
                    self.note_removed_below(u64::MAX);
                    return Ok(true);
                };
                messages.extend(present(log.peek(seq))?);
                cursor.seek(seq + 1);
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

    /// Forgets removed messages that came before `from`: no earlier one has a later time.
    fn forget_removed_before(&mut self, from: u64) {
        while let Some(first) = self.removed.first_entry().filter(|it| it.get().0 < from) {
            first.remove();
        }
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
        matches!(self.ids, Ids::Fresh | Ids::Known(_))
    }

    /// What is known before anything happened. What a mirror takes isn't looked at.
    pub(super) fn first_ids(&self) -> Ids {
        match self.log.stats().msgs == 0 && self.config.mirror.is_none() {
            true => Ids::Fresh,
            false => Ids::Unread,
        }
    }

    /// Whether a message has to wait until the ids of the window are known: it can't be judged before, or it may take a message out of the log whose
    /// id wasn't read.
    pub(crate) fn awaits_ids(&self, message: &Message<'_>) -> bool {
        if self.knows_ids() {
            return false;
        }
        let removes = || Wishes::read(message.headers).rollup.is_some();
        self.needs_ids(message) || self.may_lose_ids() && (self.pushes_out() || removes())
    }

    /// Whether a message can't be judged without the ids of the window, which aren't known.
    pub(crate) fn needs_ids(&self, message: &Message<'_>) -> bool {
        if self.knows_ids() || message.headers.is_empty() {
            return false;
        }
        let wishes = Wishes::read(message.headers);
        wishes.msg_id.is_some_and(|id| !id.is_empty()) || wishes.expected_last_msg_id.is_some()
    }

    /// Whether what is removed now may have an id that is forgotten with it.
    pub(crate) fn may_lose_ids(&self) -> bool {
        self.window() > 0 && !self.knows_ids()
    }

    /// Whether what comes may push out what is there.
    fn pushes_out(&self) -> bool {
        let config = &self.config;
        let whole = config.max_msgs > 0 || config.max_bytes > 0;
        whole && config.discard == Discard::Old
            || config.max_msgs_per_subject > 0 && !config.discard_new_per_subject
    }

    /// Whether ids are being read, and by no task yet: from now on by one.
    pub(crate) fn take_unattended_ids(&mut self) -> bool {
        let is_unattended = matches!(self.ids, Ids::Reading(_)) && !self.are_ids_attended;
        self.are_ids_attended |= is_unattended;
        is_unattended
    }

    /// Reads ids from the log until the slice is spent. True when all are known.
    ///
    /// # Errors
    /// When the log can't be read now. The next try goes on.
    pub(crate) fn read_ids(&mut self, now: u64, slice: &mut Slice) -> Result<bool, ApiError> {
        let from = now.saturating_sub(self.window());
        let mut reading = match std::mem::take(&mut self.ids) {
            known @ (Ids::Fresh | Ids::Known(_)) => {
                self.ids = known;
                return Ok(true);
            }
            Ids::Reading(reading) => reading,
            Ids::Unread => Reading::new(from).into(),
        };
        reading.forget_removed_before(from);
        let read = reading.go_on(&self.log, slice);
        self.ids = match read {
            Ok(true) => Ids::Known(reading.ids.into()),
            // What was removed meanwhile is known here alone.
            Ok(false) | Err(_) => Ids::Reading(reading),
        };
        read.map_err(|error| store_error(&error))
    }

    /// The ids of the last window, all of them at once if they weren't read yet: publishes of clients were held until they are.
    ///
    /// # Errors
    /// When the log can't be read now: whether an id is known isn't known then.
    pub(super) fn dedupe(&mut self, now: u64) -> Result<&mut Dedupe, ApiError> {
        self.read_ids(now, &mut Slice::whole())?;
        if let Ids::Fresh = self.ids {
            self.ids = Ids::Known(Box::default());
        }
        match &mut self.ids {
            Ids::Known(dedupe) => Ok(dedupe),
            _ => Err(INSUFFICIENT_RESOURCES),
        }
    }

    /// A message of this id was stored. While ids aren't known, they are in the log, and so is this one.
    pub(super) fn note_id(&mut self, id: Option<&[u8]>, seq: u64, now: u64) {
        match (&mut self.ids, id) {
            (Ids::Known(dedupe), Some(id)) => dedupe.note(id, seq, now),
            (Ids::Known(dedupe), None) => dedupe.stored(),
            (Ids::Fresh, Some(id)) => {
                let mut dedupe = Box::<Dedupe>::default();
                dedupe.note(id, seq, now);
                self.ids = Ids::Known(dedupe);
            }
            _ => {}
        }
    }

    /// These messages are about to be removed: their ids stay.
    pub(crate) fn remember_ids(&mut self, seqs: &[u64]) {
        if matches!(self.ids, Ids::Unread) && self.window() > 0 {
            // Nobody waits for them yet.
            let from = self.log.stats().last_time.saturating_sub(self.window());
            self.ids = Ids::Reading(Reading::new(from).into());
        }
        let Ids::Reading(reading) = &mut self.ids else {
            return;
        };
        let unread = reading.position();
        for seq in seqs.iter().filter(|seq| **seq >= unread) {
            if let Ok(Some(message)) = self.log.peek(*seq)
                && let Some(id) = id_of(&message)
            {
                reading.removed.insert(*seq, (message.time, id.to_vec()));
            }
        }
    }

    /// Whether time takes a message out of the log, perhaps, whose id wasn't read: by a time to live, a roll-up that isn't done, or a schedule. (What
    /// is as old as the stream's limit allows is older than the window.)
    pub(crate) fn awaits_ids_at(&self, now: u64) -> bool {
        let expiry = self.log.next_expiry().filter(|_| self.config.allow_msg_ttl);
        let times = [expiry, self.owed.poll_timeout(), self.poll_schedules()];
        let is_due = times.into_iter().flatten().any(|due| due <= now);
        is_due && self.may_lose_ids()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountId, Settings, Token};
    use midge_streamlog::{NewMessage, Store, StoreOptions, sim::CrashDisk};
    use std::sync::Arc;

    /// Symptom: ids of removed messages stayed in memory for as long as the log couldn't be read. Remedy: each try forgets those that are too old.
    #[test]
    fn ids_of_removed_messages_are_forgotten_with_the_window() {
        let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
        let log = store.create_stream("S", Default::default()).unwrap().0;
        for time in [10, 20, 30] {
            let headers = format!("NATS/1.0\r\nNats-Msg-Id: {time}\r\n\r\n");
            let message = NewMessage {
                headers: headers.as_bytes(),
                ..NewMessage::new("s", "x")
            };
            drop(log.append(message, time).unwrap());
        }
        let config = br#"{"name": "S", "subjects": ["s"], "duplicate_window": 100}"#;
        let (config, _) = crate::config::parse(config, true).unwrap();
        let at = (AccountId(1), Token(1));
        let mut stream = Stream::new(at, config, 0, log, &Settings::default());
        stream.config.duplicate_window = 100;
        stream.remember_ids(&[1, 2, 3]);
        let mut spent = Slice::new();
        spent.touch_many(usize::MAX);
        for (now, left) in [(110, 3), (111, 2), (130, 1), (131, 0)] {
            assert_eq!(stream.read_ids(now, &mut spent.clone()), Ok(false));
            let Ids::Reading(reading) = &stream.ids else {
                panic!("nothing was read");
            };
            assert_eq!(reading.removed.len(), left, "{now}");
        }
    }
}
