//! A disk in memory that remembers for each byte and each name whether it was synced, and can lose power.
//!
//! The model is harsher than most disks: after a power cut each unsynced page is there or not, or in part (by sectors of 512 bytes), whatever
//! its neighbours do, and each unsynced name is as it was before or as it is now, whatever the other names do.
use super::{Disk, DiskFile, Work};
use bytes::Bytes;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

const PAGE: usize = 4096;
const SECTOR: usize = 512;

#[derive(Clone, Default)]
struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    dirty: BTreeSet<usize>,
}

#[derive(Clone, Default)]
struct Image {
    inodes: Vec<Inode>,
    live: BTreeMap<String, usize>,
    durable: BTreeMap<String, usize>,
}

/// A call that the store makes to its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// any of them
    Any,
    /// names of the folder
    List,
    /// a new file
    Create,
    /// a file that is there
    Open,
    /// another name
    Rename,
    /// a name taken away
    Remove,
    /// names made durable
    SyncDir,
    /// the length of a file
    Len,
    /// blocks for a file
    Allocate,
    /// a file's end taken away
    Truncate,
    /// bytes of a file
    Read,
    /// bytes into a file
    Write,
    /// bytes made durable
    Sync,
    /// a mapping
    Map,
}

/// What a failing call says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// the process has no descriptor left (EMFILE)
    Descriptors,
    /// no memory, or no mapping, is left (ENOMEM)
    Memory,
    /// the disk is full (ENOSPC)
    Space,
    /// the device failed (EIO)
    Device,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Descriptors, Self::Memory, Self::Space, Self::Device];

    fn error(self) -> io::Error {
        #[cfg(unix)]
        return io::Error::from(match self {
            Self::Descriptors => rustix::io::Errno::MFILE,
            Self::Memory => rustix::io::Errno::NOMEM,
            Self::Space => rustix::io::Errno::NOSPC,
            Self::Device => rustix::io::Errno::IO,
        });
        #[cfg(not(unix))]
        io::Error::from(match self {
            Self::Descriptors | Self::Memory => io::ErrorKind::OutOfMemory,
            Self::Space => io::ErrorKind::StorageFull,
            Self::Device => io::ErrorKind::Other,
        })
    }
}

