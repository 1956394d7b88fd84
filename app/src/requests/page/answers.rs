//! The answers of a request, as submitted: by its frozen form version.

use crate::ui::Icon;
use domain::requests::wire::{AnswerSection, AnswerView, RequestPage};
use leptos::prelude::*;

/// The slip with the answers.
#[component]
pub fn AnswersSlip(
    page: RequestPage,
    /// The heading is a third one, below the title of a request beside a list.
    #[prop(optional)]
    beside: bool,
) -> impl IntoView {
    let title = if beside {
        view! { <h3 id="s-answers">"Answers"</h3> }.into_any()
    } else {
        view! { <h2 id="s-answers">"Answers"</h2> }.into_any()
    };
    let note = if page.form_changed_since { "As submitted. The form has changed since." } else { "As submitted." };
    let many = page.sections.len() > 1;
    let empty = page.sections.iter().all(|section| section.answers.is_empty());
    let sections = page.sections.into_iter().map(|section| section_view(section, many, beside)).collect_view();
    view! {
        <section class="slip" aria-labelledby="s-answers">
            <div class="slip__head">
                {title} <span class="tag">
                    <Icon name="history" />
                    "Form version "
                    {page.form_version}
                </span> <span class="slip__note">{note}</span>
            </div>
            <div class="slip__body stack answers-slip">
                {sections} {empty.then(|| view! { <p class="muted">"This form asks nothing."</p> })}
            </div>
        </section>
    }
    .into_any()
}

fn section_view(section: AnswerSection, titled: bool, beside: bool) -> AnyView {
    if section.answers.is_empty() {
        return ().into_any();
    }
    let title = section.title;
    let heading = titled.then(|| if beside { view! { <h4>{title}</h4> }.into_any() } else { view! { <h3>{title}</h3> }.into_any() });
    view! {
        <div class="answers-slip__section">
            {heading} <dl class="answers answers--compact">{section.answers.into_iter().map(answer_view).collect_view()}</dl>
        </div>
    }
    .into_any()
}

fn answer_view(answer: AnswerView) -> AnyView {
    let text = if answer.text.is_empty() {
        view! { <span class="muted">"Not answered"</span> }.into_any()
    } else {
        // Line breaks, blanks and direction as typed.
        view! { <span class="as-typed">{answer.text}</span> }.into_any()
    };
    view! {
        <div>
            <dt>{answer.label}</dt>
            <dd>{text}</dd>
        </div>
    }
    .into_any()
}
