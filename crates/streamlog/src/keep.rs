//! The keeper: everything that can wait, off the path of commits. Seals segments, writes meta files, removes what is gone.
use crate::{
    Error, Result,
    compact::Budget,
    disk::Work,
    index::{Footer, Index},
    meta,
    segment::{Env, HEADER, Segment},
    store::{Inner, Store},
    stream::{Stream, enforce_all},
};
use std::sync::Arc;

impl Store {
    /// Seals full segments, rewrites those which are mostly dead, removes empty ones and the files of deleted streams. `commit_once` may
    /// run beside it.
    ///
    /// # Errors
    /// What a failure keeps from being done is tried again by the next call; after one of the journal the store is stopped.
    pub fn maintain_once(&self, now: u64) -> Result<()> {
        self.maintain(now)
            .inspect_err(|_| self.0.stop_with_journal())
    }

    fn maintain(&self, now: u64) -> Result<()> {
        let inner = &*self.0;
        let mut budget = inner.keeper.lock();
        budget.refill(now, inner.options.compaction_bytes);
        self.commit_once(now)?;
        inner.quarantine();
        {
            let mut writer = inner.writer.lock();
            if writer.manifest_owed {
                inner.try_manifest(&mut writer)?;
            }
        }
        inner.disk.note(Work::Purge);
        inner.bury()?;
        let streams = inner.opened();
        let leftovers = std::mem::take(&mut inner.registry.lock().leftovers);
        for name in leftovers {
            let _ = inner.disk.remove(&name);
        }
        inner.restore_reserve();
        inner.shorten_ring(now)?;
        for stream in streams {
            match inner.keep(&stream, now, &mut budget) {
                Ok(()) => {}
                Err(error) if error.is_passing() => {}
                Err(error) => inner.stop_stream(&stream.0, inner.gate.written() + 1, &error),
            }
        }
        Ok(())
    }
}

impl Inner {
    /// One round for one stream.
    pub(crate) fn keep(&self, stream: &Stream, now: u64, budget: &mut Budget) -> Result<()> {
        if stream.0.fate.failure().is_some() || !stream.has_files() {
            stream.0.state.lock().dropped.clear();
            return Ok(());
        }
        self.remove_leftovers(stream, now)?;
        let full: Vec<Arc<Segment>> = {
            let mut state = stream.0.state.lock();
            if state.unsettled {
                state.settle_first();
            }
            if state.limits_owed && enforce_all(&mut state).is_ok() {
                state.limits_owed = false;
                drop(stream.enter(&mut state, 0));
            }
            state.roll_for_erase(now)?;
            let full = state
                .slots_before_active()
                .iter()
                .filter(|slot| slot.heap.is_some());
            full.map(|slot| slot.seg.clone()).collect()
        };
        if !full.is_empty() {
            self.seal_all(stream, &full, now)?;
        }
        self.write_owed_meta(stream, now)?;
        // Only what a meta file names is rewritten, so that a half-written copy is never taken for the real one.
        self.compact(stream, budget);
        self.write_owed_meta(stream, now)
    }

    /// Removes what an interrupted removal or rewrite left. Both copies of the meta file do without it before, or damage to one would bring back the other, which
    /// needs it. A rewrite may need the name.
    fn remove_leftovers(&self, stream: &Stream, now: u64) -> Result<()> {
        if stream.0.state.lock().leftovers.is_empty() {
            return Ok(());
        }
        self.write_owed_meta(stream, now)?;
        let leftovers = std::mem::take(&mut stream.0.state.lock().leftovers);
        for name in leftovers {
            let _ = self.disk.remove(&name);
        }
        Ok(())
    }

    /// Writes the stream's meta file if segments were sealed or rewritten since, or if it lets files go.
    fn write_owed_meta(&self, stream: &Stream, now: u64) -> Result<()> {
        let is_owed = {
            let state = stream.0.state.lock();
            state.meta_owed || state.may_let_go()
        };
        match is_owed {
            true => self.write_meta(stream, now),
            false => Ok(()),
        }
    }

    /// Seals full segments as far as there is room.
    fn seal_all(&self, stream: &Stream, full: &[Arc<Segment>], now: u64) -> Result<()> {
        // Everything the segments hold is in their files, durably; nothing is added to them any more.
        let mut writer = self.writer.lock();
        self.commit_all(&mut writer, now)?;
        let flushed = self.flush(&mut writer, &stream.0);
        drop(writer);
        let outcome = flushed.and_then(|()| {
            full.iter()
                .try_for_each(|segment| self.seal(stream, segment))
        });
        match outcome {
            Err(error) if error.is_passing() => Ok(()),
            outcome => outcome,
        }
    }

