//! The values under one filter.
//!
//! Nearly always there is none (an inner node) or one. Many share a list, in no order. A client may subscribe a hundred thousand
//! times to one subject and then leave: looking through the list for each value that goes would take the square of that. So
//! the first removal from a long list makes an index, which finds a value's place by its [identity](Identity) and is kept until the
//! list is short again. Lists that only grow never pay for one.

use super::{
    edges::Edges,
    hash::{EdgeHash, Seed},
};
use std::slice;
use std::sync::Arc;

/// A longer list is indexed at its next removal.
const INDEX_ABOVE: usize = if cfg!(fuzzing) { 2 } else { 64 };
/// An index is dropped with a list this short.
const INDEX_UPTO: usize = INDEX_ABOVE / 4;

/// What tells values apart: those with equal identities are one and the same.
///
/// A trie that holds many values of *one* identity under one filter takes them out in time that grows with their number.
pub trait Identity {
    /// The same as long as the value lives.
    fn identity(&self) -> u64;
}

impl<T> Identity for Arc<T> {
    fn identity(&self) -> u64 {
        Arc::as_ptr(self) as u64
    }
}

macro_rules! identity_of_numbers {
    ($($number:ty),*) => {$(
        impl Identity for $number {
            fn identity(&self) -> u64 {
                *self as u64
            }
        }
    )*};
}

identity_of_numbers!(u8, u32, u64, usize);

impl Identity for () {
    fn identity(&self) -> u64 {
        0
    }
}

/// See the head of the file.
#[derive(Clone)]
#[allow(
    clippy::box_collection,
    reason = "a Vec inline would add 8 bytes to every node for the sake of few"
)]
pub(super) enum Values<T> {
    None,
    One(T),
    Many(Box<Vec<T>>),
    Indexed(Box<Indexed<T>>),
}

/// **Invariant:** `places` holds each number below `list.len()` once, under the hash of the value that stands there.
#[derive(Clone)]
pub(super) struct Indexed<T> {
    list: Vec<T>,
    places: Edges,
}

impl<T> Values<T> {
    #[inline]
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(value) => slice::from_ref(value),
            Self::Many(values) => values,
            Self::Indexed(indexed) => &indexed.list,
        }
    }

    /// What the values take outside the node, without what they own themselves.
    pub(super) fn heap_bytes(&self) -> usize {
        let list = |values: &Vec<T>| values.capacity() * size_of::<T>();
        match self {
            Self::None | Self::One(_) => 0,
            Self::Many(values) => size_of::<Vec<T>>() + list(values),
            Self::Indexed(indexed) => {
                size_of::<Indexed<T>>() + list(&indexed.list) + indexed.places.heap_bytes()
            }
        }
    }
}

impl<T: Identity> Values<T> {
    pub(super) fn push(&mut self, value: T, seed: &Seed) {
        *self = match std::mem::replace(self, Self::None) {
            Self::None => Self::One(value),
            Self::One(first) => Self::Many(Box::new(vec![first, value])),
            Self::Many(mut values) => {
                values.push(value);
                Self::Many(values)
            }
            Self::Indexed(mut indexed) => {
                indexed.push(value, seed);
                Self::Indexed(indexed)
            }
        }
    }

    /// Takes out a value that is the same. The last one takes its place, and a list that became short gives memory back.
    pub(super) fn remove(&mut self, value: &T, seed: &Seed) -> Option<T> {
        if let Self::Many(values) = self
            && values.len() > INDEX_ABOVE
        {
            *self = Self::Indexed(Box::new(Indexed::new(std::mem::take(&mut **values), seed)));
        }
        let is_it = |other: &T| other.identity() == value.identity();
        match self {
            Self::One(one) if is_it(one) => match std::mem::replace(self, Self::None) {
                Self::One(value) => Some(value),
                _ => None,
            },
            Self::None | Self::One(_) => None,
            Self::Many(values) => {
                let at = values.iter().position(is_it)?;
                let value = values.swap_remove(at);
                shrink(values);
                if values.len() == 1 {
                    *self = values.pop().map_or(Self::None, Self::One);
                }
                Some(value)
            }
            Self::Indexed(indexed) => {
                let value = indexed.remove(value, seed)?;
                if indexed.list.len() <= INDEX_UPTO.max(1) {
                    let mut values = std::mem::take(&mut indexed.list);
                    *self = match values.len() {
                        1 => values.pop().map_or(Self::None, Self::One),
                        _ => Self::Many(Box::new(values)),
                    };
                }
                Some(value)
            }
        }
    }
}

