//! A disk that keeps only so many of its files open.
//!
//! Each stream that is written holds its newest segment's file, so a store with many streams would take every descriptor of the
//! process, and its sockets had none. Here a file that nobody uses is closed when there are too many, and opened again by its name
//! at its next use. A clock hand chooses: it passes once over what was used since it came by.
//!
//! # Invariants
//! - *Nothing unsynced is closed*, or the failure of its write-back would be told to nobody. A file counts as unsynced from its
//!   opening on (what another process or handle wrote may be in the system's memory only) until a sync that began after its last
//!   write ended. A write counts when it begins and when it ends, so a sync that overlaps it proves nothing.
//! - *Nothing in use is closed*: a call takes a reference under the file's lock, and the hand closes only what has no other.
//! - *A name means the same file.* Renames move the names of what is known; while they run, and while a name is taken away or
//!   given to a new file, the files that have it are open and stay so. A file without a name is never closed.
//! - When all are unsynced, one is synced to be closed. If that fails the file stays open, and its owner's next sync gets the error:
//!   the system tells it only once, so a file has one sync at a time.
//! - *A sync of the folder that failed is the last one.* The system tells of it once, to who happens to ask, and all names made before are in doubt:
//!   everybody who asks later is told the same.
//! - The table's lock comes before a file's. No call that changes something on the disk is made under either.
//!
//! So the bound is one of what is idle: files in use at the same time, and such whose sync fails, may exceed it.
use super::{Disk, DiskFile, Work};
use crate::{error::is_out_of_descriptors, sync::StateMutex};
use bytes::Bytes;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    sync::Arc,
};

/// How often a call that met a lack of descriptors is made again, each time after one was freed.
const RETRIES_MAX: usize = 8;

/// The disk.
pub(crate) struct BoundedDisk {
    pool: Arc<Pool>,
}

impl BoundedDisk {
    /// At most `max` files of `disk` are open while nobody uses them, and one at least.
    pub(crate) fn new(disk: Arc<dyn Disk>, max: usize) -> Self {
        Self {
            pool: Arc::new(Pool {
                disk,
                max: max.max(1),
                table: Mutex::default(),
                names: StateMutex::new(None),
            }),
        }
    }
}

struct Pool {
    disk: Arc<dyn Disk>,
    max: usize,
    table: Mutex<Table>,
    /// held during a sync of the folder; what the first one that failed said
    names: StateMutex<Option<(io::ErrorKind, String)>>,
}

#[derive(Default)]
struct Table {
    files: BTreeMap<u64, Entry>,
    by_name: BTreeSet<(Arc<str>, u64)>,
    next_id: u64,
    /// where the clock hand goes on
    hand: u64,
    /// whose file is open
    open: BTreeSet<u64>,
}

struct Entry {
    /// `None`: nobody could open it again
    name: Option<Arc<str>>,
    /// running calls that change what its name means
    held: usize,
    shared: Arc<Shared>,
}

/// What a handle and the table know of a file.
struct Shared {
    state: Mutex<State>,
    /// held during a sync
    sync_turn: StateMutex<()>,
}

struct State {
    /// `None`: closed
    file: Option<Arc<dyn DiskFile>>,
    /// beginnings and ends of writes; the opening counts as one
    writes: u64,
    /// so many of them were there when the newest successful sync began
    synced: u64,
    /// used since the hand came by
    is_used: bool,
    /// of a sync that its owner didn't ask for
    failure: Option<io::Error>,
}

impl Shared {
    fn new(file: Arc<dyn DiskFile>) -> Self {
        let state = State {
            file: Some(file),
            writes: 1,
            synced: 0,
            is_used: true,
            failure: None,
        };
        Self {
            state: Mutex::new(state),
            sync_turn: StateMutex::new(()),
        }
    }

    /// Syncs `file` for its owner.
    fn sync(&self, file: &dyn DiskFile) -> io::Result<()> {
        let _turn = self.sync_turn.lock();
        let failure = self.state.lock().failure.take();
        failure.map_or(Ok(()), Err)?;
        self.sync_in_turn(file)
    }

