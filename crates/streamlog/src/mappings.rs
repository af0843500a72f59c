//! Which sealed segments are mapped: at most so many of a store, chosen by a clock hand.
//!
//! The kernel gives a process only so many mappings (`vm.max_map_count`), so a store with many segments would take all of them. Here a segment that
//! nobody holds is unmapped when there are too many, and mapped again at its next use. The hand passes once over what was used since it
//! came by.
//!
//! A message that is read is a slice of its segment's mapping, and keeps that for as long as a client is slow. So a mapping counts until its last slice is
//! gone, and no slices are made while there are more than the bound: then a message is copied.
//!
//! # Invariants
//! - *What somebody holds stays*: whoever looks at a segment has its cell locked for reading, or an `Arc<Sealed>` that was cloned under that lock, and
//!   so has each slice that leaves this crate. The hand takes out what it can lock for writing and the cell alone holds. So who holds one finds it
//!   again: nothing fails between a look at a segment and the next one.
//! - *One mapping a segment*, but for the moment in which two map it at once. So what the cell says of it is all there is to say when the file is to be
//!   used again.
//! - *No more than `max` mappings have slices*: one gets its first slice only while all mappings are no more than `max`.
//! - The table's lock comes before a cell's. No mapping is made or goes under either, and nobody waits for a cell's under the table's: an empty cell
//!   is locked for a moment only, and a full one isn't waited for. Looks at a cell nest.
//!
//! So the bound may be exceeded by what is looked at at the same time; and while a thousand or more are held, by idle ones that the hand comes to later.
use crate::index::Index;
use bytes::Bytes;
use parking_lot::{MappedRwLockReadGuard, Mutex, RwLock, RwLockReadGuard};
use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

/// The bytes of a segment that doesn't change any more.
pub(crate) struct Sealed {
    bytes: Bytes,
    pub(crate) index: Index,
    /// of a mapping; the last field, so that it goes when the mapping went
    counted: Option<Counted>,
}

impl Sealed {
    /// Bytes that are in memory anyway.
    pub(crate) fn in_memory(bytes: Bytes, index: Index) -> Self {
        Self {
            bytes,
            index,
            counted: None,
        }
    }

    /// All bytes, to look at: a slice of them doesn't keep the mapping counted, so it must not be held longer than this.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

/// What slices hold.
struct Lent(Arc<Sealed>);

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.0.bytes
    }
}

/// How many mappings there are, and how many there should be.
struct Count {
    now: AtomicUsize,
    max: usize,
}

impl Count {
    fn now(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }
}

/// A mapping that counts as long as this is there.
pub(crate) struct Counted(Arc<Count>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A segment's place for its bytes.
#[derive(Default)]
pub(crate) struct MappingCell {
    content: RwLock<Option<Content>>,
    /// used since the hand came by
    is_used: AtomicBool,
    /// its key in the table; 0: it isn't there
    id: AtomicU64,
}

/// What is mapped.
pub(crate) struct Content {
    pub(crate) sealed: Arc<Sealed>,
    /// its bytes, held by a [`Lent`]: made once for many messages
    lent: OnceLock<Bytes>,
}

impl Content {
    fn new(sealed: Arc<Sealed>) -> Self {
        Self {
            sealed,
            lent: OnceLock::new(),
        }
    }

    /// The bytes, of which slices may be held. `None`: there are too many mappings, and what is to be held has to be copied.
    pub(crate) fn lend(&self) -> Option<Bytes> {
        let counted = self.sealed.counted.as_ref();
        let has_room = counted.is_none_or(|counted| counted.0.now() <= counted.0.max);
        let lent = || Bytes::from_owner(Lent(self.sealed.clone()));
        has_room.then(|| self.lent.get_or_init(lent).clone())
    }

    /// Whether nobody holds it, nor a slice of it.
    fn is_idle(&mut self) -> bool {
        self.lent.take();
        Arc::get_mut(&mut self.sealed).is_some()
    }
}

/// A look at what is mapped. It stays as long as this is held.
pub(crate) type Look<'a> = MappedRwLockReadGuard<'a, Content>;

impl MappingCell {
    /// What is mapped.
    pub(crate) fn look(&self) -> Option<Look<'_>> {
        let content = self.content.read_recursive();
        let look = RwLockReadGuard::try_map(content, Option::as_ref).ok()?;
        // The cache line stays shared while nothing changes.
        if !self.is_used.load(Ordering::Relaxed) {
            self.is_used.store(true, Ordering::Relaxed);
        }
        Some(look)
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.content.read_recursive().is_some()
    }

    /// Keeps bytes that are in memory anyway: no hand comes by.
    pub(crate) fn keep(&self, sealed: Sealed) {
        *self.content.write() = Some(Content::new(Arc::new(sealed)));
    }

    /// Lets the mapping go, of a segment that nobody looks at any more. `false`: somebody holds slices of it, and it stays.
    pub(crate) fn unload(&self) -> bool {
        let mut content = self.content.write();
        let gone = content.take_if(Content::is_idle);
        let is_unloaded = content.is_none();
        drop(content);
        drop(gone);
        is_unloaded
    }

    /// Puts it there, unless somebody was faster: what is there then, and what isn't needed. One puts at a time.
    fn put(&self, sealed: Sealed) -> (Arc<Sealed>, Option<Sealed>) {
        if let Some(found) = self.look() {
            return (found.sealed.clone(), Some(sealed));
        }
        self.is_used.store(true, Ordering::Relaxed);
        let sealed = Arc::new(sealed);
        *self.content.write() = Some(Content::new(sealed.clone()));
        (sealed, None)
    }

    /// Takes it out if nobody holds it.
    fn take_idle(&self) -> Option<Content> {
        let mut content = self.content.try_write()?;
        content.take_if(Content::is_idle)
    }
}

