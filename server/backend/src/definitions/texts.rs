//! Where a text is meant and a file says a number: the number as it was written; where a number is meant, the number. What a form keeps of
//! a text is a text, also in what is sent to other systems.

use super::files::DefinitionFolder;
use domain::connectors::Connector;
use domain::forms::{AnswerCondition, Field, Form};
use serde_json::{Number, Value};
use std::collections::BTreeSet;

/// Kinds whose answers are numbers.
const NUMBERS: [&str; 2] = ["integer", "decimal"];

/// Brings the values of a folder into the kinds that its forms say.
pub(super) fn meant(folder: &mut DefinitionFolder) {
    folder.connectors.iter_mut().for_each(settings);
    for form in &mut folder.forms {
        let numbers = numbers(form);
        for section in &mut form.sections {
            section.when.iter_mut().for_each(|when| condition(when, &numbers));
            let variants = section.variants.iter_mut().flat_map(|variant| &mut variant.fields);
            for field in section.fields.iter_mut().chain(variants) {
                field.when.iter_mut().for_each(|when| condition(when, &numbers));
                if is_text(field) {
                    field.default.iter_mut().for_each(as_text);
                }
            }
        }
    }
    for item in &mut folder.items {
        let Some(form) = folder.forms.iter().find(|form| form.key == item.form) else { continue };
        let numbers = numbers(form);
        if let Some(policy) = &mut item.approval {
            policy.when.iter_mut().for_each(|when| condition(when, &numbers));
            for stage in &mut policy.stages {
                stage.when.iter_mut().for_each(|when| condition(when, &numbers));
                stage.rules.iter_mut().flat_map(|rule| &mut rule.when).for_each(|when| condition(when, &numbers));
            }
        }
    }
}

/// The settings of a connector, as its kind asks for them.
fn settings(connector: &mut Connector) {
    let form = crate::connectors::find(&connector.kind).and_then(|kind| crate::connectors::form(kind).ok());
    for field in form.iter().flat_map(|form| &form.sections).flat_map(|section| &section.fields).filter(|field| is_text(field)) {
        connector.settings.get_mut(&field.key).into_iter().for_each(as_text);
    }
}

fn is_text(field: &Field) -> bool {
    field.kind != "boolean" && !NUMBERS.contains(&field.kind.as_str())
}

/// Keys of the fields that are answered with numbers.
fn numbers(form: &Form) -> BTreeSet<String> {
    let variants =
        |section: &domain::forms::Section| section.variants.iter().flat_map(|variant| variant.fields.clone()).collect::<Vec<_>>();
    let fields = form.sections.iter().flat_map(|section| section.fields.iter().cloned().chain(variants(section)));
    fields.filter(|field| NUMBERS.contains(&field.kind.as_str())).map(|field| field.key).collect()
}

/// A number is compared as a number with what is answered by one, however it was written.
fn condition(when: &mut AnswerCondition, numbers: &BTreeSet<String>) {
    match when {
        AnswerCondition::All(parts) | AnswerCondition::Any(parts) => parts.iter_mut().for_each(|part| condition(part, numbers)),
        AnswerCondition::Not(part) => condition(part, numbers),
        AnswerCondition::Equals { field, value } | AnswerCondition::Contains { field, value } if numbers.contains(field) => {
            as_number(value)
        }
        AnswerCondition::In { field, values } if numbers.contains(field) => values.iter_mut().for_each(as_number),
        AnswerCondition::Equals { .. } | AnswerCondition::Contains { .. } | AnswerCondition::In { .. } => {}
        // Limits are numbers or dates in any writing.
        AnswerCondition::Answered { .. } | AnswerCondition::Compare { .. } => {}
    }
}

fn as_text(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Bool(yes) => *value = Value::String(yes.to_string()),
        Value::Array(list) => list.iter_mut().for_each(as_text),
        _ => {}
    }
}

fn as_number(value: &mut Value) {
    let number = value.as_str().and_then(|text| text.parse::<Number>().ok());
    if let Some(number) = number {
        *value = Value::Number(number);
    }
}
