//! One stream's small file: its sealed segments, what is gone in them, and where the part begins that has to be scanned.
use crate::{
    Error, Result,
    codec::{Put, Take},
    damage::{Damage, DamageKind},
    index::IndexSet,
    options::Binding,
    record::{decode_runs, encode_runs},
    segment::{Env, Segment},
    slot::Slot,
    state::State,
    twice::{self, SmallFile},
};
use std::sync::{Arc, atomic::Ordering};

const MAGICS: &[&[u8; 8]] = &[b"MDGMETA1", b"MDGMETA2"];

/// The file's name, without which of both copies.
pub(crate) fn name(stream: u64) -> String {
    format!("{stream:016x}.meta")
}

/// Whether these are the bytes of such a file of an encrypted stream.
pub(crate) fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGICS[1])
}

fn file<'a>(env: &'a Env, name: &'a str) -> SmallFile<'a> {
    SmallFile {
        name,
        magics: MAGICS,
        key: env.meta_key.as_ref(),
        previous: None,
        clear_counts: env.binding == Binding::Nothing,
    }
}

/// What the file says.
pub(crate) struct Meta {
    /// the other copy is an older one
    pub(crate) is_split: bool,
    pub(crate) generation: u64,
    /// the first segment that has to be scanned
    pub(crate) position: u32,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
    pub(crate) last_time: u64,
    pub(crate) slots: Vec<Slot>,
}

/// The file's content for what `state` says now.
pub(crate) fn encode(state: &State) -> Vec<u8> {
    let sealed: Vec<&Slot> = state
        .slots
        .iter()
        .take_while(|slot| slot.heap.is_none())
        .collect();
    let last_seq = state
        .slots
        .get(sealed.len())
        .map_or(state.last_seq, |slot| slot.before);
    let mut put = Put::default();
    // The tail is applied again from `last_seq` on, so what went there goes again.
    put.num(u64::from(state.position()))
        .num(state.first_seq.min(last_seq + 1))
        .num(last_seq)
        .num(state.last_time);
    put.num(sealed.len() as u64);
    for slot in sealed {
        let (at, len) = slot.seg.footer.unwrap_or((0, 0));
        for value in [
            slot.seg.number,
            slot.seg.rewrite,
            slot.seg.size,
            at,
            len,
            slot.end,
        ] {
            put.num(u64::from(value));
        }
        for value in [slot.base, slot.last + 1, slot.live, slot.bytes, slot.count] {
            put.num(value);
        }
        put.num(slot.first_time)
            .num(slot.last_time)
            .num(slot.first_expiry);
        put.bytes(&encode_runs(&slot.dead.runs()));
    }
    put.0
}

/// Writes what [`encode`] made.
pub(crate) fn write(env: &Env, generation: u64, content: &[u8]) -> Result<()> {
    let name = name(env.stream);
    env.meta_len.fetch_max(content.len(), Ordering::Relaxed);
    twice::write(&*env.disk, file(env, &name), generation, content)
}

/// Reads the file. `None`: there is none, or both copies are damaged; the segments then say what they hold.
pub(crate) fn read(env: &Arc<Env>) -> Result<Option<Meta>> {
    let name = name(env.stream);
    let found = match twice::read(&*env.disk, file(env, &name), &env.damage) {
        // The manifest opened, so the key is right and somebody changed the file.
        Err(Error::WrongKey { .. } | Error::NoKey) => {
            env.damage
                .report(Damage::of_file(DamageKind::Metadata, &name));
            return Ok(None);
        }
        found => found?,
    };
    let best = found.best.as_ref();
    let len = best.map_or(0, |copy| copy.content.len());
    env.meta_len.fetch_max(len, Ordering::Relaxed);
    let meta = best.and_then(|copy| decode(env, copy.generation, &copy.content));
    Ok(meta.map(|meta| Meta {
        is_split: found.is_split,
        ..meta
    }))
}

fn decode(env: &Arc<Env>, generation: u64, content: &[u8]) -> Option<Meta> {
    let mut take = Take(content);
    let position = take.u32()?;
    let (first_seq, last_seq, last_time) = (take.num()?, take.num()?, take.num()?);
    let mut slots = Vec::new();
    for _ in 0..take.num()? {
        let (number, rewrite, size) = (take.u32()?, take.u32()?, take.u32()?);
        let footer = Some((take.u32()?, take.u32()?));
        let end = take.u32()?;
        let (base, last, live) = (take.num()?, take.num()?.checked_sub(1)?, take.num()?);
        let (bytes, count) = (take.num()?, take.num()?);
        let (first_time, last_time, first_expiry) = (take.num()?, take.num()?, take.num()?);
        let mut dead = IndexSet::default();
        for (first, count) in decode_runs(take.bytes()?) {
            (first..first.checked_add(count)?).for_each(|i| {
                dead.insert(i as u32);
            });
        }
        slots.push(Slot {
            seg: Arc::new(Segment::new(env, number, rewrite, size, footer)),
            heap: None,
            dead: Arc::new(dead),
            base,
            last,
            before: base - 1,
            live,
            bytes,
            count,
            first_time,
            last_time,
            first_expiry,
            end,
        });
    }
    Some(Meta {
        is_split: false,
        generation,
        position,
        first_seq,
        last_seq,
        last_time,
        slots,
    })
}
