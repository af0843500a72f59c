//! What monitoring sees.

use crate::config::Storage;
use crate::consumer::Consumer;
use crate::info::API_LEVEL;
use crate::stream::{SourceInfo, Stream};
use crate::tasks::{Slice, StreamRef};
use crate::time::Time;
use crate::{AccountId, JetStream};
use serde::Serialize;
use serde_json::{Value, json};

/// What a report should tell.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Only this account.
    pub account: Option<AccountId>,
    /// Streams too.
    pub streams: bool,
    /// Their consumers too.
    pub consumers: bool,
    /// Configurations too.
    pub config: bool,
}

impl Detail {
    pub(crate) fn account(account: AccountId) -> Self {
        Self {
            account: Some(account),
            ..Self::default()
        }
    }
}

/// All accounts.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In no particular order.
    pub accounts: Vec<AccountReport>,
}

/// One account.
#[derive(Clone, Debug, Default)]
pub struct AccountReport {
    /// Its name.
    pub name: String,
    /// Bytes in memory.
    pub memory: u64,
    /// Bytes on the disk.
    pub storage: u64,
    /// Bytes that streams reserved in memory.
    pub reserved_memory: u64,
    /// Bytes that streams reserved on the disk.
    pub reserved_storage: u64,
    /// Streams.
    pub stream_count: u64,
    /// Consumers.
    pub consumer_count: u64,
    /// Messages.
    pub messages: u64,
    /// API requests.
    pub api_total: u64,
    /// Refused API requests.
    pub api_errors: u64,
    /// What it may take.
    pub limits: crate::AccountLimits,
    /// If asked for.
    pub streams: Vec<StreamReport>,
}

/// One stream, as `/jsz` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct StreamReport {
    name: String,
    created: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<crate::StreamConfig>,
    state: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    consumer_detail: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mirror: Option<SourceInfo>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<SourceInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    damage: Vec<String>,
}

/// Findings that one answer tells at most.
const DAMAGE_MAX: usize = 100;

impl AccountReport {
    /// The fields of `$JS.API.INFO`.
    pub(crate) fn info(&self, domain: Option<&str>) -> Value {
        let limit = |limit: Option<u64>| limit.map_or(json!(-1), |limit| json!(limit));
        let limits = &self.limits;
        let mut info = json!({
            "memory": self.memory,
            "storage": self.storage,
            "reserved_memory": self.reserved_memory,
            "reserved_storage": self.reserved_storage,
            "streams": self.stream_count,
            "consumers": self.consumer_count,
            "limits": {
                "max_memory": limit(limits.max_memory),
                "max_storage": limit(limits.max_storage),
                "max_streams": limit(limits.max_streams),
                "max_consumers": limit(limits.max_consumers),
                "max_ack_pending": limit(limits.max_ack_pending),
                "memory_max_stream_bytes": limit(limits.memory_max_stream_bytes),
                "storage_max_stream_bytes": limit(limits.storage_max_stream_bytes),
                "max_bytes_required": limits.max_bytes_required,
            },
            "api": {"level": API_LEVEL, "total": self.api_total, "errors": self.api_errors},
        });
        if let Some(domain) = domain {
            info["domain"] = domain.into();
        }
        info
    }
}

/// A report that is being made, a slice at a time: an account may have a million consumers, and others are served in between.
///
/// What is told of a stream is of the moment when its turn came; what is made meanwhile may be missing.
pub struct Reporting {
    detail: Detail,
    report: Report,
    /// Streams, each with the number of its account's report.
    streams: Vec<(usize, StreamRef)>,
    /// The stream that is next.
    at: usize,
    /// The name of its last consumer that was told; empty: of the stream itself that was; `None`: nothing was.
    consumer: Option<String>,
}

impl Reporting {
    /// What was told.
    #[must_use]
    pub fn finish(self) -> Report {
        self.report
    }
}

impl JetStream {
    /// What is there, all at once.
    #[must_use]
    pub fn report(&self, detail: &Detail, now: u64) -> Report {
        let mut reporting = self.begin_report(detail);
        while !self.go_on_with_report(&mut reporting, now) {}
        reporting.finish()
    }

    /// Begins to tell what is there.
    #[must_use]
    pub fn begin_report(&self, detail: &Detail) -> Reporting {
        let wanted = self.accounts.values();
        let wanted = wanted.filter(|account| detail.account.is_none_or(|id| id == account.id));
        let (mut report, mut streams) = (Report::default(), Vec::new());
        for (number, account) in wanted.enumerate() {
            report.accounts.push(AccountReport {
                name: account.name.clone(),
                api_total: account.api.total,
                api_errors: account.api.errors,
                limits: account.limits.clone(),
                ..AccountReport::default()
            });
            streams.extend(account.streams.values().filter_map(|index| {
                let token = self.streams[*index].as_deref()?.token;
                let index = *index;
                Some((number, StreamRef { index, token }))
            }));
        }
        Reporting {
            detail: detail.clone(),
            report,
            streams,
            at: 0,
            consumer: None,
        }
    }

