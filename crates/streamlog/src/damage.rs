//! What was found broken: told once, kept for monitoring.
use parking_lot::Mutex;
use std::fmt;
use std::ops::RangeInclusive;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// what is broken
    pub kind: DamageKind,
    /// the file it was found in
    pub file: String,
    /// the stream it belongs to
    pub stream: Option<u64>,
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
        matches!(self, Self::TornTail | Self::Copy)
    }
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
    pub(crate) fn of_file(kind: DamageKind, file: &str) -> Self {
        Self {
            kind,
            file: file.to_owned(),
            stream: None,
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
        if found.len() >= FINDINGS_MAX || found.contains(&damage) {
            return;
        }
        tracing::warn!(
            kind = ?damage.kind, file = %damage.file, stream = damage.stream, segment = damage.segment,
            offset = damage.offset, len = damage.len, sequences = ?damage.sequences, "damage found"
        );
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
