//! Purges: messages that a filter means are removed, and then whoever may wait for one of them is told. Both in slices, since there may be millions of
//! them, and a consumer may have as many out: which of them are gone is looked up if it isn't known that few are.

use super::{Slot, Stream, store_error};
use crate::ApiError;
use crate::error::STREAM_PURGE_FAILED;
use crate::tasks::Slice;
use midge_streamlog::{Error as LogError, Filter, Purge, Ticket};

/// A purge that is under way.
pub(crate) struct PurgeWork {
    filter: Filter,
    upto: u64,
    purge: Purge,
    /// `None` while messages are removed.
    telling: Option<Telling>,
    /// When what it did beside removing messages is durable.
    skipped: Option<Ticket>,
    /// Why it can't go on.
    failure: Option<ApiError>,
}

/// How far those are that are told what is gone.
struct Telling {
    /// The first message that the filter means and that was left.
    left: u64,
    /// What is gone, unless it is much.
    gone: Option<Vec<u64>>,
    /// The consumer whose turn it is.
    slot: Slot,
    /// What it remembers below this was looked at.
    seq: u64,
    /// Schedules below this were looked at.
    schedule: u64,
}

fn refused(error: &LogError) -> ApiError {
    match error.is_passing() {
        true => store_error(error),
        false => STREAM_PURGE_FAILED.says(error.to_string()),
    }
}

impl Stream {
    /// Removes messages, and tells consumers, all at once.
    pub(crate) fn purge(
        &mut self,
        filter: &Filter,
        upto: u64,
        keep: u64,
    ) -> Result<(u64, Ticket), ApiError> {
        let mut work = self.begin_purge(filter.clone(), upto, keep)?;
        while !self.go_on_with_purge(&mut work, &mut Slice::whole()) {}
        work.finish()
    }

    /// Begins to remove what matches below `upto` (0: no bound), but the last `keep`.
    pub(crate) fn begin_purge(
        &self,
        filter: Filter,
        upto: u64,
        keep: u64,
    ) -> Result<PurgeWork, ApiError> {
        let purge = self.log.begin_purge(filter.clone(), upto, keep);
        Ok(PurgeWork {
            purge: purge.map_err(|error| refused(&error))?,
            filter,
            upto,
            telling: None,
            skipped: None,
            failure: None,
        })
    }

    /// Removes a slice, or tells of what is gone. True at the end.
    pub(crate) fn go_on_with_purge(&mut self, work: &mut PurgeWork, slice: &mut Slice) -> bool {
        if work.telling.is_none() {
            if !work.remove(slice) {
                return false;
            }
            work.skipped = self.skip_purged(work);
            work.telling = Some(self.begin_telling(work));
        }
        let PurgeWork {
            filter, telling, ..
        } = work;
        telling
            .as_mut()
            .is_none_or(|telling| self.tell(filter, telling, slice))
    }

    /// Emptied up to a sequence that isn't there yet, it goes on with that one.
    fn skip_purged(&self, work: &mut PurgeWork) -> Option<Ticket> {
        let skips = work.filter.is_all() && work.upto > self.log.stats().last_seq + 1;
        if !skips || work.failure.is_some() {
            return None;
        }
        let skipped = self.log.skip_to(work.upto - 1);
        let skipped = skipped.map_err(|error| work.failure = Some(refused(&error)));
        skipped.ok()
    }

    fn begin_telling(&self, work: &PurgeWork) -> Telling {
        let stats = self.log.stats();
        // What can't be looked up now is found gone when it would be delivered.
        let left = self.log.next_written(&work.filter, 1);
        let left = left.map_or(stats.first_seq, |left| left.unwrap_or(stats.last_seq + 1));
        Telling {
            left,
            gone: work.purge.deleted().map(<[u64]>::to_vec),
            slot: 0,
            seq: 0,
            schedule: 0,
        }
    }

    /// Tells consumers and schedules until the slice is spent. True when all know.
    fn tell(&mut self, filter: &Filter, telling: &mut Telling, slice: &mut Slice) -> bool {
        while telling.slot < self.consumers.slots_end() {
            if slice.is_spent() {
                return false;
            }
            slice.touch(0);
            if let Some(consumer) = self.consumers.quietly(telling.slot) {
                if let Some(gone) = &telling.gone {
                    slice.touch_many(gone.len());
                    gone.iter().for_each(|seq| consumer.forget_message(*seq));
                } else if let Some(seq) = consumer.forget_gone(telling.seq, slice) {
                    telling.seq = seq;
                    return false;
                }
                // Whoever wants nothing but what was purged goes on where the next of that is.
                let whole = consumer.wants_only(filter);
                let first = self.log.stats().first_seq;
                consumer.begins_at(if whole { telling.left } else { first });
                self.consumers.stir(telling.slot);
            }
            (telling.slot, telling.seq) = (telling.slot + 1, 0);
        }
        let next = self
            .schedules
            .sweep(&self.log, filter, telling.schedule, slice);
        telling.schedule = next.unwrap_or(u64::MAX);
        next.is_none()
    }
}

impl PurgeWork {
    /// Removes a slice. True at the end.
    fn remove(&mut self, slice: &mut Slice) -> bool {
        let (records, _) = slice.left();
        let mut left = records;
        let done = self.purge.go_on(&mut left);
        slice.touch_many(records - left);
        match done.map_err(|error| refused(&error)) {
            Ok(done) => done,
            Err(error) => {
                self.failure = Some(error);
                true
            }
        }
    }

    /// How many messages it removed, and when that is durable.
    ///
    /// # Errors
    /// Why it couldn't remove all.
    pub(crate) fn finish(self) -> Result<(u64, Ticket), ApiError> {
        let (count, ticket) = self.purge.finish();
        let ticket = self.skipped.unwrap_or(ticket);
        self.failure.map_or(Ok((count, ticket)), Err)
    }
}
