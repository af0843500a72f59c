//! The log's file: it grows to its limit, is moved aside, and begins anew.

use crate::files::private;
use jiff::Zoned;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// An open log file.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    len: u64,
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
            max_len,
            max_files,
        })
    }

    /// Opens its path again.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        *self = Self::open(&self.path, self.max_len, self.max_files)?;
        Ok(())
    }

    pub(super) fn write(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        self.len += line.len() as u64;
        Ok(())
    }

    /// Where the old content went, if the file was full. One that can't be moved goes on growing.
    pub(super) fn rotate_if_full(&mut self) -> Option<PathBuf> {
        if self.max_len == 0 || self.len < self.max_len {
            return None;
        }
        let aside = rotate(&self.path, self.max_files).ok()?;
        self.reopen().ok()?;
        Some(aside)
    }
}

/// Moves a full log aside, and drops the oldest so that `max_files` stay, the new one counted. One that can't be dropped stays.
fn rotate(path: &Path, max_files: u64) -> io::Result<PathBuf> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(
        Zoned::now()
            .strftime(".%Y.%m.%d.%H.%M.%S.%9f")
            .to_string()
            .replace("..", "."),
    );
    std::fs::rename(path, &aside)?;
    if max_files == 0 {
        return Ok(aside.into());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut prefix = path.file_name().unwrap_or_default().to_owned();
    prefix.push(".");
    let prefix = prefix.to_string_lossy().into_owned();
    let mut backups: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|file| {
            file.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
        })
        .collect();
    backups.sort();
    let spare = backups
        .len()
        .saturating_sub(usize::try_from(max_files - 1).unwrap_or(usize::MAX));
    for backup in &backups[..spare] {
        let _ = std::fs::remove_file(backup);
    }
    Ok(aside.into())
}
