//! The few headers that JetStream looks at, found in one pass over the block.

use crate::ApiError;
use crate::error::MESSAGE_TTL_INVALID;
pub(crate) use midge_streamlog::NEVER;
use std::borrow::Cow;

/// Largest header block.
pub(crate) const BLOCK_MAX: usize = 64 << 10;

/// What a publisher asks of JetStream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes<'a> {
    pub(crate) msg_id: Option<&'a [u8]>,
    pub(crate) expected_stream: Option<&'a [u8]>,
    pub(crate) expected_last_seq: Option<&'a [u8]>,
    pub(crate) expected_last_subject_seq: Option<&'a [u8]>,
    pub(crate) expected_last_subject: Option<&'a [u8]>,
    pub(crate) expected_last_msg_id: Option<&'a [u8]>,
    pub(crate) rollup: Option<&'a [u8]>,
    pub(crate) ttl: Option<&'a [u8]>,
    pub(crate) required_level: Option<&'a [u8]>,
    pub(crate) incr: Option<&'a [u8]>,
    pub(crate) batch_id: Option<&'a [u8]>,
    pub(crate) batch_seq: Option<&'a [u8]>,
    pub(crate) batch_commit: Option<&'a [u8]>,
    pub(crate) schedule: Option<&'a [u8]>,
    pub(crate) schedule_target: Option<&'a [u8]>,
    pub(crate) schedule_source: Option<&'a [u8]>,
    pub(crate) schedule_ttl: Option<&'a [u8]>,
    pub(crate) schedule_rollup: Option<&'a [u8]>,
    pub(crate) schedule_zone: Option<&'a [u8]>,
    pub(crate) schedule_next: Option<&'a [u8]>,
    pub(crate) scheduler: Option<&'a [u8]>,
    /// Only mirrors and sources may carry it.
    pub(crate) stream_source: Option<&'a [u8]>,
}

impl<'a> Wishes<'a> {
    pub(crate) fn read(block: &'a [u8]) -> Self {
        let mut wishes = Self::default();
        for (name, value) in lines(block) {
            let place = match name {
                b"Nats-Msg-Id" => &mut wishes.msg_id,
                b"Nats-Expected-Stream" => &mut wishes.expected_stream,
                b"Nats-Expected-Last-Sequence" => &mut wishes.expected_last_seq,
                b"Nats-Expected-Last-Subject-Sequence" => &mut wishes.expected_last_subject_seq,
                b"Nats-Expected-Last-Subject-Sequence-Subject" => &mut wishes.expected_last_subject,
                b"Nats-Expected-Last-Msg-Id" => &mut wishes.expected_last_msg_id,
                b"Nats-Rollup" => &mut wishes.rollup,
                b"Nats-TTL" => &mut wishes.ttl,
                b"Nats-Stream-Source" => &mut wishes.stream_source,
                b"Nats-Required-Api-Level" => &mut wishes.required_level,
                b"Nats-Incr" => &mut wishes.incr,
                b"Nats-Batch-Id" => &mut wishes.batch_id,
                b"Nats-Batch-Sequence" => &mut wishes.batch_seq,
                b"Nats-Batch-Commit" => &mut wishes.batch_commit,
                b"Nats-Schedule" => &mut wishes.schedule,
                b"Nats-Schedule-Target" => &mut wishes.schedule_target,
                b"Nats-Schedule-Source" => &mut wishes.schedule_source,
                b"Nats-Schedule-TTL" => &mut wishes.schedule_ttl,
                b"Nats-Schedule-Rollup" => &mut wishes.schedule_rollup,
                b"Nats-Schedule-Time-Zone" => &mut wishes.schedule_zone,
                b"Nats-Schedule-Next" => &mut wishes.schedule_next,
                b"Nats-Scheduler" => &mut wishes.scheduler,
                _ => continue,
            };
            place.get_or_insert(value);
        }
        wishes
    }
}

