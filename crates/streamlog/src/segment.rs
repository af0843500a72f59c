//! One file of records: its name, its header, its bytes once they are sealed.
use crate::{
    Error, Result,
    crypt::BlockKey,
    damage::{Damage, DamageKind, DamageLog},
    disk::{Disk, DiskFile, Work},
    error::is_out_of_memory,
    index::{Footer, HeapIndex, Index, Place},
    mappings::{Look, MappingCell, Mappings, Sealed},
    options::Binding,
    record::{self, Head, Kind, crc, seed},
    seal::{CommandPlace, Sealer},
    state::{GAP_MAX, PLACES_PER_MESSAGE},
    sync::StateMutex as Mutex,
};
use bytes::Bytes;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
};

pub(crate) const MAGIC: &[u8; 8] = b"MDGSEG1\n";
/// Where the first record begins.
pub(crate) const HEADER: u32 = 32;
/// The first segment of a stream.
pub(crate) const SIZE_FIRST: u32 = 64 * 1024;

/// What all segments of a stream share.
pub(crate) struct Env {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) salt: u64,
    pub(crate) stream: u64,
    pub(crate) name: Arc<str>,
    pub(crate) damage: Arc<DamageLog>,
    pub(crate) sealer: Sealer,
    /// of the meta file, if the stream is encrypted
    pub(crate) meta_key: Option<BlockKey>,
    pub(crate) binding: Binding,
    /// a name was made that the folder's sync hasn't seen
    pub(crate) names_dirty: Arc<AtomicBool>,
    /// files to be used again
    pub(crate) spares: Arc<Spares>,
    pub(crate) mappings: Arc<Mappings>,
    /// bytes of the largest meta file that was read, written or tried
    pub(crate) meta_len: Arc<AtomicUsize>,
    /// the stream was deleted: its files may be gone
    pub(crate) is_deleted: AtomicBool,
}

impl Env {
    pub(crate) fn is_deleted(&self) -> bool {
        self.is_deleted.load(Ordering::SeqCst)
    }

    /// # Errors
    /// `Deleted`: that a file isn't there says nothing then.
    pub(crate) fn check_deleted(&self) -> Result<()> {
        match self.is_deleted() {
            true => Err(Error::Deleted),
            false => Ok(()),
        }
    }
}

/// A segment, sealed or not.
pub(crate) struct Segment {
    pub(crate) env: Arc<Env>,
    pub(crate) number: u32,
    pub(crate) rewrite: u32,
    pub(crate) size: u32,
    pub(crate) seed: u32,
    /// where the footer is, if there is one
    pub(crate) footer: Option<(u32, u32)>,
    /// bytes the file has got
    pub(crate) flushed: AtomicU32,
    /// of these, known to be durable: synced <= flushed
    pub(crate) synced: AtomicU32,
    /// its bytes are to be overwritten before the file goes
    pub(crate) erase: AtomicBool,
    file: OnceLock<Arc<dyn DiskFile>>,
    /// Held while the file is made: an appender that needs it and the committer may come at once, and a second file under the name would take
    /// what the first one got.
    making: Mutex<()>,
    mapping: Arc<MappingCell>,
}

impl Drop for Segment {
    fn drop(&mut self) {
        self.env.mappings.forget(&self.mapping);
    }
}

impl Segment {
    pub(crate) fn new(
        env: &Arc<Env>,
        number: u32,
        rewrite: u32,
        size: u32,
        footer: Option<(u32, u32)>,
    ) -> Self {
        Self {
            env: env.clone(),
            number,
            rewrite,
            size,
            seed: seed(env.salt, env.stream, number, rewrite),
            footer,
            flushed: AtomicU32::new(HEADER),
            synced: AtomicU32::new(0),
            erase: AtomicBool::new(false),
            file: OnceLock::new(),
            making: Mutex::new(()),
            mapping: Arc::default(),
        }
    }

