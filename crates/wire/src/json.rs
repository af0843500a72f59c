//! What INFO and CONNECT have in common: a line of JSON.

use std::marker::PhantomData;

use serde::de::DeserializeSeed;
use serde::{Deserialize, Serialize};

use crate::Error;

pub(crate) fn parse<'a, T: Deserialize<'a>>(op: &'static str, json: &'a [u8]) -> Result<T, Error> {
    parse_seed(op, json, PhantomData)
}

/// Reads one value and nothing behind it.
pub(crate) fn parse_seed<'a, S: DeserializeSeed<'a>>(
    op: &'static str,
    json: &'a [u8],
    seed: S,
) -> Result<S::Value, Error> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = seed.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| Error::BadJson {
        op,
        column: error.column(),
        reason: error.to_string(),
    })
}

/// Appends the JSON of a value that has only string keys and no failing serializer.
pub(crate) fn write<T: Serialize>(dst: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(dst, value).expect("strings, numbers and booleans always serialize");
}

/// For `skip_serializing_if`: a field whose absence says the same.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