/// Names and values, in order.
pub(crate) fn lines(block: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    block
        .split(|byte| *byte == b'\n')
        .skip(1)
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let value = &line[colon + 1..];
            // Blanks before a value are not its own; tabs, and blanks after it, are.
            let blanks = value.iter().take_while(|byte| **byte == b' ').count();
            let value = &value[blanks..];
            Some((&line[..colon], value.strip_suffix(b"\r").unwrap_or(value)))
        })
}

/// How a block begins.
const HEAD: &[u8] = b"NATS/1.0\r\n";

/// The block without the lines that `gone` names, and with one more; empty when nothing is left.
pub(crate) fn edit<'a>(
    block: &'a [u8],
    gone: impl Fn(&[u8]) -> bool,
    more: Option<(&str, &str)>,
) -> Cow<'a, [u8]> {
    if more.is_none() && !lines(block).any(|(name, _)| gone(name)) {
        return Cow::Borrowed(block);
    }
    let all = block.split_inclusive(|byte| *byte == b'\n');
    let is_end = |line: &&[u8]| !line.trim_ascii().is_empty();
    let mut out: Vec<u8> = Vec::with_capacity(block.len() + 128);
    for (at, line) in all.take_while(is_end).enumerate() {
        let name = line.split(|byte| *byte == b':').next().unwrap_or(line);
        if at == 0 || !gone(name) {
            out.extend_from_slice(line);
        }
    }
    if out.is_empty() {
        out.extend_from_slice(HEAD);
    }
    match more {
        Some((name, value)) => crate::status::put(&mut out, name.as_bytes(), value.as_bytes()),
        None if out == HEAD => return Cow::Borrowed(b""),
        None => {}
    }
    out.extend_from_slice(b"\r\n");
    Cow::Owned(out)
}

/// The first value of a header.
pub(crate) fn get<'a>(block: &'a [u8], name: &str) -> Option<&'a [u8]> {
    lines(block)
        .find(|line| line.0 == name.as_bytes())
        .map(|line| line.1)
}

/// A number as clients write sequences.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Whether this server has the API level that a message asks for.
pub(crate) fn is_met(level: &[u8]) -> bool {
    number(level).is_some_and(|level| level <= u64::from(crate::info::API_LEVEL))
}

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
    fn the_first_of_each_header_counts() {
        let block =
            b"NATS/1.0\r\nNats-Msg-Id: a b\r\nOther: x\r\nNats-Msg-Id:c\r\nNats-TTL:5\r\n\r\n";
        let wishes = Wishes::read(block);
        assert_eq!(wishes.msg_id, Some(&b"a b"[..]));
        assert_eq!(wishes.ttl, Some(&b"5"[..]));
        assert_eq!(wishes.rollup, None);
        assert_eq!(get(block, "Other"), Some(&b"x"[..]));
        assert_eq!(
            get(b"NATS/1.0\r\nA:  \tx \r\n\r\n", "A"),
            Some(&b"\tx "[..])
        );
    }

    #[test]
    fn lines_are_taken_out_and_one_is_added() {
        let block = b"NATS/1.0\r\nA: 1\r\nB:2\r\nA: 3\r\n\r\n";
        let check = |gone: &str, more, want: &str| {
            let edited = edit(block, |name| name == gone.as_bytes(), more);
            assert_eq!(String::from_utf8_lossy(&edited), want);
        };
        check("C", None, "NATS/1.0\r\nA: 1\r\nB:2\r\nA: 3\r\n\r\n");
        check("A", None, "NATS/1.0\r\nB:2\r\n\r\n");
        check("A", Some(("D", "x")), "NATS/1.0\r\nB:2\r\nD: x\r\n\r\n");
        assert_eq!(*edit(block, |_| true, None), *b"");
        assert_eq!(
            *edit(b"", |_| true, Some(("D", "x"))),
            *b"NATS/1.0\r\nD: x\r\n\r\n"
        );
    }

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
