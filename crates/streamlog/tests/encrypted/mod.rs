//! What the tests of encrypted stores share: options, and checksums that hold.
#![allow(dead_code, reason = "each test file uses its part")]
use midge_streamlog::{Disk, Key, StoreOptions, sim::CrashDisk};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub(crate) const SALT: u64 = 7;
pub(crate) const HEAD: usize = 48;
pub(crate) const HEADER: usize = 32;
/// Flags of a record.
pub(crate) const ENCRYPTED: u8 = 2;
pub(crate) const BOUND: u8 = 32;

pub(crate) fn options(key: Option<u8>) -> StoreOptions {
    StoreOptions {
        journal_bytes: 1 << 16,
        direct_bytes: 1000,
        seed: SALT,
        key: key.map(|byte| Key::new([byte; 32])),
        ..StoreOptions::default()
    }
}

/// The folder that a released format version wrote; the key is of nines.
pub(crate) fn released(version: u32) -> CrashDisk {
    let disk = CrashDisk::new();
    for entry in std::fs::read_dir(folder_of(version)).unwrap() {
        let entry = entry.unwrap();
        let file = disk.create(&entry.file_name().to_string_lossy()).unwrap();
        let bytes = std::fs::read(entry.path()).unwrap();
        file.write_at(&bytes, 0).unwrap();
    }
    disk
}

/// Where it is.
pub(crate) fn folder_of(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/v{version}"))
}

/// The checksum of these bytes as it stands in a file.
pub(crate) fn crc(seed: u32, bytes: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new_with_initial(seed);
    hasher.update(bytes);
    hasher.finalize().to_le_bytes()
}

/// Files of a stream's segments that hold messages: number and name.
pub(crate) fn segments(disk: &CrashDisk, stream: u64) -> BTreeMap<u32, String> {
    let begin = format!("{stream:016x}-");
    let names = disk.list().unwrap().into_iter();
    let mine = names.filter(|name| name.starts_with(&begin));
    mine.map(|name| (u32::from_str_radix(&name[17..25], 16).unwrap(), name))
        .collect()
}

/// Where a message's record is, and how long its body.
#[derive(Clone, Copy)]
pub(crate) struct Record {
    pub(crate) at: usize,
    pub(crate) stored: usize,
}

impl Record {
    pub(crate) fn body(self) -> std::ops::Range<usize> {
        self.at + HEAD..self.at + HEAD + self.stored
    }

    /// Gives it a checksum that holds.
    pub(crate) fn certify(self, file: &mut [u8], stream: u64, segment: u32) {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&SALT.to_le_bytes());
        hasher.update(&stream.to_le_bytes());
        hasher.update(&segment.to_le_bytes());
        hasher.update(&0_u32.to_le_bytes());
        let len = u32_at(file, self.at + 4) as usize;
        let sum = crc(hasher.finalize(), &file[self.at + 4..self.at + len]);
        file[self.at..self.at + 4].copy_from_slice(&sum);
    }
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// The messages in a segment, by sequence.
pub(crate) fn records(file: &[u8]) -> BTreeMap<u64, Record> {
    let (mut at, mut records) = (HEADER, BTreeMap::new());
    while at + HEAD <= file.len() {
        let len = u32_at(file, at + 4) as usize;
        if len <= HEAD || at + len > file.len() || file[at + 38] > 5 {
            break;
        }
        let stored = u32_at(file, at + 40) as usize;
        // The large ones were taken back.
        if file[at + 38] == 0 && stored < 1000 {
            let seq = u64::from(u32_at(file, at + 8));
            records.insert(seq, Record { at, stored });
        }
        at += len;
    }
    records
}
