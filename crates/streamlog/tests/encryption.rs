//! A store with a key: what its files show, and what somebody who writes to them can't do.
#![cfg(feature = "crypto")]
use midge_streamlog::{
    Cipher, Compression, DamageKind, Disk, Error, NewMessage, Store, StoreOptions, StreamOptions,
    sim::CrashDisk,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

mod captured;
mod encrypted;
use captured::Captured;
use encrypted::{SALT, crc, options};

const CIPHERS: [Cipher; 2] = [Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305];

fn open(disk: &CrashDisk, key: Option<u8>) -> Result<Store, Error> {
    Store::open(Arc::new(disk.clone()), options(key))
}

fn files(disk: &CrashDisk) -> BTreeMap<String, Vec<u8>> {
    let names = disk.list().unwrap().into_iter();
    names
        .map(|name| (name.clone(), disk.bytes(&name).unwrap()))
        .collect()
}

/// Which of the texts stand in which files.
fn found_in_clear(disk: &CrashDisk, texts: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, bytes) in files(disk) {
        for text in texts {
            let mut windows = bytes.windows(text.len());
            if name.contains(text) || windows.any(|window| window == text.as_bytes()) {
                found.push((name.clone(), (*text).to_owned()));
            }
        }
    }
    found
}

/// What the store is told; none of it is short enough to be there by chance.
const TEXTS: [&str; 9] = [
    "name-of-a-stream",
    "description-of-a-stream",
    "subject.of.a.message",
    "header-of-a-message",
    "payload-of-a-message",
    "key-of-a-consumer",
    "state-of-a-consumer",
    "stream-that-is-deleted",
    "key-that-is-deleted",
];

/// Sealed segments, a rewritten one, one that is being filled, definitions and state that change and go, and something in the journal alone.
fn fill(store: &Store, cipher: Cipher) {
    let [
        stream,
        meta,
        subject,
        header,
        payload,
        key,
        state,
        old_stream,
        old_key,
    ] = TEXTS;
    let options = StreamOptions {
        segment_bytes: 4096,
        cipher,
        meta: meta.into(),
        ..StreamOptions::default()
    };
    drop(store.create_stream(old_stream, options.clone()).unwrap());
    let (stream, _) = store.create_stream(stream, options).unwrap();
    for k in 1..=120_u64 {
        let message = NewMessage {
            headers: header.as_bytes(),
            ..NewMessage::new(subject, payload)
        };
        drop(stream.append(message, k).unwrap());
        let value = format!("{state} {k}");
        drop(store.put_state(key.as_bytes(), value.as_bytes()).unwrap());
        drop(store.put_state(old_key.as_bytes(), b"value").unwrap());
        if k % 10 == 0 {
            store.commit_once(k).unwrap();
            store.maintain_once(k).unwrap();
        }
    }
    drop(
        stream
            .delete_many(&(2..40).filter(|seq| seq % 3 > 0).collect::<Vec<_>>())
            .unwrap(),
    );
    drop(store.delete_stream(old_stream).unwrap());
    drop(store.delete_state(old_key.as_bytes()).unwrap());
    store.maintain_once(1 << 32).unwrap();
    store.maintain_once(2 << 32).unwrap();
    drop(
        store
            .put_state(key.as_bytes(), format!("{state} 121").as_bytes())
            .unwrap(),
    );
    drop(
        stream
            .append(NewMessage::new(subject, payload), 121)
            .unwrap(),
    );
    store.commit_once(2 << 32).unwrap();
}

/// What [`fill`] left is there.
fn check_filled(store: &Store) {
    assert_eq!(store.check().unwrap(), []);
    let stream = store.stream(TEXTS[0]).unwrap().unwrap();
    assert_eq!(stream.options().meta, TEXTS[1]);
    let messages = stream.read(0, usize::MAX, usize::MAX).unwrap();
    assert_eq!(messages.len(), 121 - 25);
    for message in &messages {
        assert_eq!(
            (&message.subject, &message.payload),
            (&TEXTS[2].into(), &TEXTS[4].into())
        );
    }
    let state = store.state(TEXTS[5].as_bytes()).unwrap();
    assert_eq!(state, format!("{} 121", TEXTS[6]).as_bytes());
    assert_eq!(store.stream(TEXTS[7]).unwrap().map(drop), None);
    assert_eq!(store.state(TEXTS[8].as_bytes()), None);
}

