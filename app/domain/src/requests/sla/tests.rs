//! Clocks and calendars: when they run, when they stand still, and when they run out.

use super::calendar::{DayOfWeek, OffsetTable, WorkCalendar, WorkingHours};
use super::*;
use crate::approvals::Approval;
use crate::people::PersonRef;
use crate::requests::{AutomationEnd, EventKind, filing};
use std::collections::BTreeSet;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Zurich in 2026: +1, and +2 from 29 March 01:00 UTC to 25 October 01:00 UTC.
fn zurich() -> OffsetTable {
    OffsetTable { first: 60, changes: vec![(utc("2026-03-29T01:00:00Z"), 120), (utc("2026-10-25T01:00:00Z"), 60)] }
}

const WORKDAYS: [DayOfWeek; 5] = [DayOfWeek::Monday, DayOfWeek::Tuesday, DayOfWeek::Wednesday, DayOfWeek::Thursday, DayOfWeek::Friday];
const ALL: [DayOfWeek; 7] = [
    DayOfWeek::Monday,
    DayOfWeek::Tuesday,
    DayOfWeek::Wednesday,
    DayOfWeek::Thursday,
    DayOfWeek::Friday,
    DayOfWeek::Saturday,
    DayOfWeek::Sunday,
];

fn calendar(days: &[DayOfWeek], from: &str, to: &str) -> WorkCalendar {
    let hours = vec![WorkingHours { days: days.to_vec(), from: from.to_owned(), to: to.to_owned() }];
    WorkCalendar { hours, ..WorkCalendar::default() }
}

fn office() -> WorkingTime {
    let mut calendar = calendar(&WORKDAYS, "09:00", "17:00");
    calendar.holidays = BTreeSet::from(["2026-05-01".parse().unwrap()]);
    WorkingTime::new(&calendar, zurich()).unwrap()
}

fn hours(business: &WorkingTime, from: &str, to: &str) -> i64 {
    business.between(utc(from), utc(to)).num_minutes() / 60
}

#[test]
fn work_is_counted_in_local_hours_without_weekends_and_holidays() {
    let office = office();
    // Thursday 12 March (+1): 9 to 17 is 8 to 16 UTC.
    assert_eq!(hours(&office, "2026-03-12T00:00:00Z", "2026-03-13T00:00:00Z"), 8);
    assert_eq!(hours(&office, "2026-03-12T15:00:00Z", "2026-03-13T09:00:00Z"), 2);
    assert_eq!(hours(&office, "2026-03-13T16:00:00Z", "2026-03-16T08:00:00Z"), 0, "a weekend");
    // Friday 1 May is free; in summer 9 is 7 UTC.
    assert_eq!(hours(&office, "2026-04-30T14:00:00Z", "2026-05-04T08:00:00Z"), 2);
    assert_eq!(office.between(utc("2026-03-12T10:00:00Z"), utc("2026-03-12T09:00:00Z")), Duration::zero(), "backwards is nothing");
}