    /// Where a command at `at` stands.
    pub(crate) fn place(&self, at: u32) -> CommandPlace {
        CommandPlace {
            segment: self.number,
            rewrite: self.rewrite,
            at,
        }
    }

    /// The body in clear of the record at `at`, which stands in `bytes` there. `None`: it doesn't open, or isn't of this place.
    pub(crate) fn open_body(&self, head: &Head, bytes: &Bytes, at: u32) -> Option<Bytes> {
        let begin = at as usize + record::HEAD;
        let stored = bytes.slice(begin..begin + head.stored as usize);
        let sealer = &self.env.sealer;
        match head.kind {
            Kind::Message => sealer.open(self.number, head, stored),
            _ => sealer.open_command(self.place(at), head, stored),
        }
    }

    pub(crate) fn name(&self) -> String {
        name(self.env.stream, self.number, self.rewrite)
    }

    /// The header's bytes.
    pub(crate) fn header(&self) -> [u8; HEADER as usize] {
        let mut bytes = [0; HEADER as usize];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.env.stream.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.number.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.rewrite.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.size.to_le_bytes());
        let sum = crc(self.env.salt as u32, &bytes[..28]);
        bytes[28..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Whether these are the first bytes of this segment's file.
    pub(crate) fn is_header(&self, bytes: &[u8]) -> bool {
        let mine = self.header();
        // The size may be another one: a recycled file or a larger first record.
        bytes.len() >= 32
            && bytes[..24] == mine[..24]
            && crc(self.env.salt as u32, &bytes[..28]).to_le_bytes() == bytes[28..32]
    }

    /// No sequence of a whole segment is further behind its first one.
    pub(crate) fn span_max(&self) -> u64 {
        let messages = u64::from(self.size) / record::HEAD as u64;
        2 * GAP_MAX + PLACES_PER_MESSAGE * messages
    }

    /// The file, if it was made or opened.
    pub(crate) fn file(&self) -> Option<&Arc<dyn DiskFile>> {
        self.file.get()
    }

    /// Takes a file that is there already.
    pub(crate) fn set_file(&self, file: Arc<dyn DiskFile>) {
        let _ = self.file.set(file);
    }

    /// The file; made, allocated and given its header if it isn't there.
    pub(crate) fn ensure_file(&self) -> Result<&Arc<dyn DiskFile>> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let _alone = self.making.lock();
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let disk = &*self.env.disk;
        disk.note(Work::Roll);
        let name = self.name();
        // A name that was made and not used yet is made again: nobody looks at it before its header is there.
        let file = match self.env.spares.take(disk, &name, self.size)? {
            Some(file) => file,
            None => {
                let file = disk
                    .create(&name)
                    .map_err(|e| Error::io("create", &name, &e))?;
                if let Err(error) = file.allocate(u64::from(self.size)) {
                    drop(file);
                    let _ = disk.remove(&name);
                    return Err(Error::io("allocate", &name, &error));
                }
                file
            }
        };
        file.write_at(&self.header(), 0)
            .map_err(|e| Error::io("write", &name, &e))?;
        self.env.names_dirty.store(true, Ordering::SeqCst);
        Ok(self.file.get_or_init(|| file))
    }

