//! What a stream is: its configuration as clients write it, with the defaults and rules of the reference.

use crate::ApiError;
use crate::error::{
    PEDANTIC, REPLICAS_NEGATIVE, STREAM_INVALID_CONFIG, STREAM_NAME_CONTAINS_PATH_SEPARATORS,
    STREAM_REPLICAS_NOT_SUPPORTED, STREAM_TRANSFORM_INVALID_DESTINATION,
    STREAM_TRANSFORM_INVALID_SOURCE,
};
use crate::json;
use crate::metadata::Metadata;
use crate::origin::StreamSource;
use crate::overlap::Filters;
use midge_streamlog as log;
use midge_subject::{Filter, Transform};
use serde::{Deserialize, Serialize};

/// Longest name of a stream or consumer.
pub(crate) const NAME_MAX: usize = 255;
/// Longest description.
pub(crate) const DESCRIPTION_MAX: usize = 4096;
/// Keys and values of metadata together.
pub(crate) const METADATA_MAX: usize = 128 << 10;
/// Most replicas anybody may ask for.
const REPLICAS_MAX: i64 = 5;
const DUPLICATE_WINDOW: i64 = 120_000_000_000;
const MIN_AGE: i64 = 100_000_000;
/// Subjects of the server's own, the part of them that streams may store, and their name in errors.
const RESERVED: [(&str, &str, &str); 2] = [
    ("$JS.>", "$JS.EVENT.>", "jetstream"),
    ("$SYS.>", "$SYS.ACCOUNT.>", "system"),
];

/// When messages go away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retention {
    /// By limits alone.
    #[default]
    Limits,
    /// When every consumer acknowledged them.
    Interest,
    /// When one consumer acknowledged them.
    WorkQueue,
}

/// Who gives way when a stream is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Discard {
    /// The oldest message.
    #[default]
    Old,
    /// The new one.
    New,
}

/// Where a stream lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// On the disk.
    #[default]
    File,
    /// In memory.
    Memory,
}

/// How bodies are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// As they came.
    #[default]
    None,
    /// By S2.
    S2,
}

/// When a publish counts as done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersistMode {
    /// By the server's policy; on the disk, unless `sync_interval` says otherwise.
    #[default]
    Default,
    /// When the system has it.
    Async,
}

/// A change of subjects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectTransform {
    /// What it applies to.
    #[serde(default)]
    pub src: String,
    /// What becomes of it.
    pub dest: String,
}

/// What is published again after it was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Republish {
    /// What it applies to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub src: String,
    /// Where it goes.
    pub dest: String,
    /// Without the body.
    #[serde(default, skip_serializing_if = "is_false")]
    pub headers_only: bool,
}

/// Bounds for the stream's consumers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerLimits {
    /// Nanoseconds without interest.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inactive_threshold: i64,
    /// Unacknowledged messages.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_ack_pending: i64,
}

fn unlimited() -> i64 {
    -1
}

