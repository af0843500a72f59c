//! The bytes of a frame: how it is put together, and what can be read of one (`docs/streamlog.md`, "Journal").
use super::PAGE;
use crate::{Result, crypt::BlockKey, record::crc};
use bytes::Bytes;
use std::sync::Arc;

const FRAME_MAGIC: &[u8; 8] = b"MDGFRAM1";
const HEAD: usize = 64;
const ENTRY: usize = 32;

/// What a frame carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// bytes that belong at this place
    Bytes {
        stream: u64,
        segment: u32,
        size: u32,
        offset: u32,
        bytes: Bytes,
    },
    /// small state
    Put { key: Bytes, value: Bytes },
    /// its removal
    Delete { key: Bytes },
}

const TAG_BYTES: u8 = 1;
const TAG_PUT: u8 = 2;
const TAG_DELETE: u8 = 3;
/// behind all others, with a key: that they are all, and what the frame's head says
const TAG_SEAL: u8 = 4;
/// Bytes of it.
const SEAL: usize = (ENTRY + BlockKey::FRONT + BlockKey::BEHIND).next_multiple_of(8);

/// A frame while it is put together.
pub(crate) struct FrameBuf {
    seed: u32,
    key: Option<Arc<BlockKey>>,
    pub(super) bytes: Vec<u8>,
    entries: u32,
    /// where state begins that is encrypted when the frame has its number
    open_entries: Vec<usize>,
}

impl FrameBuf {
    /// An empty frame for the journal with that seed. The seed is secret: a payload can't hold what passes for an entry.
    pub(super) fn new(seed: u32, key: Option<Arc<BlockKey>>) -> Self {
        Self {
            seed,
            key,
            bytes: vec![0; HEAD],
            entries: 0,
            open_entries: Vec::new(),
        }
    }

    pub(crate) fn clear(&mut self) {
        const KEEP: usize = 1 << 20;
        self.bytes.clear();
        self.bytes.shrink_to(KEEP);
        self.bytes.resize(HEAD, 0);
        self.entries = 0;
        self.open_entries.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Bytes of the frame as it will be written, padding aside.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() + self.key.as_ref().map_or(0, |_| SEAL)
    }

    pub(crate) fn bytes(
        &mut self,
        stream: u64,
        segment: u32,
        size: u32,
        offset: u32,
        bytes: &[u8],
    ) {
        self.entry(
            TAG_BYTES,
            0,
            bytes.len() as u32,
            segment,
            stream,
            offset,
            size,
            &[bytes],
        );
    }

    pub(crate) fn put(&mut self, key: &[u8], value: &[u8]) {
        self.entry(
            TAG_PUT,
            key.len() as u16,
            (key.len() + value.len()) as u32,
            0,
            0,
            0,
            0,
            &[key, value],
        );
    }