    /// Syncs it so that it can be closed. An error is the owner's.
    fn sync_to_close(&self) {
        let _turn = self.sync_turn.lock();
        let file = {
            let state = self.state.lock();
            match &state.file {
                Some(file) if state.failure.is_none() => file.clone(),
                _ => return,
            }
        };
        let done = self.sync_in_turn(&*file);
        drop(file);
        let mut state = self.state.lock();
        // One that wasn't made says nothing of the file: it is as unsynced as before, and its owner's sync is made.
        state.failure = done.err().filter(|error| !is_out_of_descriptors(error));
        state.is_used = false;
    }

    fn sync_in_turn(&self, file: &dyn DiskFile) -> io::Result<()> {
        let writes = self.state.lock().writes;
        file.sync()?;
        self.state.lock().synced = writes;
        Ok(())
    }
}

impl State {
    /// Whether it is open and nobody uses it.
    fn is_idle(&self) -> bool {
        self.file
            .as_ref()
            .is_some_and(|file| Arc::strong_count(file) == 1)
    }

    fn is_synced(&self) -> bool {
        self.writes == self.synced
    }
}

impl Entry {
    fn may_close(&self) -> bool {
        self.name.is_some() && self.held == 0
    }
}

impl Table {
    fn add(&mut self, name: &str, file: Arc<dyn DiskFile>) -> (u64, Arc<Shared>) {
        let (id, name) = (self.next_id, Arc::<str>::from(name));
        let shared = Arc::new(Shared::new(file));
        let entry = Entry {
            name: Some(name.clone()),
            held: 0,
            shared: shared.clone(),
        };
        self.files.insert(id, entry);
        self.by_name.insert((name, id));
        self.next_id += 1;
        self.open.insert(id);
        (id, shared)
    }

    /// All that are known under a name.
    fn named(&self, name: &str) -> Vec<u64> {
        let name = Arc::<str>::from(name);
        let ids = self.by_name.range((name.clone(), 0)..=(name, u64::MAX));
        ids.map(|(_, id)| *id).collect()
    }

    fn set_name(&mut self, id: u64, name: Option<Arc<str>>) {
        let Some(entry) = self.files.get_mut(&id) else {
            return;
        };
        if let Some(name) = &name {
            self.by_name.insert((name.clone(), id));
        }
        if let Some(old) = std::mem::replace(&mut entry.name, name) {
            self.by_name.remove(&(old, id));
        }
    }

    /// Moves the hand to the first open file that may be closed and is `chosen`, at most twice around.
    fn advance(&mut self, mut chosen: impl FnMut(&mut State) -> bool) -> Option<u64> {
        let around = || {
            self.open
                .range(self.hand..)
                .chain(self.open.range(..self.hand))
        };
        let found = around().chain(around()).copied().find(|id| {
            let entry = &self.files[id];
            let state = entry.shared.state.try_lock();
            entry.may_close()
                && state.is_some_and(|mut state| state.is_idle() && chosen(&mut state))
        })?;
        self.hand = found + 1;
        Some(found)
    }

    /// Closes one that is idle and synced. `false`: there is none.
    fn close_synced(&mut self) -> bool {
        let closed = self.advance(|state| {
            let closes = state.is_synced() && !std::mem::take(&mut state.is_used);
            if closes {
                state.file = None;
            }
            closes
        });
        closed.is_some_and(|id| self.open.remove(&id))
    }

    /// One that could be closed if it were synced.
    fn next_unsynced(&mut self) -> Option<Arc<Shared>> {
        let id = self.advance(|state| !state.is_synced() && state.failure.is_none())?;
        Some(self.files[&id].shared.clone())
    }
}

impl Pool {
    /// Makes a call that takes a descriptor, and room for it before.
    fn with_room<T>(&self, mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        while self.table.lock().open.len() >= self.max && self.close_one() {}
        for _ in 0..RETRIES_MAX {
            match call() {
                Err(error) if is_out_of_descriptors(&error) && self.free_one() => {}
                done => return done,
            }
        }
        call()
    }

