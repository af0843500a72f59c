//! Small keyed state in memory: each key with its value in one piece, which the callers' view and the committed one share.
//!
//! A server keeps some entries per stream and consumer, so an entry costs what it holds and little more.
use crate::codec::{Put, Take};
use std::{
    borrow::Borrow,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, btree_set},
    ops::Bound,
    sync::Arc,
};

/// The length of the key, the key, the value.
#[derive(Clone)]
pub(crate) struct Pair(Arc<[u8]>);

/// Bytes before the key.
const HEAD: usize = 2;

impl Pair {
    /// Keys are short: `KEY_MAX` is far below what two bytes can say.
    pub(crate) fn new(key: &[u8], value: &[u8]) -> Self {
        let len = (key.len() as u16).to_le_bytes();
        Self([&len, key, value].concat().into())
    }

    fn split(&self) -> (&[u8], &[u8]) {
        let len = u16::from_le_bytes([self.0[0], self.0[1]]);
        self.0[HEAD..].split_at(len.into())
    }

    pub(crate) fn key(&self) -> &[u8] {
        self.split().0
    }

    pub(crate) fn value(&self) -> &[u8] {
        self.split().1
    }
}

impl Borrow<[u8]> for Pair {
    fn borrow(&self) -> &[u8] {
        self.key()
    }
}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Pair {}

/// Keys and their values, in the order of the keys. Clones share the entries.
#[derive(Clone, Default)]
pub(crate) struct Pairs(BTreeSet<Pair>);

/// Keys that begin with a zero are the store's own.
pub(crate) fn is_own(key: &[u8]) -> bool {
    key.first() == Some(&0)
}

/// What callers are shown of the pairs: none of the store's own.
pub(crate) struct Shown<'a>(&'a Pairs);

impl<'a> Shown<'a> {
    pub(crate) fn get(&self, key: &[u8]) -> Option<&'a [u8]> {
        self.0.get(key).filter(|_| !is_own(key))
    }

    pub(crate) fn beginning(&self, prefix: &'a [u8]) -> impl Iterator<Item = &'a Pair> {
        let all = self.0.beginning(prefix);
        all.filter(|pair| !is_own(pair.key()))
    }
}

/// What changed since the last commit; `None`: the key was removed.
pub(crate) type Deltas = BTreeMap<Box<[u8]>, Option<Pair>>;

impl Pairs {
    pub(crate) fn shown(&self) -> Shown<'_> {
        Shown(self)
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.0.get(key).map(Pair::value)
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.0.contains(key)
    }

    pub(crate) fn put(&mut self, pair: Pair) {
        self.0.replace(pair);
    }

    pub(crate) fn remove(&mut self, key: &[u8]) {
        self.0.remove(key);
    }

    /// The change of one key.
    pub(crate) fn apply(&mut self, key: &[u8], value: Option<&Pair>) {
        match value {
            Some(pair) => self.put(pair.clone()),
            None => self.remove(key),
        }
    }

    /// Those whose keys begin with `prefix`.
    pub(crate) fn beginning<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = &'a Pair> {
        self.0
            .range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |pair| pair.key().starts_with(prefix))
    }

    fn iter(&self) -> btree_set::Iter<'_, Pair> {
        self.0.iter()
    }

    /// The manifest's content: the store's salt, all entries, and the newest frame of the journal whose changes are among them.
    pub(crate) fn encode(&self, salt: u64, frame: u64) -> Vec<u8> {
        const NUMBERS_MAX: usize = 10;
        let len = self.iter().map(|pair| pair.0.len() + 2 * NUMBERS_MAX);
        let mut put = Put(Vec::with_capacity(3 * NUMBERS_MAX + len.sum::<usize>()));
        put.num(salt).num(self.0.len() as u64);
        for pair in self.iter() {
            put.bytes(pair.key()).bytes(pair.value());
        }
        put.num(frame);
        put.0
    }

    /// Salt, entries and frame of a manifest. Older ones say no frame, which stands for 0.
    pub(crate) fn decode(content: &[u8]) -> Option<(u64, Self, u64)> {
        let mut take = Take(content);
        let salt = take.num()?;
        let mut pairs = Self::default();
        for _ in 0..take.num()? {
            pairs.put(Pair::new(take.bytes()?, take.bytes()?));
        }
        Some((salt, pairs, take.num().unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_value_and_is_found_by_its_beginning() {
        let mut pairs = Pairs::default();
        for (key, value) in [
            ("b/2", "x"),
            ("a", ""),
            ("b/1", "y"),
            ("b/2", "z"),
            ("c", "w"),
        ] {
            pairs.put(Pair::new(key.as_bytes(), value.as_bytes()));
        }
        assert_eq!(pairs.get(b"b/2"), Some(&b"z"[..]));
        assert_eq!(pairs.get(b"a"), Some(&b""[..]));
        assert!(pairs.beginning(b"b/").map(Pair::value).eq([b"y", b"z"]));
        pairs.apply(b"b/1", None);
        assert!(!pairs.contains(b"b/1"));
        assert!(
            pairs
                .beginning(b"")
                .map(Pair::key)
                .eq([&b"a"[..], b"b/2", b"c"])
        );
    }

    #[test]
    fn a_manifest_comes_back() {
        let mut pairs = Pairs::default();
        (0..300u32).for_each(|k| pairs.put(Pair::new(&k.to_be_bytes(), &vec![7; k as usize])));
        let content = pairs.encode(u64::MAX, 300);
        let (salt, back, frame) = Pairs::decode(&content).unwrap();
        let all = |pairs: &Pairs| -> Vec<(Vec<u8>, Vec<u8>)> {
            let both = |pair: &Pair| (pair.key().to_vec(), pair.value().to_vec());
            pairs.iter().map(both).collect()
        };
        assert_eq!((salt, frame), (u64::MAX, 300));
        assert_eq!(all(&back), all(&pairs));
        let older = &content[..content.len() - 2];
        let (_, back, frame) = Pairs::decode(older).unwrap();
        assert_eq!((all(&back), frame), (all(&pairs), 0));
    }
}
