//! Folders as released format versions wrote them still open, with all that was in them.
//!
//! `UPDATE_EXPECT=1` writes the folder of the present version anew.
#![cfg(all(feature = "crypto", feature = "s2"))]
use midge_streamlog::{
    Cipher, Compression, Error, FolderDisk, Key, NewMessage, ReadMode, Store, StoreOptions,
    StreamOptions,
    sim::{Call, Failure, Fault},
};
use std::{collections::BTreeMap, ffi::OsString, fs, path::Path, sync::Arc};

mod encrypted;
use encrypted::{folder_of, released};

const MESSAGES: u64 = 150;
/// Not part of the format: who holds the folder, and room for a full disk.
const LEFT_OUT: [&str; 2] = ["LOCK", "reserve"];

fn open(path: &Path, mode: ReadMode) -> Store {
    open_with(path, mode, 9).unwrap()
}

fn open_with(path: &Path, mode: ReadMode, key: u8) -> Result<Store, Error> {
    let options = StoreOptions {
        journal_bytes: 1 << 16,
        direct_bytes: 1000,
        seed: 7,
        key: Some(Key::new([key; 32])),
        ..StoreOptions::default()
    };
    let disk = FolderDisk::new(path, mode).unwrap();
    Store::open(Arc::new(disk), options)
}

fn payload(seq: u64) -> String {
    format!("message {seq}, and some more bytes that can be made smaller: aaaaaaaaaaaaaaaaaaaaaaaa")
}

/// Sealed segments, a rewritten one, one that is being filled, commands, small state, and something in the journal alone.
fn write(path: &Path) {
    let store = open(path, ReadMode::Mapped);
    let small = StreamOptions {
        segment_bytes: 4096,
        ..StreamOptions::default()
    };
    let sealed = StreamOptions {
        cipher: Cipher::ChaCha20Poly1305,
        compression: Compression::S2,
        ..small.clone()
    };
    drop(store.create_stream("plain", small).unwrap());
    drop(store.create_stream("sealed", sealed).unwrap());
    drop(store.put_state(b"consumer", b"floor 7").unwrap());
    for seq in 1..=MESSAGES {
        for name in ["plain", "sealed"] {
            let stream = store.stream(name).unwrap().unwrap();
            let (subject, text) = (format!("s.{}", seq % 5), payload(seq));
            drop(
                stream
                    .append(NewMessage::new(&subject, &text), seq)
                    .unwrap()
                    .ticket,
            );
        }
        if seq % 15 == 0 {
            store.commit_once(seq).unwrap();
            store.maintain_once(seq).unwrap();
        }
    }
    let plain = store.stream("plain").unwrap().unwrap();
    drop(plain.delete_many(&(2..30).collect::<Vec<_>>()).unwrap());
    store.maintain_once(1 << 32).unwrap();
    let sealed = store.stream("sealed").unwrap().unwrap();
    drop(sealed.delete_many(&[MESSAGES - 1]).unwrap());
    drop(
        plain
            .append(NewMessage::new("s.last", "in the journal"), 0)
            .unwrap(),
    );
    store.commit_once(1 << 32).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        if !LEFT_OUT.contains(&&*name.to_string_lossy()) {
            fs::copy(from.join(&name), to.join(&name)).unwrap();
        }
    }
}

#[test]
fn a_folder_of_version_1_opens() {
    check(1, MESSAGES);
}

#[test]
fn a_folder_of_version_2_opens() {
    check(2, MESSAGES);
}

#[test]
fn a_folder_of_version_3_opens() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let fresh = tempfile::tempdir().unwrap();
        write(fresh.path());
        let _ = fs::remove_dir_all(folder_of(3));
        fs::create_dir_all(folder_of(3)).unwrap();
        copy(fresh.path(), &folder_of(3));
    }
    check(3, MESSAGES - 1);
}

