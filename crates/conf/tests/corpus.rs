//! The inputs that fuzzing found interesting, on a stable compiler.

use midge_conf::laws;
use std::fs;
use std::path::Path;

#[test]
fn the_laws_hold_for_the_saved_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/conf_parse");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is part of the repository") {
        let path = entry.expect("a file").path();
        laws::check_all(&fs::read(&path).expect("a readable file"));
        count += 1;
    }
    assert!(count >= 100, "only {count} inputs in {}", folder.display());
}

#[test]
fn the_laws_hold_for_the_golden_configurations() {
    for name in ["grammar.txt", "options.txt"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("testdata")
            .join(name);
        let golden = fs::read_to_string(path).expect("the golden file");
        for case in golden.split("=== ").skip(1) {
            let (_, text) = case.split_once('\n').expect("a case");
            let (text, _) = text.rsplit_once("\n--- ").unwrap_or((text, ""));
            laws::check_all(text.as_bytes());
        }
    }
}
