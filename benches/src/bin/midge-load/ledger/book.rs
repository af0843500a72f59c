//! What one stream must hold: what was acknowledged to its publishers, less what was removed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Subjects that a stream's messages are spread over: message `n` goes to the one of `n % SUBJECTS`.
pub(super) const SUBJECTS: u64 = 4;

/// Messages of an atomic batch: numbers from a multiple of it to the next.
pub(super) const BATCH: u64 = 8;

/// A message that was found: its sequence, and the number its publisher gave it.
pub(super) type Found = (u64, u64);

/// Which messages a request removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// Those below a sequence.
    Below(u64),
    /// Those of one subject below a sequence.
    OfSubject { subject: u64, below: u64 },
    /// One.
    One(u64),
}

impl Removal {
    /// The first sequence that it leaves alone, and all after it.
    fn end(self) -> u64 {
        match self {
            Self::Below(below) | Self::OfSubject { below, .. } => below,
            Self::One(one) => one + 1,
        }
    }

    fn covers(self, (seq, number): Found) -> bool {
        match self {
            Self::Below(below) => seq < below,
            Self::OfSubject { subject, below } => seq < below && number % SUBJECTS == subject,
            Self::One(one) => seq == one,
        }
    }
}

/// See the head of the file.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Sequence and number of each acknowledged message.
    pub(super) acked: BTreeMap<u64, u64>,
    /// Numbers that were sent and not acknowledged.
    pub(super) out: BTreeSet<u64>,
    /// The number of the next message.
    pub(super) next: u64,
    /// What was removed, and the answer came.
    removed: Vec<Removal>,
    /// What was asked to be removed.
    removing: Option<Removal>,
    /// Numbers for which an ack was sent.
    pub(super) tried: HashSet<u64>,
    /// Numbers whose ack was confirmed.
    pub(super) confirmed: HashSet<u64>,
}

/// What a restarted server doesn't keep of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Broken {
    /// Acknowledged messages that are gone.
    pub(super) lost: u64,
    /// Removed messages that are back.
    pub(super) revived: u64,
    /// Numbers that are there twice or were never sent.
    pub(super) odd: u64,
}

impl Book {
    /// The number for a new message, which is noted as sent.
    pub(super) fn send(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        self.out.insert(number);
        number
    }

    /// The ack of a message came.
    pub(super) fn ack(&mut self, seq: u64, number: u64) {
        self.out.remove(&number);
        self.acked.insert(seq, number);
    }

    /// A removal is about to be asked for.
    pub(super) fn remove(&mut self, what: Removal) {
        self.removing = Some(what);
    }

    /// The removal was answered.
    pub(super) fn answered(&mut self) {
        let Some(removal) = self.removing.take() else {
            return;
        };
        self.acked
            .retain(|seq, number| !removal.covers((*seq, *number)));
        if let Removal::Below(below) = removal {
            self.removed.retain(|older| older.end() > below);
        }
        self.removed.push(removal);
    }

    /// Holds what is `found` against what was promised, and takes it as the truth from here on.
    pub(super) fn compare(&mut self, found: &[Found]) -> Broken {
        let all: HashSet<Found> = found.iter().copied().collect();
        let gone = |one: &Found| self.removed.iter().any(|removal| removal.covers(*one));
        let may_be_gone =
            |one: &Found| gone(one) || self.removing.is_some_and(|it| it.covers(*one));
        let promised = self.acked.iter().map(|(seq, number)| (*seq, *number));
        let mut numbers = HashSet::new();
        let broken = Broken {
            lost: promised
                .filter(|one| !may_be_gone(one) && !all.contains(one))
                .count() as u64,
            revived: found.iter().filter(|one| gone(one)).count() as u64,
            odd: found
                .iter()
                .filter(|(_, number)| *number >= self.next || !numbers.insert(*number))
                .count() as u64,
        };
        if broken != Broken::default() {
            // Sequences may be given a second time.
            self.removed.clear();
        }
        self.removing = None;
        self.out.clear();
        self.acked = found.iter().copied().collect();
        broken
    }

