//! The fields that events of all crates carry are those of the table in `docs/logging.md`, and the other way round.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// The Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.starts_with("test") {
            found.push(path);
        }
    }
}

/// What stands between the parenthesis that `text` begins behind and its end, cut at the commas that are in no other one.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut is_quoted, mut is_escaped, mut begin) = (0, false, false, 0);
    let mut found = Vec::new();
    for (at, char) in text.char_indices() {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                found.push(text[begin..at].trim());
                return found;
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    panic!("a call without an end: {}", &text[..text.len().min(80)]);
}

/// The fields of a call: all before its message.
fn fields<'t>(arguments: &[&'t str]) -> Vec<&'t str> {
    let fields = arguments
        .iter()
        .take_while(|argument| !argument.starts_with('"'));
    let names = fields.map(|field| {
        let name = field.split_once(" =").map_or(*field, |(name, _)| name);
        name.trim_start_matches(['%', '?'])
    });
    names.filter(|name| !name.starts_with("target:")).collect()
}

#[test]
fn every_field_of_the_log_is_in_its_manual() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root.join("crates")).expect("crates") {
        sources(&entry.expect("an entry").path().join("src"), &mut files);
    }
    let mut used = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a text");
        for level in LEVELS {
            for call in text.split(&format!("tracing::{level}!(")).skip(1) {
                used.extend(fields(&arguments(call)).into_iter().map(str::to_owned));
            }
        }
    }
    let manual = std::fs::read_to_string(root.join("docs/logging.md")).expect("the manual");
    let (_, table) = manual.split_once("| field | is |").expect("a table");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let names = rows.flat_map(|row| {
        row.split('|')
            .nth(1)
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2)
    });
    let mut listed: BTreeSet<_> = names.map(str::to_owned).collect();
    // It is the writer's.
    assert!(listed.remove("repeated"));
    assert_eq!(used, listed);
}

#[test]
fn a_call_is_read_as_it_is_meant() {
    let call = r#"stream, %error, file = name(a, "b,)"), target: "x", "text {}, with", 1); more"#;
    assert_eq!(fields(&arguments(call)), ["stream", "error", "file"]);
}
