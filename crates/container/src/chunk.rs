//! A chunk: bytes ready to be sent, and what they count as.

use std::collections::VecDeque;
use std::fmt;
use std::io::IoSlice;

use bytes::{Buf, Bytes};

use crate::slot::Node;

/// Staged bytes: mostly one contiguous buffer, with large payloads referenced at positions in between.
///
/// A chunk is a box with room for a link, so pushing it into a [`Mailbox`](crate::Mailbox) allocates nothing.
/// Take it from a [`Pool`](crate::Pool) to reuse its buffer as well.
///
/// ```
/// # use midge_container::Chunk;
/// let mut chunk = Chunk::new();
/// chunk.extend_from_slice(b"MSG big 1 5\r\n");
/// chunk.push_shared(bytes::Bytes::from_static(b"large"));
/// chunk.extend_from_slice(b"\r\n");
/// assert_eq!(chunk.len(), 20);
/// assert_eq!(chunk.advance(15), 15);
/// assert_eq!(chunk.to_vec(), b"rge\r\n");
/// ```
pub struct Chunk(pub(crate) Box<Node<Body>>);

/// Everything of a chunk but its link.
#[derive(Default)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    /// sent <= bytes.len()
    sent: usize,
    /// Ascending in `at`; what is sent leaves at the front.
    shared: VecDeque<Shared>,
    /// Sum of the lengths in `shared`.
    shared_bytes: usize,
    messages: u32,
    message_bytes: u64,
    /// Bytes that the mailbox counts for it.
    pub(crate) charged: usize,
}

/// A payload by reference, to be sent before `bytes[at..]`. Never empty.
struct Shared {
    /// sent <= at <= bytes.len()
    at: usize,
    payload: Bytes,
}

impl Chunk {
    /// An empty chunk without a buffer.
    pub fn new() -> Self {
        Self(Node::boxed(Body::default()))
    }

    /// The contiguous buffer, for appending. What stands in it already must stay as it is.
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0.value.bytes
    }

    /// Appends a copy of `bytes`.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.bytes_mut().extend_from_slice(bytes);
    }

    /// Appends `payload` by reference.
    pub fn push_shared(&mut self, payload: Bytes) {
        if payload.is_empty() {
            return;
        }
        let body = &mut self.0.value;
        body.shared_bytes += payload.len();
        body.shared.push_back(Shared {
            at: body.bytes.len(),
            payload,
        });
    }

    /// Bytes not yet sent, shared ones included.
    pub fn len(&self) -> usize {
        self.0.value.len()
    }

    /// True when there is nothing left to send.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counts one message of `payload_bytes` that was appended.
    pub fn add_message(&mut self, payload_bytes: u64) {
        let body = &mut self.0.value;
        body.messages += 1;
        body.message_bytes += payload_bytes;
    }

    /// How many messages were counted.
    pub fn messages(&self) -> u32 {
        self.0.value.messages
    }

    /// Payload bytes of the counted messages.
    pub fn message_bytes(&self) -> u64 {
        self.0.value.message_bytes
    }

    /// Fills `out` from its beginning with what is left, in order; returns how many slices were written.
    pub fn io_slices<'a>(&'a self, out: &mut [IoSlice<'a>]) -> usize {
        fill(out, self.0.value.segments())
    }

    /// Forgets up to `n` bytes at the front; returns how many that were.
    pub fn advance(&mut self, n: usize) -> usize {
        self.0.value.advance(n)
    }

    /// A copy of what is left, for tests and logs.
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.value.segments().collect::<Vec<_>>().concat()
    }

    /// Empties the chunk and keeps its buffer.
    pub(crate) fn clear(&mut self) {
        let body = &mut self.0.value;
        body.bytes.clear();
        body.sent = 0;
        body.shared.clear();
        body.shared_bytes = 0;
        body.messages = 0;
        body.message_bytes = 0;
    }

    /// Bytes of memory kept by an empty chunk, without the box itself.
    pub(crate) fn capacity(&self) -> usize {
        self.0.value.capacity()
    }
}

impl Default for Chunk {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk")
            .field("len", &self.len())
            .field("shared", &self.0.value.shared.len())
            .field("messages", &self.messages())
            .finish_non_exhaustive()
    }
}

impl Body {
    fn capacity(&self) -> usize {
        self.bytes.capacity() + self.shared.capacity() * size_of::<Shared>()
    }

    /// Bytes of memory that are the chunk's own: shared payloads are counted by whoever made them.
    pub(crate) fn footprint(&self) -> usize {
        size_of::<Node<Self>>() + self.capacity()
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.sent + self.shared_bytes
    }

    /// The pieces left to send, in order, none of them empty.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &[u8]> {
        let mut from = self.sent;
        self.shared
            .iter()
            .flat_map(move |shared| {
                let own = &self.bytes[from..shared.at];
                from = shared.at;
                [own, &shared.payload[..]]
            })
            .chain([&self.bytes[self.shared.back().map_or(self.sent, |last| last.at)..]])
            .filter(|segment| !segment.is_empty())
    }

    pub(crate) fn advance(&mut self, n: usize) -> usize {
        let mut left = n;
        loop {
            let until = self
                .shared
                .front()
                .map_or(self.bytes.len(), |shared| shared.at);
            let own = left.min(until - self.sent);
            self.sent += own;
            left -= own;
            let Some(shared) = self.shared.front_mut().filter(|_| left > 0) else {
                return n - left;
            };
            let part = left.min(shared.payload.len());
            shared.payload.advance(part);
            self.shared_bytes -= part;
            left -= part;
            if shared.payload.is_empty() {
                self.shared.pop_front();
            }
        }
    }
}

/// Writes segments as slices into `out` until one of the two ends; returns how many.
pub(crate) fn fill<'a>(out: &mut [IoSlice<'a>], segments: impl Iterator<Item = &'a [u8]>) -> usize {
    let mut filled = 0;
    for (slot, segment) in out.iter_mut().zip(segments) {
        *slot = IoSlice::new(segment);
        filled += 1;
    }
    filled
}
