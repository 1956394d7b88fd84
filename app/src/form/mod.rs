//! Filling a form, whatever form it is: the answers so far, what is asked because of them, and which problems are on screen.
//!
//! When problems are judged: on leaving a field its format only; on Continue the whole step; and once a field shows a problem, at each
//! change. All of it with the code of `domain::forms::check`, which the server runs again.

pub mod dialog;
pub mod dom;
pub mod errors;
pub mod section;
pub mod widgets;

use chrono::NaiveDate;
use domain::Problem;
use domain::forms::check::{check, check_format, check_section};
use domain::forms::fields::{Widget, find, read_answer};
use domain::forms::{Answers, Field, Form, journey};
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use widgets::picker::PickerSearch;

/// A form being filled. Copies share the same state.
#[derive(Clone, Copy)]
pub struct FormState {
    /// Resolved for this person.
    pub form: RwSignal<Form>,
    /// As given, hidden ones included: they come back when their question does.
    pub answers: RwSignal<Answers>,
    /// What conditions and rules see.
    pub effective: Memo<Answers>,
    /// The problems on screen, by field.
    problems: RwSignal<BTreeMap<String, String>>,
    today: NaiveDate,
    /// Counts changes made by the person.
    pub edits: RwSignal<u64>,
    /// Counts fields left.
    pub leaves: RwSignal<u64>,
    /// The server's page is on screen and is being made live.
    taking_over: StoredValue<bool>,
    /// Where pickers look for people.
    pub search: PickerSearch,
}

impl FormState {
    /// Starts with these answers; `today` is what relative date rules compare with, `search` is where pickers look for people.
    pub fn new(form: Form, answers: Answers, today: NaiveDate, search: PickerSearch) -> Self {
        let (form, answers) = (RwSignal::new(form), RwSignal::new(answers));
        let effective = Memo::new(move |_| form.with(|form| answers.with(|answers| journey::effective(form, answers))));
        Self {
            form,
            answers,
            effective,
            problems: RwSignal::default(),
            today,
            edits: RwSignal::new(0),
            leaves: RwSignal::new(0),
            taking_over: StoredValue::new(dom::is_on_screen("step")),
            search,
        }
    }

    /// The page is live: what controls hold from now on comes from here.
    pub fn taken_over(self) {
        self.taking_over.set_value(false);
    }

    /// What a text control of the server's page holds before it is live.
    pub fn early_text(self, id: &str) -> Option<String> {
        self.taking_over.get_value().then(|| dom::text_of(id)).flatten()
    }

    /// Whether a box of the server's page is ticked before it is live.
    pub fn early_ticked(self, id: &str) -> Option<bool> {
        self.taking_over.get_value().then(|| dom::ticked(id)).flatten()
    }

    /// Today where the requester is.
    pub fn today(self) -> NaiveDate {
        self.today
    }

    /// The answer on screen: as given, letter by letter, or by default.
    pub fn value(self, key: &str) -> Option<Value> {
        let given = self.answers.with(|answers| answers.get(key).cloned());
        given.or_else(|| self.effective.with(|answers| answers.get(key).cloned()))
    }

