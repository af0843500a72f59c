//! An encrypted body counts at its own place alone: who can write to the files, checksums included, may take messages away, and makes none.
#![cfg(feature = "crypto")]
use midge_streamlog::{
    Cipher, Damage, DamageKind, Key, NewMessage, Store, StoreOptions, Stream, StreamOptions,
    sim::CrashDisk,
};
use std::{collections::BTreeMap, sync::Arc};

mod encrypted;
use encrypted::{
    BOUND, ENCRYPTED, HEAD, HEADER, Record, SALT, crc, options, records, released, segments, u32_at,
};

const MESSAGES: u64 = 100;

fn open(disk: &CrashDisk) -> Store {
    let options = StoreOptions {
        // Everything is in the segments.
        direct_bytes: 1,
        ..options(Some(1))
    };
    Store::open(Arc::new(disk.clone()), options).unwrap()
}

/// All of one length, so that they could stand in for each other.
fn payload(stream: &str, seq: u64) -> String {
    format!("{stream} {seq:06}")
}

fn stream_options(cipher: Cipher) -> StreamOptions {
    StreamOptions {
        segment_bytes: 4096,
        cipher,
        ..StreamOptions::default()
    }
}

/// Two streams of the same shape: a sealed segment, and one that is being filled.
fn filled(cipher: Cipher) -> CrashDisk {
    let disk = CrashDisk::new();
    let store = open(&disk);
    for name in ["one", "two"] {
        let (stream, _) = store.create_stream(name, stream_options(cipher)).unwrap();
        store.commit_once(0).unwrap();
        for seq in 1..=MESSAGES {
            let (time, text) = (seq / 10, payload(name, seq));
            drop(stream.append(NewMessage::new("s", &text), time).unwrap());
            if seq == MESSAGES / 2 {
                // The rest is in another segment.
                store.commit_once(0).unwrap();
                drop(
                    stream
                        .append(NewMessage::new("s", &[0; 70_000]), time)
                        .unwrap(),
                );
                store.commit_once(0).unwrap();
                drop(stream.truncate(seq).unwrap());
            }
        }
        store.commit_once(0).unwrap();
    }
    store.maintain_once(0).unwrap();
    store.close(0).unwrap();
    disk.kill()
}

/// What of a stream can be read, all of which is what was written.
fn served(store: &Store, name: &str) -> Vec<u64> {
    let stream = store.stream(name).unwrap().unwrap();
    // The first pass takes out what is damaged.
    let read = |stream: &Stream| stream.read(0, usize::MAX, usize::MAX).unwrap();
    read(&stream);
    let messages = read(&stream);
    for message in &messages {
        assert_eq!(message.payload, payload(name, message.seq));
        assert_eq!(
            (&message.subject[..], message.time),
            (&b"s"[..], message.seq / 10)
        );
    }
    messages.iter().map(|message| message.seq).collect()
}

/// Does this to the records of each segment of the first stream in turn; those that it names are gone then, and all others are there.
fn attack(
    disk: &CrashDisk,
    change: impl Fn(&mut Vec<u8>, u32, &BTreeMap<u64, Record>) -> Vec<u64>,
) {
    let mut attacked = 0;
    for (number, name) in segments(disk, 1) {
        let disk = disk.kill();
        let records = records(&disk.bytes(&name).unwrap());
        if records.len() < 10 {
            continue;
        }
        let mut hurt = Vec::new();
        disk.tamper(&name, |file| hurt = change(file, number, &records));
        let store = open(&disk);
        let left = served(&store, "one");
        let want: Vec<u64> = (1..=MESSAGES).filter(|seq| !hurt.contains(seq)).collect();
        assert_eq!(left, want, "segment {number}, {:?}", store.damage());
        assert!(
            store
                .damage()
                .iter()
                .any(|it| matches!(it.kind, DamageKind::Record | DamageKind::Unreadable))
        );
        assert_eq!(served(&store, "two").len() as u64, MESSAGES);
        attacked += 1;
    }
    assert!(
        attacked >= 2,
        "some that are sealed, and one that is being filled"
    );
}

const CIPHERS: [Cipher; 2] = [Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305];

#[test]
fn the_samples_are_what_they_are_said_to_be() {
    for cipher in CIPHERS {
        let disk = filled(cipher);
        let store = open(&disk);
        for name in ["one", "two"] {
            assert_eq!(served(&store, name).len() as u64, MESSAGES);
        }
        assert_eq!(store.check().unwrap(), []);
    }
}

