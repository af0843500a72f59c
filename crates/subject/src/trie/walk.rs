//! Match, reverse match and iteration: reading walks that keep their own small stack.

use std::ops::ControlFlow::{self, Break, Continue};

use smallvec::SmallVec;

use super::{
    Trie,
    hash::TokenHash,
    node::{NONE, Node, NodeId, ROOT},
};
use crate::token::{STAR, TAIL, is_well_formed, is_wildcard, tokens};

/// A token of a subject, ready to be looked for.
#[derive(Clone, Copy)]
struct Probe {
    start: u32,
    end: u32,
    hash: TokenHash,
}

impl<T> Trie<T> {
    /// Calls `f` with every value whose filter matches `subject`, in no particular order.
    #[inline]
    pub fn for_each_match(&self, subject: &[u8], mut f: impl FnMut(&T)) {
        let _ = self.walk_matches(
            subject,
            |_, _| {},
            |values| {
                values.iter().for_each(&mut f);
                Continue(())
            },
        );
    }

    /// The same, and whether it is so for all well-formed subjects of as many tokens, the first `same` of which are this one's: no filter
    /// that matches so far names one of the others. Of a malformed subject, and of no filters at all, it doesn't say so.
    pub fn for_each_match_alike(&self, subject: &[u8], same: usize, mut f: impl FnMut(&T)) -> bool {
        let mut alike = None;
        let passed = |id, level| {
            let names_none = level < same || !self.has_literal_child(id);
            alike = Some(alike.unwrap_or(true) && names_none);
        };
        let _ = self.walk_matches(subject, passed, |values| {
            values.iter().for_each(&mut f);
            Continue(())
        });
        alike.unwrap_or(false)
    }

    /// Whether a child is neither `*` nor `>`.
    fn has_literal_child(&self, id: NodeId) -> bool {
        let mut child = self.nodes.get(id).children.first();
        while child != NONE {
            let node = self.nodes.get(child);
            if !is_wildcard(node.token.as_bytes()) {
                return true;
            }
            child = node.next;
        }
        false
    }

    /// Whether some filter matches `subject`: is there interest?
    pub fn has_match(&self, subject: &[u8]) -> bool {
        self.walk_matches(subject, |_, _| {}, |_| Break(()))
            .is_break()
    }

    /// Calls `f` with every stored filter which `filter` overlaps, and each of its values, in no particular order.
    pub fn for_each_overlap(&self, filter: &[u8], mut f: impl FnMut(&[u8], &T)) {
        let mut stored = Vec::new();
        let mut unbounded = usize::MAX;
        let _ = self.walk_overlaps(filter, &mut unbounded, |id, node| {
            self.write_filter(id, &mut stored);
            node.values
                .as_slice()
                .iter()
                .for_each(|value| f(&stored, value));
            Continue(())
        });
    }

    /// Whether some stored filter overlaps `filter`.
    pub fn has_overlap(&self, filter: &[u8]) -> bool {
        let mut unbounded = usize::MAX;
        self.walk_overlaps(filter, &mut unbounded, |_, _| Break(()))
            .is_break()
    }

    /// Whether some stored filter overlaps `filter`, looking at no more than `looks` nodes because of its wildcards, which are taken off
    /// `looks`. `None`: that wasn't enough to know.
    ///
    /// Whoever compares a client's filters with each other needs this: half of them `a1.b`, `a2.b` and so on, the others `*.c1`, `*.c2`, cost
    /// the square of their number in any trie.
    pub fn has_overlap_within(&self, filter: &[u8], looks: &mut usize) -> Option<bool> {
        self.has_overlap_where(filter, looks, |_| true)
    }

    /// The same of stored filters with a value for which `counts` says yes.
    pub fn has_overlap_where(
        &self,
        filter: &[u8],
        looks: &mut usize,
        counts: impl Fn(&T) -> bool,
    ) -> Option<bool> {
        let found = self.walk_overlaps(filter, looks, |_, node| {
            match node.values.as_slice().iter().any(&counts) {
                true => Break(()),
                false => Continue(()),
            }
        });
        match found {
            Break(()) => Some(true),
            Continue(()) => (*looks > 0).then_some(false),
        }
    }

    /// All filters and values, in no particular order; a filter with two values comes twice.
    pub fn iter(&self) -> impl Iterator<Item = (Vec<u8>, &T)> {
        self.nodes.iter().flat_map(move |(id, node)| {
            node.values.as_slice().iter().map(move |value| {
                let mut filter = Vec::new();
                self.write_filter(id, &mut filter);
                (filter, value)
            })
        })
    }

