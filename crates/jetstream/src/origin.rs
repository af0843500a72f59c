//! Where a stream takes messages from beside its own subjects: what `mirror` and `sources` say, with the reference's rules.

use crate::config::{StreamConfig, SubjectTransform, is_valid_name};
use crate::error::{
    MIRROR_CONSUMER_INVALID, MIRROR_INVALID_STREAM_NAME, MIRROR_INVALID_SUBJECT_FILTER,
    MIRROR_INVALID_TRANSFORM, MIRROR_MAX_MESSAGE_SIZE_TOO_BIG, MIRROR_MULTIPLE_FILTERS,
    MIRROR_OVERLAPPING_FILTERS, MIRROR_WITH_FIRST_SEQ, MIRROR_WITH_SOURCES, MIRROR_WITH_SUBJECTS,
    PEDANTIC, SOURCE_CONSUMER_DUPLICATE, SOURCE_CONSUMER_INVALID, SOURCE_DUPLICATE_DETECTED,
    SOURCE_INVALID_STREAM_NAME, SOURCE_INVALID_SUBJECT_FILTER, SOURCE_INVALID_TRANSFORM,
    SOURCE_MAX_MESSAGE_SIZE_TOO_BIG, SOURCE_MULTIPLE_FILTERS, SOURCE_OVERLAPPING_FILTERS,
    STREAM_CREATE, STREAM_EXTERNAL_API_OVERLAP, STREAM_EXTERNAL_DELIVER_OVERLAP,
    STREAM_INVALID_CONFIG, STREAM_INVALID_EXTERNAL_DELIVER,
};
use crate::time::Time;
use crate::{ApiError, config, identity, json};
use midge_subject::{Filter, Subject, is_subset, overlaps};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Fields of an origin.
const FIELDS: [&str; 7] = [
    "name",
    "opt_start_seq",
    "opt_start_time",
    "filter_subject",
    "subject_transforms",
    "external",
    "consumer",
];
/// Separates the filters of several transforms in the name of a source.
const FILTERS_BETWEEN: &str = "\x0c";
/// Fields of what is inside an origin.
const INSIDE: [(&str, &[&str]); 3] = [
    ("subject_transforms", &["src", "dest"]),
    ("external", &["api", "deliver"]),
    ("consumer", &["name", "deliver_subject"]),
];
const API: &str = "$JS.API";

/// Another stream that messages are taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSource {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The first sequence to take.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub opt_start_seq: u64,
    /// Only what is as young as this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_start_time: Option<Time>,
    /// Only what matches.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter_subject: String,
    /// Only what one of these matches, under its new subject. An empty destination leaves the subject as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_transforms: Vec<SubjectTransform>,
    /// Where its JetStream is to be found, if it isn't this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalStream>,
    /// The origin's consumer that gives the messages, if somebody made one for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<SourceConsumer>,
}

/// A consumer that was made for a mirror or source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceConsumer {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Where it delivers.
    #[serde(default)]
    pub deliver_subject: String,
}

impl SourceConsumer {
    fn is_valid(&self) -> bool {
        let valid_name = is_valid_name(&self.name) && !self.name.contains(['/', '\\']);
        let deliver = Subject::parse(&self.deliver_subject);
        valid_name && deliver.is_ok_and(|subject| subject.is_literal())
    }
}

/// The way to another JetStream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalStream {
    /// Prefix of its API.
    #[serde(default)]
    pub api: String,
    /// Prefix of the subjects it delivers to.
    #[serde(default)]
    pub deliver: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A `null` in a list of sources counts as one without a name, which has an error of its own.
pub(crate) fn sources<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<StreamSource>, D::Error> {
    let list: Option<Vec<Option<StreamSource>>> = Option::deserialize(from)?;
    let list = list.unwrap_or_default().into_iter();
    Ok(list.map(Option::unwrap_or_default).collect())
}

/// Gives the fields of origins the names that we know them by, and refuses what isn't known.
pub(crate) fn fold(fields: &mut Map<String, Value>, strict: bool) -> Result<(), ApiError> {
    for name in ["mirror", "sources"] {
        for origin in objects(fields.get_mut(name)) {
            json::fold(origin, &[&FIELDS], strict)?;
            for (name, known) in INSIDE {
                for inner in objects(origin.get_mut(name)) {
                    json::fold(inner, &[known], strict)?;
                }
            }
        }
    }
    Ok(())
}

/// An object, or those in a list.
fn objects(value: Option<&mut Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    let list: Vec<&mut Value> = match value {
        Some(Value::Array(list)) => list.iter_mut().collect(),
        other => other.into_iter().collect(),
    };
    list.into_iter().filter_map(Value::as_object_mut)
}

