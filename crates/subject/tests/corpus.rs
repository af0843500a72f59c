//! What the fuzzer once found interesting, or wrong, replayed without it.

use std::{fs, path::Path};

use midge_subject::laws;

#[test]
fn the_laws_hold_for_the_saved_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/subject_match");
    let mut files = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is part of the repository") {
        laws::check_all(&fs::read(entry.unwrap().path()).unwrap());
        files += 1;
    }
    assert!(files >= 10, "{files} files in {}", folder.display());
}
