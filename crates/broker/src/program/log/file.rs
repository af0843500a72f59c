//! The log's file: it grows to its limit, is moved aside, and begins anew.

use crate::files::private;
use jiff::Zoned;
use jiff::civil::DateTime;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// An open log file.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    len: u64,
    /// True after a write that failed in the middle of a line.
    is_torn: bool,
    /// Bytes after which it is rotated; 0 is never.
    max_len: u64,
    /// Files kept, this one counted; 0 is all.
    max_files: u64,
}

impl LogFile {
    pub(super) fn open(path: &Path, max_len: u64, max_files: u64) -> io::Result<Self> {
        let file = private().append(true).create(true).open(path)?;
        let len = file.metadata()?.len();
        Ok(Self {
            path: path.into(),
            file,
            len,
            is_torn: false,
            max_len,
            max_files,
        })
    }

    /// Opens its path again.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        *self = Self::open(&self.path, self.max_len, self.max_files)?;
        Ok(())
    }

    /// Writes a line, whose end is in it. One that fails may have left a part: the next one begins a line of its own.
    pub(super) fn write(&mut self, line: &str) -> io::Result<()> {
        if self.is_torn {
            self.append(b"\n")?;
        }
        self.append(line.as_bytes())
    }

    /// Writes all of `rest`, or counts the part that was written.
    fn append(&mut self, mut rest: &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            let (written, left) = match self.file.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => rest.split_at(len),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.len += written.len() as u64;
            self.is_torn = !written.ends_with(b"\n");
            rest = left;
        }
        Ok(())
    }

    /// Where the old content went, if the file was full. One that can't be moved goes on growing.
    pub(super) fn rotate_if_full(&mut self) -> Option<PathBuf> {
        if self.max_len == 0 || self.len < self.max_len {
            return None;
        }
        let aside = backup_path(&self.path);
        let moved = match std::fs::rename(&self.path, &aside) {
            Ok(()) => Some(aside),
            // It was moved before: here, and no new one could be opened, or by something else.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(_) => return None,
        };
        self.reopen().ok()?;
        if self.max_files > 0 {
            drop_backups(&self.path, self.max_files - 1);
        }
        moved
    }
}

/// What follows the log's name in a backup's, as nats-server has it: local time with nanoseconds.
const BACKUP_TIME: &str = ".%Y.%m.%d.%H.%M.%S.%9f";

/// Where a log that is full now goes.
fn backup_path(path: &Path) -> PathBuf {
    let mut aside = path.as_os_str().to_owned();
    aside.push(Zoned::now().strftime(BACKUP_TIME).to_string());
    aside.into()
}

/// Removes the oldest backups so that `kept` stay. One that can't be removed stays, and so does what isn't named like a backup.
fn drop_backups(path: &Path, kept: u64) {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return;
    };
    let is_backup = |file: &PathBuf| {
        let suffix = file
            .file_name()
            .and_then(|file| file.to_str()?.strip_prefix(name));
        suffix.is_some_and(|suffix| DateTime::strptime(BACKUP_TIME, suffix).is_ok())
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let files = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut backups: Vec<_> = files.filter(is_backup).collect();
    backups.sort();
    let kept = usize::try_from(kept).unwrap_or(usize::MAX);
    let spare = backups.len().saturating_sub(kept);
    for backup in &backups[..spare] {
        let _ = std::fs::remove_file(backup);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const LINE: &str = "a line\n";

    fn read(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap()
    }

    /// Symptom: a log that was moved aside while no descriptor was left for a new one went on into the old file for ever, and nothing was at
    /// its path. Cause: each later attempt found nothing to move and ended there. Remedy: what is gone counts as moved.
    #[test]
    fn a_log_that_was_moved_and_not_opened_is_opened_with_the_next_line() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("log");
        let mut log = LogFile::open(&path, 1, 0).unwrap();
        log.write(LINE).unwrap();
        std::fs::rename(&path, folder.path().join("moved")).unwrap();
        assert_eq!(log.rotate_if_full(), None, "nothing was moved now");
        log.write(LINE).unwrap();
        assert_eq!(read(&path), LINE);
    }

    /// Symptom: a rotation removed `midge.log.pid` and `midge.log.1.gz`. Cause: whatever began with the log's name counted as a backup. Remedy:
    /// only what is named like one, which is what nats-server removes.
    #[test]
    fn a_rotation_removes_the_oldest_backups_and_nothing_else() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("log");
        let others = [
            "log.0000",
            "log.1.gz",
            "log.2020.01.01.00.00.00.000000000.1",
            "log.2020.01.01.00.00.00.1.gz",
            "log.2020.13.01.00.00.00.000000000",
            "log.a.b.c.d.e.f.g",
            "log.pid",
            "logs.2020.01.01.00.00.00.000000000",
        ];
        let old = [
            "log.2020.01.01.00.00.00.000000000",
            "log.2020.01.01.00.00.00.000000001",
        ];
        for name in others.iter().chain(&old) {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let mut log = LogFile::open(&path, 1, 3).unwrap();
        log.write(LINE).unwrap();
        let aside = log.rotate_if_full().unwrap();
        assert_eq!((read(&aside), read(&path)), (LINE.into(), String::new()));
        for name in others.iter().chain(&old[1..]) {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        assert!(!folder.path().join(old[0]).exists());
    }

    /// Symptom: the first line after the disk was full stood behind a part of the last one before. Cause: a write that fails may have written a
    /// part. Remedy: the next one begins with the end of that line.
    #[cfg(unix)]
    #[test]
    fn a_line_after_a_part_of_one_begins_anew() {
        use std::io::Read as _;
        use std::os::fd::OwnedFd;
        use std::os::unix::net::UnixStream;
        let folder = TempDir::new().unwrap();
        let mut log = LogFile::open(&folder.path().join("log"), 0, 0).unwrap();
        // A socket that nobody reads takes a part and no more, like a disk that fills.
        let (full, mut reader) = UnixStream::pair().unwrap();
        full.set_nonblocking(true).unwrap();
        log.file = File::from(OwnedFd::from(full));
        let long = "x".repeat(1 << 26);
        log.write(&long).unwrap_err();
        log.write(LINE).unwrap_err();
        reader.set_nonblocking(true).unwrap();
        let mut part = Vec::new();
        reader.read_to_end(&mut part).unwrap_err();
        assert_eq!(log.len, part.len() as u64, "what was written is counted");
        log.write(LINE).unwrap();
        log.write(LINE).unwrap();
        let mut after = Vec::new();
        reader.read_to_end(&mut after).unwrap_err();
        assert_eq!(String::from_utf8(after).unwrap(), format!("\n{LINE}{LINE}"));
    }
}
