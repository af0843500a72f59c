//! Looking at everything, and putting right what can be put right.
//!
//! [`Store::check`] reads every record and both copies of every small file; what it finds is in the damage list like any other finding. [`Store::repair`]
//! then writes damaged copies again, and segments with damage in them without it. Nothing that could be read is lost by it, what could not
//! be is in the quarantine file, and a file that belongs to nothing is left alone.
use crate::{
    Error, Result,
    compact::Budget,
    damage::{Damage, DamageKind},
    disk::Work,
    meta,
    state::State,
    store::{Inner, Store},
    stream::Stream,
    twice,
};

impl Store {
    /// Reads and verifies all there is. Returns everything found broken since the store was opened.
    ///
    /// # Errors
    /// When a stream can't be opened at all, or something can't be read now.
    pub fn check(&self) -> Result<Vec<Damage>> {
        let inner = &*self.0;
        twice::read(&*inner.disk, inner.manifest_file(), &inner.damage)?;
        for (name, _) in self.streams() {
            if let Some(stream) = self.stream(&name)? {
                match stream.check() {
                    Err(Error::Deleted) => {}
                    outcome => outcome?,
                }
            }
        }
        Ok(self.damage())
    }

    /// Checks, and writes anew what is damaged. Returns what was found; a store that is opened after it finds nothing.
    ///
    /// # Errors
    /// Those of `check`, and the disk's.
    pub fn repair(&self, now: u64) -> Result<Vec<Damage>> {
        let found = self.check()?;
        let inner = &*self.0;
        self.commit_once(now)?;
        inner.disk.note(Work::Rename);
        inner.write_manifest(&mut inner.writer.lock())?;
        for stream in inner.opened() {
            let hurt = found.iter().filter(|d| d.stream == Some(stream.id()));
            let hurt: Vec<&Damage> = hurt.collect();
            stream.0.state.lock().heal(&hurt)?;
            inner.keep_all(&stream, now)?;
        }
        self.maintain_once(now)?;
        inner.renew_journal()?;
        Ok(found)
    }
}

impl Inner {
    /// Begins the journal anew, unless somebody still needs what is in it.
    fn renew_journal(&self) -> Result<()> {
        let w = &mut *self.writer.lock();
        let pinned: Vec<u64> = w.pins.iter().map(|(id, _)| id).collect();
        for id in pinned {
            drop(self.pinned(w, id));
        }
        if w.state_pin.is_some() {
            self.write_manifest(w)?;
        }
        if w.pins.is_empty() {
            w.journal.start_anew(&*self.disk, self.salt)?;
        }
        Ok(())
    }

    /// One round of the keeper for one stream, whatever it costs.
    fn keep_all(&self, stream: &Stream, now: u64) -> Result<()> {
        let _one = self.keeper.lock();
        self.keep(stream, now, &mut Budget::unlimited())?;
        if stream.has_files() && stream.failure().is_none() {
            self.write_meta(stream, now)?;
        }
        Ok(())
    }
}

impl Stream {
    fn check(&self) -> Result<()> {
        let (env, mut at) = {
            let state = self.0.state.lock();
            (state.env.clone(), state.first_seq)
        };
        meta::read(&env)?;
        // Reading verifies; what is damaged is reported and taken out.
        loop {
            let messages = self.read(at, CHECK_AT_ONCE, usize::MAX)?;
            match messages.last() {
                Some(last) => at = last.seq + 1,
                None => break,
            }
        }
        self.0.state.lock().recount()
    }
}

const CHECK_AT_ONCE: usize = 1024;

impl State {
    /// Has segments with damage in them written anew.
    fn heal(&mut self, found: &[&Damage]) -> Result<()> {
        let in_segment =
            |d: &&&Damage| !matches!(d.kind, DamageKind::TornTail | DamageKind::MissingSegment);
        let hurt = found.iter().filter(in_segment).filter_map(|d| d.segment);
        self.rewrite.extend(hurt);
        self.refused.clear();
        let active = self.active().seg.number;
        if self.rewrite.contains(&active) {
            self.roll(0)?;
        }
        Ok(())
    }

    /// Counts what the indices have: a broken segment may have fewer messages than the meta file says.
    fn recount(&mut self) -> Result<()> {
        for at in 0..self.slots.len() {
            let slot = &self.slots[at];
            let (mut live, mut bytes) = (0, 0);
            slot.walk(0, self.first_seq, usize::MAX, |_, place| {
                live += 1;
                bytes += place.size();
            })?;
            if (live, bytes) == (slot.live, slot.bytes) {
                continue;
            }
            let slot = &mut self.slots[at];
            self.msgs = self.msgs - slot.live + live;
            self.bytes = self.bytes - slot.bytes + bytes;
            (slot.live, slot.bytes) = (live, bytes);
            self.forget_totals();
        }
        self.settle_first();
        Ok(())
    }
}
