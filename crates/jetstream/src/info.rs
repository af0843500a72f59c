//! What a stream tells about itself.

use crate::config::StreamConfig;
use crate::metadata::Metadata;
use crate::stream::{SourceInfo, Stream, present};
use crate::tasks::Slice;
use crate::time::Time;
use midge_streamlog::{Error as LogError, Filter};
use serde::Serialize;
use std::collections::BTreeMap;

/// Subjects that one answer may name.
pub(crate) const SUBJECTS_MAX: usize = 100_000;
/// Deleted sequences that one answer may name.
const DELETED_MAX: usize = 1 << 18;

/// The API level that this server speaks, and the version it is compatible with.
pub(crate) const API_LEVEL: u32 = 5;
const COMPATIBILITY: &str = "2.15.1";

/// Metadata that each answer carries.
pub(crate) fn add_levels(metadata: &mut Metadata) {
    metadata.insert("_nats.ver", COMPATIBILITY);
    metadata.insert("_nats.level", &API_LEVEL.to_string());
}

/// Counts of a stream.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StreamState {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) first_seq: u64,
    pub(crate) first_ts: Time,
    pub(crate) last_seq: u64,
    pub(crate) last_ts: Time,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) num_subjects: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subjects: Option<BTreeMap<String, u64>>,
    #[serde(skip_serializing_if = "is_zero_u64")]
    pub(crate) num_deleted: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deleted: Option<Vec<u64>>,
    pub(crate) consumer_count: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero_u64(number: &u64) -> bool {
    *number == 0
}

/// What stream info shows and the log has to look up in a segment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LookedUp {
    first_time: u64,
    subjects: usize,
}

/// The answer of `STREAM.INFO` and its like.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StreamInfo {
    pub(crate) config: StreamConfig,
    pub(crate) created: Time,
    pub(crate) state: StreamState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mirror: Option<SourceInfo>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sources: Vec<SourceInfo>,
    pub(crate) ts: Time,
    /// When an ack leaves: `always`, or how often the disk is synced.
    pub(crate) sync: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    /// What the log found broken in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) damage: Vec<String>,
}

impl Stream {
    pub(crate) fn state(&self) -> StreamState {
        let stats = self.log.stats();
        // What the log can't say now is shown as it was when it could.
        let shown = match self.looked_up(stats.first_seq) {
            Ok(shown) => {
                self.shown.set(shown);
                shown
            }
            Err(_) => self.shown.get(),
        };
        StreamState {
            messages: stats.msgs,
            bytes: stats.bytes,
            first_seq: stats.first_seq.min(stats.last_seq + 1),
            first_ts: Time(shown.first_time),
            last_seq: stats.last_seq,
            last_ts: Time(stats.last_time),
            num_subjects: shown.subjects,
            subjects: None,
            num_deleted: stats.deleted,
            deleted: None,
            consumer_count: self.consumers.listed(),
        }
    }

    /// The same as lists show it.
    pub(crate) fn listed_state(&self) -> StreamState {
        let mut state = self.state();
        if state.messages == 0 && state.last_seq == 0 {
            state.first_seq = 0;
        }
        state
    }

    fn looked_up(&self, first_seq: u64) -> Result<LookedUp, LogError> {
        // After a start each call counts some; requests wait until all are counted.
        let subjects = self.log.count_subjects(crate::tasks::RECORDS)?;
        let first_time = match self.log.next_written(&Filter::all(), first_seq)? {
            Some(seq) => present(self.log.peek(seq))?.map_or(0, |message| message.time),
            None => 0,
        };
        Ok(LookedUp {
            first_time,
            subjects: subjects.unwrap_or(self.shown.get().subjects),
        })
    }

    pub(crate) fn info(&self, domain: Option<&String>, now: u64) -> StreamInfo {
        let mut info = self.listed(domain, now);
        add_levels(&mut info.config.metadata);
        info
    }

    /// The same as lists show it.
    pub(crate) fn listed(&self, domain: Option<&String>, now: u64) -> StreamInfo {
        StreamInfo {
            config: self.config.clone(),
            created: Time(self.created),
            state: self.listed_state(),
            domain: domain.cloned(),
            mirror: None,
            sources: Vec::new(),
            ts: Time(now),
            sync: match self.log.options().policy {
                midge_streamlog::Policy::Always => "always".into(),
                midge_streamlog::Policy::Interval(every) => format!("{every:?}"),
            },
            damage: Vec::new(),
            why: self.why(),
        }
    }

    /// Why it takes no messages, if so.
    pub(crate) fn why(&self) -> Option<String> {
        match self.log.failure().map(|failure| failure.notice()) {
            None => self
                .log
                .stats()
                .lack
                .map(|lack| LogError::from(lack).to_string()),
            why => why,
        }
    }

    /// Goes on with the list of sequences from `at` on that are gone, until the slice is spent. True at its end.
    pub(crate) fn find_deleted(
        &self,
        at: &mut u64,
        found: &mut Vec<u64>,
        slice: &mut Slice,
    ) -> Result<bool, LogError> {
        let stats = self.log.stats();
        *at = stats.first_seq.max(*at);
        while *at <= stats.last_seq && found.len() < DELETED_MAX {
            if slice.is_spent() {
                return Ok(false);
            }
            // What is on its way to the disk isn't gone.
            let next = self.log.next_written(&Filter::all(), *at)?;
            let next = next.unwrap_or(stats.last_seq + 1);
            let room = DELETED_MAX - found.len();
            found.extend((*at..next).take(room));
            *at = next + 1;
            slice.touch(0);
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountId, Settings, Token};
    use midge_streamlog::{NewMessage, Store, StoreOptions, sim::CrashDisk};
    use std::sync::Arc;

    /// Symptom: `deleted_details` over a gap of 10^12 sequences ended the server. Cause: the bound was looked at between gaps alone.
    #[test]
    fn a_gap_that_is_larger_than_an_answer_is_named_in_part() {
        let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
        let log = store.create_stream("S", Default::default()).unwrap().0;
        drop(log.append(NewMessage::new("s", "x"), 1).unwrap());
        drop(log.skip_to(1_000_000_000_000).unwrap());
        drop(log.append(NewMessage::new("s", "x"), 2).unwrap());
        store.commit_once(3).unwrap();
        let at = (AccountId(1), Token(1));
        let (config, _) = crate::config::parse(br#"{"name": "S"}"#, true).unwrap();
        let stream = Stream::new(at, config, 0, log, &Settings::default());
        let mut deleted = Vec::new();
        let done = stream.find_deleted(&mut 0, &mut deleted, &mut Slice::new());
        assert!(done.expect("the disk works"));
        assert_eq!(deleted.len(), DELETED_MAX);
        assert_eq!(
            (deleted[0], deleted[DELETED_MAX - 1]),
            (2, DELETED_MAX as u64 + 1)
        );
    }
}
