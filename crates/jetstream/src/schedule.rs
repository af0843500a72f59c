//! When a scheduled message is due: an instant, an interval, or a pattern of six fields in a time zone.

use crate::headers;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

const SECOND: u64 = 1_000_000_000;
/// A pattern that matches nothing for so many years never will.
const YEARS_MAX: i16 = 5;

/// What is wrong with a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Pattern,
    Zone,
}

/// A schedule that was understood.
#[derive(Clone, Debug)]
pub(crate) enum Schedule {
    /// Once, in nanoseconds since 1970.
    At(u64),
    /// Every so many nanoseconds.
    Every(u64),
    /// Whenever the clock shows it.
    Cron(Box<Cron>, TimeZone),
}

/// When a schedule is due next, and how that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) time: u64,
    /// RFC 3339, in the schedule's zone.
    pub(crate) text: String,
}

impl Schedule {
    /// Reads a pattern; a zone is for patterns of fields alone.
    pub(crate) fn parse(pattern: &[u8], zone: Option<&[u8]>) -> Result<Self, Fault> {
        let pattern = std::str::from_utf8(pattern).map_err(|_| Fault::Pattern)?;
        let simple = match (
            pattern.strip_prefix("@at "),
            pattern.strip_prefix("@every "),
        ) {
            (Some(time), _) => Some(instant(time).map(Self::At)),
            (_, Some(interval)) => Some(
                headers::duration(interval)
                    .filter(|interval| *interval >= SECOND)
                    .map(Self::Every),
            ),
            _ => None,
        };
        if let Some(simple) = simple {
            return simple.filter(|_| zone.is_none()).ok_or(Fault::Pattern);
        }
        let fields = match pattern {
            "@yearly" | "@annually" => "0 0 0 1 1 *",
            "@monthly" => "0 0 0 1 * *",
            "@weekly" => "0 0 0 * * 0",
            "@daily" | "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            fields => fields,
        };
        let zone = zone_of(zone)?;
        let cron = Cron::parse(fields).ok_or(Fault::Pattern)?;
        Ok(Self::Cron(Box::new(cron), zone))
    }

    pub(crate) fn repeats(&self) -> bool {
        !matches!(self, Self::At(_))
    }

    /// The first time after `last`, when it was due or made. What was missed before `now` is left out.
    pub(crate) fn next(&self, last: u64, now: u64) -> Option<Due> {
        match self {
            Self::At(time) => Some(Due::utc(*time)),
            Self::Every(interval) => {
                let next = round(last).saturating_add(*interval);
                let late = next < now;
                Some(Due::utc(match late {
                    true => round(now).saturating_add(*interval),
                    false => next,
                }))
            }
            Self::Cron(cron, zone) => {
                let after = |time| cron.after(round(time), zone);
                let next = after(last)?;
                let next = if next.time < now { after(now)? } else { next };
                Some(next)
            }
        }
    }

    /// The first time after the schedule was made, whether that is over or not.
    pub(crate) fn first(&self, made: u64) -> Option<Due> {
        self.next(made, 0)
    }
}

