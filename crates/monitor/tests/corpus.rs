//! Requests that a fuzzer found worth keeping, replayed without it.

mod laws;
mod support;

use proptest::prelude::*;
use std::fs;
use std::path::Path;

#[test]
fn the_laws_hold_for_the_saved_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/monitor_query");
    let mut files = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is part of the repository") {
        let path = entry.expect("a readable folder").path();
        laws::check(&fs::read(&path).expect("a readable file"));
        files += 1;
    }
    assert!(files >= 6, "{files} files in {}", folder.display());
}

proptest! {
    #[test]
    fn the_laws_hold_for_any_query(page in 0..9_u8, query in "([a-z_-]{0,6}=?[-0-9a-zA-Z%.&+]{0,8}&?){0,5}") {
        laws::check(&[&[page], query.as_bytes()].concat());
    }
}