#[test]
fn the_days_the_clock_changes_have_23_and_25_hours() {
    let always = WorkingTime::new(&calendar(&ALL, "00:00", "24:00"), zurich()).unwrap();
    assert_eq!(hours(&always, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), 23);
    assert_eq!(hours(&always, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 25);
    // Two hours that include the skipped one, and the one that comes twice.
    let night = WorkingTime::new(&calendar(&ALL, "01:00", "04:00"), zurich()).unwrap();
    assert_eq!(hours(&night, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 2);
    assert_eq!(hours(&night, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 4);
    let skipped = WorkingTime::new(&calendar(&ALL, "02:00", "03:00"), zurich()).unwrap();
    assert_eq!(hours(&skipped, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 0, "there is no such hour that night");
    assert_eq!(hours(&skipped, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 2);
}

#[test]
fn due_times_land_in_working_hours_on_both_sides_of_a_change() {
    let office = office();
    let after = |from: &str, hours: i64| office.after(utc(from), Duration::hours(hours)).unwrap().to_rfc3339();
    // Friday 27 March 16:00 local, 4 hours: 1 on Friday, 3 on Monday, now at +2.
    assert_eq!(after("2026-03-27T15:00:00Z", 4), "2026-03-30T10:00:00+00:00");
    assert_eq!(after("2026-03-12T15:00:00Z", 1), "2026-03-12T16:00:00+00:00", "the last minute of the day");
    assert_eq!(after("2026-03-14T12:00:00Z", 0), "2026-03-14T12:00:00+00:00");
    assert_eq!(office.after(utc("2026-03-12T08:00:00Z"), Duration::hours(1_000_000)), None);
    assert_eq!(WorkingTime::always().after(utc("2026-03-12T08:00:00Z"), Duration::hours(5)), Some(utc("2026-03-12T13:00:00Z")));
}

#[test]
fn due_times_and_working_time_agree() {
    let office = office();
    for start in (0..600).step_by(7) {
        let from = utc("2026-03-20T00:00:00Z") + Duration::hours(start);
        for minutes in [1, 59, 480, 481, 2_400, 9_999] {
            let due = office.after(from, Duration::minutes(minutes)).unwrap();
            assert_eq!(office.between(from, due), Duration::minutes(minutes), "{from} and {minutes} minutes");
        }
    }
}

#[test]
fn hours_without_sense_are_refused() {
    for (from, to) in [("17:00", "09:00"), ("09:00", "09:00"), ("9:00", "17:00"), ("09:00", "24:01"), ("09:60", "17:00"), ("nine", "17:00")]
    {
        assert!(WorkingTime::new(&calendar(&ALL, from, to), zurich()).is_err(), "{from} to {to}");
    }
    assert!(WorkingTime::new(&WorkCalendar::default(), zurich()).is_err());
    let mut double = calendar(&ALL, "09:00", "12:00");
    double.hours.extend(calendar(&ALL, "11:00", "13:00").hours);
    let double = WorkingTime::new(&double, OffsetTable::default()).unwrap();
    assert_eq!(hours(&double, "2026-03-12T00:00:00Z", "2026-03-13T00:00:00Z"), 4, "what overlaps counts once");
}

fn person() -> PersonRef {
    PersonRef { id: uuid::Uuid::from_u128(6).into(), name: "Omar Diaz".to_owned(), title: String::new() }
}

/// A log: times on 12 March 2026 (a Thursday; 9 to 17 local is 8 to 16 UTC), later days as "13T08:00".
fn log(events: &[(&str, EventKind)]) -> (RequestState, Vec<Event>) {
    let time = |text: &str| match text.split_once('T') {
        Some((day, time)) => utc(&format!("2026-03-{day}T{time}:00Z")),
        None => utc(&format!("2026-03-12T{text}:00Z")),
    };
    let start = filing::draft(Approval::default(), time(events[0].0));
    let events = events.iter().enumerate().map(|(index, (at, what))| Event {
        seq: index as u32 + 1,
        at: time(at),
        actor: Some(person()),
        what: what.clone(),
    });
    (start, events.collect())
}

fn at(events: &[(&str, EventKind)], now: &str, pause_in: Vec<Status>) -> SlaClocks {
    let (start, events) = log(events);
    let sla = SlaTargets { calendar: None, response_minutes: Some(60), resolution_minutes: Some(240), pause_in };
    clocks(&start, &events, &office(), &sla, utc(now))
}

fn text() -> String {
    "why".to_owned()
}

fn minutes(clock: &Option<SlaClock>) -> (i64, bool, bool) {
    let clock = clock.as_ref().unwrap();
    (clock.elapsed_seconds / 60, clock.paused, clock.breached)
}

#[test]
fn response_stops_when_somebody_takes_it_up_and_resolution_goes_on() {
    let events = [
        ("08:00", EventKind::Submitted),
        ("08:00", EventKind::Released),
        ("08:45", EventKind::Assigned { to: person() }),
        ("09:00", EventKind::Started),
    ];
    let clocks = at(&events, "2026-03-12T10:00:00Z", pauses());
    assert_eq!((minutes(&clocks.response), minutes(&clocks.resolution)), ((45, false, false), (120, false, false)));
    let (response, resolution) = (clocks.response.unwrap(), clocks.resolution.unwrap());
    assert_eq!((response.stopped_at, response.due_at), (Some(utc("2026-03-12T08:45:00Z")), None));
    assert_eq!((resolution.stopped_at, resolution.due_at), (None, Some(utc("2026-03-12T12:00:00Z"))));
}

#[test]
fn clocks_stand_still_while_others_are_waited_for() {
    let events = [
        ("08:00", EventKind::Submitted),
        ("09:00", EventKind::Released),
        ("09:30", EventKind::Started),
        ("10:00", EventKind::InfoRequested { question: text() }),
        ("12:00", EventKind::InfoProvided { answer: text() }),
        ("13:00", EventKind::Blocked { reason: text() }),
    ];
    let clocks = at(&events, "2026-03-12T15:00:00Z", pauses());
    assert_eq!((minutes(&clocks.response), minutes(&clocks.resolution)), ((30, false, false), (120, true, false)));
    assert_eq!(
        clocks.resolution.unwrap().due_at,
        Some(utc("2026-03-13T09:00:00Z")),
        "as if it went on now: an hour today, an hour tomorrow"
    );
    let strict = at(&events, "2026-03-12T15:00:00Z", vec![]);
    assert_eq!((minutes(&strict.response), minutes(&strict.resolution)), ((90, false, true), (420, false, true)));
    assert_eq!(strict.response.unwrap().due_at, Some(utc("2026-03-12T09:00:00Z")), "when it was used up");
    assert_eq!(strict.resolution.unwrap().due_at, Some(utc("2026-03-12T12:00:00Z")));
}

#[test]
fn the_last_minute_of_a_day_can_be_the_last_one_allowed() {
    let events = [("12:00", EventKind::Submitted), ("12:00", EventKind::Released), ("12:30", EventKind::Started)];
    let due = Some(utc("2026-03-12T16:00:00Z"));
    for (now, breached) in [("2026-03-12T15:59:00Z", false), ("2026-03-12T16:00:00Z", false), ("2026-03-12T22:00:00Z", true)] {
        let clock = at(&events, now, pauses()).resolution.unwrap();
        assert_eq!((clock.due_at, clock.breached), (due, breached), "{now}");
    }
    let answered = [&events[..], &[("13T06:00", EventKind::InfoRequested { question: text() })]].concat();
    let clock = at(&answered, "2026-03-13T08:30:00Z", pauses()).resolution.unwrap();
    assert_eq!((clock.paused, clock.breached, clock.due_at), (true, false, Some(utc("2026-03-13T08:30:00Z"))), "nothing more was used");
}

#[test]
fn a_reopened_request_goes_on_from_where_it_stopped() {
    let events = [
        ("08:00", EventKind::Submitted),
        ("08:00", EventKind::Released),
        ("08:00", EventKind::Started),
        ("09:00", EventKind::Resolved { note: text() }),
        ("13T08:00", EventKind::Reopened { reason: text() }),
        ("13T09:00", EventKind::Completed { note: text() }),
    ];
    let resolved = at(&events[..4], "2026-03-12T15:00:00Z", pauses()).resolution.unwrap();
    assert_eq!((resolved.elapsed_seconds, resolved.stopped_at), (3600, Some(utc("2026-03-12T09:00:00Z"))));
    let reopened = at(&events[..5], "2026-03-13T08:30:00Z", pauses()).resolution.unwrap();
    assert_eq!((reopened.elapsed_seconds, reopened.stopped_at), (5400, None));
    let done = at(&events, "2026-04-13T08:30:00Z", pauses()).resolution.unwrap();
    assert_eq!((done.elapsed_seconds, done.stopped_at), (7200, Some(utc("2026-03-13T09:00:00Z"))));
}

#[test]
fn time_is_shared_out_among_those_who_had_it() {
    let events = [
        ("08:00", EventKind::Submitted),
        ("14:00", EventKind::Released),
        ("14:00", EventKind::Started),
        ("15:00", EventKind::InfoRequested { question: text() }),
        ("15:30", EventKind::InfoProvided { answer: text() }),
        ("16:00", EventKind::Launching { attempt: 1 }),
        ("13T08:00", EventKind::AutomationEnded { ended: AutomationEnd::Succeeded, note: text() }),
        ("13T09:00", EventKind::Completed { note: text() }),
    ];
    let strict = at(&events, "2026-03-20T00:00:00Z", vec![]);
    let shares: Vec<_> = strict.shares.iter().map(|share| (share.party, share.percent, share.seconds / 60)).collect();
    assert_eq!(
        shares,
        [(WaitingParty::Approvers, 67, 360), (WaitingParty::Team, 28, 150), (WaitingParty::Requester, 5, 30)],
        "the night counts for nobody"
    );
    assert_eq!(
        strict.late_because().unwrap(),
        "Late because: 67 % waiting for approvers, 28 % with the people who work on it, 5 % waiting for the requester"
    );
    let paused = at(&events, "2026-03-20T00:00:00Z", pauses());
    assert_eq!((minutes(&paused.resolution), paused.late_because()), ((150, false, false), None), "in time, so nothing to explain");
}

#[test]
fn times_that_run_backwards_count_as_nothing() {
    let events = [("12:00", EventKind::Submitted), ("11:00", EventKind::Released), ("13:00", EventKind::Started)];
    let clocks = at(&events, "2026-03-12T10:00:00Z", pauses());
    assert_eq!(minutes(&clocks.resolution), (0, false, false));
    assert!(clocks.shares.is_empty());
}

#[test]
fn targets_are_written_briefly() {
    let sla: SlaTargets = yaml_serde::from_str("{calendar: office, resolution_minutes: 480}").unwrap();
    assert_eq!((sla.pause_in.as_slice(), sla.response_minutes), (pauses().as_slice(), None));
    assert_eq!(yaml_serde::to_string(&sla).unwrap(), "calendar: office\nresolution_minutes: 480\n");
}