#[test]
fn nothing_that_a_store_with_a_key_is_told_stands_in_its_files() {
    let disk = CrashDisk::new();
    fill(&open(&disk, None).unwrap(), Cipher::None);
    let clear = found_in_clear(&disk, &TEXTS);
    for text in TEXTS {
        assert!(clear.iter().any(|(_, found)| found == text), "{text}");
    }
    for cipher in CIPHERS {
        let disk = CrashDisk::new();
        let options = StoreOptions {
            cipher,
            ..options(Some(1))
        };
        let calls = AtomicUsize::new(0);
        disk.before_each(move |disk, _| {
            if calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(20) {
                assert_eq!(found_in_clear(disk, &TEXTS), []);
            }
        });
        let store = Store::open(Arc::new(disk.clone()), options).unwrap();
        fill(&store, cipher);
        check_filled(&store);
        store.repair(3 << 32).unwrap();
        store.close(3 << 32).unwrap();
        disk.forget_hook();
        assert_eq!(found_in_clear(&disk, &TEXTS), []);
        check_filled(&open(&disk.kill(), Some(1)).unwrap());
    }
}

/// Symptom: an embedder that asked for the state under the key `\0k` got the store's secret.
/// Cause: the store's own keys were left out of lists alone.
/// Remedy: what callers are shown of the small state is a type of its own, without them.
#[test]
fn the_store_s_own_keys_are_shown_to_nobody() {
    let disk = CrashDisk::new();
    let store = open(&disk, Some(1)).unwrap();
    drop(store.create_stream("s", StreamOptions::default()).unwrap());
    drop(store.put_state(b"k", b"v").unwrap());
    store.commit_once(0).unwrap();
    let definition = [&b"\0s"[..], &1_u64.to_be_bytes()].concat();
    for store in [store, open(&disk.kill(), Some(1)).unwrap()] {
        for own in [b"\0k", b"\0n", &definition[..], b"\0", b""] {
            assert_eq!(store.state(own), None, "{own:?}");
            assert!(store.put_state(own, b"mine").is_err(), "{own:?}");
            assert!(store.delete_state(own).is_err(), "{own:?}");
        }
        let shown = vec![(b"k".to_vec(), b"v".to_vec())];
        assert_eq!(store.states(b""), shown);
        assert_eq!(store.states(b"\0"), []);
    }
}

#[test]
fn a_store_with_a_key_opens_with_no_other_and_is_left_as_it_is() {
    let disk = CrashDisk::new();
    fill(&open(&disk, Some(1)).unwrap(), Cipher::Aes256Gcm);
    let disk = disk.kill();
    let before = files(&disk);
    let refused = open(&disk, Some(2)).err();
    assert!(
        matches!(refused, Some(Error::WrongKey { .. })),
        "{refused:?}"
    );
    assert_eq!(open(&disk, None).err(), Some(Error::NoKey));
    assert_eq!(files(&disk), before);
    check_filled(&open(&disk, Some(1)).unwrap());
    // What small state is encrypted with may change.
    for cipher in CIPHERS {
        let options = StoreOptions {
            cipher,
            ..options(Some(1))
        };
        let store = Store::open(Arc::new(disk.kill()), options).unwrap();
        check_filled(&store);
        drop(store.put_state(b"k", b"v").unwrap());
        store.commit_once(0).unwrap();
        drop(store);
    }
}

