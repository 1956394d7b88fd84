//! Calendar dates as answers and as limits: strict reading, plain words, and limits relative to today or to another answer.

use super::answers::{Answers, text};
use chrono::{Days, Months, NaiveDate, NaiveDateTime};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Reads `2026-09-30`, and nothing looser.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() || year < 1000 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Reads `2026-09-30T14:00`, with or without seconds.
pub fn parse_datetime(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = text.split_once('T')?;
    let mut parts = time.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |seconds| digits(seconds, 2))?;
    if parts.next().is_some() {
        return None;
    }
    parse_date(date)?.and_hms_opt(hour, minute, second)
}

fn digits(text: &str, length: usize) -> Option<u32> {
    let right = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

/// "30 September 2026".
pub fn date_words(date: NaiveDate) -> String {
    use chrono::Datelike;
    let month = MONTHS.get(date.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

/// "30 September 2026, 14:00".
pub fn datetime_words(at: NaiveDateTime) -> String {
    use chrono::Timelike;
    format!("{}, {:02}:{:02}", date_words(at.date()), at.hour(), at.minute())
}

/// A limit of a date, as written in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateLimit {
    /// What it counts from.
    pub from: LimitOrigin,
    /// How far after (or, negative, before) it lies.
    pub offset: i32,
    /// Unit of the offset: `d`, `w`, `m` or `y`.
    pub unit: char,
}

/// What a limit counts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitOrigin {
    /// A fixed date.
    Fixed(NaiveDate),
    /// The day on which the answer is checked, where the requester is.
    Today,
    /// The answer of another date field; no limit while it is not answered.
    Field(String),
}

impl DateLimit {
    /// Reads `2026-09-30`, `today`, `today+14d`, `today-1m`, `field:start`, `field:start+7d`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(date) = parse_date(text) {
            return Some(Self { from: LimitOrigin::Fixed(date), offset: 0, unit: 'd' });
        }
        let (base, offset, unit) = split_offset(text);
        let from = match base.split_once(':') {
            None if base == "today" => LimitOrigin::Today,
            Some(("field", key)) if !key.is_empty() => LimitOrigin::Field(key.to_owned()),
            _ => return None,
        };
        Some(Self { from, offset, unit })
    }

    /// The date it means now; none while the field it refers to has no date, or beyond the calendar.
    pub fn date(&self, answers: &Answers, today: NaiveDate) -> Option<NaiveDate> {
        let base = match &self.from {
            LimitOrigin::Fixed(date) => *date,
            LimitOrigin::Today => today,
            LimitOrigin::Field(key) => {
                let written = text(answers.get(key)?)?.into_owned();
                parse_date(&written).or_else(|| parse_datetime(&written).map(|at| at.date()))?
            }
        };
        let count = self.offset.unsigned_abs();
        let (days, months) = match self.unit {
            'w' => (count * 7, 0),
            'm' => (0, count),
            'y' => (0, count * 12),
            _ => (count, 0),
        };
        if self.offset < 0 {
            base.checked_sub_months(Months::new(months))?.checked_sub_days(Days::new(days.into()))
        } else {
            base.checked_add_months(Months::new(months))?.checked_add_days(Days::new(days.into()))
        }
    }
}

/// Takes `+14d` off the end. A key that merely looks like that (`field:a-1`) keeps its end: the unit is required.
fn split_offset(text: &str) -> (&str, i32, char) {
    let whole = (text, 0, 'd');
    let Some(at) = text.rfind(['+', '-']) else { return whole };
    let (base, tail) = text.split_at(at);
    let Some(unit) = tail.chars().last().filter(|c| "dwmy".contains(*c)) else { return whole };
    let number = &tail[1..tail.len() - 1];
    if number.is_empty() || number.len() > 4 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return whole;
    }
    let count: i32 = number.parse().unwrap_or(0);
    (base, if tail.starts_with('-') { -count } else { count }, unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn reading_is_strict() {
        assert!(parse_date("2026-02-29").is_none() && parse_date("2024-02-29").is_some());
        for text in ["2026-9-3", "26-09-03", "2026-09-03T00:00", "+026-09-03", "0001-01-01", "2026-09-03-01", "30.9.2026"] {
            assert!(parse_date(text).is_none(), "{text}");
        }
        assert!(parse_datetime("2026-09-30T14:00").is_some() && parse_datetime("2026-09-30T14:00:59").is_some());
        for text in ["2026-09-30", "2026-09-30T24:00", "2026-09-30T14", "2026-09-30T14:00Z", "2026-09-30T14:00:00:00"] {
            assert!(parse_datetime(text).is_none(), "{text}");
        }
    }

    #[test]
    fn words_are_long_dates() {
        assert_eq!(date_words(day("2026-09-30")), "30 September 2026");
        assert_eq!(datetime_words(parse_datetime("2026-01-02T09:05").unwrap()), "2 January 2026, 09:05");
    }

    #[test]
    fn limits_count_from_today_and_from_other_answers() {
        let mut answers = Answers::default();
        let at = |limit: &str, answers: &Answers| DateLimit::parse(limit).unwrap().date(answers, day("2026-01-31"));
        assert_eq!(at("today", &answers), Some(day("2026-01-31")));
        assert_eq!(at("today+14d", &answers), Some(day("2026-02-14")));
        assert_eq!(at("today+1m", &answers), Some(day("2026-02-28")));
        assert_eq!(at("today-2w", &answers), Some(day("2026-01-17")));
        assert_eq!(at("today-1y", &answers), Some(day("2025-01-31")));
        assert_eq!(at("field:start", &answers), None);
        answers.set("start", json!("2026-03-01T08:00"));
        assert_eq!(at("field:start+1d", &answers), Some(day("2026-03-02")));
    }

    #[test]
    fn other_words_are_no_limits() {
        for text in ["", "tomorrow", "today+", "today+14", "today+d", "today14d", "field:", "today+99999d", "today+1é"] {
            assert_eq!(DateLimit::parse(text), None, "{text}");
        }
        assert_eq!(DateLimit::parse("field:a-1").unwrap().from, LimitOrigin::Field("a-1".into()));
    }
}
