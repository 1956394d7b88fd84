//! From the form as authored to the schema one requester sees, and from one schema to the next.

use super::answers::says_something;
use super::fields::{Widget, find};
use super::{AnswerCondition, Answers, Field, Form, SchemaChange, Section, dates, number};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The schema for a member of these groups: each section as made for the first of its variants whose group is among them, in the
/// author's order, otherwise as made for everybody.
pub fn resolve(form: &Form, group_keys: &[String]) -> Form {
    let section = |section: &Section| {
        let mut resolved = Section { variants: Vec::new(), ..section.clone() };
        if let Some(variant) = section.variants.iter().find(|variant| group_keys.contains(&variant.group)) {
            resolved.fields.clone_from(&variant.fields);
            if !variant.title.is_empty() {
                resolved.title.clone_from(&variant.title);
            }
            if !variant.description.is_empty() {
                resolved.description.clone_from(&variant.description);
            }
        }
        resolved
    };
    Form { sections: form.sections.iter().map(section).collect(), ..form.clone() }
}

/// A schema and its address, which belong together: made of the schema alone.
#[derive(Clone, Debug, PartialEq)]
pub struct FormVersion {
    form: Form,
    hash: String,
}

impl FormVersion {
    /// The version that a schema is.
    pub fn of(form: Form) -> Self {
        let hash = version_hash(&form);
        Self { form, hash }
    }

    /// The schema.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// Its address, see `version_hash`.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// Address of a form version by its content: SHA-256 of its JSON with sorted keys. Equal schemas share one.
pub fn version_hash(form: &Form) -> String {
    let mut text = String::new();
    canonical(&serde_json::to_value(form).unwrap_or_default(), &mut text);
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// JSON with sorted keys and no blanks, whatever order the map type keeps.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (at, key) in keys.into_iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                let _ = write!(out, "{comma}{}:", Value::from(key.as_str()));
                canonical(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(list) => {
            out.push('[');
            for (at, one) in list.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                canonical(one, out);
            }
            out.push(']');
        }
        single => {
            let _ = write!(out, "{single}");
        }
    }
}

/// What a person who filled `old` should know about `new`. Wording alone (hints, descriptions) is not mentioned.
pub fn changes(old: &Form, new: &Form) -> Vec<SchemaChange> {
    let mut found = Vec::new();
    for section in &new.sections {
        let mut note = |message: String| found.push(SchemaChange { section: Some(section.key.clone()), message });
        let was_section = old.sections.iter().find(|s| s.key == section.key);
        match was_section {
            None => note(format!("The step “{}” is new", section.title)),
            Some(was) if was.title != section.title => note(format!("The step “{}” is now called “{}”", was.title, section.title)),
            Some(was) if was.when != section.when => note(asked_when(&section.title, section.when.as_ref(), new)),
            Some(_) => {}
        }
        for field in &section.fields {
            match find_field(old, &field.key) {
                None if was_section.is_some() => note(format!("“{}” is new", field.label)),
                None => {}
                Some((was_in, was)) => {
                    if was_in.key != section.key {
                        note(format!("“{}” moved to the step “{}”", field.label, section.title));
                    }
                    field_changes(was, field, new, &mut note);
                }
            }
        }
    }
    for section in &old.sections {
        let still = new.sections.iter().find(|s| s.key == section.key);
        if still.is_none() {
            found.push(SchemaChange { section: None, message: format!("The step “{}” is gone", section.title) });
        }
        for field in section.fields.iter().filter(|field| find_field(new, &field.key).is_none()) {
            let message = format!("“{}” is no longer asked", field.label);
            found.push(SchemaChange { section: still.map(|s| s.key.clone()), message });
        }
    }
    found
}

fn field_changes(was: &Field, now: &Field, form: &Form, note: &mut dyn FnMut(String)) {
    if was.label != now.label {
        note(format!("“{}” is now called “{}”", was.label, now.label));
    }
    if was.kind != now.kind {
        note(format!("“{}” is answered in another way", now.label));
    } else if was.options != now.options {
        note(format!("The options of “{}” changed", now.label));
    }
    match (was.required, now.required) {
        (false, true) => note(format!("“{}” has to be answered now", now.label)),
        (true, false) => note(format!("“{}” is optional now", now.label)),
        _ => {}
    }
    if was.rules != now.rules {
        note(format!("What “{}” accepts changed", now.label));
    }
    if was.default != now.default {
        note(format!("What “{}” starts with changed", now.label));
    }
    if was.when != now.when {
        note(asked_when(&now.label, now.when.as_ref(), form));
    }
}

fn asked_when(label: &str, when: Option<&AnswerCondition>, form: &Form) -> String {
    match when {
        Some(when) => format!("“{label}” is asked when {}", when.words(form)),
        None => format!("“{label}” is always asked"),
    }
}

fn find_field<'a>(form: &'a Form, key: &str) -> Option<(&'a Section, &'a Field)> {
    form.sections.iter().find_map(|section| section.fields.iter().find(|field| field.key == key).map(|field| (section, field)))
}

/// The answers that can still be shown in this form. Half-typed text stays, to be completed; of several choices those that still exist.
pub fn fitting(form: &Form, answers: &Answers) -> Answers {
    let mut kept = Answers::default();
    for field in form.sections.iter().flat_map(|section| &section.fields) {
        if let Some(value) = answers.get(&field.key).and_then(|value| fit(field, value)) {
            kept.set(&field.key, value);
        }
    }
    kept
}

