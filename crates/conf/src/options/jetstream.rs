//! `jetstream { }`: where streams are kept and how much they may take.

use super::Secret;
use super::reader::{Field, Read, Reader};
use crate::grammar::{Data, Map};
use std::path::PathBuf;
use std::time::Duration;

/// JetStream of the whole server. `None` leaves a choice to the part that runs it.
#[derive(Clone, Debug, PartialEq)]
pub struct JetStream {
    /// Whether it runs at all.
    pub enabled: bool,
    /// Folder of the store; a sub-folder `jetstream` is made in it.
    pub store_dir: Option<PathBuf>,
    /// Bytes for streams in memory; three quarters of the RAM when absent.
    pub max_memory_store: Option<u64>,
    /// Bytes for streams on disk; three quarters of the free space when absent.
    pub max_file_store: Option<u64>,
    /// Domain of this server.
    pub domain: Option<String>,
    /// Key of encryption at rest.
    pub encryption_key: Option<Secret>,
    /// The key before that, for changing it.
    pub prev_encryption_key: Option<Secret>,
    /// Cipher of encryption at rest.
    pub cipher: StoreCipher,
    /// When written messages are synced to the disk; the part's own default when absent.
    pub sync_interval: Option<SyncInterval>,
    /// Refuse unknown fields in API requests.
    pub strict: bool,
    /// `will_extend` or `no_extend`.
    pub extension_hint: Option<String>,
    /// Tag prefix that must differ between the replicas of a stream.
    pub unique_tag: Option<String>,
    /// Bytes in flight to replicas which catch up.
    pub max_outstanding_catchup: Option<u64>,
    /// Bytes of one stream that may wait for the disk.
    pub max_buffered_size: Option<u64>,
    /// Messages of one stream that may wait for the disk.
    pub max_buffered_msgs: Option<u64>,
    /// API requests that may wait.
    pub request_queue_limit: Option<u64>,
    /// API info requests that may wait.
    pub info_queue_limit: Option<u64>,
    /// Entries after which the meta log is compacted.
    pub meta_compact: Option<u64>,
    /// Bytes after which the meta log is compacted.
    pub meta_compact_size: Option<u64>,
    /// Compact the meta log while the caller waits.
    pub meta_compact_sync: bool,
    /// Disk operations at the same time, 4..=8192.
    pub max_concurrent_io: Option<u32>,
    /// Files of the store that stay open while nobody uses them; a share of the process's descriptors when absent.
    pub max_open_files: Option<u64>,
    /// Sealed segments of the store that stay mapped while nobody reads them.
    pub max_mappings: Option<u64>,
    /// Limits of single streams and requests.
    pub limits: JetStreamLimits,
}

impl Default for JetStream {
    fn default() -> Self {
        Self {
            enabled: false,
            store_dir: None,
            max_memory_store: None,
            max_file_store: None,
            domain: None,
            encryption_key: None,
            prev_encryption_key: None,
            cipher: StoreCipher::ChaCha,
            sync_interval: None,
            strict: true,
            extension_hint: None,
            unique_tag: None,
            max_outstanding_catchup: None,
            max_buffered_size: None,
            max_buffered_msgs: None,
            request_queue_limit: None,
            info_queue_limit: None,
            meta_compact: None,
            meta_compact_size: None,
            meta_compact_sync: false,
            max_concurrent_io: None,
            max_open_files: None,
            max_mappings: None,
            limits: JetStreamLimits::default(),
        }
    }
}

/// The `limits` of [`JetStream`]; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JetStreamLimits {
    /// `max_ack_pending` of any consumer.
    pub max_ack_pending: Option<u64>,
    /// Replicated assets on this server.
    pub max_ha_assets: Option<u64>,
    /// `batch` of a pull request.
    pub max_request_batch: Option<u64>,
    /// Largest `duplicate_window` of a stream.
    pub duplicate_window: Option<Duration>,
    /// Limits of batch publishing.
    pub batch: JetStreamBatchLimits,
}

/// Limits of batch publishing; `None` is the reference's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JetStreamBatchLimits {
    /// Open batches of one stream (50).
    pub max_inflight_per_stream: Option<u64>,
    /// Open batches of the server (1000).
    pub max_inflight_total: Option<u64>,
    /// Messages of one batch (1000).
    pub max_msgs: Option<u64>,
    /// Time an open batch may stand still (10 s).
    pub timeout: Option<Duration>,
}

/// Cipher of encryption at rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreCipher {
    /// ChaCha20-Poly1305.
    #[default]
    ChaCha,
    /// AES-GCM.
    Aes,
}

/// When written messages are synced to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncInterval {
    /// Before they are acknowledged.
    Always,
    /// Every so often, after the acknowledgement.
    Every(Duration),
}

/// What stands behind the word `jetstream`.
pub(super) enum Switch<'v> {
    Off,
    On,
    Map(&'v Map),
}

/// `true`, `enabled`, `disabled` or a block.
pub(super) fn switch<'v>(f: &Field<'v>) -> Read<Switch<'v>> {
    match &f.value.data {
        Data::Bool(true) => Ok(Switch::On),
        Data::Bool(false) => Ok(Switch::Off),
        Data::Map(map) => Ok(Switch::Map(map)),
        Data::Text(text) => match text.to_ascii_lowercase().as_str() {
            "enabled" | "enable" => Ok(Switch::On),
            "disabled" | "disable" => Ok(Switch::Off),
            _ => f.fail(format!(
                "Expected 'enabled' or 'disabled' for string value, got '{text}'"
            )),
        },
        data => f.fail(format!(
            "Expected map, bool or string to define JetStream, got {}",
            data.kind()
        )),
    }
}

