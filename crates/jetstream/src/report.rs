//! What monitoring sees.

use crate::config::Storage;
use crate::info::{API_LEVEL, StreamInfo, StreamState};
use crate::stream::{SourceInfo, Stream};
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

impl JetStream {
    /// What is there.
    #[must_use]
    pub fn report(&self, detail: &Detail, now: u64) -> Report {
        let wanted = self
            .accounts
            .values()
            .filter(|account| detail.account.is_none_or(|id| id == account.id));
        let accounts = wanted.map(|account| {
            let mut report = AccountReport {
                name: account.name.clone(),
                api_total: account.api.total,
                api_errors: account.api.errors,
                limits: account.limits.clone(),
                ..AccountReport::default()
            };
            for stream in account
                .streams
                .values()
                .filter_map(|index| self.streams[*index].as_ref())
            {
                report.add(stream);
                if detail.streams || detail.consumers {
                    let info = self.listed_info(stream, now);
                    report.streams.push(shown(stream, &info, detail, now));
                }
            }
            report
        });
        Report {
            accounts: accounts.collect(),
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
        self.consumer_count += stream.listed_consumers().count() as u64;
        self.messages += stats.msgs;
    }
}

fn shown(stream: &Stream, info: &StreamInfo, detail: &Detail, now: u64) -> StreamReport {
    let consumers = stream
        .listed_consumers()
        .filter(|_| detail.consumers)
        .map(|consumer| {
            let mut info = json!(consumer.listed(now));
            if !detail.config
                && let Some(info) = info.as_object_mut()
            {
                info.remove("config");
            }
            info
        });
    let state: &StreamState = &info.state;
    StreamReport {
        name: stream.config.name.clone(),
        created: info.created,
        config: detail.config.then_some(info.config.clone()),
        state: json!(state),
        consumer_detail: consumers.collect(),
        mirror: info.mirror.clone(),
        sources: info.sources.clone(),
        why: info.why.clone(),
        damage: info.damage.clone(),
    }
}
