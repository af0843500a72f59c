//! A node: a token under a parent, with values.

use super::values::Values;
use crate::token::{STAR, TAIL};

/// The number of a node in the arena.
pub(super) type NodeId = u32;

/// The node every filter begins under; it has no token and no values.
pub(super) const ROOT: NodeId = 0;
/// No node: the end of a list, the parent of the root.
pub(super) const NONE: NodeId = (1 << ID_BITS) - 1;
/// Numbers below `NONE` are nodes; the two bits above them hold `Children`'s flags.
const ID_BITS: u32 = 30;

/// One token of one or more filters.
#[derive(Clone)]
pub(super) struct Node<T> {
    pub(super) parent: NodeId,
    pub(super) children: Children,
    /// The list of `parent`'s children; `next` also links the arena's free nodes.
    pub(super) next: NodeId,
    pub(super) previous: NodeId,
    pub(super) token: Token,
    pub(super) values: Values<T>,
}

const _: () = assert!(size_of::<Node<std::sync::Arc<u8>>>() == 48);

impl<T> Node<T> {
    pub(super) fn new(parent: NodeId, token: &[u8]) -> Self {
        Self {
            parent,
            children: Children::EMPTY,
            next: NONE,
            previous: NONE,
            token: Token::new(token),
            values: Values::None,
        }
    }

    /// Whether nothing hangs on this node any more.
    pub(super) fn is_idle(&self) -> bool {
        self.children.is_empty() && self.values.as_slice().is_empty()
    }
}

/// The first child, and whether `*` and `>` are among the children, so that a match needn't look for them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Children(u32);

impl Children {
    pub(super) const EMPTY: Self = Self(NONE);
    const HAS_STAR: u32 = 1 << ID_BITS;
    const HAS_TAIL: u32 = 2 << ID_BITS;

    pub(super) fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    pub(super) fn first(self) -> NodeId {
        self.0 & NONE
    }

    pub(super) fn set_first(&mut self, id: NodeId) {
        self.0 = self.0 & !NONE | id;
    }

    pub(super) fn has_star(self) -> bool {
        self.0 & Self::HAS_STAR != 0
    }

    pub(super) fn has_tail(self) -> bool {
        self.0 & Self::HAS_TAIL != 0
    }

    /// Notes that a child with this token came.
    pub(super) fn came(&mut self, token: &[u8]) {
        self.0 |= Self::flag(token);
    }

    /// Notes that the child with this token went.
    pub(super) fn went(&mut self, token: &[u8]) {
        self.0 &= !Self::flag(token);
    }

    fn flag(token: &[u8]) -> u32 {
        match token {
            STAR => Self::HAS_STAR,
            TAIL => Self::HAS_TAIL,
            _ => 0,
        }
    }
}

/// The text between two dots; nearly all are short.
#[derive(Clone)]
pub(super) enum Token {
    Short { len: u8, text: [u8; SHORT_MAX] },
    Long(Box<Box<[u8]>>),
}

/// The longest token kept inside its node.
const SHORT_MAX: usize = 14;

const _: () = assert!(size_of::<Token>() == 16);

impl Token {
    fn new(token: &[u8]) -> Self {
        let len = token.len();
        if len > SHORT_MAX {
            return Self::Long(Box::new(token.into()));
        }
        let mut text = [0; SHORT_MAX];
        text[..len].copy_from_slice(token);
        Self::Short {
            len: len as u8,
            text,
        }
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { len, text } => &text[..usize::from(*len)],
            Self::Long(text) => text,
        }
    }

    /// What the token takes outside the node.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Short { .. } => 0,
            Self::Long(text) => size_of::<Box<[u8]>>() + text.len(),
        }
    }
}
