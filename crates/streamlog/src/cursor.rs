//! A position in the messages of a stream that a set of filters means.
//!
//! A cursor finds out once what its filters mean in a segment ([`Chosen`], by `index/select.rs`) and keeps that while it is in the segment: a
//! list of indices, or bits when they are many, or just "everything". So the next message costs a look at the next index, however many filters
//! there are and however many subjects the segment has, and what was appended since the last time costs a test for each new message.
//!
//! How many messages are left is a count over the same bits, and for each later segment one number that stays until something in it changes.
//!
//! # Invariants
//! - No message that is meant and that consumers may see is in a [`gap`](Cursor::gaps). Whoever goes back to a place in one of them goes on at its
//!   end, and whoever goes anywhere else is there: a cursor needn't be told what became of the messages that it read.
//! - `chosen` has each index in `begin..upto` of its segment that is meant, dead or not. Indices are never given again, but by a truncation, after
//!   which nothing here counts. A rewritten segment is another segment.
//! - A tally says how many live messages of its segment are meant. Messages only come to a segment (`count` grows) and go (`live` falls), so equal
//!   numbers mean that nothing changed, and equal differences that nothing went.
use crate::{
    Error, Result,
    filter::Filter,
    filters::Filters,
    index::{Index, IndexSet},
    read::{Ahead, Message, READ_AHEAD, RecordRef},
    segment::Segment,
    slot::Slot,
    state::State,
    steps,
    stream::Stream,
};
use std::{ops::Range, sync::Arc};

/// Records looked up under one lock.
const BATCH: usize = 64;

/// See the head of this file.
pub struct Cursor {
    stream: Stream,
    filters: Arc<Filters>,
    /// the next sequence to be looked at
    at: u64,
    /// ranges without a message: before the first one of the last read, and behind the last one
    gaps: [Range<u64>; 2],
    /// truncations of the stream that it knows of
    truncations: u64,
    chosen: Option<Chosen>,
    /// of segments behind the one with `at`
    tallies: Vec<Tally>,
    /// room for the record that [`next_seq`](Self::next_seq) finds
    found: Vec<RecordRef>,
}

/// What the filters mean in one segment.
struct Chosen {
    segment: SegmentKey,
    begin: u32,
    upto: u32,
    /// `None`: everything
    set: Option<IndexSet>,
}

/// Which segment, and what its indices count from.
#[derive(PartialEq, Eq, Clone, Copy)]
struct SegmentKey {
    number: u32,
    rewrite: u32,
    base: u64,
}

/// How many live messages of a segment are meant, and what the segment was like.
#[derive(Clone, Copy)]
struct Tally {
    number: u32,
    rewrite: u32,
    /// indices looked at
    upto: u32,
    count: u32,
    live: u32,
    selected: u32,
}

impl Stream {
    /// Goes through the messages from `from` on that the filters mean.
    pub fn cursor(&self, filters: impl Into<Arc<Filters>>, from: u64) -> Cursor {
        Cursor {
            stream: self.clone(),
            filters: filters.into(),
            at: from,
            gaps: [from..from, from..from],
            truncations: 0,
            chosen: None,
            tallies: Vec::new(),
            found: Vec::new(),
        }
    }
}

impl Cursor {
    /// Goes to `seq`, or to the end of the gap that it is in.
    pub fn seek(&mut self, seq: u64) {
        let gap = self.gaps.iter().find(|gap| gap.contains(&seq));
        self.at = gap.map_or(seq, |gap| gap.end);
    }

