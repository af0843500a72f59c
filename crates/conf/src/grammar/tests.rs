//! The grammar against what the reference server made of the same texts.
//!
//! `testdata/grammar.txt` holds texts, and after each either the digest which nats-server 2.15.1 printed
//! for it, or, where it was refused, `error:` and our message, or `here alone:` when we take it.
//! `UPDATE_EXPECT=1` rewrites our part; the digests came from the reference and are never rewritten.

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;
use std::io;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/grammar.txt");

/// Files and variables in memory.
#[derive(Default)]
struct Memory {
    files: HashMap<String, String>,
    variables: HashMap<String, String>,
}

impl Memory {
    fn file(mut self, name: &str, text: &str) -> Self {
        self.files.insert(name.into(), text.into());
        self
    }

    fn variable(mut self, name: &str, text: &str) -> Self {
        self.variables.insert(name.into(), text.into());
        self
    }

    fn parse(&self, text: &str) -> Result<Map, String> {
        parse_text(text, "x.conf", self).map_err(|error| error.to_string())
    }
}

impl Source for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let found = self.files.get(&path.to_string_lossy().replace('\\', "/"));
        found
            .map(|text| text.clone().into_bytes())
            .ok_or(io::ErrorKind::NotFound.into())
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }
}

fn home() -> Memory {
    Memory::default().variable("HOME", "/root")
}

#[track_caller]
fn same(left: &str, right: &str) {
    let (left, right) = (home().parse(left), home().parse(right));
    assert!(left.is_ok(), "{left:?}");
    assert_eq!(left, right);
}

#[track_caller]
fn refused(memory: &Memory, text: &str, want: &str) {
    assert_eq!(
        memory.parse(text).map(|map| write(&map)),
        Err(want.to_owned())
    );
}

#[test]
fn texts_mean_what_the_reference_takes_them_for() {
    let golden = std::fs::read_to_string(GOLDEN).expect("the golden file");
    let mut now = String::new();
    for case in golden.split("=== \n").skip(1) {
        let (text, want) = case.rsplit_once("--- ").expect("a verdict");
        now.push_str(&format!("=== \n{text}--- "));
        let text = text.strip_suffix("\\\n").unwrap_or(text);
        now.push_str(&match (home().parse(text), want.split_once(':')) {
            (Ok(map), Some(("sha256", _))) => {
                assert_eq!(digest(&map), want.trim_end(), "{text}{map:#?}");
                want.to_owned()
            }
            (Ok(map), _) => format!("here alone: {}\n", digest(&map)),
            (Err(error), Some(("sha256", _))) => panic!("the reference accepts {text}\n{error}"),
            (Err(error), _) => format!("error: {error}\n"),
        });
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(GOLDEN, &now).expect("the golden file");
    } else {
        assert!(
            golden == now,
            "the messages changed: run with UPDATE_EXPECT=1 and read the difference"
        );
    }
}

#[test]
fn carriage_returns_are_newlines() {
    same(
        "a: 1\r\nb {\r\n c: [x\r\n y]\r\n}\r\n",
        "a: 1\nb {c: [x,y]}",
    );
}

#[test]
fn a_number_may_stand_before_the_end_of_a_list() {
    // The reference takes the bracket into the word, and so refuses `[1,2]`.
    same("a: [1,2]", "a: [1\n2\n]");
}

#[test]
fn a_nul_byte_is_refused_where_it_stands() {
    refused(
        &home(),
        "a: 1\nb: x\0y",
        "x.conf:2:5: Parse error on line 2: 'Unexpected NUL character'",
    );
}

#[test]
fn includes_are_found_beside_the_including_file() {
    let memory = Memory::default()
        .file("sub/users.conf", "include '../more.conf'; user: a")
        .file("sub/../more.conf", "pass: b\n")
        .file("top.conf", "port: 1\nX: 5\n");
    let want = home().parse("port: 1\nX: 5\nmax_payload: 5\nauthorization {user: a, pass: b}");
    let text = "include top.conf\nmax_payload: $X\nauthorization { include \"sub/users.conf\" }\n";
    assert_eq!(memory.parse(text), want);
}

#[test]
fn an_absolute_include_is_absolute() {
    let memory = Memory::default().file("/etc/x.conf", "port: 1");
    assert_eq!(memory.parse("include /etc/x.conf"), home().parse("port: 1"));
}

#[test]
fn errors_in_an_included_file_point_into_it() {
    let memory = Memory::default().file("bad.conf", "a: 1\nb: [\n");
    refused(
        &memory,
        "include bad.conf",
        "bad.conf:3:1: Parse error on line 3: 'Expected a value, but got 'EOF' instead.'",
    );
    refused(
        &memory,
        "a: 1\ninclude nope.conf",
        "x.conf:2:9: Parse error on line 2: 'error parsing include file 'nope.conf', open nope.conf: entity not found'",
    );
}

#[test]
fn a_file_that_includes_itself_is_refused() {
    let memory = Memory::default()
        .file("a.conf", "include b.conf")
        .file("b.conf", "include a.conf");
    let error = parse_file(Path::new("a.conf"), &memory)
        .expect_err("a cycle")
        .to_string();
    assert!(error.contains("being included already"), "{error}");
}

