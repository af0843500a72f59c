//! Instants as the API writes and reads them: RFC 3339 with nanoseconds, UTC.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nanoseconds since 1970. Zero stands for the reference's zero time, the year 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub u64);

const ZERO: &str = "0001-01-01T00:00:00Z";

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nanos = i128::from(self.0);
        match jiff::Timestamp::from_nanosecond(nanos) {
            Ok(time) if self.0 > 0 => time.fmt(f),
            _ => f.write_str(ZERO),
        }
    }
}

impl Time {
    /// Reads what [`Time`] writes, and offsets other than UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == ZERO {
            return Some(Self(0));
        }
        let time: jiff::Timestamp = text.parse().ok()?;
        Some(Self(u64::try_from(time.as_nanosecond()).unwrap_or(0)))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("cannot parse {text:?} as a time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_look_like_the_reference_s() {
        assert_eq!(Time(0).to_string(), ZERO);
        assert_eq!(Time(1_500_000_000).to_string(), "1970-01-01T00:00:01.5Z");
        assert_eq!(Time(1_000_000_000).to_string(), "1970-01-01T00:00:01Z");
        assert_eq!(
            Time::parse("1970-01-01T01:00:01+01:00"),
            Some(Time(1_000_000_000))
        );
        assert_eq!(Time::parse(ZERO), Some(Time(0)));
        assert_eq!(Time::parse("yesterday"), None);
    }
}
