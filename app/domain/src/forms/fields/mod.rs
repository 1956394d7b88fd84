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
mod space_picker;
mod text;
mod textarea;
mod user_picker;

pub use date::limits as date_limits;
pub use email::is_email_address;
pub use plain::whole as whole_pattern;

use super::answers::says_something;
use super::number::DecimalNumber;
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
    space_picker::TYPE,
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
    /// The members of `FieldRules` that mean something for it.
    pub rules: &'static [&'static str],
    /// What a typed text means: tidied, and in the one writing in which it is judged, compared and stored. Reading that again changes
    /// nothing. Of what cannot be understood it is the tidied text, for `check` to judge.
    pub read: fn(&Field, &str) -> String,
    /// Judges a value that says something, as it was read; the message is a whole sentence. `Answers` are the effective ones.
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
    SpacePicker,
}

/// The keypad a phone has to show for what the field's rules allow, as `inputmode` names it; none where it takes the whole keyboard. A
/// keypad of digits has no minus on all phones.
pub fn keypad(field: &Field) -> Option<&'static str> {
    let positive = field.rules.min.as_deref().and_then(DecimalNumber::parse).is_some_and(|min| min >= DecimalNumber::zero());
    match field.kind.as_str() {
        "integer" if positive => Some("numeric"),
        "decimal" if positive && field.rules.places == Some(0) => Some("numeric"),
        "decimal" if positive => Some("decimal"),
        "email" => Some("email"),
        "phone" => Some("tel"),
        _ => None,
    }
}

impl Widget {
    /// Whether the person picks instead of typing.
    pub fn is_choice(self) -> bool {
        matches!(self, Self::Select | Self::Checkboxes | Self::Radios | Self::PersonPicker | Self::GroupPicker | Self::SpacePicker)
    }

    /// Whether the field needs options.
    pub fn has_options(self) -> bool {
        matches!(self, Self::Select | Self::Checkboxes | Self::Radios)
    }
}

/// The type with this name.
pub fn find(kind: &str) -> Option<&'static FieldType> {
    FIELD_TYPES.iter().find(|known| known.kind == kind)
}

/// What was answered, as `FieldType::read` understands it; values that are not text as they are.
pub fn read_answer(field: &Field, value: &Value) -> Value {
    match (find(&field.kind), value) {
        (Some(known), Value::String(text)) => Value::String((known.read)(field, text)),
        _ => value.clone(),
    }
}

/// The field's answer as read by people; empty when there is none.
pub fn display(field: &Field, answers: &Answers) -> String {
    let Some(value) = answers.get(&field.key).filter(|value| says_something(value)) else { return String::new() };
    find(&field.kind).map_or_else(|| plain::display(field, value), |known| (known.display)(field, value))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::forms::FieldRules;
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
            rules: FieldRules::default(),
            when: None,
        }
    }

    /// A field with the options `a` (Alpha) and `b` (Beta).
    pub fn with_options(kind: &str) -> Field {
        let option =
            |value: &str, label: &str| crate::forms::ChoiceOption { value: value.into(), label: label.into(), hint: String::new() };
        Field { options: vec![option("a", "Alpha"), option("b", "Beta")], ..field(kind) }
    }

    /// The message about one value on 15 June 2026; empty when it passes.
    pub fn message(field: &Field, value: Value) -> String {
        let value = read_answer(field, &value);
        let today = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
        (find(&field.kind).unwrap().check)(field, &value, &Answers::default(), today).err().unwrap_or_default()
    }

    /// What a typed text is stored as.
    pub fn written(field: &Field, text: &str) -> String {
        match read_answer(field, &json!(text)) {
            Value::String(text) => text,
            other => panic!("{other}"),
        }
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
    fn the_keypad_can_write_what_the_rules_allow() {
        let of = |kind: &str, min: Option<&str>, places: Option<u32>| {
            let mut field = field(kind);
            (field.rules.min, field.rules.places) = (min.map(str::to_owned), places);
            keypad(&field)
        };
        for (kind, min, places, expected) in [
            ("integer", Some("0"), None, Some("numeric")),
            ("integer", Some("1"), None, Some("numeric")),
            ("integer", Some("-40"), None, None),
            ("integer", None, None, None),
            ("decimal", Some("0.5"), Some(1), Some("decimal")),
            ("decimal", Some("0"), Some(0), Some("numeric")),
            ("decimal", Some("-0.1"), None, None),
            ("decimal", None, Some(2), None),
            ("email", None, None, Some("email")),
            ("phone", None, None, Some("tel")),
            ("text", None, None, None),
        ] {
            assert_eq!(of(kind, min, places), expected, "{kind} {min:?} {places:?}");
        }
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
