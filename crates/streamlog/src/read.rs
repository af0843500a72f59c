//! Reading: by sequence, by subject, by time; `cursor.rs` goes through many. Nobody waits for a disk that is being written.
//!
//! A place is looked up under the stream's lock; the bytes are read and checked outside of it. Sealed segments are slices of their
//! mapping, the tail is slices of what was written, what lies between is read by `pread`.
//!
//! Bytes that were read and fail their checksum are damaged: a fact, which is reported and kept. Bytes that couldn't be read are none: every
//! question that needs them is answered with the error, and may be asked again.
use crate::{
    Error, Result,
    damage::DamageKind,
    filter::Filter,
    index::Place,
    mappings::{Look, Sealed},
    record::{self, Kind},
    segment::Segment,
    slot::Slot,
    state::State,
    stream::Stream,
};
use bytes::Bytes;
use std::sync::{Arc, atomic::Ordering};

/// A message that was read. Its parts are slices which stay valid while they are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// its sequence
    pub seq: u64,
    /// nanoseconds since 1970
    pub time: u64,
    /// seconds to live from its time, 0: no end
    pub ttl: u32,
    /// its subject
    pub subject: Bytes,
    /// its header block; empty: none
    pub headers: Bytes,
    /// the rest
    pub payload: Bytes,
}

impl Message {
    /// Bytes of its parts.
    #[expect(
        clippy::len_without_is_empty,
        reason = "no message is empty: it has a subject"
    )]
    pub fn len(&self) -> usize {
        self.subject.len() + self.headers.len() + self.payload.len()
    }
}

/// Where a record's bytes are to be had.
enum Source {
    Memory(Bytes),
    Sealed,
    File,
}

/// A message's record that was looked up.
pub(crate) struct RecordRef {
    pub(crate) seq: u64,
    offset: u32,
    source: Source,
}

impl RecordRef {
    pub(crate) fn new(state: &State, slot: &Slot, seq: u64, place: Place) -> Self {
        Self {
            seq,
            offset: place.offset,
            source: source(state, slot, place.offset),
        }
    }
}

/// What one `pread` brings, at least.
pub(crate) const READ_AHEAD: usize = 64 * 1024;
/// Bytes that a `pread` brings for one message; most fit.
const READ_ONE: usize = 2048;

impl Stream {
    /// The message `seq`. `None`: it isn't there (any more), or consumers may not see it yet.
    ///
    /// # Errors
    /// `Checksum` when its bytes are damaged; from then on it counts as gone. `Deleted`: the stream was deleted, and its file with it. Any other: it can't be
    /// read now.
    pub fn get(&self, seq: u64) -> Result<Option<Message>> {
        self.get_upto(seq, false)
    }

    /// The same for a message that may not be acknowledged yet: for its own publisher's eyes.
    pub fn peek(&self, seq: u64) -> Result<Option<Message>> {
        self.get_upto(seq, true)
    }

    fn get_upto(&self, seq: u64, unseen: bool) -> Result<Option<Message>> {
        loop {
            let (segment, offset, source) = {
                let state = self.0.state.lock();
                if !unseen && seq > state.visible {
                    return Ok(None);
                }
                let Some((at, _, place)) = state.find(seq)? else {
                    return Ok(None);
                };
                let slot = &state.slots[at];
                let source = source(&state, slot, place.offset);
                (slot.seg.clone(), place.offset, source)
            };
            match read(&segment, offset, source, &mut Ahead::of(READ_ONE), seq) {
                Err(Error::Checksum { .. }) if !self.is_in(seq, &segment) => {}
                outcome => {
                    return outcome
                        .map(Some)
                        .inspect_err(|error| self.lose(seq, &segment, error));
                }
            }
        }
    }

    /// Whether the message is there, in this segment: another one may have taken its place since it was looked up.
    fn is_in(&self, seq: u64, segment: &Arc<Segment>) -> bool {
        let state = self.0.state.lock();
        let found = state.find(seq);
        found.is_ok_and(|found| {
            found.is_some_and(|(at, ..)| Arc::ptr_eq(&state.slots[at].seg, segment))
        })
    }

    /// The message of a record that was looked up. Damaged ones are taken out. `None`: it is gone.
    pub(crate) fn read_record(
        &self,
        segment: &Arc<Segment>,
        record: RecordRef,
        ahead: &mut Ahead,
    ) -> Result<Option<Message>> {
        let RecordRef {
            seq,
            offset,
            source,
        } = record;
        match read(segment, offset, source, ahead, seq) {
            Err(Error::Checksum { .. }) if !self.is_in(seq, segment) => self.get(seq),
            outcome => outcome
                .map(Some)
                .inspect_err(|error| self.lose(seq, segment, error)),
        }
    }