/// What was there before the key stays, and its small state is in clear until the journal has come round.
#[test]
fn a_store_in_clear_opens_with_a_key_and_its_manifest_is_encrypted_then() {
    let disk = CrashDisk::new();
    fill(&open(&disk, None).unwrap(), Cipher::None);
    let disk = disk.kill();
    for again in [false, true] {
        let store = open(&disk, Some(1)).unwrap();
        check_filled(&store);
        assert!(
            found_in_clear(&disk, &TEXTS)
                .iter()
                .all(|(file, _)| !file.starts_with("manifest")),
            "{again}"
        );
        drop(store);
    }
    let store = open(&disk, Some(1)).unwrap();
    store.repair(0).unwrap();
    let text = b"some-new-state".repeat(10);
    for k in 0..2_000_u32 {
        drop(store.put_state(format!("k{k}").as_bytes(), &text).unwrap());
        store.commit_once(0).unwrap();
    }
    let in_clear = [TEXTS[0], TEXTS[1], TEXTS[5], TEXTS[6], "some-new-state"];
    assert_eq!(found_in_clear(&disk, &in_clear), []);
    drop(store);
    check_filled(&open(&disk, Some(1)).unwrap());
    assert_eq!(open(&disk, None).err(), Some(Error::NoKey));
}

/// A power cut before each operation that encrypts the manifest of a store in clear.
#[test]
fn a_manifest_is_encrypted_whole_or_not_at_all() {
    let disk = CrashDisk::new();
    fill(&open(&disk, None).unwrap(), Cipher::None);
    let disk = disk.kill();
    let cuts = Arc::new(AtomicUsize::new(0));
    let counted = cuts.clone();
    disk.before_each(move |disk, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        for outcome in 0..3 {
            let left = disk.cut(outcome);
            check_filled(&open(&left, Some(1)).unwrap());
            check_filled(&open(&left.kill(), Some(1)).unwrap());
        }
    });
    drop(open(&disk, Some(1)).unwrap());
    assert!(cuts.load(Ordering::Relaxed) > 8);
}

/// Gives a copy of the manifest another generation, with a checksum that holds.
fn claim_generation(file: &mut [u8], generation: u64) {
    file[8..16].copy_from_slice(&generation.to_le_bytes());
    let sum = crc(0, &file[..24]);
    file[24..28].copy_from_slice(&sum);
}

#[test]
fn an_older_manifest_isn_t_taken_for_a_newer_one() {
    let disk = CrashDisk::new();
    let store = open(&disk, Some(1)).unwrap();
    drop(store.put_state(b"k", b"old").unwrap());
    store.repair(0).unwrap();
    let old = disk.bytes("manifest.a").unwrap();
    drop(store.put_state(b"k", b"new").unwrap());
    store.repair(0).unwrap();
    drop(store);
    let found = |disk: &CrashDisk| {
        let store = open(disk, Some(1)).unwrap();
        (store.state(b"k").unwrap(), store.damage())
    };
    // As it is it is the older copy of two.
    let disk = disk.kill();
    disk.tamper("manifest.a", |file| *file = old.clone());
    assert_eq!(found(&disk.kill()), (b"new".to_vec(), vec![]));
    disk.tamper("manifest.a", |file| claim_generation(file, 1 << 40));
    let (state, damage) = found(&disk.kill());
    assert_eq!(state, b"new");
    assert_eq!(damage[0].kind, DamageKind::Copy);
    let store = open(&disk, Some(1)).unwrap();
    store.repair(0).unwrap();
    drop(store);
    assert_eq!(found(&disk), (b"new".to_vec(), vec![]));
}

#[test]
fn a_manifest_in_clear_doesn_t_count_beside_an_encrypted_one() {
    let (mine, made_up) = (CrashDisk::new(), CrashDisk::new());
    fill(&open(&mine, Some(1)).unwrap(), Cipher::Aes256Gcm);
    drop(open(&made_up, None).unwrap());
    let mut forged = made_up.bytes("manifest.a").unwrap();
    claim_generation(&mut forged, 1 << 40);
    for copy in ["manifest.a", "manifest.b"] {
        let disk = mine.kill();
        disk.tamper(copy, |file| *file = forged.clone());
        check_filled(&open(&disk, Some(1)).unwrap());
        assert!(disk.bytes(copy).unwrap().starts_with(b"MDGMANI3"));
    }
    // With both of them gone the journal tells that there was another one, with a key and without.
    let disk = mine.kill();
    for copy in ["manifest.a", "manifest.b"] {
        disk.tamper(copy, |file| *file = forged.clone());
    }
    let before = files(&disk);
    for key in [Some(1), Some(2), None] {
        assert!(is_refused(&open(&disk, key), "the journal"));
    }
    assert_eq!(files(&disk), before);
    // Without one the journal's state is nobody's to make up.
    let disk = mine.kill();
    for copy in ["manifest.a", "manifest.b"] {
        disk.remove(copy).unwrap();
    }
    assert!(is_refused(&open(&disk, Some(1)), "the secret is gone"));
}

