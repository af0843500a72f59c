//! `jetstream { }`: where streams are kept and how much they may take.

use super::Secret;
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
