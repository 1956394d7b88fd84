//! What a form may say: everything that would leave a requester stuck is refused.
//!
//! Takes the form as authored; each variant is judged inside the form it would be part of, and told where it was written. Messages speak
//! to the form's author.

use super::answers::says_something;
use super::dates::{DateLimit, LimitOrigin};
use super::fields::{FieldType, Widget, find, whole_pattern};
use super::number::DecimalNumber;
use super::resolver::resolve;
use super::{AnswerCondition, Answers, Field, FieldRules, Form, Section, journey};
use crate::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath};
use crate::text::{is_blank_text, tidy_line};
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

mod conditions;
mod reach;

pub use conditions::judge_condition;

use conditions::{imprecise, judge_statements};

/// Sections of the longest form, and its fields.
const MOST_SECTIONS: usize = 50;
const MOST_FIELDS: usize = 500;

/// Everything wrong with a form, each once.
pub fn lint_form(form: &Form, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let mut found = ProblemList::default();
    judge_whole(form, known, &mut found);
    let groups: BTreeSet<&String> = form.sections.iter().flat_map(|s| &s.variants).map(|v| &v.group).collect();
    judge_schema(&resolve(form, &[]), &places_of_fields(form, None), &mut found);
    for group in groups {
        judge_schema(&resolve(form, std::slice::from_ref(group)), &places_of_fields(form, Some(group)), &mut found);
    }
    found.finish()
}

fn section_path(at: usize) -> ValuePath {
    ValuePath::root().entry("sections").place(at)
}

/// Where the author wrote the fields of each section that a member of this group is asked.
fn places_of_fields(form: &Form, group: Option<&str>) -> Vec<ValuePath> {
    let sections = form.sections.iter().enumerate().map(|(at, section)| {
        let variant = section.variants.iter().position(|variant| Some(variant.group.as_str()) == group);
        variant.map_or_else(|| section_path(at), |variant| section_path(at).entry("variants").place(variant)).entry("fields")
    });
    sections.collect()
}

/// What concerns the form as a whole.
fn judge_whole(form: &Form, known: &DefinedKeys<'_>, found: &mut ProblemList) {
    let root = ValuePath::root();
    found.check_key(root.entry("key"), "form", &form.key);
    found.check_text(root.entry("title"), "The title", &form.title, 1..=200);
    found.check_text(root.entry("description"), "The description", &form.description, 0..=2000);
    let fields: usize = form.sections.iter().map(|s| s.fields.len() + s.variants.iter().map(|v| v.fields.len()).sum::<usize>()).sum();
    if form.sections.len() > MOST_SECTIONS || fields > MOST_FIELDS {
        let message = format!("A form may have {MOST_SECTIONS} sections and {MOST_FIELDS} fields. Split it into several items");
        found.note(root.entry("sections"), message);
    }
    if form.sections.is_empty() {
        found.note(root.entry("sections"), "The form has no sections. Add one with at least one field");
    }
    let mut keys = BTreeSet::new();
    for (at, section) in form.sections.iter().enumerate() {
        let at = section_path(at);
        if !is_field_key(&section.key) {
            found.note(at.entry("key"), key_words("section", &section.key));
        }
        if !keys.insert(&section.key) {
            found.note(at.entry("key"), format!("Two sections have the key “{}”. Rename one", section.key));
        }
        if is_blank_text(&section.title) {
            found.note(at.entry("title"), format!("Section “{}” has no title. Give it one", section.key));
        }
        let mut groups = BTreeSet::new();
        for (place, variant) in section.variants.iter().enumerate() {
            let at = at.entry("variants").place(place).entry("group");
            found.check_defined(at.clone(), "group", &variant.group, known.groups.contains(variant.group.as_str()));
            if !groups.insert(&variant.group) {
                found.note(at, format!("Section “{}” has two variants for the group “{}”. Keep one", section.key, variant.group));
            }
        }
    }
}

