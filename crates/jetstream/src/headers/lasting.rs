//! How long something lasts, in a header's words.

use super::NEVER;
use crate::ApiError;
use crate::error::MESSAGE_TTL_INVALID;

/// Seconds of a `Nats-TTL`: a number of seconds, a duration of a second or more, or `never`.
pub(crate) fn ttl(value: &[u8]) -> Result<u32, ApiError> {
    let text = std::str::from_utf8(value).map_err(|_| MESSAGE_TTL_INVALID)?;
    if text.eq_ignore_ascii_case("never") {
        return Ok(NEVER);
    }
    if let Ok(seconds) = text.parse::<i64>() {
        return match u32::try_from(seconds) {
            Ok(0) => Err(MESSAGE_TTL_INVALID),
            Ok(seconds) => Ok(seconds.min(LONGEST)),
            Err(_) if seconds < 0 => Err(MESSAGE_TTL_INVALID),
            Err(_) => Ok(LONGEST),
        };
    }
    let nanos = duration(text).ok_or(MESSAGE_TTL_INVALID)?;
    match u32::try_from(nanos / 1_000_000_000) {
        Ok(0) => Err(MESSAGE_TTL_INVALID),
        Ok(seconds) => Ok(seconds.min(LONGEST)),
        Err(_) => Ok(LONGEST),
    }
}

/// The longest time to live with an end: 136 years.
const LONGEST: u32 = NEVER - 1;

/// Nanoseconds of a duration as Go writes it: `1h2m3.5s`, `250ms`.
pub(crate) fn duration(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut nanos = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len());
        let scale = match &rest[..unit] {
            "ns" => 1.0,
            "us" | "µs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        nanos += number * scale;
        rest = &rest[unit..];
    }
    (!text.is_empty() && nanos < 9.2e18).then_some(nanos as u64)
}

/// Nanoseconds as Go shows them.
pub(crate) fn show_duration(nanos: i64) -> String {
    let seconds = nanos as f64 / 1e9;
    match nanos {
        0 => "0s".into(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => format!("{}µs", nanos as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{}ms", nanos as f64 / 1e6),
        1_000_000_000..60_000_000_000 => format!("{seconds}s"),
        60_000_000_000..3_600_000_000_000 => {
            format!("{}m{}s", nanos / 60_000_000_000, seconds % 60.0)
        }
        _ => format!(
            "{}h{}m{}s",
            nanos / 3_600_000_000_000,
            nanos / 60_000_000_000 % 60,
            seconds % 60.0
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ttls_are_seconds_durations_or_never() {
        let check =
            |text: &str, want: Option<u32>| assert_eq!(ttl(text.as_bytes()).ok(), want, "{text}");
        check("10", Some(10));
        check("0", None);
        check("Never", Some(NEVER));
        check("99999999999", Some(LONGEST));
        check("1500ms", Some(1));
        check("1h", Some(3600));
        check("1m1s", Some(61));
        check("never", Some(NEVER));
        check("500ms", None);
        check("-1", None);
        check("soon", None);
        check("", None);
    }
}
