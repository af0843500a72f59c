//! What was found broken: told once, kept for monitoring.
use parking_lot::Mutex;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// what is broken
    pub kind: DamageKind,
    /// the file it was found in
    pub file: String,
    /// the stream it belongs to
    pub stream: Option<u64>,
    /// that stream's name, where it is known
    pub name: Option<Arc<str>>,
    /// number of the segment
    pub segment: Option<u32>,
    /// where in the file
    pub offset: u64,
    /// how many bytes
    pub len: u64,
    /// the sequences it may have cost
    pub sequences: Option<RangeInclusive<u64>>,
}

/// What can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DamageKind {
    /// A write that a crash interrupted; it never was acknowledged. Cut.
    TornTail,
    /// A record whose checksum fails, or bytes where a record should be.
    Record,
    /// A footer; it was rebuilt in memory.
    Footer,
    /// A segment's header.
    SegmentHead,
    /// A segment that isn't there.
    MissingSegment,
    /// One copy of a metadata file; the other one serves.
    Copy,
    /// Both copies of a metadata file.
    Metadata,
    /// A frame of the journal.
    Frame,
    /// The journal itself.
    Journal,
    /// A file which belongs to nothing we know. Left as it is.
    Orphan,
    /// A file that can't be read.
    Unreadable,
    /// A file of an encrypted store that is older than another one knows it to be.
    Outdated,
}

impl DamageKind {
    /// Tells whether a crash alone leaves this behind on a sound disk: a write cut short, or the second copy of a
    /// metadata file that was not written yet.
    #[must_use]
    pub fn is_trace_of_a_crash(self) -> bool {
        self.cost() == Cost::Nothing
    }

    fn cost(self) -> Cost {
        match self {
            Self::TornTail | Self::Copy => Cost::Nothing,
            Self::Footer | Self::Orphan => Cost::Safety,
            Self::Record
            | Self::SegmentHead
            | Self::MissingSegment
            | Self::Metadata
            | Self::Frame
            | Self::Journal
            | Self::Unreadable
            | Self::Outdated => Cost::Messages,
        }
    }

    /// What has to be done, if something has.
    fn way_out(self) -> Option<&'static str> {
        match self {
            Self::TornTail | Self::Copy => None,
            Self::Footer => Some("nothing is lost, but see to the disk"),
            Self::Orphan => Some("remove the file, unless it was put there by mistake"),
            Self::Unreadable => {
                Some("see to the disk and to the rights of the file, then restart the server")
            }
            Self::Outdated => {
                Some("put the newer file back if there is one, with the server stopped")
            }
            Self::Record
            | Self::SegmentHead
            | Self::MissingSegment
            | Self::Metadata
            | Self::Frame
            | Self::Journal => {
                Some("see to the disk; what is lost comes back from a backup or a mirror alone")
            }
        }
    }
}

/// What a finding costs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cost {
    /// It is what a crash leaves on a sound disk.
    Nothing,
    /// Everything is there, for the moment.
    Safety,
    /// Messages, or definitions.
    Messages,
}

impl fmt::Display for DamageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TornTail => "a write that a crash cut short",
            Self::Record => "a damaged record",
            Self::Footer => "a damaged footer",
            Self::SegmentHead => "a damaged segment header",
            Self::MissingSegment => "a missing segment",
            Self::Copy => "a damaged copy",
            Self::Metadata => "damaged metadata",
            Self::Frame => "a damaged frame",
            Self::Journal => "a damaged journal",
            Self::Orphan => "a file that belongs to nothing",
            Self::Unreadable => "an unreadable file",
            Self::Outdated => "a file of earlier",
        })
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.kind, self.file)?;
        if let Some(name) = &self.name {
            write!(f, " of stream {name}")?;
        }
        if self.len > 0 {
            write!(f, " at byte {} ({} bytes)", self.offset, self.len)?;
        }
        match &self.sequences {
            Some(seqs) if seqs.start() == seqs.end() => write!(f, ": sequence {}", seqs.start()),
            Some(seqs) => write!(f, ": sequences {} to {}", seqs.start(), seqs.end()),
            None => Ok(()),
        }
    }
}