fn is_refused(opened: &Result<Store, Error>, because: &str) -> bool {
    matches!(opened, Err(it @ Error::Unreadable { .. }) if it.to_string().contains(because))
}

/// Symptom: a store with a key served messages that somebody had made up in clear, and stored new ones in clear.
/// Cause: a manifest in clear in place of both copies was taken for that of a store that never had a key.
/// Remedy: what can't be in such a store refuses it; a store that may be one is warned of.
#[test]
fn a_manifest_in_clear_in_place_of_an_encrypted_one_is_refused() {
    let (mine, made_up) = (CrashDisk::new(), CrashDisk::new());
    fill(&open(&mine, Some(1)).unwrap(), Cipher::Aes256Gcm);
    fill(&open(&made_up, None).unwrap(), Cipher::None);
    let disk = mine.kill();
    for name in disk.list().unwrap() {
        if !name.contains(".meta.") {
            disk.remove(&name).unwrap();
        }
    }
    for (name, bytes) in files(&made_up) {
        if !name.contains(".meta.") {
            disk.create(&name).unwrap().write_at(&bytes, 0).unwrap();
        }
    }
    let before = files(&disk);
    assert!(is_refused(&open(&disk, Some(1)), "meta"));
    assert_eq!(files(&disk), before);
}

#[test]
fn that_a_store_was_in_clear_is_told_when_it_is_encrypted() {
    let disk = CrashDisk::new();
    for (key, want) in [(None, 0), (Some(1), 1), (Some(1), 0)] {
        let (opened, lines) = Captured::of(|| open(&disk, key));
        drop(opened.unwrap());
        let told = lines
            .iter()
            .filter(|line| line.contains("in clear until now"));
        assert_eq!(told.count(), want, "{lines:?}");
    }
}

/// Manifest and journal know of each other how new they are.
#[test]
fn a_manifest_or_journal_of_earlier_is_told() {
    let disk = CrashDisk::new();
    let store = open(&disk, Some(1)).unwrap();
    let put = |value: &[u8]| {
        drop(store.put_state(b"k", value).unwrap());
        store.commit_once(0).unwrap();
    };
    put(b"old");
    store.repair(0).unwrap();
    put(b"older");
    let earlier = files(&disk);
    put(b"new");
    store.repair(0).unwrap();
    put(b"newer");
    drop(store);
    let now = disk.kill();
    assert_eq!(open(&now.kill(), Some(1)).unwrap().damage(), []);
    for (names, outdated) in [
        (&["manifest.a", "manifest.b"][..], Some("manifest")),
        (&["journal"][..], Some("journal")),
        (&["manifest.a"][..], None),
        (&["manifest.a", "manifest.b", "journal"][..], None),
    ] {
        let disk = now.kill();
        for &name in names {
            disk.tamper(name, |file| file.clone_from(&earlier[name]));
        }
        let store = open(&disk, Some(1)).unwrap();
        let told = store.damage().into_iter().map(|it| (it.kind, it.file));
        let want = outdated.map(|file| (DamageKind::Outdated, file.to_owned()));
        assert!(told.eq(want), "{names:?}: {:?}", store.damage());
        store.repair(0).unwrap();
        drop(store);
        let store = open(&disk, Some(1)).unwrap();
        assert_eq!(store.damage(), [], "{names:?} repaired");
    }
}