#[test]
fn bodies_of_one_segment_that_were_swapped_are_gone() {
    for cipher in CIPHERS {
        attack(&filled(cipher), |file, number, records| {
            let mut of = records.iter();
            let (&seq, &one) = of.next().unwrap();
            let (&other_seq, &other) = of.nth(2).unwrap();
            assert_eq!(one.stored, other.stored);
            let body = file[one.body()].to_vec();
            file.copy_within(other.body(), one.body().start);
            file[other.body()].copy_from_slice(&body);
            one.certify(file, 1, number);
            other.certify(file, 1, number);
            vec![seq, other_seq]
        });
    }
}

/// Symptom: two messages had the same sequence, before and after a start. Cause: a message that doesn't open raised the last sequence only when it was the next
/// one in turn, and in front of it damage hid another one. Remedy: what was damaged may have held as many as fit into it.
#[test]
fn no_sequence_is_given_twice_when_a_body_behind_damage_doesn_t_open() {
    for cipher in CIPHERS {
        for (hidden, forged) in [(1, 1), (3, 1), (1, 2)] {
            let disk = CrashDisk::new();
            let store = open(&disk);
            let (stream, _) = store.create_stream("one", stream_options(cipher)).unwrap();
            for seq in 1..=20 {
                drop(
                    stream
                        .append(NewMessage::new("s", &payload("one", seq)), seq / 10)
                        .unwrap(),
                );
                // Each knows that the one before it was durable.
                store.commit_once(0).unwrap();
            }
            store.close(0).unwrap();
            drop((stream, store));
            let (number, name) = segments(&disk, 1).pop_first().unwrap();
            disk.tamper(&name, |file| {
                for (seq, record) in records(file).into_iter().rev().take(hidden + forged) {
                    file[record.body()].iter_mut().for_each(|byte| *byte ^= 1);
                    if seq > 20 - forged as u64 {
                        record.certify(file, 1, number);
                    }
                }
            });
            for again in 1..=3 {
                let store = open(&disk);
                assert_eq!(
                    served(&store, "one").len(),
                    20 - hidden - forged + again - 1
                );
                let stream = store.stream("one").unwrap().unwrap();
                let seq = 20 + again as u64;
                let message = payload("one", seq);
                let appended = stream
                    .append(NewMessage::new("s", &message), seq / 10)
                    .unwrap();
                assert_eq!(appended.seq, seq, "{hidden} behind, {forged} don't open");
                store.close(0).unwrap();
            }
        }
    }
}

/// What the journal alone has.
#[test]
fn bodies_of_one_frame_that_were_swapped_are_gone() {
    for cipher in CIPHERS {
        let disk = CrashDisk::new();
        let store = Store::open(Arc::new(disk.clone()), options(Some(1))).unwrap();
        let (stream, _) = store.create_stream("one", stream_options(cipher)).unwrap();
        store.commit_once(0).unwrap();
        for seq in 1..=3 {
            let text = payload("one", seq);
            drop(stream.append(NewMessage::new("s", &text), 0).unwrap());
        }
        store.commit_once(0).unwrap();
        drop((stream, store));
        let disk = disk.kill();
        assert!(segments(&disk, 1).is_empty());
        disk.tamper("journal", |file| {
            let frames = (4096..file.len()).step_by(4096);
            let is_frame = |at: &usize| file[*at..].starts_with(b"MDGFRAM1");
            let frame = frames.rev().find(is_frame).unwrap();
            let len = u32_at(file, frame + 48) as usize;
            // One entry: its head, then the records.
            let body = frame + 64..frame + 64 + len;
            let mut image = vec![0; HEADER];
            image.extend_from_slice(&file[body.start + 32..body.end]);
            let records = records(&image);
            let (one, other) = (records[&1], records[&2]);
            let swapped = [image[one.body()].to_vec(), image[other.body()].to_vec()];
            image[one.body()].copy_from_slice(&swapped[1]);
            image[other.body()].copy_from_slice(&swapped[0]);
            one.certify(&mut image, 1, 1);
            other.certify(&mut image, 1, 1);
            file[body.start + 32..body.end].copy_from_slice(&image[HEADER..]);
            let sum = crc(0, &file[body]);
            file[frame + 12..frame + 16].copy_from_slice(&sum);
            let sum = crc(SALT as u32, &file[frame + 12..frame + 64]);
            file[frame + 8..frame + 12].copy_from_slice(&sum);
        });
        let store = Store::open(Arc::new(disk), options(Some(1))).unwrap();
        assert_eq!(served(&store, "one"), [3]);
        let told: Vec<_> = store.damage().into_iter().map(|it| it.kind).collect();
        assert_eq!(told, [DamageKind::Unreadable; 2]);
    }
}

