//! Which sealed segments are mapped: at most so many of a store, chosen by a clock hand.
//!
//! The kernel gives a process only so many mappings (`vm.max_map_count`), so a store with many segments would take all of them. Here a segment that
//! nobody looks at is unmapped when there are too many, and mapped again at its next use. The hand passes once over what was used since it
//! came by.
//!
//! # Invariants
//! - *What somebody holds stays*: an `Arc<Sealed>` is given out under the cell's lock, and the hand takes out, under the same, only what the cell
//!   alone holds. So who holds one finds it again: nothing fails between a look at a segment and the next one.
//! - *Bytes outlive the cell*: slices of a mapping are counted by its lease, which the segment asks before its file is used again.
//! - The table's lock comes before a cell's. Neither is held while a file is opened or mapped, nor while a mapping goes.
//!
//! So the bound is one of what nobody looks at: segments that are looked at at the same time, and slices that are held, may exceed it.
use crate::index::Index;
use bytes::Bytes;
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// The bytes of a segment that doesn't change any more.
pub(crate) struct Sealed {
    pub(crate) bytes: Bytes,
    pub(crate) index: Index,
}

/// A segment's place for its bytes.
#[derive(Default)]
pub(crate) struct MappingCell {
    content: Mutex<Content>,
    /// used since the hand came by
    is_used: AtomicBool,
    /// its key in the table; 0: it isn't there
    id: AtomicU64,
}

#[derive(Default)]
struct Content {
    sealed: Option<Arc<Sealed>>,
    /// every mapping of the segment that is there holds it
    lease: Option<Arc<()>>,
}

/// Bytes that hold a lease.
struct Leased {
    bytes: Bytes,
    _lease: Arc<()>,
}

impl AsRef<[u8]> for Leased {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl MappingCell {
    /// What is mapped.
    pub(crate) fn get(&self) -> Option<Arc<Sealed>> {
        let found = self.content.lock().sealed.clone()?;
        // The cache line stays shared while nothing changes.
        if !self.is_used.load(Ordering::Relaxed) {
            self.is_used.store(true, Ordering::Relaxed);
        }
        Some(found)
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.content.lock().sealed.is_some()
    }

    /// Keeps bytes that are in memory anyway: no hand comes by.
    pub(crate) fn keep(&self, sealed: Sealed) {
        self.content.lock().sealed = Some(Arc::new(sealed));
    }

    /// The same bytes; as long as a slice of them is held, [`unload`](Self::unload) says so.
    pub(crate) fn lease(&self, bytes: Bytes) -> Bytes {
        let lease = self.content.lock().lease.get_or_insert_default().clone();
        Bytes::from_owner(Leased {
            bytes,
            _lease: lease,
        })
    }

    /// Lets the mapping go. Whether nobody holds a slice of it, or of one that went before.
    pub(crate) fn unload(&self) -> bool {
        let sealed = self.content.lock().sealed.take();
        drop(sealed);
        let mut content = self.content.lock();
        content
            .lease
            .as_mut()
            .is_none_or(|lease| Arc::get_mut(lease).is_some())
    }

    /// Puts it there, unless somebody was faster. What is there then.
    fn put(&self, sealed: Sealed) -> Arc<Sealed> {
        self.is_used.store(true, Ordering::Relaxed);
        let mut content = self.content.lock();
        content
            .sealed
            .get_or_insert_with(|| Arc::new(sealed))
            .clone()
    }

    /// Takes it out if nobody holds it.
    fn take_idle(&self) -> Option<Arc<Sealed>> {
        let sealed = &mut self.content.lock().sealed;
        sealed.take_if(|sealed| Arc::strong_count(sealed) == 1)
    }
}

/// A store's mappings.
pub(crate) struct Mappings {
    max: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    cells: BTreeMap<u64, Arc<MappingCell>>,
    last_id: u64,
    /// the cell that the hand passed last
    hand: u64,
}

impl Mappings {
    /// At most `max` segments are mapped while nobody looks at them, and one at least.
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max: max.max(1),
            table: Mutex::default(),
        }
    }

    /// A segment was mapped: takes it up, and lets others go for it. What there is of it then.
    pub(crate) fn add(&self, cell: &Arc<MappingCell>, sealed: Sealed) -> Arc<Sealed> {
        let mut table = self.table.lock();
        let sealed = cell.put(sealed);
        table.enter(cell);
        let gone = table.shrink(self.max);
        drop(table);
        drop(gone);
        sealed
    }

    /// The system has no room for one more: lets every second one go, if nobody looks at it.
    pub(crate) fn halve(&self) {
        let mut table = self.table.lock();
        let half = table.cells.len() / 2;
        let gone = table.shrink(half);
        drop(table);
        drop(gone);
    }

    /// The segment of this cell is no more.
    pub(crate) fn forget(&self, cell: &MappingCell) {
        let id = cell.id.load(Ordering::Relaxed);
        if id > 0 {
            let cell = self.table.lock().cells.remove(&id);
            drop(cell);
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.table.lock().cells.len()
    }
}

impl Table {
    fn enter(&mut self, cell: &Arc<MappingCell>) {
        if cell.id.load(Ordering::Relaxed) == 0 {
            self.last_id += 1;
            cell.id.store(self.last_id, Ordering::Relaxed);
            self.cells.insert(self.last_id, cell.clone());
        }
    }

    /// Takes out idle ones until there are `max`, at most twice around.
    fn shrink(&mut self, max: usize) -> Vec<Arc<Sealed>> {
        let mut gone = Vec::new();
        for _ in 0..2 * self.cells.len() {
            if self.cells.len() <= max {
                break;
            }
            let behind = (Excluded(self.hand), Unbounded);
            let next = self.cells.range(behind).next();
            let Some((&id, cell)) = next.or_else(|| self.cells.iter().next()) else {
                break;
            };
            self.hand = id;
            if cell.is_used.swap(false, Ordering::Relaxed) {
                continue;
            }
            if let Some(sealed) = cell.take_idle() {
                cell.id.store(0, Ordering::Relaxed);
                self.cells.remove(&id);
                gone.push(sealed);
            }
        }
        gone
    }
}

#[cfg(test)]
mod tests;
