//! The end of a stream that its segments don't durably have yet: bytes that wait for a commit, and bytes that only the journal keeps.
use crate::segment::Segment;
use bytes::{Bytes, BytesMut};
use std::{collections::VecDeque, sync::Arc};

/// Bytes which belong at `offset` of `segment`.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) segment: Arc<Segment>,
    pub(crate) offset: u32,
    pub(crate) bytes: Bytes,
}

impl Piece {
    fn key(&self) -> (u32, u32) {
        (self.segment.number, self.offset)
    }

    pub(crate) fn end(&self) -> u32 {
        self.offset + self.bytes.len() as u32
    }
}

/// Bytes of one segment that nobody committed.
struct Run {
    segment: Arc<Segment>,
    offset: u32,
    bytes: BytesMut,
}

/// Pieces, then runs, in the order of the log.
#[derive(Default)]
pub(crate) struct Tail {
    pieces: VecDeque<Piece>,
    runs: Vec<Run>,
    pieces_len: usize,
    /// so many of the pieces, the last ones, are in no frame of the journal
    fresh: usize,
    /// so many of the pieces, the first ones, are in their segments, without a sync; the journal has them
    flushed: usize,
}

impl Tail {
    /// The buffer that takes what belongs at `offset` of `segment`.
    pub(crate) fn at(&mut self, segment: &Arc<Segment>, offset: u32) -> &mut BytesMut {
        let fits = self.runs.last().is_some_and(|run| {
            run.segment.number == segment.number
                && run.offset as usize + run.bytes.len() == offset as usize
        });
        if !fits {
            self.runs.push(Run {
                segment: segment.clone(),
                offset,
                bytes: BytesMut::new(),
            });
        }
        let last = self.runs.len() - 1;
        &mut self.runs[last].bytes
    }

    /// The pending bytes become pieces, which are returned.
    pub(crate) fn take(&mut self) -> Vec<Piece> {
        let mut taken = Vec::with_capacity(self.runs.len());
        let keep = self.runs.len().saturating_sub(1);
        for (k, run) in self.runs.iter_mut().enumerate() {
            if run.bytes.is_empty() {
                continue;
            }
            let bytes = run.bytes.split().freeze();
            let piece = Piece {
                segment: run.segment.clone(),
                offset: run.offset,
                bytes,
            };
            run.offset = piece.end();
            self.pieces_len += piece.bytes.len();
            self.pieces.push_back(piece.clone());
            self.fresh += 1;
            taken.push(piece);
            debug_assert!(k <= keep);
        }
        // The last run goes on; its buffer is used again once its pieces are gone.
        self.runs.drain(..keep);
        taken
    }

    /// Adds bytes that were read back from the journal.
    pub(crate) fn restore(&mut self, piece: Piece) {
        self.pieces_len += piece.bytes.len();
        self.pieces.push_back(piece);
    }

    /// Bytes in pieces.
    pub(crate) fn len(&self) -> usize {
        self.pieces_len
    }

    /// Whether it has bytes of this segment.
    pub(crate) fn has(&self, segment: u32) -> bool {
        let mut runs = self.runs.iter().filter(|run| !run.bytes.is_empty());
        self.pieces.iter().any(|it| it.segment.number == segment)
            || runs.any(|run| run.segment.number == segment)
    }

    /// All pieces are in frames of the journal.
    pub(crate) fn all_journaled(&mut self) {
        self.fresh = 0;
    }

    /// The pieces that are in frames of the journal.
    pub(crate) fn journaled(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().take(self.pieces.len() - self.fresh)
    }

    /// The pieces that their segments don't have.
    pub(crate) fn unflushed(&self) -> Vec<Piece> {
        self.pieces.iter().skip(self.flushed).cloned().collect()
    }

    /// The first `n` pieces of [`unflushed`](Self::unflushed) are in their segments, durably: they are forgotten, and those before them.
    pub(crate) fn drop_durable(&mut self, n: usize) {
        let n = n + std::mem::take(&mut self.flushed);
        for piece in self.pieces.drain(..n) {
            self.pieces_len -= piece.bytes.len();
        }
        self.fresh = self.fresh.min(self.pieces.len());
    }

    /// All pieces are in their segments, without a sync: only those that the journal has are kept.
    pub(crate) fn keep_journaled(&mut self) {
        let n = self.pieces.len() - std::mem::take(&mut self.fresh);
        for piece in self.pieces.drain(n..) {
            self.pieces_len -= piece.bytes.len();
        }
        self.flushed = n;
    }

    /// The bytes from `offset` of a segment to the end of what is together there.
    pub(crate) fn find(&self, segment: u32, offset: u32) -> Option<Bytes> {
        let after = self
            .pieces
            .partition_point(|piece| piece.key() <= (segment, offset));
        if let Some(piece) = after.checked_sub(1).map(|k| &self.pieces[k])
            && piece.segment.number == segment
            && offset < piece.end()
        {
            return Some(piece.bytes.slice((offset - piece.offset) as usize..));
        }
        let run = self.runs.iter().find(|run| {
            run.segment.number == segment
                && (run.offset as usize..run.offset as usize + run.bytes.len())
                    .contains(&(offset as usize))
        })?;
        let bytes = &run.bytes[(offset - run.offset) as usize..];
        let len = crate::record::peek_len(bytes)?.min(bytes.len());
        Some(Bytes::copy_from_slice(&bytes[..len]))
    }

    /// All bytes of a segment which never leaves the memory.
    pub(crate) fn take_run(&mut self, segment: u32) -> Bytes {
        match self
            .runs
            .iter()
            .position(|run| run.segment.number == segment)
        {
            Some(at) => self.runs.remove(at).bytes.freeze(),
            None => Bytes::new(),
        }
    }
}