#[test]
fn files_are_counted() {
    let mut memory = Memory::default().file("0.conf", "a: 1");
    for i in 1..12 {
        let text = format!("include {0}.conf\ninclude {0}.conf\n", i - 1);
        memory = memory.file(&format!("{i}.conf"), &text);
    }
    assert!(memory.parse("include 8.conf").is_ok());
    let error = memory.parse("include 11.conf").expect_err("2047 files");
    assert!(error.contains("or 1000 in all"), "{error}");
}

#[test]
fn the_environment_comes_after_the_enclosing_maps() {
    let memory = Memory::default()
        .variable("NUMBER", "8k")
        .variable("LIST", "[a, {b: 1}]\n")
        .variable("EMPTY", "")
        .variable("CHAIN", "$NUMBER")
        .variable("a", "outside");
    let want = "a: 1\nm {b: {c: 1}, d: 8000}\nl: [a, {b: 1}]\ne: ''\nn: 8000\n";
    let text = "a: 1\nm {b: {c: $a}, d: $NUMBER}\nl: $LIST\ne: $EMPTY\nn: $CHAIN\n";
    assert_eq!(memory.parse(text), home().parse(want));
}

#[test]
fn variables_that_name_each_other_are_refused() {
    let memory = Memory::default()
        .variable("A", "$B")
        .variable("B", "$A")
        .variable("BAD", "[a");
    let error = memory.parse("port: $A").expect_err("a cycle");
    assert!(
        error.contains("variable reference cycle for 'A'"),
        "{error}"
    );
    let error = memory.parse("port: $BAD").expect_err("no value");
    assert!(
        error.contains("variable reference for 'BAD' on line 1 could not be parsed"),
        "{error}"
    );
    let error = memory.parse("port: $C").expect_err("not there");
    assert!(
        error.contains("variable reference for 'C' on line 1 can not be found"),
        "{error}"
    );
}

#[test]
fn a_variable_is_marked_as_used() {
    let map = home().parse("a: 1\nb: $a").expect("good text");
    assert!(map["a"].used && !map["b"].used);
}

#[test]
fn values_know_their_keys_and_items_their_beginning() {
    let map = home()
        .parse("\n  a: 1\nb [\n   {c: 2}\n]")
        .expect("good text");
    assert_eq!(map["a"].at.to_string(), "x.conf:2:3");
    let Data::List(list) = &map["b"].data else {
        panic!("{map:?}")
    };
    assert_eq!(list[0].at.to_string(), "x.conf:4:4");
}

#[test]
fn depth_is_bounded_also_through_variables() {
    let nest = |depth: usize| format!("a: {}1{}", "{a:".repeat(depth), "}".repeat(depth));
    assert!(home().parse(&nest(DEPTH_MAX)).is_ok());
    let error = home().parse(&nest(DEPTH_MAX + 1)).expect_err("too deep");
    assert!(error.contains("More than 100 maps and lists"), "{error}");
    assert!(home().parse(&nest(100_000)).is_err());
    let chain: String = (0..500)
        .map(|i| format!("a{}: {{b: $a{i}}}\n", i + 1))
        .collect();
    let error = home()
        .parse(&format!("a0: {{}}\n{chain}"))
        .expect_err("too deep");
    assert!(error.contains("too large to be repeated"), "{error}");
}

#[test]
fn doubling_variables_meet_the_bound() {
    let chain: String = (0..64)
        .map(|i| format!("a{}: [$a{i}, $a{i}]\n", i + 1))
        .collect();
    let error = home()
        .parse(&format!("a0: [x]\n{chain}"))
        .expect_err("2^64 values");
    assert!(error.contains("too large to be repeated"), "{error}");
}

fn trees() -> impl Strategy<Value = Map> {
    let at = parse_text("a: 1", "x", &Sealed).expect("good text")["a"]
        .at
        .clone();
    let leaf = prop_oneof![
        any::<bool>().prop_map(Data::Bool),
        any::<i64>().prop_map(Data::Integer),
        any::<f64>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(Data::Float),
        "[0-9]{4}-0[1-9]-[0-2][1-8]T[01][0-9]:[0-5][0-9]:[0-5][0-9]Z".prop_map(Data::Date),
        "[^\0]{0,12}".prop_map(Data::Text),
    ];
    let value = move |data| Value {
        data,
        at: at.clone(),
        used: false,
    };
    let keys = || "[^\0\"]{0,6}|[^\0']{0,6}";
    let data = leaf.prop_recursive(4, 32, 4, {
        let value = value.clone();
        move |inner| {
            let (of_list, of_map) = (value.clone(), value.clone());
            let list = prop::collection::vec(inner.clone().prop_map(of_list), 0..4);
            let map = prop::collection::btree_map(keys(), inner.prop_map(of_map), 0..4);
            prop_oneof![list.prop_map(Data::List), map.prop_map(Data::Map)]
        }
    });
    prop::collection::btree_map(keys(), data.prop_map(value), 0..4)
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same_tree(tree in trees()) {
        let text = write(&tree);
        prop_assert_eq!(parse_text(&text, "x.conf", &Sealed), Ok(tree), "{}", text);
    }

    #[test]
    fn any_text_parses_or_is_refused(text in "[ \n\"'{}\\[\\]():=,;#/$a1-9.\\\\kx-]{0,40}") {
        if let Ok(tree) = parse_text(&text, "x.conf", &Sealed) {
            let written = write(&tree);
            prop_assert_eq!(parse_text(&written, "x.conf", &Sealed), Ok(tree), "{}", written);
        }
    }
}
