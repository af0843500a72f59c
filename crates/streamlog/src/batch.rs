//! Several messages that are there all or none.
//!
//! Each record of a batch but the last says that more follows; the last says that it ends one. They are written under one lock, so one
//! commit carries them. A log that ends inside a batch ends before it: nobody was told of it, and what its messages would have pushed out is
//! still there, because what limits take out is noted behind it.
use crate::{
    Error, Result,
    error::Limit,
    options::{Discard, Storage},
    record::{FLAG_ENDS, FLAG_MORE, Head, Kind, RECORD_BATCH},
    state::{NewMessage, State},
    stream::{Appended, Stream, enforce_each},
};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::atomic::Ordering,
};

/// A batch whose end wasn't read yet.
pub(crate) struct OpenBatch {
    first: u64,
}

impl Stream {
    /// The most bytes that a batch may have.
    pub fn batch_bytes_max(&self) -> usize {
        self.0.buffered.batch_max
    }

    /// Adds all of these at the end, or none, whatever happens meanwhile. `None` stands for a sequence without a message.
    /// What comes back is the last one's.
    ///
    /// # Errors
    /// As [`append`](Self::append), and `TooLarge` beyond [`batch_bytes_max`](Self::batch_bytes_max).
    pub fn append_batch(&self, batch: &[Option<NewMessage<'_>>], now: u64) -> Result<Appended> {
        let mut state = self.lock()?;
        self.admit_batch(&mut state, batch)?;
        let mut held = Vec::new();
        for message in batch.iter().flatten() {
            held.extend(Self::load_for_limits(&mut state, message.subject)?);
        }
        let before = state.last_seq;
        let time = now.max(state.last_time);
        let mut written = state.write_expired()?;
        let outcome = self.put_all(&mut state, batch, time, &mut written);
        if outcome.is_err() && state.last_seq > before {
            // The log goes on with a sequence that it has: whoever reads it back sees that this batch isn't one.
            state.apply_truncate(before)?;
        }
        let subjects = batch.iter().flatten().map(|message| message.subject);
        state.limits_owed |= enforce_each(&mut state, subjects).is_err();
        let seq = state.last_seq;
        let ticket = self.enter(&mut state, written);
        outcome.map(|()| Appended { seq, time, ticket })
    }

    /// Writes them one after the other, and counts the bytes; what is large has its file before.
    fn put_all(
        &self,
        state: &mut State,
        batch: &[Option<NewMessage<'_>>],
        time: u64,
        written: &mut usize,
    ) -> Result<()> {
        let len_of = |message: &Option<NewMessage<'_>>| message.as_ref().map_or(0, NewMessage::len);
        let lens = batch.iter().map(len_of);
        if lens.clone().sum::<usize>() > self.0.buffered.apart_from {
            state.allocate(lens)?;
        }
        for (k, message) in batch.iter().enumerate() {
            let flags = match (batch.len(), k + 1 == batch.len()) {
                (1, _) => 0,
                (_, true) => FLAG_ENDS,
                (_, false) => FLAG_MORE,
            };
            *written += put(state, message.as_ref(), flags, time)?;
        }
        Ok(())
    }

    fn admit_batch(&self, state: &mut State, batch: &[Option<NewMessage<'_>>]) -> Result<()> {
        let len: usize = batch.iter().flatten().map(NewMessage::len).sum();
        let max = self.batch_bytes_max();
        if len > max {
            return Err(Error::TooLarge { len, max });
        }
        if state.options.storage == Storage::File {
            if let Some(lack) = state.lack {
                return Err(lack.into());
            }
            self.0.buffered.find_place(len)?;
            let buffered = self.0.buffered.now.load(Ordering::Relaxed);
            if buffered > self.0.buffered.max() {
                return Err(self.0.buffered.overloaded(buffered));
            }
        }
        check_limits(state, batch)
    }
}

/// With `Discard::New`: whether all find room, each after those before it.
fn check_limits(state: &mut State, batch: &[Option<NewMessage<'_>>]) -> Result<()> {
    let limits = state.options.limits;
    if limits.discard == Discard::Old {
        return Ok(());
    }
    let mut counts: HashMap<&[u8], u64> = HashMap::new();
    let (mut msgs, mut bytes) = (state.msgs, state.bytes);
    for message in batch.iter().flatten() {
        let count = match counts.entry(message.subject) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(state.loose_total(message.subject)?.count),
        };
        let at_limit = limits.max_per_subject > 0 && *count >= limits.max_per_subject;
        if at_limit && limits.discard_per_subject {
            return Err(Error::LimitReached(Limit::PerSubject));
        }
        if at_limit {
            continue;
        }
        *count += 1;
        msgs += 1;
        bytes += crate::index::Place::new(
            0,
            message.len() as u32,
            u32::from(!message.headers.is_empty()),
        )
        .size();
        if limits.max_msgs > 0 && msgs > limits.max_msgs {
            return Err(Error::LimitReached(Limit::Msgs));
        }
        if limits.max_bytes > 0 && bytes > limits.max_bytes {
            return Err(Error::LimitReached(Limit::Bytes));
        }
    }
    Ok(())
}

fn put(state: &mut State, message: Option<&NewMessage<'_>>, flags: u8, time: u64) -> Result<usize> {
    let seq = state.next_seq()?;
    let parts = message.map_or([&[][..]; 3], |message| {
        [message.subject, message.headers, message.payload]
    });
    let head = Head {
        kind: match message {
            Some(_) => Kind::Message,
            None => Kind::Last,
        },
        flags,
        seq,
        time,
        ttl: message.map_or(0, |message| message.ttl),
        lag: u32::try_from(seq - state.durable).unwrap_or(u32::MAX),
        headers: parts[1].len() as u32,
        subject: parts[0].len() as u16,
        stored: 0,
        plain: parts.iter().map(|part| part.len()).sum::<usize>() as u32,
    };
    let (offset, written) = state.write(head, parts)?;
    match message {
        Some(message) => state.apply_message(&head, message.subject, offset),
        None => state.apply_last(seq),
    }
    Ok(written)
}

impl State {
    /// A record is read back: what it means for the batch before it. `true`: it is part of one that isn't complete with it.
    pub(crate) fn follow_batch(&mut self, head: &Head) -> Result<bool> {
        let continues = head.seq == self.last_seq + 1;
        if self.open_batch.is_some() && !(continues && head.flags & RECORD_BATCH != 0) {
            self.drop_batch()?;
        }
        if head.flags & FLAG_MORE != 0 && self.open_batch.is_none() {
            self.open_batch = Some(OpenBatch { first: head.seq });
        }
        Ok(head.flags & FLAG_MORE != 0)
    }

    /// What was read of a batch counts.
    pub(crate) fn accept_batch(&mut self) {
        self.open_batch = None;
    }

    /// What was read of a batch never was told to anybody.
    pub(crate) fn drop_batch(&mut self) -> Result<()> {
        if let Some(batch) = self.open_batch.take() {
            self.apply_truncate(batch.first - 1)?;
        }
        Ok(())
    }
}
