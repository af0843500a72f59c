//! The parameters of a request: reading them, and the reference's words when they can't be read.

use std::num::{IntErrorKind, ParseIntError};

/// Entries on a page unless `limit` says otherwise.
pub(crate) const LIMIT_DEFAULT: usize = 1024;

/// Parameters kept of one query; the rest is ignored.
pub(crate) const PARAMETERS_MAX: usize = 64;

/// The decoded parameters, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self(decoded.take(PARAMETERS_MAX).collect())
    }

    /// All of them.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of that name, unless it is empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, String> {
        match self.text(name) {
            None => Ok(false),
            Some("1" | "t" | "T" | "TRUE" | "true" | "True") => Ok(true),
            Some("0" | "f" | "F" | "FALSE" | "false" | "False") => Ok(false),
            Some(text) => Err(wrong("boolean", name, "ParseBool", text, SYNTAX)),
        }
    }

    pub(crate) fn cid(&self) -> Result<u64, String> {
        let Some(text) = self.text("cid") else {
            return Ok(0);
        };
        text.parse().map_err(|error: ParseIntError| {
            wrong("uint64", "cid", "ParseUint", text, reason(&error))
        })
    }

    /// `offset` and `limit`; negative ones and a limit of nothing are as if they weren't there.
    pub(crate) fn page(&self) -> Result<Page, String> {
        Ok(Page {
            offset: self.count("offset")?,
            limit: Some(self.count("limit")?)
                .filter(|limit| *limit > 0)
                .unwrap_or(LIMIT_DEFAULT),
        })
    }

    pub(crate) fn count(&self, name: &str) -> Result<usize, String> {
        let Some(text) = self.text(name) else {
            return Ok(0);
        };
        let number: i64 = text
            .parse()
            .map_err(|error: ParseIntError| wrong("int", name, "Atoi", text, reason(&error)))?;
        Ok(usize::try_from(number).unwrap_or(0))
    }
}

impl Page {
    pub(crate) fn of<T>(self, list: Vec<T>) -> Vec<T> {
        list.into_iter()
            .skip(self.offset)
            .take(self.limit)
            .collect()
    }
}

const SYNTAX: &str = "invalid syntax";

/// The reference's words, which name parts of its own language; scripts compare them.
fn wrong(kind: &str, name: &str, parser: &str, text: &str, reason: &str) -> String {
    format!("Error decoding {kind} for '{name}': strconv.{parser}: parsing \"{text}\": {reason}")
}

fn reason(error: &ParseIntError) -> &'static str {
    match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
        _ => SYNTAX,
    }
}

/// `%41` and `+`. What isn't a whole escape stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escape = (byte == b'%')
            .then(|| after.split_first_chunk::<2>())
            .flatten();
        match escape.and_then(|(digits, after)| Some((hex(digits)?, after))) {
            Some((decoded, after)) => {
                bytes.push(decoded);
                rest = after;
            }
            None => bytes.push(if byte == b'+' { b' ' } else { byte }),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: &[u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        let query = Query::parse("acc=%24G&user=a+b&odd=%zz%4&flag&=x");
        assert_eq!(query.text("acc"), Some("$G"));
        assert_eq!(query.text("user"), Some("a b"));
        assert_eq!(query.text("odd"), Some("%zz%4"));
        assert_eq!(query.text("flag"), None);
        assert_eq!(query.text("none"), None);
    }

    #[test]
    fn a_query_has_a_bounded_number_of_parameters() {
        assert_eq!(
            Query::parse(&"a=1&".repeat(1000)).pairs().len(),
            PARAMETERS_MAX
        );
    }

    #[test]
    fn numbers_and_flags_are_refused_in_the_known_words() {
        let page = |text| Query::parse(text).page();
        assert_eq!(
            page(""),
            Ok(Page {
                offset: 0,
                limit: LIMIT_DEFAULT
            })
        );
        assert_eq!(
            page("offset=3&limit=2"),
            Ok(Page {
                offset: 3,
                limit: 2
            })
        );
        assert_eq!(
            page("offset=-3&limit=-1"),
            Ok(Page {
                offset: 0,
                limit: LIMIT_DEFAULT
            })
        );
        assert_eq!(
            page("limit=x"),
            Err(
                "Error decoding int for 'limit': strconv.Atoi: parsing \"x\": invalid syntax"
                    .into()
            )
        );
        assert_eq!(
            Query::parse("cid=x").cid(),
            Err(
                "Error decoding uint64 for 'cid': strconv.ParseUint: parsing \"x\": invalid syntax"
                    .into()
            )
        );
        assert_eq!(
            Query::parse("auth=2").flag("auth"),
            Err("Error decoding boolean for 'auth': strconv.ParseBool: parsing \"2\": invalid syntax".into())
        );
        assert_eq!(Query::parse("auth=t").flag("auth"), Ok(true));
    }
}
