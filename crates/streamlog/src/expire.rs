//! Messages that go by themselves: too old for the stream, or at the end of their own time to live.
use crate::{
    filter::Filter,
    read,
    slot::Slot,
    state::{NEVER, State, expiry},
    stream::Stream,
    timer::Due,
};
use bytes::Bytes;

const NANOS: u64 = 1_000_000_000;

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
            max_age => oldest(&mut state).map(|(_, time)| time + max_age),
        };
        [by_ttl, by_age].into_iter().flatten().min()
    }

    /// Takes out what is too old at `now`. The next commit notes it; after a crash before that it is too old again.
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
        for due in state.timers.take(now / NANOS) {
            match due {
                Due::Message(seq) => expired.extend(take(&mut state, seq, true, headers)),
                Due::Segment(number) => expand(&mut state, number),
            }
        }
        // What a segment had may be due as well.
        for due in state.timers.take(now / NANOS) {
            if let Due::Message(seq) = due {
                expired.extend(take(&mut state, seq, true, headers));
            }
        }
        let max_age = state.options.limits.max_age;
        while max_age > 0
            && let Some((seq, time)) = oldest(&mut state)
            && time + max_age <= now
        {
            expired.extend(take(&mut state, seq, false, headers));
        }
        if state.losses.are_many()
            && let Ok(written) = state.write_losses()
        {
            drop(self.enter(&mut state, written));
        }
        expired
    }
}

fn take(state: &mut State, seq: u64, by_ttl: bool, headers: bool) -> Option<Expired> {
    let (at, i, place) = state.find(seq)?;
    let subject = state.subject_at(at, i, place).unwrap_or_default();
    let was_only = state.total(&subject).count == 1;
    let headers = match headers && was_only {
        true => read::headers_of(state, &state.slots[at], place, seq),
        false => Bytes::new(),
    };
    state.kill(seq);
    state.lose(seq, true);
    Some(Expired {
        seq,
        subject,
        headers,
        by_ttl,
        was_only,
    })
}

/// The messages of a segment that expire by themselves become timers of their own.
fn expand(state: &mut State, number: u32) {
    let Some(slot) = state
        .slots
        .iter()
        .find(|slot| slot.seg.number == number)
        .cloned()
    else {
        return;
    };
    let base = slot.index().base();
    for (i, ttl) in slot.index().ttls() {
        let seq = base + u64::from(i);
        if ttl != NEVER
            && let Some((_, place)) = slot.place(seq, state.first_seq)
            && let Some(time) = read::time_of(&slot.seg, place)
        {
            state.timers.add(expiry(time, ttl), Due::Message(seq));
        }
    }
}

/// The first message that `max_age` applies to, and its time.
fn oldest(state: &mut State) -> Option<(u64, u64)> {
    loop {
        let from = state.first_seq.max(state.aging);
        let seq = match state.find(from) {
            Some(_) => from,
            None => state.next(&Filter::all(), from)?,
        };
        let (at, i, place) = state.find(seq)?;
        let slot = &state.slots[at];
        if slot.index().ttl(i) != NEVER {
            state.aging = seq;
            return Some((seq, time_of(state, slot, place)));
        }
        state.aging = seq + 1;
    }
}

fn time_of(state: &State, slot: &Slot, place: crate::index::Place) -> u64 {
    let found = state
        .tail
        .find(slot.seg.number, place.offset)
        .and_then(|bytes| read::peek_time(&bytes));
    found
        .or_else(|| read::time_of(&slot.seg, place))
        .unwrap_or(slot.first_time)
}
