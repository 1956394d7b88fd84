//! Whether answers are valid: the same code in the browser on every change and on the server before filing.
//!
//! Only what is asked is judged. Messages are whole sentences that say what to do; `section` and `field` say where.

use super::answers::says_something;
use super::fields::{FieldType, Widget, find, read_answer};
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
    let value = read_answer(field, answers.get(&field.key).filter(|value| says_something(value))?);
    (find(&field.kind)?.check)(field, &value, answers, today).err()
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
    fn what_came_with_a_paste_is_gone_before_check_condition_and_storage() {
        let f = form(
            r"{key: f, title: F, sections: [{key: s, title: S, fields: [
                {key: phone, label: Phone, type: phone, required: true},
                {key: email, label: E-mail, type: email, required: true},
                {key: code, label: Code, type: text, required: true, rules: {pattern: '[0-9]{4}', pattern_words: be 4 digits}},
                {key: seats, label: Seats, type: integer, rules: {min: '-40'}},
                {key: sum, label: Sum, type: decimal},
                {key: day, label: Day, type: date},
                {key: site, label: Site, type: select, options: [{value: a, label: A}]},
                {key: note, label: Note, type: textarea},
                {key: more, label: More, type: text, when: {all: [{field: code, equals: '4410'}, {field: sum, more_than: 12}, {field: day, at_least: '2026-01-01'}]}}]}]}",
        );
        let typed = answers(
            r#"{"phone": "\u202d+44 20 7946 0101\u202c", "email": "\u200bhana@example.com", "code": "4410\u200b", "seats": "\u22125", "sum": "12,50",
                "day": "\u200e2026-06-15\u200e", "site": "a\u2060", "note": "\ufeff  one\r\n  two\u200b\n", "more": "m\u0000ore"}"#,
        );
        let stored = answers(
            r#"{"phone": "+442079460101", "email": "hana@example.com", "code": "4410", "seats": "-5", "sum": "12.50", "day": "2026-06-15",
                "site": "a", "note": "  one\n  two", "more": "more"}"#,
        );
        assert_eq!(check(&f, &typed, today()), []);
        assert_eq!(journey::prune(&f, &typed), stored);
        assert_eq!(check(&f, &stored, today()), []);
        assert_eq!(journey::prune(&f, &stored), stored);
    }

    #[test]
    fn invisible_text_is_no_answer() {
        for kind in ["text", "textarea", "email", "phone", "integer", "decimal", "date", "datetime"] {
            let f = form(&format!(
                "{{key: f, title: F, sections: [{{key: s, title: S, fields: [{{key: a, label: Answer, type: {kind}, required: true}}]}}]}}"
            ));
            for blank in
                ["\u{200b}", "\u{2800}", "\u{3164}", "\u{00ad}", "\u{feff}", "\u{2060}\u{00a0}", "\u{202e}\u{202c}", "\u{200d}\u{fe0f}"]
            {
                assert_eq!(messages(&f, &format!(r#"{{"a": "{blank}"}}"#)), ["Enter an answer"], "{kind} {blank}");
                assert_eq!(journey::prune(&f, &answers(&format!(r#"{{"a": "{blank}"}}"#))), Answers::default());
            }
        }
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
