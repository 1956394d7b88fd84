//! What Docket takes at most of what people send: texts to search by, keys, days. The same numbers stand in the browser's inputs.
//!
//! What a whole call may weigh is the server's (`http/input.rs`); lengths of single answers are their form's, those of comments, tasks
//! and reasons stand with their rules.

use crate::refusal::Refusal;
use crate::text::tidy_line;
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

/// Letters of a text to search by.
pub const SEARCH_LETTERS: usize = 100;
/// Words of it: more would not find more, and each is a condition of the query.
pub const SEARCH_WORDS: usize = 16;

/// A text to search by, of bounded length and with a bounded number of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// Reads what somebody typed; `path` names the input.
    ///
    /// # Errors
    /// Input: too long, or too many words.
    pub fn read(path: &str, typed: &str) -> Result<Self, Refusal> {
        let typed = tidy_line(typed);
        if typed.chars().nth(SEARCH_LETTERS).is_some() {
            return Err(Refusal::input(path, format!("Search for {SEARCH_LETTERS} letters or fewer")));
        }
        if typed.split_whitespace().nth(SEARCH_WORDS).is_some() {
            return Err(Refusal::input(path, format!("Search for {SEARCH_WORDS} words or fewer")));
        }
        Ok(Self(typed.into_owned()))
    }

    /// The text, tidied as a line is.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to search by.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The first letters of a text that comes by an address and is shown as typed: an address can be longer than the input it belongs to.
pub fn first_letters(typed: &str, most: usize) -> &str {
    typed.char_indices().nth(most).map_or(typed, |(end, _)| &typed[..end])
}

/// The first day that anything in Docket can be on.
pub const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// The last day that anything in Docket can be on.
pub const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2200, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Whether a day is one that Docket knows: what is reckoned from it stays far from the ends of what dates can be.
pub fn is_known_day(day: NaiveDate) -> bool {
    (FIRST_DAY..=LAST_DAY).contains(&day)
}

/// A day that somebody sent; `path` names the input.
///
/// # Errors
/// Input: a day outside of the known ones.
pub fn check_day(path: &str, day: NaiveDate) -> Result<(), Refusal> {
    if is_known_day(day) { Ok(()) } else { Err(Refusal::input(path, "Choose a day between the years 1900 and 2200")) }
}

/// A moment so much later; the beginning of the last known day when that is farther away.
pub fn later(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let end = LAST_DAY.and_time(NaiveTime::MIN).and_utc();
    at.checked_add_signed(by).map_or(end, |moment| moment.min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_to_search_by_is_bounded() {
        assert_eq!(SearchText::read("text", "  Ruth  Abel ").unwrap().text(), "Ruth  Abel");
        assert!(SearchText::read("text", " ").unwrap().is_empty());
        assert!(SearchText::read("text", &"ü".repeat(SEARCH_LETTERS)).is_ok());
        assert!(SearchText::read("text", &"ü".repeat(SEARCH_LETTERS + 1)).is_err());
        assert!(SearchText::read("text", &"a ".repeat(SEARCH_WORDS)).is_ok());
        assert!(SearchText::read("text", &"a ".repeat(SEARCH_WORDS + 1)).is_err());
    }

    #[test]
    fn first_letters_are_whole_letters() {
        assert_eq!((first_letters("äöü", 2), first_letters("äöü", 3), first_letters("", 3)), ("äö", "äöü", ""));
    }

    #[test]
    fn later_ends_with_the_known_days() {
        let now = DateTime::from_timestamp(1_773_306_000, 0).unwrap();
        assert_eq!(later(now, Duration::hours(2)), now + Duration::hours(2));
        for far in [Duration::hours(i64::from(u32::MAX)), Duration::MAX, Duration::days(90_000)] {
            assert_eq!(later(now, far).date_naive(), LAST_DAY);
        }
    }

    #[test]
    fn known_days_are_far_from_the_ends_of_what_dates_can_be() {
        assert_eq!((FIRST_DAY.to_string(), LAST_DAY.to_string()), ("1900-01-01".to_owned(), "2200-12-31".to_owned()));
        assert!(is_known_day(FIRST_DAY) && is_known_day(LAST_DAY));
        for day in [NaiveDate::MIN, NaiveDate::MAX, FIRST_DAY - chrono::Days::new(1), LAST_DAY + chrono::Days::new(1)] {
            assert!(check_day("due", day).is_err(), "{day}");
        }
    }
}
