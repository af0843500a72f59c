//! Opening a stream: what its meta file says, then a scan of the segments behind it with the journal's bytes laid over them.
//!
//! Each message's sequence is one above the last (a gap that was meant has a record of its own), so bytes that are missing are seen.
//! Whether they are *damaged* or were *never acknowledged* is told by what stands behind them: a record which knew them to be durable,
//! or bytes from the journal, which takes nothing before all that precedes it is durable.
use crate::{
    Error, Result,
    damage::DamageKind,
    disk::read_all,
    meta,
    options::StreamOptions,
    record::{self, FLAG_ERASE, Head, Kind, decode_runs},
    segment::{Env, HEADER, Scan, Segment},
    state::State,
    stream::enforce,
    tail::Piece,
    timer::Due,
};
use bytes::Bytes;
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};

/// What the store found of a stream before it was opened.
#[derive(Default)]
pub(crate) struct Traces {
    /// segments in the folder: number, rewrite
    pub(crate) files: Vec<(u32, u32)>,
    /// bytes in the journal, in the order of the frames
    pub(crate) pieces: Vec<JournalPiece>,
}

pub(crate) struct JournalPiece {
    pub(crate) segment: u32,
    pub(crate) size: u32,
    pub(crate) offset: u32,
    pub(crate) bytes: Bytes,
}

/// Opens the stream. The names returned are files which an interrupted removal or rewrite left.
pub(crate) fn open(
    env: &Arc<Env>,
    options: StreamOptions,
    traces: &Traces,
) -> Result<(State, Vec<String>)> {
    let meta = meta::read(env)?;
    let mut state = State::new(env.clone(), options, 1);
    let mut position = 1;
    let (mut leftovers, mut rewrites) = (Vec::new(), std::collections::BTreeMap::new());
    if let Some(meta) = meta {
        position = meta.position;
        let listed: BTreeSet<_> = meta
            .slots
            .iter()
            .map(|slot| (slot.seg.number, slot.seg.rewrite))
            .collect();
        for &(number, rewrite) in traces
            .files
            .iter()
            .filter(|f| f.0 < position && !listed.contains(f))
        {
            leftovers.push(crate::segment::name(env.stream, number, rewrite));
        }
        adopt(&mut state, meta, traces);
    } else {
        // Nothing says what is sealed: every file is read, the newest rewrite of each.
        for &(number, rewrite) in &traces.files {
            let newest = rewrites.entry(number).or_insert(rewrite);
            *newest = rewrite.max(*newest);
        }
    }
    let numbers: BTreeSet<u32> = traces
        .files
        .iter()
        .map(|f| f.0)
        .chain(traces.pieces.iter().map(|p| p.segment))
        .filter(|&n| n >= position)
        .collect();
    let last_piece = traces
        .pieces
        .iter()
        .map(|p| (p.segment, p.offset))
        .max()
        .unwrap_or((0, 0));
    let mut cut = false;
    state.slots.retain(|slot| slot.heap.is_none());
    state.totals.clear(state.slots.is_empty());
    for &number in &numbers {
        let rewrite = rewrites.get(&number).copied().unwrap_or(0);
        cut |= open_segment(&mut state, number, rewrite, traces, last_piece)?;
    }
    let next = numbers.iter().next_back().map_or(position, |n| n + 1);
    if state.slots.last().is_none_or(|slot| slot.heap.is_none()) {
        state.begin_segment(next, 0, crate::segment::SIZE_FIRST);
    } else if cut || numbers.iter().next_back() != Some(&state.active().seg.number) {
        // Whole records stand behind the cut; they must never follow on what is written next.
        let size = state.active().seg.size;
        state.begin_segment(next, 0, size);
    }
    state.drop_empty();
    state.visible = state.last_seq;
    state.durable = state.last_seq;
    state.totals.shrink();
    enforce(&mut state, None);
    Ok((state, leftovers))
}

