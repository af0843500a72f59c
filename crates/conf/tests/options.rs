//! Whole configurations against the reference's verdict.
//!
//! `testdata/options.txt` holds configurations. Before each stands what nats-server 2.15.1 made of it: `ok` (it
//! starts), `warned` (it starts, with warnings) or `refused`; after each stand our findings. Where we
//! differ, a line `differs: reason` says why. `UPDATE_EXPECT=1` rewrites our findings.

use midge_conf::grammar::Source;
use midge_conf::{Loaded, Options, Refusal};
use std::io;
use std::path::Path;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/options.txt");
const LATER: &str = "not supported yet: ";

/// Every file is there and empty; no variable is.
struct Empty;

impl Source for Empty {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

fn load(text: &str) -> Result<Loaded, Refusal> {
    Options::from_text(text, "x.conf", &Empty)?.validated()
}

struct Case<'t> {
    reference: &'t str,
    text: &'t str,
    /// Why we differ, if we do.
    differs: Option<&'t str>,
}

fn cases(golden: &str) -> impl Iterator<Item = Case<'_>> {
    golden.split("=== ").skip(1).map(|case| {
        let (reference, rest) = case.split_once('\n').expect("a verdict");
        let (text, after) = rest.split_once("\n--- ").expect("findings");
        let (head, _) = after.split_once('\n').expect("a line");
        let differs = head.strip_prefix("differs: ");
        Case {
            reference,
            text,
            differs,
        }
    })
}

#[test]
fn configurations_are_taken_as_the_reference_takes_them() {
    let golden = std::fs::read_to_string(GOLDEN).expect("the golden file");
    let (mut now, mut wrong) = (String::new(), Vec::new());
    for case in cases(&golden) {
        let (ours, findings) = match load(case.text) {
            Ok(loaded) if loaded.warnings.is_empty() => ("ok", String::new()),
            Ok(loaded) => {
                let lines: Vec<_> = loaded.warnings.iter().map(ToString::to_string).collect();
                ("warned", lines.join("\n") + "\n")
            }
            Err(refusal) => ("refused", format!("{refusal}\n")),
        };
        let later = ours == "refused" && findings.lines().all(|line| line.contains(LATER));
        let same = ours == case.reference || later;
        if same == case.differs.is_some() {
            wrong.push(format!(
                "the reference says {}, we say {ours}: {}\n{findings}",
                case.reference, case.text
            ));
        }
        let head = case
            .differs
            .map(|reason| format!("differs: {reason}"))
            .unwrap_or_default();
        now.push_str(&format!(
            "=== {}\n{}\n--- {head}\n{findings}",
            case.reference, case.text
        ));
    }
    assert!(
        wrong.is_empty(),
        "{} cases\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(GOLDEN, &now).expect("the golden file");
    } else {
        assert!(
            golden == now,
            "the findings changed: run with UPDATE_EXPECT=1 and read the difference"
        );
    }
}
