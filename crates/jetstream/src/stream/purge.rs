//! Purges: messages that a filter means are removed, and whoever waits for one of them is told at the end.

use super::Stream;
use crate::ApiError;
use crate::consumer::Consumer;
use crate::error::STREAM_PURGE_FAILED;
use crate::tasks::Slice;
use midge_streamlog::{Error as LogError, Filter, Purge, Ticket};

/// A purge that is under way.
pub(crate) struct PurgeWork {
    filter: Filter,
    upto: u64,
    purge: Purge,
    /// Sequences that consumers which begin with the last messages of subjects may lose: nothing else tells them.
    watched: Vec<u64>,
    /// Why it can't go on.
    failure: Option<ApiError>,
}

fn refused(error: &LogError) -> ApiError {
    STREAM_PURGE_FAILED.says(error.to_string())
}

impl Stream {
    /// Removes messages, and tells consumers.
    pub(crate) fn purge(
        &mut self,
        filter: &Filter,
        upto: u64,
        keep: u64,
    ) -> Result<(u64, Ticket), ApiError> {
        let mut work = self.begin_purge(filter.clone(), upto, keep)?;
        while !work.go_on(&mut Slice::whole()) {}
        self.end_purge(work)
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
            watched: self.watched_by_last(&filter, upto),
            purge: purge.map_err(|error| refused(&error))?,
            filter,
            upto,
            failure: None,
        })
    }

    fn watched_by_last(&self, filter: &Filter, upto: u64) -> Vec<u64> {
        let mut watched = Vec::new();
        if filter.is_all() || !self.consumers.values().any(Consumer::awaits_last) {
            return watched;
        }
        let end = if upto == 0 { u64::MAX } else { upto };
        let mut from = 1;
        while let Ok(Some(seq)) = self.log.next_written(filter, from)
            && seq < end
        {
            watched.push(seq);
            from = seq + 1;
        }
        watched
    }

    /// Tells consumers of what a purge removed; how many messages that was.
    ///
    /// # Errors
    /// Why it couldn't remove all.
    pub(crate) fn end_purge(&mut self, work: PurgeWork) -> Result<(u64, Ticket), ApiError> {
        let PurgeWork {
            filter,
            upto,
            purge,
            watched,
            failure,
        } = work;
        let (count, mut ticket) = purge.finish();
        if failure.is_none() && filter.is_all() && upto > self.log.stats().last_seq + 1 {
            // Emptied up to a sequence that isn't there yet, it goes on with that one.
            ticket = self
                .log
                .skip_to(upto - 1)
                .map_err(|error| refused(&error))?;
        }
        let stats = self.log.stats();
        // What can't be looked up now is found gone when it would be delivered.
        let left = self.log.next_written(&filter, 1);
        let left = left.map_or(stats.first_seq, |left| left.unwrap_or(stats.last_seq + 1));
        for consumer in self.consumers.values_mut() {
            // Whoever wants nothing but what was purged goes on where the next of that is.
            let whole = consumer.wants_only(&filter);
            consumer.purged(&watched);
            consumer.removed(if whole { left } else { stats.first_seq });
        }
        self.schedules.sweep(&self.log, &filter);
        failure.map_or(Ok((count, ticket)), Err)
    }
}

impl PurgeWork {
    /// Removes a slice. True at the end.
    pub(crate) fn go_on(&mut self, slice: &mut Slice) -> bool {
        let (records, _) = slice.left();
        let done = self.purge.go_on(records);
        slice.touch_many(records);
        match done.map_err(|error| refused(&error)) {
            Ok(done) => done,
            Err(error) => {
                self.failure = Some(error);
                true
            }
        }
    }
}
