//! A moment: far away as "Mon 13 Apr, 08:12". The same text on the server and in the browser.

use chrono::{DateTime, Datelike, Timelike, Utc};
use leptos::prelude::*;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A `<time>` with the exact moment in `datetime`.
#[component]
pub fn When(at: DateTime<Utc>) -> impl IntoView {
    let exact = format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", at.year(), at.month(), at.day(), at.hour(), at.minute(), at.second());
    view! { <time datetime=exact>{day_and_time(at)}</time> }.into_any()
}

/// "Mon 13 Apr, 08:12", in UTC.
pub fn day_and_time(at: DateTime<Utc>) -> String {
    let day = DAYS.get(at.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
    let month = MONTHS.get(at.month0() as usize).copied().unwrap_or_default();
    format!("{day} {} {month}, {:02}:{:02}", at.day(), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_day_and_time() {
        let at = DateTime::from_timestamp(1_776_067_920, 0).unwrap_or_default();
        assert_eq!(day_and_time(at), "Mon 13 Apr, 08:12");
    }
}
