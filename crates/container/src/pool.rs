//! Chunks that wait to be used again: one pool a worker, with caps, so that memory returns.

use crate::Chunk;

/// How much a [`Pool`] may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Idle chunks kept at most.
    pub chunks_max: usize,
    /// A chunk whose buffers grew beyond this is freed instead of kept.
    pub chunk_bytes_max: usize,
}

impl Default for PoolLimits {
    /// 32 chunks of at most 128 KiB: twice the 64 KiB at which a staged chunk is handed over.
    fn default() -> Self {
        Self {
            chunks_max: 32,
            chunk_bytes_max: 128 * 1024,
        }
    }
}

/// Idle chunks of one worker. Not shared, so it needs no synchronisation.
#[derive(Debug)]
pub struct Pool {
    limits: PoolLimits,
    /// idle.len() <= limits.chunks_max
    idle: Vec<Chunk>,
    /// The fewest idle chunks since the last `trim`: those nobody needed. low <= idle.len()
    low: usize,
}

impl Pool {
    /// An empty pool.
    pub fn new(limits: PoolLimits) -> Self {
        Self {
            limits,
            idle: Vec::new(),
            low: 0,
        }
    }

    /// An empty chunk, with a buffer if one was idle.
    pub fn take(&mut self) -> Chunk {
        let chunk = self.idle.pop().unwrap_or_default();
        self.low = self.low.min(self.idle.len());
        chunk
    }

    /// Takes a chunk back; what it still holds is dropped, and so is the chunk if it exceeds the limits.
    pub fn give(&mut self, mut chunk: Chunk) {
        if self.idle.len() < self.limits.chunks_max
            && chunk.capacity() <= self.limits.chunk_bytes_max
        {
            chunk.clear();
            self.idle.push(chunk);
        }
    }

    /// Frees the chunks that weren't used since the last call. Called now and then, an idle worker's pool empties.
    pub fn trim(&mut self) {
        self.idle.drain(..self.low);
        self.low = self.idle.len();
        if self.idle.is_empty() {
            self.idle = Vec::new();
        }
    }

    /// How many chunks are idle.
    pub fn len(&self) -> usize {
        self.idle.len()
    }

    /// True when no chunk is idle.
    pub fn is_empty(&self) -> bool {
        self.idle.is_empty()
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new(PoolLimits::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Pool {
        Pool::new(PoolLimits {
            chunks_max: 2,
            chunk_bytes_max: 64,
        })
    }

    fn chunk(capacity: usize) -> Chunk {
        let mut chunk = Chunk::new();
        chunk.bytes_mut().reserve_exact(capacity);
        chunk
    }

    #[test]
    fn a_chunk_comes_back_empty_with_its_buffer() {
        let mut pool = pool();
        let mut used = chunk(40);
        used.extend_from_slice(b"+OK\r\n");
        used.push_shared(bytes::Bytes::from_static(b"payload"));
        used.add_message(7);
        pool.give(used);
        assert_eq!(pool.len(), 0, "the list of shared payloads counts, too");
        let mut used = chunk(40);
        used.extend_from_slice(b"+OK\r\n");
        used.add_message(7);
        used.advance(2);
        pool.give(used);
        let mut again = pool.take();
        assert!(again.is_empty() && again.messages() == 0 && again.message_bytes() == 0);
        assert_eq!(again.bytes_mut().capacity(), 40);
    }

    #[test]
    fn neither_large_nor_surplus_chunks_are_kept() {
        let mut pool = pool();
        pool.give(chunk(65));
        assert_eq!(pool.len(), 0);
        (0..3).for_each(|_| pool.give(chunk(64)));
        assert_eq!(pool.len(), 2);
    }

    #[test]
    fn trim_frees_what_was_not_used_since_the_last_trim() {
        let mut pool = pool();
        pool.give(chunk(8));
        pool.give(chunk(8));
        pool.trim();
        assert_eq!(pool.len(), 2, "both came in since");
        let one = pool.take();
        pool.give(one);
        pool.trim();
        assert_eq!(pool.len(), 1, "one was enough");
        pool.trim();
        assert_eq!(pool.len(), 0);
    }
}
