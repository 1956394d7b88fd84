//! What service levels and calendars may say.

use super::SlaTargets;
use super::calendar::{OffsetTable, WorkCalendar, WorkingTime, judge_hours};
use crate::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath, lint_list};

/// Working minutes of a target, at most: more than a year of working days.
const LONGEST_TARGET: u32 = 200_000;
/// Holidays of the longest calendar.
const MOST_HOLIDAYS: usize = 1000;

/// Everything wrong with a service level.
pub fn lint_sla(sla: &SlaTargets, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    if let Some(key) = &sla.calendar {
        found.check_defined(at.entry("calendar"), "calendar", key, known.calendars.contains(key.as_str()));
    }
    let targets = [("response_minutes", sla.response_minutes), ("resolution_minutes", sla.resolution_minutes)];
    if targets.iter().all(|(_, target)| target.is_none()) {
        found.note(at.clone(), "A service level needs response_minutes or resolution_minutes. Add one, or take sla: out");
    }
    for (name, _) in targets.iter().filter(|(_, target)| target.is_some_and(|minutes| !(1..=LONGEST_TARGET).contains(&minutes))) {
        found.note(at.entry(name), format!("{name}: must be 1 to {LONGEST_TARGET} working minutes"));
    }
    if let (Some(response), Some(resolution)) = (sla.response_minutes, sla.resolution_minutes)
        && response > resolution
    {
        let message = "The response may not take longer than the resolution. Lower response_minutes:";
        found.note(at.entry("response_minutes"), message);
    }
    for (place, status) in sla.pause_in.iter().enumerate().filter(|(_, status)| !status.is_open()) {
        let message = format!("No clock runs in “{}”, so that none can pause there. Take it out of pause_in:", status.key());
        found.note(at.entry("pause_in").place(place), message);
    }
    found.finish()
}

/// Everything wrong with a list of calendars.
pub fn lint_calendars(calendars: &[WorkCalendar], known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let called = |calendar: &WorkCalendar| format!("The calendar “{}”", calendar.key);
    lint_list(calendars, |calendar| &calendar.key, ("key", called), |calendar| lint_calendar(calendar, known))
}

/// Everything wrong with one calendar.
pub fn lint_calendar(calendar: &WorkCalendar, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    found.check_key(at.entry("key"), "calendar", &calendar.key);
    found.check_text(at.entry("name"), &format!("The name of the calendar “{}”", calendar.key), &calendar.name, 1..=120);
    found.check_zone(at.entry("zone"), &calendar.zone, "", known);
    for (place, hours) in calendar.hours.iter().enumerate() {
        if let Err((entry, message)) = judge_hours(hours) {
            found.note(at.entry("hours").place(place).entry(entry), message);
        }
    }
    if calendar.hours.iter().all(|hours| judge_hours(hours).is_ok())
        && let Err(message) = WorkingTime::new(calendar, OffsetTable::default())
    {
        found.note(at.entry("hours"), message);
    }
    if calendar.holidays.len() > MOST_HOLIDAYS {
        found.note(at.entry("holidays"), format!("A calendar may have {MOST_HOLIDAYS} holidays. Take old ones out"));
    }
    found.finish()
}

#[cfg(test)]
mod tests {
    use super::super::calendar::{DayOfWeek, WorkingHours};
    use super::*;
    use crate::bounds::FIRST_DAY;
    use crate::lint::tests::{assert_rule, known, told};
    use crate::requests::Status;
    use chrono::Days;

    fn level(response: Option<u32>, resolution: Option<u32>, pause_in: &[Status]) -> SlaTargets {
        SlaTargets { calendar: None, response_minutes: response, resolution_minutes: resolution, pause_in: pause_in.to_vec() }
    }

    fn calendar(hours: &[(&str, &str)]) -> WorkCalendar {
        let at = |(from, to): &(&str, &str)| WorkingHours { days: vec![DayOfWeek::Monday], from: (*from).to_owned(), to: (*to).to_owned() };
        WorkCalendar {
            key: "office".to_owned(),
            name: "Office".to_owned(),
            zone: "UTC".to_owned(),
            hours: hours.iter().map(at).collect(),
            holidays: Default::default(),
        }
    }

    #[test]
    fn service_levels_in_order_pass_and_their_nearest_neighbours_do_not() {
        let rule = |wrong, told_as, right| assert_rule(|sla: &SlaTargets| lint_sla(sla, &known()), wrong, told_as, right);
        rule(level(None, None, &[]), ": A service level needs response_minutes or", level(Some(1), None, &[]));
        rule(level(Some(0), None, &[]), "response_minutes: response_minutes: must be 1 to 200000 working", level(Some(1), None, &[]));
        rule(level(None, Some(200_001), &[]), "resolution_minutes: resolution_minutes: must", level(None, Some(200_000), &[]));
        rule(level(Some(61), Some(60), &[]), "response_minutes: The response may not take longer", level(Some(60), Some(60), &[]));
        rule(
            level(Some(1), None, &[Status::Blocked, Status::Completed]),
            "pause_in[1]: No clock runs in “completed”",
            level(Some(1), None, &[Status::Blocked]),
        );
        let on = |calendar: &str| SlaTargets { calendar: Some(calendar.to_owned()), ..level(Some(1), None, &[]) };
        rule(on("offce"), "calendar: No calendar has the key “offce”. Add the calendar or correct the key", on("office"));
    }

    #[test]
    fn calendars_in_order_pass_and_their_nearest_neighbours_do_not() {
        let rule = |wrong, told_as, right| assert_rule(|calendar: &WorkCalendar| lint_calendar(calendar, &known()), wrong, told_as, right);
        let day = || calendar(&[("09:00", "17:00")]);
        rule(WorkCalendar { key: "Office".to_owned(), ..day() }, "key: The calendar key “Office” must be", day());
        rule(WorkCalendar { name: String::new(), ..day() }, "name: The name of the calendar “office” must have 1 to 120", day());
        let in_zone = |zone: &str| WorkCalendar { zone: zone.to_owned(), ..day() };
        rule(in_zone("Europe/Londn"), "zone: The time zone “Europe/Londn” does not exist", in_zone("Europe/London"));
        rule(
            calendar(&[("08:00", "09:00"), ("09:00", "09:00")]),
            "hours[1].to: 09:00 to 09:00 cannot be working hours: the end must come after the beginning",
            calendar(&[("08:00", "09:00"), ("09:00", "09:01")]),
        );
        rule(calendar(&[("9:00", "17:00")]), "hours[0].from: “9:00” is not a time. Write it like 08:30, quoted", day());
        rule(calendar(&[("09:00", "24:01")]), "hours[0].to: “24:01” is not a time", calendar(&[("09:00", "24:00")]));
        rule(calendar(&[]), "hours: The calendar has no working hours", day());
        let holidays = |count: u64| WorkCalendar { holidays: (0..count).map(|day| FIRST_DAY + Days::new(day)).collect(), ..day() };
        rule(holidays(1001), "holidays: A calendar may have 1000 holidays", holidays(1000));
        assert_eq!(told(lint_calendars(&[day(), day()], &known())), ["[1].key: The calendar “office” is listed twice. Keep one entry"]);
    }
}
