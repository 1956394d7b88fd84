//! Whether answers are valid: the same code in the browser on every change and on the server before filing.
//!
//! Only what is asked is judged. Messages are whole sentences that say what to do; `section` and `field` say where.

use super::answers::says_something;
use super::fields::{FieldType, Widget, find};
use super::words::{ask, ask_for_several, subject};
use super::{Answers, Field, Form, Section, journey};
use crate::Problem;
use chrono::NaiveDate;
use serde_json::Value;

/// Everything that keeps these answers from being submitted, in the order of the form.
pub fn check(form: &Form, answers: &Answers, today: NaiveDate) -> Vec<Problem> {
    problems(form, answers, today, |_| true)
}

/// The same for one step.
pub fn check_section(form: &Form, section_key: &str, answers: &Answers, today: NaiveDate) -> Vec<Problem> {
    problems(form, answers, today, |section| section.key == section_key)
}

/// What is wrong with how a field is answered; nothing while it is not answered. For after leaving a field.
pub fn check_format(field: &Field, answers: &Answers, today: NaiveDate) -> Option<String> {
    let value = answers.get(&field.key).filter(|value| says_something(value))?;
    (find(&field.kind)?.check)(field, value, answers, today).err()
}

fn problems(form: &Form, answers: &Answers, today: NaiveDate, wanted: impl Fn(&Section) -> bool) -> Vec<Problem> {
    let (asked, effective) = journey::walk(form, answers);
    let problem = |(section, field): (&Section, &Field)| {
        let message = field_problem(field, &effective, today)?;
        Some(Problem { section: section.key.clone(), field: field.key.clone(), message })
    };
    asked.into_iter().filter(|(section, _)| wanted(section)).filter_map(problem).collect()
}

fn field_problem(field: &Field, effective: &Answers, today: NaiveDate) -> Option<String> {
    let Some(known) = find(&field.kind) else {
        return Some(format!("{} cannot be answered here. Ask an administrator to correct the form", subject(field)));
    };
    match effective.get(&field.key).filter(|value| says_something(value)) {
        Some(Value::Bool(false)) if known.widget == Widget::Checkbox && field.required => Some(missing(field, known)),
        Some(value) => (known.check)(field, value, effective, today).err(),
        None => field.required.then(|| missing(field, known)),
    }
}

/// What to do about a required answer that is not there.
fn missing(field: &Field, known: &FieldType) -> String {
    match known.widget {
        Widget::Checkbox => format!("Tick “{}”", field.label),
        Widget::Checkboxes => ask_for_several(field.rules.min_length.unwrap_or(1), field),
        widget if widget.is_choice() => ask("Choose", field),
        _ => ask("Enter", field),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answers, form};
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 15).unwrap()
    }

    fn messages(form: &Form, given: &str) -> Vec<String> {
        check(form, &answers(given), today()).into_iter().map(|p| p.message).collect()
    }

    const FORM: &str = r"
key: f
title: F
sections:
  - key: person
    title: Person
    fields:
      - {key: phone, label: Phone number, type: phone, required: true}
      - {key: role, label: Role in Finance ledger, type: radio, required: true, options: [{value: r, label: Reader}]}
      - {key: systems, label: Systems, type: multi_select, required: true, options: [{value: s, label: SAP}]}
      - {key: ok, label: I read the rules, type: boolean, required: true}
      - {key: boss, label: Manager, type: user_picker, required: true}
      - {key: start, label: Start date, type: date, required: true}
      - {key: note, label: Note, type: textarea}
  - key: later
    title: Later
    when: {field: ok, equals: true}
    fields: [{key: end, label: End date, type: date, required: true, rules: {not_before: 'field:start'}}]
";

    #[test]
    fn missing_answers_are_asked_for_in_the_words_of_the_label() {
        assert_eq!(
            messages(&form(FORM), "{}"),
            [
                "Enter a phone number",
                "Choose a role in Finance ledger",
                "Choose at least one of the systems",
                "Tick “I read the rules”",
                "Choose a manager",
                "Enter a start date"
            ]
        );
    }

    #[test]
    fn problems_say_where_and_hidden_sections_have_none() {
        let given = r#"{"phone": "x", "role": "r", "systems": ["s"], "ok": true, "start": "2026-07-01", "end": "2026-06-30",
            "boss": {"id": "0190c1a8-0000-7000-8000-000000000001", "name": "Ruth Abel"}}"#;
        let all = check(&form(FORM), &answers(given), today());
        let places: Vec<_> = all.iter().map(|p| (p.section.as_str(), p.field.as_str())).collect();
        assert_eq!(places, [("person", "phone"), ("later", "end")]);
        assert_eq!(all[1].message, "End date must be on or after 1 July 2026");
        assert_eq!(check_section(&form(FORM), "later", &answers(given), today()), all[1..]);
        assert_eq!(check_section(&form(FORM), "gone", &answers(given), today()), []);
        let hidden = check(&form(FORM), &answers(&given.replace("true", "false")), today());
        assert!(hidden.iter().all(|p| p.section == "person"), "{hidden:?}");
    }

    #[test]
    fn format_alone_asks_for_nothing() {
        let f = form(FORM);
        let phone = &f.sections[0].fields[0];
        assert_eq!(check_format(phone, &Answers::default(), today()), None);
        assert_eq!(check_format(phone, &answers(r#"{"phone": " "}"#), today()), None);
        let said = check_format(phone, &answers(r#"{"phone": "x"}"#), today());
        assert_eq!(said.as_deref(), Some("Phone number must be a phone number, like +41 44 555 01 20"));
        let tick = &f.sections[0].fields[3];
        assert_eq!(check_format(tick, &answers(r#"{"ok": false}"#), today()), None);
    }

    #[test]
    fn a_limit_by_a_hidden_answer_does_not_count() {
        let f = form(
            r"{key: f, title: F, sections: [{key: s, title: S, fields: [
                {key: a, label: A, type: date, when: {any: []}},
                {key: b, label: B, type: date, rules: {not_before: 'field:a'}}]}]}",
        );
        assert_eq!(messages(&f, r#"{"a": "2030-01-01", "b": "2026-01-01"}"#), [""; 0]);
    }

    #[test]
    fn a_type_nobody_knows_is_refused() {
        let f = form("{key: f, title: F, sections: [{key: s, title: S, fields: [{key: a, label: Scan, type: hologram}]}]}");
        assert_eq!(messages(&f, "{}"), ["Scan cannot be answered here. Ask an administrator to correct the form"]);
    }

    #[test]
    fn optional_answers_are_judged_once_given() {
        let f = form("{key: f, title: F, sections: [{key: s, title: S, fields: [{key: a, label: Seats, type: integer, default: 5}]}]}");
        assert_eq!(messages(&f, "{}"), [""; 0]);
        assert_eq!(messages(&f, r#"{"a": ""}"#), [""; 0]);
        assert_eq!(messages(&f, r#"{"a": "x"}"#), ["Seats must be a whole number, like 12"]);
    }
}
