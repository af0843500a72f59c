//! What streams can do beside keeping messages, each behind a field of the configuration: the rules of these fields.

use crate::ApiError;
use crate::config::{Discard, PersistMode, Retention, Storage, StreamConfig};
use crate::error::{
    MIRROR_WITH_ATOMIC_PUBLISH, MIRROR_WITH_BATCH_PUBLISH, MIRROR_WITH_COUNTERS,
    MIRROR_WITH_MSG_SCHEDULES, SOURCE_WITH_MSG_SCHEDULES, STREAM_INVALID_CONFIG,
};

const MIN_MARKER_TTL: i64 = 1_000_000_000;

fn invalid(text: &str) -> ApiError {
    STREAM_INVALID_CONFIG.says(text)
}

impl StreamConfig {
    /// Fills in what follows from a feature, and refuses what can't go together.
    pub(crate) fn check_features(&mut self, pedantic: bool) -> Result<(), ApiError> {
        self.check_counter()?;
        self.check_atomic()?;
        if self.allow_batched && self.mirror.is_some() {
            return Err(MIRROR_WITH_BATCH_PUBLISH);
        }
        self.check_schedules(pedantic)?;
        self.check_markers(pedantic)
    }

    fn check_counter(&self) -> Result<(), ApiError> {
        if !self.allow_msg_counter {
            return Ok(());
        }
        if self.mirror.is_some() {
            return Err(MIRROR_WITH_COUNTERS);
        }
        if self.discard == Discard::New {
            return Err(invalid("counter stream cannot use discard new"));
        }
        if self.retention != Retention::Limits {
            return Err(invalid("counter stream can only use limits retention"));
        }
        if self.allow_msg_ttl {
            return Err(invalid("counter stream cannot use message TTLs"));
        }
        if self.allow_msg_schedules {
            return Err(invalid("counter stream cannot use message schedules"));
        }
        Ok(())
    }

    fn check_atomic(&self) -> Result<(), ApiError> {
        if !self.allow_atomic {
            return Ok(());
        }
        if self.mirror.is_some() {
            return Err(MIRROR_WITH_ATOMIC_PUBLISH);
        }
        // `check_flags` refuses this mode for a stream in memory, in other words.
        if self.persist_mode == PersistMode::Async && self.storage == Storage::File {
            return Err(invalid(
                "async persist mode is not supported with atomic batch publish",
            ));
        }
        Ok(())
    }

    /// A schedule rolls up its subject.
    fn check_schedules(&mut self, pedantic: bool) -> Result<(), ApiError> {
        if !self.allow_msg_schedules {
            return Ok(());
        }
        if self.mirror.is_some() {
            return Err(MIRROR_WITH_MSG_SCHEDULES);
        }
        if !self.sources.is_empty() {
            return Err(SOURCE_WITH_MSG_SCHEDULES);
        }
        if self.discard == Discard::New {
            return Err(invalid("message scheduling cannot use discard new"));
        }
        if pedantic && !self.allow_rollup_hdrs {
            return Err(invalid(
                "message scheduling cannot be set if roll-ups are disabled",
            ));
        }
        if !pedantic {
            self.deny_purge = false;
        }
        self.allow_rollup_hdrs = true;
        Ok(())
    }

    /// Markers are messages with a time to live that roll up their subject.
    fn check_markers(&mut self, pedantic: bool) -> Result<(), ApiError> {
        match self.subject_delete_marker_ttl {
            0 => return Ok(()),
            ttl if ttl < 0 => {
                return Err(invalid("subject delete marker TTL must not be negative"));
            }
            ttl if ttl < MIN_MARKER_TTL => {
                return Err(invalid(
                    "subject delete marker TTL must be at least 1 second",
                ));
            }
            _ => {}
        }
        if pedantic && !self.allow_msg_ttl {
            return Err(invalid(
                "subject delete marker cannot be set if message TTLs are disabled",
            ));
        }
        if pedantic && !self.allow_rollup_hdrs {
            return Err(invalid(
                "subject delete marker cannot be set if roll-ups are disabled",
            ));
        }
        if !pedantic {
            self.deny_purge = false;
        }
        (self.allow_msg_ttl, self.allow_rollup_hdrs) = (true, true);
        Ok(())
    }

    /// What may change in the features of a stream that exists.
    pub(crate) fn check_features_update(&self, new: &Self) -> Result<(), ApiError> {
        if self.allow_msg_ttl && !new.allow_msg_ttl {
            return Err(invalid("message TTL status can not be disabled"));
        }
        if self.allow_msg_schedules && !new.allow_msg_schedules {
            return Err(invalid("message schedules can not be disabled"));
        }
        if self.allow_msg_counter != new.allow_msg_counter {
            return Err(invalid(
                "stream configuration update can not change message counter setting",
            ));
        }
        Ok(())
    }

    /// Seconds that a marker lives; 0: none are made.
    pub(crate) fn marker_seconds(&self) -> u32 {
        let seconds = self.subject_delete_marker_ttl / 1_000_000_000;
        u32::try_from(seconds).unwrap_or(u32::MAX - 1)
    }

    /// Writes the level where clients look for it.
    pub(crate) fn note_level(&mut self) {
        let level = self.required_level().to_string();
        self.metadata.insert("_nats.req.level", &level);
    }

    /// The API level that a server must have for what is asked here.
    fn required_level(&self) -> u32 {
        let second = self.allow_msg_counter || self.allow_atomic || self.allow_msg_schedules;
        match () {
            () if self.allow_batched => 4,
            () if second || self.persist_mode == PersistMode::Async => 2,
            () if self.allow_msg_ttl || self.subject_delete_marker_ttl > 0 => 1,
            () => 0,
        }
    }
}
