//! Tells when we are wrong: something waits although nothing holds it back.
//!
//! Every [`PERIOD`] it is looked, after a turn, at a bounded number of the consumers that nobody is about to serve, and at the oldest answer that
//! waits for the disk. Who is found again a period later with the very same thing before it stands still: that is an alarm. It is logged with
//! its state, counted, and what stands still is woken.
//!
//! # Why twice
//! One look may come between the commit that shows a message and the turn that delivers it. Nothing takes a period to get from one to the
//! other, however slow a disk is: what isn't written isn't shown, and answers are only looked at while no commit is under way.

use super::*;
use crate::stream::Slot;

/// Between two looks, in nanoseconds.
const PERIOD: u64 = 5_000_000_000;
/// An answer that waits so long while nothing is written has been forgotten.
const ANSWER_MAX: u64 = 10_000_000_000;
/// Consumers that are asked for their next message in one look.
const LOOKS: usize = 2_000;

/// What stood still, since the server began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// Consumers with messages, credit and somebody who waits.
    pub consumers: u64,
    /// Answers whose commit was done, or wasn't begun.
    pub answers: u64,
}

/// See the head of this file.
#[derive(Default)]
pub(crate) struct Watchdog {
    due: u64,
    /// The stream that the next look begins with.
    at: usize,
    suspects: Vec<Suspect>,
    /// The batch of the oldest answer of each kind, and since when it is that.
    oldest: [(u64, u64); 3],
    alarms: Alarms,
}

/// A consumer that could have delivered something.
struct Suspect {
    stream: usize,
    slot: Slot,
    /// When the consumer was made, lest it is another one by now.
    created: u64,
    seq: u64,
}

impl JetStream {
    /// Looks for what stands still, if that is due, and wakes it. To be called after a turn; what stood still up to now.
    pub fn inspect(&mut self, now: u64, net: &mut dyn Network) -> Alarms {
        if now >= self.watchdog.due {
            self.watchdog.due = now.saturating_add(PERIOD);
            self.inspect_suspects(now, &*net);
            self.look_for_suspects(now, &*net);
            self.inspect_answers(now, net);
        }
        self.watchdog.alarms
    }

    fn inspect_suspects(&mut self, now: u64, net: &dyn Network) {
        for suspect in std::mem::take(&mut self.watchdog.suspects) {
            let Some(stream) = self.streams.resting(suspect.stream) else {
                continue;
            };
            let visible = stream.log.stats().visible;
            let Some(consumer) = stream.consumers.resting(suspect.slot) else {
                continue;
            };
            let same = consumer.created == suspect.created;
            if !same || consumer.owed(visible, now, net) != Some(suspect.seq) {
                continue;
            }
            let state = consumer.standing_still();
            tracing::error!(
                stream = stream.log.name(), consumer = consumer.name(), seq = suspect.seq, visible, %state,
                way_out = "none is needed, but it is a fault of the server: report it",
                "JetStream: a consumer stands still and is woken"
            );
            self.watchdog.alarms.consumers += 1;
            if let Some(stream) = self.streams.quietly(suspect.stream) {
                stream.consumers.stir(suspect.slot);
                self.streams.stir(suspect.stream);
            }
        }
    }

    /// Finds consumers to be looked at again, going on where the last look ended.
    fn look_for_suspects(&mut self, now: u64, net: &dyn Network) {
        let (count, mut looks) = (self.streams.len(), 0);
        for step in 0..count {
            let index = (self.watchdog.at + step) % count;
            if looks >= LOOKS {
                self.watchdog.at = index;
                return;
            }
            let Some(stream) = self.streams.resting(index) else {
                continue;
            };
            let visible = stream.log.stats().visible;
            for slot in stream.consumers.slots() {
                let consumer = stream.consumers.resting(slot);
                let Some(consumer) = consumer.filter(|it| it.is_listening()) else {
                    continue;
                };
                looks += 1;
                if let Some(seq) = consumer.owed(visible, now, net) {
                    self.watchdog.suspects.push(Suspect {
                        stream: index,
                        slot,
                        created: consumer.created,
                        seq,
                    });
                }
            }
        }
    }

    fn inspect_answers(&mut self, now: u64, net: &mut dyn Network) {
        let waiting = self.waiting.iter().map(|line| line.front());
        let waiting = waiting.map(|first| first.map(|it| it.ticket.batch()));
        let saving = self.saving.front().map(|it| it.ticket.batch());
        let batches: Vec<u64> = waiting
            .chain([saving])
            .map(|batch| batch.unwrap_or(0))
            .collect();
        let busy = self.store.is_busy();
        let mut late = false;
        for (batch, oldest) in batches.into_iter().zip(&mut self.watchdog.oldest) {
            if batch == 0 || batch != oldest.0 || busy {
                *oldest = (batch, now);
            }
            if batch > 0 && now >= oldest.1.saturating_add(ANSWER_MAX) {
                oldest.1 = now;
                late = true;
                self.watchdog.alarms.answers += 1;
                let waiting = self.waiting.iter().map(VecDeque::len).sum::<usize>();
                tracing::error!(
                    commit = batch,
                    waiting = waiting + self.saving.len(),
                    way_out = "none is needed, but it is a fault of the server: report it",
                    "JetStream: the answers to a commit are late and are asked for anew"
                );
            }
        }
        if late {
            self.committed(usize::MAX, net);
        }
    }
}
