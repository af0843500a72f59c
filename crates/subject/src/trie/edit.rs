//! Insert and remove: the only code that changes nodes and edges.

use super::{
    Identity, Trie,
    edges::Edges,
    hash::TokenHash,
    node::{NONE, Node, NodeId, ROOT},
};
use crate::token::tokens;

/// A trie with no more slots is never compacted. (Small for the fuzzer, so that it gets there.)
const COMPACT_ABOVE: usize = if cfg!(fuzzing) { 4 } else { 256 };
/// Compact when less than this share of the slots is in use.
const COMPACT_BELOW: usize = 4;

impl<T: Identity> Trie<T> {
    /// Adds a value under a filter.
    pub fn insert(&mut self, filter: &[u8], value: T) {
        if self.nodes.slots() == 0 {
            self.nodes.add(Node::new(NONE, b""));
        }
        let mut id = ROOT;
        for (level, token) in tokens(filter).enumerate() {
            let hash = self.seed.token(token);
            id = match self.child(id, token, hash) {
                Some(child) => child,
                None => self.add_child(id, token, hash, level),
            };
        }
        let values = &mut self.nodes.get_mut(id).values;
        let before = values.heap_bytes();
        values.push(value, &self.seed);
        self.outside_bytes = self.outside_bytes + values.heap_bytes() - before;
        self.len += 1;
    }

    /// Takes out the value under exactly this filter that has the [`Identity`] of `value`; `None` when there is none.
    pub fn remove(&mut self, filter: &[u8], value: &T) -> Option<T> {
        let id = self.find(filter)?;
        let values = &mut self.nodes.get_mut(id).values;
        let before = values.heap_bytes();
        let removed = values.remove(value, &self.seed);
        self.outside_bytes = self.outside_bytes + values.heap_bytes() - before;
        let value = removed?;
        self.len -= 1;
        self.prune(id, tokens(filter).count());
        if self.nodes.slots() > COMPACT_ABOVE
            && self.nodes.live() < self.nodes.slots() / COMPACT_BELOW
        {
            self.compact();
        }
        Some(value)
    }
}

impl<T> Trie<T> {
    /// The values under exactly this filter.
    pub fn get(&self, filter: &[u8]) -> &[T] {
        self.find(filter)
            .map_or(&[], |id| self.nodes.get(id).values.as_slice())
    }

    /// The child of `parent` with this token.
    #[inline]
    pub(super) fn child(&self, parent: NodeId, token: &[u8], hash: TokenHash) -> Option<NodeId> {
        self.edges.find(self.seed.edge(parent, hash), |id| {
            let node = self.nodes.get(id);
            node.parent == parent && node.token.as_bytes() == token
        })
    }

    fn find(&self, filter: &[u8]) -> Option<NodeId> {
        tokens(filter).try_fold(ROOT, |id, token| {
            self.child(id, token, self.seed.token(token))
        })
    }

    fn add_child(&mut self, parent: NodeId, token: &[u8], hash: TokenHash, level: usize) -> NodeId {
        let id = self.nodes.add(Node::new(parent, token));
        let next = self.nodes.get(parent).children.first();
        if next != NONE {
            self.nodes.get_mut(next).previous = id;
        }
        let node = self.nodes.get_mut(id);
        node.next = next;
        self.outside_bytes += node.token.heap_bytes();
        let children = &mut self.nodes.get_mut(parent).children;
        children.set_first(id);
        children.came(token);
        self.edges.insert(self.seed.edge(parent, hash), id);
        self.count_node(level);
        id
    }

    fn count_node(&mut self, level: usize) {
        if level == self.levels.len() {
            self.levels.push(0);
        }
        self.levels[level] += 1;
    }

    /// Removes nodes without value or child, from this one at the end of `depth` tokens upwards.
    fn prune(&mut self, mut id: NodeId, mut depth: usize) {
        while id != ROOT && self.nodes.get(id).is_idle() {
            let node = self.nodes.remove(id);
            self.unlink(&node);
            let hash = self.seed.token(node.token.as_bytes());
            self.edges.remove(self.seed.edge(node.parent, hash), id);
            self.outside_bytes -= node.token.heap_bytes();
            depth -= 1;
            self.levels[depth] -= 1;
            if self.levels[depth] == 0 {
                self.levels.pop();
            }
            id = node.parent;
        }
    }

    /// Takes a node out of its parent's list of children.
    fn unlink(&mut self, node: &Node<T>) {
        if node.next != NONE {
            self.nodes.get_mut(node.next).previous = node.previous;
        }
        if node.previous != NONE {
            self.nodes.get_mut(node.previous).next = node.next;
        }
        let children = &mut self.nodes.get_mut(node.parent).children;
        if node.previous == NONE {
            children.set_first(node.next);
        }
        children.went(node.token.as_bytes());
    }

    /// Gives back the memory of nodes that are gone; costs time in proportion to the nodes that were there at
    /// the last compaction, of which three in four have since been removed.
    fn compact(&mut self) {
        self.nodes.compact();
        self.edges = Edges::with_capacity(self.nodes.live());
        for (id, node) in self.nodes.iter().filter(|(id, _)| *id != ROOT) {
            let hash = self.seed.token(node.token.as_bytes());
            self.edges.insert(self.seed.edge(node.parent, hash), id);
        }
        self.levels.shrink_to_fit();
    }
}
