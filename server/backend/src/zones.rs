//! Time zones: which date and hour it is where somebody is. Known by their IANA names (`Europe/London`).
//!
//! A person's zone is the one they chose, or else their organization's, or else UTC. Times are stored and sent in UTC all the same.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use std::collections::HashMap;
use std::sync::Mutex;

pub use chrono_tz::Tz as Zone;

/// Days before now from which the changes of a clock are told, and days after it.
const TOLD: (i64, i64) = (3 * 366, 366);
/// Seconds between probes: no clock changes twice within a week.
const PROBE: usize = 7 * 24 * 3600;

/// The zone of an IANA name, as it is written.
pub fn find(name: &str) -> Option<Zone> {
    name.parse().ok()
}

/// The first of these names that is a zone; UTC when none is.
pub(crate) fn first<'a>(names: impl IntoIterator<Item = &'a str>) -> Zone {
    names.into_iter().find_map(find).unwrap_or(Zone::UTC)
}

/// The names to choose from, in order: those of places, and UTC.
pub fn names() -> Vec<String> {
    let place = |name: &&str| name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("US/");
    let mut names: Vec<String> = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(place).map(str::to_owned).collect();
    names.push("UTC".to_owned());
    names.sort();
    names
}

/// The date in a zone at a moment.
pub fn date(zone: Zone, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The moment of a date and time in a zone. Of an hour that comes twice it is the first; one that is skipped counts as the hour after it.
pub fn moment(zone: Zone, local: NaiveDateTime) -> DateTime<Utc> {
    let found = zone.from_local_datetime(&local).earliest();
    let later = || zone.from_local_datetime(&(local + Duration::hours(1))).earliest();
    found.or_else(later).map_or_else(|| local.and_utc(), |at| at.to_utc())
}

/// As `moment`, with the zone's offset from UTC at that moment.
pub fn settled(zone: Zone, local: NaiveDateTime) -> DateTime<FixedOffset> {
    let at = moment(zone, local);
    at.with_timezone(&zone.offset_from_utc_datetime(&at.naive_utc()).fix())
}

/// Minutes that a zone is ahead of UTC at a moment.
pub fn offset_minutes(zone: Zone, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60
}

/// What was worked out for a day: the changes of these zones' clocks.
type Told = (NaiveDate, HashMap<Zone, Vec<(i64, i32)>>);

/// From which UTC second the zone is how many minutes ahead of UTC: ascending, from three years before a day to a year after it. Worked out
/// once a day: every page and every due time asks for it.
pub fn offsets(zone: Zone, now: DateTime<Utc>) -> Vec<(i64, i32)> {
    static LAST: Mutex<Option<Told>> = Mutex::new(None);
    let day = now.date_naive();
    let Ok(mut told) = LAST.lock() else { return worked_out(zone, day) };
    match &mut *told {
        Some((of, zones)) if *of == day => zones.entry(zone).or_insert_with(|| worked_out(zone, day)).clone(),
        other => {
            let offsets = worked_out(zone, day);
            *other = Some((day, HashMap::from([(zone, offsets.clone())])));
            offsets
        }
    }
}

fn worked_out(zone: Zone, day: NaiveDate) -> Vec<(i64, i32)> {
    let now = day.and_time(NaiveTime::MIN).and_utc();
    let minutes = |second: i64| DateTime::from_timestamp(second, 0).map_or(0, |at| offset_minutes(zone, at));
    let (first, last) = ((now - Duration::days(TOLD.0)).timestamp(), (now + Duration::days(TOLD.1)).timestamp());
    let mut known = (first, minutes(first));
    let mut offsets = vec![known];
    for probe in (first..=last).step_by(PROBE).skip(1).chain([last]) {
        let offset = minutes(probe);
        if offset != known.1 {
            // The change is after `before`, and not after `after`.
            let (mut before, mut after) = (known.0, probe);
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                if minutes(middle) == known.1 { before = middle } else { after = middle }
            }
            offsets.push((after, offset));
        }
        known = (probe, offset);
    }
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn the_date_is_that_of_the_place() {
        let evening = at("2026-07-31T21:30:00Z");
        for (zone, day, minutes) in [
            ("Europe/London", 31, 60),
            ("Europe/Helsinki", 1, 180),
            ("Asia/Kolkata", 1, 330),
            ("America/New_York", 31, -240),
            ("UTC", 31, 0),
        ] {
            let zone = find(zone).unwrap();
            assert_eq!(
                (date(zone, evening).format("%-d").to_string(), offset_minutes(zone, evening)),
                (day.to_string(), minutes),
                "{zone}"
            );
        }
    }

    #[test]
    fn a_local_time_is_one_moment_also_when_clocks_change() {
        let london = find("Europe/London").unwrap();
        for (local, moment) in [
            ("2026-07-31T09:00:00", "2026-07-31T08:00:00Z"),
            ("2026-03-29T01:30:00", "2026-03-29T01:30:00Z"),
            ("2026-10-25T01:30:00", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(super::moment(london, local.parse().unwrap()), at(moment), "{local}");
        }
    }

    #[test]
    fn clocks_change_to_the_minute() {
        let london = find("Europe/London").unwrap();
        assert_eq!(offset_minutes(london, at("2026-03-29T00:59:59Z")), 0);
        assert_eq!(offset_minutes(london, at("2026-03-29T01:00:00Z")), 60);
    }

    #[test]
    fn every_change_of_a_clock_is_told_to_the_second() {
        let now = at("2026-07-31T21:30:00Z");
        let first = at("2023-07-29T00:00:00Z").timestamp();
        let changes = [
            ("2023-10-29", 0),
            ("2024-03-31", 60),
            ("2024-10-27", 0),
            ("2025-03-30", 60),
            ("2025-10-26", 0),
            ("2026-03-29", 60),
            ("2026-10-25", 0),
            ("2027-03-28", 60),
        ];
        let changes = changes.map(|(day, minutes)| (at(&format!("{day}T01:00:00Z")).timestamp(), minutes));
        let london = find("Europe/London").unwrap();
        assert_eq!(offsets(london, now), [&[(first, 60)][..], &changes].concat());
        assert_eq!(offsets(find("Asia/Kolkata").unwrap(), now), [(first, 330)]);
        // A clock that changes by itself and by the moon; every moment agrees with the zone.
        for zone in ["Africa/Casablanca", "Australia/Lord_Howe", "America/St_Johns"] {
            let zone = find(zone).unwrap();
            let told = offsets(zone, now);
            for hours in 0..(4 * 366 * 24) {
                let second = first + hours * 3600;
                let (_, minutes) = told.iter().rev().find(|(from, _)| *from <= second).unwrap();
                assert_eq!(*minutes, offset_minutes(zone, DateTime::from_timestamp(second, 0).unwrap()), "{zone} {second}");
            }
        }
    }

    #[test]
    fn the_first_known_zone_counts_and_utc_when_none_is() {
        assert_eq!(first(["", "Europe/Oslo"]).name(), "Europe/Oslo");
        assert_eq!(first(["Asia/Tokyo", "Europe/Oslo"]).name(), "Asia/Tokyo");
        assert_eq!(first(["Europe/Nowhere", ""]), Zone::UTC);
        assert!(find("europe/oslo").is_none() && find("").is_none());
        let names = names();
        assert!(names.len() > 300 && names.contains(&"UTC".to_owned()) && names.iter().all(|name| find(name).is_some()));
    }
}
