//! What a person has answered so far: field keys and values, nothing judged.
//!
//! Values by type: text-like, numbers (as typed, exact), dates (`2026-09-30`), date-times (`2026-09-30T14:00`) and single choices are
//! strings; booleans are booleans; `multi_select` is an array of option values; pickers are `{"id": …, "name": …}`.
//! A missing key means "not touched": the field's default counts. An empty string means "emptied": the default does not come back.

use crate::text::is_blank_text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Answers by field key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, Value>);

impl Answers {
    /// The value given, if the field was touched.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// Notes an answer; null makes the field untouched again.
    pub fn set(&mut self, key: &str, value: Value) {
        if value.is_null() {
            self.0.remove(key);
        } else {
            self.0.insert(key.to_owned(), value);
        }
    }

    /// Whether something was answered: not blank, not an empty list. A boolean is an answer either way.
    pub fn is_answered(&self, key: &str) -> bool {
        self.get(key).is_some_and(says_something)
    }
}

/// Whether a value is an answer at all: text that nobody can see is none.
pub fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !is_blank_text(text),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The text of a single value, without blanks around it. Numbers count as text: definition files write `default: 4410`.
pub fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text.trim())),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_removes_and_blank_is_no_answer() {
        let mut answers = Answers::default();
        answers.set("a", json!("x"));
        assert!(answers.is_answered("a"));
        answers.set("a", json!("  "));
        assert!(!answers.is_answered("a") && answers.get("a").is_some());
        answers.set("a", Value::Null);
        assert_eq!(answers, Answers::default());
    }

    #[test]
    fn false_and_zero_are_answers_but_empty_lists_are_not() {
        assert!(says_something(&json!(false)) && says_something(&json!(0)));
        assert!(!says_something(&json!([])) && !says_something(&json!({})));
    }

    #[test]
    fn a_stored_null_counts_as_untouched() {
        let answers: Answers = serde_json::from_str(r#"{"a": null}"#).unwrap();
        assert_eq!(answers.get("a"), None);
    }
}
