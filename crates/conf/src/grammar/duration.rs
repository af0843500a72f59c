//! Durations as Go writes them: `1h30m`, `250ms`, `1.5s`.

use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{char, digit0};
use nom::combinator::{all_consuming, opt, recognize, value, verify};
use nom::multi::many1;
use nom::{IResult, Parser};
use std::time::Duration;

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A duration of at least nothing and at most 292 years; `0` needs no unit.
///
/// # Errors
/// The complaint, with the text in it.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    let (_, parts) = all_consuming(many1(part))
        .parse(rest)
        .map_err(|_| invalid())?;
    let nanos = parts
        .into_iter()
        .try_fold(0_u64, |sum, part| sum.checked_add(part?));
    match nanos.filter(|&nanos| i64::try_from(nanos).is_ok()) {
        Some(nanos) if negative && nanos > 0 => Err(format!("duration {text:?} is negative")),
        Some(nanos) => Ok(Duration::from_nanos(nanos)),
        None => Err(invalid()),
    }
}

/// One number with its unit, in nanoseconds; `None` when it doesn't fit.
fn part(text: &str) -> IResult<&str, Option<u64>> {
    let (text, (whole, fraction)) = number(text)?;
    let (text, unit) = unit(text)?;
    Ok((text, nanoseconds(whole, fraction, unit)))
}

fn number(text: &str) -> IResult<&str, (&str, &str)> {
    let point = opt(recognize((char('.'), digit0))).map(|tail| tail.map_or("", |t: &str| &t[1..]));
    verify((digit0, point), |(whole, fraction): &(&str, &str)| {
        !whole.is_empty() || !fraction.is_empty()
    })
    .parse(text)
}

fn unit(text: &str) -> IResult<&str, u64> {
    let [ns, us, micro, greek, ms, s, m, h] = UNITS.map(|(name, nanos)| value(nanos, tag(name)));
    alt((ns, us, micro, greek, ms, s, m, h)).parse(text)
}

fn nanoseconds(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<u64>().ok()?
    };
    // Digits beyond the 15th can't reach a nanosecond even of an hour.
    let fraction = &fraction[..fraction.len().min(15)];
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let digits = if fraction.is_empty() {
        0
    } else {
        fraction.parse::<u128>().ok()?
    };
    let part = u64::try_from(digits * u128::from(unit) / scale).ok()?;
    whole.checked_mul(unit)?.checked_add(part)
}

/// As Go prints it: `1m30s`, `250ms`, `0s`.
pub(crate) fn show_duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    if nanos == 0 {
        return "0s".into();
    }
    for (unit, size) in [("ns", 1_000), ("µs", 1_000_000), ("ms", 1_000_000_000)] {
        if nanos < size {
            return fraction(nanos, size / 1000, unit);
        }
    }
    let seconds = duration.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let below_minute = nanos % 60_000_000_000;
    let tail = fraction(below_minute, 1_000_000_000, "s");
    match (hours, minutes) {
        (0, 0) => tail,
        (0, _) => format!("{minutes}m{tail}"),
        _ => format!("{hours}h{minutes}m{tail}"),
    }
}

fn fraction(nanos: u128, unit: u128, name: &str) -> String {
    let digits = unit.ilog10() as usize;
    let tail = format!("{:0digits$}", nanos % unit);
    match if digits == 0 {
        ""
    } else {
        tail.trim_end_matches('0')
    } {
        "" => format!("{}{name}", nanos / unit),
        tail => format!("{}.{tail}{name}", nanos / unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up_and_may_have_fractions() {
        for (text, want) in [
            ("0", 0),
            ("0s", 0),
            ("5ns", 5),
            ("3us", 3_000),
            ("3µs", 3_000),
            ("250ms", 250_000_000),
            ("1.5s", 1_500_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("+2m", 120_000_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1h2m3s4ms", 3_723_004_000_000),
            ("0.100000000000000000000h", 360_000_000_000),
            ("-0s", 0),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_nanos(want)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "s",
            "5",
            "1.5",
            ".s",
            "1d",
            "1 s",
            "s1",
            "--1s",
            "10000000h",
            "99999999999999999999s",
        ] {
            let want = format!("time: invalid duration {text:?}");
            assert_eq!(parse_duration(text), Err(want), "{text}");
        }
        assert_eq!(
            parse_duration("-1s"),
            Err("duration \"-1s\" is negative".into())
        );
    }

    #[test]
    fn durations_are_shown_as_go_shows_them() {
        for (nanos, want) in [
            (0, "0s"),
            (5, "5ns"),
            (1_500, "1.5µs"),
            (250_000_000, "250ms"),
            (1_500_000_000, "1.5s"),
            (60_000_000_000, "1m0s"),
            (90_500_000_000, "1m30.5s"),
            (7_200_000_000_000, "2h0m0s"),
        ] {
            assert_eq!(show_duration(Duration::from_nanos(nanos)), want);
        }
    }
}
