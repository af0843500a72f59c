//! Distinguished names: `CN=ann,OU=ships,O=Example`, as a user's name and as a certificate's subject.

use std::fmt;

/// A name as certificates have it: relative names, the most specific first (RFC 2253 order).
///
/// Two are equal if they have the same parts in the same order; attribute types in any case, blanks around
/// separators or an escaped form don't count. The attributes of one relative name (`CN=ann+UID=7`) are a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DistinguishedName(Vec<RelativeName>);

/// Sorted.
type RelativeName = Vec<Attribute>;

/// `CN=ann`: the type in upper case or as an object identifier with dots, and the value.
type Attribute = (String, String);

/// Types with a short name; the others are written as object identifiers.
const SHORT_NAMES: [(&str, &str); 11] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.5", "SERIALNUMBER"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.17", "POSTALCODE"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
];

impl DistinguishedName {
    /// Reads RFC 2253 text: `,` (or `;`) between relative names, `+` within, `\` escapes, quotes.
    /// `None` if it isn't a distinguished name; most users' names aren't.
    pub fn parse(text: &str) -> Option<Self> {
        let mut relative = vec![Vec::new()];
        let mut rest = text;
        loop {
            let (kind, value) = rest.split_once('=')?;
            let kind = normalize(kind.trim())?;
            let (value, separator, after) = take_value(value)?;
            relative.last_mut()?.push((kind, value));
            match separator {
                None => return Some(Self::sorted(relative)),
                Some('+') => {}
                Some(_) => relative.push(Vec::new()),
            }
            rest = after;
        }
    }

    /// From a certificate: attributes by object identifier, the most general relative name first.
    pub(crate) fn from_certificate(relative: Vec<Vec<Attribute>>) -> Self {
        let short = |(oid, value): Attribute| (normalize(&oid).unwrap_or(oid), value);
        let names = relative.into_iter().rev();
        Self::sorted(
            names
                .map(|name| name.into_iter().map(short).collect())
                .collect(),
        )
    }

    /// Whether the same relative names stand here and there, in any order.
    pub fn same_parts(&self, other: &Self) -> bool {
        let sorted = |name: &Self| {
            let mut parts = name.0.clone();
            parts.sort_unstable();
            parts
        };
        sorted(self) == sorted(other)
    }

    /// The common attributes alone, type by type, those of one type joined by `+`. A user may be named by
    /// this short form too, spelled exactly so.
    pub(crate) fn common_text(&self) -> String {
        const COMMON: [&str; 9] = [
            "SERIALNUMBER",
            "CN",
            "POSTALCODE",
            "STREET",
            "ST",
            "L",
            "OU",
            "O",
            "C",
        ];
        // The certificate's order, which is the reverse of ours.
        let attributes = || self.0.iter().rev().flatten();
        let one_type = |wanted: &str| -> RelativeName {
            attributes()
                .filter(|(kind, _)| kind == wanted)
                .cloned()
                .collect()
        };
        let names = COMMON
            .into_iter()
            .map(one_type)
            .filter(|name| !name.is_empty());
        Self(names.collect()).to_string()
    }

    fn sorted(mut relative: Vec<RelativeName>) -> Self {
        for name in &mut relative {
            name.sort_unstable();
        }
        Self(relative)
    }
}

impl fmt::Display for DistinguishedName {
    /// RFC 2253 text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            for (index, (kind, value)) in name.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { "+" })?;
                write!(f, "{kind}={}", Escaped(value))?;
            }
        }
        Ok(())
    }
}

struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.chars().count().saturating_sub(1);
        for (index, letter) in self.0.chars().enumerate() {
            let at_edge =
                (index == 0 && matches!(letter, ' ' | '#')) || (index == last && letter == ' ');
            if at_edge || matches!(letter, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
                f.write_str("\\")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

/// The one spelling of an attribute type: a known short name, or what was written, in upper case.
fn normalize(kind: &str) -> Option<String> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    if kind.is_empty() || !kind.bytes().all(legal) {
        return None;
    }
    let kind = kind.to_ascii_uppercase();
    let oid = kind.strip_prefix("OID.").unwrap_or(&kind);
    let short = SHORT_NAMES.iter().find(|(known, _)| *known == oid);
    Some(short.map_or(oid, |(_, short)| short).to_owned())
}

/// The value at the front of `text`, the separator behind it, and what follows.
fn take_value(text: &str) -> Option<(String, Option<char>, &str)> {
    let mut value = Vec::new();
    // Blanks at the end belong to the value only as far as they are escaped or quoted.
    let mut kept = 0;
    let mut quoted = false;
    let mut letters = text.trim_start().chars();
    while let Some(letter) = letters.next() {
        let mut utf8 = [0; 4];
        match letter {
            '"' => quoted = !quoted,
            '\\' => {
                escaped(&mut letters, &mut value)?;
                kept = value.len();
                continue;
            }
            ',' | ';' | '+' if !quoted => {
                return finish(value, kept, Some(letter), letters.as_str());
            }
            _ => {
                value.extend_from_slice(letter.encode_utf8(&mut utf8).as_bytes());
                if quoted || letter != ' ' {
                    kept = value.len();
                }
            }
        }
    }
    if quoted {
        None
    } else {
        finish(value, kept, None, "")
    }
}

fn finish(
    mut value: Vec<u8>,
    kept: usize,
    separator: Option<char>,
    rest: &str,
) -> Option<(String, Option<char>, &str)> {
    value.truncate(kept);
    Some((String::from_utf8(value).ok()?, separator, rest))
}

/// What follows a backslash: two hexadecimal digits are a byte, anything else is itself.
fn escaped(letters: &mut std::str::Chars<'_>, value: &mut Vec<u8>) -> Option<()> {
    let first = letters.next()?;
    let second = letters
        .clone()
        .next()
        .and_then(|letter| letter.to_digit(16));
    match (first.to_digit(16), second) {
        (Some(high), Some(low)) => {
            letters.next();
            value.push(u8::try_from(high * 16 + low).ok()?);
        }
        _ => value.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes()),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, written: Option<&str>) {
        let name = DistinguishedName::parse(text).map(|name| name.to_string());
        assert_eq!(name.as_deref(), written, "{text}");
    }

    #[test]
    fn text_is_read_and_written_as_rfc_2253() {
        check(
            "CN=ann,OU=ships,O=Example",
            Some("CN=ann,OU=ships,O=Example"),
        );
        check(
            "cn = ann , ou=ships ; o=Example",
            Some("CN=ann,OU=ships,O=Example"),
        );
        check("OID.2.5.4.3=ann,2.5.4.10=Ex", Some("CN=ann,O=Ex"));
        check("UID=7+CN=ann,O=Ex", Some("CN=ann+UID=7,O=Ex"));
        check(
            r"CN=Sue\, Grabbit,O=\20x\20",
            Some(r"CN=Sue\, Grabbit,O=\ x\ "),
        );
        check(r#"CN="a,b",O=x"#, Some(r"CN=a\,b,O=x"));
        check(r"CN=L\C4\8Di", Some("CN=Lči"));
        check(r"CN=\#1", Some(r"CN=\#1"));
        check("CN=", Some("CN="));
        check("ann", None);
        check("", None);
        check("CN=ann,", None);
        check("=ann", None);
        check("C N=ann", None);
        check(r#"CN="ann"#, None);
        check("CN=ann\\", None);
        check(r"CN=\C4", None);
    }

    #[test]
    fn order_counts_for_equality_but_not_for_same_parts() {
        let parse = |text| DistinguishedName::parse(text).expect("a name");
        let name = parse("CN=ann,DC=a,DC=b");
        assert_eq!(name, parse("cn=ann, dc=a, dc=b"));
        assert_ne!(name, parse("CN=ann,DC=b,DC=a"));
        assert_ne!(name, parse("CN=Ann,DC=a,DC=b"));
        assert!(name.same_parts(&parse("DC=b,CN=ann,DC=a")));
        assert!(!name.same_parts(&parse("DC=b,CN=ann")));
    }
}
