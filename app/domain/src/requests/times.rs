//! The times among a request's answers as moments.
//!
//! A person answers `14:00` where they are; somebody elsewhere reads it later. Which moment it is, is settled when the request is filed, in
//! the zone of the requester, and stays so whatever becomes of them or of the zone's clocks.

use crate::forms::dates::{datetime_words, parse_datetime};
use crate::forms::{Answers, Form, journey};
use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, SecondsFormat};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The answered times of a request, by the keys of their fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerTimes {
    /// Where the requester was, by the zone's IANA name: `Pacific/Kiritimati`.
    pub zone: String,
    pub moments: BTreeMap<String, DateTime<FixedOffset>>,
}

impl AnswerTimes {
    /// Whether no time was answered.
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// A field's moment as machines read it: RFC 3339 with the offset.
    pub fn written(&self, key: &str) -> Option<String> {
        self.moments.get(key).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, false))
    }

    /// A field's moment as people read it wherever they are: "30 September 2026, 14:00 (Kiritimati, UTC+14)".
    pub fn words(&self, key: &str) -> Option<String> {
        let at = self.moments.get(key)?;
        let (words, offset) = (datetime_words(at.naive_local()), offset_words(at.offset().fix()));
        let place = self.zone.rsplit('/').next().unwrap_or_default().replace('_', " ");
        Some(if place.is_empty() || place == offset { format!("{words} ({offset})") } else { format!("{words} ({place}, {offset})") })
    }
}

/// "UTC", "UTC+14", "UTC−3:30".
fn offset_words(offset: FixedOffset) -> String {
    let minutes = offset.local_minus_utc() / 60;
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let sign = if minutes < 0 { '−' } else { '+' };
    match (hours, rest) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// The times answered in the fields that were asked, as they are where the requester is.
pub fn local_times(form: &Form, answers: &Answers) -> BTreeMap<String, NaiveDateTime> {
    let keys = || form.sections.iter().flat_map(|section| &section.fields).filter(|field| field.kind == "datetime").map(|field| &field.key);
    if keys().next().is_none() {
        return BTreeMap::new();
    }
    let asked = journey::prune(form, answers);
    keys().filter_map(|key| Some((key.clone(), parse_datetime(asked.get(key)?.as_str()?.trim())?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_moment_is_read_with_its_zone() {
        for (zone, at, words, written) in [
            (
                "Pacific/Kiritimati",
                "2026-09-30T14:00:00+14:00",
                "30 September 2026, 14:00 (Kiritimati, UTC+14)",
                "2026-09-30T14:00:00+14:00",
            ),
            ("America/St_Johns", "2026-01-05T08:30:00-03:30", "5 January 2026, 08:30 (St Johns, UTC−3:30)", "2026-01-05T08:30:00-03:30"),
            ("Asia/Kolkata", "2026-01-05T08:30:00+05:30", "5 January 2026, 08:30 (Kolkata, UTC+5:30)", "2026-01-05T08:30:00+05:30"),
            ("Europe/London", "2026-01-05T08:30:00+00:00", "5 January 2026, 08:30 (London, UTC)", "2026-01-05T08:30:00+00:00"),
            ("UTC", "2026-01-05T08:30:00+00:00", "5 January 2026, 08:30 (UTC)", "2026-01-05T08:30:00+00:00"),
        ] {
            let moments = [("when".to_owned(), DateTime::parse_from_rfc3339(at).unwrap())].into();
            let times = AnswerTimes { zone: zone.to_owned(), moments };
            assert_eq!((times.words("when").as_deref(), times.written("when").as_deref()), (Some(words), Some(written)));
            assert_eq!((times.words("other"), times.written("other")), (None, None));
        }
    }

    #[test]
    fn only_times_that_were_asked_for_and_answered_count() {
        let form: Form = serde_json::from_value(json!({
            "key": "f", "title": "F", "sections": [{"key": "s", "title": "S", "fields": [
                {"key": "when", "label": "When", "type": "datetime"},
                {"key": "day", "label": "Day", "type": "date"},
                {"key": "back", "label": "Back", "type": "datetime"},
                {"key": "hidden", "label": "Hidden", "type": "datetime", "when": {"field": "day", "equals": "2026-01-01"}}
            ]}]
        }))
        .unwrap();
        let answers =
            serde_json::from_value(json!({"when": "2026-09-30T14:00", "day": "2026-09-30", "back": "", "hidden": "2026-09-30T15:00"}));
        let times = local_times(&form, &answers.unwrap());
        assert_eq!(times.keys().collect::<Vec<_>>(), ["when"]);
        assert_eq!(times["when"].to_string(), "2026-09-30 14:00:00");
    }
}
