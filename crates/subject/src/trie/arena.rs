//! Where nodes live: chunks of slots, addressed by number, with a list of free ones.
//!
//! Chunks, because one growing vector would copy all nodes when it doubles and hold twice what it needs.

use super::node::{NONE, Node, NodeId};

/// Slots per chunk, a power of two; 192 KiB of nodes.
const CHUNK: usize = 4096;

#[derive(Clone)]
pub(super) struct Arena<T> {
    chunks: Vec<Vec<Node<T>>>,
    /// The first free slot; the others follow by `Node::next`.
    free: NodeId,
    /// live <= slots
    live: usize,
    slots: usize,
}

impl<T> Arena<T> {
    pub(super) const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            free: NONE,
            live: 0,
            slots: 0,
        }
    }

    #[inline]
    pub(super) fn get(&self, id: NodeId) -> &Node<T> {
        &self.chunks[id as usize / CHUNK][id as usize % CHUNK]
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: NodeId) -> &mut Node<T> {
        &mut self.chunks[id as usize / CHUNK][id as usize % CHUNK]
    }

    /// Panics at 2^30 nodes, which would be 48 GiB of them.
    pub(super) fn add(&mut self, node: Node<T>) -> NodeId {
        self.live += 1;
        if self.free != NONE {
            let id = self.free;
            self.free = self.get(id).next;
            *self.get_mut(id) = node;
            return id;
        }
        let id = self.slots;
        assert!(id < NONE as usize, "a trie holds fewer than 2^30 nodes");
        if id.is_multiple_of(CHUNK) {
            self.chunks.push(if id == 0 {
                Vec::new()
            } else {
                Vec::with_capacity(CHUNK)
            });
        }
        self.chunks[id / CHUNK].push(node);
        self.slots += 1;
        id as NodeId
    }

    /// Frees a slot and gives back what stood in it.
    pub(super) fn remove(&mut self, id: NodeId) -> Node<T> {
        let mut vacant = Node::new(NONE, b"");
        vacant.next = self.free;
        vacant.previous = id; // no node is its own sibling: the mark of a free slot
        self.free = id;
        self.live -= 1;
        std::mem::replace(self.get_mut(id), vacant)
    }

    /// The nodes in order of their number, free slots left out.
    pub(super) fn iter(&self) -> impl Iterator<Item = (NodeId, &Node<T>)> {
        let slots = (0..).zip(self.chunks.iter().flatten());
        slots.filter(|(id, node)| node.previous != *id)
    }

    pub(super) fn live(&self) -> usize {
        self.live
    }

    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let slots: usize = self.chunks.iter().map(Vec::capacity).sum();
        slots * size_of::<Node<T>>() + self.chunks.capacity() * size_of::<Vec<Node<T>>>()
    }

    /// Moves the nodes together, in order; the root keeps number 0.
    pub(super) fn compact(&mut self) {
        let mut moved = vec![NONE; self.slots];
        let old = std::mem::replace(self, Self::new());
        for (id, node) in old.chunks.into_iter().flatten().enumerate() {
            if node.previous != id as NodeId {
                moved[id] = self.add(node);
            }
        }
        for node in self.chunks.iter_mut().flatten() {
            let to = |id: NodeId| if id == NONE { NONE } else { moved[id as usize] };
            node.parent = to(node.parent);
            node.next = to(node.next);
            node.previous = to(node.previous);
            node.children.set_first(to(node.children.first()));
        }
    }
}