    /// Frees a descriptor: one of the reserve, or an idle file's, which may fill the reserve again. `false`: there is none.
    fn free_one(&self) -> bool {
        self.disk.release_descriptor() || self.close_one()
    }

    /// Closes one that is idle; syncs it before if need be. `false`: none can be closed now.
    fn close_one(&self) -> bool {
        for _ in 0..RETRIES_MAX {
            let unsynced = {
                let mut table = self.table.lock();
                if table.close_synced() {
                    return true;
                }
                table.next_unsynced()
            };
            match unsynced {
                Some(shared) => shared.sync_to_close(),
                None => return false,
            }
        }
        false
    }

    /// The open file of an entry, opened again if it was closed.
    fn file_of(&self, id: u64, shared: &Shared) -> io::Result<Arc<dyn DiskFile>> {
        let open = |state: &mut State| {
            state.is_used = true;
            state.file.clone()
        };
        if let Some(file) = open(&mut shared.state.lock()) {
            return Ok(file);
        }
        self.with_room(|| {
            let mut table = self.table.lock();
            let mut state = shared.state.lock();
            if let Some(file) = open(&mut state) {
                return Ok(file);
            }
            let name = table.files.get(&id).and_then(|entry| entry.name.clone());
            let file = self.disk.open(&name.ok_or(io::ErrorKind::NotFound)?)?;
            state.file = Some(file.clone());
            table.open.insert(id);
            Ok(file)
        })
    }

    /// Opens what has one of these names and keeps it so until [`release`](Self::release). A file that isn't there any more needs no care.
    fn hold(&self, names: &[&str]) -> io::Result<Vec<u64>> {
        let mut held = Vec::new();
        for name in names {
            let ids = self.table.lock().named(name);
            for id in ids {
                let mut table = self.table.lock();
                let Some(entry) = table.files.get_mut(&id) else {
                    continue;
                };
                entry.held += 1;
                let shared = entry.shared.clone();
                drop(table);
                held.push(id);
                match self.file_of(id, &shared) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        self.release(&held);
                        return Err(error);
                    }
                    _ => {}
                }
            }
        }
        Ok(held)
    }

    fn release(&self, held: &[u64]) {
        let mut table = self.table.lock();
        for id in held {
            if let Some(entry) = table.files.get_mut(id) {
                entry.held -= 1;
            }
        }
    }

    /// Makes a call after which `lost` is another file's name, or nobody's, and `moved.0` is called `moved.1`.
    fn rename_known<T>(
        &self,
        lost: &str,
        moved: Option<(&str, &str)>,
        call: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        let from = moved.map(|(from, _)| from);
        let names: Vec<_> = std::iter::once(lost).chain(from).collect();
        let held = self.hold(&names)?;
        let done = call();
        if done.is_ok() {
            let mut table = self.table.lock();
            for id in table.named(lost) {
                table.set_name(id, None);
            }
            if let Some((from, to)) = moved {
                let to = Arc::<str>::from(to);
                for id in table.named(from) {
                    table.set_name(id, Some(to.clone()));
                }
            }
        }
        self.release(&held);
        done
    }

    fn handle(self: &Arc<Self>, name: &str, file: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        let (id, shared) = self.table.lock().add(name, file);
        Arc::new(Handle {
            pool: self.clone(),
            id,
            shared,
        })
    }
}