    /// Makes the file's bytes durable.
    pub(crate) fn sync(&self) -> Result<()> {
        let flushed = self.flushed.load(Ordering::SeqCst);
        if let Some(file) = self.file.get() {
            file.sync().map_err(|e| Error::sync(&self.name(), &e))?;
            self.synced.store(flushed, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Whether the file has bytes that may not be durable.
    pub(crate) fn is_unsynced(&self) -> bool {
        self.file.get().is_some()
            && self.synced.load(Ordering::SeqCst) < self.flushed.load(Ordering::SeqCst)
    }

    /// Declares the bytes final, and keeps them in memory.
    pub(crate) fn set_sealed(&self, bytes: Bytes, index: Index) {
        self.mapping.keep(Sealed::in_memory(bytes, index));
    }

    /// A look at the final bytes, if they are there already or the footer says that they can be mapped.
    ///
    /// # Errors
    /// When the file can't be opened or mapped now. That says nothing about what it holds, and the next one to ask tries again.
    pub(crate) fn look(&self) -> Result<Option<Look<'_>>> {
        match (self.mapping.look(), self.footer) {
            (None, Some(footer)) => {
                let sealed = self.load(footer)?;
                // What is held is still there at the look.
                let _held = self.env.mappings.add(&self.mapping, sealed);
                Ok(self.mapping.look())
            }
            (found, _) => Ok(found),
        }
    }

    /// The same bytes, which stay at hand as long as they are held.
    pub(crate) fn sealed(&self) -> Result<Option<Arc<Sealed>>> {
        Ok(self.look()?.map(|look| look.sealed.clone()))
    }

    /// Whether the bytes are at hand.
    pub(crate) fn is_loaded(&self) -> bool {
        self.mapping.is_loaded()
    }

    /// Lets the bytes go, of a segment that nobody looks at any more. `false`: somebody holds slices of them.
    pub(crate) fn unload(&mut self) -> bool {
        let is_unloaded = self.mapping.unload();
        if is_unloaded {
            self.env.mappings.forget(&self.mapping);
        }
        is_unloaded
    }

    /// The file's bytes. Where there is no room for a mapping others go for it.
    fn map(&self, name: &str) -> std::io::Result<Bytes> {
        let file = self.env.disk.open(name)?;
        match file.map() {
            Err(error) if is_out_of_memory(&error) => {
                self.env.mappings.halve();
                file.map()
            }
            mapped => mapped,
        }
    }

    /// Maps the file. What is broken in it is reported and stands for no message; so is a file that isn't there.
    fn load(&self, (at, len): (u32, u32)) -> Result<Sealed> {
        let name = self.name();
        let bytes = match self.map(&name) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.env.check_deleted()?;
                self.report(DamageKind::MissingSegment, 0, 0, &[]);
                let nothing = Index::Heap(Arc::new(HeapIndex::new(0)));
                return Ok(self.env.mappings.sealed(Bytes::new(), nothing));
            }
            Err(error) => {
                let error = Error::io("map", &name, &error);
                if !error.is_passing() {
                    self.report(DamageKind::Unreadable, 0, 0, &[]);
                }
                return Err(error);
            }
        };
        if !self.is_header(&bytes) {
            self.report(
                DamageKind::SegmentHead,
                0,
                u64::from(HEADER),
                &bytes[..bytes.len().min(HEADER as usize)],
            );
        }
        let (at, end) = (at as usize, at as usize + len as usize);
        let footer = (bytes.len() >= end)
            .then(|| {
                let footer = bytes.slice(at..end);
                self.env
                    .sealer
                    .open_footer(self.number, self.rewrite, footer)
            })
            .flatten()
            .and_then(|footer| Footer::parse(footer, self.seed));
        if let Some(footer) = footer {
            let index = Index::Footer(footer.into());
            return Ok(self.env.mappings.sealed(bytes, index));
        }
        self.report(DamageKind::Footer, at as u64, u64::from(len), &[]);
        let mut index: Option<HeapIndex> = None;
        let scan = Scan {
            bytes: &bytes[..at.min(bytes.len())],
            segment: self,
        };
        scan.each(|at, head, stored| {
            if head.kind != Kind::Message {
                return;
            }
            let index = index.get_or_insert_with(|| HeapIndex::new(head.seq));
            // A truncation took sequences back and the later record counts.
            let behind = head.seq.saturating_sub(index.base);
            index.truncate(u32::try_from(behind).unwrap_or(u32::MAX));
            if behind <= self.span_max()
                && let Some(body) = self.env.sealer.open(self.number, head, bytes.slice(stored))
            {
                let place = Place::new(at, head.plain, head.headers);
                index.push(
                    head.seq.max(index.base),
                    place,
                    &body[..head.subject as usize],
                    head.ttl,
                );
            }
        });
        let index = index.unwrap_or_else(|| HeapIndex::new(0));
        Ok(self
            .env
            .mappings
            .sealed(bytes, Index::Heap(Arc::new(index))))
    }

