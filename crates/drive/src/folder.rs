//! The store's folder: found, recognised, opened.

use crate::Error;
use midge_streamlog::{FolderDisk, ReadMode, Store, StoreOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Below the configured folder, as the reference has it.
const SUBFOLDER: &str = "jetstream";

/// Where streams go when no folder was named.
#[must_use]
pub fn temporary_folder() -> PathBuf {
    std::env::temp_dir().join("nats")
}

/// Opens the store below `folder`, which is made if need be.
pub(crate) fn open(folder: &Path, options: StoreOptions) -> Result<Store, Error> {
    let folder = store_folder(folder);
    let at = |source| Error::Folder {
        folder: folder.clone(),
        source,
    };
    if is_of_nats_server(&folder) {
        return Err(Error::Foreign { folder });
    }
    let disk = FolderDisk::new(&folder, ReadMode::Mapped).map_err(at)?;
    Store::open(Arc::new(disk), options).map_err(|source| Error::Store { folder, source })
}

/// The folder that holds our files.
#[must_use]
pub fn store_folder(folder: &Path) -> PathBuf {
    folder.join(SUBFOLDER)
}

/// nats-server keeps a folder for each account, with `streams` in it.
fn is_of_nats_server(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    let folders = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders
        .map(|entry| entry.path().join("streams"))
        .any(|streams| streams.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_nats_server_is_refused_and_left_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let meta = folder.path().join("jetstream/$G/streams/S/meta.inf");
        std::fs::create_dir_all(meta.parent().unwrap()).unwrap();
        std::fs::write(&meta, "{}").unwrap();

        let refusal = open(folder.path(), StoreOptions::default()).map(|_| ());

        assert!(matches!(refusal, Err(Error::Foreign { .. })), "{refusal:?}");
        assert_eq!(std::fs::read_to_string(&meta).unwrap(), "{}");
        assert_eq!(
            std::fs::read_dir(folder.path().join("jetstream"))
                .unwrap()
                .count(),
            1
        );
    }

    #[test]
    fn a_new_folder_opens_and_opens_again() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let store = open(folder.path(), StoreOptions::default()).unwrap();
            store.close(0).unwrap();
        }
    }
}