    /// The first sequence that wasn't looked at.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Up to `max` messages, or until they have `max_bytes`. Damaged ones are left out (and reported). None: ask again after the stream's
    /// watermark moved.
    ///
    /// # Errors
    /// When the first of them can't be read now, or looked for; the cursor stays there. One that comes later ends what is returned.
    pub fn read(&mut self, max: usize, max_bytes: usize) -> Result<Vec<Message>> {
        let (mut out, mut bytes): (Vec<Message>, usize) = (Vec::new(), 0);
        let mut failure = None;
        let (mut ahead, mut batch) = (Ahead::of(READ_AHEAD), Vec::new());
        let from = self.first_of_gap();
        'reading: while out.len() < max && bytes < max_bytes {
            let segment = match self.places(BATCH.min(max - out.len()), &mut batch, Arc::clone) {
                Ok(Some(segment)) => segment,
                Ok(None) => break,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            };
            steps::add(batch.len() as u64);
            for record in batch.drain(..) {
                self.at = record.seq;
                match self.stream.read_record(&segment, record, &mut ahead) {
                    Ok(Some(message)) => {
                        bytes += message.len();
                        out.push(message);
                    }
                    Ok(None) | Err(Error::Checksum { .. }) => {}
                    // What can't be read now is read later.
                    Err(error) => {
                        failure = Some(error);
                        break 'reading;
                    }
                }
                self.at += 1;
                if bytes >= max_bytes {
                    break;
                }
            }
        }
        self.note_gaps(from, out.first().map(|m| m.seq), out.last().map(|m| m.seq));
        match failure {
            Some(error) if out.is_empty() => Err(error),
            _ => Ok(out),
        }
    }

    /// The next sequence.
    ///
    /// # Errors
    /// When a segment can't be looked at now; the cursor stays there.
    pub fn next_seq(&mut self) -> Result<Option<u64>> {
        let from = self.first_of_gap();
        let mut found = std::mem::take(&mut self.found);
        let outcome = self.places(1, &mut found, |_| ());
        let seq = found.pop().map(|record| record.seq);
        self.found = found;
        outcome?;
        if let Some(seq) = seq {
            self.at = seq + 1;
        }
        self.note_gaps(from, seq, seq);
        Ok(seq)
    }

    /// The next message; damaged ones are left out.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn next_message(&mut self) -> Result<Option<Message>> {
        Ok(self.read(1, usize::MAX)?.pop())
    }

    /// How many messages there are from here on, those too that consumers may not see yet.
    ///
    /// # Errors
    /// When a segment can't be looked at now.
    pub fn count(&mut self) -> Result<u64> {
        let stream = self.stream.clone();
        let mut state = stream.0.state.lock();
        self.settle(&state);
        if let Some(count) = self.count_at_once(&mut state)? {
            return Ok(count);
        }
        let begin = state.slots.partition_point(|slot| slot.last < self.at);
        let (first_seq, active) = (state.first_seq, state.slots.len() - 1);
        let (mut sum, mut here, mut later) = (0, None, Vec::new());
        match state.slots.get(begin + 1).map(|slot| slot.seg.number) {
            Some(first) => self.tallies.retain(|tally| tally.number >= first),
            None => self.tallies = Vec::new(),
        }
        for (k, slot) in state.slots.iter().enumerate().skip(begin) {
            match (k == begin, k == active) {
                (true, true) => {
                    self.choose(slot)?;
                    sum += self.count_in(slot, first_seq)?;
                }
                (true, false) => here = Some(slot.clone()),
                (false, _) => match self.tally_of(slot) {
                    Ok(at) if self.tallies[at].is_of(slot) => {
                        sum += u64::from(self.tallies[at].selected);
                    }
                    _ if k == active => sum += self.tally(slot, first_seq)?,
                    _ => later.push(slot.clone()),
                },
            }
        }
        drop(state);
        if let Some(slot) = here {
            self.choose(&slot)?;
            sum += self.count_in(&slot, first_seq)?;
        }
        for slot in later {
            sum += self.tally(&slot, first_seq)?;
        }
        Ok(sum)
    }

    /// The count, when it takes no look into segments.
    fn count_at_once(&self, state: &mut State) -> Result<Option<u64>> {
        if self.filters.is_all() {
            let begin = state.slots.partition_point(|slot| slot.last < self.at);
            let slots = state.slots[begin..].iter();
            let counts = slots.map(|slot| slot.count_from(self.at, state.first_seq));
            return counts.sum::<Result<u64>>().map(Some);
        }
        let Some(subject) = self.filters.as_literal() else {
            return Ok(None);
        };
        let total = state.total(subject)?;
        if total.count == 0 || self.at > total.last {
            return Ok(Some(0));
        }
        Ok((self.at <= total.first).then_some(total.count))
    }

    /// Live messages from `at` on in the segment that was chosen from.
    fn count_in(&self, slot: &Slot, first_seq: u64) -> Result<u64> {
        match self.chosen.as_ref().map(|chosen| &chosen.set) {
            Some(Some(set)) => {
                let index = slot.index()?;
                let range = slot.range_from(&index, self.at, first_seq);
                Ok(set.count_in(range, Some(&slot.dead)))
            }
            _ => slot.count_from(self.at, first_seq),
        }
    }

    fn tally_of(&self, slot: &Slot) -> std::result::Result<usize, usize> {
        let number = slot.seg.number;
        self.tallies
            .binary_search_by_key(&number, |tally| tally.number)
    }

    /// Counts a segment, or what came to it since the last time.
    fn tally(&mut self, slot: &Slot, first_seq: u64) -> Result<u64> {
        let found = self.tally_of(slot);
        let known = found.ok().map(|at| self.tallies[at]);
        let (mut selected, filters) = (0, &self.filters);
        let index = slot.index()?;
        if slot.live == 0 {
            // Nothing to be looked at.
        } else if let Some(known) = known.filter(|known| known.only_grew(slot)) {
            selected = known.selected;
            index.select(filters, known.upto, |_| selected += 1);
        } else if index.is_covered_by(filters) {
            selected = slot.live as u32;
        } else if slot.live == slot.count {
            selected = index.count_selected(filters) as u32;
        } else {
            let alive = slot.alive(index.base(), first_seq);
            index.select(filters, 0, |i| selected += u32::from(alive(i)));
        }
        let tally = Tally {
            number: slot.seg.number,
            rewrite: slot.seg.rewrite,
            upto: index.span(),
            count: slot.count as u32,
            live: slot.live as u32,
            selected,
        };
        match found {
            Ok(at) => self.tallies[at] = tally,
            Err(at) => self.tallies.insert(at, tally),
        }
        Ok(u64::from(selected))
    }

    /// Up to `max` places of one segment, looked up under one lock, and what `of` says of that; `at` moves to where they begin at the earliest.
    fn places<T>(
        &mut self,
        max: usize,
        out: &mut Vec<RecordRef>,
        of: impl Fn(&Arc<Segment>) -> T,
    ) -> Result<Option<T>> {
        let stream = self.stream.clone();
        loop {
            let unchosen = {
                let state = stream.0.state.lock();
                self.settle(&state);
                if self.at > state.visible {
                    return Ok(None);
                }
                let k = state.slots.partition_point(|slot| slot.last < self.at);
                let Some(slot) = state.slots.get(k) else {
                    return Ok(None);
                };
                // The active segment's index isn't shared, so it is asked here.
                if k + 1 == state.slots.len() {
                    self.choose(slot)?;
                }
                let index = match self.filters.is_all() {
                    true => None,
                    false => Some(slot.index()?),
                };
                let index = index.as_deref();
                if index.is_none_or(|index| self.has_chosen(slot, index)) {
                    self.collect(&state, slot, index, max, out)?;
                    if !out.is_empty() {
                        return Ok(Some(of(&slot.seg)));
                    }
                    self.leave(slot, state.visible);
                    continue;
                }
                slot.clone()
            };
            self.choose(&unchosen)?;
        }
    }

    fn collect(
        &self,
        state: &State,
        slot: &Slot,
        index: Option<&Index>,
        max: usize,
        out: &mut Vec<RecordRef>,
    ) -> Result<()> {
        let visible = state.visible;
        let set = self.chosen.as_ref().and_then(|chosen| chosen.set.as_ref());
        let (Some(set), Some(index)) = (set, index) else {
            return slot.walk(self.at, state.first_seq, max, |seq, place| {
                if seq <= visible {
                    out.push(RecordRef::new(state, slot, seq, place));
                }
            });
        };
        let (base, alive) = (index.base(), slot.alive(index.base(), state.first_seq));
        let begin = slot.range_from(index, self.at, state.first_seq).start;
        let mut next = set.next_from(begin);
        while let Some(i) = next.filter(|i| base + u64::from(*i) <= visible) {
            if alive(i)
                && let Some(place) = index.place(i)
            {
                out.push(RecordRef::new(state, slot, base + u64::from(i), place));
                if out.len() == max {
                    return Ok(());
                }
            }
            next = set.next_from(i + 1);
        }
        Ok(())
    }

    /// Nothing more that may be seen is in this segment.
    fn leave(&mut self, slot: &Slot, visible: u64) {
        self.at = self.at.max(slot.last.min(visible) + 1);
        if let Some(chosen) = self.chosen.as_mut().filter(|_| slot.last <= visible) {
            // A reader at the end keeps nothing.
            chosen.begin = chosen.upto;
            if let Some(set) = &mut chosen.set {
                *set = IndexSet::default();
            }
        }
    }

    fn has_chosen(&self, slot: &Slot, index: &Index) -> bool {
        let chosen = self.chosen.as_ref();
        chosen.is_some_and(|chosen| chosen.is_of(slot, index, self.at))
    }

    /// Finds out what the filters mean in this segment, as far as that isn't known.
    fn choose(&mut self, slot: &Slot) -> Result<()> {
        if self.filters.is_all() {
            return Ok(());
        }
        let (index, from) = (slot.index()?, self.at);
        if self.has_chosen(slot, &index) {
            return Ok(());
        }
        let key = SegmentKey::of(slot, &index);
        let begin = slot.range_from(&index, from, 0).start;
        let known = self
            .chosen
            .take()
            .filter(|it| it.segment == key && it.begin <= begin);
        // A segment that is being filled may get what isn't meant.
        let is_known_whole = || {
            let tally = self.tally_of(slot).map(|at| &self.tallies[at]);
            tally.is_ok_and(|tally| tally.means_all(slot, index.span()))
        };
        let mut chosen = known.unwrap_or_else(|| {
            let is_sealed = matches!(*index, Index::Footer(_));
            let everything = is_sealed && (index.is_covered_by(&self.filters) || is_known_whole());
            Chosen {
                segment: key,
                begin,
                upto: begin,
                set: (!everything).then(IndexSet::default),
            }
        });
        if let Some(set) = &mut chosen.set {
            index.select(&self.filters, chosen.upto, |i| {
                set.insert(i);
            });
        }
        chosen.upto = index.span();
        self.chosen = Some(chosen);
        Ok(())
    }

    /// Follows what happened to the stream.
    fn settle(&mut self, state: &State) {
        if self.truncations != state.truncations {
            // Sequences and indices may stand for other messages now.
            self.truncations = state.truncations;
            if let Some(gap) = self.gaps.iter().find(|gap| gap.end == self.at) {
                self.at = gap.start;
            }
            self.gaps = [0..0, 0..0];
            self.chosen = None;
            self.tallies = Vec::new();
        }
        self.at = self.at.max(state.first_seq);
    }

    /// Where the gap begins that ends here.
    fn first_of_gap(&self) -> u64 {
        let gap = self.gaps.iter().find(|gap| gap.end == self.at);
        gap.map_or(self.at, |gap| gap.start)
    }

    fn note_gaps(&mut self, from: u64, first: Option<u64>, last: Option<u64>) {
        self.gaps = match (first, last) {
            (Some(first), Some(last)) => [from..first, last + 1..self.at],
            _ => [from..self.at, 0..0],
        };
    }
}

