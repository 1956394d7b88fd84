//! A day: "Fri 13 March", with the year when it is another one.

use chrono::{Datelike, NaiveDate};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// The day in words, as read on another day.
pub fn day_words(day: NaiveDate, today: NaiveDate) -> String {
    let name = DAYS.get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
    let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    let year = if day.year() == today.year() { String::new() } else { format!(" {}", day.year()) };
    format!("{name} {} {month}{year}", day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_said_when_it_is_another_one() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(day_words(day("2026-03-13"), day("2026-12-31")), "Fri 13 March");
        assert_eq!(day_words(day("2027-01-01"), day("2026-12-31")), "Fri 1 January 2027");
    }
}
