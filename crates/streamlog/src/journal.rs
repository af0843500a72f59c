//! The ring of frames that makes a commit one write and one sync (`docs/streamlog.md`, "Journal").
//!
//! Invariants:
//! - The bytes of a frame with number >= `announced` are never written over; `announced` is the `oldest` of a synced frame.
//! - Frames never share a page.
//! - Behind each frame with something in it a page is left, for the empty one that says what is needed no more: a sync of that gives back at least as much.
//! - The ring may become longer at any time, and shorter when nothing is needed but a frame at its start. How long it is the file's length says.
//! - Nothing is written or synced after a failure that may have cost bytes, whoever met it: the system tells of them once.
//! - With a key no small state is in the ring in clear, but what was written before there was one.
use crate::{
    Error, Result,
    crypt::BlockKey,
    disk::{Disk, DiskFile, Work},
    record::crc,
    twice,
};
use bytes::Bytes;
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::Arc,
};

mod frame;
pub(crate) use frame::{Entry, FrameBuf};
use frame::{EntryWalk, FrameHead, Numbers};

pub(crate) const NAME: &str = "journal";
pub(crate) const MAGIC: &[u8; 8] = b"MDGJRNL1";
/// Frames begin on multiples of this, the ring after the first.
pub(crate) const PAGE: u64 = 4096;
/// Bytes in the shortest ring.
const SIZE_MIN: u64 = 16 * PAGE;

/// What a ring of about `bytes` takes: whole pages, and enough of them.
pub(crate) fn ring_size(bytes: u64) -> u64 {
    bytes.next_multiple_of(PAGE).max(SIZE_MIN)
}

/// A frame that replay needs, and what it holds.
pub(crate) struct Frame {
    pub(crate) number: u64,
    /// offset of the frame in the file
    pub(crate) at: u64,
    /// whether all of it is as it was written
    pub(crate) whole: bool,
    /// some of its state doesn't open with the key, or it isn't known to be all
    pub(crate) locked: bool,
    pub(crate) entries: Vec<Entry>,
}

/// What a scan of the journal found.
pub(crate) struct Found {
    pub(crate) journal: Journal,
    /// in the order in which they were written
    pub(crate) frames: Vec<Frame>,
    /// a frame behind the last good one that was cut: offset and length
    pub(crate) torn: Option<(u64, u64)>,
    /// the newest manifest that a frame knows; 0: none says one
    pub(crate) manifest: u64,
}

/// The journal, as its one writer sees it.
pub(crate) struct Journal {
    file: Arc<dyn DiskFile>,
    seed: u32,
    /// of the small state in frames
    key: Option<Arc<BlockKey>>,
    /// the manifest that frames know, if there is a key: its generation
    manifest: u64,
    /// bytes in the ring
    size: u64,
    /// where the next frame goes, relative to the ring
    head: u64,
    number: u64,
    prev: u64,
    /// the newest frame that the manifest knew
    passed: u64,
    synced: u64,
    /// the `oldest` that the newest synced frame announced
    announced: u64,
    /// `oldest` of the newest frame written
    oldest_written: u64,
    /// frames that may not be written over, in the order in which they were written: round the ring
    frames: VecDeque<Placed>,
    /// what ended it
    failed: Option<Error>,
}

/// Where a frame lies.
#[derive(Debug, Clone, Copy)]
struct Placed {
    number: u64,
    /// relative to the ring
    at: u64,
    len: u64,
    /// bytes of all frames up to this one, those that are gone too
    total: u64,
}