/// Takes over what the meta file says, less the segments that are missing.
fn adopt(state: &mut State, meta: meta::Meta, traces: &Traces) {
    state.generation = meta.generation;
    (state.first_seq, state.last_seq, state.last_time) =
        (meta.first_seq, meta.last_seq, meta.last_time);
    let mut slots = meta.slots;
    slots.retain(|slot| {
        let there = traces.files.contains(&(slot.seg.number, slot.seg.rewrite));
        if !there {
            let lost = Some(slot.base..=slot.last);
            slot.seg.report_range(
                DamageKind::MissingSegment,
                0,
                u64::from(slot.end),
                &[],
                lost,
            );
        }
        there
    });
    state.msgs = slots.iter().map(|slot| slot.live).sum();
    state.bytes = slots.iter().map(|slot| slot.bytes).sum();
    for slot in slots.iter().filter(|slot| slot.first_expiry > 0) {
        state
            .timers
            .add(slot.first_expiry, Due::Segment(slot.seg.number));
    }
    slots.append(&mut state.slots);
    state.slots = slots;
    if state.msgs == 0 {
        state.first_seq = state.last_seq + 1;
    } else if let Some(first) = state.slots.first() {
        state.first_seq = state.first_seq.max(first.base);
    }
}

/// Scans one segment. `true`: whole records stand behind its end.
fn open_segment(
    state: &mut State,
    number: u32,
    rewrite: u32,
    traces: &Traces,
    last_piece: (u32, u32),
) -> Result<bool> {
    let env = state.env.clone();
    let pieces: Vec<&JournalPiece> = traces
        .pieces
        .iter()
        // What the journal has was written before any rewrite.
        .filter(|p| p.segment == number && rewrite == 0)
        .collect();
    let name = crate::segment::name(env.stream, number, rewrite);
    let file = traces
        .files
        .contains(&(number, rewrite))
        .then(|| env.disk.open(&name));
    let file = file.transpose().map_err(|e| Error::io("open", &name, &e))?;
    let mut image = match &file {
        Some(file) => read_all(&**file).map_err(|e| Error::io("read", &name, &e))?,
        None => Vec::new(),
    };
    let size = pieces
        .iter()
        .map(|p| p.size)
        .max()
        .unwrap_or(0)
        .max(image.len() as u32)
        .max(4096);
    let segment = Segment::new(&env, number, rewrite, size, None);
    if file.is_some() && !segment.is_header(&image) && pieces.is_empty() {
        let version_ahead =
            image.get(..6) == Some(&b"MDGSEG"[..]) && image.get(6).is_some_and(|&d| d > b'1');
        if version_ahead && image[6].is_ascii_digit() {
            return Err(Error::Version {
                file: name,
                found: image[6] as char,
            });
        }
    }
    image.resize(size as usize, 0);
    for piece in &pieces {
        let end = piece.offset as usize + piece.bytes.len();
        if end <= image.len() {
            image[piece.offset as usize..end].copy_from_slice(&piece.bytes);
        }
    }
    state.add_active(segment);
    let image = Bytes::from(image);
    let behind = scan(state, &image, last_piece);
    let (segment, end) = (state.active().seg.clone(), state.active().end);
    let bad_head = file.is_some() && pieces.is_empty() && !segment.is_header(&image);
    // A header that never arrived has no records behind it.
    if bad_head && end > HEADER {
        let head = &image[..HEADER as usize];
        segment.report(DamageKind::SegmentHead, 0, u64::from(HEADER), head);
    }
    let begin = pieces
        .iter()
        .map(|p| p.offset)
        .min()
        .filter(|&begin| begin < end);
    if let Some(file) = file {
        segment.set_file(file);
        segment
            .flushed
            .store(begin.unwrap_or(end), Ordering::SeqCst);
        if !segment.is_header(&image) {
            let file = segment.ensure_file()?;
            file.write_at(&segment.header(), 0)
                .map_err(|e| Error::io("write", &segment.name(), &e))?;
        }
        if begin.is_none() && end > HEADER {
            segment.sync()?;
            env.names_dirty.store(true, Ordering::SeqCst);
        }
    }
    if let Some(begin) = begin {
        state.tail.restore(Piece {
            segment,
            offset: begin,
            bytes: image.slice(begin as usize..end as usize),
        });
    }
    Ok(behind)
}