impl Disk for BoundedDisk {
    fn lock(&self) -> io::Result<bool> {
        self.pool.disk.lock()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.pool.with_room(|| self.pool.disk.list())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let pool = &self.pool;
        let make = || pool.with_room(|| pool.disk.create(name));
        let file = pool.rename_known(name, None, make)?;
        Ok(pool.handle(name, file))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let pool = &self.pool;
        let file = pool.with_room(|| pool.disk.open(name))?;
        Ok(pool.handle(name, file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let pool = &self.pool;
        let rename = || pool.disk.rename(from, to);
        pool.rename_known(to, Some((from, to)), rename)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let pool = &self.pool;
        pool.rename_known(name, None, || pool.disk.remove(name))
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut failure = self.pool.names.lock();
        if let Some((kind, text)) = &*failure {
            return Err(io::Error::new(*kind, text.clone()));
        }
        self.pool.disk.sync_dir().inspect_err(|error| {
            if !is_out_of_descriptors(error) {
                *failure = Some((error.kind(), error.to_string()));
            }
        })
    }

    fn folder(&self) -> Option<&Path> {
        self.pool.disk.folder()
    }

    fn release_descriptor(&self) -> bool {
        self.pool.disk.release_descriptor()
    }

    fn lanes(&self) -> usize {
        self.pool.disk.lanes()
    }

    fn note(&self, work: Work) {
        self.pool.disk.note(work);
    }
}

/// A file that may be closed while nobody uses it.
struct Handle {
    pool: Arc<Pool>,
    id: u64,
    shared: Arc<Shared>,
}

impl Handle {
    fn file(&self) -> io::Result<Arc<dyn DiskFile>> {
        self.pool.file_of(self.id, &self.shared)
    }

    /// Makes a call that changes bytes or the length.
    fn change(&self, call: impl FnOnce(&dyn DiskFile) -> io::Result<()>) -> io::Result<()> {
        let file = self.file()?;
        self.shared.state.lock().writes += 1;
        let done = call(&*file);
        self.shared.state.lock().writes += 1;
        done
    }
}

impl DiskFile for Handle {
    fn len(&self) -> io::Result<u64> {
        self.file()?.len()
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.change(|file| file.allocate(len))
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.change(|file| file.truncate(len))
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        self.file()?.read_at(buf, at)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.change(|file| file.write_at(bytes, at))
    }

    /// One that was closed has nothing to sync, and doesn't fail for want of a descriptor.
    fn sync(&self) -> io::Result<()> {
        let file = self.shared.state.lock().file.clone();
        file.map_or(Ok(()), |file| self.shared.sync(&*file))
    }

    fn map(&self) -> io::Result<Bytes> {
        self.file()?.map()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut table = self.pool.table.lock();
        table.set_name(self.id, None);
        table.open.remove(&self.id);
        table.files.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{
        FolderDisk, ReadMode,
        crash::{Call, CrashDisk, Failure, Fault},
    };

    fn bounded(disk: &CrashDisk, max: usize) -> BoundedDisk {
        BoundedDisk::new(Arc::new(disk.clone()), max)
    }

    fn open_files(disk: &BoundedDisk) -> usize {
        disk.pool.table.lock().open.len()
    }

    fn text(file: &dyn DiskFile) -> String {
        String::from_utf8(crate::disk::read_all(file).unwrap()).unwrap()
    }

    #[test]
    fn more_files_than_may_be_open_are_all_written_and_synced() {
        let disk = CrashDisk::new();
        let bounded = bounded(&disk, 3);
        let files: Vec<_> = (0..20)
            .map(|k| bounded.create(&format!("f{k}")).unwrap())
            .collect();
        for round in 0..3 {
            for (k, file) in files.iter().enumerate() {
                file.write_at(format!("{k:>4}").as_bytes(), 4 * round)
                    .unwrap();
                assert!(open_files(&bounded) <= 3);
            }
        }
        files.iter().for_each(|file| file.sync().unwrap());
        bounded.sync_dir().unwrap();
        let found = disk.cut(0);
        for (k, file) in files.iter().enumerate() {
            let want = format!("{k:>4}").repeat(3);
            assert_eq!(text(&**file), want);
            assert_eq!(found.bytes(&format!("f{k}")).unwrap(), want.as_bytes());
        }
        drop(files);
        assert_eq!(open_files(&bounded), 0);
    }

    /// The system tells a failed write-back once, to who has the file open.
    #[test]
    fn a_failed_sync_is_told_to_the_owner_although_it_was_made_to_close_the_file() {
        let disk = CrashDisk::new();
        let bounded = bounded(&disk, 1);
        let a = bounded.create("a").unwrap();
        a.write_at(b"old", 0).unwrap();
        disk.set_faults(&[Fault::SyncOf("a")]);
        let b = bounded.create("b").unwrap();
        assert_eq!(open_files(&bounded), 2, "an unsynced file was closed");
        disk.set_faults(&[]);
        b.write_at(b"b", 0).unwrap();
        assert!(a.sync().is_err());
        assert!(a.sync().is_ok());
    }

    /// Symptom: after a clean stop a segment had lost what was in it (simulation, seed 404703). Cause: the pool's sync had found no descriptor, and its owner's was
    /// answered with that, when nothing lacked any more, and not made. Remedy: only a sync that was made and failed is kept for the owner.
    #[test]
    fn a_sync_that_was_not_made_is_made_for_the_owner() {
        let disk = CrashDisk::new();
        let bounded = bounded(&disk, 1);
        let a = bounded.create("a").unwrap();
        a.write_at(b"old", 0).unwrap();
        disk.set_faults(&[Fault::fails(Call::Sync, "a", Failure::Descriptors)]);
        let b = bounded.create("b").unwrap();
        b.write_at(b"b", 0).unwrap();
        disk.set_faults(&[]);
        a.sync().unwrap();
        bounded.sync_dir().unwrap();
        assert_eq!(disk.cut(0).bytes("a").as_deref(), Some(&b"old"[..]));
    }

    #[test]
    fn a_closed_file_follows_its_name_and_outlives_it() {
        let folder = tempfile::tempdir().unwrap();
        let real = FolderDisk::new(folder.path(), ReadMode::Mapped).unwrap();
        for disk in [Arc::new(real) as Arc<dyn Disk>, Arc::new(CrashDisk::new())] {
            let bounded = BoundedDisk::new(disk, 1);
            let other = bounded.create("other").unwrap();
            let close = || {
                other.write_at(b"other", 0).unwrap();
                assert_eq!(open_files(&bounded), 1);
            };
            let first = bounded.create("a").unwrap();
            first.write_at(b"first", 0).unwrap();
            close();
            bounded.rename("a", "b").unwrap();
            close();
            let second = bounded.create("a").unwrap();
            second.write_at(b"second", 0).unwrap();
            close();
            assert_eq!(text(&*first), "first");
            assert_eq!(text(&*second), "second");
            close();
            bounded.rename("a", "b").unwrap();
            assert_eq!(text(&*first), "first");
            assert_eq!(text(&*bounded.open("b").unwrap()), "second");
            bounded.remove("b").unwrap();
            other.write_at(b"other", 0).unwrap();
            assert_eq!(text(&*first), "first");
            assert_eq!(text(&*second), "second");
            assert!(bounded.open("b").is_err());
        }
    }

    #[test]
    fn a_lack_of_descriptors_closes_a_file_instead_of_failing() {
        let disk = CrashDisk::new();
        let bounded = bounded(&disk, 10);
        let a = bounded.create("a").unwrap();
        a.write_at(b"a", 0).unwrap();
        let once = |call| Fault::Fails {
            call,
            of: "",
            failure: Failure::Descriptors,
            spared: 0,
            times: 1,
        };
        disk.set_faults(&[once(Call::Create)]);
        let b = bounded.create("b").unwrap();
        assert_eq!(open_files(&bounded), 1);
        disk.set_faults(&[once(Call::Open)]);
        assert_eq!(text(&*a), "a");
        assert_eq!(open_files(&bounded), 1);
        assert_eq!(text(&*b), "");
    }

    #[test]
    fn a_closed_file_has_nothing_to_sync() {
        let disk = CrashDisk::new();
        let bounded = bounded(&disk, 1);
        let a = bounded.create("a").unwrap();
        a.write_at(b"a", 0).unwrap();
        let _b = bounded.create("b").unwrap();
        disk.set_faults(&[Fault::fails(Call::Open, "", Failure::Memory)]);
        a.sync().unwrap();
        bounded.sync_dir().unwrap();
        assert_eq!(disk.cut(0).bytes("a").unwrap(), b"a");
    }
}