/// Symptom: after one start with a mistyped key a store of version 1 refused the right one for ever.
/// Cause: its manifest is in clear, so any key opened it, and it was encrypted under that key at once.
/// Remedy: before that, a message that is encrypted has to open with the key.
#[test]
fn a_folder_of_version_1_is_left_as_it_is_by_another_key() {
    let all = |path: &Path| -> BTreeMap<OsString, Vec<u8>> {
        let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
        let files = files.filter(|file| file.file_name() != "LOCK");
        let bytes = |file: fs::DirEntry| (file.file_name(), fs::read(file.path()).unwrap());
        files.map(bytes).collect()
    };
    for gone in [None, Some("journal")] {
        let here = tempfile::tempdir().unwrap();
        copy(&folder_of(1), here.path());
        for name in all(here.path()).keys() {
            if gone.is_some_and(|gone| name == gone) {
                fs::remove_file(here.path().join(name)).unwrap();
            }
        }
        let before = all(here.path());
        let refused = open_with(here.path(), ReadMode::Copied, 8).err();
        let is_wrong = matches!(refused, Some(Error::WrongKey { .. }));
        assert!(is_wrong, "without {gone:?}: {refused:?}");
        assert_eq!(all(here.path()), before, "without {gone:?}");
        drop(open(here.path(), ReadMode::Copied));
    }
}

/// Symptom: a store of version 2 on a full disk, or beside sockets that had all descriptors, didn't open. Cause: its manifest is written anew first.
/// Remedy: it opens and can be read, and takes nothing before its manifest was written.
#[test]
fn a_folder_of_version_2_opens_where_its_manifest_can_t_be_written() {
    for (failure, refusal) in [
        (Failure::Space, Error::DiskFull),
        (Failure::Descriptors, Error::Scarce),
    ] {
        let disk = released(2);
        let open = || {
            let options = encrypted::options(Some(9));
            Store::open(Arc::new(disk.clone()), options).unwrap()
        };
        let begins_with = |magic: &[u8]| {
            let copies = ["manifest.a", "manifest.b"];
            copies.map(|name| disk.bytes(name).unwrap().starts_with(magic))
        };
        disk.set_faults(&[Fault::fails(Call::Create, "manifest", failure)]);
        for _ in 0..2 {
            let store = open();
            let stream = store.stream("sealed").unwrap().unwrap();
            assert_eq!(stream.get(7).unwrap().unwrap().payload, payload(7));
            let refused = stream.append(NewMessage::new("s", "x"), 1).err();
            assert_eq!(refused.as_ref(), Some(&refusal));
            store.maintain_once(1).unwrap();
            assert_eq!(begins_with(b"MDGMANI2"), [true; 2]);
        }
        let store = open();
        disk.set_faults(&[]);
        store.commit_once(2).unwrap();
        assert_eq!(begins_with(b"MDGMANI3"), [true; 2]);
        let stream = store.stream("sealed").unwrap().unwrap();
        let appended = stream.append(NewMessage::new("s", "x"), 2).unwrap();
        store.commit_once(2).unwrap();
        assert_eq!(appended.ticket.outcome(), Some(Ok(())));
    }
}

fn check(version: u32, sealed: u64) {
    for mode in [ReadMode::Mapped, ReadMode::Copied] {
        let here = tempfile::tempdir().unwrap();
        copy(&folder_of(version), here.path());
        let store = open(here.path(), mode);
        assert_eq!(store.check().unwrap(), vec![]);
        assert_eq!(store.state(b"consumer").as_deref(), Some(&b"floor 7"[..]));
        for (name, want) in [("plain", MESSAGES - 28 + 1), ("sealed", sealed)] {
            let stream = store.stream(name).unwrap().unwrap();
            let messages = stream.read(0, usize::MAX, usize::MAX).unwrap();
            assert_eq!(messages.len() as u64, want);
            for message in messages.iter().filter(|m| m.seq <= MESSAGES) {
                assert_eq!(message.payload, payload(message.seq));
                assert_eq!(message.subject, format!("s.{}", message.seq % 5));
            }
        }
        let plain = store.stream("plain").unwrap().unwrap();
        assert_eq!(plain.total(b"s.last").unwrap().last, MESSAGES + 1);
    }
}
