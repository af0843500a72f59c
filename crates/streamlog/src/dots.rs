//! How many dots subjects have: a filter whose wildcards are all at its end asks nothing else of those that begin as it does.

/// The fewest and the most dots of some subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Dots {
    pub(crate) min: u16,
    pub(crate) max: u16,
}

impl Dots {
    /// Of subjects that nobody looked at.
    pub(crate) const ANY: Self = Self {
        min: 0,
        max: u16::MAX,
    };

    /// One more subject.
    pub(crate) fn add(&mut self, subject: &[u8]) {
        let dots = count(subject);
        self.min = self.min.min(dots);
        self.max = self.max.max(dots);
    }

    /// Whether each number that is within `other` is within this.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.min <= other.min && other.max <= self.max
    }
}

/// Of no subjects.
impl Default for Dots {
    fn default() -> Self {
        Self {
            min: u16::MAX,
            max: 0,
        }
    }
}

/// The dots of a subject, which has no more bytes than that.
pub(crate) fn count(subject: &[u8]) -> u16 {
    let dots = subject.iter().filter(|&&byte| byte == b'.').count();
    u16::try_from(dots).unwrap_or(u16::MAX)
}
