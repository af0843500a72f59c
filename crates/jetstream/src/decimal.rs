//! Whole numbers of any size, added in writing as one learns it at school: all that counters need.

use std::cmp::Ordering;
use std::fmt;

/// A whole number.
///
/// **Invariant:** `digits` are 0 to 9, the highest first, and don't begin with a zero; none is zero, which isn't negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
}

impl Decimal {
    /// Reads digits behind an optional sign; anything else is no number.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digits = digits.iter().map(|digit| digit - b'0').collect();
        Some(Self::new(negative, digits))
    }

    fn new(negative: bool, mut digits: Vec<u8>) -> Self {
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        Self {
            negative: negative && !digits.is_empty(),
            digits,
        }
    }

    /// The same number below zero, or above it.
    pub(crate) fn negated(&self) -> Self {
        Self::new(!self.negative, self.digits.clone())
    }

    /// The sum.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        if self.negative == other.negative {
            return Self::new(self.negative, add(&self.digits, &other.digits));
        }
        match compare(&self.digits, &other.digits) {
            Ordering::Less => Self::new(other.negative, subtract(&other.digits, &self.digits)),
            _ => Self::new(self.negative, subtract(&self.digits, &other.digits)),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        let digits = self.digits.iter().map(|digit| char::from(digit + b'0'));
        let sign = self.negative.then_some('-');
        f.write_str(&sign.into_iter().chain(digits).collect::<String>())
    }
}

fn compare(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The digit `k` places from the right.
fn place(digits: &[u8], k: usize) -> u8 {
    let at = digits.len().checked_sub(k + 1);
    at.map_or(0, |at| digits[at])
}

fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut sum: Vec<u8> = (0..a.len().max(b.len()))
        .map(|k| {
            let digit = place(a, k) + place(b, k) + carry;
            carry = digit / 10;
            digit % 10
        })
        .collect();
    sum.push(carry);
    sum.reverse();
    sum
}

/// `a - b`, where `a` is no smaller.
fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut rest: Vec<u8> = (0..a.len())
        .map(|k| {
            let digit = 10 + place(a, k) - place(b, k) - borrow;
            borrow = u8::from(digit < 10);
            digit % 10
        })
        .collect();
    rest.reverse();
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text.as_bytes()).expect("a number")
    }

    #[test]
    fn numbers_are_digits_behind_a_sign() {
        let check = |text: &str, want: &str| assert_eq!(number(text).to_string(), want);
        check("007", "7");
        check("+5", "5");
        check("-0", "0");
        check("-12", "-12");
        for text in ["", "+", "-", "1.5", "0x10", "1 0", "1_0", " 1", "--1"] {
            assert_eq!(Decimal::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn sums_have_no_end() {
        let nines = "9".repeat(60);
        let sum = number(&nines).plus(&number("1"));
        assert_eq!(sum.to_string(), format!("1{}", "0".repeat(60)));
        let back = sum.plus(&number(&format!("-{nines}")));
        assert_eq!(back.to_string(), "1");
    }

    proptest! {
        #[test]
        fn small_sums_are_those_of_the_machine(a: i64, b: i64) {
            let sum = number(&a.to_string()).plus(&number(&b.to_string()));
            prop_assert_eq!(sum.to_string(), (i128::from(a) + i128::from(b)).to_string());
        }
    }
}
