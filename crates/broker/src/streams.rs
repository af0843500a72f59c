//! JetStream as a part of the broker: started, reloaded, stopped, and what monitoring asks of it.

use crate::error::Error;
use midge_conf::{
    AccountJetStream, JetStream as Configured, JetStreamBatchLimits, Options, Secret, StoreCipher,
    SyncInterval,
};
use midge_drive::{Drive, store_folder, temporary_folder};
use midge_jetstream::{AccountId, AccountLimits, BatchLimits, Detail, JetStream, Report};
use midge_monitor::{HealthCheck, Unhealthy};
use midge_router::{Account, Router};
use midge_streamlog::{Cipher, Key, Policy, StoreOptions};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The JetStream API level of this server.
const API_LEVEL: u32 = 5;
/// What the reference calls its default bound of consumers per stream.
const DEFAULT_MAX_CONSUMERS: u64 = 1000;
/// Part of what the machine has that streams may take, in percent.
const SHARE: u64 = 75;

/// A running JetStream and its accounts.
pub(crate) struct Streams {
    drive: Mutex<Option<Drive>>,
    accounts: Mutex<HashMap<String, Served>>,
    folder: PathBuf,
    capacity: Capacity,
}

/// An account as the drive knows it.
#[derive(Clone, Copy)]
struct Served {
    id: AccountId,
    /// It has JetStream; others are told that they haven't.
    enabled: bool,
}

/// How much streams may take.
#[derive(Clone, Copy)]
struct Capacity {
    memory: u64,
    storage: u64,
}

impl Streams {
    /// Opens the store and serves JetStream in the accounts that have it.
    pub(crate) fn start(
        server: &str,
        options: &Options,
        router: &Router,
        next_sink: impl Fn() -> u64,
    ) -> Result<Self, Error> {
        let configured = &options.jetstream;
        tracing::info!("Starting JetStream");
        let folder = configured.store_dir.clone().unwrap_or_else(|| {
            tracing::warn!("Temporary storage directory used, data could be lost on system reboot");
            temporary_folder()
        });
        let mut drive = Drive::start(midge_drive::Settings {
            folder: folder.clone(),
            store: store_options(configured),
            jetstream: midge_jetstream::Settings {
                server: server.to_owned(),
                domain: configured.domain.clone(),
                strict: configured.strict,
                policy: policy(configured.sync_interval),
                cipher: cipher(configured),
                batches: batches(&configured.limits.batch),
                ..midge_jetstream::Settings::default()
            },
            seed: getrandom::u64().map_err(std::io::Error::other)?,
        })?;
        let capacity = Capacity::of(configured, &folder);
        announce(configured, &store_folder(&folder), capacity);
        let mut accounts = HashMap::new();
        for (name, wish) in accounts_of(options) {
            let account = router.account(name);
            let limits = wish.map(|wish| capacity.limits(wish, configured));
            let served = Served::open(&mut drive, router, &account, next_sink(), limits);
            accounts.insert(name.to_owned(), served);
        }
        Ok(Self {
            drive: Mutex::new(Some(drive)),
            accounts: Mutex::new(accounts),
            folder: store_folder(&folder),
            capacity,
        })
    }

    /// Opens and closes accounts as new options want it.
    pub(crate) fn reload(&self, options: &Options, router: &Router, next_sink: impl Fn() -> u64) {
        let mut drive = self.drive.lock();
        let Some(drive) = drive.as_mut() else {
            return;
        };
        let wanted: Vec<_> = accounts_of(options).collect();
        let mut accounts = self.accounts.lock();
        accounts.retain(|name, served| {
            let stays = wanted
                .iter()
                .any(|(wanted, wish)| wanted == name && wish.is_some() == served.enabled);
            if !stays {
                drive.close_account(served.id);
            }
            stays
        });
        for (name, wish) in wanted {
            let limits = wish.map(|wish| self.capacity.limits(wish, &options.jetstream));
            match (accounts.get(name), limits) {
                (Some(served), Some(limits)) => {
                    let id = served.id;
                    drive.with(move |jetstream, _| jetstream.limit_account(id, limits));
                }
                (Some(_), None) => {}
                (None, limits) => {
                    let account = router.account(name);
                    let served = Served::open(drive, router, &account, next_sink(), limits);
                    accounts.insert(name.to_owned(), served);
                }
            }
        }
    }

    /// Ends it; what was acknowledged is on the disk.
    pub(crate) fn stop(&self) {
        let drive = self.drive.lock().take();
        if let Some(drive) = drive {
            drive.stop();
        }
    }