/// What concerns one schema a requester may see. `places` are those of each section's fields.
fn judge_schema(form: &Form, places: &[ValuePath], found: &mut ProblemList) {
    let mut fields: BTreeMap<&str, &Field> = BTreeMap::new();
    for (section, fields_at) in form.sections.iter().zip(places) {
        if section.fields.is_empty() {
            found.note(fields_at.clone(), format!("Section “{}” has no fields. Add one or remove the section", section.key));
        }
        for (at, field) in section.fields.iter().enumerate() {
            if fields.insert(&field.key, field).is_some() {
                found.note(fields_at.place(at).entry("key"), format!("Two fields have the key “{}”. Rename one", field.key));
            }
        }
    }
    for (nth, (section, fields_at)) in form.sections.iter().zip(places).enumerate() {
        if let Some(when) = &section.when {
            let at = section_path(nth).entry("when");
            judge_statements(when, &fields, &format!("section “{}”", section.key), &mut |message| found.note(at.clone(), message));
            if !reach::can_hold(&[when], &fields) {
                let message = format!("Section “{}” can never show: its condition never holds. Change the condition", section.key);
                found.note(at, message);
            }
        }
        for (at, field) in section.fields.iter().enumerate() {
            judge_field(section, field, &fields, &mut FieldProblems { at: fields_at.place(at), found });
        }
    }
    judge_cycles(form, places, found);
}

/// The problems of one field.
struct FieldProblems<'f> {
    at: ValuePath,
    found: &'f mut ProblemList,
}

impl FieldProblems<'_> {
    fn note(&mut self, entry: &str, message: String) {
        self.found.note(self.at.entry(entry), message);
    }

    fn note_option(&mut self, place: usize, message: String) {
        self.found.note(self.at.entry("options").place(place).entry("value"), message);
    }

    fn note_rule(&mut self, rule: &str, message: String) {
        self.found.note(self.at.entry("rules").entry(rule), message);
    }
}

fn judge_field(section: &Section, field: &Field, fields: &BTreeMap<&str, &Field>, found: &mut FieldProblems<'_>) {
    let name = format!("“{}”", field.key);
    if !is_field_key(&field.key) {
        found.note("key", key_words("field", &field.key));
    }
    if is_blank_text(&field.label) {
        found.note("label", format!("Field {name} has no label. Give it one"));
    }
    if let Some(when) = &field.when {
        judge_statements(when, fields, &format!("field {name}"), &mut |message| found.note("when", message));
        let both: Vec<&AnswerCondition> = section.when.iter().chain([when]).collect();
        let section_can = section.when.as_ref().is_none_or(|w| reach::can_hold(&[w], fields));
        if section_can && !reach::can_hold(&both, fields) {
            found.note(
                "when",
                format!("Field {name} can never show: its condition never holds together with the section's. Change the condition"),
            );
        }
    }
    let Some(known) = find(&field.kind) else {
        let kinds: Vec<&str> = super::fields::FIELD_TYPES.iter().map(|t| t.kind).collect();
        return found.note("type", format!("Field {name} has the unknown type “{}”. Use one of {}", field.kind, kinds.join(", ")));
    };
    judge_options(field, known, &name, found);
    judge_rules(field, known, fields, &name, found);
    if field.default.as_ref().is_some_and(imprecise) {
        found.note("default", format!("The default of field {name} has more digits than files keep exactly. Put it in quotes"));
    }
    if let Some(default) = field.default.as_ref().filter(|value| says_something(value)) {
        let timeless = Field { rules: FieldRules { not_before: None, not_after: None, ..field.rules.clone() }, ..field.clone() };
        if let Err(message) = (known.check)(&timeless, default, &Answers::default(), NaiveDate::default()) {
            found.note("default", format!("The default of field {name} would be refused: {message}"));
        }
    }
}

fn judge_options(field: &Field, known: &FieldType, name: &str, found: &mut FieldProblems<'_>) {
    if !known.widget.has_options() {
        if !field.options.is_empty() {
            found.note(
                "options",
                format!("Field {name} has options, which the type “{}” does not use. Remove them or use select", field.kind),
            );
        }
        return;
    }
    if field.options.is_empty() {
        let stuck = if field.required { " and can never be answered" } else { "" };
        found.note("options", format!("Field {name} has no options{stuck}. Add at least one"));
    }
    let mut values = BTreeSet::new();
    for (place, option) in field.options.iter().enumerate() {
        if option.value.is_empty() || tidy_line(&option.value) != option.value {
            found.note_option(
                place,
                format!("An option of field {name} has a value that is empty or has blanks around it: “{}”", option.value),
            );
        }
        if !values.insert(&option.value) {
            found.note_option(place, format!("Two options of field {name} have the value “{}”. Rename one", option.value));
        }
    }
}

