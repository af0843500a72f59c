//! A batch's way to the disk: what is large to its files, the rest as one frame.
//!
//! A change of small state is never durable before a share of its batch whose stream was defined already: it is in one frame with it, in a later one,
//! or in the manifest, which is written when all frames are synced.
use super::{
    Writer,
    gather::{Batch, Share, defines, raise},
};
use crate::{
    Result,
    error::Lack,
    gate::Level,
    journal::{FrameBuf, PAGE},
    options::Policy,
    small::{Deltas, Pair},
    store::{Inner, STREAM_KEY, TOMB_KEY, id_of},
    stream::Shared,
    tail::Piece,
};
use std::{collections::HashSet, sync::Arc};

/// What is copied from old frames into the next one, so that the old ones are needed no more.
#[derive(Default)]
pub(crate) struct Carry {
    pub(crate) streams: Vec<Arc<Shared>>,
    /// of their tails
    pub(crate) bytes: usize,
    /// the unsaved state as well
    pub(crate) state: bool,
}

impl Carry {
    pub(crate) fn is_empty(&self) -> bool {
        self.streams.is_empty() && !self.state
    }

    pub(crate) fn add(&mut self, stream: Arc<Shared>, bytes: usize) {
        self.streams.push(stream);
        self.bytes += bytes;
    }
}

impl Inner {
    /// Writes a batch: what is large to its files, the rest as one frame. How far it came. After an error that passes it may be written again: what
    /// was written of it isn't in it any more.
    pub(super) fn write_batch(&self, w: &mut Writer, batch: &mut Batch, now: u64) -> Result<Level> {
        let new = w.new_streams(&batch.deltas);
        self.write_large(w, batch, &new, now);
        // What is unsynced in its segments is in no frame, and nothing may be durable that follows it.
        let mut left = batch.shares.iter().map(|share| share.stream.id);
        if let Some(unsynced) = left.find(|id| w.lazy.contains_key(id)) {
            return Err(w.lack_of(unsynced).into());
        }
        let is_large =
            |share: &Share| new.contains(&share.stream.id) && share.bytes >= self.direct_bytes(w);
        let apart = state_len(&batch.deltas) > w.state_max() || batch.shares.iter().any(is_large);
        let is_whole = !apart
            && self
                .write_frame(w, &mut batch.shares, &mut batch.deltas, now)?
                .is_none();
        if !is_whole && let Some(lack) = self.write_in_turn(w, batch, &new, now)? {
            return Err(lack.into());
        }
        let must_sync =
            batch.state_synced || batch.shares.iter().any(|it| it.policy == Policy::Always);
        // A share without bytes stands for what an earlier frame carried, which may not be durable either.
        if w.journal.is_unsynced() && !must_sync {
            for share in batch.shares.drain(..) {
                raise(&share, false);
                w.written
                    .insert(share.stream.id, (share.stream, share.last_seq));
            }
            // Whoever waits for a sync of this batch has it, though its frame isn't synced: small state that was promised one went with an
            // earlier batch, or this batch would have to be synced.
            let state_synced = self.small.lock().promised >= batch.number;
            return Ok(match batch.direct_synced || state_synced {
                true => Level::Synced,
                false => Level::Written,
            });
        }
        if w.journal.is_unsynced() {
            w.sync_journal()?;
        }
        Ok(Level::Synced)
    }

    /// A batch that no frame holds, in several steps: the shares of streams that are defined, the small state, the shares of those that this defines.
    /// None is durable before the one before it. What lacks when one of them finds no room.
    fn write_in_turn(
        &self,
        w: &mut Writer,
        batch: &mut Batch,
        new: &HashSet<u64>,
        now: u64,
    ) -> Result<Option<Lack>> {
        let is_new = |share: &Share| new.contains(&share.stream.id);
        batch.shares.sort_by_key(is_new);
        let defined = batch.shares.partition_point(|share| !is_new(share));
        let Batch { shares, deltas, .. } = &mut *batch;
        if let Some(lack) = self.write_frame(w, &mut shares[..defined], &mut Deltas::new(), now)? {
            // What a stream that is deleted needs of the journal is the room that lacks. Nothing else may go before the shares.
            let lack = match deletes(deltas) {
                true => self.write_to_manifest(w, deltas)?,
                false => Some(lack),
            };
            if lack.is_some() {
                return Ok(lack);
            }
            batch.state_synced = true;
        }
        if !batch.deltas.is_empty()
            && let Some(lack) = self.write_state(w, &mut batch.deltas, now)?
        {
            return Ok(Some(lack));
        }
        // A stream's files come after its definition.
        if w.journal.is_unsynced() && !new.is_empty() {
            w.sync_journal()?;
        }
        self.write_large(w, batch, &HashSet::new(), now);
        self.write_frame(w, &mut batch.shares, &mut Deltas::new(), now)
    }