/// A store's mappings.
pub(crate) struct Mappings {
    count: Arc<Count>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    cells: BTreeMap<u64, Arc<MappingCell>>,
    last_id: u64,
    /// the cell that the hand passed last
    hand: u64,
}

/// Held mappings that the hand passes for a new one, at most.
const HELD_PASSED_MAX: usize = 1024;

impl Mappings {
    /// At most `max` segments are mapped while nobody looks at them, and one at least.
    pub(crate) fn new(max: usize) -> Self {
        Self {
            count: Arc::new(Count {
                now: AtomicUsize::new(0),
                max: max.max(1),
            }),
            table: Mutex::default(),
        }
    }

    /// What was just mapped counts from now on.
    pub(crate) fn sealed(&self, bytes: Bytes, index: Index) -> Sealed {
        self.count.now.fetch_add(1, Ordering::Relaxed);
        Sealed {
            bytes,
            index,
            counted: Some(Counted(self.count.clone())),
        }
    }

    /// A segment was mapped: takes it up, and lets others go for it. What there is of it then.
    pub(crate) fn add(&self, cell: &Arc<MappingCell>, sealed: Sealed) -> Arc<Sealed> {
        let mut table = self.table.lock();
        let (sealed, unneeded) = cell.put(sealed);
        table.enter(cell);
        let unneeded_count = usize::from(unneeded.is_some());
        let excess = self
            .count
            .now()
            .saturating_sub(self.count.max + unneeded_count);
        let gone = table.take_idle(excess, HELD_PASSED_MAX);
        drop(table);
        drop((unneeded, gone));
        sealed
    }

    /// The system has no room for one more: lets every second one go, if nobody holds it.
    pub(crate) fn halve(&self) {
        let mut table = self.table.lock();
        let half = table.cells.len().div_ceil(2);
        let gone = table.take_idle(half, usize::MAX);
        drop(table);
        drop(gone);
    }

    /// The segment of this cell is no more.
    pub(crate) fn forget(&self, cell: &MappingCell) {
        let id = cell.id.swap(0, Ordering::Relaxed);
        if id > 0 {
            let cell = self.table.lock().cells.remove(&id);
            drop(cell);
        }
    }

    #[cfg(test)]
    pub(crate) fn now(&self) -> usize {
        self.count.now()
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

    /// Takes out `count` that are idle, if there are: the hand goes round twice at most, and passes no more held ones than that.
    fn take_idle(&mut self, count: usize, held_passed_max: usize) -> Vec<Content> {
        let (mut gone, mut held_passed) = (Vec::new(), 0);
        for _ in 0..2 * self.cells.len() {
            if gone.len() == count || held_passed == held_passed_max {
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
            let Some(content) = cell.take_idle() else {
                held_passed += 1;
                continue;
            };
            cell.id.store(0, Ordering::Relaxed);
            self.cells.remove(&id);
            gone.push(content);
        }
        gone
    }
}

#[cfg(test)]
mod tests;
