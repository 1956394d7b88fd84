//! Counts that stop somewhere, so that what is shown beside a word costs the same however much there is.

/// How far is counted.
pub const MOST_COUNTED: u64 = 1_000;

/// A count as shown: "7", "999+".
pub fn count_words(count: u64) -> String {
    if count < MOST_COUNTED { count.to_string() } else { format!("{}+", MOST_COUNTED - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_counted_to_its_end_says_so() {
        assert_eq!([0, 999, 1_000].map(count_words), ["0", "999", "999+"]);
    }
}