#[test]
fn a_body_of_another_stream_is_gone() {
    for cipher in CIPHERS {
        let disk = filled(cipher);
        let others = segments(&disk, 2);
        attack(&disk, |file, number, records| {
            let other = disk.bytes(&others[&number]).unwrap();
            let (&seq, &record) = records.iter().nth(3).unwrap();
            // The whole record: head, body and all.
            let len = u32_at(&other, record.at + 4) as usize;
            let whole = record.at..record.at + len;
            assert_eq!(
                file[whole.start + 8..whole.start + HEAD],
                other[whole.start + 8..][..HEAD - 8]
            );
            file[whole.clone()].copy_from_slice(&other[whole]);
            record.certify(file, 1, number);
            vec![seq]
        });
    }
}

#[test]
fn a_body_of_another_store_is_gone() {
    let (mine, other) = (filled(Cipher::Aes256Gcm), filled(Cipher::Aes256Gcm));
    attack(&mine, |file, number, records| {
        let bytes = other.bytes(&segments(&other, 1)[&number]).unwrap();
        let (&seq, &record) = records.iter().nth(3).unwrap();
        file[record.body()].copy_from_slice(&bytes[record.body()]);
        record.certify(file, 1, number);
        vec![seq]
    });
}

/// Offsets of the time, the ttl, the length of headers, of the subject, of the plain body.
#[test]
fn a_body_under_another_head_is_gone() {
    let disk = filled(Cipher::Aes256Gcm);
    for at in [16, 24, 28, 32, 36, 44] {
        attack(&disk, |file, number, records| {
            let (&seq, &record) = records.iter().nth(5).unwrap();
            file[record.at + at] ^= 1;
            record.certify(file, 1, number);
            vec![seq]
        });
    }
}

#[test]
fn a_body_that_is_said_to_be_of_version_1_is_gone() {
    for cipher in CIPHERS {
        attack(&filled(cipher), |file, number, records| {
            let (&seq, &record) = records.iter().nth(5).unwrap();
            assert_eq!(
                file[record.at + 39] & (BOUND | ENCRYPTED),
                BOUND | ENCRYPTED
            );
            file[record.at + 39] &= !BOUND;
            record.certify(file, 1, number);
            vec![seq]
        });
    }
}

/// Bodies that version 1 wrote with the same key, for the same numbers of stream and segment, in a stream that never had any.
#[test]
fn a_body_of_version_1_is_nothing_to_a_stream_made_since() {
    let name = "0000000000000002-00000001-0000.seg";
    let old = released(1).bytes(name).unwrap();
    let written = records(&old).len();
    assert!(written > 10);
    let disk = CrashDisk::new();
    let options = StoreOptions {
        key: Some(Key::new([9; 32])),
        direct_bytes: 1,
        ..options(None)
    };
    let store = Store::open(Arc::new(disk.clone()), options.clone()).unwrap();
    let cipher = Cipher::ChaCha20Poly1305;
    drop(store.create_stream("one", stream_options(cipher)).unwrap());
    let (two, _) = store.create_stream("two", stream_options(cipher)).unwrap();
    drop(two.append(NewMessage::new("s", "x"), 0).unwrap());
    store.commit_once(0).unwrap();
    store.close(0).unwrap();
    drop((two, store));
    let disk = disk.kill();
    disk.tamper(name, |file| *file = old);
    let store = Store::open(Arc::new(disk), options).unwrap();
    let two = store.stream("two").unwrap().unwrap();
    assert_eq!(two.read(0, usize::MAX, usize::MAX).unwrap(), []);
    let told = store.damage();
    let unreadable = |it: &&Damage| it.kind == DamageKind::Unreadable;
    assert_eq!(told.iter().filter(unreadable).count(), written);
}

/// A body in clear, as long as the encrypted one was.
#[test]
fn a_body_in_clear_is_gone() {
    for flags in [0, BOUND] {
        attack(&filled(Cipher::Aes256Gcm), |file, number, records| {
            let (&seq, &record) = records.iter().nth(5).unwrap();
            file[record.body()].fill(b's');
            file[record.at + 39] = flags;
            let stored = (record.stored as u32).to_le_bytes();
            file[record.at + 44..record.at + 48].copy_from_slice(&stored);
            record.certify(file, 1, number);
            vec![seq]
        });
    }
}