    /// The answer as text, for controls that hold text.
    pub fn text(self, key: &str) -> String {
        match self.value(key) {
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// The problem a field shows.
    pub fn problem(self, key: &str) -> Memo<Option<String>> {
        let key = key.to_owned();
        Memo::new(move |_| self.problems.with(|problems| problems.get(&key).cloned()))
    }

    /// The person changed an answer.
    pub fn edit(self, key: &str, value: Value) {
        self.answers.update(|answers| answers.set(key, value));
        self.check_again();
        self.edits.update(|count| *count += 1);
    }

    /// The person left a field: its format is judged, not whether it is answered. What that says waits until a press has ended: it would
    /// move what is being pressed from under the pointer.
    pub fn leave(self, field: &Field) {
        let (field, left) = (field.clone(), field.clone());
        dom::when_released(move || {
            let message = self.effective.try_with_untracked(|answers| check_format(&field, answers, self.today)).flatten();
            if let Some(message) = message {
                self.problems.try_update(|problems| problems.insert(field.key, message));
            }
        });
        self.show_reading(&left);
        self.leaves.update(|count| *count += 1);
    }

    /// Shows a number as it was understood: `12,50` becomes `12.50`.
    fn show_reading(self, field: &Field) {
        let typed = self.answers.with_untracked(|answers| answers.get(&field.key).cloned()).filter(Value::is_string);
        let number = matches!(find(&field.kind).map(|known| known.widget), Some(Widget::Number));
        let Some(typed) = typed.filter(|_| number) else { return };
        let read = read_answer(field, &typed);
        if read != typed {
            self.edit(&field.key, read);
        }
    }

    /// Shows these problems at their fields, and no others.
    pub fn show(self, problems: &[Problem]) {
        self.problems.set(problems.iter().map(|problem| (problem.field.clone(), problem.message.clone())).collect());
    }

    /// What keeps a step from being complete.
    pub fn section_problems(self, key: &str) -> Vec<Problem> {
        self.form.with_untracked(|form| self.answers.with_untracked(|answers| check_section(form, key, answers, self.today)))
    }

    /// What keeps the form from being submitted.
    pub fn all_problems(self) -> Vec<Problem> {
        self.form.with_untracked(|form| self.answers.with_untracked(|answers| check(form, answers, self.today)))
    }

    /// Another form, or answers from elsewhere.
    pub fn replace(self, form: Form, answers: Answers) {
        self.problems.set(BTreeMap::new());
        self.form.set(form);
        self.answers.set(answers);
    }

    fn check_again(self) {
        if self.problems.with_untracked(BTreeMap::is_empty) {
            return;
        }
        let now: BTreeMap<String, String> = self.all_problems().into_iter().map(|problem| (problem.field, problem.message)).collect();
        self.problems.update(|shown| {
            *shown = std::mem::take(shown).into_keys().filter_map(|key| now.get(&key).map(|message| (key, message.clone()))).collect();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::forms::{ChoiceOption, FieldRules, Section};
    use serde_json::json;

    fn field(key: &str, kind: &str, required: bool) -> Field {
        let options = vec![ChoiceOption { value: "a".into(), label: "Alpha".into(), hint: String::new() }];
        Field {
            key: key.into(),
            label: "Phone number".into(),
            kind: kind.into(),
            hint: String::new(),
            required,
            default: None,
            options: if kind == "select" { options } else { vec![] },
            rules: FieldRules::default(),
            when: None,
        }
    }

    fn filling() -> FormState {
        let section = Section {
            key: "s".into(),
            title: "S".into(),
            question: String::new(),
            description: String::new(),
            when: None,
            fields: vec![field("phone", "phone", true), field("site", "select", true)],
            variants: vec![],
        };
        let form = Form { key: "f".into(), title: "F".into(), description: String::new(), sections: vec![section] };
        FormState::new(form, Answers::default(), NaiveDate::from_ymd_opt(2026, 6, 15).unwrap(), |_, _| Box::pin(async { Ok(Vec::new()) }))
    }

    fn shown(filling: FormState, key: &str) -> Option<String> {
        filling.problems.with_untracked(|problems| problems.get(key).cloned())
    }

    #[test]
    fn nothing_is_judged_while_typing_and_only_the_format_on_leaving() {
        let owner = Owner::new();
        owner.with(|| {
            let filling = filling();
            let phone = filling.form.with_untracked(|form| form.sections[0].fields[0].clone());
            filling.leave(&phone);
            assert_eq!(shown(filling, "phone"), None);
            filling.edit("phone", json!("x"));
            assert_eq!(shown(filling, "phone"), None);
            filling.leave(&phone);
            assert!(shown(filling, "phone").is_some_and(|message| message.starts_with("Phone number must be")));
            filling.edit("phone", json!("+41 44 555 01 20"));
            assert_eq!(shown(filling, "phone"), None);
        });
    }

    #[test]
    fn continue_shows_all_and_each_leaves_as_soon_as_it_is_fixed() {
        let owner = Owner::new();
        owner.with(|| {
            let filling = filling();
            filling.show(&filling.section_problems("s"));
            assert!(shown(filling, "phone").is_some() && shown(filling, "site").is_some());
            filling.edit("site", json!("a"));
            assert!(shown(filling, "phone").is_some());
            assert_eq!(shown(filling, "site"), None);
        });
    }

    #[test]
    fn what_is_typed_stays_as_typed_and_a_number_is_shown_as_it_was_read_on_leaving() {
        let owner = Owner::new();
        owner.with(|| {
            let filling = filling();
            let number = Field { rules: FieldRules { min: Some("-40".into()), ..FieldRules::default() }, ..field("sum", "decimal", false) };
            filling.form.update(|form| form.sections[0].fields.push(number.clone()));
            for typed in ["1", "1 ", "1 2", "1 234,", "1 234,5 "] {
                filling.edit("sum", json!(typed));
                assert_eq!(filling.text("sum"), typed);
            }
            assert_eq!(filling.effective.with_untracked(|answers| answers.get("sum").cloned()), Some(json!("1234.5")));
            filling.leave(&number);
            assert_eq!(filling.text("sum"), "1234.5");
            filling.edit("sum", json!("1,000"));
            filling.leave(&number);
            assert_eq!(filling.text("sum"), "1,000");
            assert_eq!(shown(filling, "sum").as_deref(), Some("Phone number can be read as 1000 or as 1. Enter the one you mean"));
        });
    }
}