/// Symptom: after a journal was lost each start reported another one of earlier.
/// Cause: the one that was made anew has no frame until something is written, and the manifest knows a newer one.
/// Remedy: it begins with a frame.
#[test]
fn a_journal_that_is_lost_is_told_once() {
    let disk = CrashDisk::new();
    let store = open(&disk, Some(1)).unwrap();
    drop(store.put_state(b"k", b"v").unwrap());
    store.repair(0).unwrap();
    drop(store);
    let disk = disk.kill();
    disk.remove("journal").unwrap();
    for want in [vec![DamageKind::Journal], vec![], vec![]] {
        let store = open(&disk, Some(1)).unwrap();
        let told: Vec<_> = store.damage().into_iter().map(|it| it.kind).collect();
        assert_eq!(told, want);
        assert_eq!(store.state(b"k").unwrap(), b"v");
    }
}

/// Frames of the journal begin on multiples of this.
const PAGE: usize = 4096;

/// Whoever can write to the journal, checksums included, changes no state: not by state in clear, nor by state of another frame.
#[test]
fn state_that_was_put_into_the_journal_doesn_t_count() {
    let seed = SALT as u32;
    let disk = CrashDisk::new();
    let store = open(&disk, Some(1)).unwrap();
    for value in [b"first", b"later"] {
        drop(store.put_state(b"k", value).unwrap());
        store.commit_once(0).unwrap();
    }
    drop(store);
    let disk = disk.kill();
    let journal = disk.bytes("journal").unwrap();
    let frames: Vec<usize> = (PAGE..journal.len())
        .step_by(PAGE)
        .filter(|&at| journal[at..].starts_with(b"MDGFRAM1"))
        .collect();
    let [first, later] = frames[..] else {
        panic!("{frames:?}");
    };
    // Puts another body into the last frame, with checksums that hold.
    let forge = |body: &[u8]| {
        let disk = disk.kill();
        disk.tamper("journal", |file| {
            let frame = &mut file[later..later + PAGE];
            frame[64..64 + body.len()].copy_from_slice(body);
            frame[48..52].copy_from_slice(&(body.len() as u32).to_le_bytes());
            let sum = crc(0, &frame[64..64 + body.len()]);
            frame[12..16].copy_from_slice(&sum);
            let sum = crc(seed, &frame[12..64]);
            frame[8..12].copy_from_slice(&sum);
        });
        let store = open(&disk, Some(1)).unwrap();
        (store.state(b"k"), store.damage())
    };
    let body = |at: usize| {
        let len = u32::from_le_bytes(journal[at + 48..at + 52].try_into().unwrap());
        &journal[at + 64..at + 64 + len as usize]
    };
    assert_eq!(forge(body(later)), (Some(b"later".to_vec()), vec![]));
    let (state, damage) = forge(body(first));
    assert_eq!(state.unwrap(), b"first", "of the frame before it");
    assert_eq!(damage[0].kind, DamageKind::Frame);
    // A put in clear: tag, cipher, lengths, key and value.
    let mut clear = vec![0; 40];
    clear[4] = 2;
    clear[6] = 1;
    clear[8] = 7;
    clear[32..39].copy_from_slice(b"kforged");
    let sum = crc(seed, &clear[4..39]);
    clear[..4].copy_from_slice(&sum);
    assert_eq!(forge(&clear).0.unwrap(), b"first");
}

/// The offsets of the frames, in the order of the file.
fn frames_of(journal: &[u8]) -> Vec<usize> {
    let pages = (PAGE..journal.len()).step_by(PAGE);
    pages
        .filter(|&at| journal[at..].starts_with(b"MDGFRAM1"))
        .collect()
}

/// Gives the frame there checksums that hold.
fn certify_frame(journal: &mut [u8], at: usize) {
    let len = u32::from_le_bytes(journal[at + 48..at + 52].try_into().unwrap());
    let sum = crc(0, &journal[at + 64..at + 64 + len as usize]);
    journal[at + 12..at + 16].copy_from_slice(&sum);
    let sum = crc(SALT as u32, &journal[at + 12..at + 64]);
    journal[at + 8..at + 12].copy_from_slice(&sum);
}

/// What somebody does to the journal, given the offsets of its frames.
type Attack = fn(&mut [u8], &[usize]);

