//! Reading single messages: `STREAM.MSG.GET`, and direct gets.

use super::{Stream, store_error};
use crate::error::{BAD_REQUEST, NO_MESSAGE_FOUND};
use crate::headers::{Block, status};
use crate::json::Body;
use crate::tasks::Slice;
use crate::time::Time;
use crate::{ApiError, Message};
use midge_streamlog::{Cursor, Error as LogError, Filter, Message as Stored};
use serde::Deserialize;

/// Subjects that a `multi_last` may match.
const MULTI_LAST_MAX: usize = 1024;
/// Bytes of a batch that names no maximum.
const BATCH_BYTES_MAX: usize = 64 << 20;

/// A request for one message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MsgGet {
    pub(crate) seq: u64,
    pub(crate) last_by_subj: String,
    pub(crate) next_by_subj: String,
    pub(crate) start_time: Option<Time>,
    pub(crate) no_hdr: bool,
}

impl Body for MsgGet {
    const FIELDS: &'static [&'static str] = &[
        "seq",
        "last_by_subj",
        "next_by_subj",
        "start_time",
        "no_hdr",
        "batch",
        "max_bytes",
        "multi_last",
        "up_to_seq",
        "up_to_time",
    ];
}

/// A request for one or many messages, answered without JSON.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DirectGet {
    #[serde(flatten)]
    pub(crate) one: MsgGet,
    pub(crate) batch: usize,
    pub(crate) max_bytes: usize,
    pub(crate) multi_last: Vec<String>,
    pub(crate) up_to_seq: u64,
    pub(crate) up_to_time: Option<Time>,
}

impl Stream {
    /// The message of a `MSG.GET`.
    pub(crate) fn find(&self, get: &MsgGet) -> Result<Stored, ApiError> {
        let by_seq = get.seq > 0;
        let (last, next) = (!get.last_by_subj.is_empty(), !get.next_by_subj.is_empty());
        let by_time = get.start_time.is_some();
        let clash = (last && (by_seq || next || by_time)) || (by_seq && by_time);
        if clash || !(by_seq || last || next || by_time) {
            return Err(BAD_REQUEST);
        }
        let fail = |error: LogError| store_error(&error);
        match self.seq_of(get).map_err(fail)? {
            Some(seq) => present(self.log.get(seq)).map_err(fail)?,
            None => None,
        }
        .ok_or(NO_MESSAGE_FOUND)
    }

    fn seq_of(&self, get: &MsgGet) -> Result<Option<u64>, LogError> {
        if !get.last_by_subj.is_empty() {
            return self.log.last(&Filter::new(&get.last_by_subj), u64::MAX);
        }
        let visible = self.log.stats().visible;
        let from = match get.start_time {
            Some(time) => match self.log.seq_at(time.0)? {
                Some(seq) => seq,
                None => return Ok(None),
            },
            None => get.seq,
        };
        let found = if !get.next_by_subj.is_empty() {
            self.log
                .next(&Filter::new(&get.next_by_subj), from.max(1))?
        } else if get.start_time.is_some() {
            self.log.next(&Filter::all(), from)?
        } else {
            Some(from)
        };
        Ok(found.filter(|found| *found <= visible))
    }

    /// Answers a direct get by calling `send` with headers and body of the message, or of the status. One of many messages is given back,
    /// ready to begin.
    pub(crate) fn direct_get(
        &self,
        get: &DirectGet,
        send: &mut dyn FnMut(&[u8], &[u8]),
    ) -> Option<BatchGet> {
        let one = &get.one;
        let asks = one.seq > 0
            || one.start_time.is_some()
            || !one.next_by_subj.is_empty()
            || !one.last_by_subj.is_empty();
        if !asks && get.multi_last.is_empty() {
            send(&status(408, "Empty Request"), b"");
            return None;
        }
        let last = !one.last_by_subj.is_empty();
        let (next, since) = (!one.next_by_subj.is_empty(), one.start_time.is_some());
        let clash = (last && (one.seq > 0 || get.batch > 0 || next || since))
            || (one.seq > 0 && one.start_time.is_some())
            || (get.up_to_seq > 0 && get.up_to_time.is_some())
            || (!get.multi_last.is_empty() && (last || !one.next_by_subj.is_empty()));
        if clash {
            send(&status(408, "Bad Request"), b"");
            return None;
        }
        let outcome = if !get.multi_last.is_empty() {
            self.multi_last(get, send)
        } else if get.batch > 0 || get.max_bytes > 0 {
            self.batch(get).map(Some)
        } else {
            self.one(one, send).map(|()| None)
        };
        outcome.unwrap_or_else(|error| {
            send(&status(500, &error.to_string()), b"");
            None
        })
    }