impl Damage {
    /// One line of the log.
    fn say(&self) {
        let Self {
            kind,
            file,
            stream: id,
            name,
            segment,
            offset,
            len,
            sequences,
        } = self;
        let (stream, file) = (name.as_deref(), &**file);
        let (offset, len) = (
            (offset + len > 0).then_some(offset),
            Some(len).filter(|len| **len > 0),
        );
        let sequences = sequences
            .as_ref()
            .map(|lost| format!("{}-{}", lost.start(), lost.end()));
        let (sequences, way_out) = (sequences.as_deref(), kind.way_out());
        match kind.cost() {
            Cost::Nothing => {
                tracing::info!(
                    stream,
                    id,
                    segment,
                    file,
                    offset,
                    len,
                    sequences,
                    "trace of a crash: {kind}"
                );
            }
            Cost::Safety => {
                tracing::warn!(
                    stream,
                    id,
                    segment,
                    file,
                    offset,
                    len,
                    sequences,
                    way_out,
                    "damage found: {kind}"
                );
            }
            Cost::Messages => {
                tracing::error!(
                    stream,
                    id,
                    segment,
                    file,
                    offset,
                    len,
                    sequences,
                    way_out,
                    "damage found: {kind}"
                );
            }
        }
    }

    /// Whether the other finding says nothing that this one doesn't: who misses a message may not know where it was.
    fn covers(&self, other: &Self) -> bool {
        let is_placeless = other.len == 0 && other.sequences.is_some();
        let placed = Self {
            offset: self.offset,
            len: self.len,
            ..other.clone()
        };
        self == other || is_placeless && *self == placed
    }

    pub(crate) fn of_file(kind: DamageKind, file: &str) -> Self {
        Self {
            kind,
            file: file.to_owned(),
            stream: None,
            name: None,
            segment: None,
            offset: 0,
            len: 0,
            sequences: None,
        }
    }
}

/// The findings of this run.
#[derive(Default)]
pub(crate) struct DamageLog {
    found: Mutex<Vec<Damage>>,
    /// bytes to be put into quarantine
    evidence: Mutex<Vec<(Damage, Vec<u8>)>>,
}

/// A disk that falls apart mustn't fill the memory with complaints.
const FINDINGS_MAX: usize = 10_000;
const EVIDENCE_MAX: usize = 64;
const EVIDENCE_BYTES_MAX: usize = 1 << 20;

impl DamageLog {
    /// Takes note, once.
    pub(crate) fn report(&self, damage: Damage) {
        let mut found = self.found.lock();
        if found.len() >= FINDINGS_MAX || found.iter().any(|known| known.covers(&damage)) {
            return;
        }
        damage.say();
        found.push(damage);
    }

    /// Takes note, and keeps the bytes for the quarantine file.
    pub(crate) fn report_bytes(&self, damage: Damage, bytes: &[u8]) {
        let mut evidence = self.evidence.lock();
        if evidence.len() < EVIDENCE_MAX && !evidence.iter().any(|(known, _)| *known == damage) {
            evidence.push((
                damage.clone(),
                bytes[..bytes.len().min(EVIDENCE_BYTES_MAX)].to_vec(),
            ));
        }
        drop(evidence);
        self.report(damage);
    }

    pub(crate) fn list(&self) -> Vec<Damage> {
        self.found.lock().clone()
    }

    pub(crate) fn take_evidence(&self) -> Vec<(Damage, Vec<u8>)> {
        std::mem::take(&mut *self.evidence.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_the_place_and_what_it_may_cost() {
        let mut damage = Damage::of_file(DamageKind::Record, "7.seg");
        assert_eq!(damage.to_string(), "a damaged record in 7.seg");
        (damage.offset, damage.len, damage.sequences) = (4096, 80, Some(5..=5));
        assert_eq!(
            damage.to_string(),
            "a damaged record in 7.seg at byte 4096 (80 bytes): sequence 5"
        );
        damage.sequences = Some(5..=9);
        assert!(damage.to_string().ends_with("sequences 5 to 9"));
    }
}
