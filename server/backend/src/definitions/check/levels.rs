//! Whether calendars and service levels make sense.

use super::{key_words, text};
use crate::definitions::files::{Fault, Folder, is_key};
use crate::zones;
use domain::requests::sla::Sla;
use domain::requests::sla::calendar::{Business, OffsetTable};
use std::collections::BTreeSet;

/// Working minutes a target may have at most: more than a year of working days.
const LONGEST: u32 = 200_000;
/// Holidays of the longest calendar.
const MOST_HOLIDAYS: usize = 1000;

/// Everything wrong in `calendars.yaml`.
pub(super) fn calendars(folder: &Folder, faults: &mut Vec<Fault>) {
    let file = "calendars.yaml";
    let mut seen = BTreeSet::new();
    for calendar in &folder.calendars {
        let key = format!("key: {}", calendar.key);
        if !is_key(&calendar.key) {
            faults.push(folder.fault(file, &[&key], key_words("calendar", &calendar.key)));
        }
        if !seen.insert(&calendar.key) {
            faults.push(folder.fault(file, &[&key], format!("The calendar “{}” is listed twice. Keep one entry", calendar.key)));
        }
        text(folder, file, &[&key, "name:"], &format!("The name of the calendar “{}”", calendar.key), &calendar.name, 1, 120, faults);
        if !zones::is_name(&calendar.zone) {
            let message = format!("The time zone “{}” does not exist. Write an IANA name, like Europe/London", calendar.zone);
            faults.push(folder.fault(file, &[&key, "zone:"], message));
        }
        if let Err(message) = Business::new(calendar, OffsetTable::default()) {
            faults.push(folder.fault(file, &[&key, "hours:"], message));
        }
        if calendar.holidays.len() > MOST_HOLIDAYS {
            faults.push(folder.fault(
                file,
                &[&key, "holidays:"],
                format!("A calendar may have {MOST_HOLIDAYS} holidays. Take old ones out"),
            ));
        }
    }
}

/// What is wrong with an item's service level.
pub(super) fn sla(sla: &Sla, calendars: &BTreeSet<&str>, note: &mut dyn FnMut(&[&str], String)) {
    if let Some(key) = sla.calendar.as_deref().filter(|key| !calendars.contains(key)) {
        note(&["sla:", key], format!("There is no calendar “{key}”. Add it to calendars.yaml or correct the key"));
    }
    let targets = [("response_minutes:", sla.response_minutes), ("resolution_minutes:", sla.resolution_minutes)];
    if targets.iter().all(|(_, target)| target.is_none()) {
        note(&["sla:"], "A service level needs response_minutes or resolution_minutes. Add one, or take sla: out".to_owned());
    }
    for (name, target) in targets {
        if target.is_some_and(|minutes| !(1..=LONGEST).contains(&minutes)) {
            note(&["sla:", name], format!("{name} must be 1 to {LONGEST} working minutes"));
        }
    }
    if let (Some(response), Some(resolution)) = (sla.response_minutes, sla.resolution_minutes)
        && response > resolution
    {
        note(&["sla:", "response_minutes:"], "The response may not take longer than the resolution. Lower response_minutes:".to_owned());
    }
    if let Some(status) = sla.pause_in.iter().find(|status| !status.is_open()) {
        let key = status.key();
        note(&["sla:", "pause_in:", key], format!("No clock runs in “{key}”, so that none can pause there. Take it out of pause_in:"));
    }
}
