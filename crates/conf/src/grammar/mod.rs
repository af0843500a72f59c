//! The configuration grammar: text in, a tree of values with positions out.
//!
//! ```text
//! file   = entry*  |  "{" entry* "}"
//! entry  = key (":" | "=" | blank) value end  |  "include" blank path end
//! key    = bare | 'raw' | "raw"
//! value  = { entry* } | [ value* ] | 'raw' | "with \n, \x41" | (block) | bare
//! end    = newline | ";" | ","
//! ```
//!
//! A bare word is what it looks like: `true`, `8k`, `1.5`, `2024-01-01T00:00:00Z`, `$variable`, otherwise
//! a string. `#` and `//` begin comments where a key, a list item or an end could stand.
//! A JSON object is a file of this grammar.
//!
//! # Invariants
//! - No input recurses deeper than [`DEPTH_MAX`], nor makes a tree heavier than [`WEIGHT_MAX`], nor
//!   reads more than [`FILES_MAX`] files: variables and includes could multiply a small file.
//! - [`write()`] prints any tree so that it parses to the same tree.
//!
//! # Why by hand and not with combinators
//! Each message names line and column as the reference does, and variables look at maps that are
//! still open. Both are plain in a cursor with an explicit stack of scopes. The words (numbers, dates, durations) are
//! context free, so `word` and `duration` use nom.

mod digest;
mod duration;
mod outside;
mod parser;
mod scanner;
mod source;
mod value;
mod word;
mod write;

pub use digest::digest;
pub(crate) use duration::{parse_duration, show_duration};
pub(crate) use outside::plain;
pub use source::{Sealed, Source, System};
pub use value::{Data, Map, Value};
pub use write::write;

use crate::error::Finding;
use std::path::Path;

/// Levels of maps and lists inside each other.
pub const DEPTH_MAX: usize = 100;
/// Bytes of a tree: its texts, and 64 for each value.
pub const WEIGHT_MAX: usize = 64 << 20;
/// Files read for one configuration, includes counted each time.
pub const FILES_MAX: usize = 1000;
/// Files that include each other, and variables of the environment that name each other.
pub const NESTED_MAX: usize = 16;

/// Reads a file and all it includes.
///
/// # Errors
/// The first place where the text isn't of the grammar, or what couldn't be read.
pub fn parse_file(path: &Path, source: &dyn Source) -> Result<Map, Finding> {
    parser::file(path, source)
}

/// Reads a text as if it stood in the file `name`.
///
/// # Errors
/// As [`parse_file`].
pub fn parse_text(text: &str, name: &str, source: &dyn Source) -> Result<Map, Finding> {
    parser::text(text, name, source)
}

#[cfg(test)]
mod tests;