/// What goes wrong from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// these calls fail, and do nothing
    Fails {
        /// which
        call: Call,
        /// what the file's name begins with; a call for the folder has the name `""`
        of: &'static str,
        /// how
        failure: Failure,
        /// so many of them are spared, from now on
        spared: u64,
        /// and so many fail then
        times: u64,
    },
    /// no byte more than there are now is allocated; what is removed makes room
    Full,
    /// syncs of files whose name begins so fail
    SyncOf(&'static str),
    /// writes to files whose name begins so fail
    WriteOf(&'static str),
    /// writes to files whose name begins so write a part of their bytes, and fail
    WritesPart {
        /// what the file's name begins with
        of: &'static str,
        /// how much is written
        percent: usize,
        /// how it fails then
        failure: Failure,
    },
    /// no byte more is allocated after so many operations that change something
    FullAfter(u64),
    /// syncs of files fail after so many operations
    SyncAfter(u64),
}

impl Fault {
    /// From now on these calls fail.
    pub fn fails(call: Call, of: &'static str, failure: Failure) -> Self {
        Self::Fails {
            call,
            of,
            failure,
            spared: 0,
            times: u64::MAX,
        }
    }

    /// Counts a call down. The error, if the call fails.
    fn strike(&mut self, made: Call, name: &str) -> Option<io::Error> {
        let Self::Fails {
            call,
            of,
            failure,
            spared,
            times,
        } = self
        else {
            return None;
        };
        if (*call != Call::Any && *call != made) || !name.starts_with(*of) {
            return None;
        }
        if *spared > 0 {
            *spared -= 1;
            return None;
        }
        *times = times.checked_sub(1)?;
        Some(failure.error())
    }
}

pub(crate) type Hook = Arc<dyn Fn(&CrashDisk, Work) + Send + Sync>;

#[derive(Default)]
struct Inner {
    image: Image,
    work: Option<Work>,
    faults: Vec<Fault>,
    /// bytes of all files when the disk was found full
    capacity: Option<usize>,
    hook: Option<Hook>,
    operations: u64,
    calls: u64,
    written: u64,
}

/// The disk. Clones are the same disk.
#[derive(Clone, Default)]
pub struct CrashDisk(Arc<Mutex<Inner>>);

impl CrashDisk {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Has `hook` called before each operation that changes something, with what it is part of. A cut there loses that operation.
    pub fn before_each(&self, hook: impl Fn(&Self, Work) + Send + Sync + 'static) {
        self.0.lock().hook = Some(Arc::new(hook));
    }

    /// No hook any more.
    pub fn forget_hook(&self) {
        self.take_hook();
    }

    pub(crate) fn take_hook(&self) -> Option<Hook> {
        self.0.lock().hook.take()
    }

    pub(crate) fn put_hook(&self, hook: Option<Hook>) {
        self.0.lock().hook = hook;
    }

    /// What goes wrong from now on.
    pub fn set_faults(&self, faults: &[Fault]) {
        let mut inner = self.0.lock();
        inner.faults = faults.to_vec();
        inner.capacity = None;
    }

    /// How many operations changed something.
    pub fn operations(&self) -> u64 {
        self.0.lock().operations
    }

    /// How many bytes were written.
    pub fn written(&self) -> u64 {
        self.0.lock().written
    }

    /// How many calls were made, those that only look too.
    pub fn calls(&self) -> u64 {
        self.0.lock().calls
    }

    /// Counts a call; fails if a fault says so.
    fn call(&self, call: Call, name: &str) -> io::Result<()> {
        let mut inner = self.0.lock();
        inner.calls += 1;
        let mut faults = inner.faults.iter_mut();
        match faults.find_map(|fault| fault.strike(call, name)) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// What another process would find now: all that was written, synced or not.
    pub fn kill(&self) -> Self {
        let image = self.0.lock().image.clone();
        Self(Arc::new(Mutex::new(Inner {
            image,
            ..Inner::default()
        })))
    }

    /// What is found after a loss of power now. The seed draws which unsynced pages and names survived: 0 none, 1 all.
    pub fn cut(&self, seed: u64) -> Self {
        let mut image = self.0.lock().image.clone();
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for inode in &mut image.inodes {
            let dirty = std::mem::take(&mut inode.dirty);
            for page in dirty {
                let sectors = match (seed, dice.roll(4)) {
                    (0, _) | (2.., 0) => 0,
                    (1, _) | (2.., 1 | 2) => u64::MAX,
                    _ => dice.next(),
                };
                for sector in (0..PAGE / SECTOR).filter(|s| sectors >> s & 1 == 1) {
                    let begin = (page * PAGE + sector * SECTOR).min(inode.live.len());
                    let end = (begin + SECTOR).min(inode.live.len());
                    if inode.durable.len() < end {
                        inode.durable.resize(end, 0);
                    }
                    inode.durable[begin..end].copy_from_slice(&inode.live[begin..end]);
                }
            }
            inode.live = inode.durable.clone();
        }
        let names: BTreeSet<String> = image
            .live
            .keys()
            .chain(image.durable.keys())
            .cloned()
            .collect();
        for name in names {
            let (live, durable) = (
                image.live.get(&name).copied(),
                image.durable.get(&name).copied(),
            );
            let new = match seed {
                0 => false,
                1 => true,
                _ => dice.roll(2) == 0,
            };
            match if new { live } else { durable } {
                Some(inode) => image.durable.insert(name, inode),
                None => image.durable.remove(&name),
            };
        }
        image.live = image.durable.clone();
        Self(Arc::new(Mutex::new(Inner {
            image,
            ..Inner::default()
        })))
    }

    /// The power goes and comes back; see [`cut`](Self::cut). Files that were open are to be forgotten.
    pub fn lose_power(&self, seed: u64) {
        let after = self.cut(seed);
        let image = std::mem::take(&mut after.0.lock().image);
        self.0.lock().image = image;
    }

    /// The bytes of a file.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let inner = self.0.lock();
        Some(
            inner.image.inodes[*inner.image.live.get(name)?]
                .live
                .clone(),
        )
    }

    /// Changes a file's bytes behind everybody's back, durably.
    pub fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut inner = self.0.lock();
        if let Some(&at) = inner.image.live.get(name) {
            let inode = &mut inner.image.inodes[at];
            change(&mut inode.live);
            inode.durable = inode.live.clone();
            inode.dirty.clear();
        }
    }

    fn step(&self) {
        let (hook, work) = {
            let mut inner = self.0.lock();
            inner.operations += 1;
            (inner.hook.clone(), inner.work)
        };
        if let Some(hook) = hook {
            hook(self, work.unwrap_or(Work::Open));
        }
    }

    fn file(&self, inode: usize, name: &str) -> Arc<dyn DiskFile> {
        Arc::new(CrashFile {
            disk: self.clone(),
            inode,
            name: name.to_owned(),
        })
    }
}