    pub(crate) fn delete(&mut self, key: &[u8]) {
        self.entry(
            TAG_DELETE,
            key.len() as u16,
            key.len() as u32,
            0,
            0,
            0,
            0,
            &[key],
        );
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of the entry's head, in their order"
    )]
    fn entry(
        &mut self,
        tag: u8,
        key_len: u16,
        len: u32,
        segment: u32,
        stream: u64,
        offset: u32,
        size: u32,
        parts: &[&[u8]],
    ) {
        let key = self.key.as_ref().filter(|_| tag != TAG_BYTES);
        let (cipher, len, front, behind) = match key {
            Some(key) => {
                let beside = (BlockKey::FRONT + BlockKey::BEHIND) as u32;
                let (front, behind) = (&[0; BlockKey::FRONT][..], &[0; BlockKey::BEHIND][..]);
                (key.cipher(), len + beside, front, behind)
            }
            None => (0, len, &[][..], &[][..]),
        };
        let out = &mut self.bytes;
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&[tag, cipher]);
        out.extend_from_slice(&key_len.to_le_bytes());
        out.extend_from_slice(&len.to_le_bytes());
        out.extend_from_slice(&segment.to_le_bytes());
        out.extend_from_slice(&stream.to_le_bytes());
        out.extend_from_slice(&offset.to_le_bytes());
        out.extend_from_slice(&size.to_le_bytes());
        let head_end = out.len();
        out.extend_from_slice(front);
        parts.iter().for_each(|part| out.extend_from_slice(part));
        out.extend_from_slice(behind);
        // A record has a checksum of its own.
        let checked = if tag == TAG_BYTES {
            head_end
        } else {
            out.len()
        };
        if cipher > 0 {
            self.open_entries.push(start);
        } else {
            let sum = crc(self.seed, &out[start + 4..checked]);
            out[start..start + 4].copy_from_slice(&sum.to_le_bytes());
        }
        out.resize(out.len().next_multiple_of(8), 0);
        self.entries += 1;
    }

    /// Encrypts the small state, each entry for its place in the frame with that head, and seals the frame.
    pub(super) fn encrypt(&mut self, frame: &Numbers) -> Result<()> {
        let Some(key) = self.key.clone() else {
            return Ok(());
        };
        let states = self.open_entries.len();
        self.entry(TAG_SEAL, 0, 0, 0, 0, 0, 0, &[]);
        for (k, start) in self.open_entries.drain(..).enumerate() {
            let head = &self.bytes[start..start + ENTRY];
            let states = (k == states).then_some(states);
            let context = context_of(head, frame, start - HEAD, states);
            let len = entry_len(&self.bytes[start..]);
            let begin = start + ENTRY;
            key.seal(&context, &mut self.bytes[begin..begin + len])?;
            let sum = crc(self.seed, &self.bytes[start + 4..begin + len]);
            self.bytes[start..start + 4].copy_from_slice(&sum.to_le_bytes());
        }
        Ok(())
    }

    /// Fills in the head and pads to whole pages.
    pub(super) fn finish(&mut self, frame: &Numbers) {
        let body_crc = crc(0, &self.bytes[HEAD..]);
        let body_len = (self.bytes.len() - HEAD) as u32;
        let head = &mut self.bytes[..HEAD];
        head[..8].copy_from_slice(FRAME_MAGIC);
        head[12..16].copy_from_slice(&body_crc.to_le_bytes());
        let Numbers {
            number,
            prev,
            oldest,
            synced,
            manifest,
        } = *frame;
        for (k, value) in [number, prev, oldest, synced].iter().enumerate() {
            head[16 + k * 8..][..8].copy_from_slice(&value.to_le_bytes());
        }
        head[48..52].copy_from_slice(&body_len.to_le_bytes());
        head[52..56].copy_from_slice(&self.entries.to_le_bytes());
        head[56..].copy_from_slice(&manifest.to_le_bytes());
        let sum = crc(self.seed, &head[12..]);
        head[8..12].copy_from_slice(&sum.to_le_bytes());
        self.bytes
            .resize(self.bytes.len().next_multiple_of(PAGE as usize), 0);
    }
}

/// What a frame's head says of it among the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) number: u64,
    /// the frame before
    pub(super) prev: u64,
    /// replay begins there
    pub(super) oldest: u64,
    /// the newest frame known to be on the disk
    pub(super) synced: u64,
    /// generation of the newest manifest on the disk, with a key
    pub(super) manifest: u64,
}

/// The head of a frame found in the ring.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameHead {
    pub(super) numbers: Numbers,
    pub(super) body_crc: u32,
    pub(super) body_len: usize,
    pub(super) at: usize,
}

impl FrameHead {
    pub(super) fn parse(page: &[u8], seed: u32, at: usize) -> Option<Self> {
        let head = page.get(..HEAD)?;
        let u32_at =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
        if head[..8] != *FRAME_MAGIC || crc(seed, &head[12..]) != u32_at(8) {
            return None;
        }
        Some(Self {
            numbers: Numbers {
                number: u64_at(16),
                prev: u64_at(24),
                oldest: u64_at(32),
                synced: u64_at(40),
                manifest: u64_at(56),
            },
            body_crc: u32_at(12),
            body_len: u32_at(48) as usize,
            at,
        })
    }

    pub(super) fn body(self, ring: &Bytes) -> Option<Bytes> {
        let begin = self.at + HEAD;
        (begin + self.body_len <= ring.len()).then(|| ring.slice(begin..begin + self.body_len))
    }

