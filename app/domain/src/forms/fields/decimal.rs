//! A number with decimal places, exact.

use super::{FieldType, Widget, plain};
use crate::forms::number::DecimalNumber;
use crate::forms::words::subject;
use crate::forms::written_number::{NumberReading, read_number};
use crate::forms::{Answers, Field};
use chrono::NaiveDate;
use serde_json::Value;

pub const TYPE: FieldType = FieldType {
    kind: "decimal",
    label: "Number",
    widget: Widget::Number,
    rules: &["min", "max", "places"],
    read,
    check,
    display: plain::display,
};

fn reading(field: &Field, text: &str) -> NumberReading {
    read_number(text, field.rules.places.is_some_and(|places| places > 2))
}

fn read(field: &Field, text: &str) -> String {
    match reading(field, text) {
        NumberReading::Sure(number) => number,
        _ => plain::read_code(field, text),
    }
}

fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    let subject = subject(field);
    // A number of a definition file or a payload is exact as it is.
    let reading = match value {
        Value::Number(number) => NumberReading::Sure(number.to_string()),
        _ => reading(field, &plain::written(field, value)?),
    };
    let number = match reading {
        NumberReading::Sure(number) => DecimalNumber::parse(&number),
        NumberReading::Unsure { grouped, pointed } => {
            return Err(format!("{subject} can be read as {grouped} or as {pointed}. Enter the one you mean"));
        }
        NumberReading::Nothing => None,
    };
    let Some(number) = number else {
        return Err(format!("{subject} must be a number, like 12.50"));
    };
    match field.rules.places {
        Some(0) if number.places() > 0 => Err(format!("{subject} must be a whole number")),
        Some(1) if number.places() > 1 => Err(format!("{subject} must have at most 1 decimal place")),
        Some(places) if number.places() > places as usize => Err(format!("{subject} must have at most {places} decimal places")),
        _ => check_range(field, &number),
    }
}

/// The `min` and `max` rules.
pub fn check_range(field: &Field, number: &DecimalNumber) -> Result<(), String> {
    let limit = |rule: &Option<String>| rule.as_deref().and_then(DecimalNumber::parse);
    let low = limit(&field.rules.min).is_some_and(|min| *number < min);
    let high = limit(&field.rules.max).is_some_and(|max| *number > max);
    if !low && !high {
        return Ok(());
    }
    let subject = subject(field);
    Err(match (&field.rules.min, &field.rules.max) {
        (Some(min), Some(max)) => format!("{subject} must be between {min} and {max}"),
        (Some(min), None) => format!("{subject} must be at least {min}"),
        (_, max) => format!("{subject} must be at most {}", max.as_deref().unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message, shown};
    use serde_json::json;

    #[test]
    fn numbers_pass_and_words_do_not() {
        for right in [json!("12.50"), json!("12,50"), json!("-.5"), json!("−5"), json!(0.1), json!("12"), json!("1 000"), json!(1.234)] {
            assert_eq!(message(&field("decimal"), right), "");
        }
        for wrong in [json!("12,50,5"), json!("abc"), json!("1."), json!("NaN"), json!("∞")] {
            assert_eq!(message(&field("decimal"), wrong), "Cost centre must be a number, like 12.50");
        }
    }

    #[test]
    fn limits_are_exact() {
        let mut f = field("decimal");
        f.rules.max = Some("0.30".into());
        assert_eq!(message(&f, json!("0.3")), "");
        assert_eq!(message(&f, json!("0.30000000000000000001")), "Cost centre must be at most 0.30");
    }

    #[test]
    fn places_count_only_those_that_matter() {
        let mut f = field("decimal");
        f.rules.places = Some(2);
        assert_eq!(message(&f, json!("1.5000")), "");
        assert_eq!(message(&f, json!("1.5050")), "Cost centre must have at most 2 decimal places");
        f.rules.places = Some(1);
        assert_eq!(message(&f, json!("1.55")), "Cost centre must have at most 1 decimal place");
    }

    #[test]
    fn thousands_or_places_is_asked_unless_the_form_wants_so_many_places() {
        let mut f = field("decimal");
        for text in ["1,000", "1.000"] {
            assert_eq!(message(&f, json!(text)), "Cost centre can be read as 1000 or as 1. Enter the one you mean");
        }
        f.rules.places = Some(3);
        assert_eq!(message(&f, json!("1.234")), "");
        assert_eq!(message(&f, json!("1,234")), "Cost centre can be read as 1234 or as 1.2340. Enter the one you mean");
        assert_eq!(message(&f, json!("1.2340")), "");
    }

    #[test]
    fn it_is_shown_as_typed() {
        assert_eq!(shown(&field("decimal"), json!("12.50")), "12.50");
    }
}
