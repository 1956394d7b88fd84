//! A dialog with a small form in it: the same fields, rules and words as any other form.

use super::section::SectionFields;
use super::{Filling, dom};
use crate::ui::Icon;
use chrono::NaiveDate;
use domain::forms::{Answers, Choice, Field, Form, Rules, Section};
use leptos::html;
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
        rules: Rules::default(),
        when: None,
    }
}

/// The choice of a small form's field.
pub fn choice(value: &str, label: &str, hint: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), hint: hint.to_owned() }
}

/// What a dialog asks, made anew each time it opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking {
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

/// A native modal dialog that asks `asking`, while there is one. Whoever acts closes it by setting that to None; a refusal leaves it open
/// with all that was filled in.
#[component]
pub fn FormDialog(
    /// Unique on the page.
    id: &'static str,
    asking: RwSignal<Option<Asking>>,
    #[prop(into)] busy: Signal<bool>,
    /// What went wrong when it was tried.
    #[prop(into)]
    failed: Signal<Option<String>>,
    act: Callback<Answers>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = asking.with(Option::is_some);
        let Some(dialog) = dialog.get() else { return };
        if wanted && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    let inside = move || asking.get().map(|asked| inside(id, asked, asking, busy, failed, act));
    view! {
        <dialog class="dialog" id=id node_ref=dialog aria-labelledby=format!("{id}-t") on:close=move |_| asking.set(None)>
            {inside}
        </dialog>
    }
    .into_any()
}

fn inside(
    id: &'static str,
    asked: Asking,
    asking: RwSignal<Option<Asking>>,
    busy: Signal<bool>,
    failed: Signal<Option<String>>,
    act: Callback<Answers>,
) -> AnyView {
    let section = asked.form.sections.first().cloned();
    let first = section.as_ref().and_then(|section| section.fields.first()).map(|field| dom::control_id(&field.key));
    // Rules relative to today are checked by the server.
    let filling = Filling::new(asked.form, asked.answers, NaiveDate::default());
    if let Some(first) = first {
        dom::focus(first);
    }
    let tried = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let problems = filling.all_problems();
        filling.show(&problems);
        match problems.first() {
            Some(problem) => dom::focus(dom::control_id(&problem.field)),
            None => {
                tried.set(true);
                act.run(filling.effective.get_untracked());
            }
        }
    };
    let refused = move || {
        failed.get().filter(|_| tried.get()).map(|message| {
            view! {
                <p class="field__error" role="alert">
                    <Icon name="circle-alert" />
                    <span>{message}</span>
                </p>
            }
            .into_any()
        })
    };
    let fields = section.map(|section| view! { <SectionFields filling section /> }.into_any());
    let class = if asked.danger { "button button--danger" } else { "button button--primary" };
    let (confirm, working) = (asked.confirm, asked.working);
    view! {
        <div class="dialog__head">
            <h2 id=format!("{id}-t")>{asked.title}</h2>
            <button class="button button--quiet button--icon" type="button" aria-label="Close" on:click=move |_| asking.set(None)>
                <Icon name="x" />
            </button>
        </div>
        <form class="dialog__body stack" id=format!("{id}-form") novalidate on:submit=submit>
            {refused}
            {fields}
        </form>
        <div class="dialog__foot">
            <button class="button push" type="button" on:click=move |_| asking.set(None)>
                "Close"
            </button>
            <button class=class type="submit" form=format!("{id}-form") aria-disabled=move || busy.get().then_some("true")>
                {move || if busy.get() { working.clone() } else { confirm.clone() }}
            </button>
        </div>
    }
    .into_any()
}