impl Due {
    fn utc(time: u64) -> Self {
        let shown = i64::try_from(time / SECOND).unwrap_or(i64::MAX);
        let shown = Timestamp::from_second(shown).unwrap_or(Timestamp::MAX);
        Self {
            time,
            text: shown.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    fn zoned(at: &Zoned) -> Self {
        let time = u64::try_from(at.timestamp().as_nanosecond()).unwrap_or(0);
        let form = match at.offset().seconds() {
            0 => "%Y-%m-%dT%H:%M:%SZ",
            _ => "%Y-%m-%dT%H:%M:%S%:z",
        };
        Self {
            time,
            text: at.strftime(form).to_string(),
        }
    }
}

/// To the nearest second.
fn round(time: u64) -> u64 {
    (time.saturating_add(SECOND / 2)) / SECOND * SECOND
}

/// RFC 3339 and nothing looser.
fn instant(text: &str) -> Option<u64> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let bytes = text.as_bytes();
    let fits = |(have, want): (&u8, &u8)| match want {
        b'0' => have.is_ascii_digit(),
        other => have == other,
    };
    let rest = bytes.get(SHAPE.len()..)?;
    let zone = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| digits > 0)?
        }
        rest => rest,
    };
    let shape_of_zone: &[u8] = match zone {
        [b'Z'] => b"Z",
        [b'+', ..] => b"+00:00",
        _ => b"-00:00",
    };
    let whole = bytes.iter().zip(SHAPE).all(fits)
        && zone.len() == shape_of_zone.len()
        && zone.iter().zip(shape_of_zone).all(fits);
    let time: Timestamp = whole.then(|| text.parse().ok())??;
    Some(u64::try_from(time.as_nanosecond()).unwrap_or(0))
}

/// A zone by its exact name; none is UTC.
fn zone_of(name: Option<&[u8]>) -> Result<TimeZone, Fault> {
    let Some(name) = name else {
        return Ok(TimeZone::UTC);
    };
    match std::str::from_utf8(name).map_err(|_| Fault::Zone)? {
        "UTC" => Ok(TimeZone::UTC),
        "Local" => Ok(TimeZone::system()),
        name => TimeZone::get(name)
            .ok()
            .filter(|zone| zone.iana_name() == Some(name))
            .ok_or(Fault::Zone),
    }
}

/// Seconds, minutes, hours, days of the month, months and days of the week, each a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cron {
    seconds: Set,
    minutes: Set,
    hours: Set,
    days: Set,
    months: Set,
    weekdays: Set,
}

/// Numbers below 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Set {
    bits: u64,
    /// It was written as all there are.
    is_star: bool,
}

impl Set {
    fn has(self, number: i8) -> bool {
        self.bits >> number & 1 == 1
    }
}

/// What a field may hold, and names for it.
struct Range {
    first: u8,
    last: u8,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fn plain(first: u8, last: u8) -> Range {
    named(first, last, &[])
}

const fn named(first: u8, last: u8, names: &'static [&'static str]) -> Range {
    Range { first, last, names }
}

impl Range {
    /// Items with commas between them.
    fn set(&self, field: &str) -> Option<Set> {
        let mut set = Set {
            bits: 0,
            is_star: false,
        };
        for item in field.split(',').filter(|item| !item.is_empty()) {
            let item = self.item(item)?;
            set.bits |= item.bits;
            set.is_star |= item.is_star;
        }
        Some(set)
    }

    /// `7`, `2-5`, `*`, each perhaps with `/step`; `7/2` goes on to the end.
    fn item(&self, item: &str) -> Option<Set> {
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (
                span,
                Some(step.parse::<u8>().ok().filter(|step| *step > 0)?),
            ),
            None => (item, None),
        };
        let is_all = matches!(span, "*" | "?");
        let (low, high) = match span.split_once('-') {
            _ if is_all => (self.first, self.last),
            Some((low, high)) => (self.number(low)?, self.number(high)?),
            None => {
                let low = self.number(span)?;
                (low, if step.is_some() { self.last } else { low })
            }
        };
        if low < self.first || high > self.last || low > high {
            return None;
        }
        let step = step.unwrap_or(1);
        let bits = (low..=high).step_by(step.into()).map(|number| 1 << number);
        Some(Set {
            bits: bits.fold(0, |all, bit: u64| all | bit),
            is_star: is_all && step == 1,
        })
    }

    fn number(&self, text: &str) -> Option<u8> {
        let name = self
            .names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text));
        match name {
            Some(at) => Some(self.first + at as u8),
            None => text.parse().ok(),
        }
    }
}