    pub(super) fn is_whole(self, ring: &Bytes) -> bool {
        self.body(ring)
            .is_some_and(|body| crc(0, &body) == self.body_crc)
    }

    pub(super) fn pages(self) -> u64 {
        ((HEAD + self.body_len) as u64).next_multiple_of(PAGE)
    }
}

/// The length field of an entry.
fn entry_len(head: &[u8]) -> usize {
    u32::from_le_bytes([head[8], head[9], head[10], head[11]]) as usize
}

/// What an encrypted entry is bound to: the rest of its head, its place in the frame's body, what the frame's head says, and, if it is the seal, the number of
/// those before it.
fn context_of(head: &[u8], frame: &Numbers, at: usize, states: Option<usize>) -> [u8; 84] {
    let mut context = [0; 84];
    context[..28].copy_from_slice(&head[4..ENTRY]);
    let numbers = [
        at as u64,
        frame.number,
        frame.prev,
        frame.oldest,
        frame.synced,
        frame.manifest,
        states.unwrap_or(0) as u64,
    ];
    for (k, value) in numbers.iter().enumerate() {
        context[28 + k * 8..][..8].copy_from_slice(&value.to_le_bytes());
    }
    context
}

/// Reads the entries of one frame.
pub(super) struct EntryWalk<'a> {
    pub(super) seed: u32,
    pub(super) key: Option<&'a BlockKey>,
    /// state in clear counts
    pub(super) has_clear_state: bool,
    pub(super) frame: Numbers,
    /// entries of encrypted state that opened
    pub(super) opened: usize,
    /// the seal opened: they are all
    pub(super) sealed: bool,
    /// some state, or the seal, didn't open
    pub(super) locked: bool,
}

impl EntryWalk<'_> {
    /// The entries of the frame's body that can be read.
    pub(super) fn entries(&mut self, body: &Bytes) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut at = 0;
        while let Some(head) = body.get(at..at + ENTRY) {
            let u32_at = |at: usize| {
                u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])
            };
            let (tag, len, begin) = (head[4], entry_len(head), at + ENTRY);
            let known = matches!(tag, TAG_BYTES | TAG_PUT | TAG_DELETE | TAG_SEAL)
                && begin + len <= body.len();
            let checked = if tag == TAG_BYTES { begin } else { begin + len };
            if !known || crc(self.seed, &body[at + 4..checked]) != u32_at(0) {
                // Entries begin on multiples of 8: the next one whose checksum holds is looked for.
                at += 8;
                continue;
            }
            let bytes = body.slice(begin..begin + len);
            match tag {
                TAG_BYTES => entries.push(Entry::Bytes {
                    stream: u64::from(u32_at(16)) | u64::from(u32_at(20)) << 32,
                    segment: u32_at(12),
                    size: u32_at(28),
                    offset: u32_at(24),
                    bytes,
                }),
                TAG_SEAL => self.sealed |= self.open(head, at, Some(self.opened), &bytes).is_some(),
                _ => entries.extend(self.state(head, at, bytes)),
            }
            at = (begin + len).next_multiple_of(8);
        }
        entries
    }

    /// What an encrypted entry holds, if it opens.
    fn open(
        &mut self,
        head: &[u8],
        at: usize,
        states: Option<usize>,
        block: &[u8],
    ) -> Option<Vec<u8>> {
        let context = context_of(head, &self.frame, at, states);
        let opened = self.key.and_then(|key| key.open(head[5], &context, block));
        self.locked |= opened.is_none();
        opened
    }

    /// The small state in an entry. `None`: it doesn't count.
    fn state(&mut self, head: &[u8], at: usize, bytes: Bytes) -> Option<Entry> {
        let (tag, cipher) = (head[4], head[5]);
        let mut value = if cipher > 0 {
            let opened = self.open(head, at, None, &bytes)?;
            self.opened += 1;
            Bytes::from(opened)
        } else if self.has_clear_state {
            bytes
        } else {
            return None;
        };
        let key_len = usize::from(u16::from_le_bytes([head[6], head[7]]));
        if key_len > value.len() {
            return None;
        }
        let key = value.split_to(key_len);
        Some(match tag {
            TAG_PUT => Entry::Put { key, value },
            _ => Entry::Delete { key },
        })
    }
}
