//! What a stream keeps beside its log for some of its messages: a small state each, under their sequences.

use crate::headers;
use crate::keys::{self, Kind};
use midge_streamlog::{Result, Store};

/// Where it outlives the process.
pub(super) struct Keeper {
    store: Store,
    kind: Kind,
    account: String,
    stream: String,
    /// When the stream was made: another one of its name may have left something.
    created: u64,
}

impl Keeper {
    pub(super) fn new(
        (store, kind): (&Store, Kind),
        account: &str,
        (stream, created): (&str, u64),
    ) -> Self {
        Self {
            store: store.clone(),
            kind,
            account: account.to_owned(),
            stream: stream.to_owned(),
            created,
        }
    }

    /// The stream, for the log.
    pub(super) fn log_name(&self) -> String {
        keys::log(&self.account, &self.stream)
    }

    fn key(&self, seq: u64) -> Vec<u8> {
        let seq = seq.to_string();
        keys::part(self.kind, &self.account, &self.stream, &seq)
    }

    pub(super) fn keep(&self, seq: u64, value: &[u8]) -> Result<()> {
        let value = [&self.created.to_le_bytes(), value].concat();
        self.store.put_state(&self.key(seq), &value).map(drop)
    }

    pub(super) fn forget(&self, seq: u64) {
        if let Err(error) = self.store.delete_state(&self.key(seq)) {
            tracing::warn!(stream = self.log_name(), seq, %error, "JetStream: what was kept of a message can't be removed");
        }
    }

    /// Sequences up to `last` and what was kept of them, rising. What belongs to no message of this stream is forgotten.
    pub(super) fn load(&self, last: u64) -> Vec<(u64, Vec<u8>)> {
        let mut found = Vec::new();
        for entry in keys::of_stream(&self.store, self.kind, &self.account, &self.stream) {
            let seq = headers::number(entry.part.as_bytes()).unwrap_or(0);
            match entry.value.split_first_chunk() {
                Some((created, value))
                    if u64::from_le_bytes(*created) == self.created && seq <= last =>
                {
                    found.push((seq, value.to_vec()));
                }
                _ => self.forget(seq),
            }
        }
        found.sort_unstable();
        found
    }
}
