//! What an older server knew of all its messages, `msgs/index.db` in a tape: which of those in its blocks are no longer there.
//!
//! `11, version`, then LEB128 numbers: messages, bytes, first sequence, its time, last sequence, its time; subjects, each with its length,
//! bytes, number of messages, first block and (if there are several messages, since version 4 always) last block; blocks, each with its
//! number, bytes, first sequence, its time, last sequence, its time, number of deleted ones, (since version 2) of those with a time to
//! live, (since version 3) of schedules, and the set of the deleted ones if there are some; the last block and its last checksum. At
//! the end a checksum of it all.
//!
//! The set: `22, 2, nodes u32, size u32`, then nodes of `base u64`, a bit for each of 2048 sequences from there on, `height u16`.

use super::Fault;
use super::hash::{SUM, Summer};
use crate::leb128::take;
use std::ops::RangeInclusive;

const MAGIC: u8 = 11;
const VERSIONS: RangeInclusive<u8> = 1..=4;
const SET_HEAD: usize = 10;
const SET_BEGINS: [u8; 2] = [22, 2];
const NODE: usize = 8 + NODE_BITS / 8 + 2;
const NODE_BITS: usize = 2048;

/// Messages as a whole, and block by block.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Index<'a> {
    pub(crate) messages: u64,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) blocks: Vec<Block<'a>>,
}

/// Some messages that follow each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) deleted: Vec<Node<'a>>,
}

/// Which of some sequences are deleted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Node<'a> {
    base: u64,
    bits: &'a [u8],
}

impl Node<'_> {
    /// The sequences it tells about, as far as they are `within`.
    pub(crate) fn range(&self, within: &RangeInclusive<u64>) -> RangeInclusive<u64> {
        let end = self.base.saturating_add(NODE_BITS as u64 - 1);
        self.base.max(*within.start())..=end.min(*within.end())
    }

    pub(crate) fn has(&self, seq: u64) -> bool {
        let bit = seq.wrapping_sub(self.base);
        let byte = self
            .bits
            .get(usize::try_from(bit / 8).unwrap_or(usize::MAX));
        byte.is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }
}

impl<'a> Index<'a> {
    pub(super) fn read(file: &'a [u8], summer: &Summer) -> Result<Self, Fault> {
        let damaged = || Fault::File("msgs/index.db".to_owned());
        let (body, sum) = file.split_last_chunk::<SUM>().ok_or_else(damaged)?;
        match summer.sum(&[body]) == *sum {
            true => Self::parse(body).ok_or_else(damaged),
            false => Err(damaged()),
        }
    }

    fn parse(body: &'a [u8]) -> Option<Self> {
        let [MAGIC, version, rest @ ..] = body else {
            return None;
        };
        if !VERSIONS.contains(version) {
            return None;
        }
        let mut rest = rest;
        let [messages, _, first, _, last, _] = numbers(&mut rest)?;
        let [subjects] = numbers(&mut rest)?;
        for _ in 0..subjects {
            let [len] = numbers(&mut rest)?;
            rest = rest.get(usize::try_from(len).ok()?..)?;
            let [total, _] = numbers(&mut rest)?;
            if total > 1 || *version >= 4 {
                let [_] = numbers(&mut rest)?;
            }
        }
        let [count] = numbers(&mut rest)?;
        let mut blocks = Vec::new();
        for _ in 0..count {
            let [_, _, first, _, last, _, deleted] = numbers(&mut rest)?;
            for _ in 2..=(*version).min(3) {
                let [_] = numbers(&mut rest)?;
            }
            let deleted = match deleted {
                0 => Vec::new(),
                _ => nodes(&mut rest)?,
            };
            blocks.push(Block {
                first,
                last,
                deleted,
            });
        }
        Some(Self {
            messages,
            first,
            last,
            blocks,
        })
    }
}

fn numbers<const N: usize>(from: &mut &[u8]) -> Option<[u64; N]> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = take(from)?.ok()?;
    }
    Some(numbers)
}

fn nodes<'a>(from: &mut &'a [u8]) -> Option<Vec<Node<'a>>> {
    let (head, rest) = from.split_first_chunk::<SET_HEAD>()?;
    let [a, b, c, d, e, f, ..] = *head;
    if [a, b] != SET_BEGINS {
        return None;
    }
    let len = NODE.checked_mul(u32::from_le_bytes([c, d, e, f]) as usize)?;
    let (all, rest) = rest.split_at_checked(len)?;
    *from = rest;
    let mut nodes: Vec<Node<'a>> = all
        .chunks_exact(NODE)
        .filter_map(|node| {
            let (base, rest) = node.split_first_chunk()?;
            Some(Node {
                base: u64::from_le_bytes(*base),
                bits: rest.get(..NODE_BITS / 8)?,
            })
        })
        .collect();
    nodes.sort_unstable_by_key(|node| node.base);
    // They are those of a tree: each sequence is in one of them.
    let overlap = |pair: &[Node<'_>]| pair[1].base - pair[0].base < NODE_BITS as u64;
    (!nodes.windows(2).any(overlap)).then_some(nodes)
}