    /// Writes the stream's meta file, and removes what it doesn't name any more.
    pub(crate) fn write_meta(&self, stream: &Stream, now: u64) -> Result<()> {
        let (content, generation, named, position) = {
            let mut state = stream.0.state.lock();
            state.totals.shrink();
            state.generation += 1;
            let content = meta::encode(&state);
            let (named, position) = (state.dropped.len(), state.position());
            (content, state.generation, named, position)
        };
        // What is said here may follow from records that no commit carried yet.
        let mut writer = self.writer.lock();
        self.commit_all(&mut writer, now)?;
        match self.flush(&mut writer, &stream.0) {
            // The rest of the tail is in the journal, unless it went past that.
            Err(error) if error.is_passing() && !writer.lazy.contains_key(&stream.0.id) => {
                writer.sync_journal()?;
            }
            outcome => outcome?,
        }
        drop(writer);
        let env = stream.0.state.lock().env.clone();
        self.put_meta(&env, generation, &content)?;
        // The keeper alone seals and rewrites, and this is the keeper.
        stream.0.state.lock().meta_owed = false;
        // The part that is scanned is a chain, of which no link may lack.
        let dropped: Vec<_> = {
            let dropped = &mut stream.0.state.lock().dropped;
            dropped
                .extract_if(..named, |it| it.number < position)
                .collect()
        };
        let waiting = self.let_go(dropped);
        stream.0.state.lock().dropped.splice(0..0, waiting);
        Ok(())
    }

    /// Writes a meta file while others commit; but none of them may take the room that the reserve gives back for it, nor this what it gives
    /// back for one of them.
    pub(crate) fn put_meta(&self, env: &Env, generation: u64, content: &[u8]) -> Result<()> {
        let outcome = {
            let _whole = self.reserve.lock();
            meta::write(env, generation, content)
        };
        match outcome {
            Err(Error::DiskFull) => {
                let _writer = self.writer.lock();
                self.with_reserve(|| meta::write(env, generation, content))
            }
            outcome => outcome,
        }
    }

    /// Writes a full segment's footer and lets the file be read through a mapping; unless it isn't full any more, or some of its bytes aren't in
    /// the file: a footer would say that they are.
    fn seal(&self, stream: &Stream, segment: &Arc<Segment>) -> Result<()> {
        self.disk.note(Work::Footer);
        let (env, found) = {
            let state = stream.0.state.lock();
            let slot = state
                .slots
                .iter()
                .find(|slot| slot.seg.number == segment.number)
                .filter(|_| !state.tail.has(segment.number));
            (
                state.env.clone(),
                slot.and_then(|slot| Some((slot.heap.clone()?, slot.end))),
            )
        };
        let Some((Index::Heap(heap), end)) = found else {
            return Ok(());
        };
        let footer = Footer::encode(&heap, segment.seed);
        let footer = env
            .sealer
            .seal_footer(segment.number, segment.rewrite, footer)?;
        let at = end.max(HEADER);
        let name = segment.name();
        let file = segment.ensure_file()?;
        file.allocate(u64::from(at) + footer.len() as u64)
            .map_err(|e| Error::io("allocate", &name, &e))?;
        file.write_at(&footer, u64::from(at))
            .map_err(|e| Error::io("write", &name, &e))?;
        file.sync().map_err(|e| Error::sync(&name, &e))?;
        let sealed = Segment::new(
            &env,
            segment.number,
            segment.rewrite,
            segment.size,
            Some((at, footer.len() as u32)),
        );
        let mut state = stream.0.state.lock();
        if let Some(slot) = state
            .slots
            .iter_mut()
            .find(|slot| slot.seg.number == segment.number)
        {
            slot.seg = Arc::new(sealed);
            slot.heap = None;
            state.meta_owed = true;
        }
        Ok(())
    }

    /// Keeps what was found broken as it was found.
    fn quarantine(&self) {
        for (damage, bytes) in self.damage.take_evidence() {
            let kept = (|| {
                let file = self
                    .disk
                    .open("quarantine")
                    .or_else(|_| self.disk.create("quarantine"))?;
                let mut entry = format!(
                    "\n{} at {} of {} ({:?}), {} bytes\n",
                    damage.file,
                    damage.offset,
                    damage.segment.unwrap_or(0),
                    damage.kind,
                    bytes.len()
                )
                .into_bytes();
                entry.extend_from_slice(&bytes);
                file.write_at(&entry, file.len()?)?;
                file.sync()
            })();
            if let Err(error) = kept {
                tracing::warn!(%error, file = "quarantine", %damage, "damaged bytes can't be kept as they were found");
            }
        }
    }
}
