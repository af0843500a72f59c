//! What holds for any bytes in a store's files: opening comes to an end, what is served is in order and counted right, and a second opening serves
//! the same. Of an encrypted store nothing is served that wasn't written. The fuzz target `streamlog_reopen` looks for bytes that break it; `cargo test` replays those it found interesting.
use crate::{
    Cipher, Disk, Error, Key, NewMessage, Store, StoreOptions, Stream, StreamOptions,
    disk::crash::CrashDisk,
    record::{self, FLAG_ERASE, Head, Kind},
};
use bytes::BytesMut;
use std::sync::{Arc, OnceLock};

const SALT: u64 = 7;
/// The number of the stream `s`, and of the one whose segments are made up.
const MADE_UP: u64 = 2;

fn options(is_encrypted: bool) -> StoreOptions {
    StoreOptions {
        key: is_encrypted.then(|| Key::new([1; 32])),
        journal_bytes: 1 << 16,
        direct_bytes: 1000,
        seed: SALT,
        ..StoreOptions::default()
    }
}

/// A store with sealed segments, a rewritten one, one that is being filled, and something in the journal alone.
fn sample(is_encrypted: bool) -> Result<CrashDisk, Error> {
    let disk = CrashDisk::new();
    let store = Store::open(Arc::new(disk.clone()), options(is_encrypted))?;
    let small = StreamOptions {
        segment_bytes: 4096,
        cipher: match is_encrypted {
            true => Cipher::Aes256Gcm,
            false => Cipher::None,
        },
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", small.clone())?;
    drop(store.create_stream("made up", small)?);
    for k in 1..=120u64 {
        let (subject, payload) = (format!("s.{}", k % 5), payload(k));
        drop(stream.append(NewMessage::new(&subject, &payload), k)?);
        if k % 20 == 0 {
            drop(stream.delete_many(&[k - 1, k - 3, k - 7])?);
            store.commit_once(k)?;
            store.maintain_once(k)?;
        }
    }
    drop(stream.delete_many(&(1..30).collect::<Vec<_>>())?);
    store.maintain_once(1 << 30)?;
    drop(stream.append(NewMessage::new("s.1", IN_JOURNAL), 0)?);
    store.commit_once(0)?;
    Ok(disk.kill())
}

fn payload(seq: u64) -> String {
    format!("payload {seq}")
}

const IN_JOURNAL: &str = "in the journal";
const GOES_ON: &str = "goes on";

/// Puts the bytes into a store and opens it. The first byte says how: over a file, into a file, or as records whose checksums are right; its highest bit,
/// whether the store is encrypted.
///
/// # Panics
/// When a law doesn't hold.
pub fn reopen(bytes: &[u8]) {
    static SAMPLES: [OnceLock<CrashDisk>; 2] = [OnceLock::new(), OnceLock::new()];
    let [how, which, at @ ..] = bytes else {
        return;
    };
    let is_encrypted = *how >= 128 && cfg!(feature = "crypto");
    let sample = SAMPLES[usize::from(is_encrypted)]
        .get_or_init(|| sample(is_encrypted).expect("a store can be made"));
    let open = |disk| Store::open(Arc::new(disk), options(is_encrypted));
    let disk = sample.kill();
    let names = disk.list().expect("a crash disk lists");
    let name = &names[*which as usize % names.len()];
    match how % 3 {
        0 => disk.tamper(name, |file| *file = at.to_vec()),
        1 => disk.tamper(name, |file| overlay(file, at)),
        _ => make_up(&disk, bytes),
    }
    let first = open(disk.clone());
    let Ok(store) = first else { return };
    let served = serve(&store);
    if is_encrypted {
        served.iter().for_each(check_written);
    }
    // Goes on as if nothing had been, and is found again.
    if let Ok(Some(stream)) = store.stream("s") {
        let _ = stream.append(NewMessage::new("s.9", GOES_ON), 0).map(drop);
    }
    let went_on = store.commit_once(0).and_then(|_| store.maintain_once(0));
    let again = serve(&store);
    drop(store);
    if went_on.is_ok() && again.len() >= served.len() {
        let store = open(disk.kill()).expect("what opened once opens again");
        assert_eq!(
            serve(&store),
            again,
            "a second opening serves something else"
        );
    }
}

/// The first two bytes say where the others go.
fn overlay(file: &mut [u8], bytes: &[u8]) {
    let [low, high, rest @ ..] = bytes else {
        return;
    };
    let at = usize::from(*low) + (usize::from(*high) << 8);
    for (to, from) in file.iter_mut().skip(at).zip(rest) {
        *to ^= from;
    }
}

/// Records from bytes, eight for a head, with checksums that hold.
fn make_up(disk: &CrashDisk, bytes: &[u8]) {
    let seed = record::seed(SALT, MADE_UP, 1, 0);
    let mut out = BytesMut::zeroed(32);
    let mut seq = 1u64;
    for part in bytes.chunks(8) {
        let part: [u8; 8] = std::array::from_fn(|k| part.get(k).copied().unwrap_or(0));
        seq = seq
            .wrapping_add(u64::from(part[1]) << (part[2] % 64))
            .wrapping_sub(u64::from(part[3] % 4));
        let kind = [
            Kind::Message,
            Kind::Delete,
            Kind::First,
            Kind::Last,
            Kind::Truncate,
        ];
        let body = &part[4..];
        let head = Head {
            kind: kind[part[0] as usize % kind.len()],
            flags: if part[0] > 250 { FLAG_ERASE } else { 0 },
            seq,
            time: u64::from(part[5]),
            ttl: u32::from(part[6]),
            lag: u32::from(part[3]),
            headers: 1,
            subject: u16::from(part[7] % 3),
            stored: body.len() as u32,
            plain: body.len() as u32,
        };
        record::encode(&mut out, seed, &head, &[body]);
    }
    let name = crate::segment::name(MADE_UP, 1, 0);
    let file = disk.create(&name).and_then(|file| file.write_at(&out, 0));
    file.expect("a crash disk takes everything");
}

/// Whoever has no key makes no message.
fn check_written((seq, served): &(u64, Vec<u8>)) {
    let written = [payload(*seq).as_bytes(), IN_JOURNAL.as_bytes()].contains(&&served[..]);
    assert!(written, "{seq} is made up");
}

/// What is served, as sequence and payload by stream.
fn serve(store: &Store) -> Vec<(u64, Vec<u8>)> {
    let mut served = Vec::new();
    for (name, _) in store.streams() {
        if let Ok(Some(stream)) = store.stream(&name) {
            served.extend(serve_stream(&stream));
        }
    }
    served
}

fn serve_stream(stream: &Stream) -> Vec<(u64, Vec<u8>)> {
    let read = |stream: &Stream| {
        stream
            .read(0, usize::MAX, usize::MAX)
            .expect("a crash disk reads")
    };
    // The first pass takes out what is damaged.
    let _ = read(stream);
    let messages = read(stream);
    assert!(
        messages.windows(2).all(|pair| pair[0].seq < pair[1].seq),
        "out of order"
    );
    let stats = stream.stats();
    // What a broken segment cost is counted until it is repaired.
    assert!(messages.len() as u64 <= stats.msgs, "{stats:?}");
    messages
        .into_iter()
        .map(|m| (m.seq, m.payload.to_vec()))
        .collect()
}