impl StreamSource {
    /// What tells it from other sources of a stream, and stands at the head of `Nats-Stream-Source`: name, filters, destinations.
    pub(crate) fn index(&self) -> [String; 3] {
        let or_all = |text: &str| {
            if text.is_empty() {
                ">".to_owned()
            } else {
                text.to_owned()
            }
        };
        let mut name = self.name.clone();
        if let Some(external) = &self.external {
            name += &format!(":{}", identity::of(external.api.as_bytes()));
        }
        if let Some(consumer) = &self.consumer {
            name += &format!(":C={}", identity::of(consumer.name.as_bytes()));
        }
        if self.subject_transforms.is_empty() {
            return [name, or_all(&self.filter_subject), ">".to_owned()];
        }
        let join = |part: fn(&SubjectTransform) -> &str| {
            let parts: Vec<_> = self
                .subject_transforms
                .iter()
                .map(|it| or_all(part(it)))
                .collect();
            parts.join(FILTERS_BETWEEN)
        };
        [name, join(|it| &it.src), join(|it| &it.dest)]
    }

    /// Whether it is a stream of this server's JetStream.
    pub(crate) fn is_here(&self, domain: Option<&str>) -> bool {
        match (&self.external, domain) {
            (None, _) => true,
            (Some(external), Some(domain)) => external.api == format!("$JS.{domain}.API"),
            (Some(_), None) => false,
        }
    }

    /// A consumer that was made for it says itself where to begin, and with what.
    fn check_consumer(&self, invalid: ApiError) -> Result<(), ApiError> {
        let begins = self.opt_start_seq > 0 || self.opt_start_time.is_some();
        match &self.consumer {
            Some(it) if begins || !self.filter_subject.is_empty() || !it.is_valid() => Err(invalid),
            _ => Ok(()),
        }
    }

    fn has_valid_name(&self) -> bool {
        is_valid_name(&self.name) && !self.name.contains(['/', '\\'])
    }

    /// Checks filter and transforms; `as_mirror` chooses the errors, and how much may overlap.
    fn check_filters(&self, as_mirror: bool) -> Result<(), ApiError> {
        let pick = |mirror: ApiError, source: ApiError| if as_mirror { mirror } else { source };
        if !self.filter_subject.is_empty() && !self.subject_transforms.is_empty() {
            return Err(pick(MIRROR_MULTIPLE_FILTERS, SOURCE_MULTIPLE_FILTERS));
        }
        for (at, it) in self.subject_transforms.iter().enumerate() {
            if !it.src.is_empty() && Filter::parse(&it.src).is_err() {
                let (kind, error) = if as_mirror {
                    ("mirror", MIRROR_INVALID_SUBJECT_FILTER)
                } else {
                    ("source", SOURCE_INVALID_SUBJECT_FILTER)
                };
                return Err(error.says(format!(
                    "{kind} transform source: invalid subject {}",
                    it.src
                )));
            }
            if !it.dest.is_empty()
                && let Err(fault) = config::transform(&it.src, &it.dest)
            {
                return Err(match as_mirror {
                    true => MIRROR_INVALID_TRANSFORM.says(format!("mirror transform: {fault}")),
                    false => SOURCE_INVALID_TRANSFORM.says(format!("source transform: {fault}")),
                });
            }
            let clashes = |other: &SubjectTransform| {
                let (a, b) = (it.src.as_bytes(), other.src.as_bytes());
                if as_mirror {
                    overlaps(a, b)
                } else {
                    is_subset(a, b) || is_subset(b, a)
                }
            };
            if self.subject_transforms[..at].iter().any(clashes) {
                return Err(pick(MIRROR_OVERLAPPING_FILTERS, SOURCE_OVERLAPPING_FILTERS));
            }
        }
        if !self.filter_subject.is_empty() && Filter::parse(&self.filter_subject).is_err() {
            let of = if as_mirror {
                "the mirror"
            } else {
                "the source:"
            };
            let text = format!(
                "subject filter '{}' for {of} invalid subject",
                self.filter_subject
            );
            return Err(STREAM_CREATE.says(text));
        }
        Ok(())
    }
}

impl StreamConfig {
    /// Whether it takes messages from other streams.
    pub(crate) fn has_origins(&self) -> bool {
        self.mirror.is_some() || !self.sources.is_empty()
    }

    /// All origins, a mirror's one or the sources.
    pub(crate) fn origins(&self) -> impl Iterator<Item = &StreamSource> {
        self.mirror.as_deref().into_iter().chain(&self.sources)
    }