impl Cron {
    fn parse(pattern: &str) -> Option<Self> {
        let fields: Vec<&str> = pattern.split_whitespace().collect();
        let [seconds, minutes, hours, days, months, weekdays] = fields[..] else {
            return None;
        };
        Some(Self {
            seconds: plain(0, 59).set(seconds)?,
            minutes: plain(0, 59).set(minutes)?,
            hours: plain(0, 23).set(hours)?,
            days: plain(1, 31).set(days)?,
            months: named(1, 12, &MONTHS).set(months)?,
            weekdays: named(0, 6, &WEEKDAYS).set(weekdays)?,
        })
    }

    /// The first second after `time` that matches.
    fn after(&self, time: u64, zone: &TimeZone) -> Option<Due> {
        let time = Timestamp::from_nanosecond(i128::from(time + SECOND)).ok()?;
        let mut at = time.to_zoned(zone.clone());
        let last = at.year() + YEARS_MAX;
        while at.year() <= last {
            at = match () {
                () if !self.months.has(at.month()) => {
                    let next = at.date().first_of_month().checked_add(1.month()).ok()?;
                    next.to_zoned(zone.clone()).ok()?
                }
                () if !self.is_day(&at) => {
                    let next = at.date().tomorrow().ok()?;
                    next.to_zoned(zone.clone()).ok()?
                }
                // From here on by the clock that never jumps.
                () if !self.hours.has(at.hour()) => {
                    let past = i64::from(at.minute()) * 60 + i64::from(at.second());
                    at.checked_add((3600 - past).seconds()).ok()?
                }
                () if !self.minutes.has(at.minute()) => at
                    .checked_add((60 - i64::from(at.second())).seconds())
                    .ok()?,
                () if !self.seconds.has(at.second()) => at.checked_add(1.second()).ok()?,
                () => return Some(Due::zoned(&at)),
            };
        }
        None
    }

