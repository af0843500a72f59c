//! The pid file and the ports file; how any file of the program is made.

use midge_broker::Ports;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes our process id, digits only.
pub(crate) fn write_pid(path: &Path) -> io::Result<()> {
    write(path, &std::process::id().to_string())
}

/// Options for a file that only its owner may read.
pub(crate) fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "other systems have no modes")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    file.write_all(text.as_bytes())
}

/// The ports file, removed when dropped.
pub(crate) struct PortsFile(PathBuf);

impl PortsFile {
    /// Writes `<folder>/<program>_<pid>.ports`: aside first, so that nobody reads half of it.
    pub(crate) fn write(folder: &Path, program: &str, ports: &Ports) -> io::Result<Self> {
        let path = folder.join(format!("{program}_{}.ports", std::process::id()));
        let aside = path.with_extension("ports.new");
        write(&aside, &ports.to_json())?;
        std::fs::rename(&aside, &path)?;
        Ok(Self(path))
    }
}

impl Drop for PortsFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_the_owner_can_read_what_the_program_writes() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        write_pid(&pid).unwrap();
        let ports = PortsFile::write(folder.path(), "midge", &Ports::default()).unwrap();
        for path in [&pid, &ports.0] {
            let mode = std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
    }
}
