//! Opening a stream: what its meta file says, then a scan of the segments behind it with the journal's bytes laid over them.
//!
//! Each message's sequence is one above the last (a gap that was meant has a record of its own), so bytes that are missing are seen.
//! Whether they are *damaged* or were *never acknowledged* is told by what stands behind them: a record which knew them to be durable,
//! or bytes from the journal, which takes nothing before all that precedes it is durable.
use crate::{
    Error, Result,
    chain::{self, Link},
    damage::DamageKind,
    disk::{DiskFile, read_all},
    filter::Filter,
    meta,
    options::StreamOptions,
    record::{self, FLAG_BOUND, FLAG_ERASE, Head, Kind, decode_runs},
    seal::NONCE,
    segment::{Env, HEADER, Scan, Segment},
    state::{BEGIN_MAX, NANOS, SEQ_MAX, State},
    stream::enforce_each,
    tail::Piece,
    timer::Due,
};
use bytes::Bytes;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
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

#[derive(Clone)]
pub(crate) struct JournalPiece {
    pub(crate) segment: u32,
    pub(crate) size: u32,
    pub(crate) offset: u32,
    pub(crate) bytes: Bytes,
}

/// Opens the stream.
pub(crate) fn open(env: &Arc<Env>, options: StreamOptions, traces: &Traces) -> Result<State> {
    let meta = meta::read(env)?;
    let mut state = State::new(env.clone(), options, 1)?;
    let mut position = 1;
    let mut rewrites = BTreeMap::new();
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
            let name = crate::segment::name(env.stream, number, rewrite);
            state.leftovers.push(name);
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
    state.slots.retain(|slot| slot.heap.is_none());
    state.totals.clear(state.slots.is_empty());
    let links: Vec<Link> = numbers
        .iter()
        .map(|&number| {
            let rewrite = rewrites.get(&number).copied().unwrap_or(0);
            link(env, number, rewrite, traces)
        })
        .collect::<Result<_>>()?;
    let log = Log {
        env,
        traces,
        links: chain::in_order(&links),
    };
    let cut = log.apply(&mut state)?;
    state.drop_batch()?;
    let next = numbers.iter().next_back().map_or(position, |n| n + 1);
    if state.slots.last().is_none_or(|slot| slot.heap.is_none()) {
        state.begin_segment(next, 0, crate::segment::SIZE_FIRST)?;
    } else if cut || numbers.iter().next_back() != Some(&state.active().seg.number) {
        // Whole records stand behind the cut; they must never follow on what is written next.
        let size = state.active().seg.size;
        state.begin_segment(next, 0, size)?;
    }
    state.drop_empty();
    state.visible = state.last_seq;
    state.durable = state.last_seq;
    state.totals.shrink();
    enforce_limits(&mut state)?;
    Ok(state)
}

/// Evictions are in the log, but for those that a torn write lost or a folder of older times never had: they concern what was scanned.
fn enforce_limits(state: &mut State) -> Result<()> {
    let mut subjects = BTreeSet::new();
    if state.options.limits.max_per_subject > 0 {
        let scanned = state.slots.iter().filter(|slot| slot.heap.is_some());
        for slot in scanned {
            slot.each_subject(&Filter::all(), state.first_seq, |subject, _, _, _| {
                subjects.insert(subject.to_vec());
            })?;
        }
    }
    enforce_each(state, subjects.iter().map(Vec::as_slice))
}

/// Takes over what the meta file says, less the segments that are missing.
fn adopt(state: &mut State, meta: meta::Meta, traces: &Traces) {
    (state.generation, state.meta_owed) = (meta.generation, meta.is_split);
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
        state.timers.add(
            slot.first_expiry.saturating_mul(NANOS),
            Due::Segment(slot.seg.number),
        );
    }
    slots.append(&mut state.slots);
    state.slots = slots;
    if state.msgs == 0 {
        state.first_seq = state.last_seq + 1;
    } else if let Some(first) = state.slots.first() {
        state.first_seq = state.first_seq.max(first.base);
    }
}

/// The unsealed segments, in their order.
struct Log<'a> {
    env: &'a Arc<Env>,
    traces: &'a Traces,
    links: Vec<Link>,
}