fn one() -> i64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
pub(crate) fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// A stream's configuration: the reference's names, in the reference's order. Zero limits become -1 when a stream is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the names are those of the protocol's documentation"
)]
pub struct StreamConfig {
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "or_default"
    )]
    pub subjects: Vec<String>,
    #[serde(default)]
    pub retention: Retention,
    #[serde(default = "unlimited")]
    pub max_consumers: i64,
    #[serde(default = "unlimited")]
    pub max_msgs: i64,
    #[serde(default = "unlimited")]
    pub max_bytes: i64,
    #[serde(default)]
    pub max_age: i64,
    #[serde(default = "unlimited")]
    pub max_msgs_per_subject: i64,
    #[serde(default = "unlimited")]
    pub max_msg_size: i64,
    #[serde(default)]
    pub discard: Discard,
    #[serde(default)]
    pub storage: Storage,
    #[serde(default = "one")]
    pub num_replicas: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_ack: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub duplicate_window: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<Box<StreamSource>>,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "crate::origin::sources"
    )]
    pub sources: Vec<StreamSource>,
    #[serde(default)]
    pub compression: Compression,
    #[serde(default, skip_serializing_if = "is_zero_u64")]
    pub first_seq: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_transform: Option<Box<SubjectTransform>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub republish: Option<Box<Republish>>,
    #[serde(default)]
    pub allow_direct: bool,
    #[serde(default)]
    pub mirror_direct: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub discard_new_per_subject: bool,
    #[serde(default)]
    pub sealed: bool,
    #[serde(default)]
    pub deny_delete: bool,
    #[serde(default)]
    pub deny_purge: bool,
    #[serde(default)]
    pub allow_rollup_hdrs: bool,
    #[serde(default)]
    pub consumer_limits: ConsumerLimits,
    #[serde(default)]
    pub allow_msg_ttl: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub subject_delete_marker_ttl: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_msg_counter: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_atomic: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_msg_schedules: bool,
    #[serde(default, skip_serializing_if = "is_default_mode")]
    pub persist_mode: PersistMode,
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_batched: bool,
    #[serde(
        default,
        skip_serializing_if = "Metadata::is_empty",
        deserialize_with = "or_default"
    )]
    pub metadata: Metadata,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero_u64(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_default_mode(mode: &PersistMode) -> bool {
    *mode == PersistMode::Default
}

/// `null` stands for nothing, as some clients write it.
pub(crate) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Fields of the objects inside a configuration.
const INSIDE: [(&str, &[&str]); 3] = [
    ("subject_transform", &["src", "dest"]),
    ("republish", &["src", "dest", "headers_only"]),
    (
        "consumer_limits",
        &["inactive_threshold", "max_ack_pending"],
    ),
];
/// Fields that a request may carry beside the configuration.
const REQUEST_FIELDS: [&str; 1] = ["pedantic"];
/// Fields of the reference that aren't built yet, with what they must not be. The empty or false value is fine.
const LATER: [&str; 1] = ["placement"];
const FIELDS: [&str; 38] = [
    "name",
    "description",
    "subjects",
    "retention",
    "max_consumers",
    "max_msgs",
    "max_bytes",
    "max_age",
    "max_msgs_per_subject",
    "max_msg_size",
    "discard",
    "storage",
    "num_replicas",
    "no_ack",
    "duplicate_window",
    "compression",
    "first_seq",
    "subject_transform",
    "republish",
    "allow_direct",
    "mirror_direct",
    "discard_new_per_subject",
    "sealed",
    "deny_delete",
    "deny_purge",
    "allow_rollup_hdrs",
    "consumer_limits",
    "allow_msg_ttl",
    "subject_delete_marker_ttl",
    "allow_msg_counter",
    "allow_atomic",
    "allow_msg_schedules",
    "persist_mode",
    "allow_batched",
    "metadata",
    "mirror",
    "sources",
    "pedantic",
];

/// A request with a configuration: the configuration, and whether the client wants mistakes told instead of mended.
pub(crate) fn parse(body: &[u8], strict: bool) -> Result<(StreamConfig, bool), ApiError> {
    let mut fields: serde_json::Map<String, serde_json::Value> = json::parse(body)?;
    json::fold(&mut fields, &[&FIELDS, &LATER], strict)?;
    for (name, known) in INSIDE {
        if let Some(serde_json::Value::Object(inner)) = fields.get_mut(name) {
            json::fold(inner, &[known], strict)?;
        }
    }
    let pedantic = fields
        .get("pedantic")
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false);
    for name in LATER {
        match fields.remove(name) {
            None | Some(serde_json::Value::Null | serde_json::Value::Bool(false)) => {}
            Some(value) if value == 0 || value.as_array().is_some_and(Vec::is_empty) => {}
            Some(value) if value.as_str().is_some_and(str::is_empty) => {}
            Some(value)
                if name == "placement"
                    && value.as_object().is_some_and(serde_json::Map::is_empty) => {}
            Some(_) => return Err(invalid(format!("{name} is not supported yet"))),
        }
    }
    crate::origin::fold(&mut fields, strict)?;
    for name in REQUEST_FIELDS {
        fields.remove(name);
    }
    let config = json::read(serde_json::Value::Object(fields))?;
    Ok((config, pedantic))
}

fn invalid(text: impl Into<String>) -> ApiError {
    STREAM_INVALID_CONFIG.says(text)
}