    pub(crate) fn report(&self, kind: DamageKind, offset: u64, len: u64, evidence: &[u8]) {
        self.report_range(kind, offset, len, evidence, None);
    }

    pub(crate) fn report_range(
        &self,
        kind: DamageKind,
        offset: u64,
        len: u64,
        evidence: &[u8],
        sequences: Option<std::ops::RangeInclusive<u64>>,
    ) {
        let damage = Damage {
            kind,
            file: self.name(),
            stream: Some(self.env.stream),
            name: Some(self.env.name.clone()),
            segment: Some(self.number),
            offset,
            len,
            sequences,
        };
        if evidence.is_empty() {
            self.env.damage.report(damage);
        } else {
            self.env.damage.report_bytes(damage, evidence);
        }
    }
}

/// A walk over the records in `bytes`, which begin with the segment's header.
pub(crate) struct Scan<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) segment: &'a Segment,
}

/// A hole in a walk: bytes that are no record, and what comes after them.
pub(crate) struct Hole {
    /// where the next whole record is
    pub(crate) next: Option<u32>,
}

/// How many bytes are checksummed in search of a whole record behind a hole, at most.
const SEARCH_MAX: usize = 64 << 20;

impl Scan<'_> {
    /// The record at `at`.
    pub(crate) fn record(&self, at: u32) -> Option<Head> {
        record::verify(self.bytes.get(at as usize..)?, self.segment.seed)
    }

    /// Calls `f` with offset, head and range of the stored body of each record, holes left out.
    pub(crate) fn each(&self, mut f: impl FnMut(u32, &Head, std::ops::Range<usize>)) {
        let mut at = HEADER;
        loop {
            match self.record(at) {
                Some(head) => {
                    let body = at as usize + record::HEAD;
                    f(at, &head, body..body + head.stored as usize);
                    at += head.len() as u32;
                }
                None => match self.hole(at).next {
                    Some(next) => at = next,
                    None => return,
                },
            }
        }
    }

    /// What is behind the bad bytes at `at`.
    pub(crate) fn hole(&self, at: u32) -> Hole {
        let mut spent = 0;
        let mut next = at as usize + record::ALIGN;
        while next + record::HEAD < self.bytes.len() && spent < SEARCH_MAX {
            if let Some(len) = record::peek_len(&self.bytes[next..])
                && next + len <= self.bytes.len()
            {
                if self.record(next as u32).is_some() {
                    return Hole {
                        next: Some(next as u32),
                    };
                }
                spent += len;
            }
            next += record::ALIGN;
        }
        Hole { next: None }
    }
}

/// Files of segments that were removed since the store was opened, kept to be used again.
#[derive(Default)]
pub(crate) struct Spares {
    files: Mutex<Vec<(String, u32)>>,
    next: AtomicU32,
}

/// More than this many are removed for good.
const SPARES_MAX: usize = 8;

impl Spares {
    /// Numbers new files behind one that was found in the folder. Nobody writes over that: where a renaming can be half done after a loss of
    /// power, it may be another name of a segment's file.
    pub(crate) fn number_behind(&self, found: u32) {
        self.next.fetch_max(found + 1, Ordering::SeqCst);
    }

