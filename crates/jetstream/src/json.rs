//! JSON as clients in other languages write it, and complaints in the words that they know.

use crate::ApiError;
use crate::error::INVALID_JSON;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Fields that are `null` count as left out.
pub(crate) fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        _ => {}
    }
}

/// Reads a whole body; nothing at all, and `null`, are an object without fields.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    read(value(body)?)
}

fn value(body: &[u8]) -> Result<Value, ApiError> {
    if body.trim_ascii().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let mut value: Value = serde_json::from_slice(body).map_err(|error| complaint(&error))?;
    strip_nulls(&mut value);
    Ok(match value {
        Value::Null => Value::Object(Map::new()),
        value => value,
    })
}

/// A body whose fields are known.
pub(crate) trait Body: DeserializeOwned {
    /// Their names.
    const FIELDS: &'static [&'static str];
}

/// Reads a body that may be missing.
pub(crate) fn body<T: Body>(body: &[u8], strict: bool) -> Result<T, ApiError> {
    let mut value = value(body)?;
    if let Value::Object(fields) = &mut value {
        fold(fields, &[T::FIELDS], strict)?;
    }
    read(value)
}

/// Gives each field the name that we know it by: the case of its letters doesn't matter. Fields that
/// nobody knows are dropped, or refused when the server is strict.
pub(crate) fn fold(
    fields: &mut Map<String, Value>,
    known: &[&[&str]],
    strict: bool,
) -> Result<(), ApiError> {
    for (name, value) in std::mem::take(fields) {
        let same = |known: &&&str| known.eq_ignore_ascii_case(&name);
        match known.iter().copied().flatten().find(same) {
            Some(known) => drop(fields.insert((*known).to_owned(), value)),
            None if strict => {
                let text = format!("invalid JSON: json: unknown field {name:?}");
                return Err(INVALID_JSON.says(text));
            }
            None => {}
        }
    }
    Ok(())
}

/// Reads a value without nulls.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    serde_json::from_value(value).map_err(|error| complaint(&error))
}

fn complaint(error: &serde_json::Error) -> ApiError {
    INVALID_JSON.says(format!("invalid JSON: {}", words(error)))
}

/// What is wrong, as the reference puts it where it is the same thing.
pub(crate) fn words(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected EOF".into();
    }
    let text = error.to_string();
    let variant = text
        .strip_prefix("unknown variant `")
        .and_then(|rest| rest.split_once('`'));
    match variant {
        Some((_, rest)) if rest.contains("`s2`") => "unknown compression algorithm".into(),
        Some((name, rest)) if rest.contains("`pinned_client`") => {
            format!("unknown priority policy: {name:?}")
        }
        Some((name, _)) => format!("can not unmarshal {:?}", format!("{name:?}")),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nulls_are_left_out_at_any_depth() {
        let mut value = json!({"a": null, "b": {"c": null, "d": 1}, "e": [{"f": null}]});
        strip_nulls(&mut value);
        assert_eq!(value, json!({"b": {"d": 1}, "e": [{}]}));
    }

    #[test]
    fn fields_are_known_in_any_case_and_others_only_to_the_lenient() {
        let folded = |strict| {
            let Value::Object(mut fields) = json!({"NAME": 1, "Seq": 2, "other": 3}) else {
                unreachable!()
            };
            fold(&mut fields, &[&["name"], &["seq"]], strict).map(|()| Value::Object(fields))
        };
        assert_eq!(folded(false), Ok(json!({"name": 1, "seq": 2})));
        assert_eq!(
            folded(true).unwrap_err().description,
            "invalid JSON: json: unknown field \"other\""
        );
    }

    #[test]
    fn nothing_and_null_are_an_object_without_fields() {
        for body in ["", " ", "null", "{}"] {
            assert_eq!(parse::<Value>(body.as_bytes()), Ok(json!({})), "{body:?}");
        }
    }

    #[test]
    fn complaints_use_the_reference_s_words() {
        let of = |body: &[u8]| {
            parse::<crate::StreamConfig>(body)
                .unwrap_err()
                .description
                .into_owned()
        };
        assert_eq!(of(b"{"), "invalid JSON: unexpected EOF");
        assert_eq!(
            of(b"{\"retention\":\"bogus\"}"),
            "invalid JSON: can not unmarshal \"\\\"bogus\\\"\""
        );
    }
}