fn fit(field: &Field, value: &Value) -> Option<Value> {
    let widget = find(&field.kind)?.widget;
    let text = super::answers::text(value);
    if !says_something(value) {
        return Some(value.clone());
    }
    let is_option = |one: &Value| super::answers::text(one).is_some_and(|v| field.options.iter().any(|o| o.value == v));
    let fits = match widget {
        Widget::Text | Widget::TextArea | Widget::Email | Widget::Tel => text.is_some(),
        Widget::Number => text.is_some_and(|t| number::DecimalNumber::parse(&t).is_some()),
        Widget::Date => text.is_some_and(|t| dates::parse_date(&t).is_some()),
        Widget::DateTime => text.is_some_and(|t| dates::parse_datetime(&t).is_some()),
        Widget::Checkbox => value.is_boolean(),
        Widget::Select | Widget::Radios => is_option(value),
        Widget::PersonPicker | Widget::GroupPicker | Widget::SpacePicker => value.get("id").is_some_and(Value::is_string),
        Widget::Checkboxes => {
            let chosen: Vec<Value> = value.as_array()?.iter().filter(|one| is_option(one)).cloned().collect();
            return (!chosen.is_empty()).then_some(Value::Array(chosen));
        }
    };
    fits.then(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answers, form};
    use super::*;

    const FORM: &str = r"
key: f
title: F
sections:
  - key: place
    title: Place
    fields:
      - {key: room, label: Room, type: text}
      - {key: site, label: Site, type: select, options: [{value: a, label: Aarau}, {value: b, label: Bern}]}
    variants:
      - {group: finance, title: Your office, fields: [{key: desk, label: Desk, type: integer}]}
      - {group: it, fields: [{key: rack, label: Rack, type: text}]}
";

    fn groups(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|k| (*k).to_owned()).collect()
    }

    #[test]
    fn members_see_their_variant_and_others_the_universal_section() {
        let authored = form(FORM);
        let everybody = resolve(&authored, &groups(&["sales"]));
        assert_eq!(everybody.sections[0].fields, authored.sections[0].fields);
        assert!(everybody.sections[0].variants.is_empty());
        let finance = resolve(&authored, &groups(&["it", "finance"]));
        assert_eq!((finance.sections[0].title.as_str(), finance.sections[0].fields[0].key.as_str()), ("Your office", "desk"));
        let it = resolve(&authored, &groups(&["it"]));
        assert_eq!((it.sections[0].title.as_str(), it.sections[0].fields[0].key.as_str()), ("Place", "rack"));
    }

    #[test]
    fn the_hash_is_of_the_content() {
        let hash = version_hash(&resolve(&form(FORM), &[]));
        assert_eq!(hash.len(), 64);
        assert_eq!(hash, version_hash(&resolve(&form(FORM), &groups(&["sales"]))));
        assert_ne!(hash, version_hash(&resolve(&form(FORM), &groups(&["it"]))));
        let mut text = String::new();
        canonical(&serde_json::json!({"b": [1, {"d": "ü\n", "c": null}], "a": true}), &mut text);
        assert_eq!(text, r#"{"a":true,"b":[1,{"c":null,"d":"ü\n"}]}"#);
    }

    #[test]
    fn changes_are_told_in_words() {
        let old = resolve(&form(FORM), &[]);
        assert_eq!(changes(&old, &old), []);
        let mut new = old.clone();
        new.sections[0].fields[0].key = "building".into();
        new.sections[0].fields[0].label = "Building".into();
        new.sections[0].fields[1].required = true;
        new.sections[0].fields[1].options.pop();
        new.sections[0].fields[1].when = Some(AnswerCondition::Answered { field: "building".into(), answered: true });
        let told: Vec<_> = changes(&old, &new).into_iter().map(|c| c.message).collect();
        let expected = [
            "“Building” is new",
            "The options of “Site” changed",
            "“Site” has to be answered now",
            "“Site” is asked when building is answered",
            "“Room” is no longer asked",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn whole_steps_come_and_go() {
        let old = resolve(&form(FORM), &[]);
        let mut new = old.clone();
        new.sections[0].key = "location".into();
        new.sections[0].title = "Location".into();
        let told = changes(&old, &new);
        assert_eq!(told[0], SchemaChange { section: Some("location".into()), message: "The step “Location” is new".into() });
        assert_eq!(told.last().unwrap(), &SchemaChange { section: None, message: "The step “Place” is gone".into() });
    }

    #[test]
    fn answers_that_fit_are_kept() {
        let f = form(
            r"{key: f, title: F, sections: [{key: s, title: S, fields: [
                {key: text, label: T, type: email}, {key: number, label: N, type: integer}, {key: day, label: D, type: date},
                {key: one, label: O, type: radio, options: [{value: a, label: A}]},
                {key: many, label: M, type: multi_select, options: [{value: a, label: A}]},
                {key: who, label: W, type: user_picker}, {key: ok, label: K, type: boolean}]}]}",
        );
        let given = r#"{"text": "half@", "number": "x", "day": "2026-01-01", "one": "b", "many": ["b", "a"], "who": {"id": "1"}, "ok": "yes", "gone": 1}"#;
        let kept = r#"{"text": "half@", "day": "2026-01-01", "many": ["a"], "who": {"id": "1"}}"#;
        assert_eq!(fitting(&f, &answers(given)), answers(kept));
    }
}
