//! A moment: far away as "Mon 13 Apr, 08:12", by the clock of the person's time zone. The same text on the server and in the browser.

use crate::session::use_me;
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};
use domain::people::Me;
use leptos::prelude::*;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Months in three letters.
pub const SHORT_MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The clock where the signed-in person is; UTC while nobody is signed in.
#[derive(Clone, Copy)]
pub struct WallClock(Signal<Option<Me>>);

/// The clock of the session.
pub fn use_wall_clock() -> WallClock {
    WallClock(use_me())
}

impl WallClock {
    /// What this clock shows at a moment. Follows the person when they change their time zone.
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        let show = |me: &Option<Me>| local(at, me.as_ref().map_or(&[], |me| &me.utc_offsets));
        // A page is rendered once on the server: nothing follows there.
        if cfg!(target_arch = "wasm32") { self.0.with(show) } else { self.0.with_untracked(show) }
    }
}

/// A `<time>` with the exact moment in `datetime`.
#[component]
pub fn TimeText(at: DateTime<Utc>) -> impl IntoView {
    let clock = use_wall_clock();
    let exact = format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", at.year(), at.month(), at.day(), at.hour(), at.minute(), at.second());
    view! { <time datetime=exact>{move || day_and_time(clock.local(at))}</time> }.into_any()
}

/// What a clock shows at a moment, when these are the UTC seconds from which it is so many minutes ahead of UTC (ascending). Before
/// the first of them it counts as the first; without any, the clock shows UTC.
pub fn local(at: DateTime<Utc>, offsets: &[(i64, i32)]) -> NaiveDateTime {
    let second = at.timestamp();
    let minutes = offsets.iter().rev().find(|(from, _)| *from <= second).or(offsets.first()).map_or(0, |(_, minutes)| *minutes);
    let utc = at.naive_utc();
    utc.checked_add_signed(TimeDelta::seconds(i64::from(minutes) * 60)).unwrap_or(utc)
}

/// "Mon 13 Apr, 08:12".
pub fn day_and_time(at: NaiveDateTime) -> String {
    let day = DAYS.get(at.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
    let month = SHORT_MONTHS.get(at.month0() as usize).copied().unwrap_or_default();
    format!("{day} {} {month}, {}", at.day(), time(at))
}

/// "08:12".
pub fn time(at: NaiveDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn a_moment_reads_as_day_and_time() {
        assert_eq!(day_and_time(local(at(1_776_067_920), &[])), "Mon 13 Apr, 08:12");
    }

    #[test]
    fn a_clock_changes_with_summer_and_with_the_place() {
        // London: ahead by an hour from 29 March 2026, 01:00 UTC, to 25 October, 01:00 UTC.
        const SPRING: i64 = 1_774_746_000;
        const AUTUMN: i64 = 1_792_890_000;
        let london = [(1_761_440_400, 0), (SPRING, 60), (AUTUMN, 0)];
        let shown = |second: i64, offsets: &[(i64, i32)]| day_and_time(local(at(second), offsets));
        assert_eq!(shown(SPRING - 1, &london), "Sun 29 Mar, 00:59");
        assert_eq!(shown(SPRING, &london), "Sun 29 Mar, 02:00");
        assert_eq!(shown(AUTUMN - 1, &london), "Sun 25 Oct, 01:59");
        assert_eq!(shown(AUTUMN, &london), "Sun 25 Oct, 01:00");
        assert_eq!(shown(0, &[(SPRING, 60), (AUTUMN, 0)]), "Thu 1 Jan, 01:00", "before what is known");
        let told: Vec<(i64, i32)> = domain::reading::read_json(&serde_json::to_string(&[(AUTUMN, -150)]).unwrap()).unwrap();
        assert_eq!(told, [(AUTUMN, -150)], "as it travels");
        // Half past one of the next day in Kolkata; the evening before in St. John's.
        assert_eq!(shown(SPRING - 5 * 3600, &[(0, 330)]), "Sun 29 Mar, 01:30");
        assert_eq!(shown(SPRING, &[(0, -150)]), "Sat 28 Mar, 22:30");
    }
}
