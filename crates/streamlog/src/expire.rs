//! Messages that go by themselves: too old for the stream, or at the end of their own time to live.
use crate::{
    Result,
    filter::Filter,
    read,
    slot::Slot,
    state::{NEVER, State, expiry},
    stream::Stream,
    timer::Due,
};
use bytes::Bytes;

/// Messages that one call takes out. Nobody else has the stream meanwhile; the rest is due at once.
const MAX: usize = 256;
/// Timers that an append looks at when too many may be of messages that are gone: more than the one that it adds.
pub(crate) const SIFTED: usize = 8;
/// When what couldn't be looked at is due again.
const AGAIN_AFTER: u64 = 1_000_000_000;

/// What expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    /// its sequence
    pub seq: u64,
    /// its subject
    pub subject: Bytes,
    /// its header block, if it was asked for and no message of the subject is left
    pub headers: Bytes,
    /// whether its own ttl ended, and not the stream's `max_age`
    pub by_ttl: bool,
    /// whether no message of its subject is left
    pub was_only: bool,
}

impl Stream {
    /// When [`expire`](Self::expire) has something to do, in nanoseconds.
    pub fn next_expiry(&self) -> Option<u64> {
        let mut state = self.0.state.lock();
        state.sift_timers(SIFTED);
        let by_ttl = state.timers.next();
        let max_age = state.options.limits.max_age;
        let by_age = match max_age {
            0 => None,
            // What can't be looked at is asked for again at once, and then later.
            max_age => match oldest(&mut state) {
                Ok(oldest) => oldest.map(|(_, time)| time + max_age),
                Err(_) => Some(0),
            },
        };
        let due = [by_ttl, by_age].into_iter().flatten().min()?;
        Some(due.max(state.expire_again_at))
    }

    /// Takes out what is too old at `now`, or the beginning of it: [`next_expiry`](Self::next_expiry) says whether there is more. The next commit notes it; after a crash before that it is too old again. What can't be looked at
    /// stays, and is due again a second later.
    pub fn expire(&self, now: u64) -> Vec<Expired> {
        self.expire_with(now, false)
    }

    /// The same; messages that leave their subject empty are told with their headers.
    pub fn expire_with_headers(&self, now: u64) -> Vec<Expired> {
        self.expire_with(now, true)
    }

    fn expire_with(&self, now: u64, headers: bool) -> Vec<Expired> {
        let mut expired = Vec::new();
        let mut state = self.0.state.lock();
        let again_at = now.saturating_add(AGAIN_AFTER);
        state.sift_timers(MAX);
        // What a segment had may be due as well.
        for _ in 0..2 {
            for due in state.timers.take(now, MAX - expired.len().min(MAX)) {
                let outcome = match due {
                    Due::Message(seq) => {
                        take_due(&mut state, seq, now, headers).map(|gone| expired.extend(gone))
                    }
                    Due::Segment(number) => expand(&mut state, number),
                };
                if outcome.is_err() {
                    state.timers.add(again_at, due);
                    state.expire_again_at = again_at;
                }
            }
        }
        let max_age = state.options.limits.max_age;
        let upto = now.checked_sub(max_age).filter(|_| max_age > 0);
        while let Some(upto) = upto
            && expired.len() < MAX
            && let gone = take_oldest(&mut state, upto, headers)
            && !matches!(gone, Ok(None))
        {
            let Ok(gone) = gone else {
                state.expire_again_at = again_at;
                break;
            };
            expired.extend(gone);
        }
        if state.losses.are_many()
            && let Ok(written) = state.write_losses()
        {
            drop(self.enter(&mut state, written));
        }
        expired
    }
}

impl State {
    /// Looks at up to `max` timers if there are many, and forgets those of messages that are gone.
    pub(crate) fn sift_timers(&mut self, max: usize) {
        for (at, seq) in self.timers.sift(self.msgs, max) {
            // What can't be looked at now may be there.
            if !matches!(self.find(seq), Ok(None)) {
                self.timers.add(at, Due::Message(seq));
            }
        }
    }
}

/// Takes the oldest message out if its time isn't after `upto`.
fn take_oldest(state: &mut State, upto: u64, headers: bool) -> Result<Option<Expired>> {
    match oldest(state)? {
        Some((seq, time)) if time <= upto => take(state, seq, false, headers),
        _ => Ok(None),
    }
}

/// Takes a message out if its time to live is over: another one may have the number of that whose timer this was.
fn take_due(state: &mut State, seq: u64, now: u64, headers: bool) -> Result<Option<Expired>> {
    let Some((at, i, place)) = state.find(seq)? else {
        return Ok(None);
    };
    let slot = &state.slots[at];
    let ttl = slot.index()?.ttl(i);
    let is_due = ttl > 0 && ttl != NEVER && expiry(time_of(state, slot, place)?, ttl) <= now;
    match is_due {
        true => take(state, seq, true, headers),
        false => Ok(None),
    }
}

