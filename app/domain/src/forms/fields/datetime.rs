//! A day and an hour, in the requester's local time.

use super::{FieldType, Widget, date, plain};
use crate::forms::dates::{datetime_words, parse_datetime};
use crate::forms::words::subject;
use crate::forms::{Answers, Field};
use chrono::{NaiveDate, NaiveDateTime};
use serde_json::Value;

pub const TYPE: FieldType = FieldType {
    kind: "datetime",
    label: "Date and time",
    widget: Widget::DateTime,
    rules: &["not_before", "not_after"],
    read: plain::read_code,
    check,
    display,
};

fn check(field: &Field, value: &Value, answers: &Answers, today: NaiveDate) -> Result<(), String> {
    let Some(at) = parse_datetime(&plain::written(field, value)?) else {
        return Err(format!("{} must be a date with a time, like 30 September 2026, 14:00", subject(field)));
    };
    date::check_limits(field, at.date(), answers, today)?;
    match (same_day_limit(&field.rules.not_before, answers), same_day_limit(&field.rules.not_after, answers)) {
        (Some(limit), _) if at < limit => Err(format!("{} must be at or after {}", subject(field), datetime_words(limit))),
        (_, Some(limit)) if at > limit => Err(format!("{} must be at or before {}", subject(field), datetime_words(limit))),
        _ => Ok(()),
    }
}

/// Another date and time as the limit counts to the minute.
fn same_day_limit(rule: &Option<String>, answers: &Answers) -> Option<NaiveDateTime> {
    let key = rule.as_deref()?.strip_prefix("field:")?;
    parse_datetime(&crate::forms::answers::text(answers.get(key)?)?)
}

fn display(field: &Field, value: &Value) -> String {
    let text = plain::display(field, value);
    parse_datetime(&text).map_or(text, datetime_words)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message, shown};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_time_is_needed() {
        assert_eq!(message(&field("datetime"), json!("2026-09-30T14:00")), "");
        assert_eq!(
            message(&field("datetime"), json!("2026-09-30")),
            "Cost centre must be a date with a time, like 30 September 2026, 14:00"
        );
    }

    #[test]
    fn days_beyond_the_known_ones_do_not_pass() {
        assert_eq!(message(&field("datetime"), json!("2200-12-31T23:59")), "");
        for at in ["1000-01-01T00:00", "9999-12-31T23:59"] {
            assert!(message(&field("datetime"), json!(at)).contains("between 1 January 1900 and 31 December 2200"), "{at}");
        }
    }

    #[test]
    fn limits_in_days_include_the_whole_day() {
        let mut f = field("datetime");
        f.rules.not_after = Some("today+1d".into());
        assert_eq!(message(&f, json!("2026-06-16T23:59")), "");
        assert_eq!(message(&f, json!("2026-06-17T00:00")), "Cost centre must be on or before 16 June 2026");
    }

    #[test]
    fn limits_by_another_time_count_to_the_minute() {
        let mut f = field("datetime");
        f.rules.not_before = Some("field:start".into());
        let mut answers = Answers::default();
        answers.set("start", json!("2026-07-01T14:00"));
        let judged = check(&f, &json!("2026-07-01T13:59"), &answers, NaiveDate::default());
        assert_eq!(judged, Err("Cost centre must be at or after 1 July 2026, 14:00".into()));
    }

    #[test]
    fn it_is_shown_in_words() {
        assert_eq!(shown(&field("datetime"), json!("2026-09-30T09:05")), "30 September 2026, 09:05");
    }
}
