//! Room for the small files on a full disk.
//!
//! Space comes back only after a meta file or the manifest said what isn't needed any more, and these are written aside: they need room
//! themselves. So a file is kept for nothing but to be removed then; it is made again when there is room.
use crate::{Error, Result, disk::Disk, store::Inner};
use std::sync::atomic::Ordering;

pub(crate) const NAME: &str = "reserve";
/// The size is a multiple of this.
const UNIT: u64 = 1 << 20;

/// Bytes of the reserve that is there.
pub(crate) fn len(disk: &dyn Disk) -> u64 {
    disk.open(NAME).and_then(|file| file.len()).unwrap_or(0)
}

impl Inner {
    /// Does `write`, with the reserve's room if there is no other.
    pub(crate) fn with_reserve(&self, mut write: impl FnMut() -> Result<()>) -> Result<()> {
        match write() {
            Err(Error::DiskFull) if self.reserve.swap(0, Ordering::SeqCst) > 0 => {
                let _ = self.disk.remove(NAME);
                let outcome = write();
                // What was written took the place of something: its room is for the next time, before anybody else has it.
                self.restore_reserve();
                outcome
            }
            outcome => outcome,
        }
    }

    /// Makes the reserve if it isn't there, or has become too small, and there is room. It takes the manifest, and what a batch adds to it.
    pub(crate) fn restore_reserve(&self) {
        let manifest = self.manifest_len.load(Ordering::Relaxed) as u64;
        let size = UNIT.max(self.buffered.max as u64) + manifest / UNIT * UNIT;
        let old = self.reserve.load(Ordering::SeqCst);
        if old >= size {
            return;
        }
        let opened = match old {
            0 => self.disk.create(NAME),
            _ => self.disk.open(NAME),
        };
        match opened.and_then(|file| file.allocate(size)) {
            Ok(()) => self.reserve.store(size, Ordering::SeqCst),
            Err(_) if old == 0 => drop(self.disk.remove(NAME)),
            Err(_) => {}
        }
    }
}
