//! A command of an encrypted stream counts at its own place alone: who can write to the files, checksums included, has nothing deleted, purged, taken back
//! or skipped, and a record that is repeated says nothing the second time.
#![cfg(feature = "crypto")]
use midge_streamlog::{
    Cipher, Damage, DamageKind, Key, NewMessage, Store, StoreOptions, StreamOptions, sim::CrashDisk,
};
use std::sync::Arc;

mod encrypted;
use encrypted::{
    BOUND, ENCRYPTED, HEAD, HEADER, Record, options, records, released, segments, u32_at,
};

const CIPHERS: [Cipher; 2] = [Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305];
const MESSAGES: u64 = 40;
/// Kinds of records.
const DELETE: u8 = 1;
const TRUNCATE: u8 = 4;

fn open(disk: &CrashDisk, key: u8) -> Store {
    let options = StoreOptions {
        // Everything is in the segments.
        direct_bytes: 1,
        ..options(Some(key))
    };
    Store::open(Arc::new(disk.clone()), options).unwrap()
}

/// One segment that is being filled; what `then` does to it stands behind the messages.
fn filled(cipher: Cipher, then: impl Fn(&midge_streamlog::Stream)) -> CrashDisk {
    let disk = CrashDisk::new();
    let store = open(&disk, 1);
    let options = StreamOptions {
        cipher,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    store.commit_once(0).unwrap();
    for seq in 1..=MESSAGES {
        drop(stream.append(NewMessage::new("s", "x"), seq).unwrap());
    }
    store.commit_once(0).unwrap();
    then(&stream);
    store.commit_once(0).unwrap();
    store.close(0).unwrap();
    disk.kill()
}

/// The sequences that are there, and what was told.
fn served(disk: &CrashDisk, key: u8, name: &str) -> (Vec<u64>, Vec<Damage>) {
    let store = open(disk, key);
    let stream = store.stream(name).unwrap().unwrap();
    let messages = stream.read(0, usize::MAX, usize::MAX).unwrap();
    let seqs = messages.iter().map(|message| message.seq).collect();
    assert_eq!(stream.stats().msgs, messages.len() as u64);
    (seqs, store.damage())
}

fn all() -> Vec<u64> {
    (1..=MESSAGES).collect()
}

/// Kind, place and length of the records in a segment.
fn layout(file: &[u8]) -> Vec<(u8, usize, usize)> {
    let (mut at, mut found) = (HEADER, Vec::new());
    while at + HEAD <= file.len() {
        let len = u32_at(file, at + 4) as usize;
        if len <= HEAD || at + len > file.len() || file[at + 38] > 5 {
            break;
        }
        found.push((file[at + 38], at, len));
        at += len;
    }
    found
}

fn end_of(file: &[u8]) -> usize {
    layout(file).last().map_or(HEADER, |(_, at, len)| at + len)
}

/// Writes a record behind the others, with a checksum that holds.
fn forge(file: &mut [u8], stream: u64, segment: u32, kind: u8, flags: u8, seq: u64, body: &[u8]) {
    let at = end_of(file);
    let len = (HEAD + body.len() + 8) & !7;
    let record = &mut file[at..at + len];
    record.fill(0x5A);
    record[4..8].copy_from_slice(&(len as u32).to_le_bytes());
    record[8..16].copy_from_slice(&seq.to_le_bytes());
    record[16..38].fill(0);
    (record[38], record[39]) = (kind, flags);
    for field in [40..44, 44..48] {
        record[field].copy_from_slice(&(body.len() as u32).to_le_bytes());
    }
    record[HEAD..HEAD + body.len()].copy_from_slice(body);
    let stored = body.len();
    Record { at, stored }.certify(file, stream, segment);
}

/// Repeats a record behind the others.
fn repeat(file: &mut [u8], (_, at, len): (u8, usize, usize)) {
    let end = end_of(file);
    file.copy_within(at..at + len, end);
    let stored = u32_at(file, at + 40) as usize;
    Record { at: end, stored }.certify(file, 1, 1);
}

fn is_told(damage: &[Damage]) -> bool {
    damage.iter().any(|it| it.kind == DamageKind::Unreadable)
}

#[test]
fn a_command_that_was_made_up_is_not_followed() {
    /// runs: all of them
    const RUNS: [u8; 2] = [1, MESSAGES as u8];
    let begin = (5, 0, &[][..]);
    let commands = [
        (DELETE, 1, &RUNS[..]),
        (2, MESSAGES, &[]),
        (3, 1 << 40, &[]),
        (TRUNCATE, 10, &[]),
        begin,
    ];
    for cipher in CIPHERS {
        let disk = filled(cipher, |_| {});
        let (number, name) = segments(&disk, 1).pop_first().unwrap();
        assert_eq!(number, 1);
        for (kind, seq, body) in commands {
            for flags in [0, ENCRYPTED, BOUND, ENCRYPTED | BOUND] {
                let disk = disk.kill();
                disk.tamper(&name, |file| forge(file, 1, 1, kind, flags, seq, body));
                let (seqs, damage) = served(&disk, 1, "s");
                assert_eq!(seqs, all(), "kind {kind}, flags {flags}");
                assert!(is_told(&damage), "kind {kind}, flags {flags}: {damage:?}");
                // It goes on behind it.
                let store = open(&disk, 1);
                let stream = store.stream("s").unwrap().unwrap();
                let appended = stream.append(NewMessage::new("s", "x"), 0).unwrap();
                assert_eq!(appended.seq, MESSAGES + 1);
            }
        }
    }
}

/// Nor at another place of its own segment: what it named there has other messages by then.
#[test]
fn a_command_that_is_repeated_is_not_followed() {
    for cipher in CIPHERS {
        let disk = filled(cipher, |stream| {
            drop(stream.delete_many(&[MESSAGES]).unwrap());
            drop(stream.truncate(MESSAGES - 1).unwrap());
            drop(stream.append(NewMessage::new("s", "again"), 50).unwrap());
        });
        assert_eq!(served(&disk, 1, "s"), (all(), vec![]));
        let name = &segments(&disk, 1)[&1];
        for kind in [DELETE, TRUNCATE] {
            let disk = disk.kill();
            disk.tamper(name, |file| {
                let mut commands = layout(file).into_iter();
                repeat(file, commands.find(|(it, ..)| *it == kind).unwrap());
            });
            let (seqs, damage) = served(&disk, 1, "s");
            assert_eq!(seqs, all(), "kind {kind}");
            assert!(is_told(&damage), "kind {kind}");
        }
    }
}

/// Symptom: a message that somebody repeated took back all messages since. Cause: one with a sequence that is there stands for a truncation whose record was
/// lost. Remedy: a nonce comes once.
#[test]
fn a_message_that_is_repeated_takes_none_back() {
    for cipher in CIPHERS {
        let disk = filled(cipher, |_| {});
        let name = &segments(&disk, 1)[&1];
        for nth in [0, 10, MESSAGES as usize - 1] {
            let disk = disk.kill();
            disk.tamper(name, |file| {
                let message = layout(file)[nth];
                repeat(file, message);
            });
            let (seqs, damage) = served(&disk, 1, "s");
            assert_eq!(seqs, all(), "message {nth}");
            assert!(is_told(&damage), "message {nth}");
        }
    }
}

/// One that was changed is told of; what stands behind it counts.
#[test]
fn a_command_that_was_changed_is_told() {
    let disk = filled(Cipher::Aes256Gcm, |stream| {
        drop(stream.delete_many(&[7]).unwrap());
        drop(stream.append(NewMessage::new("s", "x"), 50).unwrap());
    });
    let name = &segments(&disk, 1)[&1];
    let without = |seq| {
        (1..=MESSAGES + 1)
            .filter(|it| *it != seq)
            .collect::<Vec<_>>()
    };
    assert_eq!(served(&disk, 1, "s"), (without(7), vec![]));
    // Argument, time, lag, and the list.
    for offset in [8, 16, 28, HEAD + 12] {
        let disk = disk.kill();
        disk.tamper(name, |file| {
            let mut records = layout(file).into_iter();
            let (_, at, _) = records.find(|(kind, ..)| *kind == DELETE).unwrap();
            file[at + offset] ^= 1;
            let stored = u32_at(file, at + 40) as usize;
            Record { at, stored }.certify(file, 1, 1);
        });
        let (seqs, damage) = served(&disk, 1, "s");
        assert_eq!(seqs, without(0), "byte {offset}");
        assert!(is_told(&damage), "byte {offset}");
    }
}

/// A gap says whether its batch goes on behind it.
#[test]
fn a_gap_of_a_batch_is_bound_to_its_place_in_it() {
    let disk = filled(Cipher::ChaCha20Poly1305, |stream| {
        let message = Some(NewMessage::new("s", "x"));
        drop(stream.append_batch(&[message, None, message], 50).unwrap());
    });
    let name = &segments(&disk, 1)[&1];
    let (seqs, damage) = served(&disk, 1, "s");
    assert_eq!((seqs.len() as u64, damage), (MESSAGES + 2, vec![]));
    disk.tamper(name, |file| {
        let mut records = layout(file).into_iter();
        let (_, at, _) = records.find(|(kind, ..)| *kind == 3).unwrap();
        // 8: more follows; 16: it is the end.
        file[at + 39] ^= 8 | 16;
        let stored = u32_at(file, at + 40) as usize;
        Record { at, stored }.certify(file, 1, 1);
    });
    assert!(is_told(&served(&disk, 1, "s").1));
}

/// Segments say which one is before them, in a record that opens; one that doesn't is told of, and the log goes on.
#[test]
fn the_first_record_of_a_segment_is_bound_as_well() {
    let disk = filled(Cipher::Aes256Gcm, |stream| {
        drop(
            stream
                .append(NewMessage::new("s", &[0; 70_000]), 50)
                .unwrap(),
        );
    });
    let name = &segments(&disk, 1)[&2];
    let want: Vec<u64> = (1..=MESSAGES + 1).collect();
    assert_eq!(served(&disk, 1, "s"), (want.clone(), vec![]));
    let file = disk.bytes(name).unwrap();
    let (kind, at, len) = layout(&file)[0];
    assert_eq!((kind, at, len), (5, HEADER, 80));
    assert_eq!(file[at + 39], ENCRYPTED | BOUND);
    // The segment before it, and where that ended.
    for offset in [24, 8] {
        let disk = disk.kill();
        disk.tamper(name, |file| {
            file[at + offset] ^= 1;
            Record { at, stored: 28 }.certify(file, 1, 2);
        });
        let (seqs, damage) = served(&disk, 1, "s");
        assert_eq!(seqs, want);
        assert!(is_told(&damage));
    }
}

/// A stream that is older takes commands in clear, as it has some; what is new in it isn't.
#[test]
fn a_stream_of_before_gets_commands_that_are_bound() {
    let disk = released(2);
    let options = || StoreOptions {
        key: Some(Key::new([9; 32])),
        direct_bytes: 1,
        ..options(None)
    };
    assert!(disk.bytes("manifest.a").unwrap().starts_with(b"MDGMANI2"));
    let store = Store::open(Arc::new(disk.clone()), options()).unwrap();
    assert!(disk.bytes("manifest.a").unwrap().starts_with(b"MDGMANI3"));
    let stream = store.stream("sealed").unwrap().unwrap();
    drop(stream.delete_many(&[150]).unwrap());
    store.commit_once(0).unwrap();
    store.close(0).unwrap();
    drop((stream, store));
    let disk = disk.kill();
    let (number, name) = segments(&disk, 2).pop_last().unwrap();
    let file = disk.bytes(&name).unwrap();
    let flags = |(_, at, _): &(u8, usize, usize)| file[at + 39] & (ENCRYPTED | BOUND);
    let commands: Vec<_> = layout(&file);
    let commands: Vec<_> = commands.iter().filter(|(kind, ..)| *kind > 0).collect();
    assert_eq!(flags(commands[0]), 0, "begin, as it was");
    assert_eq!(flags(commands[commands.len() - 1]), ENCRYPTED | BOUND);
    assert!(!records(&file).is_empty());
    let count = |disk: &CrashDisk| {
        let store = Store::open(Arc::new(disk.clone()), options()).unwrap();
        let stream = store.stream("sealed").unwrap().unwrap();
        stream.read(0, usize::MAX, usize::MAX).unwrap().len()
    };
    assert_eq!(count(&disk.kill()), 149);
    disk.tamper(&name, |file| {
        forge(file, 2, number, DELETE, 0, 149, &[149, 1, 1]);
    });
    assert_eq!(count(&disk), 148);
}
