//! Conditions: when a section or a field is asked. Written in definition files as `{field: employment, equals: contractor}`.

use super::answers::{Answers, says_something, text};
use super::number::DecimalNumber;
use super::words::{join, uncapitalised};
use super::{Field, Form, dates};
use crate::text::lower_case;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Ordering;

/// A statement about answers. A field that is not answered, or not asked, satisfies none but `answered: false`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ConditionText", into = "ConditionText")]
pub enum AnswerCondition {
    /// Every one holds; true when empty.
    All(Vec<AnswerCondition>),
    /// At least one holds; false when empty.
    Any(Vec<AnswerCondition>),
    Not(Box<AnswerCondition>),
    /// The answer is this value. A person or a group is meant by id or by name; several choices by the whole list.
    Equals {
        field: String,
        value: Value,
    },
    /// The answer, or one of several chosen, is one of these.
    In {
        field: String,
        values: Vec<Value>,
    },
    /// This option is among those chosen; this text is part of the text.
    Contains {
        field: String,
        value: Value,
    },
    Answered {
        field: String,
        answered: bool,
    },
    /// Numbers and dates.
    Compare {
        field: String,
        comparison: ValueComparison,
        limit: Value,
    },
}

/// How numbers and dates compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueComparison {
    AtLeast,
    AtMost,
    MoreThan,
    LessThan,
}

impl AnswerCondition {
    /// Whether it holds for these answers, taken as they are: for what the person sees, pass `journey::effective` answers.
    pub fn holds(&self, answers: &Answers) -> bool {
        self.holds_by(&mut |atom| atom.atom_holds(answers))
    }

