//! What holds for any bytes in a store's files: opening comes to an end, what is served is in order and counted right, and a second opening serves
//! the same. The fuzz target `streamlog_reopen` looks for bytes that break it; `cargo test` replays those it found interesting.
use crate::{
    Disk, Error, NewMessage, Store, StoreOptions, Stream, StreamOptions,
    disk::crash::CrashDisk,
    record::{self, FLAG_ERASE, Head, Kind},
};
use bytes::BytesMut;
use std::sync::{Arc, OnceLock};

const SALT: u64 = 7;
/// The number of the stream `s`, and of the one whose segments are made up.
const MADE_UP: u64 = 2;

fn options() -> StoreOptions {
    StoreOptions {
        journal_bytes: 1 << 16,
        direct_bytes: 1000,
        seed: SALT,
        ..StoreOptions::default()
    }
}

/// A store with sealed segments, a rewritten one, one that is being filled, and something in the journal alone.
fn sample() -> Result<CrashDisk, Error> {
    let disk = CrashDisk::new();
    let store = Store::open(Arc::new(disk.clone()), options())?;
    let small = StreamOptions {
        segment_bytes: 4096,
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", small.clone())?;
    drop(store.create_stream("made up", small)?);
    for k in 1..=120u64 {
        let (subject, payload) = (format!("s.{}", k % 5), format!("payload {k}"));
        drop(stream.append(NewMessage::new(&subject, &payload), k)?);
        if k % 20 == 0 {
            drop(stream.delete_many(&[k - 1, k - 3, k - 7])?);
            store.commit_once(k)?;
            store.maintain_once(k)?;
        }
    }
    drop(stream.delete_many(&(1..30).collect::<Vec<_>>())?);
    store.maintain_once(1 << 30)?;
    drop(stream.append(NewMessage::new("s.1", "in the journal"), 0)?);
    store.commit_once(0)?;
    Ok(disk.kill())
}

/// Puts the bytes into a store and opens it. The first byte says how: over a file, into a file, or as records whose checksums are right.
///
/// # Panics
/// When a law doesn't hold.
pub fn reopen(bytes: &[u8]) {
    static SAMPLE: OnceLock<CrashDisk> = OnceLock::new();
    let sample = SAMPLE.get_or_init(|| sample().expect("a store can be made"));
    let [how, which, at @ ..] = bytes else {
        return;
    };
    let disk = sample.kill();
    let names = disk.list().expect("a crash disk lists");
    let name = &names[*which as usize % names.len()];
    match how % 3 {
        0 => disk.tamper(name, |file| *file = at.to_vec()),
        1 => disk.tamper(name, |file| overlay(file, at)),
        _ => make_up(&disk, bytes),
    }
    let first = Store::open(Arc::new(disk.clone()), options());
    let Ok(store) = first else { return };
    let served = serve(&store);
    // Goes on as if nothing had been, and is found again.
    if let Ok(Some(stream)) = store.stream("s") {
        let _ = stream
            .append(NewMessage::new("s.9", "goes on"), 0)
            .map(drop);
    }
    let went_on = store.commit_once(0).and_then(|_| store.maintain_once(0));
    let again = serve(&store);
    drop(store);
    if went_on.is_ok() && again.len() >= served.len() {
        let store =
            Store::open(Arc::new(disk.kill()), options()).expect("what opened once opens again");
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
