//! How far sources were taken: in the headers of their messages, and beside the log.
//!
//! # Never twice, never lost
//! A mirror keeps sequences, so its own last sequence says where it goes on. A stream with sources writes into each message where it
//! came from (`Nats-Stream-Source`), and message and place are one record: a crash takes both or none. But limits, purges and acks
//! may take messages out of the log, so the places are kept beside it too ([`Kept`]), with the sequence up to which they hold. They
//! are written behind the messages, in the same turn: whatever removes those messages comes later in the journal, and is durable
//! only with the places. What is in the log above them is read again when the stream is opened. Places that speak of more than the log
//! has are of a log that lost its end: they are ignored, and written anew before the log gets there again.

use super::Inflow;
use crate::config::Storage;
use crate::headers;
use crate::stream::{Stream, present};
use midge_streamlog::{Filter, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Messages that opening may have to read for want of a newer state.
const READ_AGAIN_MAX: u64 = 10_000;
/// Says in a message where it was taken from.
pub(super) const HEADER: &str = "Nats-Stream-Source";

/// What tells a source from others of its stream: origin, filters, destinations.
pub(crate) type Index = [String; 3];

/// The last place in a source: the origin's identity, and the sequence that was taken last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Taken {
    pub(super) identity: String,
    pub(super) seq: u64,
}

/// Places in sources as they are kept beside the log.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// When the stream was made that this belongs to.
    created: u64,
    /// The stream's last sequence that this knows of.
    upto: u64,
    places: Vec<(Index, Taken)>,
}

impl Stream {
    /// Learns how far sources were taken, from what was kept and from the log above it. While the log can't be read nothing is taken.
    pub(crate) fn learn_places(&mut self, kept: Option<Vec<u8>>) {
        self.inflows.unread = Some(kept);
        if let Err(error) = self.read_places() {
            tracing::warn!(stream = self.log.name(), %error, "JetStream: how far sources were taken can't be read, which is tried again");
        }
    }

    /// The same, unless it is known.
    pub(super) fn read_places(&mut self) -> Result<()> {
        let Some(kept) = &self.inflows.unread else {
            return Ok(());
        };
        let mut kept: Kept = kept
            .as_deref()
            .and_then(|kept| serde_json::from_slice(kept).ok())
            .unwrap_or_default();
        if kept.created != self.created || self.config.storage == Storage::Memory {
            kept = Kept::default();
        }
        let last = self.log.stats().last_seq;
        // A log that ends below lost what a lazy policy allows; then the log alone is right.
        let floor = if kept.upto <= last { kept.upto } else { 0 };
        self.inflows.changed |= kept.upto > last;
        let mut wanted: Vec<Index> = self
            .inflows
            .all
            .iter()
            .map(|inflow| inflow.index.clone())
            .collect();
        let mut known: BTreeMap<Index, Taken> = match kept.upto <= last {
            true => kept.places.into_iter().collect(),
            false => BTreeMap::new(),
        };
        let mut at = last;
        while !wanted.is_empty()
            && let Some(seq) = self
                .log
                .last(&Filter::all(), at)?
                .filter(|seq| *seq > floor)
        {
            at = seq - 1;
            if let Some(message) = present(self.log.get(seq))?
                && let Some((index, taken)) = headers::get(&message.headers, HEADER).and_then(parse)
                && let Some(found) = wanted.iter().position(|it| *it == index)
            {
                wanted.swap_remove(found);
                known.insert(index, taken);
            }
        }
        self.inflows.taken = known;
        self.inflows.unread = None;
        Ok(())
    }

    /// The last sequence that was taken of an inflow's origin.
    pub(crate) fn taken_of(&self, inflow: &Inflow) -> Option<u64> {
        self.inflows.taken.get(&inflow.index).map(|taken| taken.seq)
    }

    /// Places in sources, if they changed, or if the log grew so much that reading it again would take long.
    pub(crate) fn poll_places(&mut self) -> Option<Vec<u8>> {
        let last = self.log.stats().last_seq;
        let inflows = &mut self.inflows;
        if inflows.unread.is_some()
            || self.config.sources.is_empty()
            || self.config.storage == Storage::Memory
        {
            return None;
        }
        if !inflows.changed && last <= inflows.saved_upto + READ_AGAIN_MAX {
            return None;
        }
        (inflows.changed, inflows.saved_upto) = (false, last);
        let places = inflows.taken.clone().into_iter().collect();
        let kept = Kept {
            created: self.created,
            upto: last,
            places,
        };
        serde_json::to_vec(&kept).ok()
    }

    /// The places that were polled couldn't be written.
    pub(crate) fn places_unsaved(&mut self) {
        self.inflows.changed = true;
    }
}

/// Index and place in a `Nats-Stream-Source`: origin, sequence, filters, destinations, subject, identity.
fn parse(value: &[u8]) -> Option<(Index, Taken)> {
    let value = std::str::from_utf8(value).ok()?;
    let mut words = value.split(' ').map(str::to_owned);
    let (name, seq) = (words.next()?, words.next()?);
    let index = [name, words.next()?, words.next()?];
    let _subject = words.next()?;
    let identity = words.next().unwrap_or_default();
    Some((
        index,
        Taken {
            identity,
            seq: seq.parse().ok()?,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_header_is_read_with_and_without_identity() {
        let index = ["O".to_owned(), "a.*".to_owned(), ">".to_owned()];
        let taken = |identity: &str| Taken {
            identity: identity.into(),
            seq: 7,
        };
        assert_eq!(
            parse(b"O 7 a.* > a.1 IDENTITY"),
            Some((index.clone(), taken("IDENTITY")))
        );
        assert_eq!(parse(b"O 7 a.* > a.1"), Some((index, taken(""))));
        assert_eq!(parse(b"O x a.* > a.1"), None);
        assert_eq!(parse(b"$JS.ACK.O.c.1.2.3.4.5"), None);
    }
}