fn take(state: &mut State, seq: u64, by_ttl: bool, headers: bool) -> Result<Option<Expired>> {
    let Some((at, i, place)) = state.find(seq)? else {
        return Ok(None);
    };
    let subject = state.subject_at(at, i, place)?.unwrap_or_default();
    let was_only = state.loose_total(&subject)?.count == 1;
    let headers = match headers && was_only {
        true => read::headers_of(state, &state.slots[at], place, seq)?,
        false => Bytes::new(),
    };
    state.kill(seq)?;
    state.lose(seq, true);
    Ok(Some(Expired {
        seq,
        subject,
        headers,
        by_ttl,
        was_only,
    }))
}

/// The messages of a segment that expire by themselves become timers of their own.
fn expand(state: &mut State, number: u32) -> Result<()> {
    let Some(slot) = state
        .slots
        .iter()
        .find(|slot| slot.seg.number == number)
        .cloned()
    else {
        return Ok(());
    };
    let base = slot.index()?.base();
    for (i, ttl) in slot.index()?.ttls() {
        let seq = base + u64::from(i);
        if ttl != NEVER
            && let Some((_, place)) = slot.place(seq, state.first_seq)?
            && let Some(time) = read::time_of(&slot.seg, place)?
        {
            state.timers.add(expiry(time, ttl), Due::Message(seq));
        }
    }
    Ok(())
}

/// The first message that `max_age` applies to, and its time.
fn oldest(state: &mut State) -> Result<Option<(u64, u64)>> {
    loop {
        let from = state.first_seq.max(state.aging);
        let seq = match state.find(from)? {
            Some(_) => Some(from),
            None => state.next(&Filter::all(), from)?,
        };
        let Some(seq) = seq else { return Ok(None) };
        let Some((at, i, place)) = state.find(seq)? else {
            return Ok(None);
        };
        let slot = &state.slots[at];
        if slot.index()?.ttl(i) != NEVER {
            let time = time_of(state, slot, place)?;
            state.aging = seq;
            return Ok(Some((seq, time)));
        }
        state.aging = seq + 1;
    }
}

fn time_of(state: &State, slot: &Slot, place: crate::index::Place) -> Result<u64> {
    let found = state
        .tail
        .find(slot.seg.number, place.offset)
        .and_then(|bytes| read::peek_time(&bytes));
    let time = match found {
        Some(time) => Some(time),
        None => read::time_of(&slot.seg, place)?,
    };
    Ok(time.unwrap_or(slot.first_time))
}

#[cfg(test)]
mod tests {
    use crate::{
        Limits, NewMessage, Storage, Store, StoreOptions, Stream, StreamOptions, sim::CrashDisk,
    };
    use std::sync::Arc;

    const HOUR: u64 = 3600 * crate::state::NANOS;

    fn stream(storage: Storage) -> (Store, Stream) {
        let options = StoreOptions {
            journal_bytes: 1 << 20,
            ..StoreOptions::default()
        };
        let store = Store::open(Arc::new(CrashDisk::new()), options).unwrap();
        let options = StreamOptions {
            storage,
            limits: Limits {
                max_per_subject: 1,
                ..Limits::default()
            },
            ..StreamOptions::default()
        };
        let stream = store.create_stream("s", options).unwrap().0;
        (store, stream)
    }

    /// Symptom: a million overwrites of one key with a time to live took 11 MB until they were due. Cause: the timer of a message stayed when
    /// the message went.
    #[test]
    fn timers_of_overwritten_messages_go() {
        for storage in [Storage::File, Storage::Memory] {
            let (store, stream) = stream(storage);
            for round in 0..10_000_u64 {
                let subject = format!("k.{}", round % 10);
                let message = NewMessage {
                    ttl: 3600,
                    ..NewMessage::new(&subject, "x")
                };
                drop(stream.append(message, round).unwrap());
                if round % 1000 == 0 {
                    store.commit_once(round).unwrap();
                }
                let timers = stream.0.state.lock().timers.len();
                assert!(timers < 1300, "{timers} after {round}");
            }
            let mut expired = 0;
            while let Some(due) = stream.next_expiry() {
                expired += stream.expire(due).len();
            }
            assert_eq!((expired, stream.stats().msgs), (10, 0), "{storage:?}");
            drop(stream.append(NewMessage::new("k", "x"), HOUR).unwrap());
            assert_eq!(stream.0.state.lock().timers.len(), 0);
        }
    }
}