    /// All values, in no particular order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.nodes
            .iter()
            .flat_map(|(_, node)| node.values.as_slice())
    }

    /// Depth first: on to the literal child at once, the `*` child kept for later. `passed` is told of each node that more tokens follow,
    /// and how many led to it.
    #[inline]
    fn walk_matches(
        &self,
        subject: &[u8],
        mut passed: impl FnMut(NodeId, usize),
        mut visit: impl FnMut(&[T]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.is_empty() {
            return Continue(());
        }
        let Some(probes) = self.probes(subject) else {
            return Continue(());
        };
        let mut pending: SmallVec<[(NodeId, u32); 8]> = SmallVec::new();
        let mut at = Some((ROOT, 0));
        while let Some((id, level)) = at.take().or_else(|| pending.pop()) {
            let node = self.nodes.get(id);
            let Some(probe) = probes.get(level as usize) else {
                visit_values(node.values.as_slice(), &mut visit)?;
                continue;
            };
            passed(id, level as usize);
            if node.children.has_tail()
                && let Some(tail) = self.child(id, TAIL, self.seed.tail)
            {
                visit_values(self.nodes.get(tail).values.as_slice(), &mut visit)?;
            }
            if node.children.has_star()
                && let Some(star) = self.child(id, STAR, self.seed.star)
            {
                pending.push((star, level + 1));
            }
            let token = &subject[probe.start as usize..probe.end as usize];
            if !node.children.is_empty() && !is_wildcard(token) {
                at = self
                    .child(id, token, probe.hash)
                    .map(|child| (child, level + 1));
            }
        }
        Continue(())
    }

    /// The tokens of a subject, but only one more than the longest filter has, so that a long subject costs no more;
    /// `None` when one is empty, so that nothing matches.
    #[inline]
    fn probes(&self, subject: &[u8]) -> Option<SmallVec<[Probe; 16]>> {
        let mut probes = SmallVec::new();
        let mut start = 0;
        for token in tokens(subject) {
            if token.is_empty() {
                return None;
            }
            let end = start + token.len();
            if probes.len() <= self.depth() {
                let hash = self.seed.token(token);
                probes.push(Probe {
                    start: start as u32,
                    end: end as u32,
                    hash,
                });
            }
            start = end + 1;
        }
        Some(probes)
    }

    /// Visits the nodes with values whose filter `filter` overlaps, until `looks` is used up by siblings.
    fn walk_overlaps(
        &self,
        filter: &[u8],
        looks: &mut usize,
        mut visit: impl FnMut(NodeId, &Node<T>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.is_empty() || !is_well_formed(filter) || *looks == 0 {
            return Continue(());
        }
        let filter: SmallVec<[&[u8]; 16]> = tokens(filter).collect();
        let mut steps: SmallVec<[Step; 16]> = SmallVec::new();
        self.push_children(ROOT, 0, &filter, &mut steps);
        while let Some(Step {
            id,
            level,
            and_siblings,
        }) = steps.pop()
        {
            let node = self.nodes.get(id);
            if and_siblings && node.next != NONE {
                *looks -= 1;
                if *looks == 0 {
                    return Continue(());
                }
                steps.push(Step {
                    id: node.next,
                    level,
                    and_siblings,
                });
            }
            let token = node.token.as_bytes();
            if token.is_empty() {
                continue; // part of a malformed filter
            }
            let ends_here = token == TAIL || level >= filter.len();
            if ends_here && !node.values.as_slice().is_empty() {
                visit(id, node)?;
            }
            if token != TAIL {
                self.push_children(id, level, &filter, &mut steps);
            }
        }
        Continue(())
    }

    /// Adds the children of a node that may go on where `level` tokens of `filter` are used up.
    fn push_children(
        &self,
        id: NodeId,
        level: usize,
        filter: &[&[u8]],
        steps: &mut SmallVec<[Step; 16]>,
    ) {
        let children = self.nodes.get(id).children;
        let all = |level| Step {
            id: children.first(),
            level,
            and_siblings: true,
        };
        match filter.get(level) {
            _ if children.is_empty() => {}
            None if level == filter.len() => {}
            None | Some(&TAIL) => steps.push(all(filter.len() + 1)),
            Some(&STAR) => steps.push(all(level + 1)),
            Some(token) => steps.extend([token, STAR, TAIL].iter().filter_map(|token| {
                let id = self.child(id, token, self.seed.token(token))?;
                Some(Step {
                    id,
                    level: level + 1,
                    and_siblings: false,
                })
            })),
        }
    }

    /// Writes the filter that a node stands for.
    fn write_filter(&self, mut id: NodeId, out: &mut Vec<u8>) {
        let mut path: SmallVec<[&[u8]; 16]> = SmallVec::new();
        while id != ROOT {
            let node = self.nodes.get(id);
            path.push(node.token.as_bytes());
            id = node.parent;
        }
        out.clear();
        for token in path.iter().rev() {
            out.extend_from_slice(token);
            out.push(b'.');
        }
        out.pop();
    }
}

/// A node to look at.
struct Step {
    id: NodeId,
    /// How many tokens of the filter lead to it; more than there are where its `>` reaches.
    level: usize,
    /// Whether the rest of the parent's children come next.
    and_siblings: bool,
}

#[inline]
fn visit_values<T>(
    values: &[T],
    visit: &mut impl FnMut(&[T]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if values.is_empty() {
        Continue(())
    } else {
        visit(values)
    }
}
