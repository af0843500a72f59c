//! Where files and variables come from.

use std::io;
use std::path::Path;

/// The world outside of a configuration's text.
pub trait Source {
    /// The bytes of a file.
    ///
    /// # Errors
    /// When there is no such file, or it can't be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;
}

/// The files and the environment of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Source for System {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// No files and no environment: for text that mustn't look outside.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sealed;

impl Source for Sealed {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "files can't be read here",
        ))
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}
