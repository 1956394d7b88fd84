//! A box to tick. Untouched it means no; required means it has to be ticked.

use super::{FieldType, Widget, plain};
use crate::forms::words::subject;
use crate::forms::{Answers, Field};
use chrono::NaiveDate;
use serde_json::Value;

pub const TYPE: FieldType =
    FieldType { kind: "boolean", label: "Yes or no", widget: Widget::Checkbox, rules: &[], read: plain::read_code, check, display };

fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    if value.is_boolean() { Ok(()) } else { Err(format!("{} must be yes or no", subject(field))) }
}

fn display(field: &Field, value: &Value) -> String {
    match value {
        Value::Bool(true) => "Yes".into(),
        Value::Bool(false) => "No".into(),
        other => plain::display(field, other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message, shown};
    use serde_json::json;

    #[test]
    fn only_yes_and_no_pass() {
        assert_eq!(message(&field("boolean"), json!(false)), "");
        assert_eq!(message(&field("boolean"), json!("true")), "Cost centre must be yes or no");
        assert_eq!(shown(&field("boolean"), json!(false)), "No");
        assert_eq!(shown(&field("boolean"), json!(true)), "Yes");
    }
}
