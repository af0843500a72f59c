//! Compaction: a sealed segment that is mostly dead is written anew without the dead, and takes the old one's place.
//!
//! The new file is complete, and durable with its name, before the meta file names it instead of the old one; the old one is removed after
//! that. So a crash anywhere leaves one of both, whole, and the other is a leftover which opening removes. What was erased (not only
//! deleted) is gone from the old file too before that is removed or used again: it is filled with zeros.
//!
//! Invariant: a copy takes a segment's place only if it holds as many live messages as the segment is known to hold; what can't be read is no reason
//! to forget it.
use crate::{
    Error, Result,
    disk::Work,
    index::{Footer, HeapIndex, IndexSet, Place},
    record,
    segment::{HEADER, Segment},
    slot::Slot,
    state::State,
    store::Inner,
    stream::Stream,
};
use bytes::BytesMut;
use std::sync::{Arc, atomic::Ordering};

/// How much may be read and written for it now: refilled by time, and a segment may go into debt.
#[derive(Default)]
pub(crate) struct Budget {
    at: u64,
    bytes: i64,
}

impl Budget {
    /// Adds what came in since the last time, one second's worth at most.
    pub(crate) fn refill(&mut self, now: u64, per_second: u64) {
        let rate = i64::try_from(per_second).unwrap_or(i64::MAX);
        let passed = now.saturating_sub(self.at).min(SECOND);
        let more = i128::from(rate) * i128::from(passed) / i128::from(SECOND);
        self.bytes = self.bytes.saturating_add(more as i64).min(rate);
        self.at = now;
    }

    pub(crate) fn unlimited() -> Self {
        Self {
            at: 0,
            bytes: i64::MAX,
        }
    }

    fn spend(&mut self, bytes: usize) {
        self.bytes -= bytes as i64;
    }
}

const SECOND: u64 = 1_000_000_000;
/// What a record takes beside what `Place::size` counts, roughly.
const BESIDE: u64 = 24;
/// How long what was erased may wait in a segment that is being filled.
const ERASE_WAIT: u64 = 60 * SECOND;

impl Slot {
    fn live_len(&self) -> u64 {
        self.bytes + self.live * BESIDE
    }

    /// Whether the greater part of the file is dead.
    fn is_mostly_dead(&self) -> bool {
        self.live < self.count && self.live_len() * 2 <= u64::from(self.end)
    }
}

impl State {
    /// The sealed segment for which a rewrite brings most, or one that holds what was erased.
    fn worst(&self) -> Option<Slot> {
        let sealed = self.slots.iter().filter(|slot| slot.heap.is_none());
        let must = |slot: &Slot| {
            let number = &slot.seg.number;
            self.erase.contains(number) || self.rewrite.contains(number)
        };
        // As long as it holds what it held it would be refused again, and hold up all others.
        let is_refused = |slot: &Slot| self.refused.get(&slot.seg.number) == Some(&slot.live);
        sealed
            .filter(|slot| slot.live > 0 && !is_refused(slot))
            .filter(|slot| must(slot) || slot.is_mostly_dead())
            .max_by_key(|slot| {
                (
                    must(slot),
                    u64::from(slot.end).saturating_sub(slot.live_len()),
                )
            })
            .cloned()
    }

    /// A segment isn't rewritten as long as it holds what it holds. One that went meanwhile has nothing to be chosen for.
    fn refuse(&mut self, slot: &Slot) {
        let number = slot.seg.number;
        if self.slots.iter().any(|it| it.seg.number == number) {
            self.refused.insert(number, slot.live);
        }
    }

    /// Ends the active segment when something in it was to be erased long ago, so that it can be sealed and rewritten.
    pub(crate) fn roll_for_erase(&mut self, now: u64) -> Result<()> {
        let number = self.active().seg.number;
        if !self.erase.contains(&number) {
            self.erase_since = now;
        } else if now.saturating_sub(self.erase_since) >= ERASE_WAIT {
            self.roll(0)?;
        }
        Ok(())
    }
}

/// A segment's content without the dead.
struct Copy {
    segment: Segment,
    bytes: BytesMut,
    index: HeapIndex,
    end: u32,
}