impl Disk for CrashDisk {
    fn lock(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.call(Call::List, "")?;
        Ok(self.0.lock().image.live.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.call(Call::Create, name)?;
        self.step();
        let inode = {
            let mut inner = self.0.lock();
            inner.image.inodes.push(Inode::default());
            let inode = inner.image.inodes.len() - 1;
            inner.image.live.insert(name.to_owned(), inode);
            inode
        };
        Ok(self.file(inode, name))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.call(Call::Open, name)?;
        let inode = self
            .0
            .lock()
            .image
            .live
            .get(name)
            .copied()
            .ok_or(io::ErrorKind::NotFound)?;
        Ok(self.file(inode, name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.call(Call::Rename, from)?;
        self.step();
        let mut inner = self.0.lock();
        let inode = inner
            .image
            .live
            .remove(from)
            .ok_or(io::ErrorKind::NotFound)?;
        inner.image.live.insert(to.to_owned(), inode);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.call(Call::Remove, name)?;
        self.step();
        self.0
            .lock()
            .image
            .live
            .remove(name)
            .map(|_| ())
            .ok_or(io::ErrorKind::NotFound.into())
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.call(Call::SyncDir, "")?;
        self.step();
        let mut inner = self.0.lock();
        inner.image.durable = inner.image.live.clone();
        Ok(())
    }

    fn note(&self, work: Work) {
        self.0.lock().work = Some(work);
    }
}

struct CrashFile {
    disk: CrashDisk,
    inode: usize,
    name: String,
}

impl CrashFile {
    fn with<T>(&self, f: impl FnOnce(&mut Inode) -> T) -> T {
        f(&mut self.disk.0.lock().image.inodes[self.inode])
    }

    /// Whether the file can't have `more` bytes.
    fn is_full(&self, more: u64) -> bool {
        let mut inner = self.disk.0.lock();
        let now = inner.operations;
        let full = inner.faults.iter().any(|fault| match fault {
            Fault::Full => true,
            Fault::FullAfter(operations) => now > *operations,
            _ => false,
        });
        let Image { inodes, live, .. } = &inner.image;
        let used: usize = live.values().map(|at| inodes[*at].live.len()).sum();
        full && used + more as usize > *inner.capacity.get_or_insert(used)
    }

    fn call(&self, call: Call) -> io::Result<()> {
        self.disk.call(call, &self.name)
    }

    /// How much of a write is made before it fails, in percent, and how it fails.
    fn part_of_write(&self) -> Option<(usize, Failure)> {
        let inner = self.disk.0.lock();
        inner.faults.iter().find_map(|fault| match *fault {
            Fault::WritesPart {
                of,
                percent,
                failure,
            } if self.name.starts_with(of) => Some((percent, failure)),
            _ => None,
        })
    }

    fn has(&self, fault: impl Fn(&Fault) -> bool) -> bool {
        self.disk.0.lock().faults.iter().any(fault)
    }
}

impl DiskFile for CrashFile {
    fn len(&self) -> io::Result<u64> {
        self.call(Call::Len)?;
        Ok(self.with(|inode| inode.live.len() as u64))
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.call(Call::Allocate)?;
        self.disk.step();
        let now = self.with(|inode| inode.live.len() as u64);
        if now < len && self.is_full(len - now) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.with(|inode| {
            let len = inode.live.len().max(len as usize);
            inode.live.resize(len, 0);
        });
        Ok(())
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.call(Call::Truncate)?;
        self.disk.step();
        self.with(|inode| {
            // What grows there again is zeros, and the disk has something else until it is synced.
            inode
                .dirty
                .extend(len as usize / PAGE..inode.live.len().div_ceil(PAGE));
            inode.live.truncate(len as usize);
        });
        Ok(())
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        self.call(Call::Read)?;
        Ok(self.with(|inode| {
            let begin = (at as usize).min(inode.live.len());
            let n = buf.len().min(inode.live.len() - begin);
            buf[..n].copy_from_slice(&inode.live[begin..begin + n]);
            n
        }))
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.call(Call::Write)?;
        self.disk.step();
        if self.has(|fault| matches!(fault, Fault::WriteOf(name) if self.name.starts_with(name))) {
            return Err(io::Error::other("injected write error"));
        }
        let part = self.part_of_write();
        let bytes = &bytes[..bytes.len() * part.map_or(100, |(percent, _)| percent) / 100];
        let end = at as usize + bytes.len();
        let now = self.with(|inode| inode.live.len() as u64);
        if end as u64 > now && self.is_full(end as u64 - now) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.disk.0.lock().written += bytes.len() as u64;
        self.with(|inode| {
            if inode.live.len() < end {
                inode.live.resize(end, 0);
            }
            inode.live[at as usize..end].copy_from_slice(bytes);
            inode.dirty.extend(at as usize / PAGE..end.div_ceil(PAGE));
        });
        part.map_or(Ok(()), |(_, failure)| Err(failure.error()))
    }

    fn sync(&self) -> io::Result<()> {
        self.call(Call::Sync)?;
        self.disk.step();
        let now = self.disk.operations();
        let fails = |fault: &Fault| match fault {
            Fault::SyncOf(name) => self.name.starts_with(name),
            Fault::SyncAfter(operations) => now > *operations,
            _ => false,
        };
        if self.has(fails) {
            return Err(io::Error::other("injected sync error"));
        }
        self.with(|inode| {
            inode.durable.resize(inode.live.len(), 0);
            for page in std::mem::take(&mut inode.dirty) {
                let end = ((page + 1) * PAGE).min(inode.live.len());
                let begin = (page * PAGE).min(end);
                inode.durable[begin..end].copy_from_slice(&inode.live[begin..end]);
            }
        });
        Ok(())
    }

    fn map(&self) -> io::Result<Bytes> {
        self.call(Call::Map)?;
        Ok(self.with(|inode| Bytes::copy_from_slice(&inode.live)))
    }
}

/// A small generator; the seed is the failure's name.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn roll(&mut self, sides: u64) -> u64 {
        (self.next() >> 20) % sides
    }
}
