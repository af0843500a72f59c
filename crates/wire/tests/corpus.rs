//! What the fuzzer once found interesting, or wrong, replayed without it.

use std::fs;
use std::path::Path;

use midge_wire::laws;

#[test]
fn the_laws_hold_for_the_saved_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/wire_decode");
    let mut files = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is part of the repository") {
        let path = entry.unwrap().path();
        laws::check_all(&fs::read(&path).unwrap());
        files += 1;
    }
    assert!(files >= 10, "{files} files in {}", folder.display());
}
