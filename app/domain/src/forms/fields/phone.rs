//! A phone number in any national writing.

use super::{FieldType, Widget, plain};
use crate::forms::words::subject;
use crate::forms::{Answers, Field};
use chrono::NaiveDate;
use serde_json::Value;

pub const TYPE: FieldType = FieldType {
    kind: "phone",
    label: "Phone number",
    widget: Widget::Tel,
    rules: &["pattern", "pattern_words"],
    check,
    display: plain::display,
};

fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    let text = plain::written(field, value)?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let rest = text.strip_prefix('+').unwrap_or(&text);
    let right = (5..=15).contains(&digits) && text.len() <= 32 && rest.chars().all(|c| c.is_ascii_digit() || " ()-./".contains(c));
    if !right {
        return Err(format!("{} must be a phone number, like +41 44 555 01 20", subject(field)));
    }
    plain::check_text(field, &text, 32)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message};
    use serde_json::json;

    #[test]
    fn national_writings_pass() {
        for right in ["+41 44 555 01 20", "044 555 01 20", "(555) 010-0199", "030/555-0101", "55501", &"1 ".repeat(15)] {
            assert_eq!(message(&field("phone"), json!(right)), "", "{right}");
        }
        for wrong in ["1234", "call me", "+41+44 555", "044 555 01 20 01 20 01 20", "0445550120x", "+", &"1  ".repeat(15)] {
            assert_ne!(message(&field("phone"), json!(wrong)), "", "{wrong}");
        }
        assert_eq!(message(&field("phone"), json!("x")), "Cost centre must be a phone number, like +41 44 555 01 20");
    }
}