impl<T: Identity> Indexed<T> {
    fn new(list: Vec<T>, seed: &Seed) -> Self {
        let mut places = Edges::with_capacity(list.len());
        for (at, value) in (0..).zip(&list) {
            places.insert(hash(value, seed), at);
        }
        Self { list, places }
    }

    fn push(&mut self, value: T, seed: &Seed) {
        self.places
            .insert(hash(&value, seed), self.list.len() as u32);
        self.list.push(value);
    }

    fn remove(&mut self, value: &T, seed: &Seed) -> Option<T> {
        let wanted = value.identity();
        let is_it = |at: u32| self.list[at as usize].identity() == wanted;
        let at = self.places.find(hash(value, seed), is_it)?;
        self.places.remove(hash(value, seed), at);
        let last = self.list.len() - 1;
        if at as usize != last {
            let moved = hash(&self.list[last], seed);
            self.places.remove(moved, last as u32);
            self.places.insert(moved, at);
        }
        let value = self.list.swap_remove(at as usize);
        if shrink(&mut self.list) {
            *self = Self::new(std::mem::take(&mut self.list), seed);
        }
        Some(value)
    }
}

fn hash<T: Identity>(value: &T, seed: &Seed) -> EdgeHash {
    seed.number(value.identity())
}

/// Gives memory back when three quarters of it are unused; true if it did.
fn shrink<T>(values: &mut Vec<T>) -> bool {
    let is_short = values.len() <= values.capacity() / 4;
    if is_short {
        values.shrink_to(values.len() * 2);
    }
    is_short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};
    use std::cell::Cell;

    thread_local!(static LOOKS: Cell<usize> = const { Cell::new(0) });

    /// Counts how often anybody looks at one.
    struct Watched(u64);

    impl Identity for Watched {
        fn identity(&self) -> u64 {
            LOOKS.set(LOOKS.get() + 1);
            self.0
        }
    }

    proptest! {
        /// Long enough lists that they are indexed, shrink, and lose their index, with equal values among them.
        #[test]
        fn is_a_bag(steps in vec((0u64..300, 0u8..5), 0..600), grow in 0u64..300) {
            let seed = Seed::new();
            let (mut values, mut model) = (Values::None, Vec::new());
            for value in 0..grow {
                values.push(value, &seed);
                model.push(value);
            }
            for (value, kind) in steps {
                if kind == 0 {
                    values.push(value, &seed);
                    model.push(value);
                } else {
                    let at = model.iter().position(|it| *it == value);
                    prop_assert_eq!(values.remove(&value, &seed), at.map(|at| model.swap_remove(at)));
                }
                prop_assert_eq!(values.as_slice().len(), model.len());
            }
            let mut held = values.as_slice().to_vec();
            held.sort_unstable();
            model.sort_unstable();
            prop_assert_eq!(&held, &model);
        }
    }

    /// Symptom: closing a connection with 100,000 subscriptions to one subject took three seconds. Cause: each one that went was looked
    /// for from the beginning of the list. Remedy: the index.
    #[test]
    fn equal_filters_leave_in_time_that_grows_with_their_number() {
        const COUNT: u64 = 10_000;
        let (seed, mut values) = (Seed::new(), Values::None);
        (0..COUNT).for_each(|it| values.push(Watched(it), &seed));
        // An order that has nothing to do with the list's.
        for it in 0..COUNT {
            let gone = values.remove(&Watched(it * 7919 % COUNT), &seed);
            assert!(gone.is_some());
        }
        assert!(values.as_slice().is_empty());
        let looks = LOOKS.get();
        assert!(looks < 20 * COUNT as usize, "{looks} looks");
    }
}