impl Chosen {
    /// Whether it says what is meant in this segment from `at` on.
    fn is_of(&self, slot: &Slot, index: &Index, at: u64) -> bool {
        self.segment == SegmentKey::of(slot, index)
            && self.begin <= slot.range_from(index, at, 0).start
            && (self.set.is_none() || self.upto == index.span())
    }
}

impl SegmentKey {
    fn of(slot: &Slot, index: &Index) -> Self {
        Self {
            number: slot.seg.number,
            rewrite: slot.seg.rewrite,
            base: index.base(),
        }
    }
}

impl Tally {
    fn is_of(&self, slot: &Slot) -> bool {
        let now = (slot.seg.number, slot.seg.rewrite, slot.count, slot.live);
        now == (
            self.number,
            self.rewrite,
            self.count.into(),
            self.live.into(),
        )
    }

    /// Whether the filters mean all that was alive then, and nothing came since: so they mean all that is alive now.
    fn means_all(&self, slot: &Slot, span: u32) -> bool {
        let same = (slot.seg.number, slot.seg.rewrite) == (self.number, self.rewrite);
        same && self.upto == span && self.selected == self.live
    }

    /// Whether messages only came since.
    fn only_grew(&self, slot: &Slot) -> bool {
        let came = slot.count.checked_sub(self.count.into());
        (slot.seg.number, slot.seg.rewrite) == (self.number, self.rewrite)
            && came.is_some()
            && came == slot.live.checked_sub(self.live.into())
    }
}

impl Stream {
    /// How many messages from `from` on match: what a consumer there has before it.
    ///
    /// # Errors
    /// Those of [`Cursor::count`].
    pub fn count(&self, filter: &Filter, from: u64) -> Result<u64> {
        self.cursor(filter.clone(), from).count()
    }

    /// Up to `max` messages from `from` on, or until they have `max_bytes`. Damaged ones are left out (and reported).
    ///
    /// # Errors
    /// Those of [`Cursor::read`].
    pub fn read(&self, from: u64, max: usize, max_bytes: usize) -> Result<Vec<Message>> {
        self.cursor(Filter::all(), from).read(max, max_bytes)
    }
}
