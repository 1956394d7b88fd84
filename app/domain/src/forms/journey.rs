//! The way through a form: which sections and fields are asked, given the answers so far.
//!
//! Conditions see *effective* answers: defaults count until touched, and what is not asked counts as unanswered. Fields are decided in
//! an order in which every field comes after those its conditions speak of; the order depends on the form alone, so going through it
//! twice gives the same. In a cycle (which `lint` refuses to publish) the first field of it takes the others as unanswered.

use super::answers::says_something;
use super::fields::{Widget, find, read_answer};
use super::{Answers, Field, Form, Section};
use serde_json::Value;
use std::collections::BTreeSet;

/// The sections asked, in order. Takes raw or effective answers. A section all of whose fields are hidden is not asked.
pub fn visible_sections<'a>(form: &'a Form, answers: &Answers) -> Vec<&'a Section> {
    let (asked, effective) = walk(form, answers);
    let shown = |section: &&Section| match section.fields.is_empty() {
        true => section_open(section, &effective),
        false => asked.iter().any(|(at, _)| std::ptr::eq(*at, *section)),
    };
    form.sections.iter().filter(shown).collect()
}

/// The fields asked in a section, in order. `answers` are `effective` ones: a condition may speak of other sections.
pub fn visible_fields<'a>(section: &'a Section, answers: &Answers) -> Vec<&'a Field> {
    if !section_open(section, answers) {
        return Vec::new();
    }
    section.fields.iter().filter(|field| field_open(field, answers)).collect()
}

/// All fields asked, with their sections, in the order of the form. Takes raw or effective answers.
pub fn asked<'a>(form: &'a Form, answers: &Answers) -> Vec<(&'a Section, &'a Field)> {
    walk(form, answers).0
}

/// The answers conditions and rules see: of fields that are asked, as they are read, with the defaults of untouched ones.
pub fn effective(form: &Form, answers: &Answers) -> Answers {
    walk(form, answers).1
}

/// What is asked, in the order of the form, and the effective answers.
pub(super) fn walk<'a>(form: &'a Form, answers: &Answers) -> (Vec<(&'a Section, &'a Field)>, Answers) {
    let mut effective = Answers::default();
    let mut asked = Vec::new();
    // Where two fields share a key (`lint` refuses it), the first one asked settles the answer.
    let mut settled = BTreeSet::new();
    for (place, section, field) in order(form) {
        if !section_open(section, &effective) || !field_open(field, &effective) {
            continue;
        }
        asked.push((place, section, field));
        if settled.insert(&field.key)
            && let Some(value) = answers.get(&field.key).map(|value| read_answer(field, value)).or_else(|| untouched(field))
        {
            effective.set(&field.key, value);
        }
    }
    asked.sort_by_key(|(place, ..)| *place);
    (asked.into_iter().map(|(_, section, field)| (section, field)).collect(), effective)
}

/// What is submitted: the answers of the fields that are asked, as they are read, pickers with id and name only.
/// A default that was emptied stays as an empty answer, so that it does not come back.
pub fn prune(form: &Form, answers: &Answers) -> Answers {
    let (asked, effective) = walk(form, answers);
    let mut pruned = Answers::default();
    for (_, field) in asked {
        match effective.get(&field.key) {
            Some(value) if says_something(value) => pruned.set(&field.key, essence(field, value)),
            Some(_) if untouched(field).is_some() => pruned.set(&field.key, Value::String(String::new())),
            _ => {}
        }
    }
    pruned
}

/// The answer of a field nobody touched, as it is read. A box that nobody ticked is not ticked.
fn untouched(field: &Field) -> Option<Value> {
    let unticked = || find(&field.kind).filter(|known| known.widget == Widget::Checkbox).map(|_| Value::Bool(false));
    field.default.as_ref().map(|value| read_answer(field, value)).or_else(unticked)
}

fn section_open(section: &Section, effective: &Answers) -> bool {
    section.when.as_ref().is_none_or(|when| when.holds(effective))
}

fn field_open(field: &Field, effective: &Answers) -> bool {
    field.when.as_ref().is_none_or(|when| when.holds(effective))
}

