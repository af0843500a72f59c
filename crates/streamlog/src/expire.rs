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

const NANOS: u64 = 1_000_000_000;
/// Messages that one call takes out. Nobody else has the stream meanwhile; the rest is due at once.
const MAX: usize = 256;
/// When what couldn't be looked at is due again.
const AGAIN_AFTER: u64 = NANOS;

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
        let by_ttl = state
            .timers
            .next()
            .map(|second| second.saturating_mul(NANOS));
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
        // What a segment had may be due as well.
        for _ in 0..2 {
            for due in state.timers.take(now / NANOS, MAX - expired.len().min(MAX)) {
                let outcome = match due {
                    Due::Message(seq) => {
                        take(&mut state, seq, true, headers).map(|gone| expired.extend(gone))
                    }
                    Due::Segment(number) => expand(&mut state, number),
                };
                if outcome.is_err() {
                    state.timers.add(again_at.div_ceil(NANOS), due);
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

/// Takes the oldest message out if its time isn't after `upto`.
fn take_oldest(state: &mut State, upto: u64, headers: bool) -> Result<Option<Expired>> {
    match oldest(state)? {
        Some((seq, time)) if time <= upto => take(state, seq, false, headers),
        _ => Ok(None),
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