impl Journal {
    /// Makes the journal, with zeros in every block so that later writes need no new ones.
    pub(crate) fn create(
        disk: &dyn Disk,
        salt: u64,
        key: Option<Arc<BlockKey>>,
        size: u64,
    ) -> Result<Self> {
        const ASIDE: &str = "journal.new";
        let fail = |what| move |e: std::io::Error| Error::io(what, NAME, &e);
        let file = disk.create(ASIDE).map_err(fail("create"))?;
        file.allocate(PAGE + size).map_err(fail("allocate"))?;
        put_zeros(&*file, PAGE..PAGE + size).map_err(fail("write"))?;
        file.write_at(&head_of(salt, size), 0)
            .map_err(fail("write"))?;
        file.sync().map_err(fail("sync"))?;
        disk.rename(ASIDE, NAME).map_err(fail("rename"))?;
        disk.sync_dir().map_err(fail("sync folder of"))?;
        Ok(Self::at_start(file, salt, key, size))
    }

    fn at_start(file: Arc<dyn DiskFile>, salt: u64, key: Option<Arc<BlockKey>>, size: u64) -> Self {
        Self {
            file,
            seed: salt as u32 ^ (salt >> 32) as u32,
            key,
            manifest: 0,
            size,
            head: 0,
            number: 1,
            prev: 0,
            passed: 0,
            synced: 0,
            announced: 1,
            oldest_written: 1,
            frames: VecDeque::new(),
            failed: None,
        }
    }