    /// Batches of which only a part is there. The first one may have been purged in its middle.
    pub(super) fn torn(&self) -> u64 {
        let mut sizes = BTreeMap::new();
        for number in self.acked.values() {
            *sizes.entry(number / BATCH).or_insert(0) += 1;
        }
        sizes
            .values()
            .skip(1)
            .filter(|size| **size != BATCH)
            .count() as u64
    }

    /// A drained work queue: what wasn't acknowledged to the queue must have come.
    pub(super) fn never_came(&self, came: &HashSet<u64>) -> u64 {
        let settled = |number: &&u64| self.tried.contains(number) || came.contains(number);
        self.acked
            .values()
            .filter(|number| !settled(number))
            .count() as u64
    }
}

/// The body of a message: anyone can tell whether it is whole. Some are larger than what passes through a journal.
pub(super) fn payload(stream: &str, number: u64) -> String {
    let len = if number.is_multiple_of(97) {
        20_000
    } else {
        number % 300
    };
    format!("{stream} {number} {}", "x".repeat(len as usize))
}

/// The number of a message; `None` if that isn't its body.
pub(super) fn number(stream: &str, body: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(body).ok()?;
    let number = text.split(' ').nth(1)?.parse().ok()?;
    (payload(stream, number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(acked: &[Found]) -> Book {
        let mut book = Book::default();
        for (seq, number) in acked {
            assert_eq!(book.send(), *number);
            book.ack(*seq, *number);
        }
        book
    }

    #[test]
    fn what_was_acknowledged_and_is_gone_is_lost() {
        let mut book = book(&[(1, 0), (2, 1), (3, 2)]);
        let broken = book.compare(&[(1, 0), (3, 1)]);
        assert_eq!((broken.lost, broken.revived, broken.odd), (2, 0, 0));
        assert_eq!(
            book.compare(&[(1, 0), (3, 1)]),
            Broken::default(),
            "counted once"
        );
    }

    #[test]
    fn what_was_removed_must_not_be_there_and_what_was_being_removed_may() {
        let mut book = book(&[(1, 0), (2, 1), (3, 2), (4, 3)]);
        book.remove(Removal::Below(2));
        book.answered();
        book.remove(Removal::One(3));
        let all = [(1, 0), (2, 1), (3, 2), (4, 3)];
        assert_eq!(book.compare(&all).revived, 1);
        book.remove(Removal::OfSubject {
            subject: 2,
            below: 4,
        });
        book.answered();
        book.remove(Removal::Below(2));
        assert_eq!(book.compare(&[(2, 1), (4, 3)]), Broken::default());
    }

    #[test]
    fn a_number_twice_or_never_sent_is_odd() {
        let mut book = book(&[(1, 0)]);
        assert_eq!(book.compare(&[(1, 0), (2, 0), (3, 7)]).odd, 2);
    }

    #[test]
    fn a_batch_is_whole_or_torn() {
        let batch = |first: u64| (first..first + BATCH).map(|number| (number + 1, number));
        let messages: Vec<Found> = batch(0).chain(batch(BATCH)).collect();
        assert_eq!(book(&messages).torn(), 0);
        assert_eq!(book(&messages[..9]).torn(), 1);
        let mut book = book(&messages);
        book.compare(&messages[3..]);
        assert_eq!(book.torn(), 0);
    }

    #[test]
    fn a_queue_owes_what_nobody_acknowledged() {
        let mut book = book(&[(1, 0), (2, 1), (3, 2)]);
        book.tried.insert(0);
        assert_eq!(book.never_came(&HashSet::from([2])), 1);
    }

    #[test]
    fn a_body_that_was_changed_has_no_number() {
        for number_sent in [0, 1, 97, 299] {
            let body = payload("S", number_sent);
            assert_eq!(number("S", body.as_bytes()), Some(number_sent));
            assert_eq!(number("T", body.as_bytes()), None);
            assert_eq!(number("S", &body.as_bytes()[..body.len() - 1]), None);
        }
    }
}
