//! What one commit carries: the shares of the streams and the changes of small state that gathered.
use crate::{
    disk::Work,
    options::Policy,
    small::Deltas,
    store::Inner,
    stream::{Owner, Shared},
    tail::Piece,
};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

/// What one commit carries. There's one at a time: what gathers behind one that is held joins it, so that no change of small state leaves behind
/// what it follows.
pub(crate) struct Batch {
    /// it answers the promises of all numbers first..=number
    pub(super) first: u64,
    pub(super) number: u64,
    pub(super) shares: Vec<Share>,
    pub(super) deltas: Deltas,
    /// how many streams it began with
    pub(super) streams: usize,
    /// small state of it is promised a sync, or durable ahead of a share
    pub(super) state_synced: bool,
    /// a share that was promised a sync has it, in its segments
    pub(super) direct_synced: bool,
}

/// One stream's share of a batch.
pub(crate) struct Share {
    pub(super) stream: Arc<Shared>,
    pub(super) last_seq: u64,
    pub(super) bytes: usize,
    pub(super) policy: Policy,
    pub(super) pieces: Vec<Piece>,
}

impl Batch {
    /// What gathered later goes with it.
    fn join(&mut self, later: Self) {
        self.number = later.number;
        self.deltas.extend(later.deltas);
        self.state_synced |= later.state_synced;
        let shares = self.shares.iter().enumerate();
        let known: HashMap<u64, usize> = shares.map(|(at, share)| (share.stream.id, at)).collect();
        for share in later.shares {
            match known.get(&share.stream.id) {
                Some(&at) => self.shares[at].join(share),
                None => {
                    self.shares.push(share);
                    self.streams += 1;
                }
            }
        }
    }
}

impl Share {
    /// Of a stream that failed nothing more is written: it would follow what didn't get to the disk.
    fn is_needed(&self) -> bool {
        !self.stream.env.is_deleted() && self.stream.fate.failure().is_none()
    }

    fn join(&mut self, later: Self) {
        self.last_seq = later.last_seq;
        self.bytes += later.bytes;
        self.pieces.extend(later.pieces);
        if self.policy != Policy::Always {
            self.policy = later.policy;
        }
    }
}

impl Inner {
    /// What is to be written now: a batch that was held, and what gathered since then. `None`: there is nothing.
    pub(super) fn gather(&self, mut held: Option<Batch>, must: bool) -> Option<Batch> {
        if let Some(batch) = &mut held {
            batch.shares.retain(Share::is_needed);
        }
        if self.gate.is_idle() && (held.is_some() || !must) {
            return held;
        }
        let later = self.close_batch();
        match held {
            Some(mut batch) => {
                batch.join(later);
                Some(batch)
            }
            None => Some(later),
        }
    }

    /// Ends the open batch, with all that gathered in it.
    ///
    /// Small state is taken in the moment in which the batch ends: what its changes speak of was appended before, so it's in this batch's shares or in
    /// an earlier one's. A change that came later would be on the disk without it after a power cut.
    pub(super) fn close_batch(&self) -> Batch {
        let (number, owners, deltas) = {
            let mut small = self.small.lock();
            let (number, owners) = self.gate.close();
            (number, owners, self.take_state(&mut small))
        };
        let mut shares = self.take(number, owners);
        shares.retain(Share::is_needed);
        self.note(&shares, &deltas);
        Batch {
            first: number,
            number,
            streams: shares.len(),
            state_synced: defines(&deltas)
                || !deltas.is_empty() && self.options.policy == Policy::Always,
            shares,
            deltas,
            direct_synced: false,
        }
    }

    pub(super) fn take(&self, number: u64, owners: Vec<Owner>) -> Vec<Share> {
        let mut shares = Vec::new();
        for owner in owners {
            let Owner::Stream(stream) = owner else {
                continue;
            };
            let mut state = stream.state.lock();
            let noted = state.write_losses().unwrap_or_else(|error| {
                tracing::warn!(stream = %stream.name, %error, "what limits took out can't be noted");
                0
            });
            let pieces = state.tail.take();
            let pending = std::mem::take(&mut state.pending);
            self.buffered.now.fetch_sub(pending, Ordering::Relaxed);
            let bytes = pending + noted;
            state.taken = state.last_seq;
            let policy = if state.promised >= number {
                Policy::Always
            } else {
                state.options.policy
            };
            let last_seq = state.last_seq;
            drop(state);
            shares.push(Share {
                stream,
                last_seq,
                bytes,
                policy,
                pieces,
            });
        }
        shares
    }

    fn note(&self, shares: &[Share], deltas: &Deltas) {
        let commands = shares.iter().any(|s| {
            s.pieces
                .iter()
                .any(|p| matches!(p.bytes.get(38), Some(1..=4)))
        });
        self.disk.note(match () {
            () if defines(deltas) => Work::Definition,
            () if commands => Work::Purge,
            () if !deltas.is_empty() => Work::State,
            () => Work::Append,
        });
    }
}

/// Moves a stream's watermarks to what the share carried.
pub(super) fn raise(share: &Share, durable: bool) {
    let mut state = share.stream.state.lock();
    // A truncation that came later took some of it back.
    state.visible = state.visible.max(share.last_seq.min(state.last_seq));
    if durable {
        state.raise_durable(share.last_seq);
    }
}

/// Whether there are definitions of streams among the changes.
pub(super) fn defines(deltas: &Deltas) -> bool {
    deltas.keys().any(|key| key.first() == Some(&0))
}