    /// Sees to it that there is a spare file of that size.
    pub(crate) fn prepare(&self, disk: &dyn Disk, size: u32) -> Result<()> {
        let mut files = self.files.lock();
        if files.iter().any(|(_, spare)| *spare == size) {
            return Ok(());
        }
        let name = spare_name(self.next.fetch_add(1, Ordering::SeqCst));
        let made = disk
            .create(&name)
            .and_then(|file| file.allocate(u64::from(size)));
        if let Err(error) = made {
            let _ = disk.remove(&name);
            return Err(Error::io("allocate", &name, &error));
        }
        files.push((name, size));
        Ok(())
    }

    fn take(&self, disk: &dyn Disk, name: &str, size: u32) -> Result<Option<Arc<dyn DiskFile>>> {
        let mut files = self.files.lock();
        let Some(at) = files.iter().position(|(_, spare)| *spare == size) else {
            return Ok(None);
        };
        let spare = &files[at].0;
        disk.rename(spare, name)
            .map_err(|e| Error::io("rename", spare, &e))?;
        match disk.open(name) {
            Ok(file) => {
                files.swap_remove(at);
                Ok(Some(file))
            }
            Err(error) => {
                if disk.rename(name, spare).is_err() {
                    files.swap_remove(at);
                }
                Err(Error::io("open", name, &error))
            }
        }
    }

    /// Gives a file back: as a spare if it may be written over, else it is removed.
    pub(crate) fn give(
        &self,
        disk: &dyn Disk,
        name: &str,
        size: u32,
        reusable: bool,
    ) -> std::io::Result<()> {
        let mut files = self.files.lock();
        if !reusable || size <= SIZE_FIRST || files.len() >= SPARES_MAX {
            return disk.remove(name);
        }
        let spare = spare_name(self.next.fetch_add(1, Ordering::SeqCst));
        disk.rename(name, &spare)?;
        files.push((spare, size));
        Ok(())
    }
}

/// The file of a segment.
pub(crate) fn name(stream: u64, number: u32, rewrite: u32) -> String {
    format!("{stream:016x}-{number:08x}-{rewrite:04x}.seg")
}

/// The inverse of [`name`].
pub(crate) fn parse_name(name: &str) -> Option<(u64, u32, u32)> {
    let mut parts = name.strip_suffix(".seg")?.split('-');
    let stream = hex(parts.next()?, 16)?;
    let number = hex(parts.next()?, 8)? as u32;
    let rewrite = hex(parts.next()?, 4)? as u32;
    parts.next().is_none().then_some((stream, number, rewrite))
}

fn spare_name(number: u32) -> String {
    format!("spare-{number:08x}.seg")
}

/// The number of a spare file.
pub(crate) fn spare_number(name: &str) -> Option<u32> {
    hex(name.strip_prefix("spare-")?.strip_suffix(".seg")?, 8).map(|n| n as u32)
}

pub(crate) fn hex(text: &str, len: usize) -> Option<u64> {
    (text.len() == len).then(|| u64::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Store, StoreOptions, StreamOptions,
        disk::crash::CrashDisk,
        interleave::{Schedule, preempt},
    };

    /// Symptom: acknowledged messages were gone from a stream whose disk had no fault. Cause: an appender that needs a segment's file and the
    /// committer both made it, so that one of them wrote into a file that has no name any more. Remedy: it is made under a lock.
    #[test]
    fn who_needs_a_segment_s_file_at_once_gets_the_same() {
        for seed in 1..40 {
            let disk = CrashDisk::new();
            let store = Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
            let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
            let segment = stream.0.state.lock().active().seg.clone();
            disk.before_each(|_, _| preempt());
            let schedule = Schedule::new(seed, 0);
            for at in [100, 200] {
                let segment = segment.clone();
                schedule.spawn("writer", move || {
                    let file = segment.ensure_file().unwrap();
                    file.write_at(b"x", at).unwrap();
                });
            }
            schedule.run();
            let bytes = disk.bytes(&segment.name()).unwrap();
            assert_eq!((bytes[100], bytes[200]), (b'x', b'x'), "seed {seed}");
        }
    }
}
