//! What a stream should hold: messages by sequence, and the few rules that take them out again.

use crate::world::SECOND;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(super) type Lines = Vec<(&'static str, String)>;

/// A message as it is published.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) subject: String,
    pub(super) headers: Lines,
    pub(super) body: String,
}

impl Sent {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(its, _)| *its == name);
        found.map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }

    /// The header block.
    pub(super) fn block(&self) -> String {
        if self.headers.is_empty() {
            return String::new();
        }
        let lines = self.headers.iter();
        let lines: String = lines
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        format!("NATS/1.0\r\n{lines}\r\n")
    }
}

/// In a few words: bodies are long.
impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            subject,
            headers,
            body,
        } = self;
        write!(f, "{subject} {headers:?} {:.6} ({})", body, body.len())
    }
}

/// A message that is stored.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) subject: String,
    pub(super) headers: String,
    pub(super) body: String,
    pub(super) time: u64,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            subject,
            headers,
            body,
            time,
        } = self;
        write!(
            f,
            "{subject} {headers:?} {:.6} ({}) at {time}",
            body,
            body.len()
        )
    }
}

impl Kept {
    /// The reference's formula.
    pub(super) fn size(&self) -> u64 {
        let headers = if self.headers.is_empty() {
            0
        } else {
            4 + self.headers.len()
        };
        (22 + self.subject.len() + headers + self.body.len() + 8) as u64
    }

    /// Its own time to live, if it has one: `None` is for ever.
    fn ttl(&self) -> Option<Option<u64>> {
        let value = self
            .headers
            .split("Nats-TTL: ")
            .nth(1)?
            .split("\r\n")
            .next()?;
        match value {
            "never" => Some(None),
            "1m0s" => Some(Some(60 * SECOND)),
            value => {
                let seconds: u64 = value.trim_end_matches('s').parse().expect("seconds");
                Some(Some(seconds * SECOND))
            }
        }
    }

    pub(super) fn is_marker(&self) -> bool {
        self.headers.contains("Nats-Marker-Reason: MaxAge")
    }
}

/// What the stream was told to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    /// Limits; 0: none.
    pub(super) msgs: u64,
    pub(super) bytes: u64,
    pub(super) per_subject: u64,
    pub(super) age: u64,
    pub(super) discard_new: bool,
    pub(super) new_per_subject: bool,
    /// Ids are known for so long.
    pub(super) window: u64,
    /// Markers live so long; 0: there are none.
    pub(super) markers: u64,
    pub(super) counts: bool,
}

/// What becomes of something that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Seq(u64),
    Duplicate(u64),
    Purged(u64),
    Done,
    /// The error's number.
    Refused(i64),
}

pub(super) const WRONG_LAST: i64 = 10071;
const STORE_FAILED: i64 = 10077;
pub(super) const DUPLICATE_IN_BATCH: i64 = 10201;
const NO_MESSAGE: i64 = 10043;

#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) rules: Rules,
    pub(super) kept: BTreeMap<u64, Kept>,
    pub(super) last: u64,
    /// Sequence and time of the messages with an id.
    pub(super) ids: BTreeMap<String, (u64, u64)>,
    /// Subjects whose marker a full disk refused: it may come after a crash.
    pub(super) owed: BTreeSet<String>,
}

impl Model {
    pub(super) fn of(&self, subject: &str) -> Vec<u64> {
        let its = self.kept.iter().filter(|(_, kept)| kept.subject == subject);
        its.map(|(seq, _)| *seq).collect()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.kept.values().map(Kept::size).sum()
    }

    pub(super) fn publish(&mut self, sent: &Sent, now: u64) -> Answer {
        let mut next = self.clone();
        match next.take(sent, now) {
            Ok(answer) => {
                next.enforce([sent.subject.as_str()]);
                if matches!(answer, Answer::Seq(_)) {
                    next.roll_up(sent);
                }
                *self = next;
                answer
            }
            Err(code) => Answer::Refused(code),
        }
    }

    /// All of them, or none.
    pub(super) fn publish_together(&mut self, batch: &[Sent], now: u64) -> Answer {
        if batch.iter().any(|sent| self.known(sent, now).is_some()) {
            return Answer::Refused(DUPLICATE_IN_BATCH);
        }
        let mut next = self.clone();
        for sent in batch {
            if let Err(code) = next.take(sent, now) {
                return Answer::Refused(code);
            }
            if self.rules.discard_new {
                next.enforce([sent.subject.as_str()]);
            }
        }
        next.enforce(batch.iter().map(|sent| sent.subject.as_str()));
        *self = next;
        Answer::Seq(self.last)
    }

    /// The sequence of a message with the same id.
    fn known(&self, sent: &Sent, now: u64) -> Option<u64> {
        let (seq, time) = self.ids.get(sent.header("Nats-Msg-Id")?)?;
        (time + self.rules.window > now).then_some(*seq)
    }

