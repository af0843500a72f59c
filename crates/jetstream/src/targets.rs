//! Where a definition may have messages sent: never to the server's own subjects, and nowhere that its author may not send to himself.
//!
//! A destination with wildcards is judged by the filter of all that it can become. It is the server's own when all of that is; where only a
//! part is, the messages go out and nobody acts on them, since requests have clients as senders ([`Origin`](crate::Origin)).

use crate::api::Ask;
use crate::config::StreamConfig;
use crate::consumer::ConsumerConfig;
use crate::error::{
    CONSUMER_INVALID_DELIVER_SUBJECT, MIRROR_CONSUMER_INVALID, MIRROR_INVALID_TRANSFORM,
    SNAPSHOT_DELIVER_SUBJECT_INVALID, SOURCE_CONSUMER_INVALID, SOURCE_INVALID_TRANSFORM,
    STREAM_INVALID_CONFIG, STREAM_TRANSFORM_INVALID_DESTINATION,
};
use crate::{ApiError, Client, config};
use midge_subject::is_subset;

/// Subjects that the server acts on, here and elsewhere in a cluster.
const OWN: [&str; 9] = [
    "$JS.API.>",
    "$JS.*.API.>",
    "$JS.ACK.>",
    "$JS.FC.>",
    "$SYS.>",
    "_R_.>",
    "_GR_.>",
    "$GR.>",
    "$NRG.>",
];

/// A place in a definition that names one.
struct Target {
    error: ApiError,
    what: &'static str,
    /// All that it can become, as a filter.
    reach: Vec<u8>,
}

impl Target {
    fn new(error: ApiError, what: &'static str, reach: impl Into<Vec<u8>>) -> Self {
        let reach = reach.into();
        Self { error, what, reach }
    }

    /// Where a transform leads; `None`: nowhere else, or it isn't one.
    fn of(error: ApiError, what: &'static str, src: &str, dest: &str) -> Option<Self> {
        let transform = config::transform(src, dest).ok()?;
        (!dest.is_empty()).then(|| Self::new(error, what, transform.reach()))
    }

    /// `known`: it stands there already, and somebody who might put it there.
    fn check(self, author: Client<'_>, known: bool) -> Result<(), ApiError> {
        let is_own = |own: &&str| is_subset(&self.reach, own.as_bytes());
        let why = match () {
            () if OWN.iter().any(is_own) => "is for the server alone",
            () if !known && !author.may_target(&self.reach) => "is not permitted",
            () => return Ok(()),
        };
        let reach = String::from_utf8_lossy(&self.reach);
        Err(self.error.says(format!("{}: {reach} {why}", self.what)))
    }
}

impl StreamConfig {
    /// Refuses a definition that sends messages where they may not go; `old` is what it replaces.
    pub(crate) fn check_targets(
        &self,
        author: Client<'_>,
        old: Option<&Self>,
    ) -> Result<(), ApiError> {
        let known: Vec<Target> = old.map(Self::targets).unwrap_or_default();
        self.targets().into_iter().try_for_each(|target| {
            let known = known.iter().any(|other| other.reach == target.reach);
            target.check(author, known)
        })
    }

    fn targets(&self) -> Vec<Target> {
        let transform = self.subject_transform.iter().filter_map(|it| {
            let error = STREAM_TRANSFORM_INVALID_DESTINATION;
            Target::of(error, "stream transform", &it.src, &it.dest)
        });
        let republish = self.republish.iter().filter_map(|it| {
            let what = "stream configuration for republish";
            Target::of(STREAM_INVALID_CONFIG, what, &it.src, &it.dest)
        });
        let (what, error, consumer) = match &self.mirror {
            Some(_) => (
                "mirror transform",
                MIRROR_INVALID_TRANSFORM,
                MIRROR_CONSUMER_INVALID,
            ),
            None => (
                "source transform",
                SOURCE_INVALID_TRANSFORM,
                SOURCE_CONSUMER_INVALID,
            ),
        };
        let origins = self.origins().flat_map(|origin| {
            let transforms = origin.subject_transforms.iter();
            let transforms = transforms
                .filter_map(|it| Target::of(error.clone(), what, &it.src, &it.dest))
                .collect::<Vec<_>>();
            let feeds = origin.consumer.iter().map(|it| {
                let deliver = it.deliver_subject.as_str();
                Target::new(consumer.clone(), "deliver subject", deliver)
            });
            transforms.into_iter().chain(feeds)
        });
        transform.chain(republish).chain(origins).collect()
    }
}

impl ConsumerConfig {
    /// The same for a consumer.
    pub(crate) fn check_targets(
        &self,
        author: Client<'_>,
        old: Option<&Self>,
    ) -> Result<(), ApiError> {
        if self.is_pull() {
            return Ok(());
        }
        let known = old.is_some_and(|old| old.deliver_subject == self.deliver_subject);
        let deliver = self.deliver_subject.as_str();
        Target::new(CONSUMER_INVALID_DELIVER_SUBJECT, "deliver subject", deliver)
            .check(author, known)
    }
}

impl Ask<'_> {
    /// Refuses to send an archive where it may not go.
    pub(crate) fn check_archive_target(&self, deliver: &str) -> Result<(), ApiError> {
        Target::new(SNAPSHOT_DELIVER_SUBJECT_INVALID, "deliver subject", deliver)
            .check(self.client, false)
    }
}
