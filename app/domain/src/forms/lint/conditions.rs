//! What a condition may say: fields that exist, and answers that they can have.

use super::reach;
use crate::forms::answers::text;
use crate::forms::fields::{Widget, find};
use crate::forms::number::DecimalNumber;
use crate::forms::resolver::resolve;
use crate::forms::{AnswerCondition, Field, Form, dates};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with the last of these conditions on a form's answers, which is kept outside the form and holds together with those
/// before it. It is right when it is in one of the schemas a requester may see: not everybody is asked everything.
pub fn judge_condition(form: &Form, held: &[&AnswerCondition], place: &str) -> Vec<String> {
    let Some(last) = held.last() else { return Vec::new() };
    let all: Vec<&Field> =
        form.sections.iter().flat_map(|section| section.fields.iter().chain(section.variants.iter().flat_map(|v| &v.fields))).collect();
    let mut found: Vec<String> = Vec::new();
    for atom in last.atoms() {
        let judged = |field: Option<&&Field>| {
            let known: BTreeMap<&str, &Field> = field.iter().map(|field| (field.key.as_str(), **field)).collect();
            let mut wrong = Vec::new();
            judge_statements(atom, &known, place, &mut |message| wrong.push(message));
            wrong
        };
        let of_key: Vec<&&Field> = all.iter().filter(|field| Some(field.key.as_str()) == atom.field()).collect();
        let mut each = of_key.iter().map(|field| judged(Some(field)));
        let wrong = match each.next() {
            None => judged(None),
            Some(first) if first.is_empty() || each.any(|other| other.is_empty()) => continue,
            Some(first) => first,
        };
        found.extend(wrong);
    }
    if found.is_empty() {
        let groups: BTreeSet<&String> = form.sections.iter().flat_map(|s| &s.variants).map(|v| &v.group).collect();
        let mut schemas = groups.into_iter().map(|group| resolve(form, std::slice::from_ref(group))).chain([resolve(form, &[])]);
        let can_hold = schemas.any(|schema| {
            let fields = schema.sections.iter().flat_map(|section| &section.fields).map(|field| (field.key.as_str(), field)).collect();
            reach::can_hold(held, &fields)
        });
        if !can_hold {
            let mut letters = place.chars();
            let place: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
            found.push(format!("{place} is never needed: its condition never holds. Change the condition"));
        }
    }
    found
}

/// Numbers of more than 15 digits may come back from a file changed in the last place, and with them a version's hash. Text does not.
pub(super) fn imprecise(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64() && number.to_string().bytes().filter(|b| b.is_ascii_alphanumeric()).count() > 15,
        Value::Array(list) => list.iter().any(imprecise),
        Value::Object(map) => map.values().any(imprecise),
        _ => false,
    }
}

/// Fields and options a condition speaks of must exist.
pub(super) fn judge_statements(when: &AnswerCondition, fields: &BTreeMap<&str, &Field>, place: &str, note: &mut dyn FnMut(String)) {
    for atom in when.atoms() {
        let key = atom.field().unwrap_or_default();
        let Some(field) = fields.get(key) else {
            note(format!("The condition of {place} names the field “{key}”, which does not exist. Choose a field that exists"));
            continue;
        };
        let written = match atom {
            AnswerCondition::Equals { value, .. } | AnswerCondition::Contains { value, .. } => imprecise(value),
            AnswerCondition::In { values, .. } => values.iter().any(imprecise),
            AnswerCondition::Compare { limit, .. } => imprecise(limit),
            _ => false,
        };
        if written {
            note(format!("The condition of {place} has a number with more digits than files keep exactly. Put it in quotes"));
        }
        let Some(widget) = find(&field.kind).map(|known| known.widget) else { continue };
        let values: Vec<&Value> = match atom {
            AnswerCondition::Equals { value: Value::Array(list), .. } => list.iter().collect(),
            AnswerCondition::Equals { value, .. } | AnswerCondition::Contains { value, .. } => vec![value],
            AnswerCondition::In { values, .. } => values.iter().collect(),
            AnswerCondition::Compare { limit, .. } => {
                let right = match widget {
                    Widget::Date | Widget::DateTime => {
                        text(limit).is_some_and(|t| dates::parse_date(&t).is_some() || dates::parse_datetime(&t).is_some())
                    }
                    Widget::Number => text(limit).is_some_and(|t| DecimalNumber::parse(&t).is_some()),
                    _ => {
                        note(format!("The condition of {place} compares “{key}”, which is neither a number nor a date"));
                        true
                    }
                };
                if !right {
                    note(format!("The condition of {place} compares “{key}” with {limit}, which is of another kind"));
                }
                continue;
            }
            _ => continue,
        };
        for value in values {
            let known = match widget {
                Widget::Select | Widget::Radios | Widget::Checkboxes => {
                    text(value).is_some_and(|v| field.options.iter().any(|option| option.value == v))
                }
                Widget::Checkbox => value.is_boolean(),
                _ => true,
            };
            if !known {
                let options: Vec<&str> = field.options.iter().map(|o| o.value.as_str()).collect();
                let right = if widget == Widget::Checkbox { "true or false".to_owned() } else { options.join(", ") };
                note(format!("The condition of {place} asks whether “{key}” is {value}, which it does not offer. Use {right}"));
            }
        }
    }
}