impl JetStream {
    /// Adds to `self`, because `store_dir` may have been said outside of the block.
    pub(super) fn read(&mut self, f: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        match switch(f)? {
            Switch::Off => self.enabled = false,
            Switch::On => self.enabled = true,
            Switch::Map(map) => {
                self.enabled = true;
                r.each(map, |r, f| self.read_field(f, r));
            }
        }
        Ok(())
    }

    pub(super) fn read_store_dir(&mut self, f: &Field<'_>) -> Read<()> {
        if self.store_dir.is_some() {
            return f.fail("Duplicate 'store_dir' configuration");
        }
        self.store_dir = f.path()?;
        Ok(())
    }

    fn read_field(&mut self, f: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        match f.name.as_str() {
            "enabled" | "enable" => self.enabled = f.bool()?,
            "store_dir" | "store" | "storedir" => self.read_store_dir(f)?,
            "max_memory_store" | "max_mem_store" | "max_mem" => {
                self.max_memory_store = storage_size(f, "max_mem_store")?;
            }
            "max_file_store" | "max_file" => {
                self.max_file_store = storage_size(f, "max_file_store")?;
            }
            "domain" => self.domain = f.text()?,
            "encryption_key" | "key" | "ek" => self.encryption_key = f.secret()?,
            "prev_encryption_key" | "prev_key" | "prev_ek" => {
                self.prev_encryption_key = f.secret()?;
            }
            "cipher" => self.cipher = StoreCipher::read(f)?,
            "sync_interval" | "sync" => self.sync_interval = Some(SyncInterval::read(f, r)?),
            "strict" => self.strict = f.bool()?,
            "extension_hint" => self.extension_hint = f.text()?,
            "unique_tag" => self.unique_tag = f.text()?.map(|tag| tag.trim().to_ascii_lowercase()),
            "max_outstanding_catchup" => self.max_outstanding_catchup = storage_size(f, &f.name)?,
            "max_buffered_size" => self.max_buffered_size = storage_size(f, &f.name)?,
            "max_buffered_msgs" => self.max_buffered_msgs = f.limit()?,
            "request_queue_limit" => self.request_queue_limit = f.limit()?,
            "info_queue_limit" => self.info_queue_limit = f.limit()?,
            "meta_compact" => self.meta_compact = f.limit()?,
            "meta_compact_size" => self.meta_compact_size = storage_size(f, &f.name)?,
            "meta_compact_sync" => self.meta_compact_sync = f.bool()?,
            "max_concurrent_io" => self.max_concurrent_io = Some(concurrent_io(f)?),
            "max_open_files" => self.max_open_files = f.limit()?,
            "max_mappings" => self.max_mappings = f.limit()?,
            "limits" => self.limits.read(f, r)?,
            "tpm" => return f.later_unless_empty("jetstream.tpm"),
            _ => return f.unknown(),
        }
        Ok(())
    }
}

/// Bytes as a number, or as a string with K, M, G or T, which are powers of 1024 there.
/// Less than nothing leaves the choice to the part that runs it.
fn storage_size(f: &Field<'_>, name: &str) -> Read<Option<u64>> {
    let complaint = |text: &str| f.fail(format!("{name} {text}"));
    let text = match &f.value.data {
        Data::Integer(number) => return Ok(u64::try_from(*number).ok()),
        Data::Text(text) => text,
        _ => return complaint("must be an integer or a string"),
    };
    let Some(last) = text.chars().last() else {
        return Ok(Some(0));
    };
    let Some(power) = "KMGT".find(last) else {
        return complaint("sizes defined as strings must end in K, M, G, T");
    };
    let number = text[..text.len() - 1].parse::<u64>().ok();
    match number.and_then(|number| number.checked_mul(1024_u64.pow(u32::try_from(power + 1).ok()?)))
    {
        Some(size) => Ok(Some(size)),
        None => complaint(&format!("has no number in {text:?}")),
    }
}

fn concurrent_io(f: &Field<'_>) -> Read<u32> {
    match u32::try_from(f.integer()?) {
        Ok(number @ 4..=8192) => Ok(number),
        _ => f.fail(format!(
            "Expected an absolute size for {:?} between 4 and 8192",
            f.key
        )),
    }
}

impl StoreCipher {
    fn read(f: &Field<'_>) -> Read<Self> {
        match f.str()?.to_ascii_lowercase().as_str() {
            "chacha" | "chachapoly" => Ok(Self::ChaCha),
            "aes" => Ok(Self::Aes),
            other => f.fail(format!("Unknown cipher type: {other:?}")),
        }
    }
}

impl SyncInterval {
    fn read(f: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        match &f.value.data {
            Data::Text(text) if text.eq_ignore_ascii_case("always") => Ok(Self::Always),
            _ => Ok(Self::Every(r.duration(f)?)),
        }
    }
}

impl JetStreamLimits {
    fn read(&mut self, block: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        r.block(block, |r, f| {
            match f.name.as_str() {
                "max_ack_pending" => self.max_ack_pending = f.limit()?,
                "max_ha_assets" => self.max_ha_assets = f.limit()?,
                "max_request_batch" => self.max_request_batch = f.limit()?,
                "duplicate_window" => self.duplicate_window = Some(f.duration()?),
                "batch" => self.batch.read(f, r)?,
                _ => return f.unknown(),
            }
            Ok(())
        })
    }
}

impl JetStreamBatchLimits {
    fn read(&mut self, block: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        r.block(block, |_, f| {
            match f.name.as_str() {
                "max_inflight_per_stream" => self.max_inflight_per_stream = f.limit()?,
                "max_inflight_total" => self.max_inflight_total = f.limit()?,
                "max_msgs" => self.max_msgs = f.limit()?,
                "timeout" => self.timeout = Some(f.duration()?),
                _ => return f.unknown(),
            }
            Ok(())
        })
    }
}
