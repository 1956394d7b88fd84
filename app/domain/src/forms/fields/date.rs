//! A day.

use super::{FieldType, Widget, plain};
use crate::bounds::{FIRST_DAY, LAST_DAY, is_known_day};
use crate::forms::dates::{DateLimit, date_words, parse_date};
use crate::forms::words::subject;
use crate::forms::{Answers, Field};
use chrono::NaiveDate;
use serde_json::Value;

pub const TYPE: FieldType = FieldType {
    kind: "date",
    label: "Date",
    widget: Widget::Date,
    rules: &["not_before", "not_after"],
    read: plain::read_code,
    check,
    display,
};

fn check(field: &Field, value: &Value, answers: &Answers, today: NaiveDate) -> Result<(), String> {
    match parse_date(&plain::written(field, value)?) {
        Some(date) => check_limits(field, date, answers, today),
        None => Err(format!("{} must be a date, like 30 September 2026", subject(field))),
    }
}

/// The `not_before` and `not_after` rules, and the days there are.
pub fn check_limits(field: &Field, date: NaiveDate, answers: &Answers, today: NaiveDate) -> Result<(), String> {
    let (earliest, latest) = limits(field, answers, today);
    let subject = subject(field);
    if !is_known_day(date) {
        return Err(format!("{subject} must be between {} and {}", date_words(FIRST_DAY), date_words(LAST_DAY)));
    }
    match (earliest, latest) {
        (Some(limit), _) if date < limit => Err(format!("{subject} must be on or after {}", date_words(limit))),
        (_, Some(limit)) if date > limit => Err(format!("{subject} must be on or before {}", date_words(limit))),
        _ => Ok(()),
    }
}

/// The earliest and the latest day the rules allow now.
pub fn limits(field: &Field, answers: &Answers, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let day = |rule: &Option<String>| rule.as_deref().and_then(DateLimit::parse)?.date(answers, today);
    (day(&field.rules.not_before), day(&field.rules.not_after))
}

fn display(field: &Field, value: &Value) -> String {
    let text = plain::display(field, value);
    parse_date(&text).map_or(text, date_words)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message, shown};
    use super::*;
    use serde_json::json;

    #[test]
    fn only_dates_pass() {
        assert_eq!(message(&field("date"), json!("2026-09-30")), "");
        assert_eq!(message(&field("date"), json!("30.9.2026")), "Cost centre must be a date, like 30 September 2026");
    }

    #[test]
    fn days_beyond_the_known_ones_do_not_pass() {
        assert_eq!(message(&field("date"), json!("1900-01-01")), "");
        assert_eq!(message(&field("date"), json!("2200-12-31")), "");
        for day in ["1000-01-01", "1899-12-31", "2201-01-01", "9999-12-31"] {
            let told = message(&field("date"), json!(day));
            assert_eq!(told, "Cost centre must be between 1 January 1900 and 31 December 2200", "{day}");
        }
    }

    #[test]
    fn limits_are_said_as_dates() {
        let mut f = Field { label: "Access end date".into(), ..field("date") };
        f.rules.not_before = Some("today".into());
        f.rules.not_after = Some("2026-09-30".into());
        assert_eq!(message(&f, json!("2026-06-15")), "");
        assert_eq!(message(&f, json!("2026-06-14")), "Access end date must be on or after 15 June 2026");
        assert_eq!(message(&f, json!("2026-10-01")), "Access end date must be on or before 30 September 2026");
    }

    #[test]
    fn another_answer_is_a_limit_once_given() {
        let mut f = field("date");
        f.rules.not_before = Some("field:start".into());
        let today = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
        let mut answers = Answers::default();
        assert_eq!(check(&f, &json!("2020-01-01"), &answers, today), Ok(()));
        answers.set("start", json!("2026-07-01"));
        assert_eq!(check(&f, &json!("2026-06-30"), &answers, today), Err("Cost centre must be on or after 1 July 2026".into()));
    }

    #[test]
    fn it_is_shown_in_words() {
        assert_eq!(shown(&field("date"), json!("2026-09-30")), "30 September 2026");
        assert_eq!(shown(&field("date"), json!("soon")), "soon");
    }
}