    /// The salt in the journal's head. `None`: there is no journal, or its head is damaged.
    pub(crate) fn salt(disk: &dyn Disk) -> Result<Option<u64>> {
        let mut head = [0; 32];
        let read = disk.open(NAME).and_then(|file| file.read_at(&mut head, 0));
        match read {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|e| Error::io("read", NAME, &e))?,
        };
        twice::check_version(&head, NAME, MAGIC)?;
        let is_whole = head[..8] == *MAGIC && crc(0, &head[..24]).to_le_bytes() == head[24..28];
        let salt = [
            head[8], head[9], head[10], head[11], head[12], head[13], head[14], head[15],
        ];
        Ok(is_whole.then(|| u64::from_le_bytes(salt)))
    }

    /// Reads the journal: the newest chain of frames, back to the oldest that is needed. With `sealed_after` state in clear counts
    /// nowhere, and each frame behind that number has a seal; without it there is no key, or there was none until now.
    pub(crate) fn open(
        disk: &dyn Disk,
        salt: u64,
        key: Option<Arc<BlockKey>>,
        sealed_after: Option<u64>,
    ) -> Result<Found> {
        let fail = |what| move |e: std::io::Error| Error::io(what, NAME, &e);
        let file = disk.open(NAME).map_err(fail("open"))?;
        let len = file.len().map_err(fail("read"))?;
        let size = len.saturating_sub(PAGE) / PAGE * PAGE;
        // Looked at while nothing is written yet; what is kept of it is copied, because the ring's bytes will change.
        let ring = match size {
            0 => Bytes::new(),
            size => file
                .map()
                .map_err(fail("read"))?
                .slice(PAGE as usize..(PAGE + size) as usize),
        };
        let mut journal = Self::at_start(file, salt, key, ring_size(size));
        let heads: BTreeMap<u64, FrameHead> = (0..ring.len())
            .step_by(PAGE as usize)
            .filter_map(|at| FrameHead::parse(&ring[at..], journal.seed, at))
            .map(|head| (head.numbers.number, head))
            .collect();
        let (chain, torn) = newest_chain(&heads, &ring);
        if let Some(newest) = chain.last() {
            journal.head = (newest.at as u64 + newest.pages()) % journal.size;
            journal.prev = newest.numbers.number;
            journal.announced = newest.numbers.oldest;
            journal.oldest_written = newest.numbers.oldest;
        }
        journal.number = heads.keys().next_back().map_or(1, |newest| newest + 1);
        for frame in &chain {
            journal.placed(frame.numbers.number, frame.at as u64, frame.pages());
        }
        let frames = chain
            .iter()
            .map(|head| {
                let mut walk = EntryWalk {
                    seed: journal.seed,
                    key: journal.key.as_deref(),
                    has_clear_state: sealed_after.is_none(),
                    frame: head.numbers,
                    opened: 0,
                    sealed: false,
                    locked: false,
                };
                let body = head.body(&ring);
                let entries = body.map(|body| walk.entries(&Bytes::copy_from_slice(&body)));
                let number = head.numbers.number;
                let lacks_seal = sealed_after.is_some_and(|last| number > last) && !walk.sealed;
                Frame {
                    number,
                    at: PAGE + head.at as u64,
                    whole: head.is_whole(&ring),
                    locked: walk.locked || lacks_seal,
                    entries: entries.unwrap_or_default(),
                }
            })
            .collect();
        let torn = torn.map(|head| (PAGE + head.at as u64, head.pages()));
        Ok(Found {
            manifest: chain
                .iter()
                .map(|head| head.numbers.manifest)
                .max()
                .unwrap_or(0),
            journal,
            frames,
            torn,
        })
    }

    /// Nothing in the ring is needed any more: writes the head again, and a frame that says so.
    pub(crate) fn start_anew(&mut self, disk: &dyn Disk, salt: u64) -> Result<()> {
        let head = head_of(salt, self.size);
        self.attempt("write", |file| file.write_at(&head, 0))?;
        let mut empty = self.frame();
        self.write(disk, &mut empty, 0)?;
        self.sync()
    }

    /// An empty frame for this journal.
    pub(crate) fn frame(&self) -> FrameBuf {
        FrameBuf::new(self.seed, self.key.clone())
    }

    /// Where a frame of `len` bytes goes: at the head, or at the start of the ring.
    fn place(&self, len: u64) -> Option<u64> {
        let free = |at: u64| match (self.frames.front(), self.frames.back()) {
            (Some(first), Some(last)) if first.at <= last.at => {
                at + len <= first.at || at >= last.at + last.len && at + len <= self.size
            }
            (Some(first), Some(last)) => at >= last.at + last.len && at + len <= first.at,
            _ => at + len <= self.size,
        };
        [self.head, 0].into_iter().find(|&at| free(at))
    }

    /// A frame lies there.
    fn placed(&mut self, number: u64, at: u64, len: u64) {
        let before = self.frames.back().map_or(0, |last| last.total);
        let total = before + len;
        self.frames.push_back(Placed {
            number,
            at,
            len,
            total,
        });
    }

    /// Whether a frame of `len` bytes with something in it has a place now.
    pub(crate) fn fits(&self, len: usize) -> bool {
        self.place_before_page(len as u64).is_some()
    }

    /// Whether an empty frame has one.
    pub(crate) fn fits_empty(&self) -> bool {
        self.place(PAGE).is_some()
    }

    /// Where a frame of `len` bytes goes, so that an empty one has a place behind it.
    fn place_before_page(&self, len: u64) -> Option<u64> {
        self.place(len.next_multiple_of(PAGE) + PAGE)
    }

    /// Writes a frame. Replay will begin at `oldest`, or at this frame if that is 0. Returns its number.
    ///
    /// # Errors
    /// One that passes leaves the journal as it was: the next frame may be written to the same place.
    pub(crate) fn write(
        &mut self,
        disk: &dyn Disk,
        frame: &mut FrameBuf,
        oldest: u64,
    ) -> Result<u64> {
        let len = (frame.len() as u64).next_multiple_of(PAGE);
        let place = match frame.is_empty() {
            true => self.place(len),
            false => self.place_before_page(len),
        };
        let at = place.ok_or(Error::DiskFull)?;
        if at == 0 && self.head != 0 {
            disk.note(Work::Wrap);
        }
        let number = self.number;
        let oldest = if oldest == 0 { number } else { oldest };
        let numbers = Numbers {
            number,
            prev: self.prev,
            oldest,
            synced: self.synced,
            manifest: self.manifest,
        };
        frame.encrypt(&numbers)?;
        frame.finish(&numbers);
        let written = self.attempt("write", |file| file.write_at(&frame.bytes, PAGE + at));
        // Whatever a write that failed left there has a number that no other frame has, and none says that it came before it.
        self.number += 1;
        written?;
        self.prev = number;
        self.head = (at + len) % self.size;
        self.oldest_written = oldest;
        self.placed(number, at, len);
        Ok(number)
    }

    /// Makes all frames durable; those which the newest one doesn't need may be written over from now on.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.attempt("sync", |file| file.sync())?;
        self.synced = self.prev;
        self.announced = self.oldest_written;
        while self
            .frames
            .front()
            .is_some_and(|frame| frame.number < self.announced)
        {
            self.frames.pop_front();
        }
        Ok(())
    }

    /// Does this to the file, unless something failed before.
    fn attempt(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&dyn DiskFile) -> io::Result<()>,
    ) -> Result<()> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        work(&*self.file).map_err(|e| {
            let error = match what {
                "sync" => Error::sync(NAME, &e),
                _ => Error::io(what, NAME, &e),
            };
            if !error.is_passing() {
                self.failed = Some(error.clone());
            }
            error
        })
    }

    /// The manifest of that generation is on the disk: frames say so from now on, if they are encrypted.
    pub(crate) fn know_manifest(&mut self, generation: u64) {
        if self.key.is_some() {
            self.manifest = generation;
        }
    }
    /// The number of the next frame.
    pub(crate) fn next_number(&self) -> u64 {
        self.number
    }

    /// The number of the newest frame that counts, or of the last one that is known to have counted; 0: there is none.
    pub(crate) fn newest(&self) -> u64 {
        self.prev.max(self.passed)
    }

    /// No frame gets this number or a lower one from now on, whatever became of the frames that had them.
    pub(crate) fn go_on_after(&mut self, number: u64) {
        self.passed = number;
        self.number = self.number.max(number.saturating_add(1));
    }

    /// The share of the ring, in 1/256, that frames from `oldest` on take (0: none).
    pub(crate) fn used(&self, oldest: u64) -> u64 {
        if oldest == 0 {
            return 0;
        }
        let first = self.frames.partition_point(|frame| frame.number < oldest);
        let bytes = match (self.frames.get(first), self.frames.back()) {
            (Some(first), Some(last)) => last.total - first.total + first.len,
            _ => 0,
        };
        bytes * 256 / self.size
    }

    /// Whether a frame that says that `oldest` is needed, or with 0 nothing before itself, gives room back.
    pub(crate) fn gives_back(&self, oldest: u64) -> bool {
        let first = self.frames.front();
        first.is_some_and(|first| oldest == 0 || first.number < oldest)
    }

    /// Makes the ring `size` bytes long, which is more than it is, with zeros in every new block.
    ///
    /// # Errors
    /// One that passes leaves it as it was.
    pub(crate) fn grow(&mut self, size: u64) -> Result<()> {
        let (old, new) = (PAGE + self.size, PAGE + size);
        let grown = self
            .attempt("allocate", |file| file.allocate(new))
            .and_then(|()| self.attempt("write", |file| put_zeros(file, old..new)));
        if grown.is_err() {
            let _ = self.file.truncate(old);
            return grown;
        }
        let is_last = |last: &Placed| last.at + last.len == self.size;
        if self.head == 0 && self.frames.back().is_some_and(is_last) {
            // The next frame goes behind the last one, not round.
            self.head = self.size;
        }
        self.size = size;
        Ok(())
    }

    /// Makes the ring `size` bytes long, which is less than it is. Nothing in it may be needed. `false`: there is no place for the frame that says so.
    pub(crate) fn shrink(&mut self, disk: &dyn Disk, size: u64) -> Result<bool> {
        // An empty frame at the start stays, or the numbers would begin anew. One before it may be what gives the start back.
        for _ in 0..2 {
            if self.has_only_a_page_at_the_start() {
                break;
            }
            if self.frames.len() == 1 && self.frames[0].at >= PAGE {
                self.head = 0;
            }
            if !self.fits_empty() {
                return Ok(false);
            }
            let mut empty = self.frame();
            self.write(disk, &mut empty, 0)?;
            self.sync()?;
        }
        if !self.has_only_a_page_at_the_start() {
            return Ok(false);
        }
        self.attempt("shorten", |file| file.truncate(PAGE + size))?;
        self.size = size;
        self.sync()?;
        Ok(true)
    }

    fn has_only_a_page_at_the_start(&self) -> bool {
        matches!(
            self.frames.as_slices(),
            (
                [Placed {
                    at: 0,
                    len: PAGE,
                    ..
                }],
                []
            )
        )
    }

    /// Bytes in the ring.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// What failed, after which nothing more is written.
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.failed.as_ref()
    }

    /// Whether a frame was written that isn't known to be durable.
    pub(crate) fn is_unsynced(&self) -> bool {
        self.synced < self.prev
    }
}