    /// Takes a message in; limits are looked at later.
    fn take(&mut self, sent: &Sent, now: u64) -> Result<Answer, i64> {
        let its = self.of(&sent.subject);
        let wrong = |want: Option<u64>, is: u64| want.is_some_and(|want| want != is);
        if wrong(sent.number("Nats-Expected-Last-Sequence"), self.last)
            || wrong(
                sent.number("Nats-Expected-Last-Subject-Sequence"),
                its.last().copied().unwrap_or(0),
            )
        {
            return Err(WRONG_LAST);
        }
        if let Some(seq) = self.known(sent, now) {
            return Ok(Answer::Duplicate(seq));
        }
        let body = match sent.number("Nats-Incr") {
            Some(more) => {
                let total = its.last().map_or(0, |seq| value(&self.kept[seq].body));
                format!("{{\"val\":\"{}\"}}", total + more)
            }
            None => sent.body.clone(),
        };
        let kept = Kept {
            subject: sent.subject.clone(),
            headers: sent.block(),
            body,
            time: now,
        };
        self.admit(&kept, its.len() as u64)?;
        self.last += 1;
        if let Some(id) = sent.header("Nats-Msg-Id") {
            self.ids.insert(id.to_owned(), (self.last, now));
        }
        self.kept.insert(self.last, kept);
        Ok(Answer::Seq(self.last))
    }

    /// Limits come before it, as in the reference.
    fn roll_up(&mut self, sent: &Sent) {
        match sent.header("Nats-Rollup") {
            Some("all") => drop(self.purge("", self.last, 0)),
            Some(_) => drop(self.purge(&sent.subject, self.last, 0)),
            None => {}
        }
    }

    /// A stream that discards the new has no room.
    fn admit(&self, kept: &Kept, others: u64) -> Result<(), i64> {
        let rules = &self.rules;
        let replaces = rules.per_subject > 0 && others >= rules.per_subject;
        let is_full = (rules.msgs > 0 && self.kept.len() as u64 >= rules.msgs)
            || (rules.bytes > 0 && self.bytes() + kept.size() > rules.bytes);
        let refuses = match replaces {
            true => rules.new_per_subject,
            false => is_full,
        };
        match rules.discard_new && refuses {
            true => Err(STORE_FAILED),
            false => Ok(()),
        }
    }

    /// Lets the oldest go until the limits hold, first each subject's. Who discards the new keeps what is there.
    pub(super) fn enforce<'a>(&mut self, subjects: impl IntoIterator<Item = &'a str>) {
        for subject in subjects {
            let its = self.of(subject);
            if self.rules.per_subject > 0 {
                let over = its.len().saturating_sub(self.rules.per_subject as usize);
                its[..over]
                    .iter()
                    .for_each(|seq| drop(self.kept.remove(seq)));
            }
        }
        let Rules { msgs, bytes, .. } = self.rules;
        if self.rules.discard_new {
            return;
        }
        while (msgs > 0 && self.kept.len() as u64 > msgs) || (bytes > 0 && self.bytes() > bytes) {
            self.kept.pop_first();
        }
    }

    pub(super) fn update(&mut self, rules: &Rules) -> Answer {
        self.rules = rules.clone();
        self.enforce([]);
        let subjects: BTreeSet<String> = self
            .kept
            .values()
            .map(|kept| kept.subject.clone())
            .collect();
        self.enforce(subjects.iter().map(String::as_str));
        Answer::Done
    }

    pub(super) fn delete(&mut self, seq: u64) -> Answer {
        match self.kept.remove(&seq) {
            Some(_) => Answer::Done,
            None => Answer::Refused(NO_MESSAGE),
        }
    }

    /// Messages below `upto` (0: all), but for the last `keep`. A stream that is emptied as a whole goes on where it was told to.
    pub(super) fn purge(&mut self, subject: &str, upto: u64, keep: usize) -> Answer {
        let concerned = |kept: &Kept| subject.is_empty() || kept.subject == subject;
        let mut gone: Vec<u64> = self
            .kept
            .iter()
            .filter(|(_, kept)| concerned(kept))
            .map(|(seq, _)| *seq)
            .collect();
        gone.truncate(gone.len().saturating_sub(keep));
        gone.retain(|seq| upto == 0 || *seq < upto);
        gone.iter().for_each(|seq| drop(self.kept.remove(seq)));
        if subject.is_empty() && upto > self.last + 1 {
            self.last = upto - 1;
        }
        Answer::Purged(gone.len() as u64)
    }

    /// When time takes a message out.
    pub(super) fn due(&self, kept: &Kept) -> u64 {
        let by_age = match (self.rules.age, kept.ttl()) {
            (0, _) | (_, Some(None)) => u64::MAX,
            (age, _) => kept.time + age,
        };
        let by_ttl = kept.ttl().flatten().map_or(u64::MAX, |ttl| kept.time + ttl);
        by_age.min(by_ttl)
    }

    /// Ids live in memory, and are found again in what is kept.
    pub(super) fn restart(&mut self) {
        self.ids.retain(|_, (seq, _)| self.kept.contains_key(seq));
    }
}

fn value(body: &str) -> u64 {
    body.trim_matches(|letter: char| !letter.is_ascii_digit())
        .parse()
        .expect("a counter")
}
