//! A whole number, exact at any size.

use super::{FieldType, Widget, decimal, plain};
use crate::forms::number::DecimalNumber;
use crate::forms::words::subject;
use crate::forms::written_number::{NumberReading, read_number};
use crate::forms::{Answers, Field};
use chrono::NaiveDate;
use serde_json::Value;

pub const TYPE: FieldType = FieldType {
    kind: "integer",
    label: "Whole number",
    widget: Widget::Number,
    rules: &["min", "max"],
    read,
    check,
    display: plain::display,
};

/// Whole numbers have no decimal places, so that `1,000` can only be a thousand here.
fn read(field: &Field, text: &str) -> String {
    match read_number(text, false) {
        NumberReading::Sure(number) | NumberReading::Unsure { grouped: number, .. } => number,
        NumberReading::Nothing => plain::read_code(field, text),
    }
}

fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    let text = read(field, &plain::written(field, value)?);
    match DecimalNumber::parse(&text) {
        Some(number) if !text.contains('.') => decimal::check_range(field, &number),
        _ => Err(format!("{} must be a whole number, like 12", subject(field))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message, shown};
    use serde_json::json;

    #[test]
    fn only_whole_numbers_pass() {
        for right in ["12", "-3", "−3", "9007199254740993", "1,000", "1.000", "1 000", "1'000", "１２", "١٢"] {
            assert_eq!(message(&field("integer"), json!(right)), "", "{right}");
        }
        for right in [json!(7), json!(-7)] {
            assert_eq!(message(&field("integer"), right), "");
        }
        for wrong in [json!("1.5"), json!("1.0"), json!("twelve"), json!("1e3"), json!(1.5), json!("12,50")] {
            assert_eq!(message(&field("integer"), wrong), "Cost centre must be a whole number, like 12");
        }
    }

    #[test]
    fn range_is_said_in_full() {
        let mut f = field("integer");
        f.rules.min = Some("1".into());
        assert_eq!(message(&f, json!("0")), "Cost centre must be at least 1");
        f.rules.max = Some("500".into());
        assert_eq!(message(&f, json!("501")), "Cost centre must be between 1 and 500");
        assert_eq!(message(&f, json!("500")), "");
        f.rules.min = None;
        assert_eq!(message(&f, json!("501")), "Cost centre must be at most 500");
    }

    #[test]
    fn digits_stay_exact_on_screen() {
        assert_eq!(shown(&field("integer"), json!("9007199254740993")), "9007199254740993");
    }
}