/// A meta file says what is deleted. One in clear, or of another stream, isn't the stream's.
#[test]
fn a_meta_file_that_was_put_there_doesn_t_count() {
    let disk = filled(Cipher::Aes256Gcm);
    let clear = filled(Cipher::None);
    let forged = [
        clear.bytes("0000000000000001.meta.a").unwrap(),
        disk.bytes("0000000000000002.meta.a").unwrap(),
    ];
    assert!(forged[0].starts_with(b"MDGMETA1") && forged[1].starts_with(b"MDGMETA2"));
    let mine = ["0000000000000001.meta.a", "0000000000000001.meta.b"];
    for forged in forged {
        for copies in [&mine[..1], &mine[1..], &mine[..]] {
            let disk = disk.kill();
            for copy in copies {
                disk.tamper(copy, |file| {
                    *file = forged.clone();
                    file[8..16].copy_from_slice(&(1_u64 << 40).to_le_bytes());
                    let sum = crc(0, &file[..24]);
                    file[24..28].copy_from_slice(&sum);
                });
            }
            let store = open(&disk);
            assert_eq!(served(&store, "one").len() as u64, MESSAGES);
            let kind = match copies.len() {
                1 => DamageKind::Copy,
                _ => DamageKind::Metadata,
            };
            assert_eq!(store.damage()[0].kind, kind);
        }
    }
}

/// A stream that version 1 wrote goes on: what is new is bound to its place, and a rewrite carries the old over.
#[test]
fn a_stream_of_version_1_gets_bodies_that_are_bound() {
    let disk = released(1);
    let open = |disk: &CrashDisk| {
        let options = StoreOptions {
            key: Some(Key::new([9; 32])),
            direct_bytes: 1,
            ..options(None)
        };
        Store::open(Arc::new(disk.clone()), options).unwrap()
    };
    let count = |store: &Store| {
        let stream = store.stream("sealed").unwrap().unwrap();
        stream.read(0, usize::MAX, usize::MAX).unwrap().len()
    };
    let flags = |disk: &CrashDisk, name: &str| -> Vec<u8> {
        let file = disk.bytes(name).unwrap();
        let records = records(&file).into_values();
        records
            .map(|record| file[record.at + 39] & (ENCRYPTED | BOUND))
            .collect()
    };
    let store = open(&disk);
    let stream = store.stream("sealed").unwrap().unwrap();
    let before = count(&store);
    let old = segments(&disk, 2);
    assert!(
        old.values()
            .all(|name| flags(&disk, name).iter().all(|&flags| flags == ENCRYPTED))
    );
    for k in 0..100 {
        drop(
            stream
                .append(NewMessage::new("s.new", &[b'x'; 100]), k)
                .unwrap(),
        );
        store.commit_once(0).unwrap();
    }
    store.commit_once(0).unwrap();
    let bound = |disk: &CrashDisk| -> Vec<(String, Vec<u8>)> {
        let names = segments(disk, 2).into_values();
        names
            .map(|name| (name.clone(), flags(disk, &name)))
            .filter(|(_, flags)| flags.contains(&(ENCRYPTED | BOUND)))
            .collect()
    };
    let all: usize = bound(&disk)
        .iter()
        .map(|(_, flags)| {
            flags
                .iter()
                .filter(|&&flags| flags == ENCRYPTED | BOUND)
                .count()
        })
        .sum();
    assert_eq!(all, 100);
    // A new body isn't taken for one of version 1 here either.
    let attacked = disk.kill();
    let (name, number) = {
        let (number, name) = segments(&disk, 2).pop_last().unwrap();
        (name, number)
    };
    attacked.tamper(&name, |file| {
        let record = records(file).into_values().last().unwrap();
        file[record.at + 39] &= !BOUND;
        record.certify(file, 2, number);
    });
    assert_eq!(count(&open(&attacked)), before + 99);
    // Most of the old is deleted, so that its segments are rewritten.
    let deleted: Vec<u64> = (1..=150).filter(|seq| seq % 5 > 0).collect();
    drop(stream.delete_many(&deleted).unwrap());
    for second in 0..20 {
        store.maintain_once(second << 32).unwrap();
    }
    let rewritten: Vec<_> = segments(&disk, 2)
        .into_values()
        .filter(|name| !name.ends_with("-0000.seg"))
        .collect();
    assert!(rewritten.len() >= 2, "{rewritten:?}");
    for name in &rewritten {
        assert!(
            flags(&disk, name)
                .iter()
                .all(|&flags| flags == ENCRYPTED | BOUND)
        );
    }
    assert_eq!(count(&store), before + 100 - deleted.len());
    drop((stream, store));
    let store = open(&disk.kill());
    assert_eq!(count(&store), before + 100 - deleted.len());
    assert_eq!(store.check().unwrap(), []);
}
