//! What a store and a stream can be told.
use crate::{
    codec::{Put, Take},
    seal::{Cipher, Compression, Key},
};
use bytes::Bytes;
use std::time::Duration;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Bytes in the ring of a new journal, and of one that has become calm again. Not below 64 KiB.
    pub journal_first_bytes: u64,
    /// Bytes in its ring at most: it grows with the load.
    pub journal_bytes: u64,
    /// Unwritten bytes of all streams together; beyond it appends get `Overloaded`. At most an eighth of the journal counts.
    pub max_buffered: usize,
    /// A batch of one stream from this size on goes to its segment instead of through the journal.
    pub direct_bytes: usize,
    /// The secret of encrypted streams. With it the store's small state is encrypted as well, definitions of streams and their names included; what is
    /// in clear is written anew when it is opened.
    pub key: Option<Key>,
    /// Opens a store that was written under this key; it is under `key` from then on. Without `key` it says nothing.
    pub previous_key: Option<Key>,
    /// What small state is encrypted with if there is a key. `Cipher::None` stands for ChaCha20-Poly1305.
    pub cipher: Cipher,
    /// The policy of the small state.
    pub policy: Policy,
    /// Bytes a second that compaction may read and write. 0: none, space comes back with whole segments only.
    pub compaction_bytes: u64,
    /// Files that stay open while nobody uses them. The journal, the folder and its lock are beside them.
    pub max_open_files: usize,
    /// Sealed segments that are mapped, beside those that are looked at just now. The system has a bound for each process (`vm.max_map_count`, 65,530
    /// mostly). Messages that are held keep their segments mapped; beyond the bound they are copies.
    pub max_mappings: usize,
    /// Draws the salt of a new store; 0: drawn from the system.
    pub seed: u64,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            journal_first_bytes: 512 << 10,
            journal_bytes: 32 << 20,
            max_buffered: 4 << 20,
            direct_bytes: 64 << 10,
            key: None,
            previous_key: None,
            cipher: Cipher::None,
            policy: Policy::Always,
            compaction_bytes: 32 << 20,
            max_open_files: 512,
            max_mappings: 16 << 10,
            seed: 0,
        }
    }
}

/// When a change counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// When it is on the disk.
    #[default]
    Always,
    /// When the system has it, so that the death of the process takes nothing; on the disk at most this much later.
    Interval(Duration),
}

/// Where a stream lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    /// in the store's folder
    #[default]
    File,
    /// in memory; its definition isn't kept either
    Memory,
}

/// Who gives way when a stream is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Discard {
    /// the oldest message
    #[default]
    Old,
    /// the new one: the append is refused
    New,
}

/// How much a stream holds. 0 means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// messages
    pub max_msgs: u64,
    /// bytes, as `StreamStats::bytes` counts them
    pub max_bytes: u64,
    /// nanoseconds since the message's time
    pub max_age: u64,
    /// messages of one subject
    pub max_per_subject: u64,
    /// who gives way
    pub discard: Discard,
    /// with `Discard::New`: also for `max_per_subject`
    pub discard_per_subject: bool,
}

/// What a stream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamOptions {
    /// where it lives; fixed
    pub storage: Storage,
    /// when an append counts as done
    pub policy: Policy,
    /// how much it holds
    pub limits: Limits,
    /// of bodies from now on
    pub compression: Compression,
    /// of bodies and footers; fixed
    pub cipher: Cipher,
    /// size of its larger segments; bounds what opening scans
    pub segment_bytes: u32,
    /// the caller's own description, kept with the definition
    pub meta: Bytes,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            storage: Storage::File,
            policy: Policy::Always,
            limits: Limits::default(),
            compression: Compression::None,
            cipher: Cipher::None,
            segment_bytes: 4 << 20,
            meta: Bytes::new(),
        }
    }
}

/// What a stream that is encrypted has been bound to its place since it was made: what isn't bound so doesn't count in it. What is written is always bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Binding {
    /// nothing: it has bodies of version 1, or is in clear
    Nothing = 0,
    /// bodies, footers and the meta file
    Bodies = 1,
    /// commands, too
    Records = 2,
}

impl Binding {
    /// Of a stream that is made now.
    pub(crate) fn of_new(cipher: Cipher) -> Self {
        match cipher {
            Cipher::None => Self::Nothing,
            _ => Self::Records,
        }
    }
}

/// A stream's entry in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) options: StreamOptions,
    pub(crate) binding: Binding,
}

impl Definition {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let o = &self.options;
        let mut put = Put::default();
        put.bytes(self.name.as_bytes());
        put.num(match o.policy {
            Policy::Always => 0,
            Policy::Interval(d) => 1 + d.as_nanos() as u64,
        });
        put.num(o.limits.max_msgs)
            .num(o.limits.max_bytes)
            .num(o.limits.max_age)
            .num(o.limits.max_per_subject);
        put.num(
            u64::from(o.limits.discard == Discard::New)
                | u64::from(o.limits.discard_per_subject) << 1,
        );
        put.num(u64::from(o.compression == Compression::S2));
        put.num(match o.cipher {
            Cipher::None => 0,
            Cipher::Aes256Gcm => 1,
            Cipher::ChaCha20Poly1305 => 2,
        });
        put.num(u64::from(o.segment_bytes)).bytes(&o.meta);
        put.num(self.binding as u64);
        put.0
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut take = Take(bytes);
        let name = String::from_utf8(take.bytes()?.to_vec()).ok()?;
        let policy = match take.num()? {
            0 => Policy::Always,
            d => Policy::Interval(Duration::from_nanos(d - 1)),
        };
        let mut limits = Limits {
            max_msgs: take.num()?,
            max_bytes: take.num()?,
            max_age: take.num()?,
            max_per_subject: take.num()?,
            ..Limits::default()
        };
        let discard = take.num()?;
        limits.discard = if discard & 1 == 1 {
            Discard::New
        } else {
            Discard::Old
        };
        limits.discard_per_subject = discard & 2 == 2;
        let compression = if take.num()? == 1 {
            Compression::S2
        } else {
            Compression::None
        };
        let cipher = match take.num()? {
            0 => Cipher::None,
            1 => Cipher::Aes256Gcm,
            _ => Cipher::ChaCha20Poly1305,
        };
        let segment_bytes = take.u32()?;
        let meta = Bytes::copy_from_slice(take.bytes()?);
        // Version 1 ends here.
        let binding = match take.num() {
            None | Some(0) => Binding::Nothing,
            Some(1) => Binding::Bodies,
            _ => Binding::Records,
        };
        let options = StreamOptions {
            storage: Storage::File,
            policy,
            limits,
            compression,
            cipher,
            segment_bytes,
            meta,
        };
        Some(Self {
            name,
            options,
            binding,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_comes_back() {
        let definition = Definition {
            name: "orders".into(),
            options: StreamOptions {
                policy: Policy::Interval(Duration::from_secs(2)),
                limits: Limits {
                    max_msgs: 1,
                    max_bytes: 2,
                    max_age: 3,
                    max_per_subject: 4,
                    discard: Discard::New,
                    discard_per_subject: true,
                },
                compression: Compression::S2,
                cipher: Cipher::ChaCha20Poly1305,
                meta: Bytes::from_static(b"{}"),
                ..StreamOptions::default()
            },
            binding: Binding::Records,
        };
        assert_eq!(Definition::decode(&definition.encode()), Some(definition));
    }
}