    /// Whether it holds when `oracle` says which of its single statements do.
    pub fn holds_by(&self, oracle: &mut dyn FnMut(&AnswerCondition) -> bool) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds_by(oracle)),
            Self::Any(parts) => parts.iter().any(|part| part.holds_by(oracle)),
            Self::Not(part) => !part.holds_by(oracle),
            atom => oracle(atom),
        }
    }

    /// The single statements in it.
    pub fn atoms(&self) -> Vec<&AnswerCondition> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::atoms).collect(),
            Self::Not(part) => part.atoms(),
            atom => vec![atom],
        }
    }

    /// Keys of the fields it speaks of, each once.
    pub fn fields(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.atoms().into_iter().filter_map(Self::field).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The field of a single statement.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::All(_) | Self::Any(_) | Self::Not(_) => None,
            Self::Equals { field, .. }
            | Self::In { field, .. }
            | Self::Contains { field, .. }
            | Self::Answered { field, .. }
            | Self::Compare { field, .. } => Some(field),
        }
    }

    fn atom_holds(&self, answers: &Answers) -> bool {
        let answer = self.field().and_then(|key| answers.get(key)).filter(|value| says_something(value));
        let Some(answer) = answer else { return matches!(self, Self::Answered { answered: false, .. }) };
        match self {
            Self::Answered { answered, .. } => *answered,
            Self::Equals { value, .. } => same(answer, value),
            Self::In { values, .. } => match answer {
                Value::Array(chosen) => chosen.iter().any(|one| values.iter().any(|value| same(one, value))),
                one => values.iter().any(|value| same(one, value)),
            },
            Self::Contains { value, .. } => match answer {
                Value::Array(chosen) => chosen.iter().any(|one| same(one, value)),
                one => match (text(one), text(value)) {
                    (Some(whole), Some(part)) => lower_case(&whole).contains(&lower_case(&part)),
                    _ => same(one, value),
                },
            },
            Self::Compare { comparison, limit, .. } => order(answer, limit).is_some_and(|order| match comparison {
                ValueComparison::AtLeast => order.is_ge(),
                ValueComparison::AtMost => order.is_le(),
                ValueComparison::MoreThan => order.is_gt(),
                ValueComparison::LessThan => order.is_lt(),
            }),
            Self::All(_) | Self::Any(_) | Self::Not(_) => false,
        }
    }

    /// In words: "employment type is Contractor".
    pub fn words(&self, form: &Form) -> String {
        match self {
            Self::All(parts) if parts.is_empty() => "always".into(),
            Self::Any(parts) if parts.is_empty() => "never".into(),
            Self::All(parts) => join(&parts.iter().map(|p| p.words_inside(form)).collect::<Vec<_>>(), "and"),
            Self::Any(parts) => join(&parts.iter().map(|p| p.words_inside(form)).collect::<Vec<_>>(), "or"),
            Self::Not(part) => match &**part {
                Self::Not(inner) => inner.words(form),
                Self::All(_) | Self::Any(_) => format!("not ({})", part.words(form)),
                atom => atom.atom_words(form, true),
            },
            atom => atom.atom_words(form, false),
        }
    }

    fn words_inside(&self, form: &Form) -> String {
        match self {
            Self::All(parts) | Self::Any(parts) if parts.len() > 1 => format!("({})", self.words(form)),
            _ => self.words(form),
        }
    }

    fn atom_words(&self, form: &Form, negated: bool) -> String {
        let key = self.field().unwrap_or_default();
        let field = find_field(form, key);
        let name = field.map_or_else(|| format!("“{key}”"), |f| uncapitalised(&f.label));
        let show = |value: &Value| value_words(field, value);
        let is = if negated { "is not" } else { "is" };
        match self {
            Self::Equals { value: Value::Bool(yes), .. } => format!("{name} is {}", if *yes != negated { "ticked" } else { "not ticked" }),
            Self::Equals { value, .. } => format!("{name} {is} {}", show(value)),
            Self::In { values, .. } => format!("{name} {is} {}", join(&values.iter().map(show).collect::<Vec<_>>(), "or")),
            Self::Contains { value, .. } => format!("{name} {} {}", if negated { "does not include" } else { "includes" }, show(value)),
            Self::Answered { answered, .. } => format!("{name} is {}", if *answered != negated { "answered" } else { "not answered" }),
            Self::Compare { comparison, limit, .. } => {
                let dated = text(limit).is_some_and(|t| day(&t).is_some());
                let how = match (comparison, dated) {
                    (ValueComparison::AtLeast, false) => "at least",
                    (ValueComparison::AtMost, false) => "at most",
                    (ValueComparison::MoreThan, false) => "more than",
                    (ValueComparison::LessThan, false) => "less than",
                    (ValueComparison::AtLeast, true) => "on or after",
                    (ValueComparison::AtMost, true) => "on or before",
                    (ValueComparison::MoreThan, true) => "after",
                    (ValueComparison::LessThan, true) => "before",
                };
                format!("{name} {is} {how} {}", show(limit))
            }
            Self::All(_) | Self::Any(_) | Self::Not(_) => String::new(),
        }
    }
}

fn find_field<'a>(form: &'a Form, key: &str) -> Option<&'a Field> {
    let fields = form.sections.iter().flat_map(|s| s.fields.iter().chain(s.variants.iter().flat_map(|v| &v.fields)));
    fields.into_iter().find(|field| field.key == key)
}

fn value_words(field: Option<&Field>, value: &Value) -> String {
    if let Value::Array(list) = value {
        return join(&list.iter().map(|one| value_words(field, one)).collect::<Vec<_>>(), "and");
    }
    let Some(written) = text(value) else { return value.to_string() };
    let choice = field.and_then(|f| f.options.iter().find(|o| o.value == written));
    match choice {
        Some(choice) => choice.label.clone(),
        None => day(&written).map_or_else(|| written.to_string(), |at| dates::date_words(at.date())),
    }
}

/// Whether an answer is the value a condition names.
fn same(answer: &Value, value: &Value) -> bool {
    match (answer, value) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Array(chosen), Value::Array(wanted)) => {
            chosen.iter().all(|one| wanted.iter().any(|w| same(one, w))) && wanted.iter().all(|w| chosen.iter().any(|one| same(one, w)))
        }
        (Value::Array(chosen), one) => chosen.len() == 1 && chosen.iter().all(|c| same(c, one)),
        (Value::Object(picked), Value::Object(wanted)) => picked.get("id") == wanted.get("id"),
        (Value::Object(picked), one) => ["id", "name"].iter().any(|key| picked.get(*key).is_some_and(|v| v.is_string() && same(v, one))),
        // A number in a definition is meant as a number; quoted, it is meant as text ("0044" is not 44).
        (_, Value::Number(_)) => order(answer, value) == Some(Ordering::Equal),
        _ => matches!((text(answer), text(value)), (Some(a), Some(b)) if a == b),
    }
}