    /// Shares that are large go to their segments, unless their streams are new.
    fn write_large(&self, w: &mut Writer, batch: &mut Batch, new: &HashSet<u64>, now: u64) {
        let Batch { shares, first, .. } = batch;
        shares.retain(|share| {
            let is_direct =
                !new.contains(&share.stream.id) && self.write_direct(w, share, *first, now);
            batch.direct_synced |= is_direct && share.policy == Policy::Always;
            !is_direct
        });
    }

    /// Small state in a frame of its own, or in the manifest when it is too much for one. Each stands in for the other when there is no room. What the
    /// first one lacks when neither has any.
    fn write_state(&self, w: &mut Writer, deltas: &mut Deltas, now: u64) -> Result<Option<Lack>> {
        if state_len(deltas) <= w.state_max() {
            let Some(lack) = self.write_frame(w, &mut [], deltas, now)? else {
                return Ok(None);
            };
            return Ok(self.write_to_manifest(w, deltas)?.and(Some(lack)));
        }
        let Some(lack) = self.write_to_manifest(w, deltas)? else {
            return Ok(None);
        };
        Ok(self.write_frame(w, &mut [], deltas, now)?.and(Some(lack)))
    }

    /// Small state goes straight to the manifest, behind all frames. What lacks when there is no room.
    pub(super) fn write_to_manifest(
        &self,
        w: &mut Writer,
        deltas: &mut Deltas,
    ) -> Result<Option<Lack>> {
        let mut small = w.small.clone();
        for (key, value) in &*deltas {
            small.apply(key, value.as_ref());
        }
        match self.write_manifest_of(w, small) {
            Ok(()) => deltas.clear(),
            Err(error) if error.is_passing() => return Ok(Some(Lack::of(&error))),
            Err(error) => return Err(error),
        }
        Ok(None)
    }

    /// From this size on a share goes to its segment: a frame takes what the journal's bound for waiting bytes lets in, and no more.
    fn direct_bytes(&self, w: &Writer) -> usize {
        let frame_max = (w.journal.size() / 8) as usize;
        self.options.direct_bytes.min(frame_max)
    }

    /// A share that is large, or follows unsynced bytes, goes to its segment. `true`: it's done with, for better or worse.
    fn write_direct(&self, w: &mut Writer, share: &Share, number: u64, now: u64) -> bool {
        let stream = &share.stream;
        if share.bytes < self.direct_bytes(w) && !w.lazy.contains_key(&stream.id) {
            return false;
        }
        let sync = share.policy == Policy::Always;
        let flushed = match sync {
            true => self.flush(w, stream),
            false => self.flush_unsynced(w, stream),
        };
        match flushed {
            Ok(()) => {
                if let Policy::Interval(interval) = share.policy {
                    let due = now.saturating_add(interval.as_nanos() as u64);
                    w.lazy.entry(stream.id).or_insert((stream.clone(), due));
                }
                raise(share, sync);
                true
            }
            Err(error) if error.is_passing() => {
                self.mark_full(w, stream, &error);
                false
            }
            Err(error) => {
                self.stop_stream(stream, number, &error);
                true
            }
        }
    }

    /// One frame for everybody else, if there is something to write. What lacks when there is no room at the moment.
    fn write_frame(
        &self,
        w: &mut Writer,
        shares: &mut [Share],
        deltas: &mut Deltas,
        now: u64,
    ) -> Result<Option<Lack>> {
        let mut carry = std::mem::take(&mut w.carry);
        carry
            .streams
            .retain(|stream| !w.lazy.contains_key(&stream.id));
        fill_frame(w, &carry, shares, deltas);
        if w.frame.is_empty() {
            carry.streams.iter().for_each(|it| w.pins.unpin(it.id));
            return Ok(None);
        }
        if let Some(lack) = self.make_room(w, w.frame.len())? {
            if carry.is_empty() {
                return Ok(Some(lack));
            }
            // What is carried on has its place already.
            carry = Carry::default();
            fill_frame(w, &carry, shares, deltas);
            if w.frame.is_empty() {
                return Ok(None);
            }
            if let Some(lack) = self.make_room(w, w.frame.len())? {
                return Ok(Some(lack));
            }
        }
        let has_state = carry.state || !deltas.is_empty();
        let state = has_state.then_some(self.options.policy);
        self.put_frame(w, &carry, shares, deltas)?;
        let policies = shares.iter().map(|share| share.policy).chain(state);
        let soonest = policies.filter_map(|policy| match policy {
            Policy::Always => None,
            Policy::Interval(d) => Some(now.saturating_add(d.as_nanos() as u64)),
        });
        w.frames_due = soonest.chain(w.frames_due).min();
        Ok(None)
    }