    /// The first sequence >= `from` whose message matches, as far as consumers may see.
    ///
    /// # Errors
    /// This one's and those of all questions below: a segment that has to be looked at can't be now.
    pub fn next(&self, filter: &Filter, from: u64) -> Result<Option<u64>> {
        let mut from = from;
        loop {
            let (slot, first_seq, visible) = {
                let state = self.0.state.lock();
                from = from.max(state.first_seq);
                let at = state.slots.partition_point(|slot| slot.last < from);
                // The active segment's index isn't shared, so it is searched here.
                if at + 1 >= state.slots.len() {
                    let next = state.next(filter, from)?;
                    return Ok(next.filter(|&seq| seq <= state.visible));
                }
                (state.slots[at].clone(), state.first_seq, state.visible)
            };
            if from > visible {
                return Ok(None);
            }
            match slot.next(filter, from, first_seq)? {
                Some(seq) => return Ok((seq <= visible).then_some(seq)),
                None => from = slot.last + 1,
            }
        }
    }

    /// The last sequence <= `upto` whose message matches, as far as consumers may see.
    pub fn last(&self, filter: &Filter, upto: u64) -> Result<Option<u64>> {
        let mut state = self.0.state.lock();
        let upto = upto.min(state.visible);
        if let Some(subject) = filter.as_literal() {
            let total = state.total(subject)?;
            if total.count == 0 || total.last <= upto {
                return Ok((total.count > 0).then_some(total.last));
            }
        }
        state.last(filter, upto)
    }

    /// The first sequence >= `from` whose message matches, uncommitted ones too: what is left after a deletion.
    pub fn next_written(&self, filter: &Filter, from: u64) -> Result<Option<u64>> {
        let state = self.0.state.lock();
        state.next(filter, from.max(state.first_seq))
    }

    /// The last sequence whose message matches, uncommitted ones too; 0: none. For what a publisher expects, which must hold against
    /// publishes that are on their way to the disk.
    pub fn last_written(&self, filter: &Filter) -> Result<u64> {
        let mut state = self.0.state.lock();
        Ok(match filter.as_literal() {
            Some(subject) => match state.total(subject)? {
                total if total.count > 0 => total.last,
                _ => 0,
            },
            None => state.last(filter, u64::MAX)?.unwrap_or(0),
        })
    }

    /// The first sequence whose message has a time >= `time`.
    pub fn seq_at(&self, time: u64) -> Result<Option<u64>> {
        let from = {
            let state = self.0.state.lock();
            // Segments without messages are anywhere, so halves can't be left out here.
            let mut slots = state.slots.iter();
            let Some(slot) = slots.find(|slot| slot.live > 0 && slot.last_time >= time) else {
                return Ok(None);
            };
            slot.base.max(state.first_seq)
        };
        let (mut low, mut high) = (from, self.stats().visible + 1);
        // Times never fall, so halves can be left out; a hole takes its right neighbour's time.
        while low < high {
            let middle = low + (high - low) / 2;
            let next = self.next(&Filter::all(), middle)?;
            match next.map(|seq| (seq, self.get(seq))) {
                Some((seq, Ok(Some(message)))) if message.time < time => low = seq + 1,
                Some((_, Ok(_) | Err(Error::Checksum { .. }))) | None => high = middle,
                Some((_, Err(error))) => return Err(error),
            }
        }
        self.next(&Filter::all(), low)
    }

    /// A message whose bytes are damaged is reported and counts as gone, unless it is in another segment by now.
    fn lose(&self, seq: u64, segment: &Arc<Segment>, why: &Error) {
        let &Error::Checksum { offset, .. } = why else {
            return;
        };
        report(segment, offset, seq);
        let mut state = self.0.state.lock();
        if let Ok(Some((at, ..))) = state.find(seq)
            && Arc::ptr_eq(&state.slots[at].seg, segment)
        {
            // What can't be looked at now is found damaged again.
            let _ = state.kill(seq);
        }
    }
}

fn source(state: &State, slot: &Slot, offset: u32) -> Source {
    if slot.heap.is_none() || (slot.seg.file().is_none() && slot.seg.is_loaded()) {
        return Source::Sealed;
    }
    match state.tail.find(slot.seg.number, offset) {
        Some(bytes) => Source::Memory(bytes),
        None => Source::File,
    }
}

