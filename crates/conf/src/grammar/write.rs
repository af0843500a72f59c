//! The canonical text of a tree, and its inverse law: it parses to the same tree.

use super::{Data, Map};
use std::fmt::Write as _;

/// Prints a tree so that [`super::parse_text`] reads the same tree from it.
pub fn write(map: &Map) -> String {
    let mut out = String::new();
    entries(map, 0, &mut out);
    out
}

fn entries(map: &Map, level: usize, out: &mut String) {
    for (key, value) in map {
        indent(level, out);
        out.push_str(&quoted_key(key));
        out.push_str(": ");
        data(&value.data, level, out);
        out.push('\n');
    }
}

/// A quoted key has no escapes: it takes the quote which isn't in it.
/// A key with both kinds of quotes was bare, and can be so again.
fn quoted_key(key: &str) -> String {
    match (key.contains('"'), key.contains('\'')) {
        (false, _) => format!("\"{key}\""),
        (true, false) => format!("'{key}'"),
        (true, true) => key.to_owned(),
    }
}

fn data(data: &Data, level: usize, out: &mut String) {
    match data {
        Data::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Data::Integer(number) => out.push_str(&number.to_string()),
        Data::Float(number) => out.push_str(&float(*number)),
        Data::Date(date) => out.push_str(date),
        Data::Text(text) => quoted(text, out),
        Data::List(list) if list.is_empty() => out.push_str("[]"),
        Data::List(list) => {
            out.push_str("[\n");
            for item in list {
                indent(level + 1, out);
                self::data(&item.data, level + 1, out);
                out.push('\n');
            }
            indent(level, out);
            out.push(']');
        }
        Data::Map(map) if map.is_empty() => out.push_str("{}"),
        Data::Map(map) => {
            out.push_str("{\n");
            entries(map, level + 1, out);
            indent(level, out);
            out.push('}');
        }
    }
}

fn indent(level: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', 2 * level));
}

/// Never with an exponent, always with a point: else it wouldn't be a float again.
fn float(number: f64) -> String {
    let text = number.to_string();
    if text.contains('.') {
        text
    } else {
        text + ".0"
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
