//! The pid file and the ports file.

use midge_broker::Ports;
use std::io;
use std::path::{Path, PathBuf};

/// Writes our process id, digits only.
pub(crate) fn write_pid(path: &Path) -> io::Result<()> {
    std::fs::write(path, std::process::id().to_string())
}

/// The ports file, removed when dropped.
pub(crate) struct PortsFile(PathBuf);

impl PortsFile {
    /// Writes `<folder>/<program>_<pid>.ports`: aside first, so that nobody reads half of it.
    pub(crate) fn write(folder: &Path, program: &str, ports: &Ports) -> io::Result<Self> {
        let path = folder.join(format!("{program}_{}.ports", std::process::id()));
        let aside = path.with_extension("ports.new");
        std::fs::write(&aside, ports.to_json())?;
        std::fs::rename(&aside, &path)?;
        Ok(Self(path))
    }
}

impl Drop for PortsFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