impl Log<'_> {
    /// Applies what is in them. `true`: whole records stand behind the end of the log.
    fn apply(&self, state: &mut State) -> Result<bool> {
        for (k, link) in self.links.iter().enumerate() {
            if k > 0 && !self.is_whole(state, k) {
                if !self.is_proven(k)? {
                    return Ok(true);
                }
                let active = state.active();
                let end = u64::from(active.end);
                active.seg.clone().report(DamageKind::Record, end, 0, &[]);
            }
            let limit = self.links.get(k + 1).and_then(|next| next.end_of(link));
            if open_segment(state, link, limit, self.traces, &|| self.is_proven(k + 1))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether all was found that the segment says came before it.
    fn is_whole(&self, state: &mut State, k: usize) -> bool {
        let (before, link) = (&self.links[k - 1], &self.links[k]);
        let missing = link
            .follows
            .is_some_and(|(number, _)| number != before.number);
        !missing
            && link
                .end_of(before)
                .is_none_or(|end| end == state.active().end)
    }

    /// Whether everything before this segment is known to have been durable: the journal takes nothing before that, and a message
    /// may tell that one of its own segment was durable already.
    fn is_proven(&self, k: usize) -> Result<bool> {
        let later = self.links.get(k..).unwrap_or(&[]);
        let Some(first) = later.first() else {
            return Ok(false);
        };
        if self.traces.pieces.iter().any(|p| p.segment >= first.number) {
            return Ok(true);
        }
        for link in later {
            if self.knows_itself_durable(link)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn knows_itself_durable(&self, link: &Link) -> Result<bool> {
        let segment = Segment::new(self.env, link.number, link.rewrite, 0, None);
        let (image, _) = image_of(&segment, self.traces)?;
        let scan = Scan {
            bytes: &image,
            segment: &segment,
        };
        let (mut base, mut proof) = (None, link.rewrite > 0);
        scan.each(|_, head, _| {
            if head.kind == Kind::Message {
                let base = *base.get_or_insert(head.seq);
                proof |= head.seq.saturating_sub(u64::from(head.lag)) >= base;
            }
        });
        Ok(proof)
    }
}

/// What the segment's first record says.
fn link(env: &Arc<Env>, number: u32, rewrite: u32, traces: &Traces) -> Result<Link> {
    let segment = Segment::new(env, number, rewrite, 0, None);
    let begin = traces
        .pieces
        .iter()
        .find(|p| p.segment == number && p.offset == HEADER && rewrite == 0);
    let record = match begin {
        Some(piece) => piece.bytes.clone(),
        None if !traces.files.contains(&(number, rewrite)) => Bytes::new(),
        None => {
            let (name, mut bytes) = (segment.name(), vec![0; BEGIN_MAX]);
            let file = env.disk.open(&name);
            file.and_then(|file| file.read_at(&mut bytes, u64::from(HEADER)))
                .map_err(|e| Error::io("read", &name, &e))?;
            bytes.into()
        }
    };
    let head = record::verify(&record, segment.seed);
    let head = head.filter(|head| {
        let stored = record.slice(record::HEAD..record::HEAD + head.stored as usize);
        let sealer = &env.sealer;
        sealer
            .open_command(segment.place(HEADER), head, stored)
            .is_some()
    });
    Ok(Link {
        number,
        rewrite,
        follows: head.as_ref().and_then(chain::follows),
    })
}

/// A segment's bytes, and its file if it has one.
pub(crate) type Image = (Vec<u8>, Option<Arc<dyn DiskFile>>);

/// The bytes of a segment: the file's, with the journal's laid over them.
pub(crate) fn image_of(segment: &Segment, traces: &Traces) -> Result<Image> {
    let (name, disk) = (segment.name(), &segment.env.disk);
    let known = (segment.number, segment.rewrite);
    let file = match traces.files.contains(&known) {
        true => Some(disk.open(&name).map_err(|e| Error::io("open", &name, &e))?),
        false => None,
    };
    let mut image = match &file {
        Some(file) => read_all(&**file).map_err(|e| Error::io("read", &name, &e))?,
        None => Vec::new(),
    };
    check_version(&name, &image)?;
    let pieces = pieces_of(segment, traces);
    let size = pieces.clone().map(|p| p.size as usize).max().unwrap_or(0);
    image.resize(size.max(image.len()).max(4096), 0);
    for piece in pieces {
        let begin = piece.offset as usize;
        if let Some(place) = image.get_mut(begin..begin + piece.bytes.len()) {
            place.copy_from_slice(&piece.bytes);
        }
    }
    Ok((image, file))
}

/// What the journal has of it. That was written before any rewrite.
fn pieces_of<'a>(
    segment: &Segment,
    traces: &'a Traces,
) -> impl Iterator<Item = &'a JournalPiece> + Clone {
    let (number, original) = (segment.number, segment.rewrite == 0);
    let pieces = traces.pieces.iter();
    pieces.filter(move |p| p.segment == number && original)
}

fn check_version(name: &str, image: &[u8]) -> Result<()> {
    match image.get(6) {
        Some(digit @ b'2'..=b'9') if image.starts_with(b"MDGSEG") => Err(Error::Version {
            file: name.to_owned(),
            found: *digit as char,
        }),
        _ => Ok(()),
    }
}

/// Scans one segment, up to `limit` if the next one says where it ended. `true`: whole records stand behind the end of the log.
fn open_segment(
    state: &mut State,
    link: &Link,
    limit: Option<u32>,
    traces: &Traces,
    is_proven: &dyn Fn() -> Result<bool>,
) -> Result<bool> {
    let env = state.env.clone();
    let blank = Segment::new(&env, link.number, link.rewrite, 0, None);
    let (mut image, file) = image_of(&blank, traces)?;
    let size = image.len() as u32;
    let segment = Segment::new(&env, link.number, link.rewrite, size, None);
    let pieces: Vec<_> = pieces_of(&segment, traces).collect();
    if let Some(limit) = limit {
        // What stands behind was skipped by those who went on.
        image.truncate(limit.max(HEADER) as usize);
    }
    let last_piece = traces.pieces.iter().map(|p| (p.segment, p.offset)).max();
    let evidence = Evidence {
        last_piece: last_piece.unwrap_or((0, 0)),
        is_proven,
    };
    state.add_active(segment);
    if link.rewrite > 0 {
        // It was durable as a whole when it was rewritten, and lacks what was deleted.
        state.accept_batch();
    }
    let image = Bytes::from(image);
    let behind = scan(state, &image, &evidence)?;
    let (segment, end) = (state.active().seg.clone(), state.active().end);
    let bad_head = file.is_some() && pieces.is_empty() && !segment.is_header(&image);
    // A header that never arrived has no records behind it.
    if bad_head && end > HEADER {
        let head = &image[..HEADER as usize];
        segment.report(DamageKind::SegmentHead, 0, u64::from(HEADER), head);
    }
    let begin = Some(covered_from(&pieces, end)).filter(|&begin| begin < end);
    // The journal takes a piece when all before it is durable. What stands in the file between pieces may have been written without a sync, and
    // the file may lack what the pieces before it have.
    let flushed = begin.unwrap_or(end);
    let first = pieces.iter().map(|p| p.offset).min();
    let first = first.unwrap_or(flushed).min(flushed);
    let unsure = begin.is_none() || first < flushed;
    if let Some(file) = file {
        segment.set_file(file);
        segment.flushed.store(flushed, Ordering::SeqCst);
        if !segment.is_header(&image) {
            let file = segment.ensure_file()?;
            file.write_at(&segment.header(), 0)
                .map_err(|e| Error::io("write", &segment.name(), &e))?;
        }
        if unsure && end > HEADER {
            let file = segment.ensure_file()?;
            file.write_at(&image[first as usize..flushed as usize], u64::from(first))
                .map_err(|e| Error::io("write", &segment.name(), &e))?;
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

/// From where on the pieces have everything up to `end`.
fn covered_from(pieces: &[&JournalPiece], end: u32) -> u32 {
    let reaches = |p: &&&JournalPiece, to: u32| {
        p.offset < to && u64::from(p.offset) + p.bytes.len() as u64 >= u64::from(to)
    };
    let mut from = end;
    while let Some(before) = pieces
        .iter()
        .filter(|p| reaches(p, from))
        .map(|p| p.offset)
        .min()
    {
        from = before;
    }
    from
}

/// Applies the records of the active segment. `true`: whole records stand behind its end.
fn scan(state: &mut State, image: &Bytes, evidence: &Evidence<'_>) -> Result<bool> {
    let segment = state.active().seg.clone();
    let scan = Scan {
        bytes: image,
        segment: &segment,
    };
    let (mut at, mut met) = (HEADER, HashSet::new());
    // Nobody but who has the files can write a whole record that doesn't open: what is missing behind one isn't what a crash took.
    let mut is_forged = false;
    // The last sequence that may stand in bytes which can't be read.
    let mut hidden_upto = 0;
    loop {
        let Some(head) = scan.record(at) else {
            let Some(next) = scan.hole(at).next else {
                report_torn(state, &segment, image, at);
                return Ok(false);
            };
            let behind = scan.record(next);
            let was_durable = match &behind {
                Some(head) => evidence.was_durable(state, &segment, next, head)?,
                None => false,
            };
            let Some(head) = behind.filter(|_| was_durable) else {
                report_torn(state, &segment, image, at);
                return Ok(true);
            };
            // What is damaged was durable, and with it its batch.
            state.accept_batch();
            let lost = (state.last_seq + 1)..=(head.seq.saturating_sub(1)).max(state.last_seq + 1);
            let hidden = (next - at) as usize / record::len_of(0);
            hidden_upto = state
                .last_seq
                .max(hidden_upto)
                .saturating_add(hidden as u64);
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
        let body = open_body(&segment, &head, image, at, &mut met);
        let Some(body) = body else {
            is_forged = true;
            skip_unopened(state, &head, at, hidden_upto)?;
            at += head.len() as u32;
            state.active().end = at;
            continue;
        };
        let gap_was_meant = segment.rewrite > 0 && head.seq > state.last_seq;
        if head.kind == Kind::Message && head.seq != state.last_seq + 1 && !gap_was_meant {
            let is_gap = head.seq > state.last_seq;
            if is_gap && !is_forged && !evidence.was_durable(state, &segment, at, &head)? {
                return Ok(true);
            }
            if head.seq > state.last_seq {
                let lost = state.last_seq + 1..=head.seq - 1;
                segment.report_range(DamageKind::Record, u64::from(at), 0, &[], Some(lost));
            }
            if head.seq <= state.last_seq {
                state.drop_batch()?;
                // The truncation before it was lost.
                state.apply_truncate(head.seq.saturating_sub(1))?;
            }
        }
        apply(state, &head, &body, at)?;
        at += head.len() as u32;
        state.active().end = at;
    }
}

/// What tells damage from what was never acknowledged.
struct Evidence<'a> {
    last_piece: (u32, u32),
    /// whether all of this segment was durable when the next one was filled
    is_proven: &'a dyn Fn() -> Result<bool>,
}

impl Evidence<'_> {
    /// Whether what is missing before this record was durable when the record came. A rewritten segment was durable as a whole.
    fn was_durable(&self, state: &State, segment: &Segment, at: u32, head: &Head) -> Result<bool> {
        let floor = head.seq.saturating_sub(u64::from(head.lag));
        let told = head.kind == Kind::Message && floor > state.last_seq;
        if told || segment.rewrite > 0 || (segment.number, at) <= self.last_piece {
            return Ok(true);
        }
        (self.is_proven)()
    }
}

/// Whether the sequence is near enough to its segment's first one.
fn has_place(state: &mut State, seq: u64) -> bool {
    let slot = state.active();
    seq <= SEQ_MAX
        && (slot.last < slot.base || (seq >= slot.base && seq - slot.base <= slot.seg.span_max()))
}

/// The body of the record at `at` in clear. `None`: it doesn't open, or it is the copy of one that came before it; no nonce comes twice.
fn open_body(
    segment: &Segment,
    head: &Head,
    image: &Bytes,
    at: u32,
    met: &mut HashSet<[u8; NONCE]>,
) -> Option<Bytes> {
    let body = segment.open_body(head, image, at)?;
    if head.flags & FLAG_BOUND != 0 {
        let nonce = image[at as usize + record::HEAD..].first_chunk()?;
        met.insert(*nonce).then_some(())?;
    }
    Some(body)
}

/// Reports a record that doesn't open. The next message in turn is lost then, and one that is in turn behind messages which can't be read, up to
/// `hidden_upto`; anything else says nothing.
fn skip_unopened(state: &mut State, head: &Head, at: u32, hidden_upto: u64) -> Result<()> {
    let segment = state.active().seg.clone();
    let is_message = head.kind == Kind::Message;
    let lost = is_message.then_some(head.seq..=head.seq);
    let (offset, len) = (u64::from(at), head.len() as u64);
    segment.report_range(DamageKind::Unreadable, offset, len, &[], lost);
    let is_in_turn =
        head.seq > state.last_seq && head.seq <= state.last_seq.max(hidden_upto).saturating_add(1);
    if is_message && is_in_turn {
        let more = state.follow_batch(head)?;
        state.apply_last(head.seq);
        if !more {
            state.accept_batch();
        }
    }
    Ok(())
}

fn apply(state: &mut State, head: &Head, body: &Bytes, at: u32) -> Result<()> {
    let more = head.kind != Kind::Begin && state.follow_batch(head)?;
    match head.kind {
        Kind::Message => {
            if has_place(state, head.seq) {
                if head.seq > state.last_seq + 1 {
                    state.last_seq = head.seq - 1;
                }
                state.apply_message(head, &body[..head.subject as usize], at);
            } else {
                let segment = state.active().seg.clone();
                let (offset, len) = (u64::from(at), head.len() as u64);
                let lost = Some(head.seq..=head.seq);
                segment.report_range(DamageKind::Unreadable, offset, len, &[], lost);
                state.apply_last(head.seq);
            }
            if !more {
                state.accept_batch();
            }
        }
        Kind::Delete => {
            let runs = decode_runs(body);
            if head.flags & FLAG_ERASE != 0 {
                let last = state.last_seq;
                let each =
                    |&(first, count): &(u64, u64)| first..first.saturating_add(count).min(last + 1);
                state.mark_erase(runs.iter().flat_map(each))?;
            }
            state.apply_delete(&runs)?;
        }
        Kind::First => {
            state.apply_first(head.seq)?;
        }
        Kind::Last => {
            state.apply_last(head.seq);
            if !more {
                state.accept_batch();
            }
        }
        Kind::Truncate => {
            state.apply_truncate(head.seq)?;
        }
        Kind::Begin => {}
    }
    Ok(())
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
