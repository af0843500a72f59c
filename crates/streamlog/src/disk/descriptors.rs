//! Descriptors that a folder holds in reserve, so that it can be written although sockets took all others.
//!
//! # Invariant
//! What files and reserve had together stays theirs, up to the reserve's size: while the reserve lacks one, a file that is closed leaves it its descriptor in
//! one step (`dup3`), so nobody else gets that in between. One that is released is free for a moment, and who doesn't get it asks for the next.
use std::{fs::File, io, path::Path, sync::Arc};

#[cfg(unix)]
use {parking_lot::Mutex, rustix::io::DupFlags, std::os::fd::OwnedFd};

/// A segment's file, a small file, the list of names, and a reader's.
#[cfg(unix)]
const SIZE: usize = 4;

/// The folder's reserve, and the folder.
pub(super) struct Descriptors {
    #[cfg(unix)]
    folder: File,
    #[cfg(unix)]
    held: Mutex<Vec<OwnedFd>>,
}

impl Descriptors {
    #[cfg(unix)]
    pub(super) fn new(path: &Path) -> io::Result<Arc<Self>> {
        let open = || File::open(path);
        let folder = open()?;
        // Fewer, if there are no more: closed files will fill it.
        let held = (0..SIZE).map_while(|_| open().ok()).map(OwnedFd::from);
        Ok(Arc::new(Self {
            held: Mutex::new(held.collect()),
            folder,
        }))
    }

    #[cfg(not(unix))]
    pub(super) fn new(_: &Path) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self {}))
    }

    /// Frees one. `false`: there is none.
    pub(super) fn release(&self) -> bool {
        #[cfg(unix)]
        return self.held.lock().pop().is_some();
        #[cfg(not(unix))]
        false
    }

    /// Makes names durable.
    #[cfg(unix)]
    pub(super) fn sync_folder(&self) -> io::Result<()> {
        self.folder.sync_all()
    }

    /// NTFS journals names itself, and a folder can't be opened as a file.
    #[cfg(not(unix))]
    pub(super) fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }

    /// Closes a file; its descriptor fills the reserve.
    #[cfg(unix)]
    fn close(&self, file: File) {
        let mut held = self.held.lock();
        if held.len() < SIZE {
            let mut descriptor = OwnedFd::from(file);
            let filled = rustix::io::dup3(&self.folder, &mut descriptor, DupFlags::CLOEXEC);
            held.extend(filled.ok().map(|()| descriptor));
        }
    }

    #[cfg(not(unix))]
    fn close(&self, _: File) {}
}

/// A file of the folder.
pub(super) struct OpenFile {
    /// there until it is dropped
    file: Option<File>,
    descriptors: Arc<Descriptors>,
}

impl OpenFile {
    pub(super) fn new(file: File, descriptors: &Arc<Descriptors>) -> Self {
        Self {
            file: Some(file),
            descriptors: descriptors.clone(),
        }
    }
}

impl std::ops::Deref for OpenFile {
    type Target = File;

    fn deref(&self) -> &File {
        self.file.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            self.descriptors.close(file);
        }
    }
}
