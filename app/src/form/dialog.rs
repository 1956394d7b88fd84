//! A dialog with a small form in it: the same fields, rules and words as any other form.

use super::section::SectionFields;
use super::widgets::picker::PickerSearch;
use super::{FormState, dom};
use crate::parts::{late_part, use_late_part};
use crate::ui::focus::focus_soon;
use crate::ui::{DialogButtons, DialogForm, DialogFrame};
use chrono::NaiveDate;
use domain::forms::{Answers, ChoiceOption, Field, FieldRules, Form, Section};
use leptos::prelude::*;

/// A form of one section, for a dialog.
pub fn small_form(fields: Vec<Field>) -> Form {
    let section = Section {
        key: "asked".to_owned(),
        title: String::new(),
        question: String::new(),
        description: String::new(),
        when: None,
        fields,
        variants: Vec::new(),
    };
    Form { key: "dialog".to_owned(), title: String::new(), description: String::new(), sections: vec![section] }
}

/// A field of a small form.
pub fn field(key: &str, kind: &str, label: &str, required: bool) -> Field {
    Field {
        key: key.to_owned(),
        label: label.to_owned(),
        kind: kind.to_owned(),
        hint: String::new(),
        required,
        default: None,
        options: Vec::new(),
        rules: FieldRules::default(),
        when: None,
    }
}

/// The choice of a small form's field.
pub fn choice(value: &str, label: &str, hint: &str) -> ChoiceOption {
    ChoiceOption { value: value.to_owned(), label: label.to_owned(), hint: hint.to_owned() }
}

/// What a dialog asks, made anew each time it opens.
#[derive(Clone, Debug, PartialEq)]
pub struct DialogQuestion {
    pub title: String,
    pub form: Form,
    /// What the fields hold at first.
    pub answers: Answers,
    /// The words of the button, and of the button while it works.
    pub confirm: String,
    pub working: String,
    /// The action takes something away.
    pub danger: bool,
}

impl DialogQuestion {
    /// Asks for some answers.
    pub fn of(title: &str, fields: Vec<Field>, answers: Answers, confirm: &str) -> Self {
        let (title, confirm, working) = (title.to_owned(), confirm.to_owned(), "Saving".to_owned());
        Self { title, form: small_form(fields), answers, confirm, working, danger: false }
    }

    /// Asks whether something is meant, and says what comes of it. `danger`: it takes something away.
    pub fn sure(title: String, words: String, confirm: &str, danger: bool) -> Self {
        let mut asked = Self::of(&title, Vec::new(), Answers::default(), confirm);
        asked.form.sections.iter_mut().for_each(|section| section.description.clone_from(&words));
        Self { danger, ..asked }
    }
}

/// A native modal dialog that asks `asking`, while there is one. Whoever acts closes it by setting that to None; a refusal leaves it open
/// with all that was filled in.
#[component]
pub fn FormDialog(
    /// Unique on the page.
    id: &'static str,
    asking: RwSignal<Option<DialogQuestion>>,
    #[prop(into)] busy: Signal<bool>,
    /// What went wrong when it was tried.
    #[prop(into)]
    failed: Signal<Option<String>>,
    /// Where pickers among the fields look for people.
    search: PickerSearch,
    act: Callback<Answers>,
) -> impl IntoView {
    let maker = use_late_part(move || asking.with(Option::is_some), form_maker, move || asking.set(None));
    let open = Memo::new(move |_| asking.with(Option::is_some) && maker.with(Option::is_some));
    let close = Callback::new(move |()| asking.set(None));
    let inside = move || Some(maker.get()?(id, asking.get()?, close, busy, failed, search, act));
    view! {
        <DialogFrame id open close>
            {inside}
        </DialogFrame>
    }
    .into_any()
}

/// Makes what is inside the dialog.
type FormMaker =
    fn(&'static str, DialogQuestion, Callback<()>, Signal<bool>, Signal<Option<String>>, PickerSearch, Callback<Answers>) -> AnyView;

late_part! {
    /// What makes forms: pages that only may ask would be half as large again with it.
    form, form_maker: FormMaker = inside
}

fn inside(
    id: &'static str,
    asked: DialogQuestion,
    close: Callback<()>,
    busy: Signal<bool>,
    failed: Signal<Option<String>>,
    search: PickerSearch,
    act: Callback<Answers>,
) -> AnyView {
    let section = asked.form.sections.first().cloned();
    let first = section.as_ref().and_then(|section| section.fields.first()).map(|field| dom::control_id(&field.key));
    // Rules relative to today are checked by the server.
    let filling = FormState::new(asked.form, asked.answers, NaiveDate::default(), search);
    if let Some(first) = first {
        focus_soon(first);
    }
    let tried = RwSignal::new(false);
    let send = Callback::new(move |()| {
        let problems = filling.all_problems();
        filling.show(&problems);
        match problems.first() {
            Some(problem) => focus_soon(dom::control_id(&problem.field)),
            None => {
                tried.set(true);
                act.run(filling.effective.get_untracked());
            }
        }
    });
    let refused = Signal::derive(move || failed.get().filter(|_| tried.get()));
    let fields = section.map(|section| view! { <SectionFields filling section /> }.into_any());
    let confirm = Signal::stored(asked.confirm);
    let buttons = DialogButtons { keep: "Close".to_owned(), confirm, working: asked.working, danger: asked.danger };
    view! {
        <DialogForm id title=Signal::stored(asked.title) buttons close busy failed=refused send>
            {fields}
        </DialogForm>
    }
    .into_any()
}