fn essence(field: &Field, value: &Value) -> Value {
    match (find(&field.kind).map(|known| known.widget), value) {
        (Some(Widget::PersonPicker | Widget::GroupPicker | Widget::SpacePicker), Value::Object(map)) if map.contains_key("id") => {
            let kept = map.iter().filter(|(key, _)| matches!(key.as_str(), "id" | "name"));
            Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        _ => value.clone(),
    }
}

/// The keys a field's being asked depends on: those in its own and in its section's condition.
pub(super) fn depends_on<'a>(section: &'a Section, field: &'a Field) -> Vec<&'a str> {
    [&section.when, &field.when].into_iter().flatten().flat_map(|when| when.fields()).collect()
}

/// All fields with their place in the form, each after those it depends on; a cycle is broken at its first field.
fn order(form: &Form) -> Vec<(usize, &Section, &Field)> {
    let fields = form.sections.iter().flat_map(|section| section.fields.iter().map(move |field| (section, field)));
    let mut waiting: Vec<(usize, &Section, &Field)> = fields.enumerate().map(|(place, (section, field))| (place, section, field)).collect();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let undecided: BTreeSet<&str> = waiting.iter().map(|(.., field)| field.key.as_str()).collect();
        let (now, later): (Vec<_>, Vec<_>) =
            waiting.iter().copied().partition(|(_, section, field)| depends_on(section, field).iter().all(|key| !undecided.contains(key)));
        if now.is_empty() {
            ordered.push(waiting.remove(0));
        } else {
            ordered.extend(now);
            waiting = later;
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answers, form};
    use super::*;

    fn steps(form: &Form, answers: &Answers) -> Vec<String> {
        visible_sections(form, answers).iter().map(|s| s.key.clone()).collect()
    }

    fn asked(form: &Form, raw: &Answers) -> Vec<String> {
        let effective = effective(form, raw);
        form.sections.iter().flat_map(|s| visible_fields(s, &effective)).map(|f| f.key.clone()).collect()
    }

    const CHAIN: &str = r"
key: f
title: F
sections:
  - key: extra
    title: Extra
    when: {field: kind, equals: contractor}
    fields: [{key: agency, label: Agency, type: text, default: Acme}]
  - key: badge
    title: Badge
    when: {field: agency, equals: Acme}
    fields: [{key: colour, label: Colour, type: text}]
  - key: person
    title: Person
    fields:
      - {key: kind, label: Kind, type: select, default: contractor, options: [{value: contractor, label: C}, {value: staff, label: S}]}
      - {key: laptop, label: Laptop, type: boolean}
      - {key: why_not, label: Why not, type: text, when: {field: laptop, equals: false}}
";

    #[test]
    fn defaults_count_on_the_first_render_even_of_later_sections() {
        assert_eq!(steps(&form(CHAIN), &Answers::default()), ["extra", "badge", "person"]);
    }

    #[test]
    fn what_is_hidden_counts_as_unanswered() {
        let given = answers(r#"{"kind": "staff", "agency": "Acme", "colour": "red"}"#);
        assert_eq!(steps(&form(CHAIN), &given), ["person"]);
        assert_eq!(prune(&form(CHAIN), &given), answers(r#"{"kind": "staff", "laptop": false}"#));
    }

    #[test]
    fn a_box_nobody_ticked_is_not_ticked() {
        assert!(asked(&form(CHAIN), &Answers::default()).contains(&"why_not".to_owned()));
        assert!(!asked(&form(CHAIN), &answers(r#"{"laptop": true}"#)).contains(&"why_not".to_owned()));
    }

    #[test]
    fn an_emptied_default_stays_empty() {
        let given = answers(r#"{"agency": "  "}"#);
        assert_eq!(steps(&form(CHAIN), &given), ["extra", "person"]);
        let pruned = prune(&form(CHAIN), &given);
        assert_eq!(pruned, answers(r#"{"agency": "", "kind": "contractor", "laptop": false}"#));
        assert_eq!(prune(&form(CHAIN), &pruned), pruned);
    }

    #[test]
    fn unknown_answers_are_dropped_and_text_is_tidied() {
        let given = answers(r#"{"kind": "contractor", "agency": " A ", "laptop": true, "secret": 1}"#);
        assert_eq!(prune(&form(CHAIN), &given), answers(r#"{"agency": "A", "kind": "contractor", "laptop": true}"#));
    }

    #[test]
    fn pickers_keep_id_and_name_only() {
        let f = form("{key: f, title: F, sections: [{key: s, title: S, fields: [{key: p, label: P, type: user_picker}]}]}");
        let given = answers(r#"{"p": {"id": "1", "name": "Hana", "title": "Nurse"}}"#);
        assert_eq!(prune(&f, &given), answers(r#"{"p": {"id": "1", "name": "Hana"}}"#));
    }

    #[test]
    fn a_section_without_an_asked_field_is_no_step() {
        let f = form(
            "{key: f, title: F, sections: [{key: s, title: S, fields: [{key: a, label: A, type: text, when: {any: []}}]}, {key: t, title: T, fields: []}]}",
        );
        assert_eq!(steps(&f, &Answers::default()), ["t"]);
    }

    #[test]
    fn a_cycle_ends_and_is_decided_the_same_way_each_time() {
        let f = form(
            r"{key: f, title: F, sections: [{key: s, title: S, fields: [
                {key: a, label: A, type: text, when: {field: b, answered: false}},
                {key: b, label: B, type: text, when: {field: a, answered: false}},
                {key: c, label: C, type: text, when: {field: c, answered: true}}]}]}",
        );
        let given = answers(r#"{"a": "1", "b": "2", "c": "3"}"#);
        assert_eq!(prune(&f, &given), answers(r#"{"a": "1"}"#));
    }
}