    /// Refuses origins that can't be; `find` gives the configurations of the streams there are. A mirror inherits whether its origin
    /// answers direct gets.
    pub(crate) fn check_origins<'a>(
        &mut self,
        pedantic: bool,
        find: &dyn Fn(&str) -> Option<&'a StreamConfig>,
    ) -> Result<(), ApiError> {
        self.check_mirror(pedantic, find)?;
        self.check_sources(find)?;
        self.check_externals(find)?;
        self.check_cycles(find)
    }

    fn check_mirror<'a>(
        &mut self,
        pedantic: bool,
        find: &dyn Fn(&str) -> Option<&'a StreamConfig>,
    ) -> Result<(), ApiError> {
        let Some(mirror) = &self.mirror else {
            return Ok(());
        };
        if self.first_seq > 0 {
            return Err(MIRROR_WITH_FIRST_SEQ);
        }
        if !self.subjects.is_empty() {
            return Err(MIRROR_WITH_SUBJECTS);
        }
        if !self.sources.is_empty() {
            return Err(MIRROR_WITH_SOURCES);
        }
        if self.subject_delete_marker_ttl > 0 {
            return Err(STREAM_INVALID_CONFIG.says("subject delete markers forbidden on mirrors"));
        }
        mirror.check_consumer(MIRROR_CONSUMER_INVALID)?;
        mirror.check_filters(true)?;
        if mirror.external.is_some() {
            return Ok(());
        }
        if !mirror.has_valid_name() {
            return Err(MIRROR_INVALID_STREAM_NAME);
        }
        let Some(origin) = find(&mirror.name) else {
            return Ok(());
        };
        if self.holds_less_than(origin) {
            return Err(MIRROR_MAX_MESSAGE_SIZE_TOO_BIG);
        }
        if pedantic && self.mirror_direct != origin.allow_direct {
            return Err(PEDANTIC
                .says("pedantic mode: origin stream has direct get set, mirror has it disabled"));
        }
        self.mirror_direct = origin.allow_direct;
        Ok(())
    }

    fn holds_less_than(&self, origin: &Self) -> bool {
        self.max_msg_size > 0 && origin.max_msg_size > self.max_msg_size
    }

    fn check_sources<'a>(
        &self,
        find: &dyn Fn(&str) -> Option<&'a StreamConfig>,
    ) -> Result<(), ApiError> {
        let (mut known, mut consumers) = (BTreeSet::new(), BTreeSet::new());
        for source in &self.sources {
            if !source.has_valid_name() {
                return Err(SOURCE_INVALID_STREAM_NAME);
            }
            if !known.insert(source.index()) {
                return Err(SOURCE_DUPLICATE_DETECTED);
            }
            source.check_filters(false)?;
            source.check_consumer(SOURCE_CONSUMER_INVALID)?;
            let [name, ..] = source.index();
            if source.consumer.is_some() && !consumers.insert(name) {
                return Err(SOURCE_CONSUMER_DUPLICATE);
            }
            if source.external.is_none()
                && find(&source.name).is_some_and(|origin| self.holds_less_than(origin))
            {
                return Err(SOURCE_MAX_MESSAGE_SIZE_TOO_BIG);
            }
        }
        Ok(())
    }

    fn check_externals<'a>(
        &self,
        find: &dyn Fn(&str) -> Option<&'a StreamConfig>,
    ) -> Result<(), ApiError> {
        let here = self.origins().filter(|origin| origin.external.is_none());
        let subjects: Vec<&String> = here
            .filter_map(|origin| find(&origin.name))
            .flat_map(|origin| &origin.subjects)
            .collect();
        for external in self.origins().filter_map(|origin| origin.external.as_ref()) {
            let ExternalStream { api, deliver } = external;
            if !deliver.is_empty() && Subject::parse(deliver).is_err() {
                return Err(STREAM_INVALID_EXTERNAL_DELIVER.says(format!(
                    "stream external delivery prefix {deliver} must not contain wildcards"
                )));
            }
            let covered = |subject: &&&String| {
                overlaps(
                    subject.as_bytes(),
                    format!("{deliver}.{subject}").as_bytes(),
                )
            };
            if !deliver.is_empty()
                && let Some(subject) = subjects.iter().find(covered)
            {
                return Err(STREAM_EXTERNAL_DELIVER_OVERLAP.says(format!(
                    "stream external delivery prefix {deliver} overlaps with stream subject {subject}"
                )));
            }
            if !api.is_empty() && Subject::parse(api).is_err() {
                return Err(STREAM_INVALID_CONFIG.says(format!(
                    "stream external api prefix {api:?} must be a valid subject without wildcards"
                )));
            }
            if api == API {
                return Err(STREAM_EXTERNAL_API_OVERLAP.says(format!(
                    "stream external api prefix {api} must not overlap with {API}"
                )));
            }
        }
        Ok(())
    }

    /// A message must not come back to where it was taken from.
    fn check_cycles<'a>(
        &self,
        find: &dyn Fn(&str) -> Option<&'a StreamConfig>,
    ) -> Result<(), ApiError> {
        let cycle = || Err(STREAM_INVALID_CONFIG.says("detected cycle"));
        let mut seen = BTreeSet::new();
        let mut visit = std::collections::VecDeque::from([self]);
        while let Some(config) = visit.pop_front() {
            seen.insert(config.name.clone());
            for source in config
                .sources
                .iter()
                .filter(|source| source.external.is_none())
            {
                if seen.contains(&source.name) {
                    let filter = source.filter_subject.as_bytes();
                    let comes_back = |subject: &String| overlaps(subject.as_bytes(), filter);
                    if filter.is_empty() || config.subjects.iter().any(comes_back) {
                        return cycle();
                    }
                } else {
                    visit.extend(find(&source.name));
                }
            }
            if let Some(mirror) = config
                .mirror
                .as_ref()
                .filter(|mirror| mirror.external.is_none())
            {
                if seen.contains(&mirror.name) {
                    return cycle();
                }
                visit.extend(find(&mirror.name));
            }
        }
        Ok(())
    }
}