    /// Tells of some streams and consumers more. True when all were told.
    pub fn go_on_with_report(&self, reporting: &mut Reporting, now: u64) -> bool {
        let Reporting {
            detail,
            report,
            streams,
            at,
            consumer,
        } = reporting;
        let mut slice = Slice::new();
        while let Some((number, place)) = streams.get(*at) {
            if slice.is_spent() {
                return false;
            }
            if let Some(stream) = self.stream_at(*place)
                && !self.report_stream(
                    stream,
                    detail,
                    (&mut report.accounts[*number], consumer),
                    now,
                    &mut slice,
                )
            {
                return false;
            }
            (*at, *consumer) = (*at + 1, None);
        }
        true
    }

    /// Tells of a stream and its consumers until the slice is spent. True when all was told.
    fn report_stream(
        &self,
        stream: &Stream,
        detail: &Detail,
        (report, last): (&mut AccountReport, &mut Option<String>),
        now: u64,
        slice: &mut Slice,
    ) -> bool {
        let is_detailed = detail.streams || detail.consumers;
        if last.is_none() {
            slice.touch(0);
            report.add(stream);
            if is_detailed {
                let subjects = stream.config.subjects.iter().filter(|_| detail.config);
                subjects.for_each(|subject| slice.touch(subject.len()));
                report.streams.push(self.shown(stream, detail, now));
            }
        }
        let shown = report.streams.last_mut();
        let Some(shown) = shown.filter(|_| detail.consumers) else {
            return true;
        };
        let last = last.get_or_insert_default();
        for consumer in stream.consumers.after(last) {
            if slice.is_spent() {
                return false;
            }
            slice.touch(0);
            consumer.name().clone_into(last);
            if !consumer.config.direct {
                let info = report_consumer(consumer, detail, now);
                shown.consumer_detail.push(info);
            }
        }
        true
    }

    fn shown(&self, stream: &Stream, detail: &Detail, now: u64) -> StreamReport {
        let (mirror, sources) = self.origins_of(stream, now);
        StreamReport {
            name: stream.config.name.clone(),
            created: Time(stream.created),
            config: detail.config.then(|| stream.config.clone()),
            state: json!(stream.listed_state()),
            consumer_detail: Vec::new(),
            mirror,
            sources,
            why: stream.why(),
            damage: self.damage_of(stream),
        }
    }

    /// What the log found broken, each with its place, and the streams that stopped writing alone; a crash's usual traces aside.
    #[must_use]
    pub fn damage(&self) -> Vec<String> {
        let mut damage = self.damage_where(|_| true);
        if self.store.failure().is_none() {
            let known = self.accounts.values().flat_map(|of| of.streams.values());
            let streams = known.filter_map(|index| self.streams[*index].as_ref());
            let stopped =
                streams.filter_map(|stream| Some((stream.log.name(), stream.log.failure()?)));
            damage.extend(
                stopped.map(|(name, failure)| format!("stream {name}: {}", failure.notice())),
            );
        }
        damage
    }

    /// Why a stream takes no messages, if it stopped writing.
    #[must_use]
    pub fn stop_notice(&self, account: AccountId, stream: &str) -> Option<String> {
        let failure = self.stream(account, stream)?.log.failure()?;
        Some(failure.notice())
    }

    pub(crate) fn damage_of(&self, stream: &Stream) -> Vec<String> {
        self.damage_where(|of| of == Some(stream.log.id()))
    }

    fn damage_where(&self, of: impl Fn(Option<u64>) -> bool) -> Vec<String> {
        let found = self.store.damage();
        let told = found
            .iter()
            .filter(|it| !it.kind.is_trace_of_a_crash() && of(it.stream));
        told.take(DAMAGE_MAX).map(ToString::to_string).collect()
    }

    /// Whether a stream, or a consumer of it, is there.
    #[must_use]
    pub fn knows(&self, account: AccountId, stream: &str, consumer: Option<&str>) -> bool {
        self.stream(account, stream)
            .is_some_and(|stream| consumer.is_none_or(|name| stream.consumers.contains(name)))
    }
}

impl AccountReport {
    fn add(&mut self, stream: &Stream) {
        let stats = stream.log.stats();
        let reserved = u64::try_from(stream.config.max_bytes).unwrap_or(0);
        match stream.config.storage {
            Storage::File => {
                self.storage += stream.used(Storage::File);
                self.reserved_storage += reserved;
            }
            Storage::Memory => {
                self.memory += stream.used(Storage::Memory);
                self.reserved_memory += reserved;
            }
        }
        self.stream_count += 1;
        self.consumer_count += stream.consumers.listed() as u64;
        self.messages += stats.msgs;
    }
}

fn report_consumer(consumer: &Consumer, detail: &Detail, now: u64) -> Value {
    let mut info = json!(consumer.listed(now));
    if !detail.config
        && let Some(info) = info.as_object_mut()
    {
        info.remove("config");
    }
    info
}