    fn one(&self, get: &MsgGet, send: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), LogError> {
        let message = match self.seq_of(get)? {
            Some(seq) => present(self.log.get(seq))?,
            None => None,
        };
        match message {
            Some(message) if get.no_hdr => send(b"", &message.payload),
            Some(message) => send(&self.headers_of(&message, None), &message.payload),
            None => send(&status(404, "Message Not Found"), b""),
        }
        Ok(())
    }

    fn batch(&self, get: &DirectGet) -> Result<BatchGet, LogError> {
        let filter = match get.one.next_by_subj.as_str() {
            "" => Filter::all(),
            subject => Filter::new(subject),
        };
        let from = match get.one.start_time {
            Some(time) => self.log.seq_at(time.0)?.unwrap_or(u64::MAX),
            None => get.one.seq.max(1),
        };
        let mut cursor = self.log.cursor(filter, from);
        let pending = cursor.count()?;
        let wanted = Wanted::Matching {
            cursor,
            visible: self.log.stats().visible,
            left: if get.batch == 0 {
                usize::MAX
            } else {
                get.batch
            },
        };
        Ok(BatchGet::new(get, wanted, pending, None))
    }

    /// `None`: there are too many, as was said.
    fn multi_last(
        &self,
        get: &DirectGet,
        send: &mut dyn FnMut(&[u8], &[u8]),
    ) -> Result<Option<BatchGet>, LogError> {
        let visible = self.log.stats().visible;
        let upto = match (get.up_to_seq, get.up_to_time) {
            (0, None) => visible,
            (0, Some(time)) => self
                .log
                .seq_at(time.0)?
                .map_or(visible, |seq| seq.saturating_sub(1)),
            (seq, _) => seq.min(visible),
        };
        let mut subjects: Vec<Vec<u8>> = Vec::new();
        for filter in get.multi_last.iter().map(Filter::new) {
            if let Some(subject) = filter.as_literal() {
                let is_there = self.log.total(subject)?.count > 0;
                subjects.extend(is_there.then(|| subject.to_vec()));
                continue;
            }
            self.log.each_subject(&filter, |subject, _| {
                if subjects.len() <= MULTI_LAST_MAX {
                    subjects.push(subject.to_vec());
                }
            })?;
            if subjects.len() > MULTI_LAST_MAX {
                break;
            }
        }
        if subjects.len() > MULTI_LAST_MAX {
            send(&status(413, "Too Many Results"), b"");
            return Ok(None);
        }
        let mut seqs: Vec<u64> = Vec::with_capacity(subjects.len());
        for subject in &subjects {
            let last = self.log.last(&Filter::literal(subject), upto)?;
            seqs.extend(last.filter(|seq| *seq >= get.one.seq));
        }
        seqs.sort_unstable();
        seqs.dedup();
        let total = seqs.len() as u64;
        if get.batch > 0 {
            seqs.truncate(get.batch);
        }
        let wanted = Wanted::Listed(seqs.into_iter());
        Ok(Some(BatchGet::new(get, wanted, total, Some(upto))))
    }

    /// The message's own headers and what a direct get adds.
    fn headers_of(&self, message: &Stored, batch: Option<(u64, u64)>) -> Vec<u8> {
        let (pending, last) = batch.unzip();
        self.named(
            &message.headers,
            &message.subject,
            (message.seq, message.time),
        )
        .with_some("Nats-Num-Pending", pending.map(|it| it.to_string()))
        .with_some("Nats-Last-Sequence", last.map(|it| it.to_string()))
        .done()
    }

    /// A message's own headers, and what it is.
    fn named(&self, headers: &[u8], subject: &[u8], (seq, time): (u64, u64)) -> Block {
        Block::of(headers)
            .with("Nats-Stream", &self.config.name)
            .with("Nats-Subject", subject)
            .with("Nats-Sequence", seq.to_string())
            .with("Nats-Time-Stamp", Time(time).to_string())
    }
}

