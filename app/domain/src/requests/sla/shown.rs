//! A clock in words, for lists and pages: "42 m left", "35 m over", "14 days late", "Paused".

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// How pressing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaPace {
    /// There is time.
    Calm,
    /// The last fifth of the time, or the last hour.
    Soon,
    /// The time is over.
    Late,
    /// The clock stands still.
    Paused,
}

/// A due time as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueView {
    pub words: String,
    pub pace: SlaPace,
    /// How much of the time from submission to the due time is over, of 100.
    pub used: u32,
}

/// What to show of a due time now. Both are moments: a night in between counts, as it does for whoever waits.
pub fn due_view(submitted_at: DateTime<Utc>, due_at: DateTime<Utc>, paused: bool, now: DateTime<Utc>) -> DueView {
    let (all, gone, left) = ((due_at - submitted_at).num_seconds().max(1), (now - submitted_at).num_seconds().max(0), due_at - now);
    let used = u32::try_from(gone.saturating_mul(100) / all).unwrap_or(100).min(100);
    if left < Duration::zero() {
        return DueView { words: over(-left), pace: SlaPace::Late, used: 100 };
    }
    if paused {
        return DueView { words: "Paused".to_owned(), pace: SlaPace::Paused, used };
    }
    let pace = if left < Duration::hours(1) || used >= 80 { SlaPace::Soon } else { SlaPace::Calm };
    DueView { words: format!("{} left", time(left)), pace, used }
}

/// "35 m over", "14 days late".
fn over(by: Duration) -> String {
    if by < Duration::days(1) { format!("{} over", time(by)) } else { format!("{} late", time(by)) }
}

/// "42 m", "3 h", "4 h 18 m", "1 day", "14 days": minutes of hours only when there are few hours.
pub fn time(time: Duration) -> String {
    let (minutes, hours, days) = (time.num_minutes(), time.num_hours(), time.num_days());
    match (days, hours, minutes) {
        (1, _, _) => "1 day".to_owned(),
        (2.., _, _) => format!("{days} days"),
        (_, 6.., _) => format!("{hours} h"),
        (_, 1.., _) if minutes % 60 > 0 => format!("{hours} h {} m", minutes % 60),
        (_, 1.., _) => format!("{hours} h"),
        _ => format!("{} m", minutes.max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_times_read_as_people_say_them() {
        let begin = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let due = begin + Duration::hours(100);
        let at = |minutes: i64, paused: bool| {
            let shown = due_view(begin, due, paused, due - Duration::minutes(minutes));
            (shown.words, shown.pace, shown.used)
        };
        assert_eq!(at(42, false), ("42 m left".to_owned(), SlaPace::Soon, 99));
        assert_eq!(at(4 * 60 + 18, false), ("4 h 18 m left".to_owned(), SlaPace::Soon, 95));
        assert_eq!(at(23 * 60 + 59, false), ("23 h left".to_owned(), SlaPace::Calm, 76));
        assert_eq!(at(24 * 60, false), ("1 day left".to_owned(), SlaPace::Calm, 76));
        assert_eq!(at(60 * 60, true), ("Paused".to_owned(), SlaPace::Paused, 40));
        assert_eq!(at(-35, false), ("35 m over".to_owned(), SlaPace::Late, 100));
        assert_eq!(at(-35, true), ("35 m over".to_owned(), SlaPace::Late, 100), "late stays late");
        assert_eq!(at(-14 * 24 * 60, false), ("14 days late".to_owned(), SlaPace::Late, 100));
        assert_eq!(at(0, false).0, "1 m left");
    }
}
