//! The few headers that JetStream looks at, found in one pass over the block; [`block`] is how blocks are written, [`lasting`] how
//! times to live are.

mod block;
mod lasting;

pub(crate) use block::{Block, edit, status};
pub(crate) use lasting::{duration, show_duration, ttl};
pub(crate) use midge_streamlog::NEVER;

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
}