    /// Writes the frame that [`fill_frame`] put together of these. Nothing has changed if that fails.
    pub(crate) fn put_frame(
        &self,
        w: &mut Writer,
        carry: &Carry,
        shares: &mut [Share],
        deltas: &mut Deltas,
    ) -> Result<()> {
        let oldest = w.oldest_after(carry);
        let number = w.journal.write(&*self.disk, &mut w.frame, oldest)?;
        for stream in &carry.streams {
            w.pins.repin(stream.id, number);
        }
        for share in shares.iter_mut().filter(|it| !it.pieces.is_empty()) {
            w.pins.pin(share.stream.id, number);
            share.stream.state.lock().tail.all_journaled();
            share.pieces.clear();
            share.bytes = 0;
        }
        if carry.state {
            w.state_pin = Some(number);
        }
        w.take_state(deltas, number);
        Ok(())
    }
}

/// Puts a frame together: what is carried on of earlier frames, what is new, and small state before and after it. State that changes isn't carried on: damage is
/// read over entry by entry, and an old value must not come after a new one.
pub(crate) fn fill_frame(w: &mut Writer, carry: &Carry, shares: &[Share], deltas: &Deltas) {
    let unsaved = carry.state.then_some(&w.unsaved.deltas);
    w.frame.clear();
    let state = |frame: &mut FrameBuf| {
        let old = unsaved.into_iter().flatten();
        let old = old.filter(|(key, _)| !deltas.contains_key(*key));
        old.chain(deltas)
            .for_each(|(key, value)| put_delta(frame, key, value.as_ref()));
    };
    state(&mut w.frame);
    for stream in &carry.streams {
        let state = stream.state.lock();
        let old = state.tail.journaled();
        old.for_each(|piece| put_piece(&mut w.frame, stream.id, piece));
    }
    for share in shares {
        share
            .pieces
            .iter()
            .for_each(|piece| put_piece(&mut w.frame, share.stream.id, piece));
    }
    state(&mut w.frame);
}

impl Writer {
    /// Bytes of small state that a frame takes; more goes straight to the manifest, and no more is carried on.
    pub(crate) fn state_max(&self) -> usize {
        (self.journal.size() / 16) as usize
    }

    /// What lacks for a stream's segment.
    fn lack_of(&self, id: u64) -> Lack {
        let mut full = self.full.iter();
        let of_stream = full.find(|full| full.stream.id == id);
        of_stream.map_or(Lack::Room, |full| full.lack)
    }

    /// The streams that are defined by these changes, and weren't before.
    fn new_streams(&self, deltas: &Deltas) -> HashSet<u64> {
        let defined = deltas.iter().filter(|(_, value)| value.is_some());
        defined
            .filter_map(|(key, _)| Some((key, id_of(STREAM_KEY, key)?)))
            .filter(|(key, _)| !self.small.contains(key))
            .map(|(_, id)| id)
            .collect()
    }

    /// The frame with that number made these changes.
    fn take_state(&mut self, deltas: &mut Deltas, frame: u64) {
        if deltas.is_empty() {
            return;
        }
        self.state_pin.get_or_insert(frame);
        self.unsaved.taken += state_len(deltas).max(PAGE as usize / 2);
        self.manifest_owed |= defines(deltas);
        for (key, value) in std::mem::take(deltas) {
            self.small.apply(&key, value.as_ref());
            self.unsaved.add(&key, value.as_ref());
        }
    }
}

/// What a change takes, about.
pub(crate) fn delta_len(key: &[u8], value: Option<&Pair>) -> usize {
    key.len() + value.map_or(0, |pair| pair.value().len())
}

/// Whether a stream is deleted by them.
fn deletes(deltas: &Deltas) -> bool {
    let mut deltas = deltas.iter();
    deltas.any(|(key, value)| key.starts_with(TOMB_KEY) && value.is_some())
}

fn state_len(deltas: &Deltas) -> usize {
    let lens = deltas.iter().map(|(k, value)| delta_len(k, value.as_ref()));
    lens.sum()
}

fn put_delta(frame: &mut FrameBuf, key: &[u8], value: Option<&Pair>) {
    debug_assert!(!key.is_empty() && (key[0] != 0 || key.starts_with(STREAM_KEY) || key.len() > 1));
    match value {
        Some(pair) => frame.put(key, pair.value()),
        None => frame.delete(key),
    }
}

fn put_piece(frame: &mut FrameBuf, stream: u64, piece: &Piece) {
    frame.bytes(
        stream,
        piece.segment.number,
        piece.segment.size,
        piece.offset,
        &piece.bytes,
    );
}