impl Inner {
    /// Rewrites segments while the budget lasts, and leaves aside those that can't be. A failure costs nothing but the attempt.
    pub(crate) fn compact(&self, stream: &Stream, budget: &mut Budget) {
        while budget.bytes > 0 {
            let (slot, first_seq) = {
                let state = stream.0.state.lock();
                let Some(slot) = state.worst() else { break };
                (slot, state.first_seq)
            };
            budget.spend(slot.end as usize);
            match self.rewrite(stream, &slot, first_seq, budget) {
                Ok(true) => {}
                Ok(false) => stream.0.state.lock().refuse(&slot),
                Err(error) => {
                    tracing::warn!(stream = stream.name(), segment = slot.seg.number, %error, "a segment can't be rewritten, which is tried again");
                    break;
                }
            }
        }
    }

    fn rewrite(
        &self,
        stream: &Stream,
        slot: &Slot,
        first_seq: u64,
        budget: &mut Budget,
    ) -> Result<bool> {
        let Some(mut copy) = copy_live(stream, slot, first_seq)? else {
            return Ok(false);
        };
        let footer = Footer::encode(&copy.index, copy.segment.seed);
        let (number, rewrite) = (copy.segment.number, copy.segment.rewrite);
        let footer = slot.seg.env.sealer.seal_footer(number, rewrite, footer)?;
        copy.bytes.extend_from_slice(&footer);
        copy.segment.size = copy.bytes.len().next_multiple_of(4096) as u32;
        copy.segment.footer = Some((copy.end, footer.len() as u32));
        let header = copy.segment.header();
        copy.bytes[..HEADER as usize].copy_from_slice(&header);
        budget.spend(copy.bytes.len());
        let name = copy.segment.name();
        if let Err(error) = self.write_copy(&name, &copy) {
            let _ = self.disk.remove(&name);
            return Err(error);
        }
        if !swap(&mut stream.0.state.lock(), &slot.seg, copy) {
            let _ = self.disk.remove(&name);
            return Ok(false);
        }
        Ok(true)
    }

    fn write_copy(&self, name: &str, copy: &Copy) -> Result<()> {
        self.disk.note(Work::Compaction);
        let fail = |what| move |error: std::io::Error| Error::io(what, name, &error);
        let file = self.disk.create(name).map_err(fail("create"))?;
        file.allocate(u64::from(copy.segment.size))
            .map_err(fail("allocate"))?;
        file.write_at(&copy.bytes, 0).map_err(fail("write"))?;
        file.sync().map_err(fail("sync"))?;
        self.disk.sync_dir().map_err(fail("sync folder of"))
    }

    /// Removes the files of segments that no meta file names any more. Those which somebody still looks at come back.
    pub(crate) fn let_go(&self, dropped: Vec<Arc<Segment>>) -> Vec<Arc<Segment>> {
        self.disk.note(Work::Purge);
        let mut waiting = Vec::new();
        for mut segment in dropped {
            let Some(alone) = Arc::get_mut(&mut segment) else {
                waiting.push(segment);
                continue;
            };
            let is_unique = alone.unload();
            let erase = segment.erase.load(Ordering::SeqCst);
            if erase && !is_unique {
                waiting.push(segment);
                continue;
            }
            if erase && let Err(error) = self.overwrite(&segment) {
                // Its bytes were promised to go before it does.
                tracing::warn!(stream = &*segment.env.name, file = segment.name(), %error, "an erased segment can't be overwritten, which is tried again");
                waiting.push(segment);
                continue;
            }
            let _ = self
                .spares
                .give(&*self.disk, &segment.name(), segment.size, is_unique);
        }
        waiting
    }

