//! What a fuzzer sends a session, replayed without it.
#![allow(
    clippy::disallowed_methods,
    reason = "one real instant is the zero of each clock"
)]

mod laws;

use proptest::prelude::*;
use std::fs;
use std::path::Path;

#[test]
fn the_laws_hold_for_the_saved_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/session_bytes");
    let mut files = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is part of the repository") {
        let path = entry.expect("a readable folder").path();
        laws::check_all(&fs::read(&path).expect("a readable file"));
        files += 1;
    }
    assert!(files >= 6, "{files} files in {}", folder.display());
}

fn line() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "CONNECT {\"verbose\":true,\"pedantic\":true}\r\n",
        "CONNECT {\"headers\":true,\"no_responders\":true,\"echo\":false}\r\n",
        "CONNECT {\"verbose\":false}\r\n",
        "SUB a.* 1\r\n",
        "SUB > q 2\r\n",
        "SUB a..b 3\r\n",
        "UNSUB 1 2\r\n",
        "UNSUB 2\r\n",
        "PUB a.b 2\r\nhi\r\n",
        "PUB a.b re 0\r\n\r\n",
        "HPUB a.b 12 12\r\nNATS/1.0\r\n\r\n\r\n",
        "PUB a.* 1\r\nx\r\n",
        "PUB a 97\r\n",
        "PING\r\n",
        "PONG\r\n",
        "nonsense\r\n",
    ])
}

proptest! {
    #[test]
    fn the_laws_hold_for_any_lines(seed: u8, lines in proptest::collection::vec(line(), 0..40)) {
        let mut script = vec![seed];
        script.extend(lines.concat().bytes());
        laws::check_all(&script);
    }
}
