//! One account's share: its streams by name, its limits and what it uses of them.

use crate::config::{Storage, StreamConfig};
use crate::error::{
    ACCOUNT_RESOURCES_EXCEEDED, INSUFFICIENT_RESOURCES, MAXIMUM_STREAMS, MEMORY_RESOURCES_EXCEEDED,
    STORAGE_RESOURCES_EXCEEDED, STREAM_MAX_BYTES_REQUIRED, STREAM_MAX_STREAM_BYTES_EXCEEDED,
};
use crate::overlap::Captured;
use crate::{AccountId, ApiError, Token};
use std::collections::BTreeMap;

/// What an account may take; `None` is unlimited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in memory.
    pub max_memory: Option<u64>,
    /// Bytes on disk.
    pub max_storage: Option<u64>,
    /// Bytes in memory that the server has for everybody.
    pub server_memory: Option<u64>,
    /// Bytes on disk that the server has for everybody.
    pub server_storage: Option<u64>,
    /// Streams.
    pub max_streams: Option<u64>,
    /// Consumers.
    pub max_consumers: Option<u64>,
    /// Unacknowledged messages of a consumer.
    pub max_ack_pending: Option<u64>,
    /// Messages of one pull request.
    pub max_request_batch: Option<u64>,
    /// Bytes of one stream in memory.
    pub memory_max_stream_bytes: Option<u64>,
    /// Bytes of one stream on disk.
    pub storage_max_stream_bytes: Option<u64>,
    /// A stream must say how many bytes it may hold.
    pub max_bytes_required: bool,
    /// Largest duplicate window, in nanoseconds.
    pub duplicate_window: Option<i64>,
}

/// Numbers of the account's API use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ApiStats {
    pub(crate) total: u64,
    pub(crate) errors: u64,
}

/// Bytes that an account's streams take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) memory: u64,
    pub(crate) storage: u64,
}

impl Used {
    fn of(self, storage: Storage) -> u64 {
        match storage {
            Storage::File => self.storage,
            Storage::Memory => self.memory,
        }
    }

    pub(crate) fn grow(&mut self, storage: Storage, bytes: u64) {
        match storage {
            Storage::File => self.storage += bytes,
            Storage::Memory => self.memory += bytes,
        }
    }
}

/// Why nothing more may be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// All accounts together use more than the server may.
    Server,
    /// The account would use more than it may.
    Account,
}

impl From<Full> for ApiError {
    fn from(full: Full) -> Self {
        match full {
            Full::Server => INSUFFICIENT_RESOURCES,
            Full::Account => ACCOUNT_RESOURCES_EXCEEDED,
        }
    }
}

/// An account with JetStream.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) name: String,
    pub(crate) limits: Limits,
    /// Streams by name, as indexes into the machine's table.
    pub(crate) streams: BTreeMap<String, usize>,
    pub(crate) captured: Captured,
    pub(crate) api: ApiStats,
    /// As it was a moment ago.
    pub(crate) used: Used,
    pub(crate) tokens: Vec<(String, Token)>,
    /// The network's version of interest when push consumers last looked for listeners.
    pub(crate) interest: u64,
}

/// What a new or changed stream would add.
pub(crate) struct Reservation {
    /// Streams there are beside it.
    pub(crate) others: u64,
    /// Bytes that the others reserved in the same kind of storage.
    pub(crate) reserved: u64,
}

impl Limits {
    /// Whether a stream of this configuration fits.
    pub(crate) fn admit(&self, config: &StreamConfig, taken: &Reservation) -> Result<(), ApiError> {
        if self.max_streams.is_some_and(|max| taken.others >= max) {
            return Err(MAXIMUM_STREAMS);
        }
        let bytes = u64::try_from(config.max_bytes)
            .ok()
            .filter(|bytes| *bytes > 0);
        if bytes.is_none() && self.max_bytes_required {
            return Err(STREAM_MAX_BYTES_REQUIRED);
        }
        let (account, server) = self.bounds(config.storage);
        let most = lesser(account, server);
        let (largest, exceeded) = match config.storage {
            Storage::File => (self.storage_max_stream_bytes, STORAGE_RESOURCES_EXCEEDED),
            Storage::Memory => (self.memory_max_stream_bytes, MEMORY_RESOURCES_EXCEEDED),
        };
        let bytes = bytes.unwrap_or(0);
        if largest.is_some_and(|largest| bytes > largest) {
            return Err(STREAM_MAX_STREAM_BYTES_EXCEEDED);
        }
        if most.is_some_and(|most| taken.reserved + bytes > most) {
            return Err(exceeded);
        }
        Ok(())
    }

    /// Whether publishes have to be held against them.
    pub(crate) fn bounds_bytes(&self) -> bool {
        let limits = [
            self.max_memory,
            self.max_storage,
            self.server_memory,
            self.server_storage,
        ];
        limits.iter().any(Option::is_some)
    }

    /// Why an account that uses this much, on a server of which all use so much, may not take so many bytes more.
    pub(crate) fn full(&self, of: Storage, (used, all): (Used, Used), more: u64) -> Option<Full> {
        let (account, server) = self.bounds(of);
        if server.is_some_and(|most| all.of(of) > most) {
            return Some(Full::Server);
        }
        (account.is_some_and(|most| used.of(of).saturating_add(more) > most))
            .then_some(Full::Account)
    }

    /// Bytes that an account that uses this much may take; `None`: without end.
    pub(crate) fn left(&self, of: Storage, used: Used) -> Option<u64> {
        let (account, server) = self.bounds(of);
        Some(lesser(account, server)?.saturating_sub(used.of(of)))
    }

    /// The account's and the server's bytes.
    fn bounds(&self, of: Storage) -> (Option<u64>, Option<u64>) {
        match of {
            Storage::File => (self.max_storage, self.server_storage),
            Storage::Memory => (self.max_memory, self.server_memory),
        }
    }
}

/// The tighter of two limits.
fn lesser(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    [one, other].into_iter().flatten().min()
}
