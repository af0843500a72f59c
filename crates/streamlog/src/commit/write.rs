//! A batch's way to the disk: what is large to its files, the rest as one frame.
use super::{
    Writer,
    gather::{Batch, Share, defines, raise},
};
use crate::{
    Result,
    gate::Level,
    journal::FrameBuf,
    options::Policy,
    small::{Deltas, Pair},
    store::{Inner, STREAM_KEY},
    stream::Shared,
    tail::Piece,
};
use std::sync::Arc;

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
    pub(super) fn is_empty(&self) -> bool {
        self.streams.is_empty() && !self.state
    }

    pub(crate) fn add(&mut self, stream: Arc<Shared>, bytes: usize) {
        self.streams.push(stream);
        self.bytes += bytes;
    }
}

impl Inner {
    /// Writes a batch: what is large to its files, the rest as one frame. How far it came; `None`: it finds no room at the moment, and may be
    /// written again.
    pub(super) fn write_batch(
        &self,
        w: &mut Writer,
        batch: &mut Batch,
        now: u64,
    ) -> Result<Option<Level>> {
        let Batch { number, shares, .. } = batch;
        let is_large = |share: &Share| share.bytes >= self.direct_bytes(w);
        // A stream's files come after its definition.
        let mut defines = defines(&batch.deltas);
        let state_alone =
            state_len(&batch.deltas) > w.state_max() || (defines && shares.iter().any(is_large));
        if state_alone {
            if !self.write_state(w, &mut batch.deltas)? {
                return Ok(None);
            }
            batch.state_durable = true;
            defines = false;
        }
        shares.retain(|share| {
            let journal = defines && !w.lazy.contains_key(&share.stream.id);
            let direct = !journal && self.write_direct(w, share, *number, now);
            batch.direct_synced |= direct && share.policy == Policy::Always;
            !direct
        });
        let must_sync = defines
            || batch.state_durable
            || shares.iter().any(|share| share.policy == Policy::Always)
            || (!batch.deltas.is_empty() && self.options.policy == Policy::Always);
        if !self.write_frame(w, &batch.shares, &mut batch.deltas, now)? {
            return Ok(None);
        }
        // A share without bytes stands for what an earlier frame carried, which may not be durable either.
        if w.journal.is_unsynced() && !must_sync {
            for share in batch.shares.drain(..) {
                raise(&share, false);
                w.written
                    .insert(share.stream.id, (share.stream, share.last_seq));
            }
            // Whoever waits for a sync of this batch has it, though its frame isn't synced: small state that was promised one went with an
            // earlier batch, or to the manifest, or this batch would have to be synced.
            let state_synced = self.small.lock().promised >= batch.number;
            return Ok(Some(match batch.direct_synced || state_synced {
                true => Level::Synced,
                false => Level::Written,
            }));
        }
        if w.journal.is_unsynced() {
            w.sync_journal()?;
        }
        Ok(Some(Level::Synced))
    }

    /// Makes small state durable before anything else of its batch: in a frame of its own, or in the manifest when it is too much for one. Each
    /// stands in for the other when there is no room. `false`: neither has any.
    fn write_state(&self, w: &mut Writer, deltas: &mut Deltas) -> Result<bool> {
        let much = state_len(deltas) > w.state_max();
        if much && self.write_to_manifest(w, deltas)? {
            return Ok(true);
        }
        w.frame.clear();
        put_deltas(&mut w.frame, deltas);
        put_deltas(&mut w.frame, deltas);
        if !self.make_room(w, w.frame.len())? {
            return Ok(!much && self.write_to_manifest(w, deltas)?);
        }
        w.take_state(deltas);
        let oldest = w.oldest();
        w.journal.write(&*self.disk, &mut w.frame, oldest)?;
        w.sync_journal()?;
        Ok(true)
    }