    fn overwrite(&self, segment: &Segment) -> std::io::Result<()> {
        let file = match self.disk.open(&segment.name()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        file.write_at(&vec![0; file.len()? as usize], 0)?;
        file.sync()
    }
}

/// Bodies of version 1 become such that are bound to their place. `None`: something can't be deciphered and is better left where it is.
fn copy_live(stream: &Stream, slot: &Slot, first_seq: u64) -> Result<Option<Copy>> {
    let old = &slot.seg;
    let Some(sealed) = old.sealed()? else {
        return Ok(None);
    };
    let segment = Segment::new(&old.env, old.number, old.rewrite + 1, old.size, None);
    let mut copy = Copy {
        segment,
        bytes: BytesMut::zeroed(HEADER as usize),
        index: HeapIndex::new(slot.index()?.base()),
        end: HEADER,
    };
    let (mut damaged, mut unreadable) = (Vec::new(), false);
    slot.walk(0, first_seq, usize::MAX, |seq, place| {
        let at = place.offset as usize;
        let rest = sealed.bytes().get(at..).unwrap_or(&[]);
        let Some(head) = record::verify(rest, old.seed) else {
            damaged.push(seq);
            return;
        };
        let begin = at + record::HEAD;
        let stored = sealed.bytes().slice(begin..begin + head.stored as usize);
        let sealer = &old.env.sealer;
        let Some(body) = sealer.open(old.number, &head, stored.clone()) else {
            unreadable = true;
            return;
        };
        let carried_over = match sealer.is_current(&head) {
            true => Ok((head, stored)),
            false => {
                let sealed = sealer.seal(old.number, head, body.to_vec());
                sealed.map(|(head, stored)| (head, stored.into()))
            }
        };
        let Ok((head, stored)) = carried_over else {
            unreadable = true;
            return;
        };
        let place = Place::new(copy.end, head.plain, head.headers);
        // What follows may be gone.
        let head = record::Head {
            flags: head.flags & !record::RECORD_BATCH,
            ..head
        };
        record::encode(&mut copy.bytes, copy.segment.seed, &head, &[&stored]);
        copy.index
            .push(seq, place, &body[..head.subject as usize], head.ttl);
        copy.end = copy.bytes.len() as u32;
    })?;
    // A read reports them, keeps their bytes and takes them out.
    damaged.into_iter().for_each(|seq| drop(stream.peek(seq)));
    Ok((!unreadable).then_some(copy))
}

/// Puts the copy into the old segment's place. `false`: the old one is gone already, or the copy lacks what is known to be alive in it.
fn swap(state: &mut State, old: &Arc<Segment>, copy: Copy) -> bool {
    let first_seq = state.first_seq;
    let Some(slot) = state
        .slots
        .iter_mut()
        .find(|slot| Arc::ptr_eq(&slot.seg, old))
    else {
        return false;
    };
    // What died since the copy was begun is dead in it.
    let mut dead = IndexSet::default();
    let places = &copy.index.places;
    for i in slot.dead.iter() {
        if places.get(i as usize).is_some_and(|place| !place.is_none()) {
            dead.insert(i);
        }
    }
    let begin = first_seq.saturating_sub(copy.index.base);
    let begin = usize::try_from(begin)
        .unwrap_or(usize::MAX)
        .min(places.len());
    let copied =
        (begin..places.len()).filter(|&i| !places[i].is_none() && !dead.contains(i as u32));
    if copied.count() as u64 != slot.live {
        tracing::error!(
            stream = &*old.env.name,
            file = old.name(),
            messages = slot.live,
            "a segment holds less than is known to be in it and isn't rewritten"
        );
        return false;
    }
    slot.count = places.iter().filter(|place| !place.is_none()).count() as u64;
    slot.dead = Arc::new(dead);
    slot.end = copy.end;
    slot.seg = Arc::new(copy.segment);
    // What was erased since the copy was begun is in the copy too, which is to be rewritten in its turn.
    let holds_erased = slot.live < slot.count && state.erase.contains(&old.number);
    state.meta_owed = true;
    state.rewrite.remove(&old.number);
    state.let_go(old.clone());
    if holds_erased {
        state.erase.insert(old.number);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NewMessage, Store, StoreOptions, StreamOptions, disk::crash::CrashDisk};

    /// A segment that went while it was rewritten was noted as one that can't be, for as long as the stream was open.
    #[test]
    fn a_segment_that_went_meanwhile_is_not_refused() {
        let disk = CrashDisk::new();
        let store = Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
        let options = StreamOptions {
            segment_bytes: 16 << 10,
            ..StreamOptions::default()
        };
        let (stream, _) = store.create_stream("s", options).unwrap();
        for _ in 0..600 {
            drop(stream.append(NewMessage::new("s", "x"), 1).unwrap());
        }
        store.maintain_once(1).unwrap();
        let last = stream.0.state.lock().slots[0].last;
        let (keep, most) = (last, (1..last).collect::<Vec<_>>());
        drop(stream.delete_many(&most).unwrap());
        let watched = stream.clone();
        disk.before_each(move |_, work| {
            if work == Work::Compaction {
                drop(watched.delete(keep).unwrap());
            }
        });
        store.maintain_once(SECOND).unwrap();
        disk.forget_hook();
        let state = stream.0.state.lock();
        assert!(state.first_seq > last && state.refused.is_empty());
    }
}
