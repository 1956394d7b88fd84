//! The registry of field types. A new type is one file here and one line in `FIELD_TYPES`; it names one of a closed set of widgets.
//!
//! A type judges one value (`check`) and shows it (`display`). Whether an answer is missing is decided in `forms::check`.

mod boolean;
mod choice;
mod date;
mod datetime;
mod decimal;
mod email;
mod group_picker;
mod integer;
mod multi_select;
mod phone;
mod picker;
mod plain;
mod radio;
mod select;
mod text;
mod textarea;
mod user_picker;

pub use date::limits as date_limits;
pub use plain::whole as whole_pattern;

use super::answers::says_something;
use super::{Answers, Field};
use chrono::NaiveDate;
use serde_json::Value;

/// Every type a field can have, in the order in which they are offered.
pub static FIELD_TYPES: &[FieldType] = &[
    text::TYPE,
    textarea::TYPE,
    integer::TYPE,
    decimal::TYPE,
    email::TYPE,
    phone::TYPE,
    date::TYPE,
    datetime::TYPE,
    boolean::TYPE,
    select::TYPE,
    multi_select::TYPE,
    radio::TYPE,
    user_picker::TYPE,
    group_picker::TYPE,
];

/// Files of this folder that several types share.
#[cfg(test)]
const SHARED: &[&str] = &["mod", "choice", "picker", "plain"];

/// What a type of field is.
#[derive(Clone, Copy, Debug)]
pub struct FieldType {
    /// The word in definition files: `multi_select`.
    pub kind: &'static str,
    /// The word on screen: "Several choices".
    pub label: &'static str,
    /// What draws it.
    pub widget: Widget,
    /// The members of `Rules` that mean something for it.
    pub rules: &'static [&'static str],
    /// Judges a value that says something; the message is a whole sentence. `Answers` are the effective ones.
    pub check: fn(&Field, &Value, &Answers, NaiveDate) -> Result<(), String>,
    /// The value as read by people.
    pub display: fn(&Field, &Value) -> String,
}

/// What draws a field. Closed: the browser knows all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Widget {
    Text,
    TextArea,
    Number,
    Email,
    Tel,
    Date,
    DateTime,
    Checkbox,
    Select,
    Checkboxes,
    Radios,
    PersonPicker,
    GroupPicker,
}

impl Widget {
    /// Whether the person picks instead of typing.
    pub fn is_choice(self) -> bool {
        matches!(self, Self::Select | Self::Checkboxes | Self::Radios | Self::PersonPicker | Self::GroupPicker)
    }

    /// Whether the field needs options.
    pub fn has_options(self) -> bool {
        matches!(self, Self::Select | Self::Checkboxes | Self::Radios)
    }

    /// Whether the answer is typed text, stored without blanks around it.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Text | Self::TextArea | Self::Number | Self::Email | Self::Tel | Self::Date | Self::DateTime)
    }
}

/// The type with this name.
pub fn find(kind: &str) -> Option<&'static FieldType> {
    FIELD_TYPES.iter().find(|known| known.kind == kind)
}

/// The field's answer as read by people; empty when there is none.
pub fn display(field: &Field, answers: &Answers) -> String {
    let Some(value) = answers.get(&field.key).filter(|value| says_something(value)) else { return String::new() };
    find(&field.kind).map_or_else(|| plain::display(field, value), |known| (known.display)(field, value))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::forms::Rules;
    use serde_json::json;

    /// A bare field to build tests on.
    pub fn field(kind: &str) -> Field {
        Field {
            key: "f".into(),
            label: "Cost centre".into(),
            kind: kind.into(),
            hint: String::new(),
            required: false,
            default: None,
            options: vec![],
            rules: Rules::default(),
            when: None,
        }
    }

    /// A field with the options `a` (Alpha) and `b` (Beta).
    pub fn with_options(kind: &str) -> Field {
        let option = |value: &str, label: &str| crate::forms::Choice { value: value.into(), label: label.into(), hint: String::new() };
        Field { options: vec![option("a", "Alpha"), option("b", "Beta")], ..field(kind) }
    }

    /// The message about one value on 15 June 2026; empty when it passes.
    pub fn message(field: &Field, value: Value) -> String {
        let today = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
        (find(&field.kind).unwrap().check)(field, &value, &Answers::default(), today).err().unwrap_or_default()
    }

    /// The value as shown.
    pub fn shown(field: &Field, value: Value) -> String {
        let mut answers = Answers::default();
        answers.set(&field.key, value);
        display(field, &answers)
    }

    #[test]
    fn kinds_are_unique_and_every_file_is_listed() {
        let mut kinds: Vec<_> = FIELD_TYPES.iter().map(|t| t.kind.to_owned()).collect();
        kinds.sort();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/forms/fields");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
            .filter(|name| !SHARED.contains(&name.as_str()))
            .collect();
        files.sort();
        assert_eq!(kinds, files);
    }

    #[test]
    fn an_unknown_type_is_shown_as_it_was_stored() {
        assert_eq!(shown(&field("hologram"), json!("x")), "x");
        assert_eq!(shown(&field("hologram"), json!({"a": 1})), r#"{"a":1}"#);
    }

    #[test]
    fn nothing_answered_shows_nothing() {
        for known in FIELD_TYPES {
            assert_eq!(display(&field(known.kind), &Answers::default()), "");
        }
    }

    #[test]
    fn no_type_accepts_values_of_another_shape() {
        for known in FIELD_TYPES {
            for value in [json!({"a": [1]}), json!([[1]]), json!([null])] {
                assert_ne!(message(&field(known.kind), value), "", "{}", known.kind);
            }
        }
    }
}