fn order(answer: &Value, limit: &Value) -> Option<Ordering> {
    let (answer, limit) = (text(answer)?, text(limit)?);
    if let (Some(a), Some(b)) = (DecimalNumber::parse(&answer), DecimalNumber::parse(&limit)) {
        return Some(a.cmp(&b));
    }
    let (a, b) = (day(&answer)?, day(&limit)?);
    // Against a whole day, the hour does not count.
    Some(if limit.contains('T') { a.cmp(&b) } else { a.date().cmp(&b.date()) })
}

fn day(text: &str) -> Option<chrono::NaiveDateTime> {
    dates::parse_datetime(text).or_else(|| dates::parse_date(text)?.and_hms_opt(0, 0, 0))
}

/// The form conditions have in definition files and in stored versions.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ConditionText {
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Vec<AnswerCondition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any: Option<Vec<AnswerCondition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Box<AnswerCondition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    equals: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "in")]
    one_of: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contains: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more_than: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    less_than: Option<Value>,
}

const FORMS: &str = "a condition is one of: all: [..], any: [..], not: .., or field: with exactly one of \
     equals, in, contains, answered, at_least, at_most, more_than, less_than";

impl TryFrom<ConditionText> for AnswerCondition {
    type Error = &'static str;

    fn try_from(w: ConditionText) -> Result<Self, Self::Error> {
        let whole = [w.all.map(Self::All), w.any.map(Self::Any), w.not.map(Self::Not)];
        let mut found: Vec<Self> = whole.into_iter().flatten().collect();
        let compare = |field: &String, comparison, limit| Self::Compare { field: field.clone(), comparison, limit };
        if let Some(key) = &w.field {
            let before = found.len();
            let atoms = [
                w.equals.map(|value| Self::Equals { field: key.clone(), value }),
                w.one_of.map(|values| Self::In { field: key.clone(), values }),
                w.contains.map(|value| Self::Contains { field: key.clone(), value }),
                w.answered.map(|answered| Self::Answered { field: key.clone(), answered }),
                w.at_least.map(|limit| compare(key, ValueComparison::AtLeast, limit)),
                w.at_most.map(|limit| compare(key, ValueComparison::AtMost, limit)),
                w.more_than.map(|limit| compare(key, ValueComparison::MoreThan, limit)),
                w.less_than.map(|limit| compare(key, ValueComparison::LessThan, limit)),
            ];
            found.extend(atoms.into_iter().flatten());
            if found.len() == before {
                return Err(FORMS);
            }
        }
        let one = found.pop().ok_or(FORMS)?;
        if found.is_empty() { Ok(one) } else { Err(FORMS) }
    }
}

impl From<AnswerCondition> for ConditionText {
    fn from(condition: AnswerCondition) -> Self {
        let none = Self::default();
        match condition {
            AnswerCondition::All(parts) => Self { all: Some(parts), ..none },
            AnswerCondition::Any(parts) => Self { any: Some(parts), ..none },
            AnswerCondition::Not(part) => Self { not: Some(part), ..none },
            AnswerCondition::Equals { field, value } => Self { field: Some(field), equals: Some(value), ..none },
            AnswerCondition::In { field, values } => Self { field: Some(field), one_of: Some(values), ..none },
            AnswerCondition::Contains { field, value } => Self { field: Some(field), contains: Some(value), ..none },
            AnswerCondition::Answered { field, answered } => Self { field: Some(field), answered: Some(answered), ..none },
            AnswerCondition::Compare { field, comparison, limit } => {
                let base = Self { field: Some(field), ..none };
                match comparison {
                    ValueComparison::AtLeast => Self { at_least: Some(limit), ..base },
                    ValueComparison::AtMost => Self { at_most: Some(limit), ..base },
                    ValueComparison::MoreThan => Self { more_than: Some(limit), ..base },
                    ValueComparison::LessThan => Self { less_than: Some(limit), ..base },
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
