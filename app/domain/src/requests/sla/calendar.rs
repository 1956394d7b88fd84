//! Business calendars: when work happens. Weekly hours and holidays are local; the zone's offsets come as a table, made by the server
//! from its time zone data, so that days of 23 and 25 hours count as what they are.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A calendar as authored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkCalendar {
    /// Stable key: `office`.
    pub key: String,
    pub name: String,
    /// IANA name of the zone the hours are in: `Europe/Zurich`.
    #[serde(default)]
    pub zone: String,
    /// Working hours by weekday. A day that is missing is free.
    pub hours: Vec<WorkingHours>,
    /// Days without work.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holidays: BTreeSet<NaiveDate>,
}

/// Working hours on some weekdays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingHours {
    pub days: Vec<DayOfWeek>,
    /// "08:00".
    pub from: String,
    /// "17:30", or "24:00" for the end of the day.
    pub to: String,
}

/// A day of the week, as in definition files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayOfWeek {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// The offsets of a zone: before the first change, and from each change on. Minutes east of Greenwich.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetTable {
    pub first: i32,
    /// In order of time.
    pub changes: Vec<(DateTime<Utc>, i32)>,
}

/// A calendar ready to be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingTime {
    /// By weekday from Monday: minutes from midnight, in order, not touching.
    week: [Vec<(i64, i64)>; 7],
    holidays: BTreeSet<NaiveDate>,
    offsets: OffsetTable,
    always: bool,
}

/// A stretch of time: from, and the first moment after.
pub type TimeSpan = (DateTime<Utc>, DateTime<Utc>);

/// How far ahead a due time is looked for, in days: beyond it there is none.
const HORIZON: i64 = 366 * 5;

impl WorkingTime {
    /// Work at every hour.
    pub fn always() -> Self {
        Self { always: true, ..Self::default() }
    }

    /// The calendar in a zone with these offsets.
    ///
    /// # Errors
    /// In words: hours that are not times, end before they begin, or no hours at all.
    pub fn new(calendar: &WorkCalendar, offsets: OffsetTable) -> Result<Self, String> {
        let mut week: [Vec<(i64, i64)>; 7] = Default::default();
        for hours in &calendar.hours {
            let (from, to) = judge_hours(hours).map_err(|(_, message)| message)?;
            for day in &hours.days {
                week[*day as usize].push((from, to));
            }
        }
        week.iter_mut().for_each(join);
        if week.iter().all(Vec::is_empty) {
            return Err("The calendar has no working hours".to_owned());
        }
        Ok(Self { week, holidays: calendar.holidays.clone(), offsets, always: false })
    }

    /// The working stretches between two moments, in order. A moment is worked exactly when the clock on the wall says so: an hour
    /// that is skipped is not worked, one that comes twice is worked twice.
    pub fn working(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<TimeSpan> {
        let mut found = Vec::new();
        if from >= to {
            return found;
        }
        if self.always {
            return vec![(from, to)];
        }
        for (start, end, offset) in self.segments(from, to) {
            let shift = Duration::minutes(i64::from(offset));
            let (mut day, last) = ((start + shift).date_naive(), (end + shift).date_naive());
            while day <= last {
                if !self.holidays.contains(&day) {
                    for (opens, closes) in &self.week[day.weekday().num_days_from_monday() as usize] {
                        let at = |minute: i64| NaiveDateTime::new(day, NaiveTime::MIN).and_utc() + Duration::minutes(minute) - shift;
                        let (opens, closes) = (at(*opens).max(start), at(*closes).min(end));
                        if opens < closes {
                            found.push((opens, closes));
                        }
                    }
                }
                let Some(next) = day.succ_opt() else { break };
                day = next;
            }
        }
        found
    }

    /// The stretches of one offset between two moments.
    fn segments(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>, i32)> {
        let mut segments = Vec::new();
        let (mut start, mut offset) = (from, self.offsets.first);
        for (change, next) in &self.offsets.changes {
            if *change > start {
                if *change >= to {
                    break;
                }
                segments.push((start, *change, offset));
                start = *change;
            }
            offset = *next;
        }
        segments.push((start, to, offset));
        segments
    }

    /// Working time between two moments.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
        self.working(from, to).into_iter().fold(Duration::zero(), |sum, (from, to)| sum + (to - from))
    }

    /// The moment at which so much working time has passed since `from`; `from` itself when none is asked for. None when that is
    /// years away.
    pub fn after(&self, from: DateTime<Utc>, work: Duration) -> Option<DateTime<Utc>> {
        if work <= Duration::zero() {
            return Some(from);
        }
        let mut left = work;
        let (mut start, end) = (from, from + Duration::days(HORIZON));
        while start < end {
            let step = start + Duration::days(14);
            for (opens, closes) in self.working(start, step) {
                if closes - opens >= left {
                    return Some(opens + left);
                }
                left -= closes - opens;
            }
            start = step;
        }
        None
    }
}

/// The minutes from midnight between which work happens; or the entry that is wrong, and why.
pub(super) fn judge_hours(hours: &WorkingHours) -> Result<(i64, i64), (&'static str, String)> {
    let from = minutes(&hours.from).map_err(|message| ("from", message))?;
    let to = minutes(&hours.to).map_err(|message| ("to", message))?;
    if from >= to {
        return Err(("to", format!("{} to {} cannot be working hours: the end must come after the beginning", hours.from, hours.to)));
    }
    Ok((from, to))
}

/// "08:30" as minutes from midnight; "24:00" is the end of the day.
fn minutes(text: &str) -> Result<i64, String> {
    let wrong = || format!("“{text}” is not a time. Write it like 08:30, quoted");
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let part = |part: &str| part.parse::<u16>().ok().filter(|_| part.len() == 2).map(i64::from);
    let (hours, minutes) = (part(hours).ok_or_else(wrong)?, part(minutes).ok_or_else(wrong)?);
    if minutes < 60 && (hours < 24 || (hours == 24 && minutes == 0)) { Ok(hours * 60 + minutes) } else { Err(wrong()) }
}

/// Puts stretches in order and makes those that overlap or touch one.
fn join(day: &mut Vec<(i64, i64)>) {
    day.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, to) in day.drain(..) {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    *day = joined;
}