    /// What is there, told in slices: others are served in between.
    fn report(&self, detail: &Detail) -> Report {
        let Some(mut reporting) = self.with(|jetstream, _| jetstream.begin_report(detail)) else {
            return Report::default();
        };
        while self.with(|it, now| it.go_on_with_report(&mut reporting, now)) == Some(false) {}
        reporting.finish()
    }

    /// Does something with JetStream between two turns; `None` when it is stopping.
    fn with<R>(&self, work: impl FnOnce(&mut JetStream, u64) -> R) -> Option<R> {
        let drive = self.drive.lock();
        drive.as_ref()?.with(work)
    }

    /// Whether JetStream is on in an account.
    pub(crate) fn serves(&self, account: &str) -> bool {
        let accounts = self.accounts.lock();
        accounts.get(account).is_some_and(|served| served.enabled)
    }

    /// The `jetstream` of `/varz`.
    pub(crate) fn varz(&self, configured: &Configured) -> Map<String, Value> {
        let report = self.report(&Detail::default());
        object(json!({
            "config": self.config(configured),
            "stats": sums(&report),
            "limits": {"default_max_consumers": DEFAULT_MAX_CONSUMERS},
        }))
    }

    fn config(&self, configured: &Configured) -> Value {
        let mut config = json!({
            "max_memory": self.capacity.memory,
            "max_storage": self.capacity.storage,
            "store_dir": self.folder,
            "strict": configured.strict,
        });
        match policy(configured.sync_interval) {
            Policy::Always => config["sync_always"] = true.into(),
            Policy::Interval(every) => config["sync_interval"] = json!(every.as_nanos() as u64),
        }
        if let Some(domain) = &configured.domain {
            config["domain"] = domain.as_str().into();
        }
        config
    }

