//! Forms: ordered sections of ordered, typed, validated fields, some shown only under conditions.
//!
//! A *form* as authored may hold section variants; `resolver::resolve` turns it into the *schema* one requester sees (the same type,
//! without variants). Submission freezes the schema as a *form version*. `check` decides validity in the browser and on the server.

pub mod answers;
pub mod check;
pub mod condition;
pub mod dates;
pub mod fields;
pub mod journey;
pub mod lint;
pub mod number;
pub mod resolver;
pub mod words;
pub mod written_number;

pub use answers::Answers;
pub use condition::AnswerCondition;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// A form: as authored (with variants) or resolved for one requester (without).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Stable key, unique in the organization.
    pub key: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub sections: Vec<Section>,
}

/// Keys that some of these forms ask for.
pub fn answer_keys<'f>(forms: impl Iterator<Item = &'f Form>) -> BTreeSet<String> {
    let fields = forms
        .flat_map(|form| &form.sections)
        .flat_map(|section| section.fields.iter().chain(section.variants.iter().flat_map(|variant| &variant.fields)));
    fields.map(|field| field.key.clone()).collect()
}

/// One step of the request dialog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Stable key, unique in the form; the step's address.
    pub key: String,
    pub title: String,
    /// The step's heading as a question: "What should Jonas Weber be able to use?". The title when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub question: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Shown only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<AnswerCondition>,
    pub fields: Vec<Field>,
    /// Group-specific versions that replace the fields of this section (S0-058). Empty once resolved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<SectionVariant>,
}

/// A section as made for one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionVariant {
    /// Key of the group whose members see it.
    pub group: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub fields: Vec<Field>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Stable key, unique in the resolved form; the key of the answer.
    pub key: String,
    pub label: String,
    /// A kind of `fields::FIELD_TYPES`: `text`, `user_picker`, …
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The answer before the person gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// For select, multi_select and radio.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChoiceOption>,
    #[serde(default, skip_serializing_if = "FieldRules::is_empty")]
    pub rules: FieldRules,
    /// Asked only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<AnswerCondition>,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Stored in answers; stable.
    pub value: String,
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// Validation rules; which ones apply depends on the field's type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRules {
    /// Characters (text) or chosen options (multi_select), at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// Characters (text) or chosen options (multi_select), at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Smallest number, as text so that decimals keep their exact value: "0.10".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// Whether numbers as short as 112 or 3646 are phone numbers here, which they are unless this is false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_numbers: Option<bool>,
    /// Decimal places at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<u32>,
    /// A regular expression the whole text must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What the pattern means, after "must": "be 4 digits, like 4410".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern_words: Option<String>,
    /// Earliest date: `2026-09-30`, `today`, `today+14d`, `today-1m`, or `field:<key>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// Latest date, written like `not_before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<String>,
}

impl FieldRules {
    /// Whether no rule is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One difference between the schema a draft began with and the present one, in words for the person who fills it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaChange {
    /// Key of the section concerned, when it still exists.
    pub section: Option<String>,
    /// "“Cost centre” is new", "“Room” is no longer asked", "The options of “Site” changed".
    pub message: String,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A form written as in a definition file.
    pub fn form(yaml: &str) -> Form {
        yaml_serde::from_str(yaml).unwrap()
    }

    /// Answers written as JSON.
    pub fn answers(json: &str) -> Answers {
        serde_json::from_str(json).unwrap()
    }
}