    /// Day of the month and day of the week: both if one of them is any, else one is enough.
    fn is_day(&self, at: &Zoned) -> bool {
        let weekday = at.weekday().to_sunday_zero_offset();
        let (day, weekday) = (self.days.has(at.day()), self.weekdays.has(weekday));
        match self.days.is_star || self.weekdays.is_star {
            true => day && weekday,
            false => day || weekday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> u64 {
        instant(text).expect("an instant")
    }

    fn schedule(pattern: &str, zone: Option<&str>) -> Result<Schedule, Fault> {
        Schedule::parse(pattern.as_bytes(), zone.map(str::as_bytes))
    }

    fn next(pattern: &str, zone: Option<&str>, after: &str) -> Option<String> {
        let schedule = schedule(pattern, zone).expect(pattern);
        schedule.first(time(after)).map(|due| due.text)
    }

    #[test]
    fn patterns_are_those_of_the_reference() {
        let good = "@at 2030-01-01T00:00:00+02:00|@at 2030-01-01T00:00:00.5Z|@every 1s|@every 1500ms|\
            @hourly|@daily|@midnight|@weekly|@monthly|@yearly|@annually|* * * * * *|0 0 0 1 1 *|\
            1,2,3-5/2 * * * * mon-fri|0 0 0 ? * *|0 0 12 * JAN,feb sun|5/10 * * * * *| * * * * * *  |0 0 0 29 2 *";
        for pattern in good.split('|') {
            let schedule = schedule(pattern, None).expect(pattern);
            assert!(schedule.first(0).is_some(), "{pattern}");
        }
        let bad = "@at 2030|@at  2030-01-01T00:00:00Z|@AT 2030-01-01T00:00:00Z|@at 2030-01-01T00:00:00|\
            @every 500ms|@every x|@every -5s|@reboot|* * * * *|60 * * * * *|0 0 0 * * 7|a b c d e f|\
            -1 * * * * *|1-70 * * * * *|0 0 24 * * *|*/0 * * * * *|5-2 * * * * *|1-2-3 * * * * *|1/2/3 * * * * *";
        for pattern in bad.split('|') {
            assert_eq!(
                schedule(pattern, None).err(),
                Some(Fault::Pattern),
                "{pattern}"
            );
        }
        let never = schedule("0 0 0 30 2 *", None).unwrap();
        assert_eq!(never.first(0), None);
    }

    #[test]
    fn zones_go_with_fields_alone_and_by_their_exact_names() {
        for zone in ["Europe/Berlin", "America/New_York", "UTC", "CET", "Local"] {
            assert!(schedule("@hourly", Some(zone)).is_ok(), "{zone}");
        }
        for zone in ["Nowhere/X", "", "utc", "europe/berlin"] {
            assert_eq!(schedule("@hourly", Some(zone)).err(), Some(Fault::Zone));
        }
        for pattern in ["@every 5s", "@at 2030-01-01T00:00:00Z"] {
            assert_eq!(schedule(pattern, Some("UTC")).err(), Some(Fault::Pattern));
        }
    }

    #[test]
    fn the_next_time_is_the_first_that_matches() {
        let check = |pattern, after, want: &str| {
            assert_eq!(
                next(pattern, None, after).as_deref(),
                Some(want),
                "{pattern}"
            );
        };
        check(
            "* * * * * *",
            "2026-11-21T08:00:00Z",
            "2026-11-21T08:00:01Z",
        );
        check(
            "*/5 * * * * *",
            "2026-11-21T08:00:57.6Z",
            "2026-11-21T08:01:00Z",
        );
        check(
            "0 30 4 1,15 * 5",
            "2026-11-21T08:00:00Z",
            "2026-11-27T04:30:00Z",
        );
        check(
            "0 0 0 29 2 *",
            "2026-03-01T00:00:00Z",
            "2028-02-29T00:00:00Z",
        );
        check("@yearly", "2026-11-21T08:00:00Z", "2027-01-01T00:00:00Z");
        check("@weekly", "2026-11-21T08:00:00Z", "2026-11-22T00:00:00Z");
        check(
            "5/20 * * * * *",
            "2026-11-21T08:00:45Z",
            "2026-11-21T08:01:05Z",
        );
        check(
            "@every 90s",
            "2026-11-21T08:00:00.5Z",
            "2026-11-21T08:01:31Z",
        );
    }

    #[test]
    fn hours_that_a_zone_skips_or_repeats() {
        let berlin = Some("Europe/Berlin");
        let check = |pattern, after, want: &str| {
            assert_eq!(
                next(pattern, berlin, after).as_deref(),
                Some(want),
                "{after}"
            );
        };
        let half_two = "0 30 2 * * *";
        check(
            half_two,
            "2026-03-28T12:00:00Z",
            "2026-03-30T02:30:00+02:00",
        );
        check(
            half_two,
            "2026-10-24T12:00:00Z",
            "2026-10-25T02:30:00+02:00",
        );
        check(
            half_two,
            "2026-10-25T00:30:00Z",
            "2026-10-25T02:30:00+01:00",
        );
        check(
            "0 0 12 * * *",
            "2026-07-01T00:00:00Z",
            "2026-07-01T12:00:00+02:00",
        );
        let london = next(
            "0 0 12 * * *",
            Some("Europe/London"),
            "2026-12-01T00:00:00Z",
        );
        assert_eq!(london.as_deref(), Some("2026-12-01T12:00:00Z"));
    }

    #[test]
    fn what_was_missed_is_due_once() {
        let (made, now) = (time("2026-11-21T08:00:00Z"), time("2026-11-21T09:00:00.2Z"));
        let every = schedule("@every 1m", None).unwrap();
        assert_eq!(every.next(made, now).unwrap().text, "2026-11-21T09:01:00Z");
        let cron = schedule("0 */10 * * * *", None).unwrap();
        assert_eq!(cron.next(made, now).unwrap().text, "2026-11-21T09:10:00Z");
        assert_eq!(cron.first(made).unwrap().text, "2026-11-21T08:10:00Z");
    }
}