    /// The answer of `/jsz`, but for what all answers have.
    pub(crate) fn jsz(
        &self,
        configured: &Configured,
        query: &[(String, String)],
    ) -> Map<String, Value> {
        let text = |name: &str| {
            query
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let flag = |name: &str| {
            text(name)
                .is_some_and(|value| matches!(value, "1" | "true" | "TRUE" | "True" | "t" | "T"))
        };
        let number = |name: &str, usual: usize| {
            text(name)
                .and_then(|value| value.parse().ok())
                .unwrap_or(usual)
        };
        let detail = Detail {
            account: None,
            streams: flag("streams"),
            consumers: flag("consumers"),
            config: flag("config"),
        };
        let wanted = text("acc").filter(|name| !name.is_empty());
        let listed = flag("accounts") || detail.streams || detail.consumers || wanted.is_some();
        let mut report = self.report(&detail);
        let mut answer = sums(&report);
        let sum = |of: fn(&midge_jetstream::AccountReport) -> u64| {
            report.accounts.iter().map(of).sum::<u64>()
        };
        answer.extend(object(json!({
            "config": self.config(configured),
            "limits": {"default_max_consumers": DEFAULT_MAX_CONSUMERS},
            "streams": sum(|account| account.stream_count),
            "consumers": sum(|account| account.consumer_count),
            "messages": sum(|account| account.messages),
            "bytes": sum(|account| account.storage + account.memory),
        })));
        let total = report.accounts.len();
        if listed {
            report.accounts.sort_by(|a, b| a.name.cmp(&b.name));
            let shown = report
                .accounts
                .iter()
                .filter(|account| wanted.is_none_or(|name| name == account.name));
            let shown: Vec<_> = shown
                .skip(number("offset", 0))
                .take(number("limit", 1024))
                .map(account_detail)
                .collect();
            if !shown.is_empty() {
                answer.insert("account_details".into(), shown.into());
            }
        }
        answer.insert("total".into(), total.into());
        let damage = self.damage();
        if !damage.is_empty() {
            answer.insert("damage".into(), damage.into());
        }
        let stopped = self
            .drive
            .lock()
            .as_ref()
            .and_then(|drive| self.stop_notice(drive));
        if let Some(notice) = stopped {
            answer.insert("stopped".into(), notice.into());
        }
        answer
    }

    /// Why nothing more is written, what still works and what has to be done, if so.
    fn stop_notice(&self, drive: &Drive) -> Option<String> {
        let failure = drive.store().failure()?;
        Some(format!(
            "JetStream in {}: {}",
            self.folder.display(),
            failure.notice()
        ))
    }

    /// What the log found broken.
    pub(crate) fn damage(&self) -> Vec<String> {
        let found = self.with(|it, _| it.damage());
        found.unwrap_or_default()
    }

    /// How often JetStream stood still and was woken, by kind.
    pub(crate) fn alarms(&self) -> Vec<(&'static str, u64)> {
        let drive = self.drive.lock();
        let alarms = drive.as_ref().map(midge_drive::Drive::alarms);
        alarms.map_or(Vec::new(), Vec::from)
    }

    /// Whether what a probe asks about is there and takes writes.
    pub(crate) fn health(&self, check: &HealthCheck) -> Result<(), Unhealthy> {
        let drive = self.drive.lock();
        let Some(drive) = drive.as_ref() else {
            return Err(unhealthy(
                503,
                "JetStream is not running".into(),
                "JETSTREAM",
            ));
        };
        if let Some(notice) = self.stop_notice(drive) {
            return Err(unhealthy(503, notice, "JETSTREAM"));
        }
        let Some(name) = &check.account else {
            return Ok(());
        };
        let served = self.accounts.lock().get(name).copied();
        let Some(id) = served
            .filter(|served| served.enabled)
            .map(|served| served.id)
        else {
            return Err(unhealthy(
                404,
                format!("JetStream account {name:?} not found"),
                "ACCOUNT",
            ));
        };
        let (Some(stream), consumer) = (check.stream.clone(), check.consumer.clone()) else {
            return Ok(());
        };
        let knows = |stream: String, consumer: Option<String>| {
            drive.with(move |jetstream, _| jetstream.knows(id, &stream, consumer.as_deref()))
                == Some(true)
        };
        if !knows(stream.clone(), None) {
            let text = format!("JetStream stream {stream:?} not found on account {name:?}");
            return Err(unhealthy(404, text, "STREAM"));
        }
        let asked = stream.clone();
        let stopped = drive.with(move |jetstream, _| jetstream.stop_notice(id, &asked));
        if let Some(notice) = stopped.flatten() {
            let text = format!("JetStream stream {stream:?} on account {name:?}: {notice}");
            return Err(unhealthy(503, text, "STREAM"));
        }
        match consumer {
            Some(consumer) if !knows(stream.clone(), Some(consumer.clone())) => {
                let text = format!(
                    "JetStream consumer {consumer:?} not found for stream {stream:?} on account {name:?}"
                );
                Err(unhealthy(404, text, "CONSUMER"))
            }
            _ => Ok(()),
        }
    }
}

fn unhealthy(status: u16, error: String, kind: &'static str) -> Unhealthy {
    Unhealthy {
        status,
        error,
        kind,
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// What all accounts use together.
fn sums(report: &Report) -> Map<String, Value> {
    let sum = |of: fn(&midge_jetstream::AccountReport) -> u64| {
        report.accounts.iter().map(of).sum::<u64>()
    };
    object(json!({
        "memory": sum(|account| account.memory),
        "storage": sum(|account| account.storage),
        "reserved_memory": sum(|account| account.reserved_memory),
        "reserved_storage": sum(|account| account.reserved_storage),
        "accounts": report.accounts.len(),
        "ha_assets": 0,
        "api": {
            "level": API_LEVEL,
            "total": sum(|account| account.api_total),
            "errors": sum(|account| account.api_errors),
        },
    }))
}

fn account_detail(account: &midge_jetstream::AccountReport) -> Value {
    let mut detail = json!({
        "name": account.name,
        "id": account.name,
        "memory": account.memory,
        "storage": account.storage,
        "reserved_memory": account.reserved_memory,
        "reserved_storage": account.reserved_storage,
        "accounts": 0,
        "ha_assets": 0,
        "api": {"level": 0, "total": account.api_total, "errors": account.api_errors},
    });
    if !account.streams.is_empty() {
        detail["stream_detail"] = json!(account.streams);
    }
    detail
}

/// All accounts but the system's: those with JetStream come with what they may take of it. When no account says
/// that it has it, everybody's has.
fn accounts_of(options: &Options) -> impl Iterator<Item = (&str, Option<AccountJetStream>)> {
    let system = options
        .system_account
        .as_deref()
        .unwrap_or(midge_conf::SYSTEM_ACCOUNT);
    let named = options
        .accounts
        .iter()
        .filter(move |account| account.name != system || account.jetstream.is_some())
        .map(|account| (account.name.as_str(), account.jetstream));
    let configured = |name: &str| options.accounts.iter().any(|account| account.name == name);
    let somebody = options.accounts.iter().any(|it| it.jetstream.is_some());
    let global = (
        midge_conf::GLOBAL_ACCOUNT,
        (!somebody).then(AccountJetStream::default),
    );
    let global = (!configured(global.0)).then_some(global);
    named.chain(global)
}

impl Served {
    fn open(
        drive: &mut Drive,
        router: &Router,
        account: &Arc<Account>,
        sink: u64,
        limits: Option<AccountLimits>,
    ) -> Self {
        match limits {
            Some(limits) => Self {
                id: drive.open_account(router, account, sink, limits),
                enabled: true,
            },
            None => Self {
                id: drive.refuse_account(router, account, sink),
                enabled: false,
            },
        }
    }
}

impl Capacity {
    fn of(configured: &Configured, folder: &std::path::Path) -> Self {
        Self {
            memory: configured
                .max_memory_store
                .unwrap_or_else(|| crate::process::memory_bytes() / 100 * SHARE),
            storage: configured
                .max_file_store
                .unwrap_or_else(|| crate::process::free_bytes(folder) / 100 * SHARE),
        }
    }

    /// An account's limits, none of which is above the server's.
    fn limits(self, of: AccountJetStream, configured: &Configured) -> AccountLimits {
        let limits = &configured.limits;
        let nanos = |window: Duration| i64::try_from(window.as_nanos()).unwrap_or(i64::MAX);
        AccountLimits {
            max_memory: of.max_memory,
            max_storage: of.max_store,
            server_memory: configured.max_memory_store,
            server_storage: configured.max_file_store,
            max_streams: of.max_streams,
            max_consumers: of.max_consumers,
            max_ack_pending: of.max_ack_pending.or(limits.max_ack_pending),
            max_request_batch: limits.max_request_batch,
            memory_max_stream_bytes: of.memory_max_stream_bytes,
            storage_max_stream_bytes: of.disk_max_stream_bytes,
            max_bytes_required: of.max_bytes_required,
            duplicate_window: limits.duplicate_window.map(nanos),
        }
    }
}

fn batches(limits: &JetStreamBatchLimits) -> BatchLimits {
    let count = |limit: Option<u64>| limit.and_then(|limit| usize::try_from(limit).ok());
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    BatchLimits {
        per_stream: count(limits.max_inflight_per_stream),
        total: count(limits.max_inflight_total),
        msgs: limits.max_msgs,
        idle: limits.timeout.map(nanos),
    }
}

fn store_options(configured: &Configured) -> StoreOptions {
    let key = |secret: &Secret| Key::derive(secret.expose().as_bytes());
    let default = StoreOptions::default();
    let max_mappings = configured.max_mappings.map(usize::try_from);
    StoreOptions {
        key: configured.encryption_key.as_ref().map(key),
        previous_key: configured.prev_encryption_key.as_ref().map(key),
        cipher: cipher(configured),
        policy: policy(configured.sync_interval),
        max_open_files: max_open_files(configured.max_open_files),
        max_mappings: max_mappings.map_or(default.max_mappings, |max| max.unwrap_or(usize::MAX)),
        ..default
    }
}

/// Open files of the store: as many as the configuration says, or a quarter of the process's descriptors, so that sockets have the others.
fn max_open_files(configured: Option<u64>) -> usize {
    /// More open files make nothing faster.
    const SHARE_MAX: u64 = 4096;
    #[cfg(unix)]
    let descriptors = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    let descriptors = None;
    let share = descriptors.map_or(SHARE_MAX, |count| (count / 4).min(SHARE_MAX));
    usize::try_from(configured.unwrap_or(share)).unwrap_or(usize::MAX)
}

/// An ack means synced, unless the configuration names an interval.
fn policy(sync: Option<SyncInterval>) -> Policy {
    match sync {
        None | Some(SyncInterval::Always) => Policy::Always,
        Some(SyncInterval::Every(every)) => Policy::Interval(every),
    }
}

fn cipher(configured: &Configured) -> Cipher {
    match (&configured.encryption_key, configured.cipher) {
        (None, _) => Cipher::None,
        (Some(_), StoreCipher::ChaCha) => Cipher::ChaCha20Poly1305,
        (Some(_), StoreCipher::Aes) => Cipher::Aes256Gcm,
    }
}

fn announce(configured: &Configured, folder: &std::path::Path, capacity: Capacity) {
    tracing::info!("---------------- JETSTREAM ----------------");
    tracing::info!("  Strict:          {}", configured.strict);
    tracing::info!(
        "  Max Memory:      {}",
        crate::process::shown_bytes(capacity.memory)
    );
    tracing::info!(
        "  Max Storage:     {}",
        crate::process::shown_bytes(capacity.storage)
    );
    tracing::info!("  Store Directory: \"{}\"", folder.display());
    if let Some(domain) = &configured.domain {
        tracing::info!("  Domain:          {domain}");
    }
    tracing::info!("  API Level:       {API_LEVEL}");
    tracing::info!("-------------------------------------------");
}