/// Symptom: a change of small state was gone, and nothing told it.
/// Cause: each entry was bound to its place, and nothing said how many there were, nor which frame came before.
/// Remedy: a frame's last entry seals their number and the frame's head.
#[test]
fn state_that_was_taken_out_of_the_journal_is_told() {
    let disk = CrashDisk::new();
    let store = open(&disk, Some(1)).unwrap();
    for value in [b"1", b"2", b"3"] {
        drop(store.put_state(b"k", value).unwrap());
        store.commit_once(0).unwrap();
    }
    drop(store);
    let disk = disk.kill();
    let attacks: [(&str, Attack); 4] = [
        ("nothing", |journal, frames| {
            certify_frame(journal, frames[2]);
        }),
        ("entries are spoilt", |journal, frames| {
            let end =
                u32::from_le_bytes(journal[frames[2] + 48..][..4].try_into().unwrap()) as usize;
            for at in (frames[2] + 64..frames[2] + 64 + end).step_by(8) {
                // Puts, encrypted.
                if journal[at + 4] == 2 && journal[at + 5] > 0 && journal[at + 7] == 0 {
                    journal[at] ^= 1;
                }
            }
            certify_frame(journal, frames[2]);
        }),
        ("a frame without a body", |journal, frames| {
            journal[frames[2] + 48..frames[2] + 56].fill(0);
            certify_frame(journal, frames[2]);
        }),
        ("a frame is left out", |journal, frames| {
            journal[frames[1]..frames[1] + 8].fill(0);
            journal.copy_within(frames[1] + 24..frames[1] + 32, frames[2] + 24);
            certify_frame(journal, frames[2]);
        }),
    ];
    for (what, attack) in attacks {
        let disk = disk.kill();
        disk.tamper("journal", |journal| {
            let frames = frames_of(journal);
            assert_eq!(frames.len(), 3);
            attack(journal, &frames);
        });
        let told = open(&disk, Some(1)).unwrap().damage();
        let kinds: Vec<_> = told.iter().map(|it| it.kind).collect();
        let want = if what == "nothing" {
            vec![]
        } else {
            vec![DamageKind::Frame]
        };
        assert_eq!(kinds, want, "{what}");
    }
}

#[test]
fn what_is_repaired_and_compacted_stays_encrypted() {
    for cipher in CIPHERS {
        let disk = CrashDisk::new();
        let options = StoreOptions {
            cipher,
            ..options(Some(1))
        };
        let store = Store::open(Arc::new(disk.clone()), options.clone()).unwrap();
        fill(&store, cipher);
        store.close(3 << 32).unwrap();
        drop(store);
        // One copy of each small file, a frame, and a segment are hurt.
        for (name, bytes) in files(&disk) {
            if name.ends_with(".a") || name == "journal" {
                let at = if name == "journal" { PAGE + 100 } else { 40 };
                disk.tamper(&name, |file| file[at] ^= 1);
            } else if name.ends_with("0000.seg") && bytes.len() >= 4096 {
                disk.tamper(&name, |file| file[100] ^= 1);
            }
        }
        let store = Store::open(Arc::new(disk.clone()), options.clone()).unwrap();
        assert_ne!(store.repair(4 << 32).unwrap(), []);
        drop(store);
        assert_eq!(found_in_clear(&disk, &TEXTS), []);
        let store = Store::open(Arc::new(disk.kill()), options).unwrap();
        let left: Vec<_> = store
            .check()
            .unwrap()
            .into_iter()
            .filter(|it| it.kind != DamageKind::Orphan)
            .collect();
        assert_eq!(left, []);
        assert_eq!(store.streams()[0].0, TEXTS[0]);
    }
}

#[test]
fn compressed_bodies_are_encrypted_as_well() {
    let disk = CrashDisk::new();
    let store = open(&disk, Some(1)).unwrap();
    let options = StreamOptions {
        cipher: Cipher::Aes256Gcm,
        compression: Compression::S2,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    let text = TEXTS[4].repeat(50);
    drop(stream.append(NewMessage::new(TEXTS[2], &text), 1).unwrap());
    store.commit_once(1).unwrap();
    assert_eq!(found_in_clear(&disk, &TEXTS), []);
    drop((stream, store));
    let store = open(&disk.kill(), Some(1)).unwrap();
    let stream = store.stream("s").unwrap().unwrap();
    assert_eq!(stream.get(1).unwrap().unwrap().payload, text);
}
