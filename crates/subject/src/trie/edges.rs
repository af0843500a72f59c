//! The table of all edges: a node's number, found by the hash of its parent and token.
//!
//! Open addressing with linear probing, eight bytes a slot: number and hash side by side. A lookup in a table too
//! large for the caches thus costs one miss here and one for the node, where a table that keeps tags and numbers apart
//! costs two here. The stored hash also lets the table grow without reading a single node, in order of its memory.
//!
//! A slot's home is the top bits of its hash. Every slot between an edge's home and its place is taken; `remove` keeps
//! this true by moving later edges back, so there are no tombstones and churn leaves no trace.
//!
//! Long lists of values use one too, to find a value's place by its identity.

use super::{
    hash::EdgeHash,
    node::{NONE, NodeId},
};

#[derive(Clone, Default)]
pub(super) struct Edges {
    /// A power of two of them, or none; at least one is vacant.
    slots: Vec<Slot>,
    /// len <= 3/4 slots
    len: usize,
}

#[derive(Clone, Copy)]
struct Slot {
    /// `NONE` in a vacant slot.
    id: NodeId,
    hash: EdgeHash,
}

const VACANT: Slot = Slot { id: NONE, hash: 0 };
const SLOTS_MIN: usize = 8;

impl Edges {
    pub(super) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            len: 0,
        }
    }

    /// Room for `len` edges.
    pub(super) fn with_capacity(len: usize) -> Self {
        let slots = (len * 4 / 3 + 1).next_power_of_two().max(SLOTS_MIN);
        Self {
            slots: vec![VACANT; slots],
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
    }

    /// The number with this hash that `is_it` recognises.
    #[inline]
    pub(super) fn find(&self, hash: EdgeHash, is_it: impl Fn(NodeId) -> bool) -> Option<NodeId> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot.hash == hash && slot.id != NONE && is_it(slot.id) {
                return Some(slot.id);
            }
            if slot.id == NONE {
                return None;
            }
            at = self.after(at);
        }
    }

    /// Adds an edge, which must not be here yet.
    pub(super) fn insert(&mut self, hash: EdgeHash, id: NodeId) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        self.len += 1;
        let mut at = self.home(hash);
        while self.slots[at].id != NONE {
            at = self.after(at);
        }
        self.slots[at] = Slot { id, hash };
    }

    /// Takes out an edge, if it is here.
    pub(super) fn remove(&mut self, hash: EdgeHash, id: NodeId) {
        if self.slots.is_empty() {
            return;
        }
        let mut gap = self.home(hash);
        while self.slots[gap].id != id {
            if self.slots[gap].id == NONE {
                return;
            }
            gap = self.after(gap);
        }
        self.len -= 1;
        let mut at = self.after(gap);
        while self.slots[at].id != NONE {
            if self.distance(self.home(self.slots[at].hash), at) >= self.distance(gap, at) {
                self.slots[gap] = self.slots[at];
                gap = at;
            }
            at = self.after(at);
        }
        self.slots[gap] = VACANT;
    }

    fn grow(&mut self) {
        let mut larger = Self::with_capacity(self.slots.len());
        for slot in self.slots.iter().filter(|slot| slot.id != NONE) {
            larger.insert(slot.hash, slot.id);
        }
        *self = larger;
    }

    #[inline]
    fn home(&self, hash: EdgeHash) -> usize {
        (hash >> (EdgeHash::BITS - self.slots.len().trailing_zeros())) as usize
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    /// How far a probe walks from one slot to another.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        /// Few, crowded hashes, also at the end of the table, so that runs collide and wrap around.
        #[test]
        fn is_a_map_under_collisions(steps in vec((0u32..6, 0u32..40, any::<bool>()), 0..200)) {
            let (mut edges, mut model) = (Edges::new(), BTreeMap::new());
            for (hash, id, insert) in steps {
                let hash = hash.wrapping_sub(3) << 29 | hash;
                if let Some(hash) = model.remove(&id) {
                    edges.remove(hash, id);
                } else if insert {
                    edges.insert(hash, id);
                    model.insert(id, hash);
                } else {
                    edges.remove(hash, id); // isn't here
                }
                prop_assert_eq!(edges.len(), model.len());
                for id in 0..40 {
                    let found = model.get(&id).and_then(|hash| edges.find(*hash, |it| it == id));
                    prop_assert_eq!(found.is_some(), model.contains_key(&id));
                }
            }
        }
    }
}