/// What the last read brought, in case that the next message is in it.
pub(crate) struct Ahead {
    /// how much is read at once
    len: usize,
    /// by `pread`: segment, rewrite, offset, bytes
    block: Option<(u32, u32, u32, Bytes)>,
    /// of a sealed segment
    mapped: Option<Mapped>,
}

/// A sealed segment's bytes while messages are read from them.
struct Mapped {
    /// number, rewrite
    key: (u32, u32),
    bytes: MappedBytes,
}

enum MappedBytes {
    /// messages are slices of these
    Lent(Bytes),
    /// messages are copies
    Held(Arc<Sealed>),
}

impl Mapped {
    fn of(key: (u32, u32), look: &Look<'_>) -> Self {
        let bytes = match look.lend() {
            Some(bytes) => MappedBytes::Lent(bytes),
            None => MappedBytes::Held(look.sealed.clone()),
        };
        Self { key, bytes }
    }

    /// The message in the record at `at`, as [`decode`] finds it.
    fn decode(&self, segment: &Segment, at: usize, seq: u64) -> Option<Message> {
        match &self.bytes {
            MappedBytes::Lent(bytes) => decode(segment, bytes, at, seq),
            MappedBytes::Held(sealed) => {
                let record = sealed.bytes().get(at..)?;
                let record = record.get(..record::peek_len(record)?)?;
                decode(segment, &Bytes::copy_from_slice(record), 0, seq)
            }
        }
    }
}

impl Ahead {
    pub(crate) fn of(len: usize) -> Self {
        Self {
            len,
            block: None,
            mapped: None,
        }
    }

    /// The segment's final bytes.
    fn mapped(&mut self, segment: &Segment) -> Result<Option<&Mapped>> {
        let key = (segment.number, segment.rewrite);
        // The one before isn't held while another one is mapped.
        let known = self.mapped.take().filter(|known| known.key == key);
        self.mapped = match known {
            None => segment.look()?.map(|look| Mapped::of(key, &look)),
            known => known,
        };
        Ok(self.mapped.as_ref())
    }
}

fn read(
    segment: &Arc<Segment>,
    offset: u32,
    source: Source,
    ahead: &mut Ahead,
    seq: u64,
) -> Result<Message> {
    let found = match source {
        Source::Memory(bytes) => decode(segment, &bytes, 0, seq),
        Source::Sealed => ahead
            .mapped(segment)?
            .and_then(|mapped| mapped.decode(segment, offset as usize, seq)),
        Source::File => decode(segment, &from_file(segment, offset, ahead)?, 0, seq),
    };
    if let Some(message) = found {
        return Ok(message);
    }
    // The page may have been read badly: once more, from the file.
    let again = from_file(segment, offset, &mut Ahead::of(READ_ONE))?;
    if let Some(message) = decode(segment, &again, 0, seq) {
        return Ok(message);
    }
    Err(Error::Checksum {
        segment: segment.number,
        offset,
        seq,
    })
}

/// A record failed its checksum in the segment where it is: that is damage, and its bytes are kept.
fn report(segment: &Segment, offset: u32, seq: u64) {
    let bytes = from_file(segment, offset, &mut Ahead::of(READ_ONE)).unwrap_or_default();
    let len = record::peek_len(&bytes)
        .unwrap_or(record::HEAD)
        .min(bytes.len());
    let (offset, lost) = (u64::from(offset), Some(seq..=seq));
    segment.report_range(DamageKind::Record, offset, len as u64, &bytes[..len], lost);
}

/// The bytes at `offset`; none if there is no file any more.
fn from_file(segment: &Segment, offset: u32, ahead: &mut Ahead) -> Result<Bytes> {
    if let Some((number, rewrite, at, bytes)) = &ahead.block
        && (*number, *rewrite) == (segment.number, segment.rewrite)
        && offset >= *at
        && let Some(rest) = bytes.get((offset - *at) as usize..)
        && record::peek_len(rest).is_some_and(|len| len <= rest.len())
    {
        return Ok(bytes.slice((offset - *at) as usize..));
    }
    let opened;
    let file = match segment.file() {
        Some(file) => file,
        None => match segment.env.disk.open(&segment.name()) {
            Ok(file) => {
                opened = file;
                &opened
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                segment.env.check_deleted()?;
                return Ok(Bytes::new());
            }
            Err(error) => return Err(Error::io("open", &segment.name(), &error)),
        },
    };
    let block = |len: usize| {
        let mut block = vec![0; len];
        let n = file
            .read_at(&mut block, u64::from(offset))
            .map_err(|error| Error::io("read", &segment.name(), &error))?;
        block.truncate(n);
        Result::Ok(Bytes::from(block))
    };
    // Bytes behind `flushed` are another life's.
    let limit = (segment.flushed.load(Ordering::SeqCst).max(segment.size)
        - offset.min(segment.size)) as usize;
    let mut bytes = block(ahead.len.min(limit.max(record::HEAD)))?;
    if let Some(len) = record::peek_len(&bytes)
        && len > bytes.len()
        && len <= crate::state::RECORD_MAX
    {
        bytes = block(len)?;
    }
    ahead.block = Some((segment.number, segment.rewrite, offset, bytes.clone()));
    Ok(bytes)
}

