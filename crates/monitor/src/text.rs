//! Times and durations in the notations of the reference's JSON.

use serde::{Serialize, Serializer};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time, written as RFC 3339 in UTC with as many digits of the nanoseconds as count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub SystemTime);

impl Default for Time {
    /// 1970.
    fn default() -> Self {
        Self(UNIX_EPOCH)
    }
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Self {
        Self(time)
    }
}

impl Time {
    /// The time from `earlier` to here; zero if the clock was set back in between.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0).unwrap_or_default()
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match jiff::Timestamp::try_from(self.0) {
            Ok(time) => serializer.collect_str(&time),
            Err(error) => Err(serde::ser::Error::custom(error)),
        }
    }
}

/// How long something has run, in whole seconds: `3d4h5m6s`, with years before days.
pub(crate) fn uptime(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let (days, years) = (hours / 24, hours / 24 / 365);
    let (s, m, h, d) = (seconds % 60, minutes % 60, hours % 24, days % 365);
    match () {
        () if years > 0 => format!("{years}y{d}d{h}h{m}m{s}s"),
        () if days > 0 => format!("{d}d{h}h{m}m{s}s"),
        () if hours > 0 => format!("{h}h{m}m{s}s"),
        () if minutes > 0 => format!("{m}m{s}s"),
        () => format!("{s}s"),
    }
}

/// A short time with its unit, as precise as it is known: `1.5ms`, `250.862189ms`, `2m3.5s`.
pub(crate) fn duration(time: Duration) -> String {
    let nanos = time.as_nanos();
    match nanos {
        0 => "0s".into(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => decimal(nanos, 1_000, "µs"),
        1_000_000..1_000_000_000 => decimal(nanos, 1_000_000, "ms"),
        _ => long(time),
    }
}

fn long(time: Duration) -> String {
    let (hours, minutes) = (time.as_secs() / 3600, time.as_secs() / 60 % 60);
    let rest = time - Duration::from_secs(time.as_secs() / 60 * 60);
    let seconds = decimal(rest.as_nanos(), 1_000_000_000, "s");
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, _) => format!("{minutes}m{seconds}"),
        _ => format!("{hours}h{minutes}m{seconds}"),
    }
}

/// `nanos / unit` without zeros at the end.
fn decimal(nanos: u128, unit: u128, name: &str) -> String {
    let (whole, part) = (nanos / unit, nanos % unit);
    let digits = unit.ilog10() as usize;
    let part = format!("{part:0digits$}");
    match part.trim_end_matches('0') {
        "" => format!("{whole}{name}"),
        part => format!("{whole}.{part}{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptimes_name_only_the_units_they_need() {
        let check = |seconds, text: &str| assert_eq!(uptime(Duration::from_secs(seconds)), text);
        check(0, "0s");
        check(59, "59s");
        check(60, "1m0s");
        check(3_661, "1h1m1s");
        check(90_061, "1d1h1m1s");
        check(366 * 86_400 + 5, "1y1d0h0m5s");
    }

    #[test]
    fn durations_have_their_unit() {
        let check = |nanos, text: &str| assert_eq!(duration(Duration::from_nanos(nanos)), text);
        check(0, "0s");
        check(999, "999ns");
        check(1_500, "1.5µs");
        check(250_862_189, "250.862189ms");
        check(1_000_000_000, "1s");
        check(61_020_000_000, "1m1.02s");
        check(3_600_000_000_000, "1h0m0s");
    }

    #[test]
    fn times_are_written_in_utc_without_needless_digits() {
        let check = |nanos, text: &str| {
            let time = Time(UNIX_EPOCH + Duration::from_nanos(nanos));
            assert_eq!(serde_json::to_value(time).expect("text"), text);
        };
        check(0, "1970-01-01T00:00:00Z");
        check(1_500_000_000, "1970-01-01T00:00:01.5Z");
        check(1_795_224_790_819_717_445, "2026-11-21T01:33:10.819717445Z");
    }
}
