//! Room for the small files on a full disk.
//!
//! Space comes back only after a meta file or the manifest said what isn't needed any more, and these are written aside: they need room
//! themselves. So a file is kept for nothing but to be removed then; it is made again when there is room.
use crate::{
    Error, Result,
    disk::Disk,
    store::{Inner, Known},
};
use std::sync::atomic::Ordering;

pub(crate) const NAME: &str = "reserve";
/// The size is a multiple of this.
const UNIT: u64 = 128 << 10;

/// Bytes of the reserve that is there.
pub(crate) fn len(disk: &dyn Disk) -> u64 {
    disk.open(NAME).and_then(|file| file.len()).unwrap_or(0)
}

/// Bytes of a reserve that takes a manifest with what a batch adds to it, or the largest meta file.
pub(crate) fn size(manifest: usize, meta: usize) -> u64 {
    (manifest.max(meta) as u64 + UNIT).next_multiple_of(UNIT)
}

impl Inner {
    /// Bytes of the reserve that is said to be there.
    #[cfg(test)]
    fn reserve_len(&self) -> u64 {
        *self.reserve.lock()
    }

    /// Does `write`, with the reserve's room if there is no other.
    pub(crate) fn with_reserve(&self, mut write: impl FnMut() -> Result<()>) -> Result<()> {
        match write() {
            Err(Error::DiskFull) => {
                let mut reserve = self.reserve.lock();
                if std::mem::take(&mut *reserve) == 0 {
                    return Err(Error::DiskFull);
                }
                let _ = self.disk.remove(NAME);
                let outcome = write();
                // What was written took the place of something: its room is for the next time, before anybody else has it.
                self.restore(&mut reserve, self.buffered.max());
                outcome
            }
            outcome => outcome,
        }
    }

    /// Bytes that it needs when `waiting` bytes may wait for a commit.
    fn reserve_size(&self, waiting: usize) -> u64 {
        let manifest = self.manifest_len.load(Ordering::Relaxed) + waiting;
        size(manifest, self.meta_len.load(Ordering::Relaxed))
    }

    /// Makes the reserve if it isn't there, or has become too small, and there is room.
    pub(crate) fn restore_reserve(&self) {
        self.restore(&mut self.reserve.lock(), self.buffered.max());
    }

    /// Makes it large enough for `waiting` bytes.
    ///
    /// # Errors
    /// `DiskFull`, and `Overloaded` while somebody needs it: a commit doesn't wait for that.
    pub(crate) fn grow_reserve(&self, waiting: usize) -> Result<()> {
        let Some(mut reserve) = self.reserve.try_lock() else {
            return Err(self.buffered.overloaded(0));
        };
        self.restore(&mut reserve, waiting);
        match *reserve >= self.reserve_size(waiting) {
            true => Ok(()),
            false => Err(Error::DiskFull),
        }
    }

    /// Gives back what `waiting` bytes don't need of it, if the meta files of all streams are known.
    pub(crate) fn shorten_reserve(&self, waiting: usize) {
        let is_known = |known: &Known| known.open().is_some();
        if !self.registry.lock().by_name.values().all(is_known) {
            return;
        }
        let mut reserve = self.reserve.lock();
        let size = self.reserve_size(waiting);
        let shortened = |size| self.disk.open(NAME).and_then(|file| file.truncate(size));
        if *reserve > size && shortened(size).is_ok() {
            *reserve = size;
        }
    }

    /// The same for who holds the lock: nobody makes it beside another, or while somebody needs its room.
    fn restore(&self, reserve: &mut u64, waiting: usize) {
        let (old, size) = (*reserve, self.reserve_size(waiting));
        if old >= size {
            return;
        }
        let opened = match old {
            0 => self.disk.create(NAME),
            _ => self.disk.open(NAME),
        };
        let allocated = opened.and_then(|file| {
            // Nothing is kept of a try that found no room.
            let cut = |_: &std::io::Error| drop(file.truncate(old));
            file.allocate(size).inspect_err(cut)
        });
        match allocated {
            Ok(()) => *reserve = size,
            Err(_) if old == 0 => drop(self.disk.remove(NAME)),
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        StoreOptions, StreamOptions,
        disk::crash::{Call, CrashDisk, Failure, Fault},
        interleave::{Schedule, preempt},
        store::Store,
    };
    use std::sync::Arc;

    /// Symptom: a deletion on a full disk that found no room although there was a reserve. Cause: a meta file that was being written took what the
    /// reserve had given back for the manifest. Remedy: the reserve is removed when no meta file is being written.
    #[test]
    fn the_reserve_s_room_is_for_whom_it_was_removed() {
        for seed in 0..20 {
            let disk = CrashDisk::new();
            let options = StoreOptions {
                journal_first_bytes: 4 << 20,
                ..StoreOptions::default()
            };
            let store = Store::open(Arc::new(disk.clone()), options).unwrap();
            let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
            drop(store.put_state(b"large", &[7; 100_000]).unwrap());
            store.commit_once(0).unwrap();
            store.maintain_once(0).unwrap();
            let env = stream.0.state.lock().env.clone();
            let content = vec![0; store.0.reserve_len() as usize - 1000];
            store.0.put_meta(&env, 1, &content).unwrap();
            disk.set_faults(&[Fault::Full]);
            disk.before_each(|_, _| preempt());
            let schedule = Schedule::new(seed, 0);
            let inner = store.0.clone();
            schedule.spawn("keeps", move || drop(inner.put_meta(&env, 2, &content)));
            let inner = store.0.clone();
            schedule.spawn("deletes", move || {
                let written = inner.write_manifest(&mut inner.writer.lock());
                assert_eq!(written, Ok(()), "seed {seed}");
            });
            schedule.run();
            disk.forget_hook();
        }
    }

    /// Symptom: a full disk from which nothing could be deleted. Cause: two threads made the reserve at once, and the one that found no room took away
    /// what the other had made. Remedy: one at a time.
    #[test]
    fn the_reserve_is_there_when_it_is_said_to_be() {
        for seed in 0..20 {
            let disk = CrashDisk::new();
            let store = Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
            disk.set_faults(&[Fault::Fails {
                call: Call::Allocate,
                of: NAME,
                failure: Failure::Space,
                spared: 1,
                times: 1,
            }]);
            disk.before_each(|_, _| preempt());
            let schedule = Schedule::new(seed, 0);
            for _ in 0..2 {
                let store = store.clone();
                schedule.spawn("makes", move || store.0.restore_reserve());
            }
            schedule.run();
            disk.forget_hook();
            assert_eq!(store.0.reserve_len(), len(&disk), "seed {seed}");
        }
    }
}
