//! JSON as clients in other languages write it, and complaints in the words that they know.

use crate::ApiError;
use crate::error::INVALID_JSON;
use serde::de::DeserializeOwned;
use serde_json::Value;

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

/// Reads a whole body.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut value: Value = serde_json::from_slice(body).map_err(|error| complaint(&error))?;
    strip_nulls(&mut value);
    read(value)
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