    /// Small state goes straight to the manifest. `false`: there is no room.
    pub(super) fn write_to_manifest(&self, w: &mut Writer, deltas: &mut Deltas) -> Result<bool> {
        let mut small = w.small.clone();
        for (key, value) in &*deltas {
            small.apply(key, value.as_ref());
        }
        match self.write_manifest_of(w, small) {
            Ok(()) => deltas.clear(),
            Err(error) if error.is_passing() => return Ok(false),
            Err(error) => return Err(error),
        }
        Ok(true)
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
        match self.flush(w, stream, sync) {
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
                stream.fate.fail(number, &error);
                true
            }
        }
    }

    /// One frame for everybody else, if there is something to write. `false`: there is no room at the moment.
    fn write_frame(
        &self,
        w: &mut Writer,
        shares: &[Share],
        deltas: &mut Deltas,
        now: u64,
    ) -> Result<bool> {
        let mut carry = std::mem::take(&mut w.carry);
        carry
            .streams
            .retain(|stream| !w.lazy.contains_key(&stream.id));
        fill_frame(w, &carry, shares, deltas);
        if w.frame.is_empty() {
            carry.streams.iter().for_each(|it| w.pins.unpin(it.id));
            return Ok(true);
        }
        if !self.make_room(w, w.frame.len())? {
            // What is carried on has its place already, and small state has another one.
            carry = Carry::default();
            if !deltas.is_empty() && !self.write_to_manifest(w, deltas)? {
                return Ok(false);
            }
            fill_frame(w, &carry, shares, deltas);
            if w.frame.is_empty() {
                return Ok(true);
            }
            if !self.make_room(w, w.frame.len())? {
                return Ok(false);
            }
        }
        let number = w.journal.next_number();
        for stream in &carry.streams {
            w.pins.repin(stream.id, number);
        }
        for share in shares.iter().filter(|share| !share.pieces.is_empty()) {
            w.pins.pin(share.stream.id, number);
        }
        if carry.state {
            w.state_pin = Some(number);
        }
        let has_state = carry.state || !deltas.is_empty();
        let state = has_state.then_some(self.options.policy);
        w.take_state(deltas);
        let oldest = w.oldest();
        w.journal.write(&*self.disk, &mut w.frame, oldest)?;
        let policies = shares.iter().map(|share| share.policy).chain(state);
        let soonest = policies.filter_map(|policy| match policy {
            Policy::Always => None,
            Policy::Interval(d) => Some(now.saturating_add(d.as_nanos() as u64)),
        });
        w.frames_due = soonest.chain(w.frames_due).min();
        Ok(true)
    }
}

/// Puts a frame together: what is carried on, what is new, and small state before and after it.
pub(crate) fn fill_frame(w: &mut Writer, carry: &Carry, shares: &[Share], deltas: &Deltas) {
    let unsaved = carry.state.then_some(&w.unsaved.deltas);
    w.frame.clear();
    let state = |frame: &mut FrameBuf| {
        unsaved.into_iter().for_each(|old| put_deltas(frame, old));
        put_deltas(frame, deltas);
    };
    state(&mut w.frame);
    for stream in &carry.streams {
        let shared = shares.iter().find(|share| share.stream.id == stream.id);
        let shared_pieces = shared.map_or(0, |share| share.pieces.len());
        let pieces = stream.state.lock().tail.pieces();
        let old = pieces.len().saturating_sub(shared_pieces);
        pieces[..old]
            .iter()
            .for_each(|piece| put_piece(&mut w.frame, stream.id, piece));
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

    /// The next frame makes these changes.
    fn take_state(&mut self, deltas: &mut Deltas) {
        if deltas.is_empty() {
            return;
        }
        self.state_pin.get_or_insert(self.journal.next_number());
        self.definitions_stale |= defines(deltas);
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

fn state_len(deltas: &Deltas) -> usize {
    let lens = deltas.iter().map(|(k, value)| delta_len(k, value.as_ref()));
    lens.sum()
}

fn put_deltas(frame: &mut FrameBuf, deltas: &Deltas) {
    for (key, value) in deltas {
        debug_assert!(
            !key.is_empty() && (key[0] != 0 || key.starts_with(STREAM_KEY) || key.len() > 1)
        );
        match value {
            Some(pair) => frame.put(key, pair.value()),
            None => frame.delete(key),
        }
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
