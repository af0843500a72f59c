//! Random numbers and names, from a seed.

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A generator (splitmix64): the same seed draws the same.
#[derive(Clone, Debug)]
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A name of letters and digits.
    pub(crate) fn name(&mut self, len: usize) -> String {
        (0..len)
            .map(|_| char::from(LETTERS[(self.number() % 62) as usize]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_have_their_length() {
        let mut draws = Draws(7);
        let (one, other) = (draws.name(22), draws.name(22));
        assert_eq!((one.len(), other.len()), (22, 22));
        assert_ne!(one, other);
        assert_eq!(Draws(7).name(22), one);
    }
}
