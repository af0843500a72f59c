//! Room for the small files on a full disk.
//!
//! Space comes back only after a meta file or the manifest said what isn't needed any more, and these are written aside: they need room
//! themselves. So a file is kept for nothing but to be removed then; it is made again when there is room.
use crate::{Error, Result, store::Inner};
use std::sync::atomic::Ordering;

pub(crate) const NAME: &str = "reserve";
const SIZE: u64 = 1 << 20;

impl Inner {
    /// Does `write`, with the reserve's room if there is no other.
    pub(crate) fn with_reserve(&self, mut write: impl FnMut() -> Result<()>) -> Result<()> {
        match write() {
            Err(Error::DiskFull) if self.reserve.swap(false, Ordering::SeqCst) => {
                let _ = self.disk.remove(NAME);
                write()
            }
            outcome => outcome,
        }
    }

    /// Makes the reserve if it isn't there and there is room.
    pub(crate) fn restore_reserve(&self) {
        if self.reserve.load(Ordering::SeqCst) {
            return;
        }
        let made = self.disk.create(NAME).and_then(|file| file.allocate(SIZE));
        match made {
            Ok(()) => self.reserve.store(true, Ordering::SeqCst),
            Err(_) => drop(self.disk.remove(NAME)),
        }
    }
}