/// What a name of a stream or consumer may not contain, but for path separators, which have an error of their own.
pub(crate) fn is_valid_name(name: &str) -> bool {
    !name.is_empty() && !name.contains([' ', '\t', '\r', '\n', '\x0c', '.', '*', '>'])
}

impl StreamConfig {
    /// Fills in what was left out, and refuses what can't be. `find` gives the configurations of other streams. `subjects`: what was found about
    /// these before.
    pub(crate) fn check<'a>(
        &mut self,
        pedantic: bool,
        subjects: Option<Result<(), ApiError>>,
        limits: &crate::account::Limits,
        find: &dyn Fn(&str) -> Option<&'a Self>,
    ) -> Result<(), ApiError> {
        self.check_name()?;
        if self.description.len() > DESCRIPTION_MAX {
            return Err(invalid(format!(
                "stream description is too long, maximum allowed is {DESCRIPTION_MAX}"
            )));
        }
        if self.metadata.size() > METADATA_MAX {
            return Err(invalid(format!(
                "stream metadata exceeds maximum size of {METADATA_MAX} bytes"
            )));
        }
        self.check_numbers(pedantic)?;
        self.check_replicas()?;
        self.check_origins(pedantic, find)?;
        subjects.unwrap_or_else(|| self.check_subjects())?;
        self.check_window(pedantic, limits)?;
        self.check_features(pedantic)?;
        self.check_flags()?;
        self.check_transforms()
    }

    fn check_name(&self) -> Result<(), ApiError> {
        if self.name.contains(['/', '\\']) {
            return Err(STREAM_NAME_CONTAINS_PATH_SEPARATORS);
        }
        if !is_valid_name(&self.name) {
            return Err(invalid(
                "stream name is required and can not contain '.', '*', '>'",
            ));
        }
        if self.name.len() > NAME_MAX {
            return Err(invalid(format!(
                "stream name is too long, maximum allowed is {NAME_MAX}"
            )));
        }
        Ok(())
    }

    fn check_numbers(&mut self, pedantic: bool) -> Result<(), ApiError> {
        let numbers: [(&str, &mut i64); 5] = [
            ("max_msgs", &mut self.max_msgs),
            ("max_msgs_per_subject", &mut self.max_msgs_per_subject),
            ("max_bytes", &mut self.max_bytes),
            ("max_msg_size", &mut self.max_msg_size),
            ("max_consumers", &mut self.max_consumers),
        ];
        for (name, number) in numbers {
            if *number < -1 && pedantic {
                return Err(PEDANTIC.says(format!("pedantic mode: {name} must be set to -1")));
            }
            if *number <= 0 {
                *number = -1;
            }
        }
        if self.max_age < 0 {
            return Err(invalid("max age can not be negative"));
        }
        if self.max_age != 0 && self.max_age < MIN_AGE {
            return Err(invalid("max age needs to be >= 100ms"));
        }
        Ok(())
    }

    fn check_replicas(&mut self) -> Result<(), ApiError> {
        match self.num_replicas {
            number if number < 0 => Err(REPLICAS_NEGATIVE),
            0 => {
                self.num_replicas = 1;
                Ok(())
            }
            1 => Ok(()),
            number if number > REPLICAS_MAX => {
                Err(invalid(format!("maximum replicas is {REPLICAS_MAX}")))
            }
            _ => Err(STREAM_REPLICAS_NOT_SUPPORTED),
        }
    }

    fn check_subjects(&mut self) -> Result<(), ApiError> {
        self.fill_subjects();
        let mut known = Filters::new();
        (0..self.subjects.len()).try_for_each(|at| self.check_subject(at, &mut known))
    }

    /// A stream that is told no subjects takes that of its own name.
    pub(crate) fn fill_subjects(&mut self) {
        if self.subjects.is_empty() && !self.has_origins() {
            self.subjects.push(self.name.clone());
        }
    }

    /// Whether subject `at` can be, beside those before it, which are `known`; from now on it is, too.
    pub(crate) fn check_subject(&self, at: usize, known: &mut Filters) -> Result<(), ApiError> {
        let subject = &self.subjects[at];
        let Ok(filter) = Filter::parse(subject) else {
            return Err(invalid("invalid subject"));
        };
        if known.overlap(subject)? {
            let overlaps =
                |other: &&String| midge_subject::overlaps(other.as_bytes(), subject.as_bytes());
            let other = self.subjects[..at].iter().find(overlaps);
            let other = other.map_or("", String::as_str);
            return Err(invalid(format!(
                "subject {other:?} overlaps with {subject:?}"
            )));
        }
        if !self.no_ack {
            check_reserved(subject, filter)?;
        }
        known.insert(subject);
        Ok(())
    }

    fn check_window(
        &mut self,
        pedantic: bool,
        limits: &crate::account::Limits,
    ) -> Result<(), ApiError> {
        if self.duplicate_window < 0 {
            return Err(invalid("duplicates window can not be negative"));
        }
        if self.duplicate_window == 0 && self.has_origins() {
            return Ok(());
        }
        if self.duplicate_window == 0 {
            self.duplicate_window = limits
                .duplicate_window
                .unwrap_or(DUPLICATE_WINDOW)
                .min(DUPLICATE_WINDOW);
            if self.max_age > 0 {
                self.duplicate_window = self.duplicate_window.min(self.max_age);
            }
        }
        if self.max_age > 0 && self.duplicate_window > self.max_age {
            return Err(invalid("duplicates window can not be larger then max age"));
        }
        if self.duplicate_window < MIN_AGE {
            return Err(invalid("duplicates window needs to be >= 100ms"));
        }
        if limits
            .duplicate_window
            .is_some_and(|max| self.duplicate_window > max)
        {
            let most = crate::headers::show_duration(limits.duplicate_window.unwrap_or(0));
            let text = format!("duplicates window can not be larger then server limit of {most}");
            return Err(if pedantic {
                PEDANTIC.says(text)
            } else {
                invalid(text)
            });
        }
        Ok(())
    }

    fn check_flags(&mut self) -> Result<(), ApiError> {
        if self.sealed {
            (self.deny_delete, self.deny_purge) = (true, true);
            (self.allow_rollup_hdrs, self.max_age) = (false, 0);
            self.discard = Discard::New;
        }
        if self.discard_new_per_subject {
            if self.discard != Discard::New {
                return Err(invalid(
                    "discard new per subject requires discard new policy to be set",
                ));
            }
            if self.max_msgs_per_subject <= 0 {
                return Err(invalid(
                    "discard new per subject requires max msgs per subject > 0",
                ));
            }
        }
        if self.deny_purge && self.allow_rollup_hdrs {
            return Err(invalid("roll-ups require the purge permission"));
        }
        if self.persist_mode == PersistMode::Async && self.storage == Storage::Memory {
            return Err(invalid(
                "async persist mode is only supported on file storage",
            ));
        }
        Ok(())
    }

    fn check_transforms(&self) -> Result<(), ApiError> {
        if let Some(transform) = &self.subject_transform {
            self.transform(&transform.src, &transform.dest)?;
        }
        if let Some(republish) = &self.republish {
            let refused = |_| {
                let (src, dest) = (&republish.src, &republish.dest);
                invalid(format!(
                    "stream configuration for republish with transform from '{src}' to '{dest}' not valid"
                ))
            };
            transform(&republish.src, &republish.dest).map_err(refused)?;
            let dest = Filter::parse(&republish.dest).map_err(refused)?;
            let cycles = |subject: &String| {
                Filter::parse(subject).is_ok_and(|subject| subject.overlaps(dest))
            };
            if self.subjects.iter().any(cycles) {
                return Err(invalid(
                    "stream configuration for republish destination forms a cycle",
                ));
            }
        }
        Ok(())
    }

    fn transform(&self, src: &str, dest: &str) -> Result<(), ApiError> {
        if !src.is_empty() && Filter::parse(src).is_err() {
            return Err(STREAM_TRANSFORM_INVALID_SOURCE
                .says(format!("stream transform source: invalid subject {src}")));
        }
        if dest.is_empty() {
            return Ok(()); // it changes nothing
        }
        transform(src, dest).map(drop).map_err(|error| {
            STREAM_TRANSFORM_INVALID_DESTINATION.says(format!("stream transform: {error}"))
        })
    }

    /// Whether the stream takes its messages when the system has them.
    pub(crate) fn policy(&self, server: log::Policy) -> log::Policy {
        match (self.persist_mode, server) {
            (PersistMode::Default, policy) => policy,
            (PersistMode::Async, log::Policy::Always) => {
                log::Policy::Interval(std::time::Duration::from_secs(120))
            }
            (PersistMode::Async, policy) => policy,
        }
    }

    /// The log's view of it.
    pub(crate) fn log_options(&self, settings: &crate::Settings) -> log::StreamOptions {
        let positive = |number: i64| u64::try_from(number).unwrap_or(0);
        log::StreamOptions {
            storage: match self.storage {
                Storage::File => log::Storage::File,
                Storage::Memory => log::Storage::Memory,
            },
            policy: self.policy(settings.policy),
            limits: log::Limits {
                max_msgs: positive(self.max_msgs),
                max_bytes: positive(self.max_bytes),
                max_age: positive(self.max_age),
                max_per_subject: positive(self.max_msgs_per_subject),
                discard: match self.discard {
                    Discard::Old => log::Discard::Old,
                    Discard::New => log::Discard::New,
                },
                discard_per_subject: self.discard_new_per_subject,
            },
            compression: match self.compression {
                Compression::None => log::Compression::None,
                Compression::S2 => log::Compression::S2,
            },
            cipher: settings.cipher,
            segment_bytes: settings.segment_bytes,
            ..log::StreamOptions::default()
        }
    }

    /// What may change in a stream that exists.
    pub(crate) fn check_update(&self, new: &Self) -> Result<(), ApiError> {
        if self.sealed && !new.sealed {
            return Err(invalid(
                "stream configuration update can not unseal a sealed stream",
            ));
        }
        if self.storage != new.storage {
            return Err(invalid(
                "stream configuration update can not change storage type",
            ));
        }
        let queue = Retention::WorkQueue;
        if self.retention != new.retention && (self.retention == queue || new.retention == queue) {
            return Err(invalid(
                "stream configuration update can not change retention policy to/from workqueue",
            ));
        }
        if self.deny_delete && !new.deny_delete {
            return Err(invalid(
                "stream configuration update can not cancel deny message deletes",
            ));
        }
        if self.deny_purge && !new.deny_purge {
            return Err(invalid(
                "stream configuration update can not cancel deny purge",
            ));
        }
        self.check_features_update(new)?;
        if new.mirror.is_some() && self.mirror != new.mirror {
            return Err(crate::error::STREAM_MIRROR_NOT_UPDATABLE);
        }
        if self.persist_mode != new.persist_mode {
            return Err(invalid(
                "stream configuration update can not change persist mode",
            ));
        }
        Ok(())
    }
}

