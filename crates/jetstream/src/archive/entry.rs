//! An entry: `name length, time, sequence, headers length, payload length` as LEB128 numbers (the time zigzag), then name, headers,
//! payload. All zero is the end.

use super::{BODY_MAX, CONSUMERS, Fault, Head, Packer, Part, STATE, TEXT_MAX};
use crate::headers;
use crate::leb128::{put, take};
use serde::Deserialize;

/// Longest name: a log keeps no longer subject.
const NAME_MAX: u64 = u16::MAX as u64;
/// Name, time, sequence, headers, payload.
const NUMBERS: usize = 5;
/// One thing in an archive: the state, a consumer, or a message under its subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a [u8],
    /// Nanoseconds since 1970.
    pub(crate) time: i64,
    /// 0 for what isn't a message.
    pub(crate) seq: u64,
    pub(crate) headers: &'a [u8],
    pub(crate) payload: &'a [u8],
}

impl Entry<'_> {
    pub(crate) fn write(&self, to: &mut Packer) {
        to.write(&self.head());
        to.write(self.headers);
        to.write(self.payload);
    }

    /// Everything before headers and payload.
    fn head(&self) -> Vec<u8> {
        let mut head = Vec::with_capacity(64 + self.name.len());
        put(&mut head, self.name.len() as u64);
        put(&mut head, ((self.time << 1) ^ (self.time >> 63)) as u64);
        put(&mut head, self.seq);
        put(&mut head, self.headers.len() as u64);
        put(&mut head, self.payload.len() as u64);
        head.extend_from_slice(self.name);
        head
    }

    /// Whether nothing follows.
    pub(crate) fn is_end(&self) -> bool {
        *self == Entry::default()
    }
}

/// Reads entries: the state, its consumers, messages.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Consumers that are still to come; none before the state came.
    consumers: Option<u64>,
    /// The same when the part that was seen last is used.
    then: Option<u64>,
}

impl Entries {
    /// The part that `bytes` begin with, and its length. `None`: it isn't whole yet.
    pub(super) fn next<'a>(&mut self, bytes: &'a [u8]) -> Result<Option<(Part<'a>, usize)>, Fault> {
        let payload_max = match self.consumers {
            Some(0) => BODY_MAX,
            _ => TEXT_MAX,
        };
        let Some((entry, used)) = read(bytes, payload_max)? else {
            return Ok(None);
        };
        let (part, then) = match self.consumers {
            None if entry.name == STATE.as_bytes() => {
                let state: State = serde_json::from_slice(entry.payload)?;
                (Part::Head(state.head()?), state.consumer_count)
            }
            None => return Err(Fault::Invalid),
            Some(0) if entry.is_end() => (Part::End, 0),
            Some(0) => (Part::Message(entry), 0),
            Some(left) => {
                let name = entry.name.strip_prefix(CONSUMERS.as_bytes());
                let name = std::str::from_utf8(name.ok_or(Fault::Invalid)?);
                let name = name.map_err(|_| Fault::Invalid)?.to_owned();
                let consumer = Part::Consumer(name, serde_json::from_slice(entry.payload)?);
                (consumer, left - 1)
            }
        };
        self.then = Some(then);
        Ok(Some((part, used)))
    }

    /// The part that was seen last was used.
    pub(super) fn used(&mut self) {
        self.consumers = self.then;
    }
}

/// What comes first.
#[derive(Default, Deserialize)]
#[serde(default)]
struct State {
    messages: u64,
    bytes: u64,
    first_seq: u64,
    last_seq: u64,
    consumer_count: u64,
}

impl State {
    fn head(&self) -> Result<Head, Fault> {
        let (first, last, messages) = (self.first_seq, self.last_seq, self.messages);
        let span = last.checked_add(1).and_then(|end| end.checked_sub(first));
        let is_new = first == 0 && last == 0 && messages == 0;
        match is_new || first > 0 && span.is_some_and(|span| messages <= span) {
            true => Ok(Head {
                first,
                last,
                bytes: self.bytes,
                ..Head::default()
            }),
            false => Err(Fault::Invalid),
        }
    }
}

/// The entry that `bytes` begin with, and its length. `None`: it isn't whole yet.
fn read(bytes: &[u8], payload_max: u64) -> Result<Option<(Entry<'_>, usize)>, Fault> {
    let mut rest = bytes;
    let mut numbers = [0; NUMBERS];
    for number in &mut numbers {
        *number = match take(&mut rest) {
            Some(number) => number.map_err(|_| Fault::Invalid)?,
            None => return Ok(None),
        };
    }
    let [name, time, seq, headers, payload] = numbers;
    let bounds = [
        ("a name", name, NAME_MAX),
        ("a header block", headers, headers::BLOCK_MAX as u64),
        ("an entry", payload, payload_max),
    ];
    if let Some((what, ..)) = bounds.iter().find(|(_, len, most)| len > most) {
        return Err(Fault::TooLong(what));
    }
    let (name, headers, payload) = (name as usize, headers as usize, payload as usize);
    let Some(body) = rest.get(..name + headers + payload) else {
        return Ok(None);
    };
    let used = bytes.len() - rest.len() + body.len();
    let (name, body) = body.split_at(name);
    let (headers, payload) = body.split_at(headers);
    let time = (time >> 1) as i64 ^ -((time & 1) as i64);
    let entry = Entry {
        name,
        time,
        seq,
        headers,
        payload,
    };
    Ok(Some((entry, used)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_come_back_when_they_are_whole(
            name in any::<Vec<u8>>(), time in any::<i64>(), seq in any::<u64>(),
            headers in any::<Vec<u8>>(), payload in any::<Vec<u8>>(),
        ) {
            let entry = Entry { name: &name, time, seq, headers: &headers, payload: &payload };
            let bytes = [&entry.head()[..], &headers, &payload].concat();
            prop_assert_eq!(read(&bytes, TEXT_MAX), Ok(Some((entry, bytes.len()))));
            prop_assert_eq!(read(&bytes[..bytes.len() - 1], TEXT_MAX), Ok(None));
        }
    }
}