fn judge_rules(field: &Field, known: &FieldType, fields: &BTreeMap<&str, &Field>, name: &str, found: &mut FieldProblems<'_>) {
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
        found.note_rule(rule, format!("The rule {rule} of field {name} means nothing for the type “{}”. Remove it", field.kind));
    }
    if let (Some(least), Some(most)) = (r.min_length, r.max_length)
        && least > most
    {
        found.note_rule("min_length", format!("Field {name} can never be answered: min_length {least} is more than max_length {most}"));
    }
    let ceiling = if known.widget == Widget::Checkboxes { u32::try_from(field.options.len()).unwrap_or(u32::MAX) } else { 10_000 };
    if let Some(least) = r.min_length.filter(|least| *least > ceiling) {
        found
            .note_rule("min_length", format!("Field {name} can never be answered: min_length {least} is more than the {ceiling} possible"));
    }
    if field.required && r.max_length == Some(0) {
        found.note_rule("max_length", format!("Field {name} is required but max_length is 0. Raise max_length"));
    }
    let mut number = |rule: &str, written: &Option<String>| {
        let read = written.as_deref().map(DecimalNumber::parse);
        if read == Some(None) {
            found.note_rule(rule, format!("The rule {rule} of field {name} must be a number, like 12.50"));
        }
        read.flatten()
    };
    if let (Some(min), Some(max)) = (number("min", &r.min), number("max", &r.max))
        && min > max
    {
        found.note_rule("min", format!("Field {name} can never be answered: min is more than max"));
    }
    if let Some(pattern) = &r.pattern {
        if whole_pattern(pattern).is_none() {
            found.note_rule("pattern", format!("The pattern of field {name} cannot be read as a regular expression: {pattern}"));
        }
        if r.pattern_words.as_deref().is_none_or(is_blank_text) {
            found.note_rule(
                "pattern",
                format!("The pattern of field {name} has no pattern_words. Say what the answer must do, like “be 4 digits, like 4410”"),
            );
        }
    }
    judge_dates(field, fields, name, found);
}

fn judge_dates(field: &Field, fields: &BTreeMap<&str, &Field>, name: &str, found: &mut FieldProblems<'_>) {
    let mut limit = |rule: &str, written: &Option<String>| {
        let read = written.as_deref().map(DateLimit::parse);
        match &read {
            Some(None) => found.note_rule(rule, format!("The rule {rule} of field {name} must be a date, today, today+14d or field:<key>")),
            Some(Some(DateLimit { from: LimitOrigin::Field(key), .. })) => match fields.get(key.as_str()) {
                None => found.note_rule(
                    rule,
                    format!(
                        "The rule {rule} of field {name} names “{key}”, which does not exist. Choose a field that exists, or a fixed date"
                    ),
                ),
                Some(other) if !matches!(other.kind.as_str(), "date" | "datetime") => {
                    found.note_rule(
                        rule,
                        format!("The rule {rule} of field {name} names “{key}”, which is not a date. Choose a date field"),
                    );
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
        let comparable = !matches!((&from.from, &to.from), (LimitOrigin::Field(a), LimitOrigin::Field(b)) if a != b);
        let mut base = Answers::default();
        if let LimitOrigin::Field(key) = &from.from {
            base.set(key, Value::from("2026-03-15"));
        }
        let day = NaiveDate::from_ymd_opt(2026, 3, 15).unwrap_or_default();
        if comparable && from.date(&base, day) > to.date(&base, day) {
            found.note_rule("not_before", format!("Field {name} can never be answered: not_before is later than not_after"));
        }
    }
}

/// Fields whose being asked depends, over any number of steps, on themselves.
fn judge_cycles(form: &Form, places: &[ValuePath], found: &mut ProblemList) {
    let sections = form.sections.iter().zip(places);
    let all: Vec<(&Section, &Field, ValuePath)> = sections
        .flat_map(|(section, fields_at)| section.fields.iter().enumerate().map(move |(at, field)| (section, field, fields_at.place(at))))
        .collect();
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (section, field, _) in &all {
        needs.entry(&field.key).or_default().extend(journey::depends_on(section, field));
    }
    for (section, field, at) in &all {
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
            let of_section = field.when.is_none() && section.when.is_some();
            found.note(if of_section { at.clone() } else { at.entry("when") }, message);
        }
    }
}

/// Keys of sections and fields are names in answers and addresses: lower-case letters, digits, `_` and `-`, in any order.
fn is_field_key(key: &str) -> bool {
    (1..=60).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

fn key_words(what: &str, key: &str) -> String {
    format!("The {what} key “{key}” must be 1 to 60 lower-case letters, digits, _ or -")
}

#[cfg(test)]
mod tests;