/// Makes the blocks of these bytes real.
fn put_zeros(file: &dyn DiskFile, bytes: std::ops::Range<u64>) -> io::Result<()> {
    const CHUNK: u64 = 1 << 20;
    let zeros = vec![0; CHUNK.min(bytes.end - bytes.start) as usize];
    for at in bytes.clone().step_by(CHUNK as usize) {
        let n = CHUNK.min(bytes.end - at) as usize;
        file.write_at(&zeros[..n], at)?;
    }
    Ok(())
}

/// The first bytes of the file.
fn head_of(salt: u64, size: u64) -> [u8; 32] {
    let mut head = [0; 32];
    head[..8].copy_from_slice(MAGIC);
    head[8..16].copy_from_slice(&salt.to_le_bytes());
    head[16..24].copy_from_slice(&size.to_le_bytes());
    let sum = crc(0, &head[..24]);
    head[24..28].copy_from_slice(&sum.to_le_bytes());
    head
}

/// Walks back from the newest frame along "the frame before". A bad or missing frame is damage if a later one knew it to be synced; else it
/// is where a crash tore the log, and what came after it never counted.
fn newest_chain(
    heads: &BTreeMap<u64, FrameHead>,
    ring: &Bytes,
) -> (Vec<FrameHead>, Option<FrameHead>) {
    let (mut chain, mut torn) = (Vec::<FrameHead>::new(), None);
    let (mut known_synced, mut oldest) = (0, 0);
    let mut candidate = heads.values().next_back().copied();
    while let Some(head) = candidate {
        if !head.is_whole(ring) && known_synced < head.numbers.number {
            torn = Some(head);
            chain.clear();
            (known_synced, oldest) = (0, 0);
            candidate = heads
                .range(..head.numbers.number)
                .next_back()
                .map(|(_, head)| *head);
            continue;
        }
        if chain.is_empty() {
            oldest = head.numbers.oldest;
        }
        known_synced = known_synced.max(head.numbers.synced);
        chain.push(head);
        if head.numbers.prev < oldest {
            break;
        }
        candidate = heads.get(&head.numbers.prev).copied();
        if candidate.is_none() {
            if known_synced < head.numbers.prev {
                chain.clear();
                (known_synced, oldest) = (0, 0);
                torn = Some(head);
            }
            candidate = heads
                .range(..head.numbers.prev)
                .next_back()
                .map(|(_, head)| *head)
                .filter(|h| h.numbers.number >= oldest);
        }
    }
    chain.reverse();
    (chain, torn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::crash::CrashDisk;

    /// A place for `len` bytes, found by looking at every frame.
    fn place_by_looking(journal: &Journal, len: u64) -> Option<u64> {
        let free = |at: u64| {
            let apart = |frame: &Placed| at + len <= frame.at || frame.at + frame.len <= at;
            at + len <= journal.size && journal.frames.iter().all(apart)
        };
        [journal.head, 0].into_iter().find(|&at| free(at))
    }

    /// Symptom: a store stopped for good when a lack of descriptors lasted (simulation, seed 1795994779): nothing was needed of the journal any more,
    /// and no frame found a place. Cause: each try wrote frames that said what is needed, although that was the same as before, up to the place of
    /// the one that would have said that it's over. Remedy: such a frame is written where it gives more back than it takes.
    #[test]
    fn only_what_is_needed_no_more_gives_room_back() {
        let disk = CrashDisk::new();
        let mut journal = Journal::create(&disk, 7, None, 64 * PAGE).unwrap();
        assert!(!journal.gives_back(0), "there is no frame");
        for _ in 0..3 {
            let mut frame = journal.frame();
            journal.write(&disk, &mut frame, 1).unwrap();
            journal.sync().unwrap();
        }
        let gives_back = [0, 1, 2, 3].map(|oldest| journal.gives_back(oldest));
        assert_eq!(gives_back, [true, false, true, true]);
        let mut frame = journal.frame();
        journal.write(&disk, &mut frame, 3).unwrap();
        journal.sync().unwrap();
        assert!(!journal.gives_back(3), "they are given back");
    }

    /// Symptom: a full journal of which nothing was needed any more, and no frame found a place to say so. Cause: the last page was anybody's. Remedy:
    /// it is kept for that frame.
    #[test]
    fn the_frame_that_frees_the_ring_has_a_place() {
        let disk = CrashDisk::new();
        let mut journal = Journal::create(&disk, 7, None, 24 * PAGE).unwrap();
        let (mut dice, mut freed) = (1_u64, 0);
        for _ in 0..5_000 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let len = ((dice >> 33) % 5 * PAGE) as usize + 100;
            let mut frame = journal.frame();
            frame.put(b"k", &vec![0; len]);
            let first = journal.frames.front().map_or(1, |frame| frame.number);
            if journal.fits(frame.len()) {
                journal.write(&disk, &mut frame, first).unwrap();
                continue;
            }
            journal.sync().unwrap();
            // Something isn't needed any more: one frame at least.
            let needed = first + 1 + (dice >> 50) % 4;
            assert!(journal.gives_back(needed) && journal.fits_empty());
            let mut empty = journal.frame();
            journal.write(&disk, &mut empty, needed).unwrap();
            journal.sync().unwrap();
            assert!(journal.fits_empty(), "it gave back what it took");
            freed += 1;
        }
        assert!(freed > 500, "only {freed} times");
    }

    #[test]
    fn a_frame_never_lies_on_one_that_is_needed() {
        let disk = CrashDisk::new();
        let mut journal = Journal::create(&disk, 7, None, 64 * PAGE).unwrap();
        let mut dice = 1_u64;
        let mut placed = 0;
        for _ in 0..5_000 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let pages = (dice >> 33) % 20 + 1;
            let mut frame = journal.frame();
            frame.put(b"k", &vec![0; (pages * PAGE) as usize - 200]);
            let with_page = (pages + 1) * PAGE;
            let place = journal.place(with_page);
            assert_eq!(place, place_by_looking(&journal, with_page));
            let needed: Vec<u64> = journal.frames.iter().map(|frame| frame.number).collect();
            let oldest = needed
                .get((dice >> 40) as usize % 8)
                .map_or(journal.number, |&number| number);
            let bytes = |from: u64| -> u64 {
                let frames = journal.frames.iter().filter(|frame| frame.number >= from);
                frames.map(|frame| frame.len).sum()
            };
            assert_eq!(journal.used(oldest), bytes(oldest) * 256 / journal.size);
            if place.is_some() {
                journal.write(&disk, &mut frame, oldest).unwrap();
                placed += 1;
            }
            if dice >> 63 == 0 {
                journal.sync().unwrap();
            }
            if place.is_none() {
                // What a store does when it has brought everything to its place.
                journal.announced = journal.number;
                journal.oldest_written = journal.number;
                journal.sync().unwrap();
            }
        }
        assert!(placed > 2_500, "only {placed} frames found a place");
    }
}