/// Publish acks would end up in the stream again.
fn check_reserved(subject: &str, filter: Filter<'_>) -> Result<(), ApiError> {
    if subject == ">" {
        return Err(invalid("capturing all subjects requires no-ack to be true"));
    }
    for (whole, free, name) in RESERVED {
        let is_free = Filter::parse(free).is_ok_and(|free| filter.is_subset_of(free));
        if !is_free && Filter::parse(whole).is_ok_and(|whole| whole.overlaps(filter)) {
            return Err(invalid(format!(
                "subjects that overlap with {name} api require no-ack to be true"
            )));
        }
    }
    Ok(())
}

impl StreamConfig {
    /// Whether a message that comes from elsewhere may lie here under this subject: what the server itself listens to has to be one of
    /// the stream's subjects. Anything else may, since a stream keeps what it took before its subjects were changed.
    pub(crate) fn may_hold(&self, subject: &[u8]) -> bool {
        let is_reserved = |(all, open, _): &(&str, &str, &str)| {
            let is_in = |filter: &str| midge_subject::matches(filter.as_bytes(), subject);
            is_in(all) && !is_in(open)
        };
        let is_own = |own: &String| midge_subject::matches(own.as_bytes(), subject);
        !RESERVED.iter().any(is_reserved) || self.subjects.iter().any(is_own)
    }
}

/// A transform whose empty source stands for everything.
pub(crate) fn transform(src: &str, dest: &str) -> Result<Transform, midge_subject::Error> {
    Transform::new(src.as_bytes(), dest.as_bytes(), false)
}
