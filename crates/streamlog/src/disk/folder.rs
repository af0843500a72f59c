//! A folder of the real file system.
use super::{
    Disk, DiskFile,
    descriptors::{Descriptors, OpenFile},
};
use crate::region;
use bytes::Bytes;
use parking_lot::Mutex;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// How sealed segments are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadMode {
    /// Through a read-only mapping: no copy, but a bad sector is a SIGBUS.
    #[default]
    Mapped,
    /// Through `pread` into the heap: a bad sector is an error of that read.
    Copied,
}

/// A folder on the machine's file system.
pub struct FolderDisk {
    path: PathBuf,
    mode: ReadMode,
    /// the folder itself as well: the syncs of names must not want for one
    descriptors: Arc<Descriptors>,
    lock: Mutex<Option<File>>,
}

const LOCK: &str = "LOCK";

impl FolderDisk {
    /// The folder at `path`, made if it isn't there.
    pub fn new(path: impl AsRef<Path>, mode: ReadMode) -> io::Result<Self> {
        let path = path.as_ref().to_owned();
        make_private(&path)?;
        Ok(Self {
            descriptors: Descriptors::new(&path)?,
            path,
            mode,
            lock: Mutex::new(None),
        })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn file(&self, file: File) -> Arc<dyn DiskFile> {
        Arc::new(FolderFile {
            file: OpenFile::new(file, &self.descriptors),
            mode: self.mode,
        })
    }
}

/// Options for a file that only its owner may read.
fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "other systems have no modes")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder that only its owner may enter. One that is there becomes so, and with it all files that an older version made; if it
/// belongs to somebody else, it stays as that one wants it.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    {
        let only_owner = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        let _ = std::fs::set_permissions(path, only_owner);
    }
    Ok(())
}

/// Syncs of files at a time: the file system gathers them in one transaction, and the device flushes once for several.
const LANES: usize = 16;

impl Disk for FolderDisk {
    fn lanes(&self) -> usize {
        LANES
    }

    fn lock(&self) -> io::Result<bool> {
        let file = private()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.at(LOCK))?;
        match file.try_lock() {
            Ok(()) => {
                *self.lock.lock() = Some(file);
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name != LOCK {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = private()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(self.at(name))?;
        Ok(self.file(file))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.file(
            OpenOptions::new()
                .read(true)
                .write(true)
                .open(self.at(name))?,
        ))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.at(from), self.at(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.at(name))
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.descriptors.sync_folder()
    }

    fn release_descriptor(&self) -> bool {
        self.descriptors.release()
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.path)
    }
}

struct FolderFile {
    file: OpenFile,
    mode: ReadMode,
}

impl DiskFile for FolderFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    #[cfg(target_os = "linux")]
    fn allocate(&self, len: u64) -> io::Result<()> {
        use rustix::{fs, io::Errno};
        match fs::fallocate(&*self.file, fs::FallocateFlags::empty(), 0, len) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => allocate_by_zeros(self, len),
            other => Ok(other?),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn allocate(&self, len: u64) -> io::Result<()> {
        allocate_by_zeros(self, len)
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    #[cfg(unix)]
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        use std::os::unix::fs::FileExt;
        read_fully(buf, |part, done| self.file.read_at(part, at + done))
    }

    #[cfg(windows)]
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        use std::os::windows::fs::FileExt;
        read_fully(buf, |part, done| self.file.seek_read(part, at + done))
    }

    #[cfg(unix)]
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        use std::os::unix::fs::FileExt;
        self.file.write_all_at(bytes, at)
    }

    #[cfg(windows)]
    fn write_at(&self, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
        use std::os::windows::fs::FileExt;
        while !bytes.is_empty() {
            let n = self.file.seek_write(bytes, at)?;
            bytes = &bytes[n..];
            at += n as u64;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn map(&self) -> io::Result<Bytes> {
        match self.mode {
            ReadMode::Mapped => region::map(&self.file),
            ReadMode::Copied => Ok(super::read_all(self)?.into()),
        }
    }
}

/// Reads until `buf` is full or the file ends.
fn read_fully(
    buf: &mut [u8],
    read: impl Fn(&mut [u8], u64) -> io::Result<usize>,
) -> io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match read(&mut buf[done..], done as u64) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Where the system has no call for it: zeros behind the end make the blocks real.
fn allocate_by_zeros(file: &dyn DiskFile, len: u64) -> io::Result<()> {
    const BLOCK: usize = 64 * 1024;
    let mut at = file.len()?;
    while at < len {
        let n = BLOCK.min((len - at) as usize);
        file.write_at(&[0; BLOCK][..n], at)?;
        at += n as u64;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    /// Symptom: everybody on the machine could read what streams hold (0755, 0644).
    #[test]
    fn only_the_owner_can_read_a_store() {
        let parent = tempfile::tempdir().unwrap();
        let store = parent.path().join("made/store");
        let older = parent.path().join("older");
        std::fs::create_dir(&older).unwrap();
        std::fs::set_permissions(&older, PermissionsExt::from_mode(0o755)).unwrap();
        for folder in [&store, &older] {
            let disk = FolderDisk::new(folder, ReadMode::Copied).unwrap();
            assert!(disk.lock().unwrap());
            disk.create("0.seg").unwrap();
            assert_eq!(mode(folder), 0o700);
            for name in [LOCK, "0.seg"] {
                assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
            }
        }
        assert_eq!(mode(&parent.path().join("made")), 0o700);
    }
}
