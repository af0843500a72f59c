//! The digest of a configuration: SHA-256 over its tree as JSON, as the reference computes it.
//!
//! The JSON is that of Go's encoder: keys sorted, no blanks, `<`, `>` and `&` escaped, a newline at the end.
//! Two files which say the same have the same digest on both servers.

use super::{Data, Map};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// `sha256:` and 64 hexadecimal digits.
pub fn digest(map: &Map) -> String {
    let mut json = String::new();
    object(map, &mut json);
    json.push('\n');
    Sha256::digest(&json)
        .iter()
        .fold("sha256:".to_owned(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn object(map: &Map, out: &mut String) {
    out.push('{');
    for (i, (key, value)) in map.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        string(key, out);
        out.push(':');
        data(&value.data, out);
    }
    out.push('}');
}

fn data(data: &Data, out: &mut String) {
    match data {
        Data::Bool(truth) => out.push_str(&truth.to_string()),
        Data::Integer(number) => out.push_str(&number.to_string()),
        Data::Float(number) => float(*number, out),
        Data::Date(text) | Data::Text(text) => string(text, out),
        Data::List(list) => {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                self::data(&item.data, out);
            }
            out.push(']');
        }
        Data::Map(map) => object(map, out),
    }
}

/// The shortest digits; with an exponent where JavaScript would have one.
fn float(number: f64, out: &mut String) {
    let size = number.abs();
    if size != 0.0 && size < 1e-6 {
        out.push_str(&format!("{number:e}"));
    } else if size >= 1e21 {
        out.push_str(&format!("{number:e}").replace('e', "e+"));
    } else {
        out.push_str(&number.to_string());
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
