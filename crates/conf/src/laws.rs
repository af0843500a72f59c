//! What holds for any input: laws for the fuzz target, the saved corpus and the tests.
//!
//! Each panics when it is broken.

use crate::cli::{self, Action};
use crate::grammar::{Source, digest, parse_file, parse_text, write};
use crate::options::Options;
use crate::reload::diff;
use std::io;
use std::path::Path;

/// All laws, over the same bytes.
pub fn check_all(bytes: &[u8]) {
    a_tree_is_read_as_it_is_written(bytes);
    options_are_read_or_refused(bytes);
    flags_say_the_same_again(bytes);
}

/// Every file is the input, and so is the variable `V`: includes and variables meet themselves.
struct Mirror<'i>(&'i [u8]);

impl Source for Mirror<'_> {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(self.0.to_vec())
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "V").then(|| String::from_utf8_lossy(self.0).into_owned())
    }
}

/// Bytes parse or are refused with a place; what is written of a tree parses to the same tree, and
/// has the same digest.
pub fn a_tree_is_read_as_it_is_written(bytes: &[u8]) {
    let mirror = Mirror(bytes);
    let tree = match parse_file(Path::new("x.conf"), &mirror) {
        Ok(tree) => tree,
        Err(refusal) => {
            let utf8 = std::str::from_utf8(bytes).is_ok();
            assert!(refusal.at.is_some() || !utf8, "{refusal}");
            return;
        }
    };
    let text = write(&tree);
    let again = parse_text(&text, "x.conf", &mirror).expect("a written tree parses");
    assert_eq!(tree, again, "{text}");
    assert_eq!(digest(&tree), digest(&again), "{text}");
}

/// Options are read or refused with findings; valid ones differ from themselves in nothing that
/// is fixed.
pub fn options_are_read_or_refused(bytes: &[u8]) {
    match Options::from_file(Path::new("x.conf"), &Mirror(bytes)) {
        Err(refusal) => assert!(!refusal.errors.is_empty()),
        Ok(loaded) => {
            let options = loaded.options.clone();
            if loaded.validated().is_ok() {
                assert!(diff(&options, &options).is_ok());
                let _ = diff(&Options::default(), &options);
            }
        }
    }
}

/// A command line, a word a line: flags say the same when they are said again.
pub fn flags_say_the_same_again(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(Action::Run(overrides)) = cli::parse(text.lines().map(str::to_owned)) {
        let mut once = Options::default();
        overrides.apply(&mut once);
        let mut twice = once.clone();
        overrides.apply(&mut twice);
        assert_eq!(once, twice);
    }
}
