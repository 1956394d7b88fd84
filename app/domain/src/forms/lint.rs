//! What keeps a form from being published: everything that would leave a requester stuck, with the place and what would be right.
//!
//! Takes the form as authored; each variant is judged inside the form it would be part of. Messages speak to the form's author.

use super::answers::{says_something, text};
use super::dates::{From, Limit};
use super::fields::{FieldType, Widget, find, whole_pattern};
use super::number::Decimal;
use super::resolver::resolve;
use super::{Answers, Condition, Field, Form, Rules, Section, journey};
use crate::Problem;
use crate::text::{is_blank_text, tidy_line};
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

mod reach;

/// Everything wrong with a form, each once.
pub fn lint(form: &Form) -> Vec<Problem> {
    let mut found = Vec::new();
    shape(form, &mut found);
    let groups: BTreeSet<&String> = form.sections.iter().flat_map(|s| &s.variants).map(|v| &v.group).collect();
    one_schema(&resolve(form, &[]), &mut found);
    for group in groups {
        one_schema(&resolve(form, std::slice::from_ref(group)), &mut found);
    }
    let mut seen = Vec::new();
    for problem in found {
        if !seen.contains(&problem) {
            seen.push(problem);
        }
    }
    seen
}

/// What is wrong with the last of these conditions on a form's answers, which is kept outside the form and holds together with those
/// before it. It is right when it is in one of the schemas a requester may see: not everybody is asked everything.
pub fn conditions(form: &Form, held: &[&Condition], place: &str) -> Vec<String> {
    let Some(last) = held.last() else { return Vec::new() };
    let all: Vec<&Field> =
        form.sections.iter().flat_map(|section| section.fields.iter().chain(section.variants.iter().flat_map(|v| &v.fields))).collect();
    let mut found: Vec<String> = Vec::new();
    for atom in last.atoms() {
        let judged = |field: Option<&&Field>| {
            let known: BTreeMap<&str, &Field> = field.iter().map(|field| (field.key.as_str(), **field)).collect();
            let mut wrong = Vec::new();
            condition(atom, &known, place, &mut |message| wrong.push(message));
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

fn problem(section: &str, field: &str, message: impl Into<String>) -> Problem {
    Problem { section: section.into(), field: field.into(), message: message.into() }
}

/// What concerns the form as a whole.
fn shape(form: &Form, found: &mut Vec<Problem>) {
    if form.sections.is_empty() {
        found.push(problem("", "", "The form has no sections. Add one with at least one field"));
    }
    let mut keys = BTreeSet::new();
    for section in &form.sections {
        if !is_key(&section.key) {
            found.push(problem(&section.key, "", key_words("section", &section.key)));
        }
        if !keys.insert(&section.key) {
            found.push(problem(&section.key, "", format!("Two sections have the key “{}”. Rename one", section.key)));
        }
        if is_blank_text(&section.title) {
            found.push(problem(&section.key, "", format!("Section “{}” has no title. Give it one", section.key)));
        }
        let mut groups = BTreeSet::new();
        for variant in section.variants.iter().filter(|variant| !groups.insert(&variant.group)) {
            let message = format!("Section “{}” has two variants for the group “{}”. Keep one", section.key, variant.group);
            found.push(problem(&section.key, "", message));
        }
    }
}

/// What concerns one schema a requester may see.
fn one_schema(form: &Form, found: &mut Vec<Problem>) {
    let mut fields: BTreeMap<&str, &Field> = BTreeMap::new();
    for section in &form.sections {
        if section.fields.is_empty() {
            found.push(problem(&section.key, "", format!("Section “{}” has no fields. Add one or remove the section", section.key)));
        }
        for field in &section.fields {
            if fields.insert(&field.key, field).is_some() {
                let message = format!("Two fields have the key “{}”. Rename one", field.key);
                found.push(problem(&section.key, &field.key, message));
            }
        }
    }
    for section in &form.sections {
        let mut note = |message: String| found.push(problem(&section.key, "", message));
        if let Some(when) = &section.when {
            condition(when, &fields, &format!("section “{}”", section.key), &mut note);
            if !reach::can_hold(&[when], &fields) {
                note(format!("Section “{}” can never show: its condition never holds. Change the condition", section.key));
            }
        }
        for field in &section.fields {
            let mut note = |message: String| found.push(problem(&section.key, &field.key, message));
            one_field(section, field, &fields, &mut note);
        }
    }
    cycles(form, found);
}

fn one_field(section: &Section, field: &Field, fields: &BTreeMap<&str, &Field>, note: &mut dyn FnMut(String)) {
    let name = format!("“{}”", field.key);
    if !is_key(&field.key) {
        note(key_words("field", &field.key));
    }
    if is_blank_text(&field.label) {
        note(format!("Field {name} has no label. Give it one"));
    }
    if let Some(when) = &field.when {
        condition(when, fields, &format!("field {name}"), note);
        let both: Vec<&Condition> = section.when.iter().chain([when]).collect();
        let section_can = section.when.as_ref().is_none_or(|w| reach::can_hold(&[w], fields));
        if section_can && !reach::can_hold(&both, fields) {
            note(format!("Field {name} can never show: its condition never holds together with the section's. Change the condition"));
        }
    }
    let Some(known) = find(&field.kind) else {
        let kinds: Vec<&str> = super::fields::FIELD_TYPES.iter().map(|t| t.kind).collect();
        return note(format!("Field {name} has the unknown type “{}”. Use one of {}", field.kind, kinds.join(", ")));
    };
    options(field, known, &name, note);
    rules(field, known, fields, &name, note);
    if field.default.as_ref().is_some_and(imprecise) {
        note(format!("The default of field {name} has more digits than files keep exactly. Put it in quotes"));
    }
    if let Some(default) = field.default.as_ref().filter(|value| says_something(value)) {
        let timeless = Field { rules: Rules { not_before: None, not_after: None, ..field.rules.clone() }, ..field.clone() };
        if let Err(message) = (known.check)(&timeless, default, &Answers::default(), NaiveDate::default()) {
            note(format!("The default of field {name} would be refused: {message}"));
        }
    }
}

fn options(field: &Field, known: &FieldType, name: &str, note: &mut dyn FnMut(String)) {
    if !known.widget.has_options() {
        if !field.options.is_empty() {
            note(format!("Field {name} has options, which the type “{}” does not use. Remove them or use select", field.kind));
        }
        return;
    }
    if field.options.is_empty() {
        let stuck = if field.required { " and can never be answered" } else { "" };
        note(format!("Field {name} has no options{stuck}. Add at least one"));
    }
    let mut values = BTreeSet::new();
    for option in &field.options {
        if option.value.is_empty() || tidy_line(&option.value) != option.value {
            note(format!("An option of field {name} has a value that is empty or has blanks around it: “{}”", option.value));
        }
        if !values.insert(&option.value) {
            note(format!("Two options of field {name} have the value “{}”. Rename one", option.value));
        }
    }
}

fn rules(field: &Field, known: &FieldType, fields: &BTreeMap<&str, &Field>, name: &str, note: &mut dyn FnMut(String)) {
    let r = &field.rules;
    let set = [
        ("min_length", r.min_length.is_some()),
        ("max_length", r.max_length.is_some()),
        ("min", r.min.is_some()),
        ("max", r.max.is_some()),
        ("short_numbers", r.short_numbers.is_some()),
        ("places", r.places.is_some()),
        ("pattern", r.pattern.is_some()),
        ("pattern_words", r.pattern_words.is_some()),
        ("not_before", r.not_before.is_some()),
        ("not_after", r.not_after.is_some()),
    ];
    for (rule, _) in set.into_iter().filter(|(rule, is_set)| *is_set && !known.rules.contains(rule)) {
        note(format!("The rule {rule} of field {name} means nothing for the type “{}”. Remove it", field.kind));
    }
    if let (Some(least), Some(most)) = (r.min_length, r.max_length)
        && least > most
    {
        note(format!("Field {name} can never be answered: min_length {least} is more than max_length {most}"));
    }
    let ceiling = if known.widget == Widget::Checkboxes { u32::try_from(field.options.len()).unwrap_or(u32::MAX) } else { 10_000 };
    if let Some(least) = r.min_length.filter(|least| *least > ceiling) {
        note(format!("Field {name} can never be answered: min_length {least} is more than the {ceiling} possible"));
    }
    if field.required && r.max_length == Some(0) {
        note(format!("Field {name} is required but max_length is 0. Raise max_length"));
    }
    let mut number = |rule: &str, written: &Option<String>| {
        let read = written.as_deref().map(Decimal::parse);
        if read == Some(None) {
            note(format!("The rule {rule} of field {name} must be a number, like 12.50"));
        }
        read.flatten()
    };
    if let (Some(min), Some(max)) = (number("min", &r.min), number("max", &r.max))
        && min > max
    {
        note(format!("Field {name} can never be answered: min is more than max"));
    }
    if let Some(pattern) = &r.pattern {
        if whole_pattern(pattern).is_none() {
            note(format!("The pattern of field {name} cannot be read as a regular expression: {pattern}"));
        }
        if r.pattern_words.as_deref().is_none_or(is_blank_text) {
            note(format!("The pattern of field {name} has no pattern_words. Say what the answer must do, like “be 4 digits, like 4410”"));
        }
    }
    date_rules(field, fields, name, note);
}

fn date_rules(field: &Field, fields: &BTreeMap<&str, &Field>, name: &str, note: &mut dyn FnMut(String)) {
    let mut limit = |rule: &str, written: &Option<String>| {
        let read = written.as_deref().map(Limit::parse);
        match &read {
            Some(None) => note(format!("The rule {rule} of field {name} must be a date, today, today+14d or field:<key>")),
            Some(Some(Limit { from: From::Field(key), .. })) => match fields.get(key.as_str()) {
                None => note(format!("The rule {rule} of field {name} names “{key}”. Choose a field that exists, or a fixed date")),
                Some(other) if !matches!(other.kind.as_str(), "date" | "datetime") => {
                    note(format!("The rule {rule} of field {name} names “{key}”, which is not a date. Choose a date field"));
                }
                Some(_) => {}
            },
            _ => {}
        }
        read.flatten()
    };
    if let (Some(from), Some(to)) = (limit("not_before", &field.rules.not_before), limit("not_after", &field.rules.not_after))
        && std::mem::discriminant(&from.from) == std::mem::discriminant(&to.from)
    {
        // With a common base any base will do; two different fields do not contradict by themselves.
        let comparable = !matches!((&from.from, &to.from), (From::Field(a), From::Field(b)) if a != b);
        let mut base = Answers::default();
        if let From::Field(key) = &from.from {
            base.set(key, Value::from("2026-03-15"));
        }
        let day = NaiveDate::from_ymd_opt(2026, 3, 15).unwrap_or_default();
        if comparable && from.date(&base, day) > to.date(&base, day) {
            note(format!("Field {name} can never be answered: not_before is later than not_after"));
        }
    }
}

/// Numbers of more than 15 digits may come back from a file changed in the last place, and with them a version's hash. Text does not.
fn imprecise(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64() && number.to_string().bytes().filter(|b| b.is_ascii_alphanumeric()).count() > 15,
        Value::Array(list) => list.iter().any(imprecise),
        Value::Object(map) => map.values().any(imprecise),
        _ => false,
    }
}

/// Fields and options a condition speaks of must exist.
fn condition(when: &Condition, fields: &BTreeMap<&str, &Field>, place: &str, note: &mut dyn FnMut(String)) {
    for atom in when.atoms() {
        let key = atom.field().unwrap_or_default();
        let Some(field) = fields.get(key) else {
            note(format!("The condition of {place} names the field “{key}”, which does not exist. Choose a field that exists"));
            continue;
        };
        let written = match atom {
            Condition::Equals { value, .. } | Condition::Contains { value, .. } => imprecise(value),
            Condition::In { values, .. } => values.iter().any(imprecise),
            Condition::Compare { limit, .. } => imprecise(limit),
            _ => false,
        };
        if written {
            note(format!("The condition of {place} has a number with more digits than files keep exactly. Put it in quotes"));
        }
        let Some(widget) = find(&field.kind).map(|known| known.widget) else { continue };
        let values: Vec<&Value> = match atom {
            Condition::Equals { value: Value::Array(list), .. } => list.iter().collect(),
            Condition::Equals { value, .. } | Condition::Contains { value, .. } => vec![value],
            Condition::In { values, .. } => values.iter().collect(),
            Condition::Compare { limit, .. } => {
                let right = match widget {
                    Widget::Date | Widget::DateTime => {
                        text(limit).is_some_and(|t| super::dates::parse_date(&t).is_some() || super::dates::parse_datetime(&t).is_some())
                    }
                    Widget::Number => text(limit).is_some_and(|t| Decimal::parse(&t).is_some()),
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

/// Fields whose being asked depends, over any number of steps, on themselves.
fn cycles(form: &Form, found: &mut Vec<Problem>) {
    let all: Vec<(&Section, &Field)> = form.sections.iter().flat_map(|s| s.fields.iter().map(move |f| (s, f))).collect();
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (section, field) in &all {
        needs.entry(&field.key).or_default().extend(journey::depends_on(section, field));
    }
    for (section, field) in &all {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = needs.get(field.key.as_str()).into_iter().flatten().copied().collect();
        while let Some(key) = next.pop() {
            if reached.insert(key) {
                next.extend(needs.get(key).into_iter().flatten().copied());
            }
        }
        if reached.contains(field.key.as_str()) {
            let mut ring: Vec<&str> = reached
                .iter()
                .copied()
                .filter(|key| *key != field.key && needs.get(key).is_some_and(|n| n.contains(field.key.as_str())))
                .collect();
            ring.truncate(3);
            let through = if ring.is_empty() { String::new() } else { format!(" through {}", ring.join(", ")) };
            let message = format!("Whether “{}” is asked depends on its own answer{through}. Change one of the conditions", field.key);
            found.push(problem(&section.key, &field.key, message));
        }
    }
}

/// Keys are addresses and file entries: lower-case letters, digits, `_` and `-`.
fn is_key(key: &str) -> bool {
    (1..=60).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

fn key_words(what: &str, key: &str) -> String {
    format!("The {what} key “{key}” must be 1 to 60 lower-case letters, digits, _ or -")
}

#[cfg(test)]
mod tests;