/// A message that was read. One that is damaged is gone, which the log told whoever must know; one that can't be read now is neither there nor
/// gone, and that is an error.
pub(crate) fn present(found: Result<Option<Stored>, LogError>) -> Result<Option<Stored>, LogError> {
    match found {
        Err(LogError::Checksum { .. }) => Ok(None),
        found => found,
    }
}

/// A direct get of many messages: where it is, so that it can go on.
pub(crate) struct BatchGet {
    wanted: Wanted,
    /// Messages go without headers.
    bare: bool,
    /// How many match, as it began.
    total: u64,
    upto: Option<u64>,
    bytes_max: usize,
    bytes: usize,
    sent: u64,
    last: u64,
}

/// Which messages a [`BatchGet`] is about to send.
enum Wanted {
    Matching {
        cursor: Cursor,
        visible: u64,
        left: usize,
    },
    Listed(std::vec::IntoIter<u64>),
}

impl Wanted {
    fn next(&mut self) -> Result<Option<u64>, LogError> {
        match self {
            Self::Listed(seqs) => Ok(seqs.next()),
            Self::Matching {
                cursor,
                visible,
                left,
            } => {
                let Some(less) = left.checked_sub(1) else {
                    return Ok(None);
                };
                *left = less;
                Ok(cursor.next_seq()?.filter(|seq| *seq <= *visible))
            }
        }
    }
}

impl BatchGet {
    fn new(get: &DirectGet, wanted: Wanted, total: u64, upto: Option<u64>) -> Self {
        Self {
            wanted,
            bare: get.one.no_hdr && upto.is_none(),
            total,
            upto,
            bytes_max: match get.max_bytes {
                0 => BATCH_BYTES_MAX,
                max => max,
            },
            bytes: 0,
            sent: 0,
            last: 0,
        }
    }

    /// Sends until the slice is spent. True when it sent all, and the status behind them.
    pub(crate) fn go_on(
        &mut self,
        stream: &Stream,
        slice: &mut Slice,
        send: &mut dyn FnMut(&[u8], &[u8]),
    ) -> bool {
        match self.send_slice(stream, slice, send) {
            Ok(true) => self.end(send),
            Ok(false) => return false,
            Err(error) => send(&status(500, &error.to_string()), b""),
        }
        true
    }

    fn send_slice(
        &mut self,
        stream: &Stream,
        slice: &mut Slice,
        send: &mut dyn FnMut(&[u8], &[u8]),
    ) -> Result<bool, LogError> {
        while self.bytes < self.bytes_max {
            if slice.is_spent() {
                return Ok(false);
            }
            let Some(seq) = self.wanted.next()? else {
                break;
            };
            let message = present(stream.log.get(seq))?;
            slice.touch(message.as_ref().map_or(0, Stored::len));
            let Some(message) = message else {
                continue;
            };
            self.bytes += message.len();
            self.sent += 1;
            let pending = self.total.saturating_sub(self.sent);
            let headers = match self.bare {
                true => Vec::new(),
                false => stream.headers_of(&message, Some((pending, self.last))),
            };
            send(&headers, &message.payload);
            self.last = seq;
        }
        Ok(true)
    }

    /// The stream is gone, and so is what wasn't sent: that is the end.
    pub(crate) fn end_early(&mut self, send: &mut dyn FnMut(&[u8], &[u8])) {
        self.total = self.sent;
        self.end(send);
    }

    fn end(&self, send: &mut dyn FnMut(&[u8], &[u8])) {
        if self.sent == 0 {
            let text = self.upto.map_or("Message Not Found", |_| "No Results");
            return send(&status(404, text), b"");
        }
        let pending = self.total.saturating_sub(self.sent);
        let end = Block::status(204, "EOB")
            .with("Nats-Num-Pending", pending.to_string())
            .with("Nats-Last-Sequence", self.last.to_string())
            .with_some("Nats-UpTo-Sequence", self.upto.map(|upto| upto.to_string()));
        send(&end.done(), b"");
    }
}

/// What a republished message carries beside its own headers.
pub(crate) fn republished(
    stream: &Stream,
    message: &Message<'_>,
    (seq, last): (u64, u64),
    now: u64,
    bodiless: bool,
) -> Vec<u8> {
    let size = bodiless.then(|| message.payload.len().to_string());
    stream
        .named(message.headers, message.subject, (seq, now))
        .with("Nats-Last-Sequence", last.to_string())
        .with_some("Nats-Msg-Size", size)
        .done()
}