/// The message in the record at `at`, if it is `seq` and whole.
fn decode(segment: &Segment, bytes: &Bytes, at: usize, seq: u64) -> Option<Message> {
    let head = record::verify(bytes.get(at..)?, segment.seed)?;
    if head.kind != Kind::Message || head.seq != seq {
        return None;
    }
    let begin = at + record::HEAD;
    let stored = bytes.slice(begin..begin + head.stored as usize);
    let mut body = segment.env.sealer.open(segment.number, &head, stored)?;
    // Slices are counted atomically, so there are no more of them than parts.
    let subject = body.split_to(head.subject as usize);
    let headers = match head.headers {
        0 => Bytes::new(),
        len => body.split_to(len as usize),
    };
    Some(Message {
        seq,
        time: head.time,
        ttl: head.ttl,
        subject,
        headers,
        payload: body,
    })
}

/// The header block of the message at `place`; empty if it is damaged.
pub(crate) fn headers_of(state: &State, slot: &Slot, place: Place, seq: u64) -> Result<Bytes> {
    let source = source(state, slot, place.offset);
    let mut ahead = Ahead::of(READ_ONE);
    match read(&slot.seg, place.offset, source, &mut ahead, seq) {
        Ok(message) => Ok(message.headers),
        Err(Error::Checksum { offset, .. }) => {
            report(&slot.seg, offset, seq);
            Ok(Bytes::new())
        }
        Err(error) => Err(error),
    }
}

/// The time in the head of a record, unchecked.
pub(crate) fn peek_time(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(16..24)?.try_into().ok()?))
}

/// The time of the message at `place`, from the segment's bytes.
pub(crate) fn time_of(segment: &Segment, place: Place) -> Result<Option<u64>> {
    let offset = place.offset;
    Ok(match segment.look()? {
        Some(look) => {
            let bytes = look.sealed.bytes().get(offset as usize..);
            bytes.and_then(peek_time)
        }
        None => peek_time(&from_file(segment, offset, &mut Ahead::of(record::HEAD))?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NewMessage, Store, StoreOptions, StreamOptions, disk::crash::CrashDisk};

    /// Symptom: `Checksum` for a message that was whole. Cause: between the look-up and the read its segment was sealed and rewritten, and the old file
    /// overwritten. Remedy: what isn't in its segment any more is looked up again.
    #[test]
    fn a_message_is_found_in_the_segment_that_took_its_place() {
        let disk = CrashDisk::new();
        let options = StoreOptions {
            direct_bytes: 1,
            ..StoreOptions::default()
        };
        let store = Store::open(Arc::new(disk), options).unwrap();
        let small = StreamOptions {
            segment_bytes: 4096,
            ..StreamOptions::default()
        };
        let (stream, _) = store.create_stream("s", small).unwrap();
        store.commit_once(0).unwrap();
        for k in 1..=100_u64 {
            drop(
                stream
                    .append(NewMessage::new("s", &k.to_string()), 0)
                    .unwrap(),
            );
        }
        store.commit_once(0).unwrap();
        let look_up = |seq| {
            let state = stream.0.state.lock();
            let (at, _, place) = state.find(seq).unwrap().unwrap();
            let slot = &state.slots[at];
            (slot.seg.clone(), RecordRef::new(&state, slot, seq, place))
        };
        let (segment, record) = look_up(5);
        let (gone_from, gone) = look_up(6);
        let most: Vec<u64> = (1..=40).filter(|&seq| seq != 5).collect();
        drop(stream.erase(&most).unwrap());
        for second in 0..4 {
            store.maintain_once(second << 30).unwrap();
        }
        assert_eq!(look_up(5).0.rewrite, 1);
        let mut ahead = Ahead::of(READ_ONE);
        let message = stream.read_record(&segment, record, &mut ahead).unwrap();
        assert_eq!(message.unwrap().payload, "5");
        let gone = stream.read_record(&gone_from, gone, &mut ahead);
        assert_eq!(gone, Ok(None));
        assert_eq!(store.damage(), []);
    }
}
