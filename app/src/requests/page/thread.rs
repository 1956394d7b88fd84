//! Questions about a request and their answers, as a conversation; and the place to answer the last one.

use super::sheet::RequestSheet;
use crate::ui::focus::focus_any;
use crate::ui::{Avatar, TimeText, field_error};
use domain::requests::Event;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::thread::{QuestionExchange, ThreadMessage, thread};
use domain::text::tidy_prose;
use leptos::prelude::*;

/// The conversation, with the answer to write for those who may. Nothing when nothing was asked.
#[component]
pub fn ThreadSlip(sheet: RequestSheet) -> impl IntoView {
    let exchanges = Memo::new(move |_| sheet.shown.with(|page| thread(&page.events)));
    let waits = sheet.part(|page| page.question.is_some());
    let may = sheet.part(|page| page.allowed.may(ActionKind::ProvideInfo));
    let answer = RwSignal::new(String::new());
    let error = RwSignal::new(None::<&'static str>);
    let some = Memo::new(move |_| exchanges.with(|all| !all.is_empty()));
    let form = move || may.get().then(|| answer_form(sheet, answer, error));
    move || {
        some.get().then(|| {
            view! {
                <section class="slip" aria-labelledby="s-question">
                    <div class="slip__head">
                        <h2 id="s-question">{move || if waits.get() { "Changes asked" } else { "Questions and answers" }}</h2>
                        <span class="slip__note">{move || exchanges.with(|all| overview(all))}</span>
                    </div>
                    <div class="slip__body stack">{move || exchanges.with(|all| messages(all))} {form}</div>
                </section>
            }
            .into_any()
        })
    }
}

/// The conversation to be read only; `waits` says whether its last question is open. `level` is that of the heading.
pub fn past_thread(events: &[Event], waits: bool, level: u8) -> Option<AnyView> {
    let exchanges = thread(events);
    let title = if waits { "Changes asked" } else { "Questions and answers" };
    let heading = if level == 2 {
        view! { <h2 id="s-question">{title}</h2> }.into_any()
    } else {
        view! { <h3 id="s-question">{title}</h3> }.into_any()
    };
    (!exchanges.is_empty()).then(|| {
        view! {
            <section class="slip" aria-labelledby="s-question">
                <div class="slip__head">
                    {heading}
                    <span class="slip__note">{overview(&exchanges)}</span>
                </div>
                <div class="slip__body stack">{messages(&exchanges)}</div>
            </section>
        }
        .into_any()
    })
}

/// "1 of 2 answered".
fn overview(exchanges: &[QuestionExchange]) -> String {
    let answered = exchanges.iter().filter(|one| one.answer.is_some()).count();
    match exchanges.len() {
        1 if answered == 1 => "Answered".to_owned(),
        1 => "Waits for an answer".to_owned(),
        all => format!("{answered} of {all} answered"),
    }
}

fn messages(exchanges: &[QuestionExchange]) -> AnyView {
    let all = exchanges
        .iter()
        .flat_map(|one| std::iter::once(message(&one.question, false)).chain(one.answer.as_ref().map(|words| message(words, true))));
    view! { <ol class="thread" role="list">{all.collect_view()}</ol> }.into_any()
}

fn message(words: &ThreadMessage, answer: bool) -> AnyView {
    let name = words.by.as_ref().map_or_else(|| "Docket".to_owned(), |by| by.name.clone());
    let class = if answer { "thread__item thread__item--answer" } else { "thread__item" };
    let did = if answer { "answered" } else { "asked" };
    view! {
        <li class=class>
            <Avatar name=name.clone() />
            <div>
                <p class="thread__who">
                    <b>{name}</b>
                    " "
                    {did}
                    " "
                    <TimeText at=words.at />
                </p>
                <p class="thread__text">{words.text.clone()}</p>
            </div>
        </li>
    }
    .into_any()
}

fn answer_form(sheet: RequestSheet, answer: RwSignal<String>, error: RwSignal<Option<&'static str>>) -> AnyView {
    let asked = ActionKind::ProvideInfo.row().asks.words();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = answer.with_untracked(|answer| tidy_prose(answer).into_owned());
        if text.is_empty() {
            error.set(asked.map(|field| field.missing));
            focus_any(&["answer"]);
            return;
        }
        sheet.perform(
            ActionCall::new(ActionKind::ProvideInfo, text),
            |_| ("Answer sent".to_owned(), None),
            move |fine| {
                if fine {
                    answer.try_set(String::new());
                }
                focus_any(&[if fine { "main" } else { "refused" }]);
            },
        );
    };
    let typed = move |event: leptos::ev::Event| {
        answer.set(event_target_value(&event));
        error.set(None);
    };
    let problem = move || error.get().map(|message| field_error(message.to_owned(), "answer-e"));
    view! {
        <form class="stack" novalidate on:submit=submit>
            <div class="field" class:is-error=move || error.get().is_some()>
                <label class="field__label" for="answer">
                    {asked.map(|field| field.shown_label())}
                </label>
                <p class="field__hint" id="answer-h">
                    {asked.map(|field| field.hint)}
                </p>
                {problem}
                <textarea
                    dir="auto"
                    class="textarea"
                    id="answer"
                    aria-describedby="answer-h answer-e"
                    aria-invalid=move || error.get().map(|_| "true")
                    prop:value=move || answer.get()
                    on:input=typed
                ></textarea>
            </div>
            <div class="row">
                <button class="button button--primary" type="submit">
                    {move || if sheet.does(ActionKind::ProvideInfo) { "Sending" } else { "Send answer" }}
                </button>
            </div>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn the_overview_counts_answers() {
        let words = || ThreadMessage { by: None, at: DateTime::from_timestamp(0, 0).unwrap(), text: String::new() };
        let one = |answered: bool| QuestionExchange { seq: 1, question: words(), answer: answered.then(words) };
        assert_eq!(overview(&[one(false)]), "Waits for an answer");
        assert_eq!(overview(&[one(true)]), "Answered");
        assert_eq!(overview(&[one(true), one(false)]), "1 of 2 answered");
    }
}
