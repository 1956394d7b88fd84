//! Exact decimal numbers of any size, compared as digits: no floats, so `0.1` is `0.10` and nothing is rounded.

use std::cmp::Ordering;

/// Characters a number may have.
pub const LONGEST: usize = 40;

/// A decimal number in lowest terms: no leading zeros, no trailing zeros after the point, no negative zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecimalNumber {
    negative: bool,
    whole: String,
    fraction: String,
}

impl DecimalNumber {
    /// Reads `-12.50`. Digits with at most one point, a sign in front, nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, fraction),
            None => (digits, ""),
        };
        if (whole.is_empty() && fraction.is_empty()) || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let negative = negative && !(whole.is_empty() && fraction.is_empty());
        Some(Self { negative, whole, fraction })
    }

    /// Nothing.
    pub fn zero() -> Self {
        Self { negative: false, whole: String::new(), fraction: String::new() }
    }

    /// Decimal places that matter.
    pub fn places(&self) -> usize {
        self.fraction.len()
    }

    fn size(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then_with(|| self.whole.cmp(&other.whole));
        whole.then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl PartialOrd for DecimalNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DecimalNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.size(other),
            (true, true) => other.size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> DecimalNumber {
        DecimalNumber::parse(text).unwrap()
    }

    #[test]
    fn equal_numbers_are_equal_however_written() {
        assert_eq!(d("0.10"), d(".1"));
        assert_eq!(d("-0"), d("0.00"));
        assert_eq!(d("+007"), d("7"));
    }

    #[test]
    fn order_is_exact() {
        let sorted = ["-10", "-9.5", "-9.49", "0", "0.09", "0.1", "0.11", "9", "10", "10.000000000000000000001"];
        for pair in sorted.windows(2) {
            assert!(d(pair[0]) < d(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn everything_else_is_not_a_number() {
        for text in ["", "-", ".", "1.", "1,5", "1e3", "1 000", "0x1", "--1", "NaN", &"9".repeat(41)] {
            assert_eq!(DecimalNumber::parse(text), None, "{text}");
        }
    }
}
