//! Text of several lines.

use super::{FieldType, Widget, plain};
use crate::forms::{Answers, Field};
use crate::text::tidy_prose;
use chrono::NaiveDate;
use serde_json::Value;

pub const TYPE: FieldType = FieldType {
    kind: "textarea",
    label: "Long text",
    widget: Widget::TextArea,
    rules: &["min_length", "max_length", "pattern", "pattern_words"],
    read,
    check,
    display: plain::display,
};

fn read(_: &Field, text: &str) -> String {
    tidy_prose(text).into_owned()
}

fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    plain::check_text(field, &plain::written(field, value)?, plain::LONGEST)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message};
    use serde_json::json;

    #[test]
    fn lines_are_welcome_up_to_the_limit() {
        assert_eq!(message(&field("textarea"), json!("a\r\nb\tc")), "");
        assert_eq!(message(&field("textarea"), json!("x\n".repeat(4_999))), "");
        assert_eq!(message(&field("textarea"), json!("x".repeat(10_001))), "Cost centre must have at most 10000 characters, and has 10001");
    }
}
