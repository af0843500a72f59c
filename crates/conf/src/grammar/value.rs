//! The tree which the grammar makes.

use crate::error::Position;
use std::collections::BTreeMap;

/// What a value weighs besides its texts.
pub(super) const NODE_WEIGHT: usize = 64;

/// A map of the file: keys as written. Of equal keys the last one stays.
pub type Map = BTreeMap<String, Value>;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Value {
    /// The value itself.
    pub data: Data,
    /// Its key; in a list, its own beginning.
    pub at: Position,
    /// Whether some `$key` referred to it: then an unknown key is no mistake.
    pub used: bool,
}

/// Equality of what was said, wherever it was said.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A whole number, its suffix multiplied in.
    Integer(i64),
    /// A number with a point; never NaN or infinite.
    Float(f64),
    /// A time in UTC, as written: `2024-01-01T00:00:00Z`.
    Date(String),
    /// A string.
    Text(String),
    /// `[ .. ]`
    List(Vec<Value>),
    /// `{ .. }`
    Map(Map),
}

impl Data {
    /// The kind, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Date(_) => "a date",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// Weight, and levels of maps and lists below this one (0 for a plain value).
    pub(super) fn measure(&self) -> (usize, usize) {
        let (inner, depth) = match self {
            Self::Bool(_) | Self::Integer(_) | Self::Float(_) => (0, 0),
            Self::Date(text) | Self::Text(text) => (text.len(), 0),
            Self::List(list) => nested(list.iter().map(|item| (0, item))),
            Self::Map(map) => nested(map.iter().map(|(key, value)| (key.len(), value))),
        };
        (NODE_WEIGHT + inner, depth)
    }
}

fn nested<'v>(values: impl Iterator<Item = (usize, &'v Value)>) -> (usize, usize) {
    values.fold((0, 1), |(weight, depth), (key, value)| {
        let (inner, below) = value.data.measure();
        (weight + key + inner, depth.max(below + 1))
    })
}
