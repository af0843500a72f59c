//! What keys are derived for.

/// What a key is for. Keys of different purposes, streams or segments know nothing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Manifest,
    Journal,
    Meta { stream: u64 },
    Body { stream: u64, segment: u32 },
    Footer { stream: u64, segment: u32 },
}

impl Purpose {
    /// The purpose as HKDF takes it.
    pub(super) fn info(self) -> [u8; 28] {
        let (name, stream, segment) = match self {
            Self::Manifest => (b"midge 2 manifest", 0, 0),
            Self::Journal => (b"midge 2 journal.", 0, 0),
            Self::Meta { stream } => (b"midge 2 meta....", stream, 0),
            Self::Body { stream, segment } => (b"midge 2 body....", stream, segment),
            Self::Footer { stream, segment } => (b"midge 2 footer..", stream, segment),
        };
        let mut info = [0; 28];
        info[..16].copy_from_slice(name);
        info[16..24].copy_from_slice(&stream.to_le_bytes());
        info[24..].copy_from_slice(&segment.to_le_bytes());
        info
    }
}