/// Applies the records of the active segment. `true`: whole records stand behind its end.
fn scan(state: &mut State, image: &Bytes, last_piece: (u32, u32)) -> bool {
    let segment = state.active().seg.clone();
    let scan = Scan {
        bytes: image,
        segment: &segment,
    };
    let mut at = HEADER;
    loop {
        let Some(head) = scan.record(at) else {
            let Some(next) = scan.hole(at).next else {
                report_torn(state, &segment, image, at);
                return false;
            };
            let behind = scan.record(next).map(|head| (next, head));
            let Some((next, head)) =
                behind.filter(|(next, h)| was_durable(state, &segment, *next, h, last_piece))
            else {
                report_torn(state, &segment, image, at);
                return true;
            };
            let lost = (state.last_seq + 1)..=(head.seq.saturating_sub(1)).max(state.last_seq + 1);
            let evidence = &image[at as usize..next as usize];
            segment.report_range(
                DamageKind::Record,
                u64::from(at),
                u64::from(next - at),
                evidence,
                Some(lost),
            );
            at = next;
            continue;
        };
        let gap_was_meant = segment.rewrite > 0 && head.seq > state.last_seq;
        if head.kind == Kind::Message && head.seq != state.last_seq + 1 && !gap_was_meant {
            if head.seq > state.last_seq && !was_durable(state, &segment, at, &head, last_piece) {
                return true;
            }
            if head.seq > state.last_seq {
                let lost = state.last_seq + 1..=head.seq - 1;
                segment.report_range(DamageKind::Record, u64::from(at), 0, &[], Some(lost));
            }
            if head.seq <= state.last_seq {
                // The truncation before it was lost.
                state.apply_truncate(head.seq - 1);
            }
        }
        apply(state, &head, image, at);
        at += head.len() as u32;
        state.active().end = at;
    }
}

/// Whether what is missing before this record was durable when the record came. A rewritten segment was durable as a whole.
fn was_durable(
    state: &State,
    segment: &Segment,
    at: u32,
    head: &Head,
    last_piece: (u32, u32),
) -> bool {
    let floor = head.seq.saturating_sub(u64::from(head.lag));
    let told = head.kind == Kind::Message && floor > state.last_seq;
    told || segment.rewrite > 0 || (segment.number, at) <= last_piece
}

fn apply(state: &mut State, head: &Head, image: &Bytes, at: u32) {
    let begin = at as usize + record::HEAD;
    let stored = image.slice(begin..begin + head.stored as usize);
    let number = state.active().seg.number;
    match head.kind {
        Kind::Message => match state.env.sealer.open(number, head, stored) {
            Some(body) => {
                if head.seq > state.last_seq + 1 {
                    state.last_seq = head.seq - 1;
                }
                let subject = &body[..head.subject as usize];
                state.apply_message(head, subject, at);
                // Evictions by limit aren't in the log: they happen again where they happened.
                enforce(state, Some(subject));
            }
            None => {
                let segment = state.active().seg.clone();
                let lost = Some(head.seq..=head.seq);
                segment.report_range(
                    DamageKind::Unreadable,
                    u64::from(at),
                    head.len() as u64,
                    &[],
                    lost,
                );
                state.apply_last(head.seq);
            }
        },
        Kind::Delete => {
            let runs = decode_runs(&stored);
            if head.flags & FLAG_ERASE != 0 {
                let last = state.last_seq;
                let each = |&(first, count): &(u64, u64)| first..(first + count).min(last + 1);
                state.mark_erase(runs.iter().flat_map(each));
            }
            state.apply_delete(&runs);
        }
        Kind::First => {
            state.apply_first(head.seq);
        }
        Kind::Last => state.apply_last(head.seq),
        Kind::Truncate => {
            state.apply_truncate(head.seq);
        }
    }
}

/// The bytes at the end look like the beginning of the next record: a write that didn't finish.
fn report_torn(state: &State, segment: &Segment, image: &[u8], at: u32) {
    let rest = image.get(at as usize..).unwrap_or(&[]);
    let seq = rest
        .get(8..16)
        .map(|b| u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]));
    if let Some(len) = record::peek_len(rest)
        && seq == Some(state.last_seq + 1)
    {
        segment.report(
            DamageKind::TornTail,
            u64::from(at),
            len.min(rest.len()) as u64,
            &[],
        );
    }
}
